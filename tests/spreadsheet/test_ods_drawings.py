"""Comments and shapes of an .ods: which cells a shape covers, what its text is, whether it hides what is below."""

from pathlib import Path
from time import process_time

import pytest

from tests.spreadsheet.packages import zipped
from tests.spreadsheet.spreadsheets import ODS, ODS_CELL, ods_row, spreadsheet
from xltool.errors import UnreadableFileError
from xltool.spreadsheet.open_workbook import open_workbook
from xltool.spreadsheet.raw_workbook import CellComment, RawSheet, SheetShape

# Columns of 1 and 2 inches, rows of 0.5 inches; shapes that are filled, not filled and see-through.
STYLES = (
    "<o:automatic-styles>"
    '<s:style s:name="co1" s:family="table-column"><s:table-column-properties s:column-width="1in"/></s:style>'
    '<s:style s:name="co2" s:family="table-column"><s:table-column-properties s:column-width="2in"/></s:style>'
    '<s:style s:name="ro1" s:family="table-row"><s:table-row-properties s:row-height="0.5in"/></s:style>'
    '<s:style s:name="full" s:family="graphic"><s:graphic-properties d:fill="solid" d:fill-color="#ffffff"/></s:style>'
    '<s:style s:name="none" s:family="graphic"><s:graphic-properties d:fill="none"/></s:style>'
    '<s:style s:name="thin" s:family="graphic"><s:graphic-properties d:fill="solid" d:opacity="30%"/></s:style>'
    '<s:style s:name="child" s:family="graphic" s:parent-style-name="none"/></o:automatic-styles>'
)
COLUMNS = (
    '<t:table-column t:style-name="co1" t:number-columns-repeated="2"/>'
    '<t:table-column t:style-name="co2" t:number-columns-repeated="1022"/>'
)
AT_B2 = 'v:x="0in" v:y="0in" v:width="1in" v:height="0.5in"'


def read(
    tmp_path: Path, in_cell: str = "", on_sheet: str = "", columns: str = COLUMNS, styles: str = STYLES
) -> RawSheet:
    """A sheet with something in B2, and shapes of the sheet itself."""
    row = ods_row("<t:table-cell/>" + ODS_CELL.replace("/>", f"><x:p>1</x:p>{in_cell}</t:table-cell>"))
    rows = ods_row("<t:table-cell/>") + row + ods_row("<t:table-cell/>", 1000)
    rows = rows.replace("<t:table-row ", '<t:table-row t:style-name="ro1" ')
    shapes = f"<t:shapes>{on_sheet}</t:shapes>" if on_sheet else ""
    path = tmp_path / "a.ods"
    content = spreadsheet(shapes + columns + rows, styles=styles)
    path.write_bytes(zipped({"mimetype": ODS, "content.xml": content}))
    return open_workbook(path).sheets[0]


def box(place: str, text: str = "", style: str = "full", name: str = "rect") -> str:
    paragraph = f"<x:p>{text}</x:p>" if text else ""
    return f'<d:{name} d:style-name="{style}" {place}>{paragraph}</d:{name}>'


@pytest.mark.parametrize(
    ("shape", "area", "at"),
    [
        (box(AT_B2), "B2:B2", "B2"),
        (box('v:x="0in" v:y="0in" v:width="2.1in" v:height="0.5in"'), "B2:C2", "B2"),
        (box('v:x="0in" v:y="0in" v:width="1.9in" v:height="1in"'), "B2:B3", "B2"),
        (box('v:x="0.6in" v:y="0.3in" v:width="2.4in" v:height="10in"'), "C3:C22", "B2"),
        (box(f't:end-cell-address="表一.C4" t:end-x="1.5in" t:end-y="0.4in" {AT_B2}'), "B2:C4", "B2"),
        (box(f"t:end-cell-address=\"'甲.乙'.$D$2\" t:end-x='0.1in' t:end-y='0.5in' {AT_B2}"), "B2:C2", "B2"),
        (box(AT_B2, style="unknown"), "B2:B2", "B2"),
    ],
)
def test_filled_shape_of_a_cell__covers_what_is_mostly_below(shape: str, area: str, at: str, tmp_path: Path) -> None:
    sheet = read(tmp_path, shape)
    assert sheet.shapes == (SheetShape(area, "", at),)
    assert sheet.cells["B2"].look.cached is None


def test_shape_of_the_sheet__is_placed_by_sizes_of_columns_and_rows(tmp_path: Path) -> None:
    place = 'v:x="2in" v:y="0.5in" v:width="2in" v:height="0.5in"'
    assert read(tmp_path, on_sheet=box(place)).shapes == (SheetShape("C2:C2", "", "C2"),)
    hidden = COLUMNS.replace("<t:table-column ", '<t:table-column t:visibility="collapse" ', 1)
    assert read(tmp_path, on_sheet=box(place), columns=hidden).shapes == (SheetShape("D2:D2", "", "D2"),)


@pytest.mark.parametrize(
    "shape",
    [
        box(AT_B2, style="none"),
        box(AT_B2, style="child"),
        box(AT_B2, style="thin"),
        box(AT_B2, name="line"),
        box('v:x="0.6in" v:y="0in" v:width="1in" v:height="0.5in"'),
        box(AT_B2 + ' d:display="none"', "作废"),
        box(AT_B2 + ' t:table-background="true"'),
        f'<d:custom-shape d:style-name="full" {AT_B2}><d:enhanced-geometry d:type="ooxml-frame"/></d:custom-shape>',
        f'<d:frame d:style-name="none" {AT_B2}><d:text-box/></d:frame>',
        f'<d:g d:display="none"><d:g><d:rect d:style-name="full" {AT_B2}/></d:g></d:g>',
    ],
)
def test_shape_that_hides_nothing__is_left_out(shape: str, tmp_path: Path) -> None:
    assert read(tmp_path, shape).shapes == ()


def test_texts_of_shapes__paragraphs_in_one_line(tmp_path: Path) -> None:
    lines = "应为 <x:span>3</x:span></x:p><x:p>00"
    frame = f"<d:frame d:style-name='none' {AT_B2}><d:text-box><x:p>{lines}</x:p></d:text-box></d:frame>"
    group = "<d:g><d:rect><x:p>甲</x:p></d:rect><d:rect><x:p>乙</x:p></d:rect></d:g>"
    assert read(tmp_path, frame + group).shapes == (
        SheetShape("B2:B2", "应为 3 00", "B2"),
        SheetShape("", "甲", "B2"),
        SheetShape("", "乙", "B2"),
    )


def test_shapes_in_groups__lie_where_each_says(tmp_path: Path) -> None:
    beside = box('v:x="1in" v:y="0.5in" v:width="2in" v:height="0.5in"', "应为300", "none")
    group = f"<d:g t:end-cell-address='表一.D9'><v:title>甲</v:title>{box(AT_B2)}<d:g>{beside}</d:g></d:g>"
    assert read(tmp_path, group).shapes == (SheetShape("B2:B2", "", "B2"), SheetShape("C3:C3", "应为300", "C3"))


def test_long_text_of_a_shape__is_refused_as_that_of_a_cell(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError) as refusal:
        read(tmp_path, box(AT_B2, "<x:s/>" * 32_768))
    assert refusal.value.code == "file.over_limit"
    assert len(read(tmp_path, box(AT_B2, "<x:s/>" * 32_766 + "1")).shapes) == 1


@pytest.mark.parametrize(
    "length", ["9" * 400 + "in", "0." + "0" * 400 + "1cm", "999999999in", "0.00000000000000000001cm"]
)
def test_absurd_lengths__are_bounded(length: str, tmp_path: Path) -> None:
    place = f'v:x="0in" v:y="0in" v:width="{length}" v:height="0.5in"'
    columns = COLUMNS.replace('"co1"', '"co3"')
    styles = f'<s:style s:name="co3" s:family="table-column"><s:table-column-properties s:column-width="{length}"/>'
    sheet = read(
        tmp_path,
        box(place, "甲"),
        columns=columns,
        styles=STYLES.replace("<o:automatic-styles>", f"<o:automatic-styles>{styles}</s:style>"),
    )
    assert [shape.text for shape in sheet.shapes] == ["甲"]


def test_many_rows_and_shapes__take_little_time(tmp_path: Path) -> None:
    rows = "".join(
        f'<t:table-row t:style-name="ro{number % 2}"><t:table-cell/></t:table-row>' for number in range(16_000)
    )
    places = (f'v:x="0in" v:y="{number % 900}in" v:width="1in" v:height="0.5in"' for number in range(16_000))
    path = tmp_path / "a.ods"
    content = spreadsheet(f"<t:shapes>{''.join(map(box, places))}</t:shapes>{COLUMNS}{rows}", styles=STYLES)
    path.write_bytes(zipped({"mimetype": ODS, "content.xml": content}))
    begin = process_time()
    assert len(open_workbook(path).sheets[0].shapes) == 16_000
    assert process_time() - begin < 4


@pytest.mark.parametrize(
    "content", ["<d:image><x:p/></d:image>", "<d:object><t:table><t:table-row/></t:table></d:object>"]
)
def test_picture_or_chart__is_one(content: str, tmp_path: Path) -> None:
    sheet = read(tmp_path, f"<d:frame {AT_B2}>{content}</d:frame>")
    assert sheet.shapes == (SheetShape("B2:B2", "", "B2", is_picture=True),)
    assert list(sheet.cells) == ["B2"]


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("<dc:date>2026-01-05</dc:date><x:p>应为300</x:p><x:p>填错了</x:p>", "应为300 填错了"),
        ("<dc:creator>甲</dc:creator><x:p>甲:</x:p><x:p>应为300</x:p>", "应为300"),
    ],
)
def test_comment__is_that_of_its_cell(inside: str, text: str, tmp_path: Path) -> None:
    sheet = read(tmp_path, f"<o:annotation {AT_B2}>{inside}</o:annotation>")
    assert (sheet.comments, sheet.shapes) == ((CellComment("B2", text),), ())
    assert sheet.cells["B2"].text == "1"


def test_narrow_columns__in_digits(tmp_path: Path) -> None:
    ((first, last, width),) = read(tmp_path).narrow_columns
    assert (first, last, round(width, 1)) == (1, 2, 13.7)
