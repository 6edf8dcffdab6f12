"""Build findings: locations of figures, and shortened lists of cells."""

from collections.abc import Iterable, Sequence

from xltool.checks.context import CheckContext
from xltool.forms.cell_addresses import box_address, cover_with_rectangles, parse_address
from xltool.messages import catalogue
from xltool.model.finding import Finding, FindingCell
from xltool.model.submission import Entry, Submission

MAX_RANGES_LISTED = 6  # in one sentence; the finding's spots are complete


def make_finding(code: str, /, *spots: FindingCell, **facts: object) -> Finding:
    """Make a finding with the severity that the catalogue gives its code."""
    return Finding(code, catalogue.code_severity(code), spots, facts)


def locate_cell(cell: str, submission: Submission, context: CheckContext) -> FindingCell:
    """Return where a figure stood in the workbook, or its place in the template if it stood in none."""
    entry = submission.entries.get(cell) or submission.controls.get(cell)
    if entry is not None:
        return FindingCell(cell, entry.sheet, entry.address)
    return FindingCell(cell, *context.plan.find_figure(cell))


def spot_of_entry(entry: Entry) -> FindingCell:
    """Return the spot of an entry."""
    return FindingCell(entry.cell, entry.sheet, entry.address)


def merge_ranges(addresses: Iterable[str]) -> list[str]:
    """Merge addresses into as few ranges as possible, in reading order: D9:I9, D11."""
    return [box_address(box) for box in cover_with_rectangles(parse_address(address) for address in addresses)]


def list_ranges(addresses: Iterable[str]) -> str:
    """Return the first `MAX_RANGES_LISTED` ranges of cells as one text."""
    return shorten_list(merge_ranges(addresses))


def shorten_list(names: Sequence[str]) -> str:
    """Join the first `MAX_RANGES_LISTED` names, with a word for the rest."""
    text = catalogue.look_up_word("shown", "joint").join(names[:MAX_RANGES_LISTED])
    return text if len(names) <= MAX_RANGES_LISTED else catalogue.format_phrase("and_more", text=text)


def group_by_sheet(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Group entries by sheet, in their order."""
    sheets: dict[str, list[Entry]] = {}
    for entry in entries:
        sheets.setdefault(entry.sheet, []).append(entry)
    return sheets
