"""Write the workbook of a definition: the drawing, the regions, the choices, with lists to choose from."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from xltool.form_authoring.definition_workbook.definition_words import say_words
from xltool.form_authoring.definition_workbook.drawn_form import DrawnForm
from xltool.form_authoring.definition_workbook.lay_out_regions import (
    FIRST_CHOICE_ROW,
    PlannedCell,
    PlannedColumn,
    SheetPage,
)
from xltool.forms.cell_addresses import column_letters, parse_address
from xltool.forms.format_formulas import quote_sheet_name
from xltool.forms.identity import LIST_PROPERTY, OwnList
from xltool.forms.plan_sheets import text_height
from xltool.forms.workbook_words import workbook_words
from xltool.model.form import Box
from xltool.workbooks.definition.styles import definition_styles
from xltool.workbooks.template.page_setup import A4_PAPER_CODE, MAX_ROW_HEIGHT_POINTS
from xltool.workbooks.xlsxwriter_adapter import CellContent, Formula, SheetWriter, create_workbook

DRAWN_WIDTHS = (26.0, 15.0)  # characters, of the first column of the drawing and of the others
MARK_WIDTH, MIN_WIDTH, MAX_WIDTH = 6.0, 9.0, 46.0
MAX_LIST_CHARACTERS, MAX_HINT_CHARACTERS, MAX_HINT_TITLE = 255, 255, 32  # of a validation, as Excel allows
OPEN_CHOICE_COLUMNS, CHOICE_ROWS, CHOICE_WIDTH = 4, 12, 18.0


class DefinitionContents(NamedTuple):
    """What a definition workbook shows; ``sheets`` are the names of the sheets by their keys."""

    title: str
    edition: str
    sheets: Mapping[str, str]
    drawing: DrawnForm
    pages: Mapping[str, SheetPage]
    sets: Mapping[tuple[str, ...], str]
    list_ids: frozenset[str]


def write_definition_workbook(path: Path, book_contents: DefinitionContents, *, force: bool = False) -> None:
    """Write the workbook. Raises WritingError; UsageError if ``path`` exists (unless ``force``)."""
    font = workbook_words().look["body_font"]
    with create_workbook(path, definition_styles(), font=font, force=force) as book:
        for key, name in book_contents.sheets.items():
            if key == "drawing":
                _write_drawing(book.add_sheet(name), book_contents)
            elif key == "choices":
                _write_choices(book.add_sheet(name), book_contents)
            elif key in book_contents.pages:
                _write_page(book.add_sheet(name), book_contents.pages[key], book_contents)
        title = say_words("document_title", title=book_contents.title, edition=book_contents.edition)
        book.set_document_properties(title, {LIST_PROPERTY: OwnList.DEFINITION.value})


def _write_head(sheet: SheetWriter, book_contents: DefinitionContents, note: str, width: int) -> None:
    title = say_words("sheet_title", title=book_contents.title, edition=book_contents.edition, sheet=sheet.name)
    sheet.write_box(Box(1, 1), title, "title")
    sheet.write_box(Box(2, 1, 1, max(2, width)), note, "note")
    sheet.set_row(0, 28)
    sheet.set_row(1, 34)
    sheet.set_paper(A4_PAPER_CODE)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


# --- the drawing ---------------------------------------------------------------------------------------------------


def _write_drawing(sheet: SheetWriter, book_contents: DefinitionContents) -> None:
    drawing = book_contents.drawing
    columns = max((table.columns for table in drawing.tables), default=1)
    _write_head(sheet, book_contents, say_words("drawing_note"), min(columns, 6))
    sheet.set_column(0, 0, DRAWN_WIDTHS[0])
    sheet.set_column(1, max(columns, 2) - 1, DRAWN_WIDTHS[1])
    heights: dict[int, float] = {}
    for table in drawing.tables:
        text = say_words("drawn_table", id=table.id, first=table.first, title=table.title)
        sheet.write_box(Box(table.row, 1), text, "region")
    for label in drawing.labels:
        content = _refer_to_label(book_contents, label.table, label.number, label.text)
        sheet.write_box(label.box, content, "label")
        _note_height(heights, label.box, label.text)
    for figure in drawing.figures:
        sheet.write_box(figure.box, figure.id, "figure")
        _note_height(heights, figure.box, figure.id, 8)
    for row, height in heights.items():
        sheet.set_row(row - 1, min(max(height, 18), MAX_ROW_HEIGHT_POINTS))
    sheet.freeze_panes(2, 1)


def _note_height(heights: dict[int, float], box: Box, text: str, size: float = 11) -> None:
    if box.rows == 1:
        width = sum(DRAWN_WIDTHS[min(at - 1, 1)] for at in range(box.column, box.column + box.columns))
        heights[box.row] = max(heights.get(box.row, 0), text_height(text, width - 2, size))


def _refer_to_label(book_contents: DefinitionContents, table_id: str, number: int, text: str) -> CellContent:
    """Return a formula that shows a label from where it is written; the text itself if that is blank."""
    region, key = (
        ("tables.lists.columns", "label") if table_id in book_contents.list_ids else ("tables.tables.labels", "text")
    )
    address = book_contents.pages["figures"].addresses.get((region, table_id, number, key))
    if address is None or not text.strip():
        return None
    row, column = parse_address(address)
    return Formula(f"={quote_sheet_name(book_contents.sheets['figures'])}!${column_letters(column)}${row}", text)


# --- regions -------------------------------------------------------------------------------------------------------


def _write_page(sheet: SheetWriter, page: SheetPage, book_contents: DefinitionContents) -> None:
    widths = _measure_columns(page)
    _write_head(sheet, book_contents, say_words("sheet_note"), min(len(widths), 8))
    for column, width in widths.items():
        sheet.set_column(column - 1, column - 1, width)
    rows: dict[int, list[PlannedCell]] = {}
    for cell in page.cells:
        rows.setdefault(cell.row, []).append(cell)
    for row, cells in sorted(rows.items()):
        needed = [18.0]
        for cell in cells:
            number = cell.content is not None and not isinstance(cell.content, str)
            sheet.write_box(Box(row, cell.column), cell.content, cell.role, *(["number"] if number else []))
            if isinstance(cell.content, str) and cell.role not in {"region", "purpose"}:
                needed.append(text_height(cell.content, widths[cell.column] - 1.5))
        sheet.set_row(row - 1, min(max(needed), MAX_ROW_HEIGHT_POINTS))
    for region in page.regions:
        for planned in region.columns:
            _add_list(sheet, planned, region.first_row, region.last_row)
    for row, planned in page.settings.items():
        _add_list(sheet, planned, row, row)
    single = len(page.regions) == 1
    sheet.freeze_panes(page.regions[0].heading_row if single else 2, 2)
    if single:
        sheet.repeat_rows(page.regions[0].heading_row - 1)


def _measure_columns(page: SheetPage) -> dict[int, float]:
    """Return the width of each column: that of its longest line, within bounds."""
    widths: dict[int, float] = {1: MARK_WIDTH}
    for cell in page.cells:
        if cell.column == 1 or cell.role in {"region", "purpose"} or cell.content is None:
            continue
        text = str(cell.content)
        longest = max(sum(1 + (ord(sign) > 0xFF) for sign in line) for line in text.split("\n"))
        if cell.role in {"meaning", "example"}:
            longest = min(longest, 16)
        widths[cell.column] = max(widths.get(cell.column, MIN_WIDTH), min(longest + 2.0, MAX_WIDTH))
    return dict(sorted(widths.items()))


def _add_list(sheet: SheetWriter, planned: PlannedColumn, first_row: int, last_row: int) -> None:
    """Add the list to choose from; what it does not have may be written as well, reading tells what is wrong."""
    length = sum(len(word) + 1 for word in planned.words)
    if not planned.words or length > MAX_LIST_CHARACTERS or any("," in word for word in planned.words):
        return
    options = {
        "validate": "list",
        "source": list(planned.words),
        "error_type": "warning",
        "input_title": planned.heading[:MAX_HINT_TITLE],
        "input_message": planned.meaning[:MAX_HINT_CHARACTERS],
    }
    sheet.data_validation(first_row - 1, planned.column - 1, last_row - 1, planned.column - 1, options)


# --- choices -------------------------------------------------------------------------------------------------------


def _write_choices(sheet: SheetWriter, book_contents: DefinitionContents) -> None:
    columns = len(book_contents.sets) + 1 + OPEN_CHOICE_COLUMNS
    rows = max(CHOICE_ROWS, *(len(words) + 4 for words in book_contents.sets), 0)
    _write_head(sheet, book_contents, say_words("choices_note"), min(columns, 6))
    sheet.set_column(0, columns - 1, CHOICE_WIDTH)
    shown = [(name, words, "value") for words, name in book_contents.sets.items()]
    example = [(say_words("choices_example"), tuple(say_words("choices_words").split()), "example")]
    opened: list[tuple[str | None, tuple[str, ...], str]] = [(None, (), "open")] * OPEN_CHOICE_COLUMNS
    for column, (name, words, role) in enumerate([*shown, *example, *opened], start=1):
        sheet.write_box(Box(FIRST_CHOICE_ROW, column), name, "heading" if name else "open")
        for at in range(rows):
            word = words[at] if at < len(words) else None
            sheet.write_box(Box(FIRST_CHOICE_ROW + 1 + at, column), word, role if word else "open")
    sheet.freeze_panes(FIRST_CHOICE_ROW, 0)
