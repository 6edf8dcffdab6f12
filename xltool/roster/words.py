"""The words of a roster: headings of columns, cell values and rows that are no agency (``templates/roster.toml``)."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache

from xltool.model.agency_names import remove_invisible
from xltool.package_data import find_data_folder

_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


@cache
def load_words() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return the words of ``roster.toml``: group -> meaning -> accepted words, the most usual first."""
    text = (find_data_folder("templates") / "roster.toml").read_text("utf-8")
    return {group: {key: tuple(words) for key, words in table.items()} for group, table in tomllib.loads(text).items()}


@cache
def index_words(group: str) -> Mapping[str, str]:
    """Map every accepted word of a group, normalized, to its meaning."""
    return {normalize_word(word): meaning for meaning, words in load_words()[group].items() for word in words}


def normalize_word(text: str) -> str:
    """Return a word without blanks, underscores and differences of case and width."""
    return re.sub(r"[\s_]+", "", unicodedata.normalize("NFKC", remove_invisible(text))).casefold()


def find_heading(text: str) -> str | None:
    """Return the column a heading names; remarks in brackets, stars and colons do not matter."""
    plain = normalize_word(text)
    headings = index_words("columns")
    return headings.get(plain) or headings.get(_BRACKETED.sub("", plain).strip("*:"))


@cache
def _compile_pattern(key: str) -> re.Pattern[str]:
    return re.compile("|".join(load_words()["rows"][key]))


def is_total(text: str) -> bool:
    """Return True for the heading of a row of totals."""
    return _compile_pattern("total").fullmatch(normalize_word(text)) is not None


def is_remark(text: str) -> bool:
    """Return True for a text that is a heading within the list, or a remark below it, and no name of an agency."""
    return _compile_pattern("remark").match(normalize_word(text)) is not None
