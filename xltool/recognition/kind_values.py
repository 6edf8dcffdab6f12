"""Interpret percentages, decimals, choices, dates and texts. Counts and amounts are interpreted by `cell_values`.

======================================== ============== ======== ===================================================
what the cell holds                      state          value    note
======================================== ============== ======== ===================================================
percent: 0.9677 shown as 96.77%          number         96.77    none
percent: 96.77                           number         96.77    none
percent: the text 96.77%                 number         96.77    ``text_number``
percent: 9677, above its maximum         unreadable     none     ``out_of_range``
decimal: 2.50                            number         2.5      none
choice: a word of the list               number         position none
choice: the word with blanks around it   number         position ``choice_spelling``
yes/no: a tick, 有, Y                    number         1        ``choice_spelling``
choice: any other word                   unreadable     none     ``not_choice``
date: a number in a date format          number         day      none
date: the text 2025-3-1, 2025年3月1日     number         day      ``text_date``
date: 45717, 3月1日, 2025-02-30           unreadable     none     ``not_date``
text: any text up to its length          number         length   none
text: a longer one                       unreadable     none     ``too_long``
======================================== ============== ======== ===================================================

Blank and not applicable are as for figures; in a text only ``/`` and 不适用 alone say that it does not apply.
"""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from xltool.forms.absent_tables import find_absent_tables, list_switch_words, name_switch
from xltool.forms.cell_kinds import MAX_DATE, MIN_DATE, serial_day, word_of
from xltool.model.form import MAX_CACHED_FORMS, Cell, CellKind, Form, Number
from xltool.model.submission import Entry, EntryState
from xltool.recognition.cell_values import Meaning, interpret_cell, is_affirmative, is_negative, is_not_applicable
from xltool.recognition.shown_values import ShownMeaning, find_unseen_words, interpret_shown, is_shown_as
from xltool.spreadsheet.cell_look import select_visible_text
from xltool.spreadsheet.number_formats import is_date_format, render_number
from xltool.spreadsheet.raw_workbook import RawCell, StorageType

OTHER_KINDS = frozenset(CellKind) - {CellKind.COUNT, CellKind.SIGNED_COUNT, CellKind.AMOUNT}
_ISO_DAY_CHARACTERS = 10
_SERIAL = re.compile(r"\d{1,6}(?:\.\d*)?")  # a day as a number, perhaps with a time
_PERCENT_SIGNS = "%\N{FULLWIDTH PERCENT SIGN}"


class WordMeaning(NamedTuple):
    """What a choice, a date or a text means, and the words a person reads in it."""

    meaning: ShownMeaning
    word: str | None = None


class _KindWords(NamedTuple):
    dates: tuple[re.Pattern[str], ...]
    day: str
    text_not_applicable: frozenset[str]


@cache
def _load_words() -> _KindWords:
    """Load what dates and texts need of ``values.toml``."""
    words = tomllib.loads((Path(__file__).parent / "values.toml").read_text("utf-8"))
    return _KindWords(tuple(map(re.compile, words["dates"])), words["day"], frozenset(words["text_not_applicable"]))


def interpret_kind(raw: RawCell, cell: Cell) -> WordMeaning:
    """Interpret a cell of one of `OTHER_KINDS`."""
    if cell.kind in {CellKind.PERCENT, CellKind.DECIMAL}:
        return WordMeaning(_check_limits(_interpret_measure(raw, cell), cell))
    text = select_visible_text(raw.text, raw.look).strip() if raw.stored is StorageType.TEXT else str(raw.text).strip()
    if raw.stored is StorageType.EMPTY or not _collapse(raw.text):
        return WordMeaning(ShownMeaning(*interpret_cell(raw, CellKind.COUNT, 0)))
    if raw.stored is StorageType.ERROR:
        return _make_unreadable("error_value")
    if unseen := find_unseen_words(raw):
        return WordMeaning(unseen)
    if _does_not_apply(text, cell):
        return WordMeaning(ShownMeaning(EntryState.NOT_APPLICABLE, None, "not_applicable"))
    return _INTERPRETERS[cell.kind](raw, text, cell)


def check_limits(meaning: Meaning, cell: Cell) -> Meaning:
    """Return the meaning of a figure; unreadable if it is typed and beyond the limits of its cell."""
    value = meaning.value
    beyond = (
        value is not None
        and not cell.computed
        and ((cell.minimum is not None and value < cell.minimum) or (cell.maximum is not None and value > cell.maximum))
    )
    return Meaning(EntryState.UNREADABLE, None, "out_of_range") if beyond else meaning


def _check_limits(meaning: ShownMeaning, cell: Cell) -> ShownMeaning:
    checked = check_limits(Meaning(*meaning[:3]), cell)
    return meaning if checked.value == meaning.value else ShownMeaning(*checked, shown=meaning.shown)


def _make_unreadable(note: str) -> WordMeaning:
    return WordMeaning(ShownMeaning(EntryState.UNREADABLE, None, note))


def _make_word(value: Number, note: str | None, word: str | None) -> WordMeaning:
    return WordMeaning(ShownMeaning(EntryState.NUMBER, value, note), word)


def _collapse(text: str) -> str:
    """Return a text in one width, without white space."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _does_not_apply(text: str, cell: Cell) -> bool:
    if cell.kind is CellKind.TEXT:
        return text.casefold() in _load_words().text_not_applicable
    plain = _collapse(text)
    if cell.choices and (
        plain in map(_collapse, cell.choices) or (cell.kind is CellKind.YES_NO and is_negative(plain))
    ):
        return False
    return is_not_applicable(plain)


# --- figures -----------------------------------------------------------------------------------------------------


def _interpret_measure(raw: RawCell, cell: Cell) -> ShownMeaning:
    """Interpret a percentage or decimal as an amount; a percentage in a percent format is a hundredfold."""
    decimals = cell.decimals
    if cell.kind is CellKind.PERCENT and raw.stored is StorageType.NUMBER and _is_percent_format(raw):
        return _interpret_fraction(raw, decimals)
    if cell.kind is CellKind.PERCENT and raw.stored is StorageType.TEXT:
        text = select_visible_text(raw.text, raw.look).strip()
        if text and text[-1] in _PERCENT_SIGNS:
            raw = raw._replace(text=text[:-1].rstrip())
    return interpret_shown(raw, CellKind.AMOUNT, decimals, cell.unit)


def _interpret_fraction(raw: RawCell, decimals: int) -> ShownMeaning:
    """Interpret a number in a percent format: a hundredfold, unless the cell shows nothing or another percentage."""
    fraction = interpret_cell(raw, CellKind.AMOUNT, decimals + 2)
    unseen = find_unseen_words(raw)
    if fraction.value is None or unseen:
        return unseen or ShownMeaning(*fraction)
    percent = (Decimal(fraction.value) * 100).normalize() + 0
    shown = render_number(str(raw.text).strip(), raw.look.format_code).text.strip()
    if not is_shown_as(shown.replace("%", "").strip(), percent):
        return ShownMeaning(EntryState.UNREADABLE, None, "shown_differs", shown)
    return ShownMeaning(fraction.state, percent, fraction.note)


def _is_percent_format(raw: RawCell) -> bool:
    return "%" in raw.look.format_code


# --- words -------------------------------------------------------------------------------------------------------


def _interpret_choice(raw: RawCell, text: str, cell: Cell) -> WordMeaning:
    plain = _collapse(text).casefold()
    for position, word in enumerate(cell.choices, start=1):
        if text == word:
            return _make_word(position, None if str(raw.text) == word else "choice_spelling", word)
        if plain == _collapse(word).casefold():
            return _make_word(position, "choice_spelling", word)
    if cell.kind is CellKind.YES_NO:
        says_yes = raw.text == "1" if raw.stored is StorageType.BOOLEAN else is_affirmative(text)
        if says_yes or raw.stored is StorageType.BOOLEAN or is_negative(plain):
            position = 1 if says_yes else 2
            return _make_word(position, "choice_spelling", cell.choices[position - 1])
    return _make_unreadable("not_choice")


def _interpret_date(raw: RawCell, text: str, cell: Cell) -> WordMeaning:
    day, note = _parse_date(raw, text)
    if day is None or not MIN_DATE <= day <= MAX_DATE:
        return _make_unreadable("not_date")
    number = serial_day(day)
    if check_limits(Meaning(EntryState.NUMBER, number, note), cell).value is None:
        return _make_unreadable("out_of_range")
    return _make_word(number, note, day.isoformat())


def spell_day(raw_cell: RawCell) -> RawCell:
    """Return a stored date as a text such as 2025年10月11日; any other cell unchanged."""
    stored_number = raw_cell.stored is StorageType.NUMBER and is_date_format(raw_cell.look.format_code)
    if raw_cell.stored is not StorageType.DATE and not stored_number:
        return raw_cell
    day, _ = _parse_date(raw_cell, str(raw_cell.text).strip())
    if day is None or not MIN_DATE <= day <= MAX_DATE:
        return raw_cell
    return raw_cell._replace(stored=StorageType.TEXT, text=format_day(day))


def format_day(day: date) -> str:
    """Return a day as people write it, such as 2025年10月11日."""
    return _load_words().day.format(year=day.year, month=day.month, day=day.day)


def _parse_date(raw: RawCell, text: str) -> tuple[date | None, str | None]:
    """Return the day a cell shows, and the note if it is not stored as a date."""
    with suppress(ValueError, OverflowError, ArithmeticError):
        if raw.stored is StorageType.DATE and not _SERIAL.fullmatch(text):
            return date.fromisoformat(text[:_ISO_DAY_CHARACTERS]), None
        if raw.stored is not StorageType.TEXT and (
            raw.stored is StorageType.DATE or is_date_format(raw.look.format_code)
        ):
            serial = int(Decimal(text))
            return date.fromordinal(serial + MIN_DATE.toordinal() - serial_day(MIN_DATE)), None
        plain = _collapse(text)
        for match in filter(None, (pattern.fullmatch(plain) for pattern in _load_words().dates)):
            return date(*map(int, match.groups())), "text_date"
    return None, None


def _interpret_words(raw: RawCell, text: str, cell: Cell) -> WordMeaning:
    if len(text) > cell.length:
        return _make_unreadable("too_long")
    return _make_word(len(text), None, text)


_INTERPRETERS: Mapping[CellKind, Callable[[RawCell, str, Cell], WordMeaning]] = {
    CellKind.CHOICE: _interpret_choice,
    CellKind.YES_NO: _interpret_choice,
    CellKind.DATE: _interpret_date,
    CellKind.TEXT: _interpret_words,
}


def find_words(form: Form, entries: Mapping[str, Entry]) -> dict[str, str]:
    """Return what a person reads in the choices, dates and texts that are filled in, by cell id.

    Also of a table that does not apply as a whole, by the name of its switch.
    """
    words = ((cell.id, word_for(cell, entries[cell.id].value, entries[cell.id].raw)) for cell in list_worded(form))
    absent = {name_switch(table): list_switch_words()[1] for table in find_absent_tables(form, entries)}
    return {cell: word for cell, word in words if word} | absent


@lru_cache(maxsize=MAX_CACHED_FORMS)
def list_worded(form: Form) -> tuple[Cell, ...]:
    """Return the cells of a form that hold words; cached."""
    return tuple(cell for cell in form.cells.values() if cell.is_worded)


def word_for(cell: Cell, value: Number | None, raw: str | None) -> str | None:
    """Return what a person reads in a worded cell with this value and raw text; None without a value."""
    if value is None or not cell.is_worded:
        return None
    return (raw or "").strip() if cell.kind is CellKind.TEXT else word_of(cell, value)
