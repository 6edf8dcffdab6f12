"""Where the printed words of a sheet stand when they are not at their places: found by what they say, never guessed.

Words that occur once are placed first; words that occur several times (结果维持 stands in each block of a table) by the
heading they stand under. Of a word that is gone the place follows from its neighbours, or it is not known at all.
"""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from xltool.forms.places import place
from xltool.model.form import Box
from xltool.recognition.label_text import plain
from xltool.spreadsheet.raw_workbook import RawCell, Stored

Spot = tuple[int, int]  # row and column, from 1
Words = Mapping[str, Sequence[Spot]]  # what a text says -> where it stands

LONGEST = 200  # characters of a text that can be a printed label
_MAJORITY = 3  # labels that must agree on a line before a label elsewhere is taken to have been dragged away


class Doubt(StrEnum):
    """Why the place of something is not known."""

    MISSING = "missing"
    AMBIGUOUS = "ambiguous"


class Anchor(NamedTuple):
    """Printed words and the rectangle the plan gives them; ``group`` is the table they belong to."""

    text: str
    box: Box
    group: str = ""


@dataclass(frozen=True)
class Match:
    """Where each anchor stands, by its position in the list; ``absent`` are those whose place is only inferred."""

    places: dict[int, Spot] = field(default_factory=dict)
    doubts: dict[int, Doubt] = field(default_factory=dict)
    absent: set[int] = field(default_factory=set)


class _Found(Mapping[str, Sequence[Spot]]):
    """What the texts of a sheet say, and where; places are worked out for the few words that are asked for."""

    def __init__(self, addresses: Mapping[str, Sequence[str]]) -> None:
        self._addresses = addresses
        self._spots: dict[str, list[Spot]] = {}

    def __getitem__(self, text: str) -> Sequence[Spot]:
        if text not in self._spots:
            self._spots[text] = sorted(map(place, self._addresses[text]))
        return self._spots[text]

    def __contains__(self, text: object) -> bool:
        return text in self._addresses

    def __iter__(self) -> Iterator[str]:
        return iter(self._addresses)

    def __len__(self) -> int:
        return len(self._addresses)


def words_on(cells: Mapping[str, RawCell]) -> Words:
    """Every short text of a sheet, reduced to what it says, in reading order."""
    found: dict[str, list[str]] = {}
    for address, cell in cells.items():
        if cell.stored is Stored.TEXT and len(cell.text) <= LONGEST:
            found.setdefault(plain(cell.text), []).append(address)
    return _Found(found)


def share_present(anchors: Iterable[Anchor], words: Container[str]) -> float:
    """How many of the different words are on the sheet at all, from 0 to 1."""
    texts = {plain(anchor.text) for anchor in anchors}
    return sum(text in words for text in texts) / len(texts) if texts else 0.0


def match(anchors: Sequence[Anchor], words: Words) -> Match:
    """The place of each anchor on a sheet that holds these words."""
    found = Match()
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at, anchor in enumerate(anchors):
        groups[anchor.group, plain(anchor.text)].append(at)
    several = {}
    for (group, text), members in groups.items():
        spots = words.get(text, ())
        if len(members) == len(spots) == 1:
            found.places[members[0]] = spots[0]
        elif spots:
            several[group, text] = members
    _drop_dragged(anchors, found)
    for key, members in sorted(several.items(), key=lambda item: -_span(anchors, item[1])):
        _place_repeated(anchors, members, words[key[1]], found)
    _drop_dragged(anchors, found)
    _infer(anchors, words, found)
    return found


def _span(anchors: Sequence[Anchor], members: Sequence[int]) -> int:
    """Headings before what stands under them."""
    return max(anchors[at].box.columns for at in members)


# --- words that occur several times ---------------------------------------------------------------------------


def _place_repeated(anchors: Sequence[Anchor], members: Sequence[int], spots: Sequence[Spot], found: Match) -> None:
    """Each by the heading it stands under; by their order where no heading speaks against it."""
    spots = _in_line(anchors, members, spots, found)
    heads = {at: _heading(anchors, at) for at in members}
    under: dict[int | None, list[Spot]] = defaultdict(list)
    for spot in spots:
        under[_head_of(spot, set(heads.values()), found)].append(spot)
    wanted = Counter(heads.values())
    if all(len(under[head]) == count for head, count in wanted.items()):
        for head in wanted:
            own = [at for at in members if heads[at] == head]
            found.places.update(zip(own, under[head], strict=True))
    elif len(spots) == len(members) and _in_order(anchors, list(wanted), found):
        found.places.update(zip(members, spots, strict=True))
    elif len(spots) < len(members):
        for at in members:
            if wanted[heads[at]] == len(under[heads[at]]) == 1 and heads[at] is not None:
                found.places[at] = under[heads[at]][0]
    else:
        found.doubts.update(dict.fromkeys(members, Doubt.AMBIGUOUS))


def _in_line(anchors: Sequence[Anchor], members: Sequence[int], spots: Sequence[Spot], found: Match) -> Sequence[Spot]:
    """Of too many spots those in line with what is already placed: the same word may stand in a remark."""
    if len(spots) <= len(members):
        return spots
    rows, columns = _lines(anchors, found)
    group = anchors[members[0]].group
    kept = [
        spot
        for spot in spots
        if any(
            spot[0] in rows.get((group, anchors[at].box.row), {})
            or spot[1] in columns.get((group, anchors[at].box.column), {})
            for at in members
        )
    ]
    return kept or spots


def _heading(anchors: Sequence[Anchor], at: int) -> int | None:
    """The nearest heading over several columns above an anchor, in its own table."""
    own = anchors[at].box
    above = [
        (other.box.row, number)
        for number, other in enumerate(anchors)
        if other.group == anchors[at].group
        and other.box.columns > 1
        and other.box.row < own.row
        and other.box.column <= own.column < other.box.column + other.box.columns
    ]
    return max(above)[1] if above else None


def _head_of(spot: Spot, heads: Iterable[int | None], found: Match) -> int | None:
    """Under which of these headings a spot lies: the last one to its left, of those the last one above it."""
    placed = [
        (found.places[head][1], found.places[head][0], head)
        for head in heads
        if head is not None and head in found.places
    ]
    left = [item for item in placed if item[0] <= spot[1] and item[1] < spot[0]]
    return max(left)[2] if left else None


def _in_order(anchors: Sequence[Anchor], heads: Sequence[int | None], found: Match) -> bool:
    """Whether the headings stand in the order the form prints them in, as far as they are found."""
    known = [head for head in heads if head is not None and head in found.places]
    planned = sorted(known, key=lambda head: anchors[head].box[:2])
    return planned == sorted(known, key=lambda head: found.places[head])


# --- words that are not where they could be, or nowhere ----------------------------------------------------------


Line = dict[tuple[str, int], Counter[int]]


def _lines(anchors: Sequence[Anchor], found: Match, *, exact: bool = False) -> tuple[Line, Line]:
    """By table and planned row (column): how many anchors found there stand in which row (column) now.

    ``exact`` leaves out those that span several rows (columns): within their span they may stand anywhere.
    """
    rows: Line = defaultdict(Counter)
    columns: Line = defaultdict(Counter)
    for at, (row, column) in found.places.items():
        group, box = anchors[at].group, anchors[at].box
        if not exact or box.rows == 1:
            rows[group, box.row][row] += 1
        if not exact or box.columns == 1:
            columns[group, box.column][column] += 1
    return rows, columns


def _drop_dragged(anchors: Sequence[Anchor], found: Match) -> None:
    """A label far from the line of its kind was dragged away: what stands beside it now is not its figure."""
    rows, columns = _lines(anchors, found)
    for at, (row, column) in list(found.places.items()):
        group, box = anchors[at].group, anchors[at].box
        said = {_agrees(rows[group, box.row], row, box.rows), _agrees(columns[group, box.column], column, box.columns)}
        if False in said and True not in said:
            del found.places[at]


def _agrees(line: Counter[int], where: int, span: int) -> bool | None:
    """Whether a label stands in line with the others, or within its own former span; None where too few say so."""
    ((most, count),) = line.most_common(1)
    return None if count < _MAJORITY else 0 <= where - most < span


def _infer(anchors: Sequence[Anchor], words: Words, found: Match) -> None:
    """The place of what is gone, where its neighbours have kept their distance."""
    rows, columns = _lines(anchors, found, exact=True)
    occupied = {spot for spots in words.values() for spot in spots}
    taken = set(found.places.values())
    for at, anchor in enumerate(anchors):
        if at in found.places or at in found.doubts:
            continue
        found.absent.add(at)
        row = _between(anchor.group, anchor.box.row, rows)
        column = _between(anchor.group, anchor.box.column, columns)
        doubt = row.doubt or column.doubt
        at_edge = row.at_edge or column.at_edge
        spot = (row.line, column.line)
        if doubt is None and (spot in taken or (at_edge and spot not in occupied)):
            doubt = Doubt.MISSING
        if doubt is None:
            found.places[at] = spot
        else:
            found.doubts[at] = doubt


class _Inferred(NamedTuple):
    line: int = 0
    doubt: Doubt | None = None
    at_edge: bool = False


def _between(group: str, planned: int, lines: Line) -> _Inferred:
    """Where a planned row (column) is now, from what else stands in it or from those before and after it."""
    own = lines.get((group, planned))
    if own:
        (most, count), *others = own.most_common(2)
        return _Inferred(most, Doubt.AMBIGUOUS if others and count == others[0][1] else None)
    known = {at: counts.most_common(1)[0][0] for (name, at), counts in lines.items() if name == group and counts}
    before = max((at for at in known if at < planned), default=None)
    after = min((at for at in known if at > planned), default=None)
    edge = after if before is None else before
    if edge is None:
        return _Inferred(doubt=Doubt.MISSING)
    line = known[edge] + planned - edge
    if before is None or after is None:
        return _Inferred(line, at_edge=True)
    gap = known[after] - known[before]
    if gap == after - before:
        return _Inferred(line)
    return _Inferred(doubt=Doubt.MISSING if gap == 1 else Doubt.AMBIGUOUS)
