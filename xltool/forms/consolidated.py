"""Where things stand in a consolidated workbook, shared by writing it and reading it back.

The official tables stand where the form's own plan puts them, on sheets of the same names. Beside them is one sheet of
details: a row for every part of the sum, a column for every cell of the form, and above the columns a row of cell ids,
by which it is read back wherever rows and columns have been moved to.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from xltool.forms.expressions import ExpressionError, Vocabulary, linear, quoted
from xltool.forms.furniture import FigureWords, words
from xltool.forms.layout import Plan
from xltool.forms.places import column_letters, rectangles
from xltool.forms.slots import Place, Purpose, Role, Sheet, Slot
from xltool.model.form import Form, Linear

ABSENT = "absent"  # rows of the identity sheet: absent, agency code, agency name
LACKING = "lacking"  # lacking, cell id, how many of the reports inside give no figure

# Columns of the details that stand before the figures; their ids stand in the row of ids too.
LEAD = ("number", "code", "name", "level", "scope", "agencies", "status", "problems", "file")
CODE = "code"
TITLE_ROW, HINT_ROW, ID_ROW, SUM_ROW, TABLE_ROW, LINE_ROW, HEAD_ROW, FIRST_ROW = range(1, 9)


@dataclass(frozen=True)
class Details:
    """The sheet of details: 1-based column of every cell id and leading column, first and last row of its parts."""

    sheet: str
    columns: Mapping[str, int]
    first: int
    last: int

    def area(self, column: str) -> str:
        """The rows of one column, as a formula refers to them from another sheet."""
        return self.areas([column])[0]

    def areas(self, columns: Iterable[str]) -> list[str]:
        """The rows of several columns, neighbours drawn together."""
        runs = rectangles((self.first, self.columns[column]) for column in columns)
        ends = [(column_letters(run.column), column_letters(run.column + run.columns - 1)) for run in runs]
        return [f"{quoted(self.sheet)}!${left}${self.first}:${right}${self.last}" for left, right in ends]


def details(form: Form, parts: int) -> Details:
    """The sheet of details for that many parts."""
    columns = {key: place for place, key in enumerate((*LEAD, *form.cells), start=1)}
    return Details(words().summary.sheets["details"], columns, FIRST_ROW, FIRST_ROW + max(1, parts) - 1)


def official_sheets(plan: Plan) -> Iterator[tuple[Sheet, tuple[Slot, ...]]]:
    """The sheets of the form that hold figures, each with those of its slots that a consolidated workbook has."""
    wanted = {Role.TITLE, Role.HEADING, Role.LABEL, Role.INPUT, Role.COMPUTED, Role.UNFILLED}
    for sheet in plan.sheets:
        slots = tuple(slot for slot in sheet.slots if slot.role in wanted)
        if sheet.purpose is Purpose.SECTION and any(slot.role is Role.INPUT for slot in slots):
            yield sheet, slots


class Panel(NamedTuple):
    """One official table on the sheet that follows the filter: how far it was moved, and its own slots.

    ``down`` and ``right`` are what to add to the rows and columns of its official sheet.
    """

    sheet: Sheet
    slots: tuple[Slot, ...]
    down: int
    right: int


PANELS_ROW = 4  # the first row of the panels


def panels(plan: Plan) -> tuple[Panel, ...]:
    """The official tables side by side, a narrow column between two of them."""
    found, right = [], 0
    for sheet, slots in official_sheets(plan):
        own = tuple(slot for slot in slots if slot.role in {Role.HEADING, Role.LABEL, Role.INPUT, Role.COMPUTED})
        down = PANELS_ROW - min(slot.box.row for slot in own)
        found.append(Panel(sheet, own, down, right))
        right += len(sheet.widths) + 1
    return tuple(found)


def panel_places(plan: Plan) -> dict[str, Place]:
    """Sheet and address of every figure on the sheet that follows the filter, by cell id."""
    name = words().summary.sheets["filtered"]
    slots = [(panel, slot) for panel in panels(plan) for slot in panel.slots if slot.key in plan.cells]
    return {slot.key: Place(name, moved(slot, panel).address) for panel, slot in slots}


def moved(slot: Slot, panel: Panel) -> Slot:
    """A slot where it stands on the sheet that follows the filter."""
    return slot._replace(box=slot.box._replace(row=slot.box.row + panel.down, column=slot.box.column + panel.right))


class Figure(NamedTuple):
    """A figure of the overview that the form has: what it is called, its unit, and its meaning."""

    label: str
    unit: str
    meaning: Linear


def figures(form: Form, wanted: list[FigureWords]) -> tuple[Figure, ...]:
    """Those of ``wanted`` whose cells the form has."""
    vocabulary = Vocabulary(form.cells)
    found = []
    for item in wanted:
        try:
            found.append(Figure(item.label, item.unit, linear(item.expect, vocabulary)))
        except ExpressionError:  # another form, without that cell
            continue
    return tuple(found)
