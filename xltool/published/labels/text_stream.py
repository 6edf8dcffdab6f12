"""Concatenate the blocks of a document to one normalised text in which every character keeps its source position."""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from xltool.errors import UnreadableFileError
from xltool.forms.published_wording import load_published_wording
from xltool.published.documents.document import MAX_BLOCKS, Block
from xltool.recognition import label_text

MAX_CHARS = 2_000_000  # a report has some 10,000; with its page rarely 100,000
_IGNORED_CHARS = frozenset(
    '\u200b\u200c\u200d\u2060\ufeff\u00ad"*#`~|'
)  # zero-width characters, quotation marks and markup
FULL_STOP = "\u3002"
FIGURE_CHARS = frozenset("0123456789.,+-/%\u2014\u2013\u2212\u2015\u2500")


@dataclass(frozen=True, slots=True)
class TextStream:
    """The normalised ``text`` of a document with source positions.

    ``owner[i]`` is the index of the block of character i, ``offset[i]`` its index in the text of that block;
    ``starts[k]`` is where block k begins in ``text``, and ``starts[-1]`` is the length of ``text``.
    """

    blocks: tuple[Block, ...]
    text: str
    owner: Sequence[int]
    offset: Sequence[int]
    starts: Sequence[int]

    def follows_space(self, at: int) -> bool:
        """Return True if white space or a block border stands before character ``at``."""
        if at == 0 or self.owner[at] != self.owner[at - 1]:
            return True
        text, first, last = self.blocks[self.owner[at]].text, self.offset[at - 1], self.offset[at]
        return any(sign.isspace() for sign in text[first + 1 : last])


@lru_cache(maxsize=70_000)
def normalize_char(char: str) -> str:
    """Normalise one character; "" for white space, quotation marks and markup."""
    if char in _IGNORED_CHARS:
        return ""
    shaped = label_text.normalise_label(char).translate(load_published_wording().simplified_translation())
    return "" if shaped in _IGNORED_CHARS else shaped


def normalize_text(text: str) -> str:
    """Normalise a text for the comparison of labels."""
    return "".join(map(normalize_char, text))


def build_stream(blocks: Iterable[Block]) -> TextStream:
    """Build the stream of all blocks. Raises UnreadableFileError above MAX_CHARS characters or MAX_BLOCKS blocks."""
    kept = tuple(blocks)
    if len(kept) > MAX_BLOCKS:
        raise UnreadableFileError("import.too_long", limit=MAX_BLOCKS)
    if sum(len(piece.text) for piece in kept) > MAX_CHARS:
        raise UnreadableFileError("import.too_long", limit=MAX_CHARS)
    signs: list[str] = []
    owner, offset, starts = array("l"), array("l"), array("l")
    for number, piece in enumerate(kept):
        starts.append(len(signs))
        for place, sign in enumerate(piece.text):
            for shaped in normalize_char(sign):
                signs.append(shaped)
                owner.append(number)
                offset.append(place)
    starts.append(len(signs))
    return TextStream(kept, _replace_variants("".join(signs)), owner, offset, starts)


def _replace_variants(text: str) -> str:
    """Replace variant words by the words of the forms; only words of equal length."""
    for other, usual in load_published_wording().words.items():
        text = text.replace(other, usual) if len(other) == len(usual) else text
    return text
