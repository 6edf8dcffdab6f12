"""Figures run together: every way to cut a run of digits into the figures of a line."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from xltool.model import Cell, Kind, Number, Relation

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


def cuts(runs: Sequence[str], cells: Sequence[Cell], equations: Sequence[Balance] = ()) -> list[Cut]:
    """Every way to read ``runs`` as one figure for each of ``cells``; no figure reaches over the end of a run.

    Only ways that keep ``equations`` are given, all of whose figures must be in ``cells``. Raises TooManyError.
    """
    places = {cell.id: place for place, cell in enumerate(cells)}
    due: dict[int, list[tuple[tuple[int, int], ...]]] = {}
    constants: dict[tuple[tuple[int, int], ...], int] = {}
    for equation in equations:
        terms = tuple((places[cell], coefficient) for cell, coefficient in equation.terms)
        due.setdefault(max(place for place, _ in terms), []).append(terms)
        constants[terms] = equation.constant
    search = _Search(runs, [cell.kind for cell in cells], due, constants)
    found = []
    for cut in search.ways(0, 0, ()):
        found.append(cut)
        if len(found) > MOST_CUTS:
            raise TooManyError
    return found


class _Search:
    """One search, counting its steps."""

    def __init__(
        self,
        runs: Sequence[str],
        kinds: Sequence[Kind],
        due: dict[int, list[tuple[tuple[int, int], ...]]],
        constants: dict[tuple[tuple[int, int], ...], int],
    ) -> None:
        self.text = "".join(runs)
        self.kinds = kinds
        self.due = due
        self.constants = constants
        self.steps = 0
        self.ends: list[int] = []
        for run in runs:
            start = len(self.ends)
            self.ends += [start + len(run)] * len(run)

    def ways(self, place: int, at: int, taken: Cut) -> Iterator[Cut]:
        """Every way to cut what stands from ``at`` on, for the figures from ``place`` on."""
        if place == len(self.kinds):
            if at == len(self.text):
                yield taken
            return
        left = len(self.kinds) - place - 1
        for end in range(at + 1, len(self.text) - left + 1):
            if end > self.ends[at]:
                return
            self.steps += 1
            if self.steps > MOST_STEPS:
                raise TooManyError
            if _FIGURES[self.kinds[place]].fullmatch(self.text, at, end):
                chosen = (*taken, self.text[at:end])
                if self._kept(place, chosen):
                    yield from self.ways(place + 1, end, chosen)

    def _kept(self, place: int, chosen: Cut) -> bool:
        return all(
            sum(coefficient * number(chosen[at]) for at, coefficient in terms) + self.constants[terms] == 0
            for terms in self.due.get(place, ())
        )
