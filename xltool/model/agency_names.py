"""Compare agency names, and find agencies by name."""

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from xltool.model.agency import Agency, Roster

_INVISIBLE = frozenset({"Cf", "Cc"})  # format and control characters
_SHORTEST_ENDING = 5  # characters that two names must have in common at their ends; fewer name a kind of agency


@lru_cache(maxsize=8192)
def normalize_name(name: str) -> str:
    """Return a name without differences of width, white space, invisible characters and letter case."""
    plain = "".join(unicodedata.normalize("NFKC", remove_invisible(name)).split())
    return plain.casefold()


def remove_invisible(text: str) -> str:
    """Return a text without characters that show nothing and take no room, such as zero-width spaces and controls."""
    return "".join(c for c in text if unicodedata.category(c) not in _INVISIBLE or c.isspace())


def find_agency_by_name(roster: Roster | None, name: str) -> Agency | None:
    """Return the only agency of that name, else the only one of that former name, else None."""
    found = () if roster is None else _index_names(roster).get(normalize_name(name), ())
    return found[0] if len(found) == 1 else None


def find_agencies_by_name(roster: Roster, name: str) -> tuple[Agency, ...]:
    """Return all agencies of that name, else all of that former name, also those that a part of a roster leaves out."""
    return _index_names(roster, with_others=True).get(normalize_name(name), ())


def find_same_name(name: str, names: Iterable[str]) -> str | None:
    """Return the one of ``names`` for the same agency: equal, else the only one with or without its area in front.

    洪泽区人民政府 and 淮安市洪泽区人民政府 are the same, unless another of the names ends in 洪泽区人民政府 too.
    """
    wanted = normalize_name(name)
    by_name = {normalize_name(each): each for each in names}
    if not wanted or wanted in by_name:
        return by_name.get(wanted)
    longer = [each for known, each in by_name.items() if _names_area_before(known, wanted)]
    return longer[0] if len(longer) == 1 else None


def _names_area_before(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) >= _SHORTEST_ENDING and long.endswith(short)


@lru_cache(maxsize=4)
def _index_names(roster: Roster, *, with_others: bool = False) -> Mapping[str, tuple[Agency, ...]]:
    """Map normalized names to their agencies; a name that any agency has now does not mean one that had it before."""
    former: dict[str, tuple[Agency, ...]] = {}
    now: dict[str, tuple[Agency, ...]] = {}
    for agency in (*roster, *(roster.others.values() if with_others else ())):
        for names, said in ((now, (agency.name,)), (former, agency.former_names)):
            for name in {normalize_name(each) for each in said}:
                names[name] = (*names.get(name, ()), agency)
    return former | now
