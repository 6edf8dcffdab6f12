"""Read the comments of a worksheet from a part of an .xlsb ([MS-XLSB] 2.1.7.8). Runs in the worker."""

import struct
from collections.abc import Iterator
from contextlib import suppress

from xltool.spreadsheet.comment_text import clean_comment
from xltool.spreadsheet.ooxml.addresses import format_column
from xltool.spreadsheet.raw_workbook import CellComment
from xltool.spreadsheet.xls.xlsb_records import iterate_records, read_wide_string

_AUTHOR, _BEGIN_COMMENT, _COMMENT_TEXT = 632, 635, 637
_TEXT_START = 1  # behind the flags of a rich string


def read_comment_records(content: bytes) -> Iterator[CellComment]:
    """Yield the comments, without the names of their authors before the text; none behind a damaged record."""
    authors: list[str] = []
    place = ""
    with suppress(struct.error, IndexError):
        for kind, data in iterate_records(content):
            if kind == _AUTHOR:
                authors.append(read_wide_string(data, 0)[0].strip())
            elif kind == _BEGIN_COMMENT:
                _author, row, _last_row, column = struct.unpack_from("<4I", data)
                place = f"{format_column(column + 1)}{row + 1}"
            elif kind == _COMMENT_TEXT and (text := clean_comment(read_wide_string(data, _TEXT_START)[0], authors)):
                yield CellComment(place, text)
