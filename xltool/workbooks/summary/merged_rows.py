"""The rows of a list below its heads on the official sheet of a consolidated workbook, each with its agency."""

from xltool.forms.consolidated_layout import find_owner_columns
from xltool.forms.lists.list_words import read_row_word
from xltool.forms.lists.plan_list import ListPlan
from xltool.forms.workbook_words import workbook_words
from xltool.model.form import Box, Cell, CellKind
from xltool.model.submission import Entry, EntryRow
from xltool.workbooks.summary.summary_context import SummaryContext
from xltool.workbooks.template.figure_cells import find_kind_style
from xltool.workbooks.xlsxwriter_adapter import CellContent, SheetWriter

_OWNER_WIDTHS = (16, 28)  # of the columns of code and name


def write_merged_rows(context: SummaryContext, list_plan: ListPlan, sheet: SheetWriter) -> None:
    """Write heads and rows, with a filter; ``sheet`` is the official one of its section."""
    say, head = workbook_words().lists, list_plan.head_row
    code, name = find_owner_columns(list_plan)
    sheet.write_box(Box(head, list_plan.number_column), say["number"], "label")
    for column in list_plan.table.columns:
        sheet.write_box(Box(head, column.box.column), column.column_path[0], "label")
    for at, key, width in zip((code, name), ("code", "name"), _OWNER_WIDTHS, strict=True):
        sheet.write_box(Box(head, at), workbook_words().summary.details[key], "head")
        sheet.set_column(at - 1, at - 1, width)
    rows = context.consolidation.summary.lists.get(list_plan.table.id, ())
    for number, row in enumerate(rows, start=1):
        _write_row(list_plan, number, row, sheet)
    sheet.set_row(head - 1, 28)
    last = head + max(1, len(rows))
    sheet.autofilter(head - 1, 0, last - 1, name - 1)
    sheet.freeze_panes(head, 0)
    sheet.repeat_rows(head - 1)


def _write_row(list_plan: ListPlan, number: int, entry_row: EntryRow, sheet: SheetWriter) -> None:
    row = list_plan.head_row + number
    sheet.write_box(Box(row, list_plan.number_column), number, "mid")
    for column in list_plan.table.columns:
        looks = ("cell", find_kind_style(column)) if column.is_worded else ("figure_amount",)
        looks = ("figure",) if not column.is_worded and not column.is_exact else looks
        sheet.write_box(Box(row, column.box.column), _show_entry(column, entry_row.entries[column.id]), *looks)
    joint = workbook_words().summary.shared["joint"]
    for at, words in zip(
        find_owner_columns(list_plan),
        ([owner.code for owner in entry_row.owners], [owner.name for owner in entry_row.owners]),
        strict=True,
    ):
        sheet.write_box(Box(row, at), joint.join(words) or None, "plain")


def _show_entry(list_column: Cell, entry: Entry) -> CellContent:
    """Return what a cell holds: a figure or a day as a number, a word, or the text as typed; None for a blank."""
    if entry.value is not None and (not list_column.is_worded or list_column.kind is CellKind.DATE):
        return entry.value
    return read_row_word(list_column, entry) or None
