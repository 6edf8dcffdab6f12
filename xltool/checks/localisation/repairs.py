"""What would put a report right: changes of figures, what slip explains them, and how likely they are.

The weight of a repair is the sum of its changes' weights, less what speaks for it and more what speaks against it:
relations with last year or between amounts, and figures said elsewhere. Weights only order repairs of equally many
events; they never remove one.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from xltool.checks.localisation.typing_errors import digits_slip
from xltool.forms.controls import Control, controls
from xltool.forms.equations import is_equation
from xltool.forms.expressions import evaluate, recompute, verdict
from xltool.model.form import Form, Linear, Number, Relation, Severity, Values


class Change(NamedTuple):
    """One figure: what it is and what it should be; ``None`` as ``becomes`` where the equations do not decide it."""

    cell: str
    was: Number
    becomes: Number | None
    slip: str


class Repair(NamedTuple):
    """Changes that together make every equation hold. ``kind`` is the slip behind them, ``least_change`` for several.

    ``events`` counts wrong figures and slips; ``weight`` is lower for what is more likely.
    """

    changes: tuple[Change, ...]
    kind: str
    weight: int
    events: int


class Said(NamedTuple):
    """A figure given elsewhere in the report, such as in its text: what it is about, and its value."""

    side: Linear
    value: Number


WEIGHTS = {
    "swap_digits": 8,
    "dropped_digit": 8,
    "doubled_digit": 8,
    "factor_10": 8,
    "unit_10000": 8,
    "last_year_left": 8,
    "subtotal_in_detail": 8,
    "row_slipped": 9,
    "column_slipped": 9,
    "neighbours_exchanged": 9,
    "total_overwritten": 9,
    "single": 10,
}
SMALL = 100  # below this a likeness of digits is often chance
FAINT = 1  # what it then weighs more
CONFIRMED = 6  # what a figure that something else confirms weighs more
TOUCHED = 3  # what each relation or statement weighs that a repair breaks, or mends


class Evidence:
    """All that speaks for and against changing figures of one report. ``typed`` are its figures without formulas."""

    def __init__(
        self,
        form: Form,
        typed: Values,
        previous: Values | None = None,
        likely_right: Collection[str] = (),
        said: Sequence[Said] = (),
    ) -> None:
        self.form = form
        self.typed = typed
        self.previous: Values = previous or {}
        self.values = complete(form, typed)
        self.inputs = {
            cell: value for cell, value in typed.items() if cell in form.cells and not form.cells[cell].computed
        }
        self.likely_right = likely_right
        self._said = said
        self._touching = touching(form.relations, form.formulas)

    def repair(self, slips: Sequence[tuple[str, Values]], singles: Values) -> Repair | None:
        """Slips, each with the right value of every figure it moved, and figures wrong for themselves.

        None if a relation that must hold holds now, and would not any more.
        """
        moved = [
            Change(cell, self._now(cell), right, kind) for kind, figures in slips for cell, right in figures.items()
        ]
        alone = [self._change(cell, right) for cell, right in singles.items()]
        changes = (*moved, *alone)
        touched = self._touched(changes)
        if touched is None:
            return None
        kinds = [kind for kind, _ in slips] + [change.slip for change in alone]
        weight = sum(_weight(kind, figures.values()) for kind, figures in slips) + touched
        weight += sum(_weight(change.slip, [change.was, change.becomes]) for change in alone)
        doubt = CONFIRMED * sum(change.cell in self.likely_right for change in changes)
        return Repair(changes, kinds[0] if len(kinds) == 1 else "least_change", weight + doubt, len(kinds))

    def strays(self, repair: Repair) -> Number:
        """How much further from last year's figures a repair leads; negative where it comes nearer."""
        further: Number = 0
        for change in repair.changes:
            last = self.previous.get(change.cell)
            if change.becomes is not None and last is not None:
                further += _distance(change.becomes, last) - _distance(change.was, last)
        return further

    def _now(self, cell: str) -> Number:
        value = self.typed[cell]
        assert value is not None  # only known figures take part in equations
        return value

    def _change(self, cell: str, becomes: Number | None) -> Change:
        was = self._now(cell)
        return Change(cell, was, becomes, "single" if becomes is None else self._kind(cell, was, becomes))

    def _kind(self, cell: str, was: Number, becomes: Number) -> str:
        if slip := self._digits(cell, was, becomes):
            return slip
        if was and was == self.previous.get(cell):
            return "last_year_left"
        if any(was == self._sum_with(group, cell, becomes) for group in groups(self.form).get(cell, ())):
            return "subtotal_in_detail"
        known = self.form.cells.get(cell)
        return "total_overwritten" if known and known.computed else "single"

    def _digits(self, cell: str, was: Number, becomes: Number) -> str:
        known = self.form.cells.get(cell)
        scale = 10**known.decimals if known else 1
        one, other = was * scale, becomes * scale
        return digits_slip(int(one), int(other)) if one == int(one) and other == int(other) else ""

    def _sum_with(self, group: Control, cell: str, becomes: Number) -> Number | None:
        """What the figures of a group come to with this one right; None if it is alone in it, or one is unknown."""
        others = [self.values.get(other) for other in group.cells if other != cell]
        known = [other for other in others if other is not None]
        return becomes + sum(known) if len(known) == len(others) and any(known) else None

    def _touched(self, changes: Sequence[Change]) -> int | None:
        """How much more it weighs for relations and statements it breaks, less for those it mends; None: impossible."""
        relations = {id(item): item for change in changes for item in self._touching.get(change.cell, ())}
        if not relations and not self._said:
            return 0
        after = complete(self.form, {**self.typed, **{change.cell: change.becomes for change in changes}})
        weight = 0
        for relation in relations.values():
            was, now = (verdict(relation, values, self.previous).holds for values in (self.values, after))
            if was is True and now is False and relation.severity is Severity.MUST_FIX:
                return None
            weight += TOUCHED * _turn(was, now)
        for side, value in self._said:
            was, now = (evaluate(side, values) == value for values in (self.values, after))
            weight += TOUCHED * _turn(was, now)
        return weight


def _distance(one: Number, other: Number) -> Number:
    return one - other if one > other else other - one


def _weight(slip: str, figures: Iterable[Number | None]) -> int:
    """What a slip weighs for itself; where figures are small, their likeness says little."""
    likeness = WEIGHTS[slip] < WEIGHTS["total_overwritten"]
    return WEIGHTS[slip] + (FAINT if likeness and max(figure or 0 for figure in figures) < SMALL else 0)


def _turn(was: bool | None, now: bool | None) -> int:
    """1 for what is broken by a change, -1 for what is mended by it."""
    return int(was is True and now is False) - int(was is False and now is True)


def complete(form: Form, typed: Values) -> dict[str, Number | None]:
    """The figures as typed, and those the template computes."""
    return {**recompute(form.formulas, typed), **{cell: value for cell, value in typed.items() if value is not None}}


@lru_cache(maxsize=16)
def touching(relations: tuple[Relation, ...], formulas: tuple[Relation, ...]) -> Mapping[str, tuple[Relation, ...]]:
    """The relations that are no equations of a report, by each cell they depend on, directly or through totals."""
    parts = {relation.computes: [term.cell for term in relation.expect.right.terms] for relation in formulas}
    found: dict[str, list[Relation]] = {}
    for relation in relations:
        if not (is_equation(relation) or relation.profile or relation.implied_by):
            for cell in dict.fromkeys(_behind(relation, parts)):
                found.setdefault(cell, []).append(relation)
    return {cell: tuple(items) for cell, items in found.items()}


def _behind(relation: Relation, parts: Mapping[str | None, list[str]]) -> Iterator[str]:
    sides = [side for item in (relation.expect, *relation.when) for side in (item.left, item.right)]
    waiting = [term.cell for side in sides for term in side.terms if not term.previous]
    while waiting:
        cell = waiting.pop()
        yield cell
        waiting += parts.get(cell, [])


_groups: dict[str, Mapping[str, tuple[Control, ...]]] = {}


def groups(form: Form) -> Mapping[str, tuple[Control, ...]]:
    """The control figures that each cell is part of; worked out once for each definition."""
    if form.digest not in _groups:
        found: dict[str, tuple[Control, ...]] = {}
        for control in controls(form):
            for cell in control.cells:
                found[cell] = (*found.get(cell, ()), control)
        _groups[form.digest] = found
    return _groups[form.digest]
