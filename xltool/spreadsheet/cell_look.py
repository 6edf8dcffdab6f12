"""How the characters of a cell look: struck out, raised, invisible, repeated, as symbols.

A text of which some characters look different is a `MarkedText`: its value is what is stored, ``visible`` what a person
reads. The look of a whole cell is a `CellLook`; a `LookChange` is what a conditional format changes of it.
"""

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from xltool.spreadsheet.number_formats import GENERAL, is_date_format, is_plain_format
from xltool.spreadsheet.workbook_colours import BLACK, WHITE, is_unseen

MIN_FONT_POINTS = 2.0  # a smaller character is a dot
MIN_ROW_POINTS = 4.0  # in a lower row nobody can read a figure
MAX_NARROW_CHARACTERS = 16.0  # a wider column has room for every figure, which have fifteen digits at most
MIN_COLUMN_CHARACTERS = 1.7  # a narrower column has no room for one digit; with its margins, in Excel's unit

_SYMBOL_FONTS = frozenset(
    {
        *("wingdings", "wingdings 2", "wingdings 3", "webdings", "marlett", "mt extra", "bookshelf symbol 7"),
        *("ms reference specialty", "monotype sorts", "zapfdingbats", "zapf dingbats", "itc zapf dingbats"),
    }
)
_SYMBOL_FONT_WITH_DIGITS = "symbol"


class Mark(StrEnum):
    """How characters look, or why they are not seen."""

    STRUCK = "struck"
    RAISED = "raised"
    LOWERED = "lowered"
    INVISIBLE = "invisible"  # in the colour of the background, hidden, or too small
    RUBY = "ruby"  # small characters above the text; not part of what is stored
    SYMBOL = "symbol"  # in a font that has pictures in place of digits
    SYMBOL_DIGITS = "symbol_digits"  # in the font Symbol, whose digits are digits
    REPEATED = "repeated"  # as often as they fit into the cell
    UPSIDE_DOWN = "upside_down"
    ACROSS = "across"  # centred across the empty cells to the right, too
    FITTED = "fitted"  # shrunk or turned, so that it fits its column however narrow
    CROSSED = "crossed"  # under a diagonal line of the cell's border


class Run(NamedTuple):
    """Characters of one look. ``colour`` is theirs if it is not automatic; the background decides whether it is seen.

    ``inherits`` is True if they look as the cell does.
    """

    text: str
    mark: Mark | None = None
    colour: str = ""
    inherits: bool = False


class MarkedText(str):
    """A stored text with runs of different look. Equal only to a text with the same runs."""

    __slots__ = ("runs",)
    runs: tuple[Run, ...]

    def __new__(cls, runs: Iterable[Run]) -> "MarkedText":
        """Join the runs; those of ruby stay outside."""
        kept = tuple(runs)
        marked = super().__new__(cls, "".join(run.text for run in kept if run.mark is not Mark.RUBY))
        marked.runs = kept
        return marked

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MarkedText) and self.runs == other.runs

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__

    def __getnewargs__(self) -> tuple[tuple[Run, ...]]:  # type: ignore[override]  # how it is pickled
        return (self.runs,)


class CellLook(NamedTuple):
    """The look of a whole cell. ``background`` is RRGGBB; ``is_plain`` means that whole numbers are shown as they are.

    ``marks`` are those of its characters, seen before its background, ``placed`` how they are placed in the cell.
    ``font_mark`` and ``colour`` are those of its font alone. ``cached`` is what the program that saved the file says
    the cell shows, where that is not simply what is stored.
    """

    format_code: str = GENERAL
    marks: tuple[Mark, ...] = ()
    background: str = WHITE
    is_plain: bool = True
    is_date: bool = False
    placed: Mark | None = None
    font_mark: Mark | None = None
    colour: str = ""
    cached: str | None = None


PLAIN_LOOK = CellLook()


class LookChange(NamedTuple):
    """What a conditional format changes of the look of a cell; None for what it leaves.

    ``clears_mark`` means that it removes the mark of the font, if it has none of its own.
    """

    format_code: str | None = None
    mark: Mark | None = None
    clears_mark: bool = False
    colour: str | None = None
    background: str | None = None

    @property
    def is_harmless(self) -> bool:
        """Whether no figure reads differently by it, whatever its cell looks like."""
        if self.format_code is not None or self.mark or self.clears_mark:
            return False
        if self.colour is None:
            return self.background is None
        return self.background is not None and not is_unseen(self.colour or BLACK, self.background)


@lru_cache(maxsize=4096)
def make_look(
    format_code: str,
    mark: Mark | None,
    colour: str,
    background: str,
    placed: Mark | None = None,
    automatic: str = BLACK,
) -> CellLook:
    """Return the look of a cell from its number format, the mark of its font, its font colour and its fill.

    An ``automatic`` font colour is black, as in Excel; "" for one that is always seen.
    """
    marks = (mark,) if mark else (Mark.INVISIBLE,) if is_unseen(colour or automatic, background) else ()
    is_date = is_date_format(format_code)
    is_plain = not marks and placed in (None, Mark.FITTED) and (is_date or is_plain_format(format_code))
    return CellLook(format_code, marks, background or WHITE, is_plain, is_date, placed, mark, colour)


def change_look(look: CellLook, change: LookChange) -> CellLook:
    """Return the look of a cell to which a conditional format applies."""
    changed = make_look(
        look.format_code if change.format_code is None else change.format_code,
        change.mark or (None if change.clears_mark else look.font_mark),
        look.colour if change.colour is None else change.colour,
        look.background if change.background is None else change.background,
        look.placed,
    )
    return changed if look.cached is None else changed._replace(cached=look.cached, is_plain=False)


def mark_font(*, struck: bool, raised: bool, lowered: bool, points: float | None, name: str = "") -> Mark | None:
    """Return the mark of a font; ``points`` is its size, None if not stated."""
    folded = name.strip().casefold()
    stated = {
        Mark.INVISIBLE: points is not None and points < MIN_FONT_POINTS,
        Mark.STRUCK: struck,
        Mark.SYMBOL: folded in _SYMBOL_FONTS,
        Mark.RAISED: raised,
        Mark.LOWERED: lowered,
        Mark.SYMBOL_DIGITS: folded == _SYMBOL_FONT_WITH_DIGITS,
    }
    return next((mark for mark, applies in stated.items() if applies), None)


_ALIGNMENTS = {"fill": Mark.REPEATED, "centerContinuous": Mark.ACROSS}
_BINARY_ALIGNMENTS = {4: Mark.REPEATED, 6: Mark.ACROSS}  # of .xls and .xlsb


def mark_alignment(horizontal: str | int) -> Mark | None:
    """Return how characters are placed by a horizontal alignment, as Excel names or numbers it."""
    return _ALIGNMENTS.get(horizontal) if isinstance(horizontal, str) else _BINARY_ALIGNMENTS.get(horizontal)


def mark_runs(runs: Iterable[Run]) -> str:
    """Join runs to a text: a plain one if all look the same and none has a colour of its own."""
    kept = [run for run in runs if run.text]
    if all(run.mark is None and not run.colour for run in kept):
        return "".join(run.text for run in kept)
    return MarkedText(kept)


_UNSEEN_MARKS = (Mark.STRUCK, Mark.INVISIBLE, Mark.RUBY)


def select_visible_text(text: str, look: CellLook) -> str:
    """Return the text of a cell without what is struck out or invisible; raised and lowered characters stay."""
    if type(text) is str and not look.marks:
        return text
    return "".join(run.text for run in split_runs(text) if find_run_mark(run, look) not in _UNSEEN_MARKS)


def split_runs(text: str) -> tuple[Run, ...]:
    """Return the runs of a text; a plain one is a single run that looks as its cell does."""
    return text.runs if isinstance(text, MarkedText) else (Run(text, inherits=True),)


def find_run_mark(run: Run, look: CellLook) -> Mark | None:
    """Return the mark of a run before the background of its cell."""
    if run.inherits and look.marks and run.mark is None:
        return look.marks[0]
    if run.mark is Mark.SYMBOL_DIGITS:  # its digits are those of any font
        return Mark.INVISIBLE if is_unseen(run.colour, look.background) else None
    return run.mark or (Mark.INVISIBLE if is_unseen(run.colour, look.background) else None)
