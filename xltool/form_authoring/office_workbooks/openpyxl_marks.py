"""Mark in a copy of an office's workbook what became of each cell: a colour, a comment, and a sheet that lists them."""

import io
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from xltool.form_authoring.office_workbooks.openpyxl_reader import open_with_openpyxl
from xltool.form_authoring.placements import Fate, Placement
from xltool.spreadsheet.load_file import FileSource, load_file

COLOURS: Mapping[Fate, str] = {
    Fate.LABEL: "E9EEF4",
    Fate.INPUT: "FFF3B0",
    Fate.COMPUTED: "D9D9D9",
    Fate.RELATION: "D5C7EA",
    Fate.BLANK: "FFFFFF",
    Fate.TITLE: "CFE3F7",
    Fate.UNIT: "CFE3F7",
    Fate.COVER: "CFE3F7",
    Fate.SIGNATURE: "CFE3F7",
    Fate.DOCUMENT: "CFE3F7",
    Fate.NOTE: "D9EFD5",
    Fate.HIDDEN: "F4D9C6",
    Fate.UNPLACED: "F4A9A0",
}
DOUBTFUL_COLOUR = "FFC266"
_COMMENT_WIDTH, _COMMENT_HEIGHT = 260, 110  # pixels


class MarkWords(NamedTuple):
    """The words of the list: name of its sheet, its heads, and the word of each fate."""

    sheet: str
    title: str
    heads: Sequence[str]
    fates: Mapping[Fate, str]
    author: str


def mark_placements(source: FileSource, placed: Sequence[tuple[Placement, str]], mark_words: MarkWords) -> bytes:
    """Return a copy of a workbook with every placement marked; beside each stands its sentence."""
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill

    book = open_with_openpyxl(load_file(source))
    for item, sentence in placed:
        if not item.address or ":" in item.address or item.sheet not in book.sheetnames:
            continue
        cell = book[item.sheet][item.address]
        colour = DOUBTFUL_COLOUR if item.doubtful and item.fate is not Fate.UNPLACED else COLOURS[item.fate]
        cell.fill = PatternFill("solid", fgColor=colour)
        if item.fate is not Fate.LABEL or item.doubtful:
            cell.comment = Comment(sentence, mark_words.author, height=_COMMENT_HEIGHT, width=_COMMENT_WIDTH)
    listed = book.create_sheet(_free_name(book.sheetnames, mark_words.sheet), 0)
    listed.append([mark_words.title])
    listed.append(list(mark_words.heads))
    for item, sentence in sorted(placed, key=lambda pair: not pair[0].doubtful):
        listed.append([item.sheet, item.address, None, mark_words.fates[item.fate], item.id, sentence])
        row = listed.max_row
        shown = listed.cell(row, 3)
        shown.value, shown.data_type = item.text[:200] or None, "s" if item.text else "n"
        colour = DOUBTFUL_COLOUR if item.doubtful and item.fate is not Fate.UNPLACED else COLOURS[item.fate]
        listed.cell(row, 4).fill = PatternFill("solid", fgColor=colour)
        for at in range(1, len(mark_words.heads) + 1):
            listed.cell(row, at).alignment = Alignment(vertical="top", wrap_text=True)
    for column, width in zip("ABCDEF", (14, 10, 26, 12, 22, 70), strict=True):
        listed.column_dimensions[column].width = width
    for cell in listed[2]:
        cell.font = Font(bold=True)
    listed["A1"].font = Font(bold=True, size=14)
    listed.freeze_panes = "A3"
    book.active = 0
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _free_name(taken: Sequence[str], name: str) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}{number}"
    return free
