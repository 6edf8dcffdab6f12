"""Headings and dates of published reports: what a report lacks is noted, what it has in its own words is not."""

from datetime import date
from pathlib import Path

import pytest

from tests.published import layouts
from tests.published.test_reports import FILES
from xltool.forms.load_definitions import load_forms
from xltool.messages.catalogue import render_structure
from xltool.model.finding_facts import Quoted
from xltool.model.form import Section
from xltool.published.read_report import read_report

FORMS = load_forms()
FORM = FORMS[-1]
SENTENCE = "本机关认真做好政府信息公开工作，全年公开信息1136条。"
PARTS = [
    part._replace(text=SENTENCE) if part.kind == "text" and part.text.startswith(SENTENCE[:7]) else part
    for part in layouts.parts(FORM, layouts.made_up(FORM, seed=0))
]
LAYOUTS = {"page.html": layouts.page, "report.txt": layouts.lines}
NOTED = ("import.no_heading", "import.heading_number", "report.published")


def noted(folder: Path, name: str, changed: dict[str, str | None], before: str = "") -> dict[str, list[str]]:
    """What is noted of a report with some headings worded otherwise or left out: code and headings."""
    kept = [
        part._replace(text=str(changed.get(part.text, part.text)))
        for part in PARTS
        if changed.get(part.text, "") is not None
    ]
    content = LAYOUTS[name](kept)
    content = content.replace("<body>", f"<body><p>{before}</p>") if name == "page.html" else f"{before}\n{content}"
    (folder / name).write_text(content, "utf-8")
    log = read_report(folder / name, FORMS).log
    return {item.code.value: listed(item.facts) for item in log if item.code in NOTED}


def listed(facts: object) -> list[str]:
    assert isinstance(facts, dict)
    headings = facts.get("misnumbered") or facts.get("headings") or ()
    return [render_structure(item).strip("“”") for item in headings if isinstance(item, Quoted)]


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("section", FORM.sections, ids=lambda section: section.id)
def test_heading__left_out__is_named(name: str, section: Section, tmp_path: Path) -> None:
    heading = section.heading
    assert noted(tmp_path, name, {heading: None}) == {"import.no_heading": [heading]}


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("section", FORM.sections, ids=lambda section: section.id)
@pytest.mark.parametrize("number", ["", "七、"])
def test_heading__with_another_ordinal_or_none__is_named(
    name: str, section: Section, number: str, tmp_path: Path
) -> None:
    printed = number + section.title
    assert noted(tmp_path, name, {section.heading: printed}) == {"import.heading_number": [printed]}


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize(
    "heading",
    ["五、政府信息公开工作存在的主要问题及改进情况", "五、 存在的主要问题和改进措施", "五.存在的主要问题及改进情况"],
)
def test_heading__worded_otherwise__is_nothing(name: str, heading: str, tmp_path: Path) -> None:
    assert noted(tmp_path, name, {FORM.sections[4].heading: heading}) == {}


def test_headings__of_a_part_of_a_report__nothing_is_noted(tmp_path: Path) -> None:
    left_out: dict[str, str | None] = {section.heading: None for section in FORM.sections[2:5]}
    assert noted(tmp_path, "report.txt", left_out) == {}


HEADINGS_NOTED = {
    "pingtan-2023": ["一、总体情况"],
    "pingtan-2024": ["一、总体情况"],
    "zhangjiawan-2025": ["主动公开政府信息情况", "收到和处理政府信息公开申请情况"],
}


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}{file.suffix}")
def test_headings__of_real_reports__only_what_they_lack(file: Path) -> None:
    log = read_report(file, FORMS).log
    found = [heading for item in log if item.code in NOTED[:2] for heading in listed(item.facts)]
    assert found == HEADINGS_NOTED.get(file.parent.name, [])


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("发布时间: 2022-02-06 10:37", date(2022, 2, 6)),
        ("公布日期：2022年1月31日", date(2022, 1, 31)),
        ("成文日期：2022-02-06", None),
        ("发布日期：2022-02-41", None),
    ],
)
@pytest.mark.parametrize("name", LAYOUTS)
def test_publication__as_the_page_states_it(name: str, text: str, day: date | None, tmp_path: Path) -> None:
    noted(tmp_path, name, {}, text)
    log = read_report(tmp_path / name, FORMS).log
    assert [item.facts["date"] for item in log if item.code == "report.published"] == ([day] if day else [])


@pytest.mark.parametrize("name", LAYOUTS)
def test_period__in_the_opening__is_noted(name: str, tmp_path: Path) -> None:
    sentence = "本报告所列数据的统计期限自2021年1月1日起至2021年11月30日止"
    noted(tmp_path, name, {}, f"特此报告。{sentence}。")
    log = read_report(tmp_path / name, FORMS).log
    assert [item.facts["sentence"] for item in log if item.code == "report.period"] == [sentence]


def test_publication__in_the_metadata_of_a_page(tmp_path: Path) -> None:
    page = layouts.page(PARTS).replace("<body>", '<meta name="PubDate" content="2022-03-31 09:00"><body>')
    (tmp_path / "page.html").write_text(page, "utf-8")
    log = read_report(tmp_path / "page.html", FORMS).log
    assert [item.facts["date"] for item in log if item.code == "report.published"] == [date(2022, 3, 31)]


RELATED = "某市水利局2021年政府信息公开工作年度报告"


@pytest.mark.parametrize(
    ("before", "after", "day"),
    [
        ("", f"相关阅读\n{RELATED} 发布日期：2024-06-20", None),
        ("", "发布日期：2022年1月31日", date(2022, 1, 31)),
        ("", "发布日期：2022-01-31 10:37", date(2022, 1, 31)),
        ("", "发布日期：2022-01-31\n发布日期：2024-06-20", None),
        ("发布日期：2022-01-31 来源：本机关", "发布日期：2024-06-20", date(2022, 1, 31)),
        ("发布日期：2022-01-31 10:37\n发布时间：2022-01-31", "", date(2022, 1, 31)),
        ("发布日期：2022-01-31\n发布日期：2022-02-06", "", None),
    ],
)
def test_publication__beside_days_of_other_articles(before: str, after: str, day: date | None, tmp_path: Path) -> None:
    text = f"{before}\n{layouts.lines(PARTS)}\n{after}\n"
    (tmp_path / "report.txt").write_text(text, "utf-8")
    log = read_report(tmp_path / "report.txt", FORMS).log
    assert [item.facts["date"] for item in log if item.code == "report.published"] == ([day] if day else [])
