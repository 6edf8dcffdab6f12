"""Find the file that stands for each agency, and whose a file is that could not be read: the agency its name means."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

from xltool.consolidation.agency_names import AgencyNameIndex, index_agency_names
from xltool.consolidation.file_names import split_file_name
from xltool.consolidation.file_status import DOUBTFUL_OWNER
from xltool.model.agency import Agency, Roster
from xltool.model.consolidation import Consolidation, ReviewedFile, Status
from xltool.model.form import Severity
from xltool.spreadsheet.refusals import FileKind

_COPY_KINDS = frozenset({FileKind.PDF, FileKind.PICTURE, FileKind.OFD, FileKind.TEXT_DOCUMENT})


def name_unread_files(reviewed: Sequence[ReviewedFile], roster: Roster | None) -> tuple[ReviewedFile, ...]:
    """Return the files; those without a readable return get the agency that their name alone means, if it is one."""
    if roster is None or all(item.submission for item in reviewed):
        return tuple(reviewed)
    names = index_agency_names(roster)
    named = [replace(item, named_agency=_find_named_agency(item, roster, names)) for item in reviewed]
    received = {item.submission.agency_code for item in reviewed if item.submission}
    return tuple(_pass_over_copy(item, received) for item in named)


def _pass_over_copy(item: ReviewedFile, received: Container[str]) -> ReviewedFile:
    """Return the entry of a picture, PDF or text document beside the workbook of its agency as needing no answer."""
    reason, agency = item.reason, item.named_agency
    if reason is None or agency is None or agency.code not in received or reason.facts.get("kind") not in _COPY_KINDS:
        return item
    note = replace(reason, severity=Severity.NOTE, wording="file.beside_return")
    return replace(item, findings=(note,), reason=note)


def find_agency_files(consolidation: Consolidation) -> Mapping[str, ReviewedFile]:
    """Map agency codes to the return that counts, else to the latest one, else to an unread file named after it."""
    by_weight = sorted(consolidation.tracking, key=lambda item: (item.counted, item.status is not Status.SUPERSEDED))
    files = {item.named_agency.code: item for item in reversed(consolidation.tracking) if item.named_agency}
    return files | {item.submission.agency_code: item for item in by_weight if item.submission}


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


def _find_named_agency(item: ReviewedFile, roster: Roster, names: AgencyNameIndex) -> Agency | None:
    if item.submission is not None or not any(finding.open for finding in item.findings):
        return None
    codes = names.find_agencies(split_file_name(item.file)[-1])
    return roster.agencies.get(next(iter(codes))) if len(codes) == 1 else None
