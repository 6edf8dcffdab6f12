"""Counts of ledgers: all figures of every year, quarter and month of invented years, whoever counts them."""

from functools import cache
from pathlib import Path

import pytest

from tests.ledger import invented
from tests.ledger.workbooks import write_ledger
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
