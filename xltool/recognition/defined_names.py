"""Compare the defined names of the template with the places found by labels.

A spreadsheet program moves a name along with its cell; a library or a sort leaves it behind. So a name at its planned
place does not contradict labels that moved. A name elsewhere than its label does.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from xltool.forms.cell_addresses import column_letters, parse_address
from xltool.forms.format_formulas import quote_sheet_name
from xltool.forms.slots import CellAddress
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.model.form import MAX_CACHED_FORMS
from xltool.model.observation_codes import ObservationCode
from xltool.model.submission import Observation
from xltool.recognition.assign_sheets import SheetAssignment
from xltool.recognition.match_labels import PlaceDoubt

_REFERENCE = re.compile(r"(?:'((?:[^']|'')+)'|([^'!\[\]]+))!\$?([A-Z]{1,3})\$?([1-9][0-9]*)(?::.+)?")


def dispute_by_names(plan: WorkbookPlan, names: Mapping[str, str], assignment: SheetAssignment) -> SheetAssignment:
    """Mark as doubtful the figures whose defined name refers to another cell than their labels."""
    expected = _issued_references(plan)
    changed = [cell for cell, reference in expected.items() if cell in names and names[cell] != reference]
    if not changed and not any(page.origin for page in assignment.located_sheets.values()):
        return assignment
    doubts: dict[str, dict[str, PlaceDoubt]] = {}
    observations = []
    for cell in changed:
        named, (sheet, spot) = _parse_reference(names[cell]), plan.cells[cell]
        page = assignment.located_sheets.get(sheet)
        if named is None or page is None or spot in page.doubts:
            continue
        labelled = CellAddress(page.sheet.name, page.real_address(spot))
        if named not in (labelled, plan.cells[cell]):
            doubts.setdefault(sheet, {})[spot] = PlaceDoubt.AMBIGUOUS
            facts = {"named": f"{named.sheet}!{named.address}", "labelled": f"{labelled.sheet}!{labelled.address}"}
            observations.append(Observation("place.names", *labelled, cell, facts))
    if not doubts:
        return assignment
    pages = {
        name: replace(page, doubts={**page.doubts, **doubts[name]}) if name in doubts else page
        for name, page in assignment.located_sheets.items()
    }
    return replace(assignment, located_sheets=pages, observations=(*assignment.observations, *observations))


def doubt_exchanges(names: Mapping[str, str], observations: Sequence[Observation]) -> Iterator[Observation]:
    """Yield the observations on an issued workbook; figures under other heads than planned have two readings.

    They may have stayed where they were, or have moved along. Only where the name of each is at its new place are they
    known to have moved.
    """
    for item in observations:
        moves = item.facts["moves"] if item.code == "place.reordered" else ()
        followed = isinstance(moves, tuple) and all(
            (named := _parse_reference(names.get(cell, ""))) is not None and named.address == now
            for cell, _, now in moves
        )
        yield item if followed else item._replace(code=ObservationCode.PLACE_EXCHANGED)


@lru_cache(maxsize=MAX_CACHED_FORMS)
def _issued_references(plan: WorkbookPlan) -> dict[str, str]:
    """Return the reference of each name in the template."""
    return {
        cell: f"{quote_sheet_name(sheet)}!${column_letters(parse_address(spot)[1])}${parse_address(spot)[0]}"
        for cell, (sheet, spot) in plan.cells.items()
    }


def _parse_reference(reference: str) -> CellAddress | None:
    """Parse the cell a name refers to; None for a broken reference."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        return None
    sheet = match[1].replace("''", "'") if match[1] else match[2]
    if "]" in sheet:  # of another workbook
        return None
    return CellAddress(sheet, f"{match[3]}{match[4]}")
