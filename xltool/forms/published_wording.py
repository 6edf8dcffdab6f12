"""How published reports write what the forms print: character variants, numbering, page numbers, titles."""

import re
from functools import cache

import msgspec

from xltool.package_data import find_data_folder


class CharacterVariants(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Character variants, and at the same position of ``simplified`` the character the forms print."""

    traditional: str
    simplified: str


class PageNumberPatterns(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Patterns of a line that is only a page number, white space removed."""

    patterns: list[str]


class FigureMarks(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Text beside a figure that does not change its value.

    Patterns of note marks, and of the last figures of a table before a text; units of counted things; units of length,
    of one character; how a unit of money is printed above figures; words before a change in place of its sign.
    """

    marks: list[str]
    counted: list[str]
    lengths: list[str]
    unit_above: str
    before_text: str
    more: list[str]
    less: list[str]


class TitleWords(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What follows the year in a title, what surrounds and completes an agency's name, and sentences that state both.

    ``region`` and ``opening`` are patterns matched at the start of a text, the other patterns are searched in it.
    """

    year_signs: list[str]
    lead: list[str]
    trail: list[str]
    ends: list[str]
    region: str
    name_ends: list[str]
    page_words: list[str]
    no_name: str
    statements: list[str]
    periods: list[str]
    opening: str


class PublicationWords(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Patterns of a date, and of the words before the date of publication, white space removed."""

    stated: str
    date: str


class PublishedWording(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The content of ``templates/published.toml``.

    ``numerals`` are the characters of numbered headings, from one; ``words`` replace those the forms print.
    """

    numerals: str
    year_digits: str
    year_zeros: str
    variants: CharacterVariants
    words: dict[str, str]
    figures: FigureMarks
    pages: PageNumberPatterns
    titles: TitleWords
    publication: PublicationWords

    def simplified_translation(self) -> dict[int, int]:
        """Return a `str.translate` table from character variants to the characters the forms print."""
        return str.maketrans(self.variants.traditional, self.variants.simplified)


@cache
def load_published_wording() -> PublishedWording:
    """Load the wording shipped with the package."""
    return msgspec.toml.decode((find_data_folder("templates") / "published.toml").read_bytes(), type=PublishedWording)


@cache
def page_number_pattern() -> re.Pattern[str]:
    """Return the pattern of a text that is only a page number, white space removed."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in load_published_wording().pages.patterns))
