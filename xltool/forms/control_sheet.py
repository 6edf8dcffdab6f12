"""The sheet of control figures (核对数): sums an agency may type from its own ledger, folded away at first.

It stands apart, so that no table of the official form looks or prints differently, and it is the one sheet without
protection: a spreadsheet program does not unfold rows of a protected sheet.
"""

from collections.abc import Iterable, Iterator, Mapping

from xltool.forms.controls import Control, row_totals, subtotals
from xltool.forms.furniture import words
from xltool.forms.sheets import SMALL, height_of
from xltool.forms.slots import Purpose, Role, Sheet, Slot
from xltool.model.form import Box, Form

_FIRST = 3  # row of the first block, below title and hint
_WIDTHS = (50.0, 12.0)  # of the words of a line, and of each figure


def control_sheet(form: Form) -> Sheet | None:
    """A block for the row totals of each table, and one for its groups of lines; None where a form has no such sum."""
    blocks = [*_blocks(form, row_totals(form), "row_totals"), *_blocks(form, subtotals(form), "subtotals")]
    if not blocks:
        return None
    say = words().controls
    slots: list[Slot] = []
    folded: list[int] = []
    row = _FIRST
    for title, lines in blocks:
        slots += _block(title, lines, row)
        folded += range(row + 1, row + 1 + len(lines))
        row += len(lines) + 1
    across = max(slot.box.column for slot in slots)
    widths = (_WIDTHS[0], *(_WIDTHS[1] for _ in range(across - 1)))
    head = [
        Slot(Box(1, 1, 1, across), Role.TITLE, say["title"]),
        Slot(Box(2, 1, 1, across), Role.GUIDE, say["hint"]),
    ]
    heights = {1: 36.0, 2: height_of(say["hint"], sum(widths), SMALL)} | dict.fromkeys(range(_FIRST, row), 22.0)
    for slot in slots:
        if slot.role in {Role.CAPTION, Role.ENTRY}:
            wide = widths[slot.box.column - 1]
            heights[slot.box.row] = max(heights[slot.box.row], height_of(slot.text, wide, SMALL))
    name = words().sheets["controls"]
    return Sheet(
        name, Purpose.CONTROLS, (*head, *slots), widths, heights, landscape=True, frozen=2, folded=tuple(folded)
    )


def _blocks(form: Form, items: Iterable[Control], title: str) -> Iterator[tuple[str, Mapping[str, list[Control]]]]:
    """The controls of each table, line by line, under the title of their block."""
    names = {table.id: table.name for table in form.tables}
    tables: dict[str, dict[str, list[Control]]] = {}
    for item in items:
        table = form.cells[item.cells[0]].table
        tables.setdefault(table, {}).setdefault(item.line, []).append(item)
    for table, lines in tables.items():
        yield words().controls[title].format(table=names[table]), lines


def _block(title: str, lines: Mapping[str, list[Control]], row: int) -> Iterator[Slot]:
    columns = list(dict.fromkeys(item.column_words for items in lines.values() for item in items))
    yield Slot(Box(row, 1), Role.CAPTION, title, title)
    for place, text in enumerate(columns, start=2):
        yield Slot(Box(row, place), Role.CAPTION, text, title)
    for at, items in enumerate(lines.values(), start=row + 1):
        yield Slot(Box(at, 1), Role.ENTRY, items[0].line_words, title)
        for item in items:
            yield Slot(Box(at, columns.index(item.column_words) + 2), Role.CONTROL, "", item.id)
