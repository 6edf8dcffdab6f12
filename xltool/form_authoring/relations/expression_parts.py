"""Expressions of a definition while they are made: text between names of figures, so that lines can be seen in them."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple


class FigureKey(NamedTuple):
    """The id of a figure in its parts; ``column`` is "" for a whole line, ``line`` is ``each`` for a whole column."""

    table: str
    line: str
    column: str

    def __str__(self) -> str:
        return ".".join(filter(None, self))


class FigureSum(NamedTuple):
    """The sum of several figures."""

    figures: tuple[FigureKey, ...]


Piece = str | FigureKey | FigureSum
Expression = tuple[Piece, ...]
Coefficients = Counter[FigureKey]


def join_expression(*parts: Piece | Expression) -> Expression:
    """Join pieces and expressions into one."""
    joined: list[Piece] = []
    for part in parts:
        if isinstance(part, tuple) and not isinstance(part, FigureKey | FigureSum):
            joined += part
        else:
            joined.append(part)
    return tuple(joined)


def list_figures(expression: Sequence[Piece]) -> Iterator[FigureKey]:
    """Yield every figure of an expression, in writing order."""
    for piece in expression:
        if isinstance(piece, FigureKey):
            yield piece
        elif isinstance(piece, FigureSum):
            yield from piece.figures


def map_figures(expression: Expression, change_key: Callable[[FigureKey], FigureKey]) -> Expression:
    """Return an expression with every figure changed."""
    return tuple(
        change_key(piece)
        if isinstance(piece, FigureKey)
        else FigureSum(tuple(map(change_key, piece.figures)))
        if isinstance(piece, FigureSum)
        else piece
        for piece in expression
    )


def render_expression(expression: Expression, order: Mapping[FigureKey, int]) -> str:
    """Return the text of an expression; figures next to each other in ``order`` are summed as ``sum(a, ..., b)``."""
    return "".join(_render_sum(piece, order) if isinstance(piece, FigureSum) else str(piece) for piece in expression)


def _render_sum(piece: FigureSum, order: Mapping[FigureKey, int]) -> str:
    places = [order.get(name, -1) for name in piece.figures]
    if len(places) > 2 and places == list(range(places[0], places[0] + len(places))):
        return f"sum({piece.figures[0]}, ..., {piece.figures[-1]})"
    text = " + ".join(map(str, piece.figures))
    return text if len(piece.figures) == 1 else f"({text})"


def expand_sum(expression: Expression, definitions: Mapping[FigureKey, Expression]) -> Coefficients | None:
    """Return how often each input is counted in a plain sum; None for any other expression."""
    total: Coefficients = Counter()
    sign = 1
    for piece in expression:
        match piece:
            case FigureKey() | FigureSum():
                for figure in list_figures((piece,)):
                    inner = expand_sum(definitions[figure], definitions) if figure in definitions else Counter([figure])
                    if inner is None:
                        return None
                    for name, count in inner.items():
                        total[name] += sign * count
                sign = 1
            case " + ":
                sign = 1
            case " - ":
                sign = -1
            case _:
                return None
    return Counter({name: count for name, count in total.items() if count})
