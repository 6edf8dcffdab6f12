"""Describe for the console what waits for a person: held returns, decisions, explanations, files to ask for."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from xltool.consolidation.file_names import show_file_name
from xltool.consolidation.file_status import LAPSED_DECISION, find_unread_version
from xltool.messages import catalogue
from xltool.model.consolidation import ReviewedFile, Status

MAX_NAMES_SHOWN = 10
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
            problem = catalogue.Phrase(catalogue.render_finding(unread) + catalogue.render_option(unread))
            yield catalogue.format_line("unread_version", file=show_file_name(item.file), problem=problem)


def describe_open_explanations(reviewed_files: Iterable[ReviewedFile]) -> Iterator[str]:
    """Yield a line with the number of open findings of counted returns, and whose they are."""
    open_counts = [
        (item, count)
        for item in reviewed_files
        if item.status is Status.ACCEPTED and (count := sum(finding.open for finding in item.findings))
    ]
    names = [_name_agency(item) for item, _ in open_counts]
    if names:
        more = catalogue.Phrase("…" if len(names) > MAX_NAMES_SHOWN else "")
        facts = {"files": len(names), "names": tuple(names[:MAX_NAMES_SHOWN]), "more": more}
        yield catalogue.format_line("to_explain", count=sum(count for _, count in open_counts), **facts)


def _name_agency(item: ReviewedFile) -> str:
    read = item.submission
    return (read.agency_name or read.agency_code if read else "") or show_file_name(item.file)


def describe_held_files(reviewed_files: Iterable[ReviewedFile]) -> Iterator[str]:
    """Yield a line for each return that waits for a decision."""
    for item in reviewed_files:
        if item.status is Status.UNDECIDED and item.reason:
            problem = catalogue.Phrase(catalogue.render_problem(item.reason))
            yield catalogue.format_line("held", file=show_file_name(item.file), problem=problem)
