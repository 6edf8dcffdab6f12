"""Judge the cells of list rows by what a person sees of them, as `unseen_figures` judges the fixed cells of a form.

Under a merged range, under a shape with a text, by a conditional format, and with another result than the stored one.
A figure centred across empty cells needs no such judgement: a row that was begun has no empty cells.
"""

from collections.abc import Mapping

from xltool.model.form import Cell
from xltool.model.submission import Entry, EntryRow, EntryState
from xltool.recognition.conditional_looks import read_under_formats
from xltool.recognition.locate_cells import LocatedSheet
from xltool.recognition.unseen_figures import (
    find_covered_addresses,
    find_shape_over,
    make_cell_finder,
    make_unreadable,
    refuse_wrong_result,
)
from xltool.spreadsheet.raw_workbook import RawWorkbook


def refuse_unseen_rows(
    entry_rows: tuple[EntryRow, ...], columns_by_id: Mapping[str, Cell], located: LocatedSheet, workbook: RawWorkbook
) -> tuple[EntryRow, ...]:
    """Return the rows of a list; entries that a person does not read as they are stored are unreadable."""
    find_cell = make_cell_finder(workbook)

    def judge(column: str, entry: Entry) -> Entry:
        if entry.raw is None or not entry.address:
            return entry
        seen = _judge_look(entry, columns_by_id[column], located, workbook)
        return refuse_wrong_result(seen, find_cell) if seen.formula and seen.state is EntryState.NUMBER else seen

    return tuple(
        row._replace(entries={column: judge(column, entry) for column, entry in row.entries.items()})
        for row in entry_rows
    )


def _judge_look(entry: Entry, cell: Cell, located: LocatedSheet, workbook: RawWorkbook) -> Entry:
    covering = find_covered_addresses(located.sheet.merged, entry.address)
    if covering:
        return make_unreadable(entry, "covered", covering)
    shape = find_shape_over(located.sheet, entry.address) if located.sheet.shapes else None
    if shape is not None:
        return make_unreadable(entry, "overlaid", shape.text)
    raw = located.sheet.cells.get(entry.address)
    return (read_under_formats(cell, located, entry.address, raw, workbook) if raw else None) or entry
