"""Two reports side by side: which figures and which words differ. Judges nothing; which of them is right is not known.

A side is a workbook as handed in, a consolidated workbook, or a published report. Of a published report a total counts
as it is printed, of a workbook as it is computed: what is stored there is nobody's word.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

from xltool.forms.placeholders import filled_where_possible, says, squeezed, without
from xltool.model import Cell, Entry, Form, Number, State, Submission

_AROUND = 10  # signs shown before and after what differs


class Side(NamedTuple):
    """One of the two: its form, what was read, and whether that is a published report."""

    form: Form
    submission: Submission
    published: bool = False


class Held(NamedTuple):
    """What a cell holds: ``raw`` is what stands there where it is no number."""

    state: State
    value: Number | None
    raw: str = ""


class FigureDifference(NamedTuple):
    """A cell that differs, and what its table is called."""

    cell: Cell
    table: str
    left: Held
    right: Held

    @property
    def gap(self) -> Number | None:
        """Right minus left, where both are numbers."""
        return None if self.left.value is None or self.right.value is None else self.right.value - self.left.value


class TextDifference(NamedTuple):
    """Paragraphs of one section that stand on one side only; where both are given, one was changed into the other."""

    section: str
    left: str
    right: str


class AboutDifference(NamedTuple):
    """What the two are about: ``fact`` is agency, year or edition."""

    fact: str
    left: str
    right: str


@dataclass(frozen=True)
class Compared:
    """Both sides, how many figures both have, and every difference; ``only_left`` and ``only_right`` by cell id."""

    left: Side
    right: Side
    count: int
    about: tuple[AboutDifference, ...]
    figures: tuple[FigureDifference, ...]
    texts: tuple[TextDifference, ...]
    only_left: tuple[str, ...]
    only_right: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not (self.about or self.figures or self.texts)


def compare(left: Side, right: Side) -> Compared:
    """Everything in which the two differ, in the order of the left one's form."""
    shared = [cell for cell in left.form.cells if cell in right.form.cells]
    names = {table.id: table.name if table.printed else table.title for table in left.form.tables}
    held = [(left.form.cells[cell], _held(left, cell), _held(right, cell)) for cell in shared]
    return Compared(
        left=left,
        right=right,
        count=len(shared),
        about=tuple(_about(left.submission, right.submission)),
        figures=tuple(
            FigureDifference(cell, names[cell.table], one, other) for cell, one, other in held if _differ(one, other)
        ),
        texts=tuple(_texts(left, right)),
        only_left=tuple(cell for cell in left.form.cells if cell not in right.form.cells),
        only_right=tuple(cell for cell in right.form.cells if cell not in left.form.cells),
    )


def excerpts(left: str, right: str) -> tuple[str, str]:
    """Two texts from a little before the first to a little after the last sign in which they differ."""
    before = _alike(left, right)
    after = _alike(left[before:][::-1], right[before:][::-1])
    return _cut(left, before, len(left) - after), _cut(right, before, len(right) - after)


def _alike(left: str, right: str) -> int:
    """How many signs both begin with."""
    changed = (at for at, (one, other) in enumerate(zip(left, right, strict=False)) if one != other)
    return next(changed, min(len(left), len(right)))


def _cut(text: str, start: int, end: int) -> str:
    first, last = max(0, start - _AROUND), min(len(text), end + _AROUND)
    return f"{'…' if first else ''}{text[first:last]}{'…' if last < len(text) else ''}"


def pieces(left: str, right: str) -> Iterator[tuple[str, str]]:
    """Two texts as pieces (left, right) in order: alike where both are the same, changed where they are not."""
    for _, start, end, begin, stop in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        yield left[start:end], right[begin:stop]


def _held(side: Side, cell: str) -> Held:
    entry, value = side.submission.entries.get(cell), side.submission.values.get(cell)
    if side.published or not side.form.cells[cell].computed:
        return _as_read(entry, value, published=side.published)
    return Held(State.BLANK if value is None else State.NUMBER, value)


def _as_read(entry: Entry | None, value: Number | None, *, published: bool) -> Held:
    if entry is None:
        return Held(State.BLANK if value is None else State.NUMBER, value)
    number = entry.value if published else value
    if number is not None:
        return Held(State.NUMBER, number)
    return Held(entry.state, None, (entry.raw or "").strip() if entry.state is not State.BLANK else "")


def _differ(left: Held, right: Held) -> bool:
    if State.UNREADABLE in (left.state, right.state):
        return (left.state, squeezed(left.raw)) != (right.state, squeezed(right.raw))
    return (left.state, left.value) != (right.state, right.value)


def _about(left: Submission, right: Submission) -> Iterator[AboutDifference]:
    """What one side does not say is no difference."""
    facts: Mapping[str, tuple[str, str]] = {
        "agency": (left.agency_name, right.agency_name),
        "year": (str(left.year or ""), str(right.year or "")),
        "edition": (f"{left.form} {left.edition}", f"{right.form} {right.edition}"),
    }
    for fact, (one, other) in facts.items():
        if one and other and squeezed(one) != squeezed(other):
            yield AboutDifference(fact, one, other)


def _texts(left: Side, right: Side) -> Iterator[TextDifference]:
    for section in left.form.sections:
        if not section.paragraphs:
            continue
        one, other = _paragraphs(left, section.id), _paragraphs(right, section.id)
        if _whole(left, section.id, one) != _whole(right, section.id, other):
            yield from _changed(section.heading, one, other)


def _whole(side: Side, section: str, paragraphs: Sequence[str]) -> str:
    """A section's words without white space and breaks, and without what is compared as figures."""
    return without(squeezed("".join(paragraphs)), _sentences(side, section))


def _sentences(side: Side, section: str) -> list[str]:
    return [table.sentence for table in side.form.tables if table.section == section]


def _paragraphs(side: Side, section: str) -> list[str]:
    """What is written, without a sentence that only says figures: those are compared as figures."""
    text = filled_where_possible(side.submission.texts.get(section, ""), side.form, side.submission)
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return [line for line in lines if not any(says(line, sentence) for sentence in _sentences(side, section))]


def _changed(heading: str, left: Sequence[str], right: Sequence[str]) -> Iterator[TextDifference]:
    """Paragraphs that are not on both sides; those that stand at the same place are put beside each other."""
    one, other = list(map(squeezed, left)), list(map(squeezed, right))
    for kind, start, end, begin, stop in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        for at in range(max(end - start, stop - begin)):
            gone = left[start + at] if start + at < end else ""
            new = right[begin + at] if begin + at < stop else ""
            yield TextDifference(heading, gone, new)
