"""Assemble a Form from decoded definition files; every mistake is collected, none hides another."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

import msgspec

from xltool.forms.assemble_relations import expand_relations, mark_implied, order_formulas, separate_row_relations
from xltool.forms.assemble_tables import assemble_table
from xltool.forms.definition_problems import DefinitionProblems, raise_definition_error, require_unique
from xltool.forms.definition_rules import check_form_spec, check_totals
from xltool.forms.kind_rules import check_settings
from xltool.forms.lists.aggregates import list_own_aggregates
from xltool.forms.lists.assemble_lists import assemble_lists, make_aggregate_table
from xltool.forms.made_from import assemble_made_from
from xltool.forms.name_cells import name_cells
from xltool.forms.placeholders import build_groups, check_placeholders
from xltool.forms.schema import ClaimsSpec, FormSpec, RelationsSpec, StandardSpec, StandardsSpec, TablesSpec
from xltool.forms.shown_figures import build_shown_figures
from xltool.forms.text_patterns import build_claims, build_shares
from xltool.forms.vocabulary import Vocabulary
from xltool.model.form import (
    Cell,
    Form,
    Relation,
    Section,
    Severity,
    StandardCheck,
    Table,
    TotalKind,
)
from xltool.model.form_parts import ParagraphDraft, SignatureField
from xltool.model.list_table import ListTable
from xltool.model.period import PeriodLength
from xltool.package_data import find_data_folder


def assemble_form(
    form: FormSpec,
    tables_spec: TablesSpec,
    relations: RelationsSpec,
    claims_spec: ClaimsSpec,
    digest: str,
    problems: DefinitionProblems,
) -> Form | None:
    """Assemble the form and add its mistakes to ``problems``; None where they leave none, because of an empty table."""
    source = problems.source
    check_form_spec(form, tables_spec, problems)
    with problems.collect():
        require_unique("section", (section.id for section in form.sections), source, "form.toml")
    with problems.collect():
        require_unique("signature", (item.id for item in form.signature), source, "form.toml")
    with problems.collect():
        require_unique("table", (table.id for table in tables_spec.tables), source, "tables.toml")
    if len({table.id for table in tables_spec.tables}) < len(tables_spec.tables):
        problems.tainted.add("*")
    sections = tuple(
        Section(item.id, item.number, item.title, item.sheet, item.paragraphs, tuple(item.guidance), item.table_titles)
        for item in form.sections
    )
    tables_parsed = _assemble_tables(tables_spec, sections, problems)
    cells = {cell.id: cell for table in tables_parsed for cell in table.cells}
    lists = assemble_lists(form, tables_spec, problems)
    vocabulary = Vocabulary(cells, lists)
    _add_own_aggregates(lists, vocabulary)
    every_relation = expand_relations(relations, vocabulary, problems)
    expanded, lists = separate_row_relations(every_relation, lists)
    formulas: tuple[Relation, ...] = ()
    with problems.collect():
        formulas = order_formulas(expanded, source)  # refuses cycles: later code follows definitions recursively
    computed = {relation.computes: relation.is_linear for relation in formulas}
    finished = name_cells(
        tuple(
            replace(table, cells=tuple(_mark_computed(cell, computed) for cell in table.cells))
            for table in tables_parsed
        )
    )
    cells = {cell.id: cell for table in finished for cell in table.cells}
    check_settings(tables_spec, problems)
    check_totals(cells, tables_spec, problems)
    groups = build_groups(form.groups, vocabulary, problems)
    claims, shares = build_claims(claims_spec, vocabulary, problems), build_shares(claims_spec, vocabulary, problems)
    shown = build_shown_figures(form, vocabulary, [cell for cell in cells.values() if cell.computed], problems)
    finished = (*finished, *_make_aggregate_tables(lists, vocabulary))
    cells = {cell.id: cell for table in finished for cell in table.cells}
    standards: dict[str, StandardCheck] = {}
    with problems.collect():
        standards = _build_standards(relations, cells, source)
    if any(not table.cells for table in finished) and problems.errors:
        return None
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
        relations=mark_implied(expanded) if formulas or not problems.errors else expanded,
        standards=standards,
        claims=claims,
        shares=shares,
        instructions=tuple(form.instructions),
        digest=digest,
        source=source,
        cells=cells,
        formulas=formulas,
        groups=groups,
        drafts=tuple(ParagraphDraft(item.section, item.text) for item in form.drafts),
        layouts=tuple(form.layouts),
        period=PeriodLength(form.period),
        named_only=form.named_only,
        count_optional=form.count_optional,
        signature=tuple(SignatureField(item.id, item.label) for item in form.signature),
        lists=lists,
        made_from=assemble_made_from(form.made_from, cells, problems),
        **shown,
    )
    check_placeholders(form_model, problems)
    return form_model


def _assemble_tables(
    tables_spec: TablesSpec, sections: Sequence[Section], problems: DefinitionProblems
) -> tuple[Table, ...]:
    for table in tables_spec.tables:
        if all(section.id != table.section or section.sheet != table.sheet for section in sections):
            problems.add("table_without_section", "tables.toml", f"tables.{table.id}", key=table.section)
    parsed = tuple(assemble_table(table, problems, number=at) for at, table in enumerate(tables_spec.tables, start=1))
    for each in parsed:
        if len({cell.id for cell in each.cells}) < len(each.cells):
            problems.tainted.add(each.id)
    with problems.collect():
        require_unique("cell", (cell.id for table in parsed for cell in table.cells), problems.source, "tables.toml")
    return parsed


def _add_own_aggregates(lists: Sequence[ListTable], vocabulary: Vocabulary) -> None:
    for table in lists:
        for aggregate in list_own_aggregates(table):
            vocabulary.add_aggregate(aggregate)


def _make_aggregate_tables(lists: Sequence[ListTable], vocabulary: Vocabulary) -> Iterator[Table]:
    for table in lists:
        yield make_aggregate_table(table, [cell for cell in vocabulary.aggregates.values() if cell.table == table.id])


def _mark_computed(cell: Cell, linear: Mapping[str | None, bool]) -> Cell:
    """Return a cell as computed, so that it is recomputed in a sum, or as it is; a linear total is summed as well."""
    if cell.id not in linear:
        return cell
    summed = linear[cell.id] and cell.total is TotalKind.SUM
    return replace(cell, computed=True, total=TotalKind.SUM if summed else TotalKind.RECOMPUTE)


def _build_standards(spec: RelationsSpec, known: Collection[str], source: str) -> dict[str, StandardCheck]:
    """Build the form's checks of cells, and those every form has where it has none of that kind."""
    for item in spec.standards:
        for cell in item.cells:
            if cell not in known:
                where = f"standards.{item.id}"
                raise_definition_error("expression.unknown_name", source, "relations.toml", where, key=cell)
    require_unique("standard", (item.kind for item in spec.standards), source, "relations.toml")
    own = {item.kind: item for item in spec.standards}
    common = {item.kind: item for item in _load_common_standards() if item.kind not in own}
    return {item.kind: _build_standard(item) for item in (*spec.standards, *common.values())}


def _build_standard(standard_spec: StandardSpec) -> StandardCheck:
    return StandardCheck(
        standard_spec.kind,
        standard_spec.id,
        standard_spec.title,
        Severity(standard_spec.severity),
        standard_spec.basis,
        tuple(standard_spec.cells),
        standard_spec.factor,
        standard_spec.distance,
        standard_spec.least,
        standard_spec.beta,
        tuple(standard_spec.words),
    )


@cache
def _load_common_standards() -> tuple[StandardSpec, ...]:
    content = (find_data_folder("templates") / "standards.toml").read_bytes()
    return tuple(msgspec.toml.decode(content, type=StandardsSpec).standards)
