"""Read a definition workbook as the plain data of a definition, with every problem that it has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xltool.form_authoring.definition_workbook import definition_words
from xltool.form_authoring.definition_workbook.assemble_spelling import FormParts, assemble_parts
from xltool.form_authoring.definition_workbook.build_data import DefinitionBuilder
from xltool.form_authoring.definition_workbook.lay_out_regions import FIRST_CHOICE_ROW
from xltool.form_authoring.definition_workbook.printed_names import SpellingError
from xltool.form_authoring.definition_workbook.read_drawing import check_drawing, find_title_rows
from xltool.form_authoring.definition_workbook.read_regions import DefinitionRow, read_sheet_rows, show_content
from xltool.form_authoring.definition_workbook.regions import Region, list_regions
from xltool.form_authoring.definition_workbook.relation_spelling import RelationSpelling
from xltool.form_authoring.definition_workbook.split_blocks import (
    FIGURE_KEY,
    list_block_figures,
    make_single_region,
    split_block,
)
from xltool.form_authoring.definition_workbook.workbook_problems import WorkbookProblems
from xltool.form_authoring.office_workbooks.office_workbook import OfficeSheet, OfficeWorkbook
from xltool.forms.definition_data import DEFINITION_FILES, DefinitionData, EntryKind, SchemaKey, list_keys

OPTIONAL_SHEETS = frozenset({"claims"})  # of forms that compare the text with the tables
DRAWING, CHOICES = "drawing", "choices"


@dataclass(frozen=True)
class DefinitionReading:
    """What was read: the data of each file, the problems, and the labels that were mended on the drawing."""

    data: DefinitionData
    problems: WorkbookProblems
    mended: tuple[str, ...] = ()


def is_definition_workbook(office_book: OfficeWorkbook, sheet_names: Mapping[str, str]) -> bool:
    """Return True for a workbook in which a definition is written: by the names of its ``sheet_names``."""
    return sum(sheet.name in sheet_names.values() for sheet in office_book.sheets) >= MIN_SHEETS


_FOLLOWING = frozenset({"no_figure", "unknown_name", "ambiguous_name", "not_one_table"})  # where parts are missing
MIN_SHEETS = 3  # of those of a definition workbook; with them it is one


def read_definition_workbook(
    office_book: OfficeWorkbook,
    sheet_names: Mapping[str, str],
    file_kinds: Mapping[str, EntryKind] = DEFINITION_FILES,
) -> DefinitionReading:
    """Read a workbook whose sheets have the names of ``sheet_names`` by their keys."""
    problems = WorkbookProblems(office_book.file)
    found = {key: office_book.find_sheet(name) for key, name in sheet_names.items()}
    for key, sheet in found.items():
        if sheet is None and key not in OPTIONAL_SHEETS:
            problems.add("missing_sheet", sheet_names[key])
    for sheet in office_book.sheets:
        if sheet not in found.values() and any(not cell.is_blank for cell in sheet.cells.values()):
            problems.add("unknown_sheet", sheet.name, known=tuple(sheet_names.values()))
    regions, single = list_regions(file_kinds), make_single_region()
    rows = _collect_rows(found, (*regions, single), problems)
    choices = found.get(CHOICES)
    builder = DefinitionBuilder(problems, _read_choice_sets(choices, problems) if choices else {})
    nested = _list_nested_keys(file_kinds)
    for region in regions:
        if found.get(region.sheet) is not None:
            builder.add_region(region, rows.get(region.full_name, []), nested.get(region.full_name, ()))
    data = builder.data
    data = {file: content for file, content in data.items() if content or file in REQUIRED}
    drawing = found.get(DRAWING)
    title_rows = find_title_rows(drawing, problems) if drawing else None
    parts = assemble_parts(data, title_rows)
    if parts is None:
        return DefinitionReading(data, problems)
    problems.addresses.update(parts.drawing.addresses)
    mended: tuple[str, ...] = ()
    content = data.get("tables.toml")
    if drawing and content is not None and not parts.problems:
        tables = {entry.get("id", ""): entry for key in ("tables", "lists") for entry in content.get(key, [])}
        mended = check_drawing(drawing, parts.drawing, tables, problems)
    _split_singles(rows.get(single.full_name, []), single, builder, parts)
    renamed = assemble_parts(data, title_rows) if mended else None
    _translate_expressions(data, [form_parts.spelling for form_parts in (parts, renamed) if form_parts], problems)
    return DefinitionReading(data, problems, mended)


REQUIRED = frozenset({"form.toml", "tables.toml", "relations.toml"})


def _collect_rows(
    found_sheets: Mapping[str, OfficeSheet | None], regions: Sequence[Region], problems: WorkbookProblems
) -> dict[str, list[DefinitionRow]]:
    rows: dict[str, list[DefinitionRow]] = {}
    for key, sheet in found_sheets.items():
        if sheet is not None and key not in {DRAWING, CHOICES}:
            here = [region for region in regions if region.sheet == key]
            for region, row in read_sheet_rows(sheet, here, problems):
                rows.setdefault(region.full_name, []).append(row)
    return rows


def _read_choice_sets(office_sheet: OfficeSheet, problems: WorkbookProblems) -> dict[str, list[str]]:
    """Return the words of each set by its name: a column each, the name first."""
    sets: dict[str, list[str]] = {}
    names: dict[int, str] = {}
    example = definition_words.say_words("choices_example")
    for (row, column), cell in sorted(office_sheet.cells.items()):
        if row < FIRST_CHOICE_ROW or cell.is_blank:
            continue
        text = show_content(cell)
        if row == FIRST_CHOICE_ROW and text in sets:
            problems.add("duplicate_id", office_sheet.name, cell.address, text, other="")
        elif row == FIRST_CHOICE_ROW:
            names[column], sets[text] = text, []
        elif column not in names:
            problems.add("stray", office_sheet.name, cell.address, text)
        else:
            sets[names[column]].append(text)
    sets.pop(example, None)
    return sets


def _list_nested_keys(file_kinds: Mapping[str, EntryKind]) -> dict[str, tuple[SchemaKey, ...]]:
    """Return the keys that hold entries, of each region."""
    nested: dict[str, tuple[SchemaKey, ...]] = {}

    def collect(name: str, entry_kind: EntryKind) -> None:
        nested[name] = tuple(key for key in list_keys(entry_kind) if key.shape.is_nested)
        for key in nested[name]:
            if key.entry is not None:
                collect(f"{name}.{key.name}", key.entry)

    for file, kind in file_kinds.items():
        collect(file.partition(".")[0], kind)
    return nested


def _split_singles(
    definition_rows: Sequence[DefinitionRow], region: Region, builder: DefinitionBuilder, form_parts: FormParts
) -> None:
    """Divide the blocks of figures that have a row of their own."""
    for row in definition_rows:
        entry = builder.read_entry(region, row, keep_defaults=True)
        asked = str(entry.pop(FIGURE_KEY, ""))
        if not asked:
            continue
        name = form_parts.find_named_figure(asked)
        for table in builder.data.get("tables.toml", {}).get("tables", []):
            blocks = table.get("blocks", [])
            for at, block in enumerate(blocks):
                known = {
                    figure: (line, column) for figure, line, column in list_block_figures(str(table.get("id")), block)
                }
                if name in known:
                    blocks[at : at + 1] = split_block(block, *known[name], entry)
                    name = ""
                    break
        if name or name is None:
            cell = row.cells[FIGURE_KEY]
            builder.problems.add("unknown_figure", row.sheet, cell.address, asked)


def _translate_expressions(
    data: DefinitionData, spellings: Sequence[RelationSpelling], problems: WorkbookProblems
) -> None:
    """Turn every spelling of a relation into the language of definitions.

    ``spellings`` are those with the labels as listed and, where the drawing renames some, those with the new ones.
    """
    keys = definition_words.list_key_words("lists")["expressions"]
    for file, content in data.items():
        _translate_inside(content, file, "", keys, spellings, problems)


def _translate_inside(
    data_value: Any,
    file: str,
    data_path: str,
    keys: Sequence[str],
    spellings: Sequence[RelationSpelling],
    problems: WorkbookProblems,
) -> None:
    if isinstance(data_value, list):
        for number, item in enumerate(data_value, start=1):
            _translate_inside(item, file, f"{data_path}[{number}]", keys, spellings, problems)
    elif isinstance(data_value, dict):
        for key, item in data_value.items():
            here = f"{data_path}.{key}".lstrip(".")
            if key in keys and isinstance(item, str):
                try:
                    data_value[key] = problems.translated[item] = _read_relation(item, spellings)
                except SpellingError as error:
                    if problems.lacks_parts and error.problem in _FOLLOWING:
                        continue
                    place = problems.find_place(file, here, item)
                    where = (place.sheet, place.address) if place else ("", "")
                    problems.add(f"relation_{error.problem}", *where, item, part=error.part, known=error.known)
            else:
                _translate_inside(item, file, here, keys, spellings, problems)


def _read_relation(text: str, spellings: Sequence[RelationSpelling]) -> str:
    """Read a relation in the first spelling that knows its names. Raises SpellingError, as the last one does."""
    for spelling in spellings[:-1]:
        try:
            return spelling.read_relation(text)
        except SpellingError:
            continue
    return spellings[-1].read_relation(text)
