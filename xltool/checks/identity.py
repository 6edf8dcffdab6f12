"""Whose figures these are: the agency against the roster, the year against the form, the witnesses of the workbook."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import PurePath

from xltool.checks.context import Context
from xltool.checks.make_finding import finding
from xltool.messages import catalogue as texts
from xltool.model.agency import Agency, Roster, Scope
from xltool.model.finding import Finding
from xltool.model.submission import Observation, Submission
from xltool.model.succession import owes
from xltool.roster import plain_name

MOST_SUGGESTED = 3
ALIKE = 0.6  # of two names' characters must agree before one is suggested for the other
LONGEST_NAME = 100  # characters that are compared

# What the witnesses may disagree on; anything else they say is of no weight.
_DECISIVE = {"agency_code", "year", "scope", "form", "edition"}


def identity(submission: Submission, context: Context) -> Iterator[Finding]:
    """Whose and which year's figures these are, where it is not certain."""
    yield from _witnesses(submission, context.roster)
    yield from _year(submission, context)
    if not _rolled_up_here(submission, context.roster):
        yield from _agency(submission, context.roster)


def _witnesses(submission: Submission, roster: Roster | None) -> Iterator[Finding]:
    """Where sheet, properties and print disagree; a name that differs with its code is the same mistake.

    Another way of writing the name is of no weight, the name of another agency on the roster is.
    """
    told = {str(item.facts["field"]): item for item in submission.observations if item.code == "identity.witnesses"}
    for field, item in told.items():
        if field in _DECISIVE or ("agency_code" not in told and _of_another(item, submission, roster)):
            yield finding("identity.witnesses", what=texts.word("field", field), **item.facts)
        elif "agency_code" not in told:
            yield finding("identity.witnesses_name", what=texts.word("field", field), **item.facts)


def _of_another(item: Observation, submission: Submission, roster: Roster | None) -> bool:
    """Whether one of the names is that of another agency on the roster."""
    said = {plain_name(str(name)) for key, name in item.facts.items() if name and key != "field"}
    return any(plain_name(agency.name) in said for agency in roster or () if agency.code != submission.agency_code)


def _year(submission: Submission, context: Context) -> Iterator[Finding]:
    if submission.year is None:
        yield finding("identity.no_year", form=context.form.title)
    elif not context.form.covers(submission.year):
        first, last = context.form.first_year, context.form.last_year
        yield finding("identity.other_year", year=submission.year, form=context.form.document, first=first, last=last)


def _rolled_up_here(submission: Submission, roster: Roster | None) -> bool:
    """Whether it is the sum of this roster's own members: its name is whoever made the sum, not one of those asked."""
    known = roster.agencies if roster else {}
    return bool(submission.manifest) and (not known or all(leaf.code in known for leaf in submission.manifest))


def _agency(submission: Submission, roster: Roster | None) -> Iterator[Finding]:
    code, name = submission.agency_code, submission.agency_name
    noticed = {item.code: item for item in submission.observations}
    nameless = "identity.none" in noticed
    if by_name := noticed.get("identity.by_name"):
        yield finding("identity.by_name", **by_name.facts)
    if name and not code and "identity.imported" in noticed:
        if roster is not None:
            yield finding("identity.not_listed", name=name, roster=roster.source, **_suggestion(submission, roster))
        return
    if not code:
        yield finding("identity.no_agency", name=name or None, **_suggestion(submission, roster))
        return
    agency = roster.agencies.get(code) if roster else None
    if roster is not None and agency is None:
        yield _unknown(submission, roster)
        return
    if agency is not None:
        yield from _against(agency, submission, roster)
        yield from _owing(agency, submission, roster)
    if nameless:
        yield finding("identity.none", name=name, number=code)


def _unknown(submission: Submission, roster: Roster) -> Finding:
    """A code the roster does not have: perhaps the agency stands there under another."""
    facts = {"number": submission.agency_code, "name": submission.agency_name, "roster": roster.source}
    same = [agency for agency in roster if plain_name(agency.name) == plain_name(submission.agency_name)]
    if same:
        return finding("identity.other_code", **facts, listed=same[0].code)
    return finding("identity.unknown_code", **facts, **_suggestion(submission, roster))


def _owing(agency: Agency, submission: Submission, roster: Roster | None) -> Iterator[Finding]:
    """A report for a year on whose last day the agency was not there: others report for it, or nobody does."""
    if submission.year is None or owes(agency, submission.year):
        return
    if agency.ended is None or agency.ended.year > submission.year:
        yield finding("identity.not_begun", name=agency.name, began=agency.began, year=submission.year)
        return
    heirs = tuple(other.name for code in agency.successors if roster and (other := roster.agencies.get(code)))
    facts = {"name": agency.name, "ended": agency.ended, "year": submission.year}
    yield finding("identity.ended", **facts, heirs=texts.Phrase(texts.word("shown", "joint").join(heirs)))


def _against(agency: Agency, submission: Submission, roster: Roster | None) -> Iterator[Finding]:
    said = plain_name(submission.agency_name)
    if said != plain_name(agency.name) and said in map(plain_name, agency.former_names):
        yield finding("identity.former_name", number=agency.code, name=submission.agency_name, listed=agency.name)
    elif said != plain_name(agency.name):
        yield finding("identity.other_name", number=agency.code, name=submission.agency_name, listed=agency.name)
    if agency.scope is not submission.scope:
        members = any(other.parent == agency.code for other in roster or ())
        kind = "identity.scope_doubles" if members or agency.scope is Scope.AREA else "identity.scope"
        yield finding(kind, name=agency.name, scope=submission.scope, listed=agency.scope)


# --- names -------------------------------------------------------------------------------------------------------


def _suggestion(submission: Submission, roster: Roster | None) -> dict[str, object]:
    """Agencies on the roster called like this one, or like its file where it has no name. Nobody is chosen."""
    names = _alike(submission, roster)
    return {"suggested": names, "hint": texts.phrase("suggested", names=names) if names else ""}


def _alike(submission: Submission, roster: Roster | None) -> tuple[str, ...]:
    name = (plain_name(submission.agency_name) or plain_name(PurePath(submission.source.file).stem))[:LONGEST_NAME]
    scored = [(_likeness(name, plain_name(agency.name)), agency) for agency in roster or ()]
    best = sorted((pair for pair in scored if pair[0] >= ALIKE), key=lambda pair: -pair[0])
    return tuple(f"{agency.name}（{agency.code}）" for _, agency in best[:MOST_SUGGESTED])


def _likeness(name: str, listed: str) -> float:
    """1.0 where a listed name is said in full, else the share of characters two names have in common."""
    if listed in name:
        return 1.0
    return SequenceMatcher(None, name, listed, autojunk=False).ratio()
