"""The words and patterns of ``authoring.toml``."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

_BLANKS = re.compile(r"\s+")


def squeeze_text(text: str) -> str:
    """Return a text without any blanks, those of full width included."""
    return _BLANKS.sub("", text)


def search_word(group: str, key: str, text: str) -> re.Match[str] | None:
    """Search the pattern ``key`` in a text without its blanks."""
    return _compile_pattern(group, key).search(squeeze_text(text))


def matches_word(group: str, key: str, text: str) -> bool:
    """Return True if the pattern ``key`` describes the whole text, blanks apart."""
    return _compile_pattern(group, key).fullmatch(squeeze_text(text)) is not None


def remove_word(group: str, key: str, text: str) -> str:
    """Remove what the pattern ``key`` describes from a text without its blanks."""
    return _compile_pattern(group, key).sub("", squeeze_text(text))


def split_words(group: str, key: str, text: str) -> list[str]:
    """Split a text without its blanks at the pattern ``key``."""
    return _compile_pattern(group, key).split(squeeze_text(text))


def say_sentence(key: str, **facts: object) -> str:
    """Return a sentence of the definition with the facts put in."""
    return str(_load_words()["says"][key]).format_map(facts)


def list_words(group: str, key: str) -> list[str]:
    """Return a list of words."""
    return list(_load_words()[group][key])


@cache
def _compile_pattern(group: str, key: str) -> re.Pattern[str]:
    return re.compile(_load_words()[group][key])


@cache
def _load_words() -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / "authoring.toml").read_text("utf-8"))
