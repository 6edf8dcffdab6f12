"""Read what stands before and after the rows of a worksheet: merged ranges, protection, columns, conditions."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from xltool.errors import UnreadableFileError
from xltool.spreadsheet import limits
from xltool.spreadsheet.cell_look import MAX_NARROW_CHARACTERS, MIN_COLUMN_CHARACTERS, MIN_ROW_POINTS
from xltool.spreadsheet.ooxml.addresses import merge_runs, parse_row_number
from xltool.spreadsheet.ooxml.conditional_rules import (
    CONDITION_PATHS,
    CONDITION_TEXTS,
    SheetRules,
    read_rules,
)
from xltool.spreadsheet.ooxml.fast_rows import read_around
from xltool.spreadsheet.ooxml.xml_parser import XmlElement, is_true
from xltool.spreadsheet.ooxml.xml_text import NotPlainError
from xltool.spreadsheet.part_cache import BoundedCache
from xltool.spreadsheet.refusals import LimitKind, exceeded_limit

_PROTECTION, _MERGE, _VALIDATION = "sheetProtection", "mergeCells/mergeCell", "dataValidations/dataValidation"
_COLUMN, _SHEET_VIEW = "cols/col", "sheetViews/sheetView"
_DEFAULT_SIZES = "sheetFormatPr"
_VALIDATED = "extLst/ext/x14:dataValidations/x14:dataValidation/xm:sqref"
TEXT_PATHS = frozenset({_VALIDATED}) | CONDITION_TEXTS
PATHS = (
    frozenset({_PROTECTION, _MERGE, _VALIDATION, _COLUMN, _SHEET_VIEW, _DEFAULT_SIZES}) | TEXT_PATHS | CONDITION_PATHS
)
_ALL_ROWS, _ALL_COLUMNS = range(1, limits.MAX_ROWS + 1), range(1, limits.MAX_COLUMNS + 1)

_BODY_START, _BODY_END = b"<sheetData", b"</sheetData>"
_ROOT = re.compile(rb"(?:\xef\xbb\xbf)?(?:<\?xml [^<>]*\?>\s*)?(<worksheet(?:\s[^<>]*)?>)")
# Elements before the rows of which few attributes are read; the others differ from save to save.
_VIEW = re.compile(rb'<(?:sheetView|selection|pane|dimension|sheetFormatPr)(?: [A-Za-z0-9:]+="[A-Za-z0-9:.$ -]*")+')
_VIEW_VALUE = re.compile(rb'( (?:showZeros|zeroHeight|defaultRowHeight|defaultColWidth)="[^"]*")|"[^"]*"')
_UID = re.compile(rb'( xr:uid="\{)[0-9A-Fa-f-]+(?=\}")')


class Surroundings(NamedTuple):
    """What a worksheet says outside its rows. ``hidden_rows`` are all of them, or none."""

    merged: tuple[str, ...] = ()
    protected: bool = False
    validated: tuple[str, ...] = ()
    hidden_columns: tuple[range, ...] = ()
    hides_zeros: bool = False
    rules: SheetRules | None = None
    hidden_rows: tuple[range, ...] = ()
    narrow_columns: tuple[tuple[int, int, float], ...] = ()


class SplitWorksheet(NamedTuple):
    """A worksheet part in three: ``head`` to the start tag of the rows, ``body``, ``tail`` from their end tag on."""

    head: bytes
    body: bytes
    tail: bytes


class _Head(NamedTuple):
    """The head of a worksheet: its surroundings, the start tag of the root, whether the prefix x14ac is declared."""

    surroundings: Surroundings
    root: bytes
    excel_2010: bool


_heads: BoundedCache[_Head] = BoundedCache()
_tails: BoundedCache[Surroundings] = BoundedCache()


def make_surroundings(part: str, elements: list[XmlElement]) -> Surroundings:
    """Make the surroundings from the elements of `PATHS`. Raises UnreadableFileError for too many merged ranges."""
    merged = tuple(element.attributes.get("ref", "") for element in elements if element.path == _MERGE)
    validated = [element.attributes.get("sqref", "") for element in elements if element.path == _VALIDATION]
    sizes = [element for element in elements if element.path == _DEFAULT_SIZES]
    validated += [element.text for element in elements if element.path == _VALIDATED]
    return _refuse_many_merges(
        part,
        Surroundings(
            merged,
            any(is_true(element.attributes.get("sheet")) for element in elements if element.path == _PROTECTION),
            tuple(area for areas in validated for area in areas.split()),
            merge_runs(_find_hidden_columns(elements)) or ((_ALL_COLUMNS,) if _hides_columns(elements) else ()),
            any(_hides_zeros(element) for element in elements if element.path == _SHEET_VIEW),
            read_rules(elements),
            (_ALL_ROWS,) if any(_hides_rows(element.attributes) for element in sizes) else (),
            tuple(_find_narrow_columns(elements)),
        ),
    )


def _hides_zeros(view: XmlElement) -> bool:
    return not is_true(view.attributes.get("showZeros", "1"))


def _hides_rows(sizes: Mapping[str, str]) -> bool:
    """Return True if rows that state no height are too low; ``zeroHeight`` hides only rows that are not there."""
    return not is_true(sizes.get("zeroHeight")) and _is_less(sizes.get("defaultRowHeight"), MIN_ROW_POINTS)


def _hides_columns(elements: list[XmlElement]) -> bool:
    """Return True if no column can be seen: none has a width of its own, and there is no room by default."""
    widths = [item.attributes.get("defaultColWidth") for item in elements if item.path == _DEFAULT_SIZES]
    columns = any(item.path == _COLUMN for item in elements)
    return not columns and any(_is_less(width, MIN_COLUMN_CHARACTERS) for width in widths)


def _is_less(text: str | None, bound: float) -> bool:
    try:
        return text is not None and float(text) < bound
    except ValueError:
        return False


def _refuse_many_merges(part: str, surroundings: Surroundings) -> Surroundings:
    if len(surroundings.merged) > limits.MAX_MERGES:
        raise exceeded_limit(part, LimitKind.MERGES, limits.MAX_MERGES)
    return surroundings


def _find_hidden_columns(elements: list[XmlElement]) -> Iterator[tuple[int, int]]:
    """Yield first and last number of the columns that are hidden, or too narrow to see anything."""
    for element in elements:
        attributes = element.attributes
        if element.path != _COLUMN:
            continue
        if is_true(attributes.get("hidden")) or _is_less(attributes.get("width"), MIN_COLUMN_CHARACTERS):
            first, last = (parse_row_number(attributes.get(edge, "")) for edge in ("min", "max"))
            if first and last:
                yield first, min(last, limits.MAX_COLUMNS)


def _find_narrow_columns(elements: list[XmlElement]) -> Iterator[tuple[int, int, float]]:
    """Yield first and last number and width of the columns that can be seen and have room for few digits."""
    for element in elements:
        attributes = element.attributes
        if element.path != _COLUMN or is_true(attributes.get("hidden")):
            continue
        first, last = (parse_row_number(attributes.get(edge, "")) for edge in ("min", "max"))
        width = attributes.get("width", "")
        if first and last and _is_less(width, MAX_NARROW_CHARACTERS) and not _is_less(width, MIN_COLUMN_CHARACTERS):
            yield first, min(last, limits.MAX_COLUMNS), float(width)


def split_worksheet(data: bytes) -> SplitWorksheet:
    """Split a worksheet part at its rows. Raises NotPlainError if it has none in the plain dialect."""
    start = data.find(_BODY_START)
    start = data.find(b">", start) + 1 if start >= 0 else 0
    end = data.find(_BODY_END, start) if start else -1
    if end < 0:
        raise NotPlainError
    return SplitWorksheet(data[:start], data[start:end], data[end:])


def read_surroundings(split_sheet: SplitWorksheet) -> Surroundings:
    """Read head and tail of a worksheet, each by itself and with a cache.

    Raises NotPlainError if they, or a prefix in the rows, are not in the plain dialect.
    """
    try:
        head = _read_head(split_sheet.head)
        tail = _read_tail(head.root, split_sheet.tail)
        if not head.excel_2010 and b"x14ac:" in split_sheet.body:
            raise NotPlainError
        return _join_surroundings(head.surroundings, tail)
    except UnreadableFileError:
        raise NotPlainError from None


def _join_surroundings(first_surroundings: Surroundings, second: Surroundings) -> Surroundings:
    columns = first_surroundings.hidden_columns + second.hidden_columns
    joined = Surroundings(
        first_surroundings.merged + second.merged,
        first_surroundings.protected or second.protected,
        first_surroundings.validated + second.validated,
        merge_runs((run[0], run[-1]) for run in columns) if columns else (),
        first_surroundings.hides_zeros or second.hides_zeros,
        first_surroundings.rules or second.rules,
        first_surroundings.hidden_rows or second.hidden_rows,
        first_surroundings.narrow_columns + second.narrow_columns,
    )
    return _refuse_many_merges("", joined)


def _blank_unread(matched_value: re.Match[bytes]) -> bytes:
    return matched_value[1] or b'""'


def _read_head(head: bytes) -> _Head:
    """Read what stands before the rows; what depends only on the view of a sheet makes no difference."""
    known = _heads.get_value(head)
    if known is not None:
        return known
    if b"<!" in head:  # in a comment or CDATA section elements are text
        raise NotPlainError
    key = _VIEW.sub(lambda view: _VIEW_VALUE.sub(_blank_unread, view[0]), _UID.sub(rb"\1", head))
    known = _heads.get_value(key)
    if known is None:
        root = _ROOT.match(key)
        if root is None:
            raise NotPlainError
        elements, excel_2010 = read_around(head, b"</sheetData></worksheet>", "sheetData", PATHS, TEXT_PATHS)
        known = _Head(make_surroundings("", elements), root[1], excel_2010)
        _heads.put_value(key, known, len(key))
    _heads.put_value(head, known, len(head))
    return known


def _read_tail(root: bytes, tail: bytes) -> Surroundings:
    """Read what stands after the rows, in the namespaces of the start tag ``root``."""
    key = (root, tail)
    known = _tails.get_value(key)
    if known is None:
        elements, _ = read_around(root + b"<sheetData>", tail, "sheetData", PATHS, TEXT_PATHS)
        known = make_surroundings("", elements)
        _tails.put_value(key, known, len(root) + len(tail))
    return known
