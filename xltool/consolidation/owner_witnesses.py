"""Hold returns that some witness assigns to another agency of the roster than their content does.

Witnesses are the names of the file and its folder, the document properties, the printed words and the name written
beside the agency's code. Nothing is decided here: such a return is undecided until somebody says whose it is.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import NamedTuple

from xltool.consolidation.agency_keys import index_agency_keys
from xltool.consolidation.agency_names import AgencyNameIndex, index_agency_names
from xltool.consolidation.file_status import DOUBTFUL_OWNER, SHARED_NAME, decide_status, identify_question
from xltool.consolidation.restate_owners import find_received
from xltool.messages import catalogue
from xltool.model.agency import Agency, Roster, Scope
from xltool.model.agency_names import normalize_name
from xltool.model.consolidation import ReviewedFile
from xltool.model.finding import Finding
from xltool.model.form import Severity
from xltool.model.submission import Submission
from xltool.model.succession import owes_report

_MAX_OWNERS_IN_OWN_FOLDER = 2  # a folder with returns of more agencies is named after whoever collects them
_ARCHIVE_SUFFIX = ".zip"
_WITNESS_CODES = {"identity.witnesses", "identity.witnesses_name"}
_REPLACED_CODES = _WITNESS_CODES | {"identity.other_name"}


class _Batch(NamedTuple):
    """What all files of a run say together: readable returns by agency code, owners by folder, files by name."""

    agencies: Mapping[str, Agency]
    codes_by_name: Mapping[str, tuple[str, ...]]
    names: AgencyNameIndex
    returns: Counter[tuple[str, int | None]]
    owners_by_folder: Mapping[str, frozenset[str]]
    shared_files: frozenset[str]


class _Testimony(NamedTuple):
    """One witness that names another agency: the agency's code, and the witness in words."""

    code: str
    witness: str


def hold_doubtful_owners(reviewed: Sequence[ReviewedFile], roster: Roster | None) -> tuple[ReviewedFile, ...]:
    """Return the files; one that may be of another agency of the roster is undecided, with a finding.

    So is one without a code whose name several agencies of the roster, or of the files, have.
    """
    reviewed = _hold_shared_names(reviewed, roster)
    if roster is None:
        return tuple(reviewed)
    batch = _survey_batch(reviewed, roster)
    return tuple(_hold_if_doubtful(item, batch) for item in reviewed)


def _hold_shared_names(reviewed: Sequence[ReviewedFile], roster: Roster | None) -> Sequence[ReviewedFile]:
    """Hold the returns without a code whose name stands beside several codes."""
    if all(item.submission is None or item.submission.agency_code for item in reviewed):
        return reviewed
    codes: dict[str, dict[str, None]] = defaultdict(dict)
    for agency in roster or ():
        codes[normalize_name(agency.name)][agency.code] = None
    for name, found in index_agency_keys(reviewed).codes_by_name.items():
        codes[name].update(dict.fromkeys(sorted(found)))
    return [_hold_if_name_is_shared(item, codes) for item in reviewed]


def _hold_if_name_is_shared(item: ReviewedFile, codes_by_name: Mapping[str, Iterable[str]]) -> ReviewedFile:
    submission = item.submission
    if submission is None or submission.agency_code or submission.manifest:
        return item
    codes = tuple(codes_by_name.get(normalize_name(submission.agency_name), ()))
    if len(codes) < 2:
        return item
    question = identify_question(SHARED_NAME, (submission.source.sha256, *codes))
    facts = {"agency": submission.agency_name, "count": len(codes), "members": codes, "question": question}
    findings = (Finding(SHARED_NAME, Severity.EXPLAIN, facts=facts), *item.findings)
    return replace(item, findings=findings, status=decide_status(findings))


def _survey_batch(reviewed: Sequence[ReviewedFile], roster: Roster) -> _Batch:
    agencies = roster.known_agencies
    codes_by_name: dict[str, tuple[str, ...]] = {}
    for code, agency in agencies.items():
        name = normalize_name(agency.name)
        codes_by_name[name] = (*codes_by_name.get(name, ()), code)
    returns: Counter[tuple[str, int | None]] = Counter()
    owners: dict[str, set[str]] = defaultdict(set)
    files: Counter[str] = Counter()
    for item in reviewed:
        if item.submission:
            returns[item.submission.agency_code, item.submission.year] += 1
            owners[_folder_path(item)].add(item.submission.agency_code)
            files[_file_path(item)] += 1
    return _Batch(
        agencies,
        codes_by_name,
        index_agency_names(roster),
        returns,
        {folder: frozenset(codes) for folder, codes in owners.items()},
        frozenset(file for file, count in files.items() if count > 1),
    )


def _file_path(item: ReviewedFile) -> str:
    """Return the path of the file, without the number of a submission in a workbook of several."""
    return item.file.rpartition("#")[0] if "#" in PurePath(item.file).suffix else item.file


def _folder_path(item: ReviewedFile) -> str:
    return str(PurePath(_file_path(item)).parent)


def _hold_if_doubtful(item: ReviewedFile, batch: _Batch) -> ReviewedFile:
    submission = item.submission
    owner = batch.agencies.get(submission.agency_code) if submission else None
    if submission is None or owner is None or submission.manifest:
        return item
    testimonies = [
        testimony
        for testimony in _hear_witnesses(item, submission, owner, batch)
        if _can_be_owner(batch.agencies[testimony.code], owner, submission)
    ]
    if not testimonies:
        return item
    finding = _report_doubt(submission, owner, testimonies, batch)
    findings = (finding, *drop_identity_doubts(item.findings))
    return replace(item, findings=findings, status=decide_status(findings))


def drop_identity_doubts(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings without those that only say that a workbook names two agencies."""
    return tuple(each for each in findings if each.code not in _REPLACED_CODES or not _is_about_agency(each))


def _is_about_agency(finding: Finding) -> bool:
    return finding.facts.get("field") != "year"


def _hear_witnesses(item: ReviewedFile, submission: Submission, owner: Agency, batch: _Batch) -> Iterator[_Testimony]:
    path = PurePath(_file_path(item))
    if _file_path(item) not in batch.shared_files:
        yield from _read_file_name(path, owner, batch)
        if len(batch.owners_by_folder[_folder_path(item)]) <= _MAX_OWNERS_IN_OWN_FOLDER:
            folder = path.parent.name
            yield from _read_name("owner_in_folder", folder, folder.removesuffix(_ARCHIVE_SUFFIX), owner, batch)
    written = normalize_name(submission.agency_name)
    if written != normalize_name(owner.name):
        for code in batch.codes_by_name.get(written, ()):
            yield _Testimony(code, catalogue.format_phrase("owner_in_content"))
    for observation in submission.observations:
        if observation.code == "identity.witnesses" and observation.facts["field"] != "year":
            for source in ("sheet", "property", "printed"):
                for code in _find_meant_agencies(str(observation.facts[source] or ""), owner, batch):
                    yield _Testimony(code, catalogue.format_phrase(f"owner_in_{source}"))


def _read_file_name(path: PurePath, owner: Agency, batch: _Batch) -> Iterator[_Testimony]:
    """Yield the agencies that the name of a file means: instead of the owner, beside it, or by a misspelt name.

    A name in the owner's folder is no misspelling of another's.
    """
    shown, name = path.name, path.stem
    if meant := [*_read_name("owner_in_file_name", shown, name, owner, batch)]:
        yield from meant
    elif owner.code in (codes := batch.names.find_agencies(name)):
        for code in sorted(batch.names.find_listed(name) if len(codes) > 1 else ()):
            if _is_of_equal_rank(batch.agencies[code], owner, batch):
                yield _Testimony(code, catalogue.format_phrase("owner_beside", name=shown, owner=owner.name))
    elif len(near := batch.names.find_near(name, owner)) == 1 and not any(
        batch.names.mentions(text, owner) for text in (name, path.parent.name)
    ):
        yield _Testimony(min(near), catalogue.format_phrase("owner_near_file_name", name=shown))


def _read_name(key: str, shown: str, name: str, owner: Agency, batch: _Batch) -> Iterator[_Testimony]:
    """Yield the agencies that the name of a file or folder means, if it has nothing of the owner's.

    An owner that only passed the file on, or filled it in for another, has nothing of its own in the name.
    """
    codes = batch.names.find_agencies(name)
    others = sorted(codes - {owner.code})
    if others and (
        owner.code in batch.names.find_carriers(name) or not (owner.code in codes or batch.names.mentions(name, owner))
    ):
        for code in others:
            if normalize_name(owner.name).startswith(normalize_name(batch.agencies[code].name)):
                continue  # the area in front of the owner's name
            if key != "owner_in_folder" or not _may_collect(batch.agencies[code], owner, batch):
                yield _Testimony(code, catalogue.format_phrase(key, name=shown))


def _find_meant_agencies(said: str, owner: Agency, batch: _Batch) -> Iterable[str]:
    """Return the codes of other agencies that a code or name written in a workbook means."""
    if said in batch.agencies:
        return (said,)
    if codes := batch.codes_by_name.get(normalize_name(said)):
        return () if owner.code in codes else codes
    return () if batch.names.mentions(said, owner) else sorted(batch.names.find_agencies(said))


def _may_collect(agency: Agency, owner: Agency, batch: _Batch) -> bool:
    """Return whether an agency is above the owner, or an office of one above: its folder may hold what it collected."""
    name = normalize_name(agency.name)
    return any(name.startswith(normalize_name(above.name)) for above in _iterate_above(owner, batch))


def _is_of_equal_rank(agency: Agency, owner: Agency, batch: _Batch) -> bool:
    """Return whether an agency is neither above nor below the owner, nor collects for one above."""
    return not _may_collect(agency, owner, batch) and owner not in _iterate_above(agency, batch)


def _iterate_above(agency: Agency, batch: _Batch) -> Iterator[Agency]:
    seen, above = {agency.code}, batch.agencies.get(agency.parent or "")
    while above is not None and above.code not in seen:
        yield above
        seen.add(above.code)
        above = batch.agencies.get(above.parent or "")


def _can_be_owner(agency: Agency, owner: Agency, submission: Submission) -> bool:
    """Return whether an agency other than the owner may have sent a report of its own for the year."""
    if agency.code == owner.code or (agency.scope is Scope.AREA and submission.scope is Scope.OWN):
        return False
    if agency.code in owner.successors or owner.code in agency.successors:
        return False
    return submission.year is None or owes_report(agency, submission.year)


def _report_doubt(submission: Submission, owner: Agency, testimonies: Sequence[_Testimony], batch: _Batch) -> Finding:
    codes = list(dict.fromkeys(testimony.code for testimony in testimonies))
    named = tuple(catalogue.Phrase(_show_agency(batch.agencies[code])) for code in codes)
    facts: dict[str, object] = {
        "where": tuple(dict.fromkeys(catalogue.Phrase(testimony.witness) for testimony in testimonies)),
        "named": named,
        "codes": tuple(codes),
        "question": identify_question(DOUBTFUL_OWNER, (submission.source.sha256, owner.code, *codes)),
        "owner": catalogue.Phrase(_show_agency(owner)),
        "who_reported": find_received(owner, submission.year, named, codes, batch.returns),
    }
    return Finding(DOUBTFUL_OWNER, Severity.EXPLAIN, facts=facts)


def _show_agency(agency: Agency) -> str:
    return catalogue.format_phrase("agency_with_code", name=agency.name, number=agency.code)
