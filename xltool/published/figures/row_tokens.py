"""The figures that follow each label: which stretch of the document they stand in, and which of them is which."""

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from functools import lru_cache
from itertools import accumulate, dropwhile, takewhile
from typing import NamedTuple

from xltool.forms.dialect import page_number
from xltool.model.form import Cell, Kind
from xltool.model.submission import State
from xltool.published.figures.strip_annotations import is_dressed
from xltool.published.labels.align_labels import Placed
from xltool.published.labels.fuzzy_labels import is_fragment
from xltool.published.labels.label_sequence import Anchor, split_ordinal
from xltool.published.labels.text_stream import FIGURE_SIGNS, Stream, plain
from xltool.recognition.cell_values import interpret
from xltool.spreadsheet.raw_workbook import RawCell, Stored

LONGEST_WORDS = 24  # of a cell that holds a figure and words

_CHINESE = re.compile("[^\x00-\x7f]")


class What(Enum):
    """What a token is."""

    FIGURE = "figure"
    EMPTY = "empty"
    WORDS = "words"
    PAGE = "page"


class Token(NamedTuple):
    """A stretch between white space or borders; ``whole`` if it is all of a table's cell."""

    text: str
    what: What
    piece: int
    whole: bool = False


class Field(NamedTuple):
    """The figures a line of the form asks for, and the tokens found after its label.

    ``own`` are those in the label's own row of a table, ``rows`` those of any table by row. ``joined`` if the first
    stands directly behind the label, without white space or border. ``piece`` is where the label ends. ``numbered``
    is the number of the next label where the last sign may be it, ``broken`` if the tokens end within a figure,
    ``scattered`` if they stand among labels in another order than the form's. ``given``
    if the tokens are the figures of the line, one for one.
    """

    anchor: Anchor
    cells: tuple[Cell, ...]
    piece: int
    tokens: tuple[Token, ...]
    own: tuple[Token, ...] = ()
    rows: tuple[tuple[Token, ...], ...] = ()
    joined: bool = False
    numbered: str = ""
    broken: bool = False
    scattered: bool = False
    given: bool = False

    @property
    def full(self) -> list[Token]:
        """The tokens that hold something."""
        return [token for token in self.tokens if token.what is What.FIGURE]


def field_after(
    found: Stream, place: Placed, following: Placed | None, cells: tuple[Cell, ...], words: frozenset[str]
) -> Field:
    """The field behind one label, up to the ``following`` one; ``words`` are the signs of all labels of the table."""
    stop = following.start if following else len(found.text)
    tokens, broken = _figures(tokens_between(found, place.end, stop), place.anchor, len(cells), words)
    rows = _rows(found, tokens)
    return Field(
        place.anchor,
        cells,
        piece=found.owner[place.end - 1],
        tokens=tokens,
        own=tuple(rows.get(_row_of(found, found.owner[place.end - 1]), [])),
        rows=tuple(map(tuple, rows.values())),
        joined=place.end < stop and not found.spaced(place.end),
        numbered=_number_lost(found, following) if following else "",
        broken=broken,
    )


def figures_between(found: Stream, start: int, stop: int) -> int:
    """How many figures stand outside tables between two places of the stream."""
    return sum(token.what is What.FIGURE and not token.whole for token in tokens_between(found, start, stop))


def _number_lost(found: Stream, following: Placed) -> str:
    """The number of a label that stands without it, directly behind other signs."""
    ordinal = following.anchor.ordinal
    lost = ordinal and not found.text.startswith(ordinal, following.start) and not found.spaced(following.start)
    return ordinal.strip("().,") if lost else ""


def field_among(
    found: Stream, places: Sequence[Placed], stop: int, cells: tuple[Cell, ...], words: frozenset[str]
) -> Field:
    """The field of a line without a label of its own, among and behind the labels of its table.

    ``words`` are the signs of those labels.
    """
    runs: list[list[Token]] = []
    broken = False
    ends = [place.start for place in places[1:]] + [stop]
    for place, end in zip(places, ends, strict=True):
        runs.append([])
        for token in tokens_between(found, place.end, end):
            if token.what is not What.WORDS:
                runs[-1].append(token)
            elif words.issuperset(plain(token.text)):
                runs.append([])
            else:
                broken = bool(runs[-1]) and _ends_a_figure(runs[-1][-1], token)
                break
    last = places[-1]
    heads = {
        _row_of(found, piece)
        for place in places
        for piece in range(found.owner[place.start], found.owner[place.end - 1] + 1)
    }
    tokens = [
        token
        for run in runs
        for token in run
        if token.what is not What.EMPTY or _row_of(found, token.piece) not in heads
    ]
    return Field(
        last.anchor,
        cells,
        piece=found.owner[last.end - 1],
        tokens=tuple(tokens),
        rows=tuple(map(tuple, _rows(found, tokens).values())),
        joined=last.end < stop and not found.spaced(last.end),
        broken=broken,
        scattered=_scattered(runs, cells),
    )


def _scattered(runs: Sequence[Sequence[Token]], cells: Sequence[Cell]) -> bool:
    """Whether the labels part the figures elsewhere than where a line of the form ends, and not each from the next."""
    counts = [sum(token.what is What.FIGURE for token in run) for run in runs]
    counts = [count for count in counts if count]
    if sum(counts) != len(cells) or set(counts) == {1}:
        return False
    borders = {at for at in range(1, len(cells) + 1) if at == len(cells) or cells[at].line != cells[at - 1].line}
    return not borders.issuperset(accumulate(counts))


def _ends_a_figure(last: Token, words: Token) -> bool:
    """Whether words begin with the unit of the figure before them."""
    if last.piece != words.piece:
        return False
    texts = [f"1{words.text[:length]}" for length in (1, 2)]
    return any(interpret(RawCell(Stored.TEXT, text), Kind.AMOUNT, 6).note == "unit_in_cell" for text in texts)


def _rows(found: Stream, tokens: Sequence[Token]) -> dict[tuple[int, int, int], list[Token]]:
    rows: dict[tuple[int, int, int], list[Token]] = {}
    for token in tokens:
        if found.pieces[token.piece].table:
            rows.setdefault(_row_of(found, token.piece), []).append(token)
    return rows


def _row_of(found: Stream, piece: int) -> tuple[int, int, int]:
    held = found.pieces[piece]
    return held.page, held.table, held.row


def _figures(
    tokens: Iterator[Token], anchor: Anchor, asked: int, words: frozenset[str]
) -> tuple[tuple[Token, ...], bool]:
    """Up to the first words behind the figures, and whether those stand within a figure.

    They do if they are its unit, or the rest of a label between two lines that figures are broken over. Before the
    figures, what is left of the label is passed over.
    """
    kept: list[Token] = []
    seen = False
    first = -1
    for token in tokens:
        first = token.piece if first < 0 else first
        if token.what is not What.WORDS:
            seen = seen or token.what is What.FIGURE
            kept.append(token)
        elif seen or not (token.piece == first or is_fragment(plain(token.text), anchor)):
            torn = words.issuperset(plain(token.text)) and _ends_follow(tokens, asked, words)
            return tuple(kept), seen and (torn or _ends_a_figure(kept[-1], token))
    return tuple(kept), False


def _ends_follow(tokens: Iterator[Token], asked: int, words: frozenset[str]) -> bool:
    """Whether what comes next, behind what is left of labels, are fewer figures than a line has, and no run of them."""
    following = dropwhile(lambda token: token.what is What.WORDS and words.issuperset(plain(token.text)), tokens)
    figures = [
        token for token in takewhile(lambda token: token.what is not What.WORDS, following) if token.what is What.FIGURE
    ]
    return 0 < len(figures) < asked and not (len(figures) == 1 and len(plain(figures[0].text)) >= asked)


def tokens_between(found: Stream, start: int, stop: int) -> Iterator[Token]:
    """Everything between two places of the stream, empty cells included."""
    begin = found.owner[start - 1] if start else 0
    end = found.owner[stop] if stop < len(found.text) else len(found.pieces) - 1
    for piece in range(begin, end + 1):
        first, last = max(start, found.starts[piece]), min(stop, found.starts[piece + 1])
        whole = first == found.starts[piece] and last == found.starts[piece + 1]
        if whole and (piece > begin or not start):
            yield from _of_piece(found, piece)
        elif first < last:
            yield from _of_stretch(found, piece, first, last)


def _of_piece(found: Stream, piece: int) -> Iterator[Token]:
    text, table = found.pieces[piece][:2]
    if table:
        yield Token(text, what_of(text, in_cell=True), piece, whole=True)
    elif page_number().fullmatch("".join(text.split())):
        yield Token(text, What.PAGE, piece)
    else:
        yield from _of_stretch(found, piece, found.starts[piece], found.starts[piece + 1])


def _of_stretch(found: Stream, piece: int, first: int, last: int) -> Iterator[Token]:
    """The parts of a stretch between white space; a part that mixes figures and words is divided between them."""
    text = found.pieces[piece].text
    begin = first
    for at in range(first + 1, last + 1):
        if at < last and not found.spaced(at):
            continue
        part = text[found.offset[begin] : found.offset[at - 1] + 1]
        what = what_of(part, in_cell=False)
        if what is What.WORDS and not FIGURE_SIGNS.isdisjoint(part):
            yield from _divided(part, piece)
        else:
            yield Token(part, what, piece)
        begin = at


def _divided(part: str, piece: int) -> Iterator[Token]:
    for stretch in re.findall(r"[+-]?[0-9][0-9.,]*(?<![.,])|[^0-9]+", part):
        yield Token(stretch, what_of(stretch, in_cell=False), piece)


@lru_cache(maxsize=8192)
def what_of(text: str, *, in_cell: bool) -> What:
    """What a stretch of text is, by itself in a cell or not."""
    signs = plain(text)
    if not signs:
        return What.EMPTY
    if FIGURE_SIGNS.issuperset(signs):
        return What.FIGURE
    if len(text) > LONGEST_WORDS:
        return What.WORDS
    meaning = interpret(RawCell(Stored.TEXT, text), Kind.AMOUNT, 6)
    if meaning.state is State.NOT_APPLICABLE or meaning.note == "unit_in_cell":
        return What.FIGURE
    if meaning.state is State.NUMBER:
        return What.FIGURE if in_cell or not _CHINESE.search(text) else What.WORDS
    if is_dressed(text):
        return What.FIGURE
    remark = in_cell and signs[0].isdigit() and not split_ordinal(signs)[0]
    return What.FIGURE if remark else What.WORDS
