"""`merge --html`: one page that stands alone, tried in a real browser where there is one."""

import html
import os
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.cli.test_commands import ROSTER, broken, report, returned, run
from tests.merging import YEAR, a_return, found, members, published, roster, the_form, twelve
from xltool.consolidation.choosing import choose_returns
from xltool.consolidation.totals import consolidate
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.agency import Agency, Roster, Scope
from xltool.model.consolidation import Consolidation, ReviewedFile
from xltool.model.finding import Finding, FindingCell
from xltool.model.form import Severity
from xltool.pages.overview_page import render_overview_page
from xltool.workbooks.summary.summary_context import prepare_summary

CITY = Agency("3299", "示例市人民政府", scope=Scope.AREA)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
EVIL = "<img src=x onerror=alert(1)>\"'&</script>"


def merged(items: list[ReviewedFile], listed: Roster | None = None) -> Consolidation:
    chosen = choose_returns(items, listed, the_form(), YEAR, include_flawed=True)
    return consolidate(chosen, listed, the_form(), YEAR, area=CITY)


def page_of(made: Consolidation) -> str:
    return render_overview_page(prepare_summary(made, plan_workbook(the_form()), None))


class Balanced(HTMLParser):
    """Every element that is opened is closed; the ids, and the addresses of everything the page would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.ids += [named["id"] or ""] if "id" in named else []
        self.loads += [
            value or "" for key, value in attrs if key in {"src", "href"} and not (value or "").startswith("#")
        ]
        assert not [key for key in named if key.startswith("on")]
        if tag not in {"meta", "input", "br"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag == "rect"

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_page__stands_alone_and_is_well_made() -> None:
    seen = Balanced(page_of(merged(twelve(), roster())))
    assert (seen.open, seen.loads) == ([], [])
    assert len(seen.ids) == len(set(seen.ids))
    assert {"figures", "charts", "agencies", "findings", "totals", "agencies-rows"} <= set(seen.ids)


def test_page__shows_no_figure_of_a_return_that_is_not_in_the_sum() -> None:
    figures = {**published("zhangjiawan-2025"), "requests.received.natural_person": 98765}
    agency = members()[0]
    for year, shown in ((YEAR, True), (YEAR - 1, False)):
        text = page_of(merged([*twelve()[1:], found(a_return(agency, figures, year=year))], roster()))
        assert ("98,7" in text) is shown, year


def test_page__says_who_is_missing__and_totals_are_lower_bounds() -> None:
    text = page_of(merged(twelve()[:11], roster()))
    assert "汇总不完整：应有 12 个单位，计入 11 个，缺 1 个（示例市档案局）。" in text
    assert re.search(r"<dt><a [^>]*>未报</a></dt><dd>1</dd>", text)
    assert re.search(
        r'<dt><a href="#figure-1">本年新收申请（件）</a></dt><dd>≥[\d,]+</dd><dd class="more">缺 1/12</dd>', text
    )
    assert re.search(r'<tr id="row-12" class="missing" data-state="missing"[^>]*><td class="short">329912</td>', text)


def test_page__findings__with_the_address_of_the_cell_and_the_advice() -> None:
    item = twelve()[0]
    finding = Finding(
        "value.text_number", Severity.NOTE, (FindingCell("", "表三", "D7"),), {"count": 1, "cells": ("D7",)}
    )
    text = page_of(merged([replace(item, findings=(finding,))], roster()))
    assert '<tr class="note" data-severity="note" data-agency="329901"><td class="mark">提示</td>' in text
    assert '<td class="short">表三!D7</td>' in text


def test_page__whatever_came_from_a_file__is_text() -> None:
    agency = Agency("9", f"{EVIL}镇")
    item = found(a_return(agency, published("zhangjiawan-2025"), file=f"{EVIL}.xlsx".replace("/", "")))
    finding = Finding(
        "merge.duplicate", Severity.EXPLAIN, (FindingCell("", EVIL, "D7"),), {"other": EVIL}, settled=EVIL
    )
    text = page_of(merged([replace(item, findings=(finding,))]))
    assert "<img" not in text
    assert text.count("</script>") == 2  # of the figures and of the page's own script
    assert html.escape(EVIL) in text
    assert Balanced(text).open == []


def test_merge_html__is_written_beside_the_workbook__and_never_over_another_file(tmp_path: Path) -> None:
    returned(tmp_path / "returns", "329907", broken(report("zhangjiawan-2025")))
    words = (
        "merge",
        tmp_path / "returns",
        "--roster",
        ROSTER,
        "-o",
        tmp_path / "a.xlsx",
        "--html",
        tmp_path / "a.html",
    )
    assert run(*words)[0] == 1
    text = (tmp_path / "a.html").read_text("utf-8")
    assert "示例一镇人民政府" in text
    (tmp_path / "a.xlsx").unlink()
    (tmp_path / "a.html").write_text("<p>别的网页</p>", "utf-8")
    code, _, err = run(*words)
    assert (code, (tmp_path / "a.xlsx").exists()) == (2, False)
    assert "a.html”已经存在，没有覆盖。" in err


# --- in a browser ----------------------------------------------------------------------------------------------


def chromium(*words: str, folder: Path) -> str:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is not here; .ci/run installs it")
        pytest.skip("Chromium is not here")
    flags = ("--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}")
    done = subprocess.run(
        [CHROMIUM, *flags, "--virtual-time-budget=5000", *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


def tried(text: str, script: str, folder: Path) -> str:
    """What the page is after its own script and ``script``, which only this test lets run."""
    path = folder / "page.html"
    open_to_us = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
    path.write_text(open_to_us.replace("</body>", f"<script>{script}</script></body>"), "utf-8")
    return chromium("--dump-dom", path.as_uri(), folder=folder)


@pytest.mark.browser
def test_browser__its_own_script_runs_under_its_own_policy(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(page_of(merged(twelve(), roster())), "utf-8")
    shown = chromium("--dump-dom", path.as_uri(), folder=tmp_path)
    assert "显示 12 行，共 12 行" in shown
    assert '<form role="search"' in shown.replace(' hidden=""', " hidden")


@pytest.mark.browser
def test_browser__search_and_filter_of_three_thousand_agencies__finds_them(tmp_path: Path) -> None:
    agencies = [Agency(f"{number:05}", f"第{number}单位") for number in range(3000)]
    figures = published("zhangjiawan-2025")
    one = a_return(agencies[0], figures)
    items = [
        found(replace(one, agency_code=each.code, agency_name=each.name, source=replace(one.source, sha256=each.code)))
        for each in agencies[:2900]
    ]
    text = page_of(merged(items, Roster({each.code: each for each in agencies}, "名册.csv")))
    script = """
    const form = document.querySelector('form[data-for=agencies-rows]');
    const told = () => form.querySelector('output').value;
    const wait = (ms) => new Promise((done) => setTimeout(done, ms));
    (async () => {
      const said = [];
      const tries = [['search', '第２９９9单位'], ['search', ''], ['state', 'missing'], ['search', '第299']];
      for (const [name, value] of tries) {
        form.elements[name].value = value;
        form.dispatchEvent(new Event('input', {bubbles: true}));
        await wait(400);
        said.push(told());
      }
      document.body.dataset.said = said.join('|');
    })();
    """
    shown = tried(text, script, tmp_path)
    said = re.search(r'data-said="([^"]*)"', shown)
    assert said
    assert said[1].split("|") == [
        "显示 1 行，共 3000 行",
        "显示 3000 行，共 3000 行",
        "显示 100 行，共 3000 行",
        "显示 10 行，共 3000 行",
    ]


@pytest.mark.browser
def test_browser__prints_on_a4_with_every_agency(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(page_of(merged(twelve(), roster())), "utf-8")
    chromium(f"--print-to-pdf={tmp_path / 'page.pdf'}", "--no-pdf-header-footer", path.as_uri(), folder=tmp_path)
    about = subprocess.run(["pdfinfo", tmp_path / "page.pdf"], capture_output=True, text=True, check=True).stdout
    said = subprocess.run(["pdftotext", tmp_path / "page.pdf", "-"], capture_output=True, text=True, check=True).stdout
    assert re.search(r"Page size:\s+84[12]\.?\d* x 59[45]\.?\d* pts", about)
    assert all(agency.name in said.replace("\n", "") for agency in members())
