"""Find the file that stands for each agency of the roster, also one that could not be read but bears its name."""

from collections.abc import Mapping
from pathlib import PurePath

from xltool.consolidation.agency_names import index_agency_names
from xltool.model.consolidation import Consolidation, ReviewedFile, Status


def find_agency_files(consolidation: Consolidation) -> Mapping[str, ReviewedFile]:
    """Map agency codes to the return that counts, else to the latest one, else to an unread file named after it."""
    by_weight = sorted(consolidation.tracking, key=lambda item: (item.counted, item.status is not Status.SUPERSEDED))
    files = _find_unread_files(consolidation)
    files |= {item.submission.agency_code: item for item in by_weight if item.submission}
    return files


def _find_unread_files(consolidation: Consolidation) -> dict[str, ReviewedFile]:
    """Map agency codes to files that could not be read and whose names mean that agency alone."""
    if not consolidation.roster:
        return {}
    names = index_agency_names(consolidation.roster)
    files: dict[str, ReviewedFile] = {}
    for item in consolidation.tracking:
        if item.submission is None and any(finding.open for finding in item.findings):
            codes = names.find_agencies(PurePath(item.file).name)
            if len(codes) == 1:
                files.setdefault(next(iter(codes)), item)
    return files
