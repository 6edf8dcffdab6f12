"""What the name of a file says against the year or the district of its return: told, and counted all the same."""

from dataclasses import replace

import pytest

from tests.merging import YEAR, a_return, found
from xltool.consolidation.file_name_remarks import note_file_names
from xltool.messages import catalogue
from xltool.model.agency import Agency, Roster, Scope
from xltool.model.consolidation import ReviewedFile, Status

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
        "国办公开办函〔2021〕30号附件 司法局",
        "司法局 2001",
        "510208",
        "司法局（2）",
        "司法局 20250",
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
