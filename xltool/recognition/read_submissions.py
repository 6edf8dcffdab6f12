"""Read the submissions in an opened workbook. Nothing is judged here; everything unusual becomes an observation.

Every figure is read at its labels; every populated cell that is not part of the form is reported. Totals are recomputed
from the inputs; the stored ones remain in the entries.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from xltool.forms.cell_addresses import column_letters
from xltool.forms.cell_kinds import format_tally
from xltool.forms.expressions import recompute_figures
from xltool.forms.ledger_totals import first_summed_cell
from xltool.forms.plan_sheets import EXPLANATION_COLUMNS, LIST_FIRST_ROW, MARK_COLUMNS
from xltool.forms.slots import Purpose, Role
from xltool.forms.workbook_plan import WorkbookPlan, plan_workbook
from xltool.model.agency import Scope
from xltool.model.compact_entries import CompactEntries, CompactValues, EntryPosition, find_entry_layout
from xltool.model.day_numbers import show_day
from xltool.model.form import MAX_CACHED_FORMS, Cell, Form, Number, Values
from xltool.model.submission import Entry, EntryState, Explanation, Observation, Source, Submission
from xltool.recognition import read_consolidated
from xltool.recognition.absent_entries import apply_switches
from xltool.recognition.assign_sheets import SheetAssignment, assign_sheets
from xltool.recognition.cell_values import is_affirmative
from xltool.recognition.conditional_looks import apply_conditional_formats
from xltool.recognition.defined_names import dispute_by_names, doubt_exchanges
from xltool.recognition.identify_form import IdentityClaim, cell_text, claim_identity, find_form, read_identity_sources
from xltool.recognition.kind_values import find_words, format_day, spell_day
from xltool.recognition.locate_cells import find_text_cells
from xltool.recognition.lost_aggregates import forgive_lost_aggregates
from xltool.recognition.printed_sums import drop_unsummed, read_printed_tallies
from xltool.recognition.read_entries import read_entries, read_entry
from xltool.recognition.read_lists import ReadLists, read_lists
from xltool.recognition.remarks import find_remarks
from xltool.recognition.stray_content import find_changed_labels, find_missing_sheets, find_strays
from xltool.recognition.template_integrity import (
    check_integrity,
    find_hidden_figures,
    find_hidden_zeros,
    find_narrow_figures,
)
from xltool.recognition.unseen_figures import (
    refuse_astray,
    refuse_covered,
    refuse_overlaid,
    refuse_wrong_results,
)
from xltool.spreadsheet.cell_look import select_visible_text
from xltool.spreadsheet.raw_workbook import RawCell, RawWorkbook

DATE_FIELD = "date"  # of the signature line
_MARK_COLUMN_LETTERS = tuple(column_letters(column) for column in range(1, len(MARK_COLUMNS) + 1))
POSITION_CODES = {"place.moved", "sheet.renamed"}  # not reported for a workbook that was not made from a template


def read_submission(workbook: RawWorkbook, forms: Sequence[Form], file: str) -> Submission:
    """Read the first, usually the only, submission of a workbook. Raises ForeignFileError if there is none."""
    return read_submissions(workbook, forms, file)[0]


def read_submissions(workbook: RawWorkbook, forms: Sequence[Form], file: str) -> tuple[Submission, ...]:
    """Read every submission of a workbook; with several, each gets the file name ``file#1``, ``file#2``.

    Raises ForeignFileError if the workbook has none of ``forms``.
    """
    hidden = read_identity_sources(workbook)
    chart = plan_workbook(find_form(workbook, hidden.preferred, forms, file))
    area = hidden.preferred is not None and hidden.preferred.scope is Scope.AREA
    arranged = assign_sheets(chart, workbook, by_name_only=area)
    alone = len(arranged) == 1
    read = []
    for number, found in enumerate(arranged, start=1):
        claimed = claim_identity(chart, found, hidden, workbook, is_only_submission=alone)
        read.append(_build_submission(chart, workbook, found, claimed, file if alone else f"{file}#{number}"))
    return tuple(read)


def _build_submission(
    plan: WorkbookPlan, workbook: RawWorkbook, assignment: SheetAssignment, identity_claim: IdentityClaim, file: str
) -> Submission:
    identity = identity_claim.identity
    scope = identity.scope if identity else Scope.OWN
    is_issued = bool(identity_claim.issued)
    if is_issued and workbook.complete and scope is Scope.OWN:
        assignment = dispute_by_names(plan, workbook.names, assignment)
    declared = is_affirmative(_read_field(plan, assignment, "declaration"))
    figures = _read_figures(plan, workbook, assignment, scope, declared=declared)
    entries, controls = figures.entries, _read_controls(plan, assignment)
    observations = [
        *identity_claim.observations,
        *_observe_assignment(workbook, assignment, is_issued=is_issued),
        *figures.observations,
        *(Observation(f"value.{e.note}", e.sheet, e.address, e.cell) for e in controls.values() if e.note),
        *(_observe_return(plan, workbook, assignment, figures, is_issued=is_issued) if scope is Scope.OWN else ()),
        *find_missing_sheets(plan, assignment, issued=is_issued and scope is Scope.OWN),
        *find_changed_labels(assignment, issued=is_issued),
    ]
    return Submission(
        form=plan.form.id,
        edition=plan.form.edition,
        year=identity.year if identity else None,
        scope=scope,
        agency_code=identity.agency_code if identity else "",
        agency_name=identity.agency_name if identity else assignment.title.agency if assignment.title else "",
        entries=entries,
        values=_compute_values(plan.form, entries),
        source=_describe_source(plan, workbook, file),
        texts=_read_texts(plan, assignment),
        controls=controls,
        explanations=tuple(_read_explanations(plan, assignment)),
        observations=forgive_lost_aggregates(plan.form, observations, figures.lists.rows),
        manifest=read_consolidated.read_manifest(workbook),
        declared_zero=declared,
        absent=read_consolidated.read_absent(workbook),
        lacking=read_consolidated.read_lacking(workbook),
        issued=identity_claim.issued,
        words=find_words(plan.form, entries) | {cell: format_tally(tally) for cell, tally in figures.tallies.items()},
        signed={item.id: _read_field(plan, assignment, item.id) for item in plan.form.signature},
        tallies=figures.tallies,
        bases=read_consolidated.read_bases(workbook) if scope is Scope.AREA else {},
        lists=figures.lists.rows,
    )


class _ReadFigures(NamedTuple):
    """The figures and lists of a submission. ``observations`` are in the order in which they are told.

    ``tallies`` say how many chose each word, where it is a sum.
    """

    entries: Mapping[str, Entry]
    lists: ReadLists
    tallies: Mapping[str, Mapping[str, int]]
    observations: tuple[Observation, ...]


def _read_figures(
    plan: WorkbookPlan, workbook: RawWorkbook, assignment: SheetAssignment, scope: Scope, *, declared: bool
) -> _ReadFigures:
    """Read the entries of the form and the rows of its lists; what does not look as it is stored is refused."""
    read, is_plain = read_entries(plan, assignment, declared=declared)
    switched, filled_tables = apply_switches(plan, assignment, read)
    is_plain = is_plain and switched is read
    tallies: Mapping[str, Mapping[str, int]] = {}
    if scope is Scope.AREA:
        switched, tallies = _read_sum(plan.form, workbook, switched)
    lists, read = read_lists(plan, workbook, assignment, switched, scope=scope, declared=declared)
    entries = refuse_covered(plan, assignment, apply_conditional_formats(plan, workbook, assignment, read))
    entries = refuse_overlaid(plan, assignment, entries)
    if not is_plain:
        entries = refuse_astray(plan, assignment, entries)
    if not is_plain and scope is Scope.OWN:
        entries = refuse_wrong_results(plan, workbook, entries)
    is_plain = is_plain and entries is read
    observed = () if is_plain else _observe_figures(plan.form.cells, entries, workbook, scope)
    return _ReadFigures(entries, lists, tallies, (*filled_tables, *lists.observations, *observed))


def _observe_assignment(
    workbook: RawWorkbook, assignment: SheetAssignment, *, is_issued: bool
) -> Iterator[Observation]:
    """Yield what was noticed when the tables were found, and macros."""
    noticed = assignment.observations
    if is_issued:
        yield from doubt_exchanges(workbook.names, noticed)
    else:
        yield from (item for item in noticed if item.code not in POSITION_CODES)
    if workbook.macros:
        yield Observation("workbook.macros")


def _observe_return(
    plan: WorkbookPlan,
    workbook: RawWorkbook,
    assignment: SheetAssignment,
    figures_read: _ReadFigures,
    *,
    is_issued: bool,
) -> Iterator[Observation]:
    """Yield what a return of one agency holds beside its figures, and what was changed of its template."""
    yield from find_strays(plan, assignment)
    yield from find_hidden_figures(assignment, _list_positions(figures_read.entries, figures_read.lists))
    yield from find_hidden_zeros(assignment, figures_read.entries)
    yield from find_narrow_figures(plan, assignment, figures_read.entries)
    yield from _observe_struck_texts(plan, assignment)
    yield from find_remarks(plan, assignment, figures_read.entries)
    if is_issued:
        yield from check_integrity(plan, workbook, assignment)


def _list_positions(entries: Mapping[str, Entry], lists: ReadLists) -> Sequence[EntryPosition]:
    """Return where the figures and the rows of lists stand."""
    listed = (entry for rows in lists.rows.values() for row in rows for entry in row.entries.values() if entry.raw)
    return (*find_entry_layout(entries).positions, *(EntryPosition(each.sheet, each.address) for each in listed))


def _read_sum(
    form: Form, workbook: RawWorkbook, entries: Mapping[str, Entry]
) -> tuple[Mapping[str, Entry], Mapping[str, Mapping[str, int]]]:
    """Return the entries of an area's workbook, and how many chose each word where it is a sum."""
    tallies = read_consolidated.read_tallies(workbook) or read_printed_tallies(form, entries)
    if tallies or read_consolidated.read_manifest(workbook):  # an area's own return is filled in as any other
        entries = drop_unsummed(form, entries)
    return entries, tallies


def _describe_source(plan: WorkbookPlan, workbook: RawWorkbook, file: str) -> Source:
    marks = next((sheet for sheet in workbook.sheets if sheet.name == plan.sheet_for(Purpose.MARKS).name), None)
    marked = marks is not None and any(f"{letter}{LIST_FIRST_ROW}" in marks.cells for letter in _MARK_COLUMN_LETTERS)
    return Source(
        file, workbook.sha256, workbook.size, workbook.modified, workbook.program, workbook.saved, marked=marked
    )


# --- figures ---------------------------------------------------------------------------------------------------------


def _read_controls(plan: WorkbookPlan, assignment: SheetAssignment) -> dict[str, Entry]:
    """Read the control figures that were filled in; usually there are none."""
    page = assignment.located_sheets.get(next(iter(plan.controls.values())).sheet) if plan.controls else None
    if page is None:
        return {}
    spots = {place.address: id for id, place in plan.controls.items() if place.address in page.cells}
    entries = (
        read_entry(replace(first_summed_cell(plan.form, id), id=id), page, spot, declared=False)
        for spot, id in spots.items()
    )
    return {entry.cell: entry for entry in entries if entry.state is not EntryState.BLANK}


def _compute_values(form: Form, entries: Mapping[str, Entry]) -> Values:
    """Return the inputs and every computed cell recomputed from them; not-applicable cells have no value."""
    if not isinstance(entries, CompactEntries):
        inputs = {cell.id: entries[cell.id].counted for cell in form.inputs}
        values = recompute_figures(form.formulas, inputs)
        values |= {cell: None for cell in inputs if entries[cell].state is EntryState.NOT_APPLICABLE}
        return {cell: values[cell] for cell in form.cells}
    ids, declared = entries.layout.index, entries.layout.inputs if entries.declared else frozenset()
    value_by_cell: dict[str, Number | None] = dict(zip(ids, entries.numbers, strict=True))
    if declared:
        numbered = enumerate(entries.numbers)
        zeros = {place for place, value in numbered if value is None and place in declared}
        value_by_cell |= {cell: 0 for place, cell in enumerate(ids) if place in zeros}
    value_by_cell |= {cell: entry.counted for cell, entry in entries.exceptions.items()}
    values = recompute_figures(form.formulas, {cell.id: value_by_cell[cell.id] for cell in form.inputs})
    values |= {cell: None for cell, entry in entries.exceptions.items() if entry.state is EntryState.NOT_APPLICABLE}
    numbers = tuple(values[cell] for cell in ids)
    return CompactValues(ids, entries.numbers if numbers == entries.numbers else numbers)


def _observe_figures(
    cells: Mapping[str, Cell], entries: Mapping[str, Entry], workbook: RawWorkbook, scope: Scope
) -> Iterator[Observation]:
    """Yield observations of normalised and unreadable values, of missing formulas and of formulas in inputs."""
    for entry in _iterate_odd_entries(cells, entries):
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


def _iterate_odd_entries(cells: Mapping[str, Cell], entries: Mapping[str, Entry]) -> Iterator[Entry]:
    """Yield the entries, without plain numbers that have a formula where the form computes them and only there."""
    if not isinstance(entries, CompactEntries):
        yield from entries.values()
        return
    for cell, place in zip(entries.layout.index, entries.layout.positions, strict=True):
        if cell in entries.exceptions or cells[cell].computed == (place.formula is None):
            yield entries[cell]


# --- texts -------------------------------------------------------------------------------------------------------


def _read_texts(plan: WorkbookPlan, assignment: SheetAssignment) -> dict[str, str]:
    texts: dict[str, str] = {}
    for section, places in (*plan.paragraphs.items(), *plan.table_texts.items()):
        page = assignment.located_sheets.get(places[0].sheet)
        layout = page.planned_sheet.layout if page else None
        if page and layout and layout.text_slots and not find_text_cells(layout, page.cells):
            continue  # a table without text
        lines = (_text_at(assignment, spot.sheet, spot.address).strip() for spot in places)
        texts[section] = "\n".join(filter(None, lines))
    return texts


def _observe_struck_texts(plan: WorkbookPlan, assignment: SheetAssignment) -> Iterator[Observation]:
    """Yield the paragraphs of which a part is struck out or invisible, which is left out."""
    for places in plan.paragraphs.values():
        for sheet, address in places:
            located = assignment.located_sheets.get(sheet)
            cell = located.cells.get(address) if located else None
            if located and cell and select_visible_text(cell.text, cell.look) != str(cell.text):
                yield Observation("text.struck", located.sheet.name, located.real_address(address))


@lru_cache(maxsize=MAX_CACHED_FORMS)
def _find_explanation_rows(plan: WorkbookPlan) -> tuple[tuple[int, str, tuple[tuple[str, str], ...]], ...]:
    """Return the explanation rows: number, name of the relation that lists itself there, address of each column."""
    rows: dict[int, list[tuple[str, str]]] = {}
    listed: dict[int, str] = {}
    names = {relation.id: relation.name for relation in plan.form.relations}
    for slot in plan.sheet_for(Purpose.EXPLANATIONS).slots:
        if slot.role is Role.EXPLANATION and slot.key != EXPLANATION_COLUMNS[0]:
            rows.setdefault(slot.box.row, []).append((slot.key, slot.address))
            listed |= {slot.box.row: names[slot.text]} if slot.text else {}
    return tuple((row, listed.get(row, ""), tuple(columns)) for row, columns in rows.items())


def _read_explanations(plan: WorkbookPlan, assignment: SheetAssignment) -> Iterator[Explanation]:
    page = assignment.located_sheets.get(plan.sheet_for(Purpose.EXPLANATIONS).name)
    if page is None:
        return
    for row, listed, columns in _find_explanation_rows(plan):
        if any(spot in page.cells for _, spot in columns):
            row_texts = _read_explanation(listed, {key: page.cells.get(spot) for key, spot in columns})
            if any(row_texts.values()):
                left, right, author = (row_texts[key] for key in ("left", "right", "author"))
                day = show_day(row_texts["date"])
                yield Explanation(row_texts["relation"], left, right, row_texts["reason"], author, day, f"A{row}")


def _read_explanation(listed: str, cells_by_column: Mapping[str, RawCell | None]) -> dict[str, str]:
    """Read the texts of one explanation; of a row that lists its relation ``listed`` by itself only with a reason.

    What such a row's formulas show follows the figures, so that it says nothing about when the reason was written.
    """
    relation, reason = cells_by_column["relation"], cell_text(cells_by_column["reason"]).strip()
    if listed and not reason and relation is not None and (relation.formula is not None or relation.text == listed):
        return {}
    row_texts = {key: cell_text(cell).strip() for key, cell in cells_by_column.items()}
    own = (
        {key for key, cell in cells_by_column.items() if cell is not None and cell.formula is not None}
        if listed
        else set()
    )
    row_texts |= dict.fromkeys(own - {"relation", "reason"}, "")
    if "relation" in own or (listed and row_texts["relation"] == listed):
        return {**row_texts, "relation": listed} if row_texts["reason"] else {}
    return row_texts


def _read_field(plan: WorkbookPlan, assignment: SheetAssignment, name: str) -> str:
    """Return the text of a field of the cover; a date, stored or as a number of days, as people write it."""
    spot = plan.fields[name]
    page = assignment.located_sheets.get(spot.sheet)
    raw = page.cells.get(spot.address) if page else None
    text = cell_text(spell_day(raw) if raw else None).strip()
    day = show_day(text) if name == DATE_FIELD else text
    return text if day == text else format_day(date.fromisoformat(day))


def _text_at(assignment: SheetAssignment, sheet: str, address: str) -> str:
    page = assignment.located_sheets.get(sheet)
    return cell_text(page.cells.get(address)) if page else ""
