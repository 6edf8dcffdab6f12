"""Findings as rows of text: the same for the list in a returned workbook and for a page."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from xltool.forms.workbook_plan import WorkbookPlan
from xltool.forms.workbook_words import workbook_words
from xltool.messages import catalogue
from xltool.model.finding import Finding, FindingCell
from xltool.model.form import Number, Severity

SideValue = Number | str | None


class FindingText(NamedTuple):
    """One finding as a row. ``problem`` and ``cure`` together are the sentence of the console, ``details`` the rest.

    ``sheet`` and ``address``: the first cell, by the workbook's own sheet name. ``places``: the keys ("表三!D7") of
    every cell to highlight, by the form's sheet names; none for notes and settled findings.
    """

    number: int
    severity: str
    open: bool
    sheet: str
    address: str
    problem: str
    cure: str
    left: SideValue
    right: SideValue
    places: tuple[str, ...]
    details: str = ""


def describe_findings(findings: Iterable[Finding], plan: WorkbookPlan | None = None) -> tuple[FindingText, ...]:
    """Return the findings as numbered rows in the same order. Without ``plan`` no cell is highlighted."""
    return tuple(_describe_finding(number, finding, plan) for number, finding in enumerate(findings, start=1))


def _describe_finding(number: int, finding: Finding, plan: WorkbookPlan | None) -> FindingText:
    is_open = finding.severity is not Severity.NOTE and not finding.settled
    first = finding.cells[0] if finding.cells else FindingCell("", "", "")
    lit = [_make_highlight_key(spot, plan) for spot in finding.cells if spot.address] if plan and is_open else []
    return FindingText(
        number=number,
        severity=workbook_words().marks["settled"]
        if finding.settled
        else catalogue.look_up_word("severity", finding.severity.value),
        open=is_open,
        sheet=first.sheet,
        address=first.address,
        problem=catalogue.render_brief_problem(finding),
        cure=catalogue.render_brief_advice(finding),
        details=catalogue.render_details(finding),
        left=_find_side_value(finding.facts, "left", "raw"),
        right=_find_side_value(finding.facts, "right"),
        places=tuple(dict.fromkeys(lit)),
    )


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
