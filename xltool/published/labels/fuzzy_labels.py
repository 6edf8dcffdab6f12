"""Recognise misprinted, shortened or wrapped labels between exact labels by their similarity.

Only gaps between two located labels are searched, and only for the labels missing there. A match that fits two labels
about equally well, or a label already located elsewhere, is not used.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz.distance import LCSseq, Levenshtein

from xltool.published.labels.align_labels import PlacedLabel
from xltool.published.labels.label_sequence import Anchor, Outline
from xltool.published.labels.text_stream import FIGURE_CHARS, TextStream

MAX_GAP_CHARS = 1_500  # a longer gap is searched at its two ends only
EDGE_CHARS = 500  # searched at either end of a longer gap
MIN_SIMILARITY = 0.6  # of an accepted match, from 0 to 1
MIN_MARGIN = 0.1  # by which the best match must exceed every other label
MIN_SHORTENED_CHARS = 4  # of a numbered label that shortens the printed one
MIN_SHARE_IN_ORDER = 0.75  # of its characters must stand in the label in the same order
MAX_WORD_RUNS = 120
MAX_COMPARED_WORDS = 50_000  # cached: the reports of a site have most words in common
MAX_JOINED_RUNS = 12  # word runs one wrapped label may consist of

_FIGURE = re.compile(r"[+-]?\d[\d.,]*%?")


class _WordRun(NamedTuple):
    """Words between figures and block borders; equal ``run`` means that no figure stands between two of them."""

    start: int
    end: int
    run: int


class _FuzzyMatch(NamedTuple):
    anchor: Anchor
    start: int
    end: int
    similarity: float


def find_fuzzy_labels(stream: TextStream, outline: Outline, chain: Sequence[PlacedLabel]) -> tuple[PlacedLabel, ...]:
    """Return the chain with the fuzzy matches in its gaps; ordinals before labels are included in their spans."""
    kept = list(chain)
    if chain:
        for start, end, missing in _list_gaps(stream, outline, chain):
            kept += _assign_missing(stream, start, end, missing, chain)
    return tuple(
        place._replace(start=include_ordinal(stream, place.start, place.anchor))
        for place in sorted(kept, key=lambda place: place.start)
    )


def _list_gaps(
    stream: TextStream, outline: Outline, chain: Sequence[PlacedLabel]
) -> Iterator[tuple[int, int, list[Anchor]]]:
    anchors = outline.anchors
    first, last = chain[0], chain[-1]
    before = [a for a in anchors[: first.anchor.index] if a.table == first.anchor.table]
    yield max(0, first.start - EDGE_CHARS), first.start, before
    for one, next_one in pairwise(chain):
        missing = list(anchors[one.anchor.index + 1 : next_one.anchor.index])
        if next_one.start - one.end <= MAX_GAP_CHARS:
            yield one.end, next_one.start, missing
        else:
            yield one.end, one.end + EDGE_CHARS, [a for a in missing if a.table == one.anchor.table]
            yield next_one.start - EDGE_CHARS, next_one.start, [a for a in missing if a.table == next_one.anchor.table]
    after = [a for a in anchors[last.anchor.index + 1 :] if a.table == last.anchor.table]
    yield last.end, min(len(stream.text), last.end + EDGE_CHARS), after


def _assign_missing(
    stream: TextStream, start: int, end: int, missing: Sequence[Anchor], chain: Sequence[PlacedLabel]
) -> Iterator[PlacedLabel]:
    """Yield the missing labels with an unambiguous match, in form order."""
    if not missing or start >= end:
        return
    atoms = _split_word_runs(stream, start, end)[:MAX_WORD_RUNS]
    fits = [fit for anchor in missing for fit in _match_label(stream, atoms, anchor)]
    chosen = _best_ordered_matches(fits)
    taken = {fit.anchor.index for fit in chosen}
    for fit in chosen:
        words = stream.text[fit.start : fit.end]
        rivals = [a for a in missing if a.index not in taken] + [place.anchor for place in chain]
        others = [r for r in rivals if r.core != fit.anchor.core]
        if all(label_similarity(words, rival, numbered=False) < fit.similarity - MIN_MARGIN for rival in others):
            yield PlacedLabel(fit.anchor, fit.start, fit.end, exact=False)


def _split_word_runs(stream: TextStream, start: int, end: int) -> list[_WordRun]:
    atoms = []
    run = 0
    for piece in range(stream.owner[start], stream.owner[end - 1] + 1):
        first, last = max(start, stream.starts[piece]), min(end, stream.starts[piece + 1])
        at = first
        for figure in (*_FIGURE.finditer(stream.text, first, last), None):
            stop = figure.start() if figure else last
            if stop > at and not FIGURE_CHARS.issuperset(stream.text[at:stop]):
                atoms.append(_WordRun(at, stop, run))
            elif stop > at:
                run += 1
            if figure:
                run += 1
                at = figure.end()
    return atoms


def _match_label(stream: TextStream, atoms: Sequence[_WordRun], anchor: Anchor) -> Iterator[_FuzzyMatch]:
    longest = 2 * len(anchor.words) + 4
    for at, first in enumerate(atoms):
        for last in atoms[at : at + MAX_JOINED_RUNS]:
            if last.run != first.run or last.end - first.start > longest:
                break
            numbered = include_ordinal(stream, first.start, anchor) < first.start
            score = label_similarity(stream.text[first.start : last.end], anchor, numbered=numbered)
            if score >= MIN_SIMILARITY:
                yield _FuzzyMatch(anchor, first.start, last.end, score)


def _best_ordered_matches(fits: Sequence[_FuzzyMatch]) -> list[_FuzzyMatch]:
    """Return the non-overlapping matches in form order with the highest total similarity."""
    ordered = sorted(fits, key=lambda fit: (fit.end, fit.anchor.index))
    value: list[float] = []
    back: list[int] = []
    for at, fit in enumerate(ordered):
        best, origin = 0.0, -1
        for before in range(at):
            other = ordered[before]
            if other.end <= fit.start and other.anchor.index < fit.anchor.index and value[before] > best:
                best, origin = value[before], before
        value.append(best + fit.similarity - MIN_SIMILARITY / 2)
        back.append(origin)
    chosen = []
    at = max(range(len(ordered)), key=value.__getitem__, default=-1)
    while at >= 0:
        chosen.append(ordered[at])
        at = back[at]
    return chosen[::-1]


def include_ordinal(stream: TextStream, start: int, anchor: Anchor) -> int:
    """Return the start of a label including an ordinal before ``start``: its own, or any that begins the block."""
    if not anchor.ordinal or stream.text.startswith(anchor.ordinal, start):
        return start
    number = anchor.ordinal.strip("().,")
    begins = stream.starts[stream.owner[start]]
    if begins == start:  # the ordinal may be a block of its own
        begins = stream.starts[stream.owner[start - 1]] if start else 0
        alone = re.fullmatch(rf"\(?{number}[).,:]+", stream.text[begins:start])
        return begins if alone else start
    before = stream.text[max(begins, start - 6) : start]
    own = re.search(rf"\(?{number}[).,:]+$", before) or re.fullmatch(number, before)
    if own:
        return start - len(own.group())
    any_number = start - len(before) == begins and re.fullmatch(r"\(?\w{1,2}[).,:]+", before)
    return begins if any_number else start


def label_similarity(words: str, anchor: Anchor, *, numbered: bool) -> float:
    """Return the similarity of ``words`` to a label, 0 to 1; ``numbered`` if the label's ordinal stands before them."""
    if anchor.ordinal and words.startswith(anchor.ordinal):
        words, numbered = words.removeprefix(anchor.ordinal), True
    return _compare_words(words, anchor.core, numbered=numbered)


@lru_cache(maxsize=MAX_COMPARED_WORDS)
def _compare_words(words: str, core: str, *, numbered: bool) -> float:
    fewest = min(2, len(core) - 1) if numbered else 4
    least = MIN_SIMILARITY * min(len(words), len(core))
    if len(words) < min(2, fewest) or _count_shared_chars(words, core) < least:
        return 0.0
    if _is_subsequence(words, core) and len(words) >= fewest:
        return 0.7 + 0.3 * len(words) / len(core)
    like = 1 - Levenshtein.distance(words, core) / max(len(words), len(core))
    if (
        numbered
        and len(core) > len(words) >= MIN_SHORTENED_CHARS
        and LCSseq.similarity(words, core) >= MIN_SHARE_IN_ORDER * len(words)
    ):
        return max(like, MIN_SIMILARITY + 0.3 * len(words) / len(core))
    return like


def _count_shared_chars(one: str, other: str) -> int:
    counts, others = _count_chars(one), _count_chars(other)
    return sum(min(count, others[char]) for char, count in counts.items() if char in others)


@lru_cache(maxsize=2048)
def _count_chars(text: str) -> Counter[str]:
    return Counter(text)


def _is_subsequence(words: str, whole: str) -> bool:
    """Return True if ``words`` is a subsequence of ``whole``."""
    rest = iter(whole)
    return all(sign in rest for sign in words)


def is_label_fragment(words: str, anchor: Anchor) -> bool:
    """Return True if ``words`` is a part of a label and nothing else."""
    return _is_subsequence(words, anchor.words) or words in anchor.words
