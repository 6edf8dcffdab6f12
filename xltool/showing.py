"""What a person at a console reads about forms: what there is, how editions differ, what relations are worth."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from xltool import texts
from xltool.model import Cell, Form
from xltool.terminal import table

if TYPE_CHECKING:
    from xltool.forms.editions import Difference
    from xltool.forms.power import Power
    from xltool.forms.proving import Proof


def forms(known: Sequence[Form]) -> str:
    """The forms, their editions and years, as a table."""
    rows = [
        (form.id, form.edition, form.title, f"{form.first_year}–{form.last_year or ''}", str(len(form.cells)))
        for form in known
    ]
    return table(("form", "edition", "title", "years", "cells"), rows)


def form(shown: Form) -> str:
    """One form: its figures by official words, and its relations."""
    head = texts.told("form", title=shown.official_title, document=shown.document, cells=len(shown.cells))
    figures = [
        (
            cell.id,
            cell.table,
            cell.line_words,
            cell.column_words,
            cell.unit,
            texts.word("role", "computed" if cell.computed else "input"),
        )
        for cell in shown.cells.values()
    ]
    rules = [(item.id, texts.word("severity", item.severity.value), item.name, item.basis) for item in shown.relations]
    quoted = [(" ".join(f"{{{name}}}" for name in group.names), group.title) for group in shown.groups]
    return "\n".join(
        [
            head,
            table(("cell", "table", "line", "column", "unit", "role"), figures),
            table(("placeholder", "title"), quoted),
            table(("relation", "severity", "title", "basis"), rules),
        ]
    )


def forms_right(known: Iterable[Form]) -> str:
    """That definitions are right, one line each."""
    return "\n".join(
        texts.told(
            "form_right", form=item.id, edition=item.edition, cells=len(item.cells), relations=len(item.relations)
        )
        for item in known
    )


def editions(found: "Difference") -> str:
    """What changed from one edition of a form to another, figures by their lines."""
    old, new = (f"{form.id} {form.edition}" for form in (found.old, found.new))
    lines = [texts.told("editions", old=old, new=new, kept=len(found.kept))]
    for key, cells in (("edition_gone", found.gone), ("edition_added", found.added)):
        lines.append(texts.told(key, count=len(cells)))
        lines += [f"  {line}" for line in _by_line(cells)]
    lines.append(texts.told("edition_reworded", count=len(found.reworded)))
    lines += [f"  {old} → {new}" for pair in found.reworded for old, new in zip(*map(_by_line, zip(pair)), strict=True)]
    changes = [(change.old, change.new) for change in found.sections]
    changes += [(change.old, change.new) for change in found.relations if change.old != change.new]
    for old_words, new_words in changes:
        key = "edition_changed" if old_words and new_words else "edition_came" if new_words else "edition_went"
        lines.append(texts.told(key, old=old_words, new=new_words))
    return "\n".join(lines)


def _by_line(cells: Iterable[Cell]) -> list[str]:
    """Figures drawn together by their line: its words, and those of its columns."""
    groups: dict[tuple[str, str], list[str]] = {}
    for cell in cells:
        groups.setdefault((cell.table, cell.line_words), []).append(cell.column_words)
    return [
        texts.told("edition_line", line=line, columns=tuple(filter(None, columns))) if any(columns) else line
        for (_, line), columns in groups.items()
    ]


def proved(form: Form, proof: "Proof") -> str:
    """What the relations of a form are worth: contradictions, redundancies, cells they miss, errors they catch."""
    names = {relation.id: relation.name for relation in form.relations}
    lines = [texts.told("prove_equations", equations=proof.equations, rank=proof.rank)]
    lines += [texts.told("prove_conflict", relations=tuple(map(names.__getitem__, clash))) for clash in proof.conflicts]
    if not proof.conflicts:
        lines.append(texts.told("prove_no_conflict"))
    for item in proof.redundancies:
        key = "prove_redundant" if item.others else "prove_always"
        lines.append(texts.told(key, relation=names[item.relation], count=len(item.others)))
    if proof.untouched:
        lines.append(texts.told("prove_untouched", count=len(proof.untouched), cells=proof.untouched))
    if proof.left_out:
        lines.append(texts.told("prove_left_out", relations=tuple(names[relation] for relation in proof.left_out)))
    return "\n".join([*lines, *map(_power, proof.power)])


def _power(score: "Power") -> str:
    """How many errors of a kind are caught, and how many of them nothing else looks like."""
    return texts.told(
        "prove_power",
        way=texts.word("proof_way", score.way),
        kind=texts.word("proof_kind", score.kind),
        tried=score.tried,
        caught=score.caught,
        located=score.located,
        suspects=f"{Decimal(score.suspects) / score.caught:.1f}" if score.caught else "0",
    )
