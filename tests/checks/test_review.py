"""The whole review: its order, its silence, and that every finding can be said."""

from dataclasses import replace
from decimal import Decimal

from tests.checks.figures import FORM, flat, found, noted, published, said, submission, zeros
from xltool.checks.context import CheckContext
from xltool.checks.run_checks import CHECKS, review_submission
from xltool.forms.compiled_form import compile_form
from xltool.messages import catalogue
from xltool.model.submission import Explanation, Observation

MESSY = {
    "requests.carried_out.natural_person": 5,
    "requests.received.enterprise": None,
    "disclosure.rules.issued": "/",
    "disclosure.licensing.decisions": "3件",
    "processing_fees.collected": 10,
    "disclosure.administrative_fees.amount": Decimal("0.001"),
}


def test_review__problems_first_each_in_the_order_of_the_form() -> None:
    read = submission(
        published("zhangjiawan-2025") | MESSY,
        stored={"disputes.review.total": 1, "requests.granted.total": 27},
        altered=["disputes.review.total"],
        typed=["disputes.direct_litigation.total", "requests.granted.total"],
        texts={"overview": "结转下年度9件。"},
        explanations=[Explanation("实际收取的总金额不超过收费通知总金额", "10", "0", "上年的费用", "", "", "A4")],
        observations=[Observation("stray", "表二", "F3", facts={"text": "见附件"}), Observation("layout.other")],
    )
    findings = found(noted(read, **{"disputes.review.upheld": "spaces"}))
    assert flat(findings) == [
        ("CELL-NUM", "must_fix", "表二!B10"),
        ("T3-BAL", "must_fix", "表三!D7"),
        ("CELL-BLANK", "must_fix", "表三!E7"),
        ("T3-ROW", "must_fix", "表三!J9"),
        ("T4-SUM", "must_fix", "表四!E7"),
        ("layout.other", "note", ""),
        ("TEXT-4", "note", "一 总体情况!"),
        ("stray", "note", "表二!F3"),
        ("CELL-NA", "note", "表二!B6"),
        ("value.spaces", "note", "表四!A7"),
        ("CELL-COMPUTED", "note", "表四!J7"),
        ("S6-COLLECTED", "explain", "六 其他事项!B6"),
    ]
    assert all(sentence.endswith("。") for sentence in said(findings))
    assert [catalogue.finding_heading(each) for each in findings][:2] == [
        "数字单元格填非负数，件数为整数",
        "第一项加第二项之和，等于第三项加第四项之和",
    ]


def test_review__the_same_twice__the_same_findings() -> None:
    read = submission(published("zhangjiawan-2025") | MESSY)
    assert found(read) == found(read)


def test_review__no_check_lets_anything_out_on_a_clean_return() -> None:
    read = submission(published("zhangjiawan-2025"))
    assert [list(check(read, CheckContext(compile_form(FORM)))) for check in CHECKS] == [[] for _ in CHECKS]


def test_review__form_without_rules_of_its_own_for_cells__unreadable_figures_are_told_all_the_same() -> None:
    bare = replace(FORM, standards={}, relations=(), claims=(), digest="bare")
    read = submission(zeros(**{"requests.received.other": "3件", "requests.received.enterprise": None}))
    (finding,) = review_submission(read, CheckContext(compile_form(bare)))
    assert (finding.code, catalogue.render_finding(finding)) == (
        "CELL-NUM",
        "表三!I7“一、本年新收政府信息公开申请数量”法人或其他组织·其他填的是“3件”，数字带了单位，没有计入。"
        "依据：数据单元格里只填数字（数据要能合计）。请按表上的单位（件）只填数字：0 或正整数。",
    )
