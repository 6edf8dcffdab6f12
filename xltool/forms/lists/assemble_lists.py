"""Assemble the lists of a form: their columns as cells, and a table of the figures computed from their rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count

from xltool.forms.cell_kinds import describe_kind
from xltool.forms.definition_problems import DefinitionProblems
from xltool.forms.definition_rules import check_cell_id
from xltool.forms.lists.aggregates import SUM_KINDS
from xltool.forms.schema import FormSpec, ListColumnSpec, ListSpec, TablesSpec
from xltool.model.form import Box, Cell, CellKind, Label, Table, TotalKind
from xltool.model.list_table import KeyScope, ListMerge, ListPrinting, ListTable

MAX_ROWS = 2_000  # that a template offers
MAX_COLUMNS = 40
NUMBER_WIDTH_CHARACTERS, CHECK_WIDTH_CHARACTERS = 6.0, 16.0
FIRST_COLUMN = 2  # of what is filled in: column 1 is the row's number
_AGGREGATE_PREFIXES = ("count", "count_", "sum_")  # of the ids of figures computed from a list
_KIND_WIDTHS: Mapping[CellKind, float] = {
    CellKind.TEXT: 24.0,
    CellKind.DATE: 13.0,
    CellKind.CHOICE: 15.0,
    CellKind.YES_NO: 10.0,
}
_DEFAULT_WIDTH_CHARACTERS, _MAX_LABEL_WIDTH_CHARACTERS = 11.0, 24.0


def assemble_lists(form: FormSpec, tables_spec: TablesSpec, problems: DefinitionProblems) -> tuple[ListTable, ...]:
    """Assemble every list; add the mistakes to ``problems``."""
    sections = {section.id: section for section in form.sections}
    taken = {table.id for table in tables_spec.tables}
    used = {table.section for table in tables_spec.tables}
    for spec in tables_spec.lists:
        place, section = f"lists.{spec.id}", sections.get(spec.section)
        check_cell_id(spec.id, place, problems)
        if section is None or section.sheet != spec.sheet:
            problems.add("table_without_section", "tables.toml", place, key=spec.section)
        elif section.paragraphs or spec.section in used:  # rows have no end, and columns of their own
            problems.add("list_not_alone", "tables.toml", place, key=section.title)
        if spec.id in taken:
            problems.add("duplicate_id", "tables.toml", "table", key=spec.id)
        used.add(spec.section)
        taken.add(spec.id)
        _check_list(spec, place, problems)
    return tuple(_assemble_list(spec) for spec in tables_spec.lists)


def _check_list(spec: ListSpec, place: str, problems: DefinitionProblems) -> None:
    if not 1 <= spec.rows <= MAX_ROWS:
        problems.add("list_rows", "tables.toml", f"{place}.rows", key=spec.rows, known=(1, MAX_ROWS))
    if not 1 <= len(spec.columns) <= MAX_COLUMNS:
        problems.add("list_columns", "tables.toml", f"{place}.columns", key=len(spec.columns), known=(1, MAX_COLUMNS))
    ids = [column.id for column in spec.columns]
    for name in spec.key:
        if name not in ids:
            problems.add("list_key", "tables.toml", f"{place}.key", key=name, known=tuple(ids))
        elif next(column for column in spec.columns if column.id == name).optional:
            problems.add("optional_key", "tables.toml", f"{place}.key", key=name)
    if spec.merge == "by_key" and not spec.key:
        problems.add("list_without_key", "tables.toml", f"{place}.merge", key=spec.merge)
    if spec.key_scope == "agency" and (spec.merge == "by_key" or not spec.key):
        problems.add("list_key_scope", "tables.toml", f"{place}.key_scope", key=spec.key_scope)
    _check_columns(spec, place, problems)


def _check_columns(spec: ListSpec, place: str, problems: DefinitionProblems) -> None:
    ids = [column.id for column in spec.columns]
    labels: dict[str, str] = {}
    for column in spec.columns:
        check_cell_id(column.id, f"{place}.columns", problems)
        if column.id == _AGGREGATE_PREFIXES[0] or column.id.startswith(_AGGREGATE_PREFIXES[1:]):
            problems.add("not_an_id", "tables.toml", f"{place}.columns", key=column.id, known=_AGGREGATE_PREFIXES)
        if ids.count(column.id) > 1:
            problems.add("duplicate_id", "tables.toml", f"{place}.columns", key=column.id)
        other = labels.setdefault("".join(column.label.split()), column.id)
        if other != column.id or not column.label.strip():
            problems.add("same_words", "tables.toml", place, key=column.id, other=other, words=column.label)
        if column.total == "sum" and CellKind(column.kind) not in SUM_KINDS:
            facts = {"key": f"{spec.id}.{column.id}", "total": column.total, "known": (TotalKind.NONE.value,)}
            problems.add("wrong_total", "tables.toml", place, **facts)


def _assemble_list(spec: ListSpec) -> ListTable:
    columns = tuple(_make_column(spec, column, at) for at, column in enumerate(spec.columns, start=FIRST_COLUMN))
    widths = (column.width or _default_width(column) for column in spec.columns)
    return ListTable(
        id=spec.id,
        section=spec.section,
        title=spec.title,
        name=spec.sheet,
        columns=columns,
        rows=spec.rows,
        key=tuple(f"{spec.id}.{name}" for name in spec.key),
        merge=ListMerge(spec.merge),
        optional=spec.optional,
        widths=(NUMBER_WIDTH_CHARACTERS, *widths, CHECK_WIDTH_CHARACTERS),
        unit=spec.unit,
        notes=tuple(spec.notes),
        head_line=spec.head_line,
        landscape=spec.landscape,
        printing=ListPrinting(spec.area_report),
        year_total=TotalKind(spec.year_total),
        key_scope=KeyScope(spec.key_scope),
    )


def _make_column(spec: ListSpec, column_spec: ListColumnSpec, at: int) -> Cell:
    settings = describe_kind(column_spec)
    if not column_spec.total and settings["total"] is not TotalKind.SUM:
        settings["total"] = TotalKind.NONE
    return Cell(
        id=f"{spec.id}.{column_spec.id}",
        table=spec.id,
        line="",
        column=column_spec.id,
        unit=column_spec.unit,
        box=Box(1, at),
        row_path=(),
        column_path=(column_spec.label,),
        optional=column_spec.optional,
        **settings,
    )


def _default_width(column_spec: ListColumnSpec) -> float:
    label = min(_MAX_LABEL_WIDTH_CHARACTERS, 2.0 * len(column_spec.label) + 2) if len(column_spec.label) <= 8 else 18.0
    return max(_KIND_WIDTHS.get(CellKind(column_spec.kind), _DEFAULT_WIDTH_CHARACTERS), label)


def make_aggregate_table(list_table: ListTable, aggregates: Sequence[Cell]) -> Table:
    """Make the table of a list's figures, which stands above its rows: a label above each figure."""
    cells, labels = [], []
    taken: set[tuple[int, int]] = set()
    for cell in aggregates:
        row, column = next(spot for spot in _list_places(list_table, cell) if spot not in taken)
        taken.add((row, column))
        labels.append(Label(cell.column_path[0], Box(row, column)))
        cells.append(replace(cell, box=Box(row + 1, column)))
    return Table(
        id=list_table.id,
        section=list_table.section,
        title=list_table.title,
        name=list_table.name,
        rows=max(cell.box.row for cell in cells),
        columns=len(list_table.widths),
        labels=tuple(labels),
        cells=tuple(sorted(cells, key=lambda cell: cell.box)),
        printed=False,  # a report prints the rows
        landscape=list_table.landscape,
        widths=list_table.widths,
        notes=(),
    )


def _list_places(list_table: ListTable, cell: Cell) -> Iterator[tuple[int, int]]:
    """Yield the places of a figure's label, best first: the figure of a column stands above it."""
    aggregate = cell.aggregate
    column = list_table.columns_by_id.get(aggregate.column) if aggregate else None
    at = column.box.column if column else FIRST_COLUMN
    for line in count():
        yield 2 * line + 1, at
