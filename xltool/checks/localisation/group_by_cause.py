"""Merge findings of one cause into one finding that names the suspected figures.

Totals and balances violated by a single mistake become one finding. It lists every equally good explanation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from xltool.checks.context import CheckContext
from xltool.checks.ledger_totals import CONTROL_DIFFERS, read_stated_controls
from xltool.checks.localisation.diagnose import Diagnosis, collect_typed_figures, diagnose_errors, leading_repairs
from xltool.checks.localisation.repairs import Change, Repair
from xltool.checks.localisation.suspect_facts import describe_suspects
from xltool.checks.make_finding import locate_cell
from xltool.forms.equations import is_equation
from xltool.model.finding import Finding
from xltool.model.finding_facts import ControlName
from xltool.model.form import Form, Severity
from xltool.model.submission import Submission

MIN_DIFFERING_CONTROLS = 2  # one alone may itself be mistyped
Group = dict[int, Finding]  # findings of one cause, by their positions in the list


def group_findings(findings: Sequence[Finding], submission: Submission, context: CheckContext) -> list[Finding]:
    """Return the findings; those of one cause are merged into one that names the suspected figures."""
    if not _needs_diagnosis(findings, submission, context.form):
        return list(findings)
    merged: dict[int, Finding | None] = {}
    typed, asked = collect_typed_figures(submission, context.form), read_stated_controls(submission)
    for diagnosis in diagnose_errors(context.form, typed, previous=context.previous, controls=asked):
        for group, cause in _group_by_cause(findings, diagnosis, context):
            merged |= dict.fromkeys(group)
            kept = _choose_finding(group, cause, context)
            others = [item for place, item in group.items() if place != kept]
            merged[kept] = _add_suspects(group[kept], others, cause, submission, context)
    result = [merged.get(place, item) for place, item in enumerate(findings)]
    return [item for item in result if item is not None]


def _needs_diagnosis(findings: Sequence[Finding], submission: Submission, form: Form) -> bool:
    """Return True if an equation is violated in an agency's own report, or several control figures differ."""
    broken = {item.relation for item in findings if item.relation and _is_open(item)}
    if not broken or submission.manifest or submission.absent:
        return False
    differing = sum(item.code == CONTROL_DIFFERS and _is_open(item) for item in findings)
    return differing >= MIN_DIFFERING_CONTROLS or any(
        relation.id in broken and is_equation(relation) for relation in form.relations
    )


def _is_open(finding: Finding) -> bool:
    return (finding.severity is Severity.MUST_FIX or finding.code == CONTROL_DIFFERS) and not finding.settled


# --- grouping ------------------------------------------------------------------------------------------------


def _group_by_cause(
    findings: Sequence[Finding], diagnosis: Diagnosis, context: CheckContext
) -> list[tuple[Group, Diagnosis]]:
    """Return groups of findings with one cause, each with the part of the diagnosis for that cause.

    Findings explained by a single figure or a single slip form one group; several mistakes are separated if there is
    only one repair.
    Otherwise every finding stays and the first one carries the whole diagnosis.
    """
    broken = {
        place: item
        for place, item in enumerate(findings)
        if _is_open(item)
        and item.relation in diagnosis.relations
        and item.wording != "total.least"  # nothing more is known while figures are missing
    }
    if not broken:
        return []
    repairs = diagnosis.repairs
    if repairs and all(map(_is_one_cause, leading_repairs(diagnosis))):
        return [(broken, diagnosis)]
    if len(repairs) == 1 and diagnosis.complete and len(repairs[0].changes) == repairs[0].events:
        groups = [
            (
                {
                    place: item
                    for place, item in broken.items()
                    if _find_change_behind(repairs[0], item, context) is change
                },
                change,
            )
            for change in repairs[0].changes
        ]
        if sum(len(group) for group, _ in groups) == len(broken):
            return [(group, _narrow_diagnosis(diagnosis, change)) for group, change in groups if group]
    first = min(broken, key=lambda place: _form_order(broken[place], context))
    return [({first: broken[first]}, diagnosis)]


def _is_one_cause(repair: Repair) -> bool:
    """Return True for one wrong figure, one slip, or two figures that stand in each other's place."""
    exchanged = len(repair.changes) == 2 and {change.was for change in repair.changes} == {
        change.becomes for change in repair.changes
    }
    return repair.events == 1 or exchanged


def _find_change_behind(repair: Repair, finding: Finding, context: CheckContext) -> Change | None:
    """Return the first change of a repair that a finding's relation depends on."""
    behind = _cells_behind(finding, context)
    return next((change for change in repair.changes if change.cell in behind), None)


def _narrow_diagnosis(diagnosis: Diagnosis, change: Change) -> Diagnosis:
    """Return a diagnosis of several mistakes reduced to one of them."""
    (repair,) = diagnosis.repairs
    return diagnosis._replace(repairs=(repair._replace(changes=(change,), kind=change.slip, events=1),))


def _cells_behind(finding: Finding, context: CheckContext) -> set[str]:
    """Return the cells of a finding and all cells its totals add up."""
    totals = context.index.totals
    cells: set[str] = set()
    waiting = [item.id for item in finding.cells]
    while waiting:
        cell = waiting.pop()
        if cell not in cells:
            cells.add(cell)
            waiting += [term.cell for relation in totals.get(cell, ()) for term in relation.expect.right.terms]
    return cells


def _choose_finding(group: Group, diagnosis: Diagnosis, context: CheckContext) -> int:
    """Return the position of the finding to keep: on a suspected figure if possible, else the first in form order."""
    accused = _accused_cells(diagnosis)

    def rank(place: int) -> tuple[bool, bool, int]:
        item = group[place]
        return item.code == CONTROL_DIFFERS, item.cells[0].id not in accused, _form_order(item, context)

    return min(group, key=rank)


def _accused_cells(diagnosis: Diagnosis) -> tuple[str, ...]:
    """Return the cells most likely wrong, likeliest first; none if there is no repair."""
    if not diagnosis.repairs:
        return ()
    return tuple(dict.fromkeys(change.cell for repair in leading_repairs(diagnosis) for change in repair.changes))


def _form_order(finding: Finding, context: CheckContext) -> int:
    """Return the position of a finding's relation in the form; control figures come last."""
    return context.index.ranks.get(finding.relation or "", len(context.form.relations))


# --- merged findings ----------------------------------------------------------------------------------------------


def _add_suspects(
    finding: Finding, others: Sequence[Finding], diagnosis: Diagnosis, submission: Submission, context: CheckContext
) -> Finding:
    """Return a finding with the suspected figures first, and the facts of suspects and other violations."""
    names = {relation.id: relation.name for relation in context.form.relations}
    consequences = tuple(_name_violation(item, names) for item in others if item.relation)
    first = finding.cells[0]
    spots = finding.cells
    if diagnosis.repairs and len(leading_repairs(diagnosis)) == 1:  # several equally good ones: none is preferred
        spots = tuple(
            dict.fromkeys((*(locate_cell(cell, submission, context) for cell in _accused_cells(diagnosis)), *spots))
        )
    facts: Mapping[str, object] = {
        "sheet": first.sheet,
        "address": first.address,
        "place": f"{first.sheet}!{first.address}",
        **finding.facts,
        "suspects": describe_suspects(finding, consequences, diagnosis, submission, context),
        "consequences": consequences,
        "repairs": tuple(_repair_as_data(repair, submission, context) for repair in diagnosis.repairs),
    }
    return replace(finding, cells=spots, facts=facts)


def _name_violation(finding: Finding, relation_names: Mapping[str, str]) -> str | ControlName:
    """Return the name of the relation, or of the control figure, that a finding is about."""
    title = finding.facts.get("title")
    return title if isinstance(title, ControlName) else relation_names[finding.relation or ""]


def _repair_as_data(repair: Repair, submission: Submission, context: CheckContext) -> dict[str, object]:
    """Return a repair as plain data for the JSON output."""
    cells = [
        {"id": change.cell, "address": locate_cell(change.cell, submission, context).address}
        | {"was": change.was, "becomes": change.becomes}
        for change in repair.changes
    ]
    return {"kind": repair.kind, "cells": cells}
