"""Whether equations can all hold together for figures that are 0 or more: linear programming in exact fractions.

The simplex method, first phase, with Bland's rule, which never goes round in circles. Every row first holds by a helper
variable of its own; the programme brings the helpers down to 0, or shows by which rows it cannot.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from xltool.forms.equations import Equation

Group = Sequence[Equation]


def conflict(groups: Sequence[Group]) -> tuple[int, ...] | None:
    """Groups of rows that cannot all hold, none of which can be spared, by position; None if all can hold together."""
    blamed = _blamed(groups)
    if blamed is None:
        return None
    kept = list(blamed)
    for place in blamed:
        rest = [other for other in kept if other != place]
        if _blamed([groups[other] for other in rest]) is not None:
            kept = rest
    return tuple(kept)


def _blamed(groups: Sequence[Group]) -> tuple[int, ...] | None:
    """Some groups that cannot all hold; None if all can."""
    rows = [row for group in groups for row in group]
    owners = [place for place, group in enumerate(groups) for _ in group]
    at_fault = _Programme(rows).at_fault()
    return None if at_fault is None else tuple(sorted({owners[row] for row in at_fault}))


class _Programme:
    """A tableau: each row is written by its basic variable, whose coefficient is 1 there and 0 elsewhere."""

    def __init__(self, rows: Sequence[Equation]) -> None:
        self._rows: list[dict[str, Fraction]] = []
        self._sides: list[Fraction] = []
        self._helpers = [f"<helper {number}>" for number in range(len(rows))]
        self._basis = list(self._helpers)
        for row, helper in zip(rows, self._helpers, strict=True):
            sign = -1 if row.constant < 0 else 1
            self._rows.append({helper: Fraction(1), **{cell: Fraction(sign * by) for cell, by in row.terms.items()}})
            self._sides.append(Fraction(sign * row.constant))
        self._order = {name: place for place, name in enumerate(dict.fromkeys(n for row in self._rows for n in row))}
        self._real = self._order.keys() - set(self._helpers)

    def at_fault(self) -> tuple[int, ...] | None:
        """The rows whose sum, each so many times, no figures can satisfy; None if all rows can hold."""
        while (entering := self._entering()) is not None:
            self._pivot(self._leaving(entering), entering)
        gain = self._gain()
        if not any(side for side, basic in zip(self._sides, self._basis, strict=True) if basic not in self._real):
            return None
        return tuple(place for place, helper in enumerate(self._helpers) if gain.get(helper))

    def _gain(self) -> dict[str, Fraction]:
        """By how much the helpers still in use come down for each variable that grows by 1."""
        gain: dict[str, Fraction] = {}
        for row, basic in zip(self._rows, self._basis, strict=True):
            if basic not in self._real:
                _add(gain, row, Fraction(1))
        return gain

    def _entering(self) -> str | None:
        gaining = (name for name, value in self._gain().items() if value > 0 and name in self._real)
        return min(gaining, key=self._order.__getitem__, default=None)

    def _leaving(self, entering: str) -> int:
        limits = [
            (self._sides[place] / row[entering], self._order[self._basis[place]], place)
            for place, row in enumerate(self._rows)
            if row.get(entering, 0) > 0
        ]
        return min(limits)[2]

    def _pivot(self, place: int, entering: str) -> None:
        factor = self._rows[place][entering]
        self._rows[place] = {name: value / factor for name, value in self._rows[place].items()}
        self._sides[place] /= factor
        self._basis[place] = entering
        for other, row in enumerate(self._rows):
            if other != place and (times := row.get(entering)):
                _add(row, self._rows[place], -times)
                self._sides[other] -= times * self._sides[place]


def _add(row: dict[str, Fraction], other: Mapping[str, Fraction], times: Fraction) -> None:
    for name, value in other.items():
        changed = row.get(name, Fraction(0)) + times * value
        if changed:
            row[name] = changed
        else:
            row.pop(name, None)
