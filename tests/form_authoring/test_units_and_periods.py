"""What a sheet says once, its unit and period, is not given to figures at random, nor kept for later periods."""

from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.datavalidation import DataValidation

from tests.form_authoring.office_forms import choose, first_sheet, frame, head, put
from tests.form_authoring.test_printed_details import author
from xltool.cli.console_authoring import describe_authored_form
from xltool.model.form import Cell, CellKind

CARS = range(12, 16)  # the rows of the list


def draw_cars(line: str = "2025年6月　　　　单位：元", latest: str = "DATE(2025,6,30)") -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    sheet = first_sheet(book, "车辆")
    head(sheet, "公务用车使用情况月报表", "G", f"填报单位：　　　　{line}")
    put(sheet, {"A3": "车辆类型", "B3": "车辆数", "C3": "里程（公里）", "D3": "运行费用", "E3": "次数"})
    for row, name in ((4, "轿车"), (5, "越野车")):
        put(sheet, {f"A{row}": name, f"B{row}": f"=COUNTIF(C$12:C$15,A{row})"})
        sheet[f"C{row}"].number_format, sheet[f"D{row}"].number_format = "0", "0.00"
    put(sheet, {"A6": "合计", **{f"{column}6": f"=SUM({column}4:{column}5)" for column in "BCD"}})
    put(sheet, {"A7:B7": "牵头部门", "C7:D7": None, "A8:B8": "外包费用（万元）", "C8:D8": None})
    frame(sheet, "A3:E8")
    put(sheet, {"A10": "车辆明细", "A11": "序号", "B11": "车牌号", "C11": "车辆类型", "D11": "启用日期"})
    put(sheet, {"E11": "费用", "F11": "乘员数", "G11": "新能源"})
    for row in CARS:
        put(sheet, {f"A{row}": row - 11})
    frame(sheet, "A11:G15")
    choose(sheet, "C12:C15", "轿车,越野车")
    choose(sheet, "G12:G15", "是,否")
    known = DataValidation("date", operator="between", formula1="DATE(2000,1,1)", formula2=latest)
    known.add("D12:D15")
    sheet.add_data_validation(known)
    return book


def kind_of(cell: Cell) -> tuple[CellKind, str, int, bool]:
    return cell.kind, cell.unit, cell.decimals, cell.fixed_decimals


def test_count_of_rows__no_amount(tmp_path: Path) -> None:
    form = author(tmp_path, draw_cars()).form
    assert {kind_of(form.cells[f"t1.r{row}.c2"]) for row in (4, 5, 6)} == {(CellKind.COUNT, "", 0, False)}


def test_sum_without_a_format__as_its_parts(tmp_path: Path) -> None:
    form = author(tmp_path, draw_cars()).form
    assert kind_of(form.cells["t1.r6.c3"]) == kind_of(form.cells["t1.r4.c3"]) == (CellKind.COUNT, "公里", 0, False)
    assert kind_of(form.cells["t1.r6.c4"]) == kind_of(form.cells["t1.r4.c4"]) == (CellKind.AMOUNT, "元", 2, True)


def test_several_units__each_figure_has_its_own_or_none(tmp_path: Path) -> None:
    made = author(tmp_path, draw_cars("单位：辆、次、万元"))
    cells = made.form.cells
    assert (cells["t1.r8.c3"].kind, cells["t1.r8.c3"].unit) == (CellKind.AMOUNT, "万元")
    assert (cells["t1.r4.c4"].kind, cells["t1.r4.c4"].unit) == (CellKind.AMOUNT, "万元")
    assert (cells["t1.r4.c5"].kind, cells["t1.r4.c5"].unit) == (CellKind.COUNT, "")
    assert "E4:E5" in next(
        line for line in describe_authored_form(made, "blank.xlsx").splitlines() if "几个单位" in line
    )


def test_wide_figure_below_narrow_heads__named_by_its_own_label(tmp_path: Path) -> None:
    form = author(tmp_path, draw_cars()).form
    assert (form.cells["t1.r8.c3"].row_path, form.cells["t1.r8.c3"].column_path) == (("外包费用（万元）",), ())
    assert form.cells["t1.r4.c3"].column_path == ("里程（公里）",)


@pytest.mark.parametrize("line", ["2025年第三季度", "2025年上半年", "2025年6月"])
def test_printed_period__no_footnote(tmp_path: Path, line: str) -> None:
    made = author(tmp_path, draw_cars(f"　　　{line}"))
    assert not any(line in note for table in made.form.tables for note in (*table.footnotes, *table.notes))


def test_period_alone__tells_how_long_periods_are(tmp_path: Path) -> None:
    book = draw_cars("　　　2025年第三季度")
    book["车辆"]["A1"] = "公务用车使用情况表"
    assert author(tmp_path, book).form.period.value == "quarter"


@pytest.mark.parametrize(
    ("latest", "kept"), [("DATE(2025,6,30)", False), ("DATE(2025,6,1)", False), ("DATE(2030,12,31)", True)]
)
def test_limit_within_the_period_of_the_sheet__told_and_left_out(tmp_path: Path, latest: str, kept: bool) -> None:
    made = author(tmp_path, draw_cars(latest=latest))
    (listed,) = made.form.lists
    (tmp_path / "other").mkdir()
    unlimited = author(tmp_path / "other", draw_cars(latest="TODAY()")).form.lists[0]
    column, free = (item.columns[2] for item in (listed, unlimited))
    assert column.minimum == free.minimum
    assert (column.maximum != free.maximum) is kept
    assert ("只合原表这一期" in describe_authored_form(made, "blank.xlsx")) is not kept


def test_sums_of_a_list_under_conditions__one_line(tmp_path: Path) -> None:
    book = draw_cars()
    for row in (4, 5):
        book["车辆"][f"D{row}"] = f"=SUMIF(C$12:C$15,A{row},E$12:E$15)"
        book["车辆"][f"E{row}"] = f'=COUNTIFS(C$12:C$15,A{row},G$12:G$15,"是")'
    told = describe_authored_form(author(tmp_path, book), "blank.xlsx")
    (line,) = [line for line in told.splitlines() if "由各单位自己算好填写" in line]
    assert "D4:E5" in line
