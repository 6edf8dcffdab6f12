"""Read the comments of a worksheet from a part of an .xlsb ([MS-XLSB] 2.1.7.8). Runs in the worker."""

import struct
from collections.abc import Iterator
from contextlib import suppress

from xltool.spreadsheet import limits
from xltool.spreadsheet.comment_text import clean_comment
from xltool.spreadsheet.raw_workbook import CellComment
from xltool.spreadsheet.shape_places import format_cell
from xltool.spreadsheet.xls.xlsb_records import iterate_records, read_wide_string

_AUTHOR, _BEGIN_COMMENT, _COMMENT_TEXT = 632, 635, 637
_TEXT_START = 1  # behind the flags of a rich string


def read_comment_records(content: bytes) -> Iterator[CellComment]:
    """Yield the comments on cells, without the names of authors before the text; none behind a damaged record."""
    authors: set[str] = set()
    place = ""
    with suppress(struct.error, IndexError):
        for kind, data in iterate_records(content):
            if kind == _AUTHOR:
                authors.add(read_wide_string(data, 0)[0].strip())
            elif kind == _BEGIN_COMMENT:
                _author, row, _last_row, column = struct.unpack_from("<4I", data)
                on_sheet = row < limits.MAX_ROWS and column < limits.MAX_COLUMNS
                place = format_cell(row + 1, column + 1) if on_sheet else ""
            elif kind == _COMMENT_TEXT and place:
                text = clean_comment(read_wide_string(data, _TEXT_START)[0], authors)
                if text:
                    yield CellComment(place, text)
