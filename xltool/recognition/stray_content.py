"""Report what is on the sheets besides figures: changed labels, cells outside the form, missing sheets."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from heapq import nsmallest

from xltool.forms.cell_addresses import parse_address
from xltool.forms.slots import Purpose
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.model.submission import Observation
from xltool.recognition.assign_sheets import MIN_SHARE_PRESENT, SheetAssignment, parse_title
from xltool.recognition.identify_form import cell_text
from xltool.recognition.label_text import is_same_label, normalise_label
from xltool.recognition.locate_cells import LocatedSheet, find_text_cells, prepare_sheets
from xltool.recognition.match_labels import index_words, share_present
from xltool.recognition.read_lists import find_list_regions
from xltool.spreadsheet.raw_workbook import RawSheet

MAX_LISTED_STRAYS = 100  # reported one by one; the rest of a sheet is only counted
MAX_HEADING_CANDIDATES = 5_000  # stray cells on one sheet, above which headings are not searched
MIN_TABLE_CELLS = 8  # fewer stray cells cannot be a table
MIN_LABEL_SIMILARITY = 0.8  # similarity above which a label counts as reworded


def find_changed_labels(assignment: SheetAssignment, *, issued: bool) -> Iterator[Observation]:
    """Yield labels that differ from the form; in a form not made from a template, reworded ones separately."""
    for page in assignment.located_sheets.values():
        if page.planned_sheet.layout.purpose is Purpose.CONTROLS:  # control figures may be changed freely
            continue
        labels = () if page.words_in_place else page.planned_sheet.labels
        headings = page.planned_sheet.headings if issued and page.unclaimed is None else ()
        for slot in (*headings, *labels):
            text = cell_text(page.cells.get(slot.address))
            if slot.address in page.doubts or is_same_label(text, slot.text):
                continue
            code = "label.changed" if issued or not _are_similar(text, slot.text) else "label.reworded"
            facts = {"expected": slot.text, "found": text}
            yield Observation(code, page.sheet.name, page.real_address(slot.address), facts=facts)


def _are_similar(left: str, right: str) -> bool:
    return (
        SequenceMatcher(None, normalise_label(left), normalise_label(right), autojunk=False).ratio()
        >= MIN_LABEL_SIMILARITY
    )


def find_missing_sheets(plan: WorkbookPlan, assignment: SheetAssignment, *, issued: bool) -> Iterator[Observation]:
    """Yield missing sheets of the form; for a workbook not made from a template, only sheets with printed tables."""
    unprinted = {table.name for table in plan.form.tables if not table.printed}
    for chart in prepare_sheets(plan):
        name = chart.layout.name
        is_expected = issued or (chart.tables and name not in unprinted)
        is_expected = is_expected and chart.layout.purpose is not Purpose.CONTROLS  # control figures are optional
        if is_expected and name not in assignment.located_sheets:
            yield Observation("sheet.missing", name, facts={"sheet": name})


def find_strays(plan: WorkbookPlan, assignment: SheetAssignment) -> Iterator[Observation]:
    """Yield populated cells that are not part of the form."""
    marks = plan.sheet_for(Purpose.MARKS).name
    strays_by_sheet: dict[str, set[str]] = {}
    sheets: dict[str, RawSheet] = {}
    regions = {id(located): region for located, region in find_list_regions(plan, assignment)}
    for name, page in assignment.located_sheets.items():
        if name != marks:
            own = set(_unclaimed_addresses(plan, name, page))
            if id(page) in regions:
                own = {address for address in own if not regions[id(page)].covers_cell(address)}
            strays_by_sheet[page.sheet.name] = strays_by_sheet.get(page.sheet.name, own) & own
            sheets[page.sheet.name] = page.sheet
    for sheet in assignment.unknown_sheets:
        strays_by_sheet[sheet.name], sheets[sheet.name] = set(sheet.cells), sheet
    for name, spots in strays_by_sheet.items():
        yield from _find_second_tables(plan, sheets[name], spots)
        yield from _report_strays(plan, sheets[name], spots)


def _find_second_tables(plan: WorkbookPlan, sheet: RawSheet, strange: set[str]) -> Iterator[Observation]:
    """Yield tables of the form among the stray cells, pasted there a second time."""
    if len(strange) < MIN_TABLE_CELLS:
        return
    stray_words = index_words({spot: sheet.cells[spot] for spot in strange})
    for chart in prepare_sheets(plan):
        for table in chart.tables:
            if share_present(chart.make_anchors(table), stray_words) >= MIN_SHARE_PRESENT:
                first = min(strange, key=parse_address)
                yield Observation("table.second", sheet.name, first, facts={"section": chart.layout.name})


def _unclaimed_addresses(plan: WorkbookPlan, name: str, located: LocatedSheet) -> Iterator[str]:
    if located.unclaimed is not None:
        yield from located.unclaimed
    elif not located.cells.keys() <= plan.known[name]:  # of most sheets nothing is left to look for
        texts = find_text_cells(located.planned_sheet.layout, located.cells)
        yield from located.cells.keys() - plan.known[name] - texts


def _is_heading(plan: WorkbookPlan, text: str) -> bool:
    """Return True for a title of the report or of one of its sections."""
    return bool(parse_title(plan, text)) or any(
        normalise_label(text).endswith(normalise_label(section.title)) for section in plan.form.sections
    )


def _report_strays(plan: WorkbookPlan, sheet: RawSheet, strange: set[str]) -> Iterator[Observation]:
    texts = {spot: text for spot in strange if (text := sheet.cells[spot].text.strip())}
    if len(texts) <= MAX_HEADING_CANDIDATES:
        texts = {spot: text for spot, text in texts.items() if not _is_heading(plan, text)}
    for spot in nsmallest(MAX_LISTED_STRAYS, texts, key=parse_address):
        yield Observation("stray", sheet.name, spot, facts={"text": str(sheet.cells[spot].text)})
    if len(texts) > MAX_LISTED_STRAYS:
        yield Observation("stray.more", sheet.name, facts={"count": len(texts) - MAX_LISTED_STRAYS})
