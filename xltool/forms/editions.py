"""Two editions of a form beside each other: which figures stayed, came and went, and what is said otherwise.

An id lasts as long as its meaning does, so figures with the same id can be compared over the years, whatever the
editions print beside them; figures with different ids cannot, however alike their words may be.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from xltool.model.form import Cell, Form, Relation, Section


class Reworded(NamedTuple):
    """A figure of both editions whose printed words, kind, unit or places changed."""

    old: Cell
    new: Cell


class RelationChange(NamedTuple):
    """A relation of one edition or of both; ``rule`` is its id, a title is empty where the edition does not have it.

    ``instances`` is for how many lines or columns it is asked, ``severities`` how strictly; ``otherwise`` if it asks
    something else of a line or column that both editions have.
    """

    rule: str
    old: str
    new: str
    instances: tuple[int, int]
    severities: tuple[str, str] = ("", "")
    otherwise: bool = False


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
        relations=tuple(_relations(old, new)),
        sections=tuple(_sections(old.sections, new.sections)),
    )


def _said(cell: Cell) -> tuple[object, ...]:
    return cell.row_path, cell.column_path, cell.kind, cell.unit, cell.decimals, cell.computed


def _relations(old: Form, new: Form) -> Iterator[RelationChange]:
    before, after = _by_rule(old.relations), _by_rule(new.relations)
    for rule in dict.fromkeys([*before, *after]):
        was, now = before.get(rule, []), after.get(rule, [])
        change = RelationChange(
            rule,
            was[0].title if was else "",
            now[0].title if now else "",
            (len(was), len(now)),
            (was[0].severity.value if was else "", now[0].severity.value if now else ""),
            _ask_otherwise(was, now, set(old.cells) ^ set(new.cells)),
        )
        pairs = (change[1:3], change.instances, change.severities)
        if change.otherwise or any(one != other for one, other in pairs):
            yield change


def _by_rule(relations: Sequence[Relation]) -> Mapping[str, list[Relation]]:
    """The relations of each rule, one for every line or column it is asked for."""
    found: dict[str, list[Relation]] = {}
    for relation in relations:
        found.setdefault(relation.rule, []).append(relation)
    return found


def _ask_otherwise(old: Sequence[Relation], new: Sequence[Relation], apart: Collection[str]) -> bool:
    """Whether a relation of both asks something else, beyond figures that only one edition has."""
    before = {relation.id: relation for relation in old}
    return any(
        relation.id in before and _asked(before[relation.id], apart) != _asked(relation, apart) for relation in new
    )


def _asked(relation: Relation, apart: Collection[str]) -> tuple[object, ...]:
    sides = [relation.expect, *relation.when]
    terms = [
        (side.operator, *(frozenset(term for term in part.terms if term.cell not in apart) for part in side[::2]))
        for side in sides
    ]
    constants = [(side.left.constant, side.right.constant, side.left.modulus, side.right.modulus) for side in sides]
    return terms, constants, relation.missing


def _sections(old: Sequence[Section], new: Sequence[Section]) -> list[SectionChange]:
    before, after = ({section.id: section.heading for section in sections} for sections in (old, new))
    return [
        SectionChange(name, before.get(name, ""), after.get(name, ""))
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    ]
