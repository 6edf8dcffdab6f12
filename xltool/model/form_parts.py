"""Small parts of a form: suggested paragraphs, its signature line, and what its figures are made from."""

from typing import NamedTuple


class SignatureField(NamedTuple):
    """One part of the signature line (填表人、负责人、报出日期): ``id`` names its field on the cover."""

    id: str
    label: str


class PartSums(NamedTuple):
    """The form of shorter periods whose figures make those of a form: its id, and the sum that makes each figure.

    ``sums`` are pairs of a cell id and an expression over the figures of that form, as written.
    """

    form: str
    sums: tuple[tuple[str, str], ...]


class ParagraphDraft(NamedTuple):
    """A suggested paragraph for a section, with placeholders for figures."""

    section: str
    text: str
