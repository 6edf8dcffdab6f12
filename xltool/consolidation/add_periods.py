"""Add up the periods of one agency: each figure in its own way, cumulative figures checked against the sums."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple, TypeVar

from xltool.consolidation.aggregates import aggregate
from xltool.forms.expressions import evaluate_linear, recompute_figures
from xltool.forms.made_from import parse_part_sums
from xltool.forms.year_totals import find_running_sums, find_year_totals
from xltool.model.agency import Scope
from xltool.model.expression import LinearExpression
from xltool.model.finding import FindingCell
from xltool.model.form import MAX_CACHED_FORMS, SIGNED_KINDS, Cell, Form, Number, TotalKind, Values
from xltool.model.period import Period
from xltool.model.rolled_up import FigureGap, WholeReport
from xltool.model.submission import MeanBasis, Submission

_Fact = TypeVar("_Fact")
_ONE_PERIOD = {TotalKind.FIRST: 0, TotalKind.LAST: -1}  # which of the periods gives the figure
_UNCOUNTED = {TotalKind.NONE, TotalKind.RECOMPUTE}


class PeriodSum(NamedTuple):
    """What periods add up to, how many chose each word, and by cell id the periods in which a figure is blank.

    ``bases`` are what means are made of, where agencies make a mean as periods do.
    """

    values: Values
    tallies: Mapping[str, Mapping[str, int]]
    blank: Mapping[str, tuple[int, ...]]
    bases: Mapping[str, MeanBasis]


def add_periods(form: Form, parts_by_period: Mapping[int, Submission]) -> PeriodSum:
    """Add up reports of several periods, in order of their periods."""
    kinds, ordered = find_year_totals(form), [parts_by_period[period] for period in sorted(parts_by_period)]
    if not ordered:
        return PeriodSum(dict.fromkeys(form.cells), {}, {}, {})
    year_form = _make_year_form(form)
    summed = aggregate(ordered, year_form)
    inputs, tallies = dict(summed.inputs), dict(summed.tallies)
    bases = {cell: basis for cell, basis in summed.bases.items() if kinds[cell] is form.cells[cell].total}
    counted = [part.counted for part in ordered]
    for cell in year_form.inputs:
        if kinds[cell.id] in _ONE_PERIOD:
            which = _ONE_PERIOD[kinds[cell.id]]
            inputs[cell.id] = counted[which].get(cell.id)
            tallies |= _select_cell(ordered[which].tallies, cell.id)
            bases |= _select_cell(ordered[which].bases, cell.id)
    values = recompute_inputs(year_form, inputs)
    blank = {
        cell.id: found for cell in form.inputs if (found := _find_blank_periods(cell, kinds[cell.id], parts_by_period))
    }
    for relation in form.formulas:
        inside = {period for term in relation.expect.right.terms for period in blank.get(term.cell, ())}
        if relation.computes is not None and inside:
            blank[relation.computes] = tuple(sorted(inside))
    return PeriodSum({cell: values.get(cell) for cell in form.cells}, tallies, blank, bases)


def _select_cell(facts_by_cell: Mapping[str, _Fact], cell: str) -> dict[str, _Fact]:
    return {cell: facts_by_cell[cell]} if cell in facts_by_cell else {}


@lru_cache(maxsize=MAX_CACHED_FORMS)
def _make_year_form(form: Form) -> Form:
    """Return the form as if periods were agencies: each figure adds up as it does over periods.

    A computed figure of which the definition says how is one that nothing computes.
    """
    kinds = find_year_totals(form)
    totals = {cell: TotalKind.NONE if kind in _ONE_PERIOD else kind for cell, kind in kinds.items()}
    cells = {
        cell.id: replace(cell, total=totals[cell.id], computed=cell.computed and not has_own_year_total(cell))
        for cell in form.cells.values()
    }
    return replace(form, cells=cells)


def has_own_year_total(cell: Cell) -> bool:
    """Return whether the definition says how a computed figure adds up, other than being computed again."""
    return cell.computed and cell.year_total not in {None, TotalKind.RECOMPUTE}


def recompute_inputs(form: Form, inputs: Values) -> Values:
    """Return the figures with the computed cells of ``form`` recomputed from the others, and nothing else."""
    formulas = [each for each in form.formulas if each.computes is None or form.cells[each.computes].computed]
    return recompute_figures(formulas, inputs)


def _find_blank_periods(cell: Cell, kind: TotalKind, parts_by_period: Mapping[int, Submission]) -> tuple[int, ...]:
    """Return the periods whose report lacks a figure that the sum needs, or the choices of an area."""
    periods = sorted(parts_by_period)
    if kind is TotalKind.COUNT:
        return tuple(period for period in periods if _lacks_choices(cell, parts_by_period[period]))
    if cell.optional or kind in _UNCOUNTED:
        return ()
    needed = [periods[_ONE_PERIOD[kind]]] if kind in _ONE_PERIOD else periods
    return tuple(period for period in needed if parts_by_period[period].counted.get(cell.id) is None)


def _lacks_choices(cell: Cell, submission: Submission) -> bool:
    """Return whether a report is of an area, and does not say how many in it chose each word."""
    known = {*submission.tallies, *submission.words}
    return submission.scope is Scope.AREA and cell.id not in known


# --- cumulative figures ----------------------------------------------------------------------------------------------


def check_running_sums(
    form: Form, expected: Sequence[Period], parts_by_period: Mapping[int, Submission]
) -> Iterator[FigureGap]:
    """Yield the cumulative figures that differ from the sum of the periods up to their own.

    A difference that goes on unchanged is told once, where it begins. Behind a missing period the sum begins with what
    the next cumulative figure says, which must not be less than what is known.
    """
    sums = find_running_sums(form)
    for name in _drop_following(form, sums):
        yield from _check_running_sum(form.cells[name], sums[name], expected, parts_by_period)


def _drop_following(form: Form, cell_ids: Iterable[str]) -> list[str]:
    """Return the cells without computed ones whose parts are all among them: what differs there follows."""
    named = dict.fromkeys(cell_ids)
    following = {
        relation.computes
        for relation in form.formulas
        if relation.is_linear and all(term.cell in named for term in relation.expect.right.terms)
    }
    return [cell for cell in named if cell not in following]


def _check_running_sum(
    cell: Cell, expression: LinearExpression, expected: Sequence[Period], parts_by_period: Mapping[int, Submission]
) -> Iterator[FigureGap]:
    total: Number = 0
    gap: Number = 0
    is_known = expected[0].is_first
    for period in expected:
        figures = parts_by_period[period].counted if period in parts_by_period else {}
        current, stated = evaluate_linear(expression, figures), figures.get(cell.id)
        total += current or 0
        if current is None or stated is None:
            is_known = is_known and current is not None
            continue
        was, gap = gap, stated - total
        if not is_known and (gap >= 0 or cell.kind in SIGNED_KINDS):
            total, gap, is_known = stated, 0, True
        if gap not in {0, was}:
            yield FigureGap(cell, find_spot(parts_by_period[period], cell), period, stated, total)


def find_spot(submission: Submission, cell: Cell) -> FindingCell:
    """Return where a figure stands in a report."""
    entry = submission.entries.get(cell.id)
    return FindingCell(cell.id, entry.sheet if entry else "", entry.address if entry else "")


def compare_whole(
    whole_form: Form, submission: Submission, part_form: Form, period_sum: PeriodSum, *, has_all_parts: bool
) -> WholeReport:
    """Compare a report of a longer period with the sum of its parts.

    Where a part or a figure is missing, a figure is only compared if the sum is already more than is stated; one that
    is blank in the report itself is not compared. Raises DefinitionError, see `parse_part_sums`.
    """
    gaps, compared, uncompared = [], 0, 0
    stated_values, kinds = submission.counted, find_year_totals(part_form)
    sums = parse_part_sums(whole_form, part_form)
    for name in _drop_following(whole_form, sums):
        expression, cell, stated = sums[name], whole_form.cells[name], stated_values.get(name)
        added = evaluate_linear(expression, period_sum.values)
        if cell.is_worded or (stated is None and (added is None or (cell.optional and not added))):
            continue
        inside = [term.cell for term in expression.terms]
        is_sure = has_all_parts and not period_sum.blank.keys() & set(inside)
        only_grows = cell.kind not in SIGNED_KINDS and all(kinds[each] is TotalKind.SUM for each in inside)
        if added is None or stated is None or not (is_sure or (only_grows and added > stated)):
            uncompared += 1
            continue
        compared += 1
        if added != stated:
            kind = kinds[inside[0]] if len(inside) == 1 else TotalKind.SUM
            gaps.append(FigureGap(cell, find_spot(submission, cell), submission.year or 0, stated, added, kind))
    return WholeReport(whole_form, submission, tuple(gaps), compared, uncompared)
