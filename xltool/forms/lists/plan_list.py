"""Lay out a list on its sheet: heads of the columns, then the rows a template offers, last on the sheet."""

from collections.abc import Iterator
from dataclasses import dataclass

from xltool.forms.lists.assemble_lists import FIRST_COLUMN
from xltool.forms.slots import Role, Slot
from xltool.forms.workbook_words import workbook_words
from xltool.model.form import Box
from xltool.model.list_table import ListTable

ROW_HEIGHT_POINTS = 24.0


@dataclass(frozen=True)
class ListPlan:
    """Where a list stands: its sheet, the row of the column heads, and the first and last row offered.

    ``number_column`` holds the number of each row, ``check_column`` the live check of it.
    """

    table: ListTable
    sheet: str
    head_row: int
    number_column: int = 1

    @property
    def first_row(self) -> int:
        """The first row to fill in."""
        return self.head_row + 1

    @property
    def last_row(self) -> int:
        """The last row offered."""
        return self.head_row + self.table.rows

    @property
    def check_column(self) -> int:
        """The column behind those that are filled in."""
        return FIRST_COLUMN + len(self.table.columns)


def plan_list_rows(list_table: ListTable, head_row: int) -> Iterator[Slot]:
    """Yield the heads of the columns and the cells of every row offered."""
    say = workbook_words().lists
    plan = ListPlan(list_table, list_table.name, head_row)
    yield Slot(Box(head_row, plan.number_column), Role.LABEL, say["number"], list_table.id)
    for column in list_table.columns:
        yield Slot(Box(head_row, column.box.column), Role.LABEL, column.column_path[0], list_table.id)
    yield Slot(Box(head_row, plan.check_column), Role.CAPTION, say["check"])
    for row in range(plan.first_row, plan.last_row + 1):
        yield Slot(Box(row, plan.number_column), Role.ROW_NUMBER, str(row - head_row), list_table.id)
        for column in list_table.columns:
            yield Slot(Box(row, column.box.column), Role.ROW_INPUT, "", column.id)
        yield Slot(Box(row, plan.check_column), Role.ROW_CHECK, "", list_table.id)
