"""The look of an office's form: fonts, fills, borders and alignment of its cells, and the page it is printed on."""

from xltool.form_authoring.office_workbooks.office_workbook import CellFont, Spot, count_leading_blanks
from xltool.form_authoring.tables.grid_cells import CellPart, TableCell
from xltool.form_authoring.tables.table_draft import TableDraft
from xltool.forms.cell_addresses import box_address, cover_with_rectangles, list_spots
from xltool.forms.schema import LookSpec, PageSpec
from xltool.model.form import Box
from xltool.model.printed_look import PrintedLook

USUAL_FONTS = frozenset({"", "Calibri", "Aptos Narrow"})
USUAL_SIZE = 11.0  # points
A4_PAPER = 9
_LINES = frozenset({"thin", "medium", "thick", "double", "hair", "dotted", "dashed"})
_ALIGNMENTS = frozenset({"left", "right", "fill", "justify", "distributed"})
_VERTICALS = frozenset({"top", "bottom", "justify", "distributed"})


def list_blanks(draft: TableDraft) -> list[str]:
    """Return the rectangles in which nothing is filled in."""
    blanks = (item for item in draft.cells if item.part in {CellPart.BLANK, CellPart.CHECK})
    return [box_address(draft.place_box(item.box)) for item in blanks]


def list_looks(draft: TableDraft) -> list[LookSpec]:
    """Return the looks of the cells of a table that differ from every template's, each with its rectangles."""
    spots: dict[PrintedLook, list[Spot]] = {}
    for item in draft.cells:
        look = _find_look(draft, item)
        if look != PrintedLook():
            spots.setdefault(look, []).extend(list_spots(draft.place_box(item.box)))
    return [_make_look_spec(look, cover_with_rectangles(places)) for look, places in spots.items()]


def _make_look_spec(look: PrintedLook, boxes: list[Box]) -> LookSpec:
    return LookSpec(
        at=[box_address(box) for box in boxes],
        font=look.font,
        size=int(look.size) if look.size.is_integer() else look.size,
        bold=look.bold,
        align=look.align,  # type: ignore[arg-type]  # one of the words of the schema
        valign=look.valign,  # type: ignore[arg-type]
        indent=look.indent,
        fill=look.fill,
        borders=list(look.borders) if any(look.borders) else [],  # type: ignore[arg-type]
    )


def _find_look(draft: TableDraft, member: TableCell) -> PrintedLook:
    cell, figure = member.cell, member.place in draft.figures
    align = cell.align if cell.align in _ALIGNMENTS else ""
    if not align and not cell.align and member.part is CellPart.LABEL and cell.indent:
        align = "left"
    if not align and cell.align == "center" and _is_row_label(draft, member):
        align = "center"  # templates align the labels of rows left
    if figure:
        align = align if align in {"left", "right"} else ""
    return PrintedLook(
        "" if cell.font.name in USUAL_FONTS else cell.font.name,
        0.0 if cell.font.size in {0.0, USUAL_SIZE} else cell.font.size,
        cell.font.bold,
        align,
        cell.valign if cell.valign in _VERTICALS - {"bottom"} else "",
        cell.indent + count_leading_blanks(cell) // 2 if align in {"left", "right"} else 0,
        "" if figure else cell.fill,
        _find_borders(draft, member),
    )


def _is_row_label(draft: TableDraft, member: TableCell) -> bool:
    """Return True for a label left of a figure, where a table has several columns of such labels."""
    rows = {row for row, _ in draft.figures}
    first = min(column for _, column in draft.figures)
    left = [item for item in draft.cells if item.is_label and item.box.row in rows and item.box.column < first]
    return member in left and len({item.box.column for item in left}) > 1


def _find_borders(draft: TableDraft, member: TableCell) -> tuple[str, str, str, str]:
    """Return the lines around a cell or merged range, nothing where all are thin as in every template."""
    sides = [_side_of(draft, member, side) for side in ("left", "right", "top", "bottom")]
    if all(line in {"thin", ""} for line in sides):
        return ("", "", "", "")
    left, right, top, bottom = (line if line in _LINES else "thin" for line in sides)
    return left, right, top, bottom


def _side_of(draft: TableDraft, member: TableCell, side: str) -> str:
    """Return the line on one side: of a merged range, that of the cell at its corner on that side."""
    grid, box = draft.cells.grid, member.box
    row = box.row + box.rows - 1 if side == "bottom" else box.row
    column = box.column + box.columns - 1 if side == "right" else box.column
    cell = draft.source.find_cell((grid.rows[row - 1], grid.columns[column - 1]))
    return str(getattr(cell.borders, side))


def make_page_spec(draft: TableDraft, title_font: CellFont) -> PageSpec | None:
    """Return how the sheet is printed; None if as every template."""
    printing, rows = draft.source.printing, draft.cells.grid.rows
    repeated = [rows.index(row) + 1 for row in range(printing.title_rows[0], printing.title_rows[1] + 1) if row in rows]
    spec = PageSpec(
        paper=printing.paper if printing.paper not in {0, A4_PAPER} else 0,
        margins=[round(inches, 2) for inches in printing.margins] if printing.own_margins else [],
        repeat=f"{repeated[0]}:{repeated[-1]}" if repeated else "",
        title_font="" if title_font.name in USUAL_FONTS else title_font.name,
        title_size=0 if title_font.size in {0.0, USUAL_SIZE} else title_font.size,
    )
    return None if spec == PageSpec() else spec
