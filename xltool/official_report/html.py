"""Render the published report as a self-contained HTML page with semantic headings, tables and inline styles.

The content of ``main`` can be pasted into the editor of a web site: it needs no style sheet, script or other file, and
every text is escaped. Editors that remove inline styles (TinyMCE by default, CKEditor 4) keep the old attributes for
borders, width and alignment, so tables have both. The style sheet is for paper and small screens.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from html import escape
from math import inf
from string import Template

from xltool.forms.report_style import FontFace, ReportStyle
from xltool.official_report.compose import OfficialReport, ReportPart
from xltool.official_report.fit_table import compute_column_widths, find_min_width, fit_table, is_set_vertically
from xltool.official_report.grid import Grid, GridCell, iterate_rows
from xltool.package_data import find_data_folder

# For screen readers only: the section heading above already shows the title.
_HIDDEN_STYLE = "position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0,0,0,0);white-space:nowrap"
_CAPTION_STYLE = "padding:0.3em 0;text-align:center;color:#000"
_TABLE_ATTRIBUTES = 'border="1" cellspacing="0" cellpadding="3" width="100%"'
_SMALL_SCREEN_RATIO = 0.85  # font size on a small screen divided by that on a large one
_HEAD_END_STYLE = ";border-bottom:0"  # otherwise Chromium draws the border between head and body twice
_VERTICAL_STYLE = ";writing-mode:vertical-rl"
_GENERIC_FAMILIES = ("serif", "sans-serif", "monospace")


def render_html(report: OfficialReport, style: ReportStyle) -> str:
    """Render the page as the text of an HTML file."""
    template = Template((find_data_folder("templates") / "official-report.html").read_text("utf-8"))
    margins = f"{style.page.top:g}mm {style.page.right:g}mm {style.page.bottom:g}mm {style.page.left:g}mm"
    return template.substitute(
        title=escape(report.title),
        margins=margins,
        printed="\n".join(_style_print_tables(report, style)),
        narrow="\n".join(_style_small_screens(report, style)),
        body="\n".join(_render_body(report, style)),
    )


def _style_print_tables(report: OfficialReport, style: ReportStyle) -> Iterator[str]:
    """Yield the font size of each table on paper, where it must fit on one page."""
    if any(grid.landscape for _, grid in _number_tables(report)):
        sides = " ".join(f"{side:g}mm" for side in style.page.list_sides(landscape=True))
        yield f"  @page wide {{ size: A4 landscape; margin: {sides}; }}"
    for number, grid in _number_tables(report):
        width, height = style.page.measure_text(landscape=grid.landscape)
        size = fit_table(grid, width, height - 2 * style.line_pitch, style.table.size, style.table.smallest).size
        turned = " page: wide;" if grid.landscape else ""
        yield f"  main > table:nth-of-type({number}) {{ font-size: {size:g}pt !important;{turned} }}"


def _style_small_screens(report: OfficialReport, style: ReportStyle) -> Iterator[str]:
    """Yield the font size and minimum width of each table on a small screen."""
    for number, grid in _number_tables(report):
        size = max(style.table.smallest, _fit_screen_size(grid, style) * _SMALL_SCREEN_RATIO)
        look = f"font-size: {size:g}pt !important; min-width: {find_min_width(grid, size):.0f}pt;"
        yield f"  main > table:nth-of-type({number}) {{ {look} }}"


def _fit_screen_size(grid: Grid, style: ReportStyle) -> float:
    """Return the font size of a table on a screen, where its height is not limited."""
    width, _ = style.page.measure_text(landscape=grid.landscape)
    return fit_table(grid, width, inf, style.table.size, style.table.smallest).size


def _number_tables(report: OfficialReport) -> Iterator[tuple[int, Grid]]:
    return enumerate((grid for part in report.parts for grid in part.grids), 1)


def _render_body(report: OfficialReport, style: ReportStyle) -> Iterator[str]:
    title = "<br>".join(map(escape, report.title_lines))
    look = f"{_style_face(style.title, style)};text-align:center;line-height:1.6;margin:0 0 1em;text-wrap:balance"
    yield f'<h1 style="{look}">{title}</h1>'
    yield _render_paragraph(report.opening, style)
    for part in report.parts:
        yield from _render_part(part, style)
    if report.signature:
        yield f'<p style="{_style_small_print(style)};white-space:pre-wrap">{escape(report.signature)}</p>'


def _style_small_print(style: ReportStyle) -> str:
    """Return the look of footnotes and of the signature line: the type of tables."""
    return f"{_style_family(style.table.fonts, style)};font-size:{style.table.size:g}pt;line-height:1.6;margin:0"


def _render_part(part: ReportPart, style: ReportStyle) -> Iterator[str]:
    pitch = _style_line_height(style)
    look = f"{_style_face(style.heading, style)};{pitch};margin:0.5em 0;text-indent:2em"
    yield f'<h2 style="{look}">{escape(part.heading)}</h2>'
    for grid in part.grids:
        if grid.head_line:
            yield f'<p style="{_style_small_print(style)};text-align:right">{escape(grid.head_line)}</p>'
        yield render_report_table(grid, style)
        for note in grid.footnotes:
            yield f'<p style="{_style_small_print(style)}">{escape(note)}</p>'
    for text in part.paragraphs:
        if re.match(style.subheading_pattern, text):
            look = f"{_style_face(style.subheading, style)};{pitch};margin:0;text-indent:2em"
            yield f'<h3 style="{look}">{escape(text)}</h3>'
        else:
            yield _render_paragraph(text, style)


def _render_paragraph(text: str, style: ReportStyle) -> str:
    look = f"{_style_face(style.body, style)};{_style_line_height(style)};margin:0;text-indent:2em;text-align:justify"
    return f'<p style="{look}">{escape(text)}</p>'


def render_report_table(grid: Grid, style: ReportStyle) -> str:
    """Render one table with a caption, scoped headings and the spans as printed."""
    return render_grid(grid, style, lambda cell: escape(cell.text))


def render_grid(grid: Grid, style: ReportStyle, render_figure: Callable[[GridCell], str]) -> str:
    """Render one table; ``render_figure`` returns the HTML of each cell that holds a figure."""
    fonts = _style_family(style.table.fonts, style)
    look = f"width:100%;border-collapse:collapse;table-layout:fixed;margin:0 0 1em;{fonts}"
    across, _ = style.page.measure_text(landscape=grid.landscape)
    size, widths = _fit_screen_size(grid, style), compute_column_widths(grid, across, style.table.smallest)
    columns = "".join(f'<col style="width:{width * 100 / across:.2f}%">' for width in widths)
    caption = _CAPTION_STYLE if grid.caption else _HIDDEN_STYLE

    def box(grid_cell: GridCell) -> str:
        ends_head = grid_cell.box.row + grid_cell.box.rows - 1 == grid.head_rows
        more = (_VERTICAL_STYLE if is_set_vertically(grid_cell, widths, size) else "") + (
            _HEAD_END_STYLE if ends_head else ""
        )
        return _render_grid_cell(grid_cell, style, render_figure, more)

    rows = [f"<tr>{''.join(map(box, row))}</tr>" for row in iterate_rows(grid)]
    head, body = "\n".join(rows[: grid.head_rows]), "\n".join(rows[grid.head_rows :])
    return (
        f'<table {_TABLE_ATTRIBUTES} style="{look};font-size:{size:g}pt;line-height:1.4;color:#000">'
        f'<caption style="{caption}">{escape(grid.title)}</caption>'
        f"<colgroup>{columns}</colgroup>\n<thead>\n{head}\n</thead>\n<tbody>\n{body}\n</tbody></table>"
    )


def _render_grid_cell(
    grid_cell: GridCell, style: ReportStyle, render_figure: Callable[[GridCell], str], extra_style: str
) -> str:
    box = grid_cell.box
    spans = f' rowspan="{box.rows}"' if box.rows > 1 else ""
    spans += f' colspan="{box.columns}"' if box.columns > 1 else ""
    side = style.table.figures if grid_cell.is_figure else "left" if grid_cell.head == "row" else "center"
    where = f'{spans} align="{side}"'
    look = f"border:1px solid #000;padding:3px;text-align:{side};vertical-align:middle;font-weight:normal{extra_style}"
    if not grid_cell.cell and not grid_cell.head:
        return f'<td{where if grid_cell.text else ""} style="{look}">{escape(grid_cell.text)}</td>'
    if not grid_cell.cell:
        return (
            f'<th scope="{grid_cell.head}"{where} style="{look};overflow-wrap:anywhere">{escape(grid_cell.text)}</th>'
        )
    return f'<td{where} style="{look}">{render_figure(grid_cell)}</td>'


def _style_face(face: FontFace, style: ReportStyle) -> str:
    return f"{_style_family(face.fonts, style)};font-size:{face.size:g}pt;font-weight:normal;color:#000"


def _style_line_height(style: ReportStyle) -> str:
    return f"line-height:{style.line_pitch:g}pt"


def _style_family(fonts: Sequence[str], style: ReportStyle) -> str:
    """Return the font families, Latin fonts first, so that only other characters use the Chinese fonts."""
    latin = [font for font in style.latin.fonts if font not in _GENERIC_FAMILIES]
    return "font-family:" + ",".join(_quote_font(font) for font in (*latin, *fonts))


def _quote_font(font: str) -> str:
    """Return a font name quoted for a style attribute."""
    return font if font in _GENERIC_FAMILIES else "'" + re.sub(r"[^\w .-]", "", font) + "'"
