"""In which words two sides differ, paragraph by paragraph; white space and breaks of lines are no difference."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from xltool.comparison.sides import Side
from xltool.forms.placeholders import filled_where_possible, says, squeezed, without

_AROUND = 10  # signs shown before and after what differs
_ALIKE = 0.4  # of two paragraphs, as difflib measures: one was changed into the other


class TextDifference(NamedTuple):
    """Paragraphs of one section that stand on one side only; where both are given, one was changed into the other.

    ``whole`` if the other side says nothing at all in this section; then the paragraphs are lines.
    """

    section: str
    left: str
    right: str
    whole: bool = False


def text_differences(left: Side, right: Side) -> Iterator[TextDifference]:
    """Every paragraph that differs, by section in the order of the left one's form."""
    for section in left.form.sections:
        if not section.paragraphs:
            continue
        one, other = paragraphs(left, section.id), paragraphs(right, section.id)
        if _whole(left, section.id, one) == _whole(right, section.id, other):
            continue
        if not one or not other:
            yield TextDifference(section.heading, "\n".join(one), "\n".join(other), whole=True)
        else:
            yield from (TextDifference(section.heading, *pair) for pair in _changed(one, other))


def paragraphs(side: Side, section: str) -> list[str]:
    """What is written, without a sentence that only says figures: those are compared as figures."""
    text = filled_where_possible(side.submission.texts.get(section, ""), side.form, side.submission)
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return [line for line in lines if not any(says(line, sentence) for sentence in _sentences(side, section))]


def excerpts(left: str, right: str) -> tuple[str, str]:
    """Two texts from a little before the first to a little after the last sign in which they differ."""
    before = _alike(left, right)
    after = _alike(left[before:][::-1], right[before:][::-1])
    return _cut(left, before, len(left) - after), _cut(right, before, len(right) - after)


def pieces(left: str, right: str) -> Iterator[tuple[str, str]]:
    """Two texts as pieces (left, right) in order: alike where both are the same, changed where they are not."""
    for _, start, end, begin, stop in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        yield left[start:end], right[begin:stop]


def _alike(left: str, right: str) -> int:
    """How many signs both begin with."""
    changed = (at for at, (one, other) in enumerate(zip(left, right, strict=False)) if one != other)
    return next(changed, min(len(left), len(right)))


def _cut(text: str, start: int, end: int) -> str:
    first, last = max(0, start - _AROUND), min(len(text), end + _AROUND)
    return f"{'…' if first else ''}{text[first:last]}{'…' if last < len(text) else ''}"


def _whole(side: Side, section: str, written: Sequence[str]) -> str:
    """A section's words without white space and breaks, and without what is compared as figures."""
    return without(squeezed("".join(written)), _sentences(side, section))


def _sentences(side: Side, section: str) -> list[str]:
    return [table.sentence for table in side.form.tables if table.section == section]


def _changed(left: Sequence[str], right: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Paragraphs that are not on both sides; those that are much alike are put beside each other."""
    one, other = list(map(squeezed, left)), list(map(squeezed, right))
    for kind, start, end, begin, stop in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind != "equal":
            yield from _paired(left[start:end], right[begin:stop])


def _paired(left: Sequence[str], right: Sequence[str]) -> Iterator[tuple[str, str]]:
    """In order, each with the next one that is much alike; what is like nothing stands alone."""
    begin = 0
    for gone in left:
        at = next((at for at in range(begin, len(right)) if _much_alike(gone, right[at])), None)
        if at is None:
            yield gone, ""
            continue
        yield from (("", new) for new in right[begin:at])
        yield gone, right[at]
        begin = at + 1
    yield from (("", new) for new in right[begin:])


def _much_alike(one: str, other: str) -> bool:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE
