"""What is remembered of parts and sheets against reading them strictly: the same answer, at the same cost."""

import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from io import BytesIO

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.mangling.good import OTHER, good
from tests.mangling.manglings import MANGLINGS, Mangling
from tests.spreadsheet.dialects import SAME
from tests.spreadsheet.hostile import ATTACKS, CONTAINER, PACKAGES
from tests.spreadsheet.packages import SHEET, sheet
from xltool.errors import ForeignFileError, UnreadableFileError
from xltool.spreadsheet.cell_look import make_look
from xltool.spreadsheet.load_file import LoadedFile
from xltool.spreadsheet.ooxml.cell_styles import CellStyle
from xltool.spreadsheet.ooxml.package import Package
from xltool.spreadsheet.ooxml.part import EffortCost, Part, ReadingBudget
from xltool.spreadsheet.ooxml.sheet_template import Grid
from xltool.spreadsheet.ooxml.worksheet import SharedParts, WorksheetContent, read_worksheet
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


def test_a_known_frame__is_not_read_again() -> None:
    read(sheet(rows(FIRST)), remembering=True)
    found = read_worksheet(the_part(sheet(rows(("3", "1", "2", "3", "四", "0"))), ReadingBudget()), SHARED)
    assert isinstance(found.cells, Grid)
    assert found.cells["A1"].text == "五"


@pytest.mark.parametrize(
    "before",
    [
        '<sheetViews><sheetView workbookViewId="0"><selection activeCell="B2" sqref="B2"/></sheetView></sheetViews>',
        '<dataValidations><dataValidation sqref="B2"/></dataValidations>',
        '<!--<selection activeCell="B2" sqref="B2"/>-->',
    ],
)
def test_what_differs_before_the_rows__as_read_strictly(before: str) -> None:
    for place in ("B2", "C3", "D4:D9"):
        content = sheet(rows(FIRST), before.replace('"B2"', f'"{place}"'))
        assert read(content, remembering=True) == read(content, remembering=False)


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
    opened(good(OTHER))
    first, again = opened(data), opened(data)
    monkeypatch.setattr(Package, "_identify_content", lambda *_: None)
    assert (first, again) == (opened(data),) * 2


# --- the directory, the memory -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CORPUS)
def test_plain_directory__lists_what_the_library_lists(name: str) -> None:
    data = CORPUS[name]()
    listed = list_plain_entries(data)
    assert listed is None or listed == list_with_zipfile(data)


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
