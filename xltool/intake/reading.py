"""From an opened workbook to a Submission. Judges nothing: what it noticed is told in observations.

Every figure is looked up at the place the plan gives it, under labels that are compared with the printed ones; every
populated cell that is none of ours is told. Totals are recomputed from the inputs; what was stored stays in the entry.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from xltool.errors import ForeignFileError
from xltool.forms.expressions import recompute
from xltool.forms.furniture import words
from xltool.forms.identity import LEAF, PROPERTY_PREFIX, Identity, identity_from
from xltool.forms.layout import Plan, plan
from xltool.forms.places import place
from xltool.forms.sheets import EXPLANATION_COLUMNS
from xltool.forms.slots import Purpose, Role
from xltool.intake import archive
from xltool.intake.labels import same_words
from xltool.intake.raw import RawCell, RawSheet, RawWorkbook, Stored
from xltool.intake.values import interpret
from xltool.model import (
    Cell,
    Entry,
    Explanation,
    Form,
    Observation,
    Scope,
    Source,
    State,
    Submission,
)

ENOUGH_LABELS = 0.8  # of a form's printed words must stand in their places before a workbook without identity is read
MOST_STRAYS = 100  # told one by one; the rest of a sheet is told as a number

_PRINTED = ("agency", "code", "year", "scope")


class _Claimed(NamedTuple):
    """Which form a workbook is read as, what it says it is, and what was noticed on the way."""

    plan: Plan
    identity: Identity | None
    observations: tuple[Observation, ...]


def read_submission(workbook: RawWorkbook, forms: Sequence[Form], file: str) -> Submission:
    """What ``workbook`` says, cell by cell. Raises ForeignFileError if it is a return of none of ``forms``."""
    sheets = {sheet.name: sheet for sheet in workbook.sheets}
    claimed = _claim(workbook, sheets, forms, file)
    chart, identity = claimed.plan, claimed.identity
    scope = identity.scope if identity else Scope.OWN
    noticed: list[Observation] = list(claimed.observations)
    declared = _field(chart, sheets, "declaration") == words().cover["yes"]
    entries = _entries(chart, sheets, declared)
    noticed += _figures_noticed(chart.form.cells, entries, workbook, scope)
    if scope is Scope.OWN:
        noticed += _strays(chart, workbook)
        noticed += _protection(chart, workbook)
    noticed += _labels(chart, sheets)
    inputs = {cell.id: entries[cell.id].counted for cell in chart.form.inputs}
    values = recompute(chart.form.formulas, inputs)
    values |= {cell: None for cell in inputs if entries[cell].state is State.NOT_APPLICABLE}
    return Submission(
        form=chart.form.id,
        edition=chart.form.edition,
        year=identity.year if identity else None,
        scope=scope,
        agency_code=identity.agency_code if identity else "",
        agency_name=identity.agency_name if identity else "",
        entries=entries,
        values={cell: values[cell] for cell in chart.form.cells},
        source=Source(file, workbook.sha256, workbook.size, workbook.modified, workbook.program),
        texts=_texts(chart, sheets),
        explanations=tuple(_explanations(chart, sheets)),
        observations=tuple(noticed),
        manifest=archive.manifest(workbook),
        declared_zero=declared,
        absent=archive.absent(workbook),
        lacking=archive.lacking(workbook),
        issued=dict(identity.rows()) if identity else {},
    )


# --- which form, which agency, which year ------------------------------------------------------------------------


def _claim(workbook: RawWorkbook, sheets: Mapping[str, RawSheet], forms: Sequence[Form], file: str) -> _Claimed:
    hidden = identity_from(_identity_rows(sheets))
    stated = {
        k.removeprefix(PROPERTY_PREFIX): v for k, v in workbook.properties.items() if k.startswith(PROPERTY_PREFIX)
    }
    properties = identity_from(stated)
    witness = hidden or properties
    form = next((form for form in forms if witness and form.key == (witness.form, witness.edition)), None)
    if witness and form is None:
        raise ForeignFileError("file.unknown_form", file=file, form=witness.form, edition=witness.edition)
    form = form or _by_labels(sheets, forms)
    if form is None:
        raise ForeignFileError("file.not_a_return", file=file)
    chart = plan(form)
    printed = _printed(chart, sheets)
    noticed: list[Observation] = []
    if witness is None:
        witness = _printed_identity(chart, printed)
        noticed.append(Observation("identity.none"))
    elif witness.layout != chart.digest and witness.scope is Scope.OWN:
        noticed.append(Observation("layout.other"))
    noticed += _disagreements(hidden, properties if workbook.complete else None, printed)
    return _Claimed(chart, witness, tuple(noticed))


def _identity_rows(sheets: Mapping[str, RawSheet]) -> dict[str, str]:
    sheet = sheets.get(words().sheets["identity"])
    if sheet is None:
        return {}
    rows: dict[str, str] = {}
    for spot, cell in sheet.cells.items():
        if spot.startswith("A") and cell.text != LEAF and spot[1:].isdigit():
            value = sheet.cells.get(f"B{spot[1:]}")
            rows[cell.text] = value.text if value else ""
    return rows


def _by_labels(sheets: Mapping[str, RawSheet], forms: Iterable[Form]) -> Form | None:
    """The form most of whose printed words stand in their places; None if none has enough."""
    best: tuple[float, Form | None] = (0.0, None)
    for form in forms:
        expected = [(name, spot, text) for name, labels in plan(form).labels.items() for spot, text in labels.items()]
        found = sum(
            1
            for name, spot, text in expected
            if name in sheets and spot in sheets[name].cells and same_words(sheets[name].cells[spot].text, text)
        )
        best = max(best, (found / len(expected), form), key=lambda pair: pair[0])
    return best[1] if best[0] >= ENOUGH_LABELS else None


def _printed(chart: Plan, sheets: Mapping[str, RawSheet]) -> dict[str, str]:
    """What the cover and the title print of agency, code, year and scope, as far as it can be found."""
    cover = sheets.get(chart.sheet(Purpose.COVER).name)
    found: dict[str, str] = {}
    if cover is not None:
        for slot in chart.sheet(Purpose.COVER).slots:
            if slot.role is Role.IDENTITY and slot.address in cover.cells:
                found[slot.key] = cover.cells[slot.address].text.strip()
    for section in chart.form.sections:
        sheet = sheets.get(section.sheet)
        title = _title(chart.form.report_title).fullmatch(_text(sheet.cells.get("A1")).strip()) if sheet else None
        if title:
            found.setdefault("agency", title["agency"])
            found.setdefault("year", title["year"])
    return found


@lru_cache(maxsize=16)
def _title(pattern: str) -> re.Pattern[str]:
    agency, year = re.escape("{agency}"), re.escape("{year}")
    return re.compile(re.escape(pattern).replace(agency, "(?P<agency>.+)").replace(year, "(?P<year>[0-9]{4})"))


def _printed_identity(chart: Plan, printed: Mapping[str, str]) -> Identity | None:
    if not printed.get("year", "").isdigit():
        return None
    return Identity(
        form=chart.form.id,
        edition=chart.form.edition,
        year=int(printed["year"]),
        agency_code=printed.get("code", ""),
        agency_name=printed.get("agency", ""),
        scope=Scope.AREA if printed.get("scope") == words().cover["area"] else Scope.OWN,
        serial="",
        layout="",
    )


def _disagreements(
    hidden: Identity | None, properties: Identity | None, printed: Mapping[str, str]
) -> Iterator[Observation]:
    """Where the three witnesses of identity do not say the same."""
    for field, key in (("agency_code", "code"), ("agency_name", "agency"), ("year", "year")):
        said = {
            "sheet": str(getattr(hidden, field)) if hidden else None,
            "property": str(getattr(properties, field)) if properties else None,
            "printed": printed.get(key),
        }
        if len({value for value in said.values() if value is not None}) > 1:
            yield Observation("identity.witnesses", facts={"field": field, **said})


# --- figures -----------------------------------------------------------------------------------------------------


def _entries(chart: Plan, sheets: Mapping[str, RawSheet], declared: bool) -> dict[str, Entry]:
    entries = {}
    empty: Mapping[str, RawCell] = {}
    cells = {name: sheet.cells for name, sheet in sheets.items()}
    for cell in chart.form.cells.values():
        sheet, spot = chart.cells[cell.id]
        entries[cell.id] = _entry(cell, cells.get(sheet, empty).get(spot), sheet, spot, declared)
    return entries


def _entry(cell: Cell, raw: RawCell | None, sheet: str, spot: str, declared: bool) -> Entry:
    if raw is None:
        zero = declared and not cell.computed
        return Entry(cell.id, State.BLANK, 0 if zero else None, None, sheet, spot, None, zero)
    meaning = interpret(raw, cell.kind, cell.decimals)
    zero = declared and not cell.computed and meaning.state is State.BLANK
    value = 0 if zero else meaning.value
    return Entry(cell.id, meaning.state, value, raw.text, sheet, spot, raw.formula, zero, meaning.note)


def _figures_noticed(
    cells: Mapping[str, Cell], entries: Mapping[str, Entry], workbook: RawWorkbook, scope: Scope
) -> Iterator[Observation]:
    """What was normalised or could not be understood, and formulas that are gone or stand where none belongs."""
    for entry in entries.values():
        computed = cells[entry.cell].computed
        if entry.note and not (computed and (entry.formula is not None or not workbook.complete)):
            facts = {"raw": entry.raw, "note": entry.note}
            yield Observation(f"value.{entry.note}", entry.sheet, entry.address, entry.cell, facts)
        if not workbook.complete or entry.raw is None:
            continue
        if computed and entry.formula is None:
            yield Observation("formula.overwritten", entry.sheet, entry.address, entry.cell, {"raw": entry.raw})
        if not computed and entry.formula is not None and scope is Scope.OWN:
            facts = {"raw": entry.raw, "formula": entry.formula}
            yield Observation("formula.in_input", entry.sheet, entry.address, entry.cell, facts)


# --- everything else on the sheets ---------------------------------------------------------------------------------


def _labels(chart: Plan, sheets: Mapping[str, RawSheet]) -> Iterator[Observation]:
    for name, labels in chart.labels.items():
        sheet = sheets.get(name)
        if sheet is None:
            yield Observation("sheet.missing", name, facts={"sheet": name})
            continue
        for spot, expected in labels.items():
            found = _text(sheet.cells.get(spot))
            if found != expected and not same_words(found, expected):
                yield Observation("label.changed", name, spot, facts={"expected": expected, "found": found})


def _strays(chart: Plan, workbook: RawWorkbook) -> Iterator[Observation]:
    """Populated cells that are no part of the template."""
    marks, hidden = chart.sheet(Purpose.MARKS).name, words().sheets["identity"]
    for sheet in workbook.sheets:
        if sheet.name in {marks, hidden}:
            continue
        strange = sheet.cells.keys() - chart.known.get(sheet.name, frozenset())
        spots = sorted((spot for spot in strange if sheet.cells[spot].text.strip()), key=place)
        for spot in spots[:MOST_STRAYS]:
            yield Observation("stray", sheet.name, spot, facts={"text": sheet.cells[spot].text})
        if len(spots) > MOST_STRAYS:
            yield Observation("stray.more", sheet.name, facts={"count": len(spots) - MOST_STRAYS})


def _protection(chart: Plan, workbook: RawWorkbook) -> Iterator[Observation]:
    if workbook.complete:
        for sheet in workbook.sheets:
            if sheet.name in chart.known and not sheet.protected:
                yield Observation("protection.removed", sheet.name)


def _texts(chart: Plan, sheets: Mapping[str, RawSheet]) -> dict[str, str]:
    return {
        section: "\n".join(filter(None, (_at(sheets, spot.sheet, spot.address).strip() for spot in places)))
        for section, places in chart.paragraphs.items()
    }


def _explanations(chart: Plan, sheets: Mapping[str, RawSheet]) -> Iterator[Explanation]:
    layout = chart.sheet(Purpose.EXPLANATIONS)
    rows: dict[int, dict[str, str]] = {}
    for slot in layout.slots:
        if slot.role is Role.EXPLANATION and slot.key != EXPLANATION_COLUMNS[0]:
            rows.setdefault(slot.box.row, {})[slot.key] = _at(sheets, layout.name, slot.address).strip()
    for row, said in rows.items():
        if any(said.values()):
            yield Explanation(
                said["relation"], said["left"], said["right"], said["reason"], said["author"], said["date"], f"A{row}"
            )


def _field(chart: Plan, sheets: Mapping[str, RawSheet], name: str) -> str:
    spot = chart.fields[name]
    return _at(sheets, spot.sheet, spot.address).strip()


def _at(sheets: Mapping[str, RawSheet], sheet: str, spot: str) -> str:
    return _text(sheets[sheet].cells.get(spot)) if sheet in sheets else ""


def _text(cell: RawCell | None) -> str:
    return "" if cell is None or cell.stored is Stored.EMPTY else cell.text
