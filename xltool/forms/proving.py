"""What the relations of a form are worth: contradictions, redundancies, and cells they miss.

Everything is worked out exactly from the definition, without a single report. Equalities by elimination, inequalities
and conditions by linear programming over figures that are 0 or more; what is impossible there is impossible in whole
numbers too. A remainder (``%``) and ``!=`` are left out, and named.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from xltool.forms.equations import Equation, dependents, equations
from xltool.forms.feasibility import Group, conflict
from xltool.forms.power import Power, power
from xltool.model.form import Cell, Comparison, Form, Kind, Linear, Relation, Severity, Term


class Redundancy(NamedTuple):
    """A relation that always holds where ``others`` do; empty where it holds by itself."""

    relation: str
    others: tuple[str, ...]


class Proof(NamedTuple):
    """What the relations of a form are worth.

    ``equations`` counts the equalities within a year, ``rank`` how many of them say something new. ``conflicts`` are
    sets of relations that cannot all hold, none of which can be spared; ``untouched`` the cells no relation names;
    ``left_out`` the relations that are not linear.
    """

    equations: int
    rank: int
    conflicts: tuple[tuple[str, ...], ...]
    redundancies: tuple[Redundancy, ...]
    untouched: tuple[str, ...]
    left_out: tuple[str, ...]
    power: tuple[Power, ...]


def prove(form: Form) -> Proof:
    """The proof for one form."""
    rows = equations(form.relations)
    touched = {term.cell for relation in form.relations for side in _sides(relation) for term in side.terms}
    return Proof(
        equations=len(rows),
        rank=len(rows) - len(dependents(rows)),
        conflicts=conflicts(form),
        redundancies=redundancies(form),
        untouched=tuple(cell for cell in form.cells if cell not in touched),
        left_out=tuple(relation.id for relation in form.relations if not _linear(relation)),
        power=power(form),
    )


def conflicts(form: Form) -> tuple[tuple[str, ...], ...]:
    """Sets of relations that cannot all hold, none of which can be spared."""
    return tuple(_agreeing(form)[1])


def redundancies(form: Form) -> tuple[Redundancy, ...]:
    """Relations that always hold where others do, contradictions set aside."""
    return tuple(_redundancies(_agreeing(form)[0], form.cells))


def _sides(relation: Relation) -> list[Linear]:
    return [side for item in (relation.expect, *relation.when) for side in (item.left, item.right)]


def _linear(relation: Relation) -> bool:
    comparisons = (relation.expect, *relation.when)
    return all(side.modulus is None for side in _sides(relation)) and all(item.operator != "!=" for item in comparisons)


# --- contradictions ----------------------------------------------------------------------------------------------


def _agreeing(form: Form) -> tuple[list[Relation], list[tuple[str, ...]]]:
    """The relations that are left when one of every contradiction is taken away, and the contradictions."""
    found = []
    linear = [relation for relation in form.relations if _linear(relation)]
    always = [relation for relation in linear if not relation.when]
    while (clash := conflict([_rows(relation, form.cells) for relation in always])) is not None:
        found.append(tuple(always[place].id for place in clash))
        del always[clash[-1]]
    agreeing = list(always)
    groups = [_rows(relation, form.cells) for relation in always]
    for relation in linear:
        if relation.when:
            clash = conflict([*groups, _rows(relation, form.cells)])
            if clash is None:
                agreeing.append(relation)
            else:
                found.append(tuple([*always, relation][place].id for place in clash))
    return agreeing, found


# --- redundancies ------------------------------------------------------------------------------------------------


def _redundancies(relations: Sequence[Relation], cells: Mapping[str, Cell]) -> Iterator[Redundancy]:
    """Equalities that follow from others, of last year's too; then conditions and limits that cannot be broken."""
    always = [item for item in relations if not (item.when or item.profile) and item.expect.operator == "=="]
    within = [relation for relation in always if not relation.uses_previous]
    rows = [row for relation in always for row in _rows(relation, cells)]
    rows += [_a_year_before(row) for relation in within for row in _rows(relation, cells)]
    ranks = [_rank(relation) for relation in (*always, *within)]
    for item in dependents(rows, ranks):
        if item.position < len(always):
            names = dict.fromkeys(rows[other].relations[0] for other in item.others)
            yield Redundancy(rows[item.position].relations[0], tuple(names))
    laws = [relation for relation in within if relation.severity is Severity.MUST_FIX and not relation.profile]
    groups = [_rows(relation, cells) for relation in laws]
    for relation in relations:
        if relation.when or relation.expect.operator != "==":
            clashes = [conflict([*groups, broken]) for broken in _broken(relation, cells)]
            if None not in clashes:
                needed = sorted({place for clash in clashes for place in clash or () if place < len(laws)})
                yield Redundancy(relation.id, tuple(laws[place].id for place in needed))


def _rank(relation: Relation) -> int:
    """Which of several relations is called redundant: one known to be a sum of others, rather than a definition."""
    if relation.computes:
        return 0
    return 3 if relation.implied_by else 2 if relation.uses_previous else 1


def _a_year_before(row: Equation) -> Equation:
    return row._replace(terms={_name(Term(cell, previous=True)): factor for cell, factor in row.terms.items()})


def _broken(relation: Relation, cells: Mapping[str, Cell]) -> Iterator[Group]:
    """The ways a relation can be asked for and broken, each as rows."""
    contrary = {"==": ("<", ">"), "<=": (">",), ">=": ("<",), "<": (">=",), ">": ("<=",)}
    for operator in contrary[relation.expect.operator]:
        yield _rows(replace(relation, expect=relation.expect._replace(operator=operator)), cells)


# --- rows --------------------------------------------------------------------------------------------------------


def _rows(relation: Relation, cells: Mapping[str, Cell]) -> Group:
    """What a relation asks for when its condition holds: its condition and its expectation."""
    comparisons = (relation.expect, *relation.when)
    return [_row(item, f"{relation.id} {place}", relation.id, cells) for place, item in enumerate(comparisons)]


def _row(item: Comparison, name: str, relation: str, cells: Mapping[str, Cell]) -> Equation:
    """A comparison as an equation: what a limit leaves open is a variable; strictly less is less by a unit at least."""
    finest = max((cells[term.cell].decimals for side in (item.left, item.right) for term in side.terms), default=0)
    terms: dict[str, int] = {}
    for sign, side in ((1, item.left), (-1, item.right)):
        for term in side.terms:
            _count(terms, term, sign * 10**finest, cells)
    constant = (item.right.constant - item.left.constant) * 10**finest
    if item.operator in {"<", "<="}:
        terms[f"<open {name}>"] = 1
    if item.operator in {">", ">="}:
        terms[f"<open {name}>"] = -1
    gap = {"<": -1, ">": 1}.get(item.operator, 0)
    return Equation((relation,), {cell: factor for cell, factor in terms.items() if factor}, constant + gap)


def _count(terms: dict[str, int], term: Term, times: int, cells: Mapping[str, Cell]) -> None:
    name = _name(term)
    terms[name] = terms.get(name, 0) + times * term.coefficient
    if cells[term.cell].kind is Kind.SIGNED_COUNT:  # the difference of two figures that are 0 or more
        terms[f"<minus {name}>"] = -terms[name]


def _name(term: Term) -> str:
    return f"previous({term.cell})" if term.previous else term.cell
