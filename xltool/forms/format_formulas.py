"""Format linear expressions as Excel formulas."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from xltool.forms.cell_addresses import parse_address
from xltool.model.form import LinearExpression, Number, Values


def format_excel_formula(
    side: LinearExpression, find_cell: Callable[[str], tuple[str, str]], previous: Values | None = None, sheet: str = ""
) -> str:
    """Format one side as an Excel formula without ``=``; ``find_cell`` gives sheet and address of a cell id.

    Adjacent cells become ranges. References to ``sheet`` itself carry no sheet name. Last year's figures are
    written as numbers, since no returned workbook may depend on another file.
    """
    pieces: list[tuple[int, str]] = []
    constant: Number = side.constant
    for coefficient in dict.fromkeys(term.coefficient for term in side.terms):
        here = [term for term in side.terms if term.coefficient == coefficient]
        constant += sum(coefficient * ((previous or {}).get(term.cell) or 0) for term in here if term.previous)
        ranges = _merge_ranges([find_cell(term.cell) for term in here if not term.previous])
        pieces += [(coefficient, f"{_sheet_prefix(name, sheet)}{span}") for name, span in ranges]
    text = "".join(_format_summand(coefficient, reference) for coefficient, reference in pieces)
    if constant or not text:
        text += f"{constant:+f}" if isinstance(constant, Decimal) else f"{constant:+d}"
    text = text.removeprefix("+")
    return f"MOD({text},{side.modulus})" if side.modulus else text


def _format_summand(coefficient: int, reference: str) -> str:
    sign = "-" if coefficient < 0 else "+"
    factor = "" if abs(coefficient) == 1 else f"{abs(coefficient)}*"
    return f"{sign}{factor}{f'SUM({reference})' if ':' in reference else reference}"


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
