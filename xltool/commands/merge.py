"""Read and check every file, sum the accepted ones and write the consolidated workbook."""

import glob
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

from xltool.checks.run_checks import review_submission
from xltool.checks.successions import check_divided_agencies
from xltool.commands.check import build_check_context, obey_decisions, report_failure, review_all
from xltool.commands.check_outputs import PAGE_SUFFIXES, WRITTEN_SUFFIXES, OutputFile, check_outputs
from xltool.commands.decisions import list_decision_outputs, record_open_questions
from xltool.commands.earlier_run import EarlierRun, choose_earlier_run, compare_with_earlier_run
from xltool.commands.own_outputs import find_level_files, is_consolidation_of, is_own_page
from xltool.commands.previous_use import survey_returns
from xltool.commands.run_context import Progress, RunContext
from xltool.consolidation.choosing import choose_returns
from xltool.consolidation.find_area import find_area
from xltool.consolidation.folding import fold_into_areas
from xltool.consolidation.totals import consolidate
from xltool.errors import FileRowError, UsageError
from xltool.execution.executor import Jobs
from xltool.execution.garbage_collection import collect_garbage_rarely
from xltool.exports.tables import FILE_NAMES, write_figures, write_tables
from xltool.forms.load_definitions import find_form_for_year
from xltool.forms.workbook_plan import plan_workbook
from xltool.messages import catalogue
from xltool.model.agency import Agency, Roster
from xltool.model.consolidation import Consolidation, ReviewedFile
from xltool.model.form import Form, Values
from xltool.pages.overview_draft import EarlierFigures
from xltool.pages.overview_page import write_overview_page
from xltool.spreadsheet.find_files import find_places
from xltool.spreadsheet.load_file import FileSource
from xltool.workbooks.earlier_versions import keep_earlier_versions, list_earlier_versions
from xltool.workbooks.save_files import refuse_existing, refuse_filled_folder, refuse_locked_files
from xltool.workbooks.summary.write_summary import write_summary


class MergeOptions(NamedTuple):
    """How to merge: area (default: the agency all others report to), year and form (default: those of most returns).

    ``include_flawed`` counts returns with ``must_fix`` findings; ``force`` replaces earlier outputs; with
    ``keep_earlier`` they stay beside the new ones, dated, and what is no output of `merge` is refused.
    ``decisions`` is the workbook with the decisions on single files; questions that are open are added to it.
    ``since`` is the run to compare findings with (default: the one stored in the replaced workbook).
    """

    area: str | None = None
    year: int | None = None
    include_flawed: bool = False
    force: bool = False
    since: EarlierRun | None = None
    decisions: Path | None = None
    form: str | None = None
    keep_earlier: bool = False


class ExtraOutputs(NamedTuple):
    """Outputs besides the consolidated workbook: an HTML ``page``, folders of ``tables`` and of ``levels``."""

    page: Path | None = None
    tables: Path | None = None
    levels: Path | None = None


SumFiles = Callable[[Sequence[ReviewedFile]], Consolidation]


class WriteStep(Protocol):
    """Writes outputs of a consolidation; with ``is_again`` some may have been written by the call before."""

    def __call__(self, made: Consolidation, *, is_again: bool) -> None:
        """Write the outputs."""
        ...


@collect_garbage_rarely()
def merge(
    sources: Sequence[FileSource | str],
    run_context: RunContext,
    output: Path | None,
    options: MergeOptions | None = None,
    extra_outputs: ExtraOutputs | None = None,
    *,
    jobs: Jobs = None,
    progress: Progress | None = None,
) -> Consolidation:
    """Read and check every file below ``sources``, sum the accepted ones and write the consolidated workbook.

    With ``output`` None no workbook is written. Raises UsageError if no file is a return, or an output exists.
    """
    options, extra_outputs = options or MergeOptions(), extra_outputs or ExtraOutputs()
    area = find_area(run_context.roster, options.area)
    own = prepare_outputs(sources, run_context, area, output, extra_outputs, options)
    before = choose_earlier_run(options.since, output)
    found = review_all(find_places(sources, own), run_context, jobs, progress)
    reviewed, book = obey_decisions(found, options.decisions, run_context)
    form, year = choose_form_and_year(reviewed, run_context, options, is_required=output is not None)
    survey_returns(run_context, reviewed, form, year, area.code)

    def sum_files(reviewed_files: Sequence[ReviewedFile]) -> Consolidation:
        summed = sum_and_check(reviewed_files, run_context, form, year, area, options)
        return add_finding_changes(summed, before, run_context)

    made = write_outputs(reviewed, sum_files, run_context, output, extra_outputs, options)
    record_open_questions(book, made.tracking)
    return made


def _replace_failing_file(
    reviewed_files: Sequence[ReviewedFile], file_row_error: FileRowError
) -> tuple[ReviewedFile, ...]:
    """Return the files, the failing one as one that cannot be read. Raises the cause if that was done before."""
    cause = file_row_error.__cause__
    failing = next((item for item in reviewed_files if item.file == file_row_error.file and item.submission), None)
    if failing is None or failing.submission is None or not isinstance(cause, Exception):
        raise cause or file_row_error
    read = failing.submission
    rejected = replace(
        report_failure(failing.file, cause),
        sha256=failing.sha256,
        named_agency=Agency(read.agency_code, read.agency_name, scope=read.scope),
    )
    return tuple(rejected if item is failing else item for item in reviewed_files)


def sum_and_check(
    reviewed_files: Sequence[ReviewedFile],
    run_context: RunContext,
    form: Form,
    year: int,
    area: Agency,
    options: MergeOptions,
    *,
    is_lower_level: bool = False,
) -> Consolidation:
    """Sum the counted returns, and run the checks of a return on the sum.

    At a lower level of a merge of several, a consolidation of ``area`` is not an earlier result, but what it sent.
    """
    flawed, own_area = options.include_flawed, None if is_lower_level else area
    chosen = choose_returns(reviewed_files, run_context.roster, form, year, include_flawed=flawed, own_area=own_area)
    made = consolidate(chosen, run_context.roster, form, year, area=area)
    if not made.parts:  # there is no sum to check
        return made
    findings = review_submission(made.summary, build_check_context(made.summary, run_context))
    divisions = (
        check_divided_agencies(made, run_context.previous_years.get_year_before(year))
        if run_context.previous_years
        else ()
    )
    return replace(made, findings=(*made.findings, *findings, *divisions))


def add_finding_changes(
    consolidation: Consolidation, earlier_run: EarlierRun | None, run_context: RunContext
) -> Consolidation:
    """Add the comparison of findings with those of an earlier run."""
    if earlier_run is None:
        return consolidation
    changes = compare_with_earlier_run(consolidation.tracking, earlier_run, run_context, consolidation)
    return replace(consolidation, changes=changes)


def write_outputs(
    reviewed_files: Sequence[ReviewedFile],
    sum_files: SumFiles,
    run_context: RunContext,
    output: Path | None,
    extra_outputs: ExtraOutputs,
    options: MergeOptions,
) -> Consolidation:
    """Sum the files, write all requested outputs and return the consolidation as written."""
    replaced = [path for path in (output, extra_outputs.page) if path] + _list_leaves_files(output)

    def write(made: Consolidation, *, is_again: bool) -> None:
        forced = options._replace(force=options.force or is_again)
        _write_files(made, run_context, output, extra_outputs, forced)

    with keep_earlier_versions(replaced if options.keep_earlier else ()):
        return write_without_failing_files(reviewed_files, sum_files, write)


def write_without_failing_files(
    reviewed_files: Sequence[ReviewedFile], sum_files: SumFiles, write: WriteStep
) -> Consolidation:
    """Sum the files and write; if what belongs to one file cannot be written, do it again with that file unreadable.

    Return the consolidation as written.
    """
    is_again = False
    while True:
        made = sum_files(reviewed_files)
        try:
            write(made, is_again=is_again)
        except FileRowError as error:
            reviewed_files, is_again = _replace_failing_file(reviewed_files, error), True
        else:
            return made


def _write_files(
    consolidation: Consolidation,
    run_context: RunContext,
    output: Path | None,
    extra_outputs: ExtraOutputs,
    options: MergeOptions,
) -> None:
    before = find_year_before(consolidation, run_context)
    force = options.force or options.keep_earlier
    if output is not None:
        shown = fold_into_areas(consolidation)
        if shown is not consolidation:
            write_figures(consolidation, name_leaves_path(output), force=force)
        write_summary(shown, plan_workbook(consolidation.form), output, previous=before, force=force)
    if extra_outputs.page is not None:
        write_overview_page(
            consolidation,
            plan_workbook(consolidation.form),
            extra_outputs.page,
            previous=before,
            earlier_figures=find_earlier_figures(consolidation, run_context),
            force=force,
        )
    if extra_outputs.tables is not None:
        write_tables(consolidation, extra_outputs.tables, force=options.force, keep_earlier=options.keep_earlier)


def name_leaves_path(output: Path) -> Path:
    """Return the path, without suffix, of the figures of every agency if the workbook shows areas."""
    return output.with_name(catalogue.look_up_word("summary", "leaves").format(name=output.stem))


def find_year_before(consolidation: Consolidation, run_context: RunContext) -> Values | None:
    """Return last year's figures of the agencies in the sum; if unknown, those of the area."""
    sums = (run_context.sum_year_before(codes, consolidation.year) for codes in _list_known_codes(consolidation))
    return next(filter(None, sums), None)


def find_earlier_figures(consolidation: Consolidation, run_context: RunContext) -> EarlierFigures:
    """Return the figures of all earlier years: of the agencies in the sum, else of the area, and of each part."""
    past, year, roster = run_context.previous_years, consolidation.year, run_context.roster
    if past is None:
        return EarlierFigures()
    own, *of_area = [past.sum_earlier_years(codes, year, roster) for codes in _list_known_codes(consolidation)]
    parts = {
        part.agency_key: past.sum_earlier_years(
            [run_context.find_previous_key(part.agency_code, part.agency_name)], year, roster
        )
        for part in consolidation.parts
    }
    of_sum = {earlier: values for years in (*of_area, own) for earlier, values in years.items()}
    return EarlierFigures(dict(sorted(of_sum.items())), {key: years for key, years in parts.items() if years})


def _list_known_codes(consolidation: Consolidation) -> list[list[str]]:
    """List the agency codes earlier figures of the sum are known by: its agencies, else its area unless one lacks."""
    summary = consolidation.summary
    agencies = [leaf.code for leaf in summary.manifest]
    return [agencies] if summary.absent else [agencies, [summary.agency_code]]


def prepare_outputs(
    sources: Sequence[FileSource | str],
    run_context: RunContext,
    area: Agency,
    output: Path | None,
    extra_outputs: ExtraOutputs,
    options: MergeOptions,
) -> tuple[Path, ...]:
    """Check all outputs before any work is done; return those of an earlier run, which are not inputs of this one.

    Raises UsageError or WritingError if an output cannot be written, or is an input.
    """
    files = list(_list_output_files(area, run_context.roster, output, extra_outputs))
    files += list_decision_outputs(options.decisions)
    folders = [folder for folder in (extra_outputs.tables, extra_outputs.levels) if folder is not None]
    own = check_outputs(files, sources, run_context.sources, folders)
    kept = [file for file in files if options.keep_earlier and file.path.exists() and file.is_own(file.path)]
    kept_paths = {file.path for file in kept}
    refuse_existing(
        [path for path in (output, extra_outputs.page) if path and path not in kept_paths], force=options.force
    )
    for folder in folders:
        has_only_own = folder.is_dir() and kept_paths.issuperset(folder.iterdir())
        refuse_filled_folder(folder, force=options.force or has_only_own)
    refuse_locked_files([path for path in (output, extra_outputs.page) if path])
    refuse_locked_files(path for folder in folders if folder.is_dir() for path in sorted(folder.iterdir()))
    return own


def _list_output_files(
    area: Agency, roster: Roster | None, output: Path | None, extra_outputs: ExtraOutputs
) -> Iterator[OutputFile]:
    """Yield the files this merge writes, and the existing ones in its output folders that it may replace."""
    if output is not None:
        yield OutputFile(output, WRITTEN_SUFFIXES, partial(is_consolidation_of, area=area))
        yield from (OutputFile(path, is_own=Path.is_file) for path in _list_leaves_files(output))
        is_own = partial(is_consolidation_of, area=area)
        yield from (OutputFile(path, is_own=is_own) for path in list_earlier_versions(output) if is_own(path))
    if extra_outputs.page is not None:
        yield OutputFile(extra_outputs.page, PAGE_SUFFIXES, is_own_page)
        kept = (path for path in list_earlier_versions(extra_outputs.page) if is_own_page(path))
        yield from (OutputFile(path, is_own=is_own_page) for path in kept)
    for folder in _list_versions(extra_outputs.tables):
        own = (path for path in sorted(folder.iterdir()) if path.name in FILE_NAMES)
        yield from (OutputFile(path, is_own=Path.is_file) for path in own)
    for folder in _list_versions(extra_outputs.levels):
        for path, level in find_level_files(folder, roster or ()):
            yield OutputFile(path, is_own=partial(is_consolidation_of, area=level))


def _list_versions(folder: Path | None) -> list[Path]:
    """List an output folder and what earlier runs kept beside it, as far as they exist."""
    return [path for path in (folder, *list_earlier_versions(folder)) if path.is_dir()] if folder else []


def _list_leaves_files(output: Path | None) -> list[Path]:
    """List the existing files with the figures of every agency beside the workbook."""
    return list(output.parent.glob(f"{glob.escape(name_leaves_path(output).name)}.*")) if output else []


def choose_form_and_year(
    reviewed_files: Sequence[ReviewedFile], run_context: RunContext, options: MergeOptions, *, is_required: bool = True
) -> tuple[Form, int]:
    """Return the form and year of most returns. Raises UsageError if there are none.

    If they are not required, as before the first return came: the year given, else last year, and its form.
    """
    year, wanted = options.year, options.form
    returns = Counter(
        (item.submission.form, item.submission.edition, item.submission.year)
        for item in reviewed_files
        if item.submission
        and item.submission.year is not None
        and year in (None, item.submission.year)
        and wanted in (None, item.submission.form)
    )
    if not returns and not is_required:
        expected = year or date.today().year - 1
        return find_form_for_year(run_context.forms, expected, wanted), expected
    if not returns:
        raise _explain_no_returns(reviewed_files, run_context, options)
    form_id, edition, most = max(returns, key=lambda key: (returns[key], key[2] or 0))
    assert most is not None  # counted only with a year
    return run_context.forms.get(form_id, edition), most


def _explain_no_returns(
    reviewed_files: Sequence[ReviewedFile], run_context: RunContext, options: MergeOptions
) -> UsageError:
    """Return the error for a merge without returns, with the years and forms of those that were not asked for."""
    found = Counter(
        (item.submission.year, item.submission.form, item.submission.edition)
        for item in reviewed_files
        if item.submission and item.submission.year is not None
    )
    if not found:
        return UsageError("usage.nothing_to_merge", count=len(reviewed_files))
    wanted = tuple(
        catalogue.format_phrase(f"returns_wanted_{key}", value=value)
        for key, value in (("year", options.year), ("form", options.form))
        if value is not None
    )
    shown = tuple(
        catalogue.format_phrase(
            "returns_found", year=year, form=form, title=run_context.forms.get(form, edition).title, count=count
        )
        for (year, form, edition), count in sorted(found.items())
    )
    return UsageError("usage.no_return_of", count=len(reviewed_files), wanted=wanted, found=shown)
