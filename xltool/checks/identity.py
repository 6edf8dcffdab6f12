"""Check whose figures these are: agency against roster, year against form, and the workbook's identity sources."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import PurePath

from xltool.checks.context import CheckContext
from xltool.checks.make_finding import make_finding
from xltool.model.agency import MAX_CODE_CHARACTERS, MAX_NAME_CHARACTERS, Agency, Roster, Scope
from xltool.model.agency_names import normalize_name
from xltool.model.finding import Finding
from xltool.model.finding_facts import NameWithRemark, Suggestion, Word
from xltool.model.submission import Observation, Submission
from xltool.model.succession import owes_report

MAX_SUGGESTIONS = 3
MIN_NAME_SIMILARITY = 0.6  # share of matching characters from which a roster name is suggested
MAX_COMPARED_CHARACTERS = 100  # of a name
_MAX_SHOWN = 20  # characters of a code or name that is too long

# Fields on which identity sources must not disagree.
_DECISIVE_FIELDS = {"agency_code", "year", "scope", "form", "edition"}


def check_identity(submission: Submission, context: CheckContext) -> Iterator[Finding]:
    """Yield findings where agency or year is missing, unknown or contradictory."""
    yield from _check_witnesses(submission, context.roster)
    yield from _check_year(submission, context)
    yield from _check_lengths(submission)
    if not _is_sum_of_members(submission, context.roster):
        yield from _check_agency(submission, context.roster)


def _check_witnesses(submission: Submission, roster: Roster | None) -> Iterator[Finding]:
    """Yield findings where identity sheet, properties and printed words disagree.

    A name that differs together with its code is one mistake. A variant of the name is a note; the name of another
    agency on the roster is not.
    """
    differing = {
        str(item.facts["field"]): item for item in submission.observations if item.code == "identity.witnesses"
    }
    for field, item in differing.items():
        if field in _DECISIVE_FIELDS or (
            "agency_code" not in differing and _names_other_agency(item, submission, roster)
        ):
            yield make_finding("identity.witnesses", what=Word("field", field), **item.facts)
        elif "agency_code" not in differing:
            yield make_finding("identity.witnesses_name", what=Word("field", field), **item.facts)


def _names_other_agency(observation: Observation, submission: Submission, roster: Roster | None) -> bool:
    """Return True if one of the observed names is that of another agency on the roster."""
    observed_names = {normalize_name(str(name)) for key, name in observation.facts.items() if name and key != "field"}
    return any(
        normalize_name(agency.name) in observed_names
        for agency in roster or ()
        if agency.code != submission.agency_code
    )


def _check_year(submission: Submission, context: CheckContext) -> Iterator[Finding]:
    if submission.year is None:
        yield make_finding("identity.no_year", form=context.form.title)
    elif not context.form.covers_year(submission.year):
        first, last = context.form.first_year, context.form.last_year
        yield make_finding(
            "identity.other_year", year=submission.year, form=context.form.document, first=first, last=last
        )


def _check_lengths(submission: Submission) -> Iterator[Finding]:
    """Yield a finding on a code or name that no roster may have: names of files and sheets are made of them."""
    texts = (
        ("agency_code", submission.agency_code, MAX_CODE_CHARACTERS),
        ("agency_name", submission.agency_name, MAX_NAME_CHARACTERS),
    )
    for field, text, limit in texts:
        if len(text) > limit:
            yield make_finding(
                "identity.too_long", what=Word("field", field), count=len(text), limit=limit, name=text[:_MAX_SHOWN]
            )


def _is_sum_of_members(submission: Submission, roster: Roster | None) -> bool:
    """Return True for a consolidation of this roster's members: its own name need not be on the roster."""
    known = roster.agencies if roster else {}
    return bool(submission.manifest) and (not known or all(leaf.code in known for leaf in submission.manifest))


def _check_agency(submission: Submission, roster: Roster | None) -> Iterator[Finding]:
    code, name = submission.agency_code, submission.agency_name
    noticed: dict[str, Observation] = {item.code: item for item in submission.observations}
    nameless = "identity.none" in noticed
    if by_name := noticed.get("identity.by_name"):
        yield make_finding("identity.by_name", **by_name.facts)
    if name and not code and "identity.imported" in noticed:
        if roster is not None:
            yield make_finding(
                "identity.not_listed", name=name, roster=roster.source, **_suggest_agencies(submission, roster)
            )
        return
    if not code:
        yield make_finding("identity.no_agency", name=name or None, **_suggest_agencies(submission, roster))
        return
    agency = roster.agencies.get(code) if roster else None
    if roster is not None and agency is None:
        yield _report_unknown_code(submission, roster)
        return
    if agency is not None:
        yield from _compare_with_roster(agency, submission, roster)
        yield from _check_reporting_duty(agency, submission, roster)
    if nameless:
        yield make_finding("identity.none", name=name, number=code)


def _report_unknown_code(submission: Submission, roster: Roster) -> Finding:
    """Report a code that is not on the roster, with the code of the same name if there is one."""
    facts = {"number": submission.agency_code, "name": submission.agency_name, "roster": roster.source}
    same = [agency for agency in roster if normalize_name(agency.name) == normalize_name(submission.agency_name)]
    if same:
        return make_finding("identity.other_code", **facts, listed=same[0].code)
    return make_finding("identity.unknown_code", **facts, **_suggest_agencies(submission, roster))


def _check_reporting_duty(agency: Agency, submission: Submission, roster: Roster | None) -> Iterator[Finding]:
    """Yield a finding if the agency did not exist on the last day of the report's year."""
    if submission.year is None or owes_report(agency, submission.year):
        return
    if agency.ended is None or agency.ended.year > submission.year:
        yield make_finding("identity.not_begun", name=agency.name, began=agency.began, year=submission.year)
        return
    heirs = tuple(other.name for code in agency.successors if roster and (other := roster.agencies.get(code)))
    facts = {"name": agency.name, "ended": agency.ended, "year": submission.year}
    yield make_finding("identity.ended", **facts, heirs=heirs)


def _compare_with_roster(agency: Agency, submission: Submission, roster: Roster | None) -> Iterator[Finding]:
    stated_name = normalize_name(submission.agency_name)
    if stated_name != normalize_name(agency.name) and stated_name in map(normalize_name, agency.former_names):
        yield make_finding("identity.former_name", number=agency.code, name=submission.agency_name, listed=agency.name)
    elif stated_name != normalize_name(agency.name):
        yield make_finding("identity.other_name", number=agency.code, name=submission.agency_name, listed=agency.name)
    if agency.scope is not submission.scope:
        members = any(other.parent == agency.code for other in roster or ())
        is_stated = agency.scope_stated or agency.scope is Scope.AREA
        kind = "identity.scope_doubles" if members or is_stated else "identity.scope"
        yield make_finding(kind, name=agency.name, scope=submission.scope, listed=agency.scope)


# --- names -------------------------------------------------------------------------------------------------------


def _suggest_agencies(submission: Submission, roster: Roster | None) -> dict[str, object]:
    """Return facts naming the roster's agencies with similar names (of the file, if the submission has no name)."""
    names = _find_similar_names(submission, roster)
    return {"suggested": names, "hint": Suggestion(names)}


def _find_similar_names(submission: Submission, roster: Roster | None) -> tuple[NameWithRemark, ...]:
    name = (normalize_name(submission.agency_name) or normalize_name(PurePath(submission.source.file).stem))[
        :MAX_COMPARED_CHARACTERS
    ]
    scored = [(_name_similarity(name, normalize_name(agency.name)), agency) for agency in roster or ()]
    best = sorted((pair for pair in scored if pair[0] >= MIN_NAME_SIMILARITY), key=lambda pair: -pair[0])
    return tuple(NameWithRemark(agency.name, agency.code) for _, agency in best[:MAX_SUGGESTIONS])


def _name_similarity(name: str, listed: str) -> float:
    """Return 1.0 if ``name`` contains the listed name, else their similarity ratio (0 to 1)."""
    if listed in name:
        return 1.0
    return SequenceMatcher(None, name, listed, autojunk=False).ratio()
