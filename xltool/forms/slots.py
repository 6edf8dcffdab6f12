"""The parts of a workbook plan: sheets and slots, for writing and reading. Rows and columns count from 1."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from xltool.forms.cell_addresses import cell_address
from xltool.model.form import Box
from xltool.model.printed_look import PrintedLook, PrintedPage


class Role(StrEnum):
    """The kind of content of a slot; it decides style and locking."""

    TITLE = "title"  # the report's title, with {agency} and {year}
    HEADING = "heading"
    TABLE_TITLE = "table_title"  # of one of several tables of a sheet
    GUIDE = "guide"
    LABEL = "label"  # printed on the official form
    CAPTION = "caption"  # a label that the official form does not print
    INPUT = "input"  # key: cell id
    COMPUTED = "computed"  # key: cell id
    UNUSED = "unused"  # of the grid, and nothing is filled in there
    PARAGRAPH = "paragraph"  # key: section id
    FIELD = "field"  # key: field name
    CHOICE = "choice"  # key: field name
    IDENTITY = "identity"  # key: agency, code, year, scope
    UNFILLED = "unfilled"  # key: sheet name, "" for the whole workbook
    CHECKED = "checked"
    CHECK_CODE = "check_code"
    LINK = "link"  # key: sheet name
    ENTRY = "entry"  # framed text that the official form does not print
    CHECK = "check"  # key: relation id
    CONTROL = "control"  # key: id of a ledger total
    ROW_NUMBER = "row_number"  # of a row of a list
    ROW_INPUT = "row_input"  # key: id of a column of a list
    ROW_CHECK = "row_check"  # key: id of a list
    EXPLANATION = "explanation"  # key: column of the list
    MARK = "mark"  # key: column of the list


class Slot(NamedTuple):
    """One cell or merged range of a sheet; ``key`` is its subject (see Role), ``text`` its content or part name."""

    box: Box
    role: Role
    text: str = ""
    key: str = ""
    look: PrintedLook | None = None

    @property
    def address(self) -> str:
        """Address of the first cell."""
        return cell_address(self.box.row, self.box.column)


class Purpose(StrEnum):
    """The purpose of a sheet."""

    COVER = "cover"
    SECTION = "section"
    CHECKS = "checks"
    EXPLANATIONS = "explanations"
    CONTROLS = "controls"
    MARKS = "marks"


@dataclass(frozen=True)
class SheetPlan:
    """One sheet: slots in writing order, column widths in characters, row heights in points (absent: automatic).

    ``frozen`` is the number of frozen rows; ``key`` the section id of a section's sheet; ``folded`` the collapsed rows.
    ``page`` is how it is printed, its rows those of the sheet.
    ``text_slots`` are a caption and rows below a table that exist only where a report has text beside the table.
    """

    name: str
    purpose: Purpose
    slots: tuple[Slot, ...]
    widths: tuple[float, ...]
    heights: Mapping[int, float]
    landscape: bool = False
    frozen: int = 0
    key: str = ""
    folded: tuple[int, ...] = ()
    text_slots: tuple[Slot, ...] = ()
    page: PrintedPage = PrintedPage()  # noqa: RUF009 - a tuple


class CellAddress(NamedTuple):
    """Sheet name and address of a cell."""

    sheet: str
    address: str
