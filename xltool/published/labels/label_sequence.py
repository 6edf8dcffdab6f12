"""What a report of a form says, in the order it is read: every printed label, and the figures that follow it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from xltool.forms.dialect import dialect
from xltool.model.form import Cell, Form, Label, Table
from xltool.published.labels.text_stream import plain

SHORTEST_CLAUSE = 6  # signs of a label's first clause that may stand for the whole label
SHORTEST_HEAD = 4  # signs before a remark in brackets


@dataclass(frozen=True, slots=True)
class Anchor:
    """One printed label, or a section's heading, in the place where it is read.

    ``label`` is as printed on the form, ``words`` the same in plain signs, ``ordinal`` its number, ``core`` the rest;
    ``spellings`` are what is looked for, the whole label first. ``cells`` are the figures that follow it directly;
    ``alone`` those its figures stand for where a group is printed as one line. ``above`` marks a label that stands
    above figures; ``row`` is the row of the table it begins in, 0 for the heading of a section.
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
        """Whether it is the heading of a section, not a label of its table."""
        return self.row == 0


@dataclass(frozen=True, slots=True)
class Outline:
    """The anchors of a form in reading order.

    ``headless`` are by table the figures that follow no label of their own line.
    """

    form: Form
    anchors: tuple[Anchor, ...]
    headless: dict[str, tuple[Cell, ...]]


_outlines: dict[str, Outline] = {}


def outline(form: Form) -> Outline:
    """The outline of a form; made once for each definition."""
    if form.digest not in _outlines:
        _outlines[form.digest] = _made(form)
    return _outlines[form.digest]


def leaves_of(drawn: Outline, table: str) -> list[Anchor]:
    """The labels of the last row of a table's head: those that tell one column from the next."""
    above = [anchor for anchor in drawn.anchors if anchor.table == table and anchor.above]
    first = min((anchor.row for anchor in drawn.anchors if anchor.table == table and anchor.cells), default=1_000_000)
    last = max((anchor.row for anchor in above if anchor.row < first), default=0)
    return [anchor for anchor in above if anchor.row == last]


def _made(form: Form) -> Outline:
    anchors: list[Anchor] = []
    headless: dict[str, tuple[Cell, ...]] = {}
    for section in form.sections:
        tables = [table for table in form.tables if table.section == section.id and table.printed]
        if not tables:
            continue
        anchors.append(_anchor(len(anchors), tables[0].id, section.heading))
        for table in tables:
            owned = _owned(table)
            for label in _reading_order(table.labels):
                anchors.append(_of_label(len(anchors), table, label, owned.get(label, ())))
            claimed = {cell.id for cells in owned.values() for cell in cells}
            headless[table.id] = tuple(cell for cell in table.cells if cell.id not in claimed)
    return Outline(form, tuple(anchors), headless)


def _reading_order(labels: Sequence[Label]) -> list[Label]:
    return sorted(labels, key=lambda label: (label.box.row, label.box.column))


def _owned(table: Table) -> dict[Label, tuple[Cell, ...]]:
    """For each label that begins a line of figures: those figures, up to the next label of that line."""
    owned: dict[Label, list[Cell]] = {}
    for cell in table.cells:
        left = [label for label in table.labels if label.box.row == cell.box.row and label.box.column < cell.box.column]
        if left:
            owned.setdefault(max(left, key=lambda label: label.box.column), []).append(cell)
    return {label: tuple(cells) for label, cells in owned.items()}


def _of_label(index: int, table: Table, label: Label, cells: tuple[Cell, ...]) -> Anchor:
    alone = tuple(cell for cell in table.cells if label.alone and cell.line == label.alone)
    below = label.box.row + label.box.rows
    above = any(cell.box.row >= below for cell in table.cells if cell.box.column == label.box.column) and not cells
    return _anchor(index, table.id, label.text, cells, alone, above=above and not alone, row=label.box.row)


def _anchor(
    index: int,
    table: str,
    text: str,
    cells: tuple[Cell, ...] = (),
    alone: tuple[Cell, ...] = (),
    *,
    above: bool = False,
    row: int = 0,
) -> Anchor:
    words = plain(text)
    ordinal, core = split_ordinal(words)
    spellings = tuple(dict.fromkeys(_spellings(words, ordinal, core)))
    return Anchor(index, table, text, words, ordinal, core, spellings, cells, alone, above, row)


def _spellings(words: str, ordinal: str, core: str) -> Iterator[str]:
    """The label, and what reports shorten it to: without its number, its remark in brackets, its later clauses."""
    yield words
    yield core
    head = core.partition("(")[0]
    if len(head) >= SHORTEST_HEAD:
        yield ordinal + head
        yield head
    clause = head.partition(",")[0]
    if len(clause) >= SHORTEST_CLAUSE:
        yield ordinal + clause
        yield clause


@cache
def _ordinal() -> re.Pattern[str]:
    numerals = dialect().numerals
    return re.compile(rf"\([{numerals}]+\)|[{numerals}]+,|\d{{1,2}}[.,](?!\d)")


def split_ordinal(words: str) -> tuple[str, str]:
    """The number before a label, and the label: "(一)" and the rest, or nothing and the whole."""
    match = _ordinal().match(words)
    if match is None or match.end() == len(words):
        return "", words
    return match.group(), words[match.end() :]
