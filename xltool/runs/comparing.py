"""Comparing: two files side by side, each a workbook, a consolidated workbook or a published report."""

from pathlib import Path

from xltool.comparison import Compared, Side, compare
from xltool.errors import UsageError
from xltool.forms.report_style import load_style
from xltool.intake.opening import open_workbook
from xltool.intake.published import as_submission, read_report
from xltool.intake.reading import read_submission
from xltool.model import Form, Submission
from xltool.outputs import difference_page
from xltool.outputs.writing import save
from xltool.runs.settings import Setting, refuse_existing

WORKBOOKS = {".xlsx", ".xlsm", ".xltx", ".xls", ".xlsb", ".ods", ".et", ".csv"}


def compare_files(
    left: Path, right: Path, about: Setting, page: Path | None = None, *, force: bool = False
) -> Compared:
    """In what two files differ; ``page`` is where it is written as a page that stands alone.

    Raises UnreadableFileError and ForeignFileError for a file that is nothing to compare, UsageError, WritingError.
    """
    if page is not None and not force:
        refuse_existing([page])
    found = compare(side_of(left, about), side_of(right, about))
    if page is not None:
        save(page, difference_page.page(found, load_style()).encode("utf-8"), force=force)
    return found


def side_of(path: Path, about: Setting) -> Side:
    """What a file says: a workbook by the ending of its name, anything else as a published report."""
    if not path.is_file():
        raise UsageError("usage.no_path", path=str(path))
    if path.suffix.lower() in WORKBOOKS:
        submission = read_submission(open_workbook(path, about.password), about.forms, str(path))
        return Side(form_of(submission, about), submission)
    published = read_report(path, about.forms)
    form = next(form for form in about.forms if form.key == (published.form, published.edition))
    return Side(form, as_submission(published, form), published=True)


def form_of(submission: Submission, about: Setting) -> Form:
    """The form a submission was read on."""
    return next(form for form in about.forms if form.key == (submission.form, submission.edition))
