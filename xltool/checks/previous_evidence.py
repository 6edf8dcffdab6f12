"""Find signs that last year's figure is the wrong one where a relation between the years is violated."""

from collections.abc import Iterator, Mapping

from xltool.checks.context import CheckContext
from xltool.checks.figure_facts import measure_figure
from xltool.checks.texts.claims import Judgement, TextContext, find_mentions, split_statements
from xltool.forms.expressions import RelationVerdict, check_relation, recompute_figures
from xltool.model.finding_facts import EarlierPeriod, PreviousEvidence
from xltool.model.form import Form, Number, Relation, Values
from xltool.model.period import Period


def find_previous_evidence(
    relation: Relation, result: RelationVerdict, year: int | None, context: CheckContext
) -> PreviousEvidence | None:
    """Return what else of last year's report agrees with the figure this year's report wants; None for nothing."""
    if context.previous is None or (wanted := _find_wanted_figure(relation, result, context.previous)) is None:
        return None
    cell, value = wanted
    changed = _change_figure(context.previous, cell, value, context.form)
    signs = tuple(_iterate_signs(context.previous, changed, year, context))
    earlier = EarlierPeriod.PERIOD if isinstance(year, Period) else EarlierPeriod.YEAR
    return PreviousEvidence(measure_figure(value, context.form.cells[cell]), signs, earlier) if signs else None


def _find_wanted_figure(relation: Relation, result: RelationVerdict, previous: Values) -> tuple[str, Number] | None:
    """Return the one cell of last year in an equation, and the value with which the equation would hold."""
    expect = relation.expect
    terms = [(term, 1) for term in expect.left.terms if term.previous]
    terms += [(term, -1) for term in expect.right.terms if term.previous]
    if expect.operator != "==" or len(terms) != 1 or result.left is None or result.right is None:
        return None
    (term, side), before = terms[0], previous.get(terms[0][0].cell)
    if before is None or abs(term.coefficient) != 1:
        return None
    value = before - side * term.coefficient * (result.left - result.right)
    return (term.cell, value) if value >= 0 else None


def _change_figure(previous: Values, cell: str, value: Number, form: Form) -> Values:
    """Return last year's figures with one changed, and the totals that follow from it."""
    if form.cells[cell].computed:
        return {**previous, cell: value}
    return recompute_figures(form.formulas, {**previous, cell: value})


def _iterate_signs(before: Values, after: Values, year: int | None, context: CheckContext) -> Iterator[str]:
    """Yield the kinds of evidence that are violated by last year's figures and satisfied by the changed ones."""
    relations = [relation for relation in context.form.relations if not relation.uses_previous]
    if any(_becomes_satisfied(relation, before, after) for relation in relations):
        yield "balance"
    stated = context.previous_stated or {}
    if any(after.get(cell) == total != before.get(cell) for cell, total in stated.items()):
        yield "total"
    if year is not None and _is_stated_in_texts(context.previous_texts or {}, before, after, year - 1, context.form):
        yield "text"


def _becomes_satisfied(relation: Relation, before: Values, after: Values) -> bool:
    return check_relation(relation, before).holds is False and check_relation(relation, after).holds is True


def _is_stated_in_texts(texts: Mapping[str, str], before: Values, after: Values, year: int, form: Form) -> bool:
    """Return True if a text of last year states a figure that differs before the change and agrees after it."""
    for text in texts.values():
        for sentence, subject in split_statements(text):
            mentions = zip(
                find_mentions(sentence, form, TextContext(before, None, year), subject),
                find_mentions(sentence, form, TextContext(after, None, year), subject),
                strict=True,
            )
            if any(
                one.judgement is Judgement.DIFFERS and other.judgement is Judgement.AGREES for one, other in mentions
            ):
                return True
    return False
