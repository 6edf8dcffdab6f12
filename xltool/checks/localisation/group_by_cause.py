"""One cause, told once: where several broken relations have one wrong figure behind them, it is named under one.

The totals and balances that a single mistake breaks become one finding. Which figures it may be is said with it: every
equally good possibility, never one guess.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from xltool.checks.context import Context
from xltool.checks.form_index import index
from xltool.checks.ledger import DIFFERS, stated
from xltool.checks.localisation.diagnose import Diagnosis, as_typed, diagnose
from xltool.checks.localisation.repairs import Change, Repair
from xltool.checks.make_finding import spot
from xltool.forms.equations import is_equation
from xltool.messages.diagnosis_phrases import leading, suspects
from xltool.model.finding import Finding
from xltool.model.form import Form, Severity
from xltool.model.submission import Submission

Group = dict[int, Finding]  # findings of one cause, by their places in the list


def causes(findings: Sequence[Finding], submission: Submission, context: Context) -> list[Finding]:
    """The findings, those of one cause folded into one of them that names what is probably wrong."""
    if not _worth_asking(findings, submission, context.form):
        return list(findings)
    told: dict[int, Finding | None] = {}
    typed, asked = as_typed(submission, context.form), stated(submission)
    for diagnosis in diagnose(context.form, typed, previous=context.previous, controls=asked):
        for group, about in _by_cause(findings, diagnosis, context):
            told |= dict.fromkeys(group)
            kept = _kept(group, about, context)
            others = [item for place, item in group.items() if place != kept]
            told[kept] = _told(group[kept], others, about, submission, context)
    result = [told.get(place, item) for place, item in enumerate(findings)]
    return [item for item in result if item is not None]


def _worth_asking(findings: Sequence[Finding], submission: Submission, form: Form) -> bool:
    """Whether an equation is broken, in an agency's own report."""
    broken = {item.relation for item in findings if item.relation and _open(item)}
    if not broken or submission.manifest or submission.absent:
        return False
    return any(relation.id in broken and is_equation(relation) for relation in form.relations)


def _open(finding: Finding) -> bool:
    return (finding.severity is Severity.MUST_FIX or finding.code == DIFFERS) and not finding.settled


# --- what belongs together ---------------------------------------------------------------------------------------


def _by_cause(findings: Sequence[Finding], diagnosis: Diagnosis, context: Context) -> list[tuple[Group, Diagnosis]]:
    """The findings a diagnosis explains, in groups of one cause, each with what the diagnosis says of that cause.

    Only what a single figure explains is one cause; several mistakes are parted where there is one way alone to put
    all right. Otherwise each finding stays, and the diagnosis is told with the first.
    """
    broken = {
        place: item
        for place, item in enumerate(findings)
        if _open(item)
        and item.relation in diagnosis.relations
        and item.wording != "total.least"  # says all that can be said while figures are missing
    }
    if not broken:
        return []
    repairs = diagnosis.repairs
    if repairs and all(len(repair.changes) == 1 for repair in leading(diagnosis)):
        return [(broken, diagnosis)]
    if len(repairs) == 1 and diagnosis.complete and len(repairs[0].changes) == repairs[0].events:
        groups = [
            ({place: item for place, item in broken.items() if _first(repairs[0], item, context) is change}, change)
            for change in repairs[0].changes
        ]
        if sum(len(group) for group, _ in groups) == len(broken):
            return [(group, _only(diagnosis, change)) for group, change in groups if group]
    first = min(broken, key=lambda place: _order(broken[place], context))
    return [({first: broken[first]}, diagnosis)]


def _first(repair: Repair, finding: Finding, context: Context) -> Change | None:
    """The first of several mistakes that a finding's relation depends on."""
    behind = _behind(finding, context)
    return next((change for change in repair.changes if change.cell in behind), None)


def _only(diagnosis: Diagnosis, change: Change) -> Diagnosis:
    """What a diagnosis of several mistakes says of one of them."""
    (repair,) = diagnosis.repairs
    return diagnosis._replace(repairs=(repair._replace(changes=(change,), kind=change.slip, events=1),))


def _behind(finding: Finding, context: Context) -> set[str]:
    """The figures a finding is about, and those its totals add up."""
    totals = index(context.form).totals
    found: set[str] = set()
    waiting = [item.id for item in finding.spots]
    while waiting:
        cell = waiting.pop()
        if cell not in found:
            found.add(cell)
            waiting += [term.cell for relation in totals.get(cell, ()) for term in relation.expect.right.terms]
    return found


def _kept(group: Group, diagnosis: Diagnosis, context: Context) -> int:
    """The finding that stays: of those that weigh most the one at an accused figure, else the first in the form."""
    accused = _accused(diagnosis)

    def rank(place: int) -> tuple[bool, bool, int]:
        item = group[place]
        return item.code == DIFFERS, item.spots[0].id not in accused, _order(item, context)

    return min(group, key=rank)


def _accused(diagnosis: Diagnosis) -> tuple[str, ...]:
    """The figures that are most likely wrong, the likeliest first; none where nothing was found."""
    if not diagnosis.repairs:
        return ()
    return tuple(dict.fromkeys(change.cell for repair in leading(diagnosis) for change in repair.changes))


def _order(finding: Finding, context: Context) -> int:
    """In which order the form states what is broken; what the ledger says comes after."""
    return index(context.form).ranks.get(finding.relation or "", len(context.form.relations))


# --- how it is told ----------------------------------------------------------------------------------------------


def _told(
    finding: Finding, others: Sequence[Finding], diagnosis: Diagnosis, submission: Submission, context: Context
) -> Finding:
    """A finding with what is probably wrong: the accused figures first, and what else they break."""
    names = {relation.id: relation.name for relation in context.form.relations}
    names |= {item.relation: str(item.facts["title"]) for item in others if item.code == DIFFERS and item.relation}
    consequences = tuple(names[item.relation] for item in others if item.relation)
    first = finding.spots[0]
    spots = finding.spots
    if diagnosis.repairs and len(leading(diagnosis)) == 1:  # of several as good, none is looked at before the others
        spots = tuple(dict.fromkeys((*(spot(cell, submission, context) for cell in _accused(diagnosis)), *spots)))
    facts: Mapping[str, object] = {
        "sheet": first.sheet,
        "address": first.address,
        "place": f"{first.sheet}!{first.address}",
        **finding.facts,
        "suspects": suspects(finding, consequences, diagnosis, submission, context),
        "consequences": consequences,
        "repairs": tuple(_plain(repair, submission, context) for repair in diagnosis.repairs),
    }
    return replace(finding, spots=spots, facts=facts)


def _plain(repair: Repair, submission: Submission, context: Context) -> dict[str, object]:
    """A repair as other programs read it."""
    cells = [
        {"id": change.cell, "address": spot(change.cell, submission, context).address}
        | {"was": change.was, "becomes": change.becomes}
        for change in repair.changes
    ]
    return {"kind": repair.kind, "cells": cells}
