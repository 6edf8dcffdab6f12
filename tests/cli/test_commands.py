"""The commands as a coordinator runs them: real files in, exit code, sentences and JSON out."""

import json
import shutil
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from tests.filled import write_once
from tests.judges import recalculate
from tests.merging import CITY, REPORTS, the_form
from xltool.cli.main import main
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.form import Number
from xltool.roster.read_roster import read_roster
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
ROSTER = SAMPLES / "roster.csv"
MEMBERS = [agency for agency in read_roster(ROSTER) if agency.code != CITY.code]
FIVE_COUNTS = ("accepted", "returned", "unreadable", "superseded", "foreign")


def run(*words: object) -> tuple[int, str, str]:
    """Exit code, output and error stream of one command; an exception would be a traceback, and fails."""
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def answer(*words: object) -> Any:
    code, out, err = run(*words, "--json")
    assert code in {0, 1}, err
    return json.loads(out)


def report(name: str) -> dict[str, Number]:
    figures = json.loads((SAMPLES / "reports" / f"{name}.json").read_text("utf-8"))["figures"]
    return {cell: Decimal(figure) if isinstance(figure, str) else figure for cell, figure in figures.items()}


def returned(
    folder: Path,
    code: str,
    figures: Mapping[str, Number | str],
    *,
    year: int = 2025,
    name: str = "",
    declared: bool = True,
) -> Path:
    """A filled workbook of one agency, as its template would have been handed out."""
    agency = next(agency for agency in MEMBERS if agency.code == code)
    path = folder / (name or f"{code}.xlsx")
    folder.mkdir(exist_ok=True)
    write_once(
        plan_workbook(the_form()),
        TemplateRequest(agency, year, code, filling=FilledContents(figures, declared=declared)),
        path,
    )
    return path


@pytest.fixture
def twelve(tmp_path: Path) -> Path:
    """Twelve agencies' returns, every one right, the figures those of real reports."""
    folder = tmp_path / "returns"
    for number, agency in enumerate(MEMBERS):
        returned(folder, agency.code, report(REPORTS[number % len(REPORTS)]))
    return folder


def broken(figures: Mapping[str, Number]) -> dict[str, Number]:
    return {**figures, "requests.carried_out.natural_person": 5}


# --- merge -------------------------------------------------------------------------------------------------------


@pytest.mark.office
def test_merge__twelve_agencies__libreoffice_computes_the_same_totals(twelve: Path, tmp_path: Path) -> None:
    out = tmp_path / "汇总.xlsx"
    merged = answer("merge", twelve, "--roster", ROSTER, "-o", out)
    assert (merged["found"], merged["accepted"], merged["missing"]) == (12, 12, [])
    book = openpyxl.load_workbook(recalculate(out, tmp_path / "office"), data_only=True)
    chart = plan_workbook(the_form())
    shown = {cell: book[place.sheet][place.address].value for cell, place in chart.cells.items()}
    assert {cell: Decimal(str(value)) for cell, value in shown.items()} == {
        cell: Decimal(str(value)) for cell, value in merged["totals"].items()
    }


def test_merge__one_file_dropped__its_share_is_gone_and_its_name_is_said(twelve: Path, tmp_path: Path) -> None:
    whole = answer("merge", twelve, "--roster", ROSTER, "-o", tmp_path / "a.xlsx")
    gone = answer("check", twelve / "329907.xlsx")["submissions"][0]["values"]
    (twelve / "329907.xlsx").unlink()
    code, out, _ = run("merge", twelve, "--roster", ROSTER, "-o", tmp_path / "b.xlsx")
    less = answer("merge", twelve, "--roster", ROSTER, "-o", tmp_path / "c.xlsx")
    assert code == 1
    assert "未报 1 个单位：示例一镇人民政府（329907）" in out
    assert "汇总数不完整" in out
    assert (less["missing"], less["complete"]) == (["329907"], False)
    share = {cell: Decimal(str(whole["totals"][cell])) - Decimal(str(less["totals"][cell])) for cell in gone}
    assert share == {cell: Decimal(str(value)) for cell, value in gone.items()}


def test_merge__litter_among_the_returns__one_row_and_one_line_each(tmp_path: Path) -> None:
    folder = tmp_path / "returns"
    returned(folder, "329907", report("zhangjiawan-2025"))
    (folder / "说明.txt").write_text("文字", "utf-8")
    (folder / "空.xlsx").write_bytes(b"")
    (folder / "截图.xlsx").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (folder / "~$329907.xlsx").write_bytes(b"\x05user")
    merged = answer("merge", folder, "--roster", ROSTER, "-o", tmp_path / "out.xlsx")
    assert merged["found"] == sum(merged[key] for key in FIVE_COUNTS) == 5
    assert [merged[key] for key in FIVE_COUNTS] == [1, 0, 1, 0, 3]
    assert {Path(row["file"]).name: (row["status"], row["agency"]) for row in merged["files"]} == {
        "329907.xlsx": ("accepted", "329907"),
        "说明.txt": ("foreign", None),
        "空.xlsx": ("unreadable", None),
        "截图.xlsx": ("foreign", None),
        "~$329907.xlsx": ("foreign", None),
    }
    assert all(len(row["reason"].splitlines()) == 1 for row in merged["files"] if row["status"] != "accepted")
    assert merged["totals"]["requests.received.total"] == 97
    code, out, err = run("check", folder)
    assert (code, err) == (1, "")
    assert [line for line in out.splitlines() if "空.xlsx（" in line or "截图.xlsx（" in line or "说明.txt（" in line]


def test_merge__flawed_return__is_left_out_unless_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "returns"
    returned(folder, "329907", report("zhangjiawan-2025"))
    returned(folder, "329908", broken(report("zhangjiawan-2025")))
    without = answer("merge", folder, "--roster", ROSTER, "-o", tmp_path / "a.xlsx")
    having = answer("merge", folder, "--roster", ROSTER, "-o", tmp_path / "b.xlsx", "--include-flawed")
    assert (without["accepted"], without["returned"], having["returned"]) == (1, 1, 1)
    assert (without["totals"]["requests.received.total"], having["totals"]["requests.received.total"]) == (97, 194)
    assert "329908" not in without["missing"]
    assert "329908" in without["not_summed"]


def test_merge__a_later_return__supersedes_the_first(tmp_path: Path) -> None:
    import os

    folder = tmp_path / "returns"
    first = returned(folder, "329907", broken(report("zhangjiawan-2025")), name="第一次.xlsx")
    second = returned(folder, "329907", report("zhangjiawan-2025"), name="改正后.xlsx")
    os.utime(first, (1_700_000_000, 1_700_000_000))
    os.utime(second, (1_700_009_000, 1_700_009_000))
    merged = answer("merge", folder, "--roster", ROSTER, "-o", tmp_path / "out.xlsx")
    assert {Path(row["file"]).name: row["status"] for row in merged["files"]} == {
        "第一次.xlsx": "superseded",
        "改正后.xlsx": "accepted",
    }


def test_merge__consolidated_workbooks__can_be_merged_again_and_never_twice(twelve: Path, tmp_path: Path) -> None:
    whole = answer("merge", twelve, "--roster", ROSTER, "-o", tmp_path / "whole.xlsx")
    halves = tmp_path / "halves"
    halves.mkdir()
    for half, codes in (("a", MEMBERS[:6]), ("b", MEMBERS[6:])):
        (tmp_path / half).mkdir()
        for agency in codes:
            shutil.copy2(twelve / f"{agency.code}.xlsx", tmp_path / half)
        run("merge", tmp_path / half, "-o", halves / f"{half}.xlsx", "--area", f"片区{half}")
    again = answer("merge", halves, "-o", tmp_path / "again.xlsx", "--area", "全市")
    assert again["totals"] == whole["totals"]
    doubled = answer("merge", halves, tmp_path / "a", "-o", tmp_path / "doubled.xlsx", "--area", "全市")
    assert doubled["totals"] == whole["totals"]
    assert doubled["accepted"] == 2


def test_merge__its_own_summary__passes_the_same_checks_as_any_return(twelve: Path, tmp_path: Path) -> None:
    out = tmp_path / "汇总.xlsx"
    merged = answer("merge", twelve, "--roster", ROSTER, "-o", out)
    (read,) = answer("check", out)["submissions"]
    assert (read["scope"], read["status"]) == ("area", "accepted")
    assert read["values"] == merged["totals"]
    assert [finding["code"] for finding in read["findings"] if finding["severity"] == "must_fix"] == []


# --- template and last year --------------------------------------------------------------------------------------


def test_template__with_last_years_summary__carries_over_what_was_open(tmp_path: Path) -> None:
    last = tmp_path / "2024"
    returned(last, "329907", report("zhangjiawan-2025"), year=2024)
    run("merge", last, "--roster", ROSTER, "-o", tmp_path / "2024汇总.xlsx")
    previous = ("--previous", tmp_path / "2024汇总.xlsx")
    code, out, _ = run("template", "--year", 2025, "--roster", ROSTER, *previous, "-o", tmp_path / "out")
    assert code == 0
    assert "12 份模板" in out
    (template,) = (tmp_path / "out").glob("329907*.xlsx")
    book = openpyxl.load_workbook(template)
    assert [book["表三"].cell(8, column).value for column in range(4, 10)] == [4, 1, 0, 0, 0, 0]
    assert [book["表三"].cell(7, column).value for column in range(4, 10)] == [None] * 6


def test_check__carry_over_changed__asks_for_an_explanation_and_is_settled_by_one(tmp_path: Path) -> None:
    last = returned(tmp_path / "2024", "329907", report("zhangjiawan-2025"), year=2024)
    this = returned(tmp_path / "2025", "329907", report("zhangjiawan-2025"))
    (found,) = answer("check", this, "--previous", last)["submissions"]
    asked = [item for item in found["findings"] if item["severity"] == "explain"]
    assert [item["relation"] for item in asked] == ["YEAR-CARRY.natural_person", "YEAR-CARRY.enterprise"]
    assert found["status"] == "accepted"
    book = openpyxl.load_workbook(this)
    names = {relation.id: relation.name for relation in the_form().relations}
    for row, item in enumerate(asked, start=4):
        book["情况说明"].cell(row, 2).value = names[item["relation"]]
        book["情况说明"].cell(row, 5).value = "上年报告更正"
    book.save(this)
    (settled,) = answer("check", this, "--previous", last)["submissions"]
    assert [item["settled"] for item in settled["findings"] if item["severity"] == "explain"] == ["上年报告更正"] * 2
    assert run("check", this, "--previous", last)[0] == 0


def test_template__existing_file__is_not_overwritten_and_nothing_is_written(tmp_path: Path) -> None:
    run("template", "--year", 2025, "--roster", ROSTER, "-o", tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    code, _, err = run("template", "--year", 2025, "--roster", ROSTER, "-o", tmp_path)
    assert code == 2
    assert "已经存在" in err
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


# --- the contract for other programs -----------------------------------------------------------------------------


def test_check_json__has_the_agreed_shape(tmp_path: Path) -> None:
    path = returned(tmp_path, "329908", broken(report("zhangjiawan-2025")), declared=False)
    (found,) = answer("check", path)["submissions"]
    assert list(found) == [
        "file",
        "sha256",
        "form",
        "edition",
        "year",
        "scope",
        "agency",
        "status",
        "program",
        "values",
        "states",
        "controls",
        "findings",
    ]
    assert (found["form"], found["edition"], found["year"], found["scope"]) == (
        "zfxxgk-annual-report",
        "2021",
        2025,
        "own",
    )
    assert found["agency"] == {"code": "329908", "name": "示例二镇人民政府"}
    assert (len(found["values"]), found["states"], found["status"]) == (203, {}, "returned")
    (finding,) = found["findings"]
    assert (finding["code"], finding["severity"], finding["relation"]) == (
        "T3-BAL",
        "must_fix",
        "T3-BAL.natural_person",
    )
    assert [cell["address"] for cell in finding["cells"]][:4] == ["D7", "D8", "D30", "D31"]
    assert (finding["facts"]["left"], finding["facts"]["right"], finding["facts"]["difference"]) == (101, 102, 1)


def test_check_json__amounts_are_exact_decimals_as_text__blank_is_null_with_a_state(tmp_path: Path) -> None:
    path = returned(tmp_path, "329904", report("pingtan-2024"), declared=False)
    (found,) = answer("check", path)["submissions"]
    assert found["values"]["disclosure.administrative_fees.amount"] == "18651.06"
    assert found["values"]["disclosure.normative_documents.in_force"] is None
    assert found["states"]["disclosure.normative_documents.in_force"] == "blank"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check", "nowhere"], "找不到“nowhere”"),
        (["merge", "nowhere", "-o", "out.xlsx"], "找不到“nowhere”"),
        (["template", "--year", "1990", "--roster", str(ROSTER), "-o", "out"], "1990"),
        (["template", "--year", "2025", "--roster", "nowhere.csv", "-o", "out"], "nowhere.csv"),
        (["status", ".", "--roster", "nowhere.csv"], "nowhere.csv"),
        (["forms", "show", "nothing"], "nothing"),
        (["forms", "check", "."], "form.toml"),
        (["check", ".", "--forms", "nowhere"], "nowhere"),
    ],
)
def test_command_that_cannot_run__one_clear_line_and_exit_2(
    words: Sequence[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_status__every_agency_of_the_roster_with_its_state(tmp_path: Path) -> None:
    folder = tmp_path / "returns"
    returned(folder, "329907", report("zhangjiawan-2025"))
    returned(folder, "329908", broken(report("zhangjiawan-2025")))
    code, out, _ = run("status", folder, "--roster", ROSTER)
    assert code == 1
    rows = {line.split()[0]: line for line in out.splitlines() if line.strip()[:4] == "3299"}
    assert len(rows) == 13
    assert "已计入" in rows["329907"]
    assert "退回" in rows["329908"]
    assert "未报" in rows["329909"]


def test_forms__list_show_and_check_the_shipped_form() -> None:
    assert "2021" in run("forms", "list")[1]
    shown = run("forms", "show", "zfxxgk-annual-report", "2021")[1]
    assert "requests.received.natural_person" in shown
    assert "T3-BAL.total" in shown
    assert run("forms", "check", SAMPLES.parent / "templates" / "zfxxgk-annual-report" / "2021")[0] == 0


def test_forms_prove__says_what_relations_are_worth() -> None:
    code, shown = run("forms", "prove", "zfxxgk-annual-report", "2021")[:2]
    assert code == 0
    lines = shown.splitlines()
    assert lines[:2] == ["年内等式 42 条，相互独立的 40 条。", "没有互相矛盾的关系。"]
    assert (
        "总计也由人填写，一格填错：203 种错误，查出 190 种，其中 175 种能唯一定位；查出的每一种平均有 1.3 种可能。"
        in lines
    )


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_check__empty_folder__says_so(more: tuple[str, ...], tmp_path: Path) -> None:
    code, out, err = run("check", tmp_path, *more)
    assert (code, out, "里没有文件，没有报表可以审核" in err) == (2, "", True)
