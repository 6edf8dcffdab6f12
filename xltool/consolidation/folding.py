"""Where there are more agencies than a sheet is good for, each area below the whole becomes one row of it.

Nothing of the sum changes: an area's row is the sum of its agencies, as a merge of the area alone would come to.
"""

from collections import defaultdict
from dataclasses import replace

from xltool.consolidation.totals import summed
from xltool.model.agency import Agency, Roster, Scope
from xltool.model.consolidation import Consolidation
from xltool.model.submission import Submission

# The list with which a spreadsheet program filters a column shows 10,000 entries and no more (Microsoft's published
# limit): beyond, an agency can no longer be picked there. It is also two million figures, which take seconds to open.
MOST_ROWS = 10_000


def folded(made: Consolidation, most: int = MOST_ROWS) -> Consolidation:
    """The same with the areas right below the whole as its parts, if it has more than ``most`` and there are areas."""
    if made.roster is None or len(made.parts) <= most:
        return made
    members: dict[str, list[Submission]] = defaultdict(list)
    for part in made.parts:
        members[_branch(made.roster, part.agency_code, made.summary.agency_code)].append(part)
    if len(members) == len(made.parts):
        return made
    return replace(made, parts=tuple(_one(made, code, parts) for code, parts in members.items()))


def _one(made: Consolidation, code: str, parts: list[Submission]) -> Submission:
    if len(parts) == 1:
        return parts[0]
    known = made.roster.agencies.get(code) if made.roster else None
    area = known or Agency(code, parts[0].agency_name)
    return summed(parts, made.form, made.year, replace(area, scope=Scope.AREA))


def _branch(roster: Roster, code: str, top: str) -> str:
    """The code of the agency right below ``top`` that an agency belongs to; without such a top, of the topmost one."""
    while (agency := roster.agencies.get(code)) and agency.parent in roster.agencies and agency.parent != top:
        code = agency.parent or code
    return code
