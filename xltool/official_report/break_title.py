"""Where a long title is broken: where its sense allows it, and into lines of about the same length."""

from collections.abc import Iterator, Sequence
from functools import cache

_OPENING, _CLOSING = "(\uff08", ")\uff09"
_TORN = 10.0  # signs of unevenness that are better than a break within a word
_NARROW = 0x2E7F  # signs up to here are half as wide as others


def in_lines(text: str, most: float, seams: Sequence[str]) -> tuple[str, ...]:
    """A text in as few lines as hold ``most`` signs each; ``seams`` are words behind which a break makes sense.

    A line that cannot be broken without tearing a number stays too long.
    """
    count = max(1, int(-(-width_of(text) // most)))
    return next((found for more in range(3) if (found := _best(text, count + more, most, seams))), (text,))


def _best(text: str, count: int, most: float, seams: Sequence[str]) -> tuple[str, ...]:
    """The best way to make ``count`` lines of a text, empty where there is none."""
    even = width_of(text) / count

    @cache
    def best(start: int, left: int) -> tuple[float, tuple[str, ...]] | None:
        if left == 1:
            return (_cost(text[start:], even), (text[start:],)) if width_of(text[start:]) <= most else None
        found = []
        for end in _ends(text, start, most):
            if rest := best(end, left - 1):
                torn = 0.0 if _seam(text, end, seams) else _TORN
                found.append((_cost(text[start:end], even) + torn + rest[0], (text[start:end], *rest[1])))
        return min(found, default=None)

    found = best(0, count)
    return found[1] if found else ()


def _ends(text: str, start: int, most: float) -> Iterator[int]:
    for end in range(start + 1, len(text)):
        if width_of(text[start:end]) > most:
            return
        before, after = text[end - 1], text[end]
        if after not in _CLOSING and before not in _OPENING and not before.isascii():
            yield end


def _seam(text: str, end: int, seams: Sequence[str]) -> bool:
    return text[end] in _OPENING or text[:end].endswith((*seams, *_CLOSING))


def _cost(line: str, even: float) -> float:
    return abs(width_of(line) - even)


def width_of(text: str) -> float:
    """How wide a text is, in signs of Chinese; digits and Latin letters are half as wide."""
    return sum(0.5 if ord(sign) <= _NARROW else 1.0 for sign in text)
