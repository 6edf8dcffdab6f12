"""Add up the periods of a year (months, quarters, halves) for each agency; compare with its reports of the whole."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from xltool.commands.check import build_file_finding, obey_decisions, review_all
from xltool.commands.check_outputs import WRITTEN_SUFFIXES, OutputFile, check_outputs
from xltool.commands.decisions import list_decision_outputs, record_open_questions
from xltool.commands.own_outputs import is_own_list
from xltool.commands.run_context import Progress, RunContext
from xltool.consolidation.agency_rows import build_row_submission
from xltool.consolidation.choosing import choose_returns
from xltool.consolidation.gather_periods import PeriodReport, gather_agency, sum_agencies
from xltool.consolidation.tree import RosterTree, list_manifest
from xltool.errors import ForeignFileError, UnreadableFileError, UsageError
from xltool.execution.executor import Jobs
from xltool.forms.identity import OwnList
from xltool.forms.period_words import name_period
from xltool.forms.workbook_words import workbook_words
from xltool.forms.year_totals import find_year_totals
from xltool.messages import catalogue
from xltool.model.agency import Agency, Scope
from xltool.model.consolidation import ReviewedFile, Status
from xltool.model.form import Form
from xltool.model.period import calendar_year, list_parts
from xltool.model.rolled_up import AgencyKey, RolledUp, make_agency_key
from xltool.model.submission import Source, Submission
from xltool.recognition.read_consolidated import list_sheet_names, read_parts
from xltool.spreadsheet.find_files import find_places
from xltool.spreadsheet.load_file import FileSource, load_file
from xltool.spreadsheet.open_workbook import make_printable, open_named_sheets
from xltool.spreadsheet.raw_workbook import RawWorkbook
from xltool.spreadsheet.zip_archives import open_archive_member, read_members
from xltool.workbooks.rollup.write_rollup import write_rollup
from xltool.workbooks.save_files import refuse_existing, refuse_locked_files

_SETTLED_STATUSES = {Status.FOREIGN, Status.SUPERSEDED}  # of files that no agency still owes a correction of


class RollUpOptions(NamedTuple):
    """Which periods to add up: those inside ``year`` (default: the year of most reports) of ``form``.

    Without ``form``, that of shorter periods of which most reports came. ``include_flawed`` counts reports with
    ``must_fix`` findings; ``decisions`` is the workbook with the decisions on single files.
    """

    year: int | None = None
    form: str | None = None
    include_flawed: bool = False
    decisions: Path | None = None
    force: bool = False


def roll_up(
    sources: Sequence[FileSource | str],
    run_context: RunContext,
    output: Path | None,
    roll_up_options: RollUpOptions | None = None,
    *,
    jobs: Jobs = None,
    progress: Progress | None = None,
) -> RolledUp:
    """Read every file below ``sources``, add up the periods of each agency, and write the workbook.

    Files may be returns, consolidated workbooks (every agency in them) and reports of the whole. With ``output`` None
    nothing is written. Raises UsageError if no file is a report of a part of a year, or the output exists.
    """
    roll_up_options = roll_up_options or RollUpOptions()
    own = _prepare_output(sources, run_context, output, roll_up_options)
    found = review_all(find_places(sources, own), run_context, jobs, progress)
    reviewed, book = obey_decisions(found, roll_up_options.decisions, run_context)
    form, whole = _choose_form_and_whole(reviewed, run_context, roll_up_options)
    made = add_up_reports(reviewed, run_context, form, whole, include_flawed=roll_up_options.include_flawed)
    if output is not None:
        write_rollup(made, output, force=roll_up_options.force)
    record_open_questions(book, made.tracking)
    return made


def _prepare_output(
    sources: Sequence[FileSource | str], run_context: RunContext, output: Path | None, roll_up_options: RollUpOptions
) -> tuple[Path, ...]:
    """Check the outputs before any work; return those of an earlier run, which are no inputs."""
    files = list_decision_outputs(roll_up_options.decisions)
    if output is not None:
        is_own = partial(is_own_list, own_list=OwnList.ROLL_UP)
        files = [*files, OutputFile(output, WRITTEN_SUFFIXES, is_own)]
    own = check_outputs(files, sources, run_context.sources)
    if output is not None:
        refuse_existing([output], force=roll_up_options.force)
        refuse_locked_files([output])
    return own


def _choose_form_and_whole(
    reviewed_files: Sequence[ReviewedFile], run_context: RunContext, roll_up_options: RollUpOptions
) -> tuple[Form, int]:
    """Return the form of shorter periods of which most reports came, and the year or period they are in."""
    counts: Counter[tuple[str, str, int]] = Counter()
    for item in reviewed_files:
        read = item.submission
        if read is None or read.year is None or roll_up_options.form not in {None, read.form}:
            continue
        form = run_context.forms.get(read.form, read.edition)
        whole = roll_up_options.year if roll_up_options.year is not None else calendar_year(read.year)
        if read.year in list_parts(whole, form.period):
            counts[read.form, read.edition, whole] += 1
    if not counts:
        period = "" if roll_up_options.year is None else name_period(roll_up_options.year)
        wanted = catalogue.format_phrase("rollup_within", period=period) if period else catalogue.Phrase("")
        raise UsageError("usage.no_periods", count=len(reviewed_files), wanted=wanted)
    form_id, edition, whole = max(counts, key=lambda key: (counts[key], key[2]))
    return run_context.forms.get(form_id, edition), whole


def add_up_reports(
    reviewed_files: Sequence[ReviewedFile],
    run_context: RunContext,
    form: Form,
    whole_period: int,
    *,
    include_flawed: bool,
) -> RolledUp:
    """Choose the reports that count, and add up the periods inside ``whole_period`` for each agency."""
    expected = list_parts(whole_period, form.period)
    wanted: list[tuple[Form, int]] = [(form, period) for period in expected]
    for longer in run_context.forms:
        if longer.made_from is not None and longer.made_from.form == form.id:
            periods = list_parts(whole_period, longer.period) or (whole_period,)
            wanted += [(longer, period) for period in periods if list_parts(period, form.period)]
    judged, reports = _choose_reports(reviewed_files, run_context, wanted, include_flawed=include_flawed)
    rest = [item for position, item in enumerate(reviewed_files) if position not in judged]
    reports_by_key: defaultdict[AgencyKey, list[PeriodReport]] = defaultdict(list)
    for report in reports:
        reports_by_key[report.key].append(report)
    known = _list_agencies(reports, run_context, calendar_year(whole_period))
    unread = [item for item in rest if item.submission is None]
    held_by_key = _group_held_files([*judged.values(), *unread], known)
    agencies = [
        gather_agency(agency, form, expected, reports_by_key[key], held_by_key.get(key, ()))
        for key, agency in _sort_agencies(_list_held_agencies(held_by_key) | known, run_context).items()
    ]
    return RolledUp(
        form,
        whole_period,
        expected,
        tuple(agencies),
        find_year_totals(form),
        *sum_agencies(agencies, form),
        (*judged.values(), *choose_returns(rest, run_context.roster, form, whole_period)),
        run_context.roster,
    )


def _choose_reports(
    reviewed_files: Sequence[ReviewedFile],
    run_context: RunContext,
    wanted: Sequence[tuple[Form, int]],
    *,
    include_flawed: bool,
) -> tuple[dict[int, ReviewedFile], list[PeriodReport]]:
    """Choose among the files of each wanted form and period; return these files by position, and the counted reports.

    A consolidated workbook holds a report of every agency in it.
    """
    judged: dict[int, ReviewedFile] = {}
    reports: list[PeriodReport] = []
    by_content: dict[tuple[str, str, int], dict[int, ReviewedFile]] = {}
    for position, item in enumerate(reviewed_files):
        read = item.submission
        if read is not None and read.year is not None:
            by_content.setdefault((read.form, read.edition, read.year), {})[position] = item
    for form, period in wanted:
        alike = by_content.get((*form.key, period), {})
        chosen = choose_returns([*alike.values()], run_context.roster, form, period, include_flawed=include_flawed)
        for position, item in zip(alike, chosen, strict=True):
            judged[position] = item
            if item.counted and item.submission is not None:
                try:
                    rows = [*_list_rows(item.submission, form, run_context)]
                except (UnreadableFileError, ForeignFileError) as error:
                    reason = build_file_finding(Path(item.file), error)
                    judged[position] = replace(item, counted=False, status=Status.UNREADABLE, reason=reason)
                    continue
                reports += [PeriodReport(period, row, form) for row in rows]
    return judged, reports


def _list_rows(submission: Submission, form: Form, run_context: RunContext) -> Iterator[Submission]:
    """Yield a report; of a consolidated workbook that of every row in it. Raises like `open_workbook`."""
    sheet = workbook_words().summary.sheets["details"]
    listed = _reopen_sum(submission.source, run_context.password) if submission.manifest else None
    rows = read_parts(listed, form.cells) if listed else ()
    if not rows:
        yield submission
    for row in rows:
        is_area = row.lead.get("scope") == workbook_words().cover[Scope.AREA]
        scope = Scope.AREA if is_area else Scope.OWN
        agency = Agency(row.lead["code"].strip(), row.lead.get("name", ""), scope=scope)
        yield build_row_submission(submission, form, agency, row.figures, sheet, row.texts)


def _reopen_sum(file_source: Source, password: str | None) -> RawWorkbook | None:
    """Open a consolidated workbook with its details, also inside an archive; None where there is no such file now."""
    path = Path(file_source.archive or file_source.file)
    if not path.is_file():
        return None
    if not file_source.archive:
        return open_named_sheets(path, list_sheet_names(["details"]), password)
    members = read_members(load_file(path), password)
    names = ((make_printable(f"{file_source.archive}/{member.path}"), member) for member in members)
    return next((open_archive_member(member, password) for name, member in names if name == file_source.file), None)


def _list_agencies(reports: Sequence[PeriodReport], run_context: RunContext, year: int) -> dict[AgencyKey, Agency]:
    """Return the agencies of reports, and those of the roster of which none came."""
    found = {
        report.key: Agency(each.agency_code, each.agency_name, scope=each.scope)
        for report in reports
        for each in [report.submission]
    }
    missing = RosterTree(run_context.roster, year).find_missing([report.submission for report in reports])
    return found | {make_agency_key(each.code, each.name, each.scope): each for each in missing}


def _group_held_files(
    judged_files: Iterable[ReviewedFile], known_agencies: Iterable[AgencyKey]
) -> dict[AgencyKey, list[ReviewedFile]]:
    """Group the files that are not counted by agency; those of a consolidated workbook are of every agency in it.

    An unread file is of the agency that its name means. Where figures of an agency are known in another scope only, the
    file is one of those.
    """
    scopes: defaultdict[str, list[Scope]] = defaultdict(list)
    for name, scope in known_agencies:
        scopes[name].append(scope)
    held: defaultdict[AgencyKey, list[ReviewedFile]] = defaultdict(list)
    for item in judged_files:
        for name, stated in () if item.counted else _list_owners(item):
            for scope in [stated] if stated in scopes[name] else scopes[name] or [stated]:
                held[name, scope].append(item)
    return held


def _list_owners(item: ReviewedFile) -> list[AgencyKey]:
    """Return the agencies whose figures are in a file, or of which an unread file is by its name."""
    read, named = item.submission, item.named_agency
    if read is not None:
        scope = Scope.OWN if read.manifest else read.scope
        return [make_agency_key(leaf.code, leaf.name, scope) for leaf in list_manifest(read)]
    is_unread = named is not None and item.status is Status.UNREADABLE
    return [make_agency_key(named.code, named.name, named.scope)] if named is not None and is_unread else []


def _list_held_agencies(held_by_key: Mapping[AgencyKey, Sequence[ReviewedFile]]) -> dict[AgencyKey, Agency]:
    """Return the agencies of files that are not counted, unless they are foreign or another file replaces them."""
    found = {}
    for key, items in held_by_key.items():
        waiting = [item.submission for item in items if item.status not in _SETTLED_STATUSES and item.submission]
        for leaf in (leaf for read in waiting for leaf in list_manifest(read) if key[0] == leaf.key):
            found[key] = Agency(leaf.code, leaf.name, scope=key[1])
    return found


def _sort_agencies(agencies: Mapping[AgencyKey, Agency], run_context: RunContext) -> dict[AgencyKey, Agency]:
    """Return the agencies in the order of the roster, others behind; own figures before those of the area.

    The name of one with figures in both scopes says which these are.
    """
    order = {code: place for place, code in enumerate(run_context.roster.agencies if run_context.roster else ())}
    keys = sorted(agencies, key=lambda key: (order.get(key[0], len(order)), key[0], key[1] is Scope.AREA))
    counts = Counter(name for name, _ in keys)
    return {key: _name_scope(agencies[key]) if counts[key[0]] > 1 else agencies[key] for key in keys}


def _name_scope(agency: Agency) -> Agency:
    scope = workbook_words().cover[agency.scope]
    return replace(agency, name=catalogue.format_line("rollup_scoped", name=agency.name, scope=scope))
