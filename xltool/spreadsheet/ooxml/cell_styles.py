"""From the styles of a workbook only what reading needs: whether a cell format locks, and whether it makes dates."""

import re
from typing import NamedTuple

from xltool.spreadsheet import limits
from xltool.spreadsheet.ooxml.part import Part
from xltool.spreadsheet.ooxml.xml_parser import collect, is_true
from xltool.spreadsheet.part_cache import Reader
from xltool.spreadsheet.refusals import Damage, Excess, damaged, over_limit

# Built-in date and time formats (ECMA-376 part 1, 18.8.30), with those of the East Asian editions.
BUILT_IN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_NOT_CODES = re.compile(r'"[^"]*"|\\.|[_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_DATE_CODE = re.compile(r"[dmyhs]", re.IGNORECASE)
_FORMAT, _XF, _PROTECTION = "numFmts/numFmt", "cellXfs/xf", "cellXfs/xf/protection"


class CellStyle(NamedTuple):
    """What a cell format says about its cells."""

    locked: bool = True
    date: bool = False


def _read(part: Part) -> tuple[CellStyle, ...]:
    """The cell formats by index."""
    dates = set(BUILT_IN_DATES)
    styles: list[CellStyle] = []
    formats = 0
    for element in collect(part, frozenset({"styleSheet"}), frozenset({_FORMAT, _XF, _PROTECTION})):
        attributes = element.attributes
        if element.path == _FORMAT:
            formats += 1
            dates = _with_format(
                dates, _number(attributes.get("numFmtId"), part.name), attributes.get("formatCode", "")
            )
        elif element.path == _XF:
            styles.append(CellStyle(date=_number(attributes.get("numFmtId"), part.name) in dates))
        elif "locked" in attributes:
            styles[-1] = styles[-1]._replace(locked=is_true(attributes["locked"]))
    for what, found, limit in (
        (Excess.FORMATS, len(styles), limits.FORMATS),
        (Excess.NUMBER_FORMATS, formats, limits.NUMBER_FORMATS),
    ):
        if found > limit:
            raise over_limit(part.name, what, limit)
    return tuple(styles)


def _with_format(dates: set[int], number: int, code: str) -> set[int]:
    return dates | {number} if is_date(code) else dates - {number}


def is_date(code: str) -> bool:
    """Whether the code of a number format makes a date or a time of a number."""
    plain = _NOT_CODES.sub("", code)
    return "general" not in plain.casefold() and _DATE_CODE.search(plain) is not None


def _number(text: str | None, part: str) -> int:
    if text is None:
        return 0
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise damaged(part, Damage.STYLES)
    return int(text)


read_styles = Reader(_read)
