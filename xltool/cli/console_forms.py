"""What a person at a console reads about forms: what there is, how editions differ, what relations are worth."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from xltool.cli.console import table
from xltool.messages import catalogue as texts
from xltool.model.form import Cell, Form

if TYPE_CHECKING:
    from xltool.forms.editions import Difference, RelationChange, Reworded
    from xltool.forms.power import Power
    from xltool.forms.proving import Proof

_FEW = 4  # figures whose columns or lines are all named; of more the number is told


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
    """What changed from one edition of a form to another: whole tables and columns, then figures by their lines."""
    old, new = (f"{form.id} {form.edition}" for form in (found.old, found.new))
    lines = [texts.told("editions", old=old, new=new, kept=len(found.kept))]
    for key, cells, whole in (("edition_gone", found.gone, found.old), ("edition_added", found.added, found.new)):
        if cells:
            lines.append(texts.told(key, count=len(cells)))
            lines += [f"  {line}" for line in _together(cells, whole)]
    if found.reworded:
        lines.append(texts.told("edition_reworded", count=len(found.reworded)))
        lines += [f"  {line}" for line in _reworded(found.reworded)]
    changes = [(change.old, change.new) for change in found.sections]
    changes += [(change.old, change.new) for change in found.relations if change.old != change.new]
    for old_words, new_words in changes:
        key = "edition_changed" if old_words and new_words else "edition_came" if new_words else "edition_went"
        lines.append(texts.told(key, old=old_words, new=new_words))
    return "\n".join([*lines, *_stricter(found.relations)])


def _stricter(changes: "Iterable[RelationChange]") -> Iterator[str]:
    """Relations of both editions that ask something else, or are taken otherwise."""
    for change in changes:
        if not (change.old and change.new):
            continue
        if change.otherwise:
            yield texts.told("edition_otherwise", relation=change.new)
        if change.severities[0] != change.severities[1]:
            old, new = (texts.word("severity", severity) for severity in change.severities)
            yield texts.told("edition_severity", relation=change.new, old=old, new=new)


def _together(cells: Sequence[Cell], whole: Form) -> Iterator[str]:
    """Figures drawn together: whole tables, else lines, and whole columns where lines stay."""
    told = {cell.id for cell in cells}
    for each in whole.tables:
        mine = [cell for cell in each.cells if cell.id in told]
        if len(mine) == len(each.cells):
            yield texts.told("edition_table", table=each.title, count=len(mine))
            continue
        lines = _groups(each.cells, lambda cell: cell.line)
        ended = [line for line in lines if all(cell.id in told for cell in line)]
        yield from (_line(each.name, line) for line in ended)
        rest = [cell for cell in mine if not any(cell in line for line in ended)]
        for column in _groups(each.cells, lambda cell: cell.column):
            if len(column) > 1 and all(cell.id in told for cell in column) and any(cell in rest for cell in column):
                members = [cell for cell in rest if cell in column]
                yield _column(each.name, members)
                rest = [cell for cell in rest if cell not in members]
        yield from _by_line(rest)


def _groups(cells: Iterable[Cell], key: Callable[[Cell], str]) -> list[list[Cell]]:
    found: dict[str, list[Cell]] = {}
    for cell in cells:
        found.setdefault(key(cell), []).append(cell)
    return list(found.values())


def _line(name: str, line: Sequence[Cell]) -> str:
    if len(line) <= _FEW:
        return _by_line(line)[0]
    return texts.told("edition_row", table=name, line=line[0].line_words, count=len(line))


def _column(name: str, column: Sequence[Cell]) -> str:
    words = column[0].column_words
    if len(column) <= _FEW:
        return texts.told("edition_short_column", column=words, lines=tuple(cell.line_words for cell in column))
    return texts.told("edition_column", table=name, column=words, count=len(column))


def _reworded(pairs: "Iterable[Reworded]") -> Iterator[str]:
    """What is written otherwise: a line once where only its own words changed, else each figure."""
    told = []
    for pair in pairs:
        if pair.old.column_path == pair.new.column_path and pair.old.line_words != pair.new.line_words:
            told.append(texts.told("edition_changed", old=pair.old.line_words, new=pair.new.line_words))
        else:
            old, new = (_by_line([cell])[0] for cell in pair)
            told.append(texts.told("edition_changed", old=old, new=new))
    yield from dict.fromkeys(told)


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
