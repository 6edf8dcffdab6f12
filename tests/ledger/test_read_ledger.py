"""Ledgers that people have kept: what is read is what a person sees, and bad input gets one clear answer."""

from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.formatting.rule import FormulaRule, Rule
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from tests import judges
from tests.cli.test_commands import answer, run
from tests.ledger import invented
from tests.ledger.workbooks import DEFINITION, shown, write_ledger
from tests.ledger.written_ledgers import invent_requests, type_lines, write_empty
from tests.spreadsheet import binary_excel
from xltool.errors import ForeignFileError
from xltool.ledger.checking.check_ledger import check_ledger
from xltool.ledger.ledger_entries import Ledger
from xltool.ledger.reading.read_ledger import read_ledger
from xltool.messages import catalogue
from xltool.spreadsheet.open_workbook import open_workbook

YEAR = 2025
COLUMNS = [column.id for column in DEFINITION.requests]


@cache
def lines() -> list[dict[str, Any]]:
    return invented.requests_of(invented.invent_world(seed=3, each_year=40), YEAR)


@cache
def cases() -> list[dict[str, Any]]:
    return invented.cases_of(invented.invent_world(seed=3, each_year=40), YEAR)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return write_ledger(tmp_path / "台账.xlsx", lines(), cases())


def read(path: Path) -> Ledger:
    return read_ledger(open_workbook(path), path.name)


def said(path: Path) -> list[str]:
    return [catalogue.render_problem(finding) for finding in check_ledger(read(path))]


def figures(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = answer("ledger", "count", path)["ledgers"][0]["count"]["figures"]
    return found


def edit(path: Path, change: Callable[[Worksheet], None]) -> Path:
    book = openpyxl.load_workbook(path)
    change(book["台账"])
    book.save(path)
    return path


def letter(column: str) -> str:
    return openpyxl.utils.get_column_letter(COLUMNS.index(column) + 1)


# --- what programs and people do to it ------------------------------------------------------------------------------


def test_moved_columns_and_gaps_and_a_title_above__nothing_differs(ledger: Path, tmp_path: Path) -> None:
    moved = [*reversed(COLUMNS)]
    other = write_ledger(tmp_path / "b.xlsx", lines(), cases(), columns=moved, gap_every=3)

    def shift(sheet: Worksheet) -> None:
        sheet.insert_rows(1, 4)
        sheet.insert_cols(3)

    assert figures(edit(other, shift)) == figures(ledger)
    assert said(other) == []


def test_renamed_headings__other_words_for_them_are_known(ledger: Path, tmp_path: Path) -> None:
    renamed = {"received": "申请时间", "closed": "答复日期", "result": "答复结果", "applicant_type": "申请人类别"}
    renamed |= {"fee_amount": "收费金额", "number": "流水号"}
    other = write_ledger(tmp_path / "b.xlsx", lines(), cases(), renamed=renamed)
    assert figures(other) == figures(ledger)


def test_two_rows_of_headings__a_group_says_which_day_is_meant(ledger: Path) -> None:
    expected = figures(ledger)

    def split(sheet: Worksheet) -> None:
        sheet.insert_rows(2)
        for column, group, text in (
            ("review_accepted", "行政复议", "受理日期"),
            ("review_outcome", "行政复议", "结果"),
        ):
            sheet[f"{letter(column)}2"], sheet[f"{letter(column)}3"] = group, text

    assert figures(edit(ledger, split)) == expected
    assert read(ledger).columns["台账"]["received"] == letter("received")
    assert read(ledger).columns["台账"]["review_accepted"] == letter("review_accepted")


@pytest.mark.parametrize(
    "text",
    [
        "2025.3.4",
        "2025年3月4日",
        "2025-03-04",
        "2025/3/4",
        "２０２５－３－４",
        "20250304",
        "2025-03-04 10:30",
        " 2025年3月4日 ",
    ],
)
def test_text_dates__with_one_reading__are_read_and_told_once(ledger: Path, text: str) -> None:
    edit(ledger, lambda sheet: sheet.__setitem__(f"{letter('received')}9", text))
    line = next(line for line in read(ledger).requests if line.row == 9)
    assert line.received == date(2025, 3, 4)
    assert [finding.code for finding in read(ledger).problems] == ["value.text_date"]


@pytest.mark.parametrize("text", ["3.4", "25.3.4", "2025.3", "3/4/2025", "2025-02-30", 45720, "三月四日"])
def test_text_dates__with_no_or_two_readings__are_told_and_not_guessed(ledger: Path, text: str | int) -> None:
    def change(sheet: Worksheet) -> None:
        cell = sheet[f"{letter('received')}9"]
        cell.value, cell.number_format = text, "General"

    edit(ledger, change)
    ledger_read = read(ledger)
    line = next(line for line in ledger_read.requests if line.row == 9)
    assert (line.received, line.unreadable) == (None, frozenset({"received"}))
    assert said(ledger) == [f"“台账”的“收到日期”有 1 格不是能确定的日期：B9“{text}”。"]


def test_merged_lines__one_answer_with_the_range(ledger: Path) -> None:
    column = letter("applicant_type")
    edit(ledger, lambda sheet: sheet.merge_cells(f"{column}9:{column}11"))
    assert said(ledger) == [f"“台账”有 1 处把几行的单元格合并在一起（{column}9:{column}11），除第一行外都读不出。"]
    count = answer("ledger", "count", ledger)["ledgers"][0]["count"]
    numbers = [line["number"] for line in lines()][7:9]
    assert set(numbers) == {number for names in count["open"].values() for number in names}


def test_deleted_columns__one_answer_and_no_figure_that_needs_them(ledger: Path) -> None:
    edit(ledger, lambda sheet: sheet.delete_cols(COLUMNS.index("result") + 1))
    assert said(ledger) == ["“台账”没有找到栏目 “办理结果”，与它有关的数不能计算，空着。"]
    count = answer("ledger", "count", ledger)["ledgers"][0]["count"]
    assert all(count["figures"][f"requests.{result}.natural_person"] is None for result in invented.RESULTS)
    assert isinstance(count["figures"]["requests.received.natural_person"], int)


def test_two_years_mixed__one_answer_with_all_lines(tmp_path: Path) -> None:
    world = invented.invent_world(seed=3, each_year=40)
    both = {line["number"]: line for year in (2024, 2025) for line in invented.requests_of(world, year)}
    path = write_ledger(tmp_path / "a.xlsx", list(both.values()))
    (problem,) = said(path)
    assert problem.startswith("有 ")
    assert "件不属于 2025 年的台账（2023-0040、2024-0001、" in problem


def test_twenty_thousand_lines__are_counted(tmp_path: Path) -> None:
    columns = ("number", "received", "applicant_type", "closed", "result")
    line = {"received": date(2025, 3, 3), "applicant_type": "natural_person", "result": "granted"}
    many = [{**line, "number": str(number), "closed": date(2025, 3, 9)} for number in range(20_000)]
    path = write_ledger(tmp_path / "a.xlsx", many, columns=columns)
    found = answer("ledger", "count", path)["ledgers"][0]
    assert found["count"]["figures"]["requests.granted.natural_person"] == 20_000
    assert [finding["code"] for finding in found["findings"]] == ["ledger.no_fees"]


def test_too_many_cells__one_clear_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xltool.spreadsheet.limits.MAX_CELLS_HELD", 100)
    path = write_ledger(tmp_path / "a.xlsx", lines())
    code, out, _ = run("ledger", "count", path)
    assert code == 1
    assert len([text for text in out.splitlines() if "✗" in text]) == 1


def test_another_workbook__is_no_ledger(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "会议记录"
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(ForeignFileError, match=r"ledger\.not_a_ledger"):
        read(tmp_path / "a.xlsx")
    code, out, _ = run("ledger", "count", tmp_path / "a.xlsx")
    assert code == 1
    assert "a.xlsx 里没有找到台账" in out


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", "不是表格".encode()])
def test_damaged_file__one_answer(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    code, out, err = run("ledger", "check", path)
    assert (code, err) == (1, "")
    assert len([text for text in out.splitlines() if "✗" in text]) == 1


# --- what a person sees counts --------------------------------------------------------------------------------------


def test_struck_out_line__is_not_counted_and_told(ledger: Path) -> None:
    before = len(read(ledger).requests)

    def strike(sheet: Worksheet) -> None:
        for cell in sheet[9]:
            cell.font = Font(strike=True)

    edit(ledger, strike)
    assert len(read(ledger).requests) == before - 1
    assert said(ledger) == ["“台账”有 1 行整行划掉（第 9 行），没有计数。"]


def test_invisible_result__is_no_result(ledger: Path) -> None:
    def hide(sheet: Worksheet) -> None:
        sheet[f"{letter('result')}9"].font = Font(color="FFFFFF")
        sheet[f"{letter('result')}9"].fill = PatternFill("solid", fgColor="FFFFFF")

    row = next(line for line in read(ledger).requests if line.row == 9)
    assert row.result is not None
    edit(ledger, hide)
    row = next(line for line in read(ledger).requests if line.row == 9)
    assert (row.result, row.unreadable) == (None, frozenset({"result"}))


WHITE = PatternFill(bgColor="FFFFFF")
by_formula: Callable[..., Rule] = FormulaRule  # openpyxl has no types for it


@pytest.mark.parametrize(
    ("formula", "result", "unreadable"),
    [
        ('$A9<>""', None, {"result"}),  # met: nobody sees the word
        ('$A9=""', "as before", set()),
        ("LEN($A9)>RAND()*99", None, {"result"}),  # not to be decided
    ],
)
def test_result_hidden_by_a_conditional_format__is_read_as_it_is_shown(
    ledger: Path, formula: str, result: str | None, unreadable: set[str]
) -> None:
    def hide(sheet: Worksheet) -> None:
        rule = by_formula([formula], font=Font(color="FFFFFF"), fill=WHITE)
        sheet.conditional_formatting.add(f"{letter('result')}9:{letter('result')}9", rule)

    before = next(line for line in read(ledger).requests if line.row == 9)
    edit(ledger, hide)
    row = next(line for line in read(ledger).requests if line.row == 9)
    assert row == before._replace(result=before.result if result else None, unreadable=frozenset(unreadable))
    told = f"“台账”的“办理结果”有 1 格用了条件格式，显示的与存的可能不同：{letter('result')}9“"
    assert any(text.startswith(told) for text in said(ledger)) == ("RAND" in formula)


def test_harmless_conditional_formats__change_nothing(ledger: Path) -> None:
    expected = read(ledger)

    def colour(sheet: Worksheet) -> None:
        rule = by_formula(["$B3>0"], fill=PatternFill(bgColor="FFEEEE"), font=Font(bold=True))
        sheet.conditional_formatting.add("A3:X60", rule)
        hiding = by_formula(["$B3<0"], font=Font(strike=True))
        sheet.conditional_formatting.add("A3:X60", hiding)

    found = read(edit(ledger, colour))
    assert (found.requests, found.disputes, found.problems) == (expected.requests, expected.disputes, expected.problems)


def test_rows_that_are_no_lines__total_remark_heading_again__are_told_and_not_counted(ledger: Path) -> None:
    expected = figures(ledger)

    def add(sheet: Worksheet) -> None:
        last = sheet.max_row
        for at in range(1, len(COLUMNS) + 1):
            sheet.cell(last + 1, at).value = sheet.cell(2, at).value
        sheet.cell(last + 2, 1).value = "合计"
        sheet.cell(last + 2, COLUMNS.index("fee_amount") + 1).value = 12345
        sheet.cell(last + 3, 1).value = "填表人：某某"

    edit(ledger, add)
    assert figures(ledger) == expected
    last = len(lines()) + 2
    assert said(ledger) == [f"“台账”有 1 行不是申请（第 {last + 2} 行，如合计、填表人、说明），没有计数。"]


def test_prepared_numbers_below__are_no_lines(ledger: Path) -> None:
    def prepare(sheet: Worksheet) -> None:
        last = sheet.max_row
        for number in range(1, 50):
            sheet.cell(last + number, 1).value = f"2025-9{number:03d}"

    assert said(edit(ledger, prepare)) == []


def test_copy_of_the_sheet__is_not_counted_twice(ledger: Path) -> None:
    expected, book = figures(ledger), openpyxl.load_workbook(ledger)
    book.copy_worksheet(book["台账"]).title = "台账 (2)"
    book.save(ledger)
    assert figures(ledger) == expected
    assert said(ledger) == ["“台账 (2)”的编号都已在“台账”里，作为它的副本，没有计数。"]


def test_two_sheets_with_other_lines__are_both_counted(ledger: Path, tmp_path: Path) -> None:
    half = len(lines()) // 2
    path = write_ledger(tmp_path / "b.xlsx", lines()[:half], cases())
    rest = openpyxl.load_workbook(write_ledger(tmp_path / "c.xlsx", lines()[half:]))["台账"]
    book = openpyxl.load_workbook(path)
    second = book.create_sheet("下半年")
    for row in rest.iter_rows():
        for cell in row:
            second[cell.coordinate].value = cell.value
            second[cell.coordinate].number_format = cell.number_format
    book.save(path)
    assert figures(path) == figures(ledger)


def test_moving_formula__is_told(ledger: Path) -> None:
    def change(sheet: Worksheet) -> None:
        sheet[f"{letter('closed')}9"] = "=TODAY()"

    edit(ledger, change)
    assert "“台账”有 1 格是每天会变的公式（" in said(ledger)[0] + said(ledger)[-1]


def test_number_that_a_program_made_a_date__is_told(ledger: Path) -> None:
    def change(sheet: Worksheet) -> None:
        sheet["A9"].value, sheet["A9"].number_format = datetime(2025, 1, 1), "yyyy-mm"

    edit(ledger, change)
    assert said(ledger)[0].startswith("“台账”的“编号”有 1 格被程序改成了日期：A9“")


def test_declined_fields__are_neither_blank_nor_unreadable(ledger: Path) -> None:
    edit(ledger, lambda sheet: sheet.__setitem__(f"{letter('fee_notified')}9", "/"))
    line = next(line for line in read(ledger).requests if line.row == 9)
    assert (line.fee_notified, line.declined, line.unreadable) == (None, frozenset({"fee_notified"}), frozenset())
    assert said(ledger) == []


def test_aliases_of_results__practice_words_count_where_the_definition_says(ledger: Path) -> None:
    edit(ledger, lambda sheet: sheet.__setitem__(f"{letter('result')}9", "信息不存在"))
    line = next(line for line in read(ledger).requests if line.row == 9)
    assert line.result == "not_available.not_held"
    assert [finding.code for finding in read(ledger).problems] == ["value.choice_spelling"]


# --- other programs -------------------------------------------------------------------------------------------------


@pytest.mark.office
@pytest.mark.parametrize("kind", ["ods", "xls", "xlsx"])
def test_saved_by_libreoffice__same_counts_and_nothing_found(ledger: Path, tmp_path: Path, kind: str) -> None:
    if missing := judges.office_missing():
        pytest.skip(missing)
    folder = tmp_path / kind
    folder.mkdir()
    saved = judges.recalculate(ledger, folder, kind)
    assert figures(saved) == figures(ledger)
    assert said(saved) == []


@pytest.mark.office
@pytest.mark.parametrize("kind", ["ods", "xls"])
def test_issued_workbook_saved_in_another_format__same_counts(tmp_path: Path, kind: str) -> None:
    if missing := judges.office_missing():
        pytest.skip(missing)
    typed = type_lines(write_empty(tmp_path / "a.xlsx", 120), invent_requests(60, 4))
    (tmp_path / kind).mkdir()
    saved = judges.recalculate(typed, tmp_path / kind, kind)
    assert figures(saved) == figures(typed)
    assert read(saved).year == read(typed).year
    assert len(read(saved).requests) == 60


def test_binary_workbook__is_read_as_well(ledger: Path, tmp_path: Path) -> None:
    cells = read_ledger(open_workbook(ledger), "").requests[:3]
    titles = {column.id: column.title for column in DEFINITION.requests}
    wanted = ("number", "received", "channel", "applicant_type", "closed", "result")
    rows = binary_excel.row(0) + b"".join(_text_cell(at, titles[column]) for at, column in enumerate(wanted))
    for number, line in enumerate(cells, start=1):
        rows += binary_excel.row(number)
        for at, column in enumerate(wanted):
            value = getattr(line, column)
            known = next(each for each in DEFINITION.requests if each.id == column)
            rows += _text_cell(at, value.isoformat() if column in {"received", "closed"} else shown(known, value))
    path = tmp_path / "a.xlsb"
    path.write_bytes(binary_excel.xlsb(rows))
    found = read(path).requests
    assert [tuple(getattr(line, column) for column in wanted) for line in found] == [
        tuple(getattr(line, column) for column in wanted) for line in cells
    ]


def _text_cell(column: int, text: str) -> bytes:
    return binary_excel.cell(binary_excel.CELL_TEXT, column, binary_excel.wide(text))
