"""Which lines of figures can be read in several ways, and in which: digits run together, figures too many."""

from collections.abc import Iterable, Sequence

from xltool.published.figures.resolve_by_equations import Question
from xltool.published.figures.row_tokens import Field, Token
from xltool.published.figures.split_digits import Balance, Cut, TooManyError, cuts, holds, within
from xltool.published.labels.text_stream import plain

MOST_SURPLUS = 2  # tokens between the figures of a line that may be none of them
ANY_WAY = 3  # signs over the number of figures up to which ways against the equations are looked at, too
FEWEST_LINES = 4  # with figures, before it says anything that most of them fit nowhere


def trusted(field: Field, tokens: Sequence[Token], equations: Sequence[Balance], short: bool) -> bool:
    """Whether as many tokens as figures may be taken for them, outside tables.

    Not where they end within a figure. Where lines of the table lack figures, one may be broken in two and another one
    empty: then the line's own equation must hold.
    """
    if field.broken:
        return False
    own = within(field.cells, equations)
    return not short or not own or holds([plain(token.text) for token in tokens], field.cells, own)


def short_tables(fields: Sequence[Field]) -> set[str]:
    """Tables with a line of text that shows fewer signs than it must have figures."""
    return {
        field.anchor.table
        for field in fields[:-1]
        if not field.rows and sum(len(plain(token.text)) for token in field.full) < len(field.cells)
    }


def whole_tables(fields: Sequence[Field]) -> set[str]:
    """Tables whose figures may be cut from runs of digits.

    No line of theirs shows fewer signs than it must have figures, so that none can be empty; the last line of a
    document that breaks off counts for nothing. And most of the lines to be cut stand in one run.
    """
    counts = [(field, sum(len(plain(token.text)) for token in field.full)) for field in fields]
    short = {field.anchor.table for field, signs in counts[:-1] if signs < len(field.cells)}
    several = [field for field in fields if len(field.cells) > 1 and len(field.full) != len(field.cells)]
    tables = {field.anchor.table for field in several} - short
    runs = {table: [len(field.full) == 1 for field in several if field.anchor.table == table] for table in tables}
    return {table for table, single in runs.items() if 2 * sum(single) >= len(single)}


def seldom_solved(questions: Iterable[tuple[Field, Question | None]]) -> set[str]:
    """Tables in which most lines have no way at all to be read, so that what does fit may fit by chance.

    Their columns stand in another order, or digits are missing.
    """
    fitting: dict[str, list[bool]] = {}
    for field, question in questions:
        if set("".join(plain(token.text) for token in field.full)) - {"0"}:
            fitting.setdefault(field.anchor.table, []).append(question is not None)
    return {table for table, fits in fitting.items() if len(fits) >= FEWEST_LINES and 2 * sum(fits) < len(fits)}


def question(field: Field, equations: Sequence[Balance], whole: bool) -> Question | None:
    """The ways a field can be read; None where there is none, or too many.

    A run of digits is only cut in tables that are ``whole``; without an equation of its own only where it directly
    follows its label, or begins with a needless 0.
    """
    own = within(field.cells, equations)
    surplus = len(field.full) - len(field.cells)
    one_piece = len({token.piece for token in field.full}) == 1
    try:
        if 0 < surplus <= MOST_SURPLUS and own:
            return _without_surplus(field, own)
        if (
            surplus < 0
            and whole
            and one_piece
            and not field.broken
            and (own or field.joined or _leads_with_zero(field))
        ):
            return _cut(field, own)
    except TooManyError:
        return None
    return None


def _leads_with_zero(field: Field) -> bool:
    """Whether the first run of digits begins as no figure does, so that it must be several."""
    first = plain(field.full[0].text)
    return len(first) > 1 and first[0] == "0" and first[1].isdigit()


def _cut(field: Field, equations: Sequence[Balance]) -> Question | None:
    """Figures run together. White space between them parts two figures, unless nothing fits so."""
    runs = [plain(token.text) for token in field.full]
    for tried in (runs, ["".join(runs)]):
        ways = cuts(tried, field.cells, equations)
        if field.numbered and tried[-1].endswith(field.numbered) and len(tried[-1]) > len(field.numbered):
            ways += cuts([*tried[:-1], tried[-1].removesuffix(field.numbered)], field.cells, equations)
        if ways:
            short = equations and sum(map(len, tried)) <= len(field.cells) + ANY_WAY
            others = [way for way in cuts(tried, field.cells) if way not in ways] if short else []
            return Question(field.cells, tuple(dict.fromkeys(ways)), tuple(others))
    return None


def _without_surplus(field: Field, equations: Sequence[Balance]) -> Question | None:
    """More tokens than figures: the equations must prove which is none.

    It may be a page number, a column the form does not have, or the rest of a figure broken over two lines.
    """
    apart = any(token.whole for token in field.full)
    ways: list[Cut] = []
    for runs in _reduced([plain(token.text) for token in field.full], len(field.cells), join=not apart):
        ways += cuts(runs, field.cells, equations)
    return Question(field.cells, tuple(dict.fromkeys(ways))) if ways else None


def _reduced(runs: Sequence[str], asked: int, *, join: bool) -> set[Cut]:
    """Every way to come down to as many runs as are asked, by leaving one out or joining two neighbours."""
    reached = {tuple(runs)}
    for _ in range(len(runs) - asked):
        left_out = {way[:at] + way[at + 1 :] for way in reached for at in range(len(way))}
        joined = {
            (*way[:at], way[at] + way[at + 1], *way[at + 2 :]) for way in reached for at in range(len(way) - 1) if join
        }
        reached = left_out | joined
    return reached
