"""The relations that compute nothing: balances, year to year, amounts. Over recomputed figures; missing: no verdict."""

from collections.abc import Iterator

from xltool.checks.context import Context
from xltool.checks.form_index import index
from xltool.checks.make_finding import spot
from xltool.checks.totals import faults, stored_values
from xltool.forms.expressions import Verdict, verdict
from xltool.messages import catalogue as texts
from xltool.messages.relation_phrases import Telling, gap, labels_for
from xltool.model.finding import Finding, Spot
from xltool.model.form import Relation, Values
from xltool.model.submission import Submission

WITHOUT_RULE_POWER = "without_rule_power"


def relations(submission: Submission, context: Context) -> Iterator[Finding]:
    """Broken relations. One that is only the sum of others' breaches, or of a wrong total, is not told again."""
    counted = whole(submission)
    broken = {
        relation.id: (relation, found)
        for relation in index(context.form).relations
        if (found := decided(relation, submission, context, counted)).holds is False
    }
    for relation, found in broken.values():
        if broken.keys().isdisjoint(relation.implied_by) and not _only_a_wrong_total(relation, submission, context):
            yield _finding(relation, found, submission, context, counted)


def whole(submission: Submission) -> Values:
    """The figures that are more than a lower bound: what some report inside a consolidation lacks decides nothing."""
    if not any(submission.lacking.values()):
        return submission.counted
    return {cell: None if submission.lacking.get(cell) else value for cell, value in submission.counted.items()}


def decided(relation: Relation, submission: Submission, context: Context, counted: Values) -> Verdict:
    """What a relation came to; undecided too where it needs last year's figures, or asks only other agencies.

    Last year's figures of an area say nothing of a sum that agencies are missing from.
    """
    if relation.uses_previous and (context.previous is None or submission.absent):
        return Verdict(None)
    if relation.profile == WITHOUT_RULE_POWER:
        agency = context.roster.agencies.get(submission.agency_code) if context.roster else None
        if agency is None or agency.rule_power is not False:
            return Verdict(None, asked=False)
    return verdict(relation, counted, context.previous)


def _only_a_wrong_total(relation: Relation, submission: Submission, context: Context) -> bool:
    """Whether it holds as the figures stand, and a total in it does not agree with its parts: that is the cause."""
    wrong = faults(submission, context)
    if wrong.keys().isdisjoint(term.cell for term in relation.terms if not term.previous):
        return False
    return verdict(relation, stored_values(submission, context), context.previous).holds is True


# --- wording -----------------------------------------------------------------------------------------------------


def _finding(relation: Relation, found: Verdict, submission: Submission, context: Context, counted: Values) -> Finding:
    assert found.left is not None  # a broken relation has both sides
    assert found.right is not None
    expect, zero = relation.expect, relation.missing == "zero"
    cells = [context.form.cells[term.cell] for term in relation.terms]
    spots = _spots(relation, submission, context)
    telling = Telling(submission, context, counted, spots[0].sheet, labels_for(relation, context))
    facts: dict[str, object] = {
        "left": found.left,
        "right": found.right,
        "difference": abs(found.left - found.right),
        "left_words": telling.side(expect.left, zero=zero),
        "right_words": telling.side(expect.right, zero=zero) if expect.right.terms else found.right,
        "operator": texts.word("operator", expect.operator),
        "gap": gap(found.left, found.right, cells),
        "leaves": _leaves(relation, telling, context),
        "where": f"{spots[0].sheet}“{relation.subject}”" if relation.subject else spots[0].sheet,
        "title": relation.title,
        "basis": relation.basis,
        "advice": relation.advice,
        "suspects": "",
    }
    wording = "relation.sides" if expect.right.terms else "relation.limit"
    return Finding(relation.rule, relation.severity, spots, facts, relation.id, wording=wording)


def _leaves(relation: Relation, telling: Telling, context: Context) -> tuple[str, ...]:
    """Where the figures behind the computed cells of a relation stand."""
    totals = index(context.form).totals
    return tuple(
        str(telling.ranges(totals[term.cell][0].expect.right))
        for term in relation.terms
        if term.cell in totals and not term.previous
    )


def _spots(relation: Relation, submission: Submission, context: Context) -> tuple[Spot, ...]:
    """Figures of this year in writing order, then those of the condition."""
    conditions = [term for item in relation.when for term in (*item.left.terms, *item.right.terms)]
    cells = dict.fromkeys(term.cell for term in (*relation.terms, *conditions) if not term.previous)
    return tuple(spot(cell, submission, context) for cell in cells)
