"""Compare two files, each a workbook, a consolidated workbook or a published report."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from xltool.checks.context import CheckContext
from xltool.checks.history import check_jumps
from xltool.checks.relations import check_relations, complete_figures, decide_relation
from xltool.commands.check import build_file_finding
from xltool.commands.check_outputs import PAGE_SUFFIXES, OutputFile, check_outputs
from xltool.commands.common_agencies import compare_common_agencies
from xltool.commands.own_outputs import is_own_page
from xltool.commands.run_context import RunContext
from xltool.comparison.comparing import ComparisonResult, YearChecks
from xltool.comparison.sides import ComparedSide
from xltool.consolidation.agency_rows import build_row_submission
from xltool.errors import ForeignFileError, UnreadableFileError, UsageError
from xltool.forms.compiled_form import compile_form
from xltool.forms.placeholders import remove_whitespace
from xltool.forms.report_style import load_report_style
from xltool.forms.workbook_words import workbook_words
from xltool.messages import catalogue
from xltool.messages.figure_phrases import render_place
from xltool.model.agency import Agency, Scope
from xltool.model.form import Form
from xltool.model.published import PublishedReport
from xltool.model.submission import ManifestItem, Submission
from xltool.pages import difference_page
from xltool.published.read_report import build_submission, read_report
from xltool.recognition.read_consolidated import (
    ConsolidatedPart,
    list_sheet_names,
    make_skip_rule,
    read_agency_texts,
    read_parts,
)
from xltool.recognition.read_submissions import read_submission
from xltool.spreadsheet.file_type import WORKBOOK_SUFFIXES
from xltool.spreadsheet.load_file import FileSource
from xltool.spreadsheet.open_workbook import open_named_sheets, open_workbook
from xltool.spreadsheet.raw_workbook import RawWorkbook
from xltool.workbooks.save_files import refuse_existing, save_file

_SUFFIXES_OF_TABLES = WORKBOOK_SUFFIXES | {".csv"}


def compare_files(
    left_source: FileSource,
    right_source: FileSource,
    run_context: RunContext,
    page: Path | None = None,
    *,
    force: bool = False,
) -> ComparisonResult:
    """Compare two files and write the differences to ``page`` as a standalone HTML page, if given.

    If one is a consolidated workbook and the other belongs to an agency inside it, that agency's row is compared. Of
    consolidations of two years with different agencies the sums of those in both are compared.
    Raises UsageError, also for a file that cannot be compared, and WritingError.
    """
    for path in (left_source, right_source):
        if isinstance(path, Path) and not path.exists():
            raise UsageError("usage.no_path", path=str(path))
    check_page(page, (left_source, right_source), run_context, force=force)
    one, other = read_named_side(left_source, run_context), read_named_side(right_source, run_context)
    left_side = _select_agency_row(other, one, run_context.password)
    right_side = _select_agency_row(one, other, run_context.password)
    found = compare_sides(left_side, right_side, run_context.password)
    write_difference_page(page, [found], force=force)
    return found


def compare_sides(left_side: ComparedSide, right_side: ComparedSide, password: str | None) -> ComparisonResult:
    """Find all differences; for two consecutive years of one agency also check the relations between years.

    Of consolidations of two years with different agencies the sums of those in both are compared, for which their
    files are read again. Raises UnreadableFileError and ForeignFileError if that fails.
    """
    return _add_year_checks(compare_common_agencies(left_side, right_side, password))


def check_page(page: Path | None, input_sources: Sequence[FileSource], run_context: RunContext, *, force: bool) -> None:
    """Raise UsageError if the page exists already and may not be replaced, or is one of the inputs."""
    if page is not None:
        check_outputs([OutputFile(page, PAGE_SUFFIXES, is_own_page)], input_sources, run_context.sources)
        refuse_existing([page], force=force)


def write_difference_page(page: Path | None, comparisons: Sequence[ComparisonResult], *, force: bool) -> None:
    """Write the page, if a path is given. Raises WritingError."""
    if page is not None:
        save_file(
            page, difference_page.render_difference_page(comparisons, load_report_style()).encode("utf-8"), force=force
        )


def read_named_side(path: FileSource, run_context: RunContext) -> ComparedSide:
    """Call `read_side`; raise UsageError with the file name if the file cannot be read."""
    try:
        return read_side(path, run_context)
    except (UnreadableFileError, ForeignFileError) as error:
        finding = build_file_finding(path, error)
        phrases = {
            "reason": catalogue.Phrase(catalogue.render_problem(finding)),
            "advice": catalogue.Phrase(catalogue.render_advice(finding) + catalogue.render_option(finding)),
        }
        raise UsageError("compare.not_read", path=str(path), **phrases) from error


def read_side(path: FileSource, run_context: RunContext) -> ComparedSide:
    """Read one side: a workbook if the suffix is one of a workbook, else a published report.

    Raises UnreadableFileError, ForeignFileError, and UsageError for a path that is not a file.
    """
    if isinstance(path, Path) and path.is_dir():
        raise UsageError("compare.folder", path=str(path))
    if isinstance(path, Path) and not path.is_file():
        raise UsageError("usage.no_path", path=str(path))
    if path.suffix.lower() in _SUFFIXES_OF_TABLES:
        workbook = open_workbook(path, run_context.password, skip_rule=make_skip_rule())
        submission = read_submission(workbook, run_context.forms, str(path))
        return ComparedSide(run_context.forms.of(submission).form, submission, path)
    published = read_report(path, run_context.forms)
    form = run_context.forms.get(published.form, published.edition)
    places = {cell: render_place(found.where) if found.where else "" for cell, found in published.figures.items()}
    return ComparedSide(
        form,
        build_submission(published, form),
        path,
        published=True,
        places=places,
        unread=frozenset(_list_unread_cells(published, form)),
    )


def _list_unread_cells(published: PublishedReport, form: Form) -> Iterable[str]:
    return (cell for cell in form.cells if cell not in published.figures or published.figures[cell].sure == "open")


# --- one agency of a consolidation -----------------------------------------------------------------------------------


def _select_agency_row(other_side: ComparedSide, side: ComparedSide, password: str | None) -> ComparedSide:
    """Return the row of the agency of ``other_side`` in a consolidated workbook, if present; else ``side`` itself."""
    single = other_side.submission
    if side.submission.scope is not Scope.AREA or single.scope is Scope.AREA or not side.submission.manifest:
        return side
    leaf = next((leaf for leaf in side.submission.manifest if _is_same_agency(leaf, single)), None)
    if leaf is None or remove_whitespace(single.agency_name) == remove_whitespace(side.submission.agency_name):
        return side
    listed = open_named_sheets(side.source, list_sheet_names(["details", "texts"]), password)
    found = _find_agency_row(listed, side.form, leaf.code)
    if found is None:
        return side
    sheet = catalogue.format_phrase("compared_row", agency=leaf.name)
    agency = Agency(leaf.code, leaf.name)
    row = build_row_submission(side.submission, side.form, agency, found.figures, sheet, found.texts)
    of_agency = replace(row, texts=read_agency_texts(listed, side.form).get(leaf.code, {}))
    return ComparedSide(side.form, of_agency, side.source, summed=True)


def _find_agency_row(workbook: RawWorkbook, form: Form, code: str) -> ConsolidatedPart | None:
    """Return the row of an agency in the details: its own, else that of its area; None without one or a code."""
    rows = [row for row in read_parts(workbook, form.cells) if code and row.lead["code"].strip() == code]
    own = [row for row in rows if row.lead.get("scope") == workbook_words().cover[Scope.OWN]]
    return next(iter(own or rows), None)


def _is_same_agency(leaf: ManifestItem, submission: Submission) -> bool:
    if submission.agency_code:
        return leaf.code == submission.agency_code
    return bool(submission.agency_name) and remove_whitespace(leaf.name) == remove_whitespace(submission.agency_name)


# --- two years -------------------------------------------------------------------------------------------------------


def _add_year_checks(comparison: ComparisonResult) -> ComparisonResult:
    """Add the checks between years, if both sides are consecutive years of one agency."""
    one, other, common = comparison.left, comparison.right, comparison.common
    if common is not None and not (common.summed and common.shared):
        return comparison
    years = (one.submission.year, other.submission.year)
    if (
        None in years
        or not comparison.figures
        or any(difference.fact == "agency" for difference in comparison.subjects)
    ):
        return comparison
    match (years[1] or 0) - (years[0] or 0):
        case 1:
            return replace(comparison, years=_check_year_pair(one, other))
        case -1:
            return replace(comparison, years=_check_year_pair(other, one))
    return comparison


def _check_year_pair(side_before: ComparedSide, after: ComparedSide) -> YearChecks:
    context = CheckContext(compile_form(after.form), previous=complete_figures(side_before.submission))
    yearly = [relation for relation in after.form.relations if relation.uses_previous]
    verdict = partial(
        decide_relation, submission=after.submission, context=context, counted=complete_figures(after.submission)
    )
    rules = {relation.rule for relation in yearly}
    violated = [finding for finding in check_relations(after.submission, context) if finding.code in rules]
    return YearChecks(
        sum(verdict(relation).holds is not None for relation in yearly),
        (*violated, *check_jumps(after.submission, context)),
    )
