"""Describe held returns and the decisions about them for the console."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from xltool.consolidation.file_names import show_file_name
from xltool.consolidation.file_status import LAPSED_DECISION, find_unread_version
from xltool.messages import catalogue
from xltool.model.consolidation import ReviewedFile, Status

LAPSED_CODES = frozenset({"decision.lapsed", LAPSED_DECISION})


def describe_decisions(reviewed_files: Iterable[ReviewedFile], path: Path) -> str:
    """Count the decisions that took effect or lapsed, and the questions that wait for one."""
    files = list(reviewed_files)
    return catalogue.format_line(
        "decisions",
        applied=sum(item.decision is not None for item in files),
        lapsed=sum(finding.code in LAPSED_CODES for item in files for finding in item.findings),
        waiting=sum(item.status is Status.UNDECIDED for item in files),
        path=str(path),
    )


def describe_decision_table(reviewed_files: Iterable[ReviewedFile], path: Path | None) -> Iterator[str]:
    """Yield how many decisions of a table took effect; without one, how to make it if a file waits for a decision."""
    files = list(reviewed_files)
    waiting = sum(item.status is Status.UNDECIDED for item in files)
    if path:
        yield describe_decisions(files, path)
    elif waiting:
        yield catalogue.format_line("decisions_how", waiting=waiting)


def describe_unread_versions(reviewed_files: Iterable[ReviewedFile]) -> Iterator[str]:
    """Yield a line for each counted return beside which a file, perhaps a later version, could not be read."""
    for item in reviewed_files:
        if item.counted and (unread := find_unread_version(item)):
            problem = catalogue.Phrase(catalogue.render_finding(unread))
            yield catalogue.format_line("unread_version", file=show_file_name(item.file), problem=problem)


def describe_held_files(reviewed_files: Iterable[ReviewedFile]) -> Iterator[str]:
    """Yield a line for each return that waits for a decision."""
    for item in reviewed_files:
        if item.status is Status.UNDECIDED and item.reason:
            problem = catalogue.Phrase(catalogue.render_problem(item.reason))
            yield catalogue.format_line("held", file=show_file_name(item.file), problem=problem)
