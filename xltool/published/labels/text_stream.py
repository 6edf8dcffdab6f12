"""The signs of a document one after the other, in the shape labels are compared in, each with where it came from."""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from xltool.errors import UnreadableFileError
from xltool.forms.dialect import dialect
from xltool.published.documents.document import Piece
from xltool.recognition import label_text as labels

SIGNS = 2_000_000  # a report has some 10,000; a page around it seldom 100,000
_UNSEEN = frozenset('\u200b\u200c\u200d\u2060\ufeff\u00ad"*#`~|')  # zero width, quotation and mark-up
FIGURE_SIGNS = frozenset("0123456789.,+-/%\u2014\u2013\u2212\u2015\u2500")


@dataclass(frozen=True, slots=True)
class Stream:
    """``text`` holds the signs; for each of them ``owner`` is its piece and ``offset`` its place in that piece's text.

    ``starts`` is where each piece begins in ``text``, and at the end the length of ``text``.
    """

    pieces: tuple[Piece, ...]
    text: str
    owner: Sequence[int]
    offset: Sequence[int]
    starts: Sequence[int]

    def spaced(self, at: int) -> bool:
        """Whether white space, or the border of two pieces, stands before a sign."""
        if at == 0 or self.owner[at] != self.owner[at - 1]:
            return True
        text, first, last = self.pieces[self.owner[at]].text, self.offset[at - 1], self.offset[at]
        return any(sign.isspace() for sign in text[first + 1 : last])


@lru_cache(maxsize=70_000)
def plain_sign(sign: str) -> str:
    """One sign in the shape labels are compared in; nothing for white space, quotation marks and mark-up."""
    if sign in _UNSEEN:
        return ""
    shaped = labels.plain(sign).translate(dialect().shapes())
    return "" if shaped in _UNSEEN else shaped


def plain(text: str) -> str:
    """A text in the shape labels are compared in."""
    return "".join(map(plain_sign, text))


def stream(pieces: Iterable[Piece]) -> Stream:
    """The signs of all pieces. Raises UnreadableFileError for more than any report has."""
    kept = tuple(pieces)
    if sum(len(piece.text) for piece in kept) > SIGNS:
        raise UnreadableFileError("import.too_long", limit=SIGNS)
    signs: list[str] = []
    owner, offset, starts = array("l"), array("l"), array("l")
    for number, piece in enumerate(kept):
        starts.append(len(signs))
        for place, sign in enumerate(piece.text):
            for shaped in plain_sign(sign):
                signs.append(shaped)
                owner.append(number)
                offset.append(place)
    starts.append(len(signs))
    return Stream(kept, _usual_words("".join(signs)), owner, offset, starts)


def _usual_words(text: str) -> str:
    """The text with the words the forms print in place of others as long."""
    for other, usual in dialect().words.items():
        text = text.replace(other, usual) if len(other) == len(usual) else text
    return text
