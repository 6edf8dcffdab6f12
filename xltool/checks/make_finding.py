"""Build findings: their severity, the locations of figures, and lists of cells."""

from collections.abc import Iterable

from xltool.checks.context import CheckContext
from xltool.forms.cell_addresses import merge_ranges
from xltool.model.finding import Finding, FindingCell
from xltool.model.finding_codes import code_severity
from xltool.model.finding_facts import ShortList
from xltool.model.form import Section
from xltool.model.submission import Entry, Submission


def make_finding(code: str, /, *spots: FindingCell, **facts: object) -> Finding:
    """Make a finding with the severity of its code."""
    return Finding(code, code_severity(code), spots, facts)


def locate_cell(cell: str, submission: Submission, context: CheckContext) -> FindingCell:
    """Return where a figure stood in the workbook, or its place in the template if it stood in none."""
    entry = submission.entries.get(cell) or submission.controls.get(cell)
    if entry is not None:
        return FindingCell(cell, entry.sheet, entry.address)
    return FindingCell(cell, *context.plan.find_figure(cell))


def locate_section(section: Section) -> FindingCell:
    """Return the place of a section of the form: its sheet."""
    return FindingCell("", section.sheet, "")


def spot_of_entry(entry: Entry) -> FindingCell:
    """Return the spot of an entry."""
    return FindingCell(entry.cell, entry.sheet, entry.address)


def list_ranges(addresses: Iterable[str]) -> ShortList:
    """Return the ranges of some cells as a fact."""
    return ShortList(tuple(merge_ranges(addresses)))


def group_by_sheet(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Group entries by sheet, in their order."""
    sheets: dict[str, list[Entry]] = {}
    for entry in entries:
        sheets.setdefault(entry.sheet, []).append(entry)
    return sheets
