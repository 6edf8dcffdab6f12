"""Lists in published reports: printed, looked up, and read back from the tool's own documents."""

from pathlib import Path

import pytest

from tests.lists.test_merging import merge
from tests.lists.test_reading import TOTALS, VALUES, read, read_words
from tests.lists.website_form import AGENCIES, fill, write_form, write_templates
from tests.official_report.test_publish import run
from xltool.cli.options import FORMS_VARIABLE


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the form, the roster and a template for each agency."""
    monkeypatch.setenv(FORMS_VARIABLE, str(write_form(tmp_path)))
    write_templates(tmp_path)
    return tmp_path


KINDS = ["docx", "html", pytest.param("pdf", marks=pytest.mark.office)]


def publish(source: Path, folder: Path, kind: str) -> Path:
    """Publish a workbook; return the document of that kind."""
    suffix, more = ("docx", ["--pdf"]) if kind == "pdf" else (kind, [])
    code, told, errors = run("publish", source, "-o", folder / f"report.{suffix}", *more)
    assert code == 0 or "sum.xlsx" in told, told + errors  # a sum has no text of its own
    return folder / f"report.{kind}"


@pytest.mark.parametrize("kind", KINDS)
def test_published__every_row_is_read_back_and_nothing_differs(folder: Path, kind: str) -> None:
    filled = fill(folder, "1")
    document = publish(filled, folder, kind)
    code, told, errors = run("import", document, "--form", "websites", "--year", 2024, "-o", folder / "imported")
    assert code == 0, told + errors
    (workbook,) = (folder / "imported").glob("*2024*.xlsx")
    submission = read(folder, workbook)
    assert read_words(submission) == VALUES
    assert dict(submission.values) == TOTALS
    assert run("compare", document, filled)[0] == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_without_rows__is_printed_as_none_and_read_back_as_none(folder: Path, kind: str) -> None:
    document = publish(fill(folder, "3"), folder, kind)
    run("import", document, "--form", "websites", "--year", 2024, "-o", folder / "imported")
    (workbook,) = (folder / "imported").glob("*2024*.xlsx")
    submission = read(folder, workbook)
    assert submission.lists["sites"] == ()
    assert submission.values["sites.count"] == 0


def test_compare__a_row_that_differs_is_shown(folder: Path) -> None:
    document = publish(fill(folder, "1"), folder, "docx")
    rows = (("甲局网", "专项网站", "是", "2012-03-01", 100, 60, 99.5, 1.25),)
    code, told, _ = run("compare", document, fill(folder, "1", rows))
    assert code == 1
    assert "专项网站" in told


def test_report_of_an_area__prints_every_row_with_its_agency(folder: Path) -> None:
    for code in AGENCIES:
        fill(folder, code)
    merge(folder)
    page = publish(folder / "sum.xlsx", folder, "html").read_text("utf-8")
    assert "填报单位" in page
    assert all(word in page for word in ("甲局政务网", "乙局网", "2015-06-01"))


def test_report_of_an_area__or_one_row_an_agency(folder: Path) -> None:
    write_form(folder, ("rows = 6", 'rows = 6\narea_report = "agencies"'))
    for code in AGENCIES:
        fill(folder, code)
    merge(folder)
    page = publish(folder / "sum.xlsx", folder, "html").read_text("utf-8")
    assert "甲局政务网" not in page
    assert all(word in page for word in ("甲局", "乙局", "合计", "信息发布数合计", "350"))
