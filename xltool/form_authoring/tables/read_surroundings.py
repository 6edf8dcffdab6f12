"""Read what stands above and below the tables of a sheet: title, units, period, issuer, notes, signature line."""

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from xltool.form_authoring.authoring_words import (
    list_words,
    matches_word,
    remove_word,
    search_word,
    split_words,
    squeeze_text,
)
from xltool.form_authoring.office_workbooks.office_workbook import CellFont, OfficeCell, OfficeSheet
from xltool.form_authoring.placements import Fate
from xltool.form_authoring.tables.find_grids import OfficeGrid, list_outside_cells

_WIDE_GAP = re.compile(r"[\u3000]{2,}|[ \t]{3,}|[\u3000 \t]{3,}|\n")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
MAX_TITLE_CHARACTERS = 30  # of the title of a table below another
MIN_NOTE_CHARACTERS = 60  # a longer text above a table is no field
PERIODS_A_YEAR = {"half": 2, "quarter": 4, "month": 12}
_SIGNATURE_FIELDS = ("phone", "signed_on", "author", "reviewer", "leader")
# The ends of the items of a note: white space begins only where no other stands before, so the time is linear.
_ITEMS = re.compile(r"(?:(?<=[。；;])\s*|(?<!\s)[^\S\u3000 ]*[\u3000 ]\s*)(?=\d{1,2}[.．、](?!\d))|\n+")


@dataclass
class SheetSurroundings:
    """The texts around the tables of one sheet; ``notes`` by the number of the table they stand below (0 for none).

    ``head_lines`` are unit, number and office of a table, by the number of the tables above.
    """

    title: OfficeCell | None = None
    units: list[str] = field(default_factory=list)
    period: str = "year"
    year: int | None = None
    issuer: str = ""
    document: str = ""
    last_year: int | None = None
    days: tuple[date, date] | None = None  # the first and last day of the period it is for, where that is printed
    notes: dict[int, list[str]] = field(default_factory=dict)
    fates: list[tuple[OfficeCell, Fate, str]] = field(default_factory=list)  # with the reason
    formulas: list[OfficeCell] = field(default_factory=list)
    signature: dict[str, str] = field(default_factory=dict)  # label by id
    head_lines: dict[int, list[str]] = field(default_factory=dict)
    table_titles: dict[int, str] = field(default_factory=dict)  # of tables below others

    @property
    def title_font(self) -> CellFont:
        """The font of the title."""
        return self.title.font if self.title else CellFont()


def read_surroundings(office_sheet: OfficeSheet, grids: list[OfficeGrid]) -> SheetSurroundings:
    """Read the texts outside the tables of a sheet; each cell has one fate."""
    found = SheetSurroundings()
    outside = list_outside_cells(office_sheet, grids)
    shown = [cell for cell in outside if not _is_hidden(office_sheet, cell)]
    found.fates += [(cell, Fate.HIDDEN, "hidden_cell") for cell in outside if _is_hidden(office_sheet, cell)]
    found.title = _find_title(shown, grids)
    for cell in shown:
        if cell.formula:
            found.formulas.append(cell)
        elif cell is found.title:
            found.fates.append((cell, Fate.TITLE, ""))
        elif not cell.text or any(grid.rows[0] <= cell.row <= grid.rows[-1] for grid in grids):
            found.fates.append((cell, Fate.UNPLACED, "beside_table"))
        else:
            above = sum(grid.rows[-1] < cell.row for grid in grids)
            if len(grids) > 1 and above < len(grids) and _is_table_title(cell):
                found.table_titles[above + 1] = cell.text
                found.fates.append((cell, Fate.TITLE, ""))
            else:
                _read_line(found, cell, above)
    texts = [found.title.text] if found.title else []
    texts += [cell.text for cell, fate, _ in found.fates if fate in {Fate.COVER, Fate.UNIT, Fate.NOTE}][:4]
    _read_period(found, [*texts, office_sheet.name])
    return found


def _is_hidden(office_sheet: OfficeSheet, office_cell: OfficeCell) -> bool:
    return office_cell.row in office_sheet.hidden_rows or office_cell.column in office_sheet.hidden_columns


def _find_title(office_cells: Sequence[OfficeCell], grids: list[OfficeGrid]) -> OfficeCell | None:
    """Return the title: of the texts above the first table, the one in the largest characters that is no field."""
    above = [cell for cell in office_cells if cell.text and cell.row < grids[0].rows[0]]
    named = [cell for cell in above if not any(_fate_of(piece) for piece in _split_line(cell.text))]
    return max(named, key=lambda cell: (cell.font.size, cell.font.bold, -cell.row), default=None)


def _is_table_title(office_cell: OfficeCell) -> bool:
    """Return True for a short text between two tables that is no note and no field."""
    text = office_cell.text
    plain = len(text) <= MAX_TITLE_CHARACTERS and not search_word("around", "note", text)
    return plain and not any(_fate_of(piece) for piece in _split_line(text))


def _split_line(text: str) -> list[str]:
    return [piece.strip() for piece in _WIDE_GAP.split(text) if piece and piece.strip()]


def _fate_of(piece: str) -> Fate | None:
    """Return what a piece of a line around a table is; None if its words do not tell."""
    words: tuple[tuple[str, Fate], ...] = (
        ("unit", Fate.UNIT),
        ("agency", Fate.COVER),
        ("date", Fate.COVER),
        ("signature", Fate.SIGNATURE),
        ("issuer", Fate.DOCUMENT),
        ("document", Fate.DOCUMENT),
        ("table_number", Fate.DOCUMENT),
        ("valid", Fate.DOCUMENT),
        ("attachment", Fate.NOTE),
    )
    return next((fate for key, fate in words if search_word("around", key, piece)), None)


def _read_line(found: SheetSurroundings, office_cell: OfficeCell, tables_above: int) -> None:
    """Read one text above or below a table, piece by piece; what nothing else explains is a note."""
    if search_word("around", "note", office_cell.text) or (
        not tables_above and len(office_cell.text) > MIN_NOTE_CHARACTERS
    ):
        _add_note(found, office_cell, tables_above, "")
        return
    pieces = list(_join_blank_fields(_split_line(office_cell.text)))
    fates = [_fate_of(piece) for piece in pieces]
    known = [fate for fate in fates if fate is not None]
    if not known:
        _add_note(found, office_cell, tables_above, "taken_as_note")
        return
    for piece, fate in zip(pieces, fates, strict=True):
        _read_piece(found, piece, fate)
        if fate in {Fate.UNIT, Fate.DOCUMENT}:
            found.head_lines.setdefault(tables_above, []).append(piece)
        if tables_above and fate in {Fate.SIGNATURE, Fate.COVER}:
            _read_signature(found, piece)
    order = (Fate.UNIT, Fate.DOCUMENT, Fate.COVER, Fate.SIGNATURE, Fate.NOTE)
    fate = next(fate for fate in order if fate in known)
    if fate is Fate.NOTE:
        _add_note(found, office_cell, tables_above, "")
    else:
        found.fates.append((office_cell, fate, "part_not_read" if None in fates else ""))


def _join_blank_fields(pieces: Sequence[str]) -> Iterator[str]:
    """Join the pieces of a date that is still to be filled in, and a field with what fills it."""
    joined = ""
    for piece in pieces:
        part = matches_word("around", "date_part", piece)
        if joined and (part or (search_word("around", "open_field", joined) and _fate_of(piece) is None)):
            joined += piece
            continue
        if joined:
            yield joined
        joined = piece
    if joined:
        yield joined


def _read_piece(found: SheetSurroundings, piece: str, fate: Fate | None) -> None:
    match fate:
        case Fate.UNIT if match := search_word("around", "unit", piece):
            found.units += [unit for unit in split_words("around", "unit_joints", match[1].strip("（）()_")) if unit]
        case Fate.DOCUMENT:
            if match := search_word("around", "issuer", piece):
                found.issuer = found.issuer or match[1]
            elif match := search_word("around", "table_number", piece) or search_word("around", "document", piece):
                found.document = found.document or match[1]
            elif (match := search_word("around", "valid", piece)) and (year := _YEAR.search(match[1])):
                found.last_year = int(year[0])


def _read_signature(found: SheetSurroundings, piece: str) -> None:
    """Add a field of the signature line."""
    for key in _SIGNATURE_FIELDS:
        if search_word("around", key, piece):
            label = remove_word("around", "field_end", piece)
            found.signature.setdefault("date" if key == "signed_on" else key, label)
            return


def _add_note(found: SheetSurroundings, office_cell: OfficeCell, tables_above: int, reason: str) -> None:
    lines = [line.strip() for line in _ITEMS.split(office_cell.text) if line and line.strip()]
    found.notes.setdefault(tables_above, []).extend(lines)
    found.fates.append((office_cell, Fate.NOTE, reason))


def _read_period(found: SheetSurroundings, texts: Sequence[str]) -> None:
    """Read the length of a period and the year from the title, the lines around the table, or the name of the sheet."""
    alone = [piece for text in texts[1:] for piece in _split_line(text) if search_word("around", "period_alone", piece)]
    for key in ("quarter", "month", "half"):
        if any(search_word("around", key, text) for text in [*texts[:1], *alone]):
            found.period = key
            break
    years = (_YEAR.search(text) for text in texts)
    found.year = next((int(match[0]) for match in years if match), None)
    if found.year is not None:
        found.days = _find_days(found.period, found.year, texts)


def _find_days(period: str, year: int, texts: Sequence[str]) -> tuple[date, date] | None:
    """Return the first and last day of the period that is printed; None for a part of a year without its number."""
    if period == "year":
        return date(year, 1, 1), date(year, 12, 31)
    numbers = (search_word("around", f"{period}_number", text) for text in texts)
    number = next((_read_period_number(match[1]) for match in numbers if match), None)
    if number is None:
        return None
    months = 12 // PERIODS_A_YEAR[period]
    last = number * months
    return date(year, last - months + 1, 1), date(year, last, monthrange(year, last)[1])


def _read_period_number(word: str) -> int:
    words = list_words("around", "period_numbers")
    return next((number for number, signs in enumerate(words, start=1) if word in signs), 0) or int(word)


def strip_period(title: str) -> str:
    """Return a title without its year, quarter or month."""
    text = squeeze_text(title)
    for key in ("title_year", "title_period", "title_brackets", "title_ends"):
        text = remove_word("around", key, text)
    return text or squeeze_text(title)
