"""Year to year, amounts, powers: the sentences, who is asked, and what is silent."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.checks.figures import flat, found, published, roster, said, submission, zeros
from xltool.messages import catalogue
from xltool.model.agency import Agency
from xltool.model.form import Number
from xltool.model.submission import ManifestItem

Changes = dict[str, Number | str | None]

ZHANGJIAWAN = published("zhangjiawan-2025")
NOTHING_OPEN: Changes = {"disclosure.normative_documents.in_force": 0, "requests.carried_out.enterprise": 0}


def test_carry_over__one_column_differs__told_for_it_and_not_again_for_the_total() -> None:
    previous = submission(ZHANGJIAWAN | NOTHING_OPEN | {"requests.carried_out.natural_person": 12})
    assert said(found(submission(ZHANGJIAWAN), previous=previous)) == [
        "表二“行政规范性文件”：“现行有效件数”（D7）3，"
        "上年“现行有效件数”0 + “本年制发件数”（B7）0 - “本年废止件数”（C7）0 = 0，"
        "相差 3 件，不符合“现行有效件数等于上年现行有效件数加本年制发件数减本年废止件数”。依据：跨年衔接关系。"
        "请与上年报告核对；因清理、失效或机构合并而不同的，请在“情况说明”页写明原因。",
        "表三“自然人”：“二、上年结转政府信息公开申请数量”（D8）13，上年“四、结转下年度继续办理”12，"
        "相差 1 件，不符合“本年“上年结转”等于上年“结转下年度继续办理””。依据：跨年衔接关系。"
        "请与上年报告核对；因更正、机构调整或申请人重新归类而不同的，请在“情况说明”页写明原因。",
    ]


def test_carry_over__in_a_line__both_sides_are_named_as_in_the_title() -> None:
    findings = found(submission(ZHANGJIAWAN), previous=submission(ZHANGJIAWAN | NOTHING_OPEN))
    assert catalogue.render_brief_problem(findings[0]) == (
        "表二“行政规范性文件”不平：现行有效件数 3，上年现行有效件数加本年制发件数减本年废止件数 0，差 3 件。"
    )


def test_fees__more_collected_than_billed__both_amounts_with_their_unit() -> None:
    fees: Changes = {
        "disclosure.administrative_fees.amount": Decimal("0.02"),
        "processing_fees.notices": 1,
        "processing_fees.billed": Decimal(100),
        "processing_fees.collected": 200,
    }
    assert said(found(submission(ZHANGJIAWAN | fees))) == [
        "六 其他事项：“实际收取的总金额”（B6）200 元，“收费通知总金额”（B5）100 元，相差 100 元，"
        "不符合“实际收取的总金额不超过收费通知总金额”。依据：国办函〔2020〕109号。"
        "请核对；因收到上年12月所发通知的费用而超过的，请在“情况说明”页写明。"
    ]


def test_fees__no_notice_but_an_amount__one_cause_with_the_condition_among_its_cells() -> None:
    fees: Changes = {"processing_fees.notices": 0, "processing_fees.billed": Decimal("30")}
    (finding,) = found(submission(ZHANGJIAWAN | fees))
    assert (finding.relation, [spot.address for spot in finding.cells]) == ("S6-ZERO-AMOUNT", ["B5", "B4"])
    assert said([finding]) == [
        "六 其他事项：“收费通知总金额”（B5）30 元，应等于 0，不符合“没有发出收费通知的，收费通知总金额为 0”。"
        "依据：件数与金额的对应关系。请核对发出收费通知的件数和总金额。"
    ]


def test_fees__not_a_multiple_of_ten__the_remainder_is_told() -> None:
    fees: Changes = {"processing_fees.notices": 1, "processing_fees.billed": Decimal("15.5")}
    assert said(found(submission(ZHANGJIAWAN | fees))) == [
        "六 其他事项：“收费通知总金额”（B5）15.5 元，除以 10 的余数是 5.5，应等于 0，"
        "不符合“收费通知总金额是 10 元的整数倍”。依据：信息处理费收费标准（按件 100 元一档，按页 10、20、40 元）。"
        "请核对金额和单位（元）。"
    ]


def test_overdue_fees__figures_on_two_sheets__each_named_with_its_sheet_and_column() -> None:
    cells = {"requests.other.fee_overdue.natural_person": 1, "requests.granted.natural_person": 25}
    assert said(found(submission(ZHANGJIAWAN | cells))) == [
        "表三：“（六）其他处理2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请”总计"
        "（J28，为 D28:I28 之和）1，“发出收费通知的件数”（六 其他事项!B4）0，相差 1 件，"
        "不符合“逾期未缴费而不再处理的件数不超过发出收费通知的件数”。依据：件数的对应关系。"
        "请核对；因上年末发出的通知在本年逾期而超过的，可以保留。"
    ]


def test_amount_in_yuan_instead_of_ten_thousand__suspected_by_last_year() -> None:
    amount = "disclosure.administrative_fees.amount"
    previous = submission(ZHANGJIAWAN | {amount: Decimal("59237.2449"), "requests.carried_out.natural_person": 13})
    read = submission(ZHANGJIAWAN | {amount: Decimal("727012578")})
    relations = [finding.relation for finding in found(read, previous=previous)]
    assert relations == ["T2-UNIT-HIGH", "YEAR-CARRY.enterprise"]
    assert said(found(read, previous=previous))[0].startswith(
        "表二：“行政事业性收费”（B17）727012578 万元，1000 × 上年“行政事业性收费”59237.2449 万元 = 59237244.9 万元，"
    )


def test_rule_power__asked_only_of_agencies_the_roster_says_have_none() -> None:
    read = submission(ZHANGJIAWAN | {"disclosure.rules.in_force": 2})
    without, unknown, has = (Agency("1", "甲镇", rule_power=power) for power in (False, None, True))
    assert found(read) == found(read, known=roster(unknown)) == found(read, known=roster(has)) == ()
    assert said(found(read, known=roster(without))) == [
        "表二“现行有效件数”：“规章”（D6）2，应等于 0，不符合“没有规章制定权的单位，规章各栏为 0”。"
        "依据：规章制定权（名册所列）。请核对；确有规章的，请联系汇总单位更正名册。"
    ]


def test_relation__a_figure_missing_or_unreadable__undecided() -> None:
    for figure in (None, "88件"):
        read = submission(ZHANGJIAWAN | {"requests.received.natural_person": figure})
        assert [finding.relation for finding in found(read)] == [None]


def test_sum_over_agencies__a_figure_somebody_left_open__undecided() -> None:
    cells = {"requests.other.fee_overdue.natural_person": 1, "requests.granted.natural_person": 25}
    made = submission(ZHANGJIAWAN | cells)
    assert [finding.relation for finding in found(made)] == ["S6-OVERDUE"]
    assert found(replace(made, lacking={"processing_fees.notices": 3})) == ()


def test_sum_over_agencies__some_absent__last_year_says_nothing() -> None:
    made, previous = submission(ZHANGJIAWAN), submission(ZHANGJIAWAN)
    carry = ["YEAR-CARRY.natural_person", "YEAR-CARRY.enterprise"]
    assert [finding.relation for finding in found(made, previous=previous)] == carry
    assert found(replace(made, absent=(ManifestItem("2", "乙镇", ""),)), previous=previous) == ()


def test_relation__a_figure_not_applicable__counts_as_zero() -> None:
    read = submission(ZHANGJIAWAN | {"requests.carried_in.natural_person": "/"})
    assert [(finding.code, finding.facts.get("left")) for finding in found(read)] == [
        ("T3-BAL", 88),
        ("CELL-NA", None),
    ]


@pytest.mark.parametrize(
    ("figures", "relation"),
    [
        ({"disclosure.normative_documents.issued": 3, "disclosure.normative_documents.in_force": 2}, "T2-VALID"),
        ({"processing_fees.notices": 20, "processing_fees.billed": 100}, "S6-TARIFF-LEAST"),
        (
            {"processing_fees.notices": 2, "processing_fees.billed": 200, "processing_fees.collected": 200},
            "T2-COVERS-FEES",
        ),
    ],
)
def test_relation__of_one_year__names_itself(figures: Changes, relation: str) -> None:
    findings = found(submission(zeros() | figures))
    assert [str(finding.relation).partition(".")[0] for finding in findings] == [relation]


def test_relation__a_factor_converts_the_unit__both_sides_and_the_gap_are_in_it() -> None:
    fees: Changes = {"processing_fees.notices": 2, "processing_fees.billed": 200, "processing_fees.collected": 200}
    (sentence,) = said(found(submission(zeros() | fees | {"disclosure.administrative_fees.amount": Decimal("0.01")})))
    assert "10000 × “行政事业性收费”本年收费金额（单位：万元）（B17）0.01 万元 = 100 元，" in sentence
    assert "，相差 100 元，" in sentence


def test_disputes__fewer_than_were_pending_last_year__one_note() -> None:
    before = submission(zeros() | {"disputes.review.pending": 2})
    findings = found(submission(zeros() | {"disputes.review.other": 1}), previous=before)
    assert flat(findings) == [("YEAR-PENDING", "note", "表四!E7")]
    assert found(submission(zeros() | {"disputes.review.other": 2}), previous=before) == ()
