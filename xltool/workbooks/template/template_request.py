"""What one template is written for: agency, year, figures of last year, and contents already filled in."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from xltool.model.agency import Agency
from xltool.model.form import Number, Values


class FilledContents(NamedTuple):
    """The contents of a workbook that is written filled in.

    ``figures`` by cell id: a text is stored as text, and a figure of a computed cell replaces its formula. ``texts``
    are paragraphs by section id; ``declared`` sets 未填项均为0; ``absent`` are the ids of tables that do
    not apply. ``lists`` are the rows of each list, by column id.
    """

    figures: Mapping[str, Number | str] = {}
    texts: Mapping[str, Sequence[str]] = {}
    declared: bool = False
    absent: tuple[str, ...] = ()
    lists: Mapping[str, Sequence[Mapping[str, Number | str]]] = {}


class TemplateRequest(NamedTuple):
    """One workbook to issue. ``previous`` are the agency's figures of the year before, if known.

    ``serial`` is unique to each issued workbook; ``seal`` is an HMAC over its identity, empty if there is none.
    ``filling`` is empty for a template; ``imported`` is the SHA-256 of the published report it comes from, if any.
    ``lines`` are rows for the identity sheet: the lines of a ledger behind its figures (`forms.counted_lines`).
    """

    agency: Agency
    year: int
    serial: str
    previous: Values | None = None
    seal: str = ""
    filling: FilledContents = FilledContents()
    imported: str = ""
    lines: tuple[tuple[str, str], ...] = ()
