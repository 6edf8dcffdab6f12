"""Checks of ledgers: nothing on clean ones, each seeded fault by its code and number."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.ledger import invented
from tests.ledger.invented import changed
from tests.ledger.workbooks import write_ledger
from xltool.ledger.checking.check_ledger import check_ledger
from xltool.ledger.reading.read_ledger import read_ledger
from xltool.messages import catalogue
from xltool.model.finding import Finding
from xltool.spreadsheet.open_workbook import open_workbook

Lines = list[dict[str, Any]]
DAY = timedelta(days=1)


@cache
def world() -> invented.World:
    return invented.invent_world(seed=11, each_year=200)


def check(
    folder: Path, requests: Lines, cases: Lines, year: int = 2025, previous: Lines | None = None
) -> list[Finding]:
    ledger = read_ledger(open_workbook(write_ledger(folder / "a.xlsx", requests, cases, year=year)), "a.xlsx")
    before = None
    if previous is not None:
        before = read_ledger(open_workbook(write_ledger(folder / "b.xlsx", previous, year=year - 1)), "b.xlsx")
    return list(check_ledger(ledger, before))


@pytest.mark.parametrize("year", invented.YEARS)
@pytest.mark.parametrize("seed", [11, 12, 13])
def test_clean_ledgers__nothing_is_found(tmp_path: Path, year: int, seed: int) -> None:
    some = invented.invent_world(seed=seed, each_year=200)
    previous = invented.requests_of(some, year - 1) if year > invented.YEARS[0] else None
    found = check(tmp_path, invented.requests_of(some, year), invented.cases_of(some, year), year, previous)
    assert [catalogue.render_finding(finding) for finding in found] == []


class Fault(NamedTuple):
    """A fault put into a clean ledger: what it does to the lines, and the code by which it is found."""

    code: str
    choose: Callable[[dict[str, Any]], bool]
    change: Callable[[dict[str, Any]], dict[str, Any]]


def _is_plain(line: dict[str, Any]) -> bool:
    """A request of the year that was answered and nothing else."""
    plain = {"number", "received", "channel", "applicant_type", "applicant", "content", "remarks", "closed", "result"}
    return line.keys() <= plain and "closed" in line and line["received"].year == 2025 and line["received"].month < 10


def _is_carried(line: dict[str, Any]) -> bool:
    return bool(line["received"].year == 2024)


FAULTS = {
    "answered the day before it came": Fault(
        "ledger.closed_early", _is_plain, lambda line: {"closed": line["received"] - DAY}
    ),
    "answered a year before": Fault(
        "ledger.closed_early", _is_plain, lambda line: {"received": line["closed"] + DAY * 9}
    ),
    "result without date": Fault("ledger.no_closing_day", _is_plain, lambda line: {"closed": None}),
    "date without result": Fault("ledger.no_result", _is_plain, lambda line: {"result": None}),
    "late by weeks": Fault("ledger.late", _is_plain, lambda line: {"closed": line["received"] + DAY * 60}),
    "extended and late": Fault(
        "ledger.late",
        _is_plain,
        lambda line: {"extended": line["received"] + DAY * 10, "closed": line["received"] + DAY * 90},
    ),
    "late after a correction": Fault(
        "ledger.late",
        _is_plain,
        lambda line: {
            "correction_sent": line["received"] + DAY * 3,
            "correction_received": line["received"] + DAY * 8,
            "closed": line["received"] + DAY * 70,
        },
    ),
    "late in spite of a third party": Fault(
        "ledger.late",
        _is_plain,
        lambda line: {
            "third_party_from": line["received"] + DAY * 2,
            "third_party_until": line["received"] + DAY * 9,
            "closed": line["received"] + DAY * 75,
        },
    ),
    "open beyond its term": Fault("ledger.overdue", _is_plain, lambda line: {"closed": None, "result": None}),
    "fee overdue without a notice": Fault(
        "ledger.fee_without_notice", _is_plain, lambda line: {"result": "other.fee_overdue"}
    ),
    "fee overdue too early": Fault(
        "ledger.fee_too_early",
        _is_plain,
        lambda line: {
            "result": "other.fee_overdue",
            "fee_notified": line["received"],
            "fee_amount": 100,
            "closed": line["received"] + DAY * 12,
        },
    ),
    "correction overdue without a notice": Fault(
        "ledger.correction_without_notice", _is_plain, lambda line: {"result": "other.correction_overdue"}
    ),
    "no day of receipt": Fault("ledger.blank", _is_plain, lambda line: {"received": None}),
    "no applicant type": Fault("ledger.blank", _is_plain, lambda line: {"applicant_type": None}),
    "of next year": Fault(
        "ledger.other_year", _is_plain, lambda line: {"received": date(2026, 1, 5), "closed": date(2026, 1, 9)}
    ),
    "of the year before": Fault(
        "ledger.other_year", _is_plain, lambda line: {"received": date(2024, 3, 5), "closed": date(2024, 3, 9)}
    ),
    "notice of a fee without its amount": Fault(
        "ledger.half_fee", _is_plain, lambda line: {"fee_notified": line["received"]}
    ),
    "amount of a fee without its notice": Fault("ledger.half_fee", _is_plain, lambda line: {"fee_amount": 100}),
    "amount that no rule gives": Fault(
        "ledger.fee_amount", _is_plain, lambda line: {"fee_notified": line["received"], "fee_amount": 101}
    ),
    "correction received before it was asked for": Fault(
        "ledger.days_reversed",
        _is_plain,
        lambda line: {"correction_sent": line["received"] + DAY * 2, "correction_received": line["received"] + DAY},
    ),
    "third party answered before it was asked": Fault(
        "ledger.days_reversed",
        _is_plain,
        lambda line: {"third_party_from": line["received"] + DAY * 4, "third_party_until": line["received"] + DAY},
    ),
    "paid before the notice": Fault(
        "ledger.days_reversed",
        _is_plain,
        lambda line: {
            "fee_notified": line["received"] + DAY * 2,
            "fee_amount": 50,
            "fee_paid_on": line["received"] + DAY,
            "fee_paid": 50,
        },
    ),
    "extended before it came": Fault(
        "ledger.days_reversed", _is_plain, lambda line: {"extended": line["received"] - DAY * 2}
    ),
    "a type of two words": Fault("ledger.not_choice", _is_plain, lambda line: {"applicant_type": "自然人或企业"}),
    "a result of nobody": Fault("ledger.not_choice", _is_plain, lambda line: {"result": "已回复"}),
    "a day without its year": Fault("ledger.not_date", _is_plain, lambda line: {"received": "3月5日"}),
    "a day that does not exist": Fault("ledger.not_date", _is_plain, lambda line: {"closed": "2025-02-30"}),
    "carried over with another type": Fault(
        "ledger.carried_changed",
        _is_carried,
        lambda line: {"applicant_type": "enterprise" if line["applicant_type"] != "enterprise" else "other"},
    ),
    "carried over with another day": Fault(
        "ledger.carried_changed", _is_carried, lambda line: {"received": line["received"] - DAY}
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_in_a_line__is_found_by_its_number_and_nothing_else(tmp_path: Path, name: str) -> None:
    fault = FAULTS[name]
    lines = invented.requests_of(world(), 2025)
    line = random.Random(name).choice([line for line in lines if fault.choose(line)])
    broken = changed(lines, line["number"], **fault.change(line))
    found = check(tmp_path, broken, invented.cases_of(world(), 2025), previous=invented.requests_of(world(), 2024))
    assert [finding.code for finding in found] == [fault.code]
    said = catalogue.render_finding(found[0])
    row = lines.index(line) + 3
    assert line["number"] in said or f"{row}" in said
    assert line["applicant"] not in said


def test_fault_of_several_lines__number_twice(tmp_path: Path) -> None:
    lines = invented.requests_of(world(), 2025)
    lines = [*lines, {**lines[-1]}]
    (found,) = check(tmp_path, lines, [])
    assert found.code == "ledger.same_number"
    assert (
        catalogue.render_problem(found)
        == f"编号 {lines[-1]['number']} 有几行：台账!A{len(lines) + 1}、台账!A{len(lines) + 2}。"
    )


def test_fault_of_several_lines__no_number(tmp_path: Path) -> None:
    lines = invented.requests_of(world(), 2025)
    del lines[4]["number"]
    (found,) = check(tmp_path, lines, [])
    assert catalogue.render_problem(found) == "“台账”有 1 行没有编号（第 7 行），从 台账!A7 起。"


def test_fault_of_several_lines__many_requests_of_one_applicant(tmp_path: Path) -> None:
    lines = invented.requests_of(world(), 2025)
    busy = [line for line in lines if line["applicant"] == invented.BUSY_APPLICANT and line["received"].month == 3]
    free = dict.fromkeys(("fee_notified", "fee_amount", "fee_paid_on", "fee_paid"))
    eleventh = sorted(busy, key=lambda line: (line["received"], lines.index(line)))[10]
    (found,) = check(tmp_path, changed(lines, eleventh["number"], **free), [])
    assert found.code == "ledger.many_requests"
    said = catalogue.render_problem(found)
    assert said.startswith("同一申请人 2025-03 申请了 ")
    assert eleventh["number"] in said
    assert invented.BUSY_APPLICANT not in said


def test_fault_of_several_lines__open_lines_of_last_year_are_missing(tmp_path: Path) -> None:
    lines, before = invented.requests_of(world(), 2025), invented.requests_of(world(), 2024)
    gone = [line["number"] for line in lines if line["received"].year == 2024][:3]
    kept = [line for line in lines if line["number"] not in gone]
    found = check(tmp_path, kept, [], previous=before)
    assert [(finding.code, finding.facts["name"]) for finding in found] == [
        ("ledger.not_carried", name) for name in gone
    ]


def test_fault_of_several_lines__carried_over_from_nowhere(tmp_path: Path) -> None:
    lines, before = invented.requests_of(world(), 2025), invented.requests_of(world(), 2024)
    open_line = next(line for line in lines if line["received"].year == 2024)
    closed = next(line for line in before if line.get("closed", date.max) < date(2024, 6, 1))
    without = [line for line in before if line["number"] != open_line["number"]]
    found = check(tmp_path, lines, [], previous=without)
    assert [(each.code, each.facts["name"]) for each in found] == [("ledger.carried_unknown", open_line["number"])]
    again = {**closed, "closed": open_line["closed"], "received": closed["received"]}
    found = check(tmp_path, [again, *lines], [], previous=before)
    assert ("ledger.carried_closed", closed["number"]) in [(each.code, each.facts["name"]) for each in found]


CASE_FAULTS: dict[str, tuple[str, dict[str, Any]]] = {
    "co-defendant as reviewing body": ("ledger.co_defendant", {"co_defendant": "yes"}),
    "outcome without date": ("ledger.no_case_day", {"closed": None}),
    "date without outcome": ("ledger.no_outcome", {"outcome": None}),
    "no kind": ("ledger.blank", {"kind": None}),
    "no day of acceptance": ("ledger.blank", {"accepted": None}),
    "closed before it was accepted": ("ledger.days_reversed", {"closed": date(2025, 1, 2)}),
    "of a request that is not there": ("ledger.no_such_request", {"request_number": "2025-9999"}),
}


@pytest.mark.parametrize("name", CASE_FAULTS)
def test_fault_in_a_case__is_found_by_its_number_and_nothing_else(tmp_path: Path, name: str) -> None:
    code, change = CASE_FAULTS[name]
    cases = invented.cases_of(world(), 2025)
    case = next(each for each in cases if each["accepted"].year == 2025 and each["outcome"] != "pending")
    broken = [invented.replace_fields(each, change) if each is case else each for each in cases]
    (found,) = check(tmp_path, invented.requests_of(world(), 2025), broken)
    assert found.code == code
    assert case["case_number"] in catalogue.render_problem(found)


def test_faults__are_forty_and_more() -> None:
    assert len(FAULTS) + len(CASE_FAULTS) + 5 >= 40
