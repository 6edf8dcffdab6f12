"""One of two sides that are compared, and what a cell of it holds.

A side is a workbook as handed in, a consolidated workbook, one agency's row of one, or a published report. Of a
published report a total counts as it is printed, of a workbook as it is computed: what is stored there is nobody's
word.
"""

from collections.abc import Mapping
from typing import NamedTuple

from xltool.forms.placeholders import shown, squeezed
from xltool.messages import catalogue as texts
from xltool.model.agency import Scope
from xltool.model.form import Form, Number
from xltool.model.submission import Entry, State, Submission


class Side(NamedTuple):
    """One of the two: its form and what was read.

    ``published`` if it is a published report; then ``places`` says in words where each figure stands, and ``unread``
    are the cells that could not be told or were not found: of them nothing is known, and they are not blank.
    ``summed`` if it is a row of a consolidated workbook, which holds figures as sums take them.
    """

    form: Form
    submission: Submission
    published: bool = False
    places: Mapping[str, str] = {}
    unread: frozenset[str] = frozenset()
    summed: bool = False


class Held(NamedTuple):
    """What a cell holds: ``raw`` is what stands there where it is no number, ``place`` where that is, in words.

    ``known`` is false where a published report has a figure, or may have one, that could not be read.
    """

    state: State
    value: Number | None
    raw: str = ""
    place: str = ""
    known: bool = True

    @property
    def words(self) -> str:
        """What it holds, in words where it is no number."""
        if not self.known:
            return texts.word("compared", "unread")
        return shown(self.value) if self.value is not None else self.raw or texts.word("state", self.state.value)


def held(side: Side, cell: str, *, summed: bool = False) -> Held:
    """What a cell of a side holds; ``summed`` as a sum takes it, where what does not apply is 0."""
    entry, value = side.submission.entries.get(cell), side.submission.values.get(cell)
    found = _as_read(entry, value, side) if _counts_as_read(side, cell) else _computed(value)
    if summed and found.state is State.NOT_APPLICABLE:
        found = Held(State.NUMBER, 0)
    return found._replace(place=_place(side, entry), known=cell not in side.unread)


def differ(left: Held, right: Held) -> bool:
    """Whether two cells hold something else; unreadable words are compared as words."""
    if State.UNREADABLE in (left.state, right.state):
        return (left.state, squeezed(left.raw)) != (right.state, squeezed(right.raw))
    return (left.state, left.value) != (right.state, right.value)


def called(left: Side, right: Side) -> tuple[str, str]:
    """What the two are called beside each other: by what they are, else by their years, else one and the other."""
    kinds = (_kind(left), _kind(right))
    if kinds[0] != kinds[1]:
        return texts.word("compared", kinds[0]), texts.word("compared", kinds[1])
    if of_years(left, right):
        one, other = (texts.phrase("compared_of_year", year=side.submission.year) for side in (left, right))
        return one, other
    return texts.word("compared", "left"), texts.word("compared", "right")


def of_years(left: Side, right: Side) -> bool:
    """Whether the two are called by their years: both are of one kind, and of different years."""
    years = (left.submission.year, right.submission.year)
    return _kind(left) == _kind(right) and None not in years and years[0] != years[1]


def _kind(side: Side) -> str:
    if side.published:
        return "published"
    return "summed" if side.summed or side.submission.scope is Scope.AREA else "handed_in"


def _counts_as_read(side: Side, cell: str) -> bool:
    return side.published or not side.form.cells[cell].computed


def _computed(value: Number | None) -> Held:
    return Held(State.BLANK if value is None else State.NUMBER, value)


def _as_read(entry: Entry | None, value: Number | None, side: Side) -> Held:
    if entry is None:
        return _computed(value)
    number = entry.value if side.published else value
    if number is not None:
        return Held(State.NUMBER, number)
    return Held(entry.state, None, (entry.raw or "").strip() if entry.state is not State.BLANK else "")


def _place(side: Side, entry: Entry | None) -> str:
    if side.published:
        return side.places.get(entry.cell, "") if entry else ""
    return "!".join(filter(None, (entry.sheet, entry.address))) if entry else ""
