"""Reorder the cells of rows by the printed order of the column headers.

Headers give the order of the figures only if they are table cells or parts of one line; text extracted from a page may
have another order.
"""

from collections.abc import Iterable, Mapping, Sequence

from xltool.forms.equations import Equation
from xltool.model.form import Cell, Label
from xltool.published.figures.assign_tokens import read_by_count
from xltool.published.figures.row_tokens import RowTokens
from xltool.published.figures.split_digits import satisfies_equations, select_equations
from xltool.published.labels.label_sequence import ColumnHeaders
from xltool.published.labels.text_stream import TextStream, normalize_text


def reorder_columns(
    stream: TextStream,
    headers: ColumnHeaders,
    fields: Sequence[RowTokens],
    start: int,
    equations: Sequence[Equation],
) -> tuple[RowTokens, ...] | None:
    """Return the rows of a table with their cells in the order of the column ``headers`` found from ``start`` on.

    None if the headers give no order or only that of the form, or if the figures violate their equations in it.
    """
    turned = []
    for field in fields:
        order = _printed_order(stream, headers, field.cells, start, stream.starts[field.piece])
        turned.append(field._replace(cells=order) if order else field)
    changed = any(new.cells != old.cells for new, old in zip(turned, fields, strict=True))
    return tuple(turned) if changed and _mostly_balanced(turned, equations) else None


def _printed_order(
    stream: TextStream, headers: ColumnHeaders, cells: Sequence[Cell], start: int, stop: int
) -> tuple[Cell, ...]:
    """Return the cells of a row in the order of their column headers, or () if that order is unknown."""
    if len(cells) < 2:
        return ()
    above = [headers[cell.id] for cell in cells]
    places = _find_labels(stream, {label for labels in above for label in labels}, start, stop)
    leaves = [labels[-1] for labels in above if labels]
    if len(set(leaves)) < len(cells) or not all(label in places for label in leaves):
        return ()
    pieces = {stream.owner[places[label]] for label in leaves}
    if len(pieces) > 1 and not all(stream.blocks[piece].table for piece in pieces):
        return ()
    return tuple(sorted(cells, key=lambda cell: [places[label] for label in headers[cell.id] if label in places]))


def _find_labels(stream: TextStream, labels: Iterable[Label], start: int, stop: int) -> Mapping[Label, int]:
    """Map each label to its first position between ``start`` and ``stop``, outside longer labels."""
    text = stream.text[start:stop]
    places = {}
    for label in sorted(labels, key=lambda label: -len(label.text)):
        words = normalize_text(label.text)
        at = text.find(words)
        if at >= 0:
            places[label] = start + at
            text = text.replace(words, "\0" * len(words))
    return places


def _mostly_balanced(fields: Sequence[RowTokens], equations: Sequence[Equation]) -> bool:
    """Return True if most rows with non-zero figures satisfy their equations, or none has an equation."""
    kept = []
    for field in fields:
        tokens, own = read_by_count(field), select_equations(field.cells, equations)
        if tokens is not None and own and any(set(normalize_text(token.text)) - set("0") for token in tokens):
            kept.append(satisfies_equations([normalize_text(token.text) for token in tokens], field.cells, own))
    proven = any(select_equations(field.cells, equations) for field in fields)
    return 2 * sum(kept) > len(kept) if proven else True
