"""A document of any format: paragraphs, lines and table cells in reading order, before any form is recognised."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

MAX_BLOCKS = 100_000  # a page with a report rarely has 3,000
_LAST_FIGURE = re.compile(r"(?<![\d.,\uff0c\uff0e])[\d.,\uff0c\uff0e]*\d[.,\uff0c\uff0e]?\s*$")


class Block(NamedTuple):
    """One paragraph, line or table cell; ``text`` is unchanged, and an empty cell is a block too.

    ``table`` counts tables from 1; outside tables it is 0 and ``row`` is the number of the line or paragraph. ``row``
    and ``column`` count from 1; a merged cell has its first row and column. ``page`` is 0 in formats without pages.
    ``level`` is the level of a marked heading, from 1, and 0 for other text. ``until`` is the row of the last paragraph
    in the container element of a heading, 0 in formats without containers.
    """

    text: str
    table: int
    row: int
    column: int = 0
    page: int = 0
    level: int = 0
    until: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """The blocks of one file. ``unit`` is what a block outside tables is: "line" or "paragraph".

    ``titles`` are titles from the metadata, the likeliest first; ``pictures`` is the number of pictures shown.
    ``embedded`` are documents inside the file that are not part of its visible text (a string in a script).
    ``dates`` are dates of publication from the metadata.
    ``breaks_off`` is true if the content ends in the middle of a line, cell or table.
    """

    kind: str
    blocks: tuple[Block, ...]
    unit: str = "line"
    titles: tuple[str, ...] = ()
    pictures: int = 0
    embedded: tuple["Document", ...] = ()
    breaks_off: bool = False
    dates: tuple[str, ...] = ()


def drop_last_figure(blocks: Sequence[Block]) -> tuple[tuple[Block, ...], str]:
    """Remove a figure at the very end, which may lack digits; return the blocks and the figure ("" if none)."""
    last = next((at for at in reversed(range(len(blocks))) if blocks[at].text.strip()), None)
    figure = _LAST_FIGURE.search(blocks[last].text) if last is not None else None
    if last is None or figure is None:
        return tuple(blocks), ""
    kept = [*blocks[:last], blocks[last]._replace(text=blocks[last].text[: figure.start()])]
    return tuple(kept if kept[-1].text.strip() else kept[:-1]), figure[0].strip()
