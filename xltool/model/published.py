"""A published report as read: its figures with their positions, its texts, and the log of reading."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from xltool.model.finding_facts import DocumentPlace
from xltool.model.form import Number
from xltool.model.submission import EntryRow, EntryState, Observation, Source


class FoundFigure(NamedTuple):
    """One figure with its position: ``state``, ``value``, ``raw`` and ``note`` as in an `Entry`.

    ``where`` is its position in the document, None without one; ``sure`` is "printed", "solved" or "open".
    """

    cell: str
    state: EntryState
    value: Number | None
    raw: str | None
    note: str | None
    where: DocumentPlace | None
    sure: str


@dataclass(frozen=True)
class PublishedReport:
    """The content of a published report.

    ``figures`` by cell id: a missing cell was not found. ``texts`` are paragraphs by section id; ``log`` are the
    observations of reading, with the reasons why figures stayed open; ``lists`` the rows of the lists found, by id.
    """

    form: str
    edition: str
    year: int | None
    agency_name: str
    figures: Mapping[str, FoundFigure]
    texts: Mapping[str, tuple[str, ...]]
    log: tuple[Observation, ...]
    source: Source
    lists: Mapping[str, tuple[EntryRow, ...]] = field(default_factory=dict)
