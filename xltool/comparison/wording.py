"""Find differences between the texts of two sides, paragraph by paragraph, ignoring white space and line breaks."""

from collections.abc import Collection, Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from xltool.comparison.sides import ComparedSide
from xltool.forms.lists.list_words import read_key, read_row_word
from xltool.forms.placeholders import fill_known_placeholders, matches_sentence, remove_sentences, remove_whitespace
from xltool.model.observation_codes import ObservationCode

_CONTEXT_CHARACTERS = 10  # shown before and after a difference
_MIN_SIMILARITY = 0.4  # `difflib` ratio above which one paragraph is a changed version of the other


class TextDifference(NamedTuple):
    """A paragraph of one section on one side only; if both are given, one is a changed version of the other.

    ``whole`` is True if one side has no text in this section; then the paragraphs are joined by line breaks.
    """

    section: str
    left: str
    right: str
    whole: bool = False


def find_text_differences(left_side: ComparedSide, right_side: ComparedSide) -> Iterator[TextDifference]:
    """Yield every paragraph that differs, in the section order of the left side's form."""
    summed = {*_find_summed_lists(left_side), *_find_summed_lists(right_side)}
    for section in left_side.form.sections:
        one, other = (split_paragraphs(side, section.id, summed) for side in (left_side, right_side))
        if _normalize_section(left_side, section.id, one) == _normalize_section(right_side, section.id, other):
            continue
        if not one or not other:
            yield TextDifference(section.heading, "\n".join(one), "\n".join(other), whole=True)
        else:
            yield from (TextDifference(section.heading, *pair) for pair in _find_changed_paragraphs(one, other))


def _find_summed_lists(side: ComparedSide) -> Iterator[str]:
    """Yield the ids of lists whose rows the side does not have: it has one row an agency."""
    for item in side.submission.observations:
        if item.code is ObservationCode.IMPORT_LIST_SUMS and item.cell is not None:
            yield side.form.cells[item.cell].table


def split_paragraphs(side: ComparedSide, section: str, without_lists: Collection[str] = ()) -> list[str]:
    """Split a section into paragraphs, without sentences that only state table figures (compared as figures)."""
    text = fill_known_placeholders(side.submission.texts.get(section, ""), side.form, side.submission)
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    lines += _list_row_lines(side, section, without_lists)
    return [
        line
        for line in lines
        if not any(matches_sentence(line, sentence) for sentence in _list_figure_sentences(side, section))
    ]


def _list_row_lines(side: ComparedSide, section: str, without_lists: Collection[str]) -> Iterator[str]:
    """Yield each row of the lists of a section as a line, in the order of their keys."""
    for list_table in side.form.lists:
        if list_table.section == section and list_table.id not in without_lists:
            rows = side.submission.lists.get(list_table.id, ())
            for row in sorted(rows, key=lambda row: read_key(list_table, row)):
                yield " ".join(read_row_word(column, row.entries[column.id]) or "-" for column in list_table.columns)


def cut_excerpts(left: str, right: str) -> tuple[str, str]:
    """Cut two texts to the range from the first to the last differing character, with some context."""
    before = _count_common_prefix(left, right)
    after = _count_common_prefix(left[before:][::-1], right[before:][::-1])
    return _cut_excerpt(left, before, len(left) - after), _cut_excerpt(right, before, len(right) - after)


def split_into_pieces(left: str, right: str) -> Iterator[tuple[str, str]]:
    """Yield two texts as pairs of segments (left, right) in order, equal or different."""
    for _, start, end, begin, stop in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        yield left[start:end], right[begin:stop]


def _count_common_prefix(left: str, right: str) -> int:
    """Return the length of the common prefix."""
    changed = (at for at, (one, other) in enumerate(zip(left, right, strict=False)) if one != other)
    return next(changed, min(len(left), len(right)))


def _cut_excerpt(text: str, start: int, end: int) -> str:
    first, last = max(0, start - _CONTEXT_CHARACTERS), min(len(text), end + _CONTEXT_CHARACTERS)
    return f"{'…' if first else ''}{text[first:last]}{'…' if last < len(text) else ''}"


def _normalize_section(side: ComparedSide, section: str, written: Sequence[str]) -> str:
    """Return the text of a section without white space and without sentences compared as figures."""
    return remove_sentences(remove_whitespace("".join(written)), _list_figure_sentences(side, section))


def _list_figure_sentences(side: ComparedSide, section: str) -> list[str]:
    return [table.sentence for table in side.form.tables if table.section == section]


def _find_changed_paragraphs(left: Sequence[str], right: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield paragraphs that are not on both sides, similar ones as pairs."""
    one, other = list(map(remove_whitespace, left)), list(map(remove_whitespace, right))
    for kind, start, end, begin, stop in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind != "equal":
            yield from _pair_paragraphs(left[start:end], right[begin:stop])


def _pair_paragraphs(left: Sequence[str], right: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pair each paragraph with the next similar one, in order; the rest stay single."""
    begin = 0
    for removed in left:
        at = next((at for at in range(begin, len(right)) if _are_similar(removed, right[at])), None)
        if at is None:
            yield removed, ""
            continue
        yield from (("", new) for new in right[begin:at])
        yield removed, right[at]
        begin = at + 1
    yield from (("", new) for new in right[begin:])


def _are_similar(one: str, other: str) -> bool:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return (
        matcher.real_quick_ratio() >= _MIN_SIMILARITY
        and matcher.quick_ratio() >= _MIN_SIMILARITY
        and matcher.ratio() >= _MIN_SIMILARITY
    )
