"""The sheet of ledger totals (核对数): sums an agency may type from its own ledger; its rows are collapsed at first.

A separate sheet keeps the official tables as printed. It is the only unprotected sheet: spreadsheet programs do not
expand collapsed rows of a protected sheet.
"""

from collections.abc import Iterable, Iterator, Mapping

from xltool.forms.ledger_totals import LedgerTotal, list_row_totals, list_subtotals
from xltool.forms.plan_sheets import SMALL_SIZE_POINTS, text_height
from xltool.forms.slots import Purpose, Role, SheetPlan, Slot
from xltool.forms.workbook_words import workbook_words
from xltool.model.form import Box, Form

_FIRST_BLOCK_ROW = 3  # below title and hint
_WIDTHS_CHARACTERS = (50.0, 12.0)  # of the row header, and of each figure


def plan_ledger_sheet(form: Form) -> SheetPlan | None:
    """Lay out a block of row totals and one of group subtotals for each table; None if the form has neither."""
    blocks = [
        *_group_blocks(form, list_row_totals(form), "row_totals"),
        *_group_blocks(form, list_subtotals(form), "subtotals"),
    ]
    if not blocks:
        return None
    say = workbook_words().controls
    hint = say["hint"].format(subtotals=_name_subtotals(form))
    slots: list[Slot] = []
    folded: list[int] = []
    row = _FIRST_BLOCK_ROW
    for title, lines in blocks:
        slots += _plan_block(title, lines, row)
        folded += range(row + 1, row + 1 + len(lines))
        row += len(lines) + 1
    across = max(slot.box.column for slot in slots)
    widths = (_WIDTHS_CHARACTERS[0], *(_WIDTHS_CHARACTERS[1] for _ in range(across - 1)))
    head = [
        Slot(Box(1, 1, 1, across), Role.TITLE, say["title"]),
        Slot(Box(2, 1, 1, across), Role.GUIDE, hint),
    ]
    heights = {1: 36.0, 2: text_height(hint, sum(widths), SMALL_SIZE_POINTS)} | dict.fromkeys(
        range(_FIRST_BLOCK_ROW, row), 22.0
    )
    for slot in slots:
        if slot.role in {Role.CAPTION, Role.ENTRY}:
            wide = widths[slot.box.column - 1]
            heights[slot.box.row] = max(heights[slot.box.row], text_height(slot.text, wide, SMALL_SIZE_POINTS))
    name = workbook_words().sheets["controls"]
    return SheetPlan(
        name, Purpose.CONTROLS, (*head, *slots), widths, heights, landscape=True, frozen=2, folded=tuple(folded)
    )


def _name_subtotals(form: Form) -> str:
    """Return what the hint says of subtotals: the names of some, where the form has them."""
    say, lines = workbook_words().controls, {total.line_words for total in list_subtotals(form)}
    if not lines:
        return ""
    known = any(name in line for line in lines for name in say["named_lines"].split())
    return say["subtotals_named" if known else "subtotals_any"]


def _group_blocks(
    form: Form, totals: Iterable[LedgerTotal], title: str
) -> Iterator[tuple[str, Mapping[str, list[LedgerTotal]]]]:
    """Yield a block title and the ledger totals by line, for each table."""
    names = {table.id: table.name for table in form.tables}
    tables: dict[str, dict[str, list[LedgerTotal]]] = {}
    for item in totals:
        table = form.cells[item.cells[0]].table
        tables.setdefault(table, {}).setdefault(item.line, []).append(item)
    for table, lines in tables.items():
        yield workbook_words().controls[title].format(table=names[table]), lines


def _plan_block(title: str, lines: Mapping[str, list[LedgerTotal]], row: int) -> Iterator[Slot]:
    columns = list(dict.fromkeys(item.column_words for items in lines.values() for item in items))
    yield Slot(Box(row, 1), Role.CAPTION, title, title)
    for place, text in enumerate(columns, start=2):
        yield Slot(Box(row, place), Role.CAPTION, text, title)
    for at, items in enumerate(lines.values(), start=row + 1):
        yield Slot(Box(at, 1), Role.ENTRY, items[0].line_words, title)
        for item in items:
            yield Slot(Box(at, columns.index(item.column_words) + 2), Role.CONTROL, "", item.id)
