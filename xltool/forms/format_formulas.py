"""Format linear expressions as Excel formulas."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from xltool.forms.cell_addresses import parse_address
from xltool.model.expression import Comparison, LinearExpression, Operation, OperationKind, Side
from xltool.model.form import Cell, CellKind, Number, Values


def format_excel_formula(
    side: LinearExpression,
    find_cell: Callable[[str], tuple[str, str]],
    previous: Values | None = None,
    sheet: str = "",
    words: Mapping[str, Cell] | None = None,
) -> str:
    """Format one side as an Excel formula without ``=``; ``find_cell`` gives sheet and address of a cell id.

    Adjacent cells become ranges. References to ``sheet`` itself carry no sheet name. Last year's figures are
    written as numbers, since no returned workbook may depend on another file. ``words`` are the form's cells whose
    content is a word, by id: each counts as the position of its word, a text as its length.
    """
    words = words or {}
    pieces: list[tuple[int, str]] = []
    constant: Number = side.constant
    for coefficient in dict.fromkeys(term.coefficient for term in side.terms):
        here = [term for term in side.terms if term.coefficient == coefficient]
        constant += sum(coefficient * ((previous or {}).get(term.earlier_key) or 0) for term in here if term.previous)
        now = [term.cell for term in here if not term.previous]
        ranges = _merge_ranges([find_cell(cell) for cell in now if cell not in words])
        pieces += [(coefficient, f"{_sheet_prefix(name, sheet)}{span}") for name, span in ranges]
        for cell in now:
            if cell in words:
                name, span = find_cell(cell)
                pieces.append((coefficient, _number_of_word(words[cell], f"{_sheet_prefix(name, sheet)}{span}")))
    text = "".join(_format_summand(coefficient, reference) for coefficient, reference in pieces)
    if constant or not text:
        text += f"{constant:+f}" if isinstance(constant, Decimal) else f"{constant:+d}"
    text = text.removeprefix("+")
    return f"MOD({text},{side.modulus})" if side.modulus else text


def _add_range(reference: str) -> str:
    """Return a reference to one figure, or the sum of a range."""
    return f"SUM({reference})" if ":" in reference.rpartition("!")[2] and not reference.endswith(")") else reference


def _number_of_word(cell: Cell, reference: str) -> str:
    """Format the number a word stands for, as `Submission.values` has it; 0 for a blank."""
    if cell.choices:
        listed = ",".join('"' + word.replace('"', '""') + '"' for word in cell.choices)
        return f"IFERROR(MATCH({reference},{{{listed}}},0),0)"
    return f"LEN({reference})" if cell.kind is CellKind.TEXT else f"N({reference})"


def _format_summand(coefficient: int, reference: str) -> str:
    sign = "-" if coefficient < 0 else "+"
    factor = "" if abs(coefficient) == 1 else f"{abs(coefficient)}*"
    return f"{sign}{factor}{_add_range(reference)}"


def _sheet_prefix(name: str, sheet: str) -> str:
    return "" if name == sheet else f"{quote_sheet_name(name)}!"


def quote_sheet_name(sheet: str) -> str:
    """Quote a sheet name for a formula where needed."""
    return sheet if sheet.isalpha() else "'" + sheet.replace("'", "''") + "'"


def _merge_ranges(places: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Merge runs of adjacent addresses along a row or column into ranges."""
    runs: list[tuple[str, list[tuple[int, int, str]]]] = []
    for name, spot in places:
        row, column = parse_address(spot)
        run = runs[-1][1] if runs and runs[-1][0] == name else None
        if run and _continues_run(run, row, column):
            run.append((row, column, spot))
        else:
            runs.append((name, [(row, column, spot)]))
    return [(name, run[0][2] if len(run) == 1 else f"{run[0][2]}:{run[-1][2]}") for name, run in runs]


def _continues_run(run: Sequence[tuple[int, int, str]], row: int, column: int) -> bool:
    last_row, last_column, _ = run[-1]
    step = (row - last_row, column - last_column)
    if len(run) == 1:
        return step in {(1, 0), (0, 1)}
    return step == (last_row - run[-2][0], last_column - run[-2][1])


# --- operations --------------------------------------------------------------------------------------------------

EXCEL_OPERATORS = {"==": "=", "!=": "<>", "<=": "<=", ">=": ">=", "<": "<", ">": ">"}
_EXCEL_FUNCTIONS = {
    OperationKind.ABS: "ABS",
    OperationKind.MIN: "MIN",
    OperationKind.MAX: "MAX",
    OperationKind.ROUND: "ROUND",
}
_EXCEL_SIGNS = {OperationKind.ADD: "+", OperationKind.MULTIPLY: "*", OperationKind.DIVIDE: "/"}
_EXCEL_LOGIC = {OperationKind.ANY: "OR", OperationKind.ALL: "AND", OperationKind.NOT: "NOT"}


def format_operation(operation: Operation, format_part: Callable[[Side], str]) -> str:
    """Format an operation as an Excel formula; ``format_part`` formats the sides inside it. Conditions are 1 or 0."""
    kind = operation.kind
    if kind in _EXCEL_LOGIC:
        return f"IF({_format_condition(operation, format_part)},1,0)"
    if kind is OperationKind.IF:
        test, *results = operation.arguments
        shown = [_format_argument(result, format_part) for result in results]
        return f"IF({_format_condition(test, format_part)},{','.join(shown)})"
    parts = [_format_argument(argument, format_part) for argument in operation.arguments]
    if kind is OperationKind.COUNT:
        return f"COUNTA({','.join(parts)})"
    if kind in _EXCEL_SIGNS:
        return "(" + _EXCEL_SIGNS[kind].join(f"({part})" for part in parts) + ")"
    return f"{_EXCEL_FUNCTIONS[kind]}({','.join(parts)})"


def _format_argument(argument: Side | Comparison, format_part: Callable[[Side], str]) -> str:
    if isinstance(argument, Comparison):
        return f"IF({_format_condition(argument, format_part)},1,0)"
    return format_part(argument)


def _format_condition(argument: Side | Comparison, format_part: Callable[[Side], str]) -> str:
    """Format something that is true or false; of a comparison ``operation == 1`` only the operation."""
    if isinstance(argument, Comparison):
        left, right = argument.sides
        if isinstance(left, Operation) and left.kind in _EXCEL_LOGIC and right == LinearExpression((), 1):
            return _format_condition(left, format_part)
        one, other = format_part(left), format_part(right)
        return f"ROUND(({one})-({other}),10){EXCEL_OPERATORS[argument.operator]}0"
    if isinstance(argument, Operation) and argument.kind in _EXCEL_LOGIC:
        parts = [_format_condition(part, format_part) for part in argument.arguments]
        return f"{_EXCEL_LOGIC[argument.kind]}({','.join(parts)})"
    return f"{format_part(argument)}=1"
