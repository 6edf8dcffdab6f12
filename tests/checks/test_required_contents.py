"""What the law wants a report to say: told once, and only where a report is written."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.checks.figures import FORM, flat, found, published, submission
from xltool.model.finding_facts import Quoted
from xltool.model.submission import Observation

LONG = "本机关认真做好政府信息公开工作，及时发布信息，规范办理申请，加强平台建设和监督保障。" * 6


def told(agency: str = "甲局", **texts: str) -> list[tuple[str, str, str]]:
    read = submission(published("zhangjiawan-2025"), texts=texts, agency_name=agency, year=2025)
    return [item for item in flat(found(read)) if item[0].startswith("text")]


@pytest.mark.parametrize("text", ["无。", "无", "本年度没有问题。", "目前不存在主要问题及改进情况。"])
def test_problems__denied__one_note(text: str) -> None:
    assert told(overview=LONG, problems=text) == [("text.no_problems", "note", "五 问题改进!")]


def test_problems__written__nothing() -> None:
    assert told(overview=LONG, problems="没有专职人员，培训不够；将加强培训。") == []
    assert told(problems="无。") == []


def test_period__not_the_whole_year__one_note() -> None:
    written = LONG + "\n统计期限为2025年1月1日至2025年11月30日。"
    assert told(overview=written, problems=LONG) == [("text.period", "note", "一 总体情况!")]
    assert told(overview=LONG + "\n统计期限为2025年1月1日起至12月31日止。", problems=LONG) == []


def test_government__says_nothing_of_review_and_responsibility__one_note() -> None:
    assert told("甲县人民政府", overview=LONG, problems=LONG) == [("text.missing", "note", "一 总体情况!")]
    assert told("甲县人民政府", overview=LONG + "开展社会评议。", problems=LONG) == []
    assert told("甲县人民政府办公室", overview=LONG, problems=LONG) == []


@pytest.mark.parametrize(
    ("agency", "last_day"),
    [("甲局", "2026-01-31"), ("甲县卫生健康委员会", "2026-01-31"), ("甲县人民政府", "2026-03-31")],
)
def test_publication__after_its_last_day__one_note(agency: str, last_day: str) -> None:
    limit = date.fromisoformat(last_day)
    for day, late in ((limit, False), (limit + timedelta(1), True), (date(2027, 5, 1), False)):
        notice = Observation("report.published", facts={"date": day})
        texts = {"overview": LONG + "开展社会评议。", "problems": LONG}
        read = submission(published("zhangjiawan-2025"), texts=texts, agency_name=agency, year=2025)
        findings = found(replace(read, observations=(notice,)))
        assert [item.facts["last_day"] for item in findings if item.code == "text.late"] == ([limit] if late else [])


@pytest.mark.parametrize(
    ("period", "wrong"),
    [
        ("2025年1月1日起至2025年12月31日", False),
        ("2025年1月1日至12月31日", False),
        ("2025年1月1日至2025年11月30日", True),
        ("2024年1月1日至2024年12月31日", True),
    ],
)
def test_period__in_the_opening_of_a_published_report__is_of_the_whole_year(period: str, *, wrong: bool) -> None:
    notice = Observation("report.period", facts={"sentence": f"本报告所列数据的统计期限为{period}"})
    texts = {"overview": LONG, "problems": LONG}
    read = submission(published("zhangjiawan-2025"), texts=texts, agency_name="甲局", year=2025)
    codes = [item.code for item in found(replace(read, observations=(notice,)))]
    assert codes.count("text.opening_period") == int(wrong)


@pytest.mark.parametrize("agency", ["甲镇人民政府", "甲街道办事处", "甲新区管理委员会", ""])
def test_publication__without_a_day_in_the_regulation__nothing(agency: str) -> None:
    notice = Observation("report.published", facts={"date": date(2026, 12, 1)})
    texts = {"overview": LONG, "problems": LONG}
    read = submission(published("zhangjiawan-2025"), texts=texts, agency_name=agency, year=2025)
    assert "text.late" not in {item.code for item in found(replace(read, observations=(notice,)))}


def test_heading_not_found__its_empty_text_is_not_told_again() -> None:
    facts = {
        "sections": ("problems",),
        "headings": (Quoted("五、存在的主要问题及改进情况"),),
        "document": "",
        "issue": "",
    }
    read = submission(published("zhangjiawan-2025"), texts={"overview": LONG}, agency_name="甲局", year=2025)
    codes = {item.code for item in found(read)}
    told_once = {
        item.code for item in found(replace(read, observations=(Observation("import.no_heading", facts=facts),)))
    }
    assert "text.empty" in codes
    assert told_once == codes - {"text.empty"} | {"import.no_heading"}


@pytest.mark.parametrize("text", ["本年度未收取信息处理费。", "全年收取政府信息公开信息处理费0 元。"])
def test_fees__stated_in_a_text__their_blanks_are_not_told(text: str) -> None:
    blank = {cell.id: None for cell in FORM.inputs if cell.optional}
    silent, stated = (
        found(
            submission({**published("zhangjiawan-2025"), **blank}, texts={"overview": LONG, "problems": LONG, **more})
        )
        for more in ({}, {"other": text})
    )
    assert [item.code for item in silent if item.code.startswith("S6")] == ["S6-PRESENT"]
    assert [item.code for item in stated if item.code.startswith("S6")] == []
