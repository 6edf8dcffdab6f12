"""What happened to the workbook besides filling it in: labels, stray cells, lost sheets, formulas, protection.

How serious each of these is stands beside its words; saving with another office program is none of them.
"""

from collections.abc import Iterator, Mapping

from xltool import texts
from xltool.checks.context import Context
from xltool.checks.making import finding, listed, shortened
from xltool.model import Finding, Observation, Spot, State, Submission

# What reading noticed -> the code it is told under; one finding for each sheet. What other checks tell is not here.
TOLD: Mapping[str, str] = {
    "label.changed": "label.changed",
    "stray": "stray",
    "stray.more": "stray",
    "sheet.missing": "sheet.missing",
    "formula.in_input": "formula.in_input",
    "protection.removed": "protection.removed",
    "layout.other": "layout.other",
}
ELSEWHERE = ("value.", "identity.", "formula.overwritten", "program")


def tampering(submission: Submission, context: Context) -> Iterator[Finding]:
    """One finding for each thing and sheet; anything reading noticed and nobody tells is told as it is."""
    groups: dict[tuple[str, str], list[Observation]] = {}
    for item in submission.observations:
        if not item.code.startswith(ELSEWHERE) and not _unreadable(item, submission):
            groups.setdefault((TOLD.get(item.code, "noticed"), item.sheet), []).append(item)
    for (code, sheet), items in groups.items():
        yield _finding(code, sheet, items, context)


def _unreadable(item: Observation, submission: Submission) -> bool:
    """Whether it is about a figure that cannot be read: that is told with the figure."""
    entry = submission.entries.get(item.cell or "")
    return entry is not None and entry.state is State.UNREADABLE


def _finding(code: str, sheet: str, items: list[Observation], context: Context) -> Finding:
    figures = any(place.sheet == sheet for place in context.plan.cells.values())
    if code == "sheet.missing" and not figures:
        code = "sheet.missing_other"
    spots = [Spot(item.cell or "", sheet, item.address) for item in items if item.address]
    facts: dict[str, object] = {
        "sheet": sheet,
        "count": len(spots) + sum(_more(item) for item in items),
        "cells": listed(spot.address for spot in spots),
        "noticed": items[0].code,
        "examples": shortened([_example(item) for item in items if item.address]),
        **{key: items[0].facts[key] for key in ("expected", "found") if key in items[0].facts},
    }
    return finding(code, *(spots or ([Spot("", sheet, "")] if sheet else [])), **facts)


def _more(item: Observation) -> int:
    """How many more there were than were told one by one."""
    count = item.facts.get("count", 0)
    return count if isinstance(count, int) else 0


def _example(item: Observation) -> str:
    """One of them: where it is, and what stands there."""
    text = item.facts.get("text", item.facts.get("formula", item.facts.get("raw", "")))
    return texts.phrase("example", address=item.address, text=text)
