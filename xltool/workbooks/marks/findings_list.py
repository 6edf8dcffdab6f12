"""Findings as a person in an agency reads them: the rows of a returned workbook's list and of a page are the same."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from xltool.forms.furniture import words
from xltool.forms.layout import Plan
from xltool.messages import catalogue as texts
from xltool.model.finding import Finding, Spot
from xltool.model.form import Number, Severity

Side = Number | str | None


class Remark(NamedTuple):
    """One finding as a row. ``problem`` and ``cure`` together are the sentence the console and the JSON have.

    ``sheet`` and ``address`` are where to look first, as the workbook has them. ``places`` are the keys ("表三!D7") of
    every cell that lights up, by the names the form gives its sheets; none for what only is to be known.
    """

    number: int
    severity: str
    open: bool
    sheet: str
    address: str
    problem: str
    cure: str
    left: Side
    right: Side
    places: tuple[str, ...]


def remarks(findings: Iterable[Finding], plan: Plan | None = None) -> tuple[Remark, ...]:
    """The findings in their order, numbered. Without the plan of a form no cell lights up."""
    return tuple(_remark(number, finding, plan) for number, finding in enumerate(findings, start=1))


def _remark(number: int, finding: Finding, plan: Plan | None) -> Remark:
    is_open = finding.severity is not Severity.NOTE and not finding.settled
    first = finding.spots[0] if finding.spots else Spot("", "", "")
    lit = [_key(spot, plan) for spot in finding.spots if spot.address] if plan and is_open else []
    return Remark(
        number=number,
        severity=words().marks["settled"] if finding.settled else texts.word("severity", finding.severity.value),
        open=is_open,
        sheet=first.sheet,
        address=first.address,
        problem=texts.problem(finding),
        cure=texts.cure(finding),
        left=_side(finding.facts, "left", "raw"),
        right=_side(finding.facts, "right"),
        places=tuple(dict.fromkeys(lit)),
    )


def _key(spot: Spot, plan: Plan) -> str:
    """What the conditional formats look for: they know a sheet by the name it was handed out with."""
    place = plan.cells.get(spot.id)
    return f"{place.sheet if place else spot.sheet}!{spot.address}"


def _side(facts: Mapping[str, object], *names: str) -> Side:
    """The first of the facts that is a figure or what stood in its place."""
    for name in names:
        value = facts.get(name)
        if isinstance(value, int | Decimal | str) and not isinstance(value, bool):
            return texts.quoted(value) if isinstance(value, str) else value
    return None
