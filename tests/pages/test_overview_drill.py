"""From the district to an agency, to a figure and back: years, ranks, reasons and decisions on the overview page."""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.merging import NEW, YEAR, a_return, found, members, published, roster, the_form, twelve
from tests.official_report.test_publish import returned, run
from tests.pages.test_overview_page import Balanced, chromium, merged, page_of, tried
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.agency import Agency, Roster, Scope
from xltool.model.consolidation import Consolidation, FindingChanges, FindingRecord
from xltool.model.decision import Decision, Ruling
from xltool.model.finding import Finding, FindingCell
from xltool.model.form import Number, Severity, Values
from xltool.pages.overview_draft import EarlierFigures
from xltool.pages.overview_figures import format_share
from xltool.pages.overview_page import render_overview_page
from xltool.workbooks.summary.summary_context import prepare_summary

LONG_NAME = "示例市高新技术产业开发区管理委员会综合行政执法与社会事务服务中心第{}分中心"


def with_years(made: Consolidation, *years: int) -> str:
    """The page of a consolidation whose figures were twice as large in each earlier year."""
    twice: Values = {cell: value and value * 2 for cell, value in made.summary.values.items()}
    by_agency = {
        part.agency_code: {key: {cell: value and value * 2 for cell, value in part.counted.items()} for key in years}
        for part in made.parts
    }
    summary = prepare_summary(made, plan_workbook(the_form()), twice if YEAR - 1 in years else None)
    return render_overview_page(summary, EarlierFigures(dict.fromkeys(years, twice), by_agency))


def figures_of(number: int) -> Mapping[str, Number | None]:
    return {**published("suqian-2024"), NEW: number}


def section_of(text: str, anchor: str) -> str:
    """The part of the page that a link leads to."""
    return text.partition(f'id="{anchor}"')[2].partition("</section>")[0]


def texts_of(html: str) -> list[str]:
    return [text.strip() for text in re.split(r"<[^>]*>", html) if text.strip()]


def test_links__each_leads_to_a_place_of_the_page() -> None:
    text = with_years(merged(twelve()[:11], roster()), 2023, 2024)
    anchors = set(re.findall(r'href="#([^"]*)"', text))
    assert anchors - set(Balanced(text).ids) == set()
    assert {"figure-1", "figure-9", "agency-1", "agency-12", "row-12", "ranking"} <= anchors


def test_figure__links_to_its_agencies_and_each_agency_back_to_the_figure() -> None:
    text = page_of(merged(twelve(), roster()))
    figure = section_of(text, "figure-1")
    first = re.search(r'<a href="#(agency-\d+)">([^<]*)</a>', figure)
    assert first
    card = section_of(text, first[1])
    assert first[2] in card
    assert {"#figure-1", "#figures", "#row-"} <= {
        re.sub(r"(row-)\d+", r"\1", link) for link in re.findall(r'href="([^"]*)"', card)
    }


def test_years__are_shown_oldest_first_with_the_change_of_each() -> None:
    text = with_years(merged(twelve(), roster()), 2024, 2022, 2023)
    years = texts_of(section_of(text, "figure-1").partition('class="chart years"')[2].partition("</table>")[0])
    total = merged(twelve(), roster()).summary.values["requests.received.total"]
    assert isinstance(total, int)
    assert [year for year in years if year.endswith("年") and year[0] == "2"] == [
        "2022年",
        "2023年",
        "2024年",
        "2025年",
    ]
    assert years[-2:] == [f"{total:,}", "-50.0%"]
    heads = re.findall(r'<th scope="col">([^<]*)</th>', section_of(text, "agency-1"))
    assert heads == ["指标", "2022年", "2023年", "2024年", "2025年", "比上年", "占比", "名次"]


def test_years__after_a_gap__no_change_is_told() -> None:
    text = with_years(merged(twelve(), roster()), 2021, 2022)
    years = texts_of(section_of(text, "figure-1").partition('class="chart years"')[2].partition("</table>")[0])
    assert years[years.index("2025年") :] == ["2025年", years[years.index("2025年") + 1]]
    assert sum(shown.endswith("%") for shown in years) == 1


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(1, 8, "13%"), (1, 200, "<1%"), (-1, 8, ""), (0, 8, ""), (3, None, ""), (Decimal("2.5"), 100, "3%")],
)
def test_share__half_a_percent_is_rounded_up_and_a_negative_part_has_none(
    part: Number, whole: Number | None, shown: str
) -> None:
    assert format_share(part, whole) == shown


def test_years__without_earlier_figures__show_none() -> None:
    text = page_of(merged(twelve(), roster()))
    assert 'class="chart years"' not in text
    assert "比上年" not in section_of(text, "agency-1")


def test_merge__previous_of_several_years__all_are_on_the_page(tmp_path: Path) -> None:
    agencies = {"1": "甲镇人民政府", "2": "乙镇人民政府"}
    for year, sample in ((2023, "suqian-2023"), (2024, "suqian-2024"), (2025, "zhangjiawan-2025")):
        folder = tmp_path / str(year)
        folder.mkdir()
        for code, name in agencies.items():
            returned(folder, sample, name=f"{code}.xlsx", agency=name, code=code)
        outputs = ("-o", tmp_path / f"{year}.xlsx", "--html", tmp_path / f"{year}.html")
        earlier = [word for past in (2023, 2024) if past < year for word in ("--previous", tmp_path / f"{past}.xlsx")]
        run("merge", folder, *outputs, "--area", "示例县人民政府", "--include-flawed", *earlier)
    text = (tmp_path / "2025.html").read_text("utf-8")
    figure = section_of(text, "figure-1")
    assert [year for year in ("2023年", "2024年", "2025年") if year in figure] == ["2023年", "2024年", "2025年"]
    heads = re.findall(r'<th scope="col">([^<]*)</th>', section_of(text, "agency-1"))
    assert heads == ["指标", "2023年", "2024年", "2025年", "比上年", "占比", "名次"]
    assert (
        "2023年" not in section_of((tmp_path / "2023.html").read_text("utf-8"), "figure-1").partition("chart years")[2]
    )


def test_superiors__several_of_them__agencies_can_be_chosen_by_theirs() -> None:
    districts = [Agency(code, name, scope=Scope.AREA) for code, name in (("A", "东区"), ("B", "西区"))]
    towns = [Agency(str(at), f"第{at}镇", parent="AB"[at % 2]) for at in range(4)]
    items = [found(a_return(each, published("suqian-2024"))) for each in towns]
    text = page_of(merged(items, Roster({each.code: each for each in (*districts, *towns)}, "名册.csv")))
    choice = text.partition('<select name="parent">')[2].partition("</select>")[0]
    assert re.findall(r'value="([^"]+)">([^<]*)', choice) == [("A", "东区"), ("B", "西区")]
    assert len(re.findall(r'<tr id="row-\d+"[^>]* data-parent="B"', text)) == 2
    assert "<dt>上级</dt><dd>东区</dd>" in section_of(text, "agency-1")


def test_ranks__equal_figures_share_one_and_blanks_have_none() -> None:
    numbers = [50, 70, 70, None]
    items = [
        found(a_return(agency, {**published("suqian-2024"), "disclosure.licensing.decisions": number}))
        for agency, number in zip(members(), numbers, strict=False)
    ]
    text = page_of(merged(items, roster()))
    at = 1 + [figure.label for figure in the_form().headlines].index("行政许可")
    ranks = []
    for number in range(1, 5):
        row = section_of(text, f"agency-{number}").partition(f'href="#figure-{at}"')[2].partition("</tr>")[0]
        ranks.append(re.findall(r"<td>([^<]*)</td>", row)[-1])
    assert ranks == ["3/3", "1/3", "1/3", ""]
    assert "没有填的 1 个。" in section_of(text, f"figure-{at}")


def test_card__tells_problem_reason_decision_and_what_changed() -> None:
    item = twelve()[0]
    assert item.submission
    reason = Finding(
        "value.text_number",
        Severity.EXPLAIN,
        (FindingCell("", "表三", "D7"),),
        {"count": 1, "cells": ("D7",)},
        settled="机构合并，已核对",
    )
    decision = Decision(Ruling.COUNT, item.file, item.sha256, "", "q", "", "电话核实", "李四", "2026-01-31", 2)
    decided = replace(item, findings=(reason,), decision=decision, decisions=(decision,))
    text = page_of(merged([decided, *twelve()[1:]], roster()))
    card = section_of(text, "agency-1")
    assert "机构合并，已核对" in card
    assert "计入：电话核实（李四，2026-01-31）" in card
    decisions = text.partition('id="decisions-rows"')[2].partition("</table>")[0]
    assert "计入：电话核实（李四，2026-01-31）" in decisions
    assert "生效" in decisions


def test_changes__since_the_last_run__tell_what_is_gone_and_who_is_no_longer_counted() -> None:
    made = merged(twelve(), roster())
    gone = FindingRecord("f1", "329901", "示例市人民政府办公室", Severity.MUST_FIX, "表三“自然人”不平")
    changes = FindingChanges("上次.xlsx", frozenset(), frozenset(), (gone,), ("示例市档案局",))
    text = page_of(replace(made, changes=changes)).partition('<h2 id="changes"')[2].partition("<h2")[0]
    assert "与上次（上次.xlsx）相比：新出现 0 个，仍在 0 个，已消除 1 个。" in text
    assert "上次计入、这次没有计入的单位 1 个：示例市档案局。" in text
    assert "表三“自然人”不平" in text


# --- in a browser ----------------------------------------------------------------------------------------------


def browse(text: str, steps: str, folder: Path) -> list[str]:
    """Run steps of a reader, which call ``say``, and return what was said."""
    script = f"""
    const wait = () => new Promise((done) => setTimeout(done, 300));
    const said = [], say = (value) => said.push(String(value));
    const press = (element) => element.click();
    (async () => {{
      try {{ {steps} }} catch (error) {{ say(error); }}
      document.body.dataset.said = said.join('|');
    }})();
    """
    shown = re.search(r'data-said="([^"]*)"', tried(text, script, folder))
    assert shown
    return shown[1].split("|")


@pytest.mark.browser
def test_browser__ranks_agencies_by_any_figure_and_goes_back(tmp_path: Path) -> None:
    numbers = [5, 30, 20]
    items = [found(a_return(agency, figures_of(number))) for agency, number in zip(members(), numbers, strict=False)]
    text = page_of(merged(items, roster()))
    steps = """
    const choice = document.querySelector('#ranking-form select');
    const told = (each) => each.textContent;
    const wanted = Array.from(choice.options).find((each) => /^一、本年新收.*自然人/.test(told(each)));
    const rows = () => Array.from(document.querySelectorAll('#ranking-rows tbody tr'));
    const names = () => rows().map((row) => Array.from(row.cells).slice(0, 3).map(told).join('')).join(',');
    location.hash = 'rank-' + wanted.value;
    await wait();
    say(names());
    say(document.activeElement === choice);
    press(document.querySelector('#ranking-rows a'));
    await wait();
    const card = document.querySelector('section.agency:target');
    say(card.querySelector('h3').textContent);
    say(getComputedStyle(card).display);
    press(card.querySelector('button'));
    say(card.querySelectorAll('.grid.all tbody tr').length);
    history.back();
    await wait();
    say(location.hash === '#rank-' + wanted.value);
    say(document.querySelectorAll('section.agency:target').length);
    """
    names = [agency.name for agency in members()[:3]]
    figures = len(the_form().headlines) + sum(not cell.is_worded for cell in the_form().cells.values())
    assert browse(text, steps, tmp_path) == [
        f"1{names[1]}30,2{names[2]}20,3{names[0]}5",
        "true",
        f"{names[1]} {members()[1].code}",
        "block",
        str(figures),
        "true",
        "0",
    ]


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 820, 1280])
def test_browser__long_names_and_large_figures__nothing_is_cut_or_scrolls_sideways(width: int, tmp_path: Path) -> None:
    agencies = [Agency(str(100 + at), LONG_NAME.format(at), level="镇") for at in range(40)]
    figures = {
        cell: value and value * 1000 if isinstance(value, int) else value and value * 10_000_000
        for cell, value in published("suqian-2024").items()
    }
    items = [found(a_return(agency, figures)) for agency in agencies[:37]]
    text = with_years(merged(items, Roster({each.code: each for each in agencies}, "名册.csv")), 2023, 2024)
    (tmp_path / "inner.html").write_text(re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text), "utf-8")
    outer = f"""<body><iframe src="inner.html#agency-2" style="width:{width}px;height:900px;border:0"></iframe><script>
    const frame = document.querySelector('iframe');
    frame.onload = () => setTimeout(() => {{
      const page = frame.contentDocument, wide = page.documentElement, told = (each) => each.textContent;
      const cut = Array.from(page.querySelectorAll('.tiles dd, .cards td, .agency td, .total'))
        .filter((each) => each.offsetParent && each.scrollWidth > each.clientWidth + 1);
      const fits = wide.scrollWidth <= wide.clientWidth;
      document.body.dataset.said = [fits, cut.map(told), wide.clientWidth].join('|');
    }}, 500);</script></body>"""
    (tmp_path / "outer.html").write_text(outer, "utf-8")
    shown = chromium(
        "--allow-file-access-from-files",
        "--window-size=1400,1000",
        "--hide-scrollbars",
        "--dump-dom",
        (tmp_path / "outer.html").as_uri(),
        folder=tmp_path,
    )
    said = re.search(r'data-said="([^"]*)"', shown)
    assert said
    assert said[1].split("|") == ["true", "", str(width)]
