"""A published report before anybody knows what is in it: stretches of text and cells of tables, in reading order."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

_LAST_FIGURE = re.compile(r"[\d.,\uff0c\uff0e]*\d[.,\uff0c\uff0e]?\s*$")


class Piece(NamedTuple):
    """One paragraph, one line, or one cell of a table; ``text`` as found, an empty cell included.

    ``table`` counts tables from 1 and is 0 outside of them, where ``row`` is the number of the line or paragraph.
    ``row`` and ``column`` count from 1, a cell that spans several at its first; ``page`` is 0 where there are none.
    ``level`` is that of a heading the document itself marks as one, from 1, and 0 for plain text; ``until`` the row of
    the last paragraph that stands in the same element of a page as the heading, 0 where there are no elements.
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
    """What a door found in a file. ``unit`` says what its pieces outside tables are: "line" or "paragraph".

    ``titles`` are titles a file states about itself, the likeliest first; ``pictures`` how many pictures it shows.
    ``embedded`` are further documents inside it that are no part of its visible text (a string in a script).
    ``breaks_off`` if its bytes end in the middle of something.
    """

    kind: str
    pieces: tuple[Piece, ...]
    unit: str = "line"
    titles: tuple[str, ...] = ()
    pictures: int = 0
    embedded: tuple["Document", ...] = ()
    breaks_off: bool = False


def without_last_figure(pieces: Sequence[Piece]) -> tuple[tuple[Piece, ...], str]:
    """The pieces without the figure they end in, if they do, and that figure: some of its digits may be lost."""
    last = next((at for at in reversed(range(len(pieces))) if pieces[at].text.strip()), None)
    figure = _LAST_FIGURE.search(pieces[last].text) if last is not None else None
    if last is None or figure is None:
        return tuple(pieces), ""
    kept = [*pieces[:last], pieces[last]._replace(text=pieces[last].text[: figure.start()])]
    return tuple(kept if kept[-1].text.strip() else kept[:-1]), figure[0].strip()
