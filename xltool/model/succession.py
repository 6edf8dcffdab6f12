"""Figures of earlier years follow the work: of agencies that were merged, split, renamed or abolished since.

An agency reports for a year on whose last day it was there (`owes`). What it reported before goes to those who
took over its work. Where one agency's work came to several, nothing says how much of a figure went to whom: then only
all of them together have figures of the year before.
"""

from collections.abc import Container, Iterable, Mapping, Sequence

from xltool.model.agency import Agency, Roster
from xltool.model.form import Number, Values


def owes(agency: Agency, year: int) -> bool:
    """Whether it reports for ``year``: it was there on the last day of it. Later, its successors report."""
    begun = agency.began is None or agency.began.year <= year
    return begun and (agency.ended is None or agency.ended.year > year)


def inherited(
    figures: Mapping[str, Values], codes: Iterable[str], roster: Roster | None, past: int, now: int
) -> Values | None:
    """What the agencies whose work ``codes`` do in the year ``now`` reported for the year ``past``, together.

    ``figures`` are those of ``past``, by agency code; a cell that one of them left open is None. None where somebody's
    figures are not known, or only a part of somebody's work came to ``codes``.
    """
    wanted = forebears(codes, roster, past, now)
    if not wanted or not wanted <= figures.keys():
        return None
    return figures[next(iter(wanted))] if len(wanted) == 1 else together([figures[code] for code in sorted(wanted)])


def together(figures: Sequence[Values]) -> dict[str, Number | None]:
    """The sum of several agencies' figures; None for a cell that one of them left open."""
    cells = dict.fromkeys(cell for values in figures for cell in values)
    return {cell: _sum([values.get(cell) for values in figures]) for cell in cells}


def forebears(codes: Iterable[str], roster: Roster | None, past: int, now: int) -> frozenset[str] | None:
    """Who did the work of ``codes`` in the year ``past``; None where others do a part of it in the year ``now``."""
    doing = set(codes)
    waiting = list(doing)
    while waiting and roster:
        for agency in roster.predecessors.get(waiting.pop(), ()):
            if agency.code not in doing and _ended_between(agency, past, now):
                doing.add(agency.code)
                waiting.append(agency.code)
    if roster is None:
        return frozenset(doing)
    known = [found for code in doing if (found := _agency(roster, code))]
    if any(_ended_between(one, past, now) and not doing.issuperset(one.successors) for one in known):
        return None
    return frozenset(doing) - {one.code for one in known if not owes(one, past)}


def silence(agency: Agency, year: int, missing: Container[str]) -> str:
    """What it means that nothing came for a year from an agency, by the codes of those that are missing.

    It is ``missing``, had ``ended`` or was ``not_begun``; or others report for it, as ``summed`` from below.
    """
    if agency.code in missing:
        return "missing"
    if not owes(agency, year):
        return "ended" if agency.ended and agency.ended.year <= year else "not_begun"
    return "summed"


def groups(roster: Roster, past: int, now: int) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Who did some work in ``past`` and who does it in ``now``, where no single agency carries it all on.

    One pair for everybody whose work was divided or who left it to nobody, with whoever that drew in.
    """
    known = {agency.code: agency for agency in (*roster.others.values(), *roster)}
    found: list[tuple[frozenset[str], frozenset[str]]] = []
    seen: set[str] = set()
    for agency in known.values():
        if agency.code not in seen and _ended_between(agency, past, now) and len(agency.successors) != 1:
            together = _together(roster, agency.code, past, now)
            seen |= together
            before = frozenset(code for code in together if owes(known[code], past))
            after = frozenset(code for code in together if owes(known[code], now))
            found.append((before, after))
    return found


def _together(roster: Roster, code: str, past: int, now: int) -> set[str]:
    """Everybody joined to an agency by what was taken over between two years."""
    found, waiting = {code}, [code]
    while waiting:
        one = waiting.pop()
        near = [other.code for other in roster.predecessors.get(one, ()) if _ended_between(other, past, now)]
        agency = _agency(roster, one)
        near += agency.successors if agency and _ended_between(agency, past, now) else ()
        waiting += [each for each in near if each not in found]
        found.update(near)
    return found


def _ended_between(agency: Agency, past: int, now: int) -> bool:
    return agency.ended is not None and past < agency.ended.year <= now


def _agency(roster: Roster, code: str) -> Agency | None:
    return roster.agencies.get(code) or roster.others.get(code)


def _sum(figures: Sequence[Number | None]) -> Number | None:
    known = [figure for figure in figures if figure is not None]
    return sum(known) if len(known) == len(figures) else None
