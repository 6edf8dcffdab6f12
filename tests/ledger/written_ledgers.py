"""Ledger workbooks for tests: invented lines, typed into a workbook as a clerk types them."""

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import openpyxl

from xltool.forms.load_definitions import find_form_for_year, load_forms
from xltool.forms.workbook_plan import WorkbookPlan, plan_workbook
from xltool.ledger.ledger_definition import load_ledger_definition
from xltool.model.agency import Agency
from xltool.workbooks.ledger.write_ledger import LedgerRequest, build_ledger

Row = dict[str, object]  # column id: what is typed

YEAR = 2026
DEFINITION = load_ledger_definition()
PLAN: WorkbookPlan = plan_workbook(find_form_for_year(load_forms(), YEAR, DEFINITION.form))
AGENCY = Agency("329901", "示例市教育局")
FIRST_REQUEST_ROW, FIRST_DISPUTE_ROW = 5, 4


def write_empty(path: Path, lines: int = 300, **given: object) -> Path:
    """A workbook as it is handed out."""
    path.write_bytes(build_ledger(PLAN, LedgerRequest(AGENCY, YEAR, lines, **given)))  # type: ignore[arg-type]
    return path


def type_lines(path: Path, requests: Sequence[Row], disputes: Sequence[Row] = (), target: Path | None = None) -> Path:
    """The workbook with lines typed into it."""
    book = openpyxl.load_workbook(path)
    for sheet, first, columns, rows in (
        ("台账", FIRST_REQUEST_ROW, DEFINITION.requests, requests),
        ("争议", FIRST_DISPUTE_ROW, DEFINITION.disputes, disputes),
    ):
        places = {column.id: number for number, column in enumerate(columns, start=1)}
        for at, row in enumerate(rows, start=first):
            for column, content in row.items():
                cell = book[sheet].cell(at, places[column])
                assert not cell.protection.locked
                cell.value = content  # type: ignore[assignment]
    book.save(target or path)
    return target or path


def invent_requests(count: int, seed: int, year: int = YEAR) -> list[Row]:
    """Requests of a year and the end of the one before, with everything that happens to requests."""
    chance, rows = random.Random(seed), []
    for number in range(1, count + 1):
        received = date(year, 1, 1) + timedelta(days=chance.randrange(-30, 365))
        row: Row = {
            "number": f"{received.year}-{number:03d}",
            "received": received,
            "channel": chance.choice(DEFINITION.channels).title,
            "applicant_type": chance.choice(DEFINITION.applicant_types).title,
            "applicant": f"申请人{chance.randrange(40)}",
            "content": "某地块征收补偿方案",
        }
        _invent_course(row, received, year, chance)
        _invent_fee(row, received, chance)
        if chance.random() < 0.08:
            row |= {"review_accepted": received + timedelta(days=40)}
            row |= {"review_outcome": chance.choice(DEFINITION.outcomes).title} if chance.random() < 0.7 else {}
        if chance.random() < 0.08:
            row |= {
                "suit_filed": received + timedelta(days=60),
                "suit_kind": chance.choice(DEFINITION.suit_kinds).title,
            }
            row |= {"suit_outcome": chance.choice(DEFINITION.outcomes).title} if chance.random() < 0.7 else {}
        rows.append(row)
    return rows


def _invent_course(row: Row, received: date, year: int, chance: random.Random) -> None:
    if chance.random() < 0.15:
        row["correction_sent"] = sent = received + timedelta(days=chance.randrange(1, 8))
        if chance.random() < 0.8:
            row["correction_received"] = sent + timedelta(days=chance.randrange(1, 15))
    if chance.random() < 0.15:
        row["third_party_from"] = asked = received + timedelta(days=chance.randrange(1, 15))
        if chance.random() < 0.8:
            row["third_party_until"] = asked + timedelta(days=chance.randrange(0, 21))
    if chance.random() < 0.1:
        row["extended"] = received + timedelta(days=chance.randrange(10, 25))
    if chance.random() < 0.85:
        closed = max(received + timedelta(days=chance.randrange(0, 70)), date(year, 1, 2))
        row |= {"closed": closed, "result": chance.choice(DEFINITION.results).title}


def _invent_fee(row: Row, received: date, chance: random.Random) -> None:
    if chance.random() < 0.1:
        row |= {"fee_notified": received + timedelta(days=9), "fee_amount": 100 * chance.randrange(1, 9)}
        if chance.random() < 0.7:
            row |= {"fee_paid_on": received + timedelta(days=chance.randrange(10, 40)), "fee_paid": row["fee_amount"]}


def invent_disputes(count: int, seed: int, requests: Sequence[Mapping[str, object]], year: int = YEAR) -> list[Row]:
    """Reviews and suits, of these requests and of earlier years; some stand on the line of their request as well."""
    chance, rows = random.Random(seed), []
    for number in range(1, count + 1):
        accepted = date(year, 1, 1) + timedelta(days=chance.randrange(-300, 365))
        related = chance.choice(requests)["number"] if chance.random() < 0.6 else f"{year - 1}-{900 + number}"
        row: Row = {
            "case_number": f"（{year}）苏01行初{number}号",
            "request_number": related,
            "kind": chance.choice(DEFINITION.dispute_kinds).title,
            "accepted": accepted,
        }
        if chance.random() < 0.6:
            row["closed"] = accepted + timedelta(days=chance.randrange(30, 200))
            row["outcome"] = chance.choice(DEFINITION.outcomes[:3]).title
        elif chance.random() < 0.5:
            row["outcome"] = DEFINITION.outcomes[3].title
        if chance.random() < 0.1:
            row["co_defendant"] = "是"
        rows.append(row)
    return rows
