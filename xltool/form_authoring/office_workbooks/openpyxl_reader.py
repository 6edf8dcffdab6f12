"""Read an office's workbook with openpyxl, which knows formats, validations, conditional formats and print setup.

`spreadsheet` opens it first, within its limits: what is damaged, hostile or no workbook never reaches openpyxl.
"""

import io
import warnings
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from xltool.errors import ForeignFileError, UnreadableFileError, UsageError
from xltool.form_authoring.office_workbooks.office_workbook import (
    Borders,
    CellFont,
    OfficeCell,
    OfficeSheet,
    OfficeWorkbook,
    PrintSetup,
    Spot,
    Validation,
    WarningFormat,
)
from xltool.forms.cell_addresses import column_number, parse_box
from xltool.model.form import Box
from xltool.spreadsheet.load_file import FileSource, LoadedFile, load_file
from xltool.spreadsheet.open_workbook import open_loaded_file
from xltool.spreadsheet.workbook_colours import DEFAULT_COLOURS, WHITE, parse_rgb

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

MAX_VALIDATED_CELLS = 20_000  # a list validation of a whole column is cut off there
_DEFAULT_WIDTH = 8.43  # characters, of a column without a width of its own
_MIN_SPREAD, _MIN_RED = 0x20, 0xC0  # of the channels of a warning colour: red, orange, yellow, however light


def read_office_workbook(source: FileSource) -> OfficeWorkbook:
    """Read a workbook with formats and formulas.

    Raises UsageError for anything but an .xlsx without macros, and for one that cannot be read.
    """
    try:
        file = load_file(source)
        opened = open_loaded_file(file)
    except (UnreadableFileError, ForeignFileError) as error:
        raise UsageError("authoring.not_a_workbook", file=source.name, reason=str(error)) from error
    if opened.macros:
        raise UsageError("authoring.macros", file=source.name)
    if opened.container != "xlsx":
        raise UsageError("authoring.not_xlsx", file=source.name, kind=opened.container)
    book = open_with_openpyxl(file)
    return OfficeWorkbook(source.name, tuple(_read_sheet(book, sheet) for sheet in book.worksheets))


def open_with_openpyxl(file: LoadedFile, *, results: bool = False) -> "Workbook":
    """Open it with its formulas, or with their stored ``results``. Raises UsageError."""
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns about styles and extensions that it does not support
            return openpyxl.load_workbook(io.BytesIO(file.data), data_only=results)
    except Exception as error:  # a damaged file makes openpyxl raise many types of exception
        raise UsageError("authoring.not_a_workbook", file=file.name, reason=str(error)) from error


def read_sheet_numbers(source: FileSource) -> dict[str, dict[Spot, Decimal]]:
    """Return the numbers of a filled copy by sheet and place, results of formulas as stored. Raises UsageError."""
    try:
        book = open_with_openpyxl(load_file(source), results=True)
    except (UnreadableFileError, ForeignFileError) as error:
        raise UsageError("authoring.not_a_workbook", file=source.name, reason=str(error)) from error
    return {sheet.title: dict(_read_numbers(sheet)) for sheet in book.worksheets}


def _read_numbers(sheet: "Worksheet") -> Iterable[tuple[Spot, Decimal]]:
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, int | float) and not isinstance(cell.value, bool):
                yield (cell.row, cell.column), Decimal(format(cell.value, ".15g"))


def _read_sheet(book: "Workbook", sheet: "Worksheet") -> OfficeSheet:
    cells: dict[Spot, OfficeCell] = {}
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is not None or cell.has_style:
                known = _read_cell(cell)
                cells[known.spot] = known
    columns = _spread_columns(sheet)
    rows = dict(sheet.row_dimensions.items())
    return OfficeSheet(
        sheet.title,
        sheet.sheet_state,
        cells,
        merged=tuple(
            Box(m.min_row, m.min_col, m.max_row - m.min_row + 1, m.max_col - m.min_col + 1)
            for m in sheet.merged_cells.ranges
        ),
        widths={number: float(width) for number, (width, _) in columns.items()},
        heights={number: float(item.height) for number, item in rows.items() if item.height},
        hidden_rows=frozenset(number for number, item in rows.items() if item.hidden),
        hidden_columns=frozenset(number for number, (_, hidden) in columns.items() if hidden),
        validations=tuple(_read_validation(book, sheet, item) for item in sheet.data_validations.dataValidation),
        conditional=tuple(_read_conditional(sheet)),
        printing=_read_printing(sheet),
        protected=bool(sheet.protection.sheet),
        drawings=len(getattr(sheet, "_images", ())) + len(getattr(sheet, "_charts", ())),
    )


def _read_cell(cell: Any) -> OfficeCell:
    value, formula = cell.value, ""
    if cell.data_type == "f":
        formula = str(getattr(value, "text", value)).removeprefix("=").strip()
        value = None
    elif value is not None and not isinstance(value, str | int | float | bool) and not hasattr(value, "isoformat"):
        value = str(value)  # rich text
    sides = cell.border
    lines = [(getattr(getattr(sides, side), "style", None) or "") for side in ("left", "right", "top", "bottom")]
    return OfficeCell(
        cell.row,
        cell.column,
        value,
        formula,
        str(cell.number_format or "General"),
        _fill_colour(cell.fill),
        CellFont(cell.font.name or "", float(cell.font.sz or 0), bool(cell.font.b)),
        Borders(
            lines[0],
            lines[1],
            lines[2],
            lines[3],
            bool(getattr(sides.diagonal, "style", None) and (sides.diagonalUp or sides.diagonalDown)),
        ),
        cell.alignment.horizontal or "",
        cell.alignment.vertical or "",
        int(cell.alignment.indent or 0),
        bool(cell.protection.locked),
    )


def _fill_colour(fill: Any) -> str:
    """Return the colour of a solid fill; "" for none and for white."""
    if getattr(fill, "fill_type", None) in {None, "none"}:
        return ""
    colour = _read_colour(fill.fgColor)
    return "" if colour == WHITE else colour


def _read_colour(colour: Any) -> str:
    if colour is None:
        return ""
    tint = float(colour.tint or 0)
    match colour.type:
        case "rgb":
            return parse_rgb(str(colour.rgb))
        case "theme":
            return DEFAULT_COLOURS.find_theme_colour(int(colour.theme), tint)
        case "indexed":
            return DEFAULT_COLOURS.find_indexed_colour(int(colour.indexed), tint)
    return ""


def _spread_columns(sheet: "Worksheet") -> dict[int, tuple[float, bool]]:
    """Return width and visibility of each column that has its own; openpyxl keeps a run of columns as one."""
    spread: dict[int, tuple[float, bool]] = {}
    for letters, item in sheet.column_dimensions.items():
        first = item.min or column_number(str(letters))
        last = min(item.max or first, first + sheet.max_column)
        width = float(item.width) if item.customWidth or item.width != 13 else _DEFAULT_WIDTH
        for number in range(first, last + 1):
            spread[number] = (width, bool(item.hidden))
    return spread


def _read_validation(book: "Workbook", sheet: "Worksheet", validation: Any) -> Validation:
    first, second = (str(text or "").strip() for text in (validation.formula1, validation.formula2))
    choices = tuple(_read_choices(book, sheet, first)) if validation.type == "list" else ()
    boxes = _parse_boxes(str(validation.sqref))
    return Validation(validation.type or "", validation.operator or "between", first, second, boxes, choices)


def _parse_boxes(ranges: str) -> tuple[Box, ...]:
    boxes = []
    for text in ranges.replace("$", "").split():
        first, _, last = text.partition(":")
        if first.isalpha():
            first, last = f"{first}1", f"{last or first}1048576"
        try:
            boxes.append(parse_box(f"{first}:{last}" if last else first))
        except ValueError:
            continue
    return tuple(boxes)


def _read_choices(book: "Workbook", sheet: "Worksheet", formula: str) -> Iterable[str]:
    """Yield the words of a list validation, given in quotes, as a range, or as a defined name of one."""
    if formula.startswith('"'):
        yield from (word.strip() for word in formula.strip('"').split(",") if word.strip())
        return
    name = formula.removeprefix("=")
    defined = sheet.defined_names.get(name) or book.defined_names.get(name)
    target = str(defined.attr_text) if defined is not None else name
    place, _, cells = target.rpartition("!")
    place = place.strip("'").replace("''", "'")
    source = book[place] if place in book.sheetnames else sheet
    for box in _parse_boxes(cells):
        bounded = min(box.rows, MAX_VALIDATED_CELLS)
        for row in source.iter_rows(box.row, box.row + bounded - 1, box.column, box.column + box.columns - 1):
            yield from (str(cell.value).strip() for cell in row if cell.value is not None and str(cell.value).strip())


def _read_conditional(sheet: "Worksheet") -> Iterable[WarningFormat]:
    for region in sheet.conditional_formatting:
        for rule in region.rules:
            formulas = tuple(str(text) for text in rule.formula or ())
            yield WarningFormat(
                rule.type or "", rule.operator or "", formulas, _parse_boxes(str(region.sqref)), _is_warning_look(rule)
            )


def _is_warning_look(rule: Any) -> bool:
    """Return True if the format colours the fill or the characters, and not merely grey."""
    look = rule.dxf
    if look is None:
        return False
    fill = look.fill
    colours = [_read_colour(fill.bgColor), _read_colour(fill.fgColor)] if fill is not None else []
    if look.font is not None:
        colours.append(_read_colour(look.font.color))
    return any(_is_coloured(colour) for colour in colours if colour)


def _is_coloured(colour: str) -> bool:
    channels = [int(colour[at : at + 2], 16) for at in (0, 2, 4)]
    return max(channels) - min(channels) >= _MIN_SPREAD and channels[0] == max(channels) >= _MIN_RED


def _read_printing(sheet: "Worksheet") -> PrintSetup:
    page, margins = sheet.page_setup, sheet.page_margins
    rows = str(sheet.print_title_rows or "").replace("$", "").partition(":")
    return PrintSetup(
        page.orientation == "landscape",
        int(page.paperSize or 0),
        tuple(float(getattr(margins, side) or 0) for side in ("left", "right", "top", "bottom")),  # type: ignore[arg-type]
        (int(rows[0]), int(rows[2])) if rows[0].isdecimal() and rows[2].isdecimal() else (0, 0),
        bool(sheet.print_options.horizontalCentered),
    )
