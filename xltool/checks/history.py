"""Figures far from the agency's own history: told once, as one note; small numbers are never far from each other."""

from collections.abc import Iterator, Sequence
from math import sqrt
from statistics import median

from xltool.checks.context import Context
from xltool.checks.make_finding import spot
from xltool.checks.relations import whole
from xltool.messages import catalogue as texts
from xltool.messages.relation_phrases import cell_words, quantity
from xltool.model.finding import Finding
from xltool.model.form import Number, Standard, Values
from xltool.model.submission import Submission

JUMP = "jump"
ENOUGH = 3  # years of history before its own spread says anything
_SPREAD = 1.4826  # times the median deviation: the standard deviation of figures that scatter evenly
_SMALLEST = 3 / 8  # added before the root: makes the scatter of small counts alike (Anscombe)


def jumps(submission: Submission, context: Context) -> Iterator[Finding]:
    """One note on all figures that are a multiple, or a fraction, of what they were, and not by chance alone."""
    standard = context.form.standards.get(JUMP)
    if standard is None or context.previous is None or submission.absent:
        return
    years = (context.previous, *context.earlier)
    values = whole(submission)
    if all(values.get(cell) in (0, None) for cell in standard.cells):
        return  # whoever reports nothing at all is asked once, by the relation for that
    far = [cell for cell in standard.cells if _far(values.get(cell), _known(cell, years), standard)]
    if far:
        told = tuple(_told(cell, values, years, context) for cell in far)
        facts = {
            "title": standard.title,
            "basis": standard.basis,
            "told": texts.Phrase(texts.phrase("semicolon").join(told)),
        }
        yield Finding(
            standard.id, standard.severity, tuple(spot(cell, submission, context) for cell in far), facts, wording=JUMP
        )


def spread(figure: Number) -> float:
    """A count on a scale where chance moves small and large ones equally far, about one unit."""
    return 2 * sqrt(max(float(figure), 0.0) + _SMALLEST)


def scatter(figures: Sequence[float]) -> float:
    """How far such figures lie from their middle, robustly; never less than chance alone makes it."""
    middle = median(figures)
    return max(1.0, _SPREAD * median(abs(each - middle) for each in figures))


def _far(now: Number | None, before: Sequence[Number], standard: Standard) -> bool:
    """Whether a figure is a multiple of every earlier one, or a fraction, and further away than they scatter."""
    if now is None or not before:
        return False
    if any(max(now, each) + 1 < standard.factor * (min(now, each) + 1) for each in before):
        return False
    known = [spread(each) for each in before]
    scale = scatter(known) if len(known) >= ENOUGH else 1.0
    return abs(spread(now) - median(known)) >= standard.distance * scale


def _known(cell: str, years: Sequence[Values]) -> list[Number]:
    return [value for year in years if (value := year.get(cell)) is not None]


def _told(cell: str, values: Values, years: Sequence[Values], context: Context) -> str:
    shape = context.form.cells[cell]
    before = texts.word("shown", "joint").join(quantity(value, shape) for value in _known(cell, years))
    return texts.phrase("jump", label=cell_words(shape), now=quantity(values[cell], shape), before=texts.Phrase(before))
