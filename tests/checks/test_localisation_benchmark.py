"""The benchmark of localisation, small: what it shows must not fall."""

import pytest

from benchmarks.localisation import accused, trials, ways
from benchmarks.seeding import MISTAKES
from tests.checks.figures import FORM

COUNT, SEED = 20, 2026
TYPED, TEMPLATE, SUBTOTALS, TOTALS, LEDGER = ways(FORM)


def share(kind: str, way: object, name: str) -> float:
    results = trials(FORM, kind, way, COUNT, SEED)  # type: ignore[arg-type] # one of the four above
    return sum(bool(item and getattr(item, name)) for item in results) / COUNT


def test_right_reports__none_is_accused() -> None:
    assert accused(FORM, 40, SEED) == 0


@pytest.mark.parametrize("kind", [kind for kind in MISTAKES if kind != "ten cells"])
def test_fully_typed__the_mistake_is_among_the_equally_good(kind: str) -> None:
    assert share(kind, TYPED, "level") >= 0.95


@pytest.mark.parametrize(
    ("kind", "least"), [("single", 1.0), ("swap_digits", 1.0), ("two cells", 0.95), ("five cells", 0.9)]
)
def test_fully_typed__named_first_with_the_right_value(kind: str, least: float) -> None:
    assert share(kind, TYPED, "first") >= least


def test_template__every_single_error_is_among_the_suspects() -> None:
    assert share("single", TEMPLATE, "listed") == 1.0


def test_template_with_row_totals__as_good_as_fully_typed() -> None:
    assert share("single", TOTALS, "first") == 1.0
    assert share("single", LEDGER, "first") == 1.0


def test_template_with_group_subtotals__fewer_suspects() -> None:
    few, many = (
        sum(item.suspects for item in trials(FORM, "swap_digits", way, COUNT, SEED) if item)
        for way in (SUBTOTALS, TEMPLATE)
    )
    assert few * 2 < many


def test_time__a_few_milliseconds_for_one_error() -> None:
    times = sorted(item.seconds for item in trials(FORM, "single", TYPED, COUNT, SEED) if item)
    assert times[len(times) // 2] < 0.02  # 2 ms on an idle machine
