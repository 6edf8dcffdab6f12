"""Written reasons: what they settle, when they lapse, and what they cannot do."""

from typing import Any

import pytest

from tests.checks.figures import FORM, found, published, said, submission
from xltool.model.finding import Finding
from xltool.model.form import Number
from xltool.model.submission import Explanation

CARRY = "本年“上年结转”等于上年“结转下年度继续办理”（自然人）"
BALANCE = "第一项加第二项之和，等于第三项加第四项之和（自然人）"
LEFT_OPEN: dict[str, Number | str | None] = {
    "requests.carried_out.natural_person": 12,
    "requests.carried_out.enterprise": 0,
}
PREVIOUS = submission(published("zhangjiawan-2025") | LEFT_OPEN, year=2024)


def explained(relation: str = CARRY, left: str = "13", right: str = "12", reason: str = "上年漏计一件") -> Explanation:
    return Explanation(relation, left, right, reason, "张三", "2026-01-05", "A4")


def findings(*explanations: Explanation, previous: bool = True, **changed: Any) -> tuple[Finding, ...]:
    """张家湾 2025 beside a last year that left 12 requests open, with these explanations."""
    read = submission(published("zhangjiawan-2025") | changed, explanations=explanations)
    return found(read, previous=PREVIOUS if previous else None)


def test_unexplained__open() -> None:
    assert [(each.relation, each.settled) for each in findings()] == [("YEAR-CARRY.natural_person", None)]


@pytest.mark.parametrize(
    "explanation",
    [
        explained(),
        explained(left="", right=""),
        explained(left="１３", right=" 12.0 "),
        explained(relation=" 本年“上年结转” 等于上年“结转下年度继续办理”(自然人)"),
    ],
)
def test_explained__settled_by_its_reason_and_keeps_its_severity(explanation: Explanation) -> None:
    (finding,) = findings(explanation)
    assert (finding.relation, finding.severity, finding.settled) == (
        "YEAR-CARRY.natural_person",
        "explain",
        "上年漏计一件",
    )


def test_settled__comes_after_notes() -> None:
    stray = explained("没有这条关系")
    assert [(each.code, each.settled) for each in findings(explained(), stray)] == [
        ("explanation.unknown", None),
        ("YEAR-CARRY", "上年漏计一件"),
    ]


@pytest.mark.parametrize(("left", "right"), [("14", "12"), ("13", "11"), ("十三", "12")])
def test_figures_changed_since__lapsed(left: str, right: str) -> None:
    open_one, note = findings(explained(left=left, right=right))
    assert (open_one.relation, open_one.settled) == ("YEAR-CARRY.natural_person", None)
    assert said([note]) == [
        f"情况说明!A4的情况说明（{CARRY}）是按左边 {left}、右边 {right} 写的，现在左边是 13，右边是 12，说明已失效。"
        "请按现在的数重写说明。"
    ]


def test_lapsed_and_rewritten_below__settled() -> None:
    again = explained(reason="上年漏计")
    assert [(each.code, each.settled) for each in findings(explained(left="9"), again)] == [
        ("explanation.lapsed", None),
        ("YEAR-CARRY", "上年漏计"),
    ]


def test_no_reason__does_not_settle() -> None:
    assert [each.code for each in findings(explained(reason=""))] == ["YEAR-CARRY", "explanation.no_reason"]


def test_explained_though_it_holds__told() -> None:
    assert said(findings(explained(CARRY.replace("自然人", "法人或其他组织·商业企业"))))[1:] == [
        "情况说明!A4的情况说明所说的“本年“上年结转”等于上年“结转下年度继续办理”（法人或其他组织·商业企业）”现在是相符的。"
        "可以删去这条说明。"
    ]


def test_explained_without_last_years_figures__nothing_to_say() -> None:
    assert findings(explained(), previous=False) == ()


def test_explained_for_the_total_too__which_is_not_told_again__nothing_to_say() -> None:
    total = explained(CARRY.replace("自然人", "总计"))
    assert [each.relation for each in findings(explained(), total)] == ["YEAR-CARRY.natural_person"]


def test_what_must_be_fixed__is_not_settled_by_a_reason() -> None:
    changed: dict[str, Any] = {"requests.carried_out.natural_person": 5}
    given = findings(explained(), explained(BALANCE, "101", "102"), **changed)
    assert [(each.code, each.severity.value, bool(each.settled)) for each in given] == [
        ("T3-BAL", "must_fix", False),
        ("explanation.not_accepted", "note", False),
        ("YEAR-CARRY", "explain", True),
    ]


def test_names_of_relations__as_used_here__are_the_forms_own() -> None:
    assert {CARRY, BALANCE} <= {relation.name for relation in FORM.relations}
