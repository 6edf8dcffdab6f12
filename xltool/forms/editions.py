"""Two editions of a form beside each other: which figures stayed, came and went, and what is said otherwise.

An id lasts as long as its meaning does, so figures with the same id can be compared over the years, whatever the
editions print beside them; figures with different ids cannot, however alike their words may be.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from xltool.model import Cell, Form, Relation, Section


class Reworded(NamedTuple):
    """A figure of both editions whose printed words, kind, unit or places changed."""

    old: Cell
    new: Cell


class RelationChange(NamedTuple):
    """A relation of one edition or of both; ``rule`` is its id, a title is empty where the edition does not have it."""

    rule: str
    old: str
    new: str
    instances: tuple[int, int]


class SectionChange(NamedTuple):
    """A section whose heading changed; empty where the edition does not have it."""

    id: str
    old: str
    new: str


class Difference(NamedTuple):
    """What lies between two editions. ``kept`` are the ids of figures that mean the same in both."""

    old: Form
    new: Form
    kept: tuple[str, ...]
    gone: tuple[Cell, ...]
    added: tuple[Cell, ...]
    reworded: tuple[Reworded, ...]
    relations: tuple[RelationChange, ...]
    sections: tuple[SectionChange, ...]


def difference(old: Form, new: Form) -> Difference:
    """What changed from one edition to another."""
    both = tuple(cell for cell in new.cells if cell in old.cells)
    pairs = (Reworded(old.cells[cell], new.cells[cell]) for cell in both)
    return Difference(
        old,
        new,
        kept=both,
        gone=tuple(cell for cell in old.cells.values() if cell.id not in new.cells),
        added=tuple(cell for cell in new.cells.values() if cell.id not in old.cells),
        reworded=tuple(pair for pair in pairs if _said(pair.old) != _said(pair.new)),
        relations=tuple(_relations(old.relations, new.relations)),
        sections=tuple(_sections(old.sections, new.sections)),
    )


def _said(cell: Cell) -> tuple[object, ...]:
    return cell.row_path, cell.column_path, cell.kind, cell.unit, cell.decimals, cell.computed


def _relations(old: Sequence[Relation], new: Sequence[Relation]) -> Iterator[RelationChange]:
    before, after = _by_rule(old), _by_rule(new)
    for rule in dict.fromkeys([*before, *after]):
        (was, often), (says, now) = before.get(rule, ("", 0)), after.get(rule, ("", 0))
        if (was, often) != (says, now):
            yield RelationChange(rule, was, says, (often, now))


def _by_rule(relations: Sequence[Relation]) -> Mapping[str, tuple[str, int]]:
    """The title of each rule, and for how many lines or columns it is asked."""
    found: dict[str, tuple[str, int]] = {}
    for relation in relations:
        found[relation.rule] = (relation.title, found.get(relation.rule, ("", 0))[1] + 1)
    return found


def _sections(old: Sequence[Section], new: Sequence[Section]) -> list[SectionChange]:
    before, after = ({section.id: section.heading for section in sections} for sections in (old, new))
    return [
        SectionChange(name, before.get(name, ""), after.get(name, ""))
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    ]
