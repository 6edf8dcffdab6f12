"""What the name of a file says against the year or the district of its return: told, and counted all the same."""

from dataclasses import replace

import pytest

from tests.merging import YEAR, a_return, found, the_form
from xltool.consolidation import file_name_remarks
from xltool.consolidation.file_name_remarks import note_file_names
from xltool.forms.period_words import name_period
from xltool.messages import catalogue
from xltool.model.agency import Agency, Roster, Scope
from xltool.model.consolidation import ReviewedFile, Status
from xltool.model.finding import Finding
from xltool.model.finding_codes import code_severity
from xltool.model.period import Period, PeriodLength, list_parts, parse_period
from xltool.workbooks.template.distribution_list import template_file_name

JUSTICE = Agency("510208", "川门区司法局", "5102")
ROSTER = Roster(
    {agency.code: agency for agency in (Agency("5102", "川门区人民政府", scope=Scope.AREA), JUSTICE)}, "名册"
)


def noted(name: str, agency: Agency = JUSTICE) -> list[str]:
    (item,) = note_file_names([found(a_return(agency, {}, file=f"{name}.xlsx"))], ROSTER)
    assert item.status is Status.ACCEPTED
    return [finding.code for finding in item.findings]


@pytest.mark.parametrize(
    "name",
    [
        f"{YEAR - 1}年政府信息公开工作年度报告（司法局）",
        f"司法局{YEAR - 1}年度年报",
        f"司法局 {YEAR - 1} 年年报",
        f"司法局{YEAR - 1}",
        f"司法局_{YEAR - 2}_盖章",
        f"（{YEAR - 1}）司法局",
        f"{YEAR - 1}年年报 2026.1.12",
        f"{YEAR + 1}年度政府信息公开工作年度报告（司法局）",
        f"{YEAR + 1}年年报 司法局",
        "司法局（二〇二四年）",
        "司法局二零二四年度",
        f"司法局{YEAR % 100 - 1}年年报",
        f"司法局{YEAR % 100 - 1}年度",
    ],
)
def test_another_year_in_the_name__is_to_be_explained(name: str) -> None:
    assert noted(name) == ["identity.year_in_name"]


@pytest.mark.parametrize(
    "name",
    [
        f"司法局{YEAR}年",
        f"{YEAR}年度（{YEAR + 1}年1月报）",
        f"{YEAR + 1}年报送",
        f"{YEAR + 1}年1月12日 司法局",
        f"司法局{YEAR + 1}0112",
        f"司法局 {YEAR + 1}.1.12",
        f"司法局 {YEAR + 1}-01-12",
        f"{YEAR + 1} 司法局",
        f"{YEAR - 1}年12月31日",
        f"司法局{YEAR - 1}1231",
        f"{YEAR - 1}-{YEAR}年对比",
        "2021年新格式 司法局",
        "2021版 司法局",
        "司法局（2021年撤局设所）",
        "司法局2019年成立",
        "司法局 2022 年更名",
        "司法局（二〇二五年）",
        f"司法局{YEAR % 100}年度",
        f"司法局{YEAR % 100 + 1}年1月报",
        "国办公开办函〔2021〕30号附件 司法局",
        "司法局 2001",
        "510208",
        "司法局（2）",
        "司法局 20250",
        f"司法局 按照{YEAR - 1}年通知填报",
        f"关于{YEAR - 1}年文件 司法局",
        f"{YEAR - 1}年度工作要求 司法局",
        f"IMG_{YEAR - 1}_001",
        f"微信图片_{YEAR - 1}",
    ],
)
def test_the_returns_year_or_a_date_in_the_name__is_not_told(name: str) -> None:
    assert noted(name) == []


@pytest.mark.parametrize(
    "name", ["清江区司法局", "2025年清江区司法局年报", "临州市清江区 司法局", "附件2：清江区司法局（盖章）"]
)
def test_another_district_before_the_agencys_name__is_noted(name: str) -> None:
    assert noted(name) == ["identity.area_in_name"]


@pytest.mark.parametrize(
    "name",
    [
        *(
            "司法局",
            "区司法局",
            "川门区司法局",
            "临州市川门区司法局",
            "某省临州市司法局",
            "我区司法局",
            "各区司法局",
            "辖区司法局",
        ),
        *(
            "各地区司法局",
            "主城区司法局",
            "年报区司法局",
            "川门司法局",
            "2025年区司法局",
            "报区司法局",
            "510208 区司法局",
            "乡镇区司法局",
            "上传区司法局",
            "待审区司法局",
            "已审核区 司法局",
            "工作区司法局",
        ),
    ],
)
def test_the_agencys_district_or_none__is_not_told(name: str) -> None:
    assert noted(name) == []
    assert noted(name.replace("司法局", "城关镇"), Agency("510230", "城关镇人民政府", "5102")) == []


def test_district_of_another_agency_of_the_roster__is_not_told() -> None:
    both = Roster({agency.code: agency for agency in (JUSTICE, Agency("9", "清江区司法局"))}, "名册")
    (item,) = note_file_names([found(a_return(JUSTICE, {}, file="清江区司法局.xlsx"))], both)
    assert item.findings == ()


PERIODS = [
    period
    for length in (PeriodLength.HALF, PeriodLength.QUARTER, PeriodLength.MONTH)
    for period in list_parts(2025, length)
]
SPELLINGS = {
    "2025-H1": ("2025年上半年", "2025上半年", "2025年度上半年", "2025H1", "2025-H1", "2025年h1", "上半年"),
    "2025-Q3": (
        "2025年第三季度",
        "2025年三季度",
        "2025年3季度",
        "2025年第3季度",
        "2025Q3",
        "2025-Q3",
        "2025年Q3",
        "三季度",
        "２０２５Ｑ３",
    ),
    "2025-03": ("2025年3月", "2025年03月", "2025年3月份", "2025年三月", "2025-03", "2025.03", "202503", "2025年度3月"),
}


def told(name: str, period: str) -> list[str]:
    (item,) = note_file_names([found(a_return(JUSTICE, {}, file=f"{name}.xlsx", year=parse_period(period)))], ROSTER)
    return [catalogue.render_problem(finding) for finding in item.findings]


@pytest.mark.parametrize("period", PERIODS)
def test_name_that_template_gives__says_its_period(period: Period) -> None:
    form = replace(the_form(), period=period.length)
    name = template_file_name(form, JUSTICE, period).removesuffix(".xlsx")
    assert told(name, str(period)) == []
    following = list_parts(2025, period.length)[period.part % len(list_parts(2025, period.length))]
    assert told(name, str(following)) == [
        f"文件名“{name}.xlsx”写的是 {name_period(period)}，而这是 {name_period(following)}的报表。"
    ]


@pytest.mark.parametrize(("period", "spelling"), [(period, name) for period in SPELLINGS for name in SPELLINGS[period]])
def test_usual_spelling_of_the_period__is_not_told__and_of_another_is(period: str, spelling: str) -> None:
    for name in (f"司法局{spelling}", f"{spelling}报表（司法局）", f"510208 司法局 {spelling}"):
        assert told(name, period) == []
        assert len(told(name, str(parse_period(period) - 1))) == 1


@pytest.mark.parametrize(
    ("period", "name"),
    [
        ("2025-03", "司法局 2025年4月2日"),
        ("2025-03", "司法局 2025-04-02"),
        ("2025-03", "司法局20250402"),
        ("2025-03", "司法局2025"),
        ("2025-03", "2025年3月（2025年4月报）"),
        ("2025-03", "201101 司法局"),
        ("2025-Q3", "司法局 2025年10月"),
        ("2025-Q3", "2025年前三季度"),
        ("2025-Q3", "司法局"),
        ("2025", "2025年第三季度"),
    ],
)
def test_date_of_handing_in_and_a_period_of_another_length__are_not_told(period: str, name: str) -> None:
    assert told(name, period) == []


def test_another_year_in_the_name_of_a_part_of_a_year__is_told__with_advice_on_the_period() -> None:
    assert told("司法局2024年", "2025-Q3") == [
        "文件名“司法局2024年.xlsx”写的是 2024 年度，而这是 2025年第三季度的报表。"
    ]
    assert told("司法局2024年第三季度", "2025-Q3") == [
        "文件名“司法局2024年第三季度.xlsx”写的是 2024年第三季度，而这是 2025年第三季度的报表。"
    ]
    facts = {"file": "二季度.xlsx", "found": parse_period("2025-Q2"), "expected": parse_period("2025-Q3")}
    finding = Finding("identity.year_in_name", code_severity("identity.year_in_name"), facts=facts)
    assert catalogue.render_advice(finding) == (
        "请核对是哪一期的；数字是 2025年第二季度的，请用 2025年第三季度的模板重报；只是文件名写错的，不用处理。"
    )


def test_another_year_beside_that_of_a_document__is_to_be_explained() -> None:
    assert noted(f"按照{YEAR}年通知填报的{YEAR - 1}年年报") == ["identity.year_in_name"]


def test_areas_of_a_roster__are_listed_once_for_many_odd_names(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Roster | None] = []

    def list_none(roster: Roster | None) -> frozenset[str]:
        asked.append(roster)
        return frozenset()

    monkeypatch.setattr(file_name_remarks, "_index_areas", list_none)
    items = [found(a_return(JUSTICE, {}, file=f"{name}.xlsx")) for name in ("清江区司法局", "石门区司法局", "司法局")]
    assert [len(item.findings) for item in note_file_names(items, ROSTER)] == [1, 1, 0]
    assert asked == [ROSTER]


def test_sentences__name_the_file_and_both_years_or_places() -> None:
    (year,) = note_file_names([found(a_return(JUSTICE, {}, file="2024年.xlsx", year=2025))], ROSTER)
    assert catalogue.render_problem(year.findings[0]) == "文件名“2024年.xlsx”写的是 2024 年度，而这是 2025 年度的报表。"
    (area,) = note_file_names([found(a_return(JUSTICE, {}, file="清江区司法局.xlsx"))], ROSTER)
    assert (
        catalogue.render_problem(area.findings[0])
        == "文件名“清江区司法局.xlsx”写的是清江区，而这是川门区司法局的报表。"
    )


def test_file_without_a_return_or_year__gets_no_remark() -> None:
    unreadable = ReviewedFile("2024年.xlsx", "", Status.UNREADABLE, None, ())
    item = found(a_return(JUSTICE, {}, file="2024年.xlsx"))
    assert item.submission
    yearless = replace(item, submission=replace(item.submission, year=None))
    assert note_file_names([unreadable, yearless], None) == (unreadable, yearless)
