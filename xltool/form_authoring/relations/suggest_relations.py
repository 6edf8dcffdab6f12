"""Suggest relations that the figures of filled copies obey, found by exact search; they are on trial (beta)."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

from xltool.form_authoring.authoring_words import say_sentence, search_word
from xltool.form_authoring.office_workbooks.office_workbook import Spot
from xltool.form_authoring.relations.expression_parts import Expression, FigureKey, FigureSum, expand_sum
from xltool.form_authoring.relations.relation_draft import RelationDraft
from xltool.form_authoring.tables.guess_kinds import list_column_heads
from xltool.form_authoring.tables.table_draft import TableDraft

MIN_EVIDENCE = 3  # places (a column of a copy) with figures, before a relation is suggested
MAX_LINES = 80  # of a table that is searched
MAX_SUGGESTIONS = 12  # of one table and direction
SUMMED_KINDS = frozenset({"count", "signed_count", "amount"})

SheetNumbers = Mapping[str, Mapping[Spot, Decimal]]  # of one copy: by name of the sheet, by place
_Vector = tuple[Decimal | None, ...]


class _Line(NamedTuple):
    """A row (or column) of figures: their ids by position across it, and their figures in every copy."""

    keys: Mapping[int, FigureKey]
    figures: _Vector


class _Found(NamedTuple):
    """One equation between lines, by their numbers: the sum of ``left`` is that of ``right``."""

    left: tuple[int, ...]
    right: tuple[int, ...]


def suggest_relations(
    drafts: Sequence[TableDraft], known_relations: Sequence[RelationDraft], copies: Sequence[SheetNumbers]
) -> list[RelationDraft]:
    """Return the relations between rows, and between columns, that hold in every copy and do not follow from others."""
    independent = _IndependentRelations(known_relations)
    suggested: list[RelationDraft] = []
    for draft in drafts:
        for down in (True, False):
            lines = _list_lines(draft, copies, down=down)
            found = [item for item in _search_equations(lines) if independent.add(_coefficients(lines, item))]
            for item in found[:MAX_SUGGESTIONS]:
                suggested += _draft_relations(draft, lines, item, len(copies))
    return suggested


def _list_lines(draft: TableDraft, copies: Sequence[SheetNumbers], *, down: bool) -> list[_Line]:
    """Return the rows (columns) of a table that can be added up, each with its figures in all copies, in one order."""
    keys: dict[int, dict[int, FigureKey]] = {}
    spots: dict[FigureKey, Spot] = {}
    units: dict[int, set[tuple[str, str]]] = {}
    for (row, column), figure in sorted(draft.figures.items()):
        line, across = (row, column) if down else (column, row)
        if figure.kind.kind in SUMMED_KINDS:
            key = draft.name_figure((row, column))
            keys.setdefault(line, {})[across] = key
            spots[key] = figure.item.cell.spot
            units.setdefault(line, set()).add((figure.kind.kind, figure.kind.unit))
    every = sorted({across for members in keys.values() for across in members})
    sheets = [copy.get(draft.source.name, {}) for copy in copies]

    def read(members: Mapping[int, FigureKey]) -> _Vector:
        return tuple(
            sheet.get(spots[members[across]]) if across in members else None for sheet in sheets for across in every
        )

    lines = [_Line(members, read(members)) for members in keys.values()][:MAX_LINES]
    alike = {frozenset(kinds) for kinds in units.values()}
    return lines if down or len(alike) == 1 else []


def _search_equations(figure_lines: Sequence[_Line]) -> Iterator[_Found]:
    """Yield equations: a line as the sum of others that stand together, of two others, and two lines as two others."""
    yield from _search_runs(figure_lines)
    sums: dict[_Vector, list[tuple[int, ...]]] = {}
    for one, other in combinations(range(len(figure_lines)), 2):
        total = _add_figures([figure_lines[one].figures, figure_lines[other].figures])
        if _is_evidence(figure_lines, (one, other)):
            sums.setdefault(total, []).append((one, other))
    for number, line in enumerate(figure_lines):
        for pair in sums.get(line.figures, ()):
            if number not in pair:
                yield _Found((number,), pair)
    for pairs in sums.values():
        for one_pair, other_pair in combinations(pairs, 2):
            if not set(one_pair) & set(other_pair):
                yield _Found(one_pair, other_pair)


def _search_runs(figure_lines: Sequence[_Line]) -> Iterator[_Found]:
    """Yield each line that is the sum of the shortest run of others next to each other."""
    for number, line in enumerate(figure_lines):
        others = [at for at in range(len(figure_lines)) if at != number]
        runs = sorted(
            (others[start:end] for start in range(len(others)) for end in range(start + 2, len(others) + 1)), key=len
        )
        for run in runs:
            if run[-1] - run[0] - (run[0] < number < run[-1]) != len(run) - 1:
                continue
            if _add_figures([figure_lines[at].figures for at in run]) == line.figures and _is_evidence(
                figure_lines, tuple(run)
            ):
                yield _Found((number,), tuple(run))
                break


def _add_figures(vectors: Sequence[_Vector]) -> _Vector:
    """Add figures place by place; a place is unknown where one of them is."""
    return tuple(
        None if any(figure is None for figure in place) else sum((f for f in place if f is not None), Decimal(0))
        for place in zip(*vectors, strict=True)
    )


def _is_evidence(figure_lines: Sequence[_Line], added: tuple[int, ...]) -> bool:
    """Return True if enough places have figures, and each line that is added has one that is not 0."""
    vectors = [figure_lines[number].figures for number in added]
    places = [place for place in zip(*vectors, strict=True) if all(figure is not None for figure in place)]
    filled = sum(any(place) for place in places)
    return filled >= MIN_EVIDENCE and all(any(place[at] for place in places) for at in range(len(added)))


class _IndependentRelations:
    """Tells whether a linear relation follows from those known before; by elimination, exactly."""

    def __init__(self, known_relations: Sequence[RelationDraft]) -> None:
        self._rows: list[dict[FigureKey, Fraction]] = []
        for draft in known_relations:
            total = expand_sum(draft.expect, {}) if draft.computes else None
            if draft.left is not None and total is not None:
                self.add({draft.left: Fraction(1), **{key: Fraction(-count) for key, count in total.items()}})

    def add(self, coefficients: Mapping[FigureKey, Fraction]) -> bool:
        """Add a relation; return False if it follows from the others."""
        rest = {key: value for key, value in coefficients.items() if value}
        for row in self._rows:
            pivot = next(iter(row))
            if pivot in rest:
                factor = rest[pivot] / row[pivot]
                rest = {key: rest.get(key, Fraction(0)) - factor * row.get(key, Fraction(0)) for key in {*rest, *row}}
                rest = {key: value for key, value in rest.items() if value}
        if rest:
            self._rows.append(rest)
        return bool(rest)


def _coefficients(figure_lines: Sequence[_Line], equation: _Found) -> dict[FigureKey, Fraction]:
    """Return the equation in the first place that all its lines have."""
    shared = set.intersection(*(set(figure_lines[number].keys) for number in (*equation.left, *equation.right)))
    place = min(shared, default=None)
    if place is None:
        return {}
    sides = ((equation.left, Fraction(1)), (equation.right, Fraction(-1)))
    return {figure_lines[number].keys[place]: sign for numbers, sign in sides for number in numbers}


def _draft_relations(
    draft: TableDraft, figure_lines: Sequence[_Line], equation: _Found, copies: int
) -> Iterator[RelationDraft]:
    """Yield the equation for every place that all its lines have."""
    for place in figure_lines[equation.left[0]].keys:
        if any(place not in figure_lines[number].keys for number in (*equation.left, *equation.right)):
            continue
        left, right = (tuple(figure_lines[number].keys[place] for number in side) for side in equation)
        expect: Expression = (FigureSum(left), " == ", FigureSum(right))
        yield RelationDraft(
            expect,
            "title_example" if len(left) == 1 else "title_balance",
            say_sentence("basis_examples", count=copies),
            draft.source.name,
            draft.source.name,
            left=left[0],
            beta=True,
        )


def suggest_cumulative(drafts: Sequence[TableDraft], period: str) -> list[RelationDraft]:
    """Return, for a form of parts of a year, the carrying on of a column since January; on trial."""
    suggested = []
    for draft in drafts if period != "year" else ():
        columns = _find_named_columns(draft)
        current, cumulative = columns.get("current"), columns.get("cumulative")
        if current is None or cumulative is None:
            continue
        for (row, column), figure in sorted(draft.figures.items()):
            other = draft.figures.get((row, current))
            if column == cumulative and other and {figure.kind.kind, other.kind.kind} <= SUMMED_KINDS:
                since, now = draft.name_figure((row, column)), draft.name_figure((row, current))
                basis = say_sentence(
                    "basis_words", left=_head_of(draft, row, cumulative), right=_head_of(draft, row, current)
                )
                suggested.append(
                    RelationDraft(
                        (since, " == previous(", since, ") + ", now),
                        "title_cumulative",
                        basis,
                        draft.source.name,
                        figure.item.cell.address,
                        left=since,
                        beta=True,
                        within_year=True,
                    )
                )
    return suggested


def _find_named_columns(draft: TableDraft) -> dict[str, int]:
    """Return the columns of this period and of all since January, by their heads."""
    found: dict[str, int] = {}
    for row, column in sorted(draft.figures):
        head = _head_of(draft, row, column)
        for key in ("current", "cumulative"):
            if search_word("cells", key, head):
                found.setdefault(key, column)
    return found


def _head_of(draft: TableDraft, row: int, column: int) -> str:
    heads = list_column_heads(draft.cells, draft.figures[row, column].item)
    return heads[0].cell.text if heads else ""
