"""Comparing: two files side by side, each a workbook, a consolidated workbook or a published report."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from xltool.checks.context import Context
from xltool.checks.history import jumps
from xltool.checks.relations import decided, relations, whole
from xltool.commands.check import file_finding
from xltool.commands.run_context import Setting
from xltool.comparison.comparing import Compared, Years, compare
from xltool.comparison.sides import Side
from xltool.errors import ForeignFileError, UnreadableFileError, UsageError
from xltool.forms.expressions import recompute
from xltool.forms.layout import plan
from xltool.forms.placeholders import squeezed
from xltool.forms.report_style import load_style
from xltool.messages import catalogue as texts
from xltool.model.agency import Scope
from xltool.model.form import Form
from xltool.model.submission import Entry, Leaf, State, Submission
from xltool.pages import difference_page
from xltool.published.read_report import Published, as_submission, read_report
from xltool.recognition.read_consolidated import details, lists, written
from xltool.recognition.read_submissions import read_submission
from xltool.spreadsheet.open_workbook import open_lists, open_workbook
from xltool.workbooks.save_files import refuse_existing, save

WORKBOOKS = {".xlsx", ".xlsm", ".xltx", ".xls", ".xlsb", ".ods", ".et", ".csv"}


def compare_files(
    left: Path, right: Path, about: Setting, page: Path | None = None, *, force: bool = False
) -> Compared:
    """In what two files differ; ``page`` is where it is written as a page that stands alone.

    Of a consolidated workbook beside the return or report of an agency inside it, that agency's row is compared. Raises
    UsageError, also for a file that is nothing to compare, and WritingError.
    """
    may_write(page, force)
    one, other = named_side(left, about), named_side(right, about)
    found = beside(_row_for(other, one, left), _row_for(one, other, right))
    write(page, [found], force)
    return found


def beside(left: Side, right: Side) -> Compared:
    """Everything in which the two differ, and what ties them where they are two years of one agency."""
    return _judged(compare(left, right))


def may_write(page: Path | None, force: bool) -> None:
    """Refuses a page that is there already, before anything is read. Raises UsageError."""
    refuse_existing([page] if page else [], force)


def write(page: Path | None, found: Sequence[Compared], force: bool) -> None:
    """Writes the page, if one is asked for. Raises WritingError."""
    if page is not None:
        save(page, difference_page.page(found, load_style()).encode("utf-8"), force=force)


def named_side(path: Path, about: Setting) -> Side:
    """`side_of`, and UsageError with the name of the file for one that cannot be read."""
    try:
        return side_of(path, about)
    except (UnreadableFileError, ForeignFileError) as error:
        found = file_finding(path, error)
        said = {"reason": texts.Phrase(texts.problem(found)), "advice": texts.Phrase(texts.cure(found))}
        raise UsageError("compare.not_read", path=str(path), **said) from error


def side_of(path: Path, about: Setting) -> Side:
    """What a file says: a workbook by the ending of its name, anything else as a published report.

    Raises UnreadableFileError, ForeignFileError, and UsageError for a path that is no file.
    """
    if path.is_dir():
        raise UsageError("compare.folder", path=str(path))
    if not path.is_file():
        raise UsageError("usage.no_path", path=str(path))
    if path.suffix.lower() in WORKBOOKS:
        submission = read_submission(open_workbook(path, about.password), about.forms, str(path))
        return Side(form_of(submission, about), submission)
    published = read_report(path, about.forms)
    form = next(form for form in about.forms if form.key == (published.form, published.edition))
    places = {cell: found.where for cell, found in published.figures.items()}
    return Side(form, as_submission(published, form), True, places, frozenset(_unread(published, form)))


def form_of(submission: Submission, about: Setting) -> Form:
    """The form a submission was read on."""
    return next(form for form in about.forms if form.key == (submission.form, submission.edition))


def _unread(published: Published, form: Form) -> Iterable[str]:
    return (cell for cell in form.cells if cell not in published.figures or published.figures[cell].sure == "open")


# --- one agency of a consolidation -----------------------------------------------------------------------------------


def _row_for(other: Side, side: Side, path: Path) -> Side:
    """Of a consolidated workbook the row of the agency that ``other`` is about, if it is inside; else the whole."""
    asked = other.submission
    if side.submission.scope is not Scope.AREA or asked.scope is Scope.AREA or not side.submission.manifest:
        return side
    leaf = next((leaf for leaf in side.submission.manifest if _is_of(leaf, asked)), None)
    if leaf is None or squeezed(asked.agency_name) == squeezed(side.submission.agency_name):
        return side
    listed = open_lists(path, lists(["details", "texts"]))
    figures = details(listed).get(leaf.code)
    if figures is None:
        return side
    sheet = texts.phrase("compared_row", agency=leaf.name)
    inputs = {cell.id: figures.get(cell.id) for cell in side.form.inputs}
    values = recompute(side.form.formulas, inputs)
    of_agency = replace(
        side.submission,
        scope=Scope.OWN,
        agency_code=leaf.code,
        agency_name=leaf.name,
        entries={
            cell: Entry(cell, State.BLANK if value is None else State.NUMBER, value, None, sheet, "")
            for cell, value in values.items()
        },
        values={cell: values[cell] for cell in side.form.cells},
        texts=written(listed, side.form).get(leaf.code, {}),
        manifest=(),
        absent=(),
        lacking={},
    )
    return Side(side.form, of_agency, summed=True)


def _is_of(leaf: Leaf, asked: Submission) -> bool:
    if asked.agency_code:
        return leaf.code == asked.agency_code
    return bool(asked.agency_name) and squeezed(leaf.name) == squeezed(asked.agency_name)


# --- two years -------------------------------------------------------------------------------------------------------


def _judged(found: Compared) -> Compared:
    """With what ties the later year to the earlier, where the two are one agency's and follow each other."""
    one, other = found.left, found.right
    years = (one.submission.year, other.submission.year)
    if None in years or not found.figures or any(each.fact == "agency" for each in found.about):
        return found
    match (years[1] or 0) - (years[0] or 0):
        case 1:
            return replace(found, years=_between(one, other))
        case -1:
            return replace(found, years=_between(other, one))
    return found


def _between(before: Side, after: Side) -> Years:
    context = Context(after.form, plan(after.form), previous=whole(before.submission))
    asked = [relation for relation in after.form.relations if relation.uses_previous]
    verdict = partial(decided, submission=after.submission, context=context, counted=whole(after.submission))
    rules = {relation.rule for relation in asked}
    broken = [each for each in relations(after.submission, context) if each.code in rules]
    return Years(
        sum(verdict(relation).holds is not None for relation in asked),
        (*broken, *jumps(after.submission, context)),
    )
