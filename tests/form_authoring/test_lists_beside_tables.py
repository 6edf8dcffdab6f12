"""Lists that share a sheet with another table, and tables of blank rows that are no lists."""

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from tests.form_authoring.office_forms import choose, equipment, first_sheet, frame, head, put
from tests.official_report.test_publish import answer
from xltool.commands.author_from_workbook import (
    AuthoredForm,
    AuthoringRequest,
    author_from_workbook,
    describe_placement,
)
from xltool.form_authoring.placements import Placement
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.agency import Agency
from xltool.model.form import Number
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest
from xltool.workbooks.template.write_template import write_template

STATES = ("在用", "闲置", "报废")


def author(tmp_path: Path, book: openpyxl.Workbook) -> AuthoredForm:
    book.save(tmp_path / "blank.xlsx")
    return author_from_workbook(AuthoringRequest(tmp_path / "blank.xlsx", tmp_path / "forms", edition="1", form="list"))


def place_of(made: AuthoredForm, address: str) -> Placement:
    (found,) = [item for item in made.placements if item.address == address]
    return found


def draw_counts(sheet: Worksheet, first: int, criterion: str) -> None:
    """A small table that counts the devices of each state."""
    put(sheet, {f"A{first - 1}": "附：按状态统计", f"A{first}:B{first}": "状态", f"C{first}": "数量（台）"})
    for row, state in enumerate(STATES, start=first + 1):
        test = criterion.format(row=row, state=state)
        put(sheet, {f"A{row}:B{row}": state, f"C{row}": f"=COUNTIF($H$4:$H$9,{test})"})
    last = first + len(STATES) + 1
    put(sheet, {f"A{last}:B{last}": "合计", f"C{last}": f"=SUM(C{first + 1}:C{last - 1})"})
    frame(sheet, f"A{first}:C{last}")


@pytest.mark.parametrize("criterion", ['"{state}"', "A{row}", "$A{row}"])
def test_list_above_a_table__is_a_list_and_its_rows_are_counted(tmp_path: Path, criterion: str) -> None:
    book = equipment()
    book["设备"]["A11"] = None
    book["设备"]["F11"] = None
    draw_counts(book["设备"], 13, criterion)
    made = author(tmp_path, book)
    assert [section.sheet for section in made.form.sections] == ["设备", "按状态统计"]
    (listed,) = made.form.lists
    assert listed.name == "设备"
    computed = {item.computes for item in made.form.formulas}
    assert computed == {"t2.r14.c3", "t2.r15.c3", "t2.r16.c3", "t2.r17.c3"}
    assert "在“按状态统计”页" in describe_placement(place_of(made, "A13"))
    assert not [item for item in made.placements if item.fate.value == "unplaced"]
    values: dict[str, Number | str] = {"text": "甲", "amount": Decimal(2), "date": 45_000, "choice": 2}
    device = {column.id: values.get(column.kind.value, 1) for column in listed.columns}
    filling = FilledContents({}, lists={listed.id: [device] * 3})
    (tmp_path / "returns").mkdir()
    request = TemplateRequest(Agency("1", "甲镇人民政府"), 2025, "1", filling=filling)
    write_template(plan_workbook(made.form), request, tmp_path / "returns" / "1.xlsx")
    (tmp_path / "名册.csv").write_text("代码,名称\n1,甲镇人民政府\n", "utf-8")
    checked = answer("check", tmp_path / "returns", "--forms", tmp_path / "forms", "--roster", tmp_path / "名册.csv")
    (entry,) = checked["submissions"]
    assert {item["severity"] for item in entry["findings"]} == {"note"}  # no program has recalculated the file
    common = ("--forms", tmp_path / "forms", "--roster", tmp_path / "名册.csv", "--form", "list")
    totals = answer("merge", tmp_path / "returns", *common, "-o", tmp_path / "汇总.xlsx")["totals"]
    assert [totals[f"t2.r{row}.c3"] for row in (14, 15, 16, 17)] == [0, 3, 0, 3]


def test_list_below_a_table__has_a_page_of_its_own(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = first_sheet(book, "情况")
    head(sheet, "2025年度执法装备情况表", "D")
    put(sheet, {"A3": "装备总数（台）", "A4": "经费（元）", "A6": "装备清单"})
    frame(sheet, "A3:B4")
    put(sheet, {"A7": "序号", "B7": "装备名称", "C7": "数量（台）", "D7": "存放地点"})
    frame(sheet, "A7:D12")
    made = author(tmp_path, book)
    assert [(section.sheet, section.title) for section in made.form.sections] == [
        ("情况", "执法装备情况表"),
        ("装备清单", "装备清单"),
    ]
    assert [item.id for item in made.form.lists] == ["t2"]


def test_two_tables_of_a_sheet__their_titles_stand_between_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = first_sheet(book, "情况")
    head(sheet, "2025年度执法情况表", "B")
    put(sheet, {"A2": "（一）案件", "A3": "立案（件）", "A4": "结案（件）", "A6": "附：经费", "A7": "经费（元）"})
    put(sheet, {"A8": "支出（元）"})
    frame(sheet, "A3:B4")
    frame(sheet, "A7:B8")
    form = author(tmp_path, book).form
    (section,) = form.sections
    assert section.table_titles
    assert [table.title for table in form.tables] == ["（一）案件", "附：经费"]


@pytest.mark.parametrize(
    ("change", "address", "cure"),
    [
        ({"A6": "大型设备"}, "A6", "请把空行连在一起"),
        ({"A9": "其他"}, "A9", "移到另一张表"),
    ],
)
def test_list_with_a_named_row__the_cell_and_the_cure_are_told(
    tmp_path: Path, change: dict[str, str], address: str, cure: str
) -> None:
    book = equipment()
    sheet = book["设备"]
    sheet.unmerge_cells("A10:C10")
    for row in range(4, 10):
        put(sheet, {f"A{row}": row - 3})
    put(sheet, {"A10": None, "D10": None, "F10": None, **change})
    for cell in sheet[10]:
        cell.border = openpyxl.styles.Border()
    made = author(tmp_path, book)
    assert made.form.lists == ()
    placed = place_of(made, address)
    assert placed.doubtful
    assert "没有读成清单" in describe_placement(placed)
    assert cure in describe_placement(placed)


@pytest.mark.parametrize(
    ("formula", "why"),
    [
        ('=COUNTIF($H$4:$H$9,"丢失")', "不是这一栏下拉列表里的词"),
        ('=COUNTIF($H$4:$H$9,"*用")', "通配符"),
        ('=COUNTIF($B$4:$B$9,"电脑")', "要有下拉列表"),
        ("=COUNTIF($H$4:$H$9,D4)", "引用写着栏目名称的格"),
        ('=COUNTIF($H$4:$H$6,"在用")', "清单的一整栏"),
        ('=SUMIF($H$4:$H$9,"在用",$F$4:$F$9)', "由各单位自己算好填写"),
    ],
)
def test_count_that_cannot_be_said__the_true_reason(tmp_path: Path, formula: str, why: str) -> None:
    book = equipment()
    draw_counts(book["设备"], 13, "A{row}")
    book["设备"]["C14"] = formula
    assert why in describe_placement(place_of(author(tmp_path, book), "C14"))


# --- columns of checks, rows of totals -----------------------------------------------------------------------------


def draw_indicators() -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    sheet = first_sheet(book, "成效")
    head(sheet, "2025年服务成效表", "E")
    put(sheet, {"A3": "指标", "B3": "计量单位", "C3": "数量", "D3": "上年数量", "E3": "校验"})
    rows = (("专职人数", "人"), ("兼职人数", "人"), ("网格员总数", "人"), ("上报事件", "件"), ("其中：已办结", "件"))
    for row, (name, unit) in enumerate(rows, start=4):
        put(sheet, {f"A{row}": name, f"B{row}": unit})
    put(sheet, {"C6": "=C7*2", "E8": '=IF(C8<=C7,"","办结多于上报")'})
    frame(sheet, "A3:E8")
    return book


def test_column_of_checks__only_the_formula_counts_and_the_rest_is_no_part(tmp_path: Path) -> None:
    made = author(tmp_path, draw_indicators())
    assert {cell.column for cell in made.form.inputs} == {"c3", "c4"}
    assert [item.expect.operator for item in made.form.relations if not item.computes] == ["<="]
    placed = place_of(made, "E5")
    assert (placed.fate.value, placed.doubtful) == ("blank", True)
    assert "校验一栏" in describe_placement(placed)


def test_name_with_total__a_cell_left_open_is_filled_in(tmp_path: Path) -> None:
    form = author(tmp_path, draw_indicators()).form
    assert form.cells["t1.r6.c3"].computed
    assert not form.cells["t1.r6.c4"].computed


def test_row_of_totals__numbers_without_formula_are_inputs__words_are_closed_unless_validated(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = first_sheet(book, "经费")
    head(sheet, "2025年经费表", "F")
    put(
        sheet,
        {"A3": "部门", "B3": "预算数（元）", "C3": "上年数（件）", "D3": "备注", "E3": "方式", "F3": "减免（件）"},
    )
    put(sheet, {"A4": "甲科", "A5": "乙科", "A6": "合计", "B6": "=SUM(B4:B5)"})
    frame(sheet, "A3:F6")
    choose(sheet, "E4:E6", "现金,转账")
    sheet["F6"].fill = PatternFill("solid", fgColor="FFD9D9D9")
    made = author(tmp_path, book)
    assert {item.split(".")[2] for item in made.form.cells if item.startswith("t1.r6.")} == {"c2", "c3", "c5"}
    assert "涂灰底" in describe_placement(place_of(made, "C6"))
    told = describe_placement(place_of(made, "D6"))
    assert "数据有效性" in told
    length = DataValidation("textLength", operator="lessThanOrEqual", formula1="50")  # the cure that is told
    length.add("D6")
    sheet.add_data_validation(length)
    book.save(tmp_path / "cured.xlsx")
    cured = author_from_workbook(AuthoringRequest(tmp_path / "cured.xlsx", tmp_path / "cured", edition="1"))
    assert "t1.r6.c4" in cured.form.cells


def test_row_of_totals__below_choices_nothing_is_counted(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = first_sheet(book, "经费")
    head(sheet, "2025年经费表", "C")
    put(sheet, {"A3": "部门", "B3": "预算数（元）", "C3": "支付情况", "A4": "甲科", "A5": "乙科", "A6": "合计"})
    put(sheet, {"B6": "=SUM(B4:B5)"})
    frame(sheet, "A3:C6")
    choose(sheet, "C4:C5", "已付,未付")  # the list of choices ends above the totals
    form = author(tmp_path, book).form
    assert {item for item in form.cells if item.startswith("t1.r6.")} == {"t1.r6.c2"}


def test_word_in_brackets_of_a_name__is_no_unit_beside_a_usual_one(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = first_sheet(book, "办件")
    head(sheet, "2025年办件表", "C")
    put(sheet, {"A3:A4": "部门", "B3:C3": "办件量（件）", "B4": "网上", "C4": "窗口", "A5": "自然资源（不动产）"})
    put(sheet, {"A6": "税务"})
    frame(sheet, "A3:C6")
    assert {cell.unit for cell in author(tmp_path, book).form.cells.values()} == {"件"}
