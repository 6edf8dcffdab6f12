"""A consolidated workbook read back as an archive: every agency's figures, whose reports it holds, whose it lacks."""

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import PurePath
from typing import NamedTuple

from xltool.forms.consolidated import ABSENT, CODE, LACKING, LEAD
from xltool.forms.furniture import words
from xltool.forms.identity import LEAF
from xltool.forms.places import address, place
from xltool.messages import catalogue as texts
from xltool.model.agency import Scope
from xltool.model.consolidation import Noted
from xltool.model.form import Form, Kind, Number, Severity
from xltool.model.submission import Leaf, State
from xltool.recognition.cell_values import interpret
from xltool.spreadsheet.raw_workbook import RawCell, RawSheet, RawWorkbook

_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
_TOLD = ("fingerprint", "severity", "code", "name", "message", "file")  # columns of the list of findings
_WRITTEN = ("text", "code", "section", "paragraph")  # of the list of texts
LISTS = ("details", "findings", "tracking", "texts")  # sheets with a row for every agency, finding, file or text
_DECIMALS = 15  # whatever a spreadsheet program can hold; each figure was judged when it was summed


def lists(keys: Iterable[str] = LISTS) -> frozenset[str]:
    """The names of the long sheets of a consolidated workbook."""
    return frozenset(words().summary.sheets[key] for key in keys)


def of_area(identity: RawSheet) -> bool:
    """Whether an identity sheet is that of a consolidated workbook."""
    return any(_text(identity, row, 2) == Scope.AREA for row in _rows(identity, "scope"))


def details(workbook: RawWorkbook) -> dict[str, dict[str, Number | None]]:
    """The figures of every part of the sum, by agency code and cell id, as sums take them.

    What was not filled in is None; what did not apply is 0. Rows and columns are found by their ids, so that a sheet
    somebody has sorted, or added columns to, is read all the same. Where an agency has a row of its own and one for its
    area, its own is meant. Empty for a workbook without such a sheet.
    """
    sheet = _sheet(workbook, words().summary.sheets["details"])
    rows = _grid(sheet) if sheet else {}
    columns = _ids(rows)
    figures = {cell: column for cell, column in columns.items() if "." in cell}
    found: dict[str, dict[str, Number | None]] = {}
    for row in _parts(rows, columns):
        code = row[columns[CODE]].text.strip()
        if code not in found or _scope(row, columns) == words().cover[Scope.OWN]:
            found[code] = {cell: _figure(row.get(column)) for cell, column in figures.items()}
    return found


class Part(NamedTuple):
    """One row of the details: the texts of its leading columns by their ids, and its figures by cell id."""

    lead: Mapping[str, str]
    figures: Mapping[str, Number | None]


def parts(workbook: RawWorkbook, cells: Container[str]) -> tuple[Part, ...]:
    """Every part of the sum, in the order of the rows, with its figures for ``cells``."""
    sheet = _sheet(workbook, words().summary.sheets["details"])
    rows = _grid(sheet) if sheet else {}
    columns = _ids(rows)
    wanted = {cell: column for cell, column in columns.items() if cell in cells}
    lead = {key: column for key, column in columns.items() if key in LEAD}
    return tuple(
        Part(
            {key: row[column].text if column in row else "" for key, column in lead.items()},
            {cell: _figure(row.get(column)) for cell, column in wanted.items()},
        )
        for row in _parts(rows, columns)
    )


def manifest(workbook: RawWorkbook) -> tuple[Leaf, ...]:
    """The reports inside, as its identity sheet lists them; empty for an agency's own workbook."""
    return tuple(Leaf(code, name, sha256) for code, name, sha256 in _listed(workbook, LEAF))


def absent(workbook: RawWorkbook) -> tuple[Leaf, ...]:
    """The agencies whose figures were missing when it was made."""
    return tuple(Leaf(code, name, "") for code, name, _ in _listed(workbook, ABSENT))


def lacking(workbook: RawWorkbook) -> dict[str, int]:
    """For each cell that some report inside gives no figure, how many do not."""
    return {cell: int(count) for cell, count, _ in _listed(workbook, LACKING) if count.isdecimal()}


def told(workbook: RawWorkbook) -> tuple[Noted, ...] | None:
    """The findings that are listed in it and stood when it was made; None where there is no such list."""
    named = _listing(workbook, "findings", words().summary.findings, _TOLD)
    return None if named is None else tuple(_noted(row) for row in named if row["fingerprint"])


def written(workbook: RawWorkbook, form: Form) -> dict[str, dict[str, str]]:
    """The text of every agency inside, by its code and by section, as far as it is listed; paragraphs as lines."""
    sections = {section.heading: section.id for section in form.sections}
    pieces: dict[str, dict[str, dict[int, str]]] = {}
    for row in _listing(workbook, "texts", words().summary.texts, _WRITTEN) or ():
        section, number = sections.get(row["section"].strip()), row["paragraph"].strip()
        if section and number.isdecimal():
            paragraphs = pieces.setdefault(row["code"].strip(), {}).setdefault(section, {})
            paragraphs[int(number)] = paragraphs.get(int(number), "") + row["text"]
    return {
        code: {section: "\n".join(held[number] for number in sorted(held)) for section, held in own.items()}
        for code, own in pieces.items()
    }


def _listing(
    workbook: RawWorkbook, key: str, say: Mapping[str, str], wanted: Sequence[str]
) -> list[dict[str, str]] | None:
    """The rows of one of the long lists, their ``wanted`` columns by key; None where there is no such list."""
    sheet = _sheet(workbook, words().summary.sheets[key])
    rows = _grid(sheet) if sheet else {}
    heads: dict[str, int] = {}
    first = 0
    for number, row in rows.items():
        found = {cell.text: column for column, cell in row.items()}
        if say[wanted[0]] in found and say[wanted[-2]] in found:
            heads, first = found, number
    if not heads:
        return None
    below = sorted(at for at in rows if at > first)
    return [{each: _cell(rows[at], heads.get(say[each], 0)) for each in wanted} for at in below]


def _noted(row: Mapping[str, str]) -> Noted:
    severities = {texts.word("severity", each): each for each in Severity}
    who = row["code"] or row["name"]
    whose = (who or PurePath(row["file"]).name) if row["file"] else f"area {who}"
    return Noted(row["fingerprint"], whose, row["name"], severities.get(row["severity"], Severity.NOTE), row["message"])


def _cell(row: Mapping[int, RawCell], column: int) -> str:
    cell = row.get(column)
    return cell.text if cell else ""


def _listed(workbook: RawWorkbook, kind: str) -> Iterator[tuple[str, str, str]]:
    """Columns B to D of the rows of one kind on the identity sheet, in their order."""
    sheet = _sheet(workbook, words().sheets["identity"])
    if sheet is not None:
        for row in _rows(sheet, kind):
            yield _text(sheet, row, 2), _text(sheet, row, 3), _text(sheet, row, 4)


def _rows(identity: RawSheet, kind: str) -> list[int]:
    """The rows of an identity sheet that are of one kind, from the top."""
    said = sorted(place(spot)[0] for spot, cell in identity.cells.items() if cell.text == kind)
    return [row for row in dict.fromkeys(said) if _text(identity, row, 1) == kind]


def _sheet(workbook: RawWorkbook, name: str) -> RawSheet | None:
    return next((sheet for sheet in workbook.sheets if sheet.name == name), None)


_Row = Mapping[int, RawCell]  # by column


def _grid(sheet: RawSheet) -> dict[int, dict[int, RawCell]]:
    """The cells by row and column."""
    rows: dict[int, dict[int, RawCell]] = {}
    for spot, cell in sheet.cells.items():
        row, column = place(spot)
        rows.setdefault(row, {})[column] = cell
    return rows


def _ids(rows: Mapping[int, _Row]) -> dict[str, int]:
    """Column of every id: the row of ids is the one with the most of them, that of the code among them."""
    found: dict[str, int] = {}
    for row in rows.values():
        ids = {cell.text: column for column, cell in row.items() if _ID.fullmatch(cell.text)}
        if CODE in ids and len(ids) > len(found):
            found = ids
    return found


def _parts(rows: Mapping[int, _Row], columns: Mapping[str, int]) -> list[_Row]:
    """The rows below the headings that belong to somebody, from the top."""
    if CODE not in columns:
        return []
    codes = {row: cells[columns[CODE]].text.strip() for row, cells in rows.items() if columns[CODE] in cells}
    heading = max((row for row, text in codes.items() if text == words().summary.details["code"]), default=0)
    return [rows[row] for row, text in sorted(codes.items()) if row > heading and text]


def _scope(row: _Row, columns: Mapping[str, int]) -> str:
    cell = row.get(columns.get("scope", 0))
    return cell.text if cell else ""


def _text(sheet: RawSheet, row: int, column: int) -> str:
    cell = sheet.cells.get(address(row, column))
    return cell.text if cell else ""


@lru_cache(maxsize=1 << 16)  # a long list has few different figures
def _figure(cell: RawCell | None) -> Number | None:
    meaning = interpret(cell, Kind.AMOUNT, _DECIMALS)
    if meaning.state is State.NOT_APPLICABLE:
        return 0
    value = meaning.value
    return int(value) if value is not None and value == int(value) else value
