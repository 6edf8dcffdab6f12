"""Read the comments (批注) on the cells of a worksheet."""

from collections.abc import Iterator, Sequence

from xltool.spreadsheet.comment_text import clean_comment
from xltool.spreadsheet.ooxml.package import Package
from xltool.spreadsheet.ooxml.related_parts import read_related_parts
from xltool.spreadsheet.ooxml.xml_parser import XmlElement, collect_elements
from xltool.spreadsheet.part_cache import CachedReader
from xltool.spreadsheet.raw_workbook import CellComment

_COMMENTS = "comment"
_AUTHOR, _COMMENT = "authors/author", "commentList/comment"
_TEXTS = frozenset({_AUTHOR, f"{_COMMENT}/text/t", f"{_COMMENT}/text/r/t"})


def has_comments(package: Package) -> bool:
    """Return whether a workbook has any part with comments; templates have none."""
    return any(_COMMENTS in name.casefold() for name in package.list_names())


def read_comments(package: Package, sheet_part: str) -> tuple[CellComment, ...]:
    """Return the comments of a worksheet; a part that cannot be parsed has none: its workbook is sound."""
    parts = read_related_parts(package, sheet_part, "comments", _read_elements)
    return tuple(comment for elements in parts for comment in _make_comments(elements))


_read_elements = CachedReader(lambda part: collect_elements(part, frozenset({"comments"}), _TEXTS | {_COMMENT}, _TEXTS))


def _make_comments(elements: Sequence[XmlElement]) -> Iterator[CellComment]:
    """Yield the comments, without the names of their authors that Excel puts before the text."""
    authors = {element.text.strip() for element in elements if element.path == _AUTHOR}
    starts = [number for number, element in enumerate(elements) if element.path == _COMMENT]
    for start, end in zip(starts, (*starts[1:], len(elements)), strict=True):
        text = clean_comment("".join(element.text for element in elements[start + 1 : end]), authors)
        if text:
            yield CellComment(elements[start].attributes.get("ref", "").replace("$", ""), text)
