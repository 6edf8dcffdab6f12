"""Render results for the console as lines and tables."""

import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xltool.cli.console_decisions import describe_open_explanations, describe_unread_versions
from xltool.cli.console_returns import describe_check_codes
from xltool.comparison.comparing import ComparisonResult, FolderComparison
from xltool.consolidation.finding_fingerprints import describe_changes, mark_if_new
from xltool.consolidation.folding import MAX_DETAIL_ROWS
from xltool.consolidation.show_status import count_statuses, describe_file_counts, show_file_status
from xltool.forms.period_words import name_earlier_period, name_same_period
from xltool.messages import catalogue
from xltool.model.agency import Agency
from xltool.model.consolidation import Consolidation, FindingChanges, ReviewedFile, Status
from xltool.model.finding import Finding
from xltool.model.form import Severity
from xltool.model.period import Period, length_of
from xltool.workbooks.summary.agency_status import count_agencies

if TYPE_CHECKING:
    from xltool.commands.import_reports import ImportedReport
    from xltool.commands.make_templates import IssuedTemplate
    from xltool.commands.merge_levels import MergedLevel
    from xltool.commands.previous_use import PreviousUse
    from xltool.commands.publish import DraftedParagraphs, WrittenReport

MAX_AGENCIES_SHOWN = 10
MAX_NOTES_PER_FILE = 5  # shown for one file; --json and the consolidated workbook hold all of them
_SEVERITY_MARKS = {Severity.MUST_FIX: "✗", Severity.EXPLAIN: "?", Severity.NOTE: "·"}


def describe_templates(
    issued_templates: Sequence["IssuedTemplate"],
    folder: Path,
    previous_use: "PreviousUse | None" = None,
    *,
    has_prefilled: bool = True,
) -> str:
    """Describe the templates that were written; if no figure is ``has_prefilled``, prompts have those of before."""
    lines = [catalogue.format_line("issued", count=len(issued_templates), folder=str(folder))]
    return "\n".join([*lines, *describe_previous_use(previous_use, "prefilled" if has_prefilled else "prompted")])


def describe_previous_use(previous_use: "PreviousUse | None", purpose: str = "compared") -> list[str]:
    """Say how many agencies have figures of the year before, and which have none."""
    if previous_use is None:
        return []
    used, without = previous_use.used, previous_use.names
    facts: dict[str, object] = {"year": previous_use.year, "count": len(used) + len(without), "used": len(used)}
    facts["earlier"] = name_earlier_period(length_of(previous_use.year))
    facts["purpose"] = catalogue.Phrase(catalogue.look_up_word("previous", purpose))
    if previous_use.missing is not None:
        facts["earlier"] = name_same_period()
    lines = [catalogue.format_line("previous_used", **facts)]
    if without:
        shown = without[:MAX_AGENCIES_SHOWN]
        more = catalogue.Phrase("…" if len(without) > len(shown) else "")
        facts |= {"count": len(without), "agencies": shown, "more": more}
        lines.append(catalogue.format_line("previous_without", **facts))
    if previous_use.missing is not None:
        lines.append(catalogue.format_line("previous_missing", year=previous_use.missing))
    return lines


def describe_check(
    reviewed: Sequence[ReviewedFile],
    changes: FindingChanges | None = None,
    codes: Mapping[str, str] | None = None,
    *,
    verbose: bool = False,
) -> str:
    """Describe every file with findings, problems first, then count the files without open findings.

    ``codes`` are the check codes of accepted returns, by file.
    """
    lines: list[str] = []
    for item in sorted(reviewed, key=_rank_urgency):
        if item.findings or item.status is not Status.ACCEPTED:
            lines += [_describe_file(item), *_describe_reason(item)]
            lines += [*_describe_findings(item, changes, verbose=verbose), ""]
    lines += describe_check_codes(reviewed, codes or {}, verbose=verbose)
    counts = count_statuses(reviewed)
    clean = sum(item.status is Status.ACCEPTED and not select_open(item.findings) for item in reviewed)
    explain = counts[Status.ACCEPTED.value] - clean
    lines.append(catalogue.format_line("checked", found=len(reviewed), clean=clean, explain=explain, **counts))
    lines += [*_describe_years(reviewed), *_describe_cache_use(reviewed), *describe_changes(changes)]
    return "\n".join(lines)


def describe_import(imported_reports: Sequence["ImportedReport"], folder: Path) -> str:
    """Describe each imported report and count printed, derived and open figures."""
    sure = [found.sure for item in imported_reports if item.published for found in item.published.figures.values()]
    wanted = sum(len(item.reviewed.submission.values) for item in imported_reports if item.reviewed.submission)
    clean = sum(bool(item.workbook) and not select_open(item.reviewed.findings) for item in imported_reports)
    said = catalogue.format_line(
        "imported",
        count=len(imported_reports),
        made=sum(bool(item.workbook) for item in imported_reports),
        clean=clean,
        read=sure.count("printed"),
        solved=sure.count("solved"),
        open=wanted - sure.count("printed") - sure.count("solved"),
        folder=str(folder),
    )
    return "\n".join([describe_check([item.reviewed for item in imported_reports]), said])


def describe_merge(consolidation: Consolidation, output: Path, extra_files: Iterable[Path | None] = ()) -> str:
    """Describe a merge: refused files, missing agencies, counts by status and the files written."""
    lines: list[str] = []
    for item in sorted(consolidation.tracking, key=_rank_urgency):
        if item.status is not Status.ACCEPTED:
            lines += [_describe_file(item), *_describe_reason(item), *_describe_findings(item, consolidation.changes)]
    lines += describe_unread_versions(consolidation.tracking)
    lines += [
        f"{catalogue.format_line('area_finding')}{_render_with_option(finding)}" for finding in consolidation.findings
    ]
    lines += [*describe_open_explanations(consolidation.tracking), *_describe_coordinator_notes(consolidation)]
    sent_back = tuple(agency for agency in consolidation.missing if agency not in consolidation.unreported)
    unread = tuple(agency for agency in consolidation.unreported if agency in _list_named_agencies(consolidation))
    for key, agencies in (("not_summed", sent_back), ("missing", consolidation.unreported), ("unread", unread)):
        if agencies:
            names = tuple(f"{agency.name}（{agency.code}）" for agency in agencies)
            lines.append(catalogue.format_line(key, count=len(names), names=names))
    lines += [describe_file_counts(consolidation.tracking), describe_agency_counts(consolidation)]
    if consolidation.missing:
        lines.append(catalogue.format_line("incomplete", count=len(consolidation.missing)))
    if len(consolidation.parts) > MAX_DETAIL_ROWS and consolidation.roster:
        lines.append(catalogue.format_line("folded", count=len(consolidation.parts), most=MAX_DETAIL_ROWS))
    lines += [
        *_describe_cache_use(consolidation.tracking),
        *describe_changes(consolidation.changes),
        catalogue.format_line("written", path=str(output)),
    ]
    lines += [catalogue.format_line("written_too", path=str(path)) for path in extra_files if path]
    return "\n".join(lines)


def describe_earlier_versions(outputs: Iterable[Path | None]) -> list[str]:
    """Say where the existing outputs will stay when they are replaced; call it before they are."""
    from xltool.workbooks.earlier_versions import name_earlier_version

    existing = [path for path in outputs if path and path.exists()]
    return [
        catalogue.format_line("kept_earlier", path=path.name, kept=name_earlier_version(path).name) for path in existing
    ]


def _describe_reason(item: ReviewedFile) -> list[str]:
    """Describe why a file has its status, unless one of its findings says so."""
    is_listed = item.reason in item.findings
    return [f"    {_render_with_option(item.reason)}"] if item.reason and not is_listed else []


def _render_with_option(finding: Finding) -> str:
    return catalogue.render_finding(finding) + catalogue.render_option(finding)


def _describe_cache_use(reviewed_files: Iterable[ReviewedFile]) -> list[str]:
    """Say how many files came from the reading cache; empty if none did."""
    known = {item.file: item.remembered for item in reviewed_files}
    again = sum(known.values())
    return [catalogue.format_line("remembered", count=again, read=len(known) - again)] if again else []


def _describe_coordinator_notes(consolidation: Consolidation) -> list[str]:
    """Count settled findings, and list findings of trial rules and of comparisons between agencies."""
    lines = []
    stands = [
        finding for item in consolidation.tracking if item.counted for finding in item.findings if finding.settled
    ]
    if stands:
        lines.append(catalogue.format_line("stands", count=len(stands)))
    trial = [(item, finding) for item in consolidation.tracking for finding in item.trial]
    if trial:
        codes = tuple(sorted({finding.code for _, finding in trial}))
        files = len({item.file for item, _ in trial})
        lines.append(catalogue.format_line("trial", count=len(trial), files=files, codes=codes))
        lines += [
            f"  {_SEVERITY_MARKS[Severity.NOTE]} {_name_agency(item)}\uff1a{catalogue.render_finding(each)}"
            for item, each in trial[:MAX_NOTES_PER_FILE]
        ]
    return lines


def describe_merged_levels(
    levels: Sequence["MergedLevel"], whole: Consolidation, extra_files: Iterable[Path | None] = ()
) -> str:
    """Describe each lower area in one line, then the whole as `describe_merge` does."""
    lines = [
        catalogue.format_line(
            "level",
            area=level.area.name,
            counted=len(level.consolidation.summary.manifest),
            expected=level.consolidation.expected,
            file=str(level.file),
        )
        for level in levels[:-1]
    ]
    none = [] if lines else [catalogue.format_line("no_levels")]
    return "\n".join([*lines, describe_merge(whole, levels[-1].file, extra_files), *none])


def describe_agency_counts(consolidation: Consolidation) -> str:
    """Count the agencies by status; without a roster, those in the sum."""
    counts = count_agencies(consolidation)
    if consolidation.roster is None:
        return catalogue.format_line("merged", parts=counts.counted)
    return catalogue.format_line("agency_counts", **counts._asdict())


def _list_named_agencies(consolidation: Consolidation) -> tuple[Agency, ...]:
    """List the agencies that the names of files mean which could not be read."""
    return tuple(item.named_agency for item in consolidation.tracking if item.named_agency)


def _describe_years(reviewed: Sequence[ReviewedFile]) -> list[str]:
    """Say how many returns there are of each year, if there are several; returns of a wrong year aside."""
    returns = (item.submission for item in reviewed if item.status is not Status.FOREIGN)
    years = Counter(submission.year for submission in returns if submission and submission.year)
    if len(years) <= 1:
        return []
    key = "periods" if any(isinstance(year, Period) for year in years) else "years"
    phrase = "returns_of_period" if key == "periods" else "returns_of_year"  # a period as an option names it
    shown = tuple(catalogue.format_phrase(phrase, year=str(year), count=years[year]) for year in sorted(years))
    return [catalogue.format_line(key, count=len(years), years=shown)]


def describe_publication(written: Sequence["WrittenReport"]) -> str:
    """List the published files and the sections that are still empty, then the workbooks that were left out."""
    lines = []
    for report in written:
        if report.refusal:
            lines.append(catalogue.format_line("not_published", reason=catalogue.render_error(report.refusal)))
            continue
        lines.append(
            catalogue.format_line("published", file=report.source, written=tuple(str(file) for file in report.files))
        )
        if report.empty:
            lines.append(catalogue.format_line("published_empty", sections=report.empty))
    refused = sum(report.refusal is not None for report in written)
    if refused:
        lines.append(catalogue.format_line("published_count", written=len(written) - refused, refused=refused))
    return "\n".join(lines)


def describe_drafts(drafts: Iterable["DraftedParagraphs"]) -> str:
    """List the suggested paragraphs by file and section."""
    lines = []
    for each in drafts:
        for heading, paragraphs in each.drafts.items():
            lines += [catalogue.format_line("drafted", file=each.source, section=heading), *paragraphs]
            lines += [catalogue.format_line("drafted_pattern"), *each.patterns[heading]]
    return "\n".join(lines)


def describe_comparison(comparison: ComparisonResult) -> str:
    """Describe both sides, then every difference in one line each, then their count."""
    from xltool.pages.difference_text import describe_differences, describe_sides, summarize_comparison

    if comparison.is_same and not comparison.resubmitted:
        return summarize_comparison(comparison)
    return "\n".join(
        [
            *describe_sides(comparison),
            *(each.words for each in describe_differences(comparison)),
            summarize_comparison(comparison),
        ]
    )


def describe_comparisons(pairs: FolderComparison) -> str:
    """Describe every pair of reports with its differences, files without a counterpart, and the counts."""
    same = sum(pair.is_same for pair in pairs.comparisons)
    lines = [_describe_equal_pair(pair) if pair.is_same else describe_comparison(pair) for pair in pairs.comparisons]
    side_names = (catalogue.look_up_word("compared", "left"), catalogue.look_up_word("compared", "right"))
    for side_name, files in zip(side_names, pairs[1:3], strict=True):
        lines += [catalogue.format_line("compared_file_only", name=side_name, file=file) for file in files]
    lines += [
        catalogue.format_line("compared_unreadable", file=file, reason=reason) for file, reason in pairs.unreadable
    ]
    counts = {
        "count": len(pairs.comparisons),
        "same": same,
        "differ": len(pairs.comparisons) - same,
        "alone": len(pairs.only_left) + len(pairs.only_right),
        "unreadable": len(pairs.unreadable),
    }
    return "\n".join([*lines, catalogue.format_line("compared_pairs", **counts)])


def _describe_equal_pair(comparison: ComparisonResult) -> str:
    read = comparison.left.submission
    return catalogue.format_line("compared_pair_same", agency=read.agency_name or read.source.file, year=read.year)


def _rank_urgency(item: ReviewedFile) -> tuple[int, str]:
    order = (Status.UNDECIDED, Status.RETURNED, Status.UNREADABLE, Status.FOREIGN, Status.ACCEPTED, Status.SUPERSEDED)
    return (order.index(item.status), item.file)


def _describe_file(item: ReviewedFile) -> str:
    return catalogue.format_line(
        "file",
        file=item.file,
        agency=_name_agency(item) or catalogue.look_up_word("shown", "unknown"),
        status=show_file_status(item),
    )


def _name_agency(item: ReviewedFile) -> str:
    return item.submission.agency_name if item.submission else item.named_agency.name if item.named_agency else ""


def select_open(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that need action."""
    return [finding for finding in findings if finding.open]


def _describe_finding(finding: Finding, new: str, *, verbose: bool) -> list[str]:
    """Render a finding in a line, marked as ``new`` or not; with ``verbose`` its details in a second one."""
    severity = finding.severity if finding.open else Severity.NOTE
    details = catalogue.render_details(finding) if verbose else ""
    option = catalogue.render_option(finding) if finding.open else ""
    line = f"  {_SEVERITY_MARKS[severity]} {new}{catalogue.render_brief(finding)}{option}"
    return [line, f"      {details}"] if details else [line]


def _describe_findings(item: ReviewedFile, changes: FindingChanges | None, *, verbose: bool = False) -> list[str]:
    """Describe the findings of a file; none of a file in whose place another one stands."""
    if item.status is Status.SUPERSEDED:
        return []
    notes = [finding for finding in item.findings if not finding.open]
    lines = [
        line
        for each in select_open(item.findings)
        for line in _describe_finding(each, mark_if_new(item, each, changes), verbose=verbose)
    ]
    lines += [line for each in notes[:MAX_NOTES_PER_FILE] for line in _describe_finding(each, "", verbose=verbose)]
    if len(notes) > MAX_NOTES_PER_FILE:
        lines.append("  " + catalogue.format_line("more_notes", count=len(notes) - MAX_NOTES_PER_FILE))
    return lines


def render_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Render rows as a table of the terminal's width; ``columns`` are keys of the ``column`` texts."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table: Any = Table(*(catalogue.look_up_word("column", column) for column in columns), box=box.SIMPLE_HEAD)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    out = StringIO()
    width = Console(stderr=True).width if sys.stdout.isatty() else 200
    Console(file=out, width=width, color_system=None).print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())
