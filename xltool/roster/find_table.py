"""Find the list of agencies in the sheets of a roster: its headings, and the rows that are agencies."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from xltool.errors import RosterError
from xltool.roster.load_sheets import RosterRow, RosterSheet
from xltool.roster.words import find_heading, is_remark, is_total, load_words, normalize_word

REQUIRED_COLUMNS = ("code", "name")
_HAS_CODE = re.compile("[0-9A-Za-z]")
MAX_ROWS_ABOVE = 50  # titles and remarks above the headings


class RosterTable(NamedTuple):
    """The list: its sheet, its row of headings, the column ids with their 0-based positions, and the rows below.

    ``others`` are the names of further sheets that hold a list, which are not read. ``problems`` are those of rows that
    are left out.
    """

    sheet: RosterSheet
    heading: RosterRow
    columns: Mapping[str, int]
    rows: Sequence[RosterRow]
    others: tuple[str, ...]
    problems: tuple[RosterError, ...] = ()


class SkippedRow(NamedTuple):
    """A row that is no agency, such as a heading within the list."""

    number: int
    text: str


def find_table(sheets: Sequence[RosterSheet], file: str) -> RosterTable:
    """Find the list on the first visible sheet that has one. Raises RosterError."""
    visible = [sheet for sheet in sheets if not sheet.is_hidden]
    found = [(sheet, heading) for sheet in visible if (heading := _find_heading_row(sheet)) is not None]
    if not found:
        raise _explain_missing_headings(sheets, file)
    sheet, heading = found[0]
    if set(map(normalize_word, load_words()["foreign"]["rulings"])) <= set(map(normalize_word, heading.cells)):
        raise RosterError("roster.is_rulings", file=file)
    columns = _find_columns(_complete_heading(heading, sheet), file)
    rows = [row for row in sheet.rows if row.number > heading.number and any(row.cells)]
    if not rows:
        raise _explain_hidden_list(sheets, file) or RosterError("roster.no_rows", file=file)
    shifted = () if sheet.name else tuple(_find_shifted(rows, heading, file))
    shifted_rows = {problem.facts["row"] for problem in shifted}
    kept = [row for row in rows if row.number not in shifted_rows]
    return RosterTable(sheet, heading, columns, kept, tuple(other.name for other, _ in found[1:]), shifted)


def _find_heading_row(sheet: RosterSheet) -> RosterRow | None:
    """Return the first row with headings for all required columns."""
    for row in sheet.rows[:MAX_ROWS_ABOVE]:
        named = {find_heading(text) for text in row.cells}
        if named.issuperset(REQUIRED_COLUMNS):
            return row
    return None


def _complete_heading(heading: RosterRow, sheet: RosterSheet) -> RosterRow:
    """Return the row of headings; a blank cell with the heading of a column above it has that one."""
    above = next((row.cells for row in sheet.rows if row.number == heading.number - 1), ())
    width = max(len(heading.cells), len(above))
    cells = (heading.cells + ("",) * (width - len(heading.cells)), tuple(above) + ("",) * (width - len(above)))
    known = {find_heading(text) for text in heading.cells}
    return heading._replace(
        cells=tuple(
            upper if not own and find_heading(upper) and find_heading(upper) not in known else own
            for own, upper in zip(*cells, strict=True)
        )
    )


def _find_columns(heading: RosterRow, file: str) -> Mapping[str, int]:
    """Map column ids to 0-based positions; unknown headings are ignored."""
    columns: dict[str, int] = {}
    for position, text in enumerate(heading.cells):
        column = find_heading(text)
        if column in columns:
            headings = (heading.cells[columns[column]], text)
            raise RosterError("roster.column_twice", file=file, row=heading.number, headings=headings)
        if column:
            columns[column] = position
    return columns


def _explain_missing_headings(sheets: Sequence[RosterSheet], file: str) -> RosterError:
    """Return the error for a roster without headings: a hidden list, or what is missing in the most likely row."""
    if hidden := _explain_hidden_list(sheets, file):
        return hidden
    rows = [row for sheet in sheets if not sheet.is_hidden for row in sheet.rows[:MAX_ROWS_ABOVE] if any(row.cells)]
    if not rows or (len(rows) == 1 and not any(map(find_heading, rows[0].cells))):
        return RosterError("roster.no_rows", file=file)
    best = max(rows, key=lambda row: sum(find_heading(text) is not None for text in row.cells))
    named = {find_heading(text) for text in best.cells}
    missing = next(column for column in REQUIRED_COLUMNS if column not in named)
    return RosterError("roster.no_column", file=file, row=best.number, accepted=load_words()["columns"][missing])


def _explain_hidden_list(sheets: Sequence[RosterSheet], file: str) -> RosterError | None:
    """Return the error for a roster whose list stands on hidden sheets only; None if it does not."""
    names = tuple(sheet.name for sheet in sheets if sheet.is_hidden and _find_heading_row(sheet))
    return RosterError("roster.hidden_sheet", file=file, sheets=names) if names else None


def _find_shifted(roster_rows: Sequence[RosterRow], heading: RosterRow, file: str) -> Iterator[RosterError]:
    """Yield each row of a text file with more cells than headings: a separator in a cell has shifted the rest."""
    width = len(heading.cells)
    for row in roster_rows:
        if any(row.cells[width:]):
            yield RosterError("roster.extra_field", file=file, row=row.number, expected=width, found=len(row.cells))


def select_agency_rows(roster_table: RosterTable) -> Iterator[RosterRow | SkippedRow]:
    """Yield the rows that are agencies, and those skipped that a person should know of.

    Rows without any known column, rows of totals, repeated headings, and the further rows of an agency whose code and
    name are merged over several rows are left out.
    """
    known = [roster_table.columns[column] for column in REQUIRED_COLUMNS]
    for row in roster_table.rows:
        cells = [_cell_at(row, position) for position in roster_table.columns.values()]
        code, name = (_cell_at(row, position) for position in known)
        texts = [text for text in row.cells if text]
        if _is_total_row(texts, name) or [find_heading(code), find_heading(name)] == list(REQUIRED_COLUMNS):
            continue
        if row.filled.issuperset(known) or not any(_own_cells(row, roster_table.columns.values())):
            continue
        if _is_heading_row(row, texts, known) or (
            len(texts) == 1 and not _HAS_CODE.search(code) and is_remark(texts[0])
        ):
            yield SkippedRow(row.number, texts[0])
        elif any(cells):
            yield row


def _is_total_row(texts: Sequence[str], name: str) -> bool:
    return is_total(texts[0]) or is_total(name)


def _is_heading_row(roster_row: RosterRow, texts: Sequence[str], known: Sequence[int]) -> bool:
    """Return True for a single text in a cell merged over the columns of code and name."""
    return len(texts) == 1 and roster_row.wide.issuperset(known)


def _own_cells(roster_row: RosterRow, positions: Iterable[int]) -> Iterator[str]:
    """Yield the cells of a row that are not filled from a merged cell above."""
    return (_cell_at(roster_row, position) for position in positions if position not in roster_row.filled)


def _cell_at(roster_row: RosterRow, position: int) -> str:
    return roster_row.cells[position] if position < len(roster_row.cells) else ""
