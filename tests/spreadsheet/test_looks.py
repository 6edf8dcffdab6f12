"""How cells and characters look, read from every format alike."""

import struct
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from tests.judges import recalculate
from tests.spreadsheet import binary_excel as made
from tests.spreadsheet import packages
from tests.spreadsheet.packages import with_parts, zipped
from tests.spreadsheet.spreadsheets import ODS, ods_row, spreadsheet
from xltool.errors import UnreadableFileError
from xltool.model.form import CellKind
from xltool.model.submission import EntryState
from xltool.recognition.shown_values import ShownMeaning, interpret_shown
from xltool.spreadsheet import limits
from xltool.spreadsheet.cell_look import LookChange, Mark, MarkedText, make_look
from xltool.spreadsheet.conditional_formats import ConditionKind
from xltool.spreadsheet.open_workbook import open_workbook
from xltool.spreadsheet.raw_workbook import RawSheet, StorageType
from xltool.spreadsheet.refusals import LimitKind
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
        add_rich({"font_name": "Wingdings"}, None, "symbol_font")
        add_rich({"font_name": "Symbol"}, 887, "text_number")
        add_number({"font_strikeout": True}, None, "struck_out")
        add_number({"font_color": "white"}, None, "invisible")
        add_number({"font_color": "white", "bg_color": "#1F4E78"}, 294, None)
        add_number({"num_format": "0\\.0000"}, None, "shown_differs")
        add_number({"num_format": ";;;"}, None, "shown_differs")
        add_number({"num_format": "0,"}, None, "shown_differs")
        add_number({"num_format": '0"件"'}, 294, None)
        add_number({"num_format": "#,##0.00"}, 294, None)
        add_number({"num_format": '0"万元"'}, None, "shown_differs")
        add_number({"font_name": "Webdings"}, None, "symbol_font")
        add_number({"font_name": "Symbol"}, 294, "odd_font")
        add_number({"align": "fill"}, None, "repeated")
        add_number({"shrink": True}, 294, None)
        add_number({"rotation": 90}, 294, None)
        add_number({"rotation": -90}, 294, None)
        add_number({"rotation": 270}, 294, None)
        add_number({"diag_type": 1, "diag_border": 1}, None, "struck_out")
        add_number({"diag_type": 3, "diag_border": 2, "align": "right"}, None, "struck_out")
        add_number({"border": 1}, 294, None)
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


def test_xlsx__whole_figure_raised_or_lowered__read_with_a_note(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet()
        for column, script in enumerate((1, 2)):
            sheet.write_number(0, column, 12, book.add_format({"font_script": script}))
            sheet.write_string(1, column, "12", book.add_format({"font_script": script}))
    read = open_workbook(tmp_path / "a.xlsx").sheets[0]
    assert {meaning(read, address)[:3] for address in ("A1", "B1", "A2", "B2")} == {(EntryState.NUMBER, 12, "odd_font")}


@pytest.mark.office
@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_low_rows_and_narrow_columns__as_hidden_ones(kind: str, tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet()
        for row in range(5):
            sheet.write_row(row, 0, range(6))
        sheet.set_row(1, 0.5)
        sheet.set_row(2, 3.75)
        sheet.set_row(3, 12)
        sheet.set_column(2, 3, 0.5)
        sheet.set_column(4, 4, 2)
    (tmp_path / "out").mkdir()
    read = open_workbook(recalculate(tmp_path / "a.xlsx", tmp_path / "out", kind)).sheets[0]
    assert (read.hidden_rows, read.hidden_columns) == ((range(2, 4),), (range(3, 5),))


def test_xlsx__colours_of_the_file_itself(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_number("A1", 12)  # in the first dark colour of the theme
        sheet.write_number("B1", 12, book.add_format({"font_color": "red"}))
        sheet.write_rich_string(
            "C1", book.add_format({"bold": True}), "88", book.add_format({"font_color": "red"}), "7"
        )
    black, red = '<a:sysClr val="windowText" lastClr="000000"/>', '<color rgb="FFFF0000"/>'
    palette = "".join('<rgbColor rgb="00FFFFFE"/>' for _ in range(3))
    data = changed_parts(
        tmp_path / "a.xlsx",
        {
            "xl/theme/theme1.xml": lambda text: text.replace(black, '<a:srgbClr val="FFFFFF"/>', 1),
            "xl/styles.xml": lambda text: text.replace(red, '<color indexed="2"/>').replace(
                "</styleSheet>", f"<colors><indexedColors>{palette}</indexedColors></colors></styleSheet>"
            ),
            "xl/sharedStrings.xml": lambda text: text.replace(red, '<color indexed="2"/>'),
        },
    )
    before, read = open_workbook(tmp_path / "a.xlsx").sheets[0], opened(data, tmp_path)
    assert [meaning(before, address).note for address in ("A1", "B1", "C1")] == [None, None, "text_number"]
    assert {meaning(read, address).note for address in ("A1", "B1", "C1")} == {"invisible"}


def changed_parts(path: Path, changes: dict[str, Callable[[str], str]]) -> bytes:
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name).decode() for name in book.namelist()}
    assert all(change(parts[name]) != parts[name] for name, change in changes.items())
    return zipped({name: changes[name](text) if name in changes else text for name, text in parts.items()})


@pytest.mark.parametrize(
    ("look", "note"),
    [
        ({"pattern": 1, "fg_color": "black", "font_color": "black"}, "invisible"),
        ({"pattern": 4, "fg_color": "black", "bg_color": "black", "font_color": "black"}, "invisible"),
        ({"pattern": 4, "fg_color": "black", "bg_color": "white", "font_color": "black"}, None),
        ({"pattern": 1, "fg_color": "black", "bg_color": "yellow", "font_color": "black"}, None),
    ],
)
def test_fill__of_one_colour_hides_characters_of_that_colour(
    look: dict[str, object], note: str | None, tmp_path: Path
) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        book.add_worksheet().write_number(0, 0, 12, book.add_format(look))
    assert meaning(open_workbook(tmp_path / "a.xlsx").sheets[0], "A1").note == note


def test_automatic_colour__is_black() -> None:
    assert make_look("0", None, "", "000000").marks == (Mark.INVISIBLE,)
    assert make_look("0", None, "", "FFF9E3").marks == ()
    assert make_look("0", None, "", "000000", automatic="").marks == ()


def test_xlsb__fonts_alignments_palette_theme_and_sizes(tmp_path: Path) -> None:
    indexed, themed = b"\x03\x02\0\0\0\0\0\xff", b"\x07\x01\0\0\0\0\0\xff"
    styles = made.font() + made.font(name="Wingdings 2") + made.font(name="Symbol") + made.font(colour=indexed)
    styles += made.font(colour=themed) + made.fill() + b"".join(made.palette_colour(b"\xff\xff\xfe") for _ in range(3))
    formats = b"".join(made.cell_format(0, font) for font in range(5)) + made.cell_format(alignment=4)
    formats += made.cell_format(alignment=6) + made.cell_format(border_index=1)
    styles += made.border() + made.border(diagonals=2)
    sheet = made.columns(0, 3, 2048) + made.columns(4, 5, 100) + made.row(0)
    sheet += b"".join(made.cell(made.CELL_RK, style, made.whole(12), style) for style in range(8))
    sheet += made.row(1, points=0.5) + made.row(2, points=4)
    read = opened(made.xlsb(sheet, (), styles, formats, theme=_WHITE_THEME), tmp_path)
    notes = [meaning(read, address).note for address in ("A1", "B1", "C1", "D1", "E1", "F1", "H1")]
    assert notes == [None, "symbol_font", "odd_font", "invisible", "invisible", "repeated", "struck_out"]
    assert read.cells["G1"].look.placed is Mark.ACROSS
    assert (read.hidden_rows, read.hidden_columns) == ((range(2, 3),), (range(5, 7),))


_WHITE_THEME = (
    '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:themeElements><a:clrScheme name="x">'
    '<a:dk1><a:srgbClr val="FFFFFF"/></a:dk1></a:clrScheme></a:themeElements></a:theme>'
)


def test_xlsb__conditional_formats(tmp_path: Path) -> None:
    white = made.look_change((5, made.WHITE))
    struck, nothing = (
        made.look_change((0x1D, b"\1")),
        made.look_change((0x26, b"\xb0\0\3\0" + ";;;".encode("utf-16-le"))),
    )
    forty, relative = made.token_number(40), b"\x4c" + struct.pack("<IH", 0, 0xC000) + made.token_number(50) + b"\x0d"
    rules = made.rule(1, 0, 5, forty) + made.rule(1, 1, 1, forty, made.token_number(60), priority=2)
    rules += made.rule(2, 2, 0, relative, priority=3) + made.rule(2, 0, 0, template=8, text="7", priority=4)
    sheet = made.row(0) + made.conditional((0, 0, 0, 3), rules)
    read = opened(made.xlsb(sheet, (), white + struck + nothing), tmp_path)
    assert [(item.areas, item.kind, item.operator, item.operands) for item in read.conditional] == [
        ("A1:D1", ConditionKind.COMPARISON, ">", ("40",)),
        ("A1:D1", ConditionKind.COMPARISON, "between", ("40", "60")),
        ("A1:D1", ConditionKind.FORMULA, "", ("A1>50",)),
        ("A1:D1", ConditionKind.TEXT, "contains", ("7",)),
    ]
    assert [item.change for item in read.conditional] == [
        LookChange(colour="FFFFFF"),
        LookChange(mark=Mark.STRUCK),
        LookChange(format_code=";;;"),
        LookChange(colour="FFFFFF"),
    ]


def test_xlsb__conditional_format_cut_short__left_out(tmp_path: Path) -> None:
    sheet = made.row(0) + made.record(463, b"\1\0\0\0") + made.row(1)
    assert opened(made.xlsb(sheet, (), made.record(507, b"\0\0\0\0\x09\0")), tmp_path).conditional == ()


ODS_LOOKS = (
    '<s:style s:name="fill" s:family="table-cell"><s:table-cell-properties s:repeat-content="true"/></s:style>'
    '<s:style s:name="over" s:family="table-cell"><s:table-cell-properties s:rotation-angle="180"/></s:style>'
    '<s:style s:name="turned" s:family="table-cell"><s:table-cell-properties s:rotation-angle="90"/></s:style>'
    '<s:style s:name="raised" s:family="table-cell"><s:text-properties s:text-position="super 58%"/></s:style>'
    '<s:style s:name="named" s:family="table-cell"><s:text-properties s:font-name="Webdings"/></s:style>'
    '<s:style s:name="gnumeric" s:family="table-cell"><s:text-properties x:display="none"/></s:style>'
)


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("fill", (None, "repeated")),
        ("over", (None, "upside_down")),
        ("turned", (69, None)),
        ("raised", (69, "odd_font")),
        ("named", (None, "symbol_font")),
        ("gnumeric", (69, None)),
    ],
)
@pytest.mark.parametrize("stored", ["float", "string"])
def test_ods__look_of_a_whole_cell(
    style: str, expected: tuple[int | None, str | None], stored: str, tmp_path: Path
) -> None:
    value = "o:value='69'" if stored == "float" else ""
    cell = f"<t:table-cell t:style-name='{style}' o:value-type='{stored}' {value}><x:p>69</x:p></t:table-cell>"
    content = spreadsheet(ods_row(cell), styles=f"<o:automatic-styles>{ODS_LOOKS}</o:automatic-styles>")
    read = meaning(opened(zipped({"mimetype": ODS, "content.xml": content}), tmp_path), "A1")
    note = read.note if read.note != "text_number" else None
    assert (read.value, note) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("o:value-type='float' o:value='12'><x:p>12</x:p>", (12, None)),
        ("o:value-type='float' o:value='1234'><x:p>1,234.00</x:p>", (1234, None)),
        ("o:value-type='float' o:value='21'><x:p>二十一</x:p>", (21, None)),
        ("o:value-type='float' o:value='12'><x:p>21</x:p>", (None, "cached_differs")),
        ("o:value-type='float' o:value='12'><x:p>12（其中网上3）</x:p>", (None, "cached_differs")),
        ("o:value-type='float' o:value='12'>", (12, None)),
        ("o:value-type='string' o:string-value='12'><x:p>21</x:p>", (None, "cached_differs")),
        ("o:value-type='string' o:string-value='12'><x:p>12</x:p>", (12, "text_number")),
    ],
)
def test_ods__text_beside_another_value__refused(
    cell: str, expected: tuple[int | None, str | None], tmp_path: Path
) -> None:
    content = spreadsheet(ods_row(f"<t:table-cell {cell}</t:table-cell>"))
    read = meaning(opened(zipped({"mimetype": ODS, "content.xml": content}), tmp_path), "A1")
    assert (read.value, read.note) == expected


NO_DECIMALS = (
    '<number:number-style xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" s:name="N1">'
    '<number:number number:decimal-places="0" number:min-integer-digits="1"/></number:number-style>'
    '<s:style s:name="whole" s:family="table-cell" s:data-style-name="N1"/>'
)


@pytest.mark.parametrize(
    ("stored", "beside", "expected"),
    [
        ("11.5", "11.5", (Decimal("11.5"), None)),  # as Gnumeric writes 0.######
        ("169.119999999999999996", "169.12", (Decimal("169.12"), None)),
        ("11.5", "12", (None, "shown_differs")),
        ("11.5", "", (None, "shown_differs")),
    ],
)
def test_ods__rounded_by_the_file_only__counts_as_the_program_showed_it(
    stored: str, beside: str, expected: tuple[Decimal | None, str | None], tmp_path: Path
) -> None:
    text = f"<x:p>{beside}</x:p>" if beside else ""
    cell = f"<t:table-cell t:style-name='whole' o:value-type='float' o:value='{stored}'>{text}</t:table-cell>"
    content = spreadsheet(ods_row(cell), styles=f"<o:automatic-styles>{NO_DECIMALS}</o:automatic-styles>")
    sheet = opened(zipped({"mimetype": ODS, "content.xml": content}), tmp_path)
    read = interpret_shown(sheet.cells["A1"], CellKind.AMOUNT, 2)
    assert (read.value, read.note) == expected


MAP = (
    '<s:style s:name="hide" s:family="table-cell"><s:text-properties f:color="#ffffff"/></s:style>'
    '<s:style s:name="mapped" s:family="table-cell">'
    '<s:map s:condition="{}" s:apply-style-name="hide" s:base-cell-address="表一.A1"/></s:style>'
)


@pytest.mark.parametrize(
    ("condition", "kind", "operands"),
    [
        ("cell-content()&gt;40", ConditionKind.COMPARISON, ("40",)),
        ("cell-content-is-between(1,60)", ConditionKind.COMPARISON, ("1", "60")),
        ("of:is-true-formula([.A1]&lt;[.$B$1])", ConditionKind.FORMULA, ("A1<$B$1",)),
        ("of:cell-content()=SUM([.B1:.C1])", ConditionKind.COMPARISON, ("SUM(B1:C1)",)),
        ("what-else()", ConditionKind.UNKNOWN, ()),
    ],
)
def test_ods__conditions_in_styles(
    condition: str, kind: ConditionKind, operands: tuple[str, ...], tmp_path: Path
) -> None:
    cell = "<t:table-cell t:style-name='mapped' t:number-columns-repeated='2' o:value-type='float' o:value='69'/>"
    content = spreadsheet(ods_row(cell), styles=f"<o:automatic-styles>{MAP.format(condition)}</o:automatic-styles>")
    (item,) = opened(zipped({"mimetype": ODS, "content.xml": content}), tmp_path).conditional
    assert (item.areas, item.base, item.kind, item.operands) == ("A1:B1", "A1", kind, operands)
    assert item.change == LookChange(colour="FFFFFF")


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


def test_conditional_formats__too_many_refused(tmp_path: Path) -> None:
    rule = "<cfRule type='iconSet' priority='1'><iconSet showValue='0'/></cfRule>"
    for areas, rules in (("A1", rule * (limits.MAX_CONDITIONS + 1)), ("A1 " * (limits.MAX_CONDITION_AREAS + 1), rule)):
        after = f"<conditionalFormatting sqref='{areas}'>{rules}</conditionalFormatting>"
        with pytest.raises(UnreadableFileError) as refusal:
            opened(with_parts({packages.SHEET: packages.sheet(after=after)}), tmp_path)
        assert refusal.value.facts["what"] == LimitKind.CONDITIONS
