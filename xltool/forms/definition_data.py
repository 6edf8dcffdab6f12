"""The schema of definitions as data: the keys of each kind of entry; and a definition as plain lists and dicts."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

import msgspec

from xltool.forms.decode_definition import decode_definition
from xltool.forms.definition_problems import DefinitionProblems
from xltool.forms.schema import ClaimsSpec, FormSpec, RelationsSpec, TablesSpec

EntryKind = type[msgspec.Struct]
DEFINITION_FILES: Mapping[str, EntryKind] = {
    "form.toml": FormSpec,
    "tables.toml": TablesSpec,
    "relations.toml": RelationsSpec,
    "claims.toml": ClaimsSpec,
}
DefinitionData = dict[str, dict[str, Any]]  # the content of each file by its name, without what is left to its default


class KeyShape(StrEnum):
    """What a key of a definition holds."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    SWITCH = "switch"
    WORD = "word"  # one of the words of the schema
    TEXTS = "texts"
    NUMBERS = "numbers"
    WORDS = "words"
    ENTRIES = "entries"  # a list of entries with keys of their own
    ENTRY = "entry"  # one such entry, or none
    PAIRS = "pairs"  # texts by names that the author chooses

    @property
    def is_nested(self) -> bool:
        """Whether it is no single value."""
        return self in {KeyShape.ENTRIES, KeyShape.ENTRY, KeyShape.PAIRS}


class SchemaKey(NamedTuple):
    """A key of an entry; ``words`` are the words that a value may be, ``entry`` the kind of entry that it holds."""

    name: str
    shape: KeyShape
    required: bool
    default: object
    words: tuple[str, ...] = ()
    entry: EntryKind | None = None


_PLAIN: Mapping[object, KeyShape] = {
    str: KeyShape.TEXT,
    int: KeyShape.INTEGER,
    float: KeyShape.NUMBER,
    bool: KeyShape.SWITCH,
}
_LISTED = {KeyShape.TEXT: KeyShape.TEXTS, KeyShape.NUMBER: KeyShape.NUMBERS, KeyShape.WORD: KeyShape.WORDS}
_LISTED |= {KeyShape.ENTRY: KeyShape.ENTRIES}


def list_keys(entry_kind: EntryKind) -> tuple[SchemaKey, ...]:
    """Return the keys of a kind of entry in the order of the schema. Raises TypeError for a type without a shape."""
    hints = get_type_hints(entry_kind)
    keys = []
    for field in msgspec.structs.fields(entry_kind):
        default = field.default
        if field.default_factory is not msgspec.NODEFAULT:
            default = field.default_factory()
        shape, words, entry = _find_shape(hints[field.name])
        keys.append(
            SchemaKey(field.name, shape, field.required, None if field.required else default, words, entry),
        )
    return tuple(keys)


def _find_shape(hint: Any) -> tuple[KeyShape, tuple[str, ...], EntryKind | None]:
    members = [member for member in get_args(hint) if member is not type(None)]
    if get_origin(hint) is list:
        shape, words, entry = _find_shape(members[0])
        return _LISTED[shape], words, entry
    if get_origin(hint) is dict and members == [str, str]:
        return KeyShape.PAIRS, (), None
    if get_origin(hint) is Literal:
        return KeyShape.WORD, tuple(map(str, members)), None
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return KeyShape.ENTRY, (), hint
    if hint in _PLAIN:
        return _PLAIN[hint], (), None
    if set(members) == {int, float}:
        return KeyShape.NUMBER, (), None
    if len(members) == 1:
        return _find_shape(members[0])
    raise TypeError(str(hint))


def encode_entry(entry_spec: msgspec.Struct) -> dict[str, Any]:
    """Return an entry as plain data, without the keys that have their default."""
    found: dict[str, Any] = {}
    for key in list_keys(type(entry_spec)):
        value = getattr(entry_spec, key.name)
        if key.required or value != key.default:
            found[key.name] = _encode_value(value)
    return found


def _encode_value(data_value: object) -> object:
    match data_value:
        case msgspec.Struct():
            return encode_entry(data_value)
        case list():
            return [_encode_value(item) for item in data_value]
    return data_value


def read_definition_data(folder: Path) -> DefinitionData:
    """Return the definition in a folder as plain data. Raises DefinitionError."""
    problems = DefinitionProblems(folder.as_posix())
    data = {}
    for name, kind in DEFINITION_FILES.items():
        if (folder / name).is_file():
            spec = decode_definition((folder / name).read_bytes(), kind, problems, name)
            if spec is not None:
                data[name] = encode_entry(spec)
    problems.raise_first()
    return data
