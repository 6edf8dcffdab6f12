"""The words of letters (``templates/letters.toml``): their kinds, paragraphs, placeholders and file names."""

from functools import cache

import msgspec

from xltool.package_data import find_data_folder


class LetterText(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One kind of letter: its name, title and paragraphs with placeholders."""

    name: str
    title: str
    paragraphs: list[str]


class LetterWords(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Everything ``letters.toml`` holds; ``letters`` by kind, ``placeholders`` by the name of the fact."""

    file: str
    file_twice: str
    max_listed: int
    more: str
    numbered: str
    day: str
    list: dict[str, str]
    placeholders: dict[str, str]
    letters: dict[str, LetterText]


@cache
def letter_words() -> LetterWords:
    """Load the words shipped with the package."""
    return msgspec.toml.decode((find_data_folder("templates") / "letters.toml").read_bytes(), type=LetterWords)
