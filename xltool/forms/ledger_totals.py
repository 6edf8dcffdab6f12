"""Ledger totals: sums an agency has in its own ledger; a typed one helps to locate a wrong figure among its summands.

A ledger total is a row total, or the subtotal of a group of lines (the lines ``refused.*`` of one column). It is no
cell of the printed form and is neither merged nor published; it stands on a sheet of its own.
"""

from functools import lru_cache
from typing import NamedTuple

from xltool.model.form import MAX_CACHED_FORMS, Cell, Form


class LedgerTotal(NamedTuple):
    """One figure to ask for: the sum of ``cells``, with its row header and column header.

    ``same_cell`` is the id of the form's cell with the same value; empty where there is none.
    """

    id: str
    cells: tuple[str, ...]
    line_words: str
    column_words: str
    same_cell: str = ""

    @property
    def line(self) -> str:
        """The part of the id shared by all columns of one line."""
        return self.id.rpartition(".")[0]


_ID_PREFIX = "ledger."  # prefix of their ids: no cell id begins with it


@lru_cache(maxsize=MAX_CACHED_FORMS)
def list_ledger_totals(form: Form) -> tuple[LedgerTotal, ...]:
    """Return every ledger total of a form: row totals, then group subtotals by column. Cached."""
    return (*list_row_totals(form), *list_subtotals(form))


def find_ledger_total(form: Form, total_id: str) -> LedgerTotal | None:
    """Return the ledger total with that id, or None."""
    if not total_id.startswith(_ID_PREFIX):
        return None
    return next((item for item in list_ledger_totals(form) if item.id == total_id), None)


def first_summed_cell(form: Form, total_id: str) -> Cell:
    """Return the first summand of a ledger total: its kind and unit are those of the sum."""
    total = find_ledger_total(form, total_id)
    assert total is not None  # only called for ids of this form's controls
    return form.cells[total.cells[0]]


def list_row_totals(form: Form) -> tuple[LedgerTotal, ...]:
    """Return a ledger total for each computed cell that is the sum of other cells of its line."""
    totals = []
    for relation in form.formulas:
        if not relation.is_linear:
            continue
        cell = form.cells[relation.computes or ""]
        parts = tuple(term.cell for term in relation.expect.right.terms)
        if all(form.cells[part].table == cell.table and form.cells[part].line == cell.line for part in parts):
            totals.append(LedgerTotal(_ID_PREFIX + cell.id, parts, cell.line_words, cell.column_words, cell.id))
    return tuple(totals)


def list_subtotals(form: Form) -> tuple[LedgerTotal, ...]:
    """Return, by column, the sums of lines whose ids differ only in the last part, if the form prints no such sum."""
    groups: dict[str, list[Cell]] = {}
    for cell in form.cells.values():
        group, dot, _ = cell.line.rpartition(".")
        if dot:
            groups.setdefault(".".join((cell.table, group, cell.column)), []).append(cell)
    return tuple(
        LedgerTotal(
            _ID_PREFIX + name, tuple(cell.id for cell in cells), _find_group_words(cells[0]), cells[0].column_words
        )
        for name, cells in groups.items()
        if len(cells) > 1 and name not in form.cells
    )


def _find_group_words(cell: Cell) -> str:
    return cell.row_path[-2] if len(cell.row_path) > 1 else cell.line_words
