"""The ledger's workbook as it is handed out: whose it is, what is locked, what may be entered, what programs accept."""

import re
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font

from tests.cli.test_commands import run
from tests.judges import audit
from tests.ledger.written_ledgers import AGENCY, DEFINITION, YEAR, invent_requests, write_empty
from xltool.commands.ledger_workbooks import make_ledger, make_ledgers
from xltool.commands.run_context import build_run_context
from xltool.errors import ForeignFileError, UsageError
from xltool.forms.identity import parse_identity
from xltool.forms.identity_seal import is_genuine
from xltool.forms.load_definitions import load_forms
from xltool.ledger.reading.read_ledger import read_ledger
from xltool.recognition.read_submissions import read_submissions
from xltool.spreadsheet.open_workbook import open_workbook

SHEETS = ["台账", "争议", "提醒", "统计", "表三", "表四", "六 其他事项", "节假日", "说明", "_calc", "_xltool"]
# Functions that Excel 2010 has; none of them came later.
KNOWN_FUNCTIONS = {"AND", "COUNT", "COUNTA", "COUNTIF", "COUNTIFS", "DATE", "IF", "IFERROR", "INDEX", "ISNUMBER"}
KNOWN_FUNCTIONS |= {"ISTEXT", "MATCH", "MAX", "NOT", "OR", "ROW", "SMALL", "SUM", "SUMIFS", "SUMPRODUCT", "TODAY"}
KNOWN_FUNCTIONS |= {"WEEKDAY", "ROUND"}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_empty(tmp_path_factory.mktemp("ledger") / "台账.xlsx", 40)


def test_workbook__is_accepted_by_the_judge_of_open_xml(empty: Path, tmp_path: Path) -> None:
    assert audit(empty) == []
    rows = tuple(row for row in invent_requests(30, 1) if "closed" not in row)
    assert audit(write_empty(tmp_path / "b.xlsx", 20, requests=rows)) == []


def test_workbook__says_whose_it_is_and_is_no_return(empty: Path) -> None:
    workbook = open_workbook(empty)
    identity = parse_identity({key.removeprefix("xltool."): text for key, text in workbook.properties.items()})
    assert identity is not None
    assert (identity.agency_code, identity.agency_name, identity.year) == (AGENCY.code, AGENCY.name, YEAR)
    with pytest.raises(ForeignFileError) as refused:
        read_submissions(workbook, load_forms(), empty.name)
    assert refused.value.code == "file.own_list"


def test_sheets__fields_are_open_and_everything_else_is_locked(empty: Path) -> None:
    book = openpyxl.load_workbook(empty)
    assert book.sheetnames == SHEETS
    assert book.security.lockStructure
    assert all(sheet.protection.sheet for sheet in book.worksheets)
    assert [sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"] == ["_calc", "_xltool"]
    entries = book["台账"]
    assert not entries.protection.sort
    assert not entries.protection.autoFilter
    for sheet, first, last, columns in ((entries, 5, 44, 24), (book["争议"], 4, 203, 8)):
        open_cells = {(row, column) for row in range(first, last + 1) for column in range(1, columns + 1)}
        found = {(cell.row, cell.column) for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
        assert found == open_cells
    for name in ("提醒", "统计", "表三", "表四", "六 其他事项", "说明", "_calc"):
        assert all(cell.protection.locked for row in book[name].iter_rows() for cell in row), name


def test_columns__have_their_lists_and_limits(empty: Path) -> None:
    book = openpyxl.load_workbook(empty)
    sheet = book["台账"]
    rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    kinds = {address[:1]: rule.type for address, rule in rules.items()}
    assert kinds["B"] == kinds["M"] == "date"
    assert kinds["D"] == kinds["N"] == "list"
    assert kinds["P"] == kinds["L"] == "custom"
    assert set(rules) == {f"{letter}5:{letter}44" for letter in "ABCDEFGHIJKLMNOPQRSTUVWX"}
    for letter, column in (("D", "applicant_type"), ("N", "result")):
        sheet_name, _, span = rules[f"{letter}5:{letter}44"].formula1.partition("!")
        words = [cell.value for (cell,) in book[sheet_name][span.replace("$", "")]]
        assert words == list(next(each for each in DEFINITION.requests if each.id == column).choices)
    assert all(rule.prompt for rule in rules.values())


def test_formulas__use_only_functions_of_excel_2010_and_ranges_that_no_cutting_moves(empty: Path) -> None:
    book = openpyxl.load_workbook(empty)
    formulas = [
        (sheet.title, cell.value)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    assert {name for _, text in formulas for name in re.findall(r"([A-Z0-9.]+)\(", str(text))} <= KNOWN_FUNCTIONS
    spans = {span for _, text in formulas for span in re.findall(r"(?:台账|争议)!(\$[A-Z:$0-9]+)", str(text))}
    rows = {tuple(re.findall(r"\d+", span)) for span in spans}
    assert rows == {(), ("4", "45"), ("3", "204")}  # whole columns, or from the locked heading to the locked end


def test_command__writes_one_for_each_agency(tmp_path: Path) -> None:
    roster = tmp_path / "名册.csv"
    roster.write_text("代码,名称\n1,甲局\n2,乙局\n3,丙委员会\n", "utf-8")
    key = tmp_path / "key"
    key.write_bytes(b"k" * 32)
    context = build_run_context(roster, seal_key_file=key)
    issued = make_ledgers(YEAR, context, tmp_path / "out", capacity=20)
    assert [item.file for item in issued] == [
        "1 甲局 2026年台账.xlsx",
        "2 乙局 2026年台账.xlsx",
        "3 丙委员会 2026年台账.xlsx",
    ]
    listing = tmp_path / "out" / "2026年政府信息公开申请台账下发清单.xlsx"
    listed = list(openpyxl.load_workbook(listing)["下发清单"].iter_rows(values_only=True))
    assert (listed[0][0], listed[1][6:8]) == ("2026年政府信息公开申请台账下发清单", ("台账文件", "台账编号"))
    assert [row[1:3] + row[6:7] for row in listed[2:]] == [
        (item.agency.code, item.agency.name, item.file) for item in issued
    ]
    serials = [row[7] for row in listed[2:]]
    for item, serial in zip(issued, serials, strict=True):
        book = openpyxl.load_workbook(tmp_path / "out" / item.file)
        assert book["台账"]["A1"].value == f"{item.agency.name}2026年政府信息公开申请台账"
        rows = {str(row[0]): str(row[1] or "") for row in book["_xltool"].iter_rows(values_only=True)}
        identity = parse_identity(rows)
        assert identity is not None
        assert (identity.agency_name, identity.serial) == (item.agency.name, serial)
        assert is_genuine(identity, b"k" * 32)
        assert not is_genuine(identity._replace(year=2027), b"k" * 32)
    with pytest.raises(UsageError) as refused:
        make_ledgers(YEAR, context, tmp_path / "out")
    assert refused.value.code == "usage.output_exists"
    with pytest.raises(UsageError) as refused:
        make_ledgers(2020, context, tmp_path / "earlier")
    assert refused.value.code == "usage.no_ledger_for_year"


def test_distribution_list__beside_ledgers__is_told_and_no_fault(tmp_path: Path) -> None:
    roster = tmp_path / "名册.csv"
    roster.write_text("代码,名称\n1,甲局\n", "utf-8")
    make_ledgers(YEAR, build_run_context(roster), tmp_path / "out", capacity=20)
    code, out, _ = run("ledger", "count", tmp_path / "out", "--roster", roster)
    assert code == 0
    assert "共 1 本台账，1 本没有问题，0 个文件" in out
    assert "是下发清单，不是报表。" in out


def test_more_disputes_carried_than_a_sheet_has_room_for__all_are_there(tmp_path: Path) -> None:
    cases = tuple(
        {"case_number": f"{number}号", "kind": "行政复议", "accepted": date(2025, 12, 1)} for number in range(250)
    )
    ledger = read_ledger(open_workbook(write_empty(tmp_path / "a.xlsx", 20, disputes=cases)), "a.xlsx")
    assert [case.case_number for case in ledger.disputes] == [f"{number}号" for number in range(250)]


def test_bytes__are_the_same_for_the_same_input(empty: Path, tmp_path: Path) -> None:
    assert write_empty(tmp_path / "again.xlsx", 40).read_bytes() == empty.read_bytes()


def test_carried_lines__stand_first_and_are_counted(tmp_path: Path) -> None:
    rows = ({"number": "2025-7", "received": date(2025, 12, 22), "applicant_type": "自然人"},)
    book = openpyxl.load_workbook(write_empty(tmp_path / "a.xlsx", 20, requests=rows), data_only=True)
    assert book["台账"]["A5"].value == "2025-7"
    assert book["台账"]["L5"].value.date() == date(2026, 1, 20)
    assert (book["表三"]["D8"].value, book["表三"]["D31"].value, book["提醒"]["B7"].value) == (1, 1, "2025-7")


def test_carried_lines__have_a_colour_of_their_own(tmp_path: Path) -> None:
    row = {"number": "2025-7", "received": date(2025, 12, 22), "applicant_type": "自然人"}
    path = write_empty(tmp_path / "a.xlsx", 20, requests=(row, {**row, "number": "2026-1"}), carried=1)
    sheet = openpyxl.load_workbook(path)["台账"]
    colours = [sheet[f"A{number}"].fill.fgColor.rgb for number in (5, 6, 7)]
    assert colours[0] != colours[1] == colours[2]


def test_line_typed_far_below_blank_rows__is_found_and_read_as_it_is_shown(tmp_path: Path) -> None:
    path = write_empty(tmp_path / "a.xlsx", 2000)
    read_ledger(open_workbook(path), path.name)  # the prepared rows are known from here on
    book = openpyxl.load_workbook(path)
    sheet = book["台账"]
    for row, number, result in (
        (7, "2026-001", "granted"),
        (1900, "2026-002", "partly_granted"),
        (2004, "2026-003", ""),
    ):
        sheet.cell(row, 1).value, sheet.cell(row, 2).value = number, date(YEAR, 3, 2)
        if result:
            sheet.cell(row, 13).value = date(YEAR, 3, 9)
            sheet.cell(row, 14).value = next(each.title for each in DEFINITION.results if each.id == result)
    sheet["P1900"] = 120
    sheet["P1900"].font = Font(strike=True)
    book.save(path)
    (first, second, third) = read_ledger(open_workbook(path), path.name).requests
    assert (first.row, first.number, first.result) == (7, "2026-001", "granted")
    assert (second.row, second.closed, second.result) == (1900, date(YEAR, 3, 9), "partly_granted")
    assert (second.fee_amount, second.unreadable) == (None, frozenset({"fee_amount"}))
    assert (third.row, third.number, third.received) == (2004, "2026-003", date(YEAR, 3, 2))


@pytest.mark.parametrize("capacity", [-5, 0, 19, 50_001])
def test_room_for_too_few_or_too_many_lines__is_refused_and_nothing_written(capacity: int, tmp_path: Path) -> None:
    listed = tmp_path / "名册.csv"
    listed.write_text(f"单位代码,单位名称\n{AGENCY.code},{AGENCY.name}\n", "utf-8")
    context = build_run_context(listed)
    with pytest.raises(UsageError, match="20"):
        make_ledgers(YEAR, context, tmp_path / "out", capacity=capacity)
    with pytest.raises(UsageError, match="20"):
        make_ledger(YEAR, AGENCY, context, capacity=capacity)
    assert [*tmp_path.iterdir()] == [listed]
