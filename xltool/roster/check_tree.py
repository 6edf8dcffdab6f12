"""Check that the agencies of a roster do not contradict each other."""

from collections.abc import Iterator, Mapping

from xltool.errors import RosterError
from xltool.model.agency import Agency


def check_tree(agencies: Mapping[str, Agency], rows_by_code: Mapping[str, int], file: str) -> Iterator[RosterError]:
    """Yield the contradictions between agencies; ``rows_by_code`` are the row numbers by code."""
    if loop := _find_loop(agencies):
        yield RosterError("roster.loop", file=file, row=rows_by_code[loop[0]], codes=loop)
    reported: set[str] = set()
    for agency in agencies.values():
        facts = {"file": file, "row": rows_by_code[agency.code], "name": agency.name}
        yield from _check_successors(agency, agencies, facts)
        after = _follow_successors(agency, agencies)
        if agency.code in after and agency.code not in reported:
            yield RosterError("roster.successor_of_itself", **facts)
            # a circle is reported at the first of its agencies
            reported |= {code for code in after if agency.code in _follow_successors(agencies[code], agencies)}


def _check_successors(
    agency: Agency, agencies: Mapping[str, Agency], facts: Mapping[str, object]
) -> Iterator[RosterError]:
    if agency.successors and agency.ended is None:
        yield RosterError("roster.successor_of_the_living", **facts)
    if agency.began and agency.ended and agency.ended < agency.began:
        yield RosterError("roster.ended_before", **facts, began=agency.began, ended=agency.ended)
    unknown = [code for code in agency.successors if code not in agencies]
    yield from (RosterError("roster.unknown_successor", **facts, code=code) for code in unknown)


def _follow_successors(agency: Agency, agencies: Mapping[str, Agency]) -> set[str]:
    """Return the codes of all agencies on the roster that follow it, directly or through others."""
    pending, after = list(agency.successors), set[str]()
    while pending:
        code = pending.pop()
        if code in agencies and code not in after:
            after.add(code)
            pending += agencies[code].successors
    return after


def _find_loop(agencies: Mapping[str, Agency]) -> tuple[str, ...]:
    """Return the codes of the first circle of parents, else ()."""
    safe: set[str] = set()
    for start in agencies:
        trail: list[str] = []
        agency: Agency | None = agencies[start]
        while agency and agency.code not in safe:
            if agency.code in trail:
                return tuple(trail[trail.index(agency.code) :])
            trail.append(agency.code)
            agency = agencies.get(agency.parent) if agency.parent else None
        safe.update(trail)
    return ()
