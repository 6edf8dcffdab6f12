"""Find the sheets of a ledger and their columns, by the headings, wherever they stand."""

from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from typing import NamedTuple

from xltool.forms.cell_addresses import cell_address, column_letters, column_number, parse_box
from xltool.ledger.reading.ledger_words import SheetWords
from xltool.recognition.identify_form import cell_text
from xltool.recognition.label_text import normalise_label
from xltool.spreadsheet.raw_workbook import RawCell, RawSheet, StorageType

MAX_HEADING_ROW = 40
MAX_CACHED_ADDRESSES = 16_384
_MIN_HEADINGS = 3
_MAX_CANDIDATES = 3
_DECIDING = ("applicant_type", "closed", "result")  # two of them beside the day of receipt make a sheet of requests
_MIN_DECIDING = 2

SheetRows = Mapping[int, Mapping[str, RawCell]]  # the cells by row number and letters of the column


class Heading(NamedTuple):
    """A heading: the letters of its column, its text, and the text of the group above it."""

    letters: str
    text: str
    group: str = ""


class LocatedColumns(NamedTuple):
    """A sheet of the ledger: its rows, where its headings end, and the letters of each column by id.

    ``unknown`` are headings that mean no column, ``twice`` those that mean a column which another one means too.
    """

    sheet: RawSheet
    rows: SheetRows
    last_heading_row: int
    letters: Mapping[str, str]
    unknown: tuple[Heading, ...] = ()
    twice: tuple[Heading, ...] = ()

    @property
    def score(self) -> int:
        """How many columns were found."""
        return len(self.letters)


@lru_cache(maxsize=MAX_CACHED_ADDRESSES)
def _split_address(address: str) -> tuple[str, int]:
    letters = address.rstrip("0123456789")
    return letters, int(address[len(letters) :])


class SheetGrid:
    """A sheet by rows."""

    def __init__(self, sheet: RawSheet) -> None:
        self.sheet = sheet

    @cached_property
    def rows(self) -> SheetRows:
        """The populated cells by row and column letters."""
        rows: dict[int, dict[str, RawCell]] = {}
        for address, cell in self.sheet.cells.items():
            letters, row = _split_address(address)
            rows.setdefault(row, {})[letters] = cell
        return rows

    @cached_property
    def _spread(self) -> Mapping[str, str]:
        """The address of the first cell of each merged range by those of its other cells, in the rows of headings."""
        spread: dict[str, str] = {}
        for merged in self.sheet.merged:
            box = parse_box(merged)
            if box.row > MAX_HEADING_ROW:
                continue
            first = cell_address(box.row, box.column)
            for row in range(box.row, min(box.row + box.rows, MAX_HEADING_ROW + 1)):
                for column in range(box.column, box.column + box.columns):
                    spread[cell_address(row, column)] = first
        return spread

    def read_heading(self, row: int, letters: str) -> str:
        """Return the text that stands in a cell of the headings, or over it."""
        address = f"{letters}{row}"
        return cell_text(self.sheet.cells.get(self._spread.get(address, address))).strip()

    def list_headings(self, row: int, *, has_group: bool) -> tuple[Heading, ...]:
        """Return the headings of a row, with the groups of the row above it if it has any."""
        used = set(self.rows.get(row, {})) | (set(self.rows.get(row - 1, {})) if has_group else set())
        used |= {address.rstrip("0123456789") for address in self._spread if address.endswith(str(row))}
        listed = []
        for letters in sorted(used, key=column_number):
            text = self.read_heading(row, letters)
            group = self.read_heading(row - 1, letters) if has_group else ""
            if text or group:
                listed.append(Heading(letters, text or group, "" if group == text or not text else group))
        return tuple(listed)


def locate_columns(grid: SheetGrid, sheet_words: SheetWords) -> LocatedColumns | None:
    """Return the columns of the headings that mean most; None if too few mean anything."""
    best: LocatedColumns | None = None
    for row in _list_candidate_rows(grid, sheet_words):
        for has_group in (False, True) if row > 1 and row - 1 in grid.rows else (False,):
            found = _assign_headings(grid, row, grid.list_headings(row, has_group=has_group), sheet_words)
            if found.score >= _MIN_HEADINGS and (best is None or found.score > best.score):
                best = found
    return best


def _list_candidate_rows(grid: SheetGrid, sheet_words: SheetWords) -> list[int]:
    """Return the rows that may be the last row of headings: those with most known words, and the row below each."""
    counts: dict[int, int] = {}
    for row in (row for row in grid.rows if row <= MAX_HEADING_ROW):
        texts = (cell.text for cell in grid.rows[row].values() if cell.stored is StorageType.TEXT)
        counts[row] = sum(sheet_words.find_column(str(text)) is not None for text in texts)
    likely = sorted((row for row, count in counts.items() if count), key=lambda row: (-counts[row], row))
    return sorted({below for row in likely[:_MAX_CANDIDATES] for below in (row, row + 1) if below in grid.rows})


def _assign_headings(
    grid: SheetGrid, row: int, headings: tuple[Heading, ...], sheet_words: SheetWords
) -> LocatedColumns:
    meant = {heading: column for heading in headings if (column := _find_column(heading, sheet_words))}
    titles = {column.id: normalise_label(column.title) for column in sheet_words.columns}
    letters: dict[str, str] = {}
    for exact in (True, False):  # the official heading before another word for it
        for heading, column in meant.items():
            if exact == (normalise_label(heading.text) == titles[column]):
                letters.setdefault(column, heading.letters)
    twice = tuple(heading for heading, column in meant.items() if letters[column] != heading.letters)
    unknown = tuple(heading for heading in headings if heading not in meant)
    return LocatedColumns(grid.sheet, grid.rows, row, letters, unknown, twice)


def _find_column(heading: Heading, sheet_words: SheetWords) -> str | None:
    """Return the column that a heading means; one below a group means a column of that group, if there is one."""
    if not heading.group:
        return sheet_words.find_column(heading.text)
    known = sheet_words.find_column(heading.group + heading.text)
    if known:
        return known
    group, text = normalise_label(heading.group), normalise_label(heading.text)
    members = [column for column in sheet_words.columns if column.group and group in normalise_label(column.group)]
    for column in members:
        names = map(normalise_label, (column.title, *column.aliases))
        if any(name == text or name.endswith(text) for name in names):
            return column.id
    return None if members else sheet_words.find_column(heading.text)


def is_request_sheet(located: LocatedColumns, *, named: bool) -> bool:
    """Return whether the columns found are those of requests; of a sheet that has its name, fewer are enough."""
    if named:
        return True
    deciding = sum(column in located.letters for column in _DECIDING)
    return "received" in located.letters and deciding >= _MIN_DECIDING


def is_dispute_sheet(located: LocatedColumns, *, named: bool) -> bool:
    """Return whether the columns found are those of disputes."""
    return named or {"accepted", "kind"} <= located.letters.keys()


def find_merged_lines(located: LocatedColumns) -> Iterator[tuple[str, range, range]]:
    """Yield each merged range over several lines: its address, its rows, and its columns by number."""
    known = {column_number(letters) for letters in located.letters.values()}
    for merged in located.sheet.merged:
        box = parse_box(merged)
        columns = range(box.column, box.column + box.columns)
        if box.row > located.last_heading_row and box.rows > 1 and known & set(columns):
            yield merged, range(box.row, box.row + box.rows), columns


def list_letters(column_numbers: range) -> tuple[str, ...]:
    """Return the letters of some columns."""
    return tuple(map(column_letters, column_numbers))
