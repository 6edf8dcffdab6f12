"""Keep what people wrote into an earlier definition when the office's workbook is read again."""

from pathlib import Path

from xltool.errors import DefinitionError
from xltool.form_authoring.definitions.build_definition import Definition
from xltool.forms.assemble_tables import assemble_table
from xltool.forms.decode_definition import decode_definition
from xltool.forms.definition_problems import DefinitionProblems
from xltool.forms.lists.assemble_lists import assemble_lists
from xltool.forms.parse_expressions import expand_relation
from xltool.forms.schema import FormSpec, RelationSpec, RelationsSpec
from xltool.forms.vocabulary import ExpressionError, Vocabulary
from xltool.model.form import Form

# Settings of a form that no workbook states.
KEPT_SETTINGS = ("groups", "drafts", "headlines", "charts", "ranking", "layouts", "named_only", "made_from")
# Settings that people mend in a relation that was read from the workbook.
MENDED_SETTINGS = ("title", "severity", "basis", "advice", "when", "missing", "profile", "beta", "tolerance", "holds")
GENERATED = ("F-", "C-", "W-")  # ids of relations that stand in the workbook; gone there, they are gone


def merge_earlier(made: Definition, earlier: Form) -> tuple[Definition, tuple[str, ...]]:
    """Return the definition with what people wrote into the earlier one; and the relations whose figures are gone."""
    folder = Path(earlier.source)
    form, relations = _read_specs(folder)
    if form is None or relations is None or form.id != made.form.id:
        return made, ()
    kept = {name: getattr(form, name) for name in KEPT_SETTINGS if getattr(form, name)}
    settings = {name: getattr(made.form, name) for name in made.form.__struct_fields__}
    merged, dropped = _merge_relations(made, relations.relations)
    spec = RelationsSpec(relations=merged, standards=relations.standards)
    return Definition(FormSpec(**(settings | kept)), made.tables, spec), dropped


def _read_specs(folder: Path) -> tuple[FormSpec | None, RelationsSpec | None]:
    problems = DefinitionProblems(folder.as_posix())
    form = decode_definition(_read_bytes(folder / "form.toml"), FormSpec, problems, "form.toml")
    relations = decode_definition(_read_bytes(folder / "relations.toml"), RelationsSpec, problems, "relations.toml")
    return form, relations


def _read_bytes(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None


def _merge_relations(made: Definition, earlier: list[RelationSpec]) -> tuple[list[RelationSpec], tuple[str, ...]]:
    before = {item.id: item for item in earlier}
    merged = [_keep_mended(item, before.get(item.id)) for item in made.relations.relations]
    known, titles = {item.id for item in merged}, {item.title for item in merged}
    vocabulary = _list_vocabulary(made)
    dropped = []
    for item in earlier:
        if item.id in known or item.id.startswith(GENERATED) or item.title in titles:
            continue
        try:
            expand_relation(item.expect, item.when, vocabulary)
        except (ExpressionError, DefinitionError):
            dropped.append(item.title)
        else:
            merged.append(item)
    return merged, tuple(dropped)


def _keep_mended(relation_spec: RelationSpec, mended: RelationSpec | None) -> RelationSpec:
    """Return a relation as people mended it, if it still asks the same."""
    if mended is None or mended.expect != relation_spec.expect:
        return relation_spec
    settings = {name: getattr(relation_spec, name) for name in relation_spec.__struct_fields__}
    return RelationSpec(**(settings | {name: getattr(mended, name) for name in MENDED_SETTINGS}))


def _list_vocabulary(made: Definition) -> Vocabulary:
    problems = DefinitionProblems("")
    tables = [assemble_table(table_spec, problems) for table_spec in made.tables.tables]
    lists = assemble_lists(made.form, made.tables, problems)
    return Vocabulary({cell.id: cell for table in tables for cell in table.cells}, lists)
