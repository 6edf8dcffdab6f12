"""Decode a definition file into its schema; report every entry that does not fit, each with place and allowed values.

What does not fit is replaced by a neutral value, so that the rest of the file can be checked as well.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Literal, TypeVar, cast, get_args, get_origin

import msgspec

from xltool.forms.definition_problems import DefinitionProblems

_Spec = TypeVar("_Spec", bound=msgspec.Struct)
UNKNOWN_KEY = "?"
_POSITION = re.compile(r" \(at line (\d+), column (\d+)\)")
_NEUTRAL: Mapping[type, object] = {str: "", int: 0, float: 0.0, bool: False, list: [], dict: {}}


class ValueType(StrEnum):
    """What a value of a definition is; `messages` has a word for each."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    SWITCH = "switch"
    LIST = "list"
    GROUP = "group"


_VALUE_TYPES: Mapping[object, ValueType] = {
    str: ValueType.TEXT,
    int: ValueType.INTEGER,
    float: ValueType.NUMBER,
    bool: ValueType.SWITCH,
    list: ValueType.LIST,
}


def decode_definition(
    content: bytes | None, spec_type: type[_Spec], problems: DefinitionProblems, file: str
) -> _Spec | None:
    """Decode one file; add its mistakes to ``problems``. Return None if there is none or it cannot be parsed."""
    data = None if content is None else _parse_toml(content, problems, file)
    if data is None:
        problems.lose_file(file)
        return None
    try:
        return msgspec.convert(data, spec_type)
    except msgspec.ValidationError:
        return cast(_Spec, _Decoder(problems, file).decode_struct(data, spec_type, ""))


def make_neutral_spec(spec_type: type[_Spec]) -> _Spec:
    """Make what stands for a file that cannot be read, so that others can be checked: it is empty."""
    return cast(_Spec, _Decoder(DefinitionProblems(""), "").decode_struct({}, spec_type, ""))


def _parse_toml(content: bytes, problems: DefinitionProblems, file: str) -> dict[str, Any] | None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problems.add("not_utf8", file, file, row=content[: error.start].count(b"\n") + 1)
        return None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        lines = text.splitlines() or [""]
        match = _POSITION.search(str(error))
        row, column = (int(match[1]), int(match[2])) if match else (len(lines), len(lines[-1]))
        problems.add("syntax", file, file, row=row, column=column, key=lines[min(row, len(lines)) - 1].strip())
        return None


class _Decoder:
    """Decodes entry by entry, where the whole file does not fit."""

    def __init__(self, problems: DefinitionProblems, file: str) -> None:
        self._problems = problems
        self._file = file

    def decode_struct(self, data: object, struct_type: type[msgspec.Struct], place: str) -> msgspec.Struct:
        """Decode one entry; unknown keys are left out, missing ones neutral."""
        fields = {field.encode_name: field for field in msgspec.structs.fields(struct_type)}
        if not isinstance(data, dict):
            self._report_value(data, struct_type, place)
            data = {}
        meant: dict[str, object] = {}  # the values of misspelt keys
        for key in data:
            if key not in fields:
                near = get_close_matches(key, fields.keys() - data.keys(), 1)
                self._add("unknown_key", place, key=key, near=near[0] if near else "", known=tuple(fields))
                self._taint(data)
                if not near and ".blocks[" in place:  # it may have said where figures stand
                    self._problems.replace(self._file, f"{place}.{UNKNOWN_KEY}")
                meant |= dict.fromkeys(near, data[key])
        data = {**meant, **data}
        values: dict[str, object] = {}
        for key, field in fields.items():
            if key in data:
                values[field.name] = self._decode_value(data[key], field.type, f"{place}.{key}".lstrip("."), data)
            elif field.required:
                self._add("missing_key", place, key=key)
                self._problems.replace(self._file, f"{place}.{key}".lstrip("."))
                self._taint(data)
                values[field.name] = _neutral_value(field.type)
        return struct_type(**values)

    def _decode_value(self, data: object, kind: Any, place: str, owner: Mapping[str, object]) -> object:
        try:
            return msgspec.convert(data, kind)
        except msgspec.ValidationError:
            pass
        inner = _struct_of(kind)
        if inner and isinstance(data, list) and get_origin(kind) is list:
            items = [self.decode_struct(item, inner, f"{place}[{at}]") for at, item in enumerate(data, start=1)]
            self._taint(owner)
            return items
        if inner and isinstance(data, dict) and get_origin(kind) is not list:
            return self.decode_struct(data, inner, place)
        meant = self._report_value(data, kind, place)
        if meant:
            self._taint(owner)
            return meant
        self._problems.replace(self._file, place)
        self._taint(owner)
        return _neutral_value(kind)

    def _report_value(self, data: object, kind: Any, place: str) -> str:
        """Report a value that does not fit; return the word that was probably meant."""
        shown = str(data) if isinstance(data, str | int | float) and not isinstance(data, bool) else ""
        if choices := tuple(_literals(kind)):
            near = get_close_matches(shown, choices, 1)
            self._add("not_a_choice", place, key=shown, near=near[0] if near else "", known=choices)
            return near[0] if near else ""
        self._add("wrong_value", place, key=shown, wanted=_value_type(kind), given=_value_type(type(data)))
        return ""

    def _taint(self, data: Mapping[str, object]) -> None:
        """Note the table that an entry of ``tables.toml`` is."""
        if self._file == "tables.toml" and "size" in data and isinstance(data.get("id"), str):
            self._problems.misread.add(str(data["id"]))

    def _add(self, problem: str, place: str, **facts: object) -> None:
        self._problems.add(problem, self._file, place, **facts)


def _struct_of(kind: Any) -> type[msgspec.Struct] | None:
    """Return the entry that a type is, holds or may be."""
    candidates = (kind, *get_args(kind))
    return next((each for each in candidates if isinstance(each, type) and issubclass(each, msgspec.Struct)), None)


def _literals(kind: Any) -> Iterator[str]:
    if get_origin(kind) is Literal:
        yield from (str(each) for each in get_args(kind) if each != "")
    else:
        for each in get_args(kind):
            yield from _literals(each)


def _neutral_value(kind: Any) -> object:
    """Return a value of a type that breaks no other rule."""
    if choices := tuple(_literals(kind)):
        return choices[0]
    if type(None) in get_args(kind):
        return None
    return _NEUTRAL.get(get_origin(kind) or kind)


def _value_type(kind: Any) -> ValueType:
    """Return what a value of a type is; for an optional value, what it is where it is given."""
    origin = get_origin(kind)
    if origin is list:
        return ValueType.LIST
    plain = next((each for each in get_args(kind) if each is not type(None)), kind)
    return _VALUE_TYPES.get(plain, ValueType.GROUP)
