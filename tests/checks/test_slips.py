"""What slips of the hand look like, one figure or several."""

import pytest

from xltool.checks.localisation.typing_errors import (
    NO_VALUE,
    RunSet,
    SlipMove,
    SlipSheet,
    classify_digit_slip,
    propose_moves,
)


@pytest.mark.parametrize(
    ("was", "becomes", "kind"),
    [
        (132, 123, "swap_digits"),
        (3042, 3402, "swap_digits"),
        (21, 12, "swap_digits"),
        (13, 123, "dropped_digit"),
        (12, 123, "dropped_digit"),
        (1223, 123, "doubled_digit"),
        (11, 1, "doubled_digit"),
        (120, 12, "factor_10"),
        (12, 120, "factor_10"),
        (120000, 12, "unit_10000"),
        (12, 120000, "unit_10000"),
        (7, 9, ""),
        (321, 123, ""),
        (0, 10, "dropped_digit"),
        (0, 0, ""),
        (5, 5, ""),
        (-12, -21, ""),
        (10**30 + 21, 10**30 + 12, "swap_digits"),
    ],
)
def test_one_figure(was: int, becomes: int, kind: str) -> None:
    assert classify_digit_slip(was, becomes) == kind


def sheet(figures: list[int], wanted: list[int | None], previous: dict[int, int] | None = None) -> SlipSheet:
    """One column of figures; every line has one."""
    run = tuple(range(len(figures)))
    column = RunSet("row_slipped", [run], [run], wanted)
    lines = [(place,) for place in run]
    return SlipSheet(figures, RunSet("column_slipped", lines, [], [None] * len(figures)), column, previous or {})


def test_two_neighbours__exchanged_or_one_place_off() -> None:
    found = list(propose_moves(sheet([0, 5, 3], [None, None, None])))
    assert SlipMove("row_slipped", ((0, 5), (1, 0))) in found
    assert SlipMove("neighbours_exchanged", ((1, 3), (2, 5))) in found


def test_neighbours_whose_own_equations_hold__no_slip() -> None:
    assert list(propose_moves(sheet([0, 5, 3], [0, 5, 3]))) == []
    assert list(propose_moves(sheet([0, 5, 3], [NO_VALUE, NO_VALUE, NO_VALUE]))) == []


def test_a_run_too_low__moves_up_as_far_as_it_went() -> None:
    found = list(propose_moves(sheet([0, 5, 7, 3, 9], [5, 7, 3, 0, 9])))
    assert found == [SlipMove("row_slipped", ((0, 5), (1, 7), (2, 3), (3, 0)))]


def test_a_run_too_high__moves_down() -> None:
    found = list(propose_moves(sheet([9, 5, 7, 3, 0], [9, 0, 5, 7, 3])))
    assert found == [SlipMove("row_slipped", ((4, 3), (3, 7), (2, 5), (1, 0)))]


def test_last_year_left__only_where_every_changed_figure_is_last_years() -> None:
    assert list(propose_moves(sheet([4, 6], [8, 9], {0: 4, 1: 6}))) == [SlipMove("last_year_left", ((0, 8), (1, 9)))]
    assert list(propose_moves(sheet([4, 6], [8, 9], {0: 4, 1: 5}))) == []
