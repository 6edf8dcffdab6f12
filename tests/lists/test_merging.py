"""The rows of lists of several agencies: appended or by key, traced, exported, and merged again one level up."""

import csv
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

from tests.judges import recalculate
from tests.lists.test_reading import change_row
from tests.lists.website_form import ROWS, SHEET, fill, find_head_row, write_form, write_templates
from tests.official_report.test_publish import answer, run
from xltool.cli.options import FORMS_VARIABLE
from xltool.forms.load_definitions import load_forms_below
from xltool.recognition.read_submissions import read_submission
from xltool.spreadsheet.open_workbook import open_workbook

BY_KEY = ('key = ["name"]', 'key = ["name"]\nmerge = "by_key"')


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the form, the roster and a template for each agency."""
    monkeypatch.setenv(FORMS_VARIABLE, str(write_form(tmp_path)))
    write_templates(tmp_path)
    return tmp_path


def merge(folder: Path, returns: Path | None = None, name: str = "sum.xlsx", *more: object) -> Any:
    options = ("--year", 2024, "--roster", folder / "roster.csv", "-o", folder / name, "--force", *more)
    return answer("merge", returns or folder / "returns", *options)


def list_rows(merged: Any) -> list[tuple[str, list[str], Any]]:
    """Return the name of each row, its agencies, and what it holds of articles."""
    return [
        (
            row["entries"]["name"]["text"],
            [owner["name"] for owner in row["agencies"]],
            row["entries"]["articles"]["value"],
        )
        for row in merged["lists"]["sites"]
    ]


APPENDED = [("甲局网", ["甲局"], 100), ("甲局政务网", ["甲局"], 200), ("乙局网", ["乙局"], 50)]


def test_appended__every_row_with_its_agency_and_the_totals_are_those_of_the_rows(folder: Path) -> None:
    for code in "123":
        fill(folder, code)
    merged = merge(folder)
    assert list_rows(merged) == APPENDED
    assert {key: merged["totals"][key] for key in ("sites.count", "sites.sum_articles", "sites.count_type_is_2")} == {
        "sites.count": 3,
        "sites.sum_articles": 350,
        "sites.count_type_is_2": 2,
    }
    assert merged["findings"] == []


@pytest.mark.parametrize("saved", [False, pytest.param(True, marks=pytest.mark.office)])
def test_summary_workbook__holds_every_row_and_is_read_back(folder: Path, tmp_path: Path, *, saved: bool) -> None:
    for code in "123":
        fill(folder, code)
    merge(folder)
    path = folder / "sum.xlsx"
    if saved:
        (tmp_path / "saved").mkdir()
        path = recalculate(path, tmp_path / "saved")
    sheet = openpyxl.load_workbook(path)[SHEET]
    head = find_head_row(sheet)
    assert [sheet.cell(head, column).value for column in (2, 10, 11)] == ["网站名称", "单位代码", "单位名称"]
    assert [str(sheet.cell(head + 2, column).value) for column in (2, 6, 10, 11)] == ["甲局政务网", "200", "1", "甲局"]
    submission = read_submission(open_workbook(path), load_forms_below(folder / "forms"), path.name)
    rows = submission.lists["sites"]
    assert [(row.entries["sites.name"].raw, row.owners) for row in rows] == [
        ("甲局网", (("1", "甲局"),)),
        ("甲局政务网", (("1", "甲局"),)),
        ("乙局网", (("2", "乙局"),)),
    ]
    assert rows[1].entries["sites.opened"].value == 40304
    assert submission.values["sites.count"] == 3


def test_merged_again_one_level_up__rows_keep_their_agencies(folder: Path) -> None:
    for name, codes in (("east", "1"), ("west", "23")):
        (folder / name).mkdir()
        for code in codes:
            path = fill(folder, code)
            path.rename(folder / name / path.name)
    (folder / "districts").mkdir()
    for name in ("east", "west"):
        merge(folder, folder / name, f"districts/{name}.xlsx", "--area", name)
    merged = merge(folder, folder / "districts", "city.xlsx", "--area", "city")
    assert sorted(list_rows(merged)) == sorted(APPENDED)
    assert merged["totals"]["sites.count"] == 3
    assert merged["findings"] == []


def test_trace__from_a_count_down_to_the_rows(folder: Path) -> None:
    for code in "123":
        fill(folder, code)
    merge(folder)
    (count,) = answer("trace", folder / "sum.xlsx", "sites.count_type_is_2")["figures"]
    assert (count["total"], count["agrees"]) == (2, True)
    assert [(row["agencies"], row["name"], row["value"]) for row in count["rows"]] == [
        (["甲局"], "甲局网", 1),
        (["乙局"], "乙局网", 1),
    ]
    (added,) = answer("trace", folder / "sum.xlsx", "sites.sum_articles")["figures"]
    assert [row["value"] for row in added["rows"]] == [100, 200, 50]
    result, told, _ = run("trace", folder / "sum.xlsx", "sites.count")
    assert (result, "甲局政务网" in told) == (0, True)


def test_export__a_table_of_all_rows(folder: Path) -> None:
    for code in "123":
        fill(folder, code)
    merge(folder, None, "sum.xlsx", "--export", folder / "tables")
    with (folder / "tables" / "rows.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3 * 8
    assert [row["value"] for row in rows if row["id"] == "sites.articles"] == ["100", "200", "50"]
    assert {row["text"] for row in rows if row["id"] == "sites.opened"} == {"2012-03-01", "2010-05-06", "2015-06-01"}
    with closing(sqlite3.connect(folder / "tables" / "xltool.sqlite")) as database:
        question = "SELECT agency_name, sum(value) FROM rows WHERE id = 'sites.articles' GROUP BY 1 ORDER BY 1"
        assert database.execute(question).fetchall() == [("乙局", 50), ("甲局", 300)]


def test_one_key_in_two_lists__is_told_with_both_agencies(folder: Path) -> None:
    fill(folder, "1")
    fill(folder, "2", (change_row(name="甲局 网"),), basics=(1, 1, 100))
    merged = merge(folder)
    assert len(list_rows(merged)) == 3
    told = [each for each in merged["findings"] if each["code"] == "merge.repeated_row"]
    assert [(each["severity"], "甲局网" in each["message"], "甲局、乙局" in each["message"]) for each in told] == [
        ("explain", True, True)
    ]


def test_by_key__figures_add_up_and_words_that_differ_are_told_and_left_open(folder: Path) -> None:
    write_form(folder, BY_KEY)
    fill(folder, "1")
    fill(folder, "2", (change_row(articles=7, original=1, type="专项网站", cost=2),), basics=(1, 0, 7))
    merged = merge(folder)
    assert list_rows(merged) == [("甲局网", ["甲局", "乙局"], 107), ("甲局政务网", ["甲局"], 200)]
    entries = merged["lists"]["sites"][0]["entries"]
    assert (entries["cost"]["value"], entries["type"]["value"], entries["opened"]["text"]) == (
        "3.25",
        None,
        "2012-03-01",
    )
    assert merged["totals"]["sites.sum_articles"] == 307
    assert merged["totals"]["sites.count"] == 2  # rows of one key are one row: their numbers do not add up
    assert merged["totals"]["sites.count_type_is_2"] is None  # the type of one row is open
    differing = [each["message"] for each in merged["findings"] if each["code"] == "merge.row_differs"]
    assert len(differing) == 1
    assert "“甲局网”的“网站类型”各单位填得不同：“部门网站”、“专项网站”（甲局、乙局）" in differing[0]


def test_two_versions_that_differ_in_a_row_only__are_two_versions(folder: Path) -> None:
    first = fill(folder, "1")
    first.rename(first.with_name("one.xlsx"))
    fill(folder, "1", (change_row(barrier_free="否"), ROWS["1"][1]))
    merged = merge(folder)
    assert sum(file["status"] == "accepted" for file in merged["files"]) <= 1
    assert "二、网站清单" in json.dumps(merged, ensure_ascii=False)


def test_by_key__counts_are_those_of_the_merged_rows_and_a_figure_without_total_is_not_asked_for(folder: Path) -> None:
    write_form(folder, BY_KEY)
    fill(folder, "1")
    fill(folder, "2", (change_row(articles=7, original=1, available=90, cost=2),), basics=(1, 1, 7))
    fill(folder, "3")
    merged = merge(folder)
    assert [merged["totals"][f"sites.{name}"] for name in ("count", "count_type_is_2", "sum_articles")] == [2, 1, 307]
    assert merged["findings"] == []
    assert merged["lists"]["sites"][0]["entries"]["available"]["value"] is None
    book = openpyxl.load_workbook(folder / "sum.xlsx", data_only=True)
    results = {row[1].value: row[5].value for row in book["校验"].iter_rows(min_row=4)}
    assert results["网站总数等于清单行数"] == "—"  # the agencies count the same website each
    assert results["信息发布总数等于清单合计"] == "✓"
    assert 2 in [cell.value for cell in book[SHEET][5]]


def test_by_key__one_row_an_agency_is_printed_and_read_back(folder: Path) -> None:
    write_form(folder, ('key = ["name"]', 'key = ["name"]\nmerge = "by_key"\narea_report = "agencies"'))
    fill(folder, "1")
    fill(folder, "2", (change_row(articles=7, original=1, cost=2),), basics=(1, 1, 7))
    merge(folder)
    report = folder / "report.docx"
    assert run("publish", folder / "sum.xlsx", "-o", report, "--include-flawed")[2] == ""
    table = docx.Document(str(report)).tables[-1]
    column = [cell.text for cell in table.rows[0].cells].index("信息发布数合计（条）")
    assert [[row.cells[1].text, row.cells[2].text, row.cells[column].text] for row in table.rows[1:]] == [
        ["甲局", "2", "300"],
        ["乙局", "1", "7"],
        ["合计", "2", "307"],
    ]
    found = answer("compare", folder / "sum.xlsx", report)
    assert found["unread"] == []


def test_several_keys_in_two_lists__are_findings_of_their_own(folder: Path) -> None:
    fill(folder, "1")
    twice = (change_row(), change_row(name="甲局政务网"))
    fill(folder, "2", twice, basics=(2, 2, 200))
    fill(folder, "3")
    merged = merge(folder)
    assert [each["code"] for each in merged["findings"]] == ["merge.repeated_row"] * 2
    again = merge(folder, None, "again.xlsx", "--since", folder / "sum.xlsx")
    marks = {each["fingerprint"] for each in merged["noted"] if each["code"] == "merge.repeated_row"}
    assert len(marks) == 2
    assert (again["since"]["new"], marks <= set(again["since"]["still"]), again["since"]["gone"]) == ([], True, [])


def test_key_of_an_agency__is_asked_about_within_it_only(folder: Path) -> None:
    write_form(folder, ('key = ["name"]', 'key = ["name"]\nkey_scope = "agency"'))
    fill(folder, "1")
    fill(folder, "2", (change_row(),), basics=(1, 1, 100))
    merged = merge(folder)
    codes = [each["code"] for each in merged["findings"]]
    assert (codes, len(merged["lists"]["sites"])) == (["merge.incomplete"], 3)
    path = fill(folder, "2", (change_row(), change_row()), basics=(2, 2, 200))
    (item,) = answer("check", path)["submissions"]
    assert [each["code"] for each in item["findings"]] == ["list.repeated_key"]


@pytest.mark.parametrize("more", ['key = ["name"]\nmerge = "by_key"', ""])
def test_key_of_an_agency__without_a_key_or_merged_by_it__is_refused(folder: Path, more: str) -> None:
    write_form(folder, ('key = ["name"]', f'{more}\nkey_scope = "agency"'))
    code, _, problem = run("forms", "check", folder / "forms")
    assert (code, "lists.sites.key_scope 写了 agency，要有 key，并且各单位的行依次排列" in problem) == (2, True), (
        problem
    )
