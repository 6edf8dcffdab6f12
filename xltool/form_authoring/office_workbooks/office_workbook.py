"""An office's own workbook as read for authoring: texts, formulas, formats, merged ranges, validations, layout."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from xltool.forms.cell_addresses import cell_address
from xltool.model.form import Box

USUAL_MARGINS = ((0.0, 0.0, 0.0, 0.0), (0.7, 0.7, 0.75, 0.75), (0.75, 0.75, 1.0, 1.0))  # inches; of new sheets
Spot = tuple[int, int]  # row and column, from 1


class CellFont(NamedTuple):
    """Name, size in points and weight of a font."""

    name: str = ""
    size: float = 0.0
    bold: bool = False


class Borders(NamedTuple):
    """The line style of each side, such as thin; "" where there is none."""

    left: str = ""
    right: str = ""
    top: str = ""
    bottom: str = ""
    diagonal: bool = False


class OfficeCell(NamedTuple):
    """One cell. ``formula`` is without its equals sign; ``value`` a stored constant; ``fill`` six hex digits or ""."""

    row: int
    column: int
    value: object = None
    formula: str = ""
    number_format: str = "General"
    fill: str = ""
    font: CellFont = CellFont()
    borders: Borders = Borders()
    align: str = ""
    valign: str = ""
    indent: int = 0
    locked: bool = True

    @property
    def spot(self) -> Spot:
        """Row and column."""
        return self.row, self.column

    @property
    def address(self) -> str:
        """The address, such as ``D7``."""
        return cell_address(self.row, self.column)

    @property
    def text(self) -> str:
        """The constant as text, without blanks at its ends; "" for a number, a formula or nothing."""
        return self.value.strip() if isinstance(self.value, str) and not self.formula else ""

    @property
    def is_blank(self) -> bool:
        """Whether it holds neither a formula nor anything but blanks."""
        return not self.formula and (self.value is None or (isinstance(self.value, str) and not self.value.strip()))


class Validation(NamedTuple):
    """A data validation. ``choices`` are the words of a list, wherever they stand; formulas are as written."""

    kind: str
    operator: str
    first: str
    second: str
    boxes: tuple[Box, ...]
    choices: tuple[str, ...] = ()


class WarningFormat(NamedTuple):
    """A conditional format: its condition, and whether its colours are a warning."""

    kind: str
    operator: str
    formulas: tuple[str, ...]
    boxes: tuple[Box, ...]
    shouts: bool


class PrintSetup(NamedTuple):
    """How a sheet is printed: orientation, paper code (9 is A4), margins in inches, rows repeated on every page."""

    landscape: bool = False
    paper: int = 0
    margins: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    title_rows: tuple[int, int] = (0, 0)
    centred: bool = False

    @property
    def own_margins(self) -> bool:
        """Whether the margins are not those of every new sheet."""
        return self.margins not in USUAL_MARGINS


@dataclass(frozen=True)
class OfficeSheet:
    """One sheet. ``cells`` hold whatever has content or a look of its own; widths in characters, heights in points."""

    name: str
    state: str
    cells: Mapping[Spot, OfficeCell]
    merged: tuple[Box, ...] = ()
    widths: Mapping[int, float] = field(default_factory=dict)
    heights: Mapping[int, float] = field(default_factory=dict)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    validations: tuple[Validation, ...] = ()
    conditional: tuple[WarningFormat, ...] = ()
    printing: PrintSetup = field(default_factory=PrintSetup)
    protected: bool = False
    drawings: int = 0

    def find_cell(self, spot: Spot) -> OfficeCell:
        """Return the cell at a place, a plain blank one where nothing is stored."""
        return self.cells.get(spot) or OfficeCell(*spot)


@dataclass(frozen=True)
class OfficeWorkbook:
    """The workbook; ``file`` is its name."""

    file: str
    sheets: tuple[OfficeSheet, ...]

    def find_sheet(self, name: str) -> OfficeSheet | None:
        """Return the sheet of that name, whatever its case; None if there is none."""
        return next((sheet for sheet in self.sheets if sheet.name.casefold() == name.casefold()), None)


def count_leading_blanks(office_cell: OfficeCell) -> int:
    """Return the width, in digits, of the blanks before a text."""
    text = office_cell.value if isinstance(office_cell.value, str) else ""
    return sum(1 + (ord(sign) > 0xFF) for sign in text[: len(text) - len(text.lstrip())])
