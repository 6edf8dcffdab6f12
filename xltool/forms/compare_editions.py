"""Compare two editions of a form: cells kept, added and removed, and changed wording, relations and sections.

A cell keeps its id as long as its meaning, so figures with the same id are comparable over the years whatever the
editions print beside them; figures with different ids are not, however similar their labels.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from xltool.forms.lists.whole_form import list_all_cells, list_all_relations
from xltool.model.expression import LinearExpression
from xltool.model.form import Cell, Form, Relation, Section

COMPARED_SETTINGS = ("choices", "optional", "minimum", "maximum", "length", "total")  # besides what is printed


class RewordedCell(NamedTuple):
    """A cell of both editions whose labels, kind, unit or decimals changed."""

    old: Cell
    new: Cell


class SettingChange(NamedTuple):
    """What a cell of both editions accepts or how it adds up, changed: the name of an attribute of `Cell`."""

    cell: Cell
    setting: str
    old: object
    new: object


class RelationChange(NamedTuple):
    """A relation of one edition or both; ``rule`` is its id; a title is empty if that edition lacks it.

    ``instances`` counts the lines or columns it applies to in each edition; ``otherwise`` is True if its meaning
    changed for a line or column that both editions have.
    """

    rule: str
    old: str
    new: str
    instances: tuple[int, int]
    severities: tuple[str, str] = ("", "")
    otherwise: bool = False


class SectionChange(NamedTuple):
    """A section whose heading changed; a heading is empty if that edition lacks the section."""

    id: str
    old: str
    new: str


class EditionDifference(NamedTuple):
    """The differences between two editions. ``kept`` are the ids of cells in both."""

    old: Form
    new: Form
    kept: tuple[str, ...]
    gone: tuple[Cell, ...]
    added: tuple[Cell, ...]
    reworded: tuple[RewordedCell, ...]
    settings: tuple[SettingChange, ...]
    relations: tuple[RelationChange, ...]
    sections: tuple[SectionChange, ...]


def compare_editions(old: Form, new: Form) -> EditionDifference:
    """Compare two editions of a form, with the columns of their lists and the relations asked of rows."""
    before, after = list_all_cells(old), list_all_cells(new)
    both = tuple(cell for cell in after if cell in before)
    pairs = tuple(RewordedCell(before[cell], after[cell]) for cell in both)
    return EditionDifference(
        old,
        new,
        kept=both,
        gone=tuple(cell for cell in before.values() if cell.id not in after),
        added=tuple(cell for cell in after.values() if cell.id not in before),
        reworded=tuple(pair for pair in pairs if _printed_properties(pair.old) != _printed_properties(pair.new)),
        settings=tuple(
            SettingChange(pair.new, setting, getattr(pair.old, setting), getattr(pair.new, setting))
            for pair in pairs
            for setting in COMPARED_SETTINGS
            if getattr(pair.old, setting) != getattr(pair.new, setting)
        ),
        relations=tuple(_compare_relations(old, new)),
        sections=tuple(_compare_sections(old.sections, new.sections)),
    )


def _printed_properties(cell: Cell) -> tuple[object, ...]:
    return cell.row_path, cell.column_path, cell.kind, cell.unit, cell.decimals, cell.computed


def _compare_relations(old: Form, new: Form) -> Iterator[RelationChange]:
    before, after = (_group_by_rule(list_all_relations(form)) for form in (old, new))
    for rule in dict.fromkeys([*before, *after]):
        was, now = before.get(rule, []), after.get(rule, [])
        change = RelationChange(
            rule,
            was[0].title if was else "",
            now[0].title if now else "",
            (len(was), len(now)),
            (was[0].severity.value if was else "", now[0].severity.value if now else ""),
            _meaning_changed(was, now, set(list_all_cells(old)) ^ set(list_all_cells(new))),
        )
        pairs = (change[1:3], change.instances, change.severities)
        if change.otherwise or any(one != other for one, other in pairs):
            yield change


def _group_by_rule(relations: Sequence[Relation]) -> Mapping[str, list[Relation]]:
    """Group relation instances by rule id."""
    by_rule: dict[str, list[Relation]] = {}
    for relation in relations:
        by_rule.setdefault(relation.rule, []).append(relation)
    return by_rule


def _meaning_changed(old: Sequence[Relation], new: Sequence[Relation], unshared_cells: Collection[str]) -> bool:
    """Return True if an instance in both editions changed its meaning, ignoring cells only one edition has."""
    before = {relation.id: relation for relation in old}
    return any(
        relation.id in before
        and _relation_meaning(before[relation.id], unshared_cells) != _relation_meaning(relation, unshared_cells)
        for relation in new
    )


def _relation_meaning(relation: Relation, unshared_cells: Collection[str]) -> tuple[object, ...]:
    sides = [relation.expect, *relation.when]
    terms = [
        (
            side.operator,
            *(frozenset(term for term in part.terms if term.cell not in unshared_cells) for part in side[::2]),
        )
        for side in sides
    ]
    whole = [
        (part.constant, part.modulus) if isinstance(part, LinearExpression) else part
        for item in sides
        for part in item.sides
    ]
    return terms, whole, relation.missing, relation.tolerance, relation.holds


def _compare_sections(old: Sequence[Section], new: Sequence[Section]) -> list[SectionChange]:
    before, after = ({section.id: section.heading for section in sections} for sections in (old, new))
    return [
        SectionChange(name, before.get(name, ""), after.get(name, ""))
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    ]
