"""Write a list that goes with other files (下发清单, 退回清单, 信函清单): a workbook of one sheet, ready to print."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from xltool.forms.identity import LIST_PROPERTY, OwnList
from xltool.forms.plan_sheets import text_height
from xltool.forms.workbook_words import workbook_words
from xltool.model.form import Box
from xltool.workbooks.template.page_setup import A4_PAPER_CODE, MAX_ROW_HEIGHT_POINTS
from xltool.workbooks.template.styles import template_styles
from xltool.workbooks.xlsxwriter_adapter import CellContent, FileLink, SheetWriter, create_workbook

_FIRST_ROW = 3


class ListColumn(NamedTuple):
    """A column of a list: its key, its width in characters, and the style names of its cells."""

    key: str
    width: float
    styles: tuple[str, ...] = ("listed", "text")


def write_list_workbook(
    path: Path,
    own_list: OwnList,
    list_columns: Sequence[ListColumn],
    row_contents: Sequence[Mapping[str, CellContent]],
    words_by_key: Mapping[str, str],
    *,
    title: str = "",
    force: bool = False,
) -> None:
    """Write one row for each of ``row_contents``, numbered in the column ``number`` if there is one.

    A property says the ``own_list`` of the list, so that it is known for what it is if it lies among returns.
    ``words_by_key`` hold the heading of each column by its key, ``sheet`` and ``title``. Raises WritingError;
    UsageError if ``path`` exists (unless ``force``).
    """
    title = title or words_by_key["title"]
    with create_workbook(path, template_styles(), font=workbook_words().look["body_font"], force=force) as book:
        sheet = book.add_sheet(words_by_key["sheet"])
        sheet.write_box(Box(1, 1, 1, len(list_columns)), title, "title")
        sheet.set_row(0, 34)
        for position, column in enumerate(list_columns, start=1):
            sheet.write_box(Box(2, position), words_by_key[column.key], "caption")
            sheet.set_column(position - 1, position - 1, column.width)
        for row, contents in enumerate(row_contents, start=_FIRST_ROW):
            _write_row(sheet, row, list_columns, {"number": row - _FIRST_ROW + 1, **contents})
        sheet.set_row(1, 34 if any("\n" in words_by_key[column.key] for column in list_columns) else 24)
        sheet.autofilter(_FIRST_ROW - 2, 0, _FIRST_ROW - 2 + len(row_contents), len(list_columns) - 1)
        sheet.freeze_panes(2, 0)
        sheet.repeat_rows(1)
        sheet.set_paper(A4_PAPER_CODE)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&C{workbook_words().look['footer']}")
        book.set_document_properties(title, {LIST_PROPERTY: own_list.value})


def _write_row(
    sheet: SheetWriter, row: int, list_columns: Sequence[ListColumn], contents: Mapping[str, CellContent]
) -> None:
    needed = [0.0]
    for position, column in enumerate(list_columns, start=1):
        value = contents.get(column.key)
        sheet.write_box(Box(row, position), None if value == "" else value, *column.styles)
        shown = value.text if isinstance(value, FileLink) else value
        if isinstance(shown, str):
            needed.append(text_height(shown, column.width - 2))
    sheet.set_row(row - 1, min(max(needed), MAX_ROW_HEIGHT_POINTS))
