"""Figure by figure: what cannot be read, what is blank, what does not apply, what was put right on reading."""

from collections.abc import Iterator

from xltool.checks.context import Context
from xltool.checks.form_index import index
from xltool.checks.make_finding import by_sheet, finding, listed, shortened, spot_of
from xltool.checks.totals import faults, overwritten
from xltool.forms.furniture import words
from xltool.messages import catalogue as texts
from xltool.messages.relation_phrases import cell_words
from xltool.model.compact_entries import NOT_READ, unusual
from xltool.model.finding import Finding
from xltool.model.form import Cell, Kind, Severity, Standard
from xltool.model.submission import Entry, State, Submission

# Why a figure cannot be read, as reading notes it; each has its own words.
UNREADABLE = {
    *("unit_in_cell", "remark", "not_number", "too_large", "negative", "fraction", "too_many_decimals"),
    *("boolean", "date", "error_value", "not_calculated"),
}
# What reading puts right, as it notes it; each has its own words.
NORMALISED = {
    *("chinese_numeral", "full_width", "separators", "apostrophe", "spaces", "text_number"),
    *("negative_zero", "whitespace_only"),
}


def cells(submission: Submission, context: Context) -> Iterator[Finding]:
    """Everything about single figures; a figure has at most one of these findings."""
    inputs = index(context.form).inputs
    strange, blank, silent = [], [], []
    for entry in unusual(submission.entries):
        if entry.cell not in inputs:
            continue
        if entry.state is State.BLANK:
            if not entry.declared and entry.note != NOT_READ:  # told with the label it belongs to
                blank.append(entry)
        elif entry.state is State.NOT_APPLICABLE:
            silent.append(entry)
        elif entry.state is State.UNREADABLE or inputs[entry.cell].kind is not Kind.SIGNED_COUNT:
            strange.append(entry)
    yield from _unreadable([entry for entry in strange if entry.note != "place"], context)  # told with its sheet
    if blank and not submission.manifest:
        yield from _blank(blank, submission, context)
    yield from _not_applicable(silent, context)
    if submission.observations:
        yield from _totals_typed(submission, context)
        yield from _normalised(submission)


# --- figures that are none -----------------------------------------------------------------------------------------


def _unreadable(entries: list[Entry], context: Context) -> Iterator[Finding]:
    for entry in entries:
        note = "negative" if entry.state is State.NUMBER else entry.note
        yield _no_number(entry, note, context)


def _no_number(entry: Entry, note: str | None, context: Context) -> Finding:
    """One figure that is no number the cell may hold."""
    standard = context.form.standards.get("number") or _any_form()
    cell = context.form.cells[entry.cell]
    known = note if note in UNREADABLE else "not_number"
    facts: dict[str, object] = {
        "raw": entry.raw,
        "note": known,
        "name": cell_words(cell),
        "asked": _asked(cell),
        "decimals": cell.decimals,
        "unit": cell.unit,
        **_rule(standard),
    }
    return Finding(standard.id, standard.severity, (spot_of(entry),), facts, wording=f"number.{known}")


def _any_form() -> Standard:
    """The rule for figures where the form states none: what cannot be read is never passed over."""
    title, basis = texts.phrase("number_rule"), texts.phrase("number_basis")
    return Standard("number", "CELL-NUM", title, Severity.MUST_FIX, basis)


def _asked(cell: Cell) -> str:
    """What is to be typed, in words."""
    return texts.phrase(f"asked_{cell.kind.value}", decimals=cell.decimals, unit=cell.unit)


def _rule(standard: Standard) -> dict[str, object]:
    return {"title": standard.title, "basis": standard.basis}


# --- blanks --------------------------------------------------------------------------------------------------------


def _blank(entries: list[Entry], submission: Submission, context: Context) -> Iterator[Finding]:
    """One finding for each sheet with blanks; only one for a workbook in which nothing is filled in at all."""
    cells, standards, known = context.form.cells, context.form.standards, index(context.form)
    lost = {item.sheet for item in submission.observations if item.code == "sheet.missing"}
    begun = known.inputs.keys() - known.carried - {entry.cell for entry in entries}
    if "blank" in standards and not begun:
        yield _listing("blank", "blank.all", entries, context, shown=1)
        return
    for kind, optional in (("blank", False), ("optional_blank", True)):
        if kind in standards:
            wanted = [entry for entry in entries if cells[entry.cell].optional is optional and entry.sheet not in lost]
            for found in by_sheet(wanted).values():
                yield _listing(kind, kind, found, context)


def _listing(kind: str, wording: str, entries: list[Entry], context: Context, shown: int | None = None) -> Finding:
    """One finding about several figures of a sheet."""
    standard = context.form.standards[kind]
    spots = tuple(spot_of(entry) for entry in entries)
    facts: dict[str, object] = {
        "count": len(entries),
        "cells": listed(entry.address for entry in entries),
        "cover": words().sheets["cover"],
        "declaration": words().cover["declaration"],
        "yes": words().cover["yes"],
        **_rule(standard),
    }
    return Finding(standard.id, standard.severity, spots[:shown], facts, wording=wording)


def _not_applicable(entries: list[Entry], context: Context) -> Iterator[Finding]:
    if "not_applicable" in context.form.standards:
        for found in by_sheet(entries).values():
            yield _listing("not_applicable", "not_applicable", found, context)


# --- what was put right --------------------------------------------------------------------------------------------


def _totals_typed(submission: Submission, context: Context) -> Iterator[Finding]:
    """Totals whose formula is gone: text in its place must be corrected, the right number is only noted."""
    wrong = faults(submission, context)
    typed = [submission.entries[cell] for cell in overwritten(submission) if cell not in wrong]
    typed.sort(key=lambda entry: index(context.form).order[entry.cell])
    for entry in typed:
        if entry.state is State.UNREADABLE:
            yield _no_number(entry, entry.note, context)
    if "computed" in context.form.standards:
        readable = [entry for entry in typed if entry.state is not State.UNREADABLE]
        for found in by_sheet(readable).values():
            yield _listing("computed", "computed", found, context)


def _normalised(submission: Submission) -> Iterator[Finding]:
    """One finding for each sheet and kind of normalisation."""
    groups: dict[tuple[str, str], list[Entry]] = {}
    for item in submission.observations:
        kind, _, note = item.code.partition(".")
        if kind == "value" and note in NORMALISED:
            entry = submission.entries.get(item.cell or "") or submission.controls.get(item.cell or "")
            if entry is not None and entry.value is not None:
                groups.setdefault((entry.sheet, note), []).append(entry)
    for (_, note), found in groups.items():
        cells, raw = listed(entry.address for entry in found), shortened(_quoted(found))
        spots = [spot_of(entry) for entry in found]
        yield finding(f"value.{note}", *spots, count=len(found), cells=cells, raw=raw)


def _quoted(entries: list[Entry]) -> list[str]:
    """The different texts that stood there."""
    return [f"“{raw}”" for raw in dict.fromkeys((entry.raw or "") for entry in entries)]
