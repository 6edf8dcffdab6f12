"""Refuse an .xlsb with error cells such as #N/A ([MS-XLSB]), which calamine reads as blank. Runs in the worker.

A blank may count as 0, an error never.
"""

from xltool.errors import UnreadableFileError
from xltool.spreadsheet.ooxml.package import Package, fold_part_name

_SHEETS, _ENDING = "xl/worksheets/", ".bin"
_ERROR_RECORDS = frozenset({3, 11})  # BrtCellError and BrtFmlaError


def refuse_error_cells(data: bytes) -> None:
    """Raise ValueError for a workbook with error cells, or with invalid records."""
    try:
        package = Package(data)
        has_errors = any(
            has_error_cells(package.read_whole(name))
            for name in package.list_names()
            if fold_part_name(name).startswith(_SHEETS) and fold_part_name(name).endswith(_ENDING)
        )
    except (UnreadableFileError, IndexError):
        raise ValueError("no sheets that can be followed") from None
    if has_errors:
        raise ValueError("errors in cells")


def has_error_cells(content: bytes) -> bool:
    """Return True if a sheet part has an error record. Raises IndexError where a record is cut short."""
    at, end = 0, len(content)
    while at < end:
        kind = content[at]
        at += 1
        if kind & 0x80:
            kind = kind & 0x7F | (content[at] & 0x7F) << 7
            at += 1
        size = shift = 0
        while True:
            byte = content[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80 or shift == 28:
                break
        if kind in _ERROR_RECORDS:
            return True
        at += size
    return False
