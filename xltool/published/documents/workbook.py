"""Read a workbook that somebody typed a report into: rows with one cell are paragraphs, all others are table rows."""

from collections.abc import Iterator
from itertools import groupby

from xltool.errors import ForeignFileError, UnreadableFileError
from xltool.forms.cell_addresses import parse_address
from xltool.forms.identity import PROPERTY_PREFIX
from xltool.forms.workbook_words import workbook_words
from xltool.published.documents.document import Block, Document
from xltool.spreadsheet.load_file import LoadedFile
from xltool.spreadsheet.open_workbook import open_loaded_file
from xltool.spreadsheet.raw_workbook import RawSheet

VISIBLE = "visible"


def read_workbook(file: LoadedFile) -> Document:
    """Read the visible sheets of a workbook. Raises ForeignFileError for a workbook of this program, or no workbook."""
    try:
        workbook = open_loaded_file(file)
    except (UnreadableFileError, ForeignFileError):
        raise ForeignFileError("import.workbook") from None
    own = any(name.startswith(PROPERTY_PREFIX) for name in workbook.properties)
    if own or any(sheet.name == workbook_words().sheets["identity"] for sheet in workbook.sheets):
        raise ForeignFileError("import.workbook")
    sheets = (sheet for sheet in workbook.sheets if sheet.state == VISIBLE)
    blocks = [block for number, sheet in enumerate(sheets, start=1) for block in _sheet_blocks(sheet, number)]
    return Document("workbook", tuple(blocks), "paragraph")


def _sheet_blocks(sheet: RawSheet, number: int) -> Iterator[Block]:
    """Yield the filled cells of a sheet by row; a cell alone in its row is text, one paragraph a line."""
    filled = {parse_address(address): cell.text for address, cell in sheet.cells.items() if cell.text.strip()}
    for row, group in groupby(sorted(filled), key=lambda place: place[0]):
        places = list(group)
        if len(places) > 1:
            yield from (Block(filled[place], number, row, place[1]) for place in places)
        else:
            yield from (Block(line.strip(), 0, row) for line in filled[places[0]].split("\n") if line.strip())
