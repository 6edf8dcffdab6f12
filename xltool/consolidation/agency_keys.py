"""Tell which returns and reports are of one agency, by code or, without one, by name."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from xltool.consolidation.tree import list_manifest
from xltool.model.agency_names import normalize_name
from xltool.model.consolidation import ReviewedFile


class AgencyKeys(NamedTuple):
    """The codes that stand beside each name in the files of a run, by normalized name."""

    codes_by_name: Mapping[str, frozenset[str]]

    def identify_agency(self, code: str, name: str) -> str:
        """Return a key that is equal for one agency: its code, else the only code beside its name, else the name.

        Empty without code and name: such a report is nobody's, and of no agency together with another.
        """
        plain = normalize_name(name)
        codes = self.codes_by_name.get(plain, frozenset())
        if code or not plain:
            return code
        return next(iter(codes)) if len(codes) == 1 else f"={plain}"


def index_agency_keys(reviewed_files: Iterable[ReviewedFile]) -> AgencyKeys:
    """Collect codes and names of all returns, and of the reports inside them."""
    codes: dict[str, set[str]] = defaultdict(set)
    for item in reviewed_files:
        for leaf in list_manifest(item.submission) if item.submission else ():
            if leaf.code:
                codes[normalize_name(leaf.name)].add(leaf.code)
    return AgencyKeys({name: frozenset(found) for name, found in codes.items()})
