"""Figures quoted in the text: real sentences give no false alarm, wrong ones one note each."""

import pytest

from tests.checks.figures import flat, found, published, said, submission

# Sentences of the published reports, as they were published.
PINGTAN_2023 = (
    "2023年全区接收通过邮寄、网络提交的各类政府信息公开申请共计81件，涉及自然人80件、商业企业1件。"
    "办结依申请公开81件，其中：予以公开及部分公开42件，占51.85%；不予公开5件，占6.17%；无法提供31件，占38.27%；"
    "不予处理1件，占1.23%；其他处理2件，占2.47%；因政府信息公开引起的行政复议案件2件、行政诉讼案件7件。"
)
HONGZE_2023 = "2023 年全区受理政府信息公开申请21 件，\n均在法定期限答复。"
HONGZE_2024 = "2024 年，区政府办代表区政府受理政府信息公开申请17 件，均已在法定期限内予以答复。"
PINGTAN_2024 = "全年办理政府信息公开申请218件。（三）政府信息管理方面。动态更新发布本年度制发行政规范性文件62件。"
FEES = {"processing_fees.notices": 0, "processing_fees.billed": 0, "processing_fees.collected": 0}
IN_FORCE = {"disclosure.normative_documents.in_force": 500}  # one of the reports leaves it out


def about(report: str, text: str, year: int = 2025, **changed: int) -> list[str]:
    read = submission(published(report) | FEES | IN_FORCE | changed, declared=True, texts={"overview": text}, year=year)
    assert all(code.startswith("TEXT") and severity == "note" for code, severity, _ in flat(found(read)))
    return said(found(read))


@pytest.mark.parametrize(
    ("report", "year", "text"),
    [
        ("pingtan-2023", 2023, PINGTAN_2023),
        ("pingtan-2024", 2024, PINGTAN_2024),
        ("hongze-2023", 2023, HONGZE_2023.replace("\n", "")),
        ("hongze-2024", 2024, HONGZE_2024),
    ],
)
def test_published_sentences__no_false_alarm(report: str, year: int, text: str) -> None:
    assert about(report, text, year) == []


@pytest.mark.parametrize(
    "text",
    [
        "本年新收政府信息公开申请97件。",
        "全镇共收到政府信息公开申请110件。",  # received and carried in
        "共受理政府信息公开申请97件，答复105件，结转下年度继续办理5件。",
        "共收到申请９７件，同比增长10%。",
        "其中通过网络收到政府信息公开申请40件。",
        "2024年收到政府信息公开申请80件，2025年收到政府信息公开申请97件。",
        "上年受理量较多，比上年收到申请50件有所增加。",
        "行政复议15件，行政诉讼10件。",  # the concluded ones
        "行政复议19件、行政诉讼11件。",
        "行政复议、行政诉讼共30件。",
        "开展《政府信息公开条例》培训2次。",
    ],
)
def test_lawful_readings__nothing_found(text: str) -> None:
    assert about("zhangjiawan-2025", text) == []


@pytest.mark.parametrize(
    ("text", "code", "number"),
    [
        ("2025年，全镇共收到政府信息公开申请79件。", "TEXT-1", 79),
        ("全年受理政府信息公开申请共1,097件。", "TEXT-2", 1097),
        ("答复政府信息公开申请104件。", "TEXT-3", 104),
        ("结转下年度继续办理6件。", "TEXT-4", 6),
        ("行政复议案件18件、行政诉讼案件11件。", "TEXT-5", 18),
        ("行政复议案件19件、行政诉讼案件12件。", "TEXT-6", 12),
    ],
)
def test_wrong_figure__one_note(text: str, code: str, number: int) -> None:
    read = submission(published("zhangjiawan-2025"), texts={"overview": text})
    (finding,) = found(read)
    assert flat([finding]) == [(code, "note", "一 总体情况!")]
    assert finding.facts["number"] == number


def test_wrong_figure__names_the_sentence_and_every_reading_with_its_cells() -> None:
    assert about("zhangjiawan-2025", "工作有序。2025年，全镇共收到政府信息公开申请79件，均已答复；成效明显。") == [
        "“一 总体情况”中写道“2025年，全镇共收到政府信息公开申请79件，均已答复”，其中 79 与表中的数不同："
        "“一、本年新收政府信息公开申请数量”总计（表三!J7，为 表三!D7:I7 之和）97；或者"
        "“一、本年新收政府信息公开申请数量”总计（表三!J7，为 表三!D7:I7 之和）97 + "
        "“二、上年结转政府信息公开申请数量”总计（表三!J8，为 表三!D8:I8 之和）13 = 110。"
        "请核对；口径不同的（如只计本机关）可以保留，最好在正文中写明。"
    ]


def test_a_number_no_figure_can_be__is_no_mention() -> None:
    assert about("zhangjiawan-2025", "收到申请" + "9" * 150 + "件。") == []


def test_two_wrong_mentions__two_notes() -> None:
    assert len(about("zhangjiawan-2025", "本年新收申请1件。\n全年收到申请2件。")) == 2


def test_figure_of_the_table_missing__no_verdict_on_the_text() -> None:
    read = submission(
        published("zhangjiawan-2025") | {"requests.received.other": None},
        texts={"overview": "全镇共收到政府信息公开申请79件。"},
    )
    assert flat(found(read)) == [("CELL-BLANK", "must_fix", "表三!I7")]
