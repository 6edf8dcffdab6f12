"""What a workbook says it is: the rows of its very hidden identity sheet, and the same as document properties."""

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

from xltool.model.agency import Scope

PROPERTY_PREFIX = "xltool."
LIST_PROPERTY = f"{PROPERTY_PREFIX}list"  # of a workbook of ours that is a list and no return: which
PREFILLED = "prefilled."  # rows of the identity sheet: this and a cell id, and the figure filled in beforehand
LEAF = "leaf"  # rows of the manifest: leaf, agency code, agency name, SHA-256 of its file


class Identity(NamedTuple):
    """Form, edition, reporting year, agency and scope of one issued workbook; ``layout`` is the digest of its plan.

    ``serial`` is unique to each workbook issued. ``prefilled`` are the figures it was handed out with, by cell id, as
    text. ``seal`` is an HMAC over the rest, empty where none was made (see `forms.seal`). ``imported`` is the SHA-256
    of the published report a workbook was made from, empty for one that was handed out.
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

    def rows(self) -> tuple[tuple[str, str], ...]:
        """Key and value, as they stand in columns A and B of the identity sheet."""
        figures = tuple((f"{PREFILLED}{cell}", figure) for cell, figure in sorted(self.prefilled))
        return self._said() + figures

    def properties(self) -> dict[str, str]:
        """The same without the figures as custom document properties."""
        return {f"{PROPERTY_PREFIX}{key}": value for key, value in self._said()}

    def _said(self) -> tuple[tuple[str, str], ...]:
        """What is no figure; of the report it was made from nothing where there is none, as seals cover these rows."""
        said = self._asdict().items()
        return tuple((key, str(value)) for key, value in said if key != "prefilled" and (value or key != "imported"))


def identity_from(rows: Mapping[str, str]) -> Identity | None:
    """The identity in rows (or properties without their prefix); None if it is not whole."""
    try:
        return Identity(
            form=rows["form"],
            edition=rows["edition"],
            year=int(rows["year"]),
            agency_code=rows["agency_code"],
            agency_name=rows["agency_name"],
            scope=Scope(rows["scope"]),
            serial=rows.get("serial", ""),
            layout=rows.get("layout", ""),
            seal=rows.get("seal", ""),
            prefilled=tuple(
                sorted((key.removeprefix(PREFILLED), text) for key, text in rows.items() if key.startswith(PREFILLED))
            ),
            imported=rows.get("imported", ""),
        )
    except (KeyError, ValueError):
        return None


def serial_of(identity: Identity) -> str:
    """The serial a workbook is handed out under: the same agency, year and layout always get the same."""
    said = (identity.form, identity.edition, str(identity.year), identity.agency_code, identity.agency_name)
    return f"{identity.year}-{hashlib.sha256('|'.join([*said, identity.layout]).encode()).hexdigest()[:12]}"
