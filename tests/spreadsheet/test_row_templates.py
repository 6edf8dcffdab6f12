"""Cached parts and row templates against the strict scanner: the same result at the same cost."""

import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import NoReturn

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.mangling.good import OTHER, good
from tests.mangling.manglings import MANGLINGS, Mangling
from tests.spreadsheet.dialects import SAME
from tests.spreadsheet.hostile import ATTACKS, CONTAINER, PACKAGES
from tests.spreadsheet.packages import SHEET, sheet
from tests.spreadsheet.test_grammar import ROWS, mutated
from xltool.errors import ForeignFileError, UnreadableFileError
from xltool.spreadsheet.cell_look import make_look
from xltool.spreadsheet.load_file import LoadedFile
from xltool.spreadsheet.ooxml import surroundings, worksheet
from xltool.spreadsheet.ooxml.cell_scanner import SharedParts
from xltool.spreadsheet.ooxml.cell_styles import CellStyle
from xltool.spreadsheet.ooxml.package import Package
from xltool.spreadsheet.ooxml.part import EffortCost, Part, ReadingBudget
from xltool.spreadsheet.ooxml.row_templates import RowTemplates
from xltool.spreadsheet.ooxml.worksheet import WorksheetContent, read_worksheet
from xltool.spreadsheet.ooxml.zip_directory import list_plain_entries, list_with_zipfile
from xltool.spreadsheet.open_workbook import open_loaded_file
from xltool.spreadsheet.part_cache import BoundedCache

SHARED = SharedParts(
    ("年报", "", "四", "五"), (CellStyle(), CellStyle(locked=False), CellStyle(look=make_look("yyyy", None, "", "")))
)
FIRST = ("0", "12", "24", "2.5", "成立", "1")  # what the sheet holds by which the shape is learnt
ODD = (
    *("", "0", "1", "3", "4", "00000002", "-1", "1.0", " 2", "2 ", "٣", "7" * 50, "x" * 45, "a]]>b", "&amp;", "&#50;"),
    *("_x0041_", "\r", "\t1", "\n", "\x01", "\ufffe", "x14ac:", "\U0001f600", "a\r\nb", "1e309", "TRUE", "<v>", "</v>"),
    *("<!-- 1 -->", "<![CDATA[1]]>", '</v></c><c r="Z1"><v>1', "年" * 33_000, "\0"),
)


def rows(values: tuple[str, ...]) -> str:
    first, second, third, fourth, fifth, sixth = values
    return (
        f'<row r="1"><c r="A1" s="1" t="s"><v>{first}</v></c><c r="B1" s="0"><v>{second}</v></c>'
        f'<c r="C1"><f>A1+B1</f><v>{third}</v></c><c r="D1" s="2"><v>{fourth}</v></c></row>'
        f'<row r="3"><c r="A3" t="str"><f>IF(A1&gt;1,1,2)</f><v>{fifth}</v></c><c r="B3" t="b"><v>{sixth}</v></c>'
        f'<c r="C3"><f>B3</f></c><c r="D3" t="inlineStr"><is><t>x</t></is></c></row>'
    )


def the_part(content: str, effort: ReadingBudget, *, remembering: bool = True) -> Part:
    data = content.encode("utf-8", "surrogatepass")
    known = (zlib.compress(data), len(data), zlib.crc32(data), True) if remembering else None
    return Part(SHEET, lambda: iter([data]), effort, known)


def read(content: str, *, remembering: bool) -> tuple[WorksheetContent | str, EffortCost]:
    """What a sheet holds, or why it is refused; and what reading may cost afterwards."""
    effort = ReadingBudget()
    try:
        return read_worksheet(the_part(content, effort, remembering=remembering), SHARED), effort.copy_remaining()
    except UnreadableFileError as refusal:
        return f"{refusal.code} {refusal.facts}", {}


@settings(max_examples=500, deadline=None)
@given(st.tuples(*[st.sampled_from(ODD) | st.text(max_size=6) | st.integers(0, 3).map(str)] * len(FIRST)))
@example(FIRST)
@example(("2", "7" * 50, "1", "1", "x" * 45, "0"))
def test_values_in_a_known_frame__as_read_strictly(values: tuple[str, ...]) -> None:
    read(sheet(rows(FIRST)), remembering=True)
    content = sheet(rows(values))
    assert read(content, remembering=True) == read(content, remembering=False)
    assert read(content, remembering=True) == read(content, remembering=False)


def read_without_scanning(content: str, monkeypatch: pytest.MonkeyPatch) -> WorksheetContent:
    """Read a part of which everything must be known: nothing is scanned, and no XML is parsed."""

    def refuse(*_arguments: object) -> NoReturn:
        raise AssertionError

    with monkeypatch.context() as patched:
        patched.setattr(worksheet, "_read_strictly", refuse)
        patched.setattr(RowTemplates, "_make_template", refuse)
        patched.setattr(surroundings, "read_around", refuse)
        return read_worksheet(the_part(content, ReadingBudget()), SHARED)


def test_known_rows__are_not_scanned_again(monkeypatch: pytest.MonkeyPatch) -> None:
    read(sheet(rows(FIRST)), remembering=True)
    content = read_without_scanning(sheet(rows(("3", "1", "2", "3", "四", "0"))), monkeypatch)
    assert content.cells["A1"].text == "五"


VIEW = (
    '<sheetViews><sheetView showZeros="1" zoomScale="{0}" topLeftCell="A{0}"><selection sqref="B{0}"/></sheetView>'
    "</sheetViews>"
)


def test_another_view_and_other_heights__are_not_scanned_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tall = sheet(rows(FIRST).replace('<row r="3"', '<row r="3" ht="12.5" customHeight="1"'), VIEW.format(100))
    other = tall.replace('ht="12.5"', 'ht="31"').replace('"100"', '"85"').replace("A100", "A7").replace("B100", "B7:C9")
    read(tall, remembering=True)
    assert read_without_scanning(other, monkeypatch) == read(other, remembering=False)[0]


def test_inline_texts__are_not_scanned_again(monkeypatch: pytest.MonkeyPatch) -> None:
    row = '<row r="1"><c r="A1" t="inlineStr"><is><t>{}</t></is></c></row>'
    read(sheet(row.format("a")), remembering=True)
    content = read_without_scanning(sheet(row.format("&#24180;&lt;_x0041_")), monkeypatch)
    assert content.cells["A1"].text == "年<A"


@pytest.mark.parametrize(
    ("height", "hidden"), [("12", False), ("0", True), ("0.00", True), ("4", False), ("3.75", True), ("0.5", True)]
)
def test_a_row_without_height__is_hidden(height: str, hidden: bool) -> None:
    read(sheet(rows(FIRST).replace('<row r="3"', '<row r="3" ht="7"')), remembering=True)
    content = sheet(rows(FIRST).replace('<row r="3"', f'<row r="3" ht="{height}"'))
    assert bool(read_worksheet(the_part(content, ReadingBudget()), SHARED).hidden_rows) == hidden
    assert read(content, remembering=True) == read(content, remembering=False)


# --- rows that differ in their numbers --------------------------------------------------------------------------


def prepared(number: int, value: str = "") -> str:
    """A row of a list made ready, as row 5 of a ledger: blank cells and a formula; ``value`` in its second cell."""
    second = f'<c r="B{number}" s="1"><v>{value}</v></c>' if value else f'<c r="B{number}" s="1"/>'
    return (
        f'<row r="{number}" spans="1:3" ht="21" customHeight="1"><c r="A{number}" s="1"/>{second}'
        f'<c r="C{number}" t="str"><f>INDEX(D:D,ROW())&amp;"5"</f><v> </v></c></row>'
    )


def long_list(filled: dict[int, str], count: int = 400) -> str:
    return sheet("".join(prepared(number, filled.get(number, "")) for number in range(1, count + 1)))


def test_prepared_rows_with_other_numbers__are_not_scanned_again(monkeypatch: pytest.MonkeyPatch) -> None:
    read(long_list({8: "1"}, 12), remembering=True)
    content = read_without_scanning(long_list({7: "24", 399: "25", 400: "2.5"}), monkeypatch)
    assert {address: cell.text for address, cell in content.cells.items() if address.startswith("B")} == {
        "B7": "24",
        "B399": "25",
        "B400": "2.5",
    }
    assert content == read(long_list({7: "24", 399: "25", 400: "2.5"}), remembering=False)[0]


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 60), st.data())
def test_one_row_of_a_list_mutated__as_read_strictly(place: int, data: st.DataObject) -> None:
    changed = data.draw(mutated(prepared(place)))
    read(long_list({}, 60), remembering=True)
    content = long_list({}, 60).replace(prepared(place), changed)
    assert read(content, remembering=True) == read(content, remembering=False)


@pytest.mark.parametrize(
    ("row", "again"),
    [
        ('<row r="5"><c r="A5"><f>B1&amp;"5"</f></c></row>', '<row r="6"><c r="A6"><f>B1&amp;"6"</f></c></row>'),
        (
            '<row r="5"><c r="A5"><f>B1&amp;"5"</f></c><c r="B9" s="1"/></row>',
            '<row r="6"><c r="A6"><f>B1&amp;"6"</f></c><c r="B9" s="1"/></row>',
        ),
        ('<row r="5"><c r="A5" s="1"><v>1</v></c></row>', '<row r="6"><c r="A5" s="1"><v>1</v></c></row>'),
        ('<row r="5" ht="5"><c r="A5"><v>1</v></c></row>', '<row r="3" ht="3"><c r="A3"><v>1</v></c></row>'),
        ('<row r="5" hidden="1"><c r="A5"><v>1</v></c></row>', '<row r="6" hidden="1"><c r="A6"><v>1</v></c></row>'),
        ('<row r="1" hidden="1"><c r="A1"><v>1</v></c></row>', '<row r="2" hidden="2"><c r="A2"><v>1</v></c></row>'),
        ('<row r="5"><c r="A5"><v>1</v></c></row>', '<row r="5"><c r="A5"><v>1</v></c></row>'),
        ('<row r="5"><c r="A5"><v>1</v></c></row>', '<row r="\2"><c r="A\2"><v>1</v></c></row>'),
        ('<row r="5"/><row r="6"><c r="A6"><v>1</v></c></row>', '<row r="7"/><row r="8"><c r="A8"><v>1</v></c></row>'),
        ('<row r="5"><c r="A5"><v>1</v></c></row>', '<row r="1048577"><c r="A1048577"><v>1</v></c></row>'),
        ('<row r="1" s="1"><c r="A1" s="1"><v>7</v></c></row>', '<row r="2" s="2"><c r="A2" s="2"><v>7</v></c></row>'),
    ],
)
def test_another_row_that_only_seems_to_differ_in_its_number__as_read_strictly(row: str, again: str) -> None:
    for content in (sheet(row), sheet(again), sheet(row + again)):
        assert read(content, remembering=True) == read(content, remembering=False)


def test_a_row_twice_in_a_long_list__is_refused() -> None:
    content = long_list({}).replace("</sheetData>", f"{prepared(2)}</sheetData>")
    assert read(content, remembering=True) == read(content, remembering=False)
    assert "2" in str(read(content, remembering=True)[0])


@pytest.mark.parametrize(
    "before",
    [
        '<sheetViews><sheetView workbookViewId="0"><selection activeCell="B2" sqref="B2"/></sheetView></sheetViews>',
        '<sheetViews><sheetView workbookViewId="0" workbookViewId="B2"/></sheetViews>',
        '<dimension ref="B2"/><cols><col min="2" max="3" hidden="1"/></cols>',
        '<dataValidations><dataValidation sqref="B2"/></dataValidations>',
        '<!--<selection activeCell="B2" sqref="B2"/>-->',
        '<!--<sheetData>--><selection activeCell="B2" sqref="B2"/>',
        '<selection activeCell="B2" xmlns="urn:other"/>',
        '<x:selection xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" sqref="B2"/>',
        '<sheetData/><selection sqref="B2"/>',
    ],
)
def test_what_differs_before_the_rows__as_read_strictly(before: str) -> None:
    for place in ("B2", "C3", "D4:D9", "&lt;", "a'b"):
        content = sheet(rows(FIRST), before.replace('"B2"', f'"{place}"'))
        assert read(content, remembering=True) == read(content, remembering=False)


@settings(max_examples=400, deadline=None)
@given(mutated(ROWS))
@example(ROWS.replace('r="C1"', 'r="A1"'))
@example(ROWS + ROWS)
@example(ROWS.replace("<v>0</v>", '<v xml:space="preserve">0</v>'))
@example(ROWS.replace("<v>12</v>", "<v>12</t>"))
@example(ROWS.replace("<v>0</v>", "<v>\ue000</v>"))
@example(ROWS.replace("<v>12</v>", "<v>12</v><v>13</v>"))
@example('<row r="1" a="x ht="5""><c r="A1"><v>1</v></c></row>')
@example('<row r="1" ht="5" ht="0"><c r="A1"><v>1</v></c></row>')
@example('<row r="1" a=\' ht="5"\'><c r="A1"><v>1</v></c></row>')
def test_mutated_rows__as_read_strictly(changed: str) -> None:
    read(sheet(ROWS), remembering=True)
    content = sheet(changed)
    assert read(content, remembering=True) == read(content, remembering=False)
    assert read(content, remembering=True) == read(content, remembering=False)


AROUND = sheet(
    '<row r="1"><c r="A1"><v>1</v></c></row>',
    '<dimension ref="A1:B2"/><sheetViews><sheetView zoomScale="100" workbookViewId="0"><pane topLeftCell="A2"/>'
    '<selection pane="bottomLeft" activeCell="A2" sqref="A2"/></sheetView></sheetViews>'
    '<sheetFormatPr defaultRowHeight="13.5"/><cols><col min="2" max="3" width="0"/></cols>',
)


@settings(max_examples=400, deadline=None)
@given(mutated(AROUND))
def test_mutated_parts__as_read_strictly(changed: str) -> None:
    read(AROUND, remembering=True)
    assert read(changed, remembering=True) == read(changed, remembering=False)
    assert read(changed, remembering=True) == read(changed, remembering=False)


# --- whole workbooks ---------------------------------------------------------------------------------------------


def _mangled(each: Mangling) -> bytes:
    return each.apply(good())


CORPUS: dict[str, Callable[[], bytes]] = {
    **{f"bad-{name}": bad.made for name, bad in {**CONTAINER, **ATTACKS, **PACKAGES}.items()},
    **{f"dialect-{name}": made for name, made in SAME.items()},
    **{f"mangled-{name}": partial(_mangled, each) for name, each in MANGLINGS.items()},
}


def opened(data: bytes) -> object:
    try:
        return open_loaded_file(LoadedFile("a.xlsx", data, "", len(data), ""))
    except (UnreadableFileError, ForeignFileError) as refusal:
        return refusal.code, refusal.facts


@pytest.mark.parametrize("name", CORPUS)
def test_workbooks_of_every_kind__remembered_and_strictly_alike(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = CORPUS[name]()
    listed = list_plain_entries(data)
    assert listed is None or listed == list_with_zipfile(data)
    opened(good(OTHER))
    first, again = opened(data), opened(data)
    monkeypatch.setattr(Package, "_identify_content", lambda *_: None)
    assert (first, again) == (opened(data),) * 2


# --- the directory, the memory -----------------------------------------------------------------------------------


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_rotten_directory__lists_what_the_library_lists(data: st.DataObject) -> None:
    content = bytearray(good())
    start = zipfile.ZipFile(BytesIO(content)).start_dir
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(start, len(content) - 1))] = data.draw(st.integers(0, 255))
    listed = list_plain_entries(bytes(content))
    assert listed is None or listed == list_with_zipfile(bytes(content))


def test_ordinary_directory__is_read_without_the_library() -> None:
    assert list_plain_entries(good()) == list_with_zipfile(good())


def test_memory__holds_no_more_than_its_size_and_forgets_the_longest_unused() -> None:
    memory: BoundedCache[str] = BoundedCache(10)
    for key in "abc":
        memory.put_value(key, key.upper(), 4 if key != "c" else 2)
    memory.get_value("a")
    memory.put_value("d", "D", 4)
    assert [memory.get_value(key) for key in "abcd"] == ["A", None, "C", "D"]
    memory.put_value("e", "E", 11)
    assert [memory.get_value(key) for key in "abcde"] == [None] * 5
