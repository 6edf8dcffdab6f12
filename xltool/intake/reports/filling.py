"""Which token is which figure: by count and place where that is plain, by the relations where it is not."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from xltool.intake.reports.cutting import Balance, Cut, TooManyError, cuts, number
from xltool.intake.reports.fields import Field, Token, What
from xltool.intake.reports.solving import Question, answers
from xltool.intake.reports.stream import Stream, plain
from xltool.model import Cell, Number

MOST_SURPLUS = 2  # tokens between the figures of a line that may be none of them
ANY_WAY = 3  # signs over the number of figures up to which ways against the equations are looked at, too


class Printed(NamedTuple):
    """A figure as found: its text (empty for an empty cell) and its piece; ``solved`` if the relations decided it."""

    cell: Cell
    text: str
    piece: int
    solved: bool = False


class Filled(NamedTuple):
    """The figures of a document, and the fields whose figures stay open, wholly or in part."""

    printed: tuple[Printed, ...]
    open: tuple[Field, ...]


def fill(
    found: Stream,
    fields: Sequence[Field],
    equations: Sequence[Balance],
    silent: Iterable[str],
    disordered: Collection[str] = (),
) -> Filled:
    """The figures of all fields; ``silent`` are cells that are known not to be printed.

    Of ``disordered`` tables only what stands in a row of cells with its label is read.
    """
    short = _short_tables(fields)
    direct: dict[int, list[Token] | None] = {}
    for at, field in enumerate(fields):
        tokens = by_count(field)
        safe = field.rows or (
            field.anchor.table not in disordered
            and (tokens is None or _trusted(field, tokens, equations, field.anchor.table in short))
        )
        direct[at] = tokens if safe else None
    columns = _columns(found, fields, direct)
    printed: list[Printed] = []
    waiting: list[Field] = []
    for at, field in enumerate(fields):
        tokens = direct[at] or _by_column(found, field, columns.get(field.anchor.table))
        if tokens is None:
            waiting.append(field)
        else:
            printed += _as_printed(field, tokens)
    known = {each.cell.id: value for each in printed if (value := _plain_number(each.text)) is not None}
    known |= dict.fromkeys(silent, 0)
    whole = _whole_tables(fields)
    questions = [
        (field, None if field.anchor.table in disordered else _question(field, equations, field.anchor.table in whole))
        for field in waiting
    ]
    asked = [(field, question) for field, question in questions if question is not None]
    solved = answers([question for _, question in asked], known, equations)
    left = [field for field, question in questions if question is None]
    for (field, question), figures in zip(asked, solved, strict=True):
        piece = field.tokens[0].piece
        printed += [
            Printed(cell, figure, piece, solved=True)
            for cell, figure in zip(question.cells, figures, strict=True)
            if figure is not None
        ]
        if None in figures:
            left.append(field)
    return Filled(tuple(printed), tuple(left))


def _trusted(field: Field, tokens: Sequence[Token], equations: Sequence[Balance], short: bool) -> bool:
    """Whether as many tokens as figures may be taken for them, outside tables.

    Not where they end within a figure. Where lines of the table lack figures, one may be broken in two and another one
    empty: then the line's own equation must hold.
    """
    if field.broken:
        return False
    inside = _inside(field, equations)
    return not short or not inside or bool(cuts([plain(token.text) for token in tokens], field.cells, inside))


def _inside(field: Field, equations: Sequence[Balance]) -> list[Balance]:
    """The equations between nothing but the figures of one line."""
    own = {cell.id for cell in field.cells}
    return [equation for equation in equations if all(cell in own for cell, _ in equation.terms)]


def _short_tables(fields: Sequence[Field]) -> set[str]:
    """Tables with a line of text that shows fewer signs than it must have figures."""
    return {
        field.anchor.table
        for field in fields[:-1]
        if not field.rows and sum(len(plain(token.text)) for token in field.full) < len(field.cells)
    }


def _as_printed(field: Field, tokens: Sequence[Token]) -> Iterator[Printed]:
    for cell, token in zip(field.cells, tokens, strict=True):
        yield Printed(cell, token.text, token.piece)


def _plain_number(text: str) -> Number | None:
    """The value of a plainly written figure; None for anything else."""
    signs = plain(text).replace(",", "")
    try:
        return number(signs) if signs else None
    except ArithmeticError:
        return None
    except ValueError:
        return None


# --- by count and place --------------------------------------------------------------------------------------------


def by_count(field: Field) -> list[Token] | None:
    """The tokens one for one, where there are as many as figures: those of one row of a table, else all."""
    asked = len(field.cells)
    if len(field.own) >= asked:
        return _counted(field.own, field.cells)
    holding = [row for row in field.rows if any(token.what is What.FIGURE for token in row)]
    if len(holding) == 1 and (tokens := _counted(holding[0], field.cells)):
        return tokens
    full = field.full
    if len(full) == asked:
        return full
    apart = not field.own and len(field.tokens) == asked and all(token.whole for token in field.tokens)
    return list(field.tokens) if apart else _listed(full, asked)


def _counted(tokens: Sequence[Token], cells: Sequence[Cell]) -> list[Token] | None:
    full = [token for token in tokens if token.what is What.FIGURE]
    asked, width = len(cells), sum(cell.box.columns for cell in cells)
    if len(tokens) == asked:
        return list(tokens)
    if len(tokens) == width and (spread := _spread(tokens, cells)):
        return spread
    if len(full) == asked:
        return full
    if not full and len(tokens) >= asked:
        return list(tokens[:asked])
    return _listed(full, asked)


def _spread(tokens: Sequence[Token], cells: Sequence[Cell]) -> list[Token] | None:
    """One token a grid column: of a figure that spans several, what stands in any of them, if they do not disagree."""
    found = []
    at = 0
    for cell in cells:
        group = tokens[at : at + cell.box.columns]
        at += cell.box.columns
        full = [token for token in group if token.what is What.FIGURE]
        if len({plain(token.text) for token in full}) > 1:
            return None
        found.append(full[0] if full else group[0])
    return found


def _listed(full: Sequence[Token], asked: int) -> list[Token] | None:
    """Several figures in one cell, between white space or commas."""
    for separator in (None, ",", "\uff0c", "\u3001"):
        parts = [Token(part, What.FIGURE, token.piece) for token in full for part in token.text.split(separator)]
        if len(parts) == asked > len(full) and all(part.text.strip() for part in parts):
            return parts
    return None


def _columns(
    found: Stream, fields: Sequence[Field], direct: Mapping[int, list[Token] | None]
) -> dict[str, tuple[int, ...]]:
    """For each table of the form the columns its figures stand in, where all whole rows agree."""
    seen: dict[str, set[tuple[int, ...]]] = {}
    for at, field in enumerate(fields):
        tokens = direct[at]
        if tokens and len(tokens) > 1 and all(token.whole and token.what is What.FIGURE for token in tokens):
            seen.setdefault(field.anchor.table, set()).add(tuple(found.pieces[token.piece].column for token in tokens))
    return {table: next(iter(columns)) for table, columns in seen.items() if len(columns) == 1}


def _by_column(found: Stream, field: Field, columns: tuple[int, ...] | None) -> list[Token] | None:
    """The tokens of a row in the columns where other rows have their figures; an empty one where there is none."""
    row = field.own
    if not row or not columns or len(columns) != len(field.cells):
        return None
    at = {found.pieces[token.piece].column: token for token in row if token.whole}
    full = {column for column, token in at.items() if token.what is What.FIGURE}
    if len(at) != len(row) or max(at) > max(columns) or not full <= set(columns):
        return None
    empty = row[0]._replace(text="", what=What.EMPTY)
    return [at.get(column, empty) for column in columns]


# --- by the relations ----------------------------------------------------------------------------------------------


def _whole_tables(fields: Sequence[Field]) -> set[str]:
    """Tables whose figures may be cut from runs of digits: no line shows fewer signs than it must have figures, so that
    none can be empty, and most of those to be cut stand in one run.

    The last line of a document that breaks off counts for nothing.
    """
    counts = [(field, sum(len(plain(token.text)) for token in field.full)) for field in fields]
    short = {field.anchor.table for field, signs in counts[:-1] if signs < len(field.cells)}
    several = [field for field in fields if len(field.cells) > 1 and len(field.full) != len(field.cells)]
    tables = {field.anchor.table for field in several} - short
    runs = {table: [len(field.full) == 1 for field in several if field.anchor.table == table] for table in tables}
    return {table for table, single in runs.items() if 2 * sum(single) >= len(single)}


def _question(field: Field, equations: Sequence[Balance], whole: bool) -> Question | None:
    """The ways a field can be read; None where there is none, or too many.

    A run of digits is only cut in tables that are ``whole``, and without an equation of its own only where it directly
    follows its label.
    """
    inside = _inside(field, equations)
    surplus = len(field.full) - len(field.cells)
    one_piece = len({token.piece for token in field.full}) == 1
    try:
        if 0 < surplus <= MOST_SURPLUS and inside:
            return _without_surplus(field, inside)
        if surplus < 0 and whole and one_piece and not field.broken and (inside or field.joined):
            return _cut(field, inside)
    except TooManyError:
        return None
    return None


def _cut(field: Field, inside: Sequence[Balance]) -> Question | None:
    """Figures run together. White space between them parts two figures, unless nothing fits so."""
    runs = [plain(token.text) for token in field.full]
    for tried in (runs, ["".join(runs)]):
        ways = cuts(tried, field.cells, inside)
        if field.numbered and tried[-1].endswith(field.numbered) and len(tried[-1]) > len(field.numbered):
            ways += cuts([*tried[:-1], tried[-1].removesuffix(field.numbered)], field.cells, inside)
        if ways:
            short = inside and sum(map(len, tried)) <= len(field.cells) + ANY_WAY
            others = [way for way in cuts(tried, field.cells) if way not in ways] if short else []
            return Question(field.cells, tuple(dict.fromkeys(ways)), tuple(others))
    return None


def _without_surplus(field: Field, inside: Sequence[Balance]) -> Question | None:
    """A page number may stand between the figures, or a figure may be broken over two lines: the equations must prove
    which."""
    if any(token.whole for token in field.full):
        return None
    ways: list[Cut] = []
    for runs in _reduced([plain(token.text) for token in field.full], len(field.cells)):
        ways += cuts(runs, field.cells, inside)
    return Question(field.cells, tuple(dict.fromkeys(ways))) if ways else None


def _reduced(runs: Sequence[str], asked: int) -> set[Cut]:
    """Every way to come down to as many runs as are asked, by leaving one out or joining two neighbours."""
    reached = {tuple(runs)}
    for _ in range(len(runs) - asked):
        left_out = {way[:at] + way[at + 1 :] for way in reached for at in range(len(way))}
        joined = {
            (*way[:at], way[at] + way[at + 1], *way[at + 2 :]) for way in reached for at in range(len(way) - 1)
        }
        reached = left_out | joined
    return reached
