"""The check code: the same from the figures and from the workbook's own formula; another one for every slip."""

from decimal import Decimal

from tests.merging import published, the_form
from xltool.forms.check_code import compute_check_code, format_check_code_formula
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.form import Number

PLAN = plan_workbook(the_form())
FIGURES = published("suqian-2024")
NEW, OTHER = "requests.received.natural_person", "requests.received.enterprise"
FEES = "disclosure.administrative_fees.amount"


def code(**changes: Number | None) -> str:
    return compute_check_code(PLAN, {**FIGURES, **changes}, 2025)


def test_code__eight_digits__the_same_for_the_same_figures() -> None:
    assert code() == compute_check_code(PLAN, dict(FIGURES), 2025)
    assert [len(part) for part in code().split("-")] == [4, 4]
    assert code() != compute_check_code(PLAN, FIGURES, 2024)


def test_code__every_single_figure_counts() -> None:
    for cell in PLAN.form.inputs:
        assert code(**{cell.id: (FIGURES[cell.id] or 0) + 1}) != code(), cell.id


def test_code__exchanged_figures_and_the_last_decimal_count() -> None:
    assert code(**{NEW: FIGURES[OTHER], OTHER: FIGURES[NEW]}) != code()
    assert code(**{FEES: (FIGURES[FEES] or 0) + Decimal("0.000001")}) != code()


def test_code__a_blank_is_like_0__and_totals_do_not_count() -> None:
    blank = {**FIGURES, NEW: None}
    assert compute_check_code(PLAN, blank, 2025) == compute_check_code(PLAN, {**FIGURES, NEW: 0}, 2025)
    assert code(**{"requests.received.total": 1}) == code()


def test_formula__fits_into_a_cell() -> None:
    assert len(format_check_code_formula(PLAN, 2025)) < 8192
