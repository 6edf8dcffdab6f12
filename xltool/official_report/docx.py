"""Render the published report as a .docx in the layout of GB/T 9704; other documents begin with the same styles."""

import math
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from xltool.forms.report_style import PAGE_HEIGHT_MM, PAGE_WIDTH_MM, POINTS_PER_MM, FontFace, ReportStyle
from xltool.official_report.compose import Grid, GridCell, OfficialReport, ReportPart
from xltool.official_report.fit_table import (
    SIDE_PADDING_POINTS,
    TOP_PADDING_POINTS,
    compute_column_widths,
    fit_table,
    is_set_vertically,
)

if TYPE_CHECKING:
    from docx.document import Document

_EFFECTS_RELATIONSHIP = "http://schemas.microsoft.com/office/2007/relationships/stylesWithEffects"
CREATION_DATE = datetime(2000, 1, 1)  # fixed, so that the same report gives the same file
_BORDER_EIGHTHS_OF_POINT = 4
_FOOTER_GAP_MM = 7.0  # from the text to the page number (GB/T 9704)
_TITLE_LINE_HEIGHT_RATIO = 1.6  # line height of the title divided by its font size
_INDENT_CHARACTERS = 2  # at the beginning of a paragraph
_CAPTION_EXTRA_POINTS = 1.5  # of a caption, more than the text of its table
_TABLE_GAP_RATIO = 0.25  # space between a table and the headings around it, divided by the line height


def render_docx(report: OfficialReport, style: ReportStyle) -> bytes:
    """Render the whole file."""
    word_document = create_document(report.title, style)
    for line in report.title_lines:
        word_document.add_paragraph(line, "Title")
    word_document.add_paragraph("", "Normal")
    word_document.add_paragraph(report.opening, "Body Text")
    below, landscape = False, report.begins_landscape
    if landscape:
        _turn_page(word_document, style, landscape=True)
    for part in report.parts:
        turned = part.stands_landscape(before=landscape)
        if turned is not landscape:
            _begin_page(word_document)
            _turn_page(word_document, style, landscape=turned)
            below = False
        landscape = turned
        _add_part(word_document, part, style, below_table=below, landscape=landscape)
        below = bool(part.grids) and not part.paragraphs
    if report.signature:
        _add_signature(word_document, report.signature, style)
    return save_document(word_document)


def create_document(title: str, style: ReportStyle) -> "Document":
    """Return an empty document with the page, the paragraph styles and the properties of ``style``."""
    import docx

    word_document = docx.Document()
    _set_properties(word_document, title)
    _adjust_package(word_document)
    _set_up_page(word_document, style)
    _define_styles(word_document, style)
    return word_document


def save_document(word_document: "Document") -> bytes:
    """Return the file of a document; the same document gives the same bytes."""
    file = BytesIO()
    word_document.save(file)
    return _remove_dates(file.getvalue())


def _remove_dates(package: bytes) -> bytes:
    """Return the same package without timestamps in its zip directory."""
    copy = BytesIO()
    with zipfile.ZipFile(BytesIO(package)) as source, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name), source.read(name), zipfile.ZIP_DEFLATED)
    return copy.getvalue()


def _add_signature(word_document: "Document", line: str, style: ReportStyle) -> None:
    from docx.shared import Pt

    paragraph = word_document.add_paragraph("", "Normal")
    paragraph.paragraph_format.space_before = Pt(style.line_pitch * _TABLE_GAP_RATIO)
    run = _make_element(
        "w:r", {}, _build_run_properties(style.table.fonts[0], style.latin.fonts[0], style.table.size), _make_text(line)
    )
    paragraph._p.append(run)


def _begin_page(word_document: "Document") -> None:
    """Begin a page that may be turned otherwise than the one before."""
    from docx.enum.section import WD_SECTION
    from docx.shared import Pt

    word_document.add_section(WD_SECTION.NEW_PAGE)
    last = word_document.paragraphs[-1].paragraph_format  # it holds the end of the section, not a line of text
    last.line_spacing, last.space_before, last.space_after = Pt(1), Pt(0), Pt(0)


def _turn_page(word_document: "Document", style: ReportStyle, *, landscape: bool) -> None:
    """Set up the pages of the last section upright or in landscape."""
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm

    section = word_document.sections[-1]
    sizes = (PAGE_HEIGHT_MM, PAGE_WIDTH_MM) if landscape else (PAGE_WIDTH_MM, PAGE_HEIGHT_MM)
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = map(Mm, sizes)
    top, right, bottom, left = style.page.list_sides(landscape=landscape)
    section.top_margin, section.right_margin, section.bottom_margin, section.left_margin = map(
        Mm, (top, right, bottom, left)
    )
    section.footer_distance = Mm(_measure_footer_distance(bottom, style))


def _add_part(
    word_document: "Document", part: ReportPart, style: ReportStyle, *, below_table: bool, landscape: bool
) -> None:
    from docx.shared import Pt

    heading = word_document.add_paragraph(part.heading, "Heading 1").paragraph_format
    if below_table:
        heading.space_before = Pt(style.line_pitch * _TABLE_GAP_RATIO)
    if part.grids:
        heading.space_after = Pt(style.line_pitch * _TABLE_GAP_RATIO)
    for number, grid in enumerate(part.grids):
        if grid.caption or number:
            word_document.element.body.insert(
                len(word_document.element.body) - 1, _build_caption(grid.caption, style, first=number == 0)
            )
        page = style.page.measure_text(landscape=landscape)
        word_document.element.body.insert(len(word_document.element.body) - 1, _build_table(grid, style, page))
        for note in grid.footnotes:
            word_document.element.body.insert(len(word_document.element.body) - 1, _build_footnote(note, style))
    for text in part.paragraphs:
        word_document.add_paragraph(text, "Heading 2" if re.match(style.subheading_pattern, text) else "Body Text")


# --- page and type -------------------------------------------------------------------------------------------------


def _set_properties(word_document: "Document", title: str) -> None:
    core = word_document.core_properties
    core.title, core.author, core.comments, core.language = title, "", "", "zh-CN"
    core.created = core.modified = CREATION_DATE
    core.last_modified_by = ""


def _adjust_package(word_document: "Document") -> None:
    """Remove the thumbnail of python-docx's template and set the compatibility mode of Word 2013."""
    from docx.opc.constants import RELATIONSHIP_TYPE

    for relations, kind in (
        (word_document.part.package.rels, RELATIONSHIP_TYPE.THUMBNAIL),
        (word_document.part.rels, _EFFECTS_RELATIONSHIP),
    ):
        for key, relation in list(relations.items()):
            if relation.reltype == kind:
                del relations[key]
    settings: Any = word_document.settings.element
    for tag, name, value in (
        ("w:characterSpacingControl", "w:val", "compressPunctuation"),
        ("w:themeFontLang", "w:eastAsia", "zh-CN"),
    ):
        settings.find(_qualify_tag(tag)).set(_qualify_tag(name), value)
    (mode,) = (
        each
        for each in settings.iter(_qualify_tag("w:compatSetting"))
        if each.get(_qualify_tag("w:name")) == "compatibilityMode"
    )
    mode.set(_qualify_tag("w:val"), "15")


def _set_up_page(word_document: "Document", style: ReportStyle) -> None:
    from docx.shared import Mm

    section = word_document.sections[0]
    section.page_width, section.page_height = Mm(PAGE_WIDTH_MM), Mm(PAGE_HEIGHT_MM)
    section.top_margin, section.bottom_margin = Mm(style.page.top), Mm(style.page.bottom)
    section.left_margin, section.right_margin = Mm(style.page.left), Mm(style.page.right)
    section.footer_distance = Mm(_measure_footer_distance(style.page.bottom, style))
    word_document.settings.odd_and_even_pages_header_footer = True
    _fill_footer(section.footer.paragraphs[0], style, "right")
    _fill_footer(section.even_page_footer.paragraphs[0], style, "left")


def _measure_footer_distance(bottom: float, style: ReportStyle) -> float:
    """Return how far the page number is from the edge of the paper, in millimetres."""
    return max(0.0, bottom - _FOOTER_GAP_MM - style.footer.size / POINTS_PER_MM)


def _fill_footer(paragraph: Any, style: ReportStyle, side: str) -> None:
    """Add the page number on the outer side, one character from the edge."""
    before, number, after = style.footer.text.partition("{page}")
    properties = paragraph._p.get_or_add_pPr()
    twips = str(round(style.footer.size * 20))
    properties.append(_make_element("w:ind", {side: twips, "firstLine": "0"}))
    properties.append(_make_element("w:jc", {"val": side}))
    runs: tuple[Iterable[Any], ...] = (
        [_make_text(before)],
        *(_build_page_number() if number else ()),
        [_make_text(after)],
    )
    for children in runs:
        run = _make_element(
            "w:r", {}, _build_run_properties(style.footer.fonts[0], style.latin.fonts[0], style.footer.size)
        )
        run.extend(children)
        paragraph._p.append(run)


def _build_page_number() -> Iterator[Sequence[Any]]:
    """Yield the runs of the page number field."""
    yield [_make_element("w:fldChar", {"fldCharType": "begin"})]
    yield [_make_text("PAGE", "w:instrText")]
    yield [_make_element("w:fldChar", {"fldCharType": "separate"})]
    yield [_make_text("1")]
    yield [_make_element("w:fldChar", {"fldCharType": "end"})]


def _define_styles(word_document: "Document", style: ReportStyle) -> None:
    """Define the paragraph styles, so that each can be edited in one place."""
    latin, pitch = style.latin.fonts[0], style.line_pitch
    title_pitch = round(style.title.size * _TITLE_LINE_HEIGHT_RATIO)
    looks: Mapping[str, tuple[FontFace, float, Mapping[str, str]]] = {
        "Normal": (style.body, pitch, {"jc": "both"}),
        "Body Text": (style.body, pitch, {"jc": "both", "indent": "yes"}),
        "Title": (style.title, title_pitch, {"jc": "center", "keep": "yes"}),
        "Heading 1": (style.heading, pitch, {"jc": "left", "indent": "yes", "keep": "yes", "outline": "0"}),
        "Heading 2": (style.subheading, pitch, {"jc": "left", "indent": "yes", "keep": "yes", "outline": "1"}),
    }
    for name, (face, height, options) in looks.items():
        element: Any = word_document.styles[name].element
        for tag in ("w:pPr", "w:rPr"):
            for old in element.findall(_qualify_tag(tag)):
                element.remove(old)
        element.append(_build_paragraph_properties(height, face.size, options))
        element.append(_build_run_properties(face.fonts[0], latin, face.size, _compute_tracking(style, face.size)))
    faces = (style.title, style.heading, style.subheading, style.body, style.table)
    _add_font_alternatives(word_document, {face.fonts[0]: face.fonts[1] for face in faces if len(face.fonts) > 1})


def _compute_tracking(style: ReportStyle, size: float) -> int:
    """Return the character spacing in twentieths of a point that fits a whole number of characters (28) in a line."""
    width = style.page.text_width
    return min(0, math.floor((width / round(width / size) - size) * 20))


def _build_paragraph_properties(pitch: float, size: float, options: Mapping[str, str]) -> Any:
    properties = _make_element("w:pPr", {})
    if "keep" in options:
        properties.append(_make_element("w:keepNext", {}))
    properties.append(_make_element("w:widowControl", {"val": "0"}))
    # Word's default. LibreOffice 7 reads the opposite, which is useful: it loses characters that hang over the edge of
    # a justified text.
    properties.append(_make_element("w:overflowPunct", {"val": "1"}))
    properties.append(_make_element("w:snapToGrid", {"val": "0"}))
    properties.append(
        _make_element("w:spacing", {"before": "0", "after": "0", "line": str(round(pitch * 20)), "lineRule": "exact"})
    )
    if "indent" in options:
        twips = str(round(size * 20 * _INDENT_CHARACTERS))
        properties.append(_make_element("w:ind", {"firstLine": twips, "firstLineChars": str(_INDENT_CHARACTERS * 100)}))
    properties.append(_make_element("w:jc", {"val": options["jc"]}))
    if "outline" in options:
        properties.append(_make_element("w:outlineLvl", {"val": options["outline"]}))
    return properties


def _add_font_alternatives(word_document: "Document", fonts: Mapping[str, str]) -> None:
    """Name in the font table the alternative for each font that may not be installed."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.oxml import serialize_part_xml
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    part: Any = word_document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    table = parse_xml(f"<w:fonts {nsdecls('w')}/>")
    for name, alternative in fonts.items():
        font = _make_element("w:font", {"name": name})
        font.append(_make_element("w:altName", {"val": alternative}))
        font.append(_make_element("w:charset", {"val": "86"}))
        table.append(font)
    part._blob = serialize_part_xml(table)


# --- tables --------------------------------------------------------------------------------------------------------


def _build_caption(text: str, style: ReportStyle, *, first: bool) -> Any:
    """Build the centred line above a table; it also keeps two tables apart, which Word would join."""
    size = style.table.size + _CAPTION_EXTRA_POINTS
    paragraph = _make_element("w:p", {})
    properties = _build_paragraph_properties(style.line_pitch, size, {"jc": "center", "keep": "yes"})
    if not first:
        properties.find(_qualify_tag("w:spacing")).set(
            _qualify_tag("w:before"), str(round(style.line_pitch * _TABLE_GAP_RATIO * 20))
        )
    paragraph.append(properties)
    run = _make_element(
        "w:r", {}, _build_run_properties(style.heading.fonts[0], style.latin.fonts[0], size), _make_text(text)
    )
    paragraph.append(run)
    return paragraph


def _build_footnote(text: str, style: ReportStyle) -> Any:
    """Build the paragraph of a note below a table, in the type of the table."""
    size = style.table.size
    paragraph = _make_element("w:p", {})
    paragraph.append(_build_paragraph_properties(round(size * _TITLE_LINE_HEIGHT_RATIO), size, {"jc": "left"}))
    paragraph.append(
        _make_element(
            "w:r", {}, _build_run_properties(style.table.fonts[0], style.latin.fonts[0], size), _make_text(text)
        )
    )
    return paragraph


def _build_table(grid: Grid, style: ReportStyle, page: tuple[float, float]) -> Any:
    width, height = page[0], page[1] - (1 + 2 * _TABLE_GAP_RATIO) * style.line_pitch
    size = fit_table(grid, width, height, style.table.size, style.table.smallest)
    widths = compute_column_widths(grid, width, style.table.smallest)
    columns = [round(part * 20) for part in widths]
    vertical_cells = frozenset(cell for cell in grid.cells if is_set_vertically(cell, widths, size.size))
    table = _make_element("w:tbl", {})
    table.append(_build_table_properties(grid, sum(columns)))
    layout = _make_element("w:tblGrid", {})
    layout.extend(_make_element("w:gridCol", {"w": str(column)}) for column in columns)
    table.append(layout)
    for row in range(1, grid.rows + 1):
        table.append(_build_row(row, grid, columns, size.row, vertical_cells))
        for paragraph in table[-1].iter(_qualify_tag("w:p")):
            _format_cell_paragraph(
                paragraph, style, size.size, size.line, last=row == grid.rows or not size.on_one_page
            )
    return table


def _build_table_properties(grid: Grid, width: int) -> Any:
    properties = _make_element("w:tblPr", {})
    properties.append(_make_element("w:tblW", {"w": str(width), "type": "dxa"}))
    properties.append(_make_element("w:jc", {"val": "center"}))
    borders = _make_element("w:tblBorders", {})
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(
            _make_element(
                f"w:{side}", {"val": "single", "sz": str(_BORDER_EIGHTHS_OF_POINT), "space": "0", "color": "000000"}
            )
        )
    properties.append(borders)
    properties.append(_make_element("w:tblLayout", {"type": "fixed"}))
    margins = _make_element("w:tblCellMar", {})
    for side, points in (
        ("top", TOP_PADDING_POINTS),
        ("left", SIDE_PADDING_POINTS),
        ("bottom", TOP_PADDING_POINTS),
        ("right", SIDE_PADDING_POINTS),
    ):
        margins.append(_make_element(f"w:{side}", {"w": str(round(points * 20)), "type": "dxa"}))
    properties.append(margins)
    properties.append(_make_element("w:tblCaption", {"val": grid.title}))
    return properties


def _build_row(number: int, grid: Grid, columns: list[int], least: float, down: frozenset[GridCell]) -> Any:
    row = _make_element("w:tr", {})
    properties = _make_element("w:trPr", {})
    properties.append(_make_element("w:cantSplit", {}))
    properties.append(_make_element("w:trHeight", {"val": str(round(least * 20)), "hRule": "atLeast"}))
    if number <= grid.head_rows:
        properties.append(_make_element("w:tblHeader", {}))
    row.append(properties)
    column = 1
    while column <= grid.columns:
        cell = _find_covering_cell(grid, number, column)
        across = cell.box.columns if cell else 1
        begins = cell is not None and cell.box[:2] == (number, column)
        width = sum(columns[column - 1 : column - 1 + across])
        row.append(_build_cell(cell, across, width, begins=begins, down=cell in down))
        column += across
    return row


def _find_covering_cell(grid: Grid, row: int, column: int) -> GridCell | None:
    for cell in grid.cells:
        box = cell.box
        if box.row <= row < box.row + box.rows and box.column <= column < box.column + box.columns:
            return cell
    return None


def _build_cell(grid_cell: GridCell | None, across: int, width: int, *, begins: bool, down: bool) -> Any:
    cell_element = _make_element("w:tc", {})
    properties = _make_element("w:tcPr", {})
    properties.append(_make_element("w:tcW", {"w": str(width), "type": "dxa"}))
    if across > 1:
        properties.append(_make_element("w:gridSpan", {"val": str(across)}))
    if grid_cell and grid_cell.box.rows > 1:
        properties.append(_make_element("w:vMerge", {"val": "restart" if begins else "continue"}))
    if down:
        properties.append(_make_element("w:textDirection", {"val": "tbRlV"}))
    properties.append(_make_element("w:vAlign", {"val": "center"}))
    cell_element.append(properties)
    paragraph = _make_element(
        "w:p", {"kind": "figure" if grid_cell and grid_cell.is_figure else (grid_cell.head if grid_cell else "")}
    )
    if grid_cell and begins and grid_cell.text:
        run = _make_element("w:r", {})
        run.append(_make_text(grid_cell.text))
        paragraph.append(run)
    cell_element.append(paragraph)
    return cell_element


def _format_cell_paragraph(paragraph: Any, style: ReportStyle, size: float, line: float, *, last: bool) -> None:
    """Set font and alignment of a paragraph in a table and keep its row with the next one."""
    kind = paragraph.attrib.pop(_qualify_tag("w:kind"))
    options = {"jc": style.table.figures if kind == "figure" else "left" if kind == "row" else "center"}
    properties = _build_paragraph_properties(line, size, options if last else {**options, "keep": "yes"})
    paragraph.insert(0, properties)
    for run in paragraph.iter(_qualify_tag("w:r")):
        run.insert(0, _build_run_properties(style.table.fonts[0], style.latin.fonts[0], size))


# --- elements ------------------------------------------------------------------------------------------------------


def _build_run_properties(font: str, latin: str, size: float, tracking: int = 0) -> Any:
    properties = _make_element("w:rPr", {})
    properties.append(
        _make_element("w:rFonts", {"ascii": latin, "hAnsi": latin, "eastAsia": font, "cs": latin, "hint": "eastAsia"})
    )
    properties.append(_make_element("w:b", {"val": "0"}))
    properties.append(_make_element("w:color", {"val": "000000"}))
    if tracking:
        properties.append(_make_element("w:spacing", {"val": str(tracking)}))
    half_points = str(round(size * 2))
    properties.append(_make_element("w:sz", {"val": half_points}))
    properties.append(_make_element("w:szCs", {"val": half_points}))
    properties.append(_make_element("w:lang", {"val": "en-US", "eastAsia": "zh-CN"}))
    return properties


def _make_element(tag: str, attributes: Mapping[str, str], *children: Any) -> Any:
    from docx.oxml import OxmlElement

    element = OxmlElement(tag, {_qualify_tag(f"w:{name}"): value for name, value in attributes.items()})
    element.extend(children)
    return element


def _make_text(text: str, tag: str = "w:t") -> Any:
    element = _make_element(tag, {})
    element.text = text
    element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return element


def _qualify_tag(tag: str) -> str:
    from docx.oxml.ns import qn

    return qn(tag)
