"""The sections of the new form: a list has a section and a sheet of its own, other tables of a sheet share one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xltool.form_authoring.authoring_words import remove_word
from xltool.form_authoring.tables.table_draft import TableDraft
from xltool.forms.definition_rules import list_own_sheet_names

MAX_NAME_CHARACTERS = 20  # of a sheet named after the title of its table
_NOT_IN_NAMES = "\\/:*?\"<>|[]'"


@dataclass(frozen=True)
class FormPart:
    """One section: its id, its title, the name of its sheet in the template, and its tables."""

    id: str
    title: str
    name: str
    drafts: tuple[TableDraft, ...]


def divide_sheet(
    drafts: Sequence[TableDraft], list_tables: Sequence[TableDraft], title: str, parts_before: Sequence[FormPart]
) -> Iterator[FormPart]:
    """Yield the sections of a sheet's tables, and note in each table its section; those in ``list_tables`` stand alone.

    The first has the ``title`` and the name of the sheet, each other one those of its first table. ``parts_before`` are
    the sections of the sheets before.
    """
    taken = {name.casefold() for name in list_own_sheet_names()} | {part.name.casefold() for part in parts_before}
    groups = list(_group_tables(drafts, list_tables))
    for number, group in enumerate(groups):
        own_title = remove_word("around", "attachment_mark", group[0].title) if number else title
        name = _find_free_name(_shorten(own_title) if number else drafts[0].sheet, taken)
        taken.add(name.casefold())
        section = f"s{len(parts_before) + number + 1}"
        columns = sorted(column for draft in group for column in draft.cells.grid.columns)
        for draft in group:
            draft.section, draft.sheet = section, name
            draft.columns = tuple(column for column in draft.columns if columns[0] <= column <= columns[-1])
        yield FormPart(section, own_title, name, tuple(group))


def _group_tables(drafts: Sequence[TableDraft], list_tables: Sequence[TableDraft]) -> Iterator[list[TableDraft]]:
    """Yield each list by itself and all other tables together, where the first of them stands."""
    plain = [draft for draft in drafts if all(draft is not other for other in list_tables)]
    for draft in drafts:
        if all(draft is not other for other in plain):
            yield [draft]
        elif draft is plain[0]:
            yield plain


def _shorten(title: str) -> str:
    return "".join(sign for sign in title if sign not in _NOT_IN_NAMES)[:MAX_NAME_CHARACTERS]


def _find_free_name(wanted: str, taken: set[str]) -> str:
    """Return a name for a sheet that is not ``taken``: the wanted one, or with a number."""
    name, number = wanted, 1
    while name.casefold() in taken:
        number += 1
        name = f"{wanted}{number}"
    return name
