"""What last year's ledger leaves open stands in the next year's, line by line, however it is counted."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from tests.ledger.workbooks import write_ledger
from tests.ledger.written_ledgers import AGENCY, DEFINITION, Row, invent_disputes, invent_requests
from xltool.commands.ledger_workbooks import find_annual_plan, make_ledger, make_ledgers
from xltool.commands.run_context import RunContext, build_run_context
from xltool.errors import UsageError
from xltool.execution.executor import MIN_ITEMS_FOR_POOL
from xltool.model.agency import Agency
from xltool.workbooks.ledger.write_ledger import LedgerRequest, build_ledger

YEAR, LAST_DAY = 2025, date(2025, 12, 31)


@pytest.fixture
def context(tmp_path: Path) -> RunContext:
    roster = tmp_path / "名册.csv"
    roster.write_text(f"代码,名称\n{AGENCY.code},{AGENCY.name}\n2,乙局\n", "utf-8")
    return build_run_context(roster)


def write_year(path: Path, context: RunContext, requests: list[Row], disputes: list[Row], year: int = YEAR) -> Path:
    plan = find_annual_plan(year, context)
    request = LedgerRequest(AGENCY, year, len(requests) + 5, tuple(requests), tuple(disputes))  # type: ignore[arg-type]
    path.write_bytes(build_ledger(plan, request))
    return path


def read_rows(path: Path, sheet: str, first: int) -> list[Row]:
    """The lines of a sheet as they stand, by column id."""
    columns = DEFINITION.requests if sheet == "台账" else DEFINITION.disputes
    rows = []
    for cells in openpyxl.load_workbook(path, data_only=True)[sheet].iter_rows(min_row=first, values_only=True):
        contents = zip(columns, cells, strict=False)
        row = {
            c.id: getattr(v, "date", lambda v=v: v)() for c, v in contents if v not in (None, " ") and not c.computed
        }
        if "received" in row or "accepted" in row:
            rows.append(row)
    return rows


def test_open_lines__come_back_one_by_one(tmp_path: Path, context: RunContext) -> None:
    requests = invent_requests(120, 8, YEAR)
    disputes = invent_disputes(30, 9, requests, YEAR)
    (tmp_path / "last").mkdir()
    write_year(tmp_path / "last" / "a.xlsx", context, requests, disputes)
    issued = make_ledgers(YEAR + 1, context, tmp_path / "new", capacity=20, earlier_files=[tmp_path / "last"])
    path = tmp_path / "new" / issued[0].file
    gone = {"review_accepted", "review_outcome", "suit_filed", "suit_kind", "suit_outcome"}
    wanted = [
        {id: content for id, content in row.items() if id not in gone}
        for row in requests
        if row["received"] <= LAST_DAY and ("closed" not in row or row["closed"] > LAST_DAY)  # type: ignore[operator]
    ]
    assert len(wanted) > 10
    assert read_rows(path, "台账", 5) == wanted
    assert issued[1].carried is None

    kinds = {choice.title for choice in DEFINITION.dispute_kinds}
    carried = read_rows(path, "争议", 4)
    assert {row["kind"] for row in carried} <= kinds
    on_sheet = [row for row in disputes if row["accepted"] <= LAST_DAY]  # type: ignore[operator]
    pending = [row for row in on_sheet if "closed" not in row or row["closed"] > LAST_DAY]  # type: ignore[operator]
    assert [row["case_number"] for row in carried if "case_number" in row] == [row["case_number"] for row in pending]
    listed = {(row["request_number"], row["kind"]) for row in disputes}
    reviews = [
        row["number"]
        for row in requests
        if "review_accepted" in row
        and row["review_accepted"] <= LAST_DAY  # type: ignore[operator]
        and row.get("review_outcome", "尚未审结") == "尚未审结"
        and (row["number"], "行政复议") not in listed
    ]
    bare = [row for row in carried if "case_number" not in row]
    assert [row["request_number"] for row in bare if row["kind"] == "行政复议"] == reviews


def test_unclear_lines__are_named_and_not_carried(tmp_path: Path, context: RunContext) -> None:
    good: Row = {"received": date(YEAR, 12, 1), "applicant_type": "自然人"}
    rows: list[Row] = [{**good, "number": "1"}, {**good, "number": "2", "result": "（一）予以公开"}]
    path = write_year(tmp_path / "last.xlsx", context, rows, [])
    book = openpyxl.load_workbook(path)
    book["台账"]["K5"] = "已延期"
    book["台账"]["A7"], book["台账"]["B7"], book["台账"]["M7"] = "3", date(YEAR, 11, 3), "年底"
    book.save(path)
    issued = make_ledgers(YEAR + 1, context, tmp_path / "new", capacity=20, earlier_files=[path])
    carried = issued[0].carried
    assert carried is not None
    assert [row["number"] for row in carried.requests] == ["1"]
    assert carried.unclear == ("2", "3")
    assert carried.unreadable == ("1",)


def test_ledger_of_another_year_and_other_files__stop_the_command(tmp_path: Path, context: RunContext) -> None:
    path = write_year(tmp_path / "last.xlsx", context, [], [], 2024)
    with pytest.raises(UsageError) as refused:
        make_ledgers(YEAR + 1, context, tmp_path / "new", earlier_files=[path])
    assert refused.value.code == "usage.ledger_of_other_year"
    roster = tmp_path / "名册.csv"
    with pytest.raises(UsageError) as refused:
        make_ledgers(YEAR + 1, context, tmp_path / "new", earlier_files=[roster])
    assert refused.value.code == "usage.ledger_source"
    assert not (tmp_path / "new").exists()


def test_many_agencies_with_open_lines__in_several_processes__each_as_by_itself(tmp_path: Path) -> None:
    folder, roster = tmp_path / "last", tmp_path / "名册.csv"
    folder.mkdir()
    agencies = [Agency(f"{number:03d}", f"第{number}局") for number in range(MIN_ITEMS_FOR_POOL)]
    roster.write_text("代码,名称\n" + "".join(f"{each.code},{each.name}\n" for each in agencies), "utf-8")
    line = {"received": date(YEAR, 12, 20), "channel": "post", "applicant_type": "other"}
    for each in agencies:
        lines = [{**line, "number": f"{YEAR}-{each.code}"}]
        write_ledger(folder / f"{each.code}.xlsx", lines, year=YEAR, agency=(each.code, each.name))
    context = build_run_context(roster)
    issued = make_ledgers(YEAR + 1, context, tmp_path / "new", capacity=20, earlier_files=[folder])
    for each, item in list(zip(agencies, issued, strict=True))[:: len(agencies) - 1]:
        made = make_ledger(YEAR + 1, each, context, capacity=20, earlier_files=[folder / f"{each.code}.xlsx"])
        assert (tmp_path / "new" / item.file).read_bytes() == made
        assert read_rows(tmp_path / "new" / item.file, "台账", 5)[0]["number"] == f"{YEAR}-{each.code}"
