"""Comments, shapes and narrow columns of .xls and .xlsb, record by record."""

import struct
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from tests.spreadsheet import binary_excel, old_excel
from xltool.spreadsheet.cell_look import Mark
from xltool.spreadsheet.open_workbook import open_workbook
from xltool.spreadsheet.raw_workbook import CellComment, RawSheet, SheetShape

NOTE, OBJECT, TEXT, DRAWING, CONTINUED = 0x001C, 0x005D, 0x01B6, 0x00EC, 0x003C
TEXT_BOX, PICTURE, CHART, LINE, COMMENT = 6, 8, 5, 1, 25
FILL_OPACITY, FILL_FLAGS, GROUP_FLAGS = 0x0182, 0x01BF, 0x03BF
FILLED, NOT_FILLED = 0x100010, 0x100000
OVER_B2 = (1, 0, 1, 0, 2, 0, 2, 0)


def opened(data: bytes, folder: Path, name: str = "a.xls") -> RawSheet:
    path = folder / name
    path.write_bytes(data)
    return open_workbook(path).sheets[0]


def part(kind: int, content: bytes, count: int = 0, *, container: bool = False) -> bytes:
    return struct.pack("<HHI", 0x0F if container else count << 4, kind, len(content)) + content


def drawing(corners: tuple[int, ...], **properties: int) -> bytes:
    """The drawing before an object: columns, rows and the parts of each, and properties by number."""
    listed = b"".join(struct.pack("<HI", int(number[1:]), value) for number, value in properties.items())
    content = part(0xF00B, listed, len(properties)) + part(0xF010, struct.pack("<H8H", 0, *corners))
    group = part(0xF003, part(0xF004, part(0xF010, bytes(18)), container=True), container=True)
    return old_excel.record(DRAWING, group + part(0xF004, content, container=True))


def drawn(kind: int, number: int, text: str, corners: tuple[int, ...] = OVER_B2, **properties: int) -> bytes:
    """An object with its drawing and its text, in 16 bits a character."""
    said = struct.pack("<5H", 0, 0, 0, 0, 0) + struct.pack("<4H", len(text), 16, 0, 0)
    characters = old_excel.record(CONTINUED, b"\1" + text.encode("utf-16-le")) + old_excel.record(CONTINUED, bytes(16))
    return (
        drawing(corners, **properties)
        + old_excel.record(OBJECT, struct.pack("<4H", 0x15, 0x12, kind, number) + bytes(18))
        + ((old_excel.record(DRAWING, part(0xF00D, b"")) + old_excel.record(TEXT, said) + characters) if text else b"")
    )


def note(row: int, column: int, number: int, author: str = "") -> bytes:
    name = struct.pack("<HB", len(author), 1) + author.encode("utf-16-le")
    return old_excel.record(NOTE, struct.pack("<4H", row, column, 0, number) + name)


def test_xls_comment__is_that_of_its_cell_and_no_shape(tmp_path: Path) -> None:
    objects = drawn(COMMENT, 1, "甲:\n应为300") + drawn(COMMENT, 2, "已核对")
    sheet = opened(old_excel.xls(objects + note(6, 3, 1, "甲") + note(8, 3, 2) + note(9, 3, 7)), tmp_path)
    assert sheet.comments == (CellComment("D7", "应为300"), CellComment("D9", "已核对"))
    assert sheet.shapes == ()


def test_xls_characters_outside_the_basic_plane__count_as_two_units(tmp_path: Path) -> None:
    text = "请核对𠮷某的数字𠮷𠮷"
    units = text.encode("utf-16-le")
    head = old_excel.record(TEXT, bytes(10) + struct.pack("<4H", len(units) // 2, 16, 0, 0))
    first = old_excel.record(CONTINUED, b"\1" + units[:8]) + old_excel.record(CONTINUED, b"\1" + units[8:] + b"\0\5\0")
    objects = drawn(COMMENT, 1, "") + head + first
    assert opened(old_excel.xls(objects + note(6, 3, 1)), tmp_path).comments == (CellComment("D7", text),)


def test_xls_text_again__replaces_the_one_before(tmp_path: Path) -> None:
    texts = b"".join(
        old_excel.record(TEXT, bytes(10) + struct.pack("<4H", 2, 16, 0, 0)) + old_excel.record(CONTINUED, b"\0" + each)
        for each in (b"ab", b"cd")
    )
    sheet = opened(old_excel.xls(drawn(TEXT_BOX, 1, "") + texts), tmp_path)
    assert [shape.text for shape in sheet.shapes] == ["cd"]


@pytest.mark.parametrize("text", ["", "应为300"])
def test_xls_drawing_in_a_continued_record__is_read(text: str, tmp_path: Path) -> None:
    second = drawing((3, 0, 3, 0, 4, 0, 4, 0))[4:]
    behind = old_excel.record(CONTINUED, second[:30]) + old_excel.record(CONTINUED, second[30:])
    behind += old_excel.record(OBJECT, struct.pack("<4H", 0x15, 0x12, TEXT_BOX, 2) + bytes(18))
    sheet = opened(old_excel.xls(drawn(TEXT_BOX, 1, text) + behind), tmp_path)
    assert sheet.shapes == (SheetShape("B2:B2", text, "B2"), SheetShape("D4:D4", "", "D4"))


def test_xls_text_in_pieces__is_joined(tmp_path: Path) -> None:
    head = old_excel.record(TEXT, bytes(10) + struct.pack("<4H", 4, 16, 0, 0))
    pieces = old_excel.record(CONTINUED, b"\0ab") + old_excel.record(CONTINUED, b"\1" + "应3".encode("utf-16-le"))
    after = old_excel.record(CONTINUED, b"\0xyz")
    sheet = opened(old_excel.xls(drawn(TEXT_BOX, 1, "") + head + pieces + after), tmp_path)
    assert [shape.text for shape in sheet.shapes] == ["ab应3"]


@pytest.mark.parametrize(
    ("content", "shape"),
    [
        (drawn(TEXT_BOX, 1, "99", _447=NOT_FILLED), SheetShape("B2:B2", "99", "B2")),
        (drawn(TEXT_BOX, 1, "99", (1, 600, 1, 0, 3, 600, 2, 200)), SheetShape("C2:D3", "99", "B2")),
        (drawn(TEXT_BOX, 1, ""), SheetShape("B2:B2", "", "B2")),
        (drawn(TEXT_BOX, 1, "", _447=FILLED), SheetShape("B2:B2", "", "B2")),
        (drawn(PICTURE, 1, ""), SheetShape("B2:B2", "", "B2", is_picture=True)),
        (drawn(CHART, 1, ""), SheetShape("B2:B2", "", "B2", is_picture=True)),
    ],
)
def test_xls_shape__covers_what_is_mostly_below(content: bytes, shape: SheetShape, tmp_path: Path) -> None:
    assert opened(old_excel.xls(content), tmp_path).shapes == (shape,)


@pytest.mark.parametrize(
    "content",
    [
        drawn(TEXT_BOX, 1, "", _447=NOT_FILLED),
        drawn(TEXT_BOX, 1, "", _386=0x4000),
        drawn(TEXT_BOX, 1, "作废", _959=0x20002),
        drawn(LINE, 1, ""),
        drawn(TEXT_BOX, 1, "", (1, 600, 1, 0, 2, 200, 2, 0)),
        old_excel.record(OBJECT, b"\x15\0") + old_excel.record(NOTE, b"\0") + old_excel.record(DRAWING, b"\0\0\x10"),
    ],
)
def test_xls_shape_that_hides_nothing__is_left_out(content: bytes, tmp_path: Path) -> None:
    sheet = opened(old_excel.xls(content), tmp_path)
    assert (sheet.shapes, sheet.comments) == ((), ())


def test_xls_shapes_in_a_group__lie_where_each_says(tmp_path: Path) -> None:
    """A group over B2:C3, columns of 4 and 12 digits; in it a shape over its right half, and a group over its left."""

    def head(inner: tuple[int, ...], place: bytes, rest: bytes) -> bytes:
        own = part(0xF004, part(0xF009, struct.pack("<4i", *inner)) + place, container=True)
        return struct.pack("<HHI", 0x0F, 0xF003, len(own) + len(rest)) + own

    def child(box: tuple[int, ...]) -> bytes:
        return part(0xF004, part(0xF00F, struct.pack("<4i", *box)), container=True)

    def item(content: bytes, kind: int, number: int) -> bytes:
        return old_excel.record(DRAWING, content) + old_excel.record(
            OBJECT, struct.pack("<4H", 0x15, 0x12, kind, number) + bytes(18)
        )

    first, second, after = child((500, 0, 1000, 100)), child((0, 50, 10, 100)), child((0, 0, 10, 10))
    nested = head((0, 0, 10, 100), part(0xF00F, struct.pack("<4i", 0, 0, 250, 100)), second)
    outer = head(
        (0, 0, 1000, 100), part(0xF010, struct.pack("<H8H", 0, 1, 0, 1, 0, 3, 0, 3, 0)), first + nested + second
    )
    columns = b"".join(
        old_excel.record(old_excel.COLINFO, struct.pack("<6H", at, at, width, 0, 0, 0))
        for at, width in ((1, 1024), (2, 3072))
    )
    objects = item(outer, 0, 1) + item(first, TEXT_BOX, 2) + item(nested, 0, 3) + item(second, TEXT_BOX, 4)
    sheet = opened(old_excel.xls(columns + objects + item(after, TEXT_BOX, 5)), tmp_path)
    assert [shape.area for shape in sheet.shapes] == ["C2:C3", "B3:B3"]


def test_xls_columns__narrow_and_hidden(tmp_path: Path) -> None:
    columns = b"".join(
        old_excel.record(old_excel.COLINFO, struct.pack("<6H", first, last, width, 0, flags, 0))
        for first, last, width, flags in ((0, 1, 1024, 0), (2, 2, 1024, 1), (3, 3, 256, 0), (4, 255, 5120, 0))
    )
    sheet = opened(old_excel.xls(columns), tmp_path)
    assert sheet.narrow_columns == ((1, 2, 4.0),)
    assert sheet.hidden_columns == (range(3, 5),)


def with_parts(data: bytes, **parts: bytes) -> bytes:
    """The .xlsb with parts that belong to its sheet, by their kind."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    listed = "".join(
        f'<Relationship Id="r{number}" Type="{office}/{kind}" Target="/xl/{_place(kind)}"/>'
        for number, kind in enumerate(parts)
    )
    relations = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{listed}'
    stream = BytesIO(data)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("xl/worksheets/_rels/sheet1.bin.rels", relations + "</Relationships>")
        for kind, content in parts.items():
            archive.writestr(f"xl/{_place(kind)}", content)
    return stream.getvalue()


def _place(kind: str) -> str:
    return "drawings/drawing1.xml" if kind == "drawing" else f"{kind}1.bin"


def xlsb_comments() -> bytes:
    record, wide = binary_excel.record, binary_excel.wide
    return (
        record(632, wide("甲"))
        + record(635, struct.pack("<5I", 0, 6, 6, 3, 3) + bytes(16))
        + record(637, binary_excel.rich("甲:\n应为300"))
        + record(635, struct.pack("<5I", 9, 8, 8, 3, 3) + bytes(16))
        + record(637, binary_excel.rich("已核对"))
    )


def test_xlsb__comments_and_shapes(tmp_path: Path) -> None:
    drawn_namespace = "http://schemas.openxmlformats.org/drawingml/2006"
    corners = "".join(
        f"<x:{name}><x:col>{at}</x:col><x:colOff>0</x:colOff><x:row>{at}</x:row><x:rowOff>0</x:rowOff></x:{name}>"
        for name, at in (("from", 1), ("to", 2))
    )
    box = (
        f'<x:wsDr xmlns:x="{drawn_namespace}/spreadsheetDrawing" xmlns:a="{drawn_namespace}/main"><x:twoCellAnchor>'
        f"{corners}<x:sp><x:txBody><a:p><a:r><a:t>99</a:t></a:r></a:p></x:txBody></x:sp></x:twoCellAnchor></x:wsDr>"
    )
    data = with_parts(binary_excel.xlsb(b""), drawing=box.encode(), comments=xlsb_comments())
    sheet = opened(data, tmp_path, "a.xlsb")
    assert sheet.shapes == (SheetShape("B2:B2", "99", "B2"),)
    assert sheet.comments == (CellComment("D7", "应为300"), CellComment("D9", "已核对"))


def test_xlsb_comments_cut_short__those_before_are_read(tmp_path: Path) -> None:
    data = with_parts(binary_excel.xlsb(b""), comments=xlsb_comments()[:-3])
    assert opened(data, tmp_path, "a.xlsb").comments == (CellComment("D7", "应为300"),)


def test_xlsb_comment_outside_the_sheet__is_left_out(tmp_path: Path) -> None:
    record = binary_excel.record
    far = record(635, struct.pack("<5I", 0, 6, 6, 2**31, 2**31)) + record(637, binary_excel.rich("甲"))
    far += record(635, struct.pack("<5I", 0, 2**20, 2**20, 3, 3)) + record(637, binary_excel.rich("乙"))
    data = with_parts(binary_excel.xlsb(b""), comments=far + xlsb_comments())
    assert [each.address for each in opened(data, tmp_path, "a.xlsb").comments] == ["D7", "D9"]


def test_xlsb_columns__narrow_and_hidden(tmp_path: Path) -> None:
    columns = binary_excel.columns(0, 1, 1024) + binary_excel.columns(2, 2, 256) + binary_excel.columns(3, 99, 5120)
    sheet = opened(binary_excel.xlsb(columns), tmp_path, "a.xlsb")
    assert (sheet.narrow_columns, sheet.hidden_columns) == (((1, 2, 4.0),), (range(3, 4),))


@pytest.mark.parametrize(("byte", "bits"), [(10, 45), (13, 1)])
def test_xlsb_turned_or_shrunk__fits_its_column(byte: int, bits: int, tmp_path: Path) -> None:
    formats = bytearray(binary_excel.cell_format())
    formats[-(16 - byte)] = bits
    cell = binary_excel.row(0) + binary_excel.cell(binary_excel.CELL_RK, 0, binary_excel.whole(12345))
    sheet = opened(binary_excel.xlsb(cell, formats=bytes(formats)), tmp_path, "a.xlsb")
    assert sheet.cells["A1"].look.placed is Mark.FITTED
