"""What the law wants a report to say: told once, and only where a report is written."""

import pytest

from tests.checks.figures import flat, found, published, submission

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
