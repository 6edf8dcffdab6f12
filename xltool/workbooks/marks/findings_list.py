"""Findings as rows of text: the same for the list in a returned workbook and for a page."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from xltool.forms.workbook_plan import WorkbookPlan
from xltool.forms.workbook_words import workbook_words
from xltool.messages import catalogue
from xltool.model.finding import Finding, FindingCell
from xltool.model.form import Number, Severity
from xltool.model.submission import Submission
from xltool.workbooks.marks.mark_conditions import FindConditions, is_decided_by_check, make_conditions

SideValue = Number | str | None


class MarkedPlace(NamedTuple):
    """A cell to colour, by the form's sheet name ("表三!D7"), and while it is coloured (`mark_conditions`)."""

    key: str
    condition: str


class FindingText(NamedTuple):
    """One finding as a row. ``problem`` and ``cure`` together are the sentence of the console, ``details`` the rest.

    ``sheet`` and ``address`` are those of the first cell, by the workbook's own sheet name; ``places`` are all cells to
    colour, none for notes and settled findings. ``must_fix`` is True for an open finding that must be corrected.
    ``explained`` is the relation to list on 情况说明, unless the workbook does so itself.
    """

    number: int
    severity: str
    open: bool
    must_fix: bool
    sheet: str
    address: str
    problem: str
    cure: str
    left: SideValue
    right: SideValue
    places: tuple[MarkedPlace, ...]
    details: str = ""
    explained: str = ""


def describe_findings(
    findings: Iterable[Finding], plan: WorkbookPlan | None = None, submission: Submission | None = None
) -> tuple[FindingText, ...]:
    """Return the findings as numbered rows in the same order. Without ``plan`` no cell is highlighted.

    ``submission`` is what the findings are about: without it a mark stays whatever the cell holds later.
    """
    find_conditions = make_conditions(plan, submission) if plan else None
    return tuple(
        _describe_finding(number, finding, plan, find_conditions) for number, finding in enumerate(findings, start=1)
    )


def _describe_finding(
    number: int, finding: Finding, plan: WorkbookPlan | None, find_conditions: FindConditions | None
) -> FindingText:
    is_open = finding.severity is not Severity.NOTE and not finding.settled
    first = finding.cells[0] if finding.cells else FindingCell("", "", "")
    lit = _list_marked_places(finding, plan, find_conditions) if plan and find_conditions and is_open else ()
    places = tuple(dict.fromkeys(lit))
    return FindingText(
        number=number,
        severity=workbook_words().marks["settled"]
        if finding.settled
        else catalogue.look_up_word("severity", finding.severity.value),
        open=is_open,
        must_fix=is_open and finding.severity is Severity.MUST_FIX,
        sheet=first.sheet,
        address=first.address,
        problem=catalogue.render_brief_problem(finding),
        cure=catalogue.render_brief_advice(finding),
        details=catalogue.render_details(finding),
        left=_find_side_value(finding.facts, "left", "raw"),
        right=_find_side_value(finding.facts, "right"),
        places=places,
        explained=_find_explained(finding, places) if is_open else "",
    )


def _list_marked_places(finding: Finding, plan: WorkbookPlan, find_conditions: FindConditions) -> Iterator[MarkedPlace]:
    for spot in finding.cells:
        for condition in find_conditions(finding, spot) if spot.address else ():
            yield MarkedPlace(_make_highlight_key(spot, plan), condition)


def _find_explained(finding: Finding, marked_places: Iterable[MarkedPlace]) -> str:
    """Return the relation that a reason settles, if the checks of the workbook itself do not show it as violated."""
    shown = any(is_decided_by_check(place.condition) for place in marked_places)
    return "" if shown or finding.severity is not Severity.EXPLAIN else finding.relation or ""


def _make_highlight_key(spot: FindingCell, plan: WorkbookPlan) -> str:
    """Return the key of a cell that the conditional formats look up: by the sheet name of the template."""
    place = plan.cells.get(spot.id)
    return f"{place.sheet if place else spot.sheet}!{spot.address}"


def _find_side_value(facts: Mapping[str, object], *names: str) -> SideValue:
    """Return the first of the named facts that is a figure or a text."""
    for name in names:
        value = facts.get(name)
        if isinstance(value, int | Decimal | str) and not isinstance(value, bool):
            return catalogue.quote_text(value) if isinstance(value, str) else value
    return None
