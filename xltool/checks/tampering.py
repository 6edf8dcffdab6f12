"""What happened to the workbook besides filling it in: labels, stray cells, lost sheets, formulas, protection.

How serious each of these is stands beside its words; saving with another office program is none of them.
"""

from collections.abc import Iterator, Mapping

from xltool.checks.context import Context
from xltool.checks.formulas import altered
from xltool.checks.make_finding import finding, listed, shortened
from xltool.messages import catalogue as texts
from xltool.messages.relation_phrases import cell_words
from xltool.model.finding import Finding, Spot
from xltool.model.submission import Observation, State, Submission

# What reading noticed -> the code it is told under, one finding for each sheet; all else goes by its own code, one
# finding each. What other checks tell is not here.
TOLD: Mapping[str, str] = {
    "label.changed": "label.changed",
    "label.reworded": "label.reworded",
    "stray": "stray",
    "stray.more": "stray",
    "sheet.missing": "sheet.missing",
    "formula.in_input": "formula.in_input",
    "protection.removed": "protection.removed",
    "layout.other": "layout.other",
    "place.names": "place.names",
    "place.unmerged": "place.unmerged",
    "place.unmerged_twice": "place.unmerged_twice",
}
ALONE = (
    *("place.moved", "place.inserted", "place.inserted_filled", "place.reordered", "place.missing", "place.ambiguous"),
    "place.hidden",
    *("sheet.renamed", "sheet.hidden", "sheet.shown", "sheet.copy", "sheet.copy_differs", "sheets.reordered"),
    *("table.copy", "table.copy_differs", "table.other_agency", "table.second"),
    *("structure.unprotected", "validation.lost", "checks.overwritten", "workbook.several", "workbook.macros"),
)
PUBLISHED = "import."  # what reading a published report noticed
ELSEWHERE = ("value.", "identity.", "formula.overwritten", "program")


def tampering(submission: Submission, context: Context) -> Iterator[Finding]:
    """One finding for each thing and sheet; anything reading noticed and nobody tells is told as it is."""
    groups: dict[tuple[str, str, int], list[Observation]] = {}
    for number, item in enumerate(submission.observations):
        if item.code in ALONE or item.code.startswith(PUBLISHED):
            groups[item.code, item.sheet, number] = [item]
        elif not item.code.startswith(ELSEWHERE) and not _unreadable(item, submission):
            groups.setdefault((TOLD.get(item.code, "noticed"), item.sheet, -1), []).append(item)
    for (code, sheet, _), items in groups.items():
        yield _finding(code, sheet, items, context)
    yield from altered(submission, context)


def _unreadable(item: Observation, submission: Submission) -> bool:
    """Whether it is about a figure that cannot be read: that is told with the figure."""
    entry = submission.entries.get(item.cell or "")
    return entry is not None and entry.state is State.UNREADABLE and not item.code.startswith("place.")


def _finding(code: str, sheet: str, items: list[Observation], context: Context) -> Finding:
    figures = any(place.sheet == sheet for place in context.plan.cells.values())
    if code == "sheet.missing" and not figures:
        code = "sheet.missing_other"
    spots = _spots(sheet, items, context)
    facts: dict[str, object] = {
        "sheet": sheet,
        "count": len(spots) + sum(_more(item) for item in items),
        "cells": listed(spot.address for spot in spots),
        "noticed": items[0].code,
        "examples": shortened([_example(item) for item in items if item.address]),
        **{key: fact for key, fact in items[0].facts.items() if key not in {"count", "text", "raw", "formula"}},
        **_in_words(items[0], context),
    }
    if items[0].code in ALONE:
        facts["count"] = items[0].facts.get("count", len(spots))
    return finding(code, *(spots or ([Spot("", sheet, "")] if sheet else [])), **facts)


def _spots(sheet: str, items: list[Observation], context: Context) -> list[Spot]:
    """Where to look: the cells noticed; for figures that were lost, the places the template gave them."""
    lost = [str(cell) for item in items for cell in _listed(item, "lost")]
    if lost:
        return [Spot(cell, sheet, context.plan.where(cell).address) for cell in lost]
    at = [str(spot) for item in items for spot in _listed(item, "at")]
    if at:
        return [Spot("", sheet, spot) for spot in at]
    return [Spot(item.cell or "", sheet, item.address) for item in items if item.address]


def _listed(item: Observation, key: str) -> tuple[object, ...]:
    found = item.facts.get(key, ())
    return found if isinstance(found, tuple) else ()


def _in_words(item: Observation, context: Context) -> dict[str, object]:
    """Figures that were lost or moved, in the words of the form."""
    cells = context.form.cells
    words: dict[str, object] = {}
    if lost := _listed(item, "lost"):
        lines = dict.fromkeys(f"“{cells[str(cell)].line_words}”" for cell in lost)
        columns = dict.fromkeys(f"“{cells[str(cell)].column_words}”" for cell in lost)
        words["what"] = shortened(list(lines if len(lines) <= len(columns) else columns))
    if moves := _listed(item, "moves"):
        told = [
            texts.phrase("move", label=cell_words(cells[move[0]]), before=move[1], now=move[2])
            for move in moves
            if isinstance(move, tuple)
        ]
        words["what"] = shortened(told)
    return words


def _more(item: Observation) -> int:
    """How many more there were than were told one by one."""
    count = item.facts.get("count", 0)
    return count if isinstance(count, int) else 0


def _example(item: Observation) -> str:
    """One of them: where it is, and what stands there."""
    text = item.facts.get("text", item.facts.get("formula", item.facts.get("raw", "")))
    return texts.phrase("example", address=item.address, text=text)
