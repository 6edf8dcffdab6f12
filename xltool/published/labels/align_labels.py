"""Locate the labels of a form in a document as the best-scoring chain of labels in form order.

Every occurrence of a spelling is a candidate. A chain is a list of candidates that is increasing in both form order and
document order; its score is the length of its labels minus a cost for foreign text between them (dynamic programming).
Words of the form that occur in the narrative are too far from the other labels to enter the best chain.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from xltool.published.labels.label_sequence import Anchor
from xltool.published.labels.text_stream import FIGURE_CHARS

MIN_STRONG_CHARS = 4  # of a spelling searched everywhere; shorter ones are searched near these only
MAX_WEAK_DISTANCE_CHARS = 800  # distance from a strong candidate
MAX_PLACES_PER_SPELLING = 400  # occurrences of one spelling in one document
MAX_CANDIDATES_BACK = 160  # direct predecessors that are compared
COST_PER_FOREIGN_CHAR = 0.5  # for each foreign character between two labels
MAX_GAP_COST = 15.0  # upper bound of the cost of one gap


class PlacedLabel(NamedTuple):
    """An anchor located from ``start`` to ``end`` of the stream; ``exact`` is false for a fuzzy match."""

    anchor: Anchor
    start: int
    end: int
    exact: bool = True


def find_best_chain(
    text: str, candidates: Sequence[PlacedLabel], blocked: Sequence[tuple[int, int]] = ()
) -> tuple[PlacedLabel, ...]:
    """Return the best chain of ``candidates`` in ``text``, outside the ``blocked`` spans."""
    taken = bytearray(len(text))
    for start, end in blocked:
        taken[start:end] = b"\1" * (end - start)
    places = [place for place in candidates if 1 not in taken[place.start : place.end]]
    if not places:
        return ()
    foreign = _count_foreign_chars(text, places)
    return _trace_best_chain(places, foreign)


def count_label_chars(chain: Iterable[PlacedLabel]) -> int:
    """Count the characters of all labels of a chain."""
    return sum(place.end - place.start for place in chain)


def overlaps_blocked(place: PlacedLabel, blocked: Sequence[tuple[int, int]]) -> bool:
    """Return True if a label overlaps one of the ``blocked`` spans."""
    return any(place.start < end and start < place.end for start, end in blocked)


def find_candidates(text: str, anchors: Sequence[Anchor]) -> list[PlacedLabel]:
    """Return all places of the labels in document order, without those inside a longer spelling of another label."""
    strong = [
        place
        for anchor in anchors
        for word in anchor.spellings
        if len(word) >= MIN_STRONG_CHARS
        for place in _find_spelling(text, anchor, word)
    ]
    near = _merge_spans(
        (max(0, place.start - MAX_WEAK_DISTANCE_CHARS), place.end + MAX_WEAK_DISTANCE_CHARS) for place in strong
    )
    weak = [
        place
        for anchor in anchors
        for word in anchor.spellings
        if len(word) < MIN_STRONG_CHARS
        for start, end in near
        for place in _find_spelling(text, anchor, word, start, end)
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
        if longest[place.start] == place.end and not _is_inside_longer(place, starts, reaches)
    }
    return sorted(kept.values(), key=lambda place: (place.start, place.anchor.index))


def _is_inside_longer(place: PlacedLabel, starts: list[int], reaches: list[int]) -> bool:
    """Return True if a spelling that begins earlier covers this one."""
    before = bisect_right(starts, place.start - 1) - 1
    return before >= 0 and reaches[before] >= place.end


def _find_spelling(
    text: str, anchor: Anchor, word: str, start: int = 0, end: int | None = None
) -> Iterator[PlacedLabel]:
    end = len(text) if end is None else end
    at = text.find(word, start, end)
    for _ in range(MAX_PLACES_PER_SPELLING):
        if at < 0:
            return
        yield PlacedLabel(anchor, at, at + len(word))
        at = text.find(word, at + 1, end)


def _merge_spans(stretches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(stretches):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _count_foreign_chars(text: str, placed_labels: Sequence[PlacedLabel]) -> Sequence[int]:
    """Count, for each position, the characters before it that belong to no label and no figure."""
    labelled = bytearray(len(text))
    for place in placed_labels:
        labelled[place.start : place.end] = b"\1" * (place.end - place.start)
    counts = array("l", [0])
    count = 0
    for sign, inside in zip(text, labelled, strict=True):
        count += not inside and sign not in FIGURE_CHARS
        counts.append(count)
    return counts


def _trace_best_chain(placed_labels: Sequence[PlacedLabel], foreign: Sequence[int]) -> tuple[PlacedLabel, ...]:
    size = 1 + max(place.anchor.index for place in placed_labels)
    value = [0.0] * len(placed_labels)
    back = [-1] * len(placed_labels)
    settled: list[int] = [-1] * size  # best candidate so far per anchor
    indexes, ends = [place.anchor.index for place in placed_labels], [place.end for place in placed_labels]
    waiting, most_settled = 0, 0.0  # first candidate that is not yet settled; the best score of those that are
    for at, place in enumerate(placed_labels):
        index, start = place.anchor.index, place.start
        while waiting < at and ends[waiting] <= start:
            _settle_candidate(waiting, placed_labels, value, settled)
            most_settled = max(most_settled, value[waiting])
            waiting += 1
        best, origin = 0.0, -1
        # Back from the nearest, which has the best score most often; of equal scores the first in the document counts.
        for before in range(at - 1, max(0, at - MAX_CANDIDATES_BACK) - 1, -1):
            if value[before] >= best and indexes[before] < index and ends[before] <= start:
                cost = min(MAX_GAP_COST, COST_PER_FOREIGN_CHAR * (foreign[start] - foreign[ends[before]]))
                score = value[before] - cost
                if score > best or (score == best and origin >= 0):
                    best, origin = score, before
        if most_settled - MAX_GAP_COST > best:
            for before in settled[:index]:
                if before >= 0 and value[before] - MAX_GAP_COST > best:
                    best, origin = value[before] - MAX_GAP_COST, before
        value[at], back[at] = best + place.end - place.start, origin
    at = max(range(len(placed_labels)), key=value.__getitem__)
    chain = []
    while at >= 0:
        chain.append(placed_labels[at])
        at = back[at]
    return tuple(reversed(chain))


def _settle_candidate(
    at: int, placed_labels: Sequence[PlacedLabel], scores: Sequence[float], settled: list[int]
) -> None:
    known = settled[placed_labels[at].anchor.index]
    if known < 0 or scores[at] > scores[known]:
        settled[placed_labels[at].anchor.index] = at
