"""Fill the texts of an agency into a workbook that is written once for many agencies.

Two templates of one form and year, without figures of last year, differ in the name and code of the agency, the serial
and the seal. So the workbook is written with a placeholder for each; only the parts that contain one are made anew for
an agency. The result has the same bytes as writing the workbook with the texts themselves.
"""

import re
from dataclasses import dataclass

from xltool.model.agency import Agency
from xltool.workbooks.replace_part import list_part_names, read_part, replace_parts
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest

_NAME, _NAME_REST, _CODE, _SERIAL, _SEAL = map(chr, range(0xE000, 0xE005))  # for private use: in no text of a form
_PLACEHOLDER = re.compile(f"[{_NAME}-{_SEAL}]")
_STRINGS, _ITEM = "xl/sharedstrings.xml", "<si>"
_MAX_PART_BYTES = 1 << 30
# Texts that need no escape and no style of their own, whatever they are part of.
_PLAIN = re.compile(r"[^\W_](?:[^\W_]|[（）()·、—-]){0,99}")
_IS_WIDE = 0x2E80  # from this character on, a character is as wide as two digits


@dataclass(frozen=True)
class CommonWorkbook:
    """A workbook with placeholders, and the text of its parts that contain any, by name."""

    data: bytes
    parts: tuple[tuple[str, str], ...]

    def fill_in(self, request: TemplateRequest) -> bytes | None:
        """Return the workbook of one agency; None if two of its texts would share a place in the list of texts."""
        filled = {name: _fill_text(text, request) for name, text in self.parts}
        items = filled[_STRINGS].split(_ITEM)
        if len(set(items)) != len(items):
            return None
        return replace_parts(self.data, {name: text.encode() for name, text in filled.items()})


def hide_agency(request: TemplateRequest) -> TemplateRequest | None:
    """Return the request with placeholders, equal for agencies with a common workbook; None if this one has none."""
    agency, filling = request.agency, request.filling
    texts = (agency.name, agency.code, request.serial, request.seal or request.serial)
    if request.previous is not None or request.imported or request.lines or filling != FilledContents():
        return None
    if len(agency.name) < 2 or not all(map(_PLAIN.fullmatch, texts)):
        return None
    hidden = Agency(_CODE, _make_name(agency.name), scope=agency.scope, rule_power=agency.rule_power)
    return TemplateRequest(hidden, request.year, _SERIAL, seal=_SEAL if request.seal else "")


def _make_name(name: str) -> str:
    """Return a placeholder as wide as a name: the heights of rows depend on its width."""
    width = sum(1 + (ord(character) > _IS_WIDE) for character in name)
    return _NAME + _NAME_REST * (width // 2 - 1) + "x" * (width % 2)


def split_common_workbook(data: bytes) -> CommonWorkbook:
    """Find the parts of a workbook that contain placeholders."""
    texts = [(name, read_part(data, name, _MAX_PART_BYTES).decode()) for name in list_part_names(data)]
    return CommonWorkbook(data, tuple((name, text) for name, text in texts if _PLACEHOLDER.search(text)))


def _fill_text(text: str, request: TemplateRequest) -> str:
    texts = {
        _make_name(request.agency.name): request.agency.name,
        _CODE: request.agency.code,
        _SERIAL: request.serial,
        _SEAL: request.seal,
    }
    for placeholder, given in texts.items():
        text = text.replace(placeholder, given)
    return text
