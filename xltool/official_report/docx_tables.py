"""The tables of a .docx report, with their titles and the notes below them."""

from typing import Any

from xltool.forms.report_style import ReportStyle
from xltool.official_report.docx_elements import (
    build_paragraph_properties,
    build_run_properties,
    make_element,
    make_text,
    qualify_tag,
)
from xltool.official_report.fit_table import (
    SIDE_PADDING_POINTS,
    TOP_PADDING_POINTS,
    compute_column_widths,
    fit_table,
    is_set_vertically,
)
from xltool.official_report.grid import Grid, GridCell

TITLE_LINE_HEIGHT_RATIO = 1.6  # line height of the title divided by its font size
TABLE_GAP_RATIO = 0.25  # space between a table and the headings around it, divided by the line height
_BORDER_EIGHTHS_OF_POINT = 4
_CAPTION_EXTRA_POINTS = 1.5  # of a caption, more than the text of its table


def build_caption(text: str, style: ReportStyle, *, first: bool) -> Any:
    """Build the centred line above a table; it also keeps two tables apart, which Word would join."""
    size = style.table.size + _CAPTION_EXTRA_POINTS
    paragraph = make_element("w:p", {})
    properties = build_paragraph_properties(style.line_pitch, size, {"jc": "center", "keep": "yes"})
    if not first:
        properties.find(qualify_tag("w:spacing")).set(
            qualify_tag("w:before"), str(round(style.line_pitch * TABLE_GAP_RATIO * 20))
        )
    paragraph.append(properties)
    run = make_element(
        "w:r", {}, build_run_properties(style.heading.fonts[0], style.latin.fonts[0], size), make_text(text)
    )
    paragraph.append(run)
    return paragraph


def build_footnote(text: str, style: ReportStyle, side: str = "left") -> Any:
    """Build the paragraph of a note below a table, or of the line above it on the right, in the type of the table."""
    size = style.table.size
    paragraph = make_element("w:p", {})
    paragraph.append(build_paragraph_properties(round(size * TITLE_LINE_HEIGHT_RATIO), size, {"jc": side}))
    paragraph.append(
        make_element("w:r", {}, build_run_properties(style.table.fonts[0], style.latin.fonts[0], size), make_text(text))
    )
    return paragraph


def build_table(grid: Grid, style: ReportStyle, page: tuple[float, float]) -> Any:
    """Build a table; ``page`` is width and height of the text on its page, in points."""
    width, height = page[0], page[1] - (1 + 2 * TABLE_GAP_RATIO) * style.line_pitch
    size = fit_table(grid, width, height, style.table.size, style.table.smallest)
    widths = compute_column_widths(grid, width, style.table.smallest)
    columns = [round(part * 20) for part in widths]
    vertical_cells = frozenset(cell for cell in grid.cells if is_set_vertically(cell, widths, size.size))
    table = make_element("w:tbl", {})
    table.append(_build_table_properties(grid, sum(columns)))
    layout = make_element("w:tblGrid", {})
    layout.extend(make_element("w:gridCol", {"w": str(column)}) for column in columns)
    table.append(layout)
    for row in range(1, grid.rows + 1):
        table.append(_build_row(row, grid, columns, size.row, vertical_cells))
        for paragraph in table[-1].iter(qualify_tag("w:p")):
            _format_cell_paragraph(
                paragraph, style, size.size, size.line, last=row == grid.rows or not size.on_one_page
            )
    return table


def _build_table_properties(grid: Grid, width: int) -> Any:
    properties = make_element("w:tblPr", {})
    properties.append(make_element("w:tblW", {"w": str(width), "type": "dxa"}))
    properties.append(make_element("w:jc", {"val": "center"}))
    borders = make_element("w:tblBorders", {})
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(
            make_element(
                f"w:{side}", {"val": "single", "sz": str(_BORDER_EIGHTHS_OF_POINT), "space": "0", "color": "000000"}
            )
        )
    properties.append(borders)
    properties.append(make_element("w:tblLayout", {"type": "fixed"}))
    margins = make_element("w:tblCellMar", {})
    for side, points in (
        ("top", TOP_PADDING_POINTS),
        ("left", SIDE_PADDING_POINTS),
        ("bottom", TOP_PADDING_POINTS),
        ("right", SIDE_PADDING_POINTS),
    ):
        margins.append(make_element(f"w:{side}", {"w": str(round(points * 20)), "type": "dxa"}))
    properties.append(margins)
    properties.append(make_element("w:tblCaption", {"val": grid.title}))
    return properties


def _build_row(number: int, grid: Grid, columns: list[int], least: float, down: frozenset[GridCell]) -> Any:
    row = make_element("w:tr", {})
    properties = make_element("w:trPr", {})
    properties.append(make_element("w:cantSplit", {}))
    properties.append(make_element("w:trHeight", {"val": str(round(least * 20)), "hRule": "atLeast"}))
    if number <= grid.head_rows:
        properties.append(make_element("w:tblHeader", {}))
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
    cell_element = make_element("w:tc", {})
    properties = make_element("w:tcPr", {})
    properties.append(make_element("w:tcW", {"w": str(width), "type": "dxa"}))
    if across > 1:
        properties.append(make_element("w:gridSpan", {"val": str(across)}))
    if grid_cell and grid_cell.box.rows > 1:
        properties.append(make_element("w:vMerge", {"val": "restart" if begins else "continue"}))
    if down:
        properties.append(make_element("w:textDirection", {"val": "tbRlV"}))
    properties.append(make_element("w:vAlign", {"val": "center"}))
    cell_element.append(properties)
    paragraph = make_element(
        "w:p", {"kind": "figure" if grid_cell and grid_cell.is_figure else (grid_cell.head if grid_cell else "")}
    )
    if grid_cell and begins and grid_cell.text:
        run = make_element("w:r", {})
        run.append(make_text(grid_cell.text))
        paragraph.append(run)
    cell_element.append(paragraph)
    return cell_element


def _format_cell_paragraph(paragraph: Any, style: ReportStyle, size: float, line: float, *, last: bool) -> None:
    """Set font and alignment of a paragraph in a table and keep its row with the next one."""
    kind = paragraph.attrib.pop(qualify_tag("w:kind"))
    options = {"jc": style.table.figures if kind == "figure" else "left" if kind == "row" else "center"}
    properties = build_paragraph_properties(line, size, options if last else {**options, "keep": "yes"})
    paragraph.insert(0, properties)
    for run in paragraph.iter(qualify_tag("w:r")):
        run.insert(0, build_run_properties(style.table.fonts[0], style.latin.fonts[0], size))
