"""Whether an .xlsb holds errors such as #N/A ([MS-XLSB]), which calamine reads as nothing; runs in the worker.

Which cell it is cannot be told of these files, so one with errors is refused: a blank may count as 0, an error never.
"""

from xltool.errors import UnreadableFileError
from xltool.spreadsheet.ooxml.package import Package, fold

_SHEETS, _ENDING = "xl/worksheets/", ".bin"
_ERRORS = frozenset({3, 11})  # an error typed in, and an error that a formula gave


def refuse_errors(data: bytes) -> None:
    """Raises ValueError for a workbook whose sheets hold errors, or cannot be followed."""
    try:
        package = Package(data)
        held = any(
            holds_errors(package.whole(name))
            for name in package.names()
            if fold(name).startswith(_SHEETS) and fold(name).endswith(_ENDING)
        )
    except (UnreadableFileError, IndexError):
        raise ValueError("no sheets that can be followed") from None
    if held:
        raise ValueError("errors in cells")


def holds_errors(content: bytes) -> bool:
    """Whether a sheet part has a record of an error. Raises IndexError where a record is cut short."""
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
        if kind in _ERRORS:
            return True
        at += size
    return False
