"""Read the drawing of a definition workbook: where its tables stand, and labels that were mended there."""

import re
from collections.abc import Mapping
from typing import Any

from xltool.form_authoring.definition_workbook import definition_words
from xltool.form_authoring.definition_workbook.drawn_form import FIRST_TABLE_ROW, DrawnForm, DrawnTable
from xltool.form_authoring.definition_workbook.read_regions import show_content
from xltool.form_authoring.definition_workbook.workbook_problems import WorkbookProblems
from xltool.form_authoring.office_workbooks.office_workbook import OfficeCell, OfficeSheet
from xltool.forms.cell_addresses import parse_address


def find_title_rows(office_sheet: OfficeSheet, problems: WorkbookProblems) -> dict[str, int]:
    """Return the row of the title of each table on the drawing; add the titles that have moved."""
    rows: dict[str, int] = {}
    for (row, column), cell in office_sheet.cells.items():
        match = re.match(definition_words.list_key_words("patterns")["table_title"], cell.text) if column == 1 else None
        if match:
            first = parse_address(match[2])[0]
            if first != row + 1:
                problems.add("drawing_moved", office_sheet.name, cell.address, cell.text, first=match[2])
            rows.setdefault(match[1], first - 1)
    return rows


def check_drawing(
    office_sheet: OfficeSheet,
    drawing: DrawnForm,
    tables_by_id: Mapping[str, dict[str, Any]],
    problems: WorkbookProblems,
) -> tuple[str, ...]:
    """Put labels that were mended on the drawing into their tables (by id), and return what was mended.

    Adds whatever stands on the drawing and not in the definition.
    """
    mended, mark = [], definition_words.say_words("region", title="").strip()
    labels = {(label.box.row, label.box.column): label for label in drawing.labels}
    figures = {(figure.box.row, figure.box.column): figure.id for figure in drawing.figures}
    for spot, cell in sorted(office_sheet.cells.items()):
        table = _find_table(drawing, spot)
        if (
            cell.is_blank
            or cell.formula
            or (table is None and (spot[0] < FIRST_TABLE_ROW or cell.text.startswith(mark)))
        ):
            continue
        text = show_content(cell)
        if table is None or (spot not in labels and spot not in figures):
            problems.add("stray_drawing", office_sheet.name, cell.address, text)
        elif spot in labels:
            label = labels[spot]
            if text != label.text.strip():
                mended.append(_mend_label(tables_by_id[label.table], label.number, text, cell))
        elif text != figures[spot]:
            problems.add("other_figure", office_sheet.name, cell.address, text, wanted=figures[spot])
    return tuple(mended)


def _find_table(drawing: DrawnForm, spot: tuple[int, int]) -> DrawnTable | None:
    row, column = spot
    return next(
        (table for table in drawing.tables if table.row < row <= table.row + table.rows and column <= table.columns),
        None,
    )


def _mend_label(table_data: dict[str, Any], number: int, text: str, office_cell: OfficeCell) -> str:
    entry, key = (
        (table_data["labels"][number], "text") if "labels" in table_data else (table_data["columns"][number], "label")
    )
    before = entry[key]
    entry[key] = text
    return definition_words.say_words("mended", address=office_cell.address, before=before, text=text)
