"""Find the area that a consolidation is of."""

from dataclasses import replace

from xltool.messages import catalogue
from xltool.model.agency import Agency, Roster, Scope


def find_area(roster: Roster | None, name: str | None) -> Agency:
    """Return the area of the sum: the named one, by code or name, else the agency all others report to."""
    if name is not None:
        listed = (agency for agency in roster or () if name in (agency.code, agency.name))
        return replace(next(listed, Agency("", name)), scope=Scope.AREA)
    known = roster.agencies if roster else {}
    parents = {agency.parent for agency in known.values()}
    top = [agency for agency in known.values() if agency.code in parents and agency.parent not in known]
    if len(top) == 1:
        return replace(top[0], scope=Scope.AREA)
    return Agency("", catalogue.look_up_word("summary", "area"), scope=Scope.AREA)
