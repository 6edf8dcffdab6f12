"""Labels that are misprinted, shortened or torn, recognised between their neighbours by what they still share.

Only stretches between two labels that were found are looked at, and only for the labels missing there. What fits two
labels about equally well, or fits one that was already found elsewhere, is left alone.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from xltool.published.labels.align_labels import Placed
from xltool.published.labels.label_sequence import Anchor, Outline
from xltool.published.labels.text_stream import FIGURE_SIGNS, Stream

WIDEST = 1_500  # signs between two labels that are looked at as a whole
EDGE = 500  # else so many at either end
ENOUGH = 0.6  # likeness that is taken
MARGIN = 0.1  # by which it must be the best
RETOLD = 4  # signs of a label behind its own number that tells the form's in fewer words,
MOSTLY = 0.75  # so much of them in turn
MOST_ATOMS = 120
MOST_JOINED = 12  # pieces one torn label may lie in

_FIGURE = re.compile(r"[+-]?\d[\d.,]*%?")


class _Atom(NamedTuple):
    """Words between figures and borders; ``run`` is the same for atoms with no figure between them."""

    start: int
    end: int
    run: int


class _Fit(NamedTuple):
    anchor: Anchor
    start: int
    end: int
    likeness: float


def recognised(found: Stream, outline: Outline, chain: Sequence[Placed]) -> tuple[Placed, ...]:
    """The chain, and between its labels those that could be recognised; numbers before labels belong to them."""
    kept = list(chain)
    if chain:
        for start, end, missing in _gaps(found, outline, chain):
            kept += _assigned(found, start, end, missing, chain)
    return tuple(
        place._replace(start=with_ordinal(found, place.start, place.anchor))
        for place in sorted(kept, key=lambda place: place.start)
    )


def _gaps(found: Stream, outline: Outline, chain: Sequence[Placed]) -> Iterator[tuple[int, int, list[Anchor]]]:
    anchors = outline.anchors
    first, last = chain[0], chain[-1]
    before = [a for a in anchors[: first.anchor.index] if a.table == first.anchor.table]
    yield max(0, first.start - EDGE), first.start, before
    for one, next_one in pairwise(chain):
        missing = list(anchors[one.anchor.index + 1 : next_one.anchor.index])
        if next_one.start - one.end <= WIDEST:
            yield one.end, next_one.start, missing
        else:
            yield one.end, one.end + EDGE, [a for a in missing if a.table == one.anchor.table]
            yield next_one.start - EDGE, next_one.start, [a for a in missing if a.table == next_one.anchor.table]
    after = [a for a in anchors[last.anchor.index + 1 :] if a.table == last.anchor.table]
    yield last.end, min(len(found.text), last.end + EDGE), after


def _assigned(
    found: Stream, start: int, end: int, missing: Sequence[Anchor], chain: Sequence[Placed]
) -> Iterator[Placed]:
    """The missing labels that can be told with certainty, in order."""
    if not missing or start >= end:
        return
    atoms = _atoms(found, start, end)[:MOST_ATOMS]
    fits = [fit for anchor in missing for fit in _fits(found, atoms, anchor)]
    chosen = _in_order(fits)
    taken = {fit.anchor.index for fit in chosen}
    for fit in chosen:
        words = found.text[fit.start : fit.end]
        rivals = [a for a in missing if a.index not in taken] + [place.anchor for place in chain]
        others = [r for r in rivals if r.core != fit.anchor.core]
        if all(likeness(words, rival, numbered=False) < fit.likeness - MARGIN for rival in others):
            yield Placed(fit.anchor, fit.start, fit.end, exact=False)


def _atoms(found: Stream, start: int, end: int) -> list[_Atom]:
    atoms = []
    run = 0
    for piece in range(found.owner[start], found.owner[end - 1] + 1):
        first, last = max(start, found.starts[piece]), min(end, found.starts[piece + 1])
        at = first
        for figure in (*_FIGURE.finditer(found.text, first, last), None):
            stop = figure.start() if figure else last
            if stop > at and not FIGURE_SIGNS.issuperset(found.text[at:stop]):
                atoms.append(_Atom(at, stop, run))
            elif stop > at:
                run += 1
            if figure:
                run += 1
                at = figure.end()
    return atoms


def _fits(found: Stream, atoms: Sequence[_Atom], anchor: Anchor) -> Iterator[_Fit]:
    longest = 2 * len(anchor.words) + 4
    for at, first in enumerate(atoms):
        for last in atoms[at : at + MOST_JOINED]:
            if last.run != first.run or last.end - first.start > longest:
                break
            numbered = with_ordinal(found, first.start, anchor) < first.start
            score = likeness(found.text[first.start : last.end], anchor, numbered=numbered)
            if score >= ENOUGH:
                yield _Fit(anchor, first.start, last.end, score)


def _in_order(fits: Sequence[_Fit]) -> list[_Fit]:
    """The fits that are together the likeliest, in the order of the form, none within another."""
    ordered = sorted(fits, key=lambda fit: (fit.end, fit.anchor.index))
    value: list[float] = []
    back: list[int] = []
    for at, fit in enumerate(ordered):
        best, origin = 0.0, -1
        for before in range(at):
            other = ordered[before]
            if other.end <= fit.start and other.anchor.index < fit.anchor.index and value[before] > best:
                best, origin = value[before], before
        value.append(best + fit.likeness - ENOUGH / 2)
        back.append(origin)
    chosen = []
    at = max(range(len(ordered)), key=value.__getitem__, default=-1)
    while at >= 0:
        chosen.append(ordered[at])
        at = back[at]
    return chosen[::-1]


def with_ordinal(found: Stream, start: int, anchor: Anchor) -> int:
    """Where a label begins whose number stands before ``start``: its own, or any that begins the piece."""
    if not anchor.ordinal or found.text.startswith(anchor.ordinal, start):
        return start
    number = anchor.ordinal.strip("().,")
    begins = found.starts[found.owner[start]]
    if begins == start:  # the number may stand alone before it
        begins = found.starts[found.owner[start - 1]] if start else 0
        alone = re.fullmatch(rf"\(?{number}[).,:]+", found.text[begins:start])
        return begins if alone else start
    before = found.text[max(begins, start - 6) : start]
    own = re.search(rf"\(?{number}[).,:]+$", before) or re.fullmatch(number, before)
    if own:
        return start - len(own.group())
    any_number = start - len(before) == begins and re.fullmatch(r"\(?\w{1,2}[).,:]+", before)
    return begins if any_number else start


def likeness(words: str, anchor: Anchor, *, numbered: bool) -> float:
    """From 0 to 1, how much ``words`` look like a label; ``numbered`` if the label's own number stands before them."""
    core = anchor.core
    if anchor.ordinal and words.startswith(anchor.ordinal):
        words, numbered = words.removeprefix(anchor.ordinal), True
    shared = sum((Counter(words) & Counter(core)).values())
    fewest = min(2, len(core) - 1) if numbered else 4
    if shared < ENOUGH * min(len(words), len(core)) or len(words) < min(2, fewest):
        return 0.0
    if _within(words, core) and len(words) >= fewest:
        return 0.7 + 0.3 * len(words) / len(core)
    like = 1 - distance(words, core) / max(len(words), len(core))
    if numbered and len(core) > len(words) >= RETOLD and _in_turn(words, core) >= MOSTLY * len(words):
        return max(like, ENOUGH + 0.3 * len(words) / len(core))
    return like


def _within(words: str, whole: str) -> bool:
    """Whether all signs of ``words`` stand in ``whole``, in this order."""
    rest = iter(whole)
    return all(sign in rest for sign in words)


def _in_turn(words: str, whole: str) -> int:
    """How many signs of ``words`` stand in ``whole`` in the same order."""
    return (len(words) + len(whole) - _apart(words, whole)) // 2


def _apart(one: str, other: str) -> int:
    """How many signs must be put in or taken out."""
    row = list(range(len(other) + 1))
    for at, sign in enumerate(one, start=1):
        diagonal, row[0] = row[0], at
        for place, target in enumerate(other, start=1):
            diagonal, row[place] = row[place], diagonal if sign == target else 1 + min(row[place], row[place - 1])
    return row[-1]


def distance(one: str, other: str) -> int:
    """How many signs must be put in, taken out or changed."""
    row = list(range(len(other) + 1))
    for at, sign in enumerate(one, start=1):
        diagonal, row[0] = row[0], at
        for place, target in enumerate(other, start=1):
            diagonal, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, diagonal + (sign != target))
    return row[-1]


def is_fragment(words: str, anchor: Anchor) -> bool:
    """Whether words are a part of a label and nothing else."""
    return _within(words, anchor.words) or words in anchor.words
