"""Publish returns as official reports."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from xltool.commands.check import review_file
from xltool.commands.check_outputs import OutputFile, check_outputs, create_folder
from xltool.commands.compare import read_named_side
from xltool.commands.run_context import RunContext
from xltool.errors import UsageError
from xltool.forms.report_style import ReportStyle, load_report_style, require_known_parts
from xltool.messages import catalogue
from xltool.model.agency import Scope
from xltool.model.finding import Finding
from xltool.model.form import Form, Severity
from xltool.model.list_table import ListPrinting
from xltool.model.submission import Submission
from xltool.official_report import compose, docx, html, pdf
from xltool.official_report.compose import OfficialReport
from xltool.official_report.list_grids import AgencyFigures
from xltool.recognition.read_consolidated import list_sheet_names, read_parts
from xltool.spreadsheet.find_files import find_files
from xltool.spreadsheet.load_file import FileSource
from xltool.spreadsheet.open_workbook import open_named_sheets
from xltool.workbooks.save_files import refuse_existing, save_file
from xltool.workbooks.template.distribution_list import clean_file_name

DOCUMENT_SUFFIXES = (".docx", ".html")
_MAX_NAME_BYTES = 200  # without the suffix


class PublishOptions(NamedTuple):
    """How to publish. ``flawed`` publishes in spite of ``must_fix`` findings or agencies missing in a sum.

    ``words`` is a file whose texts fill sections that are empty in the return; ``suffix`` is the file type if several
    reports are written into a folder.
    """

    style: Path | None = None
    words: FileSource | None = None
    suffix: str = ".docx"
    pdf: bool = False
    flawed: bool = False
    force: bool = False


class WrittenReport(NamedTuple):
    """One published report: its source file, the files written, and the headings of empty sections.

    ``refusal`` says why nothing was written for one of several workbooks.
    """

    source: str
    files: tuple[Path, ...]
    empty: tuple[str, ...]
    refusal: UsageError | None = None


class DraftedParagraphs(NamedTuple):
    """Suggested paragraphs for one return, by section heading; ``patterns`` contain placeholders."""

    source: str
    drafts: Mapping[str, tuple[str, ...]]
    patterns: Mapping[str, tuple[str, ...]]


def publish(
    file_sources: Sequence[FileSource], run_context: RunContext, output: Path, options: PublishOptions | None = None
) -> tuple[WrittenReport, ...]:
    """Write the report of each workbook to ``output``, a .docx or .html file for one, else a folder.

    Of several workbooks, also in folders, those that cannot be published are left out and told. Raises UsageError for
    an existing output and for a single return with ``must_fix`` findings or a single sum with missing agencies,
    DefinitionError for an invalid style.
    """
    options, file_sources = options or PublishOptions(), _list_workbooks(file_sources)
    sources = [path for path in (options.style, options.words, *run_context.sources) if path]
    if output.suffix:
        check_outputs([OutputFile(output)], file_sources, sources)
    style = load_report_style(options.style)
    others = _read_other_texts(options.words, run_context) if options.words else {}
    made: list[tuple[str, OfficialReport]] = []
    refused: list[WrittenReport] = []
    for path in file_sources:
        try:
            form, submission = _read_publishable(path, run_context, flawed=options.flawed)
        except UsageError as error:
            if len(file_sources) == 1:
                raise
            refused.append(WrittenReport(str(path), (), (), error))
            continue
        require_known_parts(style, form, options.style)
        submission = replace(submission, texts=_fill_empty_texts(submission.texts, others))
        agency_figures = _read_agency_figures(path, form) if submission.scope is Scope.AREA else ()
        made.append((str(path), compose.compose_report(form, submission, style, agency_figures)))
    if output.suffix and len(file_sources) > 1:
        raise UsageError("publish.one_file", path=str(output), count=len(file_sources))
    targets = _choose_targets(output, [report for _, report in made], options)
    check_outputs([OutputFile(path) for files in targets for path in files if path.exists()], file_sources, sources)
    contents = [_render_files(report, style, files) for (_, report), files in zip(made, targets, strict=True)]
    for files in contents:
        for target, content in files.items():
            create_folder(target.parent)
            save_file(target, content, force=options.force)
    written = [
        WrittenReport(source, tuple(files), report.empty)
        for (source, report), files in zip(made, contents, strict=True)
    ]
    return (*written, *refused)


def draft_paragraphs(
    paths: Sequence[Path], run_context: RunContext, *, flawed: bool = False
) -> tuple[DraftedParagraphs, ...]:
    """Return the paragraphs the form suggests, filled with each return's figures. Raises as `publish`."""
    drafted = []
    for path in paths:
        form, submission = _read_publishable(path, run_context, flawed=flawed)
        heads = {section.id: section.heading for section in form.sections}
        offered = compose.compose_drafts(form, submission)
        patterns = {
            section: tuple(draft.text for draft in form.drafts if draft.section == section) for section in offered
        }
        by_heading = ({heads[key]: lines[key] for key in lines} for lines in (offered, patterns))
        drafted.append(DraftedParagraphs(str(path), *by_heading))
    return tuple(drafted)


def _list_workbooks(file_sources: Sequence[FileSource]) -> Sequence[FileSource]:
    """Return the paths with every folder replaced by the files below it."""
    listed = (find_files([path]) if isinstance(path, Path) and path.is_dir() else [path] for path in file_sources)
    return [path for files in listed for path in files]


# --- reading -------------------------------------------------------------------------------------------------------


def _read_publishable(path: FileSource, run_context: RunContext, *, flawed: bool) -> tuple[Form, Submission]:
    """Read and check a workbook. Raises UsageError for one with ``must_fix`` findings or missing agencies."""
    reviewed = review_file(run_context, path)
    if reviewed.submission is None:
        problem = reviewed.findings[0]
        reason = catalogue.Phrase(_phrase_problem(problem) + catalogue.render_option(problem))
        raise UsageError("publish.not_a_return", file=str(path), reason=reason)
    flaws = [finding for finding in reviewed.findings if finding.severity is Severity.MUST_FIX and not finding.settled]
    if flaws and not flawed:
        raise UsageError("publish.must_be_fixed", file=str(path), count=len(flaws), first=_phrase_problem(flaws[0]))
    absent = tuple(leaf.name for leaf in reviewed.submission.absent)
    if absent and not flawed:
        raise UsageError("publish.incomplete", file=str(path), count=len(absent), agencies=absent)
    return run_context.forms.of(reviewed.submission).form, reviewed.submission


def _read_agency_figures(path: FileSource, form: Form) -> tuple[AgencyFigures, ...]:
    """Read the figures of each part of a sum from its details, where a list is printed with one row an agency."""
    if all(table.printing is not ListPrinting.AGENCIES for table in form.lists):
        return ()
    parts = read_parts(open_named_sheets(path, list_sheet_names(["details"])), form.cells)
    return tuple(AgencyFigures(part.lead.get("name") or part.lead.get("code", ""), part.figures) for part in parts)


def _phrase_problem(finding: Finding) -> catalogue.Phrase:
    return catalogue.Phrase(catalogue.render_problem(finding))


def _fill_empty_texts(own: Mapping[str, str], others: Mapping[str, str]) -> dict[str, str]:
    """Return the texts of the return, with empty sections filled from another file."""
    return {**own, **{section: text for section, text in others.items() if not own.get(section, "").strip()}}


def _read_other_texts(path: FileSource, run_context: RunContext) -> Mapping[str, str]:
    return {
        section: text for section, text in read_named_side(path, run_context).submission.texts.items() if text.strip()
    }


# --- writing -------------------------------------------------------------------------------------------------------


def _choose_targets(
    output: Path, reports: Sequence[OfficialReport], publish_options: PublishOptions
) -> list[list[Path]]:
    """Return the files to write for each report. Raises UsageError for existing ones or an invalid output."""
    suffix = output.suffix.lower()
    if suffix and suffix not in DOCUMENT_SUFFIXES:
        raise UsageError("publish.unknown_kind", path=str(output))
    names = [output] if suffix else [output / _name_report_file(report, publish_options.suffix) for report in reports]
    for name in names:
        if names.count(name) > 1:
            raise UsageError("publish.same_title", path=str(name))
    targets = [[name, *([name.with_suffix(".pdf")] if publish_options.pdf else [])] for name in names]
    refuse_existing((file for files in targets for file in files), force=publish_options.force)
    return targets


def _name_report_file(report: OfficialReport, suffix: str) -> str:
    return clean_file_name(report.title, _MAX_NAME_BYTES) + suffix


def _render_files(report: OfficialReport, style: ReportStyle, files: Sequence[Path]) -> dict[Path, bytes]:
    makers: Mapping[str, Callable[[], bytes]] = {
        ".docx": lambda: docx.render_docx(report, style),
        ".html": lambda: html.render_html(report, style).encode("utf-8"),
        ".pdf": lambda: pdf.convert_to_pdf(docx.render_docx(report, style), style),
    }
    return {file: makers[file.suffix.lower()]() for file in files}
