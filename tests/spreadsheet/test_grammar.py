"""The grammar of the plain dialect against expat: it accepts nothing that expat would refuse, and reads nothing else.

A comment at the start of the rows sends the whole sheet through expat and the rewriter; both ways must end alike.
"""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.spreadsheet.packages import SHEET, sheet
from xltool.errors import UnreadableFileError
from xltool.spreadsheet.cell_look import make_look
from xltool.spreadsheet.ooxml.cell_scanner import SharedParts
from xltool.spreadsheet.ooxml.cell_styles import CellStyle
from xltool.spreadsheet.ooxml.part import Part, ReadingBudget
from xltool.spreadsheet.ooxml.shared_strings import read_shared_strings
from xltool.spreadsheet.ooxml.worksheet import read_worksheet
from xltool.spreadsheet.raw_workbook import RawCell

SHARED = SharedParts(
    ("年报", ""), (CellStyle(), CellStyle(locked=False), CellStyle(look=make_look("yyyy", None, "", "")))
)
EXCEL_2010 = 'xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"'
COMMENT = "<!---->"

ROWS = (
    '<row r="1" spans="1:3" ht="12.5" customHeight="1" x14ac:dyDescent="0.3">'
    '<c r="A1" s="1" t="s"><v>0</v></c><c r="B1" s="2"/>'
    '<c r="C1" s="1"><f>A1&amp;"&lt;x"</f><v>12</v></c></row>\n<row r="2"/>'
    '<row r="4"><c r="A4" t="inlineStr"><is><r><rPr><b/><sz val="9"/></rPr><t xml:space="preserve"> 报</t></r>'
    '<rPh sb="0" eb="1"><t>x</t></rPh></is></c><c r="B4" t="str"><f t="array" ref="B4:C4">X</f><v>a&#10;b</v></c>'
    '<c r="C4"><v>2.5E-3</v></c><c r="AA4" t="b"><v>1</v></c></row>'
)
STRINGS = (
    '<si><t>a</t></si><si/><si><t xml:space="preserve"> b&amp;c </t></si>\n<si><r><rPr><b/></rPr><t>d</t></r>'
    '<r><t>e</t></r><rPh sb="0"><t>f</t></rPh><phoneticPr fontId="1"/></si><si><t/></si>'
)
# What is put in or over at random: signs of XML, pieces of the grammar, and texts that look like them.
PIECES = (
    *"<>/&;\"'= \n\t\r\0\x01-!?][xrcvft1A年\ufffe",
    *('<c r="A1">', "</c>", "<v>", "</v>", "<v/>", "<row", "</row>", '<row r="9">', "<is>", "</is>", "<f>", "</f>"),
    *("<t>", "</t>", "<r>", "</r>", "<si>", "</si>", "<rPh>", "</rPh>", "<b/>", "<extLst/>", "<extLst><v/></extLst>"),
    *("<!-- -->", "<![CDATA[<v>7</v>]]>", "]]>", "<?pi?>", "&lt;", "&#65;", "&#0;", "&#xD800;", "&x;", "</sheetData>"),
    *(' r="A9"', ' s="1"', ' t="n"', ' xmlns="urn:x"', ' xmlns:c="urn:x"', " r='B1'", "<x:c/>", "</sst>", "1_000"),
)
# The one fault the grammar lets pass, where the attribute is never read.
ATTRIBUTE_TWICE = re.compile(r'<(?!c )[^<>]*\s([\w:]+)="[^"<]*"[^<>]*\s\1="')


def outcome(rows: str) -> dict[str, RawCell] | None:
    """The cells of these rows, None where they are refused."""
    content = sheet(rows).replace("<worksheet ", f"<worksheet {EXCEL_2010} ").encode("utf-8", "surrogatepass")
    try:
        return dict(read_worksheet(Part(SHEET, lambda: iter([content]), ReadingBudget()), SHARED).cells)
    except UnreadableFileError:
        return None


def string_outcome(items: str) -> list[str] | None:
    content = f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{items}</sst>'.encode()
    try:
        return list(read_shared_strings(Part("sst", lambda: iter([content]), ReadingBudget())))
    except UnreadableFileError:
        return None


@st.composite
def mutated(draw: st.DrawFn, text: str) -> str:
    """``text`` with one to three places changed: something put in, put over, cut out or repeated."""
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        length = draw(st.sampled_from((0, 0, 1, 2, 5, 20)))
        put = draw(st.sampled_from(PIECES) | st.sampled_from(("", text[at : at + 40])))
        text = text[:at] + put + text[at + length :]
    return text


@settings(max_examples=400, deadline=None)
@given(mutated(ROWS))
@example('<row r="1"><c r="A1"><v>1</v></c>')
@example('<row r="1"><row r="2"></row>')
@example('<row r="1"><c r="A1" s="0" s="1"><v>1</v></c></row>')
@example('<row r="1" x14ac:dyDescent="1" x15:a="1"><c r="A1"><v>1</v></c></row>')
@example('<row r="1"><c r="A1"><v>a]]>b</v></c></row>')
def test_rows__plain_way_and_way_through_expat_end_alike(rows: str) -> None:
    assert outcome(rows) == outcome(COMMENT + rows) or ATTRIBUTE_TWICE.search(rows)


@settings(max_examples=400, deadline=None)
@given(mutated(STRINGS))
def test_strings__plain_way_and_way_through_expat_end_alike(items: str) -> None:
    assert string_outcome(items) == string_outcome(COMMENT + items) or ATTRIBUTE_TWICE.search(items)


def test_the_good_texts__are_read() -> None:
    cells = outcome(ROWS)
    assert cells is not None
    assert {address: (cell.text, cell.formula) for address, cell in cells.items()} == {
        "A1": ("年报", None),
        "C1": ("12", 'A1&"<x"'),
        "A4": (" 报", None),
        "B4": ("a\nb", "X"),
        "C4": ("2.5E-3", ""),
        "AA4": ("1", None),
    }
    assert string_outcome(STRINGS) == ["a", "", " b&c ", "de", ""]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 1000])
def test_parts_in_pieces_of_any_size__same_cells(size: int) -> None:
    content = sheet(ROWS.replace("\n", "\r\n").replace(' x14ac:dyDescent="0.3"', "")).encode()
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    assert read_worksheet(Part(SHEET, lambda: iter(pieces), ReadingBudget()), SHARED).cells == outcome(ROWS)
