"""How cells and characters look, read from every format alike."""

import struct
from pathlib import Path

import pytest
import xlsxwriter

from tests.judges import recalculate
from tests.spreadsheet import binary_excel as made
from tests.spreadsheet.packages import zipped
from tests.spreadsheet.spreadsheets import ODS, ods_row, spreadsheet
from xltool.errors import UnreadableFileError
from xltool.model.form import CellKind
from xltool.recognition.shown_values import ShownMeaning, interpret_shown
from xltool.spreadsheet.cell_look import Mark, MarkedText
from xltool.spreadsheet.open_workbook import open_workbook
from xltool.spreadsheet.raw_workbook import RawSheet, StorageType
from xltool.spreadsheet.workbook_colours import DEFAULT_COLOURS, is_unseen


def opened(data: bytes, folder: Path) -> RawSheet:
    path = folder / "a.bin"
    path.write_bytes(data)
    return open_workbook(path).sheets[0]


def meaning(sheet: RawSheet, address: str) -> ShownMeaning:
    return interpret_shown(sheet.cells[address], CellKind.COUNT, 0)


def write_looks(path: Path) -> dict[str, tuple[int | None, str | None]]:
    """A workbook with a look in every row of column A; what each row means, and its note."""
    expected: dict[str, tuple[int | None, str | None]] = {}
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        base = book.add_format({"bg_color": "#FFF9E3"})
        bold = book.add_format({"bold": True})

        def add_rich(look: dict[str, object], value: int | None, note: str | None) -> None:
            expected[f"A{len(expected) + 1}"] = value, note
            sheet.write_rich_string(len(expected) - 1, 0, bold, "88", book.add_format(look), "7", base)

        def add_number(look: dict[str, object], value: int | None, note: str | None) -> None:
            expected[f"A{len(expected) + 1}"] = value, note
            sheet.write_number(len(expected) - 1, 0, 294, book.add_format(look))

        add_rich({"font_strikeout": True}, 88, "struck")
        add_rich({"font_script": 1}, 88, "raised")
        add_rich({"font_script": 2}, 88, "raised")
        add_rich({"font_color": "#FFFFFF"}, None, "invisible")
        add_rich({"font_size": 1}, None, "invisible")
        add_rich({"font_color": "#FF0000"}, 887, "text_number")
        add_number({"font_strikeout": True}, None, "struck_out")
        add_number({"font_color": "white"}, None, "invisible")
        add_number({"font_color": "white", "bg_color": "#1F4E78"}, 294, None)
        add_number({"num_format": "0\\.0000"}, None, "shown_differs")
        add_number({"num_format": ";;;"}, None, "shown_differs")
        add_number({"num_format": "0,"}, None, "shown_differs")
        add_number({"num_format": '0"件"'}, 294, None)
        add_number({"num_format": "#,##0.00"}, 294, None)
        add_number({"num_format": '0"万元"'}, None, "shown_differs")
    return expected


@pytest.mark.office
@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_looks__the_same_in_every_format(kind: str, tmp_path: Path) -> None:
    expected = write_looks(tmp_path / "a.xlsx")
    (tmp_path / "out").mkdir()
    sheet = open_workbook(recalculate(tmp_path / "a.xlsx", tmp_path / "out", kind)).sheets[0]
    read = {address: (meaning(sheet, address).value, meaning(sheet, address).note) for address in expected}
    assert read == expected


def test_xlsb__cells_looks_and_runs(tmp_path: Path) -> None:
    styles = made.font() + made.font(struck=True) + made.font(position=1) + made.font(colour=made.WHITE)
    styles += made.fill() + made.fill(made.YELLOW) + made.number_format(164, "0!.0000")
    formats = made.cell_format() + made.cell_format(164) + made.cell_format(0, 1) + made.cell_format(0, 3, 1)
    strings = (made.rich("7988", (0, 1), (2, 0)), made.rich("5641", (3, 2)), made.rich("普通"))
    formula = struct.pack("<dHI", 500.0, 0, 7) + b"\x1e\x64\0\x1e\xc2\0\x03" + bytes(4)
    sheet = made.record(made.VIEW, struct.pack("<H", 0)) + made.row(0)
    sheet += made.cell(made.CELL_SHARED, 0, struct.pack("<I", 0)) + made.short(made.SHORT_SHARED, struct.pack("<I", 1))
    sheet += made.short(made.SHORT_RK, made.whole(294), 1) + made.cell(made.CELL_REAL, 4, struct.pack("<d", 7.5), 2)
    sheet += made.row(1) + made.cell(made.FORMULA_NUMBER, 0, formula) + made.cell(made.CELL_ERROR, 1, b"\x2a")
    sheet += made.cell(made.RICH_CELL, 2, made.rich("889", (0, 0), (2, 3)), 3)
    sheet += made.record(made.MERGED, struct.pack("<4I", 4, 5, 1, 2))
    read = opened(made.xlsb(sheet, strings, styles, formats), tmp_path)
    assert (meaning(read, "A1").value, meaning(read, "A1").note) == (88, "struck")
    assert (meaning(read, "B1").value, meaning(read, "B1").note) == (564, "raised")
    assert (meaning(read, "C1").note, meaning(read, "C1").shown) == ("shown_differs", "0.0294")
    assert (read.cells["E1"].text, read.cells["E1"].look.marks) == ("7.5", (Mark.STRUCK,))
    assert (read.cells["A2"].text, read.cells["A2"].formula) == ("500", "100+194")
    assert read.cells["B2"][:2] == (StorageType.ERROR, "#N/A")
    assert (meaning(read, "C2").note, meaning(read, "C2").shown) == ("invisible", "88")
    assert (read.merged, read.hides_zeros) == (("B5:C6",), True)


def test_xlsb__cut_short__refused(tmp_path: Path) -> None:
    for sheet in (made.row(0) + b"\x05\x10", made.cell(made.CELL_SHARED, 0, struct.pack("<I", 9))):
        with pytest.raises(UnreadableFileError):
            opened(made.xlsb(sheet), tmp_path)


def test_ods__spans_ruby_and_styles_of_columns(tmp_path: Path) -> None:
    cells = (
        '<t:table-cell o:value-type="string"><x:p><x:span x:style-name="S">79</x:span>88</x:p></t:table-cell>'
        '<t:table-cell o:value-type="string"><x:p><x:ruby><x:ruby-base>88</x:ruby-base><x:ruby-text>9</x:ruby-text>'
        "</x:ruby></x:p></t:table-cell>"
        '<t:table-cell t:formula="of:=[.A1]+[$表二.B3]*SUM([.C1:.D2];1)" o:value-type="float" o:value="2"/>'
    )
    content = spreadsheet(ods_row(cells), styles=_STRUCK_STYLE)
    sheet = opened(zipped({"mimetype": ODS, "content.xml": content}), tmp_path)
    assert (meaning(sheet, "A1").value, meaning(sheet, "A1").note) == (88, "struck")
    assert (meaning(sheet, "B1").value, meaning(sheet, "B1").note) == (88, "ruby")
    assert isinstance(sheet.cells["B1"].text, MarkedText)
    assert sheet.cells["C1"].formula == "A1+表二!B3*SUM(C1:D2,1)"


_STRUCK_STYLE = '<s:style s:name="S" s:family="text"><s:text-properties s:text-line-through-style="solid"/></s:style>'


def test_colours__seen_or_not() -> None:
    assert is_unseen("FFFFFF", "FFF9E3")
    assert is_unseen(DEFAULT_COLOURS.find_theme_colour(0, -0.05), "")
    assert not is_unseen("FF0000", "FFF9E3")
    assert not is_unseen("", "000000")
