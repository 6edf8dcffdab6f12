"""Check single figures: unreadable, blank, not applicable, overwritten totals, and figures normalised on reading."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from xltool.checks.context import CheckContext
from xltool.checks.figure_facts import expect_value, name_cell
from xltool.checks.make_finding import group_by_sheet, list_ranges, make_finding, spot_of_entry
from xltool.checks.percentages import find_meant_percentage
from xltool.checks.totals import find_overwritten, find_wrong_totals
from xltool.forms.absent_tables import find_absent_tables
from xltool.forms.cell_kinds import MAX_DATE, serial_day, word_of
from xltool.forms.workbook_words import workbook_words
from xltool.model.compact_entries import NOTE_NOT_READ, iterate_unusual_entries
from xltool.model.finding import Finding
from xltool.model.finding_facts import FigureName, Quantity, Quoted, RangesOn, ShortList, Word
from xltool.model.form import SIGNED_KINDS, WORD_KINDS, Cell, CellKind, Severity, StandardCheck, TotalKind
from xltool.model.submission import Entry, EntryState, Submission

# Reasons why a figure is unreadable (`Entry.note`); each has its own sentence.
UNREADABLE_NOTES = {
    *("unit_in_cell", "remark", "not_number", "too_large", "negative", "fraction", "too_many_decimals"),
    *("boolean", "date", "error_value", "not_calculated"),
    *("several_numbers", "between", "struck_out", "invisible", "shown_differs", "covered", "formula_result"),
    *("symbol_font", "repeated", "upside_down", "across", "cached_differs", "conditional", "overlaid"),
    *("out_of_range", "not_choice", "not_date", "too_long"),
}
_NOTES_ABOUT_LOOK = {"invisible", "shown_differs"}
_NOTES_WITH_NOTHING = _NOTES_ABOUT_LOOK | {"overlaid"}  # worded otherwise if nothing is shown
# Reasons that a change to the look of many cells brings to all of them at once.
_NOTES_OF_RANGES = _NOTES_ABOUT_LOOK | {
    *("struck_out", "covered", "symbol_font", "repeated", "upside_down", "conditional", "overlaid"),
}
_NOTES_OF_PLACES = {"covered", "overlaid"}  # one finding for what lies over the cells
_MAX_TEXT_QUOTED = 30  # characters of a text that is too long
_MIN_CELLS_OF_RANGE = 3  # with the same reason; fewer are told one by one
_OTHER_KINDS = WORD_KINDS | {CellKind.PERCENT, CellKind.DECIMAL}
# Normalisations that reading applies (`value.` observations); each has its own sentence.
NORMALISED_NOTES = {
    *("chinese_numeral", "full_width", "separators", "apostrophe", "spaces", "text_number"),
    *("negative_zero", "whitespace_only"),
    *("struck", "raised", "ruby", "zero_hidden", "odd_font"),
    *("choice_spelling", "text_date"),
}


def _is_lawful_blank(entry: Entry, cell: Cell, submission: Submission) -> bool:
    """Return True for a blank that is declared, that was reported with its label, or that a sum has everywhere."""
    unsummed = submission.is_sum and cell.total in {TotalKind.COUNT, TotalKind.NONE}
    return unsummed or entry.declared or entry.note == NOTE_NOT_READ


def check_cells(submission: Submission, context: CheckContext) -> Iterator[Finding]:
    """Yield findings on single figures; a figure has at most one of them.

    A blank, or a text beside a figure, of a published report may be its page's and not the agency's: it is to be
    explained, not corrected.
    """
    for finding in _check_cells(submission, context):
        soft = finding.severity is Severity.MUST_FIX and submission.imported
        yield replace(finding, severity=Severity.EXPLAIN) if soft else finding


def _check_cells(submission: Submission, context: CheckContext) -> Iterator[Finding]:
    inputs = context.index.inputs
    unreadable, blank, not_applicable = [], [], []
    for entry in iterate_unusual_entries(submission.entries):
        if entry.cell not in inputs:
            continue
        if entry.state is EntryState.BLANK:
            if not _is_lawful_blank(entry, inputs[entry.cell], submission):
                blank.append(entry)
        elif entry.state is EntryState.NOT_APPLICABLE:
            not_applicable.append(entry)
        elif entry.state is EntryState.UNREADABLE or inputs[entry.cell].kind not in SIGNED_KINDS:
            unreadable.append(entry)
    unreadable = [entry for entry in unreadable if entry.note != "place"]  # reported with its sheet
    unsaved = [entry for entry in unreadable if submission.manifest and entry.note == "not_calculated"]
    if len(unsaved) > 1:
        yield _report_unsaved_results(unsaved, context)
        unreadable = [entry for entry in unreadable if entry not in unsaved]
    yield from report_unreadable(unreadable, context)
    if blank and not submission.manifest:
        yield from _report_blanks(blank, submission, context)
    yield from _report_not_applicable(_leave_out_absent(not_applicable, submission, context), context)
    if submission.observations:
        yield from _report_typed_totals(submission, context)
        yield from _report_normalised(submission)


# --- unreadable figures --------------------------------------------------------------------------------------------


def report_unreadable(entries: Sequence[Entry], context: CheckContext) -> Iterator[Finding]:
    """Yield a finding on each figure; one on all figures of a sheet that a change to their look has made unreadable."""
    reported: set[tuple[str, str]] = set()
    alike = _group_by_look(entries, context)
    for entry in entries:
        note = "negative" if entry.state is EntryState.NUMBER else entry.note
        place = (entry.sheet, entry.address)  # several rows of a list have an entry of one cell
        group = alike.get(place, [])
        if len(group) < _MIN_CELLS_OF_RANGE:
            yield _report_no_number(entry, note, context)
        elif place not in reported:
            reported.update((each.sheet, each.address) for each in group)
            yield _report_range(group, note, context)


def _group_by_look(entries: Sequence[Entry], context: CheckContext) -> dict[tuple[str, str], list[Entry]]:
    """Map figures that are unreadable by their look to all of their sheet for which the sentence is the same."""
    groups: dict[tuple[object, ...], list[Entry]] = {}
    for entry in entries:
        if entry.note in _NOTES_OF_RANGES:
            shown = entry.shown if entry.note in _NOTES_OF_PLACES else bool(entry.shown)
            key = (entry.sheet, entry.note, shown, expect_value(context.form.cells[entry.cell]))
            groups.setdefault(key, []).append(entry)
    return {(entry.sheet, entry.address): group for group in groups.values() for entry in group}


def _report_range(entries: list[Entry], note: str | None, context: CheckContext) -> Finding:
    """Make one finding on several figures with the same reason."""
    finding = _report_no_number(entries[0], note, context)
    cells = [context.form.cells[entry.cell] for entry in entries]
    lines, columns = {cell.line_words for cell in cells}, {cell.column_words for cell in cells}
    several = FigureName(lines.pop()) if len(lines) == 1 else FigureName("", columns.pop()) if len(columns) == 1 else ""
    facts = {
        "place": RangesOn(entries[0].sheet, list_ranges(entry.address for entry in entries)),
        "name": several,
        "raw": ShortList(tuple(entry.raw or "" for entry in entries)),
        "shown": ShortList(tuple(dict.fromkeys(entry.shown or "" for entry in entries))),
    }
    return replace(finding, cells=tuple(map(spot_of_entry, entries)), facts={**finding.facts, **facts})


def _report_unsaved_results(entries: list[Entry], context: CheckContext) -> Finding:
    """Make the one finding on a consolidated workbook that was saved without the results of its formulas."""
    rule = _find_number_rule(context)
    facts: dict[str, object] = {"count": len(entries), "title": rule.title, "basis": rule.basis}
    spots = tuple(spot_of_entry(entry) for entry in entries)
    return Finding(rule.id, rule.severity, spots, facts, wording="number.results_not_saved")


def _report_no_number(entry: Entry, note: str | None, context: CheckContext) -> Finding:
    """Make the finding on a figure whose cell cannot hold what was typed."""
    rule = _find_number_rule(context)
    cell = context.form.cells[entry.cell]
    reason = note if note in UNREADABLE_NOTES else "not_number"
    meant = find_meant_percentage(cell, entry.raw) if reason == "too_many_decimals" else None
    facts: dict[str, object] = {
        "raw": _quote_content(entry, cell, reason),
        "shown": entry.shown or "",
        "note": reason,
        "name": name_cell(cell),
        "asked": expect_value(cell),
        "decimals": cell.decimals,
        "count": len(entry.raw or ""),
        "unit": cell.unit,
        "title": Word("", "kind_rule") if cell.kind in _OTHER_KINDS else rule.title,
        "basis": rule.basis,
    }
    if meant is not None:
        facts["meant"] = Quantity(meant)
        return Finding(rule.id, rule.severity, (spot_of_entry(entry),), facts, wording="number.as_share")
    shows_nothing = reason in _NOTES_WITH_NOTHING and not entry.shown
    wording = f"number.{reason}_nothing" if shows_nothing else f"number.{reason}"
    return Finding(rule.id, rule.severity, (spot_of_entry(entry),), facts, wording=wording)


def _quote_content(entry: Entry, cell: Cell, reason: str) -> str | None:
    """Return what a cell holds; of several numbers each, of a text that is too long its beginning."""
    if reason == "several_numbers":
        return " / ".join((entry.raw or "").split())
    if reason == "too_long" and entry.raw:
        text = " ".join(entry.raw.split())
        return text if len(text) <= _MAX_TEXT_QUOTED else f"{text[:_MAX_TEXT_QUOTED]}…"
    return _name_content(entry, cell)


def _name_content(entry: Entry, cell: Cell) -> str | None:
    """Return what a cell holds as a person knows it: the day whose number a day is stored as, else as stored.

    The number in a cell that holds no day was typed as a number.
    """
    number, last = (entry.raw or "").strip(), serial_day(MAX_DATE)
    is_number = cell.kind is CellKind.DATE and entry.note != "not_date" and number.isdecimal()
    is_day = is_number and len(number) <= len(str(last)) and int(number) <= last
    return word_of(cell, int(number)) if is_day else entry.raw


class _NumberRule(NamedTuple):
    """The rule that a figure's cell holds a number of its kind."""

    id: str
    severity: Severity
    title: str | Word
    basis: str | Word


def _find_number_rule(context: CheckContext) -> _NumberRule:
    """Return the form's rule for figures, or a default one: an unreadable figure is always reported."""
    standard = context.form.standards.get("number")
    if standard is None:
        return _NumberRule("CELL-NUM", Severity.MUST_FIX, Word("", "number_rule"), Word("", "number_basis"))
    return _NumberRule(standard.id, standard.severity, standard.title, standard.basis)


def _title_and_basis(standard: StandardCheck) -> dict[str, object]:
    return {"title": standard.title, "basis": standard.basis}


# --- blanks --------------------------------------------------------------------------------------------------------


def _report_blanks(entries: list[Entry], submission: Submission, context: CheckContext) -> Iterator[Finding]:
    """Yield one finding per sheet with blanks, or a single one for a workbook with nothing filled in."""
    cells, standards, form_index = context.form.cells, context.form.standards, context.index
    missing_sheets = {item.sheet for item in submission.observations if item.code == "sheet.missing"}
    begun = form_index.inputs.keys() - form_index.carried - {entry.cell for entry in entries}
    if "blank" in standards and not begun:
        yield report_cells("blank", "blank.all", entries, context, shown=1)
        return
    for kind, optional in (("blank", False), ("optional_blank", True)):
        if kind in standards and not (optional and _is_stated_in_text(standards[kind], submission)):
            wanted = [
                entry
                for entry in entries
                if cells[entry.cell].optional is optional and entry.sheet not in missing_sheets
            ]
            for on_sheet in group_by_sheet(wanted).values():
                figures = [entry for entry in on_sheet if not cells[entry.cell].is_worded]
                words = [entry for entry in on_sheet if cells[entry.cell].is_worded]
                if figures:
                    yield report_cells(kind, kind, figures, context)
                if words:
                    yield report_cells(kind, "blank.words", words, context)


def _is_stated_in_text(standard: StandardCheck, submission: Submission) -> bool:
    """Return True if a text states the figures in its own words, or the report is tables without any text."""
    texts = submission.texts.values()
    return (submission.imported and not any(texts)) or any(word in text for text in texts for word in standard.words)


def report_cells(
    kind: str, wording: str, entries: list[Entry], context: CheckContext, shown: int | None = None
) -> Finding:
    """Make one finding on several figures of a sheet; ``shown`` limits its spots."""
    standard = context.form.standards[kind]
    spots = tuple(spot_of_entry(entry) for entry in entries)
    facts: dict[str, object] = {
        "count": len(entries),
        "cells": list_ranges(entry.address for entry in entries),
        "cover": workbook_words().sheets["cover"],
        "declaration": workbook_words().cover["declaration"],
        "yes": workbook_words().cover["yes"],
        **_title_and_basis(standard),
    }
    return Finding(standard.id, standard.severity, spots[:shown], facts, wording=wording)


def _leave_out_absent(entries: list[Entry], submission: Submission, context: CheckContext) -> list[Entry]:
    """Return the entries outside tables that do not apply as a whole."""
    absent = {table.id for table in find_absent_tables(context.form, submission.entries)} if entries else set()
    return [entry for entry in entries if context.form.cells[entry.cell].table not in absent]


def _report_not_applicable(entries: list[Entry], context: CheckContext) -> Iterator[Finding]:
    if "not_applicable" in context.form.standards:
        for on_sheet in group_by_sheet(entries).values():
            yield report_cells("not_applicable", "not_applicable", on_sheet, context)


# --- normalised figures --------------------------------------------------------------------------------------------


def _report_typed_totals(submission: Submission, context: CheckContext) -> Iterator[Finding]:
    """Yield findings on totals whose formula was overwritten: text must be corrected, a correct number is a note."""
    wrong = find_wrong_totals(submission, context)
    typed = [submission.entries[cell] for cell in find_overwritten(submission) if cell not in wrong]
    typed.sort(key=lambda entry: context.index.order[entry.cell])
    for entry in typed:
        if entry.state is EntryState.UNREADABLE:
            yield _report_no_number(entry, entry.note, context)
    if "computed" in context.form.standards:
        readable = [entry for entry in typed if entry.state is not EntryState.UNREADABLE]
        for on_sheet in group_by_sheet(readable).values():
            yield report_cells("computed", "computed", on_sheet, context)


def _report_normalised(submission: Submission) -> Iterator[Finding]:
    noted: list[tuple[str, Entry]] = []
    for item in submission.observations:
        kind, _, note = item.code.partition(".")
        if kind == "value":
            entry = submission.entries.get(item.cell or "") or submission.controls.get(item.cell or "")
            noted += [(note, entry)] if entry is not None and entry.value is not None else []
    yield from report_normalised_entries(noted)


def report_normalised_entries(noted: Iterable[tuple[str, Entry]]) -> Iterator[Finding]:
    """Yield one finding per sheet and kind of normalisation, of entries each with its note."""
    groups: dict[tuple[str, str], list[Entry]] = {}
    for note, entry in noted:
        if note in NORMALISED_NOTES:
            groups.setdefault((entry.sheet, note), []).append(entry)
    for (_, note), entries in groups.items():
        cells, raw = list_ranges(entry.address for entry in entries), _quote_raw_texts(entries)
        spots = [spot_of_entry(entry) for entry in entries]
        shown = ShortList(tuple(Quoted(entry.shown) for entry in entries if entry.shown))
        yield make_finding(f"value.{note}", *spots, count=len(entries), cells=cells, raw=raw, shown=shown)


def _quote_raw_texts(entries: list[Entry]) -> ShortList:
    """Return the distinct raw texts of the entries."""
    return ShortList(tuple(Quoted(raw) for raw in dict.fromkeys((entry.raw or "") for entry in entries)))
