"""Repairs of a report: changes of figures, the slips behind them, and their weights.

The weight of a repair (lower is likelier) is the sum of its changes' weights, adjusted by the other relations and the
figures stated in texts that it satisfies or violates. Weights only order repairs of equally many events.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from xltool.checks.localisation.typing_errors import classify_digit_slip
from xltool.forms.equations import is_equation
from xltool.forms.expressions import check_relation, evaluate_linear, recompute_figures
from xltool.forms.ledger_totals import LedgerTotal, list_ledger_totals
from xltool.model.expression import LinearExpression
from xltool.model.form import MAX_CACHED_FORMS, Form, Number, Relation, Severity, Values


class Change(NamedTuple):
    """A figure as it is and as it should be; ``becomes`` is None if the equations do not determine it."""

    cell: str
    was: Number
    becomes: Number | None
    slip: str


class Repair(NamedTuple):
    """Changes that together satisfy every equation. ``kind`` is the slip behind them, ``least_change`` for several.

    ``events`` counts wrong figures and slips; a lower ``weight`` is likelier.
    """

    changes: tuple[Change, ...]
    kind: str
    weight: int
    events: int


class StatedFigure(NamedTuple):
    """A figure stated elsewhere in the report, such as in its text: the expression it states, and its value."""

    side: LinearExpression
    value: Number


SLIP_WEIGHTS = {
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
MIN_VALUE_FOR_DIGIT_SLIP = 100  # smaller numbers resemble each other by chance
SMALL_VALUE_PENALTY = 1  # added to a digit slip between such numbers
CONFIRMED_PENALTY = 6  # added for a figure that something else confirms
RELATION_WEIGHT = 3  # of each relation or statement that a repair violates (added) or satisfies (subtracted)


class RepairEvidence:
    """Weighs changes of one report's figures. ``typed`` are its figures by cell id, without those of formulas."""

    def __init__(
        self,
        form: Form,
        typed: Values,
        previous: Values | None = None,
        likely_right: Collection[str] = (),
        stated_figures: Sequence[StatedFigure] = (),
    ) -> None:
        self.form = form
        self.typed = typed
        self.previous: Values = previous or {}
        self.values = complete_values(form, typed)
        self.inputs = {
            cell: value for cell, value in typed.items() if cell in form.cells and not form.cells[cell].computed
        }
        self.likely_right = likely_right
        self._stated_figures = stated_figures
        self._touching = relations_by_cell(form.relations, form.formulas)

    def build_repair(self, slips: Sequence[tuple[str, Values]], singles: Values) -> Repair | None:
        """Build a repair from slips, each with the correct value of every figure it moved, and single wrong figures.

        Return None if it would violate a must-hold relation that is satisfied now.
        """
        moved = [
            Change(cell, self._current_value(cell), right, kind)
            for kind, figures in slips
            for cell, right in figures.items()
        ]
        alone = [self._build_change(cell, right) for cell, right in singles.items()]
        changes = (*moved, *alone)
        touched = self._weigh_relations(changes)
        if touched is None:
            return None
        kinds = [kind for kind, _ in slips] + [change.slip for change in alone]
        weight = sum(_weigh_slip(kind, figures.values()) for kind, figures in slips) + touched
        weight += sum(_weigh_slip(change.slip, [change.was, change.becomes]) for change in alone)
        doubt = CONFIRMED_PENALTY * sum(change.cell in self.likely_right for change in changes)
        return Repair(changes, kinds[0] if len(kinds) == 1 else "least_change", weight + doubt, len(kinds))

    def drift_from_previous(self, repair: Repair) -> Number:
        """Return how much a repair increases the distance to last year's figures; negative if it decreases it."""
        drift: Number = 0
        for change in repair.changes:
            last = self.previous.get(change.cell)
            if change.becomes is not None and last is not None:
                drift += _measure_distance(change.becomes, last) - _measure_distance(change.was, last)
        return drift

    def _current_value(self, cell: str) -> Number:
        value = self.typed[cell]
        assert value is not None  # only known figures take part in equations
        return value

    def _build_change(self, cell: str, becomes: Number | None) -> Change:
        was = self._current_value(cell)
        return Change(cell, was, becomes, "single" if becomes is None else self._classify_slip(cell, was, becomes))

    def _classify_slip(self, cell: str, was: Number, becomes: Number) -> str:
        if slip := self._classify_digit_slip(cell, was, becomes):
            return slip
        if was and was == self.previous.get(cell):
            return "last_year_left"
        if any(was == self._group_sum(group, cell, becomes) for group in controls_by_cell(self.form).get(cell, ())):
            return "subtotal_in_detail"
        known = self.form.cells.get(cell)
        return "total_overwritten" if known and known.computed else "single"

    def _classify_digit_slip(self, cell: str, was: Number, becomes: Number) -> str:
        known = self.form.cells.get(cell)
        scale = 10**known.decimals if known else 1
        one, other = was * scale, becomes * scale
        return classify_digit_slip(int(one), int(other)) if one == int(one) and other == int(other) else ""

    def _group_sum(self, group: LedgerTotal, cell: str, becomes: Number) -> Number | None:
        """Return the sum of a group with this cell corrected; None if it is alone in it or another is unknown."""
        others = [self.values.get(other) for other in group.cells if other != cell]
        known = [other for other in others if other is not None]
        return becomes + sum(known) if len(known) == len(others) and any(known) else None

    def _weigh_relations(self, changes: Sequence[Change]) -> int | None:
        """Return the weight of relations and statements violated minus satisfied; None if the repair is impossible."""
        relations = {id(item): item for change in changes for item in self._touching.get(change.cell, ())}
        if not relations and not self._stated_figures:
            return 0
        after = complete_values(self.form, {**self.typed, **{change.cell: change.becomes for change in changes}})
        weight = 0
        for relation in relations.values():
            was, now = (check_relation(relation, values, self.previous).holds for values in (self.values, after))
            if was is True and now is False and relation.severity is Severity.MUST_FIX:
                return None
            weight += RELATION_WEIGHT * _compare_verdicts(was=was, now=now)
        for side, value in self._stated_figures:
            was, now = (evaluate_linear(side, values) == value for values in (self.values, after))
            weight += RELATION_WEIGHT * _compare_verdicts(was=was, now=now)
        return weight


def _measure_distance(one: Number, other: Number) -> Number:
    return max(one, other) - min(one, other)


def _weigh_slip(slip: str, figures: Iterable[Number | None]) -> int:
    """Return the weight of a slip; digit slips between small figures weigh more."""
    is_digit_slip = SLIP_WEIGHTS[slip] < SLIP_WEIGHTS["total_overwritten"]
    return SLIP_WEIGHTS[slip] + (
        SMALL_VALUE_PENALTY
        if is_digit_slip and max(figure or 0 for figure in figures) < MIN_VALUE_FOR_DIGIT_SLIP
        else 0
    )


def _compare_verdicts(*, was: bool | None, now: bool | None) -> int:
    """Return 1 if a change violates what was satisfied, -1 if it satisfies what was violated, else 0."""
    return int(was is True and now is False) - int(was is False and now is True)


def complete_values(form: Form, typed: Values) -> dict[str, Number | None]:
    """Return the typed figures and those the template computes from them."""
    return {
        **recompute_figures(form.formulas, typed),
        **{cell: value for cell, value in typed.items() if value is not None},
    }


@lru_cache(maxsize=16)
def relations_by_cell(
    relations: tuple[Relation, ...], formulas: tuple[Relation, ...]
) -> Mapping[str, tuple[Relation, ...]]:
    """Return the relations that are not equations, by each cell they depend on directly or through totals."""
    parts = {relation.computes: [term.cell for term in relation.expect.right.terms] for relation in formulas}
    by_cell: dict[str, list[Relation]] = {}
    for relation in relations:
        if not (is_equation(relation) or relation.profile or relation.implied_by):
            for cell in dict.fromkeys(_cells_of_relation(relation, parts)):
                by_cell.setdefault(cell, []).append(relation)
    return {cell: tuple(items) for cell, items in by_cell.items()}


def _cells_of_relation(relation: Relation, parts: Mapping[str | None, list[str]]) -> Iterator[str]:
    sides = [side for item in (relation.expect, *relation.when) for side in (item.left, item.right)]
    waiting = [term.cell for side in sides for term in side.terms if not term.previous]
    while waiting:
        cell = waiting.pop()
        yield cell
        waiting += parts.get(cell, [])


@lru_cache(maxsize=MAX_CACHED_FORMS)
def controls_by_cell(form: Form) -> Mapping[str, tuple[LedgerTotal, ...]]:
    """Return the control figures each cell is part of; cached."""
    by_cell: dict[str, tuple[LedgerTotal, ...]] = {}
    for control in list_ledger_totals(form):
        for cell in control.cells:
            by_cell[cell] = (*by_cell.get(cell, ()), control)
    return by_cell
