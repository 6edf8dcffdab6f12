"""Returns of another year than the one that is collected: refused, to be explained, or noted."""

from collections.abc import Sequence

import pytest

from tests.merging import YEAR, a_return, found, members, published
from xltool.consolidation.other_years import mark_other_years
from xltool.model.consolidation import ReviewedFile, Status

UNREADABLE = ReviewedFile("坏.xlsx", "", Status.UNREADABLE, None, ())


def of_years(*years: int, saved: str = "2026-01-20T01:00:00+00:00") -> list[ReviewedFile]:
    figures = published("zhangjiawan-2025")
    agencies = members()
    return [found(a_return(agencies[at], figures, year=year, time=saved)) for at, year in enumerate(years)]


def codes(items: Sequence[ReviewedFile], year: int | None = None, *, has_roster: bool = True) -> list[list[str]]:
    marked = mark_other_years([*items, UNREADABLE], year, has_roster=has_roster)
    assert marked[-1] == UNREADABLE
    return [[finding.code for finding in item.findings] for item in marked[:-1]]


def test_a_year_is_given__returns_of_another_are_none_of_this_collection() -> None:
    right, wrong = mark_other_years(of_years(YEAR, YEAR - 1), YEAR, has_roster=True)
    assert (right.status, right.findings) == (Status.ACCEPTED, ())
    assert (wrong.status, wrong.counted, [item.code for item in wrong.findings]) == (
        Status.FOREIGN,
        False,
        ["merge.other_year"],
    )
    assert wrong.findings[0].facts == {"found": YEAR - 1, "expected": YEAR}


def test_most_are_of_one_year__the_others_explain_themselves() -> None:
    assert codes(of_years(YEAR, YEAR, YEAR - 1)) == [[], [], ["identity.minority_year"]]
    assert codes(of_years(YEAR, YEAR - 1, YEAR - 1)) == [["identity.minority_year"], [], []]


def test_no_year_has_a_majority__those_before_the_latest_are_noted() -> None:
    assert codes(of_years(YEAR, YEAR - 1)) == [[], ["identity.earlier_year"]]


@pytest.mark.parametrize(
    ("saved", "expected"),
    [("2027-01-20T01:00:00+00:00", ["identity.late_file"]), ("2026-12-31T23:00:00+00:00", []), ("", [])],
)
def test_a_single_return_with_a_roster__saved_too_late_is_noted(saved: str, expected: list[str]) -> None:
    assert codes(of_years(YEAR, saved=saved)) == [expected]
    assert codes(of_years(YEAR, saved=saved), has_roster=False) == [[]]


def test_no_return_with_a_year__nothing_is_said() -> None:
    assert codes(of_years()) == []
