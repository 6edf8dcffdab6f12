"""The words of ``definition_words.toml``: headings, meanings and examples of a definition workbook."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

WORDS_FILE = Path(__file__).parent / "definition_words.toml"


def find_heading(kind: str, key: str) -> str:
    """Return the heading of a key of an entry; the key itself if it has none yet."""
    return _find_key(kind, key)[0]


def find_meaning(kind: str, key: str) -> str:
    """Return what a key means, in a few words; "" if that is not known."""
    meaning = _find_key(kind, key)[1]
    for written, plain in _load_words()["plainly"].items():
        meaning = meaning.replace(written, plain)
    return meaning


def find_region_title(region: str) -> str:
    """Return the title of a region, such as ``tables.blocks``; the region itself if it has none yet."""
    return str(_load_words()["regions"].get(region, region))


def find_purpose(region: str) -> str:
    """Return what stands in a region, in a sentence; "" if that is not known."""
    return str(_load_words()["purposes"].get(region, ""))


def find_region_sheet(region: str) -> str:
    """Return the key of the sheet on which a region stands: its own, or that of its file."""
    sheets = _load_words()["sheets"]
    return str(sheets.get(region) or sheets[region.partition(".")[0]])


def find_owner_heading(region: str) -> str:
    """Return the heading above the names of the entries that own those of a region."""
    return str(_load_words()["owners"].get(region, find_region_title(region)))


def list_first_keys(region: str) -> tuple[str, ...]:
    """Return the keys that stand first in a region; the others follow in the order of the schema."""
    return tuple(_load_words()["order"].get(region, ()))


def find_usual(region: str) -> Mapping[str, str]:
    """Return what the required keys of a region hold where nothing is written, by key."""
    usual: Mapping[str, str] = _load_words()["usual"].get(region, {})
    return usual


def find_example(region: str) -> Mapping[str, str]:
    """Return the example row of a region: texts as they stand in the cells, by key."""
    examples: Mapping[str, str] = _load_words()["examples"].get(region, {})
    return examples


def show_word(key: str, word: str) -> str:
    """Return the Chinese word for a word of the schema; the word itself if it has none."""
    return str(_load_words()["values"].get(key, {}).get(word, word))


def find_word(key: str, shown: str) -> str:
    """Return the word of the schema for a Chinese one; the text itself if it is none."""
    known = {text: word for word, text in _load_words()["values"].get(key, {}).items()}
    return str(known.get(shown, shown))


def list_key_words(group: str) -> Mapping[str, Any]:
    """Return the words of a group by their keys."""
    words: Mapping[str, Any] = _load_words()[group]
    return words


def say_words(key: str, **facts: object) -> str:
    """Return a word or sentence of the workbook with the facts put in."""
    return str(_load_words()["says"][key]).format_map(facts)


def _find_key(kind: str, key: str) -> tuple[str, str]:
    name = "title_" if key == "title" else key
    words = _load_words()["keys"].get(kind, {}).get(name) or _load_words()["own_keys"].get(name, (key, ""))
    heading, meaning = words
    return str(heading), str(meaning)


@cache
def _load_words() -> Mapping[str, Any]:
    return tomllib.loads(WORDS_FILE.read_text("utf-8"))
