"""Whose report it is, and of which year: titles broken over lines, in other words, or only in a sentence."""

import pytest

from xltool.published.documents.document import Block, Document
from xltool.published.titles import find_title

PATTERN = "{agency}{year}年政府信息公开工作年度报告"


def title_of(*lines: str) -> tuple[str, int | None]:
    blocks = tuple(Block(line, 0, number) for number, line in enumerate(lines, start=1))
    return find_title(Document("text", blocks), PATTERN)


@pytest.mark.parametrize(
    "title",
    [
        "云河县东镇人民政府2023年政府信息公开年度工作报告",
        "云河县东镇人民政府关于2023年政府信息公开工作情况的报告",
        "云河县东镇人民政府2023年政务公开工作年度报告",
        "云河县东镇人民政府2023年度政府信息公开工作总结报告",
        "云河县东镇人民政府２０２３年政府信息公开年报",
        "云河县东镇人民政府关于印发2023年政府信息公开工作年度报告的通知",
        "2023年度云河县东镇人民政府政务公开工作报告",
    ],
)
def test_title__in_other_words__agency_and_year(title: str) -> None:
    assert title_of(title) == ("云河县东镇人民政府", 2023)


def test_title__in_traditional_characters__the_agency_as_printed() -> None:
    assert title_of("云河縣東鎮人民政府2023年政府信息公開工作年度報告") == ("云河縣東鎮人民政府", 2023)


@pytest.mark.parametrize(
    ("lines", "agency"),
    [
        (("云河市示范区管理委员会", "卫生健康办公室"), "云河市示范区管理委员会卫生健康办公室"),
        (("云河市示范区人民政府办公", "室"), "云河市示范区人民政府办公室"),
        (("云河市示范区", "卫生健康局"), "云河市示范区卫生健康局"),
        (("云河市东", "湖区人民政府"), "云河市东湖区人民政府"),
        (("云河县", "住房和城乡建设局"), "云河县住房和城乡建设局"),
        (("云河县", "城市管理局"), "云河县城市管理局"),
        (("首页", "云河县", "城市管理局", ""), "云河县城市管理局"),
        (("云河市人民政府", "云河市财政局"), "云河市财政局"),
        (("云河市人民政府门户网站", "财政局"), "财政局"),
    ],
)
def test_title__name_broken_over_lines__is_whole(lines: tuple[str, ...], agency: str) -> None:
    *before, last = lines
    assert title_of(*before, f"{last}2023年政府信息公开工作年度报告") == (agency, 2023)


@pytest.mark.parametrize(
    ("sentence", "agency", "year"),
    [
        ("由示范区卫生健康局编制的2024年度政府信息公开年度报告。", "示范区卫生健康局", 2024),
        ("特编制云河市地方志办公室2023年政府信息公开工作年度报告。", "云河市地方志办公室", 2023),
        ("本报告由云河市人民政府办公室根据《条例》编制。", "云河市人民政府办公室", None),
        ("现将我局2023年度政府信息公开情况报告如下：", "", 2023),
        ("报告所列统计期限自2024 年1 月1 日至2024 年12 月31 日。", "", 2024),
        ("2022年，我局坚持公开为常态。", "", 2022),
        ("2023年，我局将继续公开。", "", None),
    ],
)
def test_title__only_in_a_sentence__what_it_says(sentence: str, agency: str, year: int | None) -> None:
    assert title_of("年度报告", sentence) == (agency, year)
