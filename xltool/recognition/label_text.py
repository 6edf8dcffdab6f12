"""Whether two labels say the same: white space, width, quotation marks, brackets and traditional signs do not count."""

import unicodedata
from functools import cache, lru_cache

from xltool.forms.dialect import dialect

_ALIKE = str.maketrans(
    {
        "\u201c": '"',
        "\u201d": '"',
        "\u300c": '"',
        "\u300d": '"',
        "\u2018": '"',
        "\u2019": '"',
        "'": '"',
        "[": "(",
        "]": ")",
        "\u3014": "(",
        "\u3015": ")",
        "\u3010": "(",
        "\u3011": ")",
        "\u3001": ",",
        "\u00b7": ".",
    }
)


@lru_cache(maxsize=4096)
def plain(label: str) -> str:
    """A label reduced to what it says: "\uff08\u4e03\uff09 \u603b\u8ba1" and "(\u4e03)\u603b\u8ba1" become the same."""
    return "".join(unicodedata.normalize("NFKC", label).split()).translate(_shapes()).casefold()


def same_words(one: str, other: str) -> bool:
    """Whether two labels say the same."""
    return one == other or plain(one) == plain(other)


@cache
def _shapes() -> dict[int, str | int]:
    """Signs of another shape, and the one they stand for."""
    shapes: dict[int, str | int] = dict(_ALIKE.items())
    shapes.update(dialect().shapes())
    return shapes
