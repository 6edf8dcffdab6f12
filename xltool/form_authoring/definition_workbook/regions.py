"""The regions of a definition workbook, from the schema: each holds the entries of one kind, one below the other.

A key that is added to the schema gets its column here without further code.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from xltool.form_authoring.definition_workbook import definition_words
from xltool.forms.definition_data import DEFINITION_FILES, EntryKind, KeyShape, SchemaKey, list_keys

PAIR_KEYS = ("name", "text")  # the columns of a region of pairs
NAME_JOINT = "/"
NAMING_KEYS = ("id", "title", "label", "form")


class RegionForm(StrEnum):
    """How a region stands on its sheet."""

    SETTINGS = "settings"  # a key a row; a list has a row an item
    ROWS = "rows"  # an entry a row
    PAIRS = "pairs"  # a name and its text a row


@dataclass(frozen=True)
class Region:
    """Entries of one kind; ``key_path`` are the keys that lead to them from the root of their ``file``.

    ``single`` means that an owner has one such entry at most. ``entry_kind`` is the name of the struct.
    """

    file: str
    path: tuple[str, ...]
    form: RegionForm
    kind: str
    keys: tuple[SchemaKey, ...]
    single: bool = False

    @property
    def full_name(self) -> str:
        """The name, such as ``tables.tables.blocks``."""
        return ".".join((self.file.partition(".")[0], *self.path))

    @property
    def is_owned(self) -> bool:
        """Whether its entries belong to other entries."""
        return len(self.path) > 1

    @property
    def owner(self) -> str:
        """The name of the region of its owners."""
        return self.full_name.rpartition(".")[0]

    @property
    def title(self) -> str:
        """The title on the sheet."""
        return definition_words.find_region_title(self.full_name)

    @property
    def sheet(self) -> str:
        """The key of the sheet."""
        return definition_words.find_region_sheet(self.full_name)

    def find_heading(self, key: str) -> str:
        """Return the heading of a key."""
        return definition_words.find_heading(self.kind, key)

    def list_columns(self) -> list[SchemaKey]:
        """Return the keys in the order of their columns."""
        first = definition_words.list_first_keys(self.full_name)
        by_name = {key.name: key for key in self.keys}
        return [*(by_name[name] for name in first), *(key for key in self.keys if key.name not in first)]


def list_regions(file_kinds: Mapping[str, EntryKind] = DEFINITION_FILES) -> tuple[Region, ...]:
    """Return every region of the files, owners before what they own."""
    return tuple(region for file, kind in file_kinds.items() for region in _list_regions(file, kind, ()))


def _list_regions(
    file: str, entry_kind: EntryKind, key_path: tuple[str, ...], *, single: bool = False
) -> Iterator[Region]:
    keys = list_keys(entry_kind)
    plain = tuple(key for key in keys if not key.shape.is_nested)
    if plain or key_path:
        yield Region(
            file,
            key_path,
            RegionForm.ROWS if key_path else RegionForm.SETTINGS,
            entry_kind.__name__,
            plain,
            single=single,
        )
    for key in keys:
        if key.shape is KeyShape.PAIRS:
            pair = tuple(SchemaKey(name, KeyShape.TEXT, required=True, default=None) for name in PAIR_KEYS)
            yield Region(file, (*key_path, key.name), RegionForm.PAIRS, "Pair", pair)
        elif key.entry is not None:
            yield from _list_regions(file, key.entry, (*key_path, key.name), single=key.shape is KeyShape.ENTRY)


def iterate_entries(region: Region, file_content: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each entry of a region in the content of its file, with the name of its owner ("" for none)."""
    if region.form is RegionForm.PAIRS:
        for owner, entry in _descend(region.path[:-1], file_content):
            for name, text in entry.get(region.path[-1], {}).items():
                yield owner, dict(zip(PAIR_KEYS, (name, text), strict=True))
        return
    for name, entry in _descend(region.path, file_content):
        yield name.rpartition(NAME_JOINT)[0], entry


def _descend(key_path: Sequence[str], file_content: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return every entry to which a path leads, with its name."""
    level: list[tuple[str, dict[str, Any]]] = [("", dict(file_content))]
    for key in key_path:
        level = [
            (NAME_JOINT.join(filter(None, (owner, name))), entry)
            for owner, holder in level
            for name, entry in name_entries(_list_entries(holder.get(key)))
        ]
    return level


def _list_entries(data_value: Any) -> list[dict[str, Any]]:
    return data_value if isinstance(data_value, list) else [] if data_value is None else [data_value]


def name_entries(sibling_entries: Sequence[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Return each entry with the name by which others refer to it: its id or title, else its number if it has none."""
    texts = [str(next((entry[key] for key in NAMING_KEYS if entry.get(key)), "")) for entry in sibling_entries]
    return [
        (
            text
            if text and texts.count(text) == 1 and NAME_JOINT not in text
            else definition_words.say_words("numbered", number=number),
            entry,
        )
        for number, (text, entry) in enumerate(zip(texts, sibling_entries, strict=True), start=1)
    ]
