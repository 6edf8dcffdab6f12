"""Decisions that a coordinator wrote down about single files."""

from enum import StrEnum
from typing import NamedTuple


class Ruling(StrEnum):
    """What a coordinator decided about a file."""

    COUNT = "count"
    EXCLUDE = "exclude"
    COUNT_AS = "count_as"
    RETURN = "return"


class Decision(NamedTuple):
    """One decision on record: a row of the decisions workbook with a ruling.

    It holds for the file with this SHA-256 only; ``agency_code`` is the agency the file names as its own (empty for
    any), ``target`` the agency to count it as. ``question`` is the id of the question it answers; a row that somebody
    added has none and answers whatever is open about the file. ``row`` is its 1-based row in the workbook.
    """

    ruling: Ruling
    file: str
    sha256: str
    agency_code: str
    question: str
    target: str
    reason: str
    author: str
    date: str
    row: int
