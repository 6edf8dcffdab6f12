"""How a check makes a finding of what it found: where it stands, and lists of cells short enough to read."""

from collections.abc import Iterable, Sequence

from xltool.checks.context import Context
from xltool.forms.places import box_address, place, rectangles
from xltool.messages import catalogue as texts
from xltool.model.finding import Finding, Spot
from xltool.model.submission import Entry, Submission

MOST_LISTED = 6  # ranges of cells in one sentence; the finding's spots are complete


def finding(code: str, /, *spots: Spot, **facts: object) -> Finding:
    """A finding whose severity is written beside its words."""
    return Finding(code, texts.severity(code), spots, facts)


def spot(cell: str, submission: Submission, context: Context) -> Spot:
    """Where a figure stood in the workbook; where it belongs, if it came from elsewhere."""
    entry = submission.entries.get(cell) or submission.controls.get(cell)
    if entry is not None:
        return Spot(cell, entry.sheet, entry.address)
    return Spot(cell, *context.plan.where(cell))


def spot_of(entry: Entry) -> Spot:
    """Where an entry stands."""
    return Spot(entry.cell, entry.sheet, entry.address)


def ranges(addresses: Iterable[str]) -> list[str]:
    """The same cells in as few ranges as they make, in reading order: D9:I9, D11."""
    return [box_address(box) for box in rectangles(place(address) for address in addresses)]


def listed(addresses: Iterable[str]) -> str:
    """The first few ranges of cells as they stand in a sentence."""
    return shortened(ranges(addresses))


def shortened(names: Sequence[str]) -> str:
    """The first few of ``names``, and a word for the rest."""
    text = texts.word("shown", "joint").join(names[:MOST_LISTED])
    return text if len(names) <= MOST_LISTED else texts.phrase("and_more", text=text)


def by_sheet(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Entries by the sheet they stand on, in their order."""
    sheets: dict[str, list[Entry]] = {}
    for entry in entries:
        sheets.setdefault(entry.sheet, []).append(entry)
    return sheets
