"""Open a roster: a workbook of any readable format, or a text file with separators."""

import codecs
import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from xltool.errors import ForeignFileError, RosterError, UnreadableFileError, find_system_fault
from xltool.forms.cell_addresses import parse_address, parse_box
from xltool.messages import catalogue
from xltool.model.finding import Finding
from xltool.model.finding_codes import code_severity
from xltool.spreadsheet.cell_look import select_visible_text
from xltool.spreadsheet.file_type import OLE_SIGNATURE, ZIP_SIGNATURE
from xltool.spreadsheet.number_formats import render_number
from xltool.spreadsheet.open_workbook import open_workbook
from xltool.spreadsheet.raw_workbook import RawCell, RawSheet, StorageType

# Excel keeps 15 digits: a longer code stored as a number has lost its last digits and is shown like 1.10112E+17.
MIN_INEXACT_CODE = 10**15
FORMULA_TEXT = re.compile(r'="([^"]*)"')  # used by some programs to keep leading zeros in a CSV file
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)  # tells Excel the separator of a CSV file
_SEPARATORS = ",\t;\uff0c\uff1b"
_ANY_SEPARATOR = re.compile("[,;\uff0c\uff1b]")
_QUOTED_CELL = re.compile('(?:^|[,\t;\uff0c\uff1b])"')
_PLAIN_CODE = re.compile(r"[0-9A-Za-z.-]+")
_DAY_ZERO = date(1899, 12, 30)  # a date cell stores the days since then
_SERIAL_DAY = re.compile(r"[0-9]{1,6}(?:\.[0-9]*)?")
_BLANKS = " \t\r\n\u3000"  # a no-break space is told as an invisible character


class RosterRow(NamedTuple):
    """One row: its 1-based number, and its cells as shown, "" if blank, by 0-based column.

    ``filled`` are the columns whose text comes from a merged cell that begins in a row above; ``wide`` those whose
    merged cell covers several columns; ``unseen`` those whose text is struck out or invisible, ``partly_unseen`` those
    of which some characters are, which are left out.
    """

    number: int
    cells: tuple[str, ...]
    filled: frozenset[int] = frozenset()
    wide: frozenset[int] = frozenset()
    unseen: frozenset[int] = frozenset()
    partly_unseen: frozenset[int] = frozenset()


class RosterSheet(NamedTuple):
    """One sheet; a text file is one without a name. ``hidden`` are the numbers of its hidden rows.

    ``is_hidden`` is True if the sheet itself is. ``wide_separators`` are the rows of a text file that were read with
    separators of full width.
    """

    name: str
    rows: Sequence[RosterRow]
    hidden: frozenset[int] = frozenset()
    is_hidden: bool = False
    wide_separators: tuple[int, ...] = ()


def load_sheets(path: Path) -> list[RosterSheet]:
    """Return all sheets of a roster. The first bytes, not the name, decide its format. Raises RosterError."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise RosterError("roster.not_found", file=str(path)) from error
    except OSError as error:
        raise RosterError("roster.unreadable", file=str(path), reason=find_system_fault(error)) from error
    if content.startswith((ZIP_SIGNATURE, OLE_SIGNATURE)):
        return _load_workbook(path)
    return [_split_wide_rows(list(_read_text_rows(content, path.name)))]


# --- workbooks -------------------------------------------------------------------------------------------------


def _load_workbook(path: Path) -> list[RosterSheet]:
    try:
        workbook = open_workbook(path)
    except (UnreadableFileError, ForeignFileError) as error:
        finding = Finding(error.code, code_severity(error.code), facts={"file": path.name, **error.facts})
        reason = catalogue.Phrase(catalogue.render_problem(finding))
        raise RosterError("roster.unreadable", file=path.name, reason=reason) from error
    return [_make_sheet(sheet) for sheet in workbook.sheets]


def _make_sheet(sheet: RawSheet) -> RosterSheet:
    rows: dict[int, dict[int, str]] = {}
    unseen, partly_unseen = defaultdict[int, set[int]](set), defaultdict[int, set[int]](set)
    for address, cell in sheet.cells.items():
        row, column = parse_address(address)
        seen = select_visible_text(cell.text, cell.look)
        rows.setdefault(row, {})[column - 1] = _show_cell(cell._replace(text=seen) if seen.strip() else cell)
        if seen != str(cell.text) and cell.text.strip():
            (partly_unseen if seen.strip() else unseen)[row].add(column - 1)
    filled, wide = defaultdict[int, set[int]](set), defaultdict[int, set[int]](set)
    for merged in sheet.merged:
        _spread_merged(merged, rows, filled, wide)
    kinds = (filled, wide, unseen, partly_unseen)
    made = (
        RosterRow(number, _as_tuple(rows[number]), *(frozenset(kind[number]) for kind in kinds))
        for number in sorted(rows)
    )
    hidden = frozenset(number for run in sheet.hidden_rows for number in run if number in rows)
    return RosterSheet(sheet.name, list(made), hidden, is_hidden=sheet.state != "visible")


def _spread_merged(
    merged: str, texts_by_row: dict[int, dict[int, str]], filled: Mapping[int, set[int]], wide: Mapping[int, set[int]]
) -> None:
    """Write the text of a merged cell into every row it covers, and note which columns it covers."""
    box = parse_box(merged)
    column = box.column - 1
    text = texts_by_row.get(box.row, {}).get(column, "")
    for row in range(box.row, min(box.row + box.rows, max(texts_by_row, default=0) + 1)):
        if row > box.row:
            filled[row].add(column)
            if text:
                texts_by_row.setdefault(row, {})[column] = text
        if box.columns > 1:
            wide[row].update(range(column, column + box.columns))


def _as_tuple(cell_texts: Mapping[int, str]) -> tuple[str, ...]:
    return tuple(cell_texts.get(column, "") for column in range(max(cell_texts, default=-1) + 1))


def _show_cell(cell: RawCell) -> str:
    """Return a cell's text: a number with the zeros of its format, never grouped; a date as ISO; errors as ""."""
    if cell.stored in (StorageType.EMPTY, StorageType.ERROR):
        return ""
    if cell.stored is StorageType.DATE and _SERIAL_DAY.fullmatch(cell.text):
        return (_DAY_ZERO + timedelta(days=int(Decimal(cell.text)))).isoformat()
    if cell.stored is not StorageType.NUMBER:
        return str(cell.text).strip(_BLANKS)
    number = Decimal(cell.text)
    if abs(number) >= MIN_INEXACT_CODE:
        return f"{number:.5E}"
    shown = render_number(cell.text, cell.look.format_code).text
    if shown.isdigit():
        return shown
    return str(int(number)) if number == int(number) else f"{number:f}"


# --- text files ------------------------------------------------------------------------------------------------


def _read_text_rows(content: bytes, file: str) -> Iterator[tuple[RosterRow, bool]]:
    """Yield each row of a text file, and whether a cell of it is in quotation marks. Raises RosterError."""
    text = _decode_text(content, file)
    separator_line = _SEPARATOR_LINE.match(text)
    first = 1
    if separator_line:
        text, first = text[separator_line.end() :], 2
    delimiter = separator_line[1] if separator_line else _find_delimiter(text)
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = first
    try:
        for fields in reader:
            is_quoted = any(map(_QUOTED_CELL.search, lines[number - first : reader.line_num]))
            yield RosterRow(number, tuple(FORMULA_TEXT.sub(r"\1", field).strip(_BLANKS) for field in fields)), is_quoted
            number = reader.line_num + first
    except csv.Error as error:
        raise RosterError("roster.unreadable", file=file, reason=str(error)) from error


def _split_wide_rows(read_rows: Sequence[tuple[RosterRow, bool]]) -> RosterSheet:
    """Return the sheet of a text file; rows with other separators than most, as full-width commas, split at them.

    A row with quotation marks has none: they tell that a separator inside belongs to its cell.
    """
    roster_rows = [row for row, _ in read_rows]
    widths = Counter(len(row.cells) for row in roster_rows if len(row.cells) > 1)
    usual = widths.most_common(1)[0][0] if widths else 0
    split: dict[int, RosterRow] = {}
    for place, (row, is_quoted) in enumerate(read_rows):
        cells = tuple(part.strip(_BLANKS) for cell in row.cells for part in _ANY_SEPARATOR.split(cell))
        if is_quoted or len(cells) == len(row.cells) or len(row.cells) >= usual:
            continue
        if len(cells) == usual or (len(row.cells) == 1 and len(cells) < usual and _PLAIN_CODE.fullmatch(cells[0])):
            split[place] = row._replace(cells=cells)
    read = [split.get(place, row) for place, row in enumerate(roster_rows)]
    return RosterSheet("", read, wide_separators=tuple(row.number for row in split.values()))


def _find_delimiter(text: str) -> str:
    """Return the separator that most of the first lines contain most often: a title line has none."""
    lines = [line for line in text.splitlines() if line.strip()][:20]
    return max(_SEPARATORS, key=lambda separator: sum(separator in line for line in lines))


def _decode_text(content: bytes, file: str) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RosterError("roster.undecodable", file=file)
