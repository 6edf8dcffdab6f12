"""Compare an area's own figures with the sum of its members.

Area figures without a manifest are never added to those of the members (see `overlaps`); they are compared cell by
cell. If no member is missing, both must be equal. While members are missing the sum can only grow, so that a sum above
the published figure is already wrong.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from xltool.consolidation.tree import RosterTree, list_manifest
from xltool.forms.lower_bounds import is_lower_bound
from xltool.forms.workbook_plan import plan_workbook
from xltool.messages import catalogue
from xltool.model.consolidation import ReviewedFile
from xltool.model.finding import Finding, FindingCell
from xltool.model.form import Cell, Form, Number, Severity, TotalKind
from xltool.model.submission import Submission

_MAX_GAPS_QUOTED = 10  # in the sentence; the finding refers to every cell


class _PublishedGap(NamedTuple):
    """A cell whose published figure differs from the sum of the members."""

    cell: Cell
    published: Number
    summed: Number


def check_published_areas(
    tracking: Sequence[ReviewedFile], part_submissions: Sequence[Submission], tree: RosterTree, form: Form
) -> Iterator[Finding]:
    """Yield one finding for every area set aside whose figures contradict the sum of its members."""
    for item in tracking:
        area = item.submission
        if area is None or item.reason is None or item.reason.code != "merge.area_beside_members":
            continue
        below = tree.codes_below(area.agency_code)
        members = [part for part in part_submissions if part is not area and _collect_codes(part) <= below]
        owing = {code for code in below if tree.owes_report(code)}
        missing = owing - set().union(*map(_collect_codes, members))
        if members and (gaps := _find_gaps(form, area, members, whole=not missing)):
            yield _build_gap_finding(form, area, gaps, len(missing))


def _collect_codes(part: Submission) -> frozenset[str]:
    return frozenset(leaf.code for leaf in list_manifest(part))


def _find_gaps(form: Form, area: Submission, members: Sequence[Submission], *, whole: bool) -> list[_PublishedGap]:
    """Return the cells that differ; if a member has no figure, only cells whose sum is already too large.

    Rates, means and words are no sums of those of the members, and are not compared.
    """
    figures, found = [member.counted for member in members], []
    for cell in (cell for cell in form.inputs if cell.total is TotalKind.SUM):
        published = area.values.get(cell.id)
        known = [value for each in figures if (value := each.get(cell.id)) is not None]
        if published is None or not known:
            continue
        complete = whole and len(known) == len(members) and not any(member.lacking.get(cell.id) for member in members)
        summed = sum(known)
        if (complete and summed != published) or (is_lower_bound(form, cell) and summed > published):
            found.append(_PublishedGap(cell, published, summed))
    return found


def _build_gap_finding(form: Form, area: Submission, gaps: Sequence[_PublishedGap], missing: int) -> Finding:
    places = plan_workbook(form).cells
    shown_gaps = tuple(
        catalogue.format_phrase("published_gap", figure=gap.cell.words, published=gap.published, summed=gap.summed)
        for gap in gaps[:_MAX_GAPS_QUOTED]
    )
    spots = tuple(FindingCell(gap.cell.id, places[gap.cell.id].sheet, places[gap.cell.id].address) for gap in gaps)
    facts = {"agency": area.agency_name or area.agency_code, "count": len(gaps), "gaps": shown_gaps, "missing": missing}
    code = "merge.published_exceeded" if missing else "merge.published_differs"
    return Finding(code, Severity.MUST_FIX if missing else Severity.EXPLAIN, spots, facts)
