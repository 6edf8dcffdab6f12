"""Text of the plain dialect: its grammar, character references, and the escapes of SpreadsheetML."""

import re
from collections.abc import Iterator
from functools import lru_cache

from xltool.spreadsheet import limits
from xltool.spreadsheet.cell_look import Mark, Run, mark_runs
from xltool.spreadsheet.ooxml.cell_styles import read_font_parts
from xltool.spreadsheet.refusals import DamageKind, LimitKind, damaged_workbook, exceeded_limit
from xltool.spreadsheet.workbook_colours import DEFAULT_COLOURS, WorkbookColours

_NAMED_REFERENCES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_CHARACTER_REFERENCE = re.compile(r"&(?:#x([0-9A-Fa-f]{1,6})|#([0-9]{1,7})|([a-z]+));|&")
_ESCAPED_CHARACTER = re.compile(r"_x([0-9A-Fa-f]{4})_")

# The plain dialect: one blank before each attribute, double quotes, no namespace declared below the root, no second
# "r", no character that XML forbids. Other spellings do not match, and are rewritten into this. The only fault accepted
# here that expat refuses: an attribute that is never read may occur twice (tests/spreadsheet/test_grammar.py).
PLAIN_TEXT = r"[^<\x00-\x08\x0b\x0c\x0e-\x1f]*+"
_XML_CHARACTER = re.compile("[^\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", re.DOTALL)
# A possessive repeated group is written (?>(...)*): (...)*+ is matched wrongly by Python before 3.11.5.
ATTRIBUTES = r'(?>(?: (?!xmlns|r=)(?:x14ac:)?[A-Za-z_][A-Za-z0-9_.-]*+="[^"<>&/\x00-\x1f]*+")*)'
ATTRIBUTE = re.compile(r'(?<![\w:.-])([\w:.-]++)="([^"]*)"')
_TEXT_ELEMENT = rf'<t(?: xml:space="[a-z]++")?(?: ?/>|>{PLAIN_TEXT}</t>)\s*'
_RUN_PROPERTIES = rf"(?:<rPr ?/>|<rPr>\s*(?>(?:<[A-Za-z][A-Za-z0-9]*+{ATTRIBUTES} ?/>\s*)*)</rPr>)\s*"
_RUN_ELEMENT = rf"<r>\s*(?:{_RUN_PROPERTIES})?{_TEXT_ELEMENT}</r>\s*"
_PHONETIC_ELEMENTS = rf"<rPh{ATTRIBUTES}>\s*{_TEXT_ELEMENT}</rPh>\s*|<phoneticPr{ATTRIBUTES} ?/>\s*"
STRING_ITEM = rf"(?>(?:{_TEXT_ELEMENT}|{_RUN_ELEMENT}|{_PHONETIC_ELEMENTS})*)"
_ITEM_PARTS = re.compile(r"(<rPh\b.*?</rPh>)|(<r>.*?</r>)|(<t\b[^<>/]*>[^<]*</t>)", re.DOTALL)
_PROPERTIES = re.compile(r"<rPr>(.*?)</rPr>", re.DOTALL)
_FONT_PART = re.compile(r"<(strike|vertAlign|sz|color|rFont)\b([^<>]*)/>")
_RUN = re.compile(r"<t\b[^<>/]*>([^<]*)</t>")


class NotPlainError(Exception):
    """A part is not in the plain dialect, or not well-formed: expat must parse or refuse it."""


def resolve_references(text: str, part: str) -> str:
    """Resolve the character references of XML text. Raises UnreadableFileError for an unknown one."""
    if "&" not in text:
        return text
    plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&apos;", "'")
    if plain.count("&") == plain.count("&amp;"):  # only the five named references: the usual case
        return plain.replace("&amp;", "&")
    try:
        return _CHARACTER_REFERENCE.sub(_resolve_reference, text)
    except (KeyError, ValueError):
        raise damaged_workbook(part, DamageKind.XML) from None


def _resolve_reference(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if not hexadecimal and not decimal:
        return _NAMED_REFERENCES[name]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if not _XML_CHARACTER.fullmatch(chr(code)):
        raise ValueError(code)
    return chr(code)


def decode_escapes(text: str) -> str:
    """Decode the escapes of a SpreadsheetML string (ST_Xstring): ``_x000D_`` is the character of that number.

    An escape of a character that XML forbids (a control character, half of a surrogate pair) stays as written.
    """
    return _ESCAPED_CHARACTER.sub(_decode_escape, text) if "_x" in text else text


def _decode_escape(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if _XML_CHARACTER.fullmatch(character) else match[0]


def parse_string_item(inner: str, part: str, colours: WorkbookColours = DEFAULT_COLOURS) -> str:
    """Return the text of one string item in the plain dialect: runs joined, phonetic readings left out.

    The text is marked where its runs look different, or where a phonetic reading has digits.
    """
    if inner.startswith("<t>") and inner.find("<", 3) == len(inner) - 4:  # one text
        return parse_string_text(inner[3:-4], part)
    if "<rPh" in inner:
        resolve_references(inner, part)  # what is left out must be valid too
    elif "<rPr" not in inner:
        return parse_string_text("".join(_RUN.findall(inner)), part)
    text = mark_runs(_parse_runs(inner, part, colours))
    if len(text) > limits.MAX_TEXT_CHARACTERS:
        raise exceeded_limit(part, LimitKind.TEXT, limits.MAX_TEXT_CHARACTERS)
    return text


def _parse_runs(inner: str, part: str, colours: WorkbookColours) -> Iterator[Run]:
    for phonetic, run, bare in _ITEM_PARTS.findall(inner):
        properties = _PROPERTIES.search(run)
        texts = _RUN.findall(phonetic or run or bare)
        text = parse_string_text("".join(texts), part)
        if phonetic:
            if any(character.isdigit() for character in text):
                yield Run(text, Mark.RUBY)
        elif properties is None:
            yield Run(text, inherits=True)
        else:
            yield Run(text, *_read_run_look(properties[1], colours))


@lru_cache(maxsize=512)
def _read_run_look(properties: str, colours: WorkbookColours) -> tuple[Mark | None, str]:
    """Return mark and colour of a run from its properties as written; most strings have the same few."""
    found = {name: dict(ATTRIBUTE.findall(stated)) for name, stated in _FONT_PART.findall(properties)}
    return read_font_parts(found, colours)


def parse_string_text(text: str, part: str) -> str:
    """Decode one string. Raises UnreadableFileError if it is longer than a cell of Excel can be."""
    if "&" in text or "_x" in text:
        text = decode_escapes(resolve_references(text, part))
    if len(text) > limits.MAX_TEXT_CHARACTERS:
        raise exceeded_limit(part, LimitKind.TEXT, limits.MAX_TEXT_CHARACTERS)
    return text
