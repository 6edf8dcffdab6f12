"""The lines of a ledger behind the figures of a report, as rows of the identity sheet of the workbook made of them."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from xltool.model.contributions import CountedLine

LINES_PREFIX = "lines."  # key prefix of identity rows: (lines.<cell id>#<number>, a JSON list)
_MAX_ROW_CHARACTERS = 30_000  # a cell holds 32,767


def encode_counted_lines(lines_by_cell: Mapping[str, Sequence[CountedLine]]) -> tuple[tuple[str, str], ...]:
    """Return the rows for the lines behind each figure, in as many rows as they need; no row without lines."""
    return tuple(
        (f"{LINES_PREFIX}{cell}#{number}", text)
        for cell, behind in lines_by_cell.items()
        for number, text in enumerate(_encode_rows(behind), start=1)
    )


def _encode_rows(counted_lines: Iterable[CountedLine]) -> Iterator[str]:
    """Yield JSON lists: of names, and of pairs of name and amount where a line adds another amount than 1."""
    row: list[str] = []
    size = 2
    for line in counted_lines:
        item: object = line.name if line.amount == 1 else [line.name, str(line.amount)]
        text = json.dumps(item, ensure_ascii=False)
        if row and size + len(text) > _MAX_ROW_CHARACTERS:
            yield f"[{','.join(row)}]"
            row, size = [], 2
        row.append(text)
        size += len(text) + 1
    if row:
        yield f"[{','.join(row)}]"


def decode_counted_lines(identity_rows: Mapping[str, str]) -> dict[str, tuple[CountedLine, ...]]:
    """Return the lines behind each figure from the rows of an identity sheet; rows that somebody broke are left out."""
    numbered: dict[str, list[tuple[int, str]]] = {}
    for key, text in identity_rows.items():
        cell, mark, number = key.removeprefix(LINES_PREFIX).rpartition("#")
        if key.startswith(LINES_PREFIX) and mark and number.isdecimal():
            numbered.setdefault(cell, []).append((int(number), text))
    return {
        cell: tuple(line for _, text in sorted(parts) for line in _decode_row(text)) for cell, parts in numbered.items()
    }


def _decode_row(text: str) -> Iterator[CountedLine]:
    try:
        for item in json.loads(text):
            name, amount = item if isinstance(item, list) else (item, 1)
            yield CountedLine(str(name), amount if isinstance(amount, int) else Decimal(amount))
    except (ValueError, TypeError, InvalidOperation):
        return
