"""Compare agency names, and find agencies by name."""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from xltool.model.agency import Agency, Roster


def normalize_name(name: str) -> str:
    """Return a name without differences of width, white space, invisible characters and letter case."""
    plain = "".join(unicodedata.normalize("NFKC", remove_invisible(name)).split())
    return plain.casefold()


def remove_invisible(text: str) -> str:
    """Return a text without characters that show nothing and take no room, such as zero-width spaces."""
    return "".join(c for c in text if unicodedata.category(c) != "Cf")


def find_agency_by_name(roster: Roster | None, name: str) -> Agency | None:
    """Return the only agency of that name, else the only one of that former name, else None."""
    return None if roster is None else _index_names(roster).get(normalize_name(name))


@lru_cache(maxsize=4)
def _index_names(roster: Roster) -> Mapping[str, Agency | None]:
    """Map normalized names to agencies; None for a name that several share."""
    former: dict[str, Agency | None] = {}
    now: dict[str, Agency | None] = {}
    for agency in roster:
        for names, said in ((now, (agency.name,)), (former, agency.former_names)):
            for name in map(normalize_name, said):
                names[name] = None if name in names and names[name] is not agency else agency
    return former | now
