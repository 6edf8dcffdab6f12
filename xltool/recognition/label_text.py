"""Normalise labels: white space, width, quotation marks, brackets and traditional characters are not significant."""

import unicodedata
from functools import cache, lru_cache

from xltool.forms.published_wording import load_published_wording

_EQUIVALENT_CHARACTERS = str.maketrans(
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
def normalise_label(label: str) -> str:
    """Return a label in normal form: "（七） 总计" and "(七)总计" become equal."""
    return "".join(unicodedata.normalize("NFKC", label).split()).translate(_character_shapes()).casefold()


def is_same_label(left: str, right: str) -> bool:
    """Return True if two labels have the same normal form."""
    return left == right or normalise_label(left) == normalise_label(right)


@cache
def _character_shapes() -> dict[int, str | int]:
    """Return the replacement of each variant character."""
    shapes: dict[int, str | int] = dict(_EQUIVALENT_CHARACTERS.items())
    shapes.update(load_published_wording().simplified_translation())
    return shapes
