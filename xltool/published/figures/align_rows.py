"""Rows of figures in the lines of a text, given to the lines of the form by their count, order and the words around.

In a narrow column a label is torn: its words stand above, on and below the line of its figures, between those of the
group it belongs to. No label can then be found as a whole, but the figures of a row still stand together. Of all ways
to give the rows of figures to the lines of the form, in the order of both, the one counts whose labels have the most
signs around their figures; a row is only given away if every other way has clearly fewer.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from xltool.model.form import Cell
from xltool.published.figures.row_tokens import Token
from xltool.published.figures.split_digits import Balance, holds, is_figure, within
from xltool.published.figures.text_lines import Line
from xltool.published.labels.label_sequence import Anchor
from xltool.published.labels.text_stream import FIGURE_SIGNS, plain

ENOUGH = 0.5  # of a label's signs must stand around its figures
WORTH = 10.0  # of a label that stands around its figures whole
OWN = 5.0  # of words of the label on the line of the figures
UNUSED = 4.0  # what it costs to leave a row of figures out
MARGIN = 4.0  # by which the best way must be better than any without a row
MOST_LINES = 2  # one row of figures may be torn into


class Row(NamedTuple):
    """A line of the form: its label, and the cells its figures are for."""

    anchor: Anchor
    cells: tuple[Cell, ...]


class Run(NamedTuple):
    """The figures of one line of a text; ``own`` are the words on that line, ``around`` those up to the next figures.

    ``above`` and ``below`` are those of the next line.
    """

    line: int
    figures: tuple[Token, ...]
    own: tuple[str, ...]
    around: tuple[str, ...]
    above: tuple[str, ...]
    below: tuple[str, ...]


def runs_of(lines: Sequence[Line]) -> list[Run]:
    """The rows of figures, each with the words on its line and up to the rows before and after it."""
    holding = [at for at, line in enumerate(lines) if line.figures]
    found = []
    for place, at in enumerate(holding):
        first = holding[place - 1] + 1 if place else 0
        last = holding[place + 1] if place + 1 < len(holding) else len(lines)
        around = tuple(word for line in lines[first:last] for word in line.words)
        above = lines[at - 1].words if at > first else ()
        below = lines[at + 1].words if at + 1 < last else ()
        found.append(Run(at, lines[at].figures, lines[at].words, around, above, below))
    return found


class _Step(NamedTuple):
    """Runs from ``first`` up to ``stop`` given to one row, and what that gains.

    ``share`` is how much of its label stands around them; ``beside`` if some of it is on their line or directly above,
    ``near`` if directly below, too, or if an equation of its own speaks for it; ``held`` unless they break that.
    """

    first: int
    stop: int
    row: int
    figures: tuple[Token, ...]
    gain: float
    share: float
    beside: bool
    near: bool
    held: bool


class Aligned(NamedTuple):
    """The figures of the rows that could be given away for certain, by the index of their label.

    ``likely`` are those of the best way, certain or not, with no row as good left over beside them. ``gain`` tells how
    well the words fit; ``whole`` if every row of the form, and every row of figures, was given away.
    """

    given: Mapping[int, tuple[Token, ...]]
    likely: Mapping[int, tuple[Token, ...]]
    gain: float
    whole: bool


def aligned(lines: Sequence[Line], rows: Sequence[Row], groups: Sequence[str], equations: Sequence[Balance]) -> Aligned:
    """The rows of figures in some lines, given to the rows of a table of the form.

    ``groups`` are its labels that belong to no row of figures. Where rows are missing or figures left over, a row is
    only read if words of its label are the nearest, nothing beside it is left over, and its own equation holds.
    """
    runs = runs_of(lines)
    steps = [step for row in range(len(rows)) for step in _steps(runs, row, rows, groups, equations)]
    best, path = _best(steps, len(runs), len(rows))
    used = {at for step in path for at in range(step.first, step.stop)}
    whole = len(path) == len(rows) and len(used) == len(runs) and all(step.near for step in path)
    alone = [step for step in path if all(at in used or not 0 <= at < len(runs) for at in (step.first - 1, step.stop))]
    given = {}
    for step in path:
        rest, _ = _best([other for other in steps if other is not step], len(runs), len(rows))
        proven = whole or (step.beside and step.held and step in alone and step.stop - step.first == 1)
        told = step.share >= ENOUGH or (whole and step.gain >= WORTH * ENOUGH)
        if told and best - rest >= MARGIN and proven:
            given[rows[step.row].anchor.index] = step.figures
    left_over = [run for at, run in enumerate(runs) if at not in used]
    clear = [step for step in path if not any(_beside(run, step, runs, rows[step.row]) for run in left_over)]
    likely = {rows[step.row].anchor.index: step.figures for step in clear}
    return Aligned(given, likely, best, whole and len(given) == len(rows))


def _steps(
    runs: Sequence[Run], row: int, rows: Sequence[Row], groups: Sequence[str], equations: Sequence[Balance]
) -> Iterator[_Step]:
    """Every way to give one row of figures, or two lines that are one together, to a row of the form."""
    anchor, cells = rows[row]
    label = anchor.words
    others = [other.anchor.words for other in rows if other is not rows[row]]
    own = within(cells, equations)
    for first in range(len(runs)):
        for stop in range(first + 1, min(first + MOST_LINES, len(runs)) + 1):
            lines = runs[first:stop]
            figures = _figures(lines, anchor, cells)
            words = [word for run in lines for word in run.own if not any(word in group for group in groups)]
            strange = any(word not in label and any(word in other for other in others) for word in words)
            if not figures or strange:
                continue
            held = not own or holds([plain(token.text) for token in figures], cells, own)
            if len(lines) > 1 and not (held and _is_torn(lines, label, proven=bool(own))):
                continue
            signs = shared(tuple(dict.fromkeys(word for run in lines for word in run.around)), label)
            mine = sum(len(word) for word in words if word in label)
            share = signs / len(label)
            gain = WORTH * share + OWN * mine / max(1, sum(map(len, words)))
            parted = bool(own) or _is_parted(runs, first, stop)
            beside = mine > 0 or (parted and not words and any(word in label for word in lines[0].above))
            near = beside or bool(own) or any(word in label for word in lines[-1].below)
            yield _Step(first, stop, row, figures, gain, share, beside, near, held)


def _beside(run: Run, step: _Step, runs: Sequence[Run], row: Row) -> bool:
    """Whether a row of figures is the next one to a step's, and as good for its line of the form."""
    near = [runs[at] for at in (step.first - 1, step.stop) if 0 <= at < len(runs)]
    texts = [plain(token.text).replace(",", "") for token in run.figures]
    return run in near and len(texts) == len(row.cells) and all(map(is_figure, texts, row.cells))


def _figures(runs: Sequence[Run], anchor: Anchor, cells: Sequence[Cell]) -> tuple[Token, ...]:
    """As many figures as cells, each of its cell's kind; a label's number that was drawn into one is taken out."""
    tokens = [token for run in runs for token in run.figures]
    if len(tokens) != len(cells):
        return ()
    found = []
    for token, cell in zip(tokens, cells, strict=True):
        signs = plain(token.text).replace(",", "")
        for text in (signs, signs.removesuffix(anchor.ordinal), signs.removeprefix(anchor.ordinal)):
            if is_figure(text, cell) or not FIGURE_SIGNS.issuperset(text):
                found.append(token if text == signs else token._replace(text=text))
                break
        else:
            return ()
    return tuple(found)


def _is_parted(runs: Sequence[Run], first: int, stop: int) -> bool:
    """Whether words part some lines from the figures before and behind them."""
    before = first == 0 or runs[first].line - runs[first - 1].line > 1 or bool(runs[first].own)
    behind = stop == len(runs) or runs[stop].line - runs[stop - 1].line > 1 or bool(runs[stop].own)
    return before and behind


def _is_torn(lines: Sequence[Run], label: str, *, proven: bool) -> bool:
    """Whether figures on neighbouring lines may be one row: their equation says so, or words of the label on each."""
    near = lines[-1].line - lines[0].line <= MOST_LINES
    return near and (proven or all(run.own and all(word in label for word in run.own) for run in lines))


@lru_cache(maxsize=8192)
def shared(words: tuple[str, ...], label: str) -> int:
    """How many signs of a label stand among ``words``, in its order; other words may stand between."""
    most = [0] * (len(label) + 1)  # by how much of the label is passed
    for word in words:
        place = label.find(word)
        reached = list(most)
        while place >= 0:
            end = place + len(word)
            reached[end] = max(reached[end], most[place] + len(word))
            place = label.find(word, place + 1)
        most = list(accumulate(reached, max))
    return most[-1]


def _best(steps: Sequence[_Step], runs: int, rows: int) -> tuple[float, tuple[_Step, ...]]:
    """The best way, in the order of both, and what it gains; each run left out costs."""
    by_row: list[list[_Step]] = [[] for _ in range(rows)]
    for step in steps:
        by_row[step.row].append(step)
    # value[i]: best gain with runs before i used or left out, rows so far; back pointers as paths
    value = [-UNUSED * at for at in range(runs + 1)]
    paths: list[tuple[_Step, ...]] = [()] * (runs + 1)
    for row in range(rows):
        new_value, new_paths = list(value), list(paths)
        for step in by_row[row]:
            gained = value[step.first] + step.gain
            if gained > new_value[step.stop]:
                new_value[step.stop], new_paths[step.stop] = gained, (*paths[step.first], step)
        for at in range(1, runs + 1):
            if new_value[at - 1] - UNUSED > new_value[at]:
                new_value[at], new_paths[at] = new_value[at - 1] - UNUSED, new_paths[at - 1]
        value, paths = new_value, new_paths
    return value[runs], paths[runs]
