"""Read the rows of lists in a published report: tables whose heads are the columns of a list of the form.

The report of an area may print one row an agency instead: what the figures computed from the list are for its rows.
Their cells are taken out of the document, so that nothing of them is read as a figure or a text.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from xltool.forms.cell_addresses import cell_address
from xltool.forms.lists.aggregates import compute_aggregate
from xltool.forms.lists.plan_list import ListPlan
from xltool.forms.workbook_words import workbook_words
from xltool.model.finding_facts import NamedFigure
from xltool.model.form import Cell, Form, Number
from xltool.model.list_table import ListTable
from xltool.model.published import FoundFigure
from xltool.model.submission import Entry, EntryRow, EntryState, Observation, RowOwner
from xltool.published.documents.document import Block, Document
from xltool.recognition.cell_values import is_not_applicable
from xltool.recognition.label_text import normalise_label
from xltool.recognition.read_entries import read_cell_entry
from xltool.spreadsheet.raw_workbook import RawCell, StorageType

_LineOfBlocks = Mapping[int, Block]  # the cells of one row by column


class AgencySums(NamedTuple):
    """A list of which one row an agency is printed: the figures of each agency by its name, and those of the area.

    Figures are by cell id; one that cannot be read is missing.
    """

    agencies: Mapping[str, Mapping[str, Number]]
    totals: Mapping[str, Number]


class PrintedLists(NamedTuple):
    """The rows of the lists that were found, by id, and the document without their tables.

    ``sums`` are the lists of which only one row an agency is printed.
    """

    rows: Mapping[str, tuple[EntryRow, ...]]
    document: Document
    sums: Mapping[str, AgencySums] = {}


def read_printed_lists(document: Document, form: Form) -> PrintedLists:
    """Read every list of the form that the document prints; a list on several pages is one list."""
    if not form.lists:
        return PrintedLists({}, document)
    rows: dict[str, tuple[EntryRow, ...]] = {}
    sums: dict[str, AgencySums] = {}
    used: set[int] = set()
    for number, lines in _group_tables(document).items():
        for list_table in form.lists:
            found = _read_table(list_table, lines)
            if found is not None:
                read = (*rows.get(list_table.id, ()), *found)
                rows[list_table.id] = tuple(row._replace(number=at) for at, row in enumerate(read, start=1))
                used.add(number)
            elif (summed := _read_agency_table(form, list_table, lines)) is not None:
                known = sums.get(list_table.id, AgencySums({}, {}))
                agencies, totals = {**known.agencies, **summed.agencies}, {**known.totals, **summed.totals}
                sums[list_table.id] = AgencySums(agencies, totals)
                used.add(number)
    left = tuple(block for block in document.blocks if block.table not in used or not block.table)
    return PrintedLists(rows, replace(document, blocks=left), sums)


def _group_tables(document: Document) -> dict[int, dict[int, dict[int, Block]]]:
    """Group the cells of each table by row and column."""
    tables: dict[int, dict[int, dict[int, Block]]] = {}
    for block in document.blocks:
        if block.table:
            tables.setdefault(block.table, {}).setdefault(block.row, {})[block.column] = block
    return tables


def _read_table(list_table: ListTable, table_rows: Mapping[int, _LineOfBlocks]) -> tuple[EntryRow, ...] | None:
    """Return the rows of a table below its heads; None if the heads of the list are not there."""
    wanted = {normalise_label(column.column_path[0]): column for column in list_table.columns}
    owner_head = normalise_label(workbook_words().lists["owner"])
    for head, line in table_rows.items():
        columns = {normalise_label(block.text): at for at, block in line.items()}
        if wanted.keys() <= columns.keys():
            places = {column.id: columns[label] for label, column in wanted.items()}
            below = [table_rows[row] for row in sorted(table_rows) if row > head]
            return tuple(_read_rows(list_table, below, places, columns.get(owner_head)))
    return None


def _read_rows(
    list_table: ListTable, block_rows: Sequence[_LineOfBlocks], head_places: Mapping[str, int], owner_at: int | None
) -> Iterator[EntryRow]:
    for line in block_rows:
        texts = {name: line[at].text.strip() if at in line else "" for name, at in head_places.items()}
        filled = [text for text in texts.values() if text]
        if filled and not all(map(is_not_applicable, filled)) and not _is_head(list_table, texts):
            entries = {column.id: _read_printed_entry(column, texts[column.id]) for column in list_table.columns}
            yield EntryRow(entries, owners=_read_owners(line, owner_at))


def _read_agency_table(form: Form, list_table: ListTable, table_rows: Mapping[int, _LineOfBlocks]) -> AgencySums | None:
    """Return the figures of a table with one row an agency; None if its heads are not there."""
    say = workbook_words().lists
    figures = [cell for cell in form.cells.values() if cell.table == list_table.id]
    for head, line in table_rows.items():
        columns = {normalise_label(block.text): at for at, block in line.items()}
        owner_at = columns.get(normalise_label(say["owner"]))
        places = {cell: columns.get(normalise_label(cell.column_path[0])) for cell in figures}
        if owner_at is None or None in places.values():
            continue
        below = [table_rows[row] for row in sorted(table_rows) if row > head and owner_at in table_rows[row]]
        named = {row[owner_at].text.strip(): _read_row_figures(row, places) for row in below}
        totals = named.pop(say["total"], {})
        return AgencySums({name: own for name, own in named.items() if name != say["owner"]}, totals)
    return None


def _read_row_figures(row_blocks: _LineOfBlocks, figure_places: Mapping[Cell, int | None]) -> dict[str, Number]:
    entries = {
        cell.id: _read_printed_entry(cell, row_blocks[at].text.strip())
        for cell, at in figure_places.items()
        if at is not None and at in row_blocks
    }
    return {cell: entry.value for cell, entry in entries.items() if entry.value is not None}


def _is_head(list_table: ListTable, printed_texts: Mapping[str, str]) -> bool:
    """Return True for the heads again, at the top of another page."""
    return all(normalise_label(printed_texts[c.id]) == normalise_label(c.column_path[0]) for c in list_table.columns)


def _read_owners(row_blocks: _LineOfBlocks, owner_at: int | None) -> tuple[RowOwner, ...]:
    text = row_blocks[owner_at].text.strip() if owner_at in row_blocks and owner_at is not None else ""
    joint = workbook_words().summary.shared["joint"]
    return tuple(RowOwner("", name) for name in text.split(joint) if name)


def _read_printed_entry(list_column: Cell, text: str) -> Entry:
    """Read a printed entry; that a figure or a day is printed as text is nothing to note."""
    if not text:
        return Entry(list_column.id, EntryState.BLANK, None, None, "", "")
    entry = read_cell_entry(list_column, RawCell(StorageType.TEXT, text), "", "")
    return entry if entry.value is None else entry._replace(note=None)


def place_rows(list_plan: ListPlan, entry_rows: Sequence[EntryRow]) -> tuple[EntryRow, ...]:
    """Return the rows, each entry at its address in the workbook that is made from the report."""
    places = {column.id: column.box.column for column in list_plan.table.columns}
    return tuple(
        row._replace(
            entries={
                column: entry._replace(
                    sheet=list_plan.sheet, address=cell_address(list_plan.head_row + number, places[column])
                )
                for column, entry in row.entries.items()
            }
        )
        for number, row in enumerate(entry_rows, start=1)
    )


def observe_lists(
    form: Form, printed_lists: PrintedLists, texts_by_section: Mapping[str, Sequence[str]]
) -> Iterator[Observation]:
    """Yield that a list is printed with one row an agency, whose rows are not in the report; and texts beside a list.

    A list has a sheet of its own, without room for text: what stands beside it finds no place in a workbook.
    """
    for list_table in form.lists:
        first = next((cell for cell in form.cells.values() if cell.table == list_table.id), None)
        sums = printed_lists.sums.get(list_table.id)
        if sums is not None and first is not None:
            counts = tuple(NamedFigure(name, own.get(first.id)) for name, own in sums.agencies.items())
            facts: dict[str, object] = {"list": list_table.title, "count": len(counts), "agencies": counts}
            yield Observation("import.list_sums", cell=first.id, facts=facts)
        if texts := texts_by_section.get(list_table.section):
            facts = {"list": list_table.title, "found": " ".join(texts)}
            yield Observation("import.list_text", cell=first.id if first else None, facts=facts)


def find_aggregates(form: Form, printed_lists: PrintedLists) -> dict[str, FoundFigure]:
    """Return the figures computed from the lists that were found; none where a row lacks what it takes."""
    found = {}
    for list_table in form.lists:
        rows, sums = printed_lists.rows.get(list_table.id), printed_lists.sums.get(list_table.id)
        for cell in (cell for cell in form.cells.values() if cell.table == list_table.id):
            value = compute_aggregate(cell, list_table, rows) if rows is not None else None
            if value is None and sums is not None:
                value = sums.totals.get(cell.id)
            if value is not None:
                found[cell.id] = FoundFigure(cell.id, EntryState.NUMBER, value, f"{value:f}", None, None, "printed")
    return found
