"""The lines of a text that is no table to any program: which of what stands in them are figures, and which words."""

import re
from typing import NamedTuple

from xltool.forms.dialect import page_number
from xltool.published.figures.row_tokens import Token, What, what_of
from xltool.published.labels.text_stream import FIGURE_SIGNS, Stream, plain

_FIGURE = re.compile(
    r"[0-9]{2,}\.|[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[+-]?(?:0|[1-9]\d*)(?:\.\d+)?|[/\u2013\u2014\u2015\u2212\u2500-]+"
)

_GLUED = re.compile(r"(.*[\u2e80-\u9fff\uff08-\uff09])([+-]?\d[\d.,]*)")


class Line(NamedTuple):
    """One line of a text: its figures, and its words in plain signs, each with the place in the line it begins at."""

    figures: tuple[Token, ...]
    words: tuple[str, ...]
    places: tuple[int, ...]

    @property
    def indented(self) -> bool:
        """Whether white space before its first word tells where in the width of a page it stands."""
        return min(self.places, default=0) > 0


def lines_between(found: Stream, start: int, stop: int) -> list[Line]:
    """The lines of text between two places of the stream; tables and page numbers are left out."""
    lines = []
    for piece in range(found.owner[start], found.owner[stop - 1] + 1 if stop > start else 0):
        first, last = max(start, found.starts[piece]), min(stop, found.starts[piece + 1])
        if first >= last or found.pieces[piece].table:
            continue
        begin = found.offset[first] if first > found.starts[piece] else 0
        text = found.pieces[piece].text[begin : found.offset[last - 1] + 1]
        if not page_number().fullmatch("".join(text.split())):
            lines.append(_line(text, piece))
    return lines


def _line(text: str, piece: int) -> Line:
    figures: list[Token] = []
    words: list[tuple[str, int]] = []
    for part in re.finditer(r"\S+", text):
        glued = _GLUED.fullmatch(part[0])
        label, figure = glued.groups() if glued else ("", part[0])
        if _FIGURE.fullmatch(plain(figure)) or _more_than_a_number(figure):
            figures.append(Token(figure, What.FIGURE, piece))
        else:
            label = part[0]
        if signs := plain(label):
            words.append((signs, part.start()))
    return Line(tuple(figures), tuple(word for word, _ in words), tuple(place for _, place in words))


def _more_than_a_number(part: str) -> bool:
    """Whether a part is a number with its unit, or a word for "does not apply"."""
    return not FIGURE_SIGNS.issuperset(plain(part)) and what_of(part, in_cell=False) is What.FIGURE
