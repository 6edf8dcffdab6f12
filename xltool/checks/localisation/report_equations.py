"""One report as a case for localisation: its figures as whole numbers, its equations, and where figures stand."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache

from xltool.checks.localisation.equation_system import System, figure, places_needed, system, whole
from xltool.checks.localisation.minimal_sets import Puzzle, Undecided
from xltool.checks.localisation.typing_errors import NOTHING, Sheet, Strips
from xltool.forms.controls import Control, controls
from xltool.forms.equations import Equation, definitions, equations
from xltool.model.form import Form, Kind, Number, Relation, Values

Runs = tuple[tuple[int, ...], ...]


MOST_KNOWN = 128  # ways in which reports of one run lack figures
_known_runs: dict[tuple[str, System, str], Runs] = {}


class Case:
    """The equations of one report, and its figures in them by position, scaled to whole numbers.

    ``known`` are the figures as typed, ``asked`` which of them are control figures, ``locked`` which may not change.
    """

    def __init__(
        self,
        form: Form,
        known: Mapping[str, Number],
        locked: Collection[str] = (),
        asked: Collection[str] = (),
    ) -> None:
        self.form = form
        added = tuple(item for item in controls(form) if item.id in asked)
        unknown = tuple(cell for cell in _taking_part(form.relations, added) if cell not in known)
        self.system = system(form.relations, tuple(definitions(form).items()), unknown, added)
        self.places = places_needed(known, form.cells, self.system.cells)
        self.figures = tuple(whole(known[cell], self.places) for cell in self.system.cells)
        self._scale: int = 10**self.places
        self.residuals = tuple(self.system.residuals(self.figures, self._scale))
        self._locked = locked

    @cached_property
    def puzzle(self) -> Puzzle:
        """The search for the smallest sets of wrong figures."""
        cells = [self.form.cells.get(cell) for cell in self.system.cells]
        return Puzzle(
            self.system,
            self.figures,
            steps=[10 ** (self.places - (cell.decimals if cell else 0)) for cell in cells],
            lowest=[None if cell and cell.kind is Kind.SIGNED_COUNT else 0 for cell in cells],
            fixed=frozenset(self.system.places[cell] for cell in self._locked if cell in self.system.places),
        )

    def lacks(self, row: Equation) -> int:
        """What an equation lacks."""
        places = self.system.places
        return sum(by * self.figures[places[cell]] for cell, by in row.terms.items()) - row.constant * self._scale

    def whole(self, value: Number) -> int:
        """A figure as a whole number of this case."""
        return whole(value, self.places)

    def values(self, changes: Undecided) -> dict[str, Number | None]:
        """Changes by cell id, as figures."""
        cells = self.system.cells
        return {
            cells[at]: None if number is None else figure(number, self.places, self.form.cells.get(cells[at]))
            for at, number in changes
        }

    def sheet(self, previous: Values) -> Sheet:
        """The report as slips see it."""
        known = {
            at: whole(last, self.places)
            for cell, at in self.system.places.items()
            if (last := previous.get(cell)) is not None
        }
        lines, columns = (self._strips(*names) for names in (("column_slipped", "row"), ("row_slipped", "column")))
        return Sheet(self.figures, lines, columns, known)

    def _strips(self, slipped: str, direction: str) -> Strips:
        runs = self._runs(direction)
        broken = {
            cell for row, left in zip(self.system.members, self.residuals, strict=True) if left for cell, _ in row
        }
        suspect = [run for run in runs if not broken.isdisjoint(run)]
        return Strips(slipped, runs, suspect, self._wanted(runs))

    def _runs(self, direction: str) -> Runs:
        """The figures of each line (or column) of the form's grids, in the order they stand; worked out once."""
        key = (self.form.digest, self.system, direction)
        if key not in _known_runs:
            if len(_known_runs) >= MOST_KNOWN:
                _known_runs.clear()
            _known_runs[key] = self._made_runs(direction)
        return _known_runs[key]

    def _made_runs(self, direction: str) -> Runs:
        across = "column" if direction == "row" else "row"
        runs: dict[tuple[str, int], list[tuple[int, int]]] = {}
        for name, at in self.system.places.items():
            if cell := self.form.cells.get(name):
                runs.setdefault((cell.table, getattr(cell.box, direction)), []).append((getattr(cell.box, across), at))
        return tuple(tuple(at for _, at in sorted(run)) for run in runs.values())

    def _wanted(self, runs: Runs) -> list[int | None]:
        wanted: list[int | None] = [None] * len(self.figures)
        for at, own in _own_equations(self.system, runs):
            asked = {self._asked(at, row, factor) for row, factor in own}
            wanted[at] = asked.pop() if len(asked) == 1 else NOTHING
        return wanted

    def _asked(self, at: int, row: int, factor: int) -> int:
        """What an equation asks a figure to be, if nothing else in it is wrong."""
        error, rest = divmod(self.residuals[row], factor)
        return NOTHING if rest else self.figures[at] - error


@lru_cache(maxsize=16)
def _taking_part(relations: tuple[Relation, ...], added: tuple[Control, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cell for row in equations(relations, added) for cell in row.terms))


@lru_cache(maxsize=64)
def _own_equations(equations_of: System, runs: Runs) -> tuple[tuple[int, Sequence[tuple[int, int]]], ...]:
    """For each figure the equations it shares with no other of its run; figures without any are left out."""
    found = []
    for run in runs:
        together = _bits(run)
        for at in run:
            own = tuple(
                item for item in equations_of.signatures[at] if equations_of.masks[item[0]] & together == 1 << at
            )
            if own:
                found.append((at, own))
    return tuple(found)


def _bits(positions: Iterable[int]) -> int:
    return sum(1 << at for at in positions)
