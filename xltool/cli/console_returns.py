"""Name the check codes (校验码) of accepted returns, and count what was sent back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xltool.forms.check_code import compute_submission_code
from xltool.forms.compiled_form import FormLibrary
from xltool.messages import catalogue
from xltool.model.consolidation import ReviewedFile, Status

if TYPE_CHECKING:
    from xltool.workbooks.marks.covering_list import ReturnedFile

MAX_CODES_LISTED = 20  # on the console; --json and the consolidated workbook hold all of them


def find_check_codes(reviewed: Iterable[ReviewedFile], forms: FormLibrary) -> dict[str, str]:
    """Return the check codes of the accepted returns, by file."""
    accepted = (item for item in reviewed if item.status is Status.ACCEPTED)
    return {item.file: code for item in accepted if (code := compute_submission_code(forms, item.submission))}


def describe_check_codes(reviewed: Iterable[ReviewedFile], codes: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for each check code, with the agency; many are only counted."""
    coded = [item for item in reviewed if item.file in codes and item.submission]
    for item in coded[:MAX_CODES_LISTED]:
        agency = item.submission.agency_name if item.submission else ""
        yield catalogue.format_line("check_code", agency=agency, code=codes[item.file])
    if len(coded) > MAX_CODES_LISTED:
        yield catalogue.format_line("more_check_codes", count=len(coded) - MAX_CODES_LISTED)
    if coded:
        yield ""


def describe_sent_back(returned: Sequence["ReturnedFile"], folder: Path) -> str:
    """Count the files written for return, by kind."""
    if not returned:
        return catalogue.format_line("nothing_to_send")
    kinds = [returned_file.kind for returned_file in returned]
    counts = {kind: kinds.count(kind) for kind in ("marked", "cleared", "page")}
    return catalogue.format_line("sent_back", count=len(returned), folder=str(folder), **counts)
