"""The parts a workbook is planned from: what stands where, for writing and reading. Rows and columns count from 1."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from xltool.forms.places import address
from xltool.model.form import Box


class Role(StrEnum):
    """What stands in a slot, and so how it looks and whether it is locked."""

    TITLE = "title"  # the report's title, with {agency} and {year}
    HEADING = "heading"
    GUIDE = "guide"
    LABEL = "label"  # printed on the official form
    CAPTION = "caption"  # a label of our own
    INPUT = "input"  # key: cell id
    COMPUTED = "computed"  # key: cell id
    PARAGRAPH = "paragraph"  # key: section id
    FIELD = "field"  # key: field name
    CHOICE = "choice"  # key: field name
    IDENTITY = "identity"  # key: agency, code, year, scope
    UNFILLED = "unfilled"  # key: sheet name, "" for the whole workbook
    CHECKED = "checked"
    LINK = "link"  # key: sheet name
    ENTRY = "entry"  # words of our own in a frame
    CHECK = "check"  # key: relation id
    CONTROL = "control"  # key: id of a control figure
    EXPLANATION = "explanation"  # key: column of the list
    MARK = "mark"  # key: column of the list


class Slot(NamedTuple):
    """One thing on a sheet; ``key`` says what it is about (see Role), ``text`` what it says or which part it is."""

    box: Box
    role: Role
    text: str = ""
    key: str = ""

    @property
    def address(self) -> str:
        """Address of its first cell."""
        return address(self.box.row, self.box.column)


class Purpose(StrEnum):
    """What a sheet is for."""

    COVER = "cover"
    SECTION = "section"
    CHECKS = "checks"
    EXPLANATIONS = "explanations"
    CONTROLS = "controls"
    MARKS = "marks"


@dataclass(frozen=True)
class Sheet:
    """One sheet: slots in writing order, column widths in characters, row heights in points (absent: automatic).

    ``frozen`` is the number of rows that stay in sight; ``key`` the section id of a section's sheet;
    ``folded`` are the rows that are hidden until they are unfolded.
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


class Place(NamedTuple):
    """Sheet and address of something."""

    sheet: str
    address: str
