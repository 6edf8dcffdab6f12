"""Tables in lines of text whose labels are torn: their fields, read by rows where labels alone do not tell them."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, takewhile
from typing import NamedTuple

from xltool.published.figures.align_rows import Aligned, Row, aligned
from xltool.published.figures.assign_tokens import by_count
from xltool.published.figures.column_blocks import put_together
from xltool.published.figures.row_tokens import Field
from xltool.published.figures.split_digits import Balance, holds, is_figure, number, within
from xltool.published.figures.text_lines import Line, lines_between
from xltool.published.labels.align_labels import Placed
from xltool.published.labels.label_sequence import Anchor, Outline, leaves_of
from xltool.published.labels.text_stream import Stream, plain

SHORTEST = 2  # signs of a column's label by which it is found in a torn head


class Torn(NamedTuple):
    """The fields of a document after its torn tables were read by rows.

    ``lines`` are the fields that only their rows could tell; ``ungrouped`` the groups whose lines are there after all.
    """

    fields: tuple[Field, ...]
    lines: tuple[Field, ...]
    ungrouped: frozenset[int]


def by_rows(
    found: Stream,
    drawn: Outline,
    places: Sequence[Placed],
    fields: Sequence[Field],
    groups: Mapping[int, Sequence[Anchor]],
    equations: Sequence[Balance],
) -> Torn:
    """The fields, those in lines of text with the figures their rows tell.

    ``groups`` are the groups of which no line was found, with their lines. Where rows and labels disagree, rows are
    believed as far as they go, and nothing else of that table is.
    """
    kept = list(fields)
    told: list[Field] = []
    ungrouped: set[int] = set()
    for table in drawn.headless:
        lines = _lines(found, drawn, places, table)
        if not _holds_rows(lines, drawn, table) or not _heads_in_order(drawn, table, lines):
            continue
        read, grouped = _read(drawn, table, lines, groups, equations)
        lacking = any(field.anchor.table == table and by_count(field) is None for field in kept)
        if lacking and not read.whole and (blocks := _by_blocks(drawn, table, lines, groups, equations)):
            read, grouped = _both(read, blocks[0]), blocks[1]
        ungrouped |= {index for index in groups if drawn.anchors[index].table == table and index not in grouped}
        rows = _fields_of(drawn, table, lines, _rows(drawn, table, grouped, groups), read)
        plainly = {_cells(field): field for field in kept if by_count(field) is not None}
        told += [row for cells, row in rows.items() if cells not in plainly or _differ(plainly[cells], row)]
        kept = list(_with_rows(kept, table, rows, whole=read.whole))
        if not read.whole and _in_rows(lines):
            frayed = _frayed(lines, kept, table)
            kept = [
                _likely(field, read, equations if frayed else ()) if field.anchor.table == table else field
                for field in kept
            ]
    return Torn(tuple(kept), tuple(told), frozenset(ungrouped))


def _lines(found: Stream, drawn: Outline, places: Sequence[Placed], table: str) -> list[Line]:
    """The lines from a table's first label to the next section; none if it has cells of its own."""
    own = [place for place in places if place.anchor.table == table]
    if not own:
        return []
    start, last = own[0].start, own[-1].end
    following = [place.start for place in places if place.start >= last and place.anchor.table != table]
    headings = (found.text.find(plain(section.heading), own[0].end) for section in drawn.form.sections)
    stop = min([at for at in (*following, *headings) if at >= own[0].end], default=len(found.text))
    pieces = range(found.owner[start], found.owner[stop - 1] + 1)
    return [] if any(found.pieces[piece].table for piece in pieces) else lines_between(found, start, stop)


def _read(
    drawn: Outline,
    table: str,
    lines: Sequence[Line],
    groups: Mapping[int, Sequence[Anchor]],
    equations: Sequence[Balance],
) -> tuple[Aligned, frozenset[int]]:
    """The rows of a table, and the groups of it that are indeed printed as one line."""
    own = frozenset(index for index in groups if drawn.anchors[index].table == table)
    tried = []
    for grouped in {own, frozenset()}:
        rows = _rows(drawn, table, grouped, groups)
        labels = {row.anchor.words for row in rows}
        heads = [anchor.words for anchor in drawn.anchors if anchor.table == table and anchor.words not in labels]
        tried.append((aligned(lines, rows, heads, equations), grouped))
    return max(tried, key=lambda each: (each[0].gain, len(each[1])))


def _by_blocks(
    drawn: Outline,
    table: str,
    lines: Sequence[Line],
    groups: Mapping[int, Sequence[Anchor]],
    equations: Sequence[Balance],
) -> tuple[Aligned, frozenset[int]] | None:
    """The rows of a table whose figures stand block by block, and the groups of it printed as one line."""
    tokens = [token for line in lines for token in line.figures]
    before = accumulate((len(line.figures) for line in lines), initial=0)
    breaks = {at for at, line in zip(before, lines, strict=False) if line.words}
    texts = [plain(token.text).replace(",", "") for token in tokens]
    own = frozenset(index for index in groups if drawn.anchors[index].table == table)
    for grouped in (own, frozenset()):
        rows = _rows(drawn, table, grouped, groups)
        cells = [cell for row in rows for cell in row.cells]
        if len(cells) == len(texts) and all(is_figure(text, cells[0]) for text in texts):
            told = put_together(list(map(number, texts)), breaks, list(map(_ids, rows)), equations)
            if _ahead(lines, rows, told):
                return None
            given = {
                row.anchor.index: tuple(tokens[told[cell.id]] for cell in row.cells)
                for row in rows
                if all(cell.id in told for cell in row.cells)
            }
            return Aligned(given, given, 0.0, len(given) == len(rows)), grouped
    return None


def _ahead(lines: Sequence[Line], rows: Sequence[Row], told: Mapping[str, int]) -> bool:
    """Whether figures stand behind the label of a row that only comes after theirs: blocks are out of order."""
    row_at = {told[cell.id]: at for at, row in enumerate(rows) for cell in row.cells if cell.id in told}
    runs: list[tuple[int, int]] = []  # the last row named before some figures, and the place of the first of these
    words, place = "", 0
    for line in lines:
        words += "".join(line.words)
        if line.figures and words:
            named = [(words.rfind(row.anchor.words), at) for at, row in enumerate(rows) if row.anchor.words in words]
            runs.append((max(named, default=(0, -1))[1], place))
            words = ""
        place += len(line.figures)
    stops = [first for _, first in runs[1:]] + [place]
    return any(
        named > max((row_at[at] for at in range(first, stop) if at in row_at), default=named)
        for (named, first), stop in zip(runs, stops, strict=True)
    )


def _ids(row: Row) -> tuple[str, ...]:
    return tuple(cell.id for cell in row.cells)


def _both(read: Aligned, blocks: Aligned) -> Aligned:
    """What blocks tell beside the rows, unless the two disagree anywhere."""
    same = all(blocks.given.get(index, tokens) == tokens for index, tokens in read.given.items())
    if not same:
        return read
    given = {**blocks.given, **read.given}
    return Aligned(given, {**read.likely, **given}, read.gain, blocks.whole)


def _rows(drawn: Outline, table: str, grouped: frozenset[int], groups: Mapping[int, Sequence[Anchor]]) -> list[Row]:
    silent = {member.index for index in grouped for member in groups[index]}
    rows = []
    for anchor in drawn.anchors:
        cells = anchor.alone if anchor.index in grouped else anchor.cells
        if anchor.table == table and cells and anchor.index not in silent:
            rows.append(Row(anchor, cells))
    return rows


def _with_rows(
    fields: Sequence[Field], table: str, read: Mapping[tuple[str, ...], Field], *, whole: bool
) -> Iterator[Field]:
    """The fields with the figures of the rows; where the two disagree, no other figure of the table is believed."""
    own = {_cells(field): field for field in fields if field.anchor.table == table}
    odd = any(_differ(own[cells], field) for cells, field in read.items() if cells in own)
    for field in fields:
        if field.anchor.table != table:
            yield field
        elif (cells := _cells(field)) in read:
            yield read[cells]
        elif not whole:
            yield field._replace(scattered=field.scattered or odd)
    yield from (field for cells, field in read.items() if cells not in own)


def _holds_rows(lines: Sequence[Line], drawn: Outline, table: str) -> bool:
    """Whether there are figures, and no line holds more of them than a row of the table."""
    longest = max([len(anchor.cells) for anchor in drawn.anchors if anchor.table == table], default=0)
    most = max((len(line.figures) for line in lines), default=0)
    return 0 < most <= max(longest, len(drawn.headless[table]))


def _in_rows(lines: Sequence[Line]) -> bool:
    """Whether most figures share their line with others."""
    counts = [len(line.figures) for line in lines]
    return 2 * sum(count for count in counts if count > 1) > sum(counts)


def _frayed(lines: Sequence[Line], fields: Sequence[Field], table: str) -> bool:
    """Whether some line holds nothing but other figures than a row has: the ends of figures broken over lines."""
    asked = {len(field.cells) for field in fields if field.anchor.table == table}
    return any(line.figures and not line.words and len(line.figures) not in asked for line in lines)


def _likely(field: Field, read: Aligned, equations: Sequence[Balance]) -> Field:
    """The field, unless rows make other figures likelier, or its figures break ``equations`` of their own."""
    tokens = by_count(field)
    if field.given or tokens is None:
        return field
    likely = read.likely.get(field.anchor.index)
    other = likely is None or [plain(token.text) for token in tokens] != [plain(token.text) for token in likely]
    own = within(field.cells, equations)
    broken = bool(equations) and not (own and holds([plain(token.text) for token in tokens], field.cells, own))
    return field._replace(scattered=True) if other or broken else field


def _cells(field: Field) -> tuple[str, ...]:
    return tuple(cell.id for cell in field.cells)


def _differ(field: Field, row: Field) -> bool:
    """Whether as many figures as there should be follow a label, and others than its row has."""
    tokens = by_count(field)
    return tokens is not None and [plain(token.text) for token in tokens] != [plain(token.text) for token in row.tokens]


def _fields_of(
    drawn: Outline, table: str, lines: Sequence[Line], rows: Sequence[Row], read: Aligned
) -> dict[tuple[str, ...], Field]:
    """A field for each row that was read, and for the one line of a table that has no labels before its figures."""
    found = [
        Field(row.anchor, row.cells, read.given[row.anchor.index][0].piece, read.given[row.anchor.index], given=True)
        for row in rows
        if row.anchor.index in read.given
    ]
    headless = drawn.headless[table]
    holding = [line.figures for line in lines if line.figures]
    if headless and not rows and len(holding) == 1 and len(holding[0]) == len(headless):
        above = [anchor for anchor in drawn.anchors if anchor.table == table and anchor.above]
        found.append(Field(above[-1], headless, holding[0][0].piece, holding[0], given=True))
    return {_cells(field): field for field in found}


def _heads_in_order(drawn: Outline, table: str, lines: Sequence[Line]) -> bool:
    """Whether no label above the figures stands left of, or before, one it stands right of on the form.

    Of torn labels their beginnings are looked for; lines say something of each other only if their indents do.
    """
    leaves = leaves_of(drawn, table)
    heads = {anchor.words for anchor in drawn.anchors if anchor.table == table and anchor not in leaves}
    told = []
    for at_line, line in enumerate(takewhile(lambda line: not line.figures, lines)):
        for word, place in zip(line.words, line.places, strict=True):
            begun = [at for at, leaf in enumerate(leaves) if len(word) >= SHORTEST and leaf.core.startswith(word)]
            if len(begun) == 1 and not any(word in head for head in heads):
                told.append((begun[0], _Spot(at_line, place, line.indented, len(line.words) == 1)))
    return not any(one < other and _is_behind(here, there) for one, here in told for other, there in told)


class _Spot(NamedTuple):
    """Where a word stands: in which line, at which sign, and whether it is ``indented``, or ``alone`` on its line."""

    line: int
    place: int
    indented: bool
    alone: bool


def _is_behind(one: _Spot, other: _Spot) -> bool:
    """Whether a word stands right of another or, where each is a line, behind it."""
    if one.line == other.line or (one.indented and other.indented):
        return one.place > other.place
    return one.alone and other.alone and not one.indented and not other.indented and one.line > other.line
