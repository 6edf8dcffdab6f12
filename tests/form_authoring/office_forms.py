"""Blank forms as offices keep them in Excel: merged heads, formulas, lists to choose from, formats, notes."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from xltool.model.form import Box, Form

THIN = Border(left=Side("thin"), right=Side("thin"), top=Side("thin"), bottom=Side("thin"))
CENTRED = Alignment("center", "center", wrap_text=True)
RED = PatternFill("solid", bgColor="FFFFC7CE")


def frame(sheet: Worksheet, area: str) -> None:
    for row in sheet[area]:
        for cell in row:
            cell.border = THIN
            if cell.alignment.horizontal is None:
                cell.alignment = Alignment(
                    "left" if cell.alignment.indent else "center",
                    "center",
                    indent=cell.alignment.indent,
                    wrap_text=True,
                )


def head(sheet: Worksheet, title: str, last: str, line: str = "") -> None:
    sheet.merge_cells(f"A1:{last}1")
    sheet["A1"] = title
    sheet["A1"].font = Font(name="方正小标宋简体", size=18)
    sheet["A1"].alignment = CENTRED
    if line:
        sheet.merge_cells(f"A2:{last}2")
        sheet["A2"] = line


def put(sheet: Worksheet, texts: Mapping[str, str | int | None]) -> None:
    """Put texts into cells and merged ranges: ``{"A3:A4": "序号"}``."""
    for area, text in texts.items():
        if ":" in area:
            sheet.merge_cells(area)
        sheet[area.partition(":")[0]] = text


def choose(sheet: Worksheet, cells: str, words: str) -> None:
    known = DataValidation("list", formula1=words if words.startswith("=") else f'"{words}"')
    sheet.add_data_validation(known)
    known.add(cells)


def warn(sheet: Worksheet, cells: str, formula: str, operator: Any = None) -> None:
    """Colour cells light red, as Excel offers it, where a formula holds or a comparison with one."""
    look = DifferentialStyle(fill=RED)
    kind: Any = "cellIs" if operator else "expression"
    sheet.conditional_formatting.add(cells, Rule(kind, dxf=look, operator=operator, formula=[formula], priority=1))


def first_sheet(book: Workbook, name: str) -> Worksheet:
    sheet = book.worksheets[0]
    sheet.title = name
    return sheet


def penalties() -> Workbook:
    """Three rows of heads, a row for each kind of agency, a row of totals, notes and a signature line."""
    book = Workbook()
    sheet = first_sheet(book, "处罚")
    head(
        sheet,
        "2024年度行政处罚情况统计表",
        "G",
        "填报单位（盖章）：　　　　填报日期：　年　月　日　　　　单位：宗、万元",
    )
    put(sheet, {"A3:A4": "执法领域", "B3:D3": "处罚数量（宗）", "E3:E4": "合计（宗）", "F3:F4": "罚没金额（万元）"})
    put(sheet, {"G3:G4": "备注", "B4": "警告", "C4": "罚款", "D4": "吊销许可证件"})
    for row, name in enumerate(("市场监管", "生态环境", "交通运输"), start=5):
        sheet.cell(row, 1).value = name
        sheet.cell(row, 5).value = f"=SUM(B{row}:D{row})"
        sheet.cell(row, 6).number_format = "0.00"
    put(sheet, {"A8": "合　计", **{f"{c}8": f"=SUM({c}5:{c}7)" for c in "BCDEF"}})
    sheet["F8"].number_format = "0.00"
    frame(sheet, "A3:G8")
    put(sheet, {"A9:G9": "说明：1.统计范围为1月1日至12月31日。2.单处一个类别的，计入相应类别。"})
    put(sheet, {"A10:G10": "填表人：　　　　审核人：　　　　联系电话："})
    return book


def quarterly() -> Workbook:
    """A quarterly table: units and codes in columns, 其中 rows, this quarter, since January, last year, growth."""
    book = Workbook()
    sheet = first_sheet(book, "季报")
    head(sheet, "2025年第三季度政务服务情况统计表", "G", "填报单位：　　　　　　　　　　表号：政服3表")
    for at, name in enumerate(("指标名称", "计量单位", "代码", "本季度", "本年累计", "上年同期", "增长率"), start=1):
        sheet.cell(3, at).value = name
    numbers: tuple[str | int, ...] = ("甲", "乙", "丙", 1, 2, 3, 4)
    for at, number in enumerate(numbers, start=1):
        sheet.cell(4, at).value = number
    rows: tuple[tuple[str, str, int], ...] = (
        ("办件总量", "件", 0),
        ("其中：网上办理", "件", 1),
        ("　　　窗口办理", "件", 1),
        ("收到评价", "条", 0),
    )
    rows += (("其中：差评", "条", 1), ("窗口运行经费", "万元", 0))
    for row, (words, unit, indent) in enumerate(rows, start=5):
        put(sheet, {f"A{row}": words, f"B{row}": unit, f"C{row}": f"{row - 4:02d}"})
        sheet[f"A{row}"].alignment = Alignment("left", "center", indent=indent)
        sheet[f"G{row}"] = f'=IFERROR((E{row}-F{row})/F{row},"")'
        sheet[f"G{row}"].number_format = "0.0%"
    sheet["D5"] = "=D6+D7"
    sheet["E5"] = "=E6+E7"
    for column in "DEF":
        sheet[f"{column}10"].number_format = "#,##0.00"
    frame(sheet, "A3:G10")
    warn(sheet, "D9:E9", "D9>D8*0.05")
    put(sheet, {"A11:G11": "单位负责人：　　　　填表人：　　　　报出日期：　年　月　日"})
    put(sheet, {"A12:G12": "注：增长率为负的，请说明原因。"})
    for letters, width in {"A": 24, "B": 9, "C": 7, "D": 12, "E": 12, "F": 12, "G": 10}.items():
        sheet.column_dimensions[letters].width = width
    return book


def two_sheets() -> Workbook:
    """Two sheets that refer to each other, with checks beside and below the tables, and an explaining sheet."""
    book = Workbook()
    one = first_sheet(book, "收办情况")
    head(one, "建议提案办理情况表（2025年）", "D", "填报单位：")
    put(one, {"A3": "项目", "B3": "建议（件）", "C3": "提案（件）", "D3": "合计（件）"})
    for row, text in enumerate(("上年结转", "本年收到", "本年办结", "其中：按期办结", "结转下年"), start=4):
        put(one, {f"A{row}": text, f"D{row}": f"=B{row}+C{row}"})
    frame(one, "A3:D8")
    put(one, {"A9": '=IF(AND(B4+B5=B6+B8,C4+C5=C6+C8),"","收办不平")'})
    put(one, {"A10": '=IF(D7>D6,"按期办结多于办结","")'})
    limit = DataValidation("whole", operator="lessThanOrEqual", formula1="B6")
    one.add_data_validation(limit)
    limit.add("B7:C7")
    two = book.create_sheet("办理质量")
    head(two, "建议提案办理质量表", "B")
    put(two, {"A3": "本年办结总数", "B3": "=收办情况!D6", "A4": "代表委员满意（件）", "A5": "满意率"})
    put(two, {"B5": '=IF(B3=0,"",ROUND(B4/B3,4))', "A6": "是否公开办理结果", "A7": "公开日期", "A8": "未公开的原因"})
    two["B5"].number_format = "0.00%"
    two["B7"].number_format = 'yyyy"年"m"月"d"日"'
    choose(two, "B6", "是,否")
    frame(two, "A3:B8")
    put(two, {"A9": '=IF(B4<=B3,"√","满意件数多于办结")'})
    notes = book.create_sheet("填报说明")
    put(notes, {"A1": "填报说明", "A2": "1.建议指人大代表建议。", "A3": "2.提案指政协提案。"})
    return book


def wide() -> Workbook:
    """A wide table for landscape paper: two levels of heads, filled heads, indented rows, grey cells, own fonts."""
    book = Workbook()
    sheet = first_sheet(book, "月度")
    head(sheet, "2025年度窗口月度办件情况表", "P", "填报单位：　　　　　　　单位：件")
    put(sheet, {"A3:A4": "服务事项", "B3:B4": "窗口", "C3:N3": "各月办件量", "O3:O4": "全年合计", "P3:P4": "月均"})
    for month in range(1, 13):
        sheet.cell(4, 2 + month).value = f"{month}月"
    rows = (("社会保险", 0), ("参保登记", 1), ("待遇申领", 1), ("不动产登记", 0), ("合　　计", 0))
    for row, (text, indent) in enumerate(rows, start=5):
        put(sheet, {f"A{row}": text, f"O{row}": f"=SUM(C{row}:N{row})", f"P{row}": f"=ROUND(O{row}/12,1)"})
        sheet[f"A{row}"].alignment = Alignment("left", "center", indent=indent)
        sheet[f"P{row}"].number_format = "0.0"
        sheet[f"B{row}"].fill = PatternFill("solid", fgColor="FFD9D9D9")
    for column in range(3, 15):
        letter = get_column_letter(column)
        sheet[f"{letter}5"] = f"={letter}6+{letter}7"
        sheet[f"{letter}9"] = f"={letter}5+{letter}8"
        sheet.column_dimensions[letter].width = 6.5
    frame(sheet, "A3:P9")
    for row in sheet["A3:P4"]:
        for cell in row:
            cell.fill, cell.font = PatternFill("solid", fgColor="FFDDEBF7"), Font(name="黑体", size=10, bold=True)
    for letters, width in {"A": 16, "B": 5, "O": 9, "P": 8}.items():
        sheet.column_dimensions[letters].width = width
    sheet.row_dimensions[3].height, sheet.row_dimensions[4].height = 24, 20
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 8
    warn(sheet, "C5:N9", "100000", "greaterThan")
    put(sheet, {"A10": "说明：月均保留一位小数。"})
    return book


def registration() -> Workbook:
    """A card: labels and blanks in turn, lists to choose from, dates, boxes to tick, a list on a hidden sheet."""
    book = Workbook()
    sheet = first_sheet(book, "登记表")
    head(sheet, "政务新媒体账号登记表", "D", "填报单位：　　　　　　　　　填报日期：2025年　月　日")
    put(sheet, {"A3": "账号名称", "C3": "平台", "A4": "开通日期", "C4": "账号状态", "A5": "负责人", "C5": "联系电话"})
    put(
        sheet,
        {"A6": "是否认证", "B6": "□是　□否", "C6": "粉丝数（人）", "A7": "年度发布（条）", "C7": "其中：原创（条）"},
    )
    put(sheet, {"A8": "最近检查日期", "C8": "检查结论", "A9": "主要内容", "B9:D9": None, "A10": "运维费用（元）"})
    put(sheet, {"C10": "资金来源", "A11": "备注", "B11:D11": None})
    sheet["B4"].number_format = "yyyy-mm-dd"
    day = DataValidation("date", operator="greaterThan", formula1="36526")
    sheet.add_data_validation(day)
    day.add("B8")
    choose(sheet, "D3", "微信,微博,抖音,其他")
    choose(sheet, "D4", "=选项!$A$1:$A$3")
    choose(sheet, "D8", "合格,基本合格,不合格")
    choose(sheet, "D10", "财政拨款,其他")
    limit = DataValidation("textLength", operator="lessThanOrEqual", formula1="100")
    sheet.add_data_validation(limit)
    limit.add("B9")
    options = book.create_sheet("选项")
    put(options, {"A1": "正常运行", "A2": "暂停更新", "A3": "已注销"})
    options.sheet_state = "hidden"
    frame(sheet, "A3:D11")
    warn(sheet, "D7", "$D$7>$B$7")
    for letters, width in {"A": 18, "B": 26, "C": 18, "D": 26}.items():
        sheet.column_dimensions[letters].width = width
    return book


def equipment() -> Workbook:
    """A list with a row of totals: running numbers, names, numbers, prices, dates, a choice."""
    book = Workbook()
    sheet = first_sheet(book, "设备")
    head(sheet, "执法装备清单", "I", "填报单位：　　　　　　　　　　　　　　　　　单位：台、元")
    names = ("序号", "装备名称", "规格型号", "数量", "单价", "金额", "购置日期", "状态", "备注")
    for column, text in zip("ABCDEFGHI", names, strict=True):
        sheet[f"{column}3"] = text
    for row in range(4, 10):
        put(sheet, {f"A{row}": row - 3, f"F{row}": f"=D{row}*E{row}"})
        for column in "EF":
            sheet[f"{column}{row}"].number_format = "#,##0.00"
        sheet[f"G{row}"].number_format = "yyyy-mm"
    put(sheet, {"A10:C10": "合计", "D10": "=SUM(D4:D9)", "F10": "=SUM(F4:F9)"})
    sheet["F10"].number_format = "#,##0.00"
    choose(sheet, "H4:H9", "在用,闲置,报废")
    frame(sheet, "A3:I10")
    put(sheet, {"A11": "填表人：", "F11": "审核人："})
    return book


def put_box(sheet: Worksheet, box: Box, text: str | None) -> None:
    """Put a text into a box of a table whose grid begins in row 3."""
    row, column = box.row + 2, box.column
    sheet.cell(row, column).value = text
    if box.rows > 1 or box.columns > 1:
        sheet.merge_cells(None, row, column, row + box.rows - 1, column + box.columns - 1)


def annual_report(form: Form) -> Workbook:
    """The printed tables 二, 三 and 四 of the annual report as an office would draw them, totals as formulas."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for table in form.tables:
        if not table.printed:
            continue
        sheet = book.create_sheet(table.name)
        head(sheet, table.title, get_column_letter(table.columns))
        for label in table.labels:
            put_box(sheet, label.box, label.text)
        for cell in table.cells:
            put_box(sheet, cell.box, None)
            if cell.decimals:
                sheet.cell(cell.box.row + 2, cell.box.column).number_format = "0.######"
        frame(sheet, f"A3:{sheet.cell(table.rows + 2, table.columns).coordinate}")
    requests, disputes = book["表三"], book["表四"]
    for row in range(6, 31):
        requests[f"J{row}"] = f"=SUM(D{row}:I{row})"
    for column in "DEFGHIJ":
        requests[f"{column}29"] = f"=SUM({column}8:{column}28)"
    for first, total in (("A6:D6", "E6"), ("F6:I6", "J6"), ("K6:N6", "O6")):
        disputes[total] = f"=SUM({first})"
    return book


FORMS: Mapping[str, Callable[[], Workbook]] = {
    "penalties": penalties,
    "quarterly": quarterly,
    "two_sheets": two_sheets,
    "wide": wide,
    "registration": registration,
    "equipment": equipment,
}


def save_forms(folder: Path, names: Sequence[str] = tuple(FORMS)) -> dict[str, Path]:
    """Save blank forms as workbooks; return their files by name."""
    files = {name: folder / f"{name}.xlsx" for name in names}
    for name, file in files.items():
        FORMS[name]().save(file)
    return files
