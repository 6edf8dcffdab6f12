"""Many ledgers made quickly: one workbook of ``ledger new``, or as an office program saved it, filled in for each.

What is typed goes into the sheets of requests and disputes and into the list of texts, as a program saves it; all other
parts keep their bytes. Computed sheets keep the results of the workbook without lines: they are never read.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from tests.ledger import invented
from xltool.commands.ledger_workbooks import find_annual_plan
from xltool.commands.run_context import build_run_context
from xltool.forms.cell_addresses import column_letters
from xltool.ledger.ledger_definition import LedgerColumn, load_ledger_definition
from xltool.ledger.reading.ledger_words import shown_choices
from xltool.model.agency import Agency
from xltool.model.day_numbers import DAY_ZERO
from xltool.workbooks.ledger.ledger_layout import MIN_DISPUTE_LINES
from xltool.workbooks.ledger.write_ledger import LedgerRequest, build_ledger
from xltool.workbooks.replace_part import read_part, replace_parts

YEAR, ROOM = 2025, 2000
NAME, CODE = "示例市示例区示例街道办事处", "C0DE00"
FIRST_ROWS = {"xl/worksheets/sheet1.xml": 5, "xl/worksheets/sheet2.xml": 4}
STRINGS, PROPERTIES = "xl/sharedStrings.xml", "docProps/custom.xml"
Line = Mapping[str, Any]
_EMPTY_CELL = re.compile(r'<c r="([A-Z]+)[0-9]+"( s="[0-9]+")?/>')
_MAX_BYTES = 1 << 30


def build_issued_ledger(room: int = ROOM) -> bytes:
    """The workbook as it is handed out."""
    plan = find_annual_plan(YEAR, build_run_context())
    return build_ledger(plan, LedgerRequest(Agency(CODE, NAME), YEAR, room))


def count_lines_of(number: int) -> int:
    """How many requests an agency has in a year: 20 to 60."""
    return 20 + number * 17 % 41


class LedgerFiller:
    """Fills lines into copies of a workbook."""

    def __init__(self, issued: bytes) -> None:
        self._issued = issued
        self._parts = {name: read_part(issued, name, _MAX_BYTES).decode() for name in (*FIRST_ROWS, STRINGS)}
        self._texts = self._parts[STRINGS].count("<si>") + self._parts[STRINGS].count("<si/>")

    def fill_in(self, requests: Sequence[Line], cases: Sequence[Line], agency: tuple[str, str]) -> bytes:
        """The workbook with these lines, and of this agency by its name and code."""
        definition, texts = load_ledger_definition(), _TextList(self._texts)
        filled = {
            sheet: _fill_rows(self._parts[sheet], FIRST_ROWS[sheet], columns, lines, texts)
            for sheet, columns, lines in zip(
                FIRST_ROWS, (definition.requests, definition.disputes), (requests, cases), strict=True
            )
        }
        strings = self._parts[STRINGS].replace(CODE, agency[0]).replace(NAME, agency[1])
        filled[STRINGS] = strings.replace("</sst>", f"{''.join(texts.items)}</sst>")
        return replace_parts(self._issued, {name: text.encode() for name, text in filled.items()})


class _TextList:
    """New texts of the list, and their indexes."""

    def __init__(self, first: int) -> None:
        self._first, self._indexes = first, dict[str, int]()

    def find_index(self, text: str) -> int:
        return self._indexes.setdefault(text, self._first + len(self._indexes))

    @property
    def items(self) -> list[str]:
        return [f"<si><t>{escape(text)}</t></si>" for text in self._indexes]


def _fill_rows(sheet: str, first: int, columns: Sequence[LedgerColumn], lines: Sequence[Line], texts: _TextList) -> str:
    letters = {column_letters(at): column.id for at, column in enumerate(columns, start=1)}
    head, start, rest = sheet.partition(f'<row r="{first}"')
    rows = (start + rest).split("</row>", len(lines))
    for at, line in enumerate(lines):
        rows[at] = _EMPTY_CELL.sub(
            lambda cell, line=line: _fill_cell(cell, line.get(letters.get(cell[1], "")), texts),  # type: ignore[misc]
            rows[at],
        )
    return head + "</row>".join(rows)


def _fill_cell(cell: re.Match[str], value: Any, texts: _TextList) -> str:
    if value is None:
        return cell[0]
    if isinstance(value, date):
        value = (value - DAY_ZERO).days
    kind, shown = ("", value) if isinstance(value, int) else (' t="s"', texts.find_index(str(value)))
    return f"{cell[0][:-2]}{kind}><v>{shown}</v></c>"


def write_filled_ledgers(folder: Path, files: int, issued: bytes, lines: int | None = None) -> Iterator[Path]:
    """Write ledgers of invented requests, 20 to 60 in each or so many ``lines``; yield their paths."""
    filler, words = LedgerFiller(issued), shown_choices()
    for number in range(files):
        world = invented.invent_world(seed=number, each_year=lines or count_lines_of(number))
        requests, cases = (
            [{key: words.get(key, {}).get(value, value) for key, value in line.items()} for line in part]
            for part in (invented.requests_of(world, YEAR), invented.cases_of(world, YEAR))
        )
        path = folder / f"{number:05d}.xlsx"
        path.write_bytes(
            filler.fill_in(requests, cases[:MIN_DISPUTE_LINES], (f"{number:06d}", f"示例市第{number}街道办事处"))
        )
        yield path
