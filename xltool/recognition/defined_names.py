"""The names the template gave its figures, as a witness against places and labels.

A spreadsheet program moves a name along with its cell; a library or a sorting leaves it behind. So a name that stayed
at its planned place says nothing against labels that moved. A name that went somewhere else than its label does.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from xltool.forms.expressions import quoted
from xltool.forms.layout import Plan
from xltool.forms.places import column_letters, place
from xltool.forms.slots import Place
from xltool.model.submission import Observation
from xltool.recognition.assign_sheets import Arrangement
from xltool.recognition.match_labels import Doubt

_REFERENCE = re.compile(r"(?:'((?:[^']|'')+)'|([^'!\[\]]+))!\$?([A-Z]{1,3})\$?([1-9][0-9]*)(?::.+)?")

_expected: dict[str, dict[str, str]] = {}


def disputed(plan: Plan, names: Mapping[str, str], found: Arrangement) -> Arrangement:
    """The arrangement, with those figures in doubt whose name leads to another cell than their labels."""
    expected = _as_issued(plan)
    strange = [cell for cell, reference in expected.items() if cell in names and names[cell] != reference]
    if not strange and not any(page.origin for page in found.pages.values()):
        return found
    doubts: dict[str, dict[str, Doubt]] = {}
    noticed = []
    for cell in strange:
        named, (sheet, spot) = _place(names[cell]), plan.cells[cell]
        page = found.pages.get(sheet)
        if named is None or page is None or spot in page.doubts:
            continue
        labelled = Place(page.sheet.name, page.where(spot))
        if named not in (labelled, plan.cells[cell]):
            doubts.setdefault(sheet, {})[spot] = Doubt.AMBIGUOUS
            facts = {"named": f"{named.sheet}!{named.address}", "labelled": f"{labelled.sheet}!{labelled.address}"}
            noticed.append(Observation("place.names", *labelled, cell, facts))
    if not doubts:
        return found
    pages = {
        name: replace(page, doubts={**page.doubts, **doubts[name]}) if name in doubts else page
        for name, page in found.pages.items()
    }
    return replace(found, pages=pages, noticed=(*found.noticed, *noticed))


def _as_issued(plan: Plan) -> dict[str, str]:
    """The reference of each name as the template has it."""
    if plan.digest not in _expected:
        _expected[plan.digest] = {
            cell: f"{quoted(sheet)}!${column_letters(place(spot)[1])}${place(spot)[0]}"
            for cell, (sheet, spot) in plan.cells.items()
        }
    return _expected[plan.digest]


def _place(reference: str) -> Place | None:
    """The cell a name leads to; None for a lost one."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        return None
    sheet = match[1].replace("''", "'") if match[1] else match[2]
    return Place(sheet, f"{match[3]}{match[4]}")
