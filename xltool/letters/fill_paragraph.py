"""Fill the placeholders of one paragraph of a letter and say from which of its characters each new one comes."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

Facts = Mapping[str, str | Sequence[str]]  # by placeholder; several texts give one paragraph each

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_OPTIONAL = re.compile("\u3010([^\u3010\u3011]*)\u3011")  # 【…】


class FilledParagraph(NamedTuple):
    """The filled text, and for each of its characters the place of the character it replaces in the original."""

    text: str
    origins: tuple[int, ...]


def fill_each(text: str, facts: Facts) -> list[FilledParagraph]:
    """Fill a paragraph once for each text of a list; return none if nothing can be filled in."""
    lists = [name for name in PLACEHOLDER.findall(text) if not isinstance(facts[name], str)]
    singles = {name: fact for name, fact in facts.items() if isinstance(fact, str)}
    variants = [{**singles, lists[0]: item} for item in facts[lists[0]]] if lists else [singles]
    return [filled for variant in variants if (filled := fill_paragraph(text, variant))]


def fill_paragraph(text: str, facts: Mapping[str, str]) -> FilledParagraph | None:
    """Fill a paragraph; None if it has placeholders and none of them has a value.

    An optional part, in black lenticular brackets, is left out if it has placeholders and none of them has a value.
    Raises KeyError for an unknown placeholder.
    """
    names = PLACEHOLDER.findall(text)
    values = {name: facts[name] for name in names}
    if names and not any(values.values()):
        return None
    kept: list[tuple[str, int]] = []
    end = 0
    for match in _OPTIONAL.finditer(text):
        kept += _fill(text, end, match.start(), values)
        inside = PLACEHOLDER.findall(match[1])
        if not inside or any(values[name] for name in inside):
            kept += _fill(text, match.start(1), match.end(1), values)
        end = match.end()
    kept += _fill(text, end, len(text), values)
    return FilledParagraph("".join(piece for piece, _ in kept), tuple(place for _, place in kept))


def _fill(text: str, start: int, end: int, values: Mapping[str, str]) -> list[tuple[str, int]]:
    """Return the characters of a part with its placeholders filled, each with its place."""
    filled: list[tuple[str, int]] = []
    for match in PLACEHOLDER.finditer(text, start, end):
        filled += [(text[place], place) for place in range(start, match.start())]
        filled += [(character, match.start()) for character in values[match[1]]]
        start = match.end()
    return filled + [(text[place], place) for place in range(start, end)]
