"""Strip annotations from a printed figure: its own unit, a note mark, a word for its sign (增, 减).

A foreign unit and any other word are kept, so that the figure counts as unreadable.
"""

import re
import unicodedata
from functools import cache

from xltool.forms.published_wording import load_published_wording
from xltool.model.form import Cell, CellKind
from xltool.model.submission import EntryState
from xltool.recognition.cell_values import Meaning, interpret_cell
from xltool.recognition.kind_values import OTHER_KINDS, interpret_kind
from xltool.spreadsheet.raw_workbook import RawCell, StorageType

_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
_TWO_LINES = re.compile(r"[0-9][^\S\n]*\n\s*[0-9]")
_MAX_FIGURE_CHARS = 200  # of a printed figure with its annotations
_NUMBER = re.compile(r"[+-]?[0-9][0-9, ]*(?:\.[0-9]+)?")


def interpret_figure(text: str, cell: Cell) -> Meaning:
    """Interpret a printed figure for its cell; digits on two lines of a cell are unreadable."""
    if _TWO_LINES.search(text):
        return Meaning(EntryState.UNREADABLE, None, "not_number")
    raw = RawCell(StorageType.TEXT, strip_annotations(text, cell))
    if cell.kind in OTHER_KINDS:
        return Meaning(*interpret_kind(raw, cell).meaning[:3])
    return interpret_cell(raw, cell.kind, cell.decimals)


def strip_annotations(text: str, cell: Cell) -> str:
    """Return the number in a printed figure; the unchanged text if nothing or anything else stands beside it."""
    if len(text) > _MAX_FIGURE_CHARS or (text.isascii() and text.isdigit()):
        return text
    shown = _INVISIBLE.sub("", text).strip()
    number = unicodedata.normalize("NFKC", _note_marks().sub("", shown)).strip()
    number = _replace_sign_word(number) if cell.kind is CellKind.SIGNED_COUNT else number
    units = {cell.unit, *load_published_wording().figures.counted} if not cell.is_exact else {cell.unit}
    unit = next((unit for unit in sorted(units, key=len, reverse=True) if unit and number.endswith(unit)), "")
    number = number.removesuffix(unit).rstrip()
    changed = shown != text.strip() or number != unicodedata.normalize("NFKC", shown)
    return number if changed and _NUMBER.fullmatch(number) else text


def is_annotated(text: str) -> bool:
    """Return True if a text is a figure after a sign word or before a note mark."""
    if len(text) > _MAX_FIGURE_CHARS:
        return False
    number = _replace_sign_word(_note_marks().sub("", text.strip()))
    return number != text.strip() and _NUMBER.fullmatch(unicodedata.normalize("NFKC", number)) is not None


def _replace_sign_word(text: str) -> str:
    beside = load_published_wording().figures
    for words, sign in ((beside.more, ""), (beside.less, "-")):
        for word in words:
            if text.startswith(word):
                return sign + text.removeprefix(word).lstrip()
    return text


@cache
def _note_marks() -> re.Pattern[str]:
    return re.compile(rf"(?<=\S)(?:\s*(?:{'|'.join(load_published_wording().figures.marks)}))+$")
