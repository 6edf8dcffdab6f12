"""Interpret a cell as a person reads it, where what it shows is not simply what is stored.

======================================= ============== =======================================================
what the cell shows                     state          note
======================================= ============== =======================================================
79 struck out beside 88                 number 88      ``struck``
88 with a raised or lowered 1           number 88      ``raised``
88 under small characters (ruby)        number 88      ``ruby``
digits on both sides of such a part     unreadable     ``between``
more raised characters than a mark has  unreadable     ``between``
all of it struck out, or crossed out    unreadable     ``struck_out``
a part nobody sees (white, size 0, …)   unreadable     ``invisible``
all of it raised or lowered, or Symbol  number 88      ``odd_font``
all or a part in a font of pictures     unreadable     ``symbol_font``
repeated over the width of the cell     unreadable     ``repeated``
upside down                             unreadable     ``upside_down``
0, by its format shown as nothing       number 0       ``zero_hidden``
another figure, or nothing, by format   unreadable     ``shown_differs``
a format with a multiplier or a word    unreadable     ``shown_differs``
another text beside it in the file      unreadable     ``cached_differs``
======================================= ============== =======================================================

A format that only adds separators, zeros behind the point, a currency sign or a unit agrees with what is stored; of a
figure whose unit is printed, only that unit does.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from xltool.model.form import CellKind, Number
from xltool.model.submission import EntryState
from xltool.recognition.cell_values import MAX_DIGITS, interpret_cell, is_not_applicable, load_plain_units
from xltool.spreadsheet.cell_look import CellLook, Mark, find_run_mark, split_runs
from xltool.spreadsheet.number_formats import GENERAL, parse_stored_number, render_number, render_text
from xltool.spreadsheet.raw_workbook import RawCell, StorageType
from xltool.spreadsheet.workbook_colours import format_colour, is_unseen

MAX_MARK_CHARACTERS = 3  # of a note mark such as [12]; more raised characters may be part of the figure
_EXACT_FORMATS = (GENERAL, "@", "")
_SHOWN_NUMBER = re.compile(
    r"(?P<number>[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+|[0-9]+|(?=\.[0-9]))(?:\.[0-9]*)?"
    r"(?:E[+-]?[0-9]+)?)"
    r"|(?:(?P<whole>[0-9]+) )?(?P<over>[0-9]+)/(?P<under>[0-9]+)"
)
_NOTES = {Mark.STRUCK: "struck", Mark.RAISED: "raised", Mark.LOWERED: "raised", Mark.RUBY: "ruby"}
_ODD_FONTS = (Mark.RAISED, Mark.LOWERED, Mark.SYMBOL_DIGITS)  # all of a figure in them is still that figure
_UNREADABLE_MARKS = {Mark.INVISIBLE: "invisible", Mark.SYMBOL: "symbol_font"}
_UNSEEN_WORDS = {Mark.INVISIBLE: "invisible", Mark.STRUCK: "struck_out"}
_PLACED_NOTES = {Mark.REPEATED: "repeated", Mark.UPSIDE_DOWN: "upside_down", Mark.CROSSED: "struck_out"}
_REPEATED_TIMES = 3  # in a sentence; how often it fits depends on the width of the column


class ShownMeaning(NamedTuple):
    """What a cell means to a person; ``shown`` is what it shows where that is not simply its text."""

    state: EntryState
    value: Number | None
    note: str | None = None
    shown: str | None = None


def interpret_shown(cell: RawCell, kind: CellKind, decimals: int, unit: str = "") -> ShownMeaning:
    """Interpret a figure as `interpret_cell` does, unless the cell shows something else than it stores.

    ``unit`` is the unit of the form, which a number format may add to any figure.
    """
    if _is_ordinary(cell):
        return _interpret_stored(cell, kind, decimals)
    if cell.stored is StorageType.NUMBER:
        return _interpret_number(cell, kind, decimals, unit)
    if cell.stored is StorageType.TEXT:
        return _interpret_text(cell, kind, decimals)
    return _interpret_stored(cell, kind, decimals)


def is_read_as_stored(cell: RawCell, looks: Iterable[CellLook]) -> bool:
    """Return True if a figure is read as it is stored, whichever of these looks its cell has."""
    return all(not look.is_date and _is_ordinary(cell._replace(look=look)) for look in looks)


def _interpret_stored(cell: RawCell, kind: CellKind, decimals: int) -> ShownMeaning:
    return ShownMeaning(*interpret_cell(cell, kind, decimals))


def _make_unreadable(note: str, shown: str) -> ShownMeaning:
    return ShownMeaning(EntryState.UNREADABLE, None, note, shown)


def _is_ordinary(cell: RawCell) -> bool:
    if not cell.look.is_plain or type(cell.text) is not str:
        return False
    return cell.stored is not StorageType.NUMBER or cell.text.isdigit() or cell.look.format_code in _EXACT_FORMATS


# --- numbers -------------------------------------------------------------------------------------------------------


def _interpret_number(cell: RawCell, kind: CellKind, decimals: int, unit: str) -> ShownMeaning:
    meaning = _interpret_stored(cell, kind, decimals)
    number = parse_stored_number(cell.text)
    if number is None:  # no number at all, which the note says, or one that no program can show
        return meaning if meaning.state is EntryState.UNREADABLE else _make_unreadable("shown_differs", "")
    shown = render_number(cell.text.strip(), cell.look.format_code)
    if whole := _find_whole_mark(cell, shown.colour):
        return whole
    text = shown.text.strip()
    if not text:
        zero = meaning.state is EntryState.NUMBER and not meaning.value
        return meaning._replace(note="zero_hidden", shown="") if zero else _make_unreadable("shown_differs", "")
    cached = cell.look.cached
    if not is_shown_as(text, number, unit) and not _is_rounded_by_file_only(cell.look, number, unit):
        return _make_unreadable("shown_differs", text)
    if cached is not None and not _is_cached_of(cached, text, number, unit):
        return _make_unreadable("cached_differs", cached)
    has_odd_font = meaning.state is EntryState.NUMBER and any(mark in _ODD_FONTS for mark in cell.look.marks)
    return meaning._replace(note=meaning.note or "odd_font", shown=text) if has_odd_font else meaning


def _is_rounded_by_file_only(look: CellLook, number: Decimal, unit: str) -> bool:
    """Return True if a format without decimals stands in the file, but the program that wrote it showed them.

    Gnumeric writes the format 0 to .ods for 0.######, and the figure with its decimals beside it.
    """
    return look.format_code == "0" and look.cached is not None and is_shown_as(look.cached, number, unit)


def _is_cached_of(cached: str, shown: str, number: Decimal, unit: str) -> bool:
    """Return True if the text beside a number in the file is what its format shows, or reads as that number."""
    if cached.split() == shown.split() or is_shown_as(cached, number, unit):
        return True
    return interpret_cell(RawCell(StorageType.TEXT, cached), CellKind.AMOUNT, MAX_DIGITS).value == number


def _find_whole_mark(cell: RawCell, colour: str = "") -> ShownMeaning | None:
    """Return the meaning of a cell that cannot be read as a whole, for its font or its place; None for any other."""
    look = cell.look
    if Mark.INVISIBLE in look.marks or is_unseen(format_colour(colour), look.background):
        return _make_unreadable("invisible", "")
    if Mark.STRUCK in look.marks:
        return _make_unreadable("struck_out", "")
    return _make_unreadable("symbol_font", "") if Mark.SYMBOL in look.marks else _find_odd_place(cell)


def find_unseen_words(cell: RawCell) -> ShownMeaning | None:
    """Return the meaning of words, or a date, of which nothing can be seen or read; None for all others."""
    if cell.look.is_plain and type(cell.text) is str:
        return None
    marks = {find_run_mark(run, cell.look) for run in split_runs(cell.text) if run.text.strip()}
    if cell.look.placed is Mark.CROSSED and marks:
        return _make_unreadable("struck_out", "")
    if Mark.SYMBOL in marks and any(map(_has_picture, cell.text)):
        return _make_unreadable("symbol_font", "")
    if unseen := next((mark for mark in _UNSEEN_WORDS if mark in marks and marks <= _UNSEEN_WORDS.keys()), None):
        return _make_unreadable(_UNSEEN_WORDS[unseen], "")
    if cell.stored is not StorageType.TEXT:
        return None
    shown = render_text(str(cell.text), cell.look.format_code)
    return None if shown.split() == cell.text.split() else _make_unreadable("shown_differs", shown.strip())


def _has_picture(character: str) -> bool:
    """Return True if a font of pictures has one in place of a character; it has none of Chinese ones."""
    return character.isascii() and not character.isspace()


def _find_odd_place(cell: RawCell) -> ShownMeaning | None:
    """Return the meaning of a cell that repeats its characters or turns them over; None for any other."""
    note = _PLACED_NOTES.get(cell.look.placed) if cell.look.placed else None
    if note is None:
        return None
    text = str(cell.text).strip()
    return _make_unreadable(note, f"{text * _REPEATED_TIMES}…" if note == "repeated" else "")


@lru_cache(maxsize=4096)
def is_shown_as(text: str, number: Decimal, unit: str = "") -> bool:
    """Return True if a person reads this number in what a cell shows: the figure itself, perhaps with its unit."""
    core = _strip_units(text, unit if number else "")  # nothing is nothing in every unit
    if is_not_applicable(core):
        return not number
    negative = core.startswith("(") and core.endswith(")")
    core = core.rstrip("% ") if not number else core
    match = _SHOWN_NUMBER.fullmatch(core[1:-1].strip() if negative else core)
    if match is None:
        return False
    if match["under"]:
        fraction = int(match["whole"] or 0) + Fraction(int(match["over"]), int(match["under"]) or 1)
        return (-fraction if negative else fraction) == Fraction(f"{number:.15g}")
    shown = Decimal(re.sub("[, ]", "", match["number"]).replace(".E", "E").rstrip("."))
    return (shown.copy_negate() if negative else shown) == Decimal(f"{number:.15g}")


def _strip_units(text: str, own_unit: str) -> str:
    """Return a text without blanks, units and currency signs around it; a minus sign moves to the digits."""
    units = load_plain_units(own_unit)
    core = " ".join(text.split())
    sign = "-" if core.startswith("-") else ""
    core = core.removeprefix("-").strip()
    while True:
        unit = next((unit for unit in units if core.casefold().startswith(unit) or core.casefold().endswith(unit)), "")
        if not unit:
            return sign + core
        front = core.casefold().startswith(unit)
        core = (core[len(unit) :] if front else core[: -len(unit)]).strip()
        if not sign and front and core.startswith("-"):
            sign, core = "-", core.removeprefix("-").strip()


# --- texts ---------------------------------------------------------------------------------------------------------


def _interpret_text(cell: RawCell, kind: CellKind, decimals: int) -> ShownMeaning:
    if not cell.text.strip():
        return _interpret_stored(cell, kind, decimals)
    formatted = render_text(str(cell.text), cell.look.format_code)
    if formatted.split() != cell.text.split():
        return _make_unreadable("shown_differs", formatted.strip())
    cached = cell.look.cached
    if cached is not None and cached.split() != cell.text.split():
        return _make_unreadable("cached_differs", cached)
    return _find_odd_place(cell) or _interpret_runs(cell, kind, decimals)


def _interpret_runs(cell: RawCell, kind: CellKind, decimals: int) -> ShownMeaning:
    """Interpret a text of which some characters may look different."""
    runs = split_runs(cell.text)
    marked = [(run.text, find_run_mark(run, cell.look)) for run in runs if run.text.strip()]
    marks = dict.fromkeys(mark for _, mark in marked if mark)
    visible = "".join(run.text for run in runs if find_run_mark(run, cell.look) is None)
    apart = "".join(run.text for run in runs if find_run_mark(run, cell.look) is None or run.text.isspace())
    visible = visible if apart.strip() == visible.strip() else apart.strip()  # a blank that is struck out is a blank
    whole, plain = cell._replace(text=str(cell.text)), cell._replace(text=visible)
    if not marks:
        return _interpret_stored(plain, kind, decimals)
    if unreadable := next((note for mark, note in _UNREADABLE_MARKS.items() if mark in marks), ""):
        return _make_unreadable(unreadable, visible.strip())
    if not visible.strip():
        if Mark.STRUCK in marks:
            return _make_unreadable("struck_out", "")
        return _note_mark(_interpret_stored(whole, kind, decimals), "odd_font", str(cell.text))
    if _is_between(marked):
        return _make_unreadable("between", visible.strip())
    return _note_mark(_interpret_stored(plain, kind, decimals), _NOTES[next(iter(marks))], visible.strip())


def _note_mark(meaning: ShownMeaning, note: str, shown: str) -> ShownMeaning:
    """Return a meaning with the note of a mark, unless it is unreadable for a reason of its own."""
    return meaning._replace(note=meaning.note if meaning.state is EntryState.UNREADABLE else note, shown=shown)


def _is_between(marked: list[tuple[str, Mark | None]]) -> bool:
    """Return True if a part that is left out stands between visible ones, or is too long for a note mark."""
    kept = [index for index, (_, mark) in enumerate(marked) if mark is None]
    left_out = [(index, text, mark) for index, (text, mark) in enumerate(marked) if mark not in (None, Mark.RUBY)]
    if any(kept[0] < index < kept[-1] for index, _, _ in left_out):
        return True
    small = [text.strip() for _, text, mark in left_out if mark in (Mark.RAISED, Mark.LOWERED)]
    return len("".join(small)) > MAX_MARK_CHARACTERS
