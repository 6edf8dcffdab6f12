"""Expand the relations of a form, order the computing ones, and mark those that follow from others."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from xltool.errors import DefinitionError
from xltool.forms import parse_expressions
from xltool.forms.cell_kinds import exact_number
from xltool.forms.definition_problems import DefinitionProblems, raise_definition_error, require_unique
from xltool.forms.kind_rules import check_arithmetic, check_tolerance, check_within_year
from xltool.forms.parse_expressions import RelationInstance
from xltool.forms.schema import RelationSpec, RelationsSpec
from xltool.forms.vocabulary import ExpressionError, Vocabulary
from xltool.model.expression import LinearExpression, Term
from xltool.model.form import Holding, Relation, Severity, TotalKind
from xltool.model.list_table import ListTable


def expand_relations(spec: RelationsSpec, vocabulary: Vocabulary, problems: DefinitionProblems) -> tuple[Relation, ...]:
    """Expand every definition into its relations; add the mistakes to ``problems``."""
    source = problems.source
    with problems.collect():
        require_unique("relation", [item.id for item in spec.relations], source, "relations.toml")
    relations: list[Relation] = []
    computed: set[str] = set()
    for at, item in enumerate(spec.relations, start=1):
        if not problems.list_replaced("relations.toml", f"relations[{at}].").isdisjoint(("expect", "when")):
            continue
        with problems.collect():
            instances = _expand_instances(item, vocabulary, problems)
            check_tolerance(item, instances, problems)
            check_within_year(item, instances, problems)
            check_arithmetic(item, instances, vocabulary, problems)
            for instance in instances:
                computes = _find_computed_cell(item, instance, vocabulary, source) if item.computes else None
                _require_one_list(item, instance, vocabulary, source)
                if computes in computed:
                    computes = None
                elif computes:
                    computed.add(computes)
                relations.append(_build_relation(item, instance, computes, vocabulary))
    for name, count in Counter(relation.name for relation in relations).items():
        if count > 1 and not problems.has_mistakes("tables.toml"):
            problems.add("duplicate_name", "relations.toml", "relations", key=name)
    return tuple(relations)


def _expand_instances(
    relation_spec: RelationSpec, vocabulary: Vocabulary, problems: DefinitionProblems
) -> tuple[RelationInstance, ...]:
    """Expand one relation; of one that cannot be expanded add every mistake, and return none."""
    expect, when = relation_spec.expect, relation_spec.when
    try:
        return parse_expressions.expand_relation(expect, when, vocabulary)
    except ExpressionError as error:
        for mistake in parse_expressions.find_mistakes(expect, when, vocabulary) or (error,):
            with problems.collect():
                raise _expression_error(mistake, relation_spec, problems.source) from error
        return ()


def _expression_error(expression_error: ExpressionError, relation_spec: RelationSpec, source: str) -> DefinitionError:
    ranges = expression_error.ranges
    facts = {"text": relation_spec.expect, "left": ranges[0], "right": ranges[1]} if ranges else {}
    return DefinitionError(
        f"definition.expression.{expression_error.problem}",
        file=f"{source}/relations.toml",
        place=f"relations.{relation_spec.id}",
        key=expression_error.part,
        **facts,
    )


def _find_computed_cell(
    relation_spec: RelationSpec, instance: RelationInstance, vocabulary: Vocabulary, source: str
) -> str | None:
    left = instance.expect.left
    terms = left.terms
    plain = len(terms) == 1 and left == LinearExpression((Term(terms[0].cell),))
    plain = plain and terms[0].cell in vocabulary.cells and vocabulary.cells[terms[0].cell].aggregate is None
    plain = plain and not _find_lists(instance, vocabulary)
    if not plain or instance.expect.operator != "==" or relation_spec.when or relation_spec.beta:
        raise_definition_error(
            "not_computable", source, "relations.toml", f"relations.{relation_spec.id}", key=relation_spec.expect
        )
    return terms[0].cell


def _find_lists(instance: RelationInstance, vocabulary: Vocabulary) -> set[str]:
    """Return the lists to whose rows a relation reaches."""
    cells = {term.cell for item in (instance.expect, *instance.when) for side in item.sides for term in side.terms}
    return {vocabulary.list_columns[cell].table for cell in cells if cell in vocabulary.list_columns}


def _require_one_list(
    relation_spec: RelationSpec, instance: RelationInstance, vocabulary: Vocabulary, source: str
) -> None:
    """Raise DefinitionError for a relation between the rows of two lists."""
    lists = _find_lists(instance, vocabulary)
    if len(lists) > 1:
        place = f"relations.{relation_spec.id}"
        raise_definition_error("rows_of_lists", source, "relations.toml", place, key=tuple(sorted(lists)))


def separate_row_relations(
    relations: Sequence[Relation], lists: Sequence[ListTable]
) -> tuple[tuple[Relation, ...], tuple[ListTable, ...]]:
    """Return the relations over figures of the form, and the lists with the relations that are asked of their rows."""
    by_list: dict[str, list[Relation]] = {table.id: [] for table in lists}
    owners = {column: table.id for table in lists for column in table.columns_by_id}
    others: list[Relation] = []
    for relation in relations:
        sides = [side for item in (relation.expect, *relation.when) for side in item.sides]
        owner = next((owners[term.cell] for side in sides for term in side.terms if term.cell in owners), None)
        (others if owner is None else by_list[owner]).append(relation)
    return tuple(others), tuple(replace(table, relations=tuple(by_list[table.id])) for table in lists)


def _build_relation(
    relation_spec: RelationSpec, instance: RelationInstance, computes: str | None, vocabulary: Vocabulary
) -> Relation:
    first = vocabulary.find_cell_or_column((instance.expect.left.terms + instance.expect.right.terms)[0].cell)
    subject = {"": "", "column": first.column_words, "line": first.line_words}[instance.axis]
    return Relation(
        id=f"{relation_spec.id}.{instance.member}" if instance.member else relation_spec.id,
        rule=relation_spec.id,
        title=relation_spec.title,
        subject=subject,
        severity=Severity(relation_spec.severity),
        basis=relation_spec.basis,
        advice=relation_spec.advice,
        expect=instance.expect,
        when=instance.when,
        missing=relation_spec.missing,
        profile=relation_spec.profile,
        computes=computes,
        beta=relation_spec.beta,
        tolerance=exact_number(relation_spec.tolerance) or 0,
        within_year=relation_spec.within_year,
        holds=_find_holding(relation_spec, instance, vocabulary),
        decimals=vocabulary.cells[computes].decimals if computes else None,
    )


def _find_holding(relation_spec: RelationSpec, instance: RelationInstance, vocabulary: Vocabulary) -> Holding:
    """Return where a relation is asked; not of a sum, unless it says so, if a figure of it has none there."""
    if relation_spec.holds:
        return Holding(relation_spec.holds)
    sides = [side for item in (instance.expect, *instance.when) for side in item.sides]
    cells = [vocabulary.find_cell_or_column(term.cell) for side in sides for term in side.terms]
    if _find_lists(instance, vocabulary):
        return Holding.RETURN
    computed = relation_spec.computes
    summed = all(cell.is_summed or (computed and cell.total is TotalKind.NONE) for cell in cells)
    return Holding.BOTH if summed else Holding.RETURN


def order_formulas(relations: Sequence[Relation], source: str) -> tuple[Relation, ...]:
    """Sort the computing relations so that each follows those it depends on. Raises DefinitionError for a cycle."""
    waiting = {relation.computes: relation for relation in relations if relation.computes is not None}
    ordered: list[Relation] = []
    while waiting:
        ready = [
            relation
            for relation in waiting.values()
            if not any(term.cell in waiting for term in relation.expect.right.terms)
        ]
        if not ready:
            raise_definition_error(
                "circular", source, "relations.toml", "relations", key=next(iter(waiting.values())).id
            )
        ordered += ready
        waiting = {cell: relation for cell, relation in waiting.items() if relation not in ready}
    return tuple(ordered)


def mark_implied(relations: Sequence[Relation]) -> tuple[Relation, ...]:
    """Set ``implied_by`` on each relation that is the sum of the others of its rule: it is broken only with them."""
    definitions = {
        relation.computes: relation.expect.right
        for relation in relations
        if relation.computes and isinstance(relation.expect.right, LinearExpression)
    }
    rules: dict[str, list[Relation]] = {}
    for relation in relations:
        rules.setdefault(relation.rule, []).append(relation)
    weights = {
        relation.id: _input_weights(relation, definitions)
        for relation in relations
        if len(rules[relation.rule]) > 2 and all(item.is_linear for item in rules[relation.rule])
    }

    def marked(relation: Relation) -> Relation:
        others = [other for other in rules[relation.rule] if other.id != relation.id]
        if relation.id not in weights or relation.expect.operator != "==":
            return relation
        if not weights[relation.id] or _sum_weights(weights[other.id] for other in others) != weights[relation.id]:
            return relation
        return replace(relation, implied_by=tuple(other.id for other in others))

    return tuple(marked(relation) for relation in relations)


def _input_weights(relation: Relation, definitions: Mapping[str, LinearExpression]) -> Counter[tuple[str, bool]]:
    """Return left minus right as coefficients by (input cell, previous year); computed cells are expanded."""
    weights: Counter[tuple[str, bool]] = Counter()
    pending = [(term, 1) for term in relation.expect.left.terms] + [(term, -1) for term in relation.expect.right.terms]
    while pending:
        (cell, coefficient, previous, _), sign = pending.pop()
        if cell in definitions:
            pending += [
                (Term(part.cell, part.coefficient * coefficient, previous), sign) for part in definitions[cell].terms
            ]
        else:
            weights[cell, previous] += sign * coefficient
    return Counter({key: weight for key, weight in weights.items() if weight})


def _sum_weights(vectors: Iterable[Counter[tuple[str, bool]]]) -> Counter[tuple[str, bool]]:
    total: Counter[tuple[str, bool]] = Counter()
    for vector in vectors:
        total.update(vector)
    return Counter({key: weight for key, weight in total.items() if weight})
