"""The published report as a web page that stands alone: real headings, real tables, every style inline.

What lies inside ``main`` can be pasted into the editor of a site: nothing in it depends on a style sheet, a script or
another file, and every text is text. Editors that take inline styles away (TinyMCE as it comes, CKEditor 4) leave the
old attributes for borders, width and alignment, so tables have both. The style sheet is for paper and small screens.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from html import escape
from math import inf
from string import Template

from xltool.forms.report_style import Face, Style
from xltool.official_report.compose import Grid, GridCell, Part, Report, in_rows
from xltool.official_report.fit_table import column_widths, fit, least_width, runs_down
from xltool.package_data import data_folder

# Seen by no eye, read out by screen readers: the section's heading above already says it to the eye.
_UNSEEN = "position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0,0,0,0);white-space:nowrap"
_OLD_LOOK = 'border="1" cellspacing="0" cellpadding="3" width="100%"'
_SMALL = 0.85  # type on a small screen, of that on a large one
_ABOVE_BODY = ";border-bottom:0"  # else Chromium draws the line between head and body twice
_DOWN = ";writing-mode:vertical-rl"
_PLAIN_FAMILIES = ("serif", "sans-serif", "monospace")


def page(report: Report, style: Style) -> str:
    """The whole page, as text of an HTML file."""
    template = Template((data_folder("templates") / "official-report.html").read_text("utf-8"))
    margins = f"{style.page.top:g}mm {style.page.right:g}mm {style.page.bottom:g}mm {style.page.left:g}mm"
    return template.substitute(
        title=escape(report.title),
        margins=margins,
        printed="\n".join(_printed(report, style)),
        narrow="\n".join(_narrow(report, style)),
        body="\n".join(_body(report, style)),
    )


def _printed(report: Report, style: Style) -> Iterator[str]:
    """The type of each table on paper, where it has to stand on one page."""
    height = style.page.text_height - 2 * style.line_pitch
    for number, grid in _numbered(report):
        size = fit(grid, style.page.text_width, height, style.table.size, style.table.smallest).size
        yield f"  main > table:nth-of-type({number}) {{ font-size: {size:g}pt !important; }}"


def _narrow(report: Report, style: Style) -> Iterator[str]:
    """The type of each table on a small screen, and the width below which a figure would lie over its neighbour."""
    for number, grid in _numbered(report):
        size = max(style.table.smallest, _size(grid, style) * _SMALL)
        look = f"font-size: {size:g}pt !important; min-width: {least_width(grid, size):.0f}pt;"
        yield f"  main > table:nth-of-type({number}) {{ {look} }}"


def _size(grid: Grid, style: Style) -> float:
    """The type of a table on a screen, where it may be as high as it likes."""
    return fit(grid, style.page.text_width, inf, style.table.size, style.table.smallest).size


def _numbered(report: Report) -> Iterator[tuple[int, Grid]]:
    return enumerate((part.grid for part in report.parts if part.grid), 1)


def _body(report: Report, style: Style) -> Iterator[str]:
    title = "<br>".join(map(escape, report.title_lines))
    look = f"{_face(style.title, style)};text-align:center;line-height:1.6;margin:0 0 1em;text-wrap:balance"
    yield f'<h1 style="{look}">{title}</h1>'
    yield _paragraph(report.opening, style)
    for part in report.parts:
        yield from _part(part, style)


def _part(part: Part, style: Style) -> Iterator[str]:
    pitch = _pitch(style)
    look = f"{_face(style.heading, style)};{pitch};margin:0.5em 0;text-indent:2em"
    yield f'<h2 style="{look}">{escape(part.heading)}</h2>'
    if part.grid:
        yield table(part.grid, style)
    for text in part.paragraphs:
        if re.match(style.subheading_pattern, text):
            look = f"{_face(style.subheading, style)};{pitch};margin:0;text-indent:2em"
            yield f'<h3 style="{look}">{escape(text)}</h3>'
        else:
            yield _paragraph(text, style)


def _paragraph(text: str, style: Style) -> str:
    look = f"{_face(style.body, style)};{_pitch(style)};margin:0;text-indent:2em;text-align:justify"
    return f'<p style="{look}">{escape(text)}</p>'


def table(grid: Grid, style: Style) -> str:
    """One table, with a caption, the headings marked as headings of what they head, and the spans as printed."""
    return table_with(grid, style, lambda cell: escape(cell.text))


def table_with(grid: Grid, style: Style, figure: Callable[[GridCell], str]) -> str:
    """The same, each box with a figure holding the HTML that ``figure`` makes of it."""
    look = f"width:100%;border-collapse:collapse;table-layout:fixed;margin:0 0 1em;{_family(style.table.fonts, style)}"
    total, size, widths = sum(grid.widths), _size(grid, style), column_widths(grid, style.page.text_width)
    columns = "".join(f'<col style="width:{width * 100 / total:.2f}%">' for width in grid.widths)

    def box(cell: GridCell) -> str:
        ends_head = cell.box.row + cell.box.rows - 1 == grid.head_rows
        more = (_DOWN if runs_down(cell, widths, size) else "") + (_ABOVE_BODY if ends_head else "")
        return _cell(cell, style, figure, more)

    rows = [f"<tr>{''.join(map(box, row))}</tr>" for row in in_rows(grid)]
    head, body = "\n".join(rows[: grid.head_rows]), "\n".join(rows[grid.head_rows :])
    return (
        f'<table {_OLD_LOOK} style="{look};font-size:{size:g}pt;line-height:1.4;color:#000">'
        f'<caption style="{_UNSEEN}">{escape(grid.title)}</caption>'
        f"<colgroup>{columns}</colgroup>\n<thead>\n{head}\n</thead>\n<tbody>\n{body}\n</tbody></table>"
    )


def _cell(cell: GridCell, style: Style, figure: Callable[[GridCell], str], more: str) -> str:
    box = cell.box
    spans = f' rowspan="{box.rows}"' if box.rows > 1 else ""
    spans += f' colspan="{box.columns}"' if box.columns > 1 else ""
    side = style.table.figures if cell.cell else "left" if cell.head == "row" else "center"
    where = f'{spans} align="{side}"'
    look = f"border:1px solid #000;padding:3px;text-align:{side};vertical-align:middle;font-weight:normal{more}"
    if not cell.cell:
        return f'<th scope="{cell.head}"{where} style="{look};overflow-wrap:anywhere">{escape(cell.text)}</th>'
    return f'<td{where} style="{look}">{figure(cell)}</td>'


def _face(face: Face, style: Style) -> str:
    return f"{_family(face.fonts, style)};font-size:{face.size:g}pt;font-weight:normal;color:#000"


def _pitch(style: Style) -> str:
    return f"line-height:{style.line_pitch:g}pt"


def _family(fonts: Sequence[str], style: Style) -> str:
    """Latin signs and digits first, so that only the rest is set in the Chinese fonts."""
    latin = [font for font in style.latin.fonts if font not in _PLAIN_FAMILIES]
    return "font-family:" + ",".join(_quoted(font) for font in (*latin, *fonts))


def _quoted(font: str) -> str:
    """A font's name as it may stand in a style inside an attribute."""
    return font if font in _PLAIN_FAMILIES else "'" + re.sub(r"[^\w .-]", "", font) + "'"
