"""Let a marked workbook open on its list of findings. Only attributes of views change, all else keeps its bytes."""

import re
from collections.abc import Mapping

_VIEW_TAG = re.compile(rb"<(?:\w+:)?(workbookView|sheetView|selection)(?=[\s/>])[^<>]*>")
_HEAD_BYTES = 64 * 1024  # of a part: its views stand before its rows


def open_at_sheet(workbook_content: bytes, index: int) -> bytes:
    """Return the workbook's own part, opening on the sheet at ``index``."""
    return _set_attributes(workbook_content, b"workbookView", {b"activeTab": b"%d" % index, b"firstSheet": None})


def select_sheet(sheet_content: bytes, *, selected: bool, address: str = "") -> bytes:
    """Return the part of a sheet, selected or not, with the cursor at ``address`` if one is given."""
    changed = _set_attributes(sheet_content, b"sheetView", {b"tabSelected": b"1" if selected else None})
    if not address:
        return changed
    place = address.encode()
    return _set_attributes(changed, b"selection", {b"activeCell": place, b"sqref": place})


def _set_attributes(part_content: bytes, name: bytes, wanted: Mapping[bytes, bytes | None]) -> bytes:
    """Set attributes of every such tag near the beginning of a part, or remove them where the value is None."""

    def edit(match: re.Match[bytes]) -> bytes:
        return _edit_tag(match[0], wanted) if match[1] == name else match[0]

    return _VIEW_TAG.sub(edit, part_content[:_HEAD_BYTES]) + part_content[_HEAD_BYTES:]


def _edit_tag(tag_bytes: bytes, wanted: Mapping[bytes, bytes | None]) -> bytes:
    for key, value in wanted.items():
        tag_bytes = re.sub(rb"""\s+%s\s*=\s*("[^"]*"|'[^']*')""" % key, b"", tag_bytes)
        if value is not None:
            tag_bytes = re.sub(rb"\s*(/?>)$", rb' %s="%s"\1' % (key, value), tag_bytes)
    return tag_bytes
