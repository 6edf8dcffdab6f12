"""A printed figure without what stands beside it and does not change it: its own unit, a note's mark, 增 or 减.

A unit that is not the figure's own stays, and so does every other word: what is not sure is not read.
"""

import re
import unicodedata
from functools import cache

from xltool.forms.dialect import dialect
from xltool.model.form import Cell, Kind
from xltool.model.submission import State
from xltool.recognition.cell_values import Meaning, interpret
from xltool.spreadsheet.raw_workbook import RawCell, Stored

_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
_TWO_LINES = re.compile(r"[0-9]\s*\n\s*[0-9]")
_NUMBER = re.compile(r"[+-]?[0-9][0-9, ]*(?:\.[0-9]+)?")


def meaning(text: str, cell: Cell) -> Meaning:
    """What a printed figure means on its cell; digits on two lines of a cell are no thousands and their rest."""
    if _TWO_LINES.search(text):
        return Meaning(State.UNREADABLE, None, "not_number")
    return interpret(RawCell(Stored.TEXT, bare(text, cell)), cell.kind, cell.decimals)


def bare(text: str, cell: Cell) -> str:
    """The number in a printed figure; the text itself where it is nothing else, or where anything else stands there."""
    shown = _INVISIBLE.sub("", text).strip()
    number = unicodedata.normalize("NFKC", _marks().sub("", shown)).strip()
    number = _signed(number) if cell.kind is Kind.SIGNED_COUNT else number
    units = {cell.unit, *dialect().figures.counted} if cell.kind is not Kind.AMOUNT else {cell.unit}
    unit = next((unit for unit in sorted(units, key=len, reverse=True) if unit and number.endswith(unit)), "")
    number = number.removesuffix(unit).rstrip()
    changed = shown != text.strip() or number != unicodedata.normalize("NFKC", shown)
    return number if changed and _NUMBER.fullmatch(number) else text


def is_dressed(text: str) -> bool:
    """Whether a text is a figure behind a word for its sign, or before the mark of a note."""
    number = _signed(_marks().sub("", text.strip()))
    return number != text.strip() and _NUMBER.fullmatch(unicodedata.normalize("NFKC", number)) is not None


def _signed(text: str) -> str:
    beside = dialect().figures
    for words, sign in ((beside.more, ""), (beside.less, "-")):
        for word in words:
            if text.startswith(word):
                return sign + text.removeprefix(word).lstrip()
    return text


@cache
def _marks() -> re.Pattern[str]:
    return re.compile(rf"(?<=\S)(?:\s*(?:{'|'.join(dialect().figures.marks)}))+$")
