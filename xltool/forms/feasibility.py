"""Decide whether equations have a common non-negative solution: linear programming in exact fractions.

Phase one of the simplex method with Bland's rule, which prevents cycling. Each row starts with an artificial variable;
the equations are feasible if all artificial variables can be brought to 0, and otherwise the infeasible rows are known.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from xltool.forms.equations import Equation

EquationGroup = Sequence[Equation]


def find_conflict(groups: Sequence[EquationGroup]) -> tuple[int, ...] | None:
    """Return the positions of a minimal set of groups that cannot all hold; None if all can hold together."""
    infeasible = _find_blamed_groups(groups)
    if infeasible is None:
        return None
    kept = list(infeasible)
    for place in infeasible:
        rest = [other for other in kept if other != place]
        if _find_blamed_groups([groups[other] for other in rest]) is not None:
            kept = rest
    return tuple(kept)


def _find_blamed_groups(groups: Sequence[EquationGroup]) -> tuple[int, ...] | None:
    """Return some groups that cannot all hold; None if all can."""
    rows = [row for group in groups for row in group]
    owners = [place for place, group in enumerate(groups) for _ in group]
    at_fault = _LinearProgramme(rows).find_infeasible_rows()
    return None if at_fault is None else tuple(sorted({owners[row] for row in at_fault}))


class _LinearProgramme:
    """A simplex tableau: the basic variable of a row has coefficient 1 there and 0 elsewhere."""

    def __init__(self, rows: Sequence[Equation]) -> None:
        self._rows: list[dict[str, Fraction]] = []
        self._sides: list[Fraction] = []
        self._artificials = [f"<helper {number}>" for number in range(len(rows))]
        self._basis = list(self._artificials)
        for row, helper in zip(rows, self._artificials, strict=True):
            sign = -1 if row.constant < 0 else 1
            self._rows.append({helper: Fraction(1), **{cell: Fraction(sign * by) for cell, by in row.terms.items()}})
            self._sides.append(Fraction(sign * row.constant))
        self._order = {name: place for place, name in enumerate(dict.fromkeys(n for row in self._rows for n in row))}
        self._real = self._order.keys() - set(self._artificials)

    def find_infeasible_rows(self) -> tuple[int, ...] | None:
        """Return rows with a linear combination that no figures satisfy (a Farkas certificate); None if feasible."""
        while (entering := self._choose_entering()) is not None:
            self._pivot_on(self._choose_leaving(entering), entering)
        gain = self._objective_gain()
        if not any(side for side, basic in zip(self._sides, self._basis, strict=True) if basic not in self._real):
            return None
        return tuple(place for place, helper in enumerate(self._artificials) if gain.get(helper))

    def _objective_gain(self) -> dict[str, Fraction]:
        """Return by how much the artificial variables in the basis decrease as each variable grows by 1."""
        gain: dict[str, Fraction] = {}
        for row, basic in zip(self._rows, self._basis, strict=True):
            if basic not in self._real:
                _add_multiple(gain, row, Fraction(1))
        return gain

    def _choose_entering(self) -> str | None:
        gaining = (name for name, value in self._objective_gain().items() if value > 0 and name in self._real)
        return min(gaining, key=self._order.__getitem__, default=None)

    def _choose_leaving(self, entering: str) -> int:
        limits = [
            (self._sides[place] / row[entering], self._order[self._basis[place]], place)
            for place, row in enumerate(self._rows)
            if row.get(entering, 0) > 0
        ]
        return min(limits)[2]

    def _pivot_on(self, place: int, entering: str) -> None:
        factor = self._rows[place][entering]
        self._rows[place] = {name: value / factor for name, value in self._rows[place].items()}
        self._sides[place] /= factor
        self._basis[place] = entering
        for other, row in enumerate(self._rows):
            if other != place and (times := row.get(entering)):
                _add_multiple(row, self._rows[place], -times)
                self._sides[other] -= times * self._sides[place]


def _add_multiple(row: dict[str, Fraction], other_row: Mapping[str, Fraction], times: Fraction) -> None:
    for name, value in other_row.items():
        changed = row.get(name, Fraction(0)) + times * value
        if changed:
            row[name] = changed
        else:
            row.pop(name, None)
