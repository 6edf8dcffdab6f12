"""The roster as a tree, and the agencies that a submission covers."""

from collections import defaultdict
from collections.abc import Iterable

from xltool.model.agency import Agency, Roster, Scope
from xltool.model.submission import ManifestItem, Submission
from xltool.model.succession import owes_report


def list_manifest(submission: Submission) -> tuple[ManifestItem, ...]:
    """Return the reports in a submission: its manifest, or itself."""
    own = ManifestItem(submission.agency_code, submission.agency_name, submission.source.sha256)
    return submission.manifest or (own,)


class RosterTree:
    """The roster as a tree for one year; without a roster every agency is known and none is expected."""

    def __init__(self, roster: Roster | None, year: int) -> None:
        self.roster = roster
        self._year = year
        self._order = {code: place for place, code in enumerate(roster.agencies if roster else ())}
        self._children: dict[str, list[str]] = defaultdict(list)
        for agency in roster or ():
            if agency.parent:
                self._children[agency.parent].append(agency.code)

    def find_agency(self, code: str) -> Agency | None:
        """Return the agency with that code, or None if it is not on the roster."""
        return self.roster.agencies.get(code) if self.roster else None

    def owes_report(self, code: str) -> bool:
        """Return whether the code is an agency, or an area without listed members, that must report for the year."""
        agency = self.find_agency(code)
        is_unit = agency is not None and (agency.scope is Scope.OWN or code not in self._children)
        return agency is not None and is_unit and owes_report(agency, self._year)

    def codes_below(self, code: str) -> frozenset[str]:
        """Return the codes of all agencies below one, at any depth."""
        descendants: set[str] = set()
        queue = [code]
        while queue:
            children = self._children.get(queue.pop(), ())
            queue += [child for child in children if child not in descendants]
            descendants.update(children)
        return frozenset(descendants)

    def is_area(self, submission: Submission) -> bool:
        """Return whether the submission or the roster says that it holds the figures of an area."""
        agency = self.find_agency(submission.agency_code)
        return submission.scope is Scope.AREA or bool(agency and agency.scope is Scope.AREA)

    def is_opaque(self, submission: Submission) -> bool:
        """Return whether it holds the figures of an area without a manifest."""
        return self.is_area(submission) and not submission.manifest

    def covered_codes(self, submission: Submission) -> frozenset[str]:
        """Return the codes of all agencies whose figures are in it."""
        codes = frozenset(leaf.code for leaf in list_manifest(submission))
        return codes | self.codes_below(submission.agency_code) if self.is_opaque(submission) else codes

    def find_missing(self, part_submissions: Iterable[Submission]) -> tuple[Agency, ...]:
        """Return the agencies whose figures are in no part. An area with members on the roster is not expected."""
        present: set[str] = set()
        for part in part_submissions:
            present |= self.covered_codes(part)
            if part.agency_code not in self._children:
                present.add(part.agency_code)
        units = self.roster.units if self.roster else ()
        expected = [agency for agency in units if owes_report(agency, self._year)]
        return tuple(agency for agency in expected if agency.code not in present)

    def get_sort_key(self, submission: Submission) -> tuple[int, str, str]:
        """Return a sort key: roster order, then code and name."""
        code = submission.agency_code
        return (self._order.get(code, len(self._order)), code, submission.agency_name)
