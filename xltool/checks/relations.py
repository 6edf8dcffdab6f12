"""Check relations that define no total (balances, carry-over, amounts) on recomputed figures.

A relation with a missing figure is undecided.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from xltool.checks.condition_facts import (
    RelationFacts,
    choose_operator_words,
    find_word_cell,
    is_condition,
    put_constant_right,
)
from xltool.checks.context import CheckContext
from xltool.checks.figure_facts import (
    FigureFacts,
    choose_names,
    find_common_unit,
    measure_difference,
    shorten_quotient,
)
from xltool.checks.make_finding import locate_cell
from xltool.checks.previous_evidence import find_previous_evidence
from xltool.checks.totals import collect_stored_values, find_wrong_totals
from xltool.forms.absent_tables import find_absent_duties
from xltool.forms.expressions import RelationVerdict, check_relation, choose_earlier_figures
from xltool.model.finding import Finding, FindingCell
from xltool.model.finding_facts import ShortList, Word
from xltool.model.form import SIGNED_KINDS, Holding, Relation, Severity, Values
from xltool.model.submission import EntryState, Submission

WITHOUT_RULE_POWER = "without_rule_power"


def check_relations(submission: Submission, context: CheckContext) -> Iterator[Finding]:
    """Yield violated relations, except those implied by another one or due to a wrong total or negative figure."""
    counted = complete_figures(submission)
    broken = {
        relation.id: (relation, result)
        for relation in context.index.relations
        if (result := decide_relation(relation, submission, context, counted)).holds is False
    }
    for relation, result in broken.values():
        if not (
            broken.keys() & set(relation.implied_by)
            or _is_caused_by_negative(relation, submission, context)
            or _is_caused_by_total(relation, submission, context)
        ):
            yield report_breach(relation, result, submission, context, counted)


def complete_figures(submission: Submission) -> Values:
    """Return the counted figures; None where a report inside a consolidation lacks the figure (a lower bound only)."""
    if not any(submission.lacking.values()):
        return submission.counted
    return {cell: None if submission.lacking.get(cell) else value for cell, value in submission.counted.items()}


def decide_relation(
    relation: Relation, submission: Submission, context: CheckContext, counted: Values
) -> RelationVerdict:
    """Evaluate a relation; undecided if it needs last year's figures and there are none, or does not apply.

    Last year's figures of an area are not compared with a sum from which agencies are missing.
    """
    if relation.holds is (Holding.RETURN if submission.is_sum else Holding.SUM):
        return RelationVerdict(None, asked=False)
    if context.index.unsummed and _names_unsummed(relation, submission, context):
        return RelationVerdict(None, asked=False)
    if _is_about_absent_duties(relation, submission, context):
        return RelationVerdict(None, asked=False)
    previous = choose_earlier_figures(relation, submission.year, context.previous)
    if relation.uses_previous and (previous is None or (submission.absent and previous is context.previous)):
        return RelationVerdict(None)
    if relation.profile == WITHOUT_RULE_POWER:
        agency = context.roster.agencies.get(submission.agency_code) if context.roster else None
        if agency is None or agency.rule_power is not False:
            return RelationVerdict(None, asked=False)
    return check_relation(relation, counted, previous)


def _names_unsummed(relation: Relation, submission: Submission, context: CheckContext) -> bool:
    """Return True if a rate, a choice or the like does not apply that a relation needs: it is no 0."""
    sides = (side for item in (relation.expect, *relation.when) for side in item.sides)
    cells = {term.cell for side in sides for term in side.terms if not term.previous} & context.index.unsummed
    entries = (submission.entries.get(cell) for cell in cells)
    return any(entry is not None and entry.state is EntryState.NOT_APPLICABLE for entry in entries)


def _is_about_absent_duties(relation: Relation, submission: Submission, context: CheckContext) -> bool:
    """Return True if every figure that it compares is of a table whose duty is absent: there is nothing to ask.

    Where only some are, those count as 0, as any figure that does not apply.
    """
    tables = context.index.switched.get(relation.id)
    return tables is not None and tables <= {table.id for table in find_absent_duties(context.form, submission)}


def _is_caused_by_negative(relation: Relation, submission: Submission, context: CheckContext) -> bool:
    """Return True if it never blocks and a figure of it is negative: that figure goes back already, by itself."""
    if relation.severity is Severity.MUST_FIX:
        return False
    inputs = [context.index.inputs.get(term.cell) for term in relation.terms if not term.previous]
    return any(
        (submission.counted.get(cell.id) or 0) < 0
        for cell in inputs
        if cell is not None and cell.kind not in SIGNED_KINDS
    )


def _is_caused_by_total(relation: Relation, submission: Submission, context: CheckContext) -> bool:
    """Return True if it holds with the totals as stored, of which one is wrong: that total is the cause.

    A stale total is no cause: recalculated, it would violate the relation too.
    """
    wrong = {cell for cell, fault in find_wrong_totals(submission, context).items() if not fault.stale}
    if wrong.isdisjoint(term.cell for term in relation.terms if not term.previous):
        return False
    previous = choose_earlier_figures(relation, submission.year, context.previous)
    return check_relation(relation, collect_stored_values(submission, context), previous).holds is True


# --- findings -----------------------------------------------------------------------------------------------------


def report_breach(
    relation: Relation, result: RelationVerdict, submission: Submission, context: CheckContext, counted: Values
) -> Finding:
    """Make the finding on a broken relation; its figures stand in the entries of the submission."""
    assert result.left is not None  # a broken relation has both sides
    assert result.right is not None
    context = replace(context, previous=choose_earlier_figures(relation, submission.year, context.previous))
    expect = relation.expect
    unit = find_common_unit((expect.left, expect.right), context.form.cells)
    cells = [context.form.cells[term.cell] for term in relation.terms]
    spots = _spots_of_relation(relation, submission, context)
    figures = FigureFacts(submission, context, counted, spots[0].sheet, choose_names(relation, context))
    wording, words = _describe_breach(relation, result, RelationFacts(figures, zero=relation.missing == "zero"), unit)
    facts: dict[str, object] = {
        "left": shorten_quotient(result.left),
        "right": shorten_quotient(result.right),
        "difference": shorten_quotient(max(result.left, result.right) - min(result.left, result.right)),
        **words,
        "gap": measure_difference(result.left, result.right, cells, unit),
        "leaves": _ranges_behind(relation, figures, context),
        "where": f"{spots[0].sheet}“{relation.subject}”" if relation.subject else spots[0].sheet,
        "title": relation.title,
        "basis": relation.basis,
        "advice": relation.advice,
        "suspects": find_previous_evidence(relation, result, submission.year, context) or "",
    }
    return Finding(relation.rule, relation.severity, spots, facts, relation.id, wording=wording)


def _describe_breach(
    relation: Relation, result: RelationVerdict, described: RelationFacts, unit: str
) -> tuple[str, Mapping[str, object]]:
    """Return the wording of a breach, and the facts on what is compared."""
    left, operator, right = put_constant_right(relation.expect)
    if is_condition(relation.expect):
        return "relation.condition", {"demand": described.describe_demand(relation.expect)}
    cell = find_word_cell(left, described.figures.context.form.cells)
    facts = {
        "left_words": described.describe_side(left, unit),
        "operator": Word(choose_operator_words(cell), operator),
    }
    if cell:
        return "relation.word", {**facts, "right_words": described.describe_limit(right, cell)}
    if right.terms:
        return "relation.sides", {**facts, "right_words": described.describe_side(right, unit)}
    return "relation.limit", {**facts, "right_words": result.right if left is relation.expect.left else result.left}


def _ranges_behind(relation: Relation, figure_facts: FigureFacts, context: CheckContext) -> tuple[ShortList, ...]:
    """Return the ranges of the figures behind the computed cells of a relation."""
    totals = context.index.totals
    return tuple(
        figure_facts.list_ranges_of(totals[term.cell][0].expect.right)
        for term in relation.terms
        if term.cell in totals and not term.previous
    )


def _spots_of_relation(relation: Relation, submission: Submission, context: CheckContext) -> tuple[FindingCell, ...]:
    """Return the spots of this year's figures in writing order, then those of the conditions."""
    conditions = [term for item in relation.when for term in (*item.left.terms, *item.right.terms)]
    cells = dict.fromkeys(term.cell for term in (*relation.terms, *conditions) if not term.previous)
    return tuple(locate_cell(cell, submission, context) for cell in cells)
