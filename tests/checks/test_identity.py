"""Whose figures these are: against the roster, the form's years, and the workbook's own witnesses."""

from datetime import date
from typing import Any

import pytest

from tests.checks.figures import flat, found, roster, said, submission, zeros
from xltool.commands.check import assign_code_by_name
from xltool.model.agency import Agency, Roster, Scope
from xltool.model.finding_facts import NameWithRemark
from xltool.model.submission import ManifestItem, Observation, Submission

KNOWN = roster(
    Agency("0", "甲区人民政府", scope=Scope.AREA),
    Agency("1", "甲镇", parent="0"),
    Agency("2", "乙镇人民政府", parent="0"),
    Agency("3", "乙镇财政所", parent="0"),
)
UNSEALED = Observation("identity.none")


def whose(code: str, name: str, *observations: Observation, **changed: Any) -> Submission:
    """A return of zeros that says it is this agency's."""
    return submission(zeros(), agency_code=code, agency_name=name, observations=observations, **changed)


def witnesses(field: str, sheet: str | None, stated: str | None, printed: str | None) -> Observation:
    facts = {"field": field, "sheet": sheet, "property": stated, "printed": printed}
    return Observation("identity.witnesses", facts=facts)


@pytest.mark.parametrize("known", [KNOWN, None])
def test_agency__as_on_the_roster__nothing_found(known: Roster | None) -> None:
    assert found(whose("1", "甲镇"), known=known) == ()
    assert found(whose("2", "乙 镇人民政府"), known=known) == ()


def test_agency__code_not_on_the_roster__the_nearest_name_is_suggested() -> None:
    assert said(found(whose("9", "乙镇政府"), known=KNOWN)) == [
        "单位代码 9（乙镇政府）不在名册“名册.csv”上。名册上名称相近的有：乙镇人民政府（2）、乙镇财政所（3）。"
        "请核对代码；单位有增减的，请更正名册。"
    ]
    assert said(found(whose("9", "丙局"), known=KNOWN)) == [
        "单位代码 9（丙局）不在名册“名册.csv”上。请核对代码；单位有增减的，请更正名册。"
    ]


def test_agency__on_the_roster_under_another_code__that_code_is_told() -> None:
    assert said(found(whose("9", "乙镇财政所"), known=KNOWN)) == [
        "乙镇财政所在名册“名册.csv”上的代码是 3，报表上的是 9。请在按现行名册下发的模板中填报，或更正名册。"
    ]


def test_agency__another_name_under_its_code__a_note() -> None:
    findings = found(whose("1", "甲乡"), known=KNOWN)
    assert flat(findings) == [("identity.other_name", "note", "")]
    assert said(findings) == ["代码 1 在名册上是“甲镇”，报表上是“甲乡”。请确认是同一个单位；改了名称的，请更正名册。"]


def test_agency__no_code__suggested_by_the_name_of_the_file_and_never_chosen() -> None:
    findings = found(whose("", "", UNSEALED), known=KNOWN)
    assert flat(findings) == [("identity.no_agency", "must_fix", "")]
    assert findings[0].facts["suggested"] == (NameWithRemark("甲镇", "1"),)
    assert said(findings) == [
        "看不出是哪个单位的报表：没有单位代码，单位名称为空。名册上名称相近的有：甲镇（1）。"
        "请在下发给本单位的模板中填报，或由汇总单位核实后补上代码。"
    ]


@pytest.mark.parametrize("known", [KNOWN, None])
def test_workbook_without_identity__cover_names_a_known_agency__a_note(known: Roster | None) -> None:
    assert flat(found(whose("1", "甲镇", UNSEALED), known=known)) == [("identity.none", "note", "")]


def test_workbook_without_identity__and_unknown_code__one_finding() -> None:
    assert flat(found(whose("9", "丙局", UNSEALED), known=KNOWN)) == [("identity.unknown_code", "must_fix", "")]


# --- scope -------------------------------------------------------------------------------------------------------


def test_scope__own_figures_where_the_area_is_expected__goes_back() -> None:
    findings = found(whose("0", "甲区人民政府"), known=KNOWN)
    assert flat(findings) == [("identity.scope_doubles", "must_fix", "")]
    assert said(findings)[0].startswith("甲区人民政府在名册上的口径是“汇总”，报表上是“本机关”，")


@pytest.mark.parametrize(("parent", "severity"), [("1", "must_fix"), (None, "note")])
def test_scope__an_area_where_own_figures_are_expected__goes_back_if_members_report_too(
    parent: str | None, severity: str
) -> None:
    known = roster(Agency("1", "甲镇"), Agency("11", "甲镇一所", parent=parent))
    assert [each.severity for each in found(whose("1", "甲镇", scope=Scope.AREA), known=known)] == [severity]


def test_sum_of_the_rosters_own_members__is_not_asked_who_it_is() -> None:
    leaves = (ManifestItem("1", "甲镇", "a" * 64), ManifestItem("2", "乙镇人民政府", "b" * 64))
    for known in (KNOWN, None):
        assert found(whose("", "本次汇总", scope=Scope.AREA, manifest=leaves), known=known) == ()
    stranger = whose("", "某区汇总", scope=Scope.AREA, manifest=(*leaves, ManifestItem("77", "丁镇", "c" * 64)))
    assert flat(found(stranger, known=KNOWN)) == [("identity.no_agency", "must_fix", "")]


# --- year and witnesses ------------------------------------------------------------------------------------------


def test_year__none_or_before_the_form__goes_back() -> None:
    assert said(found(submission(zeros(), year=None))) == [
        "看不出是哪一年度的《政府信息公开工作年度报告》。请在下发的模板中填报，不要删改首页和标题上的年度。"
    ]
    assert said(found(submission(zeros(), year=2019))) == [
        "报告年度是 2019，而这一版报表（国办公开办函〔2021〕30号）适用于 2021 年度起的报告。请用该年度适用的模板填报。"
    ]


def test_witnesses__another_agencys_template_renamed__one_finding_for_code_and_name() -> None:
    findings = found(
        whose("1", "甲镇", witnesses("agency_code", "1", "1", "2"), witnesses("agency_name", "甲镇", "甲镇", "乙镇"))
    )
    assert flat(findings) == [("identity.witnesses", "must_fix", "")]
    assert said(findings) == [
        "单位代码不一致：模板标识为1，文件属性为1，首页和标题上为2。可能是改动了首页，或把别的单位或年度的报表改名后报送。"
        "请在下发给本单位的当年模板中重新填报。"
    ]


def test_witnesses__year_in_the_title_differs__goes_back() -> None:
    findings = found(whose("1", "甲镇", witnesses("year", "2025", None, "2024")))
    assert said(findings)[0].startswith("报告年度不一致：模板标识为2025，文件属性为空，首页和标题上为2024。")


def test_witnesses__only_the_name_differs__a_note() -> None:
    findings = found(whose("1", "甲镇", witnesses("agency_name", "甲镇", "甲镇", "甲镇人民政府")))
    assert flat(findings) == [("identity.witnesses_name", "note", "")]


def test_witnesses__print_names_another_agency_of_the_roster__goes_back() -> None:
    other = whose("1", "甲镇", witnesses("agency_name", "甲镇", "甲镇", "乙镇财政所"))
    assert flat(found(other, known=KNOWN)) == [("identity.witnesses", "must_fix", "")]
    assert flat(found(other, known=None)) == [("identity.witnesses_name", "note", "")]


# --- made from a published report, which bears no code ---------------------------------------------------------------

IMPORTED = Observation("identity.imported")


def test_imported__without_a_roster__nobody_can_say_the_code_and_nothing_is_asked() -> None:
    assert found(whose("", "乙镇财政所", IMPORTED), known=None) == ()


def test_imported__not_on_the_roster__what_can_be_done_is_said() -> None:
    findings = found(whose("", "乙镇政府", IMPORTED), known=KNOWN)
    assert flat(findings) == [("identity.not_listed", "must_fix", "")]
    assert findings[0].facts["suggested"] == (
        NameWithRemark("乙镇人民政府", "2"),
        NameWithRemark("乙镇财政所", "3"),
    )


def test_imported__without_a_name__is_nobody_s() -> None:
    assert flat(found(whose("", "", IMPORTED), known=None)) == [("identity.no_agency", "must_fix", "")]


def test_imported__only_one_of_that_name__is_that_agency_s() -> None:
    known = roster(
        Agency("1", "甲镇"), Agency("2", "乙镇"), Agency("3", "乙镇"), Agency("4", "丁镇", former_names=("丙镇",))
    )
    names = {"甲 镇": "1", "乙镇": "", "丙镇": "4", "戊镇": ""}
    assert {name: assign_code_by_name(whose("", name, IMPORTED), known).agency_code for name in names} == names
    assert assign_code_by_name(whose("", "甲镇"), known).agency_code == ""
    taken = assign_code_by_name(whose("", "甲镇", IMPORTED), known)
    assert flat(found(taken, known=known)) == [("identity.by_name", "note", "")]


DIVIDED = roster(
    Agency("1", "甲镇", ended=date(2025, 6, 30), successors=("2", "9")),
    Agency("2", "乙镇", began=date(2025, 7, 1)),
    Agency("3", "丙镇", began=date(2026, 3, 1)),
    Agency("4", "丁镇人民政府", former_names=("丁乡",)),
)


def test_agency__abolished_before_the_year_was_over__who_carries_on_is_told() -> None:
    (finding,) = found(whose("1", "甲镇"), known=DIVIDED)
    facts = {"name": "甲镇", "ended": date(2025, 6, 30), "year": 2025, "heirs": ("乙镇",)}
    assert (finding.code, finding.facts) == ("identity.ended", facts)


def test_agency__begun_after_the_year_or_in_it() -> None:
    assert flat(found(whose("2", "乙镇"), known=DIVIDED)) == []
    (finding,) = found(whose("3", "丙镇"), known=DIVIDED)
    assert (finding.code, finding.facts["began"]) == ("identity.not_begun", date(2026, 3, 1))


def test_agency__under_its_former_name__a_note_of_its_own() -> None:
    assert [finding.code for finding in found(whose("4", "丁乡"), known=DIVIDED)] == ["identity.former_name"]
