"""From an opened workbook to its submissions. Judges nothing: what it noticed is told in observations.

Every figure is taken where the words printed for it stand; every populated cell that is none of ours is told. Totals
are recomputed from the inputs; what was stored stays in the entry.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from xltool.forms.controls import controlled
from xltool.forms.expressions import recompute
from xltool.forms.furniture import words
from xltool.forms.layout import Plan, plan
from xltool.forms.sheets import EXPLANATION_COLUMNS
from xltool.forms.slots import Purpose, Role
from xltool.model.agency import Scope
from xltool.model.compact_entries import Entries, Figures, places_of
from xltool.model.form import Cell, Form, Values
from xltool.model.submission import Entry, Explanation, Observation, Source, State, Submission
from xltool.recognition import read_consolidated as archive
from xltool.recognition.assign_sheets import Arrangement, arrange
from xltool.recognition.defined_names import disputed
from xltool.recognition.identify_form import Claim, claim, form_of, text_of, witnesses
from xltool.recognition.read_entries import entry_at, taken
from xltool.recognition.stray_content import labels_changed, missing_sheets, strays
from xltool.recognition.template_integrity import integrity, unseen
from xltool.spreadsheet.raw_workbook import RawWorkbook

WHERE_IT_STANDS = {"place.moved", "sheet.renamed"}  # says nothing of a workbook that was never handed out


def read_submission(workbook: RawWorkbook, forms: Sequence[Form], file: str) -> Submission:
    """The first, and ordinarily the only, submission of a workbook. Raises ForeignFileError if it holds none."""
    return read_submissions(workbook, forms, file)[0]


def read_submissions(workbook: RawWorkbook, forms: Sequence[Form], file: str) -> tuple[Submission, ...]:
    """What ``workbook`` says, cell by cell; of several agencies' forms in it, each by itself, as ``file#1``.

    Raises ForeignFileError if it is a return of none of ``forms``.
    """
    hidden = witnesses(workbook)
    chart = plan(form_of(workbook, hidden.said, forms, file))
    area = hidden.said is not None and hidden.said.scope is Scope.AREA
    arranged = arrange(chart, workbook, whole=area)
    alone = len(arranged) == 1
    read = []
    for number, found in enumerate(arranged, start=1):
        claimed = claim(chart, found, hidden, workbook, alone=alone)
        read.append(_submission(chart, workbook, found, claimed, file if alone else f"{file}#{number}"))
    return tuple(read)


def _submission(chart: Plan, workbook: RawWorkbook, found: Arrangement, claimed: Claim, file: str) -> Submission:
    identity = claimed.identity
    scope = identity.scope if identity else Scope.OWN
    if claimed.issued and workbook.complete and scope is Scope.OWN:
        found = disputed(chart, workbook.names, found)
    noticed: list[Observation] = [*claimed.observations]
    noticed += [item for item in found.noticed if claimed.issued or item.code not in WHERE_IT_STANDS]
    if workbook.macros:
        noticed.append(Observation("workbook.macros"))
    declared = _field(chart, found, "declaration") == words().cover["yes"]
    entries, plain = taken(chart, found, declared=declared)
    controls = _controls(chart, found)
    if not plain:
        noticed += _figures_noticed(chart.form.cells, entries, workbook, scope)
    noticed += [Observation(f"value.{e.note}", e.sheet, e.address, e.cell) for e in controls.values() if e.note]
    if scope is Scope.OWN:
        noticed += strays(chart, found)
        noticed += unseen(found, places_of(entries).spots)
        if claimed.issued:
            noticed += integrity(chart, workbook, found)
    noticed += missing_sheets(chart, found, issued=bool(claimed.issued) and scope is Scope.OWN)
    noticed += labels_changed(found, issued=bool(claimed.issued))
    return Submission(
        form=chart.form.id,
        edition=chart.form.edition,
        year=identity.year if identity else None,
        scope=scope,
        agency_code=identity.agency_code if identity else "",
        agency_name=identity.agency_name if identity else found.title.agency if found.title else "",
        entries=entries,
        values=_values(chart.form, entries),
        source=Source(file, workbook.sha256, workbook.size, workbook.modified, workbook.program),
        texts=_texts(chart, found),
        controls=controls,
        explanations=tuple(_explanations(chart, found)),
        observations=tuple(noticed),
        manifest=archive.manifest(workbook),
        declared_zero=declared,
        absent=archive.absent(workbook),
        lacking=archive.lacking(workbook),
        issued=claimed.issued,
    )


# --- figures ---------------------------------------------------------------------------------------------------------


def _controls(chart: Plan, found: Arrangement) -> dict[str, Entry]:
    """The control figures that were filled in; ordinarily there are none."""
    page = found.pages.get(next(iter(chart.controls.values())).sheet) if chart.controls else None
    if page is None:
        return {}
    spots = {place.address: id for id, place in chart.controls.items() if place.address in page.cells}
    entries = (
        entry_at(replace(controlled(chart.form, id), id=id), page, spot, declared=False) for spot, id in spots.items()
    )
    return {entry.cell: entry for entry in entries if entry.state is not State.BLANK}


def _values(form: Form, entries: Mapping[str, Entry]) -> Values:
    """The inputs as they were read, and every computed cell from them; what does not apply has no value."""
    if not isinstance(entries, Entries):
        inputs = {cell.id: entries[cell.id].counted for cell in form.inputs}
        values = recompute(form.formulas, inputs)
        values |= {cell: None for cell in inputs if entries[cell].state is State.NOT_APPLICABLE}
        return {cell: values[cell] for cell in form.cells}
    ids, blank = entries.places.index, 0 if entries.declared else None
    held = {cell: blank if value is None else value for cell, value in zip(ids, entries.numbers, strict=True)}
    held |= {cell: entry.counted for cell, entry in entries.odd.items()}
    values = recompute(form.formulas, {cell.id: held[cell.id] for cell in form.inputs})
    values |= {cell: None for cell, entry in entries.odd.items() if entry.state is State.NOT_APPLICABLE}
    numbers = tuple(values[cell] for cell in ids)
    return Figures(ids, entries.numbers if numbers == entries.numbers else numbers)


def _figures_noticed(
    cells: Mapping[str, Cell], entries: Mapping[str, Entry], workbook: RawWorkbook, scope: Scope
) -> Iterator[Observation]:
    """What was normalised or could not be understood, and formulas that are gone or stand where none belongs."""
    for entry in entries.values():
        if entry.raw is None:
            continue
        computed = cells[entry.cell].computed
        if entry.note and not (computed and (entry.formula is not None or not workbook.complete)):
            facts = {"raw": entry.raw, "note": entry.note}
            yield Observation(f"value.{entry.note}", entry.sheet, entry.address, entry.cell, facts)
        if not workbook.complete:
            continue
        if computed and entry.formula is None:
            yield Observation("formula.overwritten", entry.sheet, entry.address, entry.cell, {"raw": entry.raw})
        if not computed and entry.formula is not None and scope is Scope.OWN:
            facts = {"raw": entry.raw, "formula": entry.formula}
            yield Observation("formula.in_input", entry.sheet, entry.address, entry.cell, facts)


# --- texts -------------------------------------------------------------------------------------------------------


def _texts(chart: Plan, found: Arrangement) -> dict[str, str]:
    return {
        section: "\n".join(filter(None, (_at(found, spot.sheet, spot.address).strip() for spot in places)))
        for section, places in chart.paragraphs.items()
    }


_rows: dict[str, tuple[tuple[int, tuple[tuple[str, str], ...]], ...]] = {}


def _explanation_rows(chart: Plan) -> tuple[tuple[int, tuple[tuple[str, str], ...]], ...]:
    """The rows for explanations: each with its number, and the address of each of its columns; made once for a plan."""
    if chart.digest not in _rows:
        rows: dict[int, list[tuple[str, str]]] = {}
        for slot in chart.sheet(Purpose.EXPLANATIONS).slots:
            if slot.role is Role.EXPLANATION and slot.key != EXPLANATION_COLUMNS[0]:
                rows.setdefault(slot.box.row, []).append((slot.key, slot.address))
        _rows[chart.digest] = tuple((row, tuple(columns)) for row, columns in rows.items())
    return _rows[chart.digest]


def _explanations(chart: Plan, found: Arrangement) -> Iterator[Explanation]:
    page = found.pages.get(chart.sheet(Purpose.EXPLANATIONS).name)
    if page is None:
        return
    for row, columns in _explanation_rows(chart):
        if any(spot in page.cells for _, spot in columns):
            said = {key: text_of(page.cells.get(spot)).strip() for key, spot in columns}
            if any(said.values()):
                author, date = said["author"], said["date"]
                yield Explanation(
                    said["relation"], said["left"], said["right"], said["reason"], author, date, f"A{row}"
                )


def _field(chart: Plan, found: Arrangement, name: str) -> str:
    spot = chart.fields[name]
    return _at(found, spot.sheet, spot.address).strip()


def _at(found: Arrangement, sheet: str, spot: str) -> str:
    page = found.pages.get(sheet)
    return text_of(page.cells.get(spot)) if page else ""
