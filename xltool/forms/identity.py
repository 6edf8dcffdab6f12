"""The identity of a workbook, stored in rows of its very hidden identity sheet and in its document properties."""

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from xltool.model.agency import Scope
from xltool.model.period import parse_period

PROPERTY_PREFIX = "xltool."
LIST_PROPERTY = f"{PROPERTY_PREFIX}list"  # of a workbook written by xltool that is a list, not a report: its kind
LETTER_MARK = f"{PROPERTY_PREFIX}letter"  # the identifier, in its core properties, of a Word file with a letter
PREFILLED_PREFIX = "prefilled."  # key prefix of identity rows: (prefilled.<cell id>, figure)
LEAF_PREFIX = "leaf"  # key of manifest rows: (leaf, agency code, agency name, SHA-256 of the file)


class OwnList(StrEnum):
    """The kinds of lists that xltool writes or reads beside the returns."""

    IMPORT = "import"
    DECISIONS = "decisions"
    DISTRIBUTION = "distribution"
    RETURNING = "returning"
    LETTERS = "letters"
    LETTER = "letter"
    ROSTER = "roster"
    PAGE = "page"
    TABLES = "tables"
    ANSWER = "answer"
    LEDGER = "ledger"
    ROLL_UP = "roll_up"
    DEFINITION = "definition"


class Identity(NamedTuple):
    """Form, edition, reporting year, agency and scope of one issued workbook; ``layout`` is the digest of its plan.

    ``serial`` is unique to each issued workbook. ``prefilled`` holds the figures filled in before it was issued, as
    text by cell id. ``seal`` is an HMAC over the rest, empty if there is none. ``imported`` is the SHA-256 of the
    published report a workbook was made from, empty for an issued one.
    """

    form: str
    edition: str
    year: int
    agency_code: str
    agency_name: str
    scope: Scope
    serial: str
    layout: str
    seal: str = ""
    prefilled: tuple[tuple[str, str], ...] = ()
    imported: str = ""

    def to_rows(self) -> tuple[tuple[str, str], ...]:
        """Return (key, value) rows as written to columns A and B of the identity sheet."""
        figures = tuple((f"{PREFILLED_PREFIX}{cell}", figure) for cell, figure in sorted(self.prefilled))
        return self._identity_rows() + figures

    def to_properties(self) -> dict[str, str]:
        """Return the identity without prefilled figures as custom document properties."""
        return {f"{PROPERTY_PREFIX}{key}": value for key, value in self._identity_rows()}

    def _identity_rows(self) -> tuple[tuple[str, str], ...]:
        """Return the rows that are no figures; ``imported`` only where it is set, since seals cover these rows."""
        items = self._asdict().items()
        return tuple((key, str(value)) for key, value in items if key != "prefilled" and (value or key != "imported"))


def parse_identity(values_by_label: Mapping[str, str]) -> Identity | None:
    """Parse an identity from rows (or properties without their prefix); None if it is incomplete."""
    try:
        return Identity(
            form=values_by_label["form"],
            edition=values_by_label["edition"],
            year=parse_period(values_by_label["year"]),
            agency_code=values_by_label["agency_code"],
            agency_name=values_by_label["agency_name"],
            scope=Scope(values_by_label["scope"]),
            serial=values_by_label.get("serial", ""),
            layout=values_by_label.get("layout", ""),
            seal=values_by_label.get("seal", ""),
            prefilled=tuple(
                sorted(
                    (key.removeprefix(PREFILLED_PREFIX), text)
                    for key, text in values_by_label.items()
                    if key.startswith(PREFILLED_PREFIX)
                )
            ),
            imported=values_by_label.get("imported", ""),
        )
    except (KeyError, ValueError):
        return None


def make_serial(identity: Identity) -> str:
    """Compute the serial of an issued workbook: equal for equal form, year, agency and layout."""
    parts = (identity.form, identity.edition, str(identity.year), identity.agency_code, identity.agency_name)
    return f"{identity.year}-{hashlib.sha256('|'.join([*parts, identity.layout]).encode()).hexdigest()[:12]}"
