"""Figures of earlier years for agencies that were merged, split, renamed or abolished.

An agency reports for a year if it exists on the last day of that year. Its earlier figures pass to its successors. If
the work of one agency went to several successors, no share of a figure can be assigned to one of them: only all of
them together have figures of the earlier year.
"""

from collections.abc import Container, Iterable, Mapping

from xltool.model.agency import Agency, Roster
from xltool.model.form import Values
from xltool.model.period import calendar_year


def owes_report(agency: Agency, year: int) -> bool:
    """Return whether the agency reports for ``year``: it exists on the last day of that year."""
    calendar = calendar_year(year)
    begun = agency.began is None or agency.began.year <= calendar
    return begun and (agency.ended is None or agency.ended.year > calendar)


def list_inherited_values(
    values_by_code: Mapping[str, Values], codes: Iterable[str], roster: Roster | None, past_year: int, current_year: int
) -> list[Values] | None:
    """List the figures for ``past_year`` of each agency whose work ``codes`` do in ``current_year``, by code.

    ``values_by_code`` are the figures of ``past_year``. Return None if the figures of one of them are unknown, or only
    a part of its work passed to ``codes``.
    """
    earlier = find_predecessor_codes(codes, roster, past_year, current_year)
    if not earlier or not earlier <= values_by_code.keys():
        return None
    return [values_by_code[code] for code in sorted(earlier)]


def find_predecessor_codes(
    codes: Iterable[str], roster: Roster | None, past_year: int, current_year: int
) -> frozenset[str] | None:
    """Return who did the work of ``codes`` in ``past_year``; None if others do part of it in ``current_year``."""
    reached = set(codes)
    queue = list(reached)
    while queue and roster:
        for predecessor in roster.predecessors.get(queue.pop(), ()):
            if predecessor.code not in reached and _has_ended_between(predecessor, past_year, current_year):
                reached.add(predecessor.code)
                queue.append(predecessor.code)
    if roster is None:
        return frozenset(reached)
    listed = [agency for code in reached if (agency := _find_listed_agency(roster, code))]
    if any(
        _has_ended_between(agency, past_year, current_year) and not reached.issuperset(agency.successors)
        for agency in listed
    ):
        return None
    return frozenset(reached) - {agency.code for agency in listed if not owes_report(agency, past_year)}


def explain_missing_return(agency: Agency, year: int, missing: Container[str]) -> str:
    """Explain why no return of an agency came for a year, given the codes of the missing agencies.

    One of ``missing``, ``ended``, ``not_begun``, or ``summed`` for an area that is summed from the agencies below it.
    """
    if agency.code in missing:
        return "missing"
    if not owes_report(agency, year):
        return "ended" if agency.ended and agency.ended.year <= calendar_year(year) else "not_begun"
    return "summed"


def group_divided_agencies(
    roster: Roster, past_year: int, current_year: int
) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Return pairs of agency codes, before and after, for work that did not pass whole to one successor.

    One pair for each agency whose work was divided or discontinued, including all agencies connected to it.
    """
    known = roster.known_agencies
    pairs: list[tuple[frozenset[str], frozenset[str]]] = []
    seen: set[str] = set()
    for agency in known.values():
        if (
            agency.code not in seen
            and _has_ended_between(agency, past_year, current_year)
            and len(agency.successors) != 1
        ):
            connected = _collect_connected_codes(roster, agency.code, past_year, current_year)
            seen |= connected
            before = frozenset(code for code in connected if owes_report(known[code], past_year))
            after = frozenset(code for code in connected if owes_report(known[code], current_year))
            pairs.append((before, after))
    return pairs


def _collect_connected_codes(roster: Roster, code: str, past_year: int, current_year: int) -> set[str]:
    """Return the codes of all agencies connected to one by successions between two years."""
    connected, queue = {code}, [code]
    while queue:
        current = queue.pop()
        neighbours = [
            earlier.code
            for earlier in roster.predecessors.get(current, ())
            if _has_ended_between(earlier, past_year, current_year)
        ]
        agency = _find_listed_agency(roster, current)
        neighbours += agency.successors if agency and _has_ended_between(agency, past_year, current_year) else ()
        queue += [neighbour for neighbour in neighbours if neighbour not in connected]
        connected.update(neighbours)
    return connected


def _has_ended_between(agency: Agency, past_year: int, current_year: int) -> bool:
    return agency.ended is not None and calendar_year(past_year) < agency.ended.year <= calendar_year(current_year)


def _find_listed_agency(roster: Roster, code: str) -> Agency | None:
    return roster.agencies.get(code) or roster.others.get(code)
