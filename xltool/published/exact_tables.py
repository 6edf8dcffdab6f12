"""Read tables that stand in a document exactly as the form prints them: every label in its place, figures between."""

from collections.abc import Iterator, Mapping, Sequence

from xltool.forms.expressions import recompute_figures
from xltool.model.form import Form, Table
from xltool.model.published import FoundFigure
from xltool.model.submission import EntryState
from xltool.published.documents.document import Block
from xltool.published.extract import LocatedForm
from xltool.published.labels.text_stream import TextStream, normalize_text
from xltool.published.section_texts import remove_print_spaces
from xltool.published.worded_rows import read_worded_rows

Spots = Mapping[tuple[int, int], int]  # index of the block in each row and column of a table


def read_placed_texts(stream: TextStream, located: LocatedForm, kind: str) -> dict[str, tuple[str, int]]:
    """Return text ("" if blank) and block of every cell that its place alone gives, by cell id.

    These are the cells of tables printed as on the form, and of rows with words; ``kind`` is that of the document.
    """
    placed = read_worded_rows(stream, located) | read_exact_tables(stream.blocks, located.form)
    spaced = {cell.id for cell in located.form.cells.values() if cell.is_worded and kind == "pdf"}
    return {
        cell: ((remove_print_spaces(text) if cell in spaced else text).strip(), block)
        for cell, (text, block) in placed.items()
    }


def leave_out_tables(stream: TextStream, located: LocatedForm) -> dict[str, FoundFigure]:
    """Return the figures of tables that a document leaves out and says so, by cell id: none applies, totals are 0."""
    tables = find_tables_without_duty(stream, located)
    inputs = [cell.id for table in tables for cell in table.cells if not cell.computed]
    totals = recompute_figures(located.form.formulas, dict.fromkeys(inputs, 0)) if tables else {}
    found = {cell: FoundFigure(cell, EntryState.NOT_APPLICABLE, None, "/", None, None, "printed") for cell in inputs}
    for total in (cell.id for table in tables for cell in table.cells if cell.computed):
        value = totals[total]
        state = EntryState.BLANK if value is None else EntryState.NUMBER
        raw = None if value is None else f"{value:f}"
        found[total] = FoundFigure(total, state, value, raw, None, None, "printed")
    return found


def find_tables_without_duty(stream: TextStream, located: LocatedForm) -> tuple[Table, ...]:
    """Return the tables that a document leaves out and says so: the duty is absent."""
    shown = {place.anchor.table for place in located.places if place.exact and not place.anchor.heading}
    return tuple(
        table
        for table in located.form.tables
        if table.absence and table.id not in shown and normalize_text(table.absence) in stream.text
    )


def read_exact_tables(blocks: Sequence[Block], form: Form) -> dict[str, tuple[str, int]]:
    """Return text and block of every cell of the tables printed as on the form, by cell id; blank ones too.

    A table that stands twice in the document is left out.
    """
    tables: dict[int, dict[tuple[int, int], int]] = {}
    for number, block in enumerate(blocks):
        if block.table:
            tables.setdefault(block.table, {}).setdefault((block.row, block.column), number)
    found: dict[str, tuple[str, int]] = {}
    for table in form.tables:
        if table.printed:
            places = [spots for spots in tables.values() if _is_printed_table(blocks, spots, table)]
            if len(places) == 1:
                found |= dict(_read_cells(blocks, places[0], table))
    return found


def _is_printed_table(blocks: Sequence[Block], spots: Spots, table: Table) -> bool:
    """Return True if labels and figures of a table are all in their places, and nothing else is in any other."""
    labels = {label.box[:2]: label.text for label in table.labels}
    known = {*labels, *(cell.box[:2] for cell in table.cells)}
    return (
        spots.keys() >= known
        and all(normalize_text(blocks[spots[spot]].text) == normalize_text(text) for spot, text in labels.items())
        and not any(blocks[number].text.strip() for spot, number in spots.items() if spot not in known)
    )


def _read_cells(blocks: Sequence[Block], spots: Spots, table: Table) -> Iterator[tuple[str, tuple[str, int]]]:
    for cell in table.cells:
        number = spots[cell.box[:2]]
        yield cell.id, (blocks[number].text, number)
