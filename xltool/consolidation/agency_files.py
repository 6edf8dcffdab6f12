"""Find the file that stands for each agency, and whose a file is that could not be read: the agency its name means."""

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

from xltool.consolidation.agency_names import AgencyNameIndex, index_agency_names
from xltool.consolidation.file_names import split_file_name
from xltool.consolidation.file_status import DOUBTFUL_OWNER, UNREAD_VERSION, find_unread_version
from xltool.consolidation.overlaps import name_beside
from xltool.consolidation.version_names import compare_version_names
from xltool.model.agency import Agency, Roster
from xltool.model.agency_names import normalize_name
from xltool.model.consolidation import Consolidation, ReviewedFile, Status
from xltool.model.finding import Finding
from xltool.model.finding_codes import code_severity
from xltool.model.form import Severity
from xltool.spreadsheet.refusals import FileKind

_MIN_NEAR_CHARACTERS = 4  # of a name; among shorter ones, one other character makes another agency
_COPY_KINDS = frozenset({FileKind.PDF, FileKind.PICTURE, FileKind.OFD, FileKind.TEXT_DOCUMENT})


def name_unread_files(reviewed: Sequence[ReviewedFile], roster: Roster | None) -> tuple[ReviewedFile, ...]:
    """Return the files; those without a readable return get the agency that their name alone means, if it is one.

    The returns of that agency get a finding if the file could not be read, unless its name is that of an earlier one.
    """
    if roster is None or all(item.submission for item in reviewed):
        return tuple(reviewed)
    names = index_agency_names(roster)
    named = [
        replace(item, named_agency=item.named_agency or _find_named_agency(item, roster, names)) for item in reviewed
    ]
    received = {item.submission.agency_code for item in reviewed if item.submission}
    named = [_pass_over_copy(item, received) for item in named]
    unread: dict[str, list[ReviewedFile]] = defaultdict(list)
    for item in named:
        if item.named_agency and item.status is Status.UNREADABLE and any(each.open for each in item.findings):
            unread[item.named_agency.code].append(item)
    return tuple(_note_unread_version(item, unread) for item in named)


def _note_unread_version(item: ReviewedFile, unread: Mapping[str, Sequence[ReviewedFile]]) -> ReviewedFile:
    """Add a finding to a return if a file named after its agency, perhaps a later one, could not be read."""
    read = item.submission
    if read is None or read.manifest:
        return item
    others = unread.get(read.agency_code, ())
    later = [other for other in others if not _is_named_earlier(other.file, item.file, read.year)]
    if not later:
        return item
    finding = Finding(UNREAD_VERSION, code_severity(UNREAD_VERSION), facts={"other": name_beside(later[0], item)})
    return replace(item, findings=(*item.findings, finding))


def _is_named_earlier(file: str, other: str, year: int | None) -> bool:
    """Return whether all that the names of two files say makes the first the earlier one."""
    verdicts = compare_version_names(file, other, year)
    return any(verdict.decisive for verdict in verdicts) and all(verdict.sign < 0 for verdict in verdicts)


def _pass_over_copy(item: ReviewedFile, received: Container[str]) -> ReviewedFile:
    """Return the entry of a picture, PDF or text document beside the workbook of its agency as needing no answer."""
    reason, agency = item.reason, item.named_agency
    if reason is None or agency is None or agency.code not in received or reason.facts.get("kind") not in _COPY_KINDS:
        return item
    note = replace(reason, severity=Severity.NOTE, wording="file.beside_return")
    return replace(item, findings=(note,), reason=note)


def find_agency_files(consolidation: Consolidation) -> Mapping[str, ReviewedFile]:
    """Map agency codes to the return that counts, else to one that is held, else to the latest one.

    An agency without a return has an unread file named after it, if there is one.
    """
    by_weight = sorted(
        consolidation.tracking,
        key=lambda item: (item.counted, item.status is Status.UNDECIDED, item.status is not Status.SUPERSEDED),
    )
    files = {item.named_agency.code: item for item in reversed(consolidation.tracking) if item.named_agency}
    return files | {item.submission.agency_code: item for item in by_weight if item.submission}


def find_unread_versions(consolidation: Consolidation) -> Mapping[str, ReviewedFile]:
    """Map codes of agencies whose counted return may be out of date to the file named after them that was not read."""
    waiting = {
        item.submission.agency_code
        for item in consolidation.tracking
        if item.counted and item.submission and find_unread_version(item)
    }
    unread = (item for item in consolidation.tracking if item.status is Status.UNREADABLE and item.named_agency)
    return {item.named_agency.code: item for item in unread if item.named_agency and item.named_agency.code in waiting}


def find_held_returns(consolidation: Consolidation) -> Mapping[str, str]:
    """Map agency codes to a held file whose content is of that agency."""
    held = (item for item in consolidation.tracking if item.status is Status.UNDECIDED)
    return {item.submission.agency_code: item.file for item in held if item.submission and item.submission.agency_code}


def find_held_files(consolidation: Consolidation) -> Mapping[str, str]:
    """Map agency codes to a held file that names that agency, in its own name or as a witness against its owner."""
    names = index_agency_names(consolidation.roster) if consolidation.roster else None
    held: dict[str, str] = {}
    for item in consolidation.tracking:
        if item.status is not Status.UNDECIDED:
            continue
        codes = [*names.find_agencies(PurePath(item.file).name)] if names else []
        for finding in item.findings:
            if finding.code == DOUBTFUL_OWNER and isinstance(named := finding.facts.get("codes"), tuple):
                codes += map(str, named)
        held |= dict.fromkeys(codes, item.file)
    return held


def find_near_files(consolidation: Consolidation) -> Mapping[str, ReviewedFile]:
    """Map codes of agencies without a return to one of an agency off the roster whose name is all but theirs.

    Equal, or with one character more, less or other; a name that is near those of several agencies is nobody's.
    """
    near: dict[str, ReviewedFile] = {}
    codes_by_name: dict[str, list[str]] = defaultdict(list)
    for agency in consolidation.roster or ():
        codes_by_name[normalize_name(agency.name)].append(agency.code)
    for item in consolidation.tracking:
        if item.status is not Status.FOREIGN or item.submission is None or not item.submission.agency_name:
            continue
        name = normalize_name(item.submission.agency_name)
        alike = codes_by_name.get(name) or [
            code for other, codes in codes_by_name.items() if _are_near(name, other) for code in codes
        ]
        if len(alike) == 1 and item.reason and item.reason.code == "merge.unknown_agency":
            near[alike[0]] = item
    return {agency.code: near[agency.code] for agency in consolidation.missing if agency.code in near}


def _are_near(one_name: str, other_name: str) -> bool:
    """Return whether two names are equal but for one character at most."""
    short, long = sorted((one_name, other_name), key=len)
    same = next((at for at, pair in enumerate(zip(short, long, strict=False)) if pair[0] != pair[1]), len(short))
    rest = short[same + 1 :] if len(short) == len(long) else short[same:]
    return len(short) >= _MIN_NEAR_CHARACTERS and len(long) - len(short) < 2 and rest == long[same + 1 :]


def _find_named_agency(item: ReviewedFile, roster: Roster, agency_name_index: AgencyNameIndex) -> Agency | None:
    if item.submission is not None or not any(finding.open for finding in item.findings):
        return None
    codes = agency_name_index.find_agencies(split_file_name(item.file)[-1])
    return roster.agencies.get(next(iter(codes))) if len(codes) == 1 else None
