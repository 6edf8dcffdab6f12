"""Find the blank figures that a printed total of 0 determines."""

from collections.abc import Mapping

from xltool.model.compact_entries import NOTE_NOT_READ
from xltool.model.form import CellKind, Form
from xltool.model.published import FoundFigure
from xltool.model.submission import EntryState


def find_zeros_by_total(found_figures: Mapping[str, FoundFigure], form: Form) -> dict[str, FoundFigure]:
    """Return the blank addends of printed totals of 0 as 0, since counts cannot be negative.

    An addend with a value other than 0 contradicts the total, which then says nothing; blanks that were not read stay.
    """
    zeros: dict[str, FoundFigure] = {}
    for relation in form.formulas:
        total = found_figures.get(relation.expect.left.terms[0].cell)
        found = (found_figures.get(term.cell) for term in relation.expect.right.terms)
        addends = [figure for figure in found if figure]
        added = relation.is_linear and all(term.coefficient > 0 for term in relation.expect.right.terms)
        if not added or total is None or total.sure != "printed" or total.value != 0:
            continue
        if any(figure.value for figure in addends):
            continue
        for figure in addends:
            blank = figure.state is EntryState.BLANK and figure.note != NOTE_NOT_READ
            if blank and form.cells[figure.cell].kind is CellKind.COUNT:
                zeros[figure.cell] = figure._replace(state=EntryState.NUMBER, value=0, note=None, sure="solved")
    return zeros
