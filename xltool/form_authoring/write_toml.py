"""Write a definition as TOML that people read and amend, with the office's words and addresses beside the ids."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from xltool.form_authoring.build_definition import Definition
from xltool.form_authoring.read_form_workbook import WorkbookReading
from xltool.form_authoring.table_draft import TableDraft
from xltool.forms.cell_addresses import cell_address, column_letters, parse_address
from xltool.forms.schema import BlockSpec, FormSpec, LabelSpec, ListSpec, RelationsSpec, SectionSpec, TableSpec

if TYPE_CHECKING:
    import msgspec

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_MAX_LINE = 100


def write_definition(definition: Definition, reading: WorkbookReading) -> dict[str, str]:
    """Return the text of each file of a definition by its name."""
    drafts = {draft.id: draft for draft in reading.drafts}
    return {
        "form.toml": "\n".join(_write_form(definition.form)),
        "tables.toml": "\n".join(
            [
                *(line for table in definition.tables.tables for line in (*_write_table(table, drafts[table.id]), "")),
                *(line for item in definition.tables.lists for line in (*_write_list(item), "")),
            ]
        ),
        "relations.toml": "\n".join(_write_relations(definition.relations)),
    }


def quote_toml(text: str) -> str:
    """Return a text as a TOML string."""
    return '"' + "".join(_ESCAPES.get(sign, sign if sign >= " " else f"\\u{ord(sign):04x}") for sign in text) + '"'


def write_value(value: object) -> str:
    """Return a value as TOML."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return quote_toml(value)
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case list() | tuple():
            return f"[{', '.join(map(write_value, value))}]"
    raise TypeError(type(value).__name__)


def list_settings(spec: "msgspec.Struct", leave_out: Sequence[str] = ()) -> Mapping[str, object]:
    """Return the settings of an entry that differ from their defaults, in the order of the schema."""
    kind = type(spec)
    required = len(kind.__struct_fields__) - len(kind.__struct_defaults__)
    defaults = dict(zip(kind.__struct_fields__[required:], kind.__struct_defaults__, strict=True))
    found = {}
    for name in kind.__struct_fields__:
        value = getattr(spec, name)
        default = defaults.get(name)
        default = [] if getattr(default, "factory", None) is list else default
        if name not in leave_out and (name not in defaults or value != default):
            found[name] = value
    return found


def _write_settings(spec: "msgspec.Struct", leave_out: Sequence[str] = ()) -> Iterator[str]:
    for name, value in list_settings(spec, leave_out).items():
        text = write_value(value)
        if isinstance(value, list) and len(text) > _MAX_LINE:
            yield f"{name} = ["
            yield from (f"  {write_value(item)}," for item in value)
            yield "]"
        else:
            yield f"{name} = {text}"


def _write_inline(spec: "msgspec.Struct") -> str:
    return f"{{ {', '.join(f'{name} = {write_value(value)}' for name, value in list_settings(spec).items())} }}"


def _write_form(form: FormSpec) -> Iterator[str]:
    groups = ("sections", "signature", "groups", "drafts", "headlines", "charts", "ranking")
    yield from _write_settings(form, groups)
    sections: list[SectionSpec] = form.sections
    for section in sections:
        yield from ("", "[[sections]]", *_write_settings(section))
    for name in ("signature", "groups", "drafts", "headlines"):
        for entry in getattr(form, name):
            yield from ("", f"[[{name}]]", *_write_settings(entry))
    for chart in form.charts:
        yield from ("", "[[charts]]", f"title = {quote_toml(chart.title)}", "items = [")
        yield from (f"  {_write_inline(item)}," for item in chart.items)
        yield "]"
    if form.ranking:
        yield from ("", "[ranking]", *_write_settings(form.ranking))
    yield ""


def _write_table(table_spec: TableSpec, draft: TableDraft) -> Iterator[str]:
    grid = draft.cells.grid
    yield f"# {draft.source.name}!{cell_address(grid.rows[0], grid.columns[0])}"
    yield "[[tables]]"
    yield from _write_settings(table_spec, ("labels", "blocks", "looks", "page"))
    if table_spec.page:
        yield f"page = {_write_inline(table_spec.page)}"
    labels: list[LabelSpec] = table_spec.labels
    yield "labels = ["
    yield from (f"  {_write_inline(label)}," for label in labels)
    yield "]"
    if table_spec.looks:
        yield "looks = ["
        yield from (f"  {_write_inline(look)}," for look in table_spec.looks)
        yield "]"
    for block in table_spec.blocks:
        yield from ("", "[[tables.blocks]]", *_write_block(block, draft))


def _write_list(list_spec: ListSpec) -> Iterator[str]:
    yield "[[lists]]"
    yield from _write_settings(list_spec, ("columns",))
    yield "columns = ["
    yield from (f"  {_write_inline(column)}," for column in list_spec.columns)
    yield "]"


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
    yield from _write_settings(block, ("first", "lines", "columns"))


def _heads_of(draft: TableDraft, grid_place: tuple[int, int]) -> tuple[str, str]:
    from xltool.form_authoring.guess_kinds import list_column_heads, list_row_heads

    item = draft.figures[grid_place].item
    rows = [head.cell.text for head in list_row_heads(draft.cells, item) if head.cell.text]
    columns = [head.cell.text for head in list_column_heads(draft.cells, item) if head.cell.text]
    one_line = [" ".join(reversed(words)).replace("\n", " ") for words in (rows, columns)]
    return one_line[0], one_line[1]


def _write_relations(relations_spec: RelationsSpec) -> Iterator[str]:
    if not relations_spec.relations:
        yield "relations = []"
    for relation in relations_spec.relations:
        yield from ("[[relations]]", *_write_settings(relation), "")
    for standard in relations_spec.standards:
        yield from ("[[standards]]", *_write_settings(standard), "")
