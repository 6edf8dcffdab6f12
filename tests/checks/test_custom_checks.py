"""Checks of the caller: their sentences must fit their findings."""

import pytest

from tests.checks.figures import FORM, submission, zeros
from xltool.checks.custom_checks import CustomCheck, CustomCheckError, Sentence, find_custom_findings
from xltool.model.finding import CUSTOM_WORDING, Finding, FindingCell
from xltool.model.form import Severity

CELL = FindingCell("", "表三", "D7")


def find(check: CustomCheck) -> list[Finding]:
    return list(find_custom_findings([check], submission(zeros()), FORM))


def check_with(problem: str, *cells: FindingCell, code: str = "own") -> CustomCheck:
    finding = Finding(code, Severity.NOTE, cells, {"figure": 3})
    return CustomCheck(lambda *_: [finding], {"own": Sentence("标题", problem, "请核对。")})


def test_finding__carries_the_words_of_its_code() -> None:
    (finding,) = find(check_with("{place}是 {figure}。", CELL))
    assert finding.wording == CUSTOM_WORDING
    assert finding.facts == {"figure": 3, "title": "标题", "problem": "{place}是 {figure}。", "advice": "请核对。"}


@pytest.mark.parametrize(
    ("check", "reason"),
    [
        (check_with("{figure}", code="other"), "no sentence for the code 'other'"),
        (check_with("{amount}"), "needs the fact 'amount'"),
        (check_with("{place}"), "needs the fact 'place'"),
    ],
)
def test_words_that_do_not_fit__are_told_at_once(check: CustomCheck, reason: str) -> None:
    with pytest.raises(CustomCheckError, match=reason):
        find(check)
