"""Render the published report as a .docx in the layout of GB/T 9704; other documents begin with the same styles."""

import math
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from xltool.forms.report_style import PAGE_HEIGHT_MM, PAGE_WIDTH_MM, POINTS_PER_MM, FontFace, ReportStyle
from xltool.official_report.compose import OfficialReport, ReportPart
from xltool.official_report.docx_elements import (
    build_paragraph_properties,
    build_run_properties,
    make_element,
    make_text,
    qualify_tag,
)
from xltool.official_report.docx_tables import (
    TABLE_GAP_RATIO,
    TITLE_LINE_HEIGHT_RATIO,
    build_caption,
    build_footnote,
    build_table,
)

if TYPE_CHECKING:
    from docx.document import Document

_EFFECTS_RELATIONSHIP = "http://schemas.microsoft.com/office/2007/relationships/stylesWithEffects"
CREATION_DATE = datetime(2000, 1, 1)  # fixed, so that the same report gives the same file
_FOOTER_GAP_MM = 7.0  # from the text to the page number (GB/T 9704)


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
        turned = part.stands_landscape(follows_landscape=landscape)
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
    paragraph.paragraph_format.space_before = Pt(style.line_pitch * TABLE_GAP_RATIO)
    run = make_element(
        "w:r", {}, build_run_properties(style.table.fonts[0], style.latin.fonts[0], style.table.size), make_text(line)
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
        heading.space_before = Pt(style.line_pitch * TABLE_GAP_RATIO)
    if part.grids:
        heading.space_after = Pt(style.line_pitch * TABLE_GAP_RATIO)
    for number, grid in enumerate(part.grids):
        if grid.caption or number:
            word_document.element.body.insert(
                len(word_document.element.body) - 1, build_caption(grid.caption, style, first=number == 0)
            )
        if grid.head_line:
            line = build_footnote(grid.head_line, style, side="right")
            word_document.element.body.insert(len(word_document.element.body) - 1, line)
        page = style.page.measure_text(landscape=landscape)
        word_document.element.body.insert(len(word_document.element.body) - 1, build_table(grid, style, page))
        for note in grid.footnotes:
            word_document.element.body.insert(len(word_document.element.body) - 1, build_footnote(note, style))
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
        settings.find(qualify_tag(tag)).set(qualify_tag(name), value)
    (mode,) = (
        each
        for each in settings.iter(qualify_tag("w:compatSetting"))
        if each.get(qualify_tag("w:name")) == "compatibilityMode"
    )
    mode.set(qualify_tag("w:val"), "15")


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
    properties.append(make_element("w:ind", {side: twips, "firstLine": "0"}))
    properties.append(make_element("w:jc", {"val": side}))
    runs: tuple[Iterable[Any], ...] = (
        [make_text(before)],
        *(_build_page_number() if number else ()),
        [make_text(after)],
    )
    for children in runs:
        run = make_element(
            "w:r", {}, build_run_properties(style.footer.fonts[0], style.latin.fonts[0], style.footer.size)
        )
        run.extend(children)
        paragraph._p.append(run)


def _build_page_number() -> Iterator[Sequence[Any]]:
    """Yield the runs of the page number field."""
    yield [make_element("w:fldChar", {"fldCharType": "begin"})]
    yield [make_text("PAGE", "w:instrText")]
    yield [make_element("w:fldChar", {"fldCharType": "separate"})]
    yield [make_text("1")]
    yield [make_element("w:fldChar", {"fldCharType": "end"})]


def _define_styles(word_document: "Document", style: ReportStyle) -> None:
    """Define the paragraph styles, so that each can be edited in one place."""
    latin, pitch = style.latin.fonts[0], style.line_pitch
    title_pitch = round(style.title.size * TITLE_LINE_HEIGHT_RATIO)
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
            for old in element.findall(qualify_tag(tag)):
                element.remove(old)
        element.append(build_paragraph_properties(height, face.size, options))
        element.append(build_run_properties(face.fonts[0], latin, face.size, _compute_tracking(style, face.size)))
    faces = (style.title, style.heading, style.subheading, style.body, style.table)
    _add_font_alternatives(word_document, {face.fonts[0]: face.fonts[1] for face in faces if len(face.fonts) > 1})


def _compute_tracking(style: ReportStyle, size: float) -> int:
    """Return the character spacing in twentieths of a point that fits a whole number of characters (28) in a line."""
    width = style.page.text_width
    return min(0, math.floor((width / round(width / size) - size) * 20))


def _add_font_alternatives(word_document: "Document", fonts: Mapping[str, str]) -> None:
    """Name in the font table the alternative for each font that may not be installed."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.oxml import serialize_part_xml
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    part: Any = word_document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    table = parse_xml(f"<w:fonts {nsdecls('w')}/>")
    for name, alternative in fonts.items():
        font = make_element("w:font", {"name": name})
        font.append(make_element("w:altName", {"val": alternative}))
        font.append(make_element("w:charset", {"val": "86"}))
        table.append(font)
    part._blob = serialize_part_xml(table)
