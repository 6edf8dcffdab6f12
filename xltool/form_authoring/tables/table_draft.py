"""One table of the new form while it is made: its cells, what each figure holds, and the ids of its figures."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from xltool.form_authoring.office_workbooks.office_workbook import OfficeSheet, Spot
from xltool.form_authoring.relations.expression_parts import FigureKey
from xltool.form_authoring.tables.grid_cells import CellPart, GridCells, TableCell
from xltool.form_authoring.tables.guess_kinds import FigureKind
from xltool.forms.cell_addresses import box_address, cell_address, column_letters
from xltool.forms.schema import BlockSpec, LabelSpec, TableSpec
from xltool.model.form import Box

DEFAULT_COLUMN_WIDTH = 8.43  # characters, of a column without a width of its own
MIN_TOTAL_WIDTH = 64.0  # characters, of a table whose columns have no widths of their own
MIN_WORDS_WIDTH, MAX_FITTED_WIDTH = 14.0, 20.0
MAX_PORTRAIT_WIDTH = 110.0  # characters; a wider table is printed across
DEFAULT_ROW_HEIGHT = 18.0  # points, of a row without a height of its own


@dataclass(frozen=True)
class DraftFigure:
    """A figure: its cell, what it holds, and the ids of its line and column ("" if the line has this one only)."""

    item: TableCell
    kind: FigureKind
    line: str
    column: str


@dataclass
class TableDraft:
    """A table in the making. ``columns`` are those of its sheet that all its tables share, in the sheet's numbers.

    ``section`` and ``sheet``, the name of its sheet in the template, follow from what else is on the office's sheet.
    """

    id: str
    section: str
    sheet: str
    title: str
    cells: GridCells
    columns: tuple[int, ...]
    figures: dict[Spot, DraftFigure] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    head_line: str = ""

    @property
    def source(self) -> OfficeSheet:
        """The sheet it was read from."""
        return self.cells.grid.sheet

    @property
    def offset(self) -> int:
        """How many columns its grid is right of the first column that tables of the sheet share."""
        return self.columns.index(self.cells.grid.columns[0])

    def place_box(self, box: Box) -> Box:
        """Return where a box of its grid stands in the definition."""
        return box._replace(column=box.column + self.offset)

    def name_figure(self, grid_place: Spot) -> FigureKey:
        """Return the id of the figure at a place of the grid, in its parts."""
        figure = self.figures[grid_place]
        return FigureKey(self.id, figure.line, figure.column)

    def find_figure(self, spot: Spot) -> DraftFigure | None:
        """Return the figure that stands at a place of the sheet; None if there is none."""
        return next((figure for figure in self.figures.values() if figure.item.cell.spot == spot), None)


def make_table_spec(draft: TableDraft) -> TableSpec:
    """Return the definition of a table."""
    grid, widths = draft.cells.grid, _list_widths(draft)
    return TableSpec(
        id=draft.id,
        section=draft.section,
        sheet=draft.sheet,
        title=draft.title,
        size=cell_address(len(grid.rows), len(draft.columns)),
        labels=list(_list_labels(draft)),
        blocks=list(_list_blocks(draft)),
        landscape=is_printed_across(draft),
        widths=widths,
        heights=_list_heights(draft),
        footnotes=list(draft.notes),
        head_line=draft.head_line,
        asides=_list_asides(draft),
    )


def is_printed_across(draft: TableDraft) -> bool:
    """Return True for a table that the office prints in landscape, or that is too wide for a page upright."""
    return draft.source.printing.landscape or sum(_list_widths(draft)) > MAX_PORTRAIT_WIDTH


def _list_widths(draft: TableDraft) -> list[float]:
    """Return the column widths of the office's form; where it sets none at all, widths in which the labels fit."""
    widths = draft.source.widths
    if any(column in widths for column in draft.columns):
        return [round(widths.get(column, DEFAULT_COLUMN_WIDTH), 2) for column in draft.columns]
    fitted = [DEFAULT_COLUMN_WIDTH] * len(draft.columns)
    for item in draft.cells:
        if item.box.columns == 1:
            at = item.box.column + draft.offset - 1
            worded = item.place in draft.figures and draft.figures[item.place].kind.kind in {"text", "choice", "date"}
            needed = MIN_WORDS_WIDTH if worded else len(show_label(item)) + 3 if item.is_label else 0
            fitted[at] = max(fitted[at], min(MAX_FITTED_WIDTH, needed))
    scale = max(1.0, MIN_TOTAL_WIDTH / sum(fitted))  # the title above the table needs room
    return [round(width * scale, 2) for width in fitted]


def _list_heights(draft: TableDraft) -> list[float]:
    """Return the row heights of the office's form; none where it sets none."""
    rows, heights = draft.cells.grid.rows, draft.source.heights
    if not any(row in heights for row in rows):
        return []
    return [round(heights.get(row, DEFAULT_ROW_HEIGHT), 2) for row in rows]


def _list_asides(draft: TableDraft) -> list[str]:
    """Return the columns in which every label is an aside."""
    columns: dict[int, list[bool]] = {}
    for item in draft.cells:
        if item.is_label and item.box.columns == 1:
            columns.setdefault(item.box.column, []).append(item.aside)
    figures = {item.box.column for item in draft.cells if item.part is CellPart.FIGURE}
    return [
        column_letters(column + draft.offset)
        for column, asides in sorted(columns.items())
        if all(asides) and len(asides) > 1 and column not in figures
    ]


def _list_labels(draft: TableDraft) -> Iterator[LabelSpec]:
    whole = _list_asides(draft)
    for item in draft.cells:
        if not item.is_label:
            continue
        box = draft.place_box(item.box)
        aside = (item.aside or item.part is CellPart.STRUCK) and column_letters(box.column) not in whole
        within = cell_address(item.within[0], item.within[1] + draft.offset) if item.within else ""
        yield LabelSpec(at=box_address(box), text=show_label(item), aside=aside, within=within)


def show_label(member: TableCell) -> str:
    """Return the printed text of a label; a whole number without decimals."""
    value = member.cell.value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    lines = (line.strip() for line in str(value).strip().split("\n"))
    return "\n".join(line for line in lines if line)


def _list_blocks(draft: TableDraft) -> Iterator[BlockSpec]:
    """Yield the figures as rectangles of the same kind, in which each row is a line and each column a column."""
    waiting = dict(sorted(draft.figures.items()))
    while waiting:
        first = next(iter(waiting))
        across = _grow_right(waiting, first)
        rows = [across, *_grow_down(waiting, across)]
        for row in rows:
            for place in row:
                del waiting[place]
        yield _make_block(draft, rows)


def _setting_of(draft_figure: DraftFigure) -> tuple[object, ...]:
    return (
        draft_figure.kind._replace(reason="", remark="", dropped_limits=()),
        draft_figure.item.box.rows,
        draft_figure.item.box.columns,
    )


def _grow_right(waiting: Mapping[Spot, DraftFigure], start_spot: Spot) -> list[Spot]:
    row, start = [start_spot], waiting[start_spot]
    while True:
        box = waiting[row[-1]].item.box
        place = (box.row, box.column + box.columns)
        figure = waiting.get(place)
        if figure is None or figure.line != start.line or _setting_of(figure) != _setting_of(start):
            return row
        if not figure.column or not start.column:
            return row
        row.append(place)


def _grow_down(waiting: Mapping[Spot, DraftFigure], across: Sequence[Spot]) -> Iterator[list[Spot]]:
    rows = waiting[across[0]].item.box.rows
    above = list(across)
    while True:
        row = [(row + rows, column) for row, column in above]
        figures = [waiting.get(place) for place in row]
        line = figures[0].line if figures[0] else ""
        for place, figure in zip(above, figures, strict=True):
            known = waiting[place]
            if figure is None or figure.line != line or figure.column != known.column:
                return
            if _setting_of(figure) != _setting_of(known):
                return
        yield row
        above = row


def _make_block(draft: TableDraft, spot_rows: Sequence[Sequence[Spot]]) -> BlockSpec:
    first = draft.figures[spot_rows[0][0]]
    box, kind = draft.place_box(first.item.box), first.kind
    columns = [draft.figures[place].column for place in spot_rows[0]]
    return BlockSpec(
        first=cell_address(box.row, box.column),
        lines=[draft.figures[row[0]].line for row in spot_rows],
        columns=columns if any(columns) else [],
        span=box.columns,
        span_rows=box.rows,
        **kind.list_settings(),
    )
