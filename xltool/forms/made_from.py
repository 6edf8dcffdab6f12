"""Which figures of a form of shorter periods make those of a form of longer ones, such as months those of a year."""

from collections.abc import Iterator, Mapping

from xltool.errors import DefinitionError
from xltool.forms.definition_problems import DefinitionProblems
from xltool.forms.parse_expressions import parse_linear
from xltool.forms.schema import MadeFromSpec
from xltool.forms.vocabulary import EVERY_LINE, ExpressionError, Vocabulary
from xltool.model.expression import LinearExpression
from xltool.model.form import Cell, Form
from xltool.model.form_parts import PartSums

_PLACE = "made_from"


def assemble_made_from(
    made_from_spec: MadeFromSpec | None, cells: Mapping[str, Cell], problems: DefinitionProblems
) -> PartSums | None:
    """Return what a definition says, with ``each`` written out; add a mistake for a figure the form does not have."""
    if made_from_spec is None:
        return None
    sums: list[tuple[str, str]] = []
    for name, text in made_from_spec.cells.items():
        written = list(_write_out_lines(name, text, cells))
        sums += written
        if not written:
            problems.add("expression.unknown_name", "form.toml", _PLACE, key=name)
    return PartSums(made_from_spec.form, tuple(sums))


def _write_out_lines(name: str, text: str, cells: Mapping[str, Cell]) -> Iterator[tuple[str, str]]:
    """Yield a figure and its sum, for ``table.each.column`` those of every line of the table."""
    table, _, column = name.partition(f".{EVERY_LINE}.")
    if not column:
        if name in cells:
            yield name, text
        return
    for cell in cells.values():
        if (cell.table, cell.column) == (table, column):
            yield cell.id, text.replace(f".{EVERY_LINE}.", f".{cell.line}.")


def parse_part_sums(form: Form, part_form: Form) -> dict[str, LinearExpression]:
    """Return for each figure of ``form`` that follows from ``part_form`` its sum of figures of the latter.

    Without sums in the definition, figures with the same id follow. Raises DefinitionError for a sum of figures that
    ``part_form`` does not have.
    """
    if form.made_from is None or form.made_from.form != part_form.id:
        return {}
    same = ((cell, cell) for cell in form.cells if cell in part_form.cells)
    vocabulary, sums = Vocabulary(part_form.cells, part_form.lists), form.made_from.sums or same
    return {cell: _parse_part_sum(text, vocabulary, form) for cell, text in sums}


def _parse_part_sum(text: str, vocabulary: Vocabulary, form: Form) -> LinearExpression:
    try:
        known = set(vocabulary.cells)
        linear = parse_linear(text, vocabulary)
        foreign = [term.cell for term in linear.terms if term.previous or term.cell not in known]
        if foreign:  # an earlier period, or a figure of a list that no relation of that form computes
            raise ExpressionError("unknown_name", foreign[0])
    except ExpressionError as error:
        code, file = f"definition.expression.{error.problem}", f"{form.source}/form.toml"
        raise DefinitionError(code, file=file, place=_PLACE, key=error.part) from error
    return linear
