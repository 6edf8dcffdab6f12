"""Compare stored totals with the sums of their parts. Stored totals are never trusted.

A total is wrong if it equals neither the sum of its parts as stored nor of its parts as recomputed; a total that only
inherits a wrong part is not. So each wrong total is reported once, without those above it. If its formula is intact,
the file was saved without recalculation: that is a note, since every total is recomputed.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from xltool.checks.context import CheckContext
from xltool.checks.figure_facts import FigureFacts, measure_difference, measure_figure, name_cell
from xltool.checks.formulas import has_intact_formula
from xltool.checks.make_finding import locate_cell
from xltool.forms.expressions import compute_total, recompute_figures
from xltool.forms.form_index import FormIndex
from xltool.model.expression import LinearExpression
from xltool.model.finding import Finding, FindingCell
from xltool.model.finding_facts import FigureSource, ListedParts, Word
from xltool.model.form import Number, Relation, Severity, Values
from xltool.model.submission import Entry, Submission


class WrongTotal(NamedTuple):
    """A wrong total: the relation it violates and the expected value.

    ``least`` if that is a lower bound; ``stale`` if an intact formula was not recalculated.
    """

    entry: Entry
    relation: Relation
    expected: Number
    least: bool = False
    stale: bool = False


def check_totals(submission: Submission, context: CheckContext) -> Iterator[Finding]:
    """Yield findings on stored totals that differ from the sum of their parts."""
    for fault in find_wrong_totals(submission, context).values():
        yield _report_total(fault, submission, context)


def find_wrong_totals(submission: Submission, context: CheckContext) -> Mapping[str, WrongTotal]:
    """Return the wrong totals by cell id."""
    form_index = context.index
    entries, values = submission.entries, submission.values
    suspects = [
        entry
        for cell in form_index.totals
        if (entry := entries.get(cell)) is not None and entry.value is not None and entry.value != values.get(cell)
    ]
    if not suspects:
        return {}
    counted, stored = submission.counted, collect_stored_values(submission, context)
    shown = _values_without_text(submission, context)
    wrong = {}
    for entry in suspects:
        fault = _judge_total(entry, form_index, counted, stored)
        if fault and not (entry.formula is not None and shown.get(entry.cell) == entry.value):
            wrong[entry.cell] = fault._replace(stale=has_intact_formula(entry, submission, context.form))
    return wrong


def collect_stored_values(submission: Submission, context: CheckContext) -> Values:
    """Return the counted figures with totals as stored, where they are numbers."""
    held = {
        cell: entry.value
        for cell in context.index.totals
        if (entry := submission.entries.get(cell)) is not None and entry.value is not None
    }
    return {**submission.counted, **held}


def _judge_total(entry: Entry, form_index: FormIndex, counted: Values, stored: Values) -> WrongTotal | None:
    broken: WrongTotal | None = None
    for relation in form_index.totals[entry.cell]:
        sums = [
            total for total in (compute_total(relation, counted), compute_total(relation, stored)) if total is not None
        ]
        if entry.value in sums:
            return None
        if sums and broken is None:
            broken = WrongTotal(entry, relation, sums[0])
    return broken or _find_too_small(entry, form_index, counted)


def _find_too_small(entry: Entry, form_index: FormIndex, counted: Values) -> WrongTotal | None:
    """Return a typed total that is smaller than the sum of its known parts; None if it is not."""
    if entry.formula is not None or entry.value is None or entry.cell not in form_index.growing:
        return None
    for relation in form_index.totals[entry.cell]:
        least = compute_total(relation, counted, missing_as_zero=True)
        if least is not None and entry.value < least:
            return WrongTotal(entry, relation, least, least=True)
    return None


def _values_without_text(submission: Submission, context: CheckContext) -> Values:
    """Return totals as formulas show them if figures were typed as text: SUM ignores text and blanks."""
    as_text = {
        item.cell
        for item in submission.observations
        if item.cell and item.code.startswith("value.") and item.cell in context.index.inputs
    }
    if not as_text:
        return {}
    counted = submission.counted
    inputs = {cell: 0 if cell in as_text else counted.get(cell) or 0 for cell in context.index.inputs}
    return recompute_figures(context.form.formulas, inputs)


# --- findings -----------------------------------------------------------------------------------------------------


def _report_total(wrong_total: WrongTotal, submission: Submission, context: CheckContext) -> Finding:
    entry, relation, expected, least, stale = wrong_total
    stored = entry.value or 0
    cell = context.form.cells[entry.cell]
    figures = FigureFacts(submission, context, submission.counted, entry.sheet)
    ranges, summed = figures.list_ranges_of(relation.expect.right), isinstance(relation.expect.right, LinearExpression)
    facts: dict[str, object] = {
        "left": stored,
        "right": expected,
        "difference": abs(stored - expected),
        "stored": measure_figure(stored, cell),
        "recomputed": measure_figure(expected, cell),
        "gap": measure_difference(stored, expected, [cell]),
        "name": name_cell(cell),
        "ranges": ranges,
        "source": FigureSource(ranges, summed),
        "outcome": Word("", "parts_sum" if summed else "recalculated"),
        "parts": figures.list_parts(relation.expect.right) if summed else ListedParts(),
        "formula": entry.formula is not None,
        "title": relation.title,
        "basis": relation.basis,
        "advice": relation.advice,
        "suspects": "",
    }
    kind = "least" if least else "stale" if stale else _describe_content(entry, submission)
    severity = Severity.NOTE if stale else relation.severity
    spots = _spots_of_total(entry.cell, submission, context)
    return Finding(relation.rule, severity, spots, facts, relation.id, wording=f"total.{kind}")


def _describe_content(entry: Entry, submission: Submission) -> str:
    """Return what the cell holds: ``formula``, ``typed``, or ``plain`` if the file format does not show which."""
    if entry.formula is not None:
        return "formula"
    return "typed" if entry.cell in find_overwritten(submission) else "plain"


def find_overwritten(submission: Submission) -> frozenset[str]:
    """Return the computed cells whose formula was overwritten; printed totals of a published report overwrite none."""
    if submission.imported:
        return frozenset()
    return frozenset(item.cell for item in submission.observations if item.code == "formula.overwritten" and item.cell)


def _spots_of_total(cell: str, submission: Submission, context: CheckContext) -> tuple[FindingCell, ...]:
    """Return the spots of the total, then of its parts in form order."""
    known = context.index
    parts = {term.cell for relation in known.totals[cell] for term in relation.expect.right.terms}
    ordered = (cell, *sorted(parts, key=lambda part: known.order[part]))
    return tuple(locate_cell(part, submission, context) for part in ordered)
