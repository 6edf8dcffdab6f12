"""Build the plain data of a definition from the rows of a definition workbook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import count
from typing import Any

from xltool.form_authoring.definition_workbook import definition_words
from xltool.form_authoring.definition_workbook.cell_texts import UnreadableCellError, decode_value
from xltool.form_authoring.definition_workbook.choice_sets import CHOICES_KEY, find_choices
from xltool.form_authoring.definition_workbook.read_regions import OWNER_KEY, DefinitionRow, show_content
from xltool.form_authoring.definition_workbook.regions import NAME_JOINT, PAIR_KEYS, Region, RegionForm, name_entries
from xltool.form_authoring.definition_workbook.workbook_problems import MIN_LIKENESS, ContentPlace, WorkbookProblems
from xltool.form_authoring.office_workbooks.office_workbook import OfficeCell
from xltool.forms.definition_data import DefinitionData, KeyShape, SchemaKey

_MISSING = object()


@dataclass
class _Owner:
    """An entry that holds others: its data, and its path in the file by numbers and by ids."""

    data: dict[str, Any]
    path: str = ""
    alias: str = ""


@dataclass
class DefinitionBuilder:
    """Builds a definition; ``sets`` are the sets of choices by name."""

    problems: WorkbookProblems
    sets: Mapping[str, Sequence[str]]
    data: DefinitionData = field(default_factory=dict)
    _owners: dict[str, dict[str, _Owner]] = field(default_factory=dict)  # by region and name
    _unknown_owners: set[tuple[str, str]] = field(default_factory=set)

    def add_region(self, region: Region, definition_rows: Sequence[DefinitionRow], nested: Sequence[SchemaKey]) -> None:
        """Add the entries of a region; ``nested`` are the keys of its kind that hold entries."""
        root = self.data.setdefault(region.file, {})
        match region.form:
            case RegionForm.SETTINGS:
                self._add_settings(region, definition_rows, _Owner(root))
            case RegionForm.PAIRS:
                self._add_pairs(region, definition_rows)
            case RegionForm.ROWS:
                self._add_entries(region, definition_rows, nested)

    # --- settings and pairs ---

    def _add_settings(self, region: Region, definition_rows: Sequence[DefinitionRow], owner: _Owner) -> None:
        known = {region.find_heading(key.name): key for key in region.keys} | {key.name: key for key in region.keys}
        by_key: dict[str, list[OfficeCell]] = {}
        sheet = definition_rows[0].sheet if definition_rows else definition_words.find_region_title(region.full_name)
        for row in definition_rows:
            name = row.cells.get("setting")
            text = show_content(name) if name else ""
            if text not in known:
                near = get_close_matches(text, known, 1, MIN_LIKENESS)
                self.problems.add(
                    "unknown_setting",
                    row.sheet,
                    row.address,
                    text,
                    near="".join(near),
                    known=tuple(known)[: len(region.keys)],
                )
            elif "content" in row.cells:
                by_key.setdefault(known[text].name, []).append(row.cells["content"])
        for key in region.keys:
            cells = by_key.get(key.name, [])
            values = [value for cell in cells if (value := self._read_cell(region, key, cell, sheet)) is not _MISSING]
            if values and key.shape in {KeyShape.TEXTS, KeyShape.WORDS, KeyShape.NUMBERS}:
                owner.data[key.name] = [item for value in values for item in value]
            elif values:
                owner.data[key.name] = values[0]
                for cell in cells[1:]:
                    self.problems.add(
                        "repeated_setting", sheet, cell.address, show_content(cell), head=region.find_heading(key.name)
                    )
            elif key.required and not cells:
                self.problems.add("missing_value", sheet, text=region.title, head=region.find_heading(key.name))
            self._note_places(region, owner, key.name, cells, sheet)
            self._drop_default(owner.data, key)

    def _note_places(
        self, region: Region, owner: _Owner, name: str, office_cells: Sequence[OfficeCell], sheet: str
    ) -> None:
        paths = [NAME_PATH.join(filter(None, (path, name))) for path in (owner.path, owner.alias)]
        for cell in office_cells:
            self.problems.places.append(
                ContentPlace(region.file, paths[0], paths[1], sheet, cell.address, show_content(cell))
            )

    def _add_pairs(self, region: Region, definition_rows: Sequence[DefinitionRow]) -> None:
        owners = self._find_owners(region)
        name_key, text_key = PAIR_KEYS
        for row in definition_rows:
            entry, owner_name = self.read_entry(region, row), self._find_owner(region, row, list(owners))
            if owner_name is None or not entry.keys() >= {name_key, text_key}:
                continue
            owner = owners[owner_name]
            pairs = owner.data.setdefault(region.path[-1], {})
            if entry[name_key] in pairs:
                self.problems.add("duplicate_id", row.sheet, row.address, entry[name_key], other=region.title)
            pairs.setdefault(entry[name_key], entry[text_key])
            self._note_places(region, owner, f"{region.path[-1]}.{entry[name_key]}", [row.cells[text_key]], row.sheet)

    # --- entries ---

    def _add_entries(
        self, region: Region, definition_rows: Sequence[DefinitionRow], nested: Sequence[SchemaKey]
    ) -> None:
        owners = self._find_owners(region)
        held: dict[str, list[tuple[DefinitionRow, dict[str, Any]]]] = {name: [] for name in owners}
        for row in definition_rows:
            name = self._find_owner(region, row, list(owners))
            if name is not None:
                held[name].append((row, self.read_entry(region, row, nested)))
        _fill_usual(region, [entry for members in held.values() for _, entry in members])
        self._owners[region.full_name] = {}
        for name, members in held.items():
            self._hold_entries(region, name, owners[name], members)

    def _find_owners(self, region: Region) -> dict[str, _Owner]:
        """Return the entries that may own those of a region, by name; the file itself for those without an owner."""
        return self._owners.get(region.owner, {}) if region.is_owned else {"": _Owner(self.data[region.file])}

    def _find_owner(self, region: Region, definition_row: DefinitionRow, owner_names: Sequence[str]) -> str | None:
        if not region.is_owned:
            return ""
        cell = definition_row.cells.get(OWNER_KEY)
        text = show_content(cell) if cell else owner_names[0] if len(owner_names) == 1 else ""
        if text in owner_names:
            return text
        if (region.full_name, text) not in self._unknown_owners:  # told once, however many rows
            self._unknown_owners.add((region.full_name, text))
            heading = definition_words.find_owner_heading(region.owner)
            at = cell.address if cell else definition_row.address
            self.problems.add("unknown_owner", definition_row.sheet, at, text, head=heading, known=tuple(owner_names))
        return None

    def _hold_entries(
        self, region: Region, owner_name: str, owner: _Owner, members: Sequence[tuple[DefinitionRow, dict[str, Any]]]
    ) -> None:
        """Put entries into their owner, and note where each of their values stands."""
        key = region.path[-1]
        entries = [entry for _, entry in members]
        if region.single and entries:
            owner.data[key] = entries[0]
            for row, _ in members[1:]:
                self.problems.add("second_entry", row.sheet, row.address, owner_name, title=region.title)
        elif entries:
            owner.data[key] = entries
        seen: dict[str, str] = {}
        for number, ((name, entry), (row, _)) in enumerate(zip(name_entries(entries), members, strict=True), start=1):
            step = key if region.single else f"{key}[{number}]"
            own_id = entry.get("id")
            alias = f"{key}.{own_id}" if own_id else step
            held = _Owner(
                entry, *(NAME_PATH.join(filter(None, parts)) for parts in ((owner.path, step), (owner.alias, alias)))
            )
            self._owners[region.full_name][NAME_JOINT.join(filter(None, (owner_name, name)))] = held
            for name_of_key, cell in row.cells.items():
                self._note_places(region, held, name_of_key, [cell], row.sheet)
            if isinstance(own_id, str) and "id" in row.cells:
                address = row.cells["id"].address
                if own_id in seen:
                    self.problems.add("duplicate_id", row.sheet, address, own_id, other=seen[own_id])
                seen.setdefault(own_id, address)

    def read_entry(
        self,
        region: Region,
        definition_row: DefinitionRow,
        nested: Sequence[SchemaKey] = (),
        *,
        keep_defaults: bool = False,
    ) -> dict[str, Any]:
        """Return the entry in a row; add what is wrong with it."""
        entry: dict[str, Any] = {key.name: [] for key in nested if key.required and key.shape is KeyShape.ENTRIES}
        for key in region.keys:
            cell = definition_row.cells.get(key.name)
            value = _MISSING if cell is None else self._read_cell(region, key, cell, definition_row.sheet)
            if value is not _MISSING:
                entry[key.name] = value
                if not keep_defaults:
                    self._drop_default(entry, key)
            elif (
                key.required
                and cell is None
                and key.name not in definition_words.find_usual(region.full_name)
                and region.full_name not in self.problems.unread_regions
            ):
                self.problems.add(
                    "missing_value",
                    definition_row.sheet,
                    definition_row.address,
                    show_content(next(iter(definition_row.cells.values()))),
                    head=region.find_heading(key.name),
                )
        return entry

    def _drop_default(self, entry_data: dict[str, Any], schema_key: SchemaKey) -> None:
        if (
            not schema_key.required
            and schema_key.name in entry_data
            and entry_data[schema_key.name] == schema_key.default
        ):
            del entry_data[schema_key.name]

    def _read_cell(self, region: Region, schema_key: SchemaKey, office_cell: OfficeCell, sheet: str) -> Any:
        """Return the value in a cell; `_MISSING` if it cannot be read."""
        content = office_cell.value
        head = region.find_heading(schema_key.name)
        if office_cell.formula:
            if schema_key.name not in definition_words.list_key_words("lists")["expressions"]:
                self.problems.add("formula", sheet, office_cell.address, show_content(office_cell), head=head)
                return _MISSING
            content = show_content(office_cell)
        if schema_key.name == CHOICES_KEY:
            return find_choices(show_content(office_cell), self.sets)
        try:
            return decode_value(schema_key, content)
        except UnreadableCellError as error:
            near = get_close_matches(str(content), error.known, 1, MIN_LIKENESS)
            self.problems.add(
                error.problem,
                sheet,
                office_cell.address,
                show_content(office_cell),
                head=head,
                near="".join(near),
                known=error.known,
            )
            return _MISSING


def _fill_usual(region: Region, entry_list: Sequence[dict[str, Any]]) -> None:
    """Give entries what is usual for a required key that is not written; an id the next number that is free."""
    usual = definition_words.find_usual(region.full_name)
    taken = {entry.get("id") for entry in entry_list}
    for entry in entry_list:
        numbers = (number for number in count(1) if usual.get("id", "").format(number=number) not in taken)
        for key in usual.keys() - entry.keys():
            entry[key] = usual[key].format(number=next(numbers)) if key == "id" else usual[key]
        taken.add(entry.get("id"))


NAME_PATH = "."
