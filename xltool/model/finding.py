"""One thing that somebody must look at: code, severity, cells and facts. Sentences are made in ``messages``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from xltool.model.form import Severity


class Spot(NamedTuple):
    """A cell to look at: its id (empty outside the form), sheet and address."""

    id: str
    sheet: str
    address: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing somebody must look at. Facts only; `texts` makes the sentence. The first spot is the one to look at.

    ``relation`` is the relation broken, if any; ``settled`` holds the written reason that settles it. ``wording`` is
    what `texts` says it with where the code is the form's own rule and not one of ours.
    """

    code: str
    severity: Severity
    spots: tuple[Spot, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    relation: str | None = None
    settled: str | None = None
    wording: str = ""

    @property
    def open(self) -> bool:
        """Whether somebody still has to do something about it: it is no note, and no written reason settles it."""
        return self.severity is not Severity.NOTE and not self.settled
