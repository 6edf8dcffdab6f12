"""Recognize files that an earlier run of the same command wrote, so that they are not read as inputs."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from xltool.errors import ForeignFileError, RosterError, UnreadableFileError
from xltool.forms.identity import LETTER_MARK, LIST_PROPERTY, Identity, OwnList
from xltool.forms.period_words import fill_period
from xltool.forms.workbook_words import workbook_words
from xltool.model.agency import Agency, Roster, Scope
from xltool.recognition.identify_form import read_identity_sources
from xltool.roster.find_table import find_table
from xltool.roster.load_sheets import load_sheets
from xltool.spreadsheet.file_type import ZIP_SIGNATURE
from xltool.spreadsheet.ooxml.package import Package
from xltool.spreadsheet.open_workbook import open_named_sheets
from xltool.workbooks.template.distribution_list import clean_file_name

MAX_LEVEL_NAME_BYTES = 180  # without the suffix
_PAGE_MARK = b'<meta name="generator" content="xltool">'
_PAGE_HEAD_BYTES = 2048
_MAX_ROSTER_BYTES = 5_000_000
_TELLING_COLUMNS = frozenset({"parent", "level", "scope", "rule_power"})
# How exported tables begin, and the column that each of them has.
_TABLE_MARKS = (
    (b"PAR1", b"agency_code"),
    (b"SQLite format 3\0", b"agency_code"),
    (b"PAR1", b"area_code"),
    (b"\xef\xbb\xbfyear,agency_code,agency_name,", b""),
    (b"\xef\xbb\xbfyear,area_code,area_name,", b""),
    (b"\xef\xbb\xbfyear,period,list,row,agency_code,", b""),
)
_ANSWER = re.compile(rb'\s*\{\s*"(?:form|found)": [^\n]*\n(?s:.{0,400})"(?:counts|undecided)": ')
_CORE_PROPERTIES, _LETTER_IDENTIFIER = "docProps/core.xml", f">{LETTER_MARK}<".encode()
_YEAR = re.compile(r"\d{4}")


def is_consolidation_of(path: Path, area: Agency) -> bool:
    """Return True for a consolidated workbook of that area, of any year."""
    identity = _read_identity(path)
    own = identity is not None and identity.scope is Scope.AREA and not identity.imported
    return own and identity is not None and (identity.agency_code, identity.agency_name) == (area.code, area.name)


def is_own_list(path: Path, own_list: OwnList) -> bool:
    """Return True for a list of that kind that xltool wrote."""
    try:
        workbook = open_named_sheets(path, frozenset())
    except (UnreadableFileError, ForeignFileError):
        return False
    return workbook.properties.get(LIST_PROPERTY) == own_list.value


def is_imported_workbook(path: Path) -> bool:
    """Return True for a workbook that `xltool import` wrote."""
    identity = _read_identity(path)
    return identity is not None and bool(identity.imported)


def is_own_page(path: Path) -> bool:
    """Return True for an HTML page that xltool wrote."""
    try:
        with path.open("rb") as file:
            return _PAGE_MARK in file.read(_PAGE_HEAD_BYTES)
    except OSError:
        return False


def find_own_output(data: bytes) -> OwnList | None:
    """Return what the bytes of a file are that another command of ours wrote for people or programs, if they are."""
    if _PAGE_MARK in data[:_PAGE_HEAD_BYTES]:
        return OwnList.PAGE
    if data.startswith(ZIP_SIGNATURE):
        return OwnList.LETTER if _is_letter(data) else None
    if any(data.startswith(start) and mark in data for start, mark in _TABLE_MARKS):
        return OwnList.TABLES
    return OwnList.ANSWER if _ANSWER.match(data) else None


def _is_letter(data: bytes) -> bool:
    """Return True for a Word file that `letters` wrote."""
    try:
        package = Package(data)
        return _CORE_PROPERTIES in package and _LETTER_IDENTIFIER in package.read_whole(_CORE_PROPERTIES)
    except UnreadableFileError:
        return False


def is_roster(place: object, roster: Roster | None) -> bool:
    """Return True for a local file with a list of agencies: most of those of ``roster``, or one with their parents."""
    if not isinstance(place, Path) or place.stat().st_size > _MAX_ROSTER_BYTES:
        return False
    try:
        table = find_table(load_sheets(place), place.name)
    except RosterError:
        return False
    if roster is None:
        return bool(_TELLING_COLUMNS & table.columns.keys())
    listed = {row.cells[table.columns["code"]] for row in table.rows if len(row.cells) > table.columns["code"]}
    return len(listed & roster.agencies.keys()) * 2 >= len(roster)


def name_level_file(area: Agency, year: int | str) -> str:
    """Return the file name of the workbook of one level."""
    pattern = workbook_words().summary.shared["level_file"]
    if isinstance(year, str):
        name = pattern.format(code=area.code, area=area.name, year=year)
    else:
        name = fill_period(pattern, year, code=area.code, area=area.name)
    return f"{clean_file_name(name, MAX_LEVEL_NAME_BYTES)}.xlsx"


def find_level_files(folder: Path, areas: Iterable[Agency]) -> Iterator[tuple[Path, Agency]]:
    """Yield the existing files in ``folder`` that are named like the workbook of one of ``areas``, of any year."""
    files = [path for path in sorted(folder.iterdir()) if path.is_file()] if folder.is_dir() else []
    years = {year for path in files for year in _YEAR.findall(path.stem)}
    names = {name_level_file(area, year): area for area in areas for year in years}
    yield from ((path, names[path.name]) for path in files if path.name in names)


def _read_identity(path: Path) -> Identity | None:
    try:
        workbook = open_named_sheets(path, {workbook_words().sheets["identity"]})
    except (UnreadableFileError, ForeignFileError):
        return None
    return read_identity_sources(workbook).preferred
