"""The equations of one report with its figures scaled to integers, and the layout of these figures."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache

from xltool.checks.localisation.equation_system import (
    EquationSystem,
    build_system,
    count_decimal_places,
    to_figure,
    to_integer,
)
from xltool.checks.localisation.minimal_sets import ChangeSearch, PartialChanges
from xltool.checks.localisation.typing_errors import NO_VALUE, RunSet, SlipSheet
from xltool.forms.equations import Equation, computing_relations, form_equations
from xltool.forms.ledger_totals import LedgerTotal, list_ledger_totals
from xltool.model.form import SIGNED_KINDS, Form, Number, Relation, Values

Runs = tuple[tuple[int, ...], ...]


MAX_CACHED_RUNS = 128


class ReportEquations:
    """The equation system of one report and its figures by position, scaled to integers.

    ``known`` are the typed figures by id, ``asked`` the ids of control figures among them, ``locked`` cells are fixed.
    """

    def __init__(
        self,
        form: Form,
        known: Mapping[str, Number],
        locked: Collection[str] = (),
        asked: Collection[str] = (),
    ) -> None:
        self.form = form
        added = tuple(item for item in list_ledger_totals(form) if item.id in asked)
        unknown = tuple(cell for cell in _equation_cells(form.relations, added) if cell not in known)
        self.system = build_system(form.relations, tuple(computing_relations(form).items()), unknown, added)
        self.places = count_decimal_places(known, form.cells, self.system.cells)
        self.figures = tuple(to_integer(known[cell], self.places) for cell in self.system.cells)
        self._scale: int = 10**self.places
        self.residuals = tuple(self.system.residuals(self.figures, self._scale))
        self._locked = locked

    @cached_property
    def search(self) -> ChangeSearch:
        """The search for the smallest sets of wrong figures."""
        cells = [self.form.cells.get(cell) for cell in self.system.cells]
        return ChangeSearch(
            self.system,
            self.figures,
            steps=[10 ** (self.places - (cell.decimals if cell else 0)) for cell in cells],
            lowest=[None if cell and cell.kind in SIGNED_KINDS else 0 for cell in cells],
            fixed=frozenset(self.system.places[cell] for cell in self._locked if cell in self.system.places),
        )

    def residual_of(self, equation: Equation) -> int:
        """Return the residual of an equation that was left out of the system."""
        return equation.residual({cell: self.figures[self.system.places[cell]] for cell in equation.terms}, self._scale)

    def whole(self, value: Number) -> int:
        """Return a figure as an integer at this report's scale."""
        return to_integer(value, self.places)

    def values(self, changes: PartialChanges) -> dict[str, Number | None]:
        """Return changes as figures by cell id."""
        cells = self.system.cells
        return {
            cells[at]: None if number is None else to_figure(number, self.places, self.form.cells.get(cells[at]))
            for at, number in changes
        }

    def sheet(self, previous: Values) -> SlipSheet:
        """Return the layout in which slips are looked for."""
        known = {
            at: to_integer(last, self.places)
            for cell, at in self.system.places.items()
            if (last := previous.get(cell)) is not None
        }
        lines, columns = (
            self._build_strips(*names) for names in (("column_slipped", "row"), ("row_slipped", "column"))
        )
        return SlipSheet(self.figures, lines, columns, known)

    def _build_strips(self, slipped: str, direction: str) -> RunSet:
        runs = _find_runs(self.form, self.system, direction)
        broken = {
            cell for row, left in zip(self.system.members, self.residuals, strict=True) if left for cell, _ in row
        }
        suspect = [run for run in runs if not broken.isdisjoint(run)]
        return RunSet(slipped, runs, suspect, self._implied_values(runs))

    def _implied_values(self, runs: Runs) -> list[int | None]:
        wanted: list[int | None] = [None] * len(self.figures)
        for at, own in _private_equations(self.system, runs):
            asked = {self._implied_value(at, row, factor) for row, factor in own}
            wanted[at] = asked.pop() if len(asked) == 1 else NO_VALUE
        return wanted

    def _implied_value(self, at: int, row: int, factor: int) -> int:
        """Return the value an equation implies for a figure if its others are right; `NO_VALUE` if not an integer."""
        error, rest = divmod(self.residuals[row], factor)
        return NO_VALUE if rest else self.figures[at] - error


@lru_cache(maxsize=MAX_CACHED_RUNS)
def _find_runs(form: Form, system: EquationSystem, direction: str) -> Runs:
    """Return the positions of each row's (or column's) figures in order; cached."""
    across = "column" if direction == "row" else "row"
    runs: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for name, at in system.places.items():
        if cell := form.cells.get(name):
            runs.setdefault((cell.table, getattr(cell.box, direction)), []).append((getattr(cell.box, across), at))
    return tuple(tuple(at for _, at in sorted(run)) for run in runs.values())


@lru_cache(maxsize=16)
def _equation_cells(relations: tuple[Relation, ...], added: tuple[LedgerTotal, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cell for row in form_equations(relations, added) for cell in row.terms))


@lru_cache(maxsize=64)
def _private_equations(equations_of: EquationSystem, runs: Runs) -> tuple[tuple[int, Sequence[tuple[int, int]]], ...]:
    """Return per figure the equations it shares with no other figure of its run; figures without any are left out."""
    result = []
    for run in runs:
        together = _to_bits(run)
        for at in run:
            own = tuple(
                item for item in equations_of.signatures[at] if equations_of.masks[item[0]] & together == 1 << at
            )
            if own:
                result.append((at, own))
    return tuple(result)


def _to_bits(positions: Iterable[int]) -> int:
    return sum(1 << at for at in positions)
