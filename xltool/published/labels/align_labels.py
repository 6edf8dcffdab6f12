"""Where the labels of a form stand in a document: the best chain of labels, in the order of the form.

Every place where a label is spelled out is a candidate. A chain of candidates, each after the one before it in the form
and in the document, gains what its labels are long and loses for foreign text between them; the best chain is the
report. Words of the form that a narrative uses, too, are too far from the others to be drawn in.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from xltool.published.labels.label_sequence import Anchor
from xltool.published.labels.text_stream import FIGURE_SIGNS

STRONG = 4  # signs of a spelling that is looked for everywhere; shorter ones only near these
NEAR = 800  # how near, in signs
MOST_PLACES = 400  # of one spelling in one document
LOOK_BACK = 160  # candidates before one that are weighed singly
GAP_COST = 0.5  # for each foreign sign between two labels
FARTHEST = 15.0  # no gap costs more


class Placed(NamedTuple):
    """An anchor found from ``start`` to ``end`` of the stream; ``exact`` unless it was recognised by likeness."""

    anchor: Anchor
    start: int
    end: int
    exact: bool = True


def best_chain(text: str, anchors: Sequence[Anchor], blocked: Sequence[tuple[int, int]] = ()) -> tuple[Placed, ...]:
    """The best chain of ``anchors`` in ``text``, outside the ``blocked`` stretches."""
    places = [place for place in _places(text, anchors) if not touches(place, blocked)]
    if not places:
        return ()
    foreign = _foreign(text, places)
    return _traced(places, foreign)


def weight(chain: Iterable[Placed]) -> int:
    """How many signs of a chain are labels."""
    return sum(place.end - place.start for place in chain)


def touches(place: Placed, blocked: Sequence[tuple[int, int]]) -> bool:
    """Whether a label lies in one of the ``blocked`` stretches, wholly or in part."""
    return any(place.start < end and start < place.end for start, end in blocked)


def _places(text: str, anchors: Sequence[Anchor]) -> list[Placed]:
    """Every candidate, in the order of the document; what lies within a longer spelling of another label is none."""
    strong = [
        place
        for anchor in anchors
        for word in anchor.spellings
        if len(word) >= STRONG
        for place in _found(text, anchor, word)
    ]
    near = _merged((max(0, place.start - NEAR), place.end + NEAR) for place in strong)
    weak = [
        place
        for anchor in anchors
        for word in anchor.spellings
        if len(word) < STRONG
        for start, end in near
        for place in _found(text, anchor, word, start, end)
    ]
    longest: dict[int, int] = {}
    for place in (*strong, *weak):
        longest[place.start] = max(longest.get(place.start, 0), place.end)
    starts = sorted(longest)
    reach, reaches = 0, []
    for start in starts:
        reach = max(reach, longest[start])
        reaches.append(reach)
    kept = {
        (place.start, place.end, place.anchor.index): place
        for place in (*strong, *weak)
        if longest[place.start] == place.end and not _inside(place, starts, reaches)
    }
    return sorted(kept.values(), key=lambda place: (place.start, place.anchor.index))


def _inside(place: Placed, starts: list[int], reaches: list[int]) -> bool:
    """Whether a spelling that begins earlier reaches to the end of this one."""
    before = bisect_right(starts, place.start - 1) - 1
    return before >= 0 and reaches[before] >= place.end


def _found(text: str, anchor: Anchor, word: str, start: int = 0, end: int | None = None) -> Iterator[Placed]:
    end = len(text) if end is None else end
    at = text.find(word, start, end)
    for _ in range(MOST_PLACES):
        if at < 0:
            return
        yield Placed(anchor, at, at + len(word))
        at = text.find(word, at + 1, end)


def _merged(stretches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(stretches):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _foreign(text: str, places: Sequence[Placed]) -> Sequence[int]:
    """How many signs before each place of ``text`` belong to no label and no figure."""
    labelled = bytearray(len(text))
    for place in places:
        labelled[place.start : place.end] = b"\1" * (place.end - place.start)
    counts = array("l", [0])
    count = 0
    for sign, inside in zip(text, labelled, strict=True):
        count += not inside and sign not in FIGURE_SIGNS
        counts.append(count)
    return counts


def _traced(places: Sequence[Placed], foreign: Sequence[int]) -> tuple[Placed, ...]:
    size = 1 + max(place.anchor.index for place in places)
    value = [0.0] * len(places)
    back = [-1] * len(places)
    settled: list[int] = [-1] * size  # for each anchor, the best candidate so far
    waiting = 0  # candidates from here on end too late to be settled
    for at, place in enumerate(places):
        while waiting < at and places[waiting].end <= place.start:
            _settle(waiting, places, value, settled)
            waiting += 1
        best, origin = 0.0, -1
        for before in range(max(0, at - LOOK_BACK), at):
            other = places[before]
            if other.anchor.index < place.anchor.index and other.end <= place.start:
                cost = min(FARTHEST, GAP_COST * (foreign[place.start] - foreign[other.end]))
                if value[before] - cost > best:
                    best, origin = value[before] - cost, before
        for before in settled[: place.anchor.index]:
            if before >= 0 and value[before] - FARTHEST > best:
                best, origin = value[before] - FARTHEST, before
        value[at], back[at] = best + place.end - place.start, origin
    at = max(range(len(places)), key=value.__getitem__)
    chain = []
    while at >= 0:
        chain.append(places[at])
        at = back[at]
    return tuple(reversed(chain))


def _settle(at: int, places: Sequence[Placed], value: Sequence[float], settled: list[int]) -> None:
    known = settled[places[at].anchor.index]
    if known < 0 or value[at] > value[known]:
        settled[places[at].anchor.index] = at
