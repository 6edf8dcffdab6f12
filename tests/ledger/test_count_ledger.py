"""Counts of ledgers: all figures of every year, quarter and month of invented years, whoever counts them."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.ledger import invented
from tests.ledger.workbooks import write_ledger
from xltool.commands.count_ledgers import count_ledgers
from xltool.commands.ledger_files import LedgerTask
from xltool.commands.run_context import build_run_context
from xltool.forms.load_definitions import find_form_for_year, load_forms
from xltool.ledger.count_ledger import count_ledger
from xltool.ledger.ledger_entries import Ledger
from xltool.ledger.reading.read_ledger import read_ledger
from xltool.model.form import Form
from xltool.model.period import parse_period
from xltool.spreadsheet.open_workbook import open_workbook

FORMS = load_forms(regional=True)


@cache
def world() -> invented.World:
    return invented.invent_world()


@cache
def months() -> dict[tuple[int, int], invented.Month]:
    return invented.live_through(world())


@cache
def annual_form() -> Form:
    return find_form_for_year(FORMS, 2025, "zfxxgk-annual-report")


def read(path: Path) -> Ledger:
    return read_ledger(open_workbook(path), path.name)


@pytest.fixture(scope="module")
def ledgers(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Ledger]:
    folder = tmp_path_factory.mktemp("ledgers")
    return {
        year: read(
            write_ledger(
                folder / f"{year}.xlsx",
                invented.requests_of(world(), year),
                invented.cases_of(world(), year),
                year=year,
                gap_every=17,
            )
        )
        for year in invented.YEARS
    }


def test_invented_years__have_every_result_type_and_kind() -> None:
    results = {life.fields["result"] for life in world().requests}
    assert len(world().requests) == 1920
    assert results == set(invented.RESULTS)
    assert {case["kind"] for case in world().cases} == set(invented.KINDS)
    assert {life.fields["applicant_type"] for life in world().requests} == set(invented.TYPES)


@pytest.mark.parametrize("year", invented.YEARS)
def test_count__every_year_quarter_and_month__equals_the_count_day_by_day(
    ledgers: dict[int, Ledger], year: int
) -> None:
    for name, span in invented.spans_of(year):
        count = count_ledger(ledgers[year], annual_form(), parse_period(name))
        assert count.open == {}
        assert count.figures == invented.annual_figures(world(), months(), span), name


def test_count__carries_over_exactly(ledgers: dict[int, Ledger]) -> None:
    counts = {year: count_ledger(ledger, annual_form(), year) for year, ledger in ledgers.items()}
    for year in invented.YEARS[:-1]:
        for kind in invented.TYPES:
            carried = {line.name for line in counts[year].lines[f"requests.carried_out.{kind}"]}
            assert carried == {line.name for line in counts[year + 1].lines[f"requests.carried_in.{kind}"]}
    values = counts[2024].values
    assert values["requests.received.total"] + values["requests.carried_in.total"] == (  # type: ignore[operator]
        values["requests.concluded.total"] + values["requests.carried_out.total"]  # type: ignore[operator]
    )


def test_count__names_the_lines_behind_each_figure(ledgers: dict[int, Ledger]) -> None:
    count = count_ledger(ledgers[2025], annual_form(), 2025)
    for key in ("received.enterprise", "granted.natural_person"):
        expected = [number for month in range(1, 13) for number in months()[2025, month].numbers.get(key, [])]
        assert sorted(line.name for line in count.lines[f"requests.{key}"]) == sorted(expected)


def write_with_case(path: Path, *cases: dict[str, Any]) -> Path:
    """A ledger in which the line of a request has a review that was decided."""
    line: dict[str, Any] = {
        "number": "2025-1",
        "received": date(2025, 2, 3),
        "channel": "post",
        "applicant_type": "enterprise",
    }
    line |= {"closed": date(2025, 2, 20), "result": "granted"}
    line |= {"review_accepted": date(2025, 3, 10), "review_outcome": "upheld"}
    return write_ledger(path, [line], cases)


def count_reviews(path: Path, period: str) -> tuple[list[int | None], list[str]]:
    """The reviews of a period that were upheld and are pending, and the codes of what is told."""
    task = LedgerTask(build_run_context(), parse_period(period))
    (item,) = count_ledgers([path], task, jobs=1)
    assert item.count
    figures = [item.count.values[f"disputes.review.{outcome}"] for outcome in ("upheld", "pending")]
    return [None if figure is None else int(figure) for figure in figures], [each.code for each in item.findings]


def test_dispute_on_the_line_of_a_request__months_stay_open_until_it_has_a_day(tmp_path: Path) -> None:
    bare = write_with_case(tmp_path / "a.xlsx")
    assert count_reviews(bare, "2025") == ([1, 0], [])
    assert count_reviews(bare, "2025-02") == ([0, 0], [])
    assert count_reviews(bare, "2025-04") == ([None, None], ["ledger.no_line_case_day"])
    case: dict[str, Any] = {"case_number": "复〔2025〕1号", "request_number": "2025-1", "kind": "review"}
    case |= {"accepted": date(2025, 3, 10), "outcome": "upheld", "closed": date(2025, 5, 6)}
    dated = write_with_case(tmp_path / "b.xlsx", case)
    expected = {"2025": [1, 0], "2025-02": [0, 0], "2025-03": [0, 1], "2025-04": [0, 1], "2025-05": [1, 0]}
    expected |= {"2025-06": [0, 0], "2025-Q1": [0, 1], "2025-Q2": [1, 0]}
    for period, reviews in expected.items():
        assert count_reviews(dated, period) == (reviews, [])


def test_review_and_suit_without_last_day__each_is_told_at_its_own_column(tmp_path: Path) -> None:
    line = {"number": "2025-1", "received": date(2025, 2, 3), "channel": "post", "applicant_type": "enterprise"}
    line |= {"closed": date(2025, 2, 20), "result": "granted"}
    line |= {"review_accepted": date(2025, 3, 10), "review_outcome": "upheld"}
    line |= {"suit_accepted": date(2025, 3, 20), "suit_outcome": "upheld"}
    path = write_ledger(tmp_path / "a.xlsx", [line])
    (item,) = count_ledgers([path], LedgerTask(build_run_context(), parse_period("2025-04")), jobs=1)
    told = [each for each in item.findings if each.code == "ledger.no_line_case_day"]
    assert [each.facts["count"] for each in told] == [1, 1]
    assert len({spot.address for each in told for spot in each.cells}) == 2
