"""What stands on the sheets besides figures: words that differ, cells that belong to nothing, sheets that are gone."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from heapq import nsmallest

from xltool.forms.layout import Plan
from xltool.forms.places import place
from xltool.forms.slots import Purpose
from xltool.model.submission import Observation
from xltool.recognition.assign_sheets import PRESENT, Arrangement, title_of
from xltool.recognition.identify_form import text_of
from xltool.recognition.label_text import plain, same_words
from xltool.recognition.locate_cells import Page, charted
from xltool.recognition.match_labels import share_present, words_on
from xltool.spreadsheet.raw_workbook import RawSheet

MOST_STRAYS = 100  # told one by one; the rest of a sheet is told as a number
MANY = 5_000  # on one sheet: headings are no longer looked for among them
FEW = 8  # cells that cannot be a table
ALIKE = 0.8  # of two labels must agree before one is the other, said differently


def labels_changed(found: Arrangement, *, issued: bool) -> Iterator[Observation]:
    """Printed words that say something else; of a form an office made itself, only those that hardly resemble them."""
    for page in found.pages.values():
        if page.worded or page.chart.planned.purpose is Purpose.CONTROLS:  # nothing there has to be as it was
            continue
        for slot in page.chart.labels:
            said = text_of(page.cells.get(slot.address))
            if slot.address in page.doubts or same_words(said, slot.text):
                continue
            code = "label.changed" if issued or not _alike(said, slot.text) else "label.reworded"
            facts = {"expected": slot.text, "found": said}
            yield Observation(code, page.sheet.name, page.where(slot.address), facts=facts)


def _alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, plain(one), plain(other), autojunk=False).ratio() >= ALIKE


def missing_sheets(plan: Plan, found: Arrangement, *, issued: bool) -> Iterator[Observation]:
    """Sheets of the form that are not there; of what is no workbook of one agency of ours, those of the tables."""
    unprinted = {table.name for table in plan.form.tables if not table.printed}
    for chart in charted(plan):
        name = chart.planned.name
        wanted = issued or (chart.tables and name not in unprinted)
        wanted = wanted and chart.planned.purpose is not Purpose.CONTROLS  # nobody has to give any
        if wanted and name not in found.pages:
            yield Observation("sheet.missing", name, facts={"sheet": name})


def strays(plan: Plan, found: Arrangement) -> Iterator[Observation]:
    """Populated cells that are no part of the form."""
    marks = plan.sheet(Purpose.MARKS).name
    left: dict[str, set[str]] = {}
    sheets: dict[str, RawSheet] = {}
    for name, page in found.pages.items():
        if name != marks:
            own = set(_rest(plan, name, page))
            left[page.sheet.name] = left.get(page.sheet.name, own) & own
            sheets[page.sheet.name] = page.sheet
    for sheet in found.strange:
        left[sheet.name], sheets[sheet.name] = set(sheet.cells), sheet
    for name, spots in left.items():
        yield from _second_tables(plan, sheets[name], spots)
        yield from _told(plan, sheets[name], spots)


def _second_tables(plan: Plan, sheet: RawSheet, strange: set[str]) -> Iterator[Observation]:
    """A table of the form among what belongs to nothing: somebody pasted it there once more."""
    if len(strange) < FEW:
        return
    found = words_on({spot: sheet.cells[spot] for spot in strange})
    for chart in charted(plan):
        for table in chart.tables:
            if share_present(chart.anchors(table), found) >= PRESENT:
                first = min(strange, key=place)
                yield Observation("table.second", sheet.name, first, facts={"section": chart.planned.name})


def _rest(plan: Plan, name: str, page: Page) -> Iterator[str]:
    if page.rest is not None:
        yield from page.rest
    else:
        yield from page.cells.keys() - plan.known[name]


def _is_heading(plan: Plan, text: str) -> bool:
    """Whether a text is a title of the report or of one of its sections, wherever somebody put it."""
    return bool(title_of(plan, text)) or any(plain(text).endswith(plain(each.title)) for each in plan.form.sections)


def _told(plan: Plan, sheet: RawSheet, strange: set[str]) -> Iterator[Observation]:
    said = {spot: text for spot in strange if (text := sheet.cells[spot].text.strip())}
    if len(said) <= MANY:
        said = {spot: text for spot, text in said.items() if not _is_heading(plan, text)}
    for spot in nsmallest(MOST_STRAYS, said, key=place):
        yield Observation("stray", sheet.name, spot, facts={"text": sheet.cells[spot].text})
    if len(said) > MOST_STRAYS:
        yield Observation("stray.more", sheet.name, facts={"count": len(said) - MOST_STRAYS})
