"""A finding: code, severity, cells and facts. Its sentence is rendered in ``messages``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from xltool.model.form import Severity


class FindingCell(NamedTuple):
    """A reference to a workbook cell: form cell id (empty outside the form), sheet and address."""

    id: str
    sheet: str
    address: str


CUSTOM_WORDING = "custom"  # of a finding whose facts hold its own sentence: title, problem, advice


@dataclass(frozen=True, slots=True)
class Finding:
    """Facts about something in a file that needs attention. The first cell reference is the one to look at.

    ``relation`` is the id of the violated relation, if any; ``settled`` the written reason that settles the finding;
    ``wording`` the key of the sentence if ``code`` is a rule of the form.
    """

    code: str
    severity: Severity
    cells: tuple[FindingCell, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    relation: str | None = None
    settled: str | None = None
    wording: str = ""

    @property
    def open(self) -> bool:
        """Whether it needs action: it is not a note and no written reason settles it."""
        return self.severity is not Severity.NOTE and not self.settled
