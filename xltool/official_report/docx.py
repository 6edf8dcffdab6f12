"""The published report as a .docx, in the type and layout of GB/T 9704. The only door to python-docx."""

import math
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from xltool.errors import UsageError
from xltool.forms.report_style import HEIGHT, MM, WIDTH, Face, Style
from xltool.official_report.compose import Grid, GridCell, Part, Report
from xltool.official_report.fit_table import ABOVE, BESIDE, column_widths, fit, runs_down

if TYPE_CHECKING:
    from docx.document import Document

_STYLES_OF_2010 = "http://schemas.microsoft.com/office/2007/relationships/stylesWithEffects"
CREATED = datetime(2000, 1, 1)  # not the clock: the same report gives the same document
_BORDER = 4  # eighths of a point
_FOOT = 7.0  # millimetres from the text to the page's number, by the standard
_TITLE_PITCH = 1.6  # height of a line of the title, in sizes of its type
_INDENT = 2  # signs, at the beginning of a paragraph
_AROUND = 0.25  # of the line pitch, between a table and the headings above and below it


def document(report: Report, style: Style) -> bytes:
    """The whole file. Raises UsageError where python-docx is not installed."""
    try:
        import docx
    except ImportError as error:
        raise UsageError("publish.needs_extra") from error
    made = docx.Document()
    _describe(made, report)
    _settle(made)
    _lay_out(made, style)
    _define(made, style)
    for line in report.title_lines:
        made.add_paragraph(line, "Title")
    made.add_paragraph("", "Normal")
    made.add_paragraph(report.opening, "Body Text")
    below = False
    for part in report.parts:
        _part(made, part, style, below_table=below)
        below = part.grid is not None and not part.paragraphs
    file = BytesIO()
    made.save(file)
    return _undated(file.getvalue())


def _undated(package: bytes) -> bytes:
    """The same package without the clock of its making in the zip's directory."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(package)) as read, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as written:
        for name in read.namelist():
            written.writestr(zipfile.ZipInfo(name), read.read(name), zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _part(made: "Document", part: Part, style: Style, *, below_table: bool) -> None:
    from docx.shared import Pt

    heading = made.add_paragraph(part.heading, "Heading 1").paragraph_format
    if below_table:
        heading.space_before = Pt(style.line_pitch * _AROUND)
    if part.grid:
        heading.space_after = Pt(style.line_pitch * _AROUND)
        made.element.body.insert(len(made.element.body) - 1, _table(part.grid, style))
    for text in part.paragraphs:
        made.add_paragraph(text, "Heading 2" if re.match(style.subheading_pattern, text) else "Body Text")


# --- page and type -------------------------------------------------------------------------------------------------


def _describe(made: "Document", report: Report) -> None:
    core = made.core_properties
    core.title, core.author, core.comments, core.language = report.title, "", "", "zh-CN"
    core.created = core.modified = CREATED
    core.last_modified_by = ""


def _settle(made: "Document") -> None:
    """Takes away the picture of an empty page that python-docx brings along, and asks for the layout of Word 2013."""
    from docx.opc.constants import RELATIONSHIP_TYPE

    for relations, kind in ((made.part.package.rels, RELATIONSHIP_TYPE.THUMBNAIL), (made.part.rels, _STYLES_OF_2010)):
        for key, relation in list(relations.items()):
            if relation.reltype == kind:
                del relations[key]
    settings: Any = made.settings.element
    for tag, name, value in (
        ("w:characterSpacingControl", "w:val", "compressPunctuation"),
        ("w:themeFontLang", "w:eastAsia", "zh-CN"),
    ):
        settings.find(_q(tag)).set(_q(name), value)
    (mode,) = (each for each in settings.iter(_q("w:compatSetting")) if each.get(_q("w:name")) == "compatibilityMode")
    mode.set(_q("w:val"), "15")


def _lay_out(made: "Document", style: Style) -> None:
    from docx.shared import Mm

    section = made.sections[0]
    section.page_width, section.page_height = Mm(WIDTH), Mm(HEIGHT)
    section.top_margin, section.bottom_margin = Mm(style.page.top), Mm(style.page.bottom)
    section.left_margin, section.right_margin = Mm(style.page.left), Mm(style.page.right)
    section.footer_distance = Mm(max(0.0, style.page.bottom - _FOOT - style.footer.size / MM))
    made.settings.odd_and_even_pages_header_footer = True
    _foot(section.footer.paragraphs[0], style, "right")
    _foot(section.even_page_footer.paragraphs[0], style, "left")


def _foot(paragraph: Any, style: Style, side: str) -> None:
    """The page's number on the outer side, one sign from the edge."""
    before, number, after = style.footer.text.partition("{page}")
    properties = paragraph._p.get_or_add_pPr()
    twips = str(round(style.footer.size * 20))
    properties.append(_element("w:ind", {side: twips, "firstLine": "0"}))
    properties.append(_element("w:jc", {"val": side}))
    runs: tuple[Iterable[Any], ...] = (
        [_text(before)],
        *(_page_number() if number else ()),
        [_text(after)],
    )
    for held in runs:
        run = _element("w:r", {}, _type(style.footer.fonts[0], style.latin.fonts[0], style.footer.size))
        run.extend(held)
        paragraph._p.append(run)


def _page_number() -> Iterator[Sequence[Any]]:
    """The field that a program fills in with the number of the page, run by run."""
    yield [_element("w:fldChar", {"fldCharType": "begin"})]
    yield [_text("PAGE", "w:instrText")]
    yield [_element("w:fldChar", {"fldCharType": "separate"})]
    yield [_text("1")]
    yield [_element("w:fldChar", {"fldCharType": "end"})]


def _define(made: "Document", style: Style) -> None:
    """The paragraph styles, so that whoever edits the file changes each in one place."""
    latin, pitch = style.latin.fonts[0], style.line_pitch
    title_pitch = round(style.title.size * _TITLE_PITCH)
    looks: Mapping[str, tuple[Face, float, Mapping[str, str]]] = {
        "Normal": (style.body, pitch, {"jc": "both"}),
        "Body Text": (style.body, pitch, {"jc": "both", "indent": "yes"}),
        "Title": (style.title, title_pitch, {"jc": "center", "keep": "yes"}),
        "Heading 1": (style.heading, pitch, {"jc": "left", "indent": "yes", "keep": "yes", "outline": "0"}),
        "Heading 2": (style.subheading, pitch, {"jc": "left", "indent": "yes", "keep": "yes", "outline": "1"}),
    }
    for name, (face, height, options) in looks.items():
        element: Any = made.styles[name].element
        for tag in ("w:pPr", "w:rPr"):
            for old in element.findall(_q(tag)):
                element.remove(old)
        element.append(_paragraph(height, face.size, options))
        element.append(_type(face.fonts[0], latin, face.size, _tracking(style, face.size)))
    faces = (style.title, style.heading, style.subheading, style.body, style.table)
    _stand_ins(made, {face.fonts[0]: face.fonts[1] for face in faces if len(face.fonts) > 1})


def _tracking(style: Style, size: float) -> int:
    """By how many twentieths of a point signs stand closer: a line holds a whole number of them (28, as asked)."""
    width = style.page.text_width
    return min(0, math.floor((width / round(width / size) - size) * 20))


def _paragraph(pitch: float, size: float, options: Mapping[str, str]) -> Any:
    made = _element("w:pPr", {})
    if "keep" in options:
        made.append(_element("w:keepNext", {}))
    made.append(_element("w:widowControl", {"val": "0"}))
    # The same as nothing in Word. LibreOffice 7 reads the contrary, and that is as well: where signs may hang over the
    # edge of a justified text, it loses them.
    made.append(_element("w:overflowPunct", {"val": "1"}))
    made.append(_element("w:snapToGrid", {"val": "0"}))
    made.append(
        _element("w:spacing", {"before": "0", "after": "0", "line": str(round(pitch * 20)), "lineRule": "exact"})
    )
    if "indent" in options:
        twips = str(round(size * 20 * _INDENT))
        made.append(_element("w:ind", {"firstLine": twips, "firstLineChars": str(_INDENT * 100)}))
    made.append(_element("w:jc", {"val": options["jc"]}))
    if "outline" in options:
        made.append(_element("w:outlineLvl", {"val": options["outline"]}))
    return made


def _stand_ins(made: "Document", fonts: Mapping[str, str]) -> None:
    """Says in the font table which font to take where one is not installed."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.oxml import serialize_part_xml
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    part: Any = made.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    table = parse_xml(f"<w:fonts {nsdecls('w')}/>")
    for name, other in fonts.items():
        font = _element("w:font", {"name": name})
        font.append(_element("w:altName", {"val": other}))
        font.append(_element("w:charset", {"val": "86"}))
        table.append(font)
    part._blob = serialize_part_xml(table)


# --- tables --------------------------------------------------------------------------------------------------------


def _table(grid: Grid, style: Style) -> Any:
    width = style.page.text_width
    height = style.page.text_height - (1 + 2 * _AROUND) * style.line_pitch
    size = fit(grid, width, height, style.table.size, style.table.smallest)
    widths = column_widths(grid, width)
    columns = [round(part * 20) for part in widths]
    down = frozenset(cell for cell in grid.cells if runs_down(cell, widths, size.size))
    made = _element("w:tbl", {})
    made.append(_table_properties(grid, sum(columns)))
    layout = _element("w:tblGrid", {})
    layout.extend(_element("w:gridCol", {"w": str(column)}) for column in columns)
    made.append(layout)
    for row in range(1, grid.rows + 1):
        made.append(_row(row, grid, columns, size.row, down))
        for paragraph in made[-1].iter(_q("w:p")):
            _dress(paragraph, style, size.size, size.line, last=row == grid.rows)
    return made


def _table_properties(grid: Grid, width: int) -> Any:
    made = _element("w:tblPr", {})
    made.append(_element("w:tblW", {"w": str(width), "type": "dxa"}))
    made.append(_element("w:jc", {"val": "center"}))
    borders = _element("w:tblBorders", {})
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(_element(f"w:{side}", {"val": "single", "sz": str(_BORDER), "space": "0", "color": "000000"}))
    made.append(borders)
    made.append(_element("w:tblLayout", {"type": "fixed"}))
    margins = _element("w:tblCellMar", {})
    for side, points in (("top", ABOVE), ("left", BESIDE), ("bottom", ABOVE), ("right", BESIDE)):
        margins.append(_element(f"w:{side}", {"w": str(round(points * 20)), "type": "dxa"}))
    made.append(margins)
    made.append(_element("w:tblCaption", {"val": grid.title}))
    return made


def _row(number: int, grid: Grid, columns: list[int], least: float, down: frozenset[GridCell]) -> Any:
    made = _element("w:tr", {})
    properties = _element("w:trPr", {})
    properties.append(_element("w:cantSplit", {}))
    properties.append(_element("w:trHeight", {"val": str(round(least * 20)), "hRule": "atLeast"}))
    if number <= grid.head_rows:
        properties.append(_element("w:tblHeader", {}))
    made.append(properties)
    column = 1
    while column <= grid.columns:
        cell = _covering(grid, number, column)
        across = cell.box.columns if cell else 1
        begins = cell is not None and cell.box[:2] == (number, column)
        width = sum(columns[column - 1 : column - 1 + across])
        made.append(_box(cell, across, width, begins=begins, down=cell in down))
        column += across
    return made


def _covering(grid: Grid, row: int, column: int) -> GridCell | None:
    for cell in grid.cells:
        box = cell.box
        if box.row <= row < box.row + box.rows and box.column <= column < box.column + box.columns:
            return cell
    return None


def _box(cell: GridCell | None, across: int, width: int, *, begins: bool, down: bool) -> Any:
    made = _element("w:tc", {})
    properties = _element("w:tcPr", {})
    properties.append(_element("w:tcW", {"w": str(width), "type": "dxa"}))
    if across > 1:
        properties.append(_element("w:gridSpan", {"val": str(across)}))
    if cell and cell.box.rows > 1:
        properties.append(_element("w:vMerge", {"val": "restart" if begins else "continue"}))
    if down:
        properties.append(_element("w:textDirection", {"val": "tbRlV"}))
    properties.append(_element("w:vAlign", {"val": "center"}))
    made.append(properties)
    paragraph = _element("w:p", {"kind": "figure" if cell and cell.cell else (cell.head if cell else "")})
    if cell and begins and cell.text:
        run = _element("w:r", {})
        run.append(_text(cell.text))
        paragraph.append(run)
    made.append(paragraph)
    return made


def _dress(paragraph: Any, style: Style, size: float, line: float, *, last: bool) -> None:
    """Type and alignment of a text in a table; its row stays with the next, so that the table is not torn."""
    kind = paragraph.attrib.pop(_q("w:kind"))
    options = {"jc": style.table.figures if kind == "figure" else "left" if kind == "row" else "center"}
    properties = _paragraph(line, size, options if last else {**options, "keep": "yes"})
    paragraph.insert(0, properties)
    for run in paragraph.iter(_q("w:r")):
        run.insert(0, _type(style.table.fonts[0], style.latin.fonts[0], size))


# --- elements ------------------------------------------------------------------------------------------------------


def _type(font: str, latin: str, size: float, tracking: int = 0) -> Any:
    made = _element("w:rPr", {})
    made.append(
        _element("w:rFonts", {"ascii": latin, "hAnsi": latin, "eastAsia": font, "cs": latin, "hint": "eastAsia"})
    )
    made.append(_element("w:b", {"val": "0"}))
    made.append(_element("w:color", {"val": "000000"}))
    if tracking:
        made.append(_element("w:spacing", {"val": str(tracking)}))
    half_points = str(round(size * 2))
    made.append(_element("w:sz", {"val": half_points}))
    made.append(_element("w:szCs", {"val": half_points}))
    made.append(_element("w:lang", {"val": "en-US", "eastAsia": "zh-CN"}))
    return made


def _element(tag: str, attributes: Mapping[str, str], *children: Any) -> Any:
    from docx.oxml import OxmlElement

    made = OxmlElement(tag, {_q(f"w:{name}"): value for name, value in attributes.items()})
    made.extend(children)
    return made


def _text(text: str, tag: str = "w:t") -> Any:
    made = _element(tag, {})
    made.text = text
    made.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return made


def _q(tag: str) -> str:
    from docx.oxml.ns import qn

    return qn(tag)
