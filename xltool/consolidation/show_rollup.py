"""The words for what is missing or differs in periods added up, the same in the workbook and on the console."""

from collections.abc import Iterator, Sequence

from xltool.consolidation.file_names import show_file_name
from xltool.consolidation.rollup_issues import RollUpIssue, RollUpMatter
from xltool.consolidation.show_status import show_file_status
from xltool.forms.period_words import name_period
from xltool.messages import catalogue
from xltool.model.period import length_of
from xltool.model.rolled_up import AgencyPeriods


def show_matter(issue: RollUpIssue) -> str:
    """Return the words for what is missing or differs; of a report of the whole with its kind, and whether it came."""
    if issue.matter not in {RollUpMatter.WHOLE, RollUpMatter.NO_WHOLE}:
        return catalogue.look_up_word("rollup", issue.matter)
    was_handed_in = issue.matter is RollUpMatter.NO_WHOLE and issue.is_held
    return catalogue.look_up_word(
        "rollup", f"{'held_whole' if was_handed_in else issue.matter}_{length_of(issue.periods[0])}"
    )


def show_periods(periods: Sequence[int]) -> str:
    """Return the names of periods, in words."""
    return catalogue.look_up_word("shown", "joint").join(name_period(period) for period in periods)


def describe_remark(issue: RollUpIssue) -> str:
    """Describe what explains an issue: how many periods are missing and what came instead; empty for most."""
    match issue.matter:
        case RollUpMatter.MISSING:
            return _describe_missing(issue)
        case RollUpMatter.REPEATED:
            return catalogue.format_line("rollup_repeated")
        case RollUpMatter.UNSURE:
            return describe_uncompared(issue.uncompared)
        case RollUpMatter.NO_WHOLE:
            return "".join(_describe_held(issue.agency, issue.periods))
    return ""


def describe_missing_count(agency: AgencyPeriods, expected: int) -> str:
    """Describe how many periods of the ``expected`` number are missing."""
    return catalogue.format_line("rollup_missing", missing=len(agency.missing), expected=expected)


def describe_uncompared(count: int) -> str:
    """Describe how many figures of a report of the whole could not be compared."""
    return catalogue.format_line("rollup_unsure", count=count)


def _describe_missing(issue: RollUpIssue) -> str:
    """Describe how many periods are missing, and which of them came and are not counted or not read."""
    agency = issue.agency
    unread = [catalogue.format_line("rollup_unread", file=show_file_name(item.file)) for item in agency.unread]
    parts = [describe_missing_count(agency, issue.expected), *_describe_held(agency, issue.periods), *unread]
    return catalogue.look_up_word("rollup", "joint").join(parts)


def _describe_held(agency: AgencyPeriods, periods: Sequence[int]) -> Iterator[str]:
    """Yield for each of some periods that a file came for it which is not counted."""
    for period in periods:
        if period in agency.held:
            item = agency.held[period]
            facts = {"status": show_file_status(item), "file": show_file_name(item.file)}
            yield catalogue.format_line("rollup_held", period=name_period(period), **facts)
