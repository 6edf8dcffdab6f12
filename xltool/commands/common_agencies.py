"""Two consolidations of different years with different agencies: compare the sums of those that both have (同口径)."""

from collections.abc import Mapping
from dataclasses import replace

from xltool.comparison.comparing import CommonAgencies, ComparisonResult, find_differences
from xltool.comparison.sides import ComparedSide, are_different_years
from xltool.consolidation.agency_rows import build_figure_entries
from xltool.forms.sum_values import sum_agency_values
from xltool.model.agency import Scope
from xltool.model.form import Number
from xltool.recognition.read_consolidated import list_sheet_names, read_details
from xltool.spreadsheet.open_workbook import open_named_sheets

AgencyFigures = Mapping[str, Mapping[str, Number | None]]


def compare_common_agencies(
    left_side: ComparedSide, right_side: ComparedSide, password: str | None
) -> ComparisonResult:
    """Find all differences; of sums of different years with different agencies, those of the agencies in both.

    Where the sums cannot be taken apart (no sheet 明细 with every agency), the whole is compared and marked so. Raises
    UnreadableFileError and ForeignFileError if a file cannot be read again.
    """
    whole = find_differences(left_side, right_side)
    sides = (left_side, right_side)
    codes = [{leaf.code for leaf in side.submission.manifest} for side in sides]
    is_summed = all(side.submission.scope is Scope.AREA and side.submission.manifest for side in sides)
    if not is_summed or codes[0] == codes[1] or not are_different_years(*sides):
        return whole
    common = codes[0] & codes[1] - {""}
    listed = [open_named_sheets(side.source, list_sheet_names(["details"]), password) for side in sides]
    details = [read_details(workbook) for workbook in listed]
    known = CommonAgencies(len(common), len(codes[0]), len(codes[1]), all(common <= each.keys() for each in details))
    if not common:
        return replace(whole, common=known, figures=(), possible=(), exchanges=(), unread=())
    if not known.summed:
        return replace(whole, common=known)
    restricted = [_sum_agencies(side, common, figures) for side, figures in zip(sides, details, strict=True)]
    compared = find_differences(*restricted)
    return replace(compared, subjects=whole.subjects, common=known)


def _sum_agencies(side: ComparedSide, codes: set[str], agency_figures: AgencyFigures) -> ComparedSide:
    """Return the side as the sum of some of its agencies."""
    values = sum_agency_values([agency_figures[code] for code in sorted(codes)], side.form)
    sheet = side.submission
    entries = build_figure_entries(values)
    kept = tuple(leaf for leaf in sheet.manifest if leaf.code in codes)
    return side._replace(
        submission=replace(sheet, entries=entries, values=values, manifest=kept, absent=(), lacking={}, tallies={})
    )
