"""Assemble the tables of a form: place labels and figures in the grid, and name each figure by its labels."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TypeVar

from xltool.errors import DefinitionError
from xltool.forms.assemble_looks import assemble_looks, assemble_page, parse_boxes
from xltool.forms.cell_addresses import box_address, cell_address, list_spots, parse_address, parse_box
from xltool.forms.cell_kinds import describe_kind
from xltool.forms.decode_definition import UNKNOWN_KEY
from xltool.forms.definition_problems import DefinitionProblems
from xltool.forms.definition_rules import check_words
from xltool.forms.schema import BlockSpec, LabelSpec, TableSpec
from xltool.model.form import Box, Cell, Label, Table, TotalKind

MIN_COLUMN_WIDTH_CHARACTERS, MAX_COLUMN_WIDTH_CHARACTERS = 10.0, 36.0  # characters; for columns without a given width
MIN_TABLE_CHARACTERS, MAX_UPRIGHT_CHARACTERS, MAX_LANDSCAPE_CHARACTERS = 64.0, 88.0, 132.0  # of all columns together
MAX_GRID_ROWS, MAX_GRID_COLUMNS = 1_000, 200  # assumed where a table does not state its size
_GEOMETRY = frozenset({"size", "at", "first", "lines", "columns", "direction", "span", "span_rows", "blocks", "labels"})
_GEOMETRY |= {UNKNOWN_KEY}
_CODE_OUTSIDE = "definition.outside_grid"
_PLACING = frozenset({"not_a_place", "outside_grid", "overlap", "no_such_label"})  # mistakes of places
_WORDING = frozenset({"cell_without_label", "same_words", "unknown_line"})  # mistakes of words, which may follow
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_Place = TypeVar("_Place")


def assemble_table(spec: TableSpec, problems: DefinitionProblems, *, number: int = 0) -> Table:
    """Assemble one table; add its mistakes to ``problems``. ``number`` is its place in the file, from 1."""
    where, count = f"tables.{spec.id}", len(problems.errors)
    grid = _Grid(spec, problems)
    cells = tuple(sorted(grid.cells, key=lambda cell: cell.box))
    for given, needed, what in ((spec.widths, grid.columns, "widths"), (spec.heights, grid.rows, "heights")):
        if given and len(given) != needed:
            problems.add("wrong_length", "tables.toml", where, key=what, count=len(given), needed=needed)
    if len(problems.errors) == count:
        with problems.collect():
            _require_known_lines(spec, cells, f"{problems.source}/tables.toml", where)
    table = Table(
        id=spec.id,
        section=spec.section,
        title=spec.title,
        name=spec.sheet,
        rows=grid.rows,
        columns=grid.columns,
        labels=tuple(grid.labels),
        cells=cells,
        printed=spec.printed,
        landscape=spec.landscape,
        widths=tuple(spec.widths) or _default_widths(grid.columns, grid.labels, landscape=spec.landscape),
        heights=tuple(spec.heights),
        notes=tuple(spec.notes),
        sentence=spec.sentence,
        footnotes=tuple(spec.footnotes),
        head_line=spec.head_line,
        own_widths=bool(spec.widths),
        absence=spec.absence,
        blanks=tuple(parse_boxes(spec.blanks, where, problems)),
        looks=assemble_looks(spec, problems),
        page=assemble_page(spec.page, where, problems),
    )
    if _CODE_OUTSIDE not in {error.code for error in problems.errors[count:]}:
        _check_blanks(table, problems)
    check_words(table, problems)
    _drop_consequences(spec.id, problems.list_replaced("tables.toml", f"tables[{number}]."), count, problems)
    return table


def _check_blanks(table: Table, problems: DefinitionProblems) -> None:
    """Add the mistake of a blank that stands on a figure, or outside the table."""
    figures = {spot: cell.id for cell in table.cells for spot in list_spots(cell.box)}
    for box in table.blanks:
        facts = {"key": "blanks", "at": box_address(box)}
        if other := next((figures[spot] for spot in list_spots(box) if spot in figures), ""):
            problems.add("overlap", "tables.toml", f"tables.{table.id}", other=other, **facts)
        if box.row + box.rows - 1 > table.rows or box.column + box.columns - 1 > table.columns:
            size = cell_address(table.rows, table.columns)
            problems.add("outside_grid", "tables.toml", f"tables.{table.id}", size=size, **facts)


def _drop_consequences(table: str, replaced: Collection[str], count: int, problems: DefinitionProblems) -> None:
    """Drop those mistakes behind the first ``count`` that follow from what was told when the table was decoded."""
    found = problems.errors[count:]
    codes = {error.code.removeprefix("definition.") for error in found}
    if _GEOMETRY.intersection(replaced):
        del problems.errors[count:]
        problems.tainted.add(table)
    elif table in problems.misread or codes & _PLACING:
        problems.errors[count:] = [error for error in found if error.code.removeprefix("definition.") not in _WORDING]
    if "not_a_place" in codes:
        problems.tainted.add(table)


class _Grid:
    """The labels and figures of one table, each at a place of its own."""

    def __init__(self, spec: TableSpec, problems: DefinitionProblems) -> None:
        self._spec, self._problems = spec, problems
        self._taken: dict[tuple[int, int], str] = {}
        self._overlaps: set[tuple[str, str]] = set()  # lines of figures of which it was told
        self._outside: dict[str, str] = {}  # what stands outside the grid, by address
        self.rows, self.columns = self._parse(spec.size, parse_address) or (MAX_GRID_ROWS, MAX_GRID_COLUMNS)
        placed = [(item, label) for item in spec.labels if (label := self._place_label(item))]
        self.labels = [label for _, label in placed]
        blocks = [(block, first) for block in spec.blocks if (first := self._parse(block.first, parse_address))]
        boxes = [self._cut_off(box) for block, first in blocks for _, _, box in _list_block_boxes(block, first)]
        naming = _NamingLabels(self._list_naming_labels(placed), boxes)
        self.cells = [
            cell
            for block, first in blocks
            for cell in _expand_block(spec, block, first, naming)
            if self._place_cell(cell)
        ]
        if self._outside:  # a size that is too small is one mistake, whatever it cuts off
            facts = {"key": next(iter(self._outside.values())), "at": tuple(self._outside), "size": spec.size}
            problems.add("outside_grid", "tables.toml", f"tables.{spec.id}", **facts)

    def _list_naming_labels(self, placed: Sequence[tuple[LabelSpec, Label]]) -> list[Label]:
        """Return the labels that name figures: those that are no asides, each with the label it is a part of."""
        places = [self._parse(f"{column}1", parse_address) for column in self._spec.asides]
        columns = {place[1] for place in places if place}
        by_place = {(label.box.row, label.box.column): (item, label) for item, label in placed}
        return [
            label._replace(text=self._find_whole_text(item, by_place))
            for item, label in placed
            if not item.aside and label.box.column not in columns
        ]

    def _find_whole_text(
        self, label_spec: LabelSpec, by_place: Mapping[tuple[int, int], tuple[LabelSpec, Label]]
    ) -> str:
        """Return the text of a label behind those of the labels it is a part of."""
        text, seen = label_spec.text, {label_spec.at}
        while label_spec.within:
            place = self._parse(label_spec.within, parse_address)
            if place is None:
                break
            if place not in by_place or label_spec.within in seen:
                self._problems.add("no_such_label", "tables.toml", f"tables.{self._spec.id}", key=label_spec.within)
                break
            label_spec = by_place[place][0]
            seen.add(label_spec.at)
            text = label_spec.text + text
        return text

    def _place_label(self, label_spec: LabelSpec) -> Label | None:
        box = self._parse(label_spec.at, parse_box)
        if box is None:
            return None
        self._occupy(box, label_spec.text)
        return Label(label_spec.text, self._cut_off(box), label_spec.alone)

    def _place_cell(self, cell: Cell) -> bool:
        self._occupy(cell.box, cell.id)
        if not (cell.row_path or cell.column_path):
            self._problems.add("cell_without_label", "tables.toml", f"tables.{self._spec.id}", key=cell.id)
        return True

    def _parse(self, text: str, parse: Callable[[str], _Place]) -> _Place | None:
        try:
            return parse(text)
        except ValueError as error:
            self._problems.add("not_a_place", "tables.toml", f"tables.{self._spec.id}", key=str(error))
            return None

    def _cut_off(self, box: Box) -> Box:
        """Return the part of a rectangle inside the table, with no rows or columns if there is none."""
        rows = max(0, min(box.rows, self.rows + 1 - box.row))
        columns = max(0, min(box.columns, self.columns + 1 - box.column))
        return box._replace(rows=rows, columns=columns)

    def _occupy(self, box: Box, name: str) -> None:
        """Take the places of a label or figure; of a line that overlaps another, the first figure is told."""
        where, at = f"tables.{self._spec.id}", box_address(box)
        inside = self._cut_off(box)
        if inside != box:
            self._outside.setdefault(at, name)
        spots = list(list_spots(inside))
        other = next((self._taken[spot] for spot in spots if spot in self._taken), "")
        lines = name.rpartition(".")[0], other.rpartition(".")[0]
        if other and (lines not in self._overlaps or not all(lines)):
            self._overlaps.add(lines)
            self._problems.add("overlap", "tables.toml", where, key=name, other=other, at=at)
        self._taken |= dict.fromkeys(spots, name)


def _default_widths(columns: int, labels: Sequence[Label], *, landscape: bool) -> tuple[float, ...]:
    """Compute column widths, in characters, from the labels that span one column, for a page upright or in landscape.

    Together they are wide enough for the headings of the sheet, and if possible not wider than the page.
    """
    widths = [MIN_COLUMN_WIDTH_CHARACTERS] * columns
    for label in labels:
        if label.box.columns == 1 and label.box.column <= columns:
            at = label.box.column - 1
            widths[at] = max(widths[at], min(MAX_COLUMN_WIDTH_CHARACTERS, 2.0 * len(label.text) + 2))
    spare, most = sum(widths) - MIN_COLUMN_WIDTH_CHARACTERS * columns, MAX_UPRIGHT_CHARACTERS
    if landscape:
        most = MAX_LANDSCAPE_CHARACTERS
    if sum(widths) > most and spare:
        share = max(0.0, most - MIN_COLUMN_WIDTH_CHARACTERS * columns) / spare
        base = MIN_COLUMN_WIDTH_CHARACTERS
        return tuple(round(base + (width - base) * share, 1) for width in widths)
    grown = max(1.0, MIN_TABLE_CHARACTERS / sum(widths))
    return tuple(round(width * grown, 1) for width in widths)


def _require_known_lines(spec: TableSpec, cells: Sequence[Cell], file: str, where: str) -> None:
    """Raise DefinitionError if a label or the sentence of a table names a line or cell it does not have."""
    known = {cell.line for cell in cells}
    named = [label.alone for label in spec.labels if label.alone]
    placeholders = set(_PLACEHOLDER.findall(spec.sentence))
    unknown = [line for line in named if line not in known]
    unknown += sorted(placeholders - {"year", *(cell.id for cell in cells)})
    if unknown:
        raise DefinitionError("definition.unknown_line", file=file, place=where, key=unknown[0])


def _list_block_boxes(block: BlockSpec, first: tuple[int, int]) -> Iterator[tuple[str, str, Box]]:
    """Yield line, column and box of every figure of a block."""
    names = block.columns or [""]
    for i, line in enumerate(block.lines):
        for j, column in enumerate(names):
            down, right = (i, j) if block.direction == "down" else (0, i * len(names) + j)
            yield (
                line,
                column,
                Box(first[0] + down * block.span_rows, first[1] + right * block.span, block.span_rows, block.span),
            )


def _expand_block(
    table_spec: TableSpec, block: BlockSpec, first: tuple[int, int], naming: "_NamingLabels"
) -> Iterator[Cell]:
    for line, column, box in _list_block_boxes(block, first):
        row_path = naming.find_row_path(box.row, first[1])
        yield Cell(
            id=".".join(filter(None, (table_spec.id, line, column))),
            table=table_spec.id,
            line=line,
            column=column,
            unit=block.unit,
            box=box,
            row_path=row_path,
            column_path=naming.find_column_path(first[0], box.column, box.columns if row_path else 1),
            optional=block.optional,
            year_total=TotalKind(block.year_total) if block.year_total else None,
            **describe_kind(block),
        )


class _NamingLabels:
    """The labels of a table that name figures, and the places of its figures."""

    def __init__(self, labels: Sequence[Label], figures: Sequence[Box]) -> None:
        self._labels = {spot: label for label in labels for spot in list_spots(label.box)}
        self._figures = {spot for box in figures for spot in list_spots(box)}

    def find_row_path(self, row: int, column: int) -> tuple[str, ...]:
        """Return the texts of the nearest labels left of ``column`` in ``row``, outermost first.

        A figure between two labels parts them: only those right of it name what follows.
        """
        path: dict[Box, str] = {}
        for place in range(column - 1, 0, -1):
            if label := self._labels.get((row, place)):
                path.setdefault(label.box, label.text)
            elif path and (row, place) in self._figures:
                break
        return tuple(reversed(path.values()))

    def find_column_path(self, row: int, column: int, columns: int = 1) -> tuple[str, ...]:
        """Return the texts of the labels stacked above ``row`` in ``column``, outermost first; others are passed.

        None, where the nearest is narrower than ``columns``: then it is the head of one column of a table above.
        """
        path: list[str] = []
        while row > 1 and (row - 1, column) not in self._labels:
            row -= 1
        nearest = self._labels.get((row - 1, column))
        if nearest is not None and nearest.box.columns < columns:
            return ()
        while label := self._labels.get((row - 1, column)):
            path.insert(0, label.text)
            row = label.box.row
        return tuple(path)
