"""Give one figure of a block settings of its own: the block is divided around it, the places stay."""

from collections.abc import Iterator, Mapping
from typing import Any

from xltool.form_authoring.definition_workbook.regions import Region, RegionForm
from xltool.forms.cell_addresses import cell_address, parse_address
from xltool.forms.definition_data import KeyShape, SchemaKey, list_keys
from xltool.forms.schema import BlockSpec

FIGURE_KEY = "figure"  # the figure that a row is about: its id, or its address on the drawing
PLACING_KEYS = frozenset({"first", "lines", "columns", "direction", "span", "span_rows"})


def make_single_region() -> Region:
    """Return the region of single figures that differ from their block, with every setting of a block."""
    figure = SchemaKey(FIGURE_KEY, KeyShape.TEXT, required=True, default=None)
    settings = (key for key in list_keys(BlockSpec) if key.name not in PLACING_KEYS)
    return Region("tables.toml", ("single",), RegionForm.ROWS, BlockSpec.__name__, (figure, *settings))


def split_block(block: Mapping[str, Any], line: str, column: str, settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the blocks that a block becomes if the figure of a line and column has its own settings."""
    lines, columns = list(block["lines"]), list(block.get("columns", []))
    at, place = lines.index(line), columns.index(column) if columns else 0
    here = _cut_block(block, at, at + 1, 0, len(columns))
    pieces = [
        _cut_block(block, 0, at, 0, len(columns)),
        *([_cut_block(here, 0, 1, 0, place)] if columns else []),
        {**_cut_block(here, 0, 1, place, place + 1), **settings},
        *([_cut_block(here, 0, 1, place + 1, len(columns))] if columns else []),
        _cut_block(block, at + 1, len(lines), 0, len(columns)),
    ]
    return [piece for piece in pieces if piece["lines"] and (piece.get("columns") or not columns)]


def _cut_block(block: Mapping[str, Any], first: int, last: int, left: int, right: int) -> dict[str, Any]:
    """Return the lines ``first`` to ``last`` and the columns ``left`` to ``right`` of a block, ends excluded."""
    row, column = parse_address(block["first"])
    width = max(1, len(block.get("columns", [])))
    if block.get("direction") == "across":
        column += (first * width + left) * block.get("span", 1)
    else:
        row += first * block.get("span_rows", 1)
        column += left * block.get("span", 1)
    cut = {**block, "first": cell_address(row, column), "lines": list(block["lines"])[first:last]}
    return {**cut, "columns": list(block["columns"])[left:right]} if block.get("columns") else cut


def list_block_figures(table_id: str, block: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield id, line and column of every figure of a block."""
    for line in block.get("lines", []):
        for column in block.get("columns") or [""]:
            yield ".".join(filter(None, (table_id, line, column))), line, column
