"""Break a long title between words into lines of similar length."""

from collections.abc import Iterator, Sequence
from functools import cache

_OPENING_BRACKETS, _CLOSING_BRACKETS = "(\uff08", ")\uff09"
_TORN_WORD_COST = 10.0  # a break within a word costs as much as ten characters of unevenness
_MAX_NARROW_CODE_POINT = 0x2E7F  # characters up to this one are half as wide


def break_into_lines(text: str, max_width: float, break_words: Sequence[str]) -> tuple[str, ...]:
    """Break a text into as few lines of at most ``max_width`` characters as possible.

    Break after one of ``break_words`` where that is possible. A line that could only be broken within a number stays
    too long.
    """
    count = max(1, int(-(-measure_width(text) // max_width)))
    return next(
        (lines for extra in range(3) if (lines := _find_best_lines(text, count + extra, max_width, break_words))),
        (text,),
    )


def _find_best_lines(text: str, count: int, most: float, seams: Sequence[str]) -> tuple[str, ...]:
    """Return the best division into ``count`` lines, () if there is none."""
    even = measure_width(text) / count

    @cache
    def best(start: int, left: int) -> tuple[float, tuple[str, ...]] | None:
        if left == 1:
            return (
                (_measure_unevenness(text[start:], even), (text[start:],))
                if measure_width(text[start:]) <= most
                else None
            )
        candidates = []
        for end in _find_breaks(text, start, most):
            if rest := best(end, left - 1):
                torn = 0.0 if _is_good_break(text, end, seams) else _TORN_WORD_COST
                candidates.append(
                    (_measure_unevenness(text[start:end], even) + torn + rest[0], (text[start:end], *rest[1]))
                )
        return min(candidates, default=None)

    result = best(0, count)
    return result[1] if result else ()


def _find_breaks(text: str, start: int, most: float) -> Iterator[int]:
    for end in range(start + 1, len(text)):
        if measure_width(text[start:end]) > most:
            return
        before, after = text[end - 1], text[end]
        if after not in _CLOSING_BRACKETS and before not in _OPENING_BRACKETS and not before.isascii():
            yield end


def _is_good_break(text: str, end: int, seams: Sequence[str]) -> bool:
    return text[end] in _OPENING_BRACKETS or text[:end].endswith((*seams, *_CLOSING_BRACKETS))


def _measure_unevenness(line: str, even: float) -> float:
    return abs(measure_width(line) - even)


def measure_width(text: str) -> float:
    """Return the width of a text in Chinese characters; digits and Latin letters are half as wide."""
    return sum(0.5 if ord(character) <= _MAX_NARROW_CODE_POINT else 1.0 for character in text)
