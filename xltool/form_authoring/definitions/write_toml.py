"""Write a definition as TOML that people read and amend, with the office's words and addresses beside the ids."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from xltool.form_authoring.definitions.build_definition import Definition
from xltool.form_authoring.read_form_workbook import WorkbookReading
from xltool.form_authoring.tables.table_draft import TableDraft
from xltool.forms.cell_addresses import cell_address, column_letters, parse_address
from xltool.forms.definition_data import encode_entry
from xltool.forms.schema import BlockSpec, TableSpec

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_MAX_LINE = 100


def write_definition(definition: Definition, reading: WorkbookReading) -> dict[str, str]:
    """Return the text of each file of a definition by its name."""
    drafts = {draft.id: draft for draft in reading.drafts}
    tables = [line for table in definition.tables.tables for line in (*_write_table(table, drafts[table.id]), "")]
    lists = {"lists": [encode_entry(item) for item in definition.tables.lists]}
    return {
        "form.toml": write_definition_file(encode_entry(definition.form)),
        "tables.toml": "\n".join([*tables, *([write_definition_file(lists)] if definition.tables.lists else [])]),
        "relations.toml": write_definition_file(encode_entry(definition.relations)),
    }


def quote_toml(text: str) -> str:
    """Return a text as a TOML string."""
    return '"' + "".join(_ESCAPES.get(sign, sign if sign >= " " else f"\\u{ord(sign):04x}") for sign in text) + '"'


def write_value(data_value: object) -> str:
    """Return a value as TOML."""
    match data_value:
        case bool():
            return "true" if data_value else "false"
        case str():
            return quote_toml(data_value)
        case int():
            return str(data_value)
        case float():
            return str(int(data_value)) if data_value.is_integer() else repr(data_value)
        case list() | tuple():
            return f"[{', '.join(map(write_value, data_value))}]"
        case dict():
            return _write_inline(data_value)
    raise TypeError(type(data_value).__name__)


def write_definition_file(file_content: Mapping[str, Any]) -> str:
    """Return the text of a definition file for its plain data (see `forms.definition_data`)."""
    own = [name for name, value in file_content.items() if not _holds_entries(value)]
    lines = [*_write_settings({name: file_content[name] for name in own})]
    for name, value in file_content.items():
        if isinstance(value, dict):
            lines += ["", f"[{name}]", *_write_settings(value)]
        elif name not in own:
            for entry in value:
                lines += ["", f"[[{name}]]", *_write_entry(name, entry)]
    return "\n".join(lines).lstrip("\n") + "\n"


def _holds_entries(data_value: object) -> bool:
    return isinstance(data_value, dict) or (
        isinstance(data_value, list) and bool(data_value) and isinstance(data_value[0], dict)
    )


def _write_entry(name: str, entry_data: Mapping[str, Any]) -> Iterator[str]:
    """Yield an entry: entries within it on a line each, or with headings of their own where they are long."""
    long = [
        key
        for key, value in entry_data.items()
        if isinstance(value, list)
        and any(isinstance(item, dict) and len(_write_inline(item)) > _MAX_LINE for item in value)
    ]
    yield from _write_settings({key: value for key, value in entry_data.items() if key not in long})
    for key in long:
        for item in entry_data[key]:
            yield from ("", f"[[{name}.{key}]]", *_write_settings(item))


def _write_settings(settings: Mapping[str, Any]) -> Iterator[str]:
    for name, value in settings.items():
        key = _write_key(name)
        text = write_value(value)
        if isinstance(value, list) and (len(text) > _MAX_LINE or _holds_entries(value)):
            yield f"{key} = ["
            yield from (f"  {write_value(item)}," for item in value)
            yield "]"
        else:
            yield f"{key} = {text}"


def _write_inline(entry_data: Mapping[str, Any]) -> str:
    return f"{{ {', '.join(f'{_write_key(name)} = {write_value(value)}' for name, value in entry_data.items())} }}"


def _write_key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else quote_toml(name)


def _write_table(table_spec: TableSpec, draft: TableDraft) -> Iterator[str]:
    grid = draft.cells.grid
    yield f"# {draft.source.name}!{cell_address(grid.rows[0], grid.columns[0])}"
    yield "[[tables]]"
    settings = encode_entry(table_spec)
    yield from _write_settings({name: value for name, value in settings.items() if name != "blocks"})
    for block in table_spec.blocks:
        yield from ("", "[[tables.blocks]]", *_write_block(block, draft))


def _write_block(block: BlockSpec, draft: TableDraft) -> Iterator[str]:
    """Yield a block with the office's address and words beside each line and column."""
    row, column = parse_address(block.first)
    grid = draft.cells.grid
    yield f"first = {quote_toml(block.first)}"
    yield "lines = ["
    for at, line in enumerate(block.lines):
        place = (row + at * block.span_rows, column - draft.offset)
        words = _heads_of(draft, place)[0]
        yield f"  {quote_toml(line)},  # {cell_address(grid.rows[place[0] - 1], grid.columns[place[1] - 1])} {words}"
    yield "]"
    if block.columns:
        yield "columns = ["
        for at, name in enumerate(block.columns):
            place = (row, column - draft.offset + at * block.span)
            words = _heads_of(draft, place)[1]
            yield f"  {quote_toml(name)},  # {column_letters(grid.columns[place[1] - 1])} {words}".rstrip()
        yield "]"
    settings = encode_entry(block)
    yield from _write_settings({name: settings[name] for name in settings if name not in {"first", "lines", "columns"}})


def _heads_of(draft: TableDraft, grid_place: tuple[int, int]) -> tuple[str, str]:
    from xltool.form_authoring.tables.guess_kinds import list_column_heads, list_row_heads

    item = draft.figures[grid_place].item
    rows = [head.cell.text for head in list_row_heads(draft.cells, item) if head.cell.text]
    columns = [head.cell.text for head in list_column_heads(draft.cells, item) if head.cell.text]
    one_line = [" ".join(reversed(words)).replace("\n", " ") for words in (rows, columns)]
    return one_line[0], one_line[1]
