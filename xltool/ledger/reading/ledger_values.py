"""Read the fields of a ledger's lines: what a person sees in a cell, in one of the four states.

======================================== ============== ======================= ==================
what the cell holds                      state          value                   note
======================================== ============== ======================= ==================
a date in a date format                  number         the day                 none
the text 2025.3.4 or 2025年3月4日         number         the day                 ``text_date``
45717, 3月4日, 25.3.4, 2025-02-30         unreadable     none                    ``not_date``
a word of the list                       number         the id of the choice    none
another word for it, blanks around it    number         the id of the choice    ``choice_spelling``
any other word                           unreadable     none                    ``not_choice``
an amount                                as figures are read                    as figures are read
a text; a whole number                   number         the text                none
a date or an error in place of a text    unreadable     none                    ``date``, ``error_value``
struck out or invisible as a whole       unreadable     none                    ``struck_out``, ``invisible``
different texts by conditional formats   unreadable     none                    ``conditional``
======================================== ============== ======================= ==================

Blank and not applicable are as for figures. A state of number means that the field is filled.
"""

import re
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from xltool.ledger.ledger_definition import LedgerColumn
from xltool.ledger.reading.ledger_words import SheetWords
from xltool.model.day_numbers import DAY_ZERO
from xltool.model.form import Box, Cell, CellKind
from xltool.model.submission import EntryState
from xltool.recognition.cell_values import is_not_applicable
from xltool.recognition.conditional_looks import Looks
from xltool.recognition.kind_values import interpret_kind
from xltool.recognition.shown_values import interpret_shown
from xltool.spreadsheet.cell_look import CellLook, Mark, select_visible_text
from xltool.spreadsheet.raw_workbook import RawCell, StorageType

FieldContent = date | Decimal | str
_MAX_TEXT_CHARACTERS = 32_767
_ZERO_DAY = DAY_ZERO.toordinal()
_FIRST_SERIAL, _LAST_SERIAL = 61, 109_574  # 1900-03-01, before which Excel counts a day too many, and 2199-12-31
_TIME_OF_DAY = re.compile(r"(?<=[0-9])[T\s]+[0-9]{1,2}[:\uff1a][0-9]{2}(?:[:\uff1a][0-9]{2})?\s*\Z")
_WHOLE_MARKS = {
    Mark.STRUCK: "struck_out",
    Mark.CROSSED: "struck_out",
    Mark.INVISIBLE: "invisible",
    Mark.SYMBOL: "symbol_font",
}


class FieldValue(NamedTuple):
    """What a field means: its state, its content where it is filled, the note of what was normalised or is wrong."""

    state: EntryState
    content: FieldContent | None = None
    note: str | None = None


_BLANK = FieldValue(EntryState.BLANK)
_DECLINED = FieldValue(EntryState.NOT_APPLICABLE)


def read_field(raw: RawCell, column: LedgerColumn, sheet_words: SheetWords) -> FieldValue:
    """Read a cell of a column."""
    if column.kind == "date":
        return read_date(raw)
    if column.choices:
        return _read_choice(raw, column, sheet_words)
    return _read_amount(raw, column) if column.kind == "amount" else _read_words(raw)


def read_shown_field(raw: RawCell, looks: Looks | None, column: LedgerColumn, sheet_words: SheetWords) -> FieldValue:
    """Read a cell that may have several looks by conditional formats; unreadable unless it reads the same in all."""
    readings = {read_field(_change_look(raw, look), column, sheet_words) for look in looks or ()}
    return readings.pop() if len(readings) == 1 else FieldValue(EntryState.UNREADABLE, None, "conditional")


def _change_look(raw: RawCell, look: CellLook) -> RawCell:
    stored = StorageType.DATE if look.is_date and raw.stored is StorageType.NUMBER else raw.stored
    return raw._replace(look=look, stored=stored)


def read_date(raw: RawCell) -> FieldValue:
    """Read a day."""
    look = raw.look
    if raw.stored is not StorageType.TEXT and look.is_date and not look.marks and raw.text.isdigit():
        serial = int(raw.text)
        if _FIRST_SERIAL <= serial <= _LAST_SERIAL:
            return FieldValue(EntryState.NUMBER, date.fromordinal(_ZERO_DAY + serial))
    if whole := _find_whole_mark(raw):
        return whole
    if raw.stored is StorageType.TEXT:
        raw = raw._replace(text=_TIME_OF_DAY.sub("", select_visible_text(raw.text, raw.look).strip()))
    meaning, word = interpret_kind(raw, _DATE_CELL)
    if meaning.state is EntryState.NUMBER and word:
        return FieldValue(EntryState.NUMBER, date.fromisoformat(word), meaning.note)
    return _make_state(meaning.state, meaning.note)


def _make_state(state: EntryState, note: str | None) -> FieldValue:
    if state is EntryState.BLANK:
        return _BLANK
    return _DECLINED if state is EntryState.NOT_APPLICABLE else FieldValue(EntryState.UNREADABLE, None, note)


def _read_choice(raw: RawCell, column: LedgerColumn, sheet_words: SheetWords) -> FieldValue:
    if type(raw.text) is str and not raw.look.marks and (known := sheet_words.exact[column.id].get(raw.text)):
        return FieldValue(EntryState.NUMBER, known)
    text = _read_words(raw)
    if not isinstance(text.content, str):
        return text
    if known := sheet_words.exact[column.id].get(text.content):
        return FieldValue(EntryState.NUMBER, known)
    known = sheet_words.find_choice(column.id, text.content)
    if known is not None:
        return FieldValue(EntryState.NUMBER, known, "choice_spelling") if known else _BLANK
    if is_not_applicable("".join(text.content.split())):
        return _DECLINED
    return FieldValue(EntryState.UNREADABLE, None, "not_choice")


def _read_amount(raw: RawCell, column: LedgerColumn) -> FieldValue:
    meaning = interpret_shown(raw, CellKind.AMOUNT, column.decimals)
    if meaning.state is EntryState.NUMBER and meaning.value is not None:
        if meaning.value < 0:
            return FieldValue(EntryState.UNREADABLE, None, "negative")
        return FieldValue(EntryState.NUMBER, Decimal(meaning.value), meaning.note)
    return _make_state(meaning.state, meaning.note)


def _read_words(raw: RawCell) -> FieldValue:
    """Read a text; a number is the text a person reads in it."""
    if raw.stored is StorageType.EMPTY:
        return _BLANK
    if raw.stored is StorageType.ERROR:
        return FieldValue(EntryState.UNREADABLE, None, "error_value")
    if raw.stored is StorageType.DATE or (raw.stored is StorageType.NUMBER and raw.look.is_date):
        return FieldValue(EntryState.UNREADABLE, None, "date")
    if whole := _find_whole_mark(raw):
        return whole
    if raw.stored is StorageType.NUMBER:
        return FieldValue(EntryState.NUMBER, _show_number(str(raw.text)))
    text = " ".join(select_visible_text(raw.text, raw.look).split())
    if not text:
        return _BLANK
    return _DECLINED if text in {"/", "\uff0f"} else FieldValue(EntryState.NUMBER, text)


def _show_number(text: str) -> str:
    """Return the digits of a stored number as a person reads them: 2025001.0 is 2025001."""
    try:
        number = Decimal(text)
    except ArithmeticError:
        return text
    whole = number.to_integral_value()
    return f"{whole:f}" if whole == number else f"{number.normalize():f}"


def _find_whole_mark(raw: RawCell) -> FieldValue | None:
    """Return the meaning of a cell of which nothing can be read as it is shown; None for any other."""
    marks = (*raw.look.marks, raw.look.placed)
    note = next((_WHOLE_MARKS[mark] for mark in marks if mark in _WHOLE_MARKS), None)
    if (
        note is None
        and raw.stored is StorageType.TEXT
        and str(raw.text).strip()
        and not select_visible_text(raw.text, raw.look).strip()
    ):
        note = "struck_out"
    return FieldValue(EntryState.UNREADABLE, None, note) if note else None


_DATE_CELL = Cell("", "", "", "", CellKind.DATE, "", Box(1, 1), (), (), length=_MAX_TEXT_CHARACTERS)
