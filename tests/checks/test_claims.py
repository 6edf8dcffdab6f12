"""Figures quoted in the text: each sentence is silent where its figure agrees, and read where it does not."""

import re
from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.checks.figures import FORM, found, submission, zeros
from xltool.checks.texts.claims import insert_numbers
from xltool.model.form import Number, TextClaim

REPORT = zeros() | {
    "requests.received.natural_person": 16,
    "requests.received.enterprise": 4,
    "requests.carried_in.natural_person": 2,
    "requests.granted.natural_person": 15,
    "requests.partly_granted.natural_person": 2,
    "requests.not_available.not_held.natural_person": 2,
    "requests.carried_out.natural_person": 3,
    "disputes.review.upheld": 1,
    "disputes.review.pending": 1,
    "disputes.direct_litigation.upheld": 1,
    "disclosure.normative_documents.issued": 3,
    "disclosure.normative_documents.repealed": 1,
    "disclosure.normative_documents.in_force": 30,
    "disclosure.licensing.decisions": 8,
    "disclosure.administrative_fees.amount": 2,
}
RECEIVED = {"requests.received.natural_person": 73}
CONCLUDED = {"requests.granted.natural_person": 73}
CARRIED_IN = {"requests.carried_in.natural_person": 77}
CARRIED_OUT = {"requests.carried_out.natural_person": 77}
GRANTED = {"requests.granted.natural_person": 77}
PARTLY = {"requests.partly_granted.natural_person": 77}
REVIEW = {"disputes.review.upheld": 76}
LITIGATION = {"disputes.direct_litigation.upheld": 77}
NO_DISPUTES = dict.fromkeys(
    ("disputes.review.upheld", "disputes.review.pending", "disputes.direct_litigation.upheld"), 0
)
DOCUMENTS = "disclosure.normative_documents"
FEES = "disclosure.administrative_fees.amount"

# A sentence, and the figures of the report it agrees with.
QUOTED: list[tuple[str, Mapping[str, Number]]] = [
    ("全年收政府信息公开申请77件。", RECEIVED),
    ("共收到依申请公开办理事项77件。", RECEIVED),
    ("共收到77件申请。", RECEIVED),
    ("依申请公开77次。", RECEIVED),
    ("依申请公开请求77件。", RECEIVED),
    ("收到政府信息公开申请20件，结转上年度政府信息公开申请77件。", CARRIED_IN),
    ("收到政府信息公开申请20件，结转上年77件。", CARRIED_IN),
    ("收到政府信息公开申请20件，承接上年度申请77件。", CARRIED_IN),
    ("收到政府信息公开申请20件，转明年办理77件。", CARRIED_OUT),
    ("收到政府信息公开申请20件，上年结转77件。", CARRIED_IN),
    ("收到政府信息公开申请20件，下年度继续办理77件。", CARRIED_OUT),
    ("收到政府信息公开申请20件，结转至2026年77件。", CARRIED_OUT),
    ("收到政府信息公开申请20件，另有77件顺延到下年度答复。", CARRIED_OUT),
    ("收到政府信息公开申请20件；结转下年度77件。", CARRIED_OUT),
    ("收到政府信息公开申请20件，办理77件。", CONCLUDED),
    ("收到政府信息公开申请20件，共办理77件。", CONCLUDED),
    ("收到政府信息公开申请20件，及时依法依规办结77件。", CONCLUDED),
    ("收到政府信息公开申请20件，均在法定期限内答复77件。", CONCLUDED),
    ("收到政府信息公开申请20件。办结77件。", CONCLUDED),
    ("收到政府信息公开申请20件；均按时答复77件。", CONCLUDED),
    ("收到政府信息公开申请20件（自然人16件），办结77件。", CONCLUDED),
    ("完成政府信息依申请公开答复77件。", CONCLUDED),
    ("公民个人提出申请77件。", {"requests.received.natural_person": 77}),
    ("其中77件准予公开。", GRANTED),
    ("收到政府信息公开申请20件，其中，予以公开答复77件。", GRANTED),
    ("收到政府信息公开申请20件，其中，部分公开77。", PARTLY),
    ("办结的申请中，本机关不掌握77件。", {"requests.not_available.not_held.natural_person": 77}),
    ("其中，本机关不掌握相关政府信息77件、重复申请0件。", {"requests.not_available.not_held.natural_person": 77}),
    ("因没有现成信息需要另行制作77件。", {"requests.not_available.needs_creation.natural_person": 77}),
    ("属于行政执法案卷信息77件。", {"requests.refused.enforcement_file.natural_person": 77}),
    ("申请人无正当理由逾期不补正77件。", {"requests.other.correction_overdue.natural_person": 77}),
    ("信访举报投诉类申请77件。", {"requests.not_processed.petition.natural_person": 77}),
    ("行政复议77次，行政诉讼77次。", REVIEW | LITIGATION),
    ("政府信息公开行政复议77件，其中结果维持76件。", REVIEW),
    ("被申请行政复议78件，其中维持77件、尚未审结1件。", {"disputes.review.upheld": 77}),
    ("行政诉讼77件，其中驳回77件。", LITIGATION),
    ("行政诉讼78件，败诉77件。", {"disputes.direct_litigation.corrected": 77}),
    ("行政复议79件；其中纠正77件。", {"disputes.review.corrected": 77}),
    ("制发行政规范性文件3件，废止77件。", {f"{DOCUMENTS}.repealed": 77}),
    (
        "开展规范性文件清理工作，本年度制发77件，废止77件，现行有效77件。",
        {f"{DOCUMENTS}.{column}": 77 for column in ("issued", "repealed", "in_force")},
    ),
    ("行政事业性收费77.04万元。", {FEES: Decimal("77.0396")}),
    ("全年收取行政事业性收费0.7704亿元。", {FEES: Decimal("7704.4")}),
    ("公开费用总额为77.043万元。", {FEES: Decimal("77.043")}),
    ("进入行政复议程序和行政诉讼程序均为0件。", NO_DISPUTES),
    ("所有申请均已办结，无结转。", {"requests.carried_out.natural_person": 0}),
]


def quoted(text: str, figures: Mapping[str, Number]) -> list[str]:
    read = submission(REPORT | dict(figures), declared=True, texts={"overview": text}, year=2025)
    return [item.code for item in found(read) if item.code.startswith(("TEXT", "text"))]


@pytest.mark.parametrize(("text", "figures"), QUOTED, ids=[text for text, _ in QUOTED])
def test_quoted_figure__agrees_or_is_read(text: str, figures: Mapping[str, Number]) -> None:
    assert quoted(text, figures) == []
    assert quoted(text, {}) != []


@pytest.mark.parametrize(
    "text",
    [
        "收到政府信息公开申请20件。办理热线77件。",
        "收到政府信息公开申请20件，受理信访事项77件，办结77件。",
        "收到政府信息公开申请20件。开展培训77次。",
        "本机关不掌握、没有现成信息等原因无法提供2件。",
        "减免行政事业性收费77万元。",
        "现行有效的规范性文件30件，开展解读77次。",
        "依申请公开培训77次。",
        "申请公开出版物77件。",
    ],
)
def test_other_subjects__are_left_alone(text: str) -> None:
    assert quoted(text, {}) == []


PATTERNS = [(claim, pattern) for claim in FORM.claims if claim.needs for pattern in claim.patterns]


@pytest.mark.parametrize(("claim", "pattern"), PATTERNS, ids=[claim.id for claim, _ in PATTERNS])
@settings(
    max_examples=10,
    database=None,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_needed_words__every_sentence_that_the_pattern_matches_has_one(
    claim: TextClaim, pattern: str, data: st.DataObject
) -> None:
    """A sentence without a needed word is not searched at all, so a missing word would hide a claim."""
    whole = insert_numbers(pattern)
    sentence = data.draw(st.from_regex(whole))
    if re.search(whole, sentence):
        assert any(word in sentence for word in claim.needs)
