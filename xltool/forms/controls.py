"""Control figures: sums an agency has in its own ledger, whose answer tells which of the figures behind it is wrong.

A row total, or what a numbered group of lines comes to (the lines ``refused.*`` of one column). They are no cells of
the printed form: nothing is summed or published of them, they only stand beside it on a sheet of their own.
"""

from typing import NamedTuple

from xltool.model.form import Cell, Form


class Control(NamedTuple):
    """One figure to ask for: the sum of ``cells``, with the words of its line and of its column.

    ``shown`` is the cell of the form that says the same; empty where the form has none.
    """

    id: str
    cells: tuple[str, ...]
    line_words: str
    column_words: str
    shown: str = ""

    @property
    def line(self) -> str:
        """The line it is of: the same for all columns of one group."""
        return self.id.rpartition(".")[0]


_LEDGER = "ledger."  # what the id of a control begins with, so that it is never a cell's


_controls: dict[str, tuple[Control, ...]] = {}


def controls(form: Form) -> tuple[Control, ...]:
    """Every control figure of a form: its row totals, then the subtotals of its groups of lines by column.

    Worked out once for each definition.
    """
    if form.digest not in _controls:
        _controls[form.digest] = (*row_totals(form), *subtotals(form))
    return _controls[form.digest]


def control(form: Form, id: str) -> Control | None:
    """The control figure of that id; None for any other figure."""
    if not id.startswith(_LEDGER):
        return None
    return next((item for item in controls(form) if item.id == id), None)


def controlled(form: Form, id: str) -> Cell:
    """The first of the cells a control figure adds up: its kind and unit are those of the sum."""
    found = control(form, id)
    assert found is not None  # only called for ids of this form's controls
    return form.cells[found.cells[0]]


def row_totals(form: Form) -> tuple[Control, ...]:
    """The computed cells that are the sum of other cells of their own line."""
    found = []
    for relation in form.formulas:
        cell = form.cells[relation.computes or ""]
        parts = tuple(term.cell for term in relation.expect.right.terms)
        if all(form.cells[part].table == cell.table and form.cells[part].line == cell.line for part in parts):
            found.append(Control(_LEDGER + cell.id, parts, cell.line_words, cell.column_words, cell.id))
    return tuple(found)


def subtotals(form: Form) -> tuple[Control, ...]:
    """For each column, the lines whose ids share all but their last part; only where the form has no such line."""
    groups: dict[str, list[Cell]] = {}
    for cell in form.cells.values():
        group, dot, _ = cell.line.rpartition(".")
        if dot:
            groups.setdefault(".".join((cell.table, group, cell.column)), []).append(cell)
    return tuple(
        Control(_LEDGER + name, tuple(cell.id for cell in cells), _group_words(cells[0]), cells[0].column_words)
        for name, cells in groups.items()
        if len(cells) > 1 and name not in form.cells
    )


def _group_words(cell: Cell) -> str:
    return cell.row_path[-2] if len(cell.row_path) > 1 else cell.line_words
