"""A definition workbook with mistakes: every one is told at once, with its sheet, its cell and what stands there."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.form_authoring.definition_workbooks import (
    NATIONAL,
    Edit,
    add_row,
    cell_of,
    find_column,
    find_heading_row,
    find_row,
    load_form_named,
    write_and_edit,
)
from tests.official_report.test_publish import run


def refuse(tmp_path: Path, *edits: Edit) -> list[str]:
    """The lines that the command says about an edited workbook; it writes nothing."""
    file = write_and_edit(load_form_named(NATIONAL, "2021"), tmp_path, *edits)
    code, said, problem = run("forms", "from", file, "-o", tmp_path / "forms")
    assert (code != 0, said) == (True, "")
    assert not (tmp_path / "forms").exists()
    assert "Traceback" not in problem
    return problem.splitlines()


def told(lines: list[str], *parts: str) -> bool:
    """Whether one line has all the parts."""
    return any(all(part in line for part in parts) for line in lines)


def test_sheets_missing_and_foreign__each_is_named(tmp_path: Path) -> None:
    def remove(book: Workbook) -> None:
        del book["选项"], book["文字"]
        book.create_sheet("记事")["B2"] = "别忘了"

    lines = refuse(tmp_path, remove)
    assert told(lines, "没有工作表“选项”")
    assert told(lines, "没有工作表“文字”")
    assert told(lines, "“记事”")


@pytest.mark.parametrize("name", ["表样", "栏目", "关系", "选项", "文字"])
def test_sheet_missing__it_is_told_and_nothing_that_follows(name: str, tmp_path: Path) -> None:
    (line,) = refuse(tmp_path, lambda book: book.remove(book[name]))
    assert f"没有工作表“{name}”" in line


def test_many_mistakes__all_are_told_with_sheet_cell_and_content(tmp_path: Path) -> None:
    places: dict[str, str] = {}

    def spoil(book: Workbook) -> None:
        figures, texts, relations = book["栏目"], book["文字"], book["关系"]
        row = find_heading_row(figures, "填数的格")
        heading = figures.cell(row, find_column(figures, "填数的格", "小数位"))
        heading.value, places["column"] = "小数点", heading.coordinate
        kind = figures.cell(row + 3, find_column(figures, "填数的格", "种类"))
        kind.value, places["kind"] = "件次", kind.coordinate
        span = figures.cell(row + 4, find_column(figures, "填数的格", "占几列"))
        span.value, places["span"] = "三", span.coordinate
        owner = cell_of(book, "栏目", "栏目名称", ("文字", "规章"), "表")
        owner.value, places["owner"] = "disclosures", owner.coordinate
        section = cell_of(book, "文字", "部分", ("编号", "problems"), "编号")
        section.value, places["section"] = "overview", section.coordinate
        setting = texts.cell(find_row(texts, "报表", "设置", "制发单位"), 2)
        setting.value, places["setting"] = "制发机关", setting.coordinate
        severity = cell_of(book, "关系", "关系", ("编号", "T3-BAL"), "处理")
        severity.value, places["severity"] = "必须改", severity.coordinate
        title = cell_of(book, "关系", "关系", ("编号", "T3-ROW"), "名称")
        title.value, places["title"] = None, title.row
        relations.cell(6, 40).value, places["stray"] = "改过", relations.cell(6, 40).coordinate

    lines = refuse(tmp_path, spoil)
    assert told(lines, f"栏目!{places['column']}", "“小数点”", "小数位")
    assert told(lines, f"栏目!{places['kind']}", "“件次”", "是否想写“件数”")
    assert told(lines, f"栏目!{places['span']}", "整数", "“三”")
    assert told(lines, f"栏目!{places['owner']}", "“disclosures”", "disclosure、")
    assert told(lines, f"文字!{places['section']}", "“overview”", "用过")
    assert told(lines, f"文字!{places['setting']}", "“制发机关”", "制发单位")
    assert told(lines, f"关系!{places['severity']}", "“必须改”", "必须改正")
    assert told(lines, "关系!", str(places["title"]), "缺“名称”")


BROKEN = (
    ("D99 = D23", ("D99", "不是填数的格")),
    ("SUM(D23:ZZZ999999) = D23", ("ZZZ999999", "不是填数的格")),
    ("C24 <= D23", ("C24", "不是填数的格")),
    ("SUM(D45:D25) = D46", ("D45:D25", "起点在终点之后")),
    ("一+二 = 九 每栏", ("没有叫“九”的栏目",)),
    ("一 <= 二", ("“一”不止一个数", "每栏")),
    ("总计 = 结果维持", ("“总计”不止一个数",)),
    ("D23 ~ D24", ("“~ D24”",)),
    ("VLOOKUP(D23) = 1", ("“VLOOKUP(D23) = 1”",)),
    ("requests.received == requests.carried", ("requests.carried", "没有叫")),
    ("D23 + D24", ("D23 + D24", "不是比较")),
    ("D23 = J24 每", ("每",)),
    ("J23 = $Z$1 每行", ("$Z$1", "不是填数的格")),
)


RELATION_OF_TWO_TABLES = "B6 <= D23 每栏"


def test_relations_that_cannot_be_read__cell_and_part_of_each_are_told(tmp_path: Path) -> None:
    rows: list[int] = []

    def add(book: Workbook) -> None:
        for number, (expression, _) in enumerate(BROKEN):
            entry = {"名称": f"新{number}", "式子": expression, "处理": "提示", "怎么办": "请核对。", "依据": "测试"}
            rows.append(add_row(book, "关系", "关系", {"编号": f"NEW-{number}", **entry}))

    lines = refuse(tmp_path, add)
    missing = [parts for row, (_, parts) in zip(rows, BROKEN, strict=True) if not told(lines, f"关系!D{row}", *parts)]
    assert missing == []
    assert len(lines) == len(BROKEN)


def test_relation_of_different_lines__its_cell_its_text_and_the_cells_of_each_side(tmp_path: Path) -> None:
    rows: list[int] = []

    def add(book: Workbook) -> None:
        entry = {"编号": "NEW", "名称": "新", "处理": "提示", "怎么办": "请核对。", "依据": "测试"}
        rows.append(add_row(book, "关系", "关系", {**entry, "式子": RELATION_OF_TWO_TABLES}))

    (line,) = refuse(tmp_path, add)
    assert told([line], f"关系!D{rows[0]} 处", f"“{RELATION_OF_TWO_TABLES}”", "一边是 ", "另一边是 ", "逐行各写一条")
    assert told([line], "B6:D6", "D23:J23")


def rename_owner(book: Workbook) -> None:
    sheet = book["栏目"]
    row = find_heading_row(sheet, "填数的格") + 7
    sheet.cell(row, find_column(sheet, "填数的格", "表")).value = "request"


def rename_heading(book: Workbook) -> None:
    sheet = book["栏目"]
    sheet.cell(find_heading_row(sheet, "填数的格"), find_column(sheet, "填数的格", "首格")).value = "起点"


def rename_region(book: Workbook) -> None:
    sheet = book["栏目"]
    sheet.cell(find_heading_row(sheet, "填数的格") - 1, 1).value = "■ 格子"


def empty_id(book: Workbook) -> None:
    cell_of(book, "栏目", "表", ("编号", "disclosure"), "编号").value = None


@pytest.mark.parametrize(
    ("edit", "parts", "most"),
    [
        (rename_owner, ("栏目!B", "“request”", "requests"), 1),
        (rename_heading, ("栏目!C", "“起点”", "首格"), 1),
        (rename_region, ("栏目!A", "■ 格子", "■ 填数的格"), 1),
        (empty_id, ("栏目!", "缺“编号”"), 3),
    ],
)
def test_part_of_the_form_that_cannot_be_read__what_follows_from_it_is_not_told(
    edit: Edit, parts: tuple[str, ...], most: int, tmp_path: Path
) -> None:
    lines = refuse(tmp_path, edit)
    assert told(lines, *parts)
    assert len(lines) <= most, lines


def test_duplicate_relation_and_contradiction__the_cell_is_told(tmp_path: Path) -> None:
    def double(book: Workbook) -> None:
        cell_of(book, "关系", "关系", ("编号", "T3-ROW"), "编号").value = "T3-BAL"

    assert told(refuse(tmp_path, double), "关系!", "“T3-BAL”", "已经用过")


def test_rows_inserted_in_the_drawing__addresses_would_be_wrong__told(tmp_path: Path) -> None:
    lines = refuse(tmp_path, lambda book: book["表样"].insert_rows(10))
    assert told(lines, "表样!", "插入或删除过行")


def test_text_on_the_drawing_that_the_definition_does_not_have__told(tmp_path: Path) -> None:
    def write(book: Workbook) -> None:
        book["表样"]["B10"] = "disclosure.licensing.other"
        book["表样"]["H5"] = "新的一栏"

    lines = refuse(tmp_path, write)
    assert told(lines, "表样!B10", "disclosure.licensing.other", "disclosure.licensing.decisions")
    assert told(lines, "表样!H5", "新的一栏")


def test_mistakes_of_the_definition__are_told_at_the_cell(tmp_path: Path) -> None:
    places: dict[str, str] = {}

    def spoil(book: Workbook) -> None:
        size = cell_of(book, "栏目", "表", ("编号", "disclosure"), "右下角")
        size.value = "D13"
        headline = cell_of(book, "文字", "主要数据", ("名称", "行政复议"), "怎样相加")
        headline.value, places["headline"] = "disputes.review.all", headline.coordinate

    lines = refuse(tmp_path, spoil)
    assert told(lines, "定义.xlsx", "栏目!", "超出了表的范围")
    assert told(lines, "定义.xlsx", f"文字!{places['headline']}", "disputes.review.all")


def test_formula_where_a_text_is_meant__told(tmp_path: Path) -> None:
    def calculate(book: Workbook) -> None:
        cell_of(book, "文字", "部分", ("编号", "other"), "标题").value = "=A1&A2"

    assert told(refuse(tmp_path, calculate), "文字!", "标题", "=A1&A2", "公式")
