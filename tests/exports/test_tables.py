"""`merge --export`: what other programs read is what was returned and summed."""

import csv
import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pyarrow import parquet

from tests.cli.test_commands import MEMBERS, ROSTER, answer, broken, report, returned, run
from tests.merging import CITY, FEES, NEW, YEAR, the_form, twelve
from xltool.consolidation.choosing import choose_returns
from xltool.consolidation.totals import consolidate
from xltool.errors import UsageError
from xltool.exports import csv_text, tables

FILES = [f"{name}.{kind}" for name in ("figures", "findings", "totals", "tracking") for kind in ("csv", "parquet")]


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    """Three returns, one of them with a mistake, and one agency's amount left open."""
    folder = tmp_path / "returns"
    path = returned(folder, "329907", report("zhangjiawan-2025") | {FEES: Decimal("7730.28")})
    openpyxl.load_workbook(path).save(path)  # a program that stores no results of formulas
    returned(folder, "329908", broken(report("zhangjiawan-2025")))
    figures = report("zhangjiawan-2025")
    del figures[NEW]
    returned(folder, "329909", figures | {FEES: "/"}, declared=False)
    run(
        "merge",
        folder,
        "--roster",
        ROSTER,
        "-o",
        tmp_path / "汇总.xlsx",
        "--export",
        tmp_path / "out",
        "--include-flawed",
    )
    return tmp_path / "out"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def one(path: Path, **wanted: str) -> dict[str, str]:
    (row,) = (row for row in rows(path) if all(row[key] == value for key, value in wanted.items()))
    return row


def test_export__its_files__and_a_mark_by_which_excel_knows_utf8(exported: Path) -> None:
    assert sorted(path.name for path in exported.iterdir()) == sorted([*FILES, tables.DATABASE_NAME])
    assert (exported / "figures.csv").read_bytes().startswith(b"\xef\xbb\xbfyear,agency_code,agency_name,")


def test_export__one_figure_a_row__with_agency_labels_state_and_source(exported: Path) -> None:
    row = one(exported / "figures.csv", agency_code="329907", id=FEES)
    file = exported.parent / "returns" / "329907.xlsx"
    assert {
        key: row[key] for key in ("year", "agency_name", "parent", "scope", "value", "state", "status", "file")
    } == {
        "year": "2025",
        "agency_name": "示例一镇人民政府",
        "parent": "3299",
        "scope": "own",
        "value": "7730.28",
        "state": "number",
        "status": "accepted",
        "file": str(file),
    }
    assert (row["line"], row["unit"], row["sheet"]) == ("行政事业性收费", "万元", "表二")
    levels = {agency.code: agency.level for agency in MEMBERS}
    for name in ("figures.csv", "tracking.csv"):
        assert {each["level"] for each in rows(exported / name) if each["agency_code"] == "329907"} == {
            levels["329907"]
        }
    silent = {key: one(exported / "figures.csv", agency_code="329909", id=key) for key in (NEW, FEES)}
    assert {key: (row["value"], row["state"]) for key, row in silent.items()} == {
        NEW: ("", "blank"),
        FEES: ("", "not_applicable"),
    }
    assert one(exported / "figures.csv", agency_code="329908", id=NEW)["status"] == "returned"


def test_export__a_total__has_a_state_too_and_a_zero_that_was_declared_says_so(exported: Path) -> None:
    read = rows(exported / "figures.csv")
    totals = [(bool(row["value"]), row["state"]) for row in read if row["computed"] == "1"]
    assert set(totals) == {(True, "number"), (False, "blank")}
    declared = {(row["agency_code"], row["declared_zero"]) for row in read if row["id"] in {NEW, FEES}}
    assert declared == {("329907", "0"), ("329908", "0"), ("329909", "0")}


def test_export__left_blank_and_declared__is_a_zero_of_its_own_kind(tmp_path: Path) -> None:
    returned(tmp_path / "returns", "329907", {FEES: 3})
    run("merge", tmp_path / "returns", "-o", tmp_path / "a.xlsx", "--export", tmp_path / "o", "--include-flawed")
    read = {row["id"]: (row["value"], row["declared_zero"]) for row in rows(tmp_path / "o" / "figures.csv")}
    assert (read[NEW], read[FEES]) == (("0", "1"), ("3", "0"))


@pytest.mark.parametrize(("library", "suffix"), [(True, "parquet"), (False, "csv")])
def test_figures_alone__are_never_written_over_a_file_unless_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: bool, suffix: str
) -> None:
    monkeypatch.setattr(tables, "find_spec", lambda name: library or None)
    chosen = choose_returns(twelve()[:1], None, the_form(), YEAR)
    made = consolidate(chosen, None, the_form(), YEAR, area=CITY)
    path = tables.write_figures(made, tmp_path / "明细")
    assert path == tmp_path / f"明细.{suffix}"
    before = path.read_bytes()
    path.write_bytes(b"mine")
    with pytest.raises(UsageError):
        tables.write_figures(made, tmp_path / "明细")
    assert path.read_bytes() == b"mine"
    assert tables.write_figures(made, tmp_path / "明细", force=True).read_bytes() == before


def test_export__three_kinds_of_file__the_same_figures_and_no_digit_lost(exported: Path) -> None:
    table = parquet.read_table(exported / "figures.parquet").to_pylist()
    with sqlite3.connect(exported / tables.DATABASE_NAME) as database:
        stored = database.execute("SELECT agency_code, id, value FROM figures").fetchall()
    written = [(row["agency_code"], row["id"], row["value"]) for row in rows(exported / "figures.csv")]
    assert [(code, cell, number(value)) for code, cell, value in written] == [
        (row["agency_code"], row["id"], row["value"]) for row in table
    ]
    assert [(code, cell, number("" if value is None else str(value))) for code, cell, value in stored] == [
        (code, cell, number(value)) for code, cell, value in written
    ]
    assert {type(row["value"]) for row in table} == {Decimal, type(None)}


def number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def test_export__sums_in_the_database__are_the_totals_of_the_merge(exported: Path, tmp_path: Path) -> None:
    merged = answer(
        "merge", exported.parent / "returns", "--roster", ROSTER, "-o", tmp_path / "x.xlsx", "--include-flawed"
    )
    with sqlite3.connect(exported / tables.DATABASE_NAME) as database:
        sums = dict(database.execute("SELECT id, SUM(value) FROM figures WHERE computed = 0 GROUP BY id").fetchall())
        totals = dict(database.execute("SELECT id, value FROM totals WHERE computed = 0").fetchall())
        lacking = database.execute("SELECT expected, lacking FROM totals WHERE id = ?", [NEW]).fetchone()
    assert sums == totals
    said = {
        cell: Decimal(str(value)) for cell, value in merged["totals"].items() if cell in totals and value is not None
    }
    assert said == {cell: Decimal(str(value)) for cell, value in totals.items() if value is not None}
    assert lacking == (12, 10)


def test_export__findings_and_tracking__every_file_and_who_sent_nothing(exported: Path) -> None:
    told = one(exported / "findings.csv", agency_code="329908", severity="must_fix")
    assert (told["code"], told["relation"], told["sheet"], told["address"]) == (
        "T3-BAL",
        "T3-BAL.natural_person",
        "表三",
        "D7",
    )
    status = {row["agency_code"]: row["status"] for row in rows(exported / "tracking.csv")}
    assert (status["329907"], status["329908"], status["329910"]) == ("accepted", "returned", "missing")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_csv__a_text_that_would_run_as_a_formula__is_a_text(sign: str) -> None:
    harmless: Any = csv_text.escape_formula(f"{sign}cmd|' /C calc'!A0")
    assert harmless == f"'{sign}cmd|' /C calc'!A0"
    assert csv_text.escape_formula("=甲,乙"[1:]) == "甲,乙"
    assert csv_text.escape_formula(-5) == -5


@pytest.mark.parametrize("code", ["110112114000000000", "0101", "12E45", "1.5e7"])
def test_csv__a_code_that_a_program_would_show_as_another_number__is_a_text(code: str) -> None:
    harmless: Any = csv_text.escape_formula(code)
    assert harmless == f"\t{code}"
    assert [csv_text.escape_formula(text) for text in ("329907", "11010", "0", "E5", "1e", "12345678901")] == [
        "329907",
        "11010",
        "0",
        "E5",
        "1e",
        "12345678901",
    ]


def test_csv__integers_with_gaps__stay_integers(exported: Path) -> None:
    sizes = {row["agency_code"]: row["size"] for row in rows(exported / "tracking.csv")}
    assert all(size == "" or size.isdecimal() for size in sizes.values())
    assert "" in sizes.values()
    assert any(sizes.values())


def test_export__an_agency_named_like_a_formula__is_a_text_in_csv_and_itself_in_the_database(tmp_path: Path) -> None:
    path = returned(tmp_path / "returns", "329907", {})
    book = openpyxl.load_workbook(path)
    book.save(tmp_path / "returns" / "=HYPERLINK(1).xlsx")
    path.unlink()
    (tmp_path / "名册.csv").write_text("代码,名称\n329907,=1+1镇\n", "utf-8")
    run(
        "merge",
        tmp_path / "returns",
        "--roster",
        tmp_path / "名册.csv",
        "-o",
        tmp_path / "a.xlsx",
        "--export",
        tmp_path / "o",
    )
    assert {row["agency_name"] for row in rows(tmp_path / "o" / "tracking.csv")} == {"'=1+1镇"}
    with sqlite3.connect(tmp_path / "o" / tables.DATABASE_NAME) as database:
        assert database.execute("SELECT agency_name FROM tracking").fetchall() == [("=1+1镇",)]


def test_export__a_folder_with_something_in_it__is_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("x")
    returned(tmp_path / "returns", "329907", {})
    words = ("merge", tmp_path / "returns", "-o", tmp_path / "a.xlsx", "--export", tmp_path / "out")
    code, _, err = run(*words)
    assert (code, (tmp_path / "a.xlsx").exists()) == (2, False)
    assert "不是空的" in err
    assert run(*words, "--force")[0] in {0, 1}
    assert (tmp_path / "out" / "letter.txt").read_text() == "x"


def test_export__without_pyarrow__no_parquet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "find_spec", lambda name: None)
    returned(tmp_path / "returns", "329907", {})
    run("merge", tmp_path / "returns", "-o", tmp_path / "a.xlsx", "--export", tmp_path / "out")
    assert {path.suffix for path in (tmp_path / "out").iterdir()} == {".csv", ".sqlite"}
