"""Write the workbook in which an office says what the columns and words of its register mean (对照.xlsx)."""

from collections.abc import Sequence
from io import BytesIO

from xltool.forms.identity import LIST_PROPERTY, OwnList
from xltool.forms.plan_sheets import text_height
from xltool.forms.workbook_words import workbook_words
from xltool.ledger.ledger_definition import load_ledger_definition
from xltool.ledger.reading.own_words import REQUIRED_COLUMNS, OwnWord, OwnWords, load_columns_wording
from xltool.model.form import Box
from xltool.workbooks.template.page_setup import A4_PAPER_CODE
from xltool.workbooks.template.styles import template_styles
from xltool.workbooks.xlsxwriter_adapter import BookWriter, SheetWriter, open_workbook_writer

_CAPTION_ROW, _FIRST_ROW = 3, 4
_OPEN_ROWS = 200  # rows below the last one that may be filled in by hand


def write_own_words(own: OwnWords, name: str) -> bytes:
    """Build the workbook: headings and words, each with a list to choose from. Raises WritingError."""
    stream, say = BytesIO(), load_columns_wording()
    with open_workbook_writer(stream, name, template_styles(), workbook_words().look["body_font"]) as book:
        headings, words = book.add_sheet(say.headings.sheet), book.add_sheet(say.words.sheet)
        lists = _write_lists(book)
        _write_headings(headings, own, lists[""])
        _write_words(words, own.words, lists)
        book.set_document_properties(say.headings.title, {LIST_PROPERTY: OwnList.LEDGER.value})
    return stream.getvalue()


def _list_titles() -> dict[str, str]:
    """Return what stands for each of our columns of requests, with a mark where it is required."""
    mark = load_columns_wording().lists.required
    columns = (column for column in load_ledger_definition().requests if not column.computed)
    return {column.id: column.title + mark * (column.id in REQUIRED_COLUMNS) for column in columns}


def _write_lists(book: BookWriter) -> dict[str, str]:
    """Write the lists to a hidden sheet; return the range of the titles ("") and of the choices of each column."""
    say, definition = load_columns_wording().lists, load_ledger_definition()
    sheet = book.add_sheet(say.sheet)
    lists = {"": [*_list_titles().values(), say.skip]}
    for column in definition.requests:
        if choices := definition.list_choices(column):
            lists[column.id] = [*(choice.title for choice in choices), say.blank]
    ranges = {}
    for position, (key, words) in enumerate(lists.items(), start=1):
        for row, word in enumerate(words, start=1):
            sheet.write_box(Box(row, position), word, "listed", "text")
        letters = chr(ord("A") + position - 1)
        ranges[key] = f"={say.sheet}!${letters}$1:${letters}${len(words)}"
    sheet.hide()
    return ranges


def _write_head(sheet: SheetWriter, title: str, hint: str, captions: Sequence[str], widths: Sequence[float]) -> None:
    for position, width in enumerate(widths):
        sheet.set_column(position, position, width)
    sheet.write_box(Box(1, 1, 1, len(captions)), title, "title")
    sheet.set_row(0, 34)
    sheet.write_box(Box(2, 1, 1, len(captions)), hint, "guide")
    sheet.set_row(1, max(text_height(hint, sum(widths)), 30))
    for position, caption in enumerate(captions, start=1):
        sheet.write_box(Box(_CAPTION_ROW, position), caption, "caption")
    sheet.set_row(_CAPTION_ROW - 1, 24)
    sheet.freeze_panes(_CAPTION_ROW, 0)
    sheet.set_paper(A4_PAPER_CODE)
    sheet.fit_to_pages(1, 0)


def _write_headings(sheet: SheetWriter, own: OwnWords, titles_range: str) -> None:
    say, titles = load_columns_wording(), _list_titles()
    captions = (say.headings.own, say.headings.ours)
    _write_head(sheet, say.headings.title, say.headings.hint, captions, say.headings.widths)
    for row, (heading, column) in enumerate(own.headings.items(), start=_FIRST_ROW):
        ours = say.lists.skip if column == "" else titles.get(column or "")
        sheet.write_box(Box(row, 1), heading, "listed", "text")
        sheet.write_box(Box(row, 2), ours, "listed", "text", "waiting" if ours is None else "text")
    last = _FIRST_ROW + len(own.headings) + _OPEN_ROWS
    sheet.data_validation(_FIRST_ROW - 1, 1, last, 1, {"validate": "list", "source": titles_range})


def _write_words(sheet: SheetWriter, own_words: Sequence[OwnWord], lists: dict[str, str]) -> None:
    say, definition = load_columns_wording(), load_ledger_definition()
    captions = (say.words.column, say.words.own, say.words.ours, say.words.count, say.words.rows)
    _write_head(sheet, say.words.title, say.words.hint, captions, say.words.widths)
    columns = {column.id: column for column in definition.requests}
    for row, word in enumerate(own_words, start=_FIRST_ROW):
        column = columns[word.column]
        titles = {choice.id: choice.title for choice in definition.list_choices(column)} | {"": say.lists.blank}
        ours = titles.get(word.choice) if word.choice is not None else None
        sheet.write_box(Box(row, 1), column.title, "listed", "text")
        sheet.write_box(Box(row, 2), word.word, "listed", "text")
        sheet.write_box(Box(row, 3), ours, "listed", "text", "waiting" if ours is None else "text")
        sheet.write_box(Box(row, 4), word.times or None, "centred")
        sheet.write_box(Box(row, 5), say.words.join.join(word.rows) or None, "listed", "text")
        sheet.data_validation(row - 1, 2, row - 1, 2, {"validate": "list", "source": lists[word.column]})
