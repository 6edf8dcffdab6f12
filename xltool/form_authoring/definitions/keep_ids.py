"""Keep the ids of an earlier edition: match the figures of a new reading with its figures by their words and places."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from xltool.form_authoring.authoring_words import squeeze_text
from xltool.form_authoring.office_workbooks.office_workbook import Spot
from xltool.model.form import Cell, Form, Table

MIN_SIMILARITY = 0.5  # of two heads between the same neighbours, one of which is the other renamed
MIN_SHARE_OF_LABELS = 1 / 3  # that two tables have in common if one is the other renamed

FigureIds = dict[Spot, tuple[str, str]]  # line and column by the place of a figure in the table's grid


@dataclass
class KeptIds:
    """The ids of one table: of the table itself, and line and column of each figure; ``earlier`` is what it matches.

    ``doubtful`` are the places of new heads beside old ones that stand at the same place under another name.
    """

    table: str
    figures: FigureIds
    earlier: Table | None = None
    doubtful: dict[Spot, str] = field(default_factory=dict)


def match_tables(new_tables: Sequence[Table], earlier: Form | None) -> list[KeptIds]:
    """Return for each new table the ids it takes over, and fresh ones where there is nothing to take over."""
    waiting = list(earlier.tables) if earlier else []
    taken = {table.id for table in waiting}
    kept = []
    for table in new_tables:
        match = _find_earlier(table, waiting)
        if match is not None:
            waiting.remove(match)
        kept.append(_match_figures(table, match, taken))
        taken.add(kept[-1].table)
    return kept


def _find_earlier(table: Table, candidates: Sequence[Table]) -> Table | None:
    """Return the earlier table with the most equal labels; None if less than a third are equal."""
    words = {squeeze_text(label.text) for label in table.labels}

    def similarity(earlier_table: Table) -> tuple[float, bool]:
        others = {squeeze_text(label.text) for label in earlier_table.labels}
        return len(words & others) / max(1, min(len(words), len(others))), earlier_table.name == table.name

    best = max(candidates, key=similarity, default=None)
    return best if best is not None and similarity(best)[0] > MIN_SHARE_OF_LABELS else None


def _match_figures(table: Table, earlier: Table | None, taken: Iterable[str]) -> KeptIds:
    fresh = {(cell.box.row, cell.box.column): (cell.line, cell.column) for cell in table.cells}
    if earlier is None:
        return KeptIds(_free_id(table.id, set(taken)), fresh)
    kept = KeptIds(earlier.id, {}, earlier)
    by_path = {_path_of(cell): cell for cell in earlier.cells}
    exact = {cell: by_path[_path_of(cell)] for cell in table.cells if _path_of(cell) in by_path}
    rows = _match_positions(table, earlier, exact, "row", kept)
    columns = _match_positions(table, earlier, exact, "column", kept)
    by_place = {(cell.box.row, cell.box.column): cell for cell in earlier.cells}
    used: set[str] = set()
    matched: dict[Spot, Cell] = {}
    for cell in table.cells:
        place = (rows.get(cell.box.row, 0), columns.get(cell.box.column, 0))
        other = exact.get(cell) or by_place.get(place)
        if other is not None and other.id not in used:
            used.add(other.id)
            matched[cell.box.row, cell.box.column] = other
    kept.figures = _fill_ids(table, earlier, matched)
    return kept


def _path_of(cell: Cell) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(map(squeeze_text, cell.row_path)), tuple(map(squeeze_text, cell.column_path))


def _position(cell: Cell, axis: str) -> int:
    return cell.box.row if axis == "row" else cell.box.column


def _match_positions(
    table: Table, earlier: Table, exact: Mapping[Cell, Cell], axis: str, kept: KeptIds
) -> dict[int, int]:
    """Return the earlier row (column) of each new one: by its figures, else by its head between the same neighbours."""
    votes: dict[int, Counter[int]] = {}
    for cell, other in exact.items():
        votes.setdefault(_position(cell, axis), Counter())[_position(other, axis)] += 1
    found = {position: counts.most_common(1)[0][0] for position, counts in votes.items()}
    new_heads, old_heads = _heads(table, axis), _heads(earlier, axis)
    free = [position for position in old_heads if position not in found.values()]
    for position, head in new_heads.items():
        if position in found:
            continue
        low, high = _neighbours(found, position)
        between = [old for old in free if low < old < high]
        best = max(between, key=lambda old: _head_similarity(head, old_heads[old]), default=None)
        if best is not None and _head_similarity(head, old_heads[best]) >= MIN_SIMILARITY:
            found[position] = best
            free.remove(best)
        elif len(between) == 1:
            first = next(cell for cell in table.cells if _position(cell, axis) == position)
            kept.doubtful[first.box.row, first.box.column] = old_heads[between[0]]
    return found


def _heads(table: Table, axis: str) -> dict[int, str]:
    """Return the words of each row (column) with figures, in order."""
    heads: dict[int, str] = {}
    for cell in sorted(table.cells, key=lambda cell: _position(cell, axis)):
        path = cell.row_path if axis == "row" else cell.column_path
        heads.setdefault(_position(cell, axis), squeeze_text(path[-1]) if path else "")
    return heads


def _neighbours(found: Mapping[int, int], position: int) -> tuple[float, float]:
    """Return the earlier positions of the nearest matched ones before and after."""
    before = max((key for key in found if key < position), default=None)
    after = min((key for key in found if key > position), default=None)
    return (
        found[before] if before is not None else 0,
        found[after] if after is not None else float("inf"),
    )


def _head_similarity(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio() if one and other else 0.0


def _fill_ids(table: Table, earlier: Table, matched: Mapping[Spot, Cell]) -> FigureIds:
    """Return line and column of every figure: those of its match, of its neighbours in line and column, or new ones."""
    taken_lines = {cell.line for cell in earlier.cells}
    taken_columns = {cell.column for cell in earlier.cells}
    lines: dict[int, str] = {}
    columns: dict[int, str] = {}
    ids: FigureIds = {}
    for (row, column), other in matched.items():
        lines.setdefault(row, other.line)
        columns.setdefault(column, other.column)
        ids[row, column] = (other.line, other.column)
    known = {cell.id for cell in earlier.cells}
    for cell in table.cells:
        row, column = cell.box.row, cell.box.column
        if (row, column) in ids:
            continue
        line = lines.setdefault(row, _free_id(cell.line, taken_lines))
        name = columns.setdefault(column, _free_id(cell.column, taken_columns))
        pair = (line, name)
        if ".".join(filter(None, (earlier.id, *pair))) in known or pair in ids.values():
            pair = (_free_id(cell.line, taken_lines), name or cell.column)
        taken_lines.add(pair[0])
        taken_columns.add(pair[1])
        ids[row, column] = pair
    return ids


def _free_id(name: str, taken: set[str]) -> str:
    """Return an id that was never used: the name itself, or its letters with the next number."""
    letters = name.rstrip("0123456789")
    number = int(name[len(letters) :] or 1)
    while name in taken:
        number += 1
        name = f"{letters}{number}"
    return name
