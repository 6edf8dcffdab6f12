"""LibreOffice as the judge: what the ledger's workbook computes is what a count by other means finds."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.cell.cell import Cell

from tests.judges import recalculate
from tests.ledger.written_ledgers import (
    DEFINITION,
    FIRST_REQUEST_ROW,
    PLAN,
    YEAR,
    Row,
    invent_disputes,
    invent_requests,
    type_lines,
    write_empty,
)
from xltool.ledger.answer_terms import TermDates, compute_due_date
from xltool.ledger.working_days import load_calendar

pytestmark = pytest.mark.office

FIRST, LAST = date(YEAR, 1, 1), date(YEAR, 12, 31)
RESULTS = {choice.title: choice.id for choice in DEFINITION.results}
TYPES = {choice.title: choice.id for choice in DEFINITION.applicant_types}
KINDS = {choice.title: choice.id for choice in (*DEFINITION.dispute_kinds, *DEFINITION.suit_kinds)}
OUTCOMES = {choice.title: choice.id for choice in DEFINITION.outcomes}


def judged(path: Path) -> Any:
    (path.parent / "judged").mkdir(exist_ok=True)
    return openpyxl.load_workbook(recalculate(path, path.parent / "judged"), data_only=True)


def within(day: object, first: date = FIRST, last: date = LAST) -> bool:
    return isinstance(day, date) and first <= day <= last


def count_by_hand(requests: Sequence[Row], disputes: Sequence[Row]) -> Counter[str]:
    """What the annual form should say, line by line, without any of the code that writes formulas."""
    found: Counter[str] = Counter()
    for row in requests:
        column, received, closed = TYPES[str(row["applicant_type"])], row["received"], row.get("closed")
        assert isinstance(received, date)
        if received < FIRST and (closed is None or not isinstance(closed, date) or closed >= FIRST):
            found[f"requests.carried_in.{column}"] += 1
        found[f"requests.received.{column}"] += within(received)
        if within(closed):
            found[f"requests.{RESULTS[str(row['result'])]}.{column}"] += 1
        elif received <= LAST:
            found[f"requests.carried_out.{column}"] += 1
        if within(row.get("fee_notified")):
            found["processing_fees.notices"] += 1
            found["processing_fees.billed"] += row["fee_amount"]  # type: ignore[operator]
        if within(row.get("fee_paid_on")):
            found["processing_fees.collected"] += row["fee_paid"]  # type: ignore[operator]
    for kind, accepted, closed, outcome in list_cases(requests, disputes):
        if accepted > LAST or (closed is not None and closed < FIRST):
            continue
        is_pending = closed is None or closed > LAST or outcome == "pending"
        found[f"disputes.{kind}.{'pending' if is_pending else outcome}"] += 1
    return found


def list_cases(requests: Sequence[Row], disputes: Sequence[Row]) -> list[tuple[str, date, date | None, str]]:
    """Kind, first day, last day and outcome of each case; one on a line of a request ends within the year."""
    listed = {(row["request_number"], KINDS[str(row["kind"])]) for row in disputes}
    cases: list[Any] = [
        (KINDS[str(row["kind"])], row["accepted"], row.get("closed"), OUTCOMES.get(str(row.get("outcome")), "pending"))
        for row in disputes
        if row.get("co_defendant") != "是"
    ]
    for row in requests:
        for kind, day, outcome in (
            ("review", "review_accepted", "review_outcome"),
            (KINDS.get(str(row.get("suit_kind")), ""), "suit_filed", "suit_outcome"),
        ):
            if day in row and (row["number"], kind) not in listed:
                told = OUTCOMES.get(str(row.get(outcome)), "pending")
                cases.append((kind, row[day], None if told == "pending" else LAST, told))
    return cases


def shown_figures(book: Any) -> dict[str, object]:
    """The cells of the annual form as the workbook shows them."""
    places = {cell: PLAN.find_figure(cell) for cell in PLAN.form.cells}
    return {
        cell: book[place.sheet][place.address].value
        for cell, place in places.items()
        if cell.startswith(("requests.", "disputes.", "processing_fees."))
    }


def statistics(book: Any) -> dict[tuple[str, str], object]:
    rows = list(book["统计"].iter_rows(min_row=3, values_only=True))
    return {(row[0], heading): row[at] for row in rows[3:] for at, heading in enumerate(rows[0]) if at > 1}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Row], list[Row], Any]:
    folder = tmp_path_factory.mktemp("ledger")
    requests = invent_requests(280, seed=19)
    disputes = invent_disputes(60, 20, requests)
    path = type_lines(write_empty(folder / "a.xlsx"), requests, disputes)
    return requests, disputes, judged(path)


def test_tables__are_the_count_of_the_lines(filled: tuple[list[Row], list[Row], Any]) -> None:
    requests, disputes, book = filled
    counted, shown = count_by_hand(requests, disputes), shown_figures(book)
    computed = {id for id, cell in PLAN.form.cells.items() if cell.computed}
    assert {id: value for id, value in shown.items() if id not in computed} == {
        id: counted[id] for id in shown if id not in computed
    }
    for column in (*TYPES.values(), "total"):
        kept = ("received", "carried_in", "concluded", "carried_out")
        first, second, third, fourth = (shown[f"requests.{line}.{column}"] for line in kept)
        assert first + second == third + fourth  # type: ignore[operator]
    assert shown["requests.received.total"] == sum(within(row["received"]) for row in requests)
    assert book["表三"]["A3"].value == "本页由台账自动计算，不用填写。"


def test_due_days_and_states__are_those_of_the_terms(filled: tuple[list[Row], list[Row], Any]) -> None:
    requests, _, book = filled
    today = book["提醒"]["A4"].value.date()
    shown = list(book["台账"].iter_rows(min_row=FIRST_REQUEST_ROW, max_col=24, values_only=True))
    open_lines = []
    for row, cells in zip(requests, shown, strict=False):
        dates = TermDates(*(row.get(field) for field in TermDates._fields))  # type: ignore[arg-type]
        due = compute_due_date(dates, DEFINITION.terms, load_calendar())
        cell = cells[11]
        if due:
            assert isinstance(cell, datetime), row
            assert cell.date() == due, row
        else:
            assert cell == (" " if "closed" in row else _say_awaited(row)), row
        if "closed" not in row:
            open_lines.append((due or date.max, row["number"]))
    listed = [row[1:8] for row in book["提醒"].iter_rows(min_row=7, max_col=8, values_only=True) if row[1] != " "]
    assert [row[0] for row in listed] == [number for _, number in sorted(open_lines, key=lambda each: each[0])]
    assert book["提醒"]["C4"].value == len(open_lines)
    assert book["提醒"]["D4"].value == sum(day < today for day, _ in open_lines)
    for row in listed:
        assert (row[6] == "已超期") == (isinstance(row[4], datetime) and row[4].date() < today)


def _say_awaited(row: Row) -> str:
    """What an open request waits for: the first of these that was asked for and did not come."""
    for asked, came, words in (
        ("correction_sent", "correction_received", "待补正"),
        ("third_party_from", "third_party_until", "征求意见中"),
        ("fee_notified", "fee_paid_on", "待缴费"),
    ):
        if row.get(asked) and not row.get(came):
            return words
    raise AssertionError(row)


def test_statistics__by_month_and_quarter(filled: tuple[list[Row], list[Row], Any]) -> None:
    requests, disputes, book = filled
    shown = statistics(book)
    months = {f"{month}月": (date(YEAR, month, 1), _month_end(month)) for month in range(1, 13)}
    quarters = {
        name: (date(YEAR, 3 * at + 1, 1), _month_end(3 * at + 3))
        for at, name in enumerate(("一季度", "二季度", "三季度", "四季度"))
    }
    for title, (first, last) in {**months, **quarters, "本年累计": (FIRST, LAST)}.items():

        def count(column: str, wanted: object = None, by: str = "", span: tuple[date, date] = (first, last)) -> int:
            return sum(within(row.get(column), *span) and (not by or row.get(by) == wanted) for row in requests)

        assert shown[("新收申请", title)] == count("received")
        assert shown[("办结", title)] == count("closed")
        assert shown[("其中：网络", title)] == count("received", "网络", "channel")
        assert shown[("申请人：商业企业", title)] == count("received", "商业企业", "applicant_type")
        assert shown[("（六）3.其他", title)] == count("closed", "（六）3.其他", "result")
        assert shown[("延期答复", title)] == count("extended")
        assert shown[("期末在办", title)] == sum(_is_open(row, last) for row in requests)
        paid = sum(_amount(row) for row in requests if within(row.get("fee_paid_on"), first, last))
        assert shown[("实收金额", title)] == paid
        cases = [
            case for case in list_cases(requests, disputes) if case[0] == "review" and within(case[1], first, last)
        ]
        assert shown[("行政复议（新受理、立案）", title)] == len(cases)
    late = 0
    for row in requests:
        dates = TermDates(*(row.get(field) for field in TermDates._fields))  # type: ignore[arg-type]
        due = compute_due_date(dates, DEFINITION.terms, load_calendar())
        late += due is not None and within(row.get("closed")) and row["closed"] > due  # type: ignore[operator]
    assert shown[("超期办结", "本年累计")] == late


def _month_end(month: int) -> date:
    return (date(YEAR, month + 1, 1) if month < 12 else date(YEAR + 1, 1, 1)) - timedelta(days=1)


def _is_open(row: Mapping[str, object], day: date) -> bool:
    closed = row.get("closed")
    return row["received"] <= day and (not isinstance(closed, date) or closed > day)  # type: ignore[operator]


def _amount(row: Mapping[str, object]) -> int:
    paid = row["fee_paid"]
    assert isinstance(paid, int)
    return paid


def test_days__an_office_adds__change_the_terms(tmp_path: Path) -> None:
    path = write_empty(tmp_path / "a.xlsx", 20)
    book = openpyxl.load_workbook(path)
    sheet = book["节假日"]
    own = next(
        row for row in range(7, 200) if sheet.cell(row, 1).value is None and not sheet.cell(row, 1).protection.locked
    )
    days: tuple[tuple[Any, ...], ...] = (
        (date(2027, 1, 1), date(2027, 1, 3), "放假"),
        (date(2027, 1, 9), date(2027, 1, 9), "上班"),
        (date(2026, 9, 20), date(2026, 9, 20), "放假"),  # the notice had it worked
    )
    for at, cells in enumerate(days):
        for column, content in enumerate(cells, start=1):
            sheet.cell(own + at, column).value = content
    book.save(path)
    received = (date(2026, 12, 14), date(2026, 9, 7))
    type_lines(path, [{"number": str(day), "received": day, "applicant_type": "自然人"} for day in received])
    shown = judged(path)
    assert shown["台账"]["L5"].value.date() == date(2027, 1, 11)  # 15 to 31 December are 13, then 4 to 9 January
    calendar = load_calendar().with_days([date(2026, 9, 20)], [])
    due = compute_due_date(TermDates(received[1]), DEFINITION.terms, calendar)
    assert shown["台账"]["L6"].value.date() == due
    assert shown["节假日"]["A5"].value == "2027 年的放假安排已列入。"


def test_faulty_lines__are_told_and_not_counted(tmp_path: Path) -> None:
    good: Row = {"number": "1", "received": date(YEAR, 3, 2), "applicant_type": "自然人"}
    rows: list[Row] = [
        good,
        {**good, "number": "2", "received": "2026.3.2"},
        {**good, "number": "3", "closed": date(YEAR, 3, 9)},
        {**good, "number": "4", "result": "（一）予以公开"},
        {"number": "5", "received": date(YEAR, 3, 2)},
        {**good, "number": "6", "closed": date(YEAR, 3, 9), "result": "予以公开"},
    ]
    book = judged(type_lines(write_empty(tmp_path / "a.xlsx", 20), rows))
    assert "有 5 行没有填全" in book["台账"]["A2"].value
    assert "台账有 5 行没有填全" in book["表三"]["A3"].value
    assert shown_figures(book)["requests.received.natural_person"] == 4


def test_blank_and_carried_workbook__recalculated__shows_what_was_stored(tmp_path: Path) -> None:
    rows = tuple(row for row in invent_requests(60, 5) if "closed" not in row)
    cases = tuple({**row, "case_number": str(at)} for at, row in enumerate(invent_disputes(6, 6, rows)))
    path = write_empty(tmp_path / "a.xlsx", 60, requests=rows, disputes=cases)
    shown, formulas = judged(path), openpyxl.load_workbook(path)
    stored = openpyxl.load_workbook(path, data_only=True)
    compared, other = 0, []
    for sheet in formulas.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell, Cell) and cell.data_type == "f":
                    compared += 1
                    if shown[sheet.title][cell.coordinate].value != stored[sheet.title][cell.coordinate].value:
                        other.append((sheet.title, cell.coordinate))
    states = {("_calc", f"C{FIRST_REQUEST_ROW + at}") for at in range(len(rows))}
    today = {("_calc", "X2"), ("_calc", "X3"), ("台账", "A2"), ("提醒", "A4"), ("提醒", "D4"), ("提醒", "E4")}
    lists = {("提醒", f"{letter}{7 + at}") for at in range(len(rows)) for letter in "GH"}
    assert set(other) <= states | today | lists  # which depend on the day they are looked at
    assert compared > 5000


@pytest.mark.slow
def test_two_thousand_lines__recalculated_in_seconds(tmp_path: Path) -> None:
    requests = invent_requests(2000, seed=3)
    path = type_lines(write_empty(tmp_path / "a.xlsx", 2000), requests, invent_disputes(200, 4, requests))
    empty = write_empty(tmp_path / "b.xlsx", 20)
    judged(empty)  # the first start of the program makes its profile
    before = os.times()
    book = judged(path)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    assert used < 10  # seconds of one core, loading and saving included
    shown = shown_figures(book)
    assert shown["requests.received.total"] == sum(within(row["received"]) for row in requests)
    counted = count_by_hand(requests, invent_disputes(200, 4, requests))
    assert {id: shown[id] for id in counted} == dict(counted)
