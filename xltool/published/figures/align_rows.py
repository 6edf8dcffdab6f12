"""Align rows of figures in text lines with the rows of a form by count, order and the words around them.

In a narrow column a label is wrapped: its words stand above, on and below the line of its figures, mixed with the words
of its group. No label can then be located as a whole, but the figures of a row still share a line. Dynamic programming
finds the order-preserving assignment of figure runs to form rows with the highest score, which is the number of label
characters around the figures; a row is accepted only if every assignment without it scores clearly less.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from xltool.forms.equations import Equation
from xltool.model.form import Cell
from xltool.published.figures.row_tokens import Token
from xltool.published.figures.split_digits import is_figure_text, satisfies_equations, select_equations
from xltool.published.figures.text_lines import TextLine
from xltool.published.labels.label_sequence import Anchor
from xltool.published.labels.text_stream import FIGURE_CHARS, normalize_text

MIN_LABEL_SHARE = 0.5  # of the characters of a label must stand around its figures
FULL_LABEL_GAIN = 10.0  # for a label that is completely present
OWN_LINE_GAIN = 5.0  # for words of the label on the line of the figures
SKIPPED_RUN_COST = 4.0  # for a run of figures that is not assigned
MIN_MARGIN = 4.0  # between the best score and the best one without the row
MAX_LINES_PER_ROW = 2  # that one row of figures may span


class FormRow(NamedTuple):
    """A row of the form: its label and its cells."""

    anchor: Anchor
    cells: tuple[Cell, ...]


class FigureRun(NamedTuple):
    """The figures of one text line; ``own`` are the words on it, ``nearby`` all words up to the neighbouring runs.

    ``above`` and ``below`` are the words of the adjacent lines.
    """

    line: int
    figures: tuple[Token, ...]
    own: tuple[str, ...]
    nearby: tuple[str, ...]
    above: tuple[str, ...]
    below: tuple[str, ...]


def find_figure_runs(text_lines: Sequence[TextLine]) -> list[FigureRun]:
    """Return the runs of figures, each with the words on its line and up to the neighbouring runs."""
    holding = [at for at, line in enumerate(text_lines) if line.figures]
    found = []
    for place, at in enumerate(holding):
        first = holding[place - 1] + 1 if place else 0
        last = holding[place + 1] if place + 1 < len(holding) else len(text_lines)
        around = tuple(word for line in text_lines[first:last] for word in line.words)
        above = text_lines[at - 1].words if at > first else ()
        below = text_lines[at + 1].words if at + 1 < last else ()
        found.append(FigureRun(at, text_lines[at].figures, text_lines[at].words, around, above, below))
    return found


class _Assignment(NamedTuple):
    """The assignment of runs ``first`` to ``stop`` to one form row, with its score ``gain``.

    ``share`` is the part of the label that stands around them; ``beside`` if some of it is on their line or directly
    above; ``near`` if also directly below, or if the row has an equation; ``held`` unless they violate that equation.
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


class RowAlignment(NamedTuple):
    """The figures of rows, by the index of their anchor.

    ``likely`` are those of the best assignment, certain or not, without an equally good unassigned neighbour. ``gain``
    is the total score; ``whole`` is true if every form row and every run was assigned.
    """

    certain: Mapping[int, tuple[Token, ...]]
    likely: Mapping[int, tuple[Token, ...]]
    gain: float
    whole: bool


def align_rows(
    text_lines: Sequence[TextLine], form_rows: Sequence[FormRow], groups: Sequence[str], equations: Sequence[Equation]
) -> RowAlignment:
    """Align the figures in some text lines with the rows of a table.

    ``groups`` are its labels without figures. If rows or runs are left over, a row is certain only if words of its
    label are nearest, no neighbouring run is left over, and its own equation holds.
    """
    runs = find_figure_runs(text_lines)
    steps = [
        step
        for row in range(len(form_rows))
        for step in _candidate_assignments(runs, row, form_rows, groups, equations)
    ]
    best, path = _best_alignment(steps, len(runs), len(form_rows))
    used = {at for step in path for at in range(step.first, step.stop)}
    whole = len(path) == len(form_rows) and len(used) == len(runs) and all(step.near for step in path)
    alone = [step for step in path if all(at in used or not 0 <= at < len(runs) for at in (step.first - 1, step.stop))]
    given = {}
    for step in path:
        rest, _ = _best_alignment([other for other in steps if other is not step], len(runs), len(form_rows))
        proven = whole or (step.beside and step.held and step in alone and step.stop - step.first == 1)
        has_label = step.share >= MIN_LABEL_SHARE or (whole and step.gain >= FULL_LABEL_GAIN * MIN_LABEL_SHARE)
        if has_label and best - rest >= MIN_MARGIN and proven:
            given[form_rows[step.row].anchor.index] = step.figures
    left_over = [run for at, run in enumerate(runs) if at not in used]
    clear = [step for step in path if not any(_is_rival_run(run, step, runs, form_rows[step.row]) for run in left_over)]
    likely = {form_rows[step.row].anchor.index: step.figures for step in clear}
    return RowAlignment(given, likely, best, whole and len(given) == len(form_rows))


def _candidate_assignments(
    figure_runs: Sequence[FigureRun],
    row: int,
    form_rows: Sequence[FormRow],
    groups: Sequence[str],
    equations: Sequence[Equation],
) -> Iterator[_Assignment]:
    """Yield every assignment of one run, or of two adjacent runs, to a form row."""
    anchor, cells = form_rows[row]
    label = anchor.words
    others = [other.anchor.words for other in form_rows if other is not form_rows[row]]
    own = select_equations(cells, equations)
    for first in range(len(figure_runs)):
        for stop in range(first + 1, min(first + MAX_LINES_PER_ROW, len(figure_runs)) + 1):
            lines = figure_runs[first:stop]
            figures = _match_figures(lines, anchor, cells)
            words = [word for run in lines for word in run.own if not any(word in group for group in groups)]
            strange = any(word not in label and any(word in other for other in others) for word in words)
            if not figures or strange:
                continue
            held = not own or satisfies_equations([normalize_text(token.text) for token in figures], cells, own)
            if len(lines) > 1 and not (held and _is_split_row(lines, label, proven=bool(own))):
                continue
            signs = count_shared_chars(tuple(dict.fromkeys(word for run in lines for word in run.nearby)), label)
            mine = sum(len(word) for word in words if word in label)
            share = signs / len(label)
            gain = FULL_LABEL_GAIN * share + OWN_LINE_GAIN * mine / max(1, sum(map(len, words)))
            parted = bool(own) or _is_separated(figure_runs, first, stop)
            beside = mine > 0 or (parted and not words and any(word in label for word in lines[0].above))
            near = beside or bool(own) or any(word in label for word in lines[-1].below)
            yield _Assignment(first, stop, row, figures, gain, share, beside, near, held)


def _is_rival_run(run: FigureRun, step: _Assignment, figure_runs: Sequence[FigureRun], form_row: FormRow) -> bool:
    """Return True if a run is adjacent to an assignment and fits its form row as well."""
    near = [figure_runs[at] for at in (step.first - 1, step.stop) if 0 <= at < len(figure_runs)]
    texts = [normalize_text(token.text).replace(",", "") for token in run.figures]
    return run in near and len(texts) == len(form_row.cells) and all(map(is_figure_text, texts, form_row.cells))


def _match_figures(figure_runs: Sequence[FigureRun], anchor: Anchor, cells: Sequence[Cell]) -> tuple[Token, ...]:
    """Return one figure per cell, each of the kind of its cell, without a label ordinal merged into it; else ()."""
    tokens = [token for run in figure_runs for token in run.figures]
    if len(tokens) != len(cells):
        return ()
    found = []
    for token, cell in zip(tokens, cells, strict=True):
        signs = normalize_text(token.text).replace(",", "")
        for text in (signs, signs.removesuffix(anchor.ordinal), signs.removeprefix(anchor.ordinal)):
            if is_figure_text(text, cell) or not FIGURE_CHARS.issuperset(text):
                found.append(token if text == signs else token._replace(text=text))
                break
        else:
            return ()
    return tuple(found)


def _is_separated(figure_runs: Sequence[FigureRun], first: int, stop: int) -> bool:
    """Return True if words separate some runs from the runs before and after them."""
    before = first == 0 or figure_runs[first].line - figure_runs[first - 1].line > 1 or bool(figure_runs[first].own)
    behind = (
        stop == len(figure_runs)
        or figure_runs[stop].line - figure_runs[stop - 1].line > 1
        or bool(figure_runs[stop].own)
    )
    return before and behind


def _is_split_row(figure_runs: Sequence[FigureRun], label: str, *, proven: bool) -> bool:
    """Return True if adjacent runs may be one row: its equation holds, or each has words of the label."""
    near = figure_runs[-1].line - figure_runs[0].line <= MAX_LINES_PER_ROW
    return near and (proven or all(run.own and all(word in label for word in run.own) for run in figure_runs))


@lru_cache(maxsize=8192)
def count_shared_chars(words: tuple[str, ...], label: str) -> int:
    """Count the characters of a label found among ``words`` in label order; other words may stand between."""
    most = [0] * (len(label) + 1)  # best count by the position reached in the label
    for word in words:
        place = label.find(word)
        reached = list(most)
        while place >= 0:
            end = place + len(word)
            reached[end] = max(reached[end], most[place] + len(word))
            place = label.find(word, place + 1)
        most = list(accumulate(reached, max))
    return most[-1]


def _best_alignment(steps: Sequence[_Assignment], runs: int, rows: int) -> tuple[float, tuple[_Assignment, ...]]:
    """Return the best score and its assignments, in the order of both; each skipped run has a cost."""
    by_row: list[list[_Assignment]] = [[] for _ in range(rows)]
    for step in steps:
        by_row[step.row].append(step)
    # value[i]: best gain with runs before i used or left out, rows so far; back pointers as paths
    value = [-SKIPPED_RUN_COST * at for at in range(runs + 1)]
    paths: list[tuple[_Assignment, ...]] = [()] * (runs + 1)
    for row in range(rows):
        new_value, new_paths = list(value), list(paths)
        for step in by_row[row]:
            gained = value[step.first] + step.gain
            if gained > new_value[step.stop]:
                new_value[step.stop], new_paths[step.stop] = gained, (*paths[step.first], step)
        for at in range(1, runs + 1):
            if new_value[at - 1] - SKIPPED_RUN_COST > new_value[at]:
                new_value[at], new_paths[at] = new_value[at - 1] - SKIPPED_RUN_COST, new_paths[at - 1]
        value, paths = new_value, new_paths
    return value[runs], paths[runs]
