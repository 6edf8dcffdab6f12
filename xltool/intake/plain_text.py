"""Text of the plain dialect: references resolved, line ends and escapes as XML and SpreadsheetML define them."""

import re

from xltool.errors import UnreadableFileError
from xltool.intake import limits
from xltool.intake.xml_parts import over_limit

_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_REFERENCE = re.compile(r"&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|([a-z]+));")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
ATTRIBUTES = r'(?:\s+[^\s"=<>/]+="[^"<]*")*'
_TAG = re.compile(rf"<(/?)([^\s/>]+)({ATTRIBUTES})\s*(/?)>([^<]*)")
ATTRIBUTE = re.compile(r'([^\s"=]+)="([^"]*)"')


def resolved(text: str) -> str:
    """The characters meant by a stretch of XML text."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _REFERENCE.sub(_referenced, text) if "&" in text else text


def _referenced(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if name:
        return _NAMED[name]
    return chr(int(hexadecimal, 16) if hexadecimal else int(decimal))


def unescaped(text: str) -> str:
    """A string of SpreadsheetML (ST_Xstring): ``_x000D_`` stands for the character of that number."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def string_item(inner: str, part: str) -> str:
    """The text of one string item (``si`` or ``is``): its runs joined, phonetic readings left out."""
    texts: list[str] = []
    phonetic = False
    end = 0
    for match in _TAG.finditer(inner):
        if match.start() != end:
            raise UnreadableFileError("file.damaged", part=part, problem="unexpected_element")
        end = match.end()
        closing, name, _attributes, empty, text = match.groups()
        if name == "rPh":
            phonetic = not closing and not empty
        elif name == "t" and not closing and not phonetic:
            texts.append(text)
    if inner and end != len(inner):
        raise UnreadableFileError("file.damaged", part=part, problem="unexpected_element")
    return string_text("".join(texts), part)


def string_text(text: str, part: str) -> str:
    """One string as it is meant. Raises UnreadableFileError beyond what a cell of Excel can hold."""
    if "&" in text or "\r" in text or "_x" in text:
        text = unescaped(resolved(text))
    if len(text) > limits.TEXT_CHARACTERS:
        raise over_limit(part, "text", limits.TEXT_CHARACTERS)
    return text
