"""Lists in published reports: printed, looked up, and read back from the tool's own documents."""

from pathlib import Path
from typing import Any

import pytest

from tests.lists.test_merging import merge
from tests.lists.test_reading import TOTALS, VALUES, change_row, read, read_words
from tests.lists.website_form import AGENCIES, fill, write_form, write_templates
from tests.official_report.test_publish import answer, run
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
def test_notes_of_a_list__printed_below_it__are_no_text_of_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    forms = write_form(tmp_path)
    (tables,) = forms.rglob("tables.toml")
    notes = 'key = ["name"]\nnotes = ["注：已关停的网站不填。"]\n'
    tables.write_text(tables.read_text("utf-8").replace('key = ["name"]\n', notes, 1), "utf-8")
    monkeypatch.setenv(FORMS_VARIABLE, str(forms))
    write_templates(tmp_path)
    filled = fill(tmp_path, "1")
    document = publish(filled, tmp_path, kind)
    if kind == "html":
        assert "注：已关停的网站不填。" in document.read_text("utf-8")
    code, told, errors = run("compare", document, filled)
    assert (code, errors) == (0, ""), told


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


@pytest.fixture
def area(folder: Path) -> Path:
    """A sum of which reports print one row an agency."""
    write_form(folder, ("rows = 6", 'rows = 6\narea_report = "agencies"'))
    for code in AGENCIES:
        fill(folder, code)
    merge(folder)
    return folder / "sum.xlsx"


def import_one(folder: Path, document: Path) -> Any:
    answered = answer("import", document, "--form", "websites", "--year", 2024, "-o", folder / "imported")
    (item,) = answered["submissions"]
    return item


@pytest.mark.parametrize("kind", KINDS)
def test_report_with_one_row_an_agency__is_read_back_with_its_sums__and_says_so(
    folder: Path, area: Path, kind: str
) -> None:
    document = publish(area, folder, kind)
    found = answer("compare", document, area)
    assert (found["same"], found["compared"]) == (True, 9)
    item = import_one(folder, document)
    assert {cell: value for cell, value in item["printed"].items() if cell.startswith("sites.")} == {
        "sites.count": 3,
        "sites.count_type_is_2": 2,
        "sites.count_opened_below_36526": 0,
        "sites.sum_articles": 350,
        "sites.sum_original": 260,
        "sites.sum_cost": "1.75",
    }
    (note,) = [each for each in item["findings"] if each["code"] == "import.list_sums"]
    assert "（2 个单位：甲局 2、乙局 1）" in note["message"]


def test_other_figure_in_a_report_with_one_row_an_agency__is_told(folder: Path, area: Path) -> None:
    page = publish(area, folder, "html")
    page.write_text(page.read_text("utf-8").replace(">260<", ">270<"), "utf-8")
    code, told, _ = run("compare", page, area)
    assert (code, "260" in told, "270" in told) == (1, True, True)


def test_text_beside_a_list__is_told_with_its_words(folder: Path) -> None:
    page = publish(fill(folder, "1"), folder, "html")
    text = page.read_text("utf-8")
    at = text.index("</table>", text.index("甲局政务网")) + len("</table>")
    page.write_text(f"{text[:at]}<p>本年新开办的网站已报上级备案。</p>{text[at:]}", "utf-8")
    (note,) = [each for each in import_one(folder, page)["findings"] if each["code"] == "import.list_text"]
    assert "清单“网站”旁边的文字“本年新开办的网站已报上级备案。”没有写进工作簿。" in note["message"]


@pytest.mark.parametrize("kind", ["docx", "html"])
def test_report_of_an_area__with_one_key_in_two_agencies__is_imported(folder: Path, kind: str) -> None:
    fill(folder, "1")
    fill(folder, "2", (change_row(),), basics=(1, 1, 100))
    fill(folder, "3")
    merge(folder)
    document = publish(folder / "sum.xlsx", folder, kind)
    code, told, errors = run("import", document, "--form", "websites", "--year", 2024, "-o", folder / "imported")
    assert (errors, "意外" in told) == ("", False), (code, told)
    (workbook,) = (folder / "imported").glob("*2024*.xlsx")
    assert [row.entries["sites.name"].raw for row in read(folder, workbook).lists["sites"]] == [
        "甲局网",
        "甲局政务网",
        "甲局网",
    ]


def test_report_with_a_key_twice_and_a_blank__is_imported_and_told_with_the_places(folder: Path) -> None:
    rows = (change_row(type=None), change_row())
    document = publish_in_spite(fill(folder, "1", rows, basics=(2, 1, 200)), folder)
    answered = answer("import", document, "--form", "websites", "--year", 2024, "-o", folder / "imported")
    (item,) = answered["submissions"]
    told = [(each["code"], each["message"]) for each in item["findings"]]
    assert any(code == "list.repeated_key" and "（B8:B9）" in message for code, message in told), told
    blanks = [message for code, message in told if code == "CELL-BLANK"]
    assert ["：C8，" in message for message in blanks] == [True], blanks  # not the figures computed from it as well


def publish_in_spite(source: Path, folder: Path) -> Path:
    run("publish", source, "-o", folder / "report.docx", "--include-flawed")
    return folder / "report.docx"
