"""Build copies of ledgers without what is private, and refuse one in which anything of it is left."""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from xltool.ledger.ledger_definition import load_ledger_definition
from xltool.ledger.ledger_entries import Ledger
from xltool.ledger.strip_ledger import find_leaks, list_private_texts, strip_ledger
from xltool.spreadsheet.raw_workbook import RawWorkbook
from xltool.workbooks.ledger_copy import format_copy_title, write_ledger_copy
from xltool.workbooks.replace_part import list_part_names, read_part
from xltool.workbooks.template.distribution_list import clean_file_name

_MAX_PART_BYTES = 1 << 30
_MAX_NAME_BYTES = 200  # without the suffix


class LedgerCopy(NamedTuple):
    """A copy; None if something private is left in it, which stood at the ``leaks``."""

    content: bytes | None
    leaks: tuple[str, ...] = ()


def build_ledger_copy(workbook: RawWorkbook, ledger: Ledger) -> LedgerCopy:
    """Build the copy of a ledger that may leave the office, and search it for everything private."""
    stripped, title = strip_ledger(ledger), format_copy_title(ledger.year, ledger.agency.name)
    content = write_ledger_copy(stripped, title)
    empty_copy = write_ledger_copy(replace(stripped, requests=(), disputes=()), title)
    leaks = find_leaks(_read_parts(content), _read_parts(empty_copy), list_private_texts(workbook, ledger))
    return LedgerCopy(None if leaks else content, tuple(leak.place for leak in leaks))


def _read_parts(content: bytes) -> dict[str, bytes]:
    return {name: read_part(content, name, _MAX_PART_BYTES) for name in list_part_names(content)}


def name_ledger_copy(ledger: Ledger) -> str:
    """Return the file name of a copy."""
    pattern, agency = load_ledger_definition().file, ledger.agency
    name = agency.name or Path(ledger.file).stem
    name = pattern.format(code=agency.code, agency=name, year=ledger.year or "").removesuffix(".xlsx").strip()
    return f"{clean_file_name(name, _MAX_NAME_BYTES)}.xlsx"
