"""Figures of lists that a return made on an earlier template has no cell for: its rows give them all the same."""

from collections.abc import Collection, Iterable, Mapping

from xltool.model.form import Form
from xltool.model.observation_codes import ObservationCode
from xltool.model.submission import EntryRow, Observation

_LOST = frozenset({ObservationCode.PLACE_AMBIGUOUS, ObservationCode.PLACE_MISSING})
_SHIFTED = frozenset({ObservationCode.PLACE_INSERTED, ObservationCode.PLACE_MOVED})


def forgive_lost_aggregates(
    form: Form, observations: Iterable[Observation], list_rows: Mapping[str, tuple[EntryRow, ...]]
) -> tuple[Observation, ...]:
    """Return the observations without those of figures that are computed from the rows that were read.

    Only of a return made on an earlier template: a relation written since may count the rows of a list, which adds a
    figure above them and moves them. That is no doing of the agency.
    """
    noticed = tuple(observations)
    if all(item.code is not ObservationCode.LAYOUT_OTHER for item in noticed):
        return noticed
    computed = {cell.id for cell in form.cells.values() if cell.aggregate is not None and cell.table in list_rows}
    forgiven = {item.sheet for item in noticed if item.code in _LOST and _is_computed(item.facts["lost"], computed)}
    return tuple(item for item in noticed if item.sheet not in forgiven or item.code not in _LOST | _SHIFTED)


def _is_computed(lost: object, computed: Collection[str]) -> bool:
    return isinstance(lost, tuple) and all(cell in computed for cell in lost)
