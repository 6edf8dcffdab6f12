"""Check changes to the workbook besides filling it in: labels, stray cells, lost sheets, formulas, protection.

Severities stand in `model.finding_codes`. Saving with another office program causes no finding.
"""

from collections.abc import Iterator, Mapping, Sequence

from xltool.checks.context import CheckContext
from xltool.checks.figure_facts import name_cell
from xltool.checks.formulas import check_formulas
from xltool.checks.make_finding import list_ranges, make_finding
from xltool.model.finding import Finding, FindingCell
from xltool.model.finding_facts import Example, FigureMove, FigureName, Quoted, ShortList
from xltool.model.submission import EntryState, Observation, Submission

# Observation code -> finding code, one finding per sheet. Observations of `SINGLE_CODES` yield one finding each under
# their own code; those of other checks are not here.
OBSERVATION_FINDINGS: Mapping[str, str] = {
    "label.changed": "label.changed",
    "label.reworded": "label.reworded",
    "stray": "stray",
    "stray.more": "stray",
    "remark.comment": "remark.comment",
    "remark.text_box": "remark.text_box",
    "sheet.missing": "sheet.missing",
    "formula.in_input": "formula.in_input",
    "protection.removed": "protection.removed",
    "layout.other": "layout.other",
    "place.names": "place.names",
    "place.unmerged": "place.unmerged",
    "place.unmerged_twice": "place.unmerged_twice",
}
SINGLE_CODES = (
    *("place.moved", "place.inserted", "place.inserted_filled", "place.reordered", "place.missing", "place.ambiguous"),
    *("label.exchanged", "place.exchanged"),
    *("place.hidden", "place.narrow", "place.picture", "zeros.hidden", "text.struck"),
    *("sheet.renamed", "sheet.hidden", "sheet.shown", "sheet.copy", "sheet.copy_differs", "sheets.reordered"),
    *("table.copy", "table.copy_differs", "table.filled_in", "table.other_agency", "table.second"),
    *("protection.all_removed", "structure.unprotected", "validation.lost", "checks.overwritten"),
    *("workbook.several", "workbook.macros"),
)
WHOLE_WORKBOOK_CODES = ("protection.removed",)  # one finding names all sheets
IMPORT_PREFIX = "import."  # observations on published reports
OTHER_CHECK_PREFIXES = ("value.", "identity.", "formula.overwritten", "report.", "list.")


def check_tampering(submission: Submission, context: CheckContext) -> Iterator[Finding]:
    """Yield one finding per kind and sheet (of some kinds one for all sheets); leave out what other checks report."""
    groups: dict[tuple[str, str, int], list[Observation]] = {}
    codes = _choose_codes(submission.observations)
    for number, item in enumerate(submission.observations):
        if item.code in SINGLE_CODES or item.code.startswith(IMPORT_PREFIX):
            groups[item.code.value, item.sheet, number] = [item]
        elif not item.code.startswith(OTHER_CHECK_PREFIXES) and not _concerns_unreadable(item, submission):
            sheet = "" if item.code in WHOLE_WORKBOOK_CODES else item.sheet
            groups.setdefault((codes[item.code], sheet, -1), []).append(item)
    for (code, sheet, _), items in groups.items():
        yield _report_observations(code, sheet, items, context)
    yield from check_formulas(submission, context)


def _choose_codes(observations: Sequence[Observation]) -> Mapping[str, str]:
    """Return the finding of each observation; labels of a template issued before a change are the office's own."""
    if any(item.code == "layout.other" for item in observations):
        return {**OBSERVATION_FINDINGS, "label.changed": "label.office", "label.reworded": "label.office"}
    return OBSERVATION_FINDINGS


def _concerns_unreadable(observation: Observation, submission: Submission) -> bool:
    """Return True if the observation concerns an unreadable figure, which has a finding of its own."""
    entry = submission.entries.get(observation.cell or "")
    return entry is not None and entry.state is EntryState.UNREADABLE and not observation.code.startswith("place.")


def _report_observations(code: str, sheet: str, observations: list[Observation], context: CheckContext) -> Finding:
    if code == "sheet.missing" and all(place.sheet != sheet for place in context.plan.cells.values()):
        code = "sheet.missing_other"
    spots = _spots_of_observations(sheet, observations, context)
    facts: dict[str, object] = {
        "sheet": sheet,
        "sheets": ShortList(tuple(Quoted(item.sheet) for item in observations)),
        "count": len(spots) + sum(_count_more(item) for item in observations),
        "cells": list_ranges(spot.address for spot in spots),
        "examples": ShortList(tuple(_describe_example(item) for item in observations if item.address)),
        **{key: fact for key, fact in observations[0].facts.items() if key not in {"count", "text", "raw", "formula"}},
        **_describe_cells(observations[0], context),
    }
    if observations[0].code in SINGLE_CODES:
        facts["count"] = observations[0].facts.get("count", len(spots))
    if not spots:
        spots = [FindingCell("", name, "") for name in dict.fromkeys(item.sheet for item in observations) if name]
    return make_finding(code, *spots, **facts)


def _spots_of_observations(sheet: str, observations: list[Observation], context: CheckContext) -> list[FindingCell]:
    """Return the observed cells; for lost figures, their places in the template."""
    lost = [str(cell) for item in observations for cell in _tuple_fact(item, "lost")]
    if lost:
        return [FindingCell(cell, sheet, context.plan.find_figure(cell).address) for cell in lost]
    at = [str(spot) for item in observations for spot in _tuple_fact(item, "at")]
    if at:
        return [FindingCell("", sheet, spot) for spot in at]
    return [FindingCell(item.cell or "", sheet, item.address) for item in observations if item.address]


def _tuple_fact(observation: Observation, key: str) -> tuple[object, ...]:
    fact = observation.facts.get(key, ())
    return fact if isinstance(fact, tuple) else ()


def _describe_cells(observation: Observation, context: CheckContext) -> dict[str, object]:
    """Describe figures that were lost or moved in the words of the form."""
    cells = context.form.cells
    words: dict[str, object] = {}
    if lost := _tuple_fact(observation, "lost"):
        lines = dict.fromkeys(Quoted(cells[str(cell)].line_words) for cell in lost)
        columns = dict.fromkeys(Quoted(cells[str(cell)].column_words) for cell in lost)
        words["what"] = ShortList(tuple(lines if len(lines) <= len(columns) else columns))
    if moves := _tuple_fact(observation, "moves"):
        figure_moves = [
            FigureMove(name_cell(cells[move[0]]), before=move[1], now=move[2])
            for move in moves
            if isinstance(move, tuple)
        ]
        words["what"] = ShortList(tuple(figure_moves))
    if labels := _tuple_fact(observation, "labels"):
        label_moves = [
            FigureMove(FigureName(row=move[0]), move[1], move[2]) for move in labels if isinstance(move, tuple)
        ]
        words["what"] = ShortList(tuple(label_moves))
    return words


def _count_more(observation: Observation) -> int:
    """Return the number of further observations that this one stands for."""
    count = observation.facts.get("count", 0)
    return count if isinstance(count, int) else 0


def _describe_example(observation: Observation) -> Example:
    """Describe one observation: its address and the text there."""
    text = observation.facts.get("text", observation.facts.get("formula", observation.facts.get("raw", "")))
    return Example(observation.address, text)
