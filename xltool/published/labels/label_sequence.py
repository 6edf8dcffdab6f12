"""List the printed labels of a form in reading order, each with the cells whose figures follow it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from xltool.forms.published_wording import load_published_wording
from xltool.model.form import MAX_CACHED_FORMS, Cell, Form, Label, Table
from xltool.published.labels.text_stream import normalize_text

MIN_CLAUSE_CHARS = 6  # of a first clause that may stand for the whole label
MIN_HEAD_CHARS = 4  # before a remark in brackets


ColumnHeaders = Mapping[str, tuple[Label, ...]]  # by cell id; the top header first


@dataclass(frozen=True, slots=True)
class Anchor:
    """One printed label, or the heading of a section.

    ``index`` is its position in reading order. ``label`` is the printed text, ``words`` its normalised form,
    ``ordinal`` its number and ``core`` the rest; ``spellings`` are searched for, the whole label first. ``cells`` are
    the cells of the row it heads; ``alone`` those it heads if a group is printed as one row. ``above`` is true for a
    column header; ``row`` is its table row, 0 for a section heading.
    """

    index: int
    table: str
    label: str
    words: str
    ordinal: str
    core: str
    spellings: tuple[str, ...]
    cells: tuple[Cell, ...] = ()
    alone: tuple[Cell, ...] = ()
    above: bool = False
    row: int = 0

    @property
    def heading(self) -> bool:
        """Whether this is a section heading, not a label of a table."""
        return self.row == 0


@dataclass(frozen=True, slots=True)
class Outline:
    """The anchors of a form in reading order.

    ``headless`` maps a table to its cells without a row header, ``headers`` each cell to its column headers.
    """

    form: Form
    anchors: tuple[Anchor, ...]
    headless: dict[str, tuple[Cell, ...]]
    headers: ColumnHeaders


def list_column_leaves(outline: Outline, table: str) -> list[Anchor]:
    """Return the labels of the lowest header row of a table, one per column."""
    above = [anchor for anchor in outline.anchors if anchor.table == table and anchor.above]
    first = min((anchor.row for anchor in outline.anchors if anchor.table == table and anchor.cells), default=1_000_000)
    last = max((anchor.row for anchor in above if anchor.row < first), default=0)
    return [anchor for anchor in above if anchor.row == last]


@lru_cache(maxsize=MAX_CACHED_FORMS)
def build_outline(form: Form) -> Outline:
    """Build the outline of a form; cached."""
    anchors: list[Anchor] = []
    headless: dict[str, tuple[Cell, ...]] = {}
    for section in form.sections:
        tables = [table for table in form.tables if table.section == section.id and table.printed]
        if not tables:
            continue
        anchors.append(_create_anchor(len(anchors), tables[0].id, section.heading))
        for table in tables:
            owned = _map_row_labels(table)
            for label in _sort_labels(table.labels):
                anchors.append(_label_anchor(len(anchors), table, label, owned.get(label, ())))
            claimed = {cell.id for cells in owned.values() for cell in cells}
            headless[table.id] = tuple(cell for cell in table.cells if cell.id not in claimed)
    headers = {cell.id: _list_headers(table, cell) for table in form.tables for cell in table.cells}
    return Outline(form, tuple(anchors), headless, headers)


def _list_headers(table: Table, cell: Cell) -> tuple[Label, ...]:
    """Return the column headers above a cell, top first, below the next figures."""
    rows = {other.box.row for other in table.cells if other.box.column == cell.box.column}
    over = [
        label
        for label in table.labels
        if label.box.column <= cell.box.column < label.box.column + label.box.columns and label.box.row < cell.box.row
    ]
    nearest = max((label.box.row for label in over), default=0)
    figures = max((row for row in rows if row < nearest), default=0)
    return tuple(sorted((label for label in over if label.box.row > figures), key=lambda label: label.box.row))


def _sort_labels(labels: Sequence[Label]) -> list[Label]:
    return sorted(labels, key=lambda label: (label.box.row, label.box.column))


def _map_row_labels(table: Table) -> dict[Label, tuple[Cell, ...]]:
    """Map each row header to its cells, up to the next label of the same row."""
    owned: dict[Label, list[Cell]] = {}
    for cell in table.cells:
        left = [label for label in table.labels if label.box.row == cell.box.row and label.box.column < cell.box.column]
        if left:
            owned.setdefault(max(left, key=lambda label: label.box.column), []).append(cell)
    return {label: tuple(cells) for label, cells in owned.items()}


def _label_anchor(index: int, table: Table, label: Label, cells: tuple[Cell, ...]) -> Anchor:
    alone = tuple(cell for cell in table.cells if label.alone and cell.line == label.alone)
    below = label.box.row + label.box.rows
    above = any(cell.box.row >= below for cell in table.cells if cell.box.column == label.box.column) and not cells
    return _create_anchor(index, table.id, label.text, cells, alone, above=above and not alone, row=label.box.row)


def _create_anchor(
    index: int,
    table: str,
    text: str,
    cells: tuple[Cell, ...] = (),
    alone: tuple[Cell, ...] = (),
    *,
    above: bool = False,
    row: int = 0,
) -> Anchor:
    words = normalize_text(text)
    ordinal, core = split_ordinal(words)
    spellings = tuple(dict.fromkeys(_list_spellings(words, ordinal, core)))
    return Anchor(index, table, text, words, ordinal, core, spellings, cells, alone, above, row)


def _list_spellings(words: str, ordinal: str, core: str) -> Iterator[str]:
    """Yield the label and its shortened forms: without ordinal, bracketed remark or later clauses."""
    yield words
    yield core
    head = core.partition("(")[0]
    if len(head) >= MIN_HEAD_CHARS:
        yield ordinal + head
        yield head
    clause = head.partition(",")[0]
    if len(clause) >= MIN_CLAUSE_CHARS:
        yield ordinal + clause
        yield clause


@cache
def _ordinal_pattern() -> re.Pattern[str]:
    numerals = load_published_wording().numerals
    return re.compile(rf"\([{numerals}]+\)|[{numerals}]+,|\d{{1,2}}[.,](?!\d)")


def split_ordinal(words: str) -> tuple[str, str]:
    """Split a label into its ordinal ("(一)", or "" if there is none) and the rest."""
    match = _ordinal_pattern().match(words)
    if match is None or match.end() == len(words):
        return "", words
    return match.group(), words[match.end() :]
