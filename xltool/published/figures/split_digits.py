"""Figures run together: every way to cut a run of digits into the figures of a line."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from xltool.model.form import Cell, Kind, Number, Relation

MOST_STEPS = 40_000  # of one search; a line of seven figures takes some hundred
MOST_CUTS = 5_000  # more than these decide nothing

_FIGURES = {
    Kind.COUNT: re.compile(r"0|[1-9][0-9]*|[/-]"),
    Kind.SIGNED_COUNT: re.compile(r"[+-]?(?:0|[1-9][0-9]*)|[/-]"),
    Kind.AMOUNT: re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|[/-]"),
}
_NOTHING = "/-"

Cut = tuple[str, ...]


class Balance(NamedTuple):
    """An equation between figures: the sum of figures times coefficients, and a constant, is 0."""

    terms: tuple[tuple[str, int], ...]
    constant: int


class TooManyError(Exception):
    """A run can be cut in more ways than are worth looking at."""


def balances(relations: Sequence[Relation]) -> tuple[Balance, ...]:
    """The equations between figures of one year among a form's relations."""
    found = []
    for relation in relations:
        left, right = relation.expect.left, relation.expect.right
        plain = relation.expect.operator == "==" and not relation.when and not left.modulus and not right.modulus
        if plain and not relation.uses_previous and not relation.profile:
            terms = [(term.cell, term.coefficient) for term in left.terms]
            terms += [(term.cell, -term.coefficient) for term in right.terms]
            found.append(Balance(tuple(terms), left.constant - right.constant))
    return tuple(found)


def number(figure: str) -> Number:
    """What a figure adds to a sum; a stroke for "does not apply" adds nothing."""
    if figure in _NOTHING:
        return 0
    return Decimal(figure) if "." in figure else int(figure)


def is_figure(text: str, cell: Cell) -> bool:
    """Whether a text is written as the figures of a cell are."""
    return _FIGURES[cell.kind].fullmatch(text) is not None


def within(cells: Sequence[Cell], equations: Sequence[Balance]) -> list[Balance]:
    """The equations between nothing but some cells."""
    ids = {cell.id for cell in cells}
    return [equation for equation in equations if all(cell in ids for cell, _ in equation.terms)]


def holds(figures: Sequence[str], cells: Sequence[Cell], equations: Sequence[Balance]) -> bool:
    """Whether figures, one for each of ``cells``, are written as such and keep equations between these cells."""
    figures = [figure.replace(",", "") for figure in figures]
    if not all(is_figure(figure, cell) for figure, cell in zip(figures, cells, strict=True)):
        return False
    values = {cell.id: number(figure) for cell, figure in zip(cells, figures, strict=True)}
    return all(
        sum(coefficient * values[cell] for cell, coefficient in equation.terms) + equation.constant == 0
        for equation in equations
    )


def cuts(runs: Sequence[str], cells: Sequence[Cell], equations: Sequence[Balance] = ()) -> list[Cut]:
    """Every way to read ``runs`` as one figure for each of ``cells``; no figure reaches over the end of a run.

    Only ways that keep ``equations`` are given, all of whose figures must be in ``cells``. Raises TooManyError.
    """
    search = _Search(runs, cells, _blocks(cells, equations))
    found = []
    for cut in search.ways(0, 0, ()):
        if search.keeps(cut, equations):
            found.append(cut)
        if len(found) > MOST_CUTS:
            raise TooManyError
    return found


def _blocks(cells: Sequence[Cell], equations: Sequence[Balance]) -> list[tuple[int, int]]:
    """Stretches of ``cells`` (first, last) whose last figure is the sum of the others; each other cell by itself."""
    places = {cell.id: place for place, cell in enumerate(cells)}
    sums: dict[int, int] = {}
    for equation in equations:
        at = sorted((places[cell], coefficient) for cell, coefficient in equation.terms)
        signs = [coefficient for _, coefficient in at]
        adjoining = [place for place, _ in at] == list(range(at[0][0], at[-1][0] + 1))
        is_sum = signs in ([1] * (len(at) - 1) + [-1], [-1] * (len(at) - 1) + [1])
        if adjoining and is_sum and not equation.constant:
            sums[at[0][0]] = at[-1][0]
    blocks: list[tuple[int, int]] = []
    while (first := blocks[-1][1] + 1 if blocks else 0) < len(cells):
        blocks.append((first, sums.get(first, first)))
    return blocks


class _Search:
    """One search, counting its steps. Of a block that ends in its sum, the sum is read first: it bounds the parts."""

    def __init__(self, runs: Sequence[str], cells: Sequence[Cell], blocks: Sequence[tuple[int, int]]) -> None:
        self.text = "".join(runs)
        self.cells = cells
        self.blocks = blocks
        self.steps = 0
        self.ends: list[int] = []
        for run in runs:
            start = len(self.ends)
            self.ends += [start + len(run)] * len(run)

    def keeps(self, cut: Cut, equations: Sequence[Balance]) -> bool:
        """Whether a way keeps all equations."""
        values = {cell.id: number(figure) for cell, figure in zip(self.cells, cut, strict=True)}
        return all(
            sum(coefficient * values[cell] for cell, coefficient in equation.terms) + equation.constant == 0
            for equation in equations
        )

    def ways(self, block: int, at: int, taken: Cut) -> Iterator[Cut]:
        """Every way to cut what stands from ``at`` on, for the figures from ``block`` on."""
        if block == len(self.blocks):
            if at == len(self.text):
                yield taken
            return
        first, last = self.blocks[block]
        left = len(self.cells) - last - 1
        stops = range(at + 1 + last - first, len(self.text) - left + 1) if left else (len(self.text),)
        for stop in stops:
            for figures in self._block(first, last, at, stop):
                yield from self.ways(block + 1, stop, (*taken, *figures))

    def _block(self, first: int, last: int, at: int, stop: int) -> Iterator[Cut]:
        """Every way to cut exactly what stands between two places for the cells of one block."""
        if first == last:
            if self._is_figure(first, at, stop):
                yield (self.text[at:stop],)
            return
        for start in range(stop - 1, at + last - first - 1, -1):
            if self._is_figure(last, start, stop):
                total = number(self.text[start:stop])
                for parts in self._parts(first, last, at, start, total):
                    yield (*parts, self.text[start:stop])

    def _parts(self, place: int, last: int, at: int, stop: int, left: Number) -> Iterator[Cut]:
        """Every way to cut what stands between two places into figures that add up to ``left``."""
        if place == last:
            if at == stop and left == 0:
                yield ()
            return
        for end in range(at + 1, stop - (last - place - 1) + 1):
            if not self._is_figure(place, at, end):
                continue
            rest = left - number(self.text[at:end])
            if rest < 0 and self.cells[place].kind is not Kind.SIGNED_COUNT:
                return
            for parts in self._parts(place + 1, last, end, stop, rest):
                yield (self.text[at:end], *parts)

    def _is_figure(self, place: int, at: int, end: int) -> bool:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise TooManyError
        return end <= self.ends[at] and _FIGURES[self.cells[place].kind].fullmatch(self.text, at, end) is not None
