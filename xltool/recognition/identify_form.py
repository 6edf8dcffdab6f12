"""Identify the form, agency and year of a workbook from three sources, and report where they disagree."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from xltool.errors import ForeignFileError
from xltool.forms.compiled_form import FormLibrary
from xltool.forms.identity import LEAF_PREFIX, LIST_PROPERTY, PROPERTY_PREFIX, Identity, OwnList, parse_identity
from xltool.forms.slots import Purpose, Role
from xltool.forms.workbook_plan import WorkbookPlan, plan_workbook
from xltool.forms.workbook_words import workbook_words
from xltool.model.agency import Scope
from xltool.model.agency_names import normalize_name
from xltool.model.form import Form
from xltool.model.period import parse_period
from xltool.model.submission import Observation
from xltool.recognition.assign_sheets import MIN_SHARE_PRESENT, SheetAssignment, parse_title
from xltool.recognition.label_text import normalise_label
from xltool.recognition.locate_cells import prepare_sheets
from xltool.recognition.match_labels import index_words, share_present
from xltool.spreadsheet.cell_look import select_visible_text
from xltool.spreadsheet.raw_workbook import RawCell, RawSheet, RawWorkbook, StorageType


class IdentitySources(NamedTuple):
    """The identity sheet and the document properties; None where one is missing or incomplete.

    ``rows`` are the key and value pairs of the preferred source.
    """

    sheet: Identity | None = None
    properties: Identity | None = None
    rows: Mapping[str, str] = {}

    @property
    def preferred(self) -> Identity | None:
        """The identity from the sheet, else from the properties."""
        return self.sheet or self.properties


class IdentityClaim(NamedTuple):
    """The identity one submission is read as, the rows it was issued with, and observations."""

    identity: Identity | None
    issued: Mapping[str, str]
    observations: tuple[Observation, ...]


def read_identity_sources(workbook: RawWorkbook) -> IdentitySources:
    """Read the two hidden identity sources of a workbook."""
    from_properties = {
        key.removeprefix(PROPERTY_PREFIX): value
        for key, value in workbook.properties.items()
        if key.startswith(PROPERTY_PREFIX)
    }
    rows = _read_identity_rows(workbook)
    sheet, properties = parse_identity(rows), parse_identity(from_properties)
    return IdentitySources(sheet, properties, rows if sheet else from_properties if properties else {})


def find_form(workbook: RawWorkbook, identity: Identity | None, forms: Sequence[Form], file: str) -> Form:
    """Find the form of a workbook by its identity, else by its labels. Raises ForeignFileError if there is none."""
    if kind := _find_own_list(workbook):  # a list may contain every label of a form
        raise ForeignFileError("file.own_list", file=file, kind=kind)
    if identity is not None:
        form = FormLibrary(forms).find(identity.form, identity.edition)
        if form is None:
            raise ForeignFileError("file.unknown_form", file=file, form=identity.form, edition=identity.edition)
        return form
    usual, named = ([form for form in forms if form.named_only is named] for named in (False, True))
    form = _find_form_by_labels(workbook, usual) or _find_form_by_labels(workbook, named)
    if form is None:
        raise ForeignFileError("file.not_a_return", file=file)
    return form


def _find_own_list(workbook: RawWorkbook) -> OwnList | None:
    """Return which of our lists a workbook is: by its property, else by the name and the headings of its sheet."""
    if LIST_PROPERTY in workbook.properties:
        marked = workbook.properties[LIST_PROPERTY]
        return OwnList(marked) if marked in set(OwnList) else OwnList.IMPORT
    words = workbook_words()
    lists = ((OwnList.DISTRIBUTION, words.distribution), (OwnList.RETURNING, words.returning))
    for sheet in workbook.sheets[:1]:
        texts = {cell.text for cell in sheet.cells.values()}
        for kind, say in lists:
            if sheet.name == say["sheet"] and texts.issuperset({say["number"], say["code"], say["name"]}):
                return kind
    return None


def claim_identity(
    plan: WorkbookPlan,
    assignment: SheetAssignment,
    sources: IdentitySources,
    workbook: RawWorkbook,
    *,
    is_only_submission: bool,
) -> IdentityClaim:
    """Determine agency and year of one submission. Of several in a workbook the hidden identity belongs to one."""
    printed = read_printed_identity(plan, assignment)
    identity = sources.preferred
    if (
        not is_only_submission
        and identity is not None
        and normalise_label(printed.get("agency", "")) != normalise_label(identity.agency_name)
    ):
        identity, sources = None, IdentitySources()
    observations: list[Observation] = []
    if identity is None:
        identity = _make_printed_identity(plan, printed)
        observations.append(Observation("identity.none"))
    elif identity.layout not in {plan.layout, *plan.form.layouts} and identity.scope is Scope.OWN:
        observations.append(Observation("layout.other"))
    if identity is not None and identity.imported:
        observations.append(Observation("identity.imported"))
    properties = sources.properties if workbook.complete else None
    odd_titles = _find_odd_titles(plan, assignment, printed)
    observations += _find_disagreements(sources.sheet, properties, printed, odd_titles)
    return IdentityClaim(identity, sources.rows, tuple(observations))


def _read_identity_rows(workbook: RawWorkbook) -> dict[str, str]:
    name = workbook_words().sheets["identity"]
    sheet = next((sheet for sheet in workbook.sheets if sheet.name == name), None)
    if sheet is None:
        return {}
    rows: dict[str, str] = {}
    for spot, cell in sheet.cells.items():
        if spot.startswith("A") and cell.text != LEAF_PREFIX and spot[1:].isdigit():
            value = sheet.cells.get(f"B{spot[1:]}")
            rows[str(cell.text)] = str(value.text) if value else ""
    return rows


def _find_form_by_labels(workbook: RawWorkbook, forms: Iterable[Form]) -> Form | None:
    """Find the form with at least one printed table on a sheet; of several the one with most labels present."""
    words_by_sheet = [index_words(sheet.cells) for sheet in workbook.sheets]
    all_words = frozenset().union(*words_by_sheet)
    best: tuple[float, Form | None] = (0.0, None)
    for form in forms:
        charts = prepare_sheets(plan_workbook(form))
        printed = {table.id for table in form.tables if table.printed}
        anchors = [chart.make_anchors(table) for chart in charts for table in chart.tables if table in printed]
        if any(share_present(labels, present) >= MIN_SHARE_PRESENT for labels in anchors for present in words_by_sheet):
            share = share_present([anchor for labels in anchors for anchor in labels], all_words)
            best = max(best, (share, form), key=lambda pair: pair[0])
    return best[1]


def read_printed_identity(chart: WorkbookPlan, assignment: SheetAssignment) -> dict[str, str]:
    """Read agency, code, year and scope from the cover and the titles, as far as present."""
    printed: dict[str, str] = {}
    planned = chart.sheet_for(Purpose.COVER)
    cover = assignment.located_sheets.get(planned.name)
    if cover is not None:
        for slot in planned.slots:
            if slot.role is Role.IDENTITY and (text := cell_text(cover.cells.get(slot.address)).strip()):
                printed[slot.key] = text
    if assignment.title:
        printed.setdefault("agency", assignment.title.agency)
        printed.setdefault("year", assignment.title.year)
        return printed
    for section in chart.form.sections:
        page = assignment.located_sheets.get(section.sheet)
        title = parse_title(chart, _read_first_cell(page.sheet)) if page else None
        if title:
            printed.setdefault("agency", title.agency)
            printed.setdefault("year", title.year)
    return printed


def _find_odd_titles(chart: WorkbookPlan, assignment: SheetAssignment, printed: Mapping[str, str]) -> dict[str, str]:
    """Return agency and year from titles that differ from what is printed elsewhere."""
    pages = [
        assignment.located_sheets[section.sheet]
        for section in chart.form.sections
        if section.sheet in assignment.located_sheets
    ]
    titles = [
        title
        for text in dict.fromkeys(_read_first_cell(page.sheet) for page in pages)
        if (title := parse_title(chart, text))
    ]
    named = [*(("agency", title.agency) for title in titles), *(("year", title.year) for title in titles)]
    return {
        key: text for key, text in named if key in printed and normalise_label(text) != normalise_label(printed[key])
    }


def _read_first_cell(sheet: RawSheet) -> str:
    return cell_text(sheet.cells.get("A1")).strip()


def cell_text(raw_cell: RawCell | None) -> str:
    """Return the text of a cell as a person reads it; empty for a missing one."""
    return (
        ""
        if raw_cell is None or raw_cell.stored is StorageType.EMPTY
        else select_visible_text(raw_cell.text, raw_cell.look)
    )


def _make_printed_identity(chart: WorkbookPlan, printed: Mapping[str, str]) -> Identity | None:
    try:
        year = parse_period(printed.get("year", ""))
    except ValueError:
        return None
    return Identity(
        form=chart.form.id,
        edition=chart.form.edition,
        year=year,
        agency_code=printed.get("code", ""),
        agency_name=printed.get("agency", ""),
        scope=Scope.AREA if printed.get("scope") == workbook_words().cover["area"] else Scope.OWN,
        serial="",
        layout="",
    )


def _find_disagreements(
    sheet_identity: Identity | None,
    property_identity: Identity | None,
    printed: Mapping[str, str],
    odd_titles: Mapping[str, str],
) -> Iterator[Observation]:
    """Yield an observation for each field on which the three identity sources differ.

    Of the cover and a title that say different things, the one that differs from the hidden identity is reported.
    """
    for field, key in (("agency_code", "code"), ("agency_name", "agency"), ("year", "year")):
        stated = {
            "sheet": str(getattr(sheet_identity, field)) if sheet_identity else None,
            "property": str(getattr(property_identity, field)) if property_identity else None,
        }
        hidden = {normalize_name(value) for value in stated.values() if value is not None}
        readings = [source[key] for source in (printed, odd_titles) if key in source]
        differing = (text for text in readings if normalize_name(text) not in hidden)
        stated["printed"] = next(differing, readings[0] if readings else None)
        if len({normalize_name(value) for value in stated.values() if value is not None}) > 1:
            yield Observation("identity.witnesses", facts={"field": field, **stated})
    yield from _find_other_scope(sheet_identity, property_identity, printed.get("scope", ""))


def _find_other_scope(
    sheet_identity: Identity | None, property_identity: Identity | None, printed: str
) -> Iterator[Observation]:
    """Yield an observation if the cover names another scope (数据口径) than the hidden identity."""
    words = {scope: workbook_words().cover[scope] for scope in Scope}
    stated = {
        key: words[identity.scope] if identity else None
        for key, identity in (("sheet", sheet_identity), ("property", property_identity))
    }
    hidden = {word for word in stated.values() if word}
    named = {word for word in words.values() if word in printed}
    if len(hidden) > 1 or (hidden and named and not hidden & named):
        yield Observation("identity.witnesses", facts={"field": "scope", **stated, "printed": printed or None})
