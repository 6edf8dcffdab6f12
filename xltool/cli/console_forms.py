"""Render form definitions for the console: lists, one form, changes between editions, detection power."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from xltool.cli.console import render_table
from xltool.forms.cell_kinds import show_limit
from xltool.forms.lists.whole_form import find_role, list_all_cells, list_all_relations
from xltool.messages import catalogue
from xltool.model.form import Cell, CellKind, Form, Relation, TotalKind

if TYPE_CHECKING:
    from xltool.commands.migrate_return import MigratedReturn
    from xltool.forms.compare_editions import EditionDifference, RelationChange, RewordedCell, SettingChange
    from xltool.forms.detection_power import DetectionPower
    from xltool.forms.prove_relations import RelationProof

_PERCENT_SIGNS = ("%", "\N{FULLWIDTH PERCENT SIGN}")
_MAX_NAMED_CELLS = 4  # more figures are counted instead of named


def describe_forms(forms: Sequence[Form]) -> str:
    """Render a table of forms with their editions and years."""
    rows = [
        (form.id, form.edition, form.title, f"{form.first_year}–{form.last_year or ''}", str(len(list_all_cells(form))))
        for form in forms
    ]
    return render_table(("form", "edition", "title", "years", "cells"), rows)


def describe_form(shown: Form) -> str:
    """Describe one form: its figures by official words, its placeholders and its relations."""
    facts = {"title": shown.official_title, "document": shown.document, "cells": len(list_all_cells(shown))}
    head = catalogue.format_line("form", **facts)
    figures = [
        (
            cell.id,
            cell.table,
            cell.line_words,
            cell.column_words,
            cell.unit,
            catalogue.look_up_word("role", find_role(shown, cell)),
        )
        for cell in list_all_cells(shown).values()
    ]
    rules = [
        (item.id, catalogue.look_up_word("severity", item.severity.value), item.name, item.basis)
        for item in list_all_relations(shown)
    ]
    quoted = [(" ".join(f"{{{name}}}" for name in group.names), group.title) for group in shown.groups]
    return "\n".join(
        [
            head,
            render_table(("cell", "table", "line", "column", "unit", "role"), figures),
            render_table(("placeholder", "title"), quoted),
            render_table(("relation", "severity", "title", "basis"), rules),
        ]
    )


def describe_explained_cell(cell: Cell, kind: str, relations: Sequence[Relation]) -> str:
    """Describe one cell: its words, its kind, and the relations that touch it."""
    head = catalogue.format_line("explained_cell", id=cell.id, words=cell.words, kind=kind)
    rules = [
        (item.id, catalogue.look_up_word("severity", item.severity.value), item.name, item.basis) for item in relations
    ]
    return "\n".join([head, render_table(("relation", "severity", "title", "basis"), rules)])


def describe_valid_forms(forms: Iterable[Form]) -> str:
    """Confirm valid definitions, one line each; say which percentages are added up like other figures."""
    lines = []
    for form in forms:
        counts = {"cells": len(list_all_cells(form)), "relations": len(list_all_relations(form))}
        lines.append(catalogue.format_line("form_right", form=form.id, edition=form.edition, **counts))
        lines += (
            catalogue.format_line("form_percent_added", name=cell.words, cell=cell.id, kind=cell.kind.value)
            for cell in form.cells.values()
            if cell.total is TotalKind.SUM and cell.unit in _PERCENT_SIGNS
        )
    return "\n".join(lines)


def describe_edition_changes(difference: "EditionDifference") -> str:
    """Describe the changes between two editions: whole tables and columns first, then figures by row."""
    old, new = (f"{form.id} {form.edition}" for form in (difference.old, difference.new))
    lines = [catalogue.format_line("editions", old=old, new=new, kept=len(difference.kept))]
    for key, cells, whole in (
        ("edition_gone", difference.gone, difference.old),
        ("edition_added", difference.added, difference.new),
    ):
        if cells:
            lines.append(catalogue.format_line(key, count=len(cells)))
            lines += [f"  {line}" for line in _describe_cell_groups(cells, whole)]
    if difference.reworded:
        lines.append(catalogue.format_line("edition_reworded", count=len(difference.reworded)))
        lines += [f"  {line}" for line in _describe_rewording(difference.reworded)]
    if difference.settings:
        lines.append(
            catalogue.format_line("edition_settings", count=len({item.cell.id for item in difference.settings}))
        )
        lines += [f"  {line}" for line in _describe_settings(difference.settings)]
    changes = [(change.old, change.new) for change in difference.sections]
    changes += [(change.old, change.new) for change in difference.relations if change.old != change.new]
    for old_words, new_words in changes:
        key = "edition_changed" if old_words and new_words else "edition_came" if new_words else "edition_went"
        lines.append(catalogue.format_line(key, old=old_words, new=new_words))
    return "\n".join([*lines, *_describe_relation_changes(difference.relations)])


def _describe_relation_changes(relation_changes: "Iterable[RelationChange]") -> Iterator[str]:
    """Describe relations of both editions whose condition or severity has changed."""
    for change in relation_changes:
        if not (change.old and change.new):
            continue
        if change.otherwise:
            yield catalogue.format_line("edition_otherwise", relation=change.new)
        if change.severities[0] != change.severities[1]:
            old, new = (catalogue.look_up_word("severity", severity) for severity in change.severities)
            yield catalogue.format_line("edition_severity", relation=change.new, old=old, new=new)


def _describe_cell_groups(cells: Sequence[Cell], whole: Form) -> Iterator[str]:
    """Summarize figures as whole tables, else whole rows, else whole columns, else single rows."""
    cell_ids = {cell.id for cell in cells}
    for table_ in whole.tables:
        changed = [cell for cell in table_.cells if cell.id in cell_ids]
        if len(changed) == len(table_.cells):
            yield catalogue.format_line("edition_table", table=table_.title, count=len(changed))
            continue
        lines = _group_cells(table_.cells, lambda cell: cell.line)
        ended = [line for line in lines if all(cell.id in cell_ids for cell in line)]
        yield from (_describe_row(table_.name, line) for line in ended)
        rest = [cell for cell in changed if not any(cell in line for line in ended)]
        for column in _group_cells(table_.cells, lambda cell: cell.column):
            if len(column) > 1 and all(cell.id in cell_ids for cell in column) and any(cell in rest for cell in column):
                members = [cell for cell in rest if cell in column]
                yield _describe_column(table_.name, members)
                rest = [cell for cell in rest if cell not in members]
        yield from _describe_rows(rest)
    for list_table in whole.lists:
        columns = tuple(column.column_words for column in list_table.columns if column.id in cell_ids)
        if columns:
            yield catalogue.format_line("edition_list", table=list_table.title, columns=columns)


def _group_cells(cells: Iterable[Cell], key: Callable[[Cell], str]) -> list[list[Cell]]:
    groups: dict[str, list[Cell]] = {}
    for cell in cells:
        groups.setdefault(key(cell), []).append(cell)
    return list(groups.values())


def _describe_row(name: str, line: Sequence[Cell]) -> str:
    if len(line) <= _MAX_NAMED_CELLS:
        return _describe_rows(line)[0]
    return catalogue.format_line("edition_row", table=name, line=line[0].line_words, count=len(line))


def _describe_column(name: str, column: Sequence[Cell]) -> str:
    words = column[0].column_words
    if len(column) <= _MAX_NAMED_CELLS:
        return catalogue.format_line(
            "edition_short_column", column=words, lines=tuple(cell.line_words for cell in column)
        )
    return catalogue.format_line("edition_column", table=name, column=words, count=len(column))


def _describe_rewording(pairs: "Iterable[RewordedCell]") -> Iterator[str]:
    """Describe changed labels: a row once if only its own label changed, else each figure."""
    lines = []
    for pair in pairs:
        if pair.old.column_path == pair.new.column_path and pair.old.line_words != pair.new.line_words:
            lines.append(catalogue.format_line("edition_changed", old=pair.old.line_words, new=pair.new.line_words))
        else:
            old, new = (_describe_rows([cell])[0] for cell in pair)
            lines.append(catalogue.format_line("edition_changed", old=old, new=new))
    yield from dict.fromkeys(lines)


def _describe_settings(setting_changes: "Iterable[SettingChange]") -> Iterator[str]:
    """Describe what figures accept now: the figures with one and the same change together."""
    groups: dict[tuple[str, str, str], list[Cell]] = {}
    for change in setting_changes:
        key = (change.setting, _show_setting(change.old, change.cell), _show_setting(change.new, change.cell))
        groups.setdefault(key, []).append(change.cell)
    for (setting, old, new), cells in groups.items():
        title = catalogue.look_up_word("cellsettings", setting)
        figures = catalogue.look_up_word("shown", "semicolon").join(_describe_rows(cells))
        yield catalogue.format_line("edition_setting", figures=figures, title=title, old=old, new=new)


def _show_setting(value: object, cell: Cell) -> str:
    """Show the value of a setting; yes, no and nothing in words, limits of dates as days."""
    words = catalogue.list_words("shown")
    if isinstance(value, bool):
        return words["yes" if value else "no"]
    if isinstance(value, tuple):
        return words["joint"].join(map(str, value)) or words["nothing"]
    if cell.kind is CellKind.DATE and isinstance(value, int):
        return str(show_limit(cell.kind, value))
    return words["nothing"] if value is None or value == "" else str(value)


def _describe_rows(cells: Iterable[Cell]) -> list[str]:
    """Group figures by row: the row label with its column labels; columns of a list have no row."""
    joint = catalogue.look_up_word("shown", "joint")
    groups: dict[tuple[str, str], list[str]] = {}
    for cell in cells:
        groups.setdefault((cell.table, cell.line_words), []).append(cell.column_words)
    return [
        catalogue.format_line("edition_line", line=line, columns=tuple(filter(None, columns)))
        if line and any(columns)
        else line or joint.join(columns)
        for (_, line), columns in groups.items()
    ]


def describe_migration(migrated: "MigratedReturn", output: Path) -> str:
    """Describe a return carried into another edition: what found no place, and what is to be filled in."""
    old, new = (f"{form.id} {form.edition}" for form in (migrated.old, migrated.new))
    lines = [catalogue.format_line("migrated", old=old, new=new, kept=migrated.kept, file=str(output))]
    if migrated.lost:
        lines.append(catalogue.format_line("migrated_lost", count=len(migrated.lost)))
        lines += [
            catalogue.format_line("migrated_figure", place=lost.place, words=lost.cell.words, text=lost.text)
            for lost in migrated.lost
        ]
    lines += [catalogue.format_line("migrated_texts", heading=heading) for heading in migrated.lost_texts]
    if migrated.blank:
        lines.append(catalogue.format_line("migrated_blank", new=new, count=len(migrated.blank)))
        lines += [f"  {line}" for line in _describe_rows(migrated.blank)]
    return "\n".join(lines)


def describe_proof(form: Form, proof: "RelationProof") -> str:
    """Describe a proof: contradictions, redundancies, cells without a relation, detection power."""
    names = {relation.id: relation.name for relation in form.relations}
    lines = [catalogue.format_line("prove_equations", equations=proof.equations, rank=proof.rank)]
    lines += [
        catalogue.format_line("prove_conflict", relations=tuple(map(names.__getitem__, clash)))
        for clash in proof.conflicts
    ]
    if not proof.conflicts:
        lines.append(catalogue.format_line("prove_no_conflict"))
    for item in proof.redundancies:
        key = "prove_redundant" if item.others else "prove_always"
        lines.append(catalogue.format_line(key, relation=names[item.relation], count=len(item.others)))
    if proof.untouched:
        lines.append(catalogue.format_line("prove_untouched", count=len(proof.untouched), cells=proof.untouched))
    if proof.left_out:
        lines.append(
            catalogue.format_line("prove_left_out", relations=tuple(names[relation] for relation in proof.left_out))
        )
    return "\n".join([*lines, *map(_describe_power, proof.power)])


def _describe_power(score: "DetectionPower") -> str:
    """Describe how many errors of one kind are detected and how many of them are located uniquely."""
    return catalogue.format_line(
        "prove_power",
        way=catalogue.look_up_word("proof_way", score.way),
        kind=catalogue.look_up_word("proof_kind", score.kind),
        tried=score.tried,
        caught=score.caught,
        located=score.located,
        suspects=f"{Decimal(score.suspects) / score.caught:.1f}" if score.caught else "0",
    )
