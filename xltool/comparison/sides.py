"""One side of a comparison, and the value of a cell on it.

A side is a submitted workbook, a consolidated workbook, one agency's row of one, or a published report. Totals of a
published report are compared as printed, totals of a workbook as recomputed: stored totals are not trusted.
"""

from collections.abc import Mapping
from typing import NamedTuple

from xltool.forms.placeholders import format_exact, remove_whitespace
from xltool.messages import catalogue
from xltool.model.agency import Scope
from xltool.model.form import Form, Number
from xltool.model.submission import Entry, EntryState, Submission
from xltool.spreadsheet.load_file import FileSource


class ComparedSide(NamedTuple):
    """One side of a comparison: its form and submission.

    ``published`` is True for a published report; then ``places`` describes the position of each figure in words, and
    ``unread`` are cells that were not found or could not be read: their values are unknown, not blank. ``summed`` is
    True for a row of a consolidated workbook, in which lines that do not apply are 0. ``source`` is the file read.
    """

    form: Form
    submission: Submission
    source: FileSource
    published: bool = False
    places: Mapping[str, str] = {}
    unread: frozenset[str] = frozenset()
    summed: bool = False


class ComparedValue(NamedTuple):
    """The value of a cell on one side: ``raw`` is its text if it is not a figure, ``place`` its position in words.

    ``known`` is False if a published report has, or may have, a figure that could not be read.
    """

    state: EntryState
    value: Number | None
    raw: str = ""
    place: str = ""
    known: bool = True

    @property
    def words(self) -> str:
        """The value as text, in words if it is not a number."""
        if not self.known:
            return catalogue.look_up_word("compared", "unread")
        if self.value is not None and not self.raw:
            return format_exact(self.value)
        return self.raw or catalogue.look_up_word("entrystate", self.state.value)


def read_compared_value(side: ComparedSide, cell: str, *, summed: bool = False) -> ComparedValue:
    """Return the value of a cell on a side; with ``summed``, a line that does not apply is 0."""
    entry, value = side.submission.entries.get(cell), side.submission.values.get(cell)
    cell_value = _build_read_value(entry, value, side) if _counts_as_read(side, cell) else _build_computed_value(value)
    if cell in side.submission.words:
        cell_value = cell_value._replace(raw=side.submission.words[cell])
    if summed and cell_value.state is EntryState.NOT_APPLICABLE:
        cell_value = ComparedValue(EntryState.NUMBER, 0)
    return cell_value._replace(place=_describe_place(side, entry), known=cell not in side.unread)


def are_different(left_value: ComparedValue, right_value: ComparedValue) -> bool:
    """Return whether two values differ; unreadable ones are compared as text."""
    if left_value.raw and left_value.raw == right_value.raw and left_value.value is None and right_value.value is None:
        return False
    if EntryState.UNREADABLE in (left_value.state, right_value.state):
        return (left_value.state, remove_whitespace(left_value.raw)) != (
            right_value.state,
            remove_whitespace(right_value.raw),
        )
    words = (
        (left_value.raw, right_value.raw)
        if left_value.value is not None and right_value.value is not None
        else ("", "")
    )
    return (left_value.state, left_value.value, words[0]) != (right_value.state, right_value.value, words[1])


def name_sides(left_side: ComparedSide, right_side: ComparedSide) -> tuple[str, str]:
    """Return names for both sides: by kind if it differs, else by year, else left and right."""
    kinds = (_classify_side(left_side), _classify_side(right_side))
    if kinds[0] != kinds[1]:
        return catalogue.look_up_word("compared", kinds[0]), catalogue.look_up_word("compared", kinds[1])
    if are_different_years(left_side, right_side):
        one, other = (
            catalogue.format_phrase("compared_of_year", year=side.submission.year) for side in (left_side, right_side)
        )
        return one, other
    return catalogue.look_up_word("compared", "left"), catalogue.look_up_word("compared", "right")


def are_different_years(left_side: ComparedSide, right_side: ComparedSide) -> bool:
    """Return whether both sides are of one kind and of different years."""
    years = (left_side.submission.year, right_side.submission.year)
    return _classify_side(left_side) == _classify_side(right_side) and None not in years and years[0] != years[1]


def _classify_side(side: ComparedSide) -> str:
    if side.published:
        return "published"
    return "summed" if side.summed or side.submission.scope is Scope.AREA else "handed_in"


def _counts_as_read(side: ComparedSide, cell: str) -> bool:
    return side.published or not side.form.cells[cell].computed


def _build_computed_value(value: Number | None) -> ComparedValue:
    return ComparedValue(EntryState.BLANK if value is None else EntryState.NUMBER, value)


def _build_read_value(entry: Entry | None, value: Number | None, side: ComparedSide) -> ComparedValue:
    if entry is None:
        return _build_computed_value(value)
    number = entry.value if side.published else value
    if number is not None:
        return ComparedValue(EntryState.NUMBER, number)
    return ComparedValue(entry.state, None, (entry.raw or "").strip() if entry.state is not EntryState.BLANK else "")


def _describe_place(side: ComparedSide, entry: Entry | None) -> str:
    if side.published:
        return side.places.get(entry.cell, "") if entry else ""
    return "!".join(filter(None, (entry.sheet, entry.address))) if entry else ""
