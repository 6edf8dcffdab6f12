"""A carry-over that does not fit: told when last year's report is the odd one, silent when nothing says so."""

from dataclasses import replace

import pytest

from tests.checks.figures import FORM, submission, zeros
from xltool.checks.context import CheckContext
from xltool.checks.run_checks import review_submission
from xltool.forms.compiled_form import compile_form
from xltool.forms.expressions import recompute_figures
from xltool.messages import catalogue
from xltool.model.form import Number, Values

CARRIED_OUT, CARRIED_IN = "requests.carried_out.natural_person", "requests.carried_in.natural_person"
TOLD = "上年的数若是 3，就与{}相符，可能是上年的报告填错，请先核对上年的报告。"
BALANCED = {"requests.received.natural_person": 10, "requests.granted.natural_person": 7}


def last_year(**changed: Number) -> Values:
    return recompute_figures(FORM.formulas, zeros(**changed))  # type: ignore[arg-type]


def told(
    previous: Values, texts: dict[str, str] | None = None, stated: Values | None = None, carried_in: int = 3
) -> list[str]:
    """The sentences on the carry-over of one column, of a year that takes over ``carried_in`` requests."""
    figures = zeros(**{CARRIED_IN: carried_in, "requests.granted.natural_person": carried_in})
    context = replace(CheckContext(compile_form(FORM)), previous=previous, previous_texts=texts, previous_stated=stated)
    findings = review_submission(replace(submission(figures), year=2025), context)
    return [catalogue.render_problem(item) for item in findings if item.code == "YEAR-CARRY"]


def evidence(sentences: list[str]) -> str:
    (sentence,) = sentences
    return sentence.rpartition("跨年衔接关系。")[2]


def test_carry_over__last_year_does_not_balance_itself__is_told() -> None:
    assert evidence(told(last_year(**BALANCED, **{CARRIED_OUT: 2}))) == TOLD.format("上年自己的勾稽关系")


def test_carry_over__last_year_stated_another_total__is_told() -> None:
    balanced = {**BALANCED, "requests.granted.natural_person": 8}
    previous = last_year(**balanced, **{CARRIED_OUT: 2})
    assert evidence(told(previous, stated={"requests.carried_out.total": 3})) == TOLD.format("上年报告里的总计")
    assert evidence(told(previous, stated={"requests.carried_out.total": 4})) == ""


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("2024年收到政府信息公开申请10件，结转下年度继续办理3件。", "上年报告的正文"),
        ("2024年收到政府信息公开申请10件，结转下年度继续办理2件。", ""),
        ("2024年收到政府信息公开申请10件，结转下年度继续办理5件。", ""),
    ],
)
def test_carry_over__the_text_of_last_year__is_told(text: str, signs: str) -> None:
    balanced = {**BALANCED, "requests.granted.natural_person": 8}
    sentences = told(last_year(**balanced, **{CARRIED_OUT: 2}), {"overview": text})
    assert evidence(sentences) == (TOLD.format(signs) if signs else "")


def test_carry_over__last_year_is_in_order__nothing_more() -> None:
    assert evidence(told(last_year(**BALANCED, **{CARRIED_OUT: 3}), carried_in=2)) == ""


def test_carry_over__several_signs__in_one_sentence() -> None:
    text = {"overview": "2024年收到政府信息公开申请10件，结转下年度继续办理3件。"}
    sentences = told(last_year(**BALANCED, **{CARRIED_OUT: 2}), text, {"requests.carried_out.total": 3})
    assert evidence(sentences) == TOLD.format("上年自己的勾稽关系、上年报告里的总计、上年报告的正文")
