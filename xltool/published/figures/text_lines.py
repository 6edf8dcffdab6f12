"""Split text lines outside tables into figures and words."""

import re
from typing import NamedTuple

from xltool.forms.published_wording import page_number_pattern
from xltool.published.figures.row_tokens import Token, TokenKind, classify_token
from xltool.published.labels.text_stream import FIGURE_CHARS, TextStream, normalize_text

_FIGURE = re.compile(
    r"[0-9]{2,}\.|[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[+-]?(?:0|[1-9]\d*)(?:\.\d+)?|[/\u2013\u2014\u2015\u2212\u2500-]+"
)

_GLUED = re.compile(r"(.*[\u2e80-\u9fff\uff08-\uff09])([+-]?\d[\d.,]*)")


class TextLine(NamedTuple):
    """One text line: its figures, its normalised words, and the start index of each word (``places``)."""

    figures: tuple[Token, ...]
    words: tuple[str, ...]
    places: tuple[int, ...]

    @property
    def indented(self) -> bool:
        """Whether white space before the first word gives its horizontal position."""
        return min(self.places, default=0) > 0


def text_lines_between(stream: TextStream, start: int, stop: int) -> list[TextLine]:
    """Return the text lines between two positions of the stream, without tables and page numbers."""
    lines = []
    for piece in range(stream.owner[start], stream.owner[stop - 1] + 1 if stop > start else 0):
        first, last = max(start, stream.starts[piece]), min(stop, stream.starts[piece + 1])
        if first >= last or stream.blocks[piece].table:
            continue
        begin = stream.offset[first] if first > stream.starts[piece] else 0
        text = stream.blocks[piece].text[begin : stream.offset[last - 1] + 1]
        if not page_number_pattern().fullmatch("".join(text.split())):
            lines.append(_split_line(text, piece))
    return lines


def _split_line(text: str, block: int) -> TextLine:
    figures: list[Token] = []
    words: list[tuple[str, int]] = []
    for part in re.finditer(r"\S+", text):
        glued = _GLUED.fullmatch(part[0])
        label, figure = glued.groups() if glued else ("", part[0])
        if _FIGURE.fullmatch(normalize_text(figure)) or _is_annotated_number(figure):
            figures.append(Token(figure, TokenKind.FIGURE, block))
        else:
            label = part[0]
        if signs := normalize_text(label):
            words.append((signs, part.start()))
    return TextLine(tuple(figures), tuple(word for word, _ in words), tuple(place for _, place in words))


def _is_annotated_number(part: str) -> bool:
    """Return True if a part is a number with its unit, or a word for "not applicable"."""
    return not FIGURE_CHARS.issuperset(normalize_text(part)) and classify_token(part, in_cell=False) is TokenKind.FIGURE
