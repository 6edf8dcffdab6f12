"""Read the tree of agencies from a .csv or .xlsx roster; refuse one that contradicts itself.

Accepted headings and cell values are listed in ``templates/roster.toml``. Only this module imports openpyxl.
"""

import codecs
import csv
import io
import re
import tomllib
import unicodedata
import warnings
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xltool.errors import RosterError, find_system_fault
from xltool.model.agency import Agency, Roster, Scope
from xltool.package_data import find_data_folder

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell

REQUIRED_COLUMNS = ("code", "name")

# Excel keeps 15 digits: a longer code stored as a number has lost its last digits and is shown like 1.10112E+17.
MIN_INEXACT_CODE = 10**15
ROUNDED_CODE = re.compile(r"[0-9](\.[0-9]+)?E\+[0-9]+", re.IGNORECASE)
FORMULA_TEXT = re.compile(r'="([^"]*)"')  # used by some programs to keep leading zeros in a CSV file
ZEROS_FORMAT = re.compile(r"0+")
# 2025-03-01, 2025/3/1, 2025.3.1, 20250301 and the same with Chinese characters; an Excel date cell has a time
DAY_PATTERN = re.compile(r"(\d{4})[-/.\u5e74](\d{1,2})[-/.\u6708](\d{1,2})\u65e5?(?: 00:00:00)?")
LIST_SEPARATOR = re.compile(r"[\u3001\uff0c,;\uff1b\n]")  # between two codes or names in one cell

ZIP_SIGNATURE, OLE_SIGNATURE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class RosterRow(NamedTuple):
    """One row of the roster: its 1-based number in the file and its cells as text, "" if blank."""

    number: int
    cells: tuple[str, ...]


def read_roster(path: Path) -> Roster:
    """Read the agencies of a roster, in its order.

    The first row that is not blank holds the headings; ``code`` and ``name`` are required. Codes are text: leading
    zeros are kept, and a number shown as 110112114 is that text. A parent need not be on the roster.
    Raises RosterError (facts: file, and row where there is one) for an unreadable file, a missing column, an
    empty or repeated code, an empty name, an unknown word, a circle of parents, and for successors that are not on the
    roster, form a circle or belong to an agency that was not abolished.
    """
    rows = [row for row in _read_rows(path) if any(row.cells)]
    if len(rows) < 2:
        raise RosterError("roster.no_rows", file=path.name)
    columns = _find_columns(rows[0], path.name)
    agencies: dict[str, Agency] = {}
    where: dict[str, int] = {}
    for row in rows[1:]:
        agency = _parse_agency(row, columns, path.name)
        if agency.code in agencies:
            first = where[agency.code]
            raise RosterError("roster.duplicate_code", file=path.name, row=row.number, code=agency.code, first=first)
        agencies[agency.code] = agency
        where[agency.code] = row.number
    if loop := _find_loop(agencies):
        raise RosterError("roster.loop", file=path.name, row=where[loop[0]], codes=loop)
    _check_successors(agencies, where, path.name)
    return Roster(agencies, source=path.name)


def normalize_name(name: str) -> str:
    """Return a name without differences of width, white space and letter case."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def find_agency_by_name(roster: Roster | None, name: str) -> Agency | None:
    """Return the only agency of that name, else the only one of that former name, else None."""
    if roster is None:
        return None
    if not _last_name_index or _last_name_index[0][0] is not roster:
        _last_name_index[:] = [(roster, _index_names(roster))]
    return _last_name_index[0][1].get(normalize_name(name))


_last_name_index: list[tuple[Roster, Mapping[str, Agency | None]]] = []  # index of the roster used last


def _index_names(roster: Roster) -> Mapping[str, Agency | None]:
    """Map normalised names to agencies; None for a name that several share."""
    former: dict[str, Agency | None] = {}
    now: dict[str, Agency | None] = {}
    for agency in roster:
        for names, said in ((now, (agency.name,)), (former, agency.former_names)):
            for name in map(normalize_name, said):
                names[name] = None if name in names and names[name] is not agency else agency
    return former | now


# --- what the columns and cells mean --------------------------------------------------------------------------


@cache
def _load_words() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return the words of ``roster.toml``: group -> meaning -> accepted words, the most usual first."""
    text = (find_data_folder("templates") / "roster.toml").read_text("utf-8")
    return {group: {key: tuple(words) for key, words in table.items()} for group, table in tomllib.loads(text).items()}


@cache
def _index_words(group: str) -> Mapping[str, str]:
    """Map every accepted word of a group, normalised, to its meaning."""
    return {_normalize_word(word): meaning for meaning, words in _load_words()[group].items() for word in words}


def _normalize_word(text: str) -> str:
    """Return a word without blanks, underscores and differences of case and width."""
    return re.sub(r"[\s_]+", "", unicodedata.normalize("NFKC", text)).casefold()


def _find_columns(heading: RosterRow, file: str) -> Mapping[str, int]:
    """Map column ids to 0-based positions; unknown headings are ignored."""
    columns: dict[str, int] = {}
    for position, text in enumerate(heading.cells):
        column = _index_words("columns").get(_normalize_word(text))
        if column in columns:
            headings = (heading.cells[columns[column]], text)
            raise RosterError("roster.column_twice", file=file, row=heading.number, headings=headings)
        if column:
            columns[column] = position
    for column in REQUIRED_COLUMNS:
        if column not in columns:
            accepted = _load_words()["columns"][column]
            raise RosterError("roster.no_column", file=file, row=heading.number, accepted=accepted)
    return columns


def _parse_agency(row: RosterRow, columns: Mapping[str, int], file: str) -> Agency:
    values = {column: row.cells[at] for column, at in columns.items() if at < len(row.cells) and row.cells[at]}
    for column in REQUIRED_COLUMNS:
        if column not in values:
            raise RosterError(f"roster.empty_{column}", file=file, row=row.number)
    scope = _parse_choice("scope", values, row.number, file)
    rule_power = _parse_choice("rule_power", values, row.number, file)
    return Agency(
        code=_parse_code(values["code"], row.number, file),
        name=values["name"],
        parent=_parse_code(values["parent"], row.number, file) if "parent" in values else None,
        level=values.get("level"),
        scope=Scope(scope) if scope else Scope.OWN,
        rule_power=rule_power == "yes" if rule_power else None,
        contact=values.get("contact"),
        began=_parse_day(values.get("began"), row.number, file),
        ended=_parse_day(values.get("ended"), row.number, file),
        successors=tuple(_parse_code(code, row.number, file) for code in _split_list(values.get("successors"))),
        former_names=_split_list(values.get("former_names")),
    )


def _parse_day(text: str | None, row: int, file: str) -> date | None:
    """Parse a date in any usual notation; None for no text."""
    if text is None:
        return None
    try:
        match = DAY_PATTERN.fullmatch(unicodedata.normalize("NFKC", text).strip())
        return date(*map(int, match.groups())) if match else date.fromisoformat(text)
    except ValueError as error:
        raise RosterError("roster.no_day", file=file, row=row, text=text) from error


def _split_list(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in LIST_SEPARATOR.split(text or "") if part.strip())


def _check_successors(agencies: Mapping[str, Agency], where: Mapping[str, int], file: str) -> None:
    """Check that successors are consistent. Raises RosterError."""
    for agency in agencies.values():
        facts = {"file": file, "row": where[agency.code], "name": agency.name}
        if agency.successors and agency.ended is None:
            raise RosterError("roster.successor_of_the_living", **facts)
        if agency.began and agency.ended and agency.ended < agency.began:
            raise RosterError("roster.ended_before", **facts, began=agency.began, ended=agency.ended)
        for code in agency.successors:
            if code not in agencies:
                raise RosterError("roster.unknown_successor", **facts, code=code)
        pending, seen = list(agency.successors), set[str]()
        while pending:
            code = pending.pop()
            if code == agency.code:
                raise RosterError("roster.successor_of_itself", **facts)
            pending += [] if code in seen else agencies[code].successors
            seen.add(code)


def _parse_code(text: str, row: int, file: str) -> str:
    code = unicodedata.normalize("NFKC", text)
    if ROUNDED_CODE.fullmatch(code):
        raise RosterError("roster.rounded_code", file=file, row=row, code=code)
    return code


def _parse_choice(column: str, values: Mapping[str, str], row: int, file: str) -> str | None:
    """Return the meaning of a cell restricted to certain words; None if it is blank or the column is missing."""
    if column not in values:
        return None
    meaning = _index_words(column).get(_normalize_word(values[column]))
    if meaning is None:
        accepted = tuple(words[0] for words in _load_words()[column].values())
        raise RosterError("roster.unknown_word", file=file, row=row, word=values[column], accepted=accepted)
    return meaning


def _find_loop(agencies: Mapping[str, Agency]) -> tuple[str, ...]:
    """Return the codes of the first circle of parents, else ()."""
    safe: set[str] = set()
    for start in agencies:
        trail: list[str] = []
        agency: Agency | None = agencies[start]
        while agency and agency.code not in safe:
            if agency.code in trail:
                return tuple(trail[trail.index(agency.code) :])
            trail.append(agency.code)
            agency = agencies.get(agency.parent) if agency.parent else None
        safe.update(trail)
    return ()


# --- opening the file -----------------------------------------------------------------------------------------


def _read_rows(path: Path) -> Iterable[RosterRow]:
    """Return every row of the file, including blank ones. The first bytes, not the name, decide its format."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise RosterError("roster.not_found", file=str(path)) from error
    except OSError as error:
        raise RosterError("roster.unreadable", file=str(path), reason=find_system_fault(error)) from error
    if content.startswith(ZIP_SIGNATURE):
        return _read_workbook_rows(content, path.name)
    if content.startswith(OLE_SIGNATURE):
        raise RosterError("roster.old_workbook", file=path.name)
    return _read_text_rows(content, path.name)


def _read_text_rows(content: bytes, file: str) -> Iterator[RosterRow]:
    text = _decode_text(content, file)
    heading = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",\t;", key=heading.count), strict=True)
    number, width = 1, 0
    try:
        for fields in reader:
            cells = tuple(FORMULA_TEXT.sub(r"\1", field).strip() for field in fields)
            if not width and any(cells):
                width = len(cells)
            if any(cells[width:]):  # an unquoted separator within a cell has shifted the rest of the row
                raise RosterError("roster.extra_field", file=file, row=number, expected=width, found=len(cells))
            yield RosterRow(number, cells)
            number = reader.line_num + 1
    except csv.Error as error:
        raise RosterError("roster.unreadable", file=file, reason=str(error)) from error


def _decode_text(content: bytes, file: str) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RosterError("roster.undecodable", file=file)


def _read_workbook_rows(content: bytes, file: str) -> list[RosterRow]:
    """Return the rows of the first visible sheet, ignoring its stored dimensions."""
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # openpyxl warns about unsupported styles and extensions, which are not needed
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            sheet = next(sheet for sheet in book.worksheets if sheet.sheet_state == "visible")
            sheet.reset_dimensions()
            return [
                RosterRow(number, tuple(map(_show_cell, cells))) for number, cells in enumerate(sheet.iter_rows(), 1)
            ]
    except Exception as error:  # a damaged file makes openpyxl raise many types of exception
        raise RosterError("roster.unreadable", file=file, reason=type(error).__name__) from error


def _show_cell(cell: "Cell | MergedCell | ReadOnlyCell | EmptyCell") -> str:
    """Return a cell's displayed text: whole numbers without ".0" and with the zeros of their format; errors as ""."""
    value = cell.value
    if value is None or cell.data_type == "e":
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value).strip()
    if abs(value) >= MIN_INEXACT_CODE:
        return f"{value:.5E}"
    digits = str(int(value)) if value == int(value) else str(value)
    shown = str(cell.number_format)
    return digits.zfill(len(shown)) if ZEROS_FORMAT.fullmatch(shown) else digits
