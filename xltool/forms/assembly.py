"""From what definition files say to a Form: grids get their cells and words, relations are expanded and ordered."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from xltool.errors import DefinitionError
from xltool.forms import expressions
from xltool.forms.expressions import ExpressionError, Instance, Vocabulary
from xltool.forms.placeholders import groups, must_be_known
from xltool.forms.places import box, box_address, place
from xltool.forms.prose import ClaimsSpec, claims, shares
from xltool.forms.schema import BlockSpec, FormSpec, RelationSpec, RelationsSpec, TableSpec, TablesSpec
from xltool.model.form import (
    Box,
    Cell,
    Draft,
    Form,
    Kind,
    Label,
    Linear,
    Relation,
    Section,
    Severity,
    Standard,
    Table,
    Term,
)

_NARROWEST, _WIDEST = 10.0, 36.0  # signs, of a column whose width is not given
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def assemble(
    form: FormSpec, tables: TablesSpec, relations: RelationsSpec, quoted: ClaimsSpec, digest: str, source: str
) -> Form:
    """The whole form. Raises DefinitionError, naming the place inside ``source``, for anything that does not fit."""
    _unique("section", (section.id for section in form.sections), source, "form.toml")
    _unique("table", (table.id for table in tables.tables), source, "tables.toml")
    sections = tuple(
        Section(item.id, item.number, item.title, item.sheet, item.paragraphs, tuple(item.guidance))
        for item in form.sections
    )
    for table in tables.tables:
        if all(section.id != table.section or section.sheet != table.sheet for section in sections):
            _refuse("table_without_section", source, "tables.toml", f"tables.{table.id}", key=table.section)
    plain = tuple(_table(table, source) for table in tables.tables)
    cells = {cell.id: cell for table in plain for cell in table.cells}
    _unique("cell", (cell.id for table in plain for cell in table.cells), source, "tables.toml")
    expanded = _relations(relations, Vocabulary(cells), source)
    formulas = _in_order(expanded, source)  # refuses circles, so that everything after may follow definitions down
    computed = {relation.computes for relation in formulas}
    done = tuple(
        replace(table, cells=tuple(replace(cell, computed=cell.id in computed) for cell in table.cells))
        for table in plain
    )
    made = Form(
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
        tables=done,
        relations=_implications(expanded),
        standards=_standards(relations, cells, source),
        claims=claims(quoted, Vocabulary(cells), source),
        shares=shares(quoted, Vocabulary(cells), source),
        instructions=tuple(form.instructions),
        digest=digest,
        source=source,
        cells={cell.id: cell for table in done for cell in table.cells},
        formulas=formulas,
        groups=groups(form.groups, Vocabulary(cells), source),
        drafts=tuple(Draft(item.section, item.text) for item in form.drafts),
    )
    must_be_known(made, source)
    return made


def _refuse(problem: str, source: str, file: str, where: str, **facts: object) -> None:
    raise DefinitionError(f"definition.{problem}", file=f"{source}/{file}", place=where, **facts)


def _unique(what: str, ids: Iterable[str], source: str, file: str) -> None:
    for name, count in Counter(ids).items():
        if count > 1:
            _refuse("duplicate_id", source, file, what, key=name)


# --- tables ----------------------------------------------------------------------------------------------------


def _table(spec: TableSpec, source: str) -> Table:
    where = f"tables.{spec.id}"
    try:
        rows, columns = place(spec.size)
        labels = tuple(Label(item.text, box(item.at), item.alone) for item in spec.labels)
        blocks = [(block, place(block.first)) for block in spec.blocks]
    except ValueError as error:
        raise DefinitionError(
            "definition.not_a_place", file=f"{source}/tables.toml", place=where, key=str(error)
        ) from error
    taken: dict[tuple[int, int], str] = {}
    for label in labels:
        _occupy(taken, label.box, label.text, (rows, columns), f"{source}/tables.toml", where)
    cells = []
    for block, first in blocks:
        for cell in _block_cells(spec, block, first, labels):
            _occupy(taken, cell.box, cell.id, (rows, columns), f"{source}/tables.toml", where)
            if not cell.row_path and not cell.column_path:
                _refuse("cell_without_label", source, "tables.toml", where, key=cell.id)
            cells.append(cell)
    cells.sort(key=lambda cell: cell.box)
    for given, needed, what in ((spec.widths, columns, "widths"), (spec.heights, rows, "heights")):
        if given and len(given) != needed:
            _refuse("wrong_length", source, "tables.toml", where, key=what, count=len(given), needed=needed)
    _must_name_lines(spec, cells, f"{source}/tables.toml", where)
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
        widths=tuple(spec.widths) or _widths(columns, labels),
        heights=tuple(spec.heights),
        notes=tuple(spec.notes),
        sentence=spec.sentence,
    )


def _widths(columns: int, labels: Sequence[Label]) -> tuple[float, ...]:
    """Widths for a table that gives none: what the labels of a single column need, within reason."""
    widths = [_NARROWEST] * columns
    for label in labels:
        if label.box.columns == 1:
            at = label.box.column - 1
            widths[at] = max(widths[at], min(_WIDEST, 2.0 * len(label.text) + 2))
    return tuple(widths)


def _must_name_lines(spec: TableSpec, cells: Sequence[Cell], file: str, where: str) -> None:
    """Whatever a table's labels and sentence refer to must be there."""
    known = {cell.line for cell in cells}
    asked = [label.alone for label in spec.labels if label.alone]
    said = set(_PLACEHOLDER.findall(spec.sentence))
    unknown = [line for line in asked if line not in known]
    unknown += sorted(said - {"year", *(cell.id for cell in cells)})
    if unknown:
        raise DefinitionError("definition.unknown_line", file=file, place=where, key=unknown[0])


def _occupy(
    taken: dict[tuple[int, int], str], area: Box, what: str, size: tuple[int, int], file: str, where: str
) -> None:
    for spot in _spots(area):
        if spot[0] > size[0] or spot[1] > size[1]:
            raise DefinitionError("definition.outside_grid", file=file, place=where, key=what, at=box_address(area))
        if spot in taken:
            raise DefinitionError(
                "definition.overlap", file=file, place=where, key=what, other=taken[spot], at=box_address(area)
            )
        taken[spot] = what


def _spots(area: Box) -> Iterator[tuple[int, int]]:
    for row in range(area.row, area.row + area.rows):
        for column in range(area.column, area.column + area.columns):
            yield row, column


def _block_cells(table: TableSpec, block: BlockSpec, first: tuple[int, int], labels: Sequence[Label]) -> Iterator[Cell]:
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
                kind=Kind(block.kind),
                unit=block.unit,
                box=area,
                row_path=_left_of(area.row, first[1], labels),
                column_path=_above(first[0], area.column, labels),
                decimals=block.decimals,
                optional=block.optional,
            )


def _left_of(row: int, column: int, labels: Sequence[Label]) -> tuple[str, ...]:
    """The labels of a row that stand left of ``column``, outermost first."""
    found = [
        label
        for label in labels
        if label.box.row <= row < label.box.row + label.box.rows and label.box.column + label.box.columns <= column
    ]
    return tuple(label.text for label in sorted(found, key=lambda label: label.box.column))


def _above(row: int, column: int, labels: Sequence[Label]) -> tuple[str, ...]:
    """The labels stacked directly above ``row`` in ``column``, outermost first."""
    by_spot = {spot: label for label in labels for spot in _spots(label.box)}
    path: list[str] = []
    while label := by_spot.get((row - 1, column)):
        path.insert(0, label.text)
        row = label.box.row
    return tuple(path)


# --- relations -------------------------------------------------------------------------------------------------


def _relations(spec: RelationsSpec, words: Vocabulary, source: str) -> tuple[Relation, ...]:
    written = [item.id for item in spec.relations]
    _unique("relation", written, source, "relations.toml")
    relations: list[Relation] = []
    computed: set[str] = set()
    for item in spec.relations:
        for instance in _expanded(item, words, source):
            computes = _computed_cell(item, instance, source) if item.computes else None
            if computes in computed:
                computes = None
            elif computes:
                computed.add(computes)
            relations.append(_relation(item, instance, computes, words))
    for name, count in Counter(relation.name for relation in relations).items():
        if count > 1:
            _refuse("duplicate_name", source, "relations.toml", "relations", key=name)
    return tuple(relations)


def _expanded(item: RelationSpec, words: Vocabulary, source: str) -> tuple[Instance, ...]:
    try:
        return expressions.expand(item.expect, item.when, words)
    except ExpressionError as error:
        raise _bad_expression(error, item.id, source) from error


def _bad_expression(error: ExpressionError, relation: str, source: str) -> DefinitionError:
    return DefinitionError(
        f"definition.expression.{error.problem}",
        file=f"{source}/relations.toml",
        place=f"relations.{relation}",
        key=error.part,
    )


def _computed_cell(item: RelationSpec, instance: Instance, source: str) -> str | None:
    terms = instance.expect.left.terms
    plain = len(terms) == 1 and terms[0] == Term(terms[0].cell) and not instance.expect.left.constant
    if not plain or instance.expect.operator != "==" or item.when or item.beta:
        _refuse("not_computable", source, "relations.toml", f"relations.{item.id}", key=item.expect)
    return terms[0].cell


def _relation(item: RelationSpec, instance: Instance, computes: str | None, words: Vocabulary) -> Relation:
    first = words.cells[(instance.expect.left.terms + instance.expect.right.terms)[0].cell]
    subject = {"": "", "column": first.column_words, "line": first.line_words}[instance.axis]
    return Relation(
        id=f"{item.id}.{instance.member}" if instance.member else item.id,
        rule=item.id,
        title=item.title,
        subject=subject,
        severity=Severity(item.severity),
        basis=item.basis,
        advice=item.advice,
        expect=instance.expect,
        when=instance.when,
        missing=item.missing,
        profile=item.profile,
        computes=computes,
        beta=item.beta,
    )


def _in_order(relations: Sequence[Relation], source: str) -> tuple[Relation, ...]:
    """The computing relations, each after those whose cells it needs. A circle is refused."""
    waiting = {relation.computes: relation for relation in relations if relation.computes is not None}
    ordered: list[Relation] = []
    while waiting:
        ready = [
            relation
            for relation in waiting.values()
            if not any(term.cell in waiting for term in relation.expect.right.terms)
        ]
        if not ready:
            _refuse("circular", source, "relations.toml", "relations", key=next(iter(waiting.values())).id)
        ordered += ready
        waiting = {cell: relation for cell, relation in waiting.items() if relation not in ready}
    return tuple(ordered)


def _implications(relations: Sequence[Relation]) -> tuple[Relation, ...]:
    """Marks each relation that is the sum of the others of its rule: a breach there is only the others' breach."""
    definitions = {relation.computes: relation.expect.right for relation in relations if relation.computes}
    rules: dict[str, list[Relation]] = {}
    for relation in relations:
        rules.setdefault(relation.rule, []).append(relation)
    weights = {relation.id: _weights(relation, definitions) for relation in relations if len(rules[relation.rule]) > 2}

    def marked(relation: Relation) -> Relation:
        others = [other for other in rules[relation.rule] if other.id != relation.id]
        if relation.id not in weights or relation.expect.operator != "==":
            return relation
        if not weights[relation.id] or _sum(weights[other.id] for other in others) != weights[relation.id]:
            return relation
        return replace(relation, implied_by=tuple(other.id for other in others))

    return tuple(marked(relation) for relation in relations)


def _weights(relation: Relation, definitions: Mapping[str, Linear]) -> Counter[tuple[str, bool]]:
    """Left minus right as coefficients of inputs; last year's figures are drawn back to inputs like this year's."""
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


def _sum(vectors: Iterable[Counter[tuple[str, bool]]]) -> Counter[tuple[str, bool]]:
    total: Counter[tuple[str, bool]] = Counter()
    for vector in vectors:
        total.update(vector)
    return Counter({key: weight for key, weight in total.items() if weight})


# --- other rules -----------------------------------------------------------------------------------------------


def _standards(spec: RelationsSpec, known: Collection[str], source: str) -> dict[str, Standard]:
    for item in spec.standards:
        for cell in item.cells:
            if cell not in known:
                where = f"standards.{item.id}"
                _refuse("expression.unknown_name", source, "relations.toml", where, key=cell)
    _unique("standard", (item.kind for item in spec.standards), source, "relations.toml")
    return {
        item.kind: Standard(
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
