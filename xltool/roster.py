"""The tree of agencies, read from a .csv or .xlsx roster; one that contradicts itself is refused. The door to openpyxl.

What the columns may be called, and the words their cells may use, is data: ``templates/roster.toml``.
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

from xltool.errors import RosterError
from xltool.model.agency import Agency, Roster, Scope
from xltool.package_data import data_folder

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell

REQUIRED = ("code", "name")

# Excel keeps 15 digits: a longer code stored as a number has lost its end, and is shown like 1.10112E+17.
EXACT_BELOW = 10**15
ROUNDED = re.compile(r"[0-9](\.[0-9]+)?E\+[0-9]+", re.IGNORECASE)
QUOTED_AS_FORMULA = re.compile(r'="([^"]*)"')  # how some programs keep leading zeros in a CSV
ZEROS = re.compile(r"0+")
# 2025-03-01, 2025/3/1, 2025.3.1, 20250301 and the same with the Chinese signs; a date cell of Excel has a time
DAY = re.compile(r"(\d{4})[-/.\u5e74](\d{1,2})[-/.\u6708](\d{1,2})\u65e5?(?: 00:00:00)?")
SEVERAL = re.compile(r"[\u3001\uff0c,;\uff1b\n]")  # between two codes or names in one cell

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class Row(NamedTuple):
    """One row of the roster: its 1-based number in the file, and its cells as text, "" where blank."""

    number: int
    cells: tuple[str, ...]


def read_roster(path: Path) -> Roster:
    """The agencies of a roster, in its order.

    The first row that is not blank names the columns; ``code`` and ``name`` are enough. Codes are text: leading
    zeros stay, and a number shown as 110112114 is that text. A parent that is not on the roster stands above it.
    Raises RosterError (facts: file, and row where there is one) for what cannot be read, a missing column, an
    empty or repeated code, an empty name, an unknown word, agencies that are each other's parent, and successors that
    are not on the roster, of an agency that was not abolished, or in a circle.
    """
    rows = [row for row in _rows(path) if any(row.cells)]
    if len(rows) < 2:
        raise RosterError("roster.no_rows", file=path.name)
    columns = _columns(rows[0], path.name)
    agencies: dict[str, Agency] = {}
    where: dict[str, int] = {}
    for row in rows[1:]:
        agency = _agency(row, columns, path.name)
        if agency.code in agencies:
            first = where[agency.code]
            raise RosterError("roster.duplicate_code", file=path.name, row=row.number, code=agency.code, first=first)
        agencies[agency.code] = agency
        where[agency.code] = row.number
    if loop := _loop(agencies):
        raise RosterError("roster.loop", file=path.name, row=where[loop[0]], codes=loop)
    _refuse_successors(agencies, where, path.name)
    return Roster(agencies, source=path.name)


def plain_name(name: str) -> str:
    """A name without what does not tell names apart: width, white space, letter case."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def called(roster: Roster | None, name: str) -> Agency | None:
    """The only agency of that name, else the only one that had it before; None where that is not one."""
    if roster is None:
        return None
    if not _names or _names[0][0] is not roster:
        _names[:] = [(roster, _by_name(roster))]
    return _names[0][1].get(plain_name(name))


_names: list[tuple[Roster, Mapping[str, Agency | None]]] = []  # of the roster that was asked last


def _by_name(roster: Roster) -> Mapping[str, Agency | None]:
    """Agencies by their names as told apart; None where several have one."""
    former: dict[str, Agency | None] = {}
    now: dict[str, Agency | None] = {}
    for agency in roster:
        for names, said in ((now, (agency.name,)), (former, agency.former_names)):
            for name in map(plain_name, said):
                names[name] = None if name in names and names[name] is not agency else agency
    return former | now


# --- what the columns and cells mean --------------------------------------------------------------------------


@cache
def _words() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """The words of ``roster.toml``: group -> meaning -> accepted words, the most usual first."""
    text = (data_folder("templates") / "roster.toml").read_text("utf-8")
    return {group: {key: tuple(words) for key, words in table.items()} for group, table in tomllib.loads(text).items()}


@cache
def _meanings(group: str) -> Mapping[str, str]:
    """Every accepted word of a group, plain -> what it means."""
    return {_plain(word): meaning for meaning, words in _words()[group].items() for word in words}


def _plain(text: str) -> str:
    """A word without what does not change it: blanks, underscores, case, width."""
    return re.sub(r"[\s_]+", "", unicodedata.normalize("NFKC", text)).casefold()


def _columns(heading: Row, file: str) -> Mapping[str, int]:
    """Column id -> 0-based position; headings of other columns are left out."""
    found: dict[str, int] = {}
    for position, text in enumerate(heading.cells):
        column = _meanings("columns").get(_plain(text))
        if column in found:
            both = (heading.cells[found[column]], text)
            raise RosterError("roster.column_twice", file=file, row=heading.number, headings=both)
        if column:
            found[column] = position
    for column in REQUIRED:
        if column not in found:
            accepted = _words()["columns"][column]
            raise RosterError("roster.no_column", file=file, row=heading.number, accepted=accepted)
    return found


def _agency(row: Row, columns: Mapping[str, int], file: str) -> Agency:
    held = {column: row.cells[at] for column, at in columns.items() if at < len(row.cells) and row.cells[at]}
    for column in REQUIRED:
        if column not in held:
            raise RosterError(f"roster.empty_{column}", file=file, row=row.number)
    scope = _choice("scope", held, row.number, file)
    rule_power = _choice("rule_power", held, row.number, file)
    return Agency(
        code=_code(held["code"], row.number, file),
        name=held["name"],
        parent=_code(held["parent"], row.number, file) if "parent" in held else None,
        level=held.get("level"),
        scope=Scope(scope) if scope else Scope.OWN,
        rule_power=rule_power == "yes" if rule_power else None,
        contact=held.get("contact"),
        began=_day(held.get("began"), row.number, file),
        ended=_day(held.get("ended"), row.number, file),
        successors=tuple(_code(code, row.number, file) for code in _several(held.get("successors"))),
        former_names=_several(held.get("former_names")),
    )


def _day(text: str | None, row: int, file: str) -> date | None:
    """A day, written as offices write days; None where there is none."""
    if text is None:
        return None
    try:
        found = DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
        return date(*map(int, found.groups())) if found else date.fromisoformat(text)
    except ValueError as error:
        raise RosterError("roster.no_day", file=file, row=row, text=text) from error


def _several(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in SEVERAL.split(text or "") if part.strip())


def _refuse_successors(agencies: Mapping[str, Agency], where: Mapping[str, int], file: str) -> None:
    """Raises RosterError where it cannot be said who carries on whose work."""
    for agency in agencies.values():
        facts = {"file": file, "row": where[agency.code], "name": agency.name}
        if agency.successors and agency.ended is None:
            raise RosterError("roster.successor_of_the_living", **facts)
        if agency.began and agency.ended and agency.ended < agency.began:
            raise RosterError("roster.ended_before", **facts, began=agency.began, ended=agency.ended)
        for code in agency.successors:
            if code not in agencies:
                raise RosterError("roster.unknown_successor", **facts, code=code)
        waiting, seen = list(agency.successors), set[str]()
        while waiting:
            code = waiting.pop()
            if code == agency.code:
                raise RosterError("roster.successor_of_itself", **facts)
            waiting += [] if code in seen else agencies[code].successors
            seen.add(code)


def _code(text: str, row: int, file: str) -> str:
    code = unicodedata.normalize("NFKC", text)
    if ROUNDED.fullmatch(code):
        raise RosterError("roster.rounded_code", file=file, row=row, code=code)
    return code


def _choice(column: str, held: Mapping[str, str], row: int, file: str) -> str | None:
    """The meaning of a cell that may only hold certain words; None where it is blank or there is no such column."""
    if column not in held:
        return None
    meaning = _meanings(column).get(_plain(held[column]))
    if meaning is None:
        accepted = tuple(words[0] for words in _words()[column].values())
        raise RosterError("roster.unknown_word", file=file, row=row, word=held[column], accepted=accepted)
    return meaning


def _loop(agencies: Mapping[str, Agency]) -> tuple[str, ...]:
    """The codes of the first agencies found to be each other's parent, else nothing."""
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


def _rows(path: Path) -> Iterable[Row]:
    """Every row of the file, blank ones too. What kind of file it is, its first bytes say, not its name."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise RosterError("roster.not_found", file=str(path)) from error
    except OSError as error:
        raise RosterError("roster.unreadable", file=str(path), reason=error.strerror) from error
    if content.startswith(ZIP):
        return _workbook_rows(content, path.name)
    if content.startswith(OLE):
        raise RosterError("roster.old_workbook", file=path.name)
    return _text_rows(content, path.name)


def _text_rows(content: bytes, file: str) -> Iterator[Row]:
    text = _decoded(content, file)
    heading = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",\t;", key=heading.count), strict=True)
    number, width = 1, 0
    try:
        for fields in reader:
            cells = tuple(QUOTED_AS_FORMULA.sub(r"\1", field).strip() for field in fields)
            if not width and any(cells):
                width = len(cells)
            if any(cells[width:]):  # a separator inside a name has moved the rest of the row
                raise RosterError("roster.extra_field", file=file, row=number, expected=width, found=len(cells))
            yield Row(number, cells)
            number = reader.line_num + 1
    except csv.Error as error:
        raise RosterError("roster.unreadable", file=file, reason=str(error)) from error


def _decoded(content: bytes, file: str) -> str:
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


def _workbook_rows(content: bytes, file: str) -> list[Row]:
    """The rows of the first visible sheet, whatever size the sheet says it has."""
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions it leaves out: not needed here
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            sheet = next(sheet for sheet in book.worksheets if sheet.sheet_state == "visible")
            sheet.reset_dimensions()
            return [Row(number, tuple(map(_cell_text, cells))) for number, cells in enumerate(sheet.iter_rows(), 1)]
    except Exception as error:  # openpyxl meets a damaged file with many kinds of exception, none of its own
        raise RosterError("roster.unreadable", file=file, reason=type(error).__name__) from error


def _cell_text(cell: "Cell | MergedCell | ReadOnlyCell | EmptyCell") -> str:
    """What a cell shows: a whole number without ".0" and with the zeros its format adds; an error as blank."""
    value = cell.value
    if value is None or cell.data_type == "e":
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value).strip()
    if abs(value) >= EXACT_BELOW:
        return f"{value:.5E}"
    digits = str(int(value)) if value == int(value) else str(value)
    shown = str(cell.number_format)
    return digits.zfill(len(shown)) if ZEROS.fullmatch(shown) else digits
