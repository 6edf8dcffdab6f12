"""Text of the plain dialect: its grammar, references resolved, escapes as SpreadsheetML defines them."""

import re

from xltool.spreadsheet import limits
from xltool.spreadsheet.refusals import Damage, Excess, damaged, over_limit

_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_REFERENCE = re.compile(r"&(?:#x([0-9A-Fa-f]{1,6})|#([0-9]{1,7})|([a-z]+));|&")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")

# The plain dialect: one blank before each attribute, double quotes, no namespace declared below the root, no second
# "r", no character that XML forbids. What is written otherwise is not matched, and rewritten into this. Of what expat
# would refuse only this gets past: an attribute that is never read may be given twice (tests/intake/test_grammar.py).
TEXT = r"[^<\x00-\x08\x0b\x0c\x0e-\x1f]*+"
_ALLOWED = re.compile("[^\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", re.DOTALL)
# A repeated group that is never given back is written (?>(...)*): with (...)*+ Python before 3.11.5 loses its place.
ATTRIBUTES = r'(?>(?: (?!xmlns|r=)(?:x14ac:)?[A-Za-z_][A-Za-z0-9_.-]*+="[^"<>&/\x00-\x1f]*+")*)'
ATTRIBUTE = re.compile(r'([\w:.-]++)="([^"]*)"')
_T = rf'<t(?: xml:space="[a-z]++")?(?: ?/>|>{TEXT}</t>)\s*'
_LOOKS = rf"(?:<rPr ?/>|<rPr>\s*(?>(?:<[A-Za-z][A-Za-z0-9]*+{ATTRIBUTES} ?/>\s*)*)</rPr>)\s*"
STRING_ITEM = (
    rf"(?>(?:{_T}|<r>\s*(?:{_LOOKS})?{_T}</r>\s*|<rPh{ATTRIBUTES}>\s*{_T}</rPh>\s*|<phoneticPr{ATTRIBUTES} ?/>\s*)*)"
)
_PHONETIC = re.compile(r"<rPh\b.*?</rPh>", re.DOTALL)
_RUN = re.compile(r"<t\b[^<>/]*>([^<]*)</t>")


class NotPlainError(Exception):
    """A part is not in the plain dialect, or not well-formed: it must be rewritten, or refused, by way of expat."""


def resolved(text: str, part: str) -> str:
    """The characters meant by a stretch of XML text. Raises UnreadableFileError for a reference to nothing."""
    if "&" not in text:
        return text
    plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&apos;", "'")
    if plain.count("&") == plain.count("&amp;"):  # nothing but the five names: the usual case, and a quick one
        return plain.replace("&amp;", "&")
    try:
        return _REFERENCE.sub(_referenced, text)
    except (KeyError, ValueError):
        raise damaged(part, Damage.XML) from None


def _referenced(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if not hexadecimal and not decimal:
        return _NAMED[name]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if not _ALLOWED.fullmatch(chr(code)):
        raise ValueError(code)
    return chr(code)


def unescaped(text: str) -> str:
    """A string of SpreadsheetML (ST_Xstring): ``_x000D_`` stands for the character of that number.

    One that no XML may hold (a control character, half of a pair) stays as it is written: nobody could pass it on.
    """
    return _ESCAPE.sub(_unescaped, text) if "_x" in text else text


def _unescaped(match: re.Match[str]) -> str:
    sign = chr(int(match[1], 16))
    return sign if _ALLOWED.fullmatch(sign) else match[0]


def string_item(inner: str, part: str) -> str:
    """The text of one string item in the plain dialect: its runs joined, phonetic readings left out."""
    if "<rPh" in inner:
        resolved(inner, part)  # what is left out must be sound as well
        inner = _PHONETIC.sub("", inner)
    return string_text("".join(_RUN.findall(inner)), part)


def string_text(text: str, part: str) -> str:
    """One string as it is meant. Raises UnreadableFileError beyond what a cell of Excel can hold."""
    if "&" in text or "_x" in text:
        text = unescaped(resolved(text, part))
    if len(text) > limits.TEXT_CHARACTERS:
        raise over_limit(part, Excess.TEXT, limits.TEXT_CHARACTERS)
    return text
