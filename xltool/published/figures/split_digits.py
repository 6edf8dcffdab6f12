"""Find every segmentation of run-together digits into the figures of a row."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from xltool.forms.equations import Equation
from xltool.model.form import SIGNED_KINDS, WORD_KINDS, Cell, CellKind, Number

MAX_SEARCH_STEPS = 40_000  # a row of seven figures takes some hundred
MAX_SEGMENTATIONS = 5_000  # more than these decide nothing

_FIGURE_PATTERNS = {
    CellKind.COUNT: re.compile(r"0|[1-9][0-9]*|[/-]"),
    CellKind.SIGNED_COUNT: re.compile(r"[+-]?(?:0|[1-9][0-9]*)|[/-]"),
    CellKind.AMOUNT: re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|[/-]"),
    CellKind.PERCENT: re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?%?|[/-]"),
    CellKind.DECIMAL: re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|[/-]"),
}
_FIGURE_PATTERNS |= dict.fromkeys(WORD_KINDS, re.compile(r"[^\s]+"))
_NOT_APPLICABLE = "/-"

Segmentation = tuple[str, ...]


class TooManyError(Exception):
    """There are too many segmentations to compare."""


def parse_figure(figure: str) -> Number:
    """Return the value of a figure in a sum; a stroke ("not applicable") counts as 0."""
    if figure in _NOT_APPLICABLE:
        return 0
    return Decimal(figure) if "." in figure else int(figure)


def is_figure_text(text: str, cell: Cell) -> bool:
    """Return True if a text is a figure of the kind of the cell."""
    return _FIGURE_PATTERNS[cell.kind].fullmatch(text) is not None


def select_equations(cells: Sequence[Cell], equations: Sequence[Equation]) -> list[Equation]:
    """Return the equations whose cells are all among ``cells``."""
    ids = {cell.id for cell in cells}
    return [equation for equation in equations if all(cell in ids for cell in equation.terms)]


def satisfies_equations(figure_texts: Sequence[str], cells: Sequence[Cell], equations: Sequence[Equation]) -> bool:
    """Return True if the texts are figures of their cells and satisfy all ``equations``."""
    figure_texts = [figure.replace(",", "") for figure in figure_texts]
    if not all(is_figure_text(figure, cell) for figure, cell in zip(figure_texts, cells, strict=True)):
        return False
    values = {cell.id: parse_figure(figure) for cell, figure in zip(cells, figure_texts, strict=True)}
    return all(equation.residual(values) == 0 for equation in equations)


def find_segmentations(
    runs: Sequence[str], cells: Sequence[Cell], equations: Sequence[Equation] = ()
) -> list[Segmentation]:
    """Return every segmentation of ``runs`` into one figure per cell; no figure spans two runs.

    Only segmentations that satisfy ``equations`` (all over ``cells``) are returned. Raises TooManyError.
    """
    search = _SegmentationSearch(runs, cells, _sum_blocks(cells, equations))
    found = []
    for cut in search.segment_from(0, 0, ()):
        if search.satisfies(cut, equations):
            found.append(cut)
        if len(found) > MAX_SEGMENTATIONS:
            raise TooManyError
    return found


def _sum_blocks(cells: Sequence[Cell], equations: Sequence[Equation]) -> list[tuple[int, int]]:
    """Return ranges (first, last) of ``cells`` whose last one is the sum of the others; other cells alone."""
    places = {cell.id: place for place, cell in enumerate(cells)}
    sums: dict[int, int] = {}
    for equation in equations:
        at = sorted((places[cell], coefficient) for cell, coefficient in equation.terms.items())
        signs = [coefficient for _, coefficient in at]
        adjoining = [place for place, _ in at] == list(range(at[0][0], at[-1][0] + 1))
        is_sum = signs in ([1] * (len(at) - 1) + [-1], [-1] * (len(at) - 1) + [1])
        if adjoining and is_sum and not equation.constant:
            sums[at[0][0]] = at[-1][0]
    blocks: list[tuple[int, int]] = []
    while (first := blocks[-1][1] + 1 if blocks else 0) < len(cells):
        blocks.append((first, sums.get(first, first)))
    return blocks


class _SegmentationSearch:
    """A depth-first search with a step limit. In a block that ends in its sum, the sum is read first as a bound."""

    def __init__(self, runs: Sequence[str], cells: Sequence[Cell], blocks: Sequence[tuple[int, int]]) -> None:
        self.text = "".join(runs)
        self.cells = cells
        self.blocks = blocks
        self.steps = 0
        self.ends: list[int] = []
        for run in runs:
            start = len(self.ends)
            self.ends += [start + len(run)] * len(run)

    def satisfies(self, cut: Segmentation, equations: Sequence[Equation]) -> bool:
        """Return True if a segmentation satisfies all equations."""
        values = {cell.id: parse_figure(figure) for cell, figure in zip(self.cells, cut, strict=True)}
        return all(equation.residual(values) == 0 for equation in equations)

    def segment_from(self, block: int, at: int, taken: Segmentation) -> Iterator[Segmentation]:
        """Yield every segmentation of the text from ``at`` on into the blocks from ``block`` on."""
        if block == len(self.blocks):
            if at == len(self.text):
                yield taken
            return
        first, last = self.blocks[block]
        left = len(self.cells) - last - 1
        stops = range(at + 1 + last - first, len(self.text) - left + 1) if left else (len(self.text),)
        for stop in stops:
            for figures in self._segment_block(first, last, at, stop):
                yield from self.segment_from(block + 1, stop, (*taken, *figures))

    def _segment_block(self, first: int, last: int, at: int, stop: int) -> Iterator[Segmentation]:
        """Yield every segmentation of exactly the text between two positions into the cells of one block."""
        if first == last:
            if self._is_figure(first, at, stop):
                yield (self.text[at:stop],)
            return
        for start in range(stop - 1, at + last - first - 1, -1):
            if self._is_figure(last, start, stop):
                total = parse_figure(self.text[start:stop])
                for parts in self._segment_addends(first, last, at, start, total):
                    yield (*parts, self.text[start:stop])

    def _segment_addends(self, place: int, last: int, at: int, stop: int, left: Number) -> Iterator[Segmentation]:
        """Yield every segmentation of the text between two positions into figures that sum to ``left``."""
        if place == last:
            if at == stop and left == 0:
                yield ()
            return
        for end in range(at + 1, stop - (last - place - 1) + 1):
            if not self._is_figure(place, at, end):
                continue
            rest = left - parse_figure(self.text[at:end])
            if rest < 0 and self.cells[place].kind not in SIGNED_KINDS:
                return
            for parts in self._segment_addends(place + 1, last, end, stop, rest):
                yield (self.text[at:end], *parts)

    def _is_figure(self, place: int, at: int, end: int) -> bool:
        self.steps += 1
        if self.steps > MAX_SEARCH_STEPS:
            raise TooManyError
        return (
            end <= self.ends[at] and _FIGURE_PATTERNS[self.cells[place].kind].fullmatch(self.text, at, end) is not None
        )
