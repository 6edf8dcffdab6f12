"""Layout of a consolidated workbook, shared by its writer and its reader.

The official tables keep their positions and sheet names from the form's own plan. A details sheet has one row for each
merged report, one column for each cell of the form, and a row of cell ids above the columns: the reader finds the
columns by these ids even after rows and columns were moved.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from xltool.forms.cell_addresses import column_letters, cover_with_rectangles
from xltool.forms.format_formulas import quote_sheet_name
from xltool.forms.lists.plan_list import ListPlan
from xltool.forms.slots import CellAddress, Purpose, Role, SheetPlan, Slot
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.forms.workbook_words import workbook_words
from xltool.model.form import Form

ABSENT_KEY = "absent"  # key of identity rows: (absent, agency code, agency name)
TALLY_KEY = "tally"  # key of identity rows: (tally, cell id, word, number of reports with that word)
BASIS_KEY = "basis"  # key of identity rows: (basis, cell id, sum behind a mean, weight behind it)
LACKING_KEY = "lacking"  # key of identity rows: (lacking, cell id, number of merged reports without that figure)

# Columns of the details sheet before the figures; the row of ids names them too.
LEADING_COLUMNS = ("number", "code", "name", "level", "scope", "agencies", "status", "problems", "file")
CODE_COLUMN = "code"
TITLE_ROW, HINT_ROW, ID_ROW, SUM_ROW, TABLE_ROW, LINE_ROW, HEAD_ROW, FIRST_ROW = range(1, 9)


@dataclass(frozen=True)
class DetailsSheet:
    """Layout of the details sheet: 1-based column by cell id or leading column; first and last row of the reports."""

    sheet: str
    columns: Mapping[str, int]
    first: int
    last: int

    def column_range(self, column: str) -> str:
        """Return the formula reference, with sheet name, of all report rows in one column."""
        return self.column_ranges([column])[0]

    def column_ranges(self, columns: Iterable[str]) -> list[str]:
        """Return formula references of all report rows in several columns, adjacent columns merged."""
        runs = cover_with_rectangles((self.first, self.columns[column]) for column in columns)
        ends = [(column_letters(run.column), column_letters(run.column + run.columns - 1)) for run in runs]
        return [f"{quote_sheet_name(self.sheet)}!${left}${self.first}:${right}${self.last}" for left, right in ends]


def plan_details(form: Form, part_count: int) -> DetailsSheet:
    """Lay out the details sheet for that many merged reports."""
    columns = {key: place for place, key in enumerate((*LEADING_COLUMNS, *form.cells), start=1)}
    return DetailsSheet(
        workbook_words().summary.sheets["details"], columns, FIRST_ROW, FIRST_ROW + max(1, part_count) - 1
    )


def list_official_sheets(plan: WorkbookPlan) -> Iterator[tuple[SheetPlan, tuple[Slot, ...]]]:
    """Yield each sheet of the form that holds figures, with the slots kept in a consolidated workbook."""
    kept_roles = {
        Role.TITLE,
        Role.HEADING,
        Role.TABLE_TITLE,
        Role.LABEL,
        Role.INPUT,
        Role.COMPUTED,
        Role.UNFILLED,
    }
    heads = {(place.sheet, place.head_row) for place in plan.lists.values()}
    for sheet in plan.sheets:
        slots = tuple(
            slot for slot in sheet.slots if slot.role in kept_roles and (sheet.name, slot.box.row) not in heads
        )
        if sheet.purpose is Purpose.SECTION and any(slot.role in {Role.INPUT, Role.COMPUTED} for slot in slots):
            yield sheet, slots


def find_owner_columns(list_plan: ListPlan) -> tuple[int, int]:
    """Return the columns, behind those of a list, with the code and the name of the agency of each row."""
    return list_plan.check_column, list_plan.check_column + 1


class TablePanel(NamedTuple):
    """One official table on the sheet of filtered sums, with its own slots.

    ``down`` and ``right`` are the offsets, in rows and columns, from its official sheet.
    """

    sheet: SheetPlan
    slots: tuple[Slot, ...]
    down: int
    right: int


PANELS_ROW = 4  # first row of the tables on that sheet


def plan_panels(plan: WorkbookPlan) -> tuple[TablePanel, ...]:
    """Lay out the official tables side by side, with one narrow column between them."""
    placed, right = [], 0
    for sheet, slots in list_official_sheets(plan):
        own = tuple(slot for slot in slots if slot.role not in {Role.TITLE, Role.UNFILLED})
        down = PANELS_ROW - min(slot.box.row for slot in own)
        placed.append(TablePanel(sheet, own, down, right))
        right += len(sheet.widths) + 1
    return tuple(placed)


def panel_addresses(plan: WorkbookPlan) -> dict[str, CellAddress]:
    """Return the cell reference of every figure on the sheet of filtered sums, by cell id."""
    name = workbook_words().summary.sheets["filtered"]
    slots = [(panel, slot) for panel in plan_panels(plan) for slot in panel.slots if slot.key in plan.cells]
    return {slot.key: CellAddress(name, move_slot(slot, panel).address) for panel, slot in slots}


def move_slot(slot: Slot, panel: TablePanel) -> Slot:
    """Return a slot with its position on the sheet of filtered sums."""
    return slot._replace(box=slot.box._replace(row=slot.box.row + panel.down, column=slot.box.column + panel.right))
