"""Read the cell formats of a workbook: whether each locks its cells, and whether it shows dates."""

import re
from typing import NamedTuple

from xltool.spreadsheet import limits
from xltool.spreadsheet.ooxml.part import Part
from xltool.spreadsheet.ooxml.xml_parser import collect_elements, is_true
from xltool.spreadsheet.part_cache import CachedReader
from xltool.spreadsheet.refusals import DamageKind, LimitKind, damaged_workbook, exceeded_limit

# Built-in date and time formats (ECMA-376 part 1, 18.8.30), with those of the East Asian editions.
BUILT_IN_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_LITERAL_PARTS = re.compile(r'"[^"]*"|\\.|[_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_DATE_CODE = re.compile(r"[dmyhs]", re.IGNORECASE)
_FORMAT_PATH, _XF_PATH, _PROTECTION_PATH = "numFmts/numFmt", "cellXfs/xf", "cellXfs/xf/protection"


class CellStyle(NamedTuple):
    """One cell format."""

    locked: bool = True
    date: bool = False


def _read_cell_styles(part: Part) -> tuple[CellStyle, ...]:
    """Read the cell formats in their order."""
    dates = set(BUILT_IN_DATE_FORMATS)
    styles: list[CellStyle] = []
    formats = 0
    for element in collect_elements(
        part, frozenset({"styleSheet"}), frozenset({_FORMAT_PATH, _XF_PATH, _PROTECTION_PATH})
    ):
        attributes = element.attributes
        if element.path == _FORMAT_PATH:
            formats += 1
            dates = _update_dates(
                dates, _parse_format_number(attributes.get("numFmtId"), part.name), attributes.get("formatCode", "")
            )
        elif element.path == _XF_PATH:
            styles.append(CellStyle(date=_parse_format_number(attributes.get("numFmtId"), part.name) in dates))
        elif "locked" in attributes:
            styles[-1] = styles[-1]._replace(locked=is_true(attributes["locked"]))
    for excess, count, limit in (
        (LimitKind.FORMATS, len(styles), limits.MAX_FORMATS),
        (LimitKind.NUMBER_FORMATS, formats, limits.MAX_NUMBER_FORMATS),
    ):
        if count > limit:
            raise exceeded_limit(part.name, excess, limit)
    return tuple(styles)


def _update_dates(dates: set[int], number: int, code: str) -> set[int]:
    return dates | {number} if is_date_format(code) else dates - {number}


def is_date_format(code: str) -> bool:
    """Return whether a number format code shows a number as a date or a time."""
    plain = _LITERAL_PARTS.sub("", code)
    return "general" not in plain.casefold() and _DATE_CODE.search(plain) is not None


def _parse_format_number(text: str | None, part: str) -> int:
    if text is None:
        return 0
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise damaged_workbook(part, DamageKind.STYLES)
    return int(text)


read_styles = CachedReader(_read_cell_styles)
