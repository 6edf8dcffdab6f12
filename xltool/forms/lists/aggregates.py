"""Figures computed from the rows of a list: how expressions name them, what they are, and their formulas.

Each is a `Cell` of the form with an `aggregate`, so that relations, sums, tracing and exports treat it as any figure.
"""

import ast
from collections.abc import Sequence
from decimal import Context, Decimal, localcontext

from xltool.forms.cell_kinds import word_of
from xltool.forms.expressions import compare_numbers
from xltool.forms.vocabulary import EVERY_ROW, OPERATOR_TEXTS, ExpressionError, Vocabulary, dotted_name, number_of_word
from xltool.forms.workbook_words import workbook_words
from xltool.model.form import SUMMED_KINDS, Box, Cell, CellKind, Number, TotalKind
from xltool.model.list_table import AggregateKind, ListAggregate, ListMerge, ListTable
from xltool.model.submission import EntryRow, EntryState

SUM_KINDS = SUMMED_KINDS | {CellKind.DECIMAL}
_EXACT_CONTEXT = Context(prec=1000)
_OPERATOR_IDS = {"==": "is", "!=": "not", "<=": "most", ">=": "least", "<": "below", ">": "above"}


def find_aggregate(node: ast.Call, vocabulary: Vocabulary) -> str | None:
    """Return the id of the figure that ``count(…)`` or ``sum(…)`` over a list stands for; None for any other call.

    Raises ExpressionError for a column that cannot be summed, and for a comparison with anything but a constant.
    """
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    match node.args:
        case [ast.Compare(left=left, ops=[operator], comparators=[right])] if name == "count":
            column = _find_column(left, vocabulary)
            symbol = OPERATOR_TEXTS.get(type(operator))
            if column is None or symbol is None:
                return None
            number = _read_constant(right, column, node)
            aggregate = ListAggregate(AggregateKind.ROWS, column.table, column.id, symbol, number)
        case [ast.Name(id=table)] if name == "count" and table in vocabulary.lists:
            aggregate = ListAggregate(AggregateKind.ROWS, table)
        case [argument] if name in {"count", "sum"}:
            column = _find_column(argument, vocabulary)
            if column is None:
                return None
            if name == "sum" and column.kind not in SUM_KINDS:
                raise ExpressionError("not_summable", ast.unparse(node))
            kind = AggregateKind.SUM if name == "sum" else AggregateKind.ROWS
            aggregate = ListAggregate(kind, column.table, column.id)
        case _:
            return None
    return vocabulary.add_aggregate(make_aggregate(vocabulary.lists[aggregate.table], aggregate))


def _find_column(node: ast.expr, vocabulary: Vocabulary) -> Cell | None:
    """Return the column that ``list.column`` names; None for anything else."""
    try:
        name = dotted_name(node)
    except ExpressionError:
        return None
    table, _, column = name.partition(".")
    known = name in vocabulary.list_columns or name in vocabulary.cells or column.startswith(f"{EVERY_ROW}.")
    if column and table in vocabulary.lists and not known:
        raise ExpressionError("unknown_name", name)
    return vocabulary.list_columns.get(name)


def _read_constant(node: ast.expr, list_column: Cell, call: ast.Call) -> Number:
    try:
        constant = ast.literal_eval(node)
    except ValueError as error:
        raise ExpressionError("not_allowed", ast.unparse(call)) from error
    if isinstance(constant, str):
        return number_of_word(list_column, constant)
    if isinstance(constant, bool) or not isinstance(constant, int | float) or list_column.is_worded:
        raise ExpressionError("not_allowed", ast.unparse(call))
    return constant if isinstance(constant, int) else Decimal(repr(constant))


def list_own_aggregates(list_table: ListTable) -> tuple[Cell, ...]:
    """Return the figures every list has: how many rows, and the sum of each column that adds up."""
    rows = ListAggregate(AggregateKind.ROWS, list_table.id)
    sums = (
        ListAggregate(AggregateKind.SUM, list_table.id, column.id)
        for column in list_table.columns
        if column.total is TotalKind.SUM
    )
    return tuple(make_aggregate(list_table, each) for each in (rows, *sums))


def make_aggregate(list_table: ListTable, aggregate: ListAggregate) -> Cell:
    """Make the figure of the form that an aggregate is; `assemble_lists` gives it its place.

    Rows of one key become one row in a sum, so that their number does not add up.
    """
    column = list_table.columns_by_id.get(aggregate.column)
    summed = aggregate.kind is AggregateKind.SUM and column is not None
    line = "_".join(
        filter(None, ("sum" if summed else "count", column.column if column else "", _name_test(aggregate)))
    )
    return Cell(
        id=f"{list_table.id}.{line}",
        table=list_table.id,
        line=line,
        column="",
        kind=column.kind if summed and column else CellKind.COUNT,
        unit=column.unit if summed and column else list_table.unit,
        box=Box(1, 1),
        row_path=(),
        column_path=(_label_aggregate(list_table, column, aggregate),),
        decimals=column.decimals if summed and column else 0,
        fixed_decimals=bool(summed and column and column.fixed_decimals),
        total=TotalKind.SUM if summed or list_table.merge is ListMerge.APPEND else TotalKind.NONE,
        aggregate=aggregate,
        year_total=list_table.year_total,
    )


def _name_test(aggregate: ListAggregate) -> str:
    """Return the part of an id that says which rows are counted."""
    if not aggregate.operator:
        return ""
    number = str(aggregate.number).replace(".", "_").replace("-", "minus")
    return f"{_OPERATOR_IDS[aggregate.operator]}_{number}"


def _label_aggregate(list_table: ListTable, list_column: Cell | None, aggregate: ListAggregate) -> str:
    say = workbook_words().lists
    if list_column is None:
        text = say["count"].format(title=list_table.title)
    elif aggregate.kind is AggregateKind.SUM:
        text = say["sum"].format(column=list_column.column_words)
    elif not aggregate.operator:
        text = say["filled"].format(column=list_column.column_words)
    else:
        word = word_of(list_column, aggregate.number) or str(aggregate.number)
        text = say[aggregate.operator].format(column=list_column.column_words, word=word)
    unit = list_column.unit if list_column and aggregate.kind is AggregateKind.SUM else list_table.unit
    return text if not unit or unit in text else say["with_unit"].format(text=text, unit=unit)


# --- values ------------------------------------------------------------------------------------------------------


def compute_aggregate(cell: Cell, list_table: ListTable, entry_rows: Sequence[EntryRow]) -> Number | None:
    """Compute an aggregate from the rows of its list; None if a row lacks a figure that it needs.

    A figure that does not apply, or is lawfully blank, adds 0 and satisfies no comparison.
    """
    aggregate = cell.aggregate
    assert aggregate is not None  # only called for aggregates
    if not aggregate.column:
        return len(entry_rows)
    column = list_table.columns_by_id[aggregate.column]
    entries = [row.entries[column.id] for row in entry_rows]
    if aggregate.kind is AggregateKind.ROWS and not aggregate.operator:
        return sum(entry.state is not EntryState.BLANK for entry in entries)
    known: list[Number] = []
    for entry in entries:
        if entry.value is not None:
            known.append(entry.value)
        elif entry.state is EntryState.UNREADABLE or (entry.state is EntryState.BLANK and not column.optional):
            return None
    if aggregate.kind is AggregateKind.ROWS:
        return sum(compare_numbers(value, aggregate.operator, aggregate.number) for value in known)
    with localcontext(_EXACT_CONTEXT):
        return sum(known, Decimal(0)) if cell.is_exact else sum(known)


def measure_row(cell: Cell, entry_row: EntryRow) -> Number:
    """Return what one row adds to an aggregate: its figure, 1 if it is counted, else 0."""
    aggregate = cell.aggregate
    assert aggregate is not None  # only called for aggregates
    if not aggregate.column:
        return 1
    entry = entry_row.entries[aggregate.column]
    if aggregate.kind is AggregateKind.SUM:
        return entry.value or 0
    if not aggregate.operator:
        return int(entry.state is not EntryState.BLANK)
    return int(entry.value is not None and compare_numbers(entry.value, aggregate.operator, aggregate.number))
