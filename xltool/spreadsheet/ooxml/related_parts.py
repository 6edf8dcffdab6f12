"""Read the parts that belong to a worksheet and are not needed to understand it, such as drawings and comments."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from xltool.errors import UnreadableFileError
from xltool.spreadsheet.ooxml.package import Package
from xltool.spreadsheet.ooxml.part import Part
from xltool.spreadsheet.ooxml.workbook_part import read_relations

_Read = TypeVar("_Read")


def read_related_parts(
    package: Package, sheet_part: str, kind: str, read_part: Callable[[Part], _Read]
) -> Iterator[_Read]:
    """Yield what is read from each part of one kind of relation; a part that cannot be parsed is left out.

    Raises UnreadableFileError for a part with a DOCTYPE.
    """
    for relation in read_relations(package, sheet_part).values():
        if relation.kind == kind and relation.target in package:
            try:
                yield read_part(package.open_part(relation.target))
            except UnreadableFileError as refusal:
                if refusal.code == "file.doctype":
                    raise
