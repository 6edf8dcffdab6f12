"""A finding: code, severity, cells and facts. Its sentence is rendered in ``messages``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from xltool.model.finding_codes import find_fact_errors
from xltool.model.finding_facts import DecisionNote, WaiverNote
from xltool.model.form import Severity

CUSTOM_WORDING = "custom"  # of a finding whose facts hold its own sentence: title, problem, advice
_CUSTOM_FACTS = frozenset({"title", "problem", "advice"})


class FindingCell(NamedTuple):
    """A reference to a workbook cell: form cell id (empty outside the form), sheet and address."""

    id: str
    sheet: str
    address: str


class MissingFactError(Exception):
    """A finding or an observation was built without the facts its sentence needs: a fault of this program."""

    def __init__(self, code: str, errors: Sequence[str]) -> None:
        super().__init__(f"{code}: {', '.join(errors)}")
        self.code, self.errors = code, tuple(errors)

    def __reduce__(self) -> tuple[object, ...]:
        return MissingFactError, (self.code, self.errors)


@dataclass(frozen=True, slots=True)
class Finding:
    """Facts about something in a file that needs attention. The first cell reference is the one to look at.

    ``relation`` is the id of the violated relation, if any; ``settled`` the written reason, decision or waiver that
    settles the finding; ``wording`` the key of the sentence if ``code`` is a rule of the form.
    """

    code: str
    severity: Severity
    cells: tuple[FindingCell, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    relation: str | None = None
    settled: str | DecisionNote | WaiverNote | None = None
    wording: str = ""

    def __post_init__(self) -> None:
        """Raise MissingFactError if a fact that its sentence needs is missing or of another type."""
        code = self.wording or self.code
        if code == CUSTOM_WORDING and (missing := _CUSTOM_FACTS - self.facts.keys()):
            raise MissingFactError(code, sorted(missing))
        if errors := find_fact_errors(code, self.facts, has_cell=bool(self.cells)):
            raise MissingFactError(code, errors)

    @property
    def open(self) -> bool:
        """Whether it needs action: it is not a note and no written reason settles it."""
        return self.severity is not Severity.NOTE and not self.settled
