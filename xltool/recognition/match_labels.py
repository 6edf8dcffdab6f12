"""Match the labels of a form with the texts of a sheet on which they are not at their planned places.

Labels that occur once are placed first; labels that occur several times (结果维持 in each block of a table) by the
heading above them. The place of a missing label is inferred from its neighbours, or unknown.
"""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from xltool.forms.cell_addresses import parse_address
from xltool.model.form import Box
from xltool.recognition.label_text import normalise_label
from xltool.spreadsheet.raw_workbook import RawCell, StorageType

Spot = tuple[int, int]  # row and column, from 1
Words = Mapping[str, Sequence[Spot]]  # normalised text -> its positions

MAX_LABEL_CHARACTERS = 200  # longer texts are never labels
_MIN_AGREEING_LABELS = 3  # labels that must agree on a row or column before one elsewhere counts as dragged away


class PlaceDoubt(StrEnum):
    """Why a place is not known."""

    MISSING = "missing"
    AMBIGUOUS = "ambiguous"


class LabelAnchor(NamedTuple):
    """A label and its planned box; ``group`` is the table it belongs to."""

    text: str
    box: Box
    group: str = ""


@dataclass(frozen=True)
class LabelMatch:
    """The place of each anchor by its index; ``inferred`` are the indexes of anchors that are not on the sheet."""

    places: dict[int, Spot] = field(default_factory=dict)
    doubts: dict[int, PlaceDoubt] = field(default_factory=dict)
    inferred: set[int] = field(default_factory=set)


class _WordPlaces(Mapping[str, Sequence[Spot]]):
    """The positions of each normalised text of a sheet; computed only for texts that are looked up."""

    def __init__(self, addresses: Mapping[str, Sequence[str]]) -> None:
        self._addresses = addresses
        self._spots: dict[str, list[Spot]] = {}

    def __getitem__(self, text: str) -> Sequence[Spot]:
        if text not in self._spots:
            self._spots[text] = sorted(map(parse_address, self._addresses[text]))
        return self._spots[text]

    def __contains__(self, text: object) -> bool:
        return text in self._addresses

    def __iter__(self) -> Iterator[str]:
        return iter(self._addresses)

    def __len__(self) -> int:
        return len(self._addresses)


def index_words(cells: Mapping[str, RawCell]) -> Words:
    """Index every short text of a sheet by its normal form, positions in reading order."""
    addresses: dict[str, list[str]] = {}
    for cell_address, cell in cells.items():
        if cell.stored is StorageType.TEXT and len(cell.text) <= MAX_LABEL_CHARACTERS:
            addresses.setdefault(normalise_label(cell.text), []).append(cell_address)
    return _WordPlaces(addresses)


def share_present(anchors: Iterable[LabelAnchor], words: Container[str]) -> float:
    """Return the share of the different labels that are on the sheet, from 0 to 1."""
    texts = {normalise_label(anchor.text) for anchor in anchors}
    return sum(text in words for text in texts) / len(texts) if texts else 0.0


def match_anchors(anchors: Sequence[LabelAnchor], words: Words) -> LabelMatch:
    """Find the place of each anchor on a sheet with these texts."""
    found = LabelMatch()
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at, anchor in enumerate(anchors):
        groups[anchor.group, normalise_label(anchor.text)].append(at)
    several = {}
    for (group, text), members in groups.items():
        spots = words.get(text, ())
        if len(members) == len(spots) == 1:
            found.places[members[0]] = spots[0]
        elif spots:
            several[group, text] = members
    _drop_dragged_labels(anchors, found)
    for key, members in sorted(several.items(), key=lambda item: -_widest_span(anchors, item[1])):
        _place_repeated_words(anchors, members, words[key[1]], found)
    _drop_dragged_labels(anchors, found)
    _infer_places(anchors, words, found)
    return found


def _widest_span(anchors: Sequence[LabelAnchor], members: Sequence[int]) -> int:
    """Return the width of the widest anchor, to place headings before the labels under them."""
    return max(anchors[at].box.columns for at in members)


# --- words that occur several times ---------------------------------------------------------------------------


def _place_repeated_words(
    anchors: Sequence[LabelAnchor], members: Sequence[int], spots: Sequence[Spot], match: LabelMatch
) -> None:
    """Place repeated labels by the heading above them; by their order where no heading contradicts it."""
    spots = _filter_aligned(anchors, members, spots, match)
    heads = {at: _find_heading(anchors, at) for at in members}
    under: dict[int | None, list[Spot]] = defaultdict(list)
    for spot in spots:
        under[_find_heading_over(spot, set(heads.values()), match)].append(spot)
    wanted = Counter(heads.values())
    if all(len(under[head]) == count for head, count in wanted.items()):
        for head in wanted:
            own = [at for at in members if heads[at] == head]
            match.places.update(zip(own, under[head], strict=True))
    elif len(spots) == len(members) and _are_headings_ordered(anchors, list(wanted), match):
        match.places.update(zip(members, spots, strict=True))
    elif len(spots) < len(members):
        for at in members:
            if wanted[heads[at]] == len(under[heads[at]]) == 1 and heads[at] is not None:
                match.places[at] = under[heads[at]][0]
    else:
        match.doubts.update(dict.fromkeys(members, PlaceDoubt.AMBIGUOUS))


def _filter_aligned(
    anchors: Sequence[LabelAnchor], members: Sequence[int], spots: Sequence[Spot], match: LabelMatch
) -> Sequence[Spot]:
    """Filter positions that are aligned with placed labels, if there are too many."""
    if len(spots) <= len(members):
        return spots
    rows, columns = _count_lines(anchors, match)
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


def _find_heading(anchors: Sequence[LabelAnchor], at: int) -> int | None:
    """Return the nearest multi-column heading above an anchor, in its table."""
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


def _find_heading_over(spot: Spot, heads: Iterable[int | None], match: LabelMatch) -> int | None:
    """Return the heading above a position: the last one to its left, of those the last one above."""
    placed = [
        (match.places[head][1], match.places[head][0], head)
        for head in heads
        if head is not None and head in match.places
    ]
    left = [item for item in placed if item[0] <= spot[1] and item[1] < spot[0]]
    return max(left)[2] if left else None


def _are_headings_ordered(anchors: Sequence[LabelAnchor], heads: Sequence[int | None], match: LabelMatch) -> bool:
    """Return True if the placed headings are in their planned order."""
    known = [head for head in heads if head is not None and head in match.places]
    planned = sorted(known, key=lambda head: anchors[head].box[:2])
    return planned == sorted(known, key=lambda head: match.places[head])


# --- words that are not where they could be, or nowhere ----------------------------------------------------------


LineVotes = dict[tuple[str, int], Counter[int]]


def _count_lines(
    anchors: Sequence[LabelAnchor], match: LabelMatch, *, exact: bool = False
) -> tuple[LineVotes, LineVotes]:
    """Count, by table and planned row (column), in which real rows (columns) its anchors are.

    ``exact`` excludes anchors that span several rows (columns), as they may be anywhere in their span.
    """
    rows: LineVotes = defaultdict(Counter)
    columns: LineVotes = defaultdict(Counter)
    for at, (row, column) in match.places.items():
        group, box = anchors[at].group, anchors[at].box
        if not exact or box.rows == 1:
            rows[group, box.row][row] += 1
        if not exact or box.columns == 1:
            columns[group, box.column][column] += 1
    return rows, columns


def _drop_dragged_labels(anchors: Sequence[LabelAnchor], match: LabelMatch) -> None:
    """Drop the place of a label far from its row and column: it was dragged away from its figures."""
    rows, columns = _count_lines(anchors, match)
    for at, (row, column) in list(match.places.items()):
        group, box = anchors[at].group, anchors[at].box
        agreements = {
            _agrees_with_line(rows[group, box.row], row, box.rows),
            _agrees_with_line(columns[group, box.column], column, box.columns),
        }
        if False in agreements and True not in agreements:
            del match.places[at]


def _agrees_with_line(line: Counter[int], position: int, span: int) -> bool | None:
    """Return True if a label is aligned with the others, within its span; None where too few are placed."""
    ((most, count),) = line.most_common(1)
    return None if count < _MIN_AGREEING_LABELS else 0 <= position - most < span


def _infer_places(anchors: Sequence[LabelAnchor], words: Words, match: LabelMatch) -> None:
    """Infer the places of missing labels whose neighbours kept their distance."""
    rows, columns = _count_lines(anchors, match, exact=True)
    occupied = {spot for spots in words.values() for spot in spots}
    taken = set(match.places.values())
    for at, anchor in enumerate(anchors):
        if at in match.places or at in match.doubts:
            continue
        match.inferred.add(at)
        row = _infer_line(anchor.group, anchor.box.row, rows)
        column = _infer_line(anchor.group, anchor.box.column, columns)
        doubt = row.doubt or column.doubt
        at_edge = row.at_edge or column.at_edge
        spot = (row.line, column.line)
        if doubt is None and (spot in taken or (at_edge and spot not in occupied)):
            doubt = PlaceDoubt.MISSING
        if doubt is None:
            match.places[at] = spot
        else:
            match.doubts[at] = doubt


class _InferredLine(NamedTuple):
    line: int = 0
    doubt: PlaceDoubt | None = None
    at_edge: bool = False


def _infer_line(group: str, planned: int, line_votes: LineVotes) -> _InferredLine:
    """Infer the real row (column) of a planned one from its other labels, or from the rows before and after."""
    own = line_votes.get((group, planned))
    if own:
        (most, count), *others = own.most_common(2)
        return _InferredLine(most, PlaceDoubt.AMBIGUOUS if others and count == others[0][1] else None)
    known = {at: counts.most_common(1)[0][0] for (name, at), counts in line_votes.items() if name == group and counts}
    before = max((at for at in known if at < planned), default=None)
    after = min((at for at in known if at > planned), default=None)
    edge = after if before is None else before
    if edge is None:
        return _InferredLine(doubt=PlaceDoubt.MISSING)
    line = known[edge] + planned - edge
    if before is None or after is None:
        return _InferredLine(line, at_edge=True)
    gap = known[after] - known[before]
    if gap == after - before:
        return _InferredLine(line)
    return _InferredLine(doubt=PlaceDoubt.MISSING if gap == 1 else PlaceDoubt.AMBIGUOUS)
