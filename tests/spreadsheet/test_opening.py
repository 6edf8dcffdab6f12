"""What one pass over a workbook finds: the same from every program and in every dialect."""

import os
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.datavalidation import DataValidation

from tests.spreadsheet.dialects import SAME
from tests.spreadsheet.packages import (
    CONTENT_TYPES,
    CUSTOM,
    GOOD,
    MAIN,
    SHEET,
    STYLES,
    WORKBOOK,
    XML,
    content_types,
    good_parts,
    sheet,
    with_parts,
    with_rows,
    workbook,
    zipped,
)
from xltool.errors import ForeignFileError, UnreadableFileError
from xltool.spreadsheet.cell_look import PLAIN_LOOK
from xltool.spreadsheet.open_workbook import open_workbook
from xltool.spreadsheet.raw_workbook import RawCell, RawSheet, RawWorkbook, StorageType
from xltool.spreadsheet.refusals import FileObstacle


def opened(tmp_path: Path, content: bytes, name: str = "return.xlsx") -> RawWorkbook:
    path = tmp_path / name
    path.write_bytes(content)
    return open_workbook(path)


def only_sheet(tmp_path: Path, content: bytes) -> RawSheet:
    return opened(tmp_path, content).sheets[0]


def cells_of(tmp_path: Path, rows: str) -> dict[str, RawCell]:
    return dict(only_sheet(tmp_path, with_rows(rows)).cells)


# --- dialects ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", SAME)
def test_dialect__same_values(dialect: str, tmp_path: Path) -> None:
    book = opened(tmp_path, SAME[dialect]())
    assert [(found.name, found.state) for found in book.sheets] == [("表一", "visible")]
    assert {address: cell.text for address, cell in book.sheets[0].cells.items()} == GOOD
    assert book.sheets[0].cells["C1"].formula == "B1*2"
    assert book.program == "Pen"


# --- cells -------------------------------------------------------------------------------------------------------


def test_every_type_of_cell__stored_as_it_is(tmp_path: Path) -> None:
    found = cells_of(
        tmp_path,
        '<row r="1"><c r="A1"><v>7730.2799999999997</v></c>'
        '<c r="B1" t="b"><v>1</v></c><c r="C1" t="e"><v>#REF!</v></c>'
        '<c r="D1" t="d"><v>2025-01-02</v></c><c r="E1" t="str"><f>X</f><v></v></c><c r="F1"><f>Y</f><v></v></c>'
        '<c r="G1"><f>Z</f></c><c r="H1" t="n"><v>1E-3</v></c><c r="I1" t="b"><v>2</v></c>'
        '<c r="J1"><v>NaN</v></c></row>',
    )
    assert {address: (cell.stored.value, cell.text, cell.formula) for address, cell in found.items()} == {
        "A1": ("number", "7730.2799999999997", None),
        "B1": ("boolean", "1", None),
        "C1": ("error", "#REF!", None),
        "D1": ("date", "2025-01-02", None),
        "E1": ("text", "", "X"),
        "F1": ("empty", "", "Y"),
        "G1": ("empty", "", "Z"),
        "H1": ("number", "1E-3", None),
        "I1": ("boolean", "2", None),
        "J1": ("number", "NaN", None),
    }


def test_empty_cells__not_kept(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1" s="0"/><c r="B1"></c><c r="C1"><v/></c><c r="D1" t="inlineStr"><is/></c></row>'
    assert cells_of(tmp_path, rows) == {}


def test_last_cell_of_the_grid__one_cell(tmp_path: Path) -> None:
    found = cells_of(tmp_path, '<row r="1048576"><c r="XFD1048576"><v>7</v></c></row>')
    assert found == {"XFD1048576": RawCell(StorageType.NUMBER, "7")}


def test_shared_and_array_formulas__dependents_are_parts(tmp_path: Path) -> None:
    found = cells_of(
        tmp_path,
        '<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="0">B1&amp;"&lt;"</f><v>1</v></c>'
        '<c r="C1"><f t="array" ref="C1:C2">B1:B2</f><v>1</v></c></row>'
        '<row r="2"><c r="A2"><f t="shared" si="0"/><v>2</v></c><c r="C2"><v>2</v></c><c r="D2"><v>3</v></c></row>',
    )
    assert {address: cell.formula for address, cell in found.items()} == {
        "A1": 'B1&"<"',
        "C1": "B1:B2",
        "A2": "",
        "C2": "",
        "D2": None,
    }


def test_text__references_escapes_and_line_ends_resolved(tmp_path: Path) -> None:
    found = cells_of(
        tmp_path,
        '<row r="1"><c r="A1" t="str"><v>a&lt;b&amp;&#10;c</v></c><c r="B1" t="str"><v>a_x000D_b_x005F_x0041_</v></c>'
        '<c r="C1" t="inlineStr"><is><t xml:space="preserve">  =1+1\r\n </t></is></c>'
        '<c r="D1" t="str"><v>_xD800_</v></c><c r="E1" t="str"><v>]]</v></c></row>',
    )
    assert [cell.text for cell in found.values()] == ["a<b&\nc", "a\rb_x0041_", "  =1+1\n ", "_xD800_", "]]"]


STYLED = (
    f'{XML}<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/>'
    '<numFmt numFmtId="165" formatCode="0&quot;days&quot;"/><numFmt numFmtId="166" formatCode="[h]:mm"/>'
    '<numFmt numFmtId="167" formatCode="[Red]General\\d_m"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>'
    '<xf numFmtId="0"><protection locked="0"/></xf><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/>'
    '<xf numFmtId="166"/><xf numFmtId="167"/><xf numFmtId="0"><protection hidden="1"/></xf>'
    '<xf numFmtId="0"><protection locked="false"/></xf></cellXfs></styleSheet>'
)


def test_styles__locks_and_dates(tmp_path: Path) -> None:
    cells = "".join(f'<c r="{letter}1" s="{style}"><v>5</v></c>' for style, letter in enumerate("ABCDEFGHIJ"))
    content = with_parts({STYLES: STYLED, SHEET: sheet(f'<row r="1">{cells}</row>')})
    found = only_sheet(tmp_path, content).cells
    assert "".join("D" if cell.stored is StorageType.DATE else "n" for cell in found.values()) == "nnDDnDnnnn"
    assert "".join("L" if cell.locked else "u" for cell in found.values()) == "LuLLLLLLuL"


def test_cell_pieces_across_a_piece_of_the_part__read_whole(tmp_path: Path) -> None:
    rows = "".join(
        f'<row r="{row}"><c r="A{row}"><v>{row}</v></c><c r="B{row}" t="str"><v>{"报" * (row % 50)}</v></c></row>'
        for row in range(1, 20_001)
    )
    found = cells_of(tmp_path, rows)
    assert len(rows.encode()) > 2 * 1024 * 1024
    assert [found[f"A{row}"].text for row in range(1, 20_001)] == [str(row) for row in range(1, 20_001)]
    assert all(found[f"B{row}"].text == "报" * (row % 50) for row in range(1, 20_001) if row % 50)


# --- the workbook ------------------------------------------------------------------------------------------------


def test_workbook__names_protection_properties_and_macros(tmp_path: Path) -> None:
    vt = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
    properties = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
    content = with_parts(
        {
            CONTENT_TYPES: content_types("application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
            WORKBOOK: workbook(
                '<sheet name="表一" sheetId="1" state="veryHidden" r:id="rId1"/>',
                '<workbookProtection lockStructure="1"/><definedNames><definedName name="a.b">表一!$A$1</definedName>'
                '<definedName name="_xlnm.Print_Area" localSheetId="0">表一!$A$1</definedName></definedNames>',
            ),
            "xl/vbaProject.bin": b"\0",
            CUSTOM: f'{XML}<Properties xmlns="{properties}" xmlns:vt="{vt}"><property name="xltool.form"><vt:lpwstr>'
            "年报</vt:lpwstr></property><property name='n'><vt:i4>7</vt:i4></property></Properties>",
        }
    )
    book = opened(tmp_path, content)
    assert book.names == {"a.b": "表一!$A$1"}
    assert book.properties == {"xltool.form": "年报", "n": "7"}
    assert (book.container, book.macros, book.structure_protected, book.complete) == ("xlsm", True, True, True)
    assert book.sheets[0].state == "veryHidden"


def test_sheet__merges_protection_and_validation(tmp_path: Path) -> None:
    after = (
        '<sheetProtection sheet="true"/>'
        '<mergeCells count="9"><mergeCell ref="A1:B2"/><mergeCell ref="C1:D1"/></mergeCells>'
        '<dataValidations><dataValidation sqref="A1:A9 C1"><formula1>1</formula1></dataValidation></dataValidations>'
        '<extLst><ext uri="u" xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"'
        ' xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x14:dataValidations><x14:dataValidation>'
        "<x14:formula1><xm:f>a</xm:f></x14:formula1><xm:sqref>E1</xm:sqref></x14:dataValidation></x14:dataValidations>"
        "</ext></extLst>"
    )
    found = only_sheet(tmp_path, with_parts({SHEET: sheet(after=after)}))
    assert (found.protected, found.merged, found.validated) == (True, ("A1:B2", "C1:D1"), ("A1:A9", "C1", "E1"))


@pytest.mark.parametrize("odd", ["", "<!-- an unusual dialect -->"])
def test_hidden__rows_and_columns_that_nobody_sees(odd: str, tmp_path: Path) -> None:
    rows = (
        '<row r="1" hidden="0"/><row r="2" spans="1:2" hidden="1"><c r="A2"><v>1</v></c></row>'
        '<row r="3" hidden="true"/><row r="5" ht="0" customHeight="1"/><row r="7" ht="0.5"/><row r="8" ht="4"/>'
        '<row r="9" hidden="1"/>'
    )
    columns = (
        '<col min="2" max="3" hidden="1"/><col min="5" max="5" width="0"/><col min="6" max="7" width="9"/>'
        '<col min="8" max="8" width="1.6"/>'
    )
    found = only_sheet(tmp_path, with_parts({SHEET: sheet(odd + rows, before=f"<cols>{columns}</cols>")}))
    assert found.hidden_rows == (range(2, 4), range(5, 6), range(7, 8), range(9, 10))
    assert found.hidden_columns == (range(2, 4), range(5, 6), range(8, 9))


def test_identity__of_the_very_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(with_parts({}))
    os.utime(path, (1_700_000_000, 1_700_000_000))
    book = open_workbook(path)
    assert (book.size, book.modified) == (path.stat().st_size, "2023-11-14T22:13:20+00:00")
    assert len(book.sha256) == 64


# --- real programs -----------------------------------------------------------------------------------------------


def xlsxwriter_book(path: Path) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        unlocked = book.add_format({"locked": False})
        date = book.add_format({"num_format": "yyyy-mm-dd"})
        first, second = book.add_worksheet("表一"), book.add_worksheet("表二")
        first.merge_range("A1:C1", "标题 <&> 'x'")
        first.write_number("A2", 0.1 + 0.2, unlocked)
        first.write_string("B2", "  两端空格\n换行  ")
        first.write_formula("C2", '=IF(A2>0,"是","否")', None, "是")
        first.write_boolean("D2", True)
        first.write_number("E2", 45000, date)
        first.write_array_formula("A3:A4", "{=A2*2}", None, 0.6)
        first.write_rich_string("B3", "年", book.add_format({"bold": True}), "报")
        first.write_blank("C3", None, unlocked)
        first.data_validation("A2:B9", {"validate": "integer", "criteria": ">=", "value": 0})
        first.protect("secret")
        second.hide()
        second.write_url("A1", "internal:表一!A1", string="回到表一")
        book.define_name("x.y", "=表一!$A$2")


def openpyxl_copy(path: Path) -> Path:
    book = openpyxl.load_workbook(path, rich_text=True)
    copy = path.with_name("openpyxl.xlsx")
    validation = DataValidation(type="whole", sqref="F1:F2")
    book["表一"].add_data_validation(validation)
    book.save(copy)
    return copy


BLUE, BLACK = PLAIN_LOOK._replace(colour="0000FF"), PLAIN_LOOK._replace(colour="000000")


def test_book_of_xlsxwriter__as_written(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    xlsxwriter_book(path)
    book = open_workbook(path)
    first, second = book.sheets
    assert {address: cell._replace(text=str(cell.text), look=PLAIN_LOOK) for address, cell in first.cells.items()} == {
        "A1": RawCell(StorageType.TEXT, "标题 <&> 'x'"),
        "A2": RawCell(StorageType.NUMBER, "0.3", None, False),
        "B2": RawCell(StorageType.TEXT, "  两端空格\n换行  "),
        "C2": RawCell(StorageType.TEXT, "是", 'IF(A2>0,"是","否")'),
        "D2": RawCell(StorageType.BOOLEAN, "1"),
        "E2": RawCell(StorageType.DATE, "45000"),
        "A3": RawCell(StorageType.NUMBER, "0.6", "A2*2"),
        "A4": RawCell(StorageType.NUMBER, "0", ""),
        "B3": RawCell(StorageType.TEXT, "年报"),
    }
    assert (first.merged, first.protected, first.validated) == (("A1:C1",), True, ("A2:B9",))
    assert (second.state, second.cells) == ("hidden", {"A1": RawCell(StorageType.TEXT, "回到表一", look=BLUE)})
    assert book.names == {"x.y": "表一!$A$2"}
    assert book.program == "Microsoft Excel 12.0000"


def test_book_saved_by_openpyxl__formulas_without_values(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    xlsxwriter_book(path)
    first = open_workbook(openpyxl_copy(path)).sheets[0]
    assert first.cells["C2"] == RawCell(StorageType.EMPTY, "", 'IF(A2>0,"是","否")', look=BLACK)
    assert first.cells["A2"] == RawCell(StorageType.NUMBER, "0.3", None, False, BLACK)
    assert first.cells["B2"].text == "  两端空格\n换行  "
    assert first.validated == ("A2:B9", "F1:F2")


# --- the file ----------------------------------------------------------------------------------------------------


def refusal_of(path: Path) -> tuple[str, dict[str, object]]:
    with pytest.raises((UnreadableFileError, ForeignFileError)) as refusal:
        open_workbook(path)
    return refusal.value.code, dict(refusal.value.facts)


@pytest.mark.parametrize(
    "name", ["~$return.xlsx", ".~lock.return.xlsx#", "._return.xlsx", "Thumbs.db", "desktop.ini", ".DS_Store"]
)
def test_junk__skipped_by_name_whatever_it_holds(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(with_parts({}))
    assert refusal_of(tmp_path / name) == ("file.temporary", {"file": name})


def test_file_that_is_gone(tmp_path: Path) -> None:
    assert refusal_of(tmp_path / "no.xlsx") == ("file.missing", {"file": "no.xlsx"})


def test_folder_named_like_a_workbook(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").mkdir()
    assert refusal_of(tmp_path / "a.xlsx") == ("file.not_regular", {"file": "a.xlsx", "kind": FileObstacle.FOLDER})


def test_file_beyond_the_limit__not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with path.open("wb") as file:
        file.truncate(51 * 1024 * 1024)
    assert refusal_of(path) == ("file.too_large", {"file": "a.xlsx", "size": 51, "limit": 50})
    path.write_bytes(with_parts({}))
    with pytest.raises(UnreadableFileError, match="too_large"):
        open_workbook(path, max_bytes=1000)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_pipe_and_device__not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xlsx")
    (tmp_path / "zero.xlsx").symlink_to("/dev/zero")
    assert refusal_of(tmp_path / "pipe.xlsx")[1]["kind"] is FileObstacle.PIPE
    assert refusal_of(tmp_path / "zero.xlsx")[1]["kind"] is FileObstacle.DEVICE


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_links__followed_once_and_never_round(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").symlink_to("b.xlsx")
    (tmp_path / "b.xlsx").symlink_to("a.xlsx")
    assert refusal_of(tmp_path / "a.xlsx") == ("file.not_regular", {"file": "a.xlsx", "kind": FileObstacle.LOOP})
    (tmp_path / "real.xlsx").write_bytes(with_parts({}))
    (tmp_path / "link.xlsx").symlink_to("real.xlsx")
    assert open_workbook(tmp_path / "link.xlsx").sheets[0].name == "表一"
    (tmp_path / "dangling.xlsx").symlink_to("nothing.xlsx")
    assert refusal_of(tmp_path / "dangling.xlsx")[0] == "file.missing"


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.xlsx").write_bytes(with_parts({}))

    def denied(*_arguments: object) -> int:
        raise PermissionError(13, "denied")

    monkeypatch.setattr(os, "open", denied)
    assert refusal_of(tmp_path / "a.xlsx") == ("file.no_access", {"file": "a.xlsx"})


@pytest.mark.parametrize("more", [b"", b"more"])
def test_file_that_changes_while_it_is_read(more: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(with_parts({}))
    really_open = os.open

    def written_to(*arguments: object) -> int:
        handle = really_open(*arguments)  # type: ignore[arg-type]  # whatever the caller gave is passed on
        path.write_bytes(with_parts({"x": "y"}) + more)
        return handle

    monkeypatch.setattr(os, "open", written_to)
    assert refusal_of(path) == ("file.changed", {"file": "a.xlsx"})


@pytest.mark.skipif(os.name == "nt", reason="such names cannot be made there")
def test_name_with_control_characters__shown_escaped(tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[2J\n\u202e.xlsx"
    path.write_bytes(b"")
    assert refusal_of(path) == ("file.empty", {"file": "a\\x1b[2J\\n\\u202e.xlsx"})


def test_refusal__picklable(tmp_path: Path) -> None:
    import pickle

    path = tmp_path / "a.xlsx"
    path.write_bytes(zipped({**good_parts(), SHEET: ""}))
    with pytest.raises(UnreadableFileError) as refusal:
        open_workbook(path)
    again = pickle.loads(pickle.dumps(refusal.value))
    assert (again.code, again.facts) == (refusal.value.code, refusal.value.facts)


def test_amount__stored_text_is_exact(tmp_path: Path) -> None:
    text = cells_of(tmp_path, '<row r="1"><c r="A1"><v>0.1234567890123456789</v></c></row>')["A1"].text
    assert Decimal(text) == Decimal("0.1234567890123456789")
