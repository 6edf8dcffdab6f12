"""Read a consolidated workbook back: the figures of every agency, its manifest, and the missing agencies."""

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal, DecimalException
from functools import lru_cache
from pathlib import PurePath
from typing import NamedTuple

from xltool.forms.cell_addresses import cell_address, parse_address
from xltool.forms.consolidated_layout import (
    ABSENT_KEY,
    BASIS_KEY,
    CODE_COLUMN,
    LACKING_KEY,
    LEADING_COLUMNS,
    TALLY_KEY,
)
from xltool.forms.identity import LEAF_PREFIX
from xltool.forms.workbook_words import workbook_words
from xltool.model.agency import Scope
from xltool.model.consolidation import FindingRecord
from xltool.model.form import CellKind, Form, Number, Severity
from xltool.model.submission import EntryState, ManifestItem, MeanBasis
from xltool.recognition.cell_values import interpret_cell
from xltool.spreadsheet.open_workbook import SkipRule
from xltool.spreadsheet.raw_workbook import RawCell, RawSheet, RawWorkbook

_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
_FINDING_COLUMNS = ("fingerprint", "severity", "code", "name", "change", "remark", "message", "file")  # of findings
_TEXT_COLUMNS = ("text", "code", "section", "paragraph")  # of the list of texts
LIST_KEYS = ("details", "findings", "tracking", "texts")  # sheets with a row for every agency, finding, file or text
_MAX_DECIMALS = 15  # the most a spreadsheet program stores; each figure was checked when it was summed


def list_sheet_names(keys: Iterable[str] = LIST_KEYS) -> frozenset[str]:
    """Return the names of the list sheets of a consolidated workbook."""
    return frozenset(workbook_words().summary.sheets[key] for key in keys)


def make_skip_rule() -> SkipRule:
    """Return the rule by which `open_workbook` leaves the list sheets of a consolidated workbook unread."""
    return SkipRule(
        workbook_words().sheets["identity"],
        lambda identity: list_sheet_names() if is_area_identity(identity) else frozenset(),
    )


def is_area_identity(identity: RawSheet) -> bool:
    """Return True for the identity sheet of a consolidated workbook."""
    return any(_text_at(identity, row, 2) == Scope.AREA for row in _find_identity_rows(identity, "scope"))


def read_details(workbook: RawWorkbook) -> dict[str, dict[str, Number | None]]:
    """Read the figures of every part of the sum, by agency code and cell id.

    Blank is None, not applicable is 0. Rows and columns are found by their ids, so that sorted sheets and added columns
    do not matter. Of two rows for one agency its own counts, not that for its area. Empty without a details sheet.
    """
    sheet = _find_sheet(workbook, workbook_words().summary.sheets["details"])
    rows = _group_by_row(sheet) if sheet else {}
    columns = _find_id_columns(rows)
    figures = {cell: column for cell, column in columns.items() if "." in cell}
    details_by_code: dict[str, dict[str, Number | None]] = {}
    for row in _find_part_rows(rows, columns):
        code = _cell_text(row, columns[CODE_COLUMN]).strip()
        if not code:  # an area without one
            continue
        if code not in details_by_code or _cell_text(row, columns.get("scope", 0)) == workbook_words().cover[Scope.OWN]:
            details_by_code[code] = {cell: _parse_figure(row.get(column)) for cell, column in figures.items()}
    return details_by_code


class ConsolidatedPart(NamedTuple):
    """One row of the details: the texts of its leading columns by their ids, its figures and its texts by cell id."""

    lead: Mapping[str, str]
    figures: Mapping[str, Number | None]
    texts: Mapping[str, str]


def read_parts(workbook: RawWorkbook, cell_ids: Container[str]) -> tuple[ConsolidatedPart, ...]:
    """Read every part of the sum in row order, with its figures for some cells."""
    sheet = _find_sheet(workbook, workbook_words().summary.sheets["details"])
    rows = _group_by_row(sheet) if sheet else {}
    columns = _find_id_columns(rows)
    wanted = {cell: column for cell, column in columns.items() if cell in cell_ids}
    lead = {key: column for key, column in columns.items() if key in LEADING_COLUMNS}
    return tuple(
        ConsolidatedPart(
            {key: _cell_text(row, column) for key, column in lead.items()},
            {cell: _parse_figure(row.get(column)) for cell, column in wanted.items()},
            {cell: _cell_text(row, column).strip() for cell, column in wanted.items()},
        )
        for row in _find_part_rows(rows, columns)
    )


def read_manifest(workbook: RawWorkbook) -> tuple[ManifestItem, ...]:
    """Read the reports listed on the identity sheet; empty for the workbook of one agency."""
    return tuple(
        ManifestItem(code, name, sha256) for code, name, sha256 in _read_identity_entries(workbook, LEAF_PREFIX)
    )


def read_absent(workbook: RawWorkbook) -> tuple[ManifestItem, ...]:
    """Read the agencies whose figures were missing when the workbook was written."""
    return tuple(ManifestItem(code, name, "") for code, name, _ in _read_identity_entries(workbook, ABSENT_KEY))


def read_lacking(workbook: RawWorkbook) -> dict[str, int]:
    """Read how many reports lack a figure, for each cell that some report lacks."""
    return {cell: int(count) for cell, count, _ in _read_identity_entries(workbook, LACKING_KEY) if count.isdecimal()}


def read_tallies(workbook: RawWorkbook) -> dict[str, dict[str, int]]:
    """Read how many reports chose each word, for each cell that is counted so."""
    tallies: dict[str, dict[str, int]] = {}
    for cell, word, count in _read_identity_entries(workbook, TALLY_KEY):
        if count.isdecimal():
            tallies.setdefault(cell, {})[word] = int(count)
    return tallies


def read_bases(workbook: RawWorkbook) -> dict[str, MeanBasis]:
    """Read what the means are made of."""
    bases = {}
    for cell, total, weight in _read_identity_entries(workbook, BASIS_KEY):
        with suppress(DecimalException):
            bases[cell] = MeanBasis(Decimal(total), Decimal(weight))
    return bases


def read_findings(workbook: RawWorkbook, severities: Mapping[str, Severity]) -> tuple[FindingRecord, ...] | None:
    """Read the listed findings; None where there is no such list. ``severities`` are by the word listed for each."""
    listed = _read_listing(workbook, "findings", workbook_words().summary.findings, _FINDING_COLUMNS)
    if listed is None:
        return None
    gone = {workbook_words().summary.findings[key] for key in ("gone", "past")}
    current = (row for row in listed if row["fingerprint"] and row["change"] not in gone)
    return tuple(_make_finding_record(row, severities) for row in current)


def read_finding_remarks(
    workbook: RawWorkbook, severities: Mapping[str, Severity]
) -> tuple[tuple[FindingRecord, str], ...]:
    """Read the listed findings beside which the coordinator wrote something, and what."""
    listed = _read_listing(workbook, "findings", workbook_words().summary.findings, _FINDING_COLUMNS) or ()
    return tuple(
        (_make_finding_record(row, severities), row["remark"].strip()) for row in listed if row["remark"].strip()
    )


def read_agency_texts(workbook: RawWorkbook, form: Form) -> dict[str, dict[str, str]]:
    """Read the texts of every agency by code and section; paragraphs as lines."""
    sections = {section.heading: section.id for section in form.sections}
    pieces: dict[str, dict[str, dict[int, str]]] = {}
    for row in _read_listing(workbook, "texts", workbook_words().summary.texts, _TEXT_COLUMNS) or ():
        section, number = sections.get(row["section"].strip()), row["paragraph"].strip()
        if section and number.isdecimal():
            paragraphs = pieces.setdefault(row["code"].strip(), {}).setdefault(section, {})
            paragraphs[int(number)] = paragraphs.get(int(number), "") + row["text"]
    return {
        code: {section: "\n".join(held[number] for number in sorted(held)) for section, held in own.items()}
        for code, own in pieces.items()
    }


def _read_listing(
    workbook: RawWorkbook, key: str, headings: Mapping[str, str], column_keys: Sequence[str]
) -> list[dict[str, str]] | None:
    """Read the rows of a list sheet, some columns of each by key; None where there is no such list."""
    sheet = _find_sheet(workbook, workbook_words().summary.sheets[key])
    rows = _group_by_row(sheet) if sheet else {}
    heads: dict[str, int] = {}
    first = 0
    for number, row in rows.items():
        texts_in_row = {cell.text: column for column, cell in row.items()}
        if headings[column_keys[0]] in texts_in_row and headings[column_keys[-2]] in texts_in_row:
            heads, first = texts_in_row, number
    if not heads:
        return None
    below = sorted(at for at in rows if at > first)
    return [{column: _cell_text(rows[at], heads.get(headings[column], 0)) for column in column_keys} for at in below]


def _make_finding_record(row: Mapping[str, str], severities: Mapping[str, Severity]) -> FindingRecord:
    who = row["code"] or row["name"]
    whose = (who or PurePath(row["file"]).name) if row["file"] else f"area {who}"
    fingerprint, _, code = row["fingerprint"].partition(" ")
    severity = severities.get(row["severity"], Severity.NOTE)
    return FindingRecord(fingerprint, whose, row["name"], severity, row["message"], code)


def _cell_text(row: Mapping[int, RawCell], column: int) -> str:
    cell = row.get(column)
    return cell.text if cell else ""


def _read_identity_entries(workbook: RawWorkbook, kind: str) -> Iterator[tuple[str, str, str]]:
    """Yield columns B to D of the rows of one kind on the identity sheet."""
    sheet = _find_sheet(workbook, workbook_words().sheets["identity"])
    if sheet is not None:
        for row in _find_identity_rows(sheet, kind):
            yield _text_at(sheet, row, 2), _text_at(sheet, row, 3), _text_at(sheet, row, 4)


def _find_identity_rows(identity: RawSheet, kind: str) -> list[int]:
    """Return the rows of one kind on an identity sheet, from the top."""
    rows = sorted(parse_address(spot)[0] for spot, cell in identity.cells.items() if cell.text == kind)
    return [row for row in dict.fromkeys(rows) if _text_at(identity, row, 1) == kind]


def _find_sheet(workbook: RawWorkbook, name: str) -> RawSheet | None:
    return next((sheet for sheet in workbook.sheets if sheet.name == name), None)


_CellRow = Mapping[int, RawCell]  # by column


def _group_by_row(sheet: RawSheet) -> dict[int, dict[int, RawCell]]:
    """Group the cells by row and column."""
    rows: dict[int, dict[int, RawCell]] = {}
    for spot, cell in sheet.cells.items():
        row, column = parse_address(spot)
        rows.setdefault(row, {})[column] = cell
    return rows


def _find_id_columns(rows: Mapping[int, _CellRow]) -> dict[str, int]:
    """Find the column of every id, in the row that has the most ids and the code among them."""
    columns: dict[str, int] = {}
    for row in rows.values():
        ids = {cell.text: column for column, cell in row.items() if _ID.fullmatch(cell.text)}
        if CODE_COLUMN in ids and len(ids) > len(columns):
            columns = ids
    return columns


def _find_part_rows(rows: Mapping[int, _CellRow], columns: Mapping[str, int]) -> list[_CellRow]:
    """Return the rows with the code or the name of an agency below the headings, from the top."""
    if CODE_COLUMN not in columns:
        return []
    keys = [columns[key] for key in (CODE_COLUMN, "name") if key in columns]
    named = {row: [_cell_text(cells, column).strip() for column in keys] for row, cells in rows.items()}
    heading = max(
        (row for row, texts in named.items() if texts[0] == workbook_words().summary.details["code"]), default=0
    )
    return [rows[row] for row, texts in sorted(named.items()) if row > heading and any(texts)]


def _text_at(sheet: RawSheet, row: int, column: int) -> str:
    cell = sheet.cells.get(cell_address(row, column))
    return cell.text if cell else ""


@lru_cache(maxsize=1 << 16)  # a long list has few different figures
def _parse_figure(raw_cell: RawCell | None) -> Number | None:
    meaning = interpret_cell(raw_cell, CellKind.AMOUNT, _MAX_DECIMALS)
    if meaning.state is EntryState.NOT_APPLICABLE:
        return 0
    value = meaning.value
    return int(value) if value is not None and value == int(value) else value
