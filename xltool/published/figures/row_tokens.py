"""Split the text after each label into tokens and collect the tokens that may be the figures of its row."""

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from functools import lru_cache
from itertools import accumulate, dropwhile, takewhile
from typing import NamedTuple

from xltool.forms.published_wording import page_number_pattern
from xltool.model.form import Cell, CellKind
from xltool.model.submission import EntryState
from xltool.published.figures.strip_annotations import is_annotated
from xltool.published.labels.align_labels import PlacedLabel
from xltool.published.labels.fuzzy_labels import is_label_fragment
from xltool.published.labels.label_sequence import Anchor, split_ordinal
from xltool.published.labels.text_stream import FIGURE_CHARS, FULL_STOP, TextStream, normalize_text
from xltool.recognition.cell_values import interpret_cell
from xltool.spreadsheet.raw_workbook import RawCell, StorageType

MAX_FIGURE_CELL_CHARS = 24  # of a cell with a figure and words

_NON_ASCII = re.compile("[^\x00-\x7f]")


class TokenKind(Enum):
    """The kind of a token."""

    FIGURE = "figure"
    EMPTY = "empty"
    WORDS = "words"
    PAGE = "page"


class Token(NamedTuple):
    """A text between white space or block borders; ``whole`` if it is a complete table cell."""

    text: str
    kind: TokenKind
    block: int
    whole: bool = False


class RowTokens(NamedTuple):
    """The cells of one form row and the tokens after its label.

    ``same_row`` are the tokens in the table row of the label, ``rows`` those of any table by row. ``joined`` if the
    first token directly follows the label. ``piece`` is the block where the label ends. ``numbered`` is the ordinal of
    the next label if the last digits may be it; ``broken`` if the tokens end within a figure; ``scattered`` if they
    stand among labels in another order; ``given`` if the tokens are the figures, one per cell, and ``deduced`` if
    elimination assigned them.
    """

    anchor: Anchor
    cells: tuple[Cell, ...]
    piece: int
    tokens: tuple[Token, ...]
    same_row: tuple[Token, ...] = ()
    rows: tuple[tuple[Token, ...], ...] = ()
    joined: bool = False
    numbered: str = ""
    broken: bool = False
    scattered: bool = False
    given: bool = False
    deduced: bool = False

    @property
    def full(self) -> list[Token]:
        """The tokens that are figures."""
        return [token for token in self.tokens if token.kind is TokenKind.FIGURE]


def read_tokens_after(
    stream: TextStream,
    place: PlacedLabel,
    following: PlacedLabel | None,
    cells: tuple[Cell, ...],
    words: frozenset[str],
) -> RowTokens:
    """Collect the tokens after a label up to the ``following`` one; ``words`` are the characters of its labels."""
    stop = following.start if following else len(stream.text)
    tokens, broken = _take_figures(tokens_between(stream, place.end, stop), place.anchor, len(cells), words)
    rows = _tokens_by_row(stream, tokens)
    return RowTokens(
        place.anchor,
        cells,
        piece=stream.owner[place.end - 1],
        tokens=tokens,
        same_row=tuple(rows.get(_row_key(stream, stream.owner[place.end - 1]), [])),
        rows=tuple(map(tuple, rows.values())),
        joined=place.end < stop and not stream.follows_space(place.end),
        numbered=_lost_ordinal(stream, following) if following else "",
        broken=broken,
    )


def count_figures_between(stream: TextStream, start: int, stop: int) -> int:
    """Count the figures outside tables between two positions of the stream."""
    return sum(token.kind is TokenKind.FIGURE and not token.whole for token in tokens_between(stream, start, stop))


def _lost_ordinal(stream: TextStream, following: PlacedLabel) -> str:
    """Return the ordinal of a label that lacks it and directly follows other characters, else ""."""
    ordinal = following.anchor.ordinal
    lost = (
        ordinal and not stream.text.startswith(ordinal, following.start) and not stream.follows_space(following.start)
    )
    return ordinal.strip("().,") if lost else ""


def read_tokens_among(
    stream: TextStream, placed_labels: Sequence[PlacedLabel], stop: int, cells: tuple[Cell, ...], words: frozenset[str]
) -> RowTokens:
    """Collect the tokens of a row without a label among and after the labels of its table.

    ``words`` are the characters of these labels.
    """
    runs: list[list[Token]] = []
    broken = False
    ends = [place.start for place in placed_labels[1:]] + [stop]
    for place, end in zip(placed_labels, ends, strict=True):
        runs.append([])
        for token in tokens_between(stream, place.end, end):
            if token.kind is not TokenKind.WORDS:
                runs[-1].append(token)
            elif words.issuperset(normalize_text(token.text)):
                runs.append([])
            else:
                broken = bool(runs[-1]) and _ends_a_figure(runs[-1][-1], token)
                break
    last = placed_labels[-1]
    heads = {
        _row_key(stream, piece)
        for place in placed_labels
        for piece in range(stream.owner[place.start], stream.owner[place.end - 1] + 1)
    }
    tokens = [
        token
        for run in runs
        for token in run
        if token.kind is not TokenKind.EMPTY or _row_key(stream, token.block) not in heads
    ]
    return RowTokens(
        last.anchor,
        cells,
        piece=stream.owner[last.end - 1],
        tokens=tuple(tokens),
        rows=tuple(map(tuple, _tokens_by_row(stream, tokens).values())),
        joined=last.end < stop and not stream.follows_space(last.end),
        broken=broken,
        scattered=_is_scattered(runs, cells),
    )


def _is_scattered(token_runs: Sequence[Sequence[Token]], cells: Sequence[Cell]) -> bool:
    """Return True if labels separate the figures elsewhere than at row ends, and not each from the next."""
    counts = [sum(token.kind is TokenKind.FIGURE for token in run) for run in token_runs]
    counts = [count for count in counts if count]
    if sum(counts) != len(cells) or set(counts) == {1}:
        return False
    borders = {at for at in range(1, len(cells) + 1) if at == len(cells) or cells[at].line != cells[at - 1].line}
    return not borders.issuperset(accumulate(counts))


def _ends_a_figure(previous_token: Token, token: Token) -> bool:
    """Return True if words begin with the unit of the figure before them."""
    if previous_token.block != token.block:
        return False
    texts = [f"1{token.text[:length]}" for length in (1, 2)]
    return any(
        interpret_cell(RawCell(StorageType.TEXT, text), CellKind.AMOUNT, 6).note == "unit_in_cell" for text in texts
    )


def _tokens_by_row(stream: TextStream, tokens: Sequence[Token]) -> dict[tuple[int, int, int], list[Token]]:
    rows: dict[tuple[int, int, int], list[Token]] = {}
    for token in tokens:
        if stream.blocks[token.block].table:
            rows.setdefault(_row_key(stream, token.block), []).append(token)
    return rows


def _row_key(stream: TextStream, block: int) -> tuple[int, int, int]:
    held = stream.blocks[block]
    return held.page, held.table, held.row


def _take_figures(
    tokens: Iterator[Token], anchor: Anchor, asked: int, words: frozenset[str]
) -> tuple[tuple[Token, ...], bool]:
    """Return the tokens up to the first words after figures, and whether these words interrupt a figure.

    They do if they are its unit, or the rest of a label between two lines of split figures. Rests of the label before
    the figures are skipped.
    """
    kept: list[Token] = []
    seen = False
    first = -1
    for token in tokens:
        first = token.block if first < 0 else first
        if token.kind is not TokenKind.WORDS:
            seen = seen or token.kind is TokenKind.FIGURE
            kept.append(token)
        elif seen or not (token.block == first or is_label_fragment(normalize_text(token.text), anchor)):
            torn = words.issuperset(normalize_text(token.text)) and _is_row_broken(tokens, asked, words)
            return tuple(kept), seen and (torn or _ends_a_figure(kept[-1], token))
    return tuple(kept), False


def _is_row_broken(tokens: Iterator[Token], asked: int, words: frozenset[str]) -> bool:
    """Return True if after rests of labels fewer figures follow than a row has, and no run of digits."""
    following = dropwhile(
        lambda token: token.kind is TokenKind.WORDS and words.issuperset(normalize_text(token.text)), tokens
    )
    figures = [
        token
        for token in takewhile(lambda token: token.kind is not TokenKind.WORDS, following)
        if token.kind is TokenKind.FIGURE
    ]
    return 0 < len(figures) < asked and not (len(figures) == 1 and len(normalize_text(figures[0].text)) >= asked)


def tokens_between(stream: TextStream, start: int, stop: int) -> Iterator[Token]:
    """Yield all tokens between two positions of the stream, empty cells included."""
    begin = stream.owner[start - 1] if start else 0
    end = stream.owner[stop] if stop < len(stream.text) else len(stream.blocks) - 1
    for piece in range(begin, end + 1):
        first, last = max(start, stream.starts[piece]), min(stop, stream.starts[piece + 1])
        whole = first == stream.starts[piece] and last == stream.starts[piece + 1]
        if whole and (piece > begin or not start):
            yield from _block_tokens(stream, piece)
        elif first < last:
            yield from _split_tokens(stream, piece, first, last)


def _block_tokens(stream: TextStream, block: int) -> Iterator[Token]:
    text, table = stream.blocks[block][:2]
    if table:
        yield Token(text, classify_token(text, in_cell=True), block, whole=True)
    elif page_number_pattern().fullmatch("".join(text.split())):
        yield Token(text, TokenKind.PAGE, block)
    elif FULL_STOP in text:  # a sentence beside the table
        yield Token(text, TokenKind.WORDS, block)
    else:
        yield from _split_tokens(stream, block, stream.starts[block], stream.starts[block + 1])


def _split_tokens(stream: TextStream, block: int, first: int, last: int) -> Iterator[Token]:
    """Yield the tokens of a span split at white space; a part with figures and words is split between them."""
    text = stream.blocks[block].text
    begin = first
    for at in range(first + 1, last + 1):
        if at < last and not stream.follows_space(at):
            continue
        part = text[stream.offset[begin] : stream.offset[at - 1] + 1]
        what = classify_token(part, in_cell=False)
        if what is TokenKind.WORDS and not FIGURE_CHARS.isdisjoint(part):
            yield from _split_mixed(part, block)
        else:
            yield Token(part, what, block)
        begin = at


def _split_mixed(part: str, block: int) -> Iterator[Token]:
    for stretch in re.findall(r"[+-]?[0-9][0-9.,]*(?<![.,])|[^0-9]+", part):
        yield Token(stretch, classify_token(stretch, in_cell=False), block)


@lru_cache(maxsize=8192)
def classify_token(text: str, *, in_cell: bool) -> TokenKind:
    """Classify a text; ``in_cell`` if it is the whole content of a table cell."""
    signs = normalize_text(text)
    if not signs:
        return TokenKind.EMPTY
    if FIGURE_CHARS.issuperset(signs):
        return TokenKind.FIGURE
    if len(text) > MAX_FIGURE_CELL_CHARS:
        return TokenKind.WORDS
    meaning = interpret_cell(RawCell(StorageType.TEXT, text), CellKind.AMOUNT, 6)
    if meaning.state is EntryState.NOT_APPLICABLE or meaning.note == "unit_in_cell":
        return TokenKind.FIGURE
    if meaning.state is EntryState.NUMBER:
        return TokenKind.FIGURE if in_cell or not _NON_ASCII.search(text) else TokenKind.WORDS
    if is_annotated(text):
        return TokenKind.FIGURE
    remark = in_cell and signs[0].isdigit() and not split_ordinal(signs)[0]
    return TokenKind.FIGURE if remark else TokenKind.WORDS
