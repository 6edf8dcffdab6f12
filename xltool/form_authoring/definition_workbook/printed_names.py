"""The printed names of a form, by which a relation may call its lines and columns: 一, （七）总计, 自然人."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from xltool.form_authoring.authoring_words import search_word, squeeze_text
from xltool.form_authoring.definition_workbook.definition_words import list_key_words
from xltool.forms.vocabulary import EVERY_LINE, ExpressionError, Vocabulary, expand_range
from xltool.model.form import Cell, Table

MAX_CANDIDATES = 6  # shown in a message


class SpellingError(ValueError):
    """A relation that cannot be read. ``problem`` is a code, ``part`` the text at fault, ``known`` what it may be."""

    def __init__(self, problem: str, part: str, known: Sequence[str] = ()) -> None:
        super().__init__(problem, part)
        self.problem = problem
        self.part = part
        self.known = tuple(known)


@dataclass(frozen=True)
class _NamedCells:
    """The cells that a name may mean; ``labels`` are the labels (with those around them) that bear the name."""

    cells: dict[str, Cell]  # by id
    labels: set[tuple[str, ...]]


@dataclass(frozen=True)
class PrintedNames:
    """The names of each table in tiers: whole labels come before those without their number, before numbers alone."""

    tables: Mapping[str, Sequence[Mapping[str, _NamedCells]]]
    vocabulary: Vocabulary

    def resolve_names(self, names: Sequence[str], axis: str) -> dict[str, str]:
        """Return the expression of each name, all of them in one table.

        ``axis`` is what they stand for: "column" (a line, in every column), "line" (a column, in every line), "" (one
        figure). Raises SpellingError.
        """
        found = {table: {name: self._resolve(table, name, axis) for name in names} for table in self.tables}
        whole = {table: meanings for table, meanings in found.items() if all(map(bool, meanings.values()))}
        if len(whole) == 1 or not names:
            return {name: meaning for meanings in whole.values() for name, meaning in meanings.items()} if names else {}
        if whole:
            raise SpellingError("several_tables", names[0], tuple(whole))
        for name in names:
            if not any(meanings[name] for meanings in found.values()):
                known = list(self._list_candidates(name))
                raise SpellingError("ambiguous_name" if known else "unknown_name", name, known[:MAX_CANDIDATES])
        raise SpellingError("not_one_table", names[0])

    def _list_candidates(self, name: str) -> Iterator[str]:
        for tiers in self.tables.values():
            for tier in tiers:
                if name in tier:
                    yield from tier[name].cells

    def _resolve(self, table_id: str, name: str, axis: str) -> str:
        tiers = (tier[name] for tier in self.tables[table_id] if name in tier)
        return next(filter(None, (self._name_meaning(named, axis) for named in tiers)), "")

    def _name_meaning(self, named: _NamedCells, axis: str) -> str:
        first = next(iter(named.cells.values()))
        if axis == "line":
            columns = {cell.column for cell in named.cells.values()}
            return f"{first.table}.{EVERY_LINE}.{first.column}" if len(columns) == 1 else ""
        if not axis:
            return first.id if len(named.cells) == 1 else ""
        lines = list(dict.fromkeys(cell.line for cell in named.cells.values()))
        if len(lines) == 1:
            return f"{first.table}.{first.line}"
        return self._name_group(named, lines) if len(named.labels) == 1 else ""

    def _name_group(self, named: _NamedCells, lines: Sequence[str]) -> str:
        """Return the total of a group of lines if it has one, else their sum."""
        table = next(iter(named.cells.values())).table
        totals = {
            cell.line
            for cell in named.cells.values()
            if cell.row_path and search_word("cells", "total", cell.row_path[-1])
        }
        if len(totals) == 1:
            return f"{table}.{totals.pop()}"
        names = [f"{table}.{line}" for line in lines]
        try:
            spread = [f"{table}.{line}" for _, _, line in expand_range(names[0], names[-1], self.vocabulary)]
        except (ExpressionError, ValueError):
            return ""
        return f"sum({names[0]}, ..., {names[-1]})" if not totals and spread == names else ""


def list_printed_names(tables: Sequence[Table], vocabulary: Vocabulary) -> PrintedNames:
    """Return the printed names of some tables."""
    return PrintedNames({table.id: _list_tiers(table) for table in tables}, vocabulary)


def _list_tiers(table: Table) -> list[dict[str, _NamedCells]]:
    tiers: list[dict[str, _NamedCells]] = [{}, {}, {}]
    for cell in table.cells:
        for path in (cell.row_path, cell.column_path):
            for end in range(1, len(path) + 1):
                for tier, name in zip(tiers, _list_spellings(path[end - 1]), strict=True):
                    if name:
                        named = tier.setdefault(name, _NamedCells({}, set()))
                        named.labels.add(path[:end])
                        named.cells.setdefault(cell.id, cell)
    return tiers


@cache
def _list_spellings(label_text: str) -> tuple[str, str, str]:
    """Return a label as a whole, without its number and its remarks in brackets, and its number."""
    whole = squeeze_text(label_text)
    match = re.match(list_key_words("patterns")["number"], whole)
    rest = re.sub(list_key_words("patterns")["remark"], "", whole[match.end() :] if match else whole)
    return whole, rest, next(filter(None, match.groups()), "") if match else ""
