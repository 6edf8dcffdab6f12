"""Lay out the regions of a definition on its sheets: which cell holds what."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from xltool.form_authoring.definition_workbook import definition_words
from xltool.form_authoring.definition_workbook.cell_texts import CellValue, encode_value
from xltool.form_authoring.definition_workbook.choice_sets import CHOICES_KEY, name_choice_sets, show_choices
from xltool.form_authoring.definition_workbook.read_regions import MARK_COLUMN, OWNER_KEY
from xltool.form_authoring.definition_workbook.regions import (
    Region,
    RegionForm,
    iterate_entries,
    list_regions,
    name_entries,
)
from xltool.form_authoring.definition_workbook.relation_spelling import RelationSpelling
from xltool.form_authoring.definition_workbook.split_blocks import make_single_region
from xltool.forms.cell_addresses import cell_address
from xltool.forms.definition_data import DEFINITION_FILES, DefinitionData, EntryKind, KeyShape, SchemaKey

FIRST_REGION_ROW = 3  # below the title of the sheet and its explanation
OPEN_ROWS = 4  # left open below the entries of a region
SINGLE_AFTER = "tables.tables.blocks"
_EXPRESSIONS = "spelt"
FIRST_CHOICE_ROW = 3  # of the names of the sets, below the title and the explanation


class PlannedCell(NamedTuple):
    """A cell of a region. ``role`` is region, mark, heading, meaning, example, value or open."""

    row: int
    column: int
    content: CellValue
    role: str


class PlannedColumn(NamedTuple):
    """A column of a region: the words to choose from below its heading, and what it means."""

    column: int
    heading: str
    meaning: str
    words: tuple[str, ...] = ()


class PlannedRegion(NamedTuple):
    """The rows that a region takes: its title, its headings, and the rows to be filled in."""

    title: str
    row: int
    heading_row: int
    first_row: int
    last_row: int
    columns: tuple[PlannedColumn, ...]


@dataclass
class SheetPage:
    """One sheet: its cells and regions, and the addresses of values by region, owner, number and key."""

    cells: list[PlannedCell] = field(default_factory=list)
    regions: list[PlannedRegion] = field(default_factory=list)
    addresses: dict[tuple[str, str, int, str], str] = field(default_factory=dict)
    settings: dict[int, PlannedColumn] = field(default_factory=dict)  # by row, those with words to choose from
    next_row: int = FIRST_REGION_ROW


def lay_out_regions(
    data: DefinitionData, spelling: RelationSpelling, file_kinds: Mapping[str, EntryKind] = DEFINITION_FILES
) -> tuple[dict[str, SheetPage], dict[tuple[str, ...], str]]:
    """Return the page of each sheet by its key, and the name of each set of choices."""
    regions = list(list_regions(file_kinds))
    position = next((at for at, region in enumerate(regions) if region.full_name == SINGLE_AFTER), len(regions) - 1)
    regions.insert(position + 1, make_single_region())
    entries = [entry for region in regions for _, entry in _list_entries(region, data)]
    sets = name_choice_sets(entries)
    writer = _RegionWriter(data, spelling, sets)
    pages: dict[str, SheetPage] = {}
    for region in regions:
        if region.file in data or region.file not in _OPTIONAL_FILES:
            writer.write_region(region, pages.setdefault(region.sheet, SheetPage()))
    return pages, sets


_OPTIONAL_FILES = frozenset({"claims.toml"})


def _list_entries(region: Region, data: DefinitionData) -> list[tuple[str, dict[str, Any]]]:
    return list(iterate_entries(region, data.get(region.file, {})))


@dataclass(frozen=True)
class _RegionWriter:
    """Writes regions onto pages, one below the other."""

    data: DefinitionData
    spelling: RelationSpelling
    sets: Mapping[tuple[str, ...], str]

    def write_region(self, region: Region, page: SheetPage) -> None:
        """Write a region below what the page has already."""
        row = page.next_row
        is_settings = region.form is RegionForm.SETTINGS
        columns = list(_plan_settings() if is_settings else self._plan_columns(region))
        page.cells.append(
            PlannedCell(row, MARK_COLUMN, definition_words.say_words("region", title=region.title), "region")
        )
        page.cells.append(PlannedCell(row, MARK_COLUMN + 2, definition_words.find_purpose(region.full_name), "purpose"))
        heading_row = row + 1
        self._write_marked(page, heading_row, "heading", [column.heading for column in columns])
        first = heading_row + 1
        if is_settings:
            last = self._write_settings(region, page, first)
        else:
            example = definition_words.find_example(region.full_name)
            keys = self._list_column_keys(region)
            self._write_marked(page, first, "meaning", [column.meaning for column in columns])
            self._write_marked(page, first + 1, "example", [example.get(key, "") for key in keys])
            first += 2
            last = self._write_rows(region, page, first, keys)
        for open_row in range(last, last + OPEN_ROWS):
            page.cells += [PlannedCell(open_row, column.column, None, "open") for column in columns]
        page.regions.append(PlannedRegion(region.title, row, heading_row, first, last + OPEN_ROWS - 1, tuple(columns)))
        page.next_row = last + OPEN_ROWS + 1

    def _write_marked(self, page: SheetPage, row: int, mark: str, texts: Sequence[str]) -> None:
        page.cells.append(PlannedCell(row, MARK_COLUMN, definition_words.say_words(mark), "mark"))
        page.cells += [PlannedCell(row, at, text, mark) for at, text in enumerate(texts, start=MARK_COLUMN + 1)]

    def _list_column_keys(self, region: Region) -> list[str]:
        return [*([OWNER_KEY] if region.is_owned else []), *(key.name for key in region.list_columns())]

    def _plan_columns(self, region: Region) -> Iterator[PlannedColumn]:
        column = MARK_COLUMN + 1
        if region.is_owned:
            owners = tuple(name for name, _ in self._list_owners(region))
            heading = definition_words.find_owner_heading(region.owner)
            yield PlannedColumn(column, heading, definition_words.say_words("owner_meaning", heading=heading), owners)
            column += 1
        for at, key in enumerate(region.list_columns(), start=column):
            meaning = definition_words.find_meaning(region.kind, key.name)
            yield PlannedColumn(at, region.find_heading(key.name), meaning, self._list_words(key))

    def _list_words(self, schema_key: SchemaKey) -> tuple[str, ...]:
        if schema_key.name == CHOICES_KEY:
            return tuple(self.sets.values())
        if schema_key.shape is KeyShape.SWITCH:
            return tuple(definition_words.say_words(word) for word in ("yes", "no"))
        if schema_key.shape is KeyShape.WORD:
            return tuple(definition_words.show_word(schema_key.name, word) for word in schema_key.words if word)
        return ()

    def _list_owners(self, region: Region) -> list[tuple[str, dict[str, Any]]]:
        holders = self.data.get(region.file, {}).get(region.path[0], [])
        return name_entries(holders if isinstance(holders, list) else [holders] if holders else [])

    def _write_settings(self, region: Region, page: SheetPage, row: int) -> int:
        content = self.data.get(region.file, {})
        for key in region.keys:
            value = content.get(key.name)
            items = value if isinstance(value, list) else [value]
            meaning = definition_words.find_meaning(region.kind, key.name)
            heading, words = region.find_heading(key.name), self._list_words(key)
            if words:
                page.settings[row] = PlannedColumn(MARK_COLUMN + 2, heading, meaning, words)
            for number, item in enumerate(items or [None]):
                wrapped = [item] if key.shape in {KeyShape.TEXTS, KeyShape.NUMBERS, KeyShape.WORDS} else item
                shown = None if item is None else self._show(region, key, wrapped)
                note = meaning if number == 0 else ""
                cells = ((heading, "setting"), (shown, "value"), (note, "meaning"))
                page.cells += [
                    PlannedCell(row, at, text, role) for at, (text, role) in enumerate(cells, start=MARK_COLUMN + 1)
                ]
                row += 1
        return row

    def _write_rows(self, region: Region, page: SheetPage, row: int, keys: Sequence[str]) -> int:
        by_name = {key.name: key for key in region.keys}
        counts: dict[str, int] = {}
        for owner, entry in _list_entries(region, self.data):
            number = counts.get(owner, 0)
            counts[owner] = number + 1
            for column, name in enumerate(keys, start=MARK_COLUMN + 1):
                value: CellValue = owner if name == OWNER_KEY else None
                if name in by_name and (name in entry or _is_written(by_name[name])):
                    value = self._show(region, by_name[name], entry.get(name, by_name[name].default))
                page.cells.append(PlannedCell(row, column, value, "value"))
                page.addresses[region.full_name, owner, number, name] = cell_address(row, column)
            row += 1
        return row

    def _show(self, region: Region, schema_key: SchemaKey, data_value: Any) -> CellValue:
        if schema_key.name == CHOICES_KEY:
            return show_choices(data_value, self.sets)
        if (
            schema_key.name in definition_words.list_key_words("lists")[_EXPRESSIONS]
            and region.file == "relations.toml"
        ):
            return encode_value(schema_key, self.spelling.spell_relation(data_value))
        return encode_value(schema_key, data_value)


def _is_written(schema_key: SchemaKey) -> bool:
    """Return True for a key whose default is written out."""
    return not schema_key.required and schema_key.name in definition_words.list_key_words("written")["keys"]


def _plan_settings() -> Iterator[PlannedColumn]:
    for at, word in enumerate(("setting", "content", "meaning"), start=MARK_COLUMN + 1):
        yield PlannedColumn(at, definition_words.say_words(word), "")
