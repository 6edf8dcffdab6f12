"""Text that was never finished or belongs elsewhere; shares, growth and lists; numbers as texts write them."""

from dataclasses import replace
from typing import Any

import pytest

from tests.checks.figures import FORM, flat, found, published, roster, said, submission
from xltool.checks.context import CheckContext
from xltool.checks.run_checks import review_submission
from xltool.checks.texts.claims import TextContext, find_mentions, split_sentences
from xltool.forms import numerals
from xltool.forms.compiled_form import compile_form
from xltool.model.agency import Agency, Roster
from xltool.model.finding import Finding
from xltool.model.form import Values

LONG = "持续健全完善政府信息公开工作制度，明确各方职责分工，规范公开流程，确保信息发布及时准确。" * 3


def about(**changed: Any) -> list[tuple[str, str]]:
    """Code and sheet of each finding on a text."""
    read = submission(published("zhangjiawan-2025"), declared=True, **changed)
    return [(code, place) for code, _, place in flat(found(read))]


def test_numbers__as_texts_write_them__and_what_is_none() -> None:
    written = {
        "1097": 1097,
        "1.2万": 12000,
        "二十一": 21,
        "两百": 200,
        "壹佰零伍": 105,
        "二〇二五": 2025,
        "三万二千": 32000,
    }
    assert {text: numerals.parse_number(text) for text in written} == written
    assert [numerals.parse_number(text) for text in ("1.5", "二三十", "十百")] == [None, None, None]


def test_mentions__every_one_with_its_number_and_the_reading_it_agrees_with() -> None:
    read = submission(published("zhangjiawan-2025"))
    (sentence,) = split_sentences("共收到申请１１０件，其中新收九十七件、上年结转13件，结转下年度5件")
    found_here = find_mentions(sentence, FORM, TextContext(read.counted, None, 2025))
    assert [(each.claim.id, each.number, each.judgement.value) for each in found_here] == [
        ("TEXT-1", 110, "agrees"),
        ("TEXT-25", 97, "agrees"),
        ("TEXT-7", 13, "agrees"),
        ("TEXT-4", 5, "agrees"),
    ]
    assert found_here[0].reading == FORM.claims[0].readings[1]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("全年未收到政府信息公开申请。", "TEXT-30"),
        ("收到的政府信息公开申请均已办结。", "TEXT-31"),
        ("未发生因政府信息公开引起的行政复议案件。", "TEXT-32"),
        ("未发生政府信息公开行政诉讼案件。", "TEXT-33"),
        ("办结105件，予以公开26件，占20.0%。", "text.share"),
        ("受理信访100件，分别为来信20件、来访50件、来电40件。", "text.list"),
        ("发布信息100条，其中动态120条、公告3条。", "text.part"),
        ("全年共计件。", "text.gap"),
        ("本年制定规范性文件0件，现行有效的规范性文件。", "text.gap"),
        ("20XX年，我镇收到申请。", "text.gap"),
        ("统计期限为2024年1月1日至2024年12月31日。", "text.year"),
        ("2024年，我镇扎实推进政务公开。", "text.year"),
        ("现公布云河局2024年政府信息公开工作年度报告。", "text.year"),
    ],
)
def test_doubtful_sentence__one_note(text: str, code: str) -> None:
    assert about(texts={"overview": text}) == [(code, "一 总体情况!")]


@pytest.mark.parametrize(
    "text",
    [
        "及时公布现行有效的规范性文件。",
        "对复杂申请件的研判能力不足。",
        "全年未收到行政许可申请。",
        "热线47件，已全部办结。",
        "未发生行政复议纠错情况。",
        "发布信息100条，其中动态60条、公告50条。",
        "针对2024年存在的问题，已整改到位；2026年将继续努力。2025年，我镇扎实推进政务公开。",
        "2 025年，我镇扎实推进政务公开。",
        "申请97件，办结率100%。",
        "公开发布《云河局2024年政府信息公开工作年度报告》，公开规划3件。",
    ],
)
def test_lawful_sentence__nothing(text: str) -> None:
    assert about(texts={"overview": text}) == []


def test_growth__against_last_years_figures() -> None:
    before = submission(published("zhangjiawan-2025") | {"requests.received.natural_person": 0})
    total = before.counted["requests.received.total"]
    assert isinstance(total, int)
    right = f"共收到申请97件，比上年增加{97 - total}件。"
    assert [code for code, _ in growth(before.counted, right)] == []
    assert [code for code, _ in growth(before.counted, "共收到申请97件，同比下降3%。")] == ["text.growth"]


def growth(previous: Values, text: str) -> list[tuple[str, str]]:
    read = submission(published("zhangjiawan-2025"), texts={"overview": text})
    context = replace(CheckContext(compile_form(FORM)), previous=previous)
    return [
        (each.code, each.severity.value) for each in review_submission(read, context) if each.code.startswith("text")
    ]


def test_neighbour__is_the_subject_of_a_text_that_never_names_its_own_agency() -> None:
    known = roster(Agency("1", "甲甲镇人民政府", "0"), Agency("2", "乙乙镇人民政府", "0"))
    text = "2025年，乙乙镇扎实推进政务公开。"
    assert told(known, text) == [
        "“一 总体情况”中写道“2025年，乙乙镇扎实推进政务公开”，说的是乙乙镇人民政府，"
        "而全文没有提到本单位（甲甲镇人民政府）。请核对；可能沿用了其他单位的文字。"
    ]
    assert told(known, text + "甲甲镇与乙乙镇联合开展培训。") == []
    assert told(known, "2025年，我镇与乙乙镇联合开展培训。") == []


def test_text_of_a_neighbour__is_told_by_its_whole_name_and_not_by_that_of_the_district() -> None:
    names = ("丙丙区人民政府办公室", "丙丙区水利局", "丙丙区财政局", "丙丙区财政局会计中心")
    towns = (Agency("1", "甲甲镇人民政府", "0"), Agency("2", "乙乙镇人民政府", "0"), Agency("3", "乙乙镇中心小学", "2"))
    known = roster(*towns, *(Agency(name, name, "0") for name in names))
    for name in (*names[1:], "乙乙镇人民政府"):
        (sentence,) = told(known, f"2025年，{name.removesuffix('人民政府')}扎实推进政务公开。")
        assert f"说的是{name}，" in sentence
    assert told(known, "2025年，丙丙区坚持稳中求进。丙丙区税务局扎实推进政务公开。") == []


def told(known: Roster, text: str) -> list[str]:
    read = submission(published("zhangjiawan-2025"), texts={"overview": text}, agency_name="甲甲镇人民政府")
    findings: list[Finding] = list(review_submission(read, replace(CheckContext(compile_form(FORM)), roster=known)))
    return said(each for each in findings if each.code.startswith("text"))


def test_last_years_paragraph__word_for_word__one_note() -> None:
    read = submission(published("zhangjiawan-2025"), texts={"problems": LONG + "\n短段。"})
    context = CheckContext(compile_form(FORM), previous_texts={"problems": "别的。\n" + LONG})
    assert flat(review_submission(read, context)) == [("text.reused", "note", "五 问题改进!")]


def test_last_years_paragraph__with_only_the_years_moved_on__one_note() -> None:
    now, before = (f"{year}年，针对{year - 1}年的不足，{LONG}" for year in (2025, 2024))
    read = submission(published("zhangjiawan-2025"), texts={"problems": now}, year=2025)
    context = CheckContext(compile_form(FORM), previous_texts={"problems": before})
    assert flat(review_submission(read, context)) == [("text.reused", "note", "五 问题改进!")]
    context = CheckContext(compile_form(FORM), previous_texts={"problems": before.replace("2023", "2022")})
    assert flat(review_submission(read, context)) == []


def test_section_left_empty__where_the_others_are_written__one_note() -> None:
    assert about(texts={"overview": LONG * 3}) == [("text.empty", "五 问题改进!")]
    assert about(texts={"overview": LONG[:30]}) == []


def test_text_of_a_megabyte__is_read_within_the_bound() -> None:
    text = "收到政府信息公开申请1件，占3%；其中" * 50_000
    assert len(about(texts={"overview": text})) <= 60
