"""List the possible readings of rows whose digits are run together or that have too many tokens."""

from collections.abc import Iterable, Sequence

from xltool.forms.equations import Equation
from xltool.published.figures.resolve_by_equations import AmbiguousRow
from xltool.published.figures.row_tokens import RowTokens, Token
from xltool.published.figures.split_digits import (
    Segmentation,
    TooManyError,
    find_segmentations,
    satisfies_equations,
    select_equations,
)
from xltool.published.labels.text_stream import normalize_text

MAX_SURPLUS_TOKENS = 2  # tokens of a row that may be no figures
MAX_EXTRA_CHARS = 3  # above the number of cells, up to which unbalanced readings are listed too
MIN_ROWS_WITH_FIGURES = 4  # before the share of rows without a reading is significant


def is_trusted_by_count(
    field: RowTokens, tokens: Sequence[Token], equations: Sequence[Equation], *, short: bool
) -> bool:
    """Return True if one token per cell can be trusted outside tables.

    False if the tokens end within a figure. If rows of the table lack figures, one may be split and another empty:
    then the equation of the row must hold.
    """
    if field.broken:
        return False
    own = select_equations(field.cells, equations)
    return (
        not short or not own or satisfies_equations([normalize_text(token.text) for token in tokens], field.cells, own)
    )


def find_short_tables(fields: Sequence[RowTokens]) -> set[str]:
    """Return the tables with a text line that has fewer characters than cells."""
    return {
        field.anchor.table
        for field in fields[:-1]
        if not field.rows and sum(len(normalize_text(token.text)) for token in field.full) < len(field.cells)
    }


def find_complete_tables(fields: Sequence[RowTokens]) -> set[str]:
    """Return the tables whose figures may be split from runs of digits.

    No row has fewer characters than cells (the last row is not counted: a document may break off there), and most rows
    to be split are a single run.
    """
    counts = [(field, sum(len(normalize_text(token.text)) for token in field.full)) for field in fields]
    short = {field.anchor.table for field, signs in counts[:-1] if signs < len(field.cells)}
    several = [field for field in fields if len(field.cells) > 1 and len(field.full) != len(field.cells)]
    tables = {field.anchor.table for field in several} - short
    runs = {table: [len(field.full) == 1 for field in several if field.anchor.table == table] for table in tables}
    return {table for table, single in runs.items() if 2 * sum(single) >= len(single)}


def find_seldom_solvable(questions: Iterable[tuple[RowTokens, AmbiguousRow | None]]) -> set[str]:
    """Return the tables in which most rows have no reading, so that other readings may fit by chance.

    Their columns have another order, or digits are missing.
    """
    fitting: dict[str, list[bool]] = {}
    for field, question in questions:
        if set("".join(normalize_text(token.text) for token in field.full)) - {"0"}:
            fitting.setdefault(field.anchor.table, []).append(question is not None)
    return {
        table for table, fits in fitting.items() if len(fits) >= MIN_ROWS_WITH_FIGURES and 2 * sum(fits) < len(fits)
    }


def list_readings(field: RowTokens, equations: Sequence[Equation], *, whole: bool) -> AmbiguousRow | None:
    """Return the possible readings of a row; None if there is none, or too many.

    A run of digits is split only in tables that are ``whole``; without an equation only if it directly follows its
    label, or begins with a superfluous 0.
    """
    own = select_equations(field.cells, equations)
    surplus = len(field.full) - len(field.cells)
    one_piece = len({token.block for token in field.full}) == 1
    try:
        if 0 < surplus <= MAX_SURPLUS_TOKENS and own:
            return _drop_surplus_tokens(field, own)
        if (
            surplus < 0
            and whole
            and one_piece
            and not field.broken
            and (own or field.joined or _leads_with_zero(field))
        ):
            return _split_run_together(field, own)
    except TooManyError:
        return None
    return None


def _leads_with_zero(field: RowTokens) -> bool:
    """Return True if the first run of digits starts with a superfluous 0, so that it must be several figures."""
    first = normalize_text(field.full[0].text)
    return len(first) > 1 and first[0] == "0" and first[1].isdigit()


def _split_run_together(field: RowTokens, equations: Sequence[Equation]) -> AmbiguousRow | None:
    """Split run-together figures. White space separates two figures unless no reading fits then."""
    runs = [normalize_text(token.text) for token in field.full]
    for tried in (runs, ["".join(runs)]):
        ways = find_segmentations(tried, field.cells, equations)
        if field.numbered and tried[-1].endswith(field.numbered) and len(tried[-1]) > len(field.numbered):
            ways += find_segmentations([*tried[:-1], tried[-1].removesuffix(field.numbered)], field.cells, equations)
        if ways:
            short = equations and sum(map(len, tried)) <= len(field.cells) + MAX_EXTRA_CHARS
            others = [way for way in find_segmentations(tried, field.cells) if way not in ways] if short else []
            return AmbiguousRow(field.cells, tuple(dict.fromkeys(ways)), tuple(others))
    return None


def _drop_surplus_tokens(field: RowTokens, equations: Sequence[Equation]) -> AmbiguousRow | None:
    """Read a row with more tokens than cells: its equations must determine the surplus tokens.

    A surplus token may be a page number, an additional column, or the rest of a figure split over two lines.
    """
    apart = any(token.whole for token in field.full)
    ways: list[Segmentation] = []
    for runs in _reduce_tokens([normalize_text(token.text) for token in field.full], len(field.cells), join=not apart):
        ways += find_segmentations(runs, field.cells, equations)
    return AmbiguousRow(field.cells, tuple(dict.fromkeys(ways))) if ways else None


def _reduce_tokens(runs: Sequence[str], asked: int, *, join: bool) -> set[Segmentation]:
    """Return every reduction to ``asked`` runs by dropping a run or joining two neighbours."""
    reached = {tuple(runs)}
    for _ in range(len(runs) - asked):
        left_out = {way[:at] + way[at + 1 :] for way in reached for at in range(len(way))}
        joined = {
            (*way[:at], way[at] + way[at + 1], *way[at + 2 :]) for way in reached for at in range(len(way) - 1) if join
        }
        reached = left_out | joined
    return reached
