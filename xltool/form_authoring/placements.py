"""What became of each cell of the office's workbook; `messages` has a word for each fate, one for each reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Fate(StrEnum):
    """What a cell of the office's workbook became."""

    LABEL = "label"
    INPUT = "input"
    COMPUTED = "computed"
    RELATION = "relation"
    BLANK = "blank"  # inside the grid, and nothing is filled in there
    TITLE = "title"
    UNIT = "unit"
    COVER = "cover"  # agency, date: filled in on the cover
    SIGNATURE = "signature"
    NOTE = "note"
    DOCUMENT = "document"
    HIDDEN = "hidden"  # named, not taken
    UNPLACED = "unplaced"


@dataclass(frozen=True)
class Placement:
    """One cell (``sheet``, ``address``), what stands there, and what it became.

    ``id`` is the id of the figure or relation. ``reason`` is the code of a sentence that says why, "" where it goes
    without saying; ``facts`` are its words. ``doubtful`` cells are listed, to be looked at by a person.
    """

    sheet: str
    address: str
    text: str
    fate: Fate
    id: str = ""
    reason: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    doubtful: bool = False
