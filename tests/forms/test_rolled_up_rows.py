"""Periods added up from sums, whose rows are the reports; files that are not counted; computed figures."""

import io
import re
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from tests.forms.test_year_totals import FORM, RELATIONS, TABLES
from tests.official_report.test_publish import answer, run
from tests.own_forms import write_definition
from xltool.cli.options import FORMS_VARIABLE

PERIODS = ("2025-H1", "2025-H2")
FIGURES: dict[str, int | str | None] = {"B4": 10, "B5": 2, "B6": 9, "B7": 3, "B9": 4, "B10": 90, "B11": "是", "B12": 7}


@pytest.fixture
def halves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_definition(tmp_path, "cases", FORM, TABLES, RELATIONS)
    monkeypatch.setenv(FORMS_VARIABLE, str(tmp_path / "forms"))
    (tmp_path / "roster.csv").write_text("单位代码,单位名称\n1,甲局\n2,乙局\n", "utf-8")
    return tmp_path


def fill(folder: Path, other_figures: Mapping[str, Mapping[str, int | str | None]] | None = None) -> list[Path]:
    """Fill both halves of two agencies alike; ``other_figures`` are by the number of the agency."""
    filled = []
    for period in PERIODS:
        run("template", "--period", period, "--roster", folder / "roster.csv", "-o", folder / period)
        for path in sorted((folder / period).glob("[12] *.xlsx")):
            book = openpyxl.load_workbook(path)
            own: Mapping[str, int | str | None] = (other_figures or {}).get(path.name[0], {})
            for address, figure in {**FIGURES, "B5": 3, **own}.items():
                book["办件"][address] = figure
            book["办件"]["B6"] = 10
            book.save(path)
            filled.append(path)
    return filled


def merge_halves(folder: Path, **details: str | int | None) -> list[Path]:
    """Merge each half; change columns of the row of the second agency in the details, by the id of the column."""
    made = []
    fill(folder)
    for period in PERIODS:
        made.append(folder / f"{period}.xlsx")
        code, _, problem = run("merge", folder / period, "--roster", folder / "roster.csv", "-o", made[-1])
        assert (code, problem) == (0, "")
        book = openpyxl.load_workbook(made[-1])
        sheet = book["明细"]
        (ids,) = (row for row in sheet.iter_rows() if "cases.received" in [cell.value for cell in row])
        columns = {cell.value: cell.coordinate.rstrip("0123456789") for cell in ids}
        (row,) = {cell.row for row in sheet.iter_rows() for cell in row if cell.value == "乙局"}
        for key, value in details.items():
            sheet[f"{columns[key.replace('__', '.')]}{row}"] = value
        if details:
            book.save(made[-1])
    return made


def test_choices_of_a_sum__are_counted(halves: Path) -> None:
    answered: Any = answer("rollup", *merge_halves(halves), "--roster", halves / "roster.csv")
    assert [agency["tallies"] for agency in answered["agencies"]] == [{"cases.counter": {"是": 2, "否": 0}}] * 2
    assert answered["complete"], answered


def test_own_and_area_row_of_one_code__are_two_agencies(halves: Path) -> None:
    sums = merge_halves(halves, code="1", name="甲局", scope="汇总", cases__received=40, cases__counter=None)
    answered: Any = answer("rollup", *sums, "--include-flawed", "-o", halves / "year.xlsx")
    assert [(each["code"], each["name"], each["scope"]) for each in answered["agencies"]] == [
        ("1", "甲局（本机关）", "own"),
        ("1", "甲局（汇总）", "area"),
    ]
    assert [agency["values"]["cases.received"] for agency in answered["agencies"]] == [20, 80]
    assert answered["totals"]["cases.received"] == 100
    own, area = (agency["blank"] for agency in answered["agencies"])
    assert (own, area) == ({}, {"cases.counter": [*PERIODS]})  # how many chose each word is not in the row of an area
    rows = openpyxl.load_workbook(halves / "year.xlsx")["合计"]
    assert [rows.cell(row, 4).value for row in (5, 6)] == ["=SUM(各期!E4:E5)", "=SUM(各期!E6:E7)"]


def test_second_report_for_a_period__is_told_and_not_added(halves: Path) -> None:
    sums = merge_halves(halves, code="1", name="甲局", cases__received=40)
    (agency,) = answer("rollup", *sums, "--include-flawed")["agencies"]
    assert (agency["values"]["cases.received"], agency["complete"]) == (20, False)
    assert [Path(file).name for file in agency["repeated"]] == [path.name for path in sums]
    assert "甲局：重复（2025年上半年）同一期不止一份，这一份没有加进去" in run("rollup", *sums, "--include-flawed")[1]


def test_agency_whose_files_all_went_back__is_listed(halves: Path) -> None:
    files = fill(halves, {"2": {"B4": "若干"}})
    answered: Any = answer("rollup", *files)
    assert answered["complete"] is False
    _, second = answered["agencies"]
    assert (second["name"], second["missing"], list(second["held"])) == ("乙局", [*PERIODS], [*PERIODS])


@pytest.mark.parametrize(("how", "expected"), [("sum", "153.84"), ("none", None), ("mean", "76.92"), ("last", "76.92")])
def test_computed_figure__adds_up_as_the_definition_says(halves: Path, how: str, expected: str | None) -> None:
    tables = re.sub(r'kind = "percent"', f'kind = "decimal", decimals = 2, year_total = "{how}"', TABLES)
    (halves / "forms" / "cases" / "1" / "tables.toml").write_text(tables, "utf-8")
    answered: Any = answer("rollup", *fill(halves), "-o", halves / "year.xlsx")
    assert [agency["values"]["cases.rate"] for agency in answered["agencies"]] == [expected] * 2
    sheet = openpyxl.load_workbook(halves / "year.xlsx")["合计"]
    column = [cell.value for cell in sheet[3]].index("cases.rate") + 1
    assert str(sheet.cell(5, column).value).startswith({"sum": "=SUM(", "last": "=各期!"}.get(how, str(expected)[:2]))


def test_figure_that_does_not_apply__is_shown_so(halves: Path) -> None:
    files = fill(halves, {"2": {"B12": "/"}})
    answered: Any = answer("rollup", *files, "-o", halves / "year.xlsx")
    assert answered["agencies"][1]["blank"] == {}
    sheet = openpyxl.load_workbook(halves / "year.xlsx")["各期"]
    column = [cell.value for cell in sheet[3]].index("cases.stock") + 1
    assert [sheet.cell(row, column).value for row in range(4, 8)] == [7, 7, "/", "/"]


def encrypt(path: Path) -> None:
    encrypted = io.BytesIO()
    OOXMLFile(io.BytesIO(path.read_bytes())).encrypt("0" * 8, encrypted)
    path.write_bytes(encrypted.getvalue())


def test_encrypted_sums__are_read_with_the_password(halves: Path) -> None:
    sums = merge_halves(halves)
    for path in sums:
        encrypt(path)
    answered: Any = answer("rollup", *sums, "--password", "0" * 8)
    assert [agency["values"]["cases.received"] for agency in answered["agencies"]] == [20, 20]


def test_encrypted_sums__are_compared_with_a_return_and_in_folders(halves: Path) -> None:
    first, _ = merge_halves(halves)
    (own,) = (halves / PERIODS[0]).glob("1 *.xlsx")
    (later,) = (halves / PERIODS[1]).glob("1 *.xlsx")
    for name in ("before", "after"):
        (halves / name).mkdir()
    shutil.copy(first, halves / "before")
    run("merge", later, "-o", halves / "after" / "sum.xlsx")  # of one agency: the sums of those in both are compared
    for path in (first, halves / "before" / first.name, halves / "after" / "sum.xlsx"):
        encrypt(path)
    code, told, problem = run("compare", first, own, "--password", "0" * 8)
    assert (code, problem) == (0, ""), told
    code, told, problem = run("compare", halves / "before", halves / "after", "--password", "0" * 8)
    assert (problem, "同口径" in told) == ("", True), told


def test_sums_inside_an_archive__give_every_agency(halves: Path) -> None:
    first, second = merge_halves(halves)
    with zipfile.ZipFile(halves / "下半年.zip", "w") as archive:
        archive.write(second, "汇总/下半年.xlsx")
    answered: Any = answer("rollup", first, halves / "下半年.zip", "--roster", halves / "roster.csv")
    assert (answered["complete"], len(answered["agencies"])) == (True, 2)
    assert [agency["values"]["cases.received"] for agency in answered["agencies"]] == [20, 20]


def test_unread_file__explains_what_is_missing(halves: Path) -> None:
    files = fill(halves)
    files[-1].write_bytes(files[-1].read_bytes()[:3000])
    words = ("rollup", *files, "--roster", halves / "roster.csv")
    _, second = answer(*words)["agencies"]
    assert (second["missing"], [Path(file).name for file in second["unread"]]) == ([PERIODS[1]], [files[-1].name])
    assert f"乙局：缺期（2025年下半年）缺 1/2；读不出来：{files[-1].name}" in run(*words)[1]
