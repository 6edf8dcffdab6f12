"""Convert published reports into filled workbooks, with a log of the position of each figure (`xltool import`)."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from xltool.checks.make_finding import make_finding
from xltool.checks.run_checks import review_submission
from xltool.commands.check import build_check_context, name_place, reject_file, report_failure
from xltool.commands.check_outputs import OutputFile, check_outputs, create_folder
from xltool.commands.make_templates import compute_serial
from xltool.commands.own_outputs import is_imported_workbook
from xltool.commands.run_context import Progress, RunContext
from xltool.consolidation.file_status import decide_status
from xltool.errors import ForeignFileError, UnreadableFileError, UsageError
from xltool.execution import executor
from xltool.forms.compiled_form import FormLibrary
from xltool.forms.load_definitions import find_form_for_year
from xltool.forms.workbook_plan import WorkbookPlan, plan_workbook
from xltool.messages import catalogue
from xltool.model.agency import Agency, Roster
from xltool.model.agency_names import find_agency_by_name
from xltool.model.consolidation import ReviewedFile
from xltool.model.finding import Finding
from xltool.model.finding_facts import DocumentPlace
from xltool.model.form import CellKind, Form, Number
from xltool.model.published import PublishedReport
from xltool.model.submission import EntryState
from xltool.published.read_report import build_submission, read_report
from xltool.spreadsheet.find_files import find_sources
from xltool.spreadsheet.load_file import FileSource
from xltool.workbooks.import_log import write_import_log
from xltool.workbooks.save_files import refuse_existing, refuse_locked_files, save_file
from xltool.workbooks.template.distribution_list import template_file_name
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest
from xltool.workbooks.template.write_template import build_template

_MIN_REPORTS_FOR_PROCESSES = 4  # reading one report takes as long as starting a process


class ImportHints(NamedTuple):
    """What the caller knows about the reports: agency, year and form id."""

    agency: str | None = None
    year: int | None = None
    form: str | None = None


class ImportedReport(NamedTuple):
    """One report: its findings, the figures read, and the path of its workbook (None if none was written)."""

    reviewed: ReviewedFile
    published: PublishedReport | None = None
    workbook: Path | None = None


class _ImportTask(NamedTuple):
    run_context: RunContext
    hints: ImportHints


class _PreparedImport(NamedTuple):
    """One report as returned by the reading process, with the name and bytes of its workbook."""

    item: ImportedReport
    name: str = ""
    content: bytes = b""


def import_reports(
    file_sources: Sequence[FileSource],
    run_context: RunContext,
    output: Path,
    hints: ImportHints | None = None,
    *,
    force: bool = False,
    jobs: executor.Jobs = None,
    progress: Progress | None = None,
) -> tuple[ImportedReport, ...]:
    """Write every report below ``file_sources`` as a filled workbook into ``output``, with one log of all figures.

    A report whose year is neither printed nor given gets no workbook but is in the result. Existing files are not
    replaced (unless ``force``); a workbook that exists with equal bytes counts as written, so that an interrupted run
    can be repeated. Raises UsageError, WritingError.
    """
    places: dict[DocumentPlace | None, DocumentPlace | None] = {}
    log = output / catalogue.look_up_word("import", "log")
    files = find_sources(file_sources, _prepare_output_folder(file_sources, run_context, output, log, force=force))
    if jobs is None or isinstance(jobs, int):
        jobs = executor.LocalProcesses(jobs, unit_size=1, min_pool_items=_MIN_REPORTS_FOR_PROCESSES)
    folder = _OutputFolder(output, force=force)
    done: list[ImportedReport] = []
    task = _ImportTask(run_context, hints or ImportHints())
    for number, made in enumerate(executor.run_items(_import_report, task, files, jobs, _report_lost_import), start=1):
        done.append(_share_figures(folder.save_import(made), places))
        if progress:
            progress(number, len(files), 0)
    write_import_log(
        [(item.reviewed.file, item.published) for item in done if item.published], run_context.forms, log, force=force
    )
    return tuple(done)


def _prepare_output_folder(
    file_sources: Sequence[FileSource], run_context: RunContext, output: Path, log: Path, *, force: bool
) -> tuple[Path, ...]:
    """Check and create the output folder before anything is read; return the files of an earlier import in it.

    Raises UsageError or WritingError if an output cannot be written, or may be an input.
    """
    if output.exists() and not output.is_dir():
        raise UsageError("usage.not_a_folder", path=str(output))
    workbooks = sorted(output.glob("*.xlsx"))
    files = [OutputFile(path, is_own=lambda path: path == log or is_imported_workbook(path)) for path in workbooks]
    check_outputs(files, file_sources, run_context.sources, [output])
    refuse_existing([log], force=force)
    refuse_locked_files(workbooks)
    create_folder(output)
    return tuple(workbooks)


# --- one report, wherever it is read --------------------------------------------------------------------------------


def _import_report(task: _ImportTask, path: FileSource) -> _PreparedImport:
    """Read and check one report and build its workbook. Problems of the file become findings."""
    name = name_place(path)
    try:
        return _build_workbook(_review_report(task, path), task.run_context.forms)
    except (UnreadableFileError, ForeignFileError) as error:
        return _PreparedImport(ImportedReport(reject_file(name, error)))
    except MemoryError:
        return _report_lost_import(path)
    except Exception as error:  # any fault: name this report, read the others
        return _PreparedImport(ImportedReport(report_failure(name, error)))


def _report_lost_import(path: FileSource) -> _PreparedImport:
    """Return the entry of a report whose reading exhausted memory or ended the reading process."""
    return _PreparedImport(ImportedReport(reject_file(name_place(path), UnreadableFileError("file.reader_died"))))


def _review_report(task: _ImportTask, path: FileSource) -> ImportedReport:
    about, wanted = task
    form = find_form_for_year(about.forms, wanted.year, wanted.form) if wanted.form and wanted.year else None
    published = read_report(path, about.forms, year=wanted.year, form=form)
    report_form = about.forms.get(published.form, published.edition)
    submission = build_submission(
        published, report_form, agency=_resolve_agency(wanted.agency or published.agency_name, about.roster)
    )
    findings = _select_figure_findings(review_submission(submission, build_check_context(submission, about)))
    reviewed = ReviewedFile(name_place(path), published.source.sha256, decide_status(findings), submission, findings)
    return ImportedReport(reviewed, published)


def _select_figure_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Drop identity findings: the import log has them, or they only apply to distributed workbooks."""
    kept = "identity.not_listed"
    return tuple(each for each in findings if each.code == kept or not each.code.startswith("identity."))


def _resolve_agency(name: str, roster: Roster | None) -> Agency:
    """Return the agency of the roster with that code or unique name; otherwise an agency without a code."""
    known = roster.agencies.get(name) if roster else None
    return known or find_agency_by_name(roster, name) or Agency("", name)


def _build_workbook(item: ImportedReport, forms: FormLibrary) -> _PreparedImport:
    """Build the workbook of a report whose year is known."""
    submission, published = item.reviewed.submission, item.published
    if submission is None or published is None or submission.year is None:
        return _PreparedImport(item)
    form = forms.get(published.form, published.edition)
    name = submission.agency_name or Path(item.reviewed.file).stem
    agency = Agency(submission.agency_code, name, scope=submission.scope)
    filling = FilledContents(
        _select_typed_figures(published, form, submission.values),
        _fit_paragraphs(published, plan_workbook(form)),
        lists=_select_rows(published, form),
    )
    issue = TemplateRequest(agency, submission.year, compute_serial(form, agency, submission.year), filling=filling)
    issue = issue._replace(imported=published.source.sha256)
    return _PreparedImport(
        item, template_file_name(form, agency, submission.year).strip(), build_template(plan_workbook(form), issue)
    )


def _select_typed_figures(
    published: PublishedReport, form: Form, values: Mapping[str, Number | None]
) -> dict[str, Number | str]:
    """Select what to type: figures, text found in place of a figure, and printed totals that differ from the sum."""
    typed: dict[str, Number | str] = {}
    for cell, found in published.figures.items():
        computed = form.cells[cell].computed
        if found.state is EntryState.NUMBER and found.value is not None:
            if not computed or found.value != values[cell]:
                is_text = form.cells[cell].kind is CellKind.TEXT and found.raw
                typed[cell] = found.raw.strip() if is_text and found.raw else found.value
        elif found.raw and found.state in {EntryState.NOT_APPLICABLE, EntryState.UNREADABLE} and not computed:
            typed[cell] = found.raw
    return typed


def _select_rows(published: PublishedReport, form: Form) -> dict[str, list[dict[str, Number | str]]]:
    """Select what to type into the rows of lists: figures and days as numbers, words and what is unclear as text."""
    columns = {column.id: column for table in form.lists for column in table.columns}
    return {
        name: [
            {
                column: entry.value
                if entry.value is not None and columns[column].kind is not CellKind.TEXT
                else entry.raw
                for column, entry in row.entries.items()
                if entry.raw is not None
            }
            for row in rows
        ]
        for name, rows in published.lists.items()
    }


def _fit_paragraphs(published: PublishedReport, chart: WorkbookPlan) -> dict[str, list[str]]:
    """Fit the texts into the rows of each section; the last row takes all remaining paragraphs."""
    fitted = {}
    for section, lines in published.texts.items():
        rows = len(chart.paragraphs.get(section) or chart.table_texts.get(section, ()))
        if rows:
            fitted[section] = [*lines[: rows - 1], *(["\n".join(lines[rows - 1 :])] if len(lines) >= rows else [])]
    return fitted


# --- the output folder ---------------------------------------------------------------------------------------------


class _OutputFolder:
    """The folder the workbooks are written to, each under a unique name."""

    def __init__(self, folder: Path, *, force: bool) -> None:
        self._folder, self._force = folder, force
        self._names: set[str] = set()
        self._reports: dict[tuple[str, str, str, int | None], ReviewedFile] = {}

    def save_import(self, prepared: _PreparedImport) -> ImportedReport:
        """Save the workbook of a report and return the report with its path and any finding about an equal one."""
        if not prepared.name:
            return prepared.item
        item = self._compare_with_first(prepared.item)
        path = self._folder / self._choose_free_name(prepared.name)
        if not self._force and path.exists():
            if not _has_content(path, prepared.content):
                return _add_finding(item, make_finding("import.in_the_way", name=path.name))
        else:
            save_file(path, prepared.content, force=self._force)
        return item._replace(workbook=path)

    def _compare_with_first(self, item: ImportedReport) -> ImportedReport:
        """Add a finding to a second report of one agency and year that names the first and whether they differ."""
        read = item.reviewed.submission
        if read is None or not read.agency_key:
            return item
        key = (read.form, read.agency_code, read.agency_name, read.year)
        other = self._reports.setdefault(key, item.reviewed)
        if other is item.reviewed or other.submission is None:
            return item
        differ = sum(value != other.submission.values.get(cell) for cell, value in read.values.items())
        facts = {"agency": read.agency_name or read.agency_code, "year": read.year, "other": other.file}
        same = make_finding("import.same_again", **facts)
        return _add_finding(item, make_finding("import.differs", **facts, count=differ) if differ else same)

    def _choose_free_name(self, name: str) -> str:
        """Return the name, with a number before its suffix if an earlier report of this run uses it."""
        stem, dot, ending = name.rpartition(".")
        free, number = name, 1
        while free.casefold() in self._names:
            number += 1
            free = f"{stem} ({number}){dot}{ending}"
        self._names.add(free.casefold())
        return free


def _share_figures(item: ImportedReport, places: dict[DocumentPlace | None, DocumentPlace | None]) -> ImportedReport:
    """Return a report whose figures share equal texts and places with the other reports, to save memory."""
    if item.published is None:
        return item
    figures = {
        sys.intern(cell): found._replace(
            cell=sys.intern(cell),
            raw=None if found.raw is None else sys.intern(found.raw),
            where=places.setdefault(found.where, found.where),
            sure=sys.intern(found.sure),
        )
        for cell, found in item.published.figures.items()
    }
    return item._replace(published=replace(item.published, figures=figures))


def _add_finding(item: ImportedReport, new_finding: Finding) -> ImportedReport:
    return item._replace(reviewed=replace(item.reviewed, findings=(*item.reviewed.findings, new_finding)))


def _has_content(path: Path, content: bytes) -> bool:
    """Return whether a file has exactly this content."""
    return path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content
