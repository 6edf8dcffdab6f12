"""One folder with a file of every status: every count is the same in all outputs."""

import csv
import json
import os
import re
import shutil
import zipfile
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest

from tests.cli.test_commands import ROSTER, answer, broken, report, returned, run
from tests.commands.test_decisions import decide
from tests.merging import read_tiles
from xltool.exports import tables
from xltool.pages import overview_lists
from xltool.workbooks.summary import details_sheet, lists_sheet

TOWN = "zhangjiawan-2025"
BOOK = "裁定.xlsx"
# file: its status and the words for it
FILES = {
    "329901.xlsx": ("accepted", "已计入"),
    "329901 副本.xlsx": ("superseded", "重复"),
    "329902.xlsx": ("accepted", "已计入"),
    "来件.zip/镇/329903.xlsx": ("accepted", "已计入"),
    "来件.zip/镇/坏的.xlsx": ("unreadable", "无法读取"),
    "329904.xlsx": ("foreign", "未计入"),
    "329905.xlsx": ("foreign", "未计入"),
    "示例一镇.xlsx": ("undecided", "待裁定"),
    "329908.xlsx": ("returned", "退回"),
    "329909 初稿.xlsx": ("superseded", "已被后报替代"),
    "329909 更正.xlsx": ("accepted", "已计入"),
    "329911.xlsx": ("accepted", "已计入"),
    "示例四镇人民政府.xlsx": ("unreadable", "无法读取"),
    "示例市档案局.rar": ("foreign", "不是报表"),
    "说明.txt": ("foreign", "不是报表"),
    "名册.csv": ("foreign", "不是报表"),
}
COUNTS = {"accepted": 5, "returned": 1, "undecided": 1, "unreadable": 2, "superseded": 2, "foreign": 5}
AGENCIES = {"expected": 12, "counted": 5, "returned": 3, "undecided": 1, "missing": 3}
UNREAD = {"329910": "无法读取", "329912": "不是报表"}
SENTENCE = "共 16 个文件：已计入 5，退回 1，待裁定 1，无法读取 2，被后报替代或重复 2，不是报表 5。"
AGENCY_SENTENCE = "应报 12 个单位：已计入 5，退回或未计入 3，待裁定 1，未报 3。"


class Run(NamedTuple):
    """The folder, and what the commands made of it."""

    folder: Path
    status: Any
    merged: Any
    console: str
    workbook: Path
    page: str
    exported: Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Run:
    root = tmp_path_factory.mktemp("one")
    folder, book = root / "收回", root / BOOK
    fill_folder(folder)
    words = (folder, "--roster", ROSTER, "--no-cache", "--decisions", book)
    answer("check", *words)
    decide(book, "329905.xlsx", "不计入")
    decide(book, "329911.xlsx", "计入")
    outputs = ("-o", root / "汇总.xlsx", "--html", root / "汇总.html", "--export", root / "导出")
    code, console, err = run("merge", *words, *outputs)
    assert (code, err) == (1, "")
    merged = answer("merge", *words, "-o", root / "又一次.xlsx")
    page = (root / "汇总.html").read_text("utf-8")
    return Run(folder, answer("status", *words), merged, console, root / "汇总.xlsx", page, root / "导出")


def fill_folder(folder: Path) -> None:
    returned(folder, "329901", report("suqian-2024"))
    os.utime(folder / "329901.xlsx", (1_768_000_000, 1_768_000_000))
    shutil.copy(folder / "329901.xlsx", folder / "329901 副本.xlsx")
    returned(folder, "329902", report("hongze-2024"))
    returned(folder.parent / "镇", "329903", report("hongze-2023"))
    with zipfile.ZipFile(folder / "来件.zip", "w") as archive:
        archive.write(folder.parent / "镇" / "329903.xlsx", "镇/329903.xlsx")
        archive.writestr("镇/坏的.xlsx", b"PK\x03\x04 no more")
    returned(folder, "329904", report("pingtan-2023"), year=2024)
    returned(folder, "329905", report("pingtan-2023"))
    returned(folder, "329906", report(TOWN), name="示例一镇.xlsx")
    returned(folder, "329908", broken(report(TOWN)))
    for name, figure, time in (("初稿", 7, 1_768_000_000), ("更正", 8, 1_768_900_000)):
        changed = {**report(TOWN), "disclosure.licensing.decisions": figure}
        os.utime(returned(folder, "329909", changed, name=f"329909 {name}.xlsx"), (time, time))
    returned(folder, "329911", broken(report(TOWN)))
    (folder / "示例四镇人民政府.xlsx").write_bytes(b"PK\x03\x04 no more")
    (folder / "示例市档案局.rar").write_bytes(b"Rar!\x1a\x07\x01\0" + bytes(90))
    (folder / "说明.txt").write_text("文字", "utf-8")
    shutil.copy(ROSTER, folder / "名册.csv")


def below(folder: Path, file: str) -> str:
    return Path(file).relative_to(folder).as_posix()


def test_json__every_file_has_one_status_and_the_counts_add_up(made: Run) -> None:
    merged = made.merged
    assert {below(made.folder, row["file"]): row["status"] for row in merged["files"]} == {
        file: status for file, (status, _) in FILES.items()
    }
    assert {key: merged[key] for key in COUNTS} == merged["counts"] == made.status["counts"] == COUNTS
    assert {**{key: made.status[key] for key in COUNTS}, "undecided": len(made.status["undecided"])} == COUNTS
    assert merged["found"] == made.status["found"] == sum(COUNTS.values()) == len(FILES)
    assert merged["agency_counts"] == made.status["agency_counts"] == AGENCIES
    assert AGENCIES["expected"] == sum(AGENCIES.values()) - AGENCIES["expected"]
    assert merged["missing"] == made.status["missing"] == ["329907", "329910", "329912"]
    assert len(merged["not_summed"]) == AGENCIES["expected"] - AGENCIES["counted"]


def test_check__counts_every_file_and_tells_the_years(made: Run) -> None:
    words = (made.folder, "--roster", ROSTER, "--no-cache")
    code, out, _ = run("check", *words)
    counted = "没有问题 5 个，有问题待说明 1 个，退回 2 个，待裁定 1 个，无法读取 2 个，被后报替代或重复 2 个，"
    assert (code, f"共 16 个文件：{counted}不是报表 3 个。" in out) == (1, True), out
    assert "注意：这里有 2 个年度的报表：2024 年度 1 份、2025 年度 10 份。只收一个年度的，请加 --year。" in out
    found = answer("check", *words)
    assert found["found"] == sum(found["counts"].values()) == len(FILES)
    assert {key: found[key] for key in COUNTS} == found["counts"]
    other = next(item for item in found["submissions"] if item["year"] == 2024)
    assert [item["severity"] for item in other["findings"] if item["code"] == "identity.minority_year"] == ["explain"]


def test_console__says_the_same(made: Run) -> None:
    assert SENTENCE in made.console
    assert AGENCY_SENTENCE in made.console
    assert "已报未计入 4 个单位：" in made.console
    assert (
        "未报 3 个单位：示例一镇人民政府（329907）、示例四镇人民政府（329910）、示例市档案局（329912）" in made.console
    )
    assert (
        "其中 2 个单位有文件收到，但读不出来或不是报表：示例四镇人民政府（329910）、示例市档案局（329912）"
        in made.console
    )
    shown = re.findall(rf"^{re.escape(str(made.folder))}/(.*?)（[^（）]*）：(.*)$", made.console, re.MULTILINE)
    assert dict(shown) == {file: words for file, (status, words) in FILES.items() if status != "accepted"}
    code, out, _ = run(
        "status", made.folder, "--roster", ROSTER, "--no-cache", "--decisions", made.workbook.parent / BOOK
    )
    assert (code, SENTENCE in out, AGENCY_SENTENCE in out) == (1, True, True)
    states = Counter(re.findall(r"^  3299\d\d +\S+ +(\S+)", out, re.MULTILINE))
    assert states == {
        "已计入": 5,
        "未计入": 2,
        "退回": 1,
        "待裁定": 1,
        "未报": 1,
        "未报（无法读取）": 1,
        "未报（不是报表）": 1,
    }


def test_workbook__tiles_board_and_tracking_say_the_same(made: Run) -> None:
    book = openpyxl.load_workbook(made.workbook, data_only=True)
    grid = list(book["总览"].iter_rows(values_only=True))
    tiles: dict[object, Any] = {}
    for row, under in pairwise(grid):
        for text, count in zip(row, under, strict=True):
            tiles.setdefault(text, count)
    keys = ("应报单位", "已计入", "退回", "待裁定", "未报")
    assert [tiles[key] for key in keys] == list(AGENCIES.values())
    assert any("报送（按单位计，退回含未计入的）" in row for row in grid)
    assert any(SENTENCE in row for row in grid)
    board = {str(row[1]): str(row[8]) for row in grid if str(row[1]).startswith("3299")}
    assert board["329910"] == "未报（无法读取）"
    assert board["329912"] == "未报（不是报表）"
    problems = {str(row[1]): row[11] for row in grid if str(row[1]).startswith("3299")}
    assert problems["329911"] == 1  # counted by decision, and still to be corrected
    heads, *others = book["报送情况"].iter_rows(min_row=3, values_only=True)
    rows = [dict(zip(map(str, heads), row, strict=True)) for row in others]
    received = [row for row in rows if row["文件"]]
    assert {row["文件"]: row["状态"] for row in received} == {file: words for file, (_, words) in FILES.items()}
    assert Counter(row["计入"] for row in received)["是"] == COUNTS["accepted"]
    missing = [row for row in rows if row["状态"] == "未报"]
    assert [row["单位代码"] for row in missing] == made.merged["missing"]
    assert missing[1]["原因或处理"] == "没有读到这个单位的报表：收到的“示例四镇人民政府.xlsx”读不出来，或者不是报表。"
    assert missing[0]["原因或处理"] == "有一份待裁定的文件可能是这个单位的：“示例一镇.xlsx”。先裁定，再催报。"
    assert {row["单位代码"]: row["状态"] for row in received if row["单位代码"] in UNREAD} == UNREAD


def test_must_fix__the_tile_says_how_many_rows_of_the_list_must_be_corrected(made: Run) -> None:
    book = openpyxl.load_workbook(made.workbook, data_only=True)
    found = list(book["审核问题"].iter_rows(min_row=4, values_only=True))
    listed = sum(row[1] == "必须改正" and row[9] not in {"重复", "已被后报替代"} for row in found)
    page = read_tiles(made.page)
    overview = {book["总览"].cell(7, column).value: book["总览"].cell(8, column).value for column in range(1, 13)}
    assert listed == overview["必须改正的问题"] == int(page["必须改正的问题"]) > 0
    assert f"必须改正的问题 {listed} 个（同“总览”）" in str(book["审核问题"]["A2"].value)


def test_page__tiles_files_and_agencies_say_the_same(made: Run) -> None:
    tiles = read_tiles(made.page)
    assert [int(tiles[key]) for key in ("应报单位", "已计入", "退回", "待裁定", "未报", "收到文件")] == [
        *AGENCIES.values(),
        len(FILES),
    ]
    assert SENTENCE in made.page
    table = made.page.partition('id="files-rows">')[2].partition("</table>")[0]
    files = [re.findall(r"<td[^>]*>(?:<a [^>]*>)?([^<]*)(?:</a>)?</td>", row) for row in table.split("<tr")[2:]]
    assert {row[0]: row[3] for row in files} == {file: words for file, (_, words) in FILES.items()}
    reasons = {row[0]: row[4] for row in files}
    assert reasons["329904.xlsx"].startswith("报告年度是 2024，本次汇总的是 2025 年度。")
    board = made.page.partition('id="agencies-rows">')[2].partition("</table>")[0]
    assert board.count("未报（无法读取）") == 1


def test_export__tracking_has_the_decision_and_the_same_rows(made: Run) -> None:
    with (made.exported / "tracking.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert Counter(row["status"] for row in rows) == {**COUNTS, "missing": 3}
    decisions = {row["agency_code"]: row["decision"] for row in rows if row["decision"]}
    assert decisions == {
        "329905": "不计入：电话核实（李四，2026-01-31）",
        "329911": "计入：电话核实（李四，2026-01-31）",
    }
    assert {row["agency_code"] for row in rows if row["status"] == "unreadable"} == {"", "329910"}


def test_returned__copies_and_list_have_the_owner_and_the_same_words(made: Run, tmp_path: Path) -> None:
    words = ("--roster", ROSTER, "--no-cache", "--decisions", made.workbook.parent / BOOK, "--year", 2025)
    back = tmp_path / "退回"
    found = answer("check", made.folder, *words, "--return", back)
    assert (found["counts"], found["found"]) == (COUNTS, len(FILES))
    sheet = openpyxl.load_workbook(back / "退回清单.xlsx")["退回清单"]
    headings = [str(cell.value) for cell in sheet[2]]
    rows = [dict(zip(headings, row, strict=True)) for row in sheet.iter_rows(min_row=3, values_only=True) if row[0]]
    assert {below(made.folder, str(row["收到的文件"])): row["单位代码"] for row in rows} == {
        "329904.xlsx": "329904",
        "329908.xlsx": "329908",
        "示例四镇人民政府.xlsx": "329910",
        "示例市档案局.rar": "329912",
        "来件.zip/镇/坏的.xlsx": None,
        "说明.txt": None,
    }
    marked = openpyxl.load_workbook(back / "329904.xlsx")["检查结果"]
    assert any(
        "报告年度是 2024，本次汇总的是 2025 年度" in str(cell.value) for row in marked.iter_rows() for cell in row
    )
    page = (back / "坏的 检查结果.html").read_text("utf-8")
    assert "来件.zip/镇/坏的.xlsx" in page
    assert "<dd>示例四镇人民政府（329910）</dd>" in (back / "示例四镇人民政府 检查结果.html").read_text("utf-8")
    assert json.dumps(found, ensure_ascii=False).count("identity.minority_year") == 0


def test_row_that_cannot_be_written__is_one_unexpected_file_and_the_rest_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = (
        (lists_sheet, "show_figure_changes"),
        (details_sheet, "count_open_findings"),
        (overview_lists, "show_file_status"),
        (tables, "fingerprint_file_finding"),
    )
    for number, (module, function) in enumerate(failing):
        original = getattr(module, function)

        def fail(*words: Any, original: Any = original) -> Any:
            text = repr(words)
            if "329908" in text and "329901" not in text and "file.unexpected" not in text:
                raise ValueError("a fault")
            return original(*words)

        folder, root = tmp_path / f"收回{number}", tmp_path / str(number)
        root.mkdir()
        returned(folder, "329901", report(TOWN))
        returned(folder, "329908", broken(report(TOWN)))
        with monkeypatch.context() as patched:
            patched.setattr(module, function, fail)
            outputs = ("-o", root / "a.xlsx", "--html", root / "a.html", "--export", root / "t")
            code, out, err = run(
                "merge", folder, "--roster", ROSTER, "--no-cache", "--include-flawed", *outputs, "--json"
            )
        assert (code, err) == (1, ""), (function, out)
        merged = json.loads(out)
        assert (merged["accepted"], merged["unreadable"], merged["found"]) == (1, 1, 2), function
        assert "读取时出现意外（ValueError: a fault）" in next(row["reason"] for row in merged["files"][1:])
        assert merged["totals"]["requests.received.total"] == 97
        assert all((root / file).exists() for file in ("a.xlsx", "a.html", "t/tracking.csv"))
