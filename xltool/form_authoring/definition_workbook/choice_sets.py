"""The sets of choices of a definition: each has a column of its own on the sheet of choices, and a name."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from xltool.form_authoring.definition_workbook import definition_words
from xltool.form_authoring.definition_workbook.cell_texts import encode_texts, split_lines

CHOICES_KEY = "choices"


def name_choice_sets(choosing_entries: Iterable[Mapping[str, Any]]) -> dict[tuple[str, ...], str]:
    """Return the name of every set of choices of these entries, equal ones once."""
    sets = dict.fromkeys(tuple(entry[CHOICES_KEY]) for entry in choosing_entries if entry.get(CHOICES_KEY))
    return {words: definition_words.say_words("choice_set", number=at) for at, words in enumerate(sets, start=1)}


def show_choices(choice_words: Sequence[str], set_names: Mapping[tuple[str, ...], str]) -> str:
    """Return what stands in the cell of an entry with these choices: the name of their set."""
    return set_names.get(tuple(choice_words)) or encode_texts(choice_words)


def find_choices(text: str, sets: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the choices that a cell names: those of a set, or the words themselves."""
    if text in sets:
        return list(sets[text])
    lines = split_lines(text)
    if len(lines) == 1 and not text.startswith("["):
        mark = definition_words.say_words("choice_mark")
        return [part.strip() for part in lines[0].split(mark) if part.strip()]
    return lines
