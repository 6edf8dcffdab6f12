"""What a value of a definition is as the content of a cell, and back.

A list of texts has a line an item. What would be read otherwise, an empty text or one with blanks at its ends, stands
as JSON: ``""``, ``["a", ""]``.
"""

import json
import math
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from xltool.form_authoring.definition_workbook import definition_words
from xltool.forms.definition_data import KeyShape, SchemaKey
from xltool.model.form import Number

CellValue = str | Number | None
_SEPARATORS = re.compile(r"[\s,，、;；]+")
_ID_OR_PLACE = re.compile(r"[A-Za-z0-9_.:]+")
_LINES = re.compile(r"\r\n?|\n")


class UnreadableCellError(ValueError):
    """A content that is no value of its key. ``problem`` is a code, ``known`` what may stand there."""

    def __init__(self, problem: str, known: Sequence[str] = ()) -> None:
        super().__init__(problem)
        self.problem = problem
        self.known = tuple(known)


# --- writing -------------------------------------------------------------------------------------------------------


def encode_value(schema_key: SchemaKey, data_value: Any) -> CellValue:
    """Return the content of a cell for a value."""
    match schema_key.shape:
        case KeyShape.SWITCH:
            return definition_words.say_words("yes" if data_value else "no")
        case KeyShape.WORD:
            return definition_words.show_word(schema_key.name, data_value) or '""'
        case KeyShape.INTEGER:
            return int(data_value)
        case KeyShape.NUMBER:
            return _encode_number(data_value)
        case KeyShape.NUMBERS:
            return ", ".join(str(_encode_number(item)) for item in data_value) or "[]"
        case KeyShape.TEXTS | KeyShape.WORDS:
            shown = [definition_words.show_word(schema_key.name, item) for item in data_value]
            plain = encode_texts(shown)
            return plain if _split_texts(schema_key, plain) == shown else json.dumps(shown, ensure_ascii=False)
    return encode_text(data_value)


def encode_text(text: str) -> str:
    """Return a text as it stands in a cell: as JSON where it would be read otherwise."""
    return json.dumps(text, ensure_ascii=False) if not text or text != text.strip() or _needs_quotes(text) else text


def encode_texts(texts: Sequence[str]) -> str:
    """Return texts a line each, as JSON where they would be read otherwise."""
    plain = "\n".join(texts)
    return plain if plain and split_lines(plain) == list(texts) else json.dumps(list(texts), ensure_ascii=False)


def _needs_quotes(text: str) -> bool:
    return "\r" in text or isinstance(_parse_json(text), str)


def _encode_number(data_value: int | float) -> Number:
    return int(data_value) if isinstance(data_value, int) or data_value.is_integer() else Decimal(repr(data_value))


# --- reading -------------------------------------------------------------------------------------------------------


def decode_value(schema_key: SchemaKey, cell_content: object) -> Any:
    """Return the value that a cell with a content gives its key. Raises UnreadableCellError."""
    match schema_key.shape:
        case KeyShape.SWITCH:
            return _decode_switch(cell_content)
        case KeyShape.WORD:
            return _decode_word(schema_key, decode_text(cell_content))
        case KeyShape.INTEGER | KeyShape.NUMBER:
            return _decode_number(cell_content, whole=schema_key.shape is KeyShape.INTEGER)
        case KeyShape.NUMBERS:
            listed = _parse_json(str(cell_content))
            parts = listed if isinstance(listed, list) else filter(None, _SEPARATORS.split(str(cell_content)))
            return [_decode_number(part, whole=False) for part in parts]
        case KeyShape.TEXTS:
            return _split_texts(schema_key, decode_text(cell_content, parse=False))
        case KeyShape.WORDS:
            return [
                _decode_word(schema_key, part)
                for part in _split_texts(schema_key, decode_text(cell_content, parse=False))
            ]
    return decode_text(cell_content)


def decode_text(cell_content: object, *, parse: bool = True) -> str:
    """Return the text in a cell: a number or date as people write it, JSON as what it says (unless not ``parse``)."""
    match cell_content:
        case bool():
            return definition_words.say_words("yes" if cell_content else "no")
        case datetime() if (cell_content.hour, cell_content.minute, cell_content.second) == (0, 0, 0):
            return cell_content.date().isoformat()
        case date():
            return cell_content.isoformat()
        case float():
            return str(int(cell_content)) if cell_content.is_integer() else repr(cell_content)
    text = _LINES.sub("\n", str(cell_content)).strip()
    found = _parse_json(text) if parse else None
    return found if isinstance(found, str) else text


def split_lines(text: str) -> list[str]:
    """Return the texts of a cell, a line each, or those of a JSON list."""
    found = _parse_json(text)
    if isinstance(found, list) and all(isinstance(item, str) for item in found):
        return found
    return [line.strip() for line in _LINES.split(text) if line.strip()]


def _split_texts(schema_key: SchemaKey, text: str) -> list[str]:
    """Return the texts of a list; ids and places may also stand in one line."""
    lines = split_lines(text)
    if schema_key.name in definition_words.list_key_words("lists")["ids"] and not text.startswith("["):
        return [part for line in lines for part in _split_line(line)]
    return lines


def _split_line(line: str) -> list[str]:
    parts = [part for part in _SEPARATORS.split(line) if part]
    return parts if all(_ID_OR_PLACE.fullmatch(part) for part in parts) else [line]


def _decode_switch(cell_content: object) -> bool:
    text = decode_text(cell_content).lower()
    for state, words in definition_words.list_key_words("switches").items():
        if text in words:
            return bool(state == "on")
    raise UnreadableCellError("not_a_word", [definition_words.say_words(word) for word in ("yes", "no")])


def _decode_word(schema_key: SchemaKey, text: str) -> str:
    word = definition_words.find_word(schema_key.name, text)
    if word not in schema_key.words:
        raise UnreadableCellError(
            "not_a_word", [definition_words.show_word(schema_key.name, known) for known in schema_key.words if known]
        )
    return word


def _decode_number(cell_content: object, *, whole: bool) -> int | float:
    try:
        number = float("nan" if isinstance(cell_content, bool) else str(cell_content).strip())
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or (whole and not number.is_integer()):
        raise UnreadableCellError("not_whole" if whole else "not_a_number")
    return int(number) if number.is_integer() else number


def _parse_json(text: str) -> Any:
    if text[:1] not in {'"', "["}:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None
