"""Every page we write, judged by axe in Chromium: tables, headings, contrast, names of controls."""

from pathlib import Path

import pytest

from tests.judges import inaccessible
from tests.merging import roster, twelve
from tests.official_report.test_publish import returned, run
from tests.pages.test_overview_drill import with_years
from tests.pages.test_overview_page import merged, page_of
from tests.returns import BROKEN, checked, filled, the_plan
from xltool.pages.findings_page import render_findings_page
from xltool.workbooks.marks.findings_list import describe_findings

NOT_ACCESSIBLE = """<!DOCTYPE html><html><head><title>t</title></head><body><main><h1>t</h1>
<input type="text"><p style="color:#ccc;background:#fff">unread</p></main></body></html>"""


@pytest.mark.axe
def test_axe__a_page_with_faults__finds_them(tmp_path: Path) -> None:
    page = tmp_path / "faulty.html"
    page.write_text(NOT_ACCESSIBLE, "utf-8")
    assert [found.partition(":")[0] for found in inaccessible(page, tmp_path)] == [
        "color-contrast",
        "html-has-lang",
        "label",
    ]


@pytest.mark.axe
@pytest.mark.parametrize("sample", ["zhangjiawan-2025", "suqian-2023"])
def test_published_page__axe__finds_nothing(sample: str, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    run("publish", returned(tmp_path, sample), "-o", page, "--include-flawed")
    assert inaccessible(page, tmp_path) == []


@pytest.mark.axe
def test_overview_page__axe__finds_nothing(tmp_path: Path) -> None:
    page = tmp_path / "overview.html"
    page.write_text(page_of(merged(twelve(), roster())), "utf-8")
    assert inaccessible(page, tmp_path) == []


@pytest.mark.axe
def test_overview_page__years_and_every_card_open__axe_finds_nothing(tmp_path: Path) -> None:
    page = tmp_path / "overview.html"
    text = with_years(merged(twelve()[:11], roster()), 2023, 2024)
    page.write_text(text.replace(".agency { display: none;", ".agency { display: block;"), "utf-8")
    assert inaccessible(page, tmp_path) == []


@pytest.mark.axe
def test_findings_page__axe__finds_nothing(tmp_path: Path) -> None:
    item = checked(filled(tmp_path / "甲.xlsx", BROKEN))
    page = tmp_path / "findings.html"
    page.write_text(render_findings_page(item, describe_findings(item.findings), the_plan().form), "utf-8")
    assert inaccessible(page, tmp_path) == []


@pytest.mark.axe
def test_page_of_differences__axe__finds_nothing(tmp_path: Path) -> None:
    one = returned(tmp_path, name="one.xlsx")
    other = returned(tmp_path, name="other.xlsx", changed={"disclosure.penalties.decisions": 7})
    page = tmp_path / "differences.html"
    run("compare", one, other, "--html", page)
    assert inaccessible(page, tmp_path) == []


@pytest.mark.axe
def test_page_of_two_years__axe__finds_nothing(tmp_path: Path) -> None:
    one, other = returned(tmp_path, "suqian-2023"), returned(tmp_path, "suqian-2024", name="other.xlsx")
    page = tmp_path / "differences.html"
    run("compare", one, other, "--html", page)
    assert inaccessible(page, tmp_path) == []
