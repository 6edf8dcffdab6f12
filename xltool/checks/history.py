"""Check figures against the agency's own history; all outliers are reported in one note."""

from collections.abc import Iterator, Sequence
from math import sqrt
from statistics import median

from xltool.checks.context import CheckContext
from xltool.checks.figure_facts import measure_figure, name_cell
from xltool.checks.make_finding import locate_cell
from xltool.checks.relations import complete_figures
from xltool.model.finding import Finding
from xltool.model.finding_facts import Clauses, YearJump
from xltool.model.form import Number, StandardCheck, Values
from xltool.model.submission import Submission

JUMP_STANDARD = "jump"
MIN_YEARS_FOR_SCATTER = 3  # years; with fewer, their own scatter is not used
_SCALE_OF_MEDIAN_DEVIATION = 1.4826  # times the median absolute deviation: the standard deviation of normal values
_ANSCOMBE_CONSTANT = 3 / 8  # added before the square root (Anscombe transform)


def check_jumps(submission: Submission, context: CheckContext) -> Iterator[Finding]:
    """Yield one note on all figures that are an unlikely multiple or fraction of every earlier figure."""
    standard = context.form.standards.get(JUMP_STANDARD)
    if standard is None or context.previous is None or submission.absent:
        return
    years = (context.previous, *context.earlier)
    values = complete_figures(submission)
    if all(values.get(cell) in (0, None) for cell in standard.cells):
        return  # a report without any figures is covered by a relation of its own
    far = [cell for cell in standard.cells if _is_outlier(values.get(cell), _earlier_figures(cell, years), standard)]
    if far:
        facts = {
            "title": standard.title,
            "basis": standard.basis,
            "told": Clauses(tuple(_describe_jump(cell, values, years, context) for cell in far)),
        }
        yield Finding(
            standard.id,
            standard.severity,
            tuple(locate_cell(cell, submission, context) for cell in far),
            facts,
            wording=JUMP_STANDARD,
        )


def stabilise_variance(figure: Number) -> float:
    """Return the Anscombe transform of a count: its standard deviation is about 1 for small and large counts alike."""
    return 2 * sqrt(max(float(figure), 0.0) + _ANSCOMBE_CONSTANT)


def measure_scatter(figures: Sequence[float]) -> float:
    """Return the robust standard deviation of transformed figures, at least 1."""
    middle = median(figures)
    return max(1.0, _SCALE_OF_MEDIAN_DEVIATION * median(abs(value - middle) for value in figures))


def _is_outlier(figure: Number | None, earlier: Sequence[Number], standard: StandardCheck) -> bool:
    """Return True if a figure exceeds the factor against every earlier one and the distance in standard deviations."""
    if figure is None or not earlier:
        return False
    if any(max(figure, each) + 1 < standard.factor * (min(figure, each) + 1) for each in earlier):
        return False
    known = [stabilise_variance(each) for each in earlier]
    scale = measure_scatter(known) if len(known) >= MIN_YEARS_FOR_SCATTER else 1.0
    return abs(stabilise_variance(figure) - median(known)) >= standard.distance * scale


def _earlier_figures(cell: str, years: Sequence[Values]) -> list[Number]:
    return [value for year in years if (value := year.get(cell)) is not None]


def _describe_jump(cell: str, values: Values, years: Sequence[Values], context: CheckContext) -> YearJump:
    shape = context.form.cells[cell]
    before = tuple(measure_figure(value, shape) for value in _earlier_figures(cell, years))
    return YearJump(name_cell(shape), measure_figure(values[cell], shape), before)
