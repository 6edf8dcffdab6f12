"""The words for the status of a file, the same in every output, and the counts of files by status."""

from collections import Counter
from collections.abc import Iterable

from xltool.messages import catalogue
from xltool.model.consolidation import ReviewedFile, Status

# Words for a status that say more, by the code of the reason.
_WORDS_BY_REASON = {
    "merge.duplicate": "duplicate",
    "merge.same_figures": "duplicate",
    "merge.contained": "contained",
    "merge.earlier_summary": "earlier_summary",
    "merge.earlier_summary_partly": "earlier_summary",
    "merge.superseded_by_decision": "not_counted",
}


def show_file_status(item: ReviewedFile) -> str:
    """Return the words for the status of a file; a readable return that is none of this collection is not counted."""
    word = _WORDS_BY_REASON.get(item.reason.code) if item.reason and item.status is Status.SUPERSEDED else None
    if item.status is Status.FOREIGN and item.submission:
        word = "not_counted"
    return catalogue.look_up_word("status", word or item.status.value)


def count_statuses(reviewed_files: Iterable[ReviewedFile]) -> dict[str, int]:
    """Count the files by status; the sum is the number of files."""
    states = Counter(item.status for item in reviewed_files)
    return {status.value: states[status] for status in Status}


def describe_file_counts(reviewed_files: Iterable[ReviewedFile]) -> str:
    """Return one sentence with the number of files found and of those of each status."""
    counts = count_statuses(reviewed_files)
    return catalogue.format_line("file_counts", found=sum(counts.values()), **counts)
