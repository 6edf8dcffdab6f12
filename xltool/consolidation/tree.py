"""Who reports to whom, and so whose figures a return holds."""

from collections import defaultdict
from collections.abc import Iterable

from xltool.model.agency import Agency, Roster, Scope
from xltool.model.submission import Leaf, Submission
from xltool.model.succession import owes


def leaves(submission: Submission) -> tuple[Leaf, ...]:
    """The reports a submission brings into a sum: those of its manifest, or itself."""
    own = Leaf(submission.agency_code, submission.agency_name, submission.source.sha256)
    return submission.manifest or (own,)


class Tree:
    """The roster as a tree, for one year; without a roster, every agency is known and nobody is expected."""

    def __init__(self, roster: Roster | None, year: int) -> None:
        self.roster = roster
        self._year = year
        self._order = {code: place for place, code in enumerate(roster.agencies if roster else ())}
        self._children: dict[str, list[str]] = defaultdict(list)
        for agency in roster or ():
            if agency.parent:
                self._children[agency.parent].append(agency.code)

    def agency(self, code: str) -> Agency | None:
        """The agency of that code, if it is on the roster."""
        return self.roster.agencies.get(code) if self.roster else None

    def owes(self, code: str) -> bool:
        """Whether an agency of its own is expected to report for the year."""
        agency = self.agency(code)
        return agency is not None and agency.scope is Scope.OWN and owes(agency, self._year)

    def below(self, code: str) -> frozenset[str]:
        """The codes of all agencies under one, at any depth."""
        found: set[str] = set()
        waiting = [code]
        while waiting:
            children = self._children.get(waiting.pop(), ())
            waiting += [child for child in children if child not in found]
            found.update(children)
        return frozenset(found)

    def is_area(self, submission: Submission) -> bool:
        """Whether it holds an area's figures, by its own word or the roster's."""
        agency = self.agency(submission.agency_code)
        return submission.scope is Scope.AREA or bool(agency and agency.scope is Scope.AREA)

    def is_opaque(self, submission: Submission) -> bool:
        """Whether it holds an area's figures without saying whose reports they were made of."""
        return self.is_area(submission) and not submission.manifest

    def covered(self, submission: Submission) -> frozenset[str]:
        """The codes of all agencies whose figures are in it."""
        codes = frozenset(leaf.code for leaf in leaves(submission))
        return codes | self.below(submission.agency_code) if self.is_opaque(submission) else codes

    def missing(self, parts: Iterable[Submission]) -> tuple[Agency, ...]:
        """The agencies whose figures are in no part. An area above others on the roster owes none of its own."""
        found: set[str] = set()
        for part in parts:
            found |= self.covered(part)
            if part.agency_code not in self._children:
                found.add(part.agency_code)
        asked = [each for each in self.roster or () if each.scope is Scope.OWN or each.code not in self._children]
        expected = [agency for agency in asked if owes(agency, self._year)]
        return tuple(agency for agency in expected if agency.code not in found)

    def rank(self, submission: Submission) -> tuple[int, str, str]:
        """Roster order first, then code and name."""
        code = submission.agency_code
        return (self._order.get(code, len(self._order)), code, submission.agency_name)
