"""Render periods added up for the console: how many each agency has, and what is missing or differs."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from xltool.commands.open_issues import has_open_issues, select_open_findings
from xltool.consolidation.file_names import show_file_name
from xltool.consolidation.rollup_issues import RollUpIssue, list_issues
from xltool.consolidation.show_rollup import describe_remark, show_matter, show_periods
from xltool.consolidation.show_status import describe_file_counts, show_file_status
from xltool.forms.period_words import name_period
from xltool.messages import catalogue
from xltool.messages.figure_phrases import format_number
from xltool.model.consolidation import ReviewedFile
from xltool.model.rolled_up import RolledUp

_MAX_FILES_NAMED = 5  # on the console; the workbook lists all


def describe_rollup(rolled_up: RolledUp, output: Path | None) -> str:
    """Describe every issue, then the counts and the workbook."""
    return "\n".join(_describe(rolled_up, output))


def _describe(rolled_up: RolledUp, output: Path | None) -> Iterator[str]:
    yield from map(_describe_issue, list_issues(rolled_up))
    lacking = sum(bool(agency.missing) for agency in rolled_up.agencies)
    yield catalogue.format_line(
        "rollup_counts",
        title=rolled_up.form.title,
        period=name_period(rolled_up.whole_period),
        agencies=len(rolled_up.agencies),
        expected=len(rolled_up.expected),
        whole=len(rolled_up.agencies) - lacking,
        lacking=lacking,
    )
    wholes = [whole for agency in rolled_up.agencies for whole in agency.whole_reports]
    if wholes:
        yield catalogue.format_line(
            "rollup_compared",
            reports=len(wholes),
            count=sum(whole.compared for whole in wholes),
            gaps=sum(len(whole.gaps) for whole in wholes),
            unsure=sum(whole.uncompared for whole in wholes),
        )
    yield describe_file_counts(rolled_up.tracking)
    yield from _describe_open_files(rolled_up.tracking)
    if output is not None:
        yield catalogue.format_line("rollup_written", file=str(output))


def _describe_open_files(tracking: Sequence[ReviewedFile]) -> Iterator[str]:
    """Name the files for whose sake the exit code is 1, each with its first problem; of many the first few."""
    files = [item for item in tracking if has_open_issues([item])]
    if files:
        yield catalogue.format_line("rollup_open_files", count=len(files))
    for item in files[:_MAX_FILES_NAMED]:
        problem = next(iter(select_open_findings(item.findings)), None)
        told = catalogue.Phrase(catalogue.render_brief(problem)) if problem else ""
        yield catalogue.format_line(
            "rollup_open_file", file=show_file_name(item.file), status=show_file_status(item), problem=told
        )
    if len(files) > _MAX_FILES_NAMED:
        yield catalogue.format_line("rollup_more_files", count=len(files) - _MAX_FILES_NAMED)


def _describe_issue(issue: RollUpIssue) -> str:
    facts: dict[str, object] = {
        "agency": issue.agency.name or issue.agency.code,
        "matter": show_matter(issue),
        "periods": show_periods(issue.periods),
        "remark": describe_remark(issue),
    }
    if issue.cell is None:
        return catalogue.format_line("rollup_issue", **facts)
    facts["figure"] = issue.cell.words
    if issue.gap is None:
        return catalogue.format_line("rollup_issue_figure", **facts)
    numbers = {"stated": issue.gap.stated, "added": issue.gap.added, "difference": issue.gap.difference}
    shown = {key: format_number(number) for key, number in numbers.items()}
    facts["made"] = catalogue.look_up_word("rollup_added", issue.gap.kind)
    return catalogue.format_line("rollup_issue_gap", **facts, place=f" {issue.place}".rstrip(), **shown)
