"""Replace agencies by the areas above them where a details sheet would have too many rows.

The total does not change: the row of an area is the sum of its agencies, equal to a merge of that area alone.
"""

from collections import defaultdict
from dataclasses import replace

from xltool.consolidation.totals import sum_submissions
from xltool.model.agency import Agency, Roster, Scope
from xltool.model.consolidation import Consolidation
from xltool.model.submission import Submission

# Excel's filter list shows at most 10,000 entries (Microsoft's published limit); more agencies could not be selected.
# A sheet of that size also holds two million figures, which take seconds to open.
MAX_DETAIL_ROWS = 10_000


def fold_into_areas(consolidation: Consolidation, max_rows: int = MAX_DETAIL_ROWS) -> Consolidation:
    """Return the consolidation with the areas below the top as parts, if it has more parts than ``max_rows``."""
    if consolidation.roster is None or len(consolidation.parts) <= max_rows:
        return consolidation
    members: dict[str, list[Submission]] = defaultdict(list)
    for part in consolidation.parts:
        members[_find_branch_code(consolidation.roster, part.agency_code, consolidation.summary.agency_code)].append(
            part
        )
    if len(members) == len(consolidation.parts):
        return consolidation
    return replace(
        consolidation, parts=tuple(_sum_area_parts(consolidation, code, parts) for code, parts in members.items())
    )


def _sum_area_parts(consolidation: Consolidation, code: str, part_submissions: list[Submission]) -> Submission:
    if len(part_submissions) == 1:
        return part_submissions[0]
    known = consolidation.roster.agencies.get(code) if consolidation.roster else None
    area = known or Agency(code, part_submissions[0].agency_name)
    return sum_submissions(part_submissions, consolidation.form, consolidation.year, replace(area, scope=Scope.AREA))


def _find_branch_code(roster: Roster, code: str, top: str) -> str:
    """Return the ancestor of an agency directly below ``top``; its topmost ancestor if ``top`` is not above it."""
    while (agency := roster.agencies.get(code)) and agency.parent in roster.agencies and agency.parent != top:
        code = agency.parent or code
    return code
