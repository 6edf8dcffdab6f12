"""The check code (校验码) of a report's figures: printed on the signed page, computed again when the file is read.

Two weighted sums of all inputs, each modulo a prime. The weights depend on where a figure stands, so that a wrong
figure, two exchanged figures or a figure in the wrong cell give another code. It detects accidents, not forgery. A
blank counts as 0, as in the sums of a spreadsheet program.
"""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from xltool.forms.cell_addresses import box_address, cover_with_rectangles, parse_address
from xltool.forms.compiled_form import FormLibrary
from xltool.forms.format_formulas import quote_sheet_name
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.model.form import MAX_CACHED_FORMS, Cell, Number, Values
from xltool.model.submission import Submission

# Small weights keep every sum exact in a spreadsheet program and below the limit of its MOD.
_FIRST_PRIME, _SECOND_PRIME = 9973, 9967
_AMOUNT_MODULUS = _FIRST_PRIME * _SECOND_PRIME  # keeps large amounts in small units within the exact integers


def _compute_weights(row: int, column: int, number: int) -> tuple[int, int]:
    """Return both weights of a position; ``number`` is that of the sheet."""
    return 8 * row + column + 97 * number, row**2 + column**3 + 13 * number


def compute_check_code(plan: WorkbookPlan, values: Values, year: int) -> str:
    """Compute the check code of a year's figures, such as "0371-8842"."""
    year = int(year)
    first, second = 3 * year, 7 * year
    for cell, weights in _list_weights(plan):
        figure = values.get(cell.id)
        if figure:
            scaled = _scale_figure(cell, figure)
            first, second = first + scaled * weights[0], second + scaled * weights[1]
    return f"{first % _FIRST_PRIME:04d}-{second % _SECOND_PRIME:04d}"


def compute_submission_code(forms: FormLibrary, submission: Submission | None) -> str:
    """Compute the check code of a return; empty if its form or year is not known."""
    if submission is None or submission.year is None or forms.find(submission.form, submission.edition) is None:
        return ""
    return compute_check_code(forms.of(submission).plan, submission.values, submission.year)


@lru_cache(maxsize=MAX_CACHED_FORMS)
def format_check_code_formula(plan: WorkbookPlan, year: int) -> str:
    """Return the formula that computes the check code from the cells of the workbook; cached."""
    terms = [term for number, sheet in enumerate(_list_sheets(plan)) for term in _format_terms(plan, sheet, number)]
    terms.append((f"{3 * int(year)}", f"{7 * int(year)}"))
    sums = ("+".join(side) for side in zip(*terms, strict=True))
    codes = (
        f'TEXT(MOD({total},{prime}),"0000")' for total, prime in zip(sums, (_FIRST_PRIME, _SECOND_PRIME), strict=True)
    )
    return '&"-"&'.join(codes)


def _format_terms(plan: WorkbookPlan, sheet: str, number: int) -> Iterator[tuple[str, str]]:
    """Yield the terms of both sums: one for each rectangle of counts, one for each amount."""
    place, cells = quote_sheet_name(sheet), _list_inputs(plan, sheet)
    counts = [parse_address(plan.cells[cell.id].address) for cell in cells if not cell.is_exact]
    for area in cover_with_rectangles(counts):
        spot = f"{place}!{box_address(area)}"
        first = f"SUMPRODUCT({spot},8*ROW({spot})+COLUMN({spot})+{97 * number})"
        yield first, f"SUMPRODUCT({spot},ROW({spot})^2+COLUMN({spot})^3+{13 * number})"
    for cell in cells:
        if cell.is_exact:
            spot = f"{place}!{plan.cells[cell.id].address}"
            figure = f"MOD(ROUND(N({spot})*{10**cell.decimals},0),{_AMOUNT_MODULUS})"
            weights = _compute_weights(*parse_address(plan.cells[cell.id].address), number)
            yield f"{figure}*{weights[0]}", f"{figure}*{weights[1]}"


@lru_cache(maxsize=MAX_CACHED_FORMS)
def _list_weights(plan: WorkbookPlan) -> tuple[tuple[Cell, tuple[int, int]], ...]:
    """Return the inputs that count, each with both weights of its position."""
    numbered = ((number, cell) for number, sheet in enumerate(_list_sheets(plan)) for cell in _list_inputs(plan, sheet))
    return tuple(
        (cell, _compute_weights(*parse_address(plan.cells[cell.id].address), number)) for number, cell in numbered
    )


def _list_sheets(plan: WorkbookPlan) -> tuple[str, ...]:
    return tuple(dict.fromkeys(plan.cells[cell.id].sheet for cell in plan.form.inputs if not cell.is_worded))


def _list_inputs(plan: WorkbookPlan, sheet: str) -> list[Cell]:
    return [cell for cell in plan.form.inputs if plan.cells[cell.id].sheet == sheet and not cell.is_worded]


def _scale_figure(cell: Cell, figure: Number) -> int:
    """Return a figure as a whole number: an amount in its smallest unit."""
    if isinstance(figure, int):
        return figure * 10**cell.decimals if cell.is_exact else figure
    scaled = figure * 10**cell.decimals if cell.is_exact else figure
    return int(scaled.quantize(Decimal(1), ROUND_HALF_UP))
