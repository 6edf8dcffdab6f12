"""Which token is which figure: by count and place where that is plain, by the relations where it is not."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
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


def fill(found: Stream, fields: Sequence[Field], equations: Sequence[Balance], silent: Iterable[str]) -> Filled:
    """The figures of all fields; ``silent`` are cells that are known not to be printed."""
    direct = {at: by_count(field) for at, field in enumerate(fields)}
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
    whole = all(sum(len(plain(token.text)) for token in field.full) >= len(field.cells) for field in fields)
    questions = [(field, _question(field, equations, whole)) for field in waiting]
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
        return _counted(field.own, asked)
    holding = [row for row in field.rows if any(token.what is What.FIGURE for token in row)]
    if len(holding) == 1 and (tokens := _counted(holding[0], asked)):
        return tokens
    full = field.full
    return full if len(full) == asked else _listed(full, asked)


def _counted(tokens: Sequence[Token], asked: int) -> list[Token] | None:
    full = [token for token in tokens if token.what is What.FIGURE]
    if len(tokens) == asked:
        return list(tokens)
    if len(full) == asked:
        return full
    if not full and len(tokens) >= asked:
        return list(tokens[:asked])
    return _repeated(full, asked) or _listed(full, asked)


def _repeated(full: Sequence[Token], asked: int) -> list[Token] | None:
    """Of a cell that spans several and is written in each of them, the first."""
    if not full or len(full) % asked or not all(token.whole for token in full):
        return None
    times = len(full) // asked
    groups = [full[at : at + times] for at in range(0, len(full), times)]
    alike = all(len({plain(token.text) for token in group}) == 1 for group in groups)
    return [group[0] for group in groups] if alike else None


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
    if len(at) != len(row) or not {c for c, token in at.items() if token.what is What.FIGURE} <= set(columns):
        return None
    empty = row[0]._replace(text="", what=What.EMPTY)
    return [at.get(column, empty) for column in columns]


# --- by the relations ----------------------------------------------------------------------------------------------


def _question(field: Field, equations: Sequence[Balance], whole: bool) -> Question | None:
    """The ways a field can be read; None where there is none, or too many.

    Without an equation of its own a run of digits is only cut where it directly follows its label, and where the
    document is ``whole``: where no figure of another line is missing, so that none can be missing here.
    """
    own = {cell.id for cell in field.cells}
    inside = [equation for equation in equations if all(cell in own for cell, _ in equation.terms)]
    surplus = len(field.full) - len(field.cells)
    try:
        if 0 < surplus <= MOST_SURPLUS and inside:
            return _without_surplus(field, inside)
        if surplus < 0 and len({token.piece for token in field.full}) == 1 and (inside or (field.joined and whole)):
            return _cut(field, inside)
    except TooManyError:
        return None
    return None


def _cut(field: Field, inside: Sequence[Balance]) -> Question | None:
    """Figures run together. White space between them parts two figures, unless nothing fits so."""
    runs = [plain(token.text) for token in field.full]
    for tried in (runs, ["".join(runs)]):
        if ways := cuts(tried, field.cells, inside):
            short = inside and sum(map(len, tried)) <= len(field.cells) + ANY_WAY
            others = [way for way in cuts(tried, field.cells) if way not in ways] if short else []
            return Question(field.cells, tuple(ways), tuple(others))
    return None


def _without_surplus(field: Field, inside: Sequence[Balance]) -> Question | None:
    """A page number may stand between the figures; which one it is, the equations must prove."""
    if any(token.whole for token in field.full):
        return None
    ways: list[Cut] = []
    for kept in combinations(field.full, len(field.cells)):
        ways += cuts([plain(token.text) for token in kept], field.cells, inside)
    return Question(field.cells, tuple(dict.fromkeys(ways))) if ways else None
