"""Which form a workbook is, and whose and which year's: what its three witnesses say, and where they disagree."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from xltool.errors import ForeignFileError
from xltool.forms.furniture import words
from xltool.forms.identity import LEAF, LIST_PROPERTY, PROPERTY_PREFIX, Identity, identity_from
from xltool.forms.layout import Plan, plan
from xltool.forms.slots import Purpose, Role
from xltool.model.agency import Scope
from xltool.model.form import Form
from xltool.model.submission import Observation
from xltool.recognition.assign_sheets import PRESENT, Arrangement, title_of
from xltool.recognition.label_text import plain
from xltool.recognition.locate_cells import charted
from xltool.recognition.match_labels import share_present, words_on
from xltool.spreadsheet.raw_workbook import RawCell, RawSheet, RawWorkbook, Stored


class Witnesses(NamedTuple):
    """What the identity sheet and the document properties say; None where they say nothing whole.

    ``rows`` are the key and value pairs of whichever is believed.
    """

    sheet: Identity | None = None
    properties: Identity | None = None
    rows: Mapping[str, str] = {}

    @property
    def said(self) -> Identity | None:
        """The sheet's word, else that of the properties."""
        return self.sheet or self.properties


class Claim(NamedTuple):
    """What one submission is read as, what it was handed out as, and what was noticed on the way."""

    identity: Identity | None
    issued: Mapping[str, str]
    observations: tuple[Observation, ...]


def witnesses(workbook: RawWorkbook) -> Witnesses:
    """The two hidden witnesses of a workbook."""
    stated = {
        key.removeprefix(PROPERTY_PREFIX): value
        for key, value in workbook.properties.items()
        if key.startswith(PROPERTY_PREFIX)
    }
    rows = _identity_rows(workbook)
    sheet, properties = identity_from(rows), identity_from(stated)
    return Witnesses(sheet, properties, rows if sheet else stated if properties else {})


def form_of(workbook: RawWorkbook, said: Identity | None, forms: Sequence[Form], file: str) -> Form:
    """The form a workbook says it is, or whose printed words are on it. Raises ForeignFileError if there is none."""
    if LIST_PROPERTY in workbook.properties:  # it may well print every word of a form
        raise ForeignFileError("file.own_list", file=file)
    if said is not None:
        form = next((form for form in forms if form.key == (said.form, said.edition)), None)
        if form is None:
            raise ForeignFileError("file.unknown_form", file=file, form=said.form, edition=said.edition)
        return form
    form = _by_labels(workbook, forms)
    if form is None:
        raise ForeignFileError("file.not_a_return", file=file)
    return form


def claim(chart: Plan, found: Arrangement, hidden: Witnesses, workbook: RawWorkbook, *, alone: bool) -> Claim:
    """Whose and which year's one submission is. Of several in a workbook, its hidden identity is that of one."""
    printed = printed_on(chart, found)
    said = hidden.said
    if not alone and said is not None and plain(printed.get("agency", "")) != plain(said.agency_name):
        said, hidden = None, Witnesses()
    noticed: list[Observation] = []
    if said is None:
        said = _printed_identity(chart, printed)
        noticed.append(Observation("identity.none"))
    elif said.layout != chart.digest and said.scope is Scope.OWN:
        noticed.append(Observation("layout.other"))
    if said is not None and said.imported:
        noticed.append(Observation("identity.imported"))
    properties = hidden.properties if workbook.complete else None
    noticed += _disagreements(hidden.sheet, properties, printed | _odd_titles(chart, found, printed))
    return Claim(said, hidden.rows, tuple(noticed))


def _identity_rows(workbook: RawWorkbook) -> dict[str, str]:
    name = words().sheets["identity"]
    sheet = next((sheet for sheet in workbook.sheets if sheet.name == name), None)
    if sheet is None:
        return {}
    rows: dict[str, str] = {}
    for spot, cell in sheet.cells.items():
        if spot.startswith("A") and cell.text != LEAF and spot[1:].isdigit():
            value = sheet.cells.get(f"B{spot[1:]}")
            rows[cell.text] = value.text if value else ""
    return rows


def _by_labels(workbook: RawWorkbook, forms: Iterable[Form]) -> Form | None:
    """The form of whose printed tables at least one is on a sheet; of several the one most of whose words are there."""
    found = [words_on(sheet.cells) for sheet in workbook.sheets]
    everything = frozenset().union(*found)
    best: tuple[float, Form | None] = (0.0, None)
    for form in forms:
        charts = charted(plan(form))
        printed = {table.id for table in form.tables if table.printed}
        anchors = [chart.anchors(table) for chart in charts for table in chart.tables if table in printed]
        if any(share_present(each, held) >= PRESENT for each in anchors for held in found):
            share = share_present([anchor for each in anchors for anchor in each], everything)
            best = max(best, (share, form), key=lambda pair: pair[0])
    return best[1]


def printed_on(chart: Plan, found: Arrangement) -> dict[str, str]:
    """What the cover and the titles print of agency, code, year and scope, as far as it can be found."""
    said: dict[str, str] = {}
    planned = chart.sheet(Purpose.COVER)
    cover = found.pages.get(planned.name)
    if cover is not None:
        for slot in planned.slots:
            if slot.role is Role.IDENTITY and slot.address in cover.cells:
                said[slot.key] = cover.cells[slot.address].text.strip()
    if found.title:
        said.setdefault("agency", found.title.agency)
        said.setdefault("year", found.title.year)
        return said
    for section in chart.form.sections:
        page = found.pages.get(section.sheet)
        title = title_of(chart, _first(page.sheet)) if page else None
        if title:
            said.setdefault("agency", title.agency)
            said.setdefault("year", title.year)
    return said


def _odd_titles(chart: Plan, found: Arrangement, printed: Mapping[str, str]) -> dict[str, str]:
    """What a title says of agency and year that is not what is printed elsewhere."""
    pages = [found.pages[section.sheet] for section in chart.form.sections if section.sheet in found.pages]
    titles = [title for text in dict.fromkeys(_first(page.sheet) for page in pages) if (title := title_of(chart, text))]
    said = [*(("agency", title.agency) for title in titles), *(("year", title.year) for title in titles)]
    return {key: text for key, text in said if key in printed and plain(text) != plain(printed[key])}


def _first(sheet: RawSheet) -> str:
    return text_of(sheet.cells.get("A1")).strip()


def text_of(cell: RawCell | None) -> str:
    """What a cell says; empty for none."""
    return "" if cell is None or cell.stored is Stored.EMPTY else cell.text


def _printed_identity(chart: Plan, printed: Mapping[str, str]) -> Identity | None:
    year = printed.get("year", "")
    if not year.isdecimal():
        return None
    return Identity(
        form=chart.form.id,
        edition=chart.form.edition,
        year=int(year),
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
