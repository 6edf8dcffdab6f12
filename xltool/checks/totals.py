"""Totals as they stand in the workbook, against what their parts come to. What is stored is never trusted.

A total is at fault when it agrees neither with its parts as they stand nor with its parts as recomputed; a total that
only inherits a wrong part is not. So each wrong total is told once, and nothing above it.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from xltool.checks.context import Context
from xltool.checks.form_index import Index, index
from xltool.checks.make_finding import spot
from xltool.forms.expressions import evaluate, recompute
from xltool.messages.relation_phrases import Telling, cell_words, gap, quantity
from xltool.model.finding import Finding, Spot
from xltool.model.form import Number, Relation, Values
from xltool.model.submission import Entry, Submission


class Fault(NamedTuple):
    """A wrong total: the relation it breaks and what it should be; ``least`` if it should be at least that."""

    entry: Entry
    relation: Relation
    expected: Number
    least: bool = False


def totals(submission: Submission, context: Context) -> Iterator[Finding]:
    """Stored totals that their parts do not come to."""
    for fault in faults(submission, context).values():
        yield _finding(fault, submission, context)


def faults(submission: Submission, context: Context) -> Mapping[str, Fault]:
    """The totals at fault, by cell id."""
    known = index(context.form)
    entries, values = submission.entries, submission.values
    suspects = [
        entry
        for cell in known.totals
        if (entry := entries.get(cell)) is not None and entry.value is not None and entry.value != values.get(cell)
    ]
    if not suspects:
        return {}
    counted, stored = submission.counted, stored_values(submission, context)
    seen = _as_formulas_see(submission, context)
    found = {}
    for entry in suspects:
        fault = _fault(entry, known, counted, stored)
        if fault and not (entry.formula is not None and seen.get(entry.cell) == entry.value):
            found[entry.cell] = fault
    return found


def stored_values(submission: Submission, context: Context) -> Values:
    """The figures as they stand: totals as stored, where a number is."""
    held = {
        cell: entry.value
        for cell in index(context.form).totals
        if (entry := submission.entries.get(cell)) is not None and entry.value is not None
    }
    return {**submission.counted, **held}


def _fault(entry: Entry, known: Index, counted: Values, stored: Values) -> Fault | None:
    broken: Fault | None = None
    for relation in known.totals[entry.cell]:
        parts = relation.expect.right
        sums = [total for total in (evaluate(parts, counted), evaluate(parts, stored)) if total is not None]
        if entry.value in sums:
            return None
        if sums and broken is None:
            broken = Fault(entry, relation, sums[0])
    return broken or _too_small(entry, known, counted)


def _too_small(entry: Entry, known: Index, counted: Values) -> Fault | None:
    """A typed total that is smaller than the parts that are known is wrong whatever the missing ones are."""
    if entry.formula is not None or entry.value is None or entry.cell not in known.growing:
        return None
    for relation in known.totals[entry.cell]:
        least = evaluate(relation.expect.right, counted, zero=True)
        if least is not None and entry.value < least:
            return Fault(entry, relation, least, least=True)
    return None


def _as_formulas_see(submission: Submission, context: Context) -> Values:
    """Totals as a formula shows them where figures were typed as text: SUM passes over text and blanks."""
    as_text = {
        item.cell
        for item in submission.observations
        if item.cell and item.code.startswith("value.") and item.cell in index(context.form).inputs
    }
    if not as_text:
        return {}
    counted = submission.counted
    inputs = {cell: 0 if cell in as_text else counted.get(cell) or 0 for cell in index(context.form).inputs}
    return recompute(context.form.formulas, inputs)


# --- wording -----------------------------------------------------------------------------------------------------


def _finding(fault: Fault, submission: Submission, context: Context) -> Finding:
    entry, relation, expected, least = fault
    stored = entry.value or 0
    cell = context.form.cells[entry.cell]
    telling = Telling(submission, context, submission.counted, entry.sheet)
    facts: dict[str, object] = {
        "left": stored,
        "right": expected,
        "difference": abs(stored - expected),
        "stored": quantity(stored, cell),
        "recomputed": quantity(expected, cell),
        "gap": gap(stored, expected, [cell]),
        "name": cell_words(cell),
        "ranges": telling.ranges(relation.expect.right),
        "parts": telling.parts(relation.expect.right),
        "formula": entry.formula is not None,
        "title": relation.title,
        "basis": relation.basis,
        "advice": relation.advice,
        "suspects": "",
    }
    kind = "least" if least else _stands(entry, submission)
    spots = _spots(entry.cell, submission, context)
    return Finding(relation.rule, relation.severity, spots, facts, relation.id, wording=f"total.{kind}")


def _stands(entry: Entry, submission: Submission) -> str:
    """What stands in the cell: a formula, a typed value, or (in a file that shows only values) one cannot say."""
    if entry.formula is not None:
        return "formula"
    return "typed" if entry.cell in overwritten(submission) else "plain"


def overwritten(submission: Submission) -> frozenset[str]:
    """The computed cells whose formula is gone."""
    return frozenset(item.cell for item in submission.observations if item.code == "formula.overwritten" and item.cell)


def _spots(cell: str, submission: Submission, context: Context) -> tuple[Spot, ...]:
    """The total, then all its parts in the order of the form."""
    known = index(context.form)
    parts = {term.cell for relation in known.totals[cell] for term in relation.expect.right.terms}
    ordered = (cell, *sorted(parts, key=lambda part: known.order[part]))
    return tuple(spot(part, submission, context) for part in ordered)
