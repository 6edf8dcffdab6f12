"""Which figures of a form of shorter periods make those of a form of longer ones, such as months those of a year."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches

from xltool.errors import DefinitionError
from xltool.forms.definition_problems import DefinitionProblems
from xltool.forms.parse_expressions import parse_linear
from xltool.forms.schema import MadeFromSpec
from xltool.forms.vocabulary import EVERY_LINE, ExpressionError, Vocabulary
from xltool.model.expression import LinearExpression
from xltool.model.form import Cell, Form
from xltool.model.form_parts import PartSums
from xltool.model.period import is_shorter

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


def check_part_sums(
    forms: Sequence[Form], other_forms: Sequence[Form] | None, doubtful: Collection[tuple[str, str]] = ()
) -> Iterator[DefinitionError]:
    """Yield a mistake for a form made from one that is unknown, not of shorter periods, or lacks the figures.

    ``other_forms`` are those that are known beside ``forms``; where that is None, an unknown form is not told. Sums of
    figures of ``doubtful`` editions, whose tables have mistakes, are not looked at.
    """
    known_forms = (*forms, *(other_forms or ()))
    for form in forms:
        wanted = form.made_from.form if form.made_from else ""
        named = [each for each in known_forms if wanted and each.id == wanted]
        partners = [each for each in named if _share_years(each, form, known_forms)]
        if wanted and not named and other_forms is not None:
            yield _refuse_unknown_form(form, wanted, known_forms)
        elif named and not partners:
            editions = tuple(f"{each.edition}（{each.first_year}—{each.last_year or ''}）" for each in named)
            yield _part_error("no_common_year", form, key=wanted, known=editions)
        for part_form in partners:
            if not is_shorter(part_form.period, form.period):
                yield _part_error("not_shorter", form, key=wanted)
            elif part_form.key not in doubtful:
                yield from _find_part_mistakes(form, part_form)


def _refuse_unknown_form(form: Form, wanted: str, known_forms: Sequence[Form]) -> DefinitionError:
    shorter = sorted({each.id for each in known_forms if is_shorter(each.period, form.period)})
    near = (get_close_matches(wanted, shorter, 1) or [""])[0]
    return _part_error("unknown_part_form", form, key=wanted, near=near, known=tuple(shorter))


def _find_part_mistakes(form: Form, part_form: Form) -> Iterator[DefinitionError]:
    """Yield a mistake for every sum over figures that the form of shorter periods does not have."""
    vocabulary = Vocabulary(part_form.cells, part_form.lists)
    for _, text in form.made_from.sums if form.made_from else ():
        try:
            _parse_part_sum(text, vocabulary, form)
        except DefinitionError as error:
            yield error


def _part_error(problem: str, form: Form, **facts: object) -> DefinitionError:
    return DefinitionError(f"definition.{problem}", file=f"{form.source}/form.toml", place=_PLACE, **facts)


def _share_years(form: Form, other_form: Form, forms: Sequence[Form]) -> bool:
    """Return whether reports of any year are made on both editions."""
    found = (_find_last_year(each, forms) for each in (form, other_form))
    last_years = [year for year in found if year is not None]
    return not last_years or max(form.first_year, other_form.first_year) <= min(last_years)


def _find_last_year(form: Form, forms: Sequence[Form]) -> int | None:
    """Return the last year of an edition: the one stated, or that before the next edition begins."""
    later = [each.first_year - 1 for each in forms if each.id == form.id and each.first_year > form.first_year]
    return min([*later, *([] if form.last_year is None else [form.last_year])], default=None)


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
