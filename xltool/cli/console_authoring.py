"""Render for the console what `xltool forms from` read in a workbook."""

from collections.abc import Iterator

from xltool.commands.author_from_workbook import AuthoredForm, count_fates, describe_placement
from xltool.commands.definition_workbooks import SavedDefinition
from xltool.form_authoring.placements import Placement
from xltool.forms.cell_addresses import merge_ranges
from xltool.forms.lists.whole_form import list_all_cells, list_all_relations
from xltool.messages import catalogue
from xltool.model.form import Form

GUESSES = frozenset({"words", "plain", "sample"})
MAX_LISTED = 40  # further cells are in the marked copy


def describe_authored_form(authored: AuthoredForm, file: str) -> str:
    """Describe the new form: how much was read, what became of the cells, and what a person should look at."""
    form = authored.form
    lines = [
        catalogue.format_line(
            "authored",
            file=file,
            form=form.id,
            edition=form.edition,
            cells=len(list_all_cells(form)),
            computed=len(form.cells) - len(form.inputs),
            lists=len(form.lists),
            relations=len(list_all_relations(form)),
            folder=authored.folder.as_posix(),
        )
    ]
    if authored.earlier is not None:
        lines.append(_describe_kept(form, authored.earlier))
    if authored.dropped:
        lines.append(catalogue.format_line("authored_dropped", titles=authored.dropped))
    if authored.suggested:
        lines.append(catalogue.format_line("authored_suggested", count=len(authored.suggested)))
        lines += [f"  {title}" for title in authored.suggested[:MAX_LISTED]]
    counts = tuple(
        catalogue.format_line("authored_fate", fate=catalogue.look_up_word("cellfate", fate.value), count=count)
        for fate, count in count_fates(authored.placements).items()
        if count
    )
    lines.append(catalogue.format_line("authored_fates", counts=counts))
    lines += _list_doubts(authored)
    lines.append(catalogue.format_line("authored_next", folder=authored.folder.parent.parent.as_posix()))
    return "\n".join(lines)


def _describe_kept(form: Form, earlier: Form) -> str:
    """Describe how many figures of an earlier edition are in the new one."""
    now, before = list_all_cells(form), list_all_cells(earlier)
    kept = len(now.keys() & before.keys())
    return catalogue.format_line(
        "authored_kept",
        form=earlier.id,
        edition=earlier.edition,
        kept=kept,
        added=len(now) - kept,
        gone=len(before) - kept,
    )


def _list_doubts(authored: AuthoredForm) -> Iterator[str]:
    """Yield a line for each cell, or group of cells, of which the part or the kind is not certain."""
    doubtful = list(_group_alike([item for item in authored.placements if item.doubtful]))
    if doubtful:
        yield catalogue.format_line("authored_doubtful", count=len(doubtful), file=authored.marked.as_posix())
        yield from (f"  {line}" for line in doubtful[:MAX_LISTED])
    guessed = list(_group_guesses([item for item in authored.placements if item.facts.get("told_by") in GUESSES]))
    if guessed:
        yield catalogue.format_line("authored_guessed")
        yield from (f"  {line}" for line in guessed[:MAX_LISTED])


def describe_saved_definition(saved: SavedDefinition, file: str) -> str:
    """Describe the definition that was read from a workbook, and what was mended on its drawing."""
    form = saved.form
    facts = {"cells": len(list_all_cells(form)), "lists": len(form.lists), "relations": len(list_all_relations(form))}
    lines = [
        catalogue.format_line(
            "definition_read", file=file, form=form.id, edition=form.edition, folder=saved.folder.as_posix(), **facts
        )
    ]
    if saved.mended:
        lines.append(catalogue.format_line("definition_mended", count=len(saved.mended)))
        lines += [f"  {line}" for line in saved.mended[:MAX_LISTED]]
    return "\n".join([*lines, catalogue.format_line("authored_next", folder=saved.folder.parent.parent.as_posix())])


def _group_alike(placements: list[Placement]) -> Iterator[str]:
    """Say once what is the same of several cells of a sheet."""
    groups: dict[tuple[str, str, str], list[Placement]] = {}
    for item in placements:
        key = item.text if item.reason not in {"sample_value", "unnamed_blank", "list_condition"} else ""
        groups.setdefault((item.sheet, item.reason, key), []).append(item)
    for (sheet, _, _), members in groups.items():
        first = members[0]
        plain = all(item.address and ":" not in item.address for item in members)
        address = tuple(merge_ranges(item.address for item in members)) if plain else first.address
        yield catalogue.format_line(
            "authored_place", sheet=sheet, address=address, text=first.text, sentence=describe_placement(first)
        )


def _group_guesses(placements: list[Placement]) -> Iterator[str]:
    """Say where a kind was guessed from words, or for want of anything better."""
    groups: dict[tuple[object, ...], list[Placement]] = {}
    for item in placements:
        groups.setdefault((item.sheet, item.facts["kind"], item.facts["unit"], item.facts["told_by"]), []).append(item)
    for (sheet, kind, unit, told_by), members in groups.items():
        yield catalogue.format_line(
            "authored_guess",
            sheet=sheet,
            address=tuple(merge_ranges(item.address for item in members)),
            kind=catalogue.look_up_word("cellkind", str(kind)),
            unit=unit,
            told_by=catalogue.look_up_word("toldby", str(told_by)),
        )
