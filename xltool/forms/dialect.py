"""How published reports write what the forms print: signs of another shape, numbering, page numbers, titles."""

import re
from functools import cache

import msgspec

from xltool.package_data import data_folder


class Variants(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Signs of another shape, and at the same place of ``simplified`` the sign the forms print."""

    traditional: str
    simplified: str


class Pages(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Patterns of a line that is a page number and nothing else, its white space left out."""

    patterns: list[str]


class Beside(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What may stand beside a figure and does not change it.

    Patterns of the marks of notes, units of things counted, how a unit of money is printed above figures, and words
    before a change in place of its sign.
    """

    marks: list[str]
    counted: list[str]
    unit_above: str
    more: list[str]
    less: list[str]


class Titles(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What follows the year in a title, what may stand around a name, and where else a text says its year."""

    year_signs: list[str]
    lead: list[str]
    trail: list[str]
    periods: list[str]


class Dialect(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Everything ``templates/published.toml`` says.

    ``numerals`` are the signs of numbered headings, from one; ``words`` stand in place of those the forms print.
    """

    numerals: str
    year_digits: str
    year_zeros: str
    variants: Variants
    words: dict[str, str]
    figures: Beside
    pages: Pages
    titles: Titles

    def shapes(self) -> dict[int, int]:
        """A translation of other shapes of signs into those the forms print."""
        return str.maketrans(self.variants.traditional, self.variants.simplified)


@cache
def dialect() -> Dialect:
    """The dialect as it travels with the package."""
    return msgspec.toml.decode((data_folder("templates") / "published.toml").read_bytes(), type=Dialect)


@cache
def page_number() -> re.Pattern[str]:
    """A text that is a page number and nothing else, its white space left out."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in dialect().pages.patterns))
