"""How strictly rules are taken, what is on trial, and what a coordinator lets stand until a day."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.checks.figures import FORM, flat, roster, submission, zeros
from xltool.checks.context import CheckContext
from xltool.checks.profile import read_profile
from xltool.checks.run_checks import review_submission, run_checks
from xltool.checks.waivers import read_waivers
from xltool.errors import UsageError
from xltool.forms.compiled_form import compile_form
from xltool.messages import catalogue
from xltool.model.agency import Agency
from xltool.model.form import Number

FEES: dict[str, Number] = {"processing_fees.collected": 5, "disclosure.administrative_fees.amount": Decimal("0.0005")}
UNBALANCED = zeros(**{"requests.received.natural_person": 3}, **FEES)
TODAY = date(2026, 2, 1)
WAIVER = """
[[waivers]]
agency = "1"
rule = "{rule}"
reason = "台账遗失，已书面报告"
by = "区政务公开办"
until = {until}
"""


def written(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def codes(profile: str) -> list[tuple[str, str, str]]:
    context = replace(CheckContext(compile_form(FORM)), profile=read_profile(profile, [FORM]))
    return flat(review_submission(submission(UNBALANCED), context))


def test_profiles_that_travel_with_the_package__change_severities_only() -> None:
    usual = [
        ("T3-BAL", "must_fix", "表三!D7"),
        ("S6-COLLECTED", "explain", "六 其他事项!B6"),
        ("S6-TARIFF-COLLECTED", "note", "六 其他事项!B6"),
    ]
    assert codes("default") == usual
    assert codes("lenient") == [usual[0], ("S6-COLLECTED", "note", "六 其他事项!B6"), usual[2]]
    read = submission(zeros(), texts={"overview": "收到申请5件。"})
    strict = replace(CheckContext(compile_form(FORM)), profile=read_profile("strict", [FORM]))
    assert flat(review_submission(read, strict)) == [("TEXT-1", "explain", "一 总体情况!")]


def test_own_profile__overrides_its_base__and_rules_on_trial_are_kept_apart(tmp_path: Path) -> None:
    own = 'base = "lenient"\nbeta = ["S6-TARIFF-*"]\n[severity]\n"S6-COLLECTED" = "off"\n"T3-BAL" = "explain"\n'
    profile = read_profile(str(written(tmp_path / "own.toml", own)), [FORM])
    shown, trial = run_checks(submission(UNBALANCED), replace(CheckContext(compile_form(FORM)), profile=profile))
    assert flat(shown) == [("T3-BAL", "explain", "表三!D7")]
    assert flat(trial) == [("S6-TARIFF-COLLECTED", "note", "六 其他事项!B6")]


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ('[severity]\n"T3-BALL" = "note"', "usage.profile_code", "没有“T3-BALL”这个代码（相近的有：T3-BAL"),
        ('[severity]\n"identity.none" = "off"', "usage.profile_code", "文件和单位身份方面的问题不能调整"),
        ('[severity]\n"T3-BAL" = "bad"', "usage.profile_value", "“T3-BAL”的值不对（bad）"),
        ('[severity]\n"TEXT-1" = "must_fix"', "usage.profile_blocks", "不能作为退回的理由"),
        ('base = "mild"', "usage.no_such_profile", "default"),
        ("severity = 1", "usage.profile_value", "severity"),
        ("severities = 1", "usage.profile_value", "severities"),
        ("[", "usage.profile_syntax", "TOML"),
    ],
)
def test_wrong_profile__one_clear_message(text: str, code: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refusal:
        read_profile(str(written(tmp_path / "own.toml", text)), [FORM])
    assert refusal.value.code == code
    assert words in catalogue.render_error(refusal.value)


def waived(rule: str, until: str, path: Path) -> list[tuple[str, str, str | None]]:
    waivers = read_waivers(written(path, WAIVER.format(rule=rule, until=until)), [FORM], None, TODAY)
    found = review_submission(submission(UNBALANCED), replace(CheckContext(compile_form(FORM)), waivers=waivers))
    return [
        (each.code, each.severity.value, catalogue.render_settlement(each) or None)
        for each in found
        if not each.code.startswith("S6")
    ]


def test_waiver__settles_its_rule_until_its_day(tmp_path: Path) -> None:
    path = tmp_path / "waivers.toml"
    settled = "汇总单位同意保留（区政务公开办，至 2026-02-01）：台账遗失，已书面报告"
    assert waived("T3-BAL", "2026-02-01", path) == [("T3-BAL", "must_fix", settled)]
    assert waived("T3-BAL.natural_person", "2026-02-01", path) == [("T3-BAL", "must_fix", settled)]
    assert waived("T3-BAL.enterprise", "2026-02-01", path) == [("T3-BAL", "must_fix", None)]
    assert waived("T3-BAL", "2026-01-31", path) == [("T3-BAL", "must_fix", None), ("waiver.expired", "note", None)]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("T3-BAL", "T9", "“rule”不对（T9）"),
        ("T3-BAL", "identity.none", "“rule”不对（identity.none）"),
        ('agency = "1"', 'agency = "7"', "“agency”不对（7）"),
        ("2026-02-01", '"soon"', "“until”不对（soon）"),
        ("by =", "from =", "不对"),
        ('reason = "台账遗失，已书面报告"', 'reason = ""', "“reason”不对"),
        ("[[waivers]]", "[[waiver]]", "waiver"),
    ],
)
def test_wrong_waiver__one_clear_message(old: str, new: str, words: str, tmp_path: Path) -> None:
    text = WAIVER.format(rule="T3-BAL", until="2026-02-01")
    assert old in text
    with pytest.raises(UsageError) as refusal:
        read_waivers(written(tmp_path / "w.toml", text.replace(old, new)), [FORM], roster(Agency("1", "甲镇")), TODAY)
    assert words in catalogue.render_error(refusal.value)
