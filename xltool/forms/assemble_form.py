"""Assemble a Form from decoded definition files: expand tables into cells, expand relations, order the formulas."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from xltool.errors import DefinitionError
from xltool.forms import expressions
from xltool.forms.cell_addresses import box_address, parse_address, parse_box
from xltool.forms.expressions import ExpressionError, RelationInstance, Vocabulary
from xltool.forms.placeholders import build_groups, require_known_placeholders
from xltool.forms.schema import BlockSpec, FormSpec, RelationSpec, RelationsSpec, TableSpec, TablesSpec
from xltool.forms.text_patterns import ClaimsSpec, build_claims, build_shares
from xltool.model.form import (
    Box,
    Cell,
    CellKind,
    Form,
    Label,
    LinearExpression,
    ParagraphDraft,
    Relation,
    Section,
    Severity,
    StandardCheck,
    Table,
    Term,
)

MIN_COLUMN_WIDTH_CHARACTERS, MAX_COLUMN_WIDTH_CHARACTERS = 10.0, 36.0  # characters; for columns without a given width
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def assemble_form(
    form: FormSpec, tables: TablesSpec, relations: RelationsSpec, claims_spec: ClaimsSpec, digest: str, source: str
) -> Form:
    """Assemble the form. Raises DefinitionError, naming the place inside ``source``, for any inconsistency."""
    _require_unique("section", (section.id for section in form.sections), source, "form.toml")
    _require_unique("table", (table.id for table in tables.tables), source, "tables.toml")
    sections = tuple(
        Section(item.id, item.number, item.title, item.sheet, item.paragraphs, tuple(item.guidance))
        for item in form.sections
    )
    for table in tables.tables:
        if all(section.id != table.section or section.sheet != table.sheet for section in sections):
            _raise_definition_error(
                "table_without_section", source, "tables.toml", f"tables.{table.id}", key=table.section
            )
    tables_parsed = tuple(_assemble_table(table, source) for table in tables.tables)
    cells = {cell.id: cell for table in tables_parsed for cell in table.cells}
    _require_unique("cell", (cell.id for table in tables_parsed for cell in table.cells), source, "tables.toml")
    expanded = _expand_relations(relations, Vocabulary(cells), source)
    formulas = _order_formulas(expanded, source)  # refuses cycles: later code follows definitions recursively
    computed = {relation.computes for relation in formulas}
    finished = tuple(
        replace(table, cells=tuple(replace(cell, computed=cell.id in computed) for cell in table.cells))
        for table in tables_parsed
    )
    form_model = Form(
        id=form.id,
        edition=form.edition,
        title=form.title,
        official_title=form.official_title,
        report_title=form.report_title,
        document=form.document,
        issuer=form.issuer,
        issued=form.issued,
        first_year=form.first_year,
        last_year=form.last_year,
        opening=form.opening,
        sections=sections,
        tables=finished,
        relations=_mark_implied(expanded),
        standards=_build_standards(relations, cells, source),
        claims=build_claims(claims_spec, Vocabulary(cells), source),
        shares=build_shares(claims_spec, Vocabulary(cells), source),
        instructions=tuple(form.instructions),
        digest=digest,
        source=source,
        cells={cell.id: cell for table in finished for cell in table.cells},
        formulas=formulas,
        groups=build_groups(form.groups, Vocabulary(cells), source),
        drafts=tuple(ParagraphDraft(item.section, item.text) for item in form.drafts),
    )
    require_known_placeholders(form_model, source)
    return form_model


def _raise_definition_error(problem: str, source: str, file: str, where: str, **facts: object) -> None:
    raise DefinitionError(f"definition.{problem}", file=f"{source}/{file}", place=where, **facts)


def _require_unique(kind: str, ids: Iterable[str], source: str, file: str) -> None:
    for name, count in Counter(ids).items():
        if count > 1:
            _raise_definition_error("duplicate_id", source, file, kind, key=name)


# --- tables ----------------------------------------------------------------------------------------------------


def _assemble_table(spec: TableSpec, source: str) -> Table:
    where = f"tables.{spec.id}"
    try:
        rows, columns = parse_address(spec.size)
        labels = tuple(Label(item.text, parse_box(item.at), item.alone) for item in spec.labels)
        blocks = [(block, parse_address(block.first)) for block in spec.blocks]
    except ValueError as error:
        raise DefinitionError(
            "definition.not_a_place", file=f"{source}/tables.toml", place=where, key=str(error)
        ) from error
    taken: dict[tuple[int, int], str] = {}
    for label in labels:
        _occupy_box(taken, label.box, label.text, (rows, columns), f"{source}/tables.toml", where)
    cells = []
    for block, first in blocks:
        for cell in _expand_block(spec, block, first, labels):
            _occupy_box(taken, cell.box, cell.id, (rows, columns), f"{source}/tables.toml", where)
            if not cell.row_path and not cell.column_path:
                _raise_definition_error("cell_without_label", source, "tables.toml", where, key=cell.id)
            cells.append(cell)
    cells.sort(key=lambda cell: cell.box)
    for given, needed, what in ((spec.widths, columns, "widths"), (spec.heights, rows, "heights")):
        if given and len(given) != needed:
            _raise_definition_error(
                "wrong_length", source, "tables.toml", where, key=what, count=len(given), needed=needed
            )
    _require_known_lines(spec, cells, f"{source}/tables.toml", where)
    return Table(
        id=spec.id,
        section=spec.section,
        title=spec.title,
        name=spec.sheet,
        rows=rows,
        columns=columns,
        labels=labels,
        cells=tuple(cells),
        printed=spec.printed,
        landscape=spec.landscape,
        widths=tuple(spec.widths) or _default_widths(columns, labels),
        heights=tuple(spec.heights),
        notes=tuple(spec.notes),
        sentence=spec.sentence,
    )


def _default_widths(columns: int, labels: Sequence[Label]) -> tuple[float, ...]:
    """Compute column widths, in characters, from the labels that span one column."""
    widths = [MIN_COLUMN_WIDTH_CHARACTERS] * columns
    for label in labels:
        if label.box.columns == 1:
            at = label.box.column - 1
            widths[at] = max(widths[at], min(MAX_COLUMN_WIDTH_CHARACTERS, 2.0 * len(label.text) + 2))
    return tuple(widths)


def _require_known_lines(spec: TableSpec, cells: Sequence[Cell], file: str, where: str) -> None:
    """Raise DefinitionError if a label or the sentence of a table names a line or cell it does not have."""
    known = {cell.line for cell in cells}
    named = [label.alone for label in spec.labels if label.alone]
    placeholders = set(_PLACEHOLDER.findall(spec.sentence))
    unknown = [line for line in named if line not in known]
    unknown += sorted(placeholders - {"year", *(cell.id for cell in cells)})
    if unknown:
        raise DefinitionError("definition.unknown_line", file=file, place=where, key=unknown[0])


def _occupy_box(
    taken: dict[tuple[int, int], str], area: Box, name: str, size: tuple[int, int], file: str, where: str
) -> None:
    for spot in _grid_positions(area):
        if spot[0] > size[0] or spot[1] > size[1]:
            raise DefinitionError("definition.outside_grid", file=file, place=where, key=name, at=box_address(area))
        if spot in taken:
            raise DefinitionError(
                "definition.overlap", file=file, place=where, key=name, other=taken[spot], at=box_address(area)
            )
        taken[spot] = name


def _grid_positions(area: Box) -> Iterator[tuple[int, int]]:
    for row in range(area.row, area.row + area.rows):
        for column in range(area.column, area.column + area.columns):
            yield row, column


def _expand_block(
    table: TableSpec, block: BlockSpec, first: tuple[int, int], labels: Sequence[Label]
) -> Iterator[Cell]:
    names = block.columns or [""]
    for i, line in enumerate(block.lines):
        for j, column in enumerate(names):
            down, right = (i, j) if block.direction == "down" else (0, i * len(names) + j)
            area = Box(first[0] + down, first[1] + right * block.span, 1, block.span)
            yield Cell(
                id=".".join(filter(None, (table.id, line, column))),
                table=table.id,
                line=line,
                column=column,
                kind=CellKind(block.kind),
                unit=block.unit,
                box=area,
                row_path=_find_row_path(area.row, first[1], labels),
                column_path=_find_column_path(first[0], area.column, labels),
                decimals=block.decimals,
                optional=block.optional,
            )


def _find_row_path(row: int, column: int, labels: Sequence[Label]) -> tuple[str, ...]:
    """Return the texts of the labels left of ``column`` in ``row``, outermost first."""
    left = [
        label
        for label in labels
        if label.box.row <= row < label.box.row + label.box.rows and label.box.column + label.box.columns <= column
    ]
    return tuple(label.text for label in sorted(left, key=lambda label: label.box.column))


def _find_column_path(row: int, column: int, labels: Sequence[Label]) -> tuple[str, ...]:
    """Return the texts of the labels stacked directly above ``row`` in ``column``, outermost first."""
    by_spot = {spot: label for label in labels for spot in _grid_positions(label.box)}
    path: list[str] = []
    while label := by_spot.get((row - 1, column)):
        path.insert(0, label.text)
        row = label.box.row
    return tuple(path)


# --- relations -------------------------------------------------------------------------------------------------


def _expand_relations(spec: RelationsSpec, vocabulary: Vocabulary, source: str) -> tuple[Relation, ...]:
    written = [item.id for item in spec.relations]
    _require_unique("relation", written, source, "relations.toml")
    relations: list[Relation] = []
    computed: set[str] = set()
    for item in spec.relations:
        for instance in _expand_instances(item, vocabulary, source):
            computes = _find_computed_cell(item, instance, source) if item.computes else None
            if computes in computed:
                computes = None
            elif computes:
                computed.add(computes)
            relations.append(_build_relation(item, instance, computes, vocabulary))
    for name, count in Counter(relation.name for relation in relations).items():
        if count > 1:
            _raise_definition_error("duplicate_name", source, "relations.toml", "relations", key=name)
    return tuple(relations)


def _expand_instances(relation_spec: RelationSpec, vocabulary: Vocabulary, source: str) -> tuple[RelationInstance, ...]:
    try:
        return expressions.expand_relation(relation_spec.expect, relation_spec.when, vocabulary)
    except ExpressionError as error:
        raise _expression_error(error, relation_spec.id, source) from error


def _expression_error(error: ExpressionError, relation: str, source: str) -> DefinitionError:
    return DefinitionError(
        f"definition.expression.{error.problem}",
        file=f"{source}/relations.toml",
        place=f"relations.{relation}",
        key=error.part,
    )


def _find_computed_cell(relation_spec: RelationSpec, instance: RelationInstance, source: str) -> str | None:
    terms = instance.expect.left.terms
    plain = len(terms) == 1 and terms[0] == Term(terms[0].cell) and not instance.expect.left.constant
    if not plain or instance.expect.operator != "==" or relation_spec.when or relation_spec.beta:
        _raise_definition_error(
            "not_computable", source, "relations.toml", f"relations.{relation_spec.id}", key=relation_spec.expect
        )
    return terms[0].cell


def _build_relation(
    relation_spec: RelationSpec, instance: RelationInstance, computes: str | None, vocabulary: Vocabulary
) -> Relation:
    first = vocabulary.cells[(instance.expect.left.terms + instance.expect.right.terms)[0].cell]
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
    )


def _order_formulas(relations: Sequence[Relation], source: str) -> tuple[Relation, ...]:
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
            _raise_definition_error(
                "circular", source, "relations.toml", "relations", key=next(iter(waiting.values())).id
            )
        ordered += ready
        waiting = {cell: relation for cell, relation in waiting.items() if relation not in ready}
    return tuple(ordered)


def _mark_implied(relations: Sequence[Relation]) -> tuple[Relation, ...]:
    """Set ``implied_by`` on each relation that is the sum of the others of its rule: it is broken only with them."""
    definitions = {relation.computes: relation.expect.right for relation in relations if relation.computes}
    rules: dict[str, list[Relation]] = {}
    for relation in relations:
        rules.setdefault(relation.rule, []).append(relation)
    weights = {
        relation.id: _input_weights(relation, definitions) for relation in relations if len(rules[relation.rule]) > 2
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
        (cell, coefficient, previous), sign = pending.pop()
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


# --- other rules -----------------------------------------------------------------------------------------------


def _build_standards(spec: RelationsSpec, known: Collection[str], source: str) -> dict[str, StandardCheck]:
    for item in spec.standards:
        for cell in item.cells:
            if cell not in known:
                where = f"standards.{item.id}"
                _raise_definition_error("expression.unknown_name", source, "relations.toml", where, key=cell)
    _require_unique("standard", (item.kind for item in spec.standards), source, "relations.toml")
    return {
        item.kind: StandardCheck(
            item.kind,
            item.id,
            item.title,
            Severity(item.severity),
            item.basis,
            tuple(item.cells),
            item.factor,
            item.distance,
            item.least,
            item.beta,
        )
        for item in spec.standards
    }
