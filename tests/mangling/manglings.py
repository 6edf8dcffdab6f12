"""What people and programs do to a workbook, each by a name, with the finding it must cause.

A mangling turns a good workbook into a bad one, bytes to bytes. ``finds`` is the code of a finding that must be there
(empty: there must be none at all); ``alters`` says that it changes what the figures mean, not only where they stand.
"""

import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from typing import Any, NamedTuple

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.checks.figures import FORM, PLAN
from tests.mangling.good import OTHER, TOWN, YEAR, good
from xltool.commands.make_templates import compute_serial
from xltool.forms.cell_addresses import cell_address, parse_address
from xltool.forms.identity import Identity, make_serial
from xltool.forms.slots import Purpose, Role
from xltool.forms.workbook_words import workbook_words

Mangle = Callable[[bytes], bytes]

NEW = "requests.received.natural_person"
TOTAL = "requests.received.total"
REQUESTS = PLAN.find_figure(NEW).sheet
DISCLOSURE = PLAN.find_figure("disclosure.rules.issued").sheet
DISPUTES = PLAN.find_figure("disputes.review.upheld").sheet
COVER = PLAN.sheet_for(Purpose.COVER).name
IDENTITY = workbook_words().sheets["identity"]


class Mangling(NamedTuple):
    """One mangling: its name, what it does in the words of an office, and what must be found."""

    name: str
    about: str
    apply: Mangle
    finds: str
    alters: bool = False


MANGLINGS: dict[str, Mangling] = {}


def mangling(about: str, finds: str = "", *, alters: bool = False) -> Callable[[Mangle], Mangle]:
    """Registers a function from bytes to bytes under its own name."""

    def register(function: Mangle) -> Mangle:
        MANGLINGS[function.__name__] = Mangling(function.__name__, about, function, finds, alters)
        return function

    return register


def edited(about: str, finds: str = "", *, alters: bool = False) -> Callable[[Callable[[Workbook], Any]], Any]:
    """Registers a function that edits a workbook opened with openpyxl, which forgets every stored result."""

    def register(function: Callable[[Workbook], Any]) -> Callable[[Workbook], Any]:
        def apply(data: bytes) -> bytes:
            book = openpyxl.load_workbook(BytesIO(data))
            function(book)
            return saved(book)

        MANGLINGS[function.__name__] = Mangling(function.__name__, about, apply, finds, alters)
        return function

    return register


def saved(book: Workbook) -> bytes:
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def rewritten(data: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """The same zip with the parts matching ``part`` changed."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if re.fullmatch(part, name):
                content = change(content.decode()).encode()
            new.writestr(name, content)
    return stream.getvalue()


RENAMED = "申请办理情况"


def sheet(book: Workbook, name: str) -> Worksheet:
    """A sheet by its name; where another mangling renamed or removed it, the renamed one."""
    return next((book[other] for other in (name, RENAMED, COVER) if other in book.sheetnames), book.worksheets[0])


def put(book: Workbook, cell: str, value: float | str | Decimal | None) -> None:
    where = PLAN.find_figure(cell)
    target = sheet(book, where.sheet)[where.address]
    if isinstance(target, Cell):  # not the inside of a merged one
        target.value = value


# --- saving -------------------------------------------------------------------------------------------------------


@edited("用 openpyxl 打开后保存，不作改动")
def saved_by_openpyxl(book: Workbook) -> None:
    pass


# --- what clerks type ---------------------------------------------------------------------------------------------


@edited("数字存成文本", "value.text_number")
def text_number(book: Workbook) -> None:
    put(book, NEW, "88")


@edited("全角数字", "value.full_width")
def full_width(book: Workbook) -> None:
    put(book, NEW, "８８")


@edited("数字后有不间断空格", "value.spaces")
def trailing_nbsp(book: Workbook) -> None:
    put(book, NEW, "88\u00a0")


@edited("数字前有撇号", "value.apostrophe")
def apostrophe(book: Workbook) -> None:
    put(book, NEW, "'88")


@edited("中文数字", "value.chinese_numeral")
def chinese_numeral(book: Workbook) -> None:
    put(book, NEW, "八十八")


@edited("千分位分隔符", "value.separators", alters=True)
def separators(book: Workbook) -> None:
    put(book, "disclosure.licensing.decisions", "1,234")


@edited("数字带单位", "CELL-NUM")
def unit_in_cell(book: Workbook) -> None:
    put(book, NEW, "88件")


@edited("数字后加说明", "CELL-NUM")
def remark_in_cell(book: Workbook) -> None:
    put(book, NEW, "88（其中网上 16 件）")


@edited("用斜杠代替 0", "CELL-NA")
def slash(book: Workbook) -> None:
    put(book, "disclosure.rules.issued", "/")


@edited("空着没有填", "CELL-BLANK")
def left_blank(book: Workbook) -> None:
    put(book, NEW, None)


@edited("填成逻辑值", "CELL-NUM")
def boolean(book: Workbook) -> None:
    put(book, NEW, True)


@edited("填成错误值", "CELL-NUM")
def error_value(book: Workbook) -> None:
    put(book, NEW, "#REF!")


@edited("填了负数", "CELL-NUM", alters=True)
def negative(book: Workbook) -> None:
    put(book, NEW, -88)


@edited("件数有小数", "CELL-NUM")
def fraction(book: Workbook) -> None:
    put(book, NEW, 88.5)


@edited("一个数填错", "T3-BAL", alters=True)
def wrong_figure(book: Workbook) -> None:
    put(book, NEW, 89)


# --- formulas -----------------------------------------------------------------------------------------------------


@edited("总计的公式改为填数，数是对的", "CELL-COMPUTED")
def total_typed_right(book: Workbook) -> None:
    from tests.mangling.good import truth

    put(book, TOTAL, truth()[TOTAL])


@edited("总计的公式改为填数，数是错的", "T3-ROW")
def total_typed_wrong(book: Workbook) -> None:
    put(book, TOTAL, 1)


@edited("总计的公式少加一列", "formula.altered")
def formula_altered(book: Workbook) -> None:
    row = parse_address(PLAN.find_figure(TOTAL).address)[0]
    put(book, TOTAL, f"=SUM(D{row}:H{row})")


@edited("总计的公式换一种写法，结果相同")
def formula_rewritten(book: Workbook) -> None:
    row = parse_address(PLAN.find_figure(TOTAL).address)[0]
    put(book, TOTAL, "=" + "+".join(f"${column}${row}" for column in "DEFGHI"))


@mangling("填报格里写公式", "formula.in_input")
def formula_in_input(data: bytes) -> bytes:
    spot = PLAN.find_figure(NEW).address
    cell = re.compile(rf'(<c r="{spot}"[^>]*>)<v>(\d+)</v>')
    return rewritten(
        data, r"xl/worksheets/sheet\d+\.xml", lambda xml: cell.sub(r"\1<f>\2+0</f><v>\2</v>", xml, count=1)
    )


@edited("校验结果直接填“✓”", "checks.overwritten")
def check_typed(book: Workbook) -> None:
    checks = PLAN.sheet_for(Purpose.CHECKS)
    spot = next(slot.address for slot in checks.slots if slot.role is Role.CHECK and slot.text == "result")
    sheet(book, checks.name)[spot] = workbook_words().checks["holds"]


# --- words --------------------------------------------------------------------------------------------------------


def label(text: str) -> str:
    """Address of a printed word of table three."""
    return next(spot for spot, words in PLAN.labels[REQUESTS].items() if words == text)


def relabel(book: Workbook, text: str, now: str) -> None:
    sheet(book, REQUESTS)[label(text)].value = now


@edited("栏目文字被改成别的", "label.changed")
def label_altered(book: Workbook) -> None:
    relabel(book, "（一）予以公开", "（一）全部公开的")


@edited("栏目文字改为半角括号和数字")
def label_half_width(book: Workbook) -> None:
    relabel(book, "（一）予以公开", "(一) 予以公开")


@edited("栏目文字为繁体")
def label_traditional(book: Workbook) -> None:
    relabel(book, "（三）不予公开", "（三）不予公開")
    relabel(book, "（五）不予处理", "（五）不予處理")


@edited("栏目文字中间换行")
def label_broken(book: Workbook) -> None:
    relabel(book, "社会公益组织", "社会\n公益\n组织")


@edited("栏目文字被拖到别处", "label.changed")
def label_dragged(book: Workbook) -> None:
    at = label("（一）予以公开")
    sheet(book, REQUESTS)["M40"] = sheet(book, REQUESTS)[at].value
    sheet(book, REQUESTS)[at].value = None


@edited("表外写了备注", "stray")
def stray_note(book: Workbook) -> None:
    sheet(book, REQUESTS)["M12"] = "其他"


# --- protection ---------------------------------------------------------------------------------------------------


@edited("工作表保护被取消", "protection.removed")
def unprotected(book: Workbook) -> None:
    sheet(book, REQUESTS).protection.sheet = False


@edited("数据验证丢失", "validation.lost")
def validation_lost(book: Workbook) -> None:
    sheet(book, REQUESTS).data_validations.dataValidation.clear()


@mangling("工作簿结构保护被取消", "structure.unprotected")
def structure_unlocked(data: bytes) -> bytes:
    return rewritten(data, "xl/workbook.xml", lambda xml: re.sub("<workbookProtection[^>]*/>", "", xml))


@edited("隐藏的标识页被显示", "sheet.shown")
def identity_shown(book: Workbook) -> None:
    book[IDENTITY].sheet_state = "visible"


# --- sheets -------------------------------------------------------------------------------------------------------


@edited("工作表被隐藏", "sheet.hidden")
def sheet_hidden(book: Workbook) -> None:
    sheet(book, DISPUTES).sheet_state = "hidden"


@edited("有数的行被隐藏", "place.hidden")
def rows_hidden(book: Workbook) -> None:
    for row in (8, 9, 30):
        sheet(book, REQUESTS).row_dimensions[row].hidden = True


@edited("有数的列被隐藏", "place.hidden")
def column_hidden(book: Workbook) -> None:
    sheet(book, REQUESTS).column_dimensions["G"].hidden = True


@edited("筛选隐藏了行", "place.hidden")
def rows_filtered(book: Workbook) -> None:
    found = sheet(book, REQUESTS)
    found.auto_filter.ref = "A6:J31"
    found.row_dimensions[12].hidden = True


@edited("工作表改名", "sheet.renamed")
def sheet_renamed(book: Workbook) -> None:
    sheet(book, REQUESTS).title = RENAMED


@edited("工作表次序变了", "sheets.reordered")
def sheets_reordered(book: Workbook) -> None:
    book.move_sheet(sheet(book, DISPUTES), offset=-2)


@edited("工作表多一个相同的副本", "sheet.copy")
def sheet_copied(book: Workbook) -> None:
    book.copy_worksheet(sheet(book, REQUESTS)).title = f"{REQUESTS} (2)"


@edited("工作表的副本里有一个数不同", "sheet.copy_differs")
def sheet_copied_and_changed(book: Workbook) -> None:
    copy = book.copy_worksheet(sheet(book, REQUESTS))
    copy.title = f"{REQUESTS} (3)"
    copy[PLAN.find_figure(NEW).address] = 77


@edited("缺一张报表", "sheet.missing")
def sheet_missing(book: Workbook) -> None:
    if DISPUTES in book.sheetnames:
        del book[DISPUTES]


# --- rows and columns ---------------------------------------------------------------------------------------------


def shifted(book: Workbook, name: str, rows: int = 0, columns: int = 0, *, at: int) -> Worksheet:
    """Rows or columns inserted as a spreadsheet program does it: cells, merges and formulas move along."""
    page = sheet(book, name)
    for area in list(page.merged_cells.ranges):
        page.unmerge_cells(str(area))
    if rows:
        page.insert_rows(at, rows)
    if columns:
        page.insert_cols(at, columns)
    return page


@edited("表中插入一个空行", "place.inserted")
def row_inserted(book: Workbook) -> None:
    shifted(
        book, REQUESTS, rows=1, at=parse_address(label("（二）部分公开（区分处理的，只计这一情形，不计其他情形）"))[0]
    )


@edited("表中插入一行并填了数", "place.inserted_filled", alters=True)
def row_inserted_and_filled(book: Workbook) -> None:
    row = parse_address(label("（一）予以公开"))[0]
    page = shifted(book, REQUESTS, rows=1, at=row)
    page.cell(row, 2, "（零）当场答复")
    page.cell(row, 4, 7)


@edited("表中插入一个空列", "place.inserted")
def column_inserted(book: Workbook) -> None:
    shifted(book, REQUESTS, columns=1, at=parse_address(label("商业企业"))[1])


@edited("表的上方插入两行", "place.moved")
def table_moved(book: Workbook) -> None:
    shifted(book, REQUESTS, rows=2, at=4)


@edited("表整个向右下移动", "place.moved")
def table_moved_aside(book: Workbook) -> None:
    shifted(book, DISCLOSURE, rows=3, at=4)
    sheet(book, DISCLOSURE).insert_cols(1, 2)


@edited("删去一行", "place.missing")
def row_deleted(book: Workbook) -> None:
    page = sheet(book, REQUESTS)
    for area in list(page.merged_cells.ranges):
        page.unmerge_cells(str(area))
    page.delete_rows(parse_address(label("3.要求提供公开出版物"))[0])


@edited("删去一列", "place.missing")
def column_deleted(book: Workbook) -> None:
    page = sheet(book, REQUESTS)
    for area in list(page.merged_cells.ranges):
        page.unmerge_cells(str(area))
    page.delete_cols(parse_address(label("科研机构"))[1])


def swapped(page: Worksheet, one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> None:
    """Two ranges of the same size (rows and columns, from and to) change places."""
    for area in list(page.merged_cells.ranges):
        page.unmerge_cells(str(area))
    for row in range(one[1] - one[0] + 1):
        for column in range(one[3] - one[2] + 1):
            here = page.cell(one[0] + row, one[2] + column)
            there = page.cell(other[0] + row, other[2] + column)
            here.value, there.value = there.value, here.value


@edited("两行连同栏目名称互换", "place.exchanged")
def rows_swapped(book: Workbook) -> None:
    one, other = parse_address(label("1.属于国家秘密"))[0], parse_address(label("7.属于行政执法案卷"))[0]
    swapped(sheet(book, REQUESTS), (one, one, 3, 9), (other, other, 3, 9))


@edited("两列连同栏目名称互换", "place.exchanged")
def columns_swapped(book: Workbook) -> None:
    (top, one), (_, other) = parse_address(label("商业企业")), parse_address(label("法律服务机构"))
    bottom = parse_address(label("四、结转下年度继续办理"))[0]
    swapped(sheet(book, REQUESTS), (top, bottom, one, one), (top, bottom, other, other))


@edited("复议和诉讼两块互换位置", "place.exchanged")
def blocks_swapped(book: Workbook) -> None:
    page = sheet(book, DISPUTES)
    top = parse_address(PLAN.find_figure("disputes.review.upheld").address)[0] - 3
    for area in list(page.merged_cells.ranges):
        page.unmerge_cells(str(area))
    rows = [[page.cell(row, column).value for column in range(1, 16)] for row in range(top, top + 4)]
    for row, held in enumerate(rows, start=top):
        for column, value in enumerate([*held[5:], *held[:5]], start=1):
            page.cell(row, column).value = None if isinstance(value, str) and value.startswith("=") else value


@edited("合并单元格拆开，数填在另一格", "place.unmerged")
def value_beside(book: Workbook) -> None:
    unmerged(book, keep=False)


@edited("合并单元格拆开，两格都有数", "place.unmerged_twice")
def value_twice(book: Workbook) -> None:
    unmerged(book, keep=True)


def unmerged(book: Workbook, *, keep: bool) -> None:
    """The figure of a wide cell stands in its second column, and in the first where it is kept."""
    page, spot = sheet(book, DISCLOSURE), PLAN.find_figure("disclosure.licensing.decisions").address
    for area in [area for area in page.merged_cells.ranges if spot in area]:
        page.unmerge_cells(str(area))
    row, column = parse_address(spot)
    page.cell(row, column + 1).value = page[spot].value
    if not keep:
        page[spot].value = None


@mangling("剪切一个数粘到别的格（名称随之移动）", "place.names")
def figure_cut_and_pasted(data: bytes) -> bytes:
    where = PLAN.find_figure(NEW)
    row, column = parse_address(where.address)
    old = f'<definedName name="{NEW}">{REQUESTS}!\\${where.address[0]}\\${row}<'
    new = f'<definedName name="{NEW}">{REQUESTS}!${cell_address(row, column + 1)[0]}${row}<'
    return rewritten(data, "xl/workbook.xml", lambda xml: re.sub(old, lambda _: new, xml))


# --- whose it is --------------------------------------------------------------------------------------------------


def relabel_cover(book: Workbook, key: str, value: str) -> None:
    slots = PLAN.sheet_for(Purpose.COVER).slots
    spot = next(slot.address for slot in slots if slot.role is Role.IDENTITY and slot.key == key)
    sheet(book, COVER)[spot] = value


@edited("封面上的单位代码被改", "identity.witnesses", alters=True)
def cover_code_edited(book: Workbook) -> None:
    relabel_cover(book, "code", OTHER.code)


@edited("封面上的数据口径被改", "identity.witnesses", alters=True)
def cover_scope_edited(book: Workbook) -> None:
    relabel_cover(book, "scope", "汇总")


@edited("表三标题上的年度被改", "identity.witnesses", alters=True)
def year_in_a_title_changed(book: Workbook) -> None:
    title = sheet(book, "表三")["A1"]
    title.value = str(title.value).replace("2025年", "2024年")


@mangling("各处的单位都改成另一个单位", "serial.other", alters=True)
def agency_edited(data: bytes) -> bytes:
    def change(xml: str) -> str:
        return xml.replace(TOWN.code, OTHER.code).replace(TOWN.name, OTHER.name)

    return rewritten(data, r"xl/sharedStrings\.xml|xl/worksheets/.*\.xml|docProps/.*\.xml", change)


@mangling("模板版式较旧", "layout.other")
def older_layout(data: bytes) -> bytes:
    older = Identity(FORM.id, FORM.edition, YEAR, TOWN.code, TOWN.name, TOWN.scope, "", "0" * 64)

    def change(xml: str) -> str:
        return xml.replace(PLAN.layout, older.layout).replace(compute_serial(FORM, TOWN, YEAR), make_serial(older))

    return rewritten(data, r"xl/sharedStrings\.xml|docProps/custom\.xml", change)


@edited("另一个单位的各页也移到这个文件里", "workbook.several", alters=True)
def two_agencies(book: Workbook) -> None:
    second = openpyxl.load_workbook(BytesIO(good(OTHER)))
    for page in second.worksheets:
        if page.title != IDENTITY and f"{page.title} (9)" not in book.sheetnames:
            copied(page, book.create_sheet(f"{page.title} (9)"))


@edited("表的下方又贴了一份同样的表", "table.second")
def second_table(book: Workbook) -> None:
    page = sheet(book, DISPUTES)
    for row in range(4, 8):
        for column in range(1, 16):
            page.cell(row + 20, column).value = page.cell(row, column).value


@mangling("单位自己的工作簿，正式表格贴在一张表上", "identity.no_agency")
def own_workbook(data: bytes) -> bytes:
    own = Workbook()
    pasted(own.worksheets[0], data, TOWN.name, 2)
    return saved(own)


@mangling("单位自己的工作簿，两个单位的表上下贴在一起", "workbook.several")
def own_workbook_of_two(data: bytes) -> bytes:
    own = Workbook()
    below = pasted(own.worksheets[0], data, TOWN.name, 2)
    pasted(own.worksheets[0], data, OTHER.name, below + 3)
    return saved(own)


def pasted(target: Worksheet, data: bytes, name: str, row: int) -> int:
    """The title and the official tables, one below the other from a row on; the row below them."""
    book = openpyxl.load_workbook(BytesIO(data))
    target.cell(row, 2, f"{name}{YEAR}年度政府信息公开工作年度报告")
    row += 2
    for table in (table for table in FORM.tables if table.printed and table.name in book.sheetnames):
        page = book[table.name]
        for line in range(table.rows):
            for column in range(1, 1 + table.columns):
                value = page.cell(4 + line, column).value
                if value is not None and not str(value).startswith("="):
                    target.cell(row + line, column + 1, value)
        row += table.rows + 2
    return row


def copied(page: Worksheet, target: Worksheet) -> None:
    """Every value of a sheet, at its place in another workbook."""
    for row in page.iter_rows():
        for cell in row:
            if cell.value is not None:
                target[cell.coordinate] = cell.value
