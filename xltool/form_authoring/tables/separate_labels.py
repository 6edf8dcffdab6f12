"""Tell rows or columns with the same words apart: by the label above or left of them that they seem to be a part of."""

from collections.abc import Callable

from xltool.form_authoring.authoring_words import squeeze_text
from xltool.form_authoring.office_workbooks.office_workbook import Spot
from xltool.form_authoring.tables.grid_cells import TableCell
from xltool.form_authoring.tables.guess_kinds import list_column_heads, list_row_heads
from xltool.form_authoring.tables.table_draft import TableDraft
from xltool.model.form import Cell, Table

MAX_ROUNDS = 3  # a label that tells two apart may itself stand twice


def separate_labels(draft: TableDraft, assemble: Callable[[TableDraft], Table]) -> None:
    """Note for each label with the words of another what it is a part of, as far as a label says it."""
    for _ in range(MAX_ROUNDS):
        groups = _group_same_words(assemble(draft))
        changed = [_separate_group(draft, group) for group in groups]
        if not any(changed):
            return


def has_same_words(table: Table) -> bool:
    """Return True if the labels of two figures of a table say the same."""
    return bool(_group_same_words(table))


def _group_same_words(table: Table) -> list[list[Cell]]:
    groups: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Cell]] = {}
    for cell in table.cells:
        groups.setdefault((cell.row_path, cell.column_path), []).append(cell)
    return [group for group in groups.values() if len(group) > 1]


def _separate_group(draft: TableDraft, alike: list[Cell]) -> bool:
    """Set what the labels of a group are a part of; return True if any was set."""
    one_row = len({cell.box.row for cell in alike}) == 1
    changed = False
    for cell in alike:
        member = draft.figures[cell.box.row, cell.box.column - draft.offset].item
        heads = list_column_heads(draft.cells, member) if one_row else list_row_heads(draft.cells, member)
        heads = [head for head in heads if not head.aside] or list_column_heads(draft.cells, member)
        if heads and heads[0].within is None:
            other = _find_whole(draft, heads[0], beside=one_row)
            if other is not None:
                draft.cells.set_within(heads[0], other, reason="same_words")
                changed = True
    return changed


def _find_whole(draft: TableDraft, member: TableCell, *, beside: bool) -> Spot | None:
    """Return the nearest label left of a head of columns, or above a head of rows, with other words."""
    near = draft.cells.list_left(member) if beside else draft.cells.list_above(member)
    words = squeeze_text(member.cell.text)
    found = (item for item in near if item.is_label and not item.aside and squeeze_text(item.cell.text) != words)
    return next((item.place for item in found), None)
