"""Name the check codes (校验码) of accepted returns, and count what was sent back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xltool.forms.check_code import compute_submission_code
from xltool.forms.compiled_form import FormLibrary
from xltool.forms.expressions import choose_earlier_figures
from xltool.forms.period_words import name_period
from xltool.messages import catalogue
from xltool.model.consolidation import ReviewedFile, Status
from xltool.model.period import Period

if TYPE_CHECKING:
    from xltool.workbooks.marks.covering_list import ReturnedFile

MAX_CODES_LISTED = 20  # on the console; --json and the consolidated workbook hold all of them


def find_check_codes(reviewed: Iterable[ReviewedFile], forms: FormLibrary) -> dict[str, str]:
    """Return the check codes of the accepted returns, by file."""
    accepted = (item for item in reviewed if item.status is Status.ACCEPTED)
    return {item.file: code for item in accepted if (code := compute_submission_code(forms, item.submission))}


def describe_check_codes(
    reviewed: Iterable[ReviewedFile], codes: Mapping[str, str], *, verbose: bool = False
) -> Iterator[str]:
    """Yield a line for each check code, with the agency, and the period if there are several; many are only counted."""
    coded = [(item.file, item.submission) for item in reviewed if item.file in codes and item.submission]
    several = len({submission.year for _, submission in coded}) > 1
    listed = coded if verbose else coded[:MAX_CODES_LISTED]
    for file, submission in listed:
        period = name_period(submission.year) if several and submission.year else ""
        agency = catalogue.Phrase(f"{catalogue.quote_text(submission.agency_name)} {period}".strip())
        yield catalogue.format_line("check_code", agency=agency, code=codes[file])
    if len(coded) > len(listed):
        yield catalogue.format_line("more_check_codes", count=len(coded) - len(listed))
    if coded:
        yield ""


def describe_unchecked_relations(reviewed: Iterable[ReviewedFile], forms: FormLibrary) -> Iterator[str]:
    """Yield a line if relations of periods of a year with the period before were not checked, for want of it."""
    returns = (item.submission for item in reviewed if item.submission and isinstance(item.submission.year, Period))
    unchecked = (
        relation.title
        for submission in {(each.form, each.year): each for each in returns}.values()
        for relation in forms.of(submission).form.relations
        if relation.uses_previous and choose_earlier_figures(relation, submission.year, None) is None
    )
    if titles := tuple(dict.fromkeys(unchecked)):
        yield catalogue.format_line("previous_unchecked", count=len(titles), title=titles[0])


def describe_sent_back(returned: Sequence["ReturnedFile"], folder: Path) -> str:
    """Count the files written for return, by kind."""
    if not returned:
        return catalogue.format_line("nothing_to_send")
    kinds = [returned_file.kind for returned_file in returned]
    counts = {kind: kinds.count(kind) for kind in ("marked", "cleared", "page")}
    return catalogue.format_line("sent_back", count=len(returned), folder=str(folder), **counts)
