"""Decisions on record: questions become rows, the filled-in rows are obeyed, and what people wrote stays."""

import hashlib
import json
import os
import shutil
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.cli.test_commands import MEMBERS, ROSTER, answer, broken, report, returned, run
from tests.mangling.good import OTHER, TOWN, good
from tests.mangling.manglings import MANGLINGS
from tests.merging import read_tiles
from xltool.commands.check import review_again, review_all
from xltool.commands.decisions import apply_recorded_decisions, record_open_questions
from xltool.commands.run_context import RunContext
from xltool.forms.load_definitions import load_forms
from xltool.forms.workbook_words import workbook_words
from xltool.roster.read_roster import read_roster

FIRST, SECOND = "329907", "329908"
REPORT = "zhangjiawan-2025"
COLUMNS = [
    *("文件", "SHA-256", "单位代码", "单位", "问题", "涉及的数"),
    *("裁定", "计入哪个单位（代码或名称）", "理由", "裁定人", "日期", "问题编号", "情况"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One sound return, one under the name of another agency, one with a figure that must be corrected."""
    made = tmp_path / "收回"
    returned(made, "329906", report(REPORT), name="五区.xlsx")
    returned(made, FIRST, report(REPORT), name="二镇.xlsx")
    returned(made, "329909", broken(report(REPORT)), name="三镇.xlsx")
    return made


def merged(folder: Path, book: Path) -> Any:
    output = folder.parent / "汇总.xlsx"
    return answer("merge", folder, "--roster", ROSTER, "-o", output, "--force", "--no-cache", "--decisions", book)


def statuses(made: Any) -> dict[str, str]:
    return {Path(row["file"]).name: row["status"] for row in made["files"]}


def rows(book: Path) -> list[dict[str, str]]:
    sheet = openpyxl.load_workbook(book)["裁定"]
    found = [tuple(str(cell or "") for cell in row) for row in sheet.iter_rows(min_row=4, values_only=True)]
    return [dict(zip(COLUMNS, row, strict=True)) for row in found if any(row)]


def decide(book: Path, file: str, ruling: str, **more: str) -> None:
    """Fill in the row of a file as a person does, or add one."""
    opened = openpyxl.load_workbook(book)
    sheet = opened["裁定"]
    answers = {"裁定": ruling, "理由": "电话核实", "裁定人": "李四", "日期": "2026-01-31", **more}
    numbers = [row[0].row for row in sheet.iter_rows(min_row=4) if row[0].value and file in str(row[0].value)]
    number = numbers[0] if numbers else max(sheet.max_row, 3) + 1
    if not numbers:
        sheet.cell(number, 1, file)
    for column, text in answers.items():
        sheet.cell(number, COLUMNS.index(column) + 1, text or None)
    opened.save(book)


def test_open_question__becomes_one_row_and_no_more(folder: Path, tmp_path: Path) -> None:
    book = tmp_path / "裁定.xlsx"
    made = merged(folder, book)
    assert statuses(made) == {"五区.xlsx": "accepted", "二镇.xlsx": "undecided", "三镇.xlsx": "returned"}
    assert (made["undecided"], made["accepted"], made["returned"]) == (1, 1, 1)
    assert made["found"] == sum(made[key] for key in ("accepted", "returned", "undecided", "unreadable", "foreign"))
    (row,) = rows(book)
    assert (Path(row["文件"]).name, row["单位代码"], row["裁定"]) == ("二镇.xlsx", FIRST, "")
    assert "示例二镇人民政府（329908）" in row["问题"]
    before = book.read_bytes()
    merged(folder, book)
    assert book.read_bytes() == before
    (rule,) = openpyxl.load_workbook(book)["裁定"].data_validations.dataValidation
    assert rule.formula1 == '"计入,不计入,计入为某单位,退回"'


@pytest.mark.parametrize(("ruling", "status"), [("计入", "accepted"), ("不计入", "foreign"), ("退回", "returned")])
def test_file_whose_name_says_that_it_is_void__the_decision_is_on_record_everywhere(
    tmp_path: Path, ruling: str, status: str
) -> None:
    folder, book, page = tmp_path / "收回", tmp_path / "裁定.xlsx", tmp_path / "页.html"
    returned(folder, "329906", report(REPORT), name="五区.xlsx")
    returned(folder, FIRST, report(REPORT), name="一镇（作废）.xlsx")
    assert statuses(merged(folder, book))["一镇（作废）.xlsx"] == "undecided"
    decide(book, "一镇（作废）.xlsx", ruling)
    made = merged(folder, book)
    (row,) = (row for row in made["files"] if row["file"].endswith("一镇（作废）.xlsx"))
    assert (row["status"], row["decision"]["reason"]) == (status, "电话核实")
    assert rows(book)[0]["情况"].startswith("已照此办理")
    tracking = openpyxl.load_workbook(folder.parent / "汇总.xlsx")["报送情况"]
    assert [text for row in tracking.iter_rows(values_only=True) for text in row if text and "电话核实" in str(text)]
    words = ("merge", folder, "--roster", ROSTER, "-o", tmp_path / "b.xlsx", "--html", page, "--decisions", book)
    _, out, err = run(*words, "--no-cache")
    assert "生效 1 条" in out + err
    assert "没有生效" not in page.read_text("utf-8")


def test_open_question_without_a_table__one_line_says_how_to_decide(folder: Path) -> None:
    (line,) = [
        line for line in run("check", folder, "--roster", ROSTER, "--no-cache")[1].splitlines() if "--decisions" in line
    ]
    assert line == "有 1 个文件待裁定：加 --decisions 裁定.xlsx 再运行一次，在生成的裁定表里写明怎样处理。"


def test_counted_by_decision__the_figures_are_in_the_sum(folder: Path, tmp_path: Path) -> None:
    book = tmp_path / "裁定.xlsx"
    alone = merged(folder, book)["totals"]["requests.received.total"]
    decide(book, "二镇.xlsx", "计入")
    made = merged(folder, book)
    assert statuses(made)["二镇.xlsx"] == "accepted"
    assert made["totals"]["requests.received.total"] == 2 * alone
    assert FIRST not in made["not_summed"]
    row = next(row for row in made["files"] if row["file"].endswith("二镇.xlsx"))
    assert row["decision"] == {
        "ruling": "count",
        "as": None,
        "reason": "电话核实",
        "author": "李四",
        "date": "2026-01-31",
        "row": 4,
    }
    assert row["reason"] == "按裁定计入：电话核实（李四，2026-01-31）。不用处理。"
    sheet = openpyxl.load_workbook(folder.parent / "汇总.xlsx")["报送情况"]
    assert "计入：电话核实（李四，2026-01-31）" in {cell.value for row in sheet.iter_rows() for cell in row}


def test_counted_as_another_agency__the_question_about_its_other_file_says_so(folder: Path, tmp_path: Path) -> None:
    book = tmp_path / "裁定.xlsx"
    (folder / "三镇.xlsx").unlink()
    returned(folder, SECOND, report(REPORT), name="三镇.xlsx")
    merged(folder, book)
    assert any(
        "除这一份外，示例二镇人民政府和示例三镇人民政府（329909）都还没有报表" in row["问题"] for row in rows(book)
    )
    decide(book, "二镇.xlsx", "计入为某单位", **{COLUMNS[7]: SECOND})
    made = merged(folder, book)
    assert statuses(made) == {"五区.xlsx": "accepted", "二镇.xlsx": "accepted", "三镇.xlsx": "undecided"}
    told = next(str(row["reason"]) for row in made["files"] if row["file"].endswith("三镇.xlsx"))
    assert (
        "示例二镇人民政府另有报表，示例三镇人民政府（329909）还没有报表。示例二镇人民政府（329908）已有另一份按裁定计入。"
        in told
    )
    assert "请写“不计入”，或先改裁定表里那一条" in told
    decide(book, "三镇.xlsx", "不计入")
    assert statuses(merged(folder, book))["二镇.xlsx"] == "accepted"


def test_counted_as_another_agency__it_is_that_agencys(folder: Path, tmp_path: Path) -> None:
    book = tmp_path / "裁定.xlsx"
    merged(folder, book)
    decide(book, "二镇.xlsx", "计入为某单位", **{"计入哪个单位（代码或名称）": "示例二镇人民政府"})
    made = merged(folder, book)
    assert SECOND not in made["not_summed"]
    assert FIRST in made["missing"]
    status = answer("status", folder, "--roster", ROSTER, "--no-cache", "--decisions", book)
    assert {row["code"]: row["status"] for row in status["agencies"]}[SECOND] == "accepted"


def test_target_in_its_short_form__counted_as_that_agency(folder: Path, tmp_path: Path) -> None:
    book = tmp_path / "裁定.xlsx"
    merged(folder, book)
    decide(book, "二镇.xlsx", "计入为某单位", **{"计入哪个单位（代码或名称）": "示例二镇"})
    assert SECOND not in merged(folder, book)["not_summed"]


def test_row_that_somebody_added__leaves_out_a_sound_return_and_counts_a_flawed_one(
    folder: Path, tmp_path: Path
) -> None:
    book = tmp_path / "裁定.xlsx"
    merged(folder, book)
    decide(book, "五区.xlsx", "不计入", 理由="撤回")
    decide(book, "三镇.xlsx", "计入", 理由="急用")
    made = merged(folder, book)
    assert statuses(made) == {"五区.xlsx": "foreign", "二镇.xlsx": "undecided", "三镇.xlsx": "accepted"}
    assert [agency for agency in ("329906", "329909") if agency in made["not_summed"]] == ["329906"]
    assert {Path(row["file"]).name for row in made["stands"]} == {"三镇.xlsx"}
    assert all(len(row["SHA-256"]) == 64 for row in rows(book))


def test_returned_by_decision__goes_back_with_the_reason(folder: Path, tmp_path: Path) -> None:
    book = tmp_path / "裁定.xlsx"
    merged(folder, book)
    decide(book, "二镇.xlsx", "退回", 理由="请在自己的模板里重报")
    made = answer("check", folder, "--roster", ROSTER, "--no-cache", "--decisions", book)
    found = next(row for row in made["submissions"] if row["file"].endswith("二镇.xlsx"))
    assert (found["status"], found["decision"]["ruling"]) == ("returned", "return")
    assert "汇总单位裁定退回：请在自己的模板里重报（李四，2026-01-31）。" in found["findings"][0]["message"]
    assert made["counts"]["returned"] == 2


def test_changed_file__the_decision_lapses_and_the_question_is_asked_again(folder: Path, tmp_path: Path) -> None:
    book = tmp_path / "裁定.xlsx"
    merged(folder, book)
    decide(book, "二镇.xlsx", "计入")
    (folder / "二镇.xlsx").unlink()
    returned(folder, FIRST, {**report(REPORT), "disclosure.licensing.decisions": 1}, name="二镇.xlsx")
    made = merged(folder, book)
    assert statuses(made)["二镇.xlsx"] == "undecided"
    assert [bool(row["裁定"]) for row in rows(book)] == [True, False]
    code, out, _ = run("check", folder, "--roster", ROSTER, "--no-cache", "--decisions", book)
    assert code == 1
    assert "第 4 行对这个文件的裁定“计入”（2026-01-31）已经失效：文件的内容变了" in out
    assert "裁定：生效 0 条，因文件改动失效 1 条，待裁定的文件 1 个" in out


def test_moved_file__the_decision_still_holds(folder: Path, tmp_path: Path) -> None:
    book = tmp_path / "裁定.xlsx"
    merged(folder, book)
    decide(book, "二镇.xlsx", "计入")
    moved = tmp_path / "存档"
    shutil.move(folder, moved)
    assert statuses(merged(moved, book))["二镇.xlsx"] == "accepted"


def test_versions_in_doubt__the_one_decided_on_counts_until_a_third_comes(folder: Path, tmp_path: Path) -> None:
    book = tmp_path / "裁定.xlsx"
    (folder / "二镇.xlsx").unlink()
    for number, name in enumerate(("一镇 甲.xlsx", "一镇 乙.xlsx")):
        path = returned(folder, FIRST, {**report(REPORT), "disclosure.licensing.decisions": number}, name=name)
        os.utime(path, (1_768_000_000, 1_768_000_000))
    made = merged(folder, book)
    assert {statuses(made)[name] for name in ("一镇 甲.xlsx", "一镇 乙.xlsx")} == {"undecided"}
    assert {row["涉及的数"] for row in rows(book)} == {"1 个数不同：表二!B10 0→1", "1 个数不同：表二!B10 1→0"}
    decide(book, "一镇 甲.xlsx", "计入")
    made = merged(folder, book)
    assert statuses(made) | {"三镇.xlsx": ""} == {
        "五区.xlsx": "accepted",
        "三镇.xlsx": "",
        "一镇 甲.xlsx": "accepted",
        "一镇 乙.xlsx": "superseded",
    }
    row = next(row for row in made["files"] if row["file"].endswith("乙.xlsx"))
    assert [len(row["versions"]), row["changes"][0]["old"], row["changes"][0]["new"]] == [2, 1, 0]
    assert "不用处理" not in row["reason"]
    third = returned(folder, FIRST, {**report(REPORT), "disclosure.licensing.decisions": 5}, name="一镇 丙.xlsx")
    os.utime(third, (1_768_000_000, 1_768_000_000))
    assert {status for name, status in statuses(merged(folder, book)).items() if "一镇" in name} == {"undecided"}


@pytest.mark.parametrize(
    ("rulings", "message"),
    [
        ([("二镇.xlsx", "算进去", {})], "裁定“算进去”不认得"),
        ([("二镇.xlsx", "计入", {"理由": "", "裁定人": ""})], "写了裁定，没有写理由、裁定人"),
        ([("二镇.xlsx", "计入为某单位", {"计入哪个单位（代码或名称）": "外地局"})], "要计入的单位“外地局”不在名册上"),
        ([("二镇.xlsx", "计入为某单位", {})], "二镇.xlsx）没有写要计入哪个单位"),
        ([("四十镇.xlsx", "不计入", {})], "文件“四十镇.xlsx”这次没有找到"),
    ],
)
def test_wrong_row__one_message_and_nothing_is_done(
    folder: Path, tmp_path: Path, rulings: list[tuple[str, str, dict[str, str]]], message: str
) -> None:
    book, output = tmp_path / "裁定.xlsx", tmp_path / "新.xlsx"
    merged(folder, book)
    for file, ruling, more in rulings:
        decide(book, file, ruling, **more)
    before = book.read_bytes()
    code, out, err = run("merge", folder, "--roster", ROSTER, "-o", output, "--no-cache", "--decisions", book)
    assert (code, out) == (2, "")
    assert message in err
    assert len(err.strip().splitlines()) == 1
    assert (output.exists(), book.read_bytes()) == (False, before)


def test_contradicting_rows__are_all_named_in_one_message(folder: Path, tmp_path: Path) -> None:
    book = tmp_path / "裁定.xlsx"
    merged(folder, book)
    opened = openpyxl.load_workbook(book)
    sheet = opened["裁定"]
    for ruling in ("计入", "不计入"):
        sheet.append(["五区.xlsx", None, None, None, None, None, ruling, None, "理由", "李四", "2026-01-31"])
    opened.save(book)
    code, _, err = run("check", folder, "--roster", ROSTER, "--no-cache", "--decisions", book)
    assert code == 2
    assert "第 5 行和第 6 行对同一个文件（五区.xlsx）裁定不同" in err


def test_added_row_against_the_answer_to_a_question__is_a_contradiction(folder: Path, tmp_path: Path) -> None:
    book = tmp_path / "裁定.xlsx"
    merged(folder, book)
    decide(book, "二镇.xlsx", "不计入")
    opened = openpyxl.load_workbook(book)
    opened["裁定"].append(["二镇.xlsx", None, None, None, None, None, "计入", None, "理由", "李四", "2026-02-01"])
    opened.save(book)
    code, _, err = run("check", folder, "--roster", ROSTER, "--no-cache", "--decisions", book)
    assert code == 2
    assert "第 4 行和第 5 行对同一个文件（二镇.xlsx）裁定不同" in err


def test_other_workbook__is_refused_and_left_alone(folder: Path, tmp_path: Path) -> None:
    book = tmp_path / "裁定.xlsx"
    openpyxl.Workbook().save(book)
    before = book.read_bytes()
    code, _, err = run("check", folder, "--roster", ROSTER, "--no-cache", "--decisions", book)
    assert (code, book.read_bytes()) == (2, before)
    assert "不是裁定表" in err


def test_rows_and_notes_of_people__stay_as_they_are(folder: Path, tmp_path: Path) -> None:
    book = tmp_path / "裁定.xlsx"
    merged(folder, book)
    opened = openpyxl.load_workbook(book)
    sheet = opened["裁定"]
    sheet.cell(3, 13, "备注")
    sheet.cell(4, 13, "已打电话")
    sheet.cell(5, 5, "这一行是人写的")
    opened.save(book)
    returned(folder, "329910", report(REPORT), name="一区.xlsx")
    merged(folder, book)
    sheet = openpyxl.load_workbook(book)["裁定"]
    assert (sheet.cell(4, 13).value, sheet.cell(5, 5).value) == ("已打电话", "这一行是人写的")
    assert Path(str(sheet.cell(6, 1).value)).name == "一区.xlsx"


def test_decisions_among_the_returns__are_no_return(folder: Path) -> None:
    book = folder / "裁定.xlsx"
    merged(folder, book)
    assert merged(folder, book)["found"] == 3
    (item,) = answer("check", book, "--no-cache")["submissions"]
    assert item["status"] == "foreign"
    assert json.dumps(item["findings"], ensure_ascii=False).count("file.own_list") == 1


def test_every_agency__of_the_samples_is_never_held(tmp_path: Path) -> None:
    for agency in MEMBERS[:4]:
        returned(tmp_path / "收回", agency.code, report(REPORT), name=f"{agency.code} {agency.name} 2025年年报.xlsx")
    made = answer("check", tmp_path / "收回", "--roster", ROSTER, "--no-cache")
    assert {row["status"] for row in made["submissions"]} == {"accepted"}


def test_counts_of_agencies__agree_in_workbook_page_and_json(folder: Path, tmp_path: Path) -> None:
    page, output = tmp_path / "汇总.html", tmp_path / "汇总.xlsx"
    made = answer("merge", folder, "--roster", ROSTER, "-o", output, "--html", page, "--no-cache")
    overview = openpyxl.load_workbook(output, data_only=True)["总览"]
    grid = list(overview.iter_rows(values_only=True))
    cells: dict[object, object] = {}
    for row, below in pairwise(grid):
        for text, count in zip(row, below, strict=True):
            cells.setdefault(text, count)  # of equal texts the first is the tile
    counts = [int(str(cells[key])) for key in ("已计入", "退回", "待裁定", "未报")]
    assert counts == [1, 1, 1, 9]
    assert sum(counts) == cells["应报单位"] == 12
    tiles = read_tiles(page.read_text("utf-8"))
    assert [tiles[key] for key in ("应报单位", "已计入", "退回", "待裁定", "未报")] == ["12", "1", "1", "1", "9"]
    assert (made["accepted"], made["returned"], made["undecided"], len(made["missing"])) == (1, 1, 1, 9)


def test_status__lists_the_returns_that_are_held(folder: Path) -> None:
    status = answer("status", folder, "--roster", ROSTER, "--no-cache")
    assert [(Path(row["file"]).name, row["agency"]) for row in status["undecided"]] == [("二镇.xlsx", FIRST)]
    code, out, _ = run("status", folder, "--roster", ROSTER, "--no-cache")
    assert code == 1
    assert "待裁定：二镇.xlsx：文件名“二镇.xlsx”写的是示例二镇人民政府（329908）" in out


def test_decision_about_a_copy__leaves_the_original_alone_in_every_run(folder: Path, tmp_path: Path) -> None:
    book = tmp_path / "裁定.xlsx"
    (folder / "五区 - 副本.xlsx").write_bytes((folder / "五区.xlsx").read_bytes())
    merged(folder, book)
    decide(book, "五区 - 副本.xlsx", "不计入", 理由="是副本")
    for _ in range(2):  # the second run finds the SHA-256 that the first one filled in
        made = merged(folder, book)
        assert (statuses(made)["五区.xlsx"], statuses(made)["五区 - 副本.xlsx"]) == ("accepted", "foreign")


@pytest.mark.parametrize("ruling", ["不计入", "计入"])
def test_decided_file_that_changes__is_held_until_it_is_decided_anew(folder: Path, tmp_path: Path, ruling: str) -> None:
    book = tmp_path / "裁定.xlsx"
    merged(folder, book)
    decide(book, "五区.xlsx", ruling, 理由="来电")
    merged(folder, book)
    changed = openpyxl.load_workbook(folder / "五区.xlsx")
    changed["表二"]["B13"] = 99999
    changed.save(folder / "五区.xlsx")
    made = merged(folder, book)
    assert statuses(made)["五区.xlsx"] == "undecided"
    row = rows(book)[-1]
    assert (Path(row["文件"]).name, row["裁定"]) == ("五区.xlsx", "")
    assert f"对这个文件的裁定“{ruling}”（2026-01-31）已经失效" in row["问题"]
    opened = openpyxl.load_workbook(book)
    sheet = opened["裁定"]
    for heading, text in {"裁定": "计入", "理由": "已核实", "裁定人": "李四", "日期": "2026-02-01"}.items():
        sheet.cell(sheet.max_row, COLUMNS.index(heading) + 1, text)
    opened.save(book)
    assert statuses(merged(folder, book))["五区.xlsx"] == "accepted"


def test_excluded_return__its_agency_adds_up_in_the_overview(folder: Path, tmp_path: Path) -> None:
    book = tmp_path / "裁定.xlsx"
    merged(folder, book)
    decide(book, "五区.xlsx", "不计入", 理由="撤回")
    made = merged(folder, book)
    assert "329906" in made["not_summed"]
    sheet = openpyxl.load_workbook(tmp_path / "汇总.xlsx")["总览"]
    lines: list[tuple[Any, ...]] = list(sheet.iter_rows(values_only=True))
    cells = {str(text): below for upper, lower in pairwise(lines) for text, below in zip(upper, lower, strict=True)}
    words = workbook_words().summary.tiles
    groups = [int(cells.get(words[key]) or 0) for key in ("counted", "returned", "undecided", "missing")]
    assert sum(groups) == cells[words["expected"]] == len(MEMBERS)


def test_formula_among_the_answers__is_refused_and_the_table_is_left_alone(folder: Path, tmp_path: Path) -> None:
    book = tmp_path / "裁定.xlsx"
    merged(folder, book)
    decide(book, "二镇.xlsx", '=IF(1=1,"计入","")', 日期="=TODAY()")
    before = book.read_bytes()
    output = tmp_path / "新.xlsx"
    code, _, err = run("merge", folder, "--roster", ROSTER, "-o", output, "--no-cache", "--decisions", book)
    assert (code, output.exists(), book.read_bytes()) == (2, False, before)
    assert "第 4 行的 G4、K4 是公式，请改成直接填写的内容。" in err


def test_formula_of_people_beside_the_answers__stays(folder: Path, tmp_path: Path) -> None:
    book = tmp_path / "裁定.xlsx"
    merged(folder, book)
    decide(book, "二镇.xlsx", "计入")
    opened = openpyxl.load_workbook(book)
    opened["裁定"]["N3"], opened["裁定"]["N4"] = "字数", "=LEN(G4)"
    opened.save(book)
    for _ in range(2):
        assert statuses(merged(folder, book))["二镇.xlsx"] == "accepted"
    assert openpyxl.load_workbook(book)["裁定"]["N4"].value == "=LEN(G4)"


def test_table_edited_during_a_run__states_stand_beside_the_rows_they_are_about(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "裁定.xlsx"
    merged(folder, path)
    decide(path, "五区.xlsx", "不计入", 理由="撤回")
    context = RunContext(load_forms(), read_roster(ROSTER))
    found = review_all([folder / name for name in ("五区.xlsx", "二镇.xlsx", "三镇.xlsx")], context, None, None)
    reviewed, book = apply_recorded_decisions(found, path, context.roster, partial(review_again, context))
    opened = openpyxl.load_workbook(path)
    sheet = opened["裁定"]
    sheet.insert_rows(4)
    for column, text in {1: "三镇.xlsx", 7: "退回", 9: "请重报", 10: "李四", 11: "2026-01-31"}.items():
        sheet.cell(4, column, text)
    opened.save(path)
    assert record_open_questions(book, reviewed) == 0
    third, second, fifth = rows(path)
    assert (third["文件"], third["SHA-256"], third["情况"]) == ("三镇.xlsx", "", "")
    assert (Path(second["文件"]).name, second["情况"]) == ("二镇.xlsx", "待裁定")
    assert (fifth["文件"], len(fifth["SHA-256"]), fifth["情况"]) == ("五区.xlsx", 64, "已照此办理")


def test_row_with_the_sha256_of_another_file__is_refused(folder: Path, tmp_path: Path) -> None:
    book = tmp_path / "裁定.xlsx"
    merged(folder, book)
    digest = hashlib.sha256((folder / "三镇.xlsx").read_bytes()).hexdigest()
    decide(book, "五区.xlsx", "不计入", **{"SHA-256": digest})
    code, _, err = run("check", folder, "--roster", ROSTER, "--no-cache", "--decisions", book)
    assert code == 2
    assert "第 5 行的文件名是“五区.xlsx”，SHA-256 却是" in err
    assert "三镇.xlsx”的，请改正其中一个" in err


def test_agency_that_is_not_in_the_file__is_refused(folder: Path, tmp_path: Path) -> None:
    book, both = tmp_path / "裁定.xlsx", folder / "两份.xlsx"
    both.write_bytes(MANGLINGS["two_agencies"].apply(good()))
    merged(folder, book)
    digest = hashlib.sha256(both.read_bytes()).hexdigest()
    decide(book, "两份.xlsx", "不计入", **{"SHA-256": digest, "单位代码": "329999"})
    code, _, err = run("check", folder, "--roster", ROSTER, "--no-cache", "--decisions", book)
    assert code == 2
    assert f"第 5 行的单位代码“329999”不在文件“两份.xlsx”里，文件里有{TOWN.code}、{OTHER.code}" in err
    decide(book, "两份.xlsx", "不计入", **{"SHA-256": digest, "单位代码": OTHER.code})
    made = answer("check", folder, "--roster", ROSTER, "--no-cache", "--decisions", book)
    decided = {Path(row["file"]).name: "decision" in row for row in made["submissions"]}
    assert (decided["两份.xlsx#1"], decided["两份.xlsx#2"]) == (False, True)


@pytest.mark.parametrize("written", ["五区.xlsx", "收回/五区.xlsx", "D:\\别处\\收回\\五区.xlsx", "以前/五区.xlsx"])
def test_excluded_file_that_changes__is_held_however_its_folder_is_written(
    folder: Path, tmp_path: Path, written: str
) -> None:
    book = tmp_path / "裁定.xlsx"
    merged(folder, book)
    decide(book, written, "不计入", 理由="撤回", **{"SHA-256": "0" * 64})
    assert statuses(merged(folder, book))["五区.xlsx"] == "undecided"
    assert next(row["情况"] for row in rows(book) if row["文件"] == written) == "已失效：文件的内容变了"


def test_file_of_that_name_in_many_other_folders__no_decision_lapses_there(tmp_path: Path) -> None:
    made, book = tmp_path / "收回", tmp_path / "裁定.xlsx"
    made.mkdir()
    for code in ("329906", "329909"):
        returned(made / code, code, report(REPORT), name="年报.xlsx")
    merged(made, book)
    decide(book, "329910/年报.xlsx", "不计入", 理由="撤回", **{"SHA-256": "0" * 64})
    assert {item["status"] for item in merged(made, book)["files"]} == {"accepted"}
    assert rows(book)[0]["情况"] == ""


def test_target_whose_name_two_agencies_have__the_code_is_asked_for(folder: Path, tmp_path: Path) -> None:
    book, roster = tmp_path / "裁定.xlsx", tmp_path / "名册.csv"
    lines = ROSTER.read_text("utf-8-sig").splitlines()
    twin = next(line for line in lines if line.startswith(SECOND)).replace(SECOND, "329999", 1)
    roster.write_text("\n".join([*lines, twin]), "utf-8")
    merged(folder, book)
    name = "示例二镇人民政府"
    decide(book, "二镇.xlsx", "计入为某单位", **{"计入哪个单位（代码或名称）": name})
    code, _, err = run("check", folder, "--roster", roster, "--no-cache", "--decisions", book)
    assert code == 2
    assert f"要计入的单位“{name}”有同名的（{SECOND}、329999），请写代码" in err
    decide(book, "二镇.xlsx", "计入为某单位", **{"计入哪个单位（代码或名称）": SECOND})
    made = answer("check", folder, "--roster", roster, "--no-cache", "--decisions", book)
    assert next(row for row in made["submissions"] if row["file"].endswith("二镇.xlsx"))["agency"]["code"] == SECOND


def test_decision_that_cannot_take_effect__is_not_told_as_obeyed(folder: Path, tmp_path: Path) -> None:
    book = tmp_path / "裁定.xlsx"
    merged(folder, book)
    decide(book, "三镇.xlsx", "计入", 理由="急用")
    run("check", folder, "--roster", ROSTER, "--no-cache", "--decisions", book, "--year", "2024")
    assert rows(book)[-1]["情况"] == "没有照办：这一份仍不计入，原因见“报送情况”"
    merged(folder, book)
    assert rows(book)[-1]["情况"] == "已照此办理"


def two_returns(folder: Path, names: tuple[str, str]) -> None:
    """Two returns of one agency with different figures, the second saved later."""
    (folder / "二镇.xlsx").unlink()
    for number, name in enumerate(names):
        path = returned(folder, FIRST, {**report(REPORT), "disclosure.licensing.decisions": number}, name=name)
        os.utime(path, (1_768_000_000 + 9000 * number,) * 2)


@pytest.mark.parametrize("other", [("计入", {}), ("计入为某单位", {"计入哪个单位（代码或名称）": FIRST})])
def test_two_returns_of_one_agency_both_to_be_counted__both_rows_are_named(
    folder: Path, tmp_path: Path, other: tuple[str, dict[str, str]]
) -> None:
    book = tmp_path / "裁定.xlsx"
    merged(folder, book)
    two_returns(folder, ("一镇 甲.xlsx", "一镇 乙.xlsx"))
    opened = openpyxl.load_workbook(book)
    opened["裁定"].delete_rows(4)
    opened.save(book)
    decide(book, "一镇 甲.xlsx", "计入")
    decide(book, "一镇 乙.xlsx", other[0], **other[1])
    code, _, err = run("check", folder, "--roster", ROSTER, "--no-cache", "--decisions", book)
    assert code == 2
    assert "第 4 行和第 5 行要把同一单位的两份都计入" in err


def test_return_counted_as_another_agency_beside_its_own__both_rows_are_named(folder: Path, tmp_path: Path) -> None:
    book = tmp_path / "裁定.xlsx"
    merged(folder, book)
    returned(folder, SECOND, {**report(REPORT), "disclosure.licensing.decisions": 7}, name=f"{SECOND}.xlsx")
    decide(book, "二镇.xlsx", "计入为某单位", **{"计入哪个单位（代码或名称）": SECOND})
    decide(book, f"{SECOND}.xlsx", "计入")
    code, _, err = run("check", folder, "--roster", ROSTER, "--no-cache", "--decisions", book)
    assert code == 2
    assert "第 4 行和第 5 行要把同一单位的两份都计入" in err


def test_decided_question__its_finding_no_longer_asks_for_a_ruling(folder: Path, tmp_path: Path) -> None:
    book = tmp_path / "裁定.xlsx"
    merged(folder, book)
    decide(book, "二镇.xlsx", "计入")
    made = answer("check", folder, "--roster", ROSTER, "--no-cache", "--decisions", book)
    (row,) = (row for row in made["submissions"] if row["file"].endswith("二镇.xlsx"))
    said = json.dumps(row, ensure_ascii=False)
    assert "已按裁定表处理" in said
    assert "先不计入" not in said
    assert "写“计入”" not in said


def test_held_file_beside_one_left_out__the_agency_is_undecided_and_gets_no_letter(
    folder: Path, tmp_path: Path
) -> None:
    book = tmp_path / "裁定.xlsx"
    path = returned(folder, FIRST, {**report(REPORT), "disclosure.licensing.decisions": 4}, name="一镇.xlsx")
    merged(folder, book)
    decide(book, path.name, "不计入", 理由="作废")
    made = merged(folder, book)
    assert (statuses(made)["一镇.xlsx"], statuses(made)["二镇.xlsx"]) == ("foreign", "undecided")
    status = answer("status", folder, "--roster", ROSTER, "--no-cache", "--decisions", book)
    assert {row["code"]: row["status"] for row in status["agencies"]}[FIRST] == "undecided"
    run("letters", folder, "--roster", ROSTER, "--no-cache", "--decisions", book, "-o", tmp_path / "信函")
    listed = openpyxl.load_workbook(tmp_path / "信函" / "信函清单.xlsx").worksheets[0]
    (line,) = (line for line in listed.iter_rows(values_only=True) if FIRST in line)
    assert "待裁定" in line
    assert "不发" in line


@pytest.mark.parametrize(("known", "told"), [(FIRST, (True, False)), (SECOND, (False, True))])
def test_counted_as_another_agency__held_against_that_agencys_year_before(
    folder: Path, tmp_path: Path, known: str, told: tuple[bool, bool]
) -> None:
    book, earlier = tmp_path / "裁定.xlsx", tmp_path / "上年"
    returned(earlier, "329906", report("suqian-2024"), year=2024)
    returned(earlier, known, report("suqian-2024"), year=2024)
    words = ("check", folder, "--roster", ROSTER, "--previous", earlier, "--no-cache", "--decisions", book)

    def is_compared() -> bool:
        item = next(row for row in answer(*words)["submissions"] if row["file"].endswith("二镇.xlsx"))
        return any("上年" in finding["message"] for finding in item["findings"])

    before = is_compared()
    decide(book, "二镇.xlsx", "计入为某单位", **{"计入哪个单位（代码或名称）": SECOND})
    assert (before, is_compared()) == told


def test_return_counted_as_another_agency__is_a_version_beside_its_own_and_its_unread_ones(tmp_path: Path) -> None:
    folder, book = tmp_path / "收回", tmp_path / "裁定.xlsx"
    returned(folder, SECOND, report(REPORT), name="二镇.xlsx")
    changed = {**report(REPORT), "disclosure.licensing.decisions": 7}
    returned(folder, FIRST, changed, name="示例二镇.xlsx")
    (folder / "示例二镇 最终.xlsx").write_bytes(b"PK\x03\x04junk")
    merged(folder, book)
    decide(book, "示例二镇.xlsx", "计入为某单位", **{"计入哪个单位（代码或名称）": SECOND})
    made = answer("check", folder, "--roster", ROSTER, "--no-cache", "--decisions", book)
    found = {Path(row["file"]).name: row for row in made["submissions"]}
    for name in ("二镇.xlsx", "示例二镇.xlsx"):
        codes = {finding["code"] for finding in found[name]["findings"] if finding["severity"] == "explain"}
        assert (found[name]["status"], {"version.doubtful", "version.unread"} <= codes) == ("undecided", True), name


def test_ruled_file_that_is_gone__its_row_says_so(folder: Path, tmp_path: Path) -> None:
    book = tmp_path / "裁定.xlsx"
    merged(folder, book)
    decide(book, "二镇.xlsx", "退回")
    merged(folder, book)
    assert rows(book)[0]["情况"] == "已照此办理"
    (folder / "二镇.xlsx").unlink()
    merged(folder, book)
    assert rows(book)[0]["情况"] == "这次没有找到这个文件"
