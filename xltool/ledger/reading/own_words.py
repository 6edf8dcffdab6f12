"""The columns and words of an office's own register: what is decided about them, and what is still open."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

import msgspec

from xltool.forms.cell_addresses import column_number
from xltool.ledger.ledger_definition import LedgerColumn, load_ledger_definition
from xltool.ledger.reading.ledger_values import read_field
from xltool.ledger.reading.ledger_words import LedgerWords, SheetWords, dispute_words, request_words
from xltool.ledger.reading.locate_columns import (
    MAX_HEADING_ROW,
    Heading,
    LocatedColumns,
    SheetGrid,
    locate_columns,
)
from xltool.model.submission import EntryState
from xltool.package_data import find_data_folder
from xltool.recognition.identify_form import cell_text
from xltool.recognition.label_text import normalise_label
from xltool.spreadsheet.raw_workbook import RawWorkbook, StorageType

_MIN_HEADINGS = 3
_MAX_ROWS_NAMED = 30
REQUIRED_COLUMNS = ("received", "applicant_type", "closed", "result")


class _HeadingsWording(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    sheet: str
    title: str
    hint: str
    own: str
    ours: str
    widths: tuple[float, ...]


class _WordsWording(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    sheet: str
    title: str
    hint: str
    column: str
    own: str
    ours: str
    count: str
    rows: str
    join: str
    widths: tuple[float, ...]


class _ListsWording(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    sheet: str
    skip: str
    blank: str
    required: str


class ColumnsWording(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The texts of the workbook of decisions (``ledger-columns.toml``)."""

    headings: _HeadingsWording
    words: _WordsWording
    lists: _ListsWording


@cache
def load_columns_wording() -> ColumnsWording:
    """Load the texts shipped with the package."""
    content = (find_data_folder("templates") / "ledger-columns.toml").read_bytes()
    return msgspec.toml.decode(content, type=ColumnsWording)


class OwnWord(NamedTuple):
    """A word of a register in one of our columns: how many ``times`` and in which rows it stands, and what it means.

    ``choice`` is the id of a choice, "" for a blank, None while it is not decided.
    """

    column: str
    word: str
    choice: str | None = None
    times: int = 0
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What is known of a register: our column id by heading ("" for one that is not read, None for one not decided)."""

    headings: Mapping[str, str | None]
    words: tuple[OwnWord, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The columns without which no figure can be counted and that no heading means."""
        return tuple(column for column in REQUIRED_COLUMNS if column not in self.headings.values())

    @property
    def waiting(self) -> int:
        """How many decisions are still open."""
        return len(self.missing) + sum(word.choice is None for word in self.words)

    def make_words(self) -> LedgerWords:
        """Return the words a register is read by."""
        definition = load_ledger_definition()
        return LedgerWords(self._extend(request_words(definition)), self._extend(dispute_words(definition)))

    def _extend(self, sheet_words: SheetWords) -> SheetWords:
        ours = {column.id for column in sheet_words.columns}
        own = {normalise_label(heading): column for heading, column in self.headings.items() if column is not None}
        headings = {heading: column if column in ours else "" for heading, column in own.items()}
        # An official heading that means no column of this register must not mean one behind its back.
        taken = {column for column in headings.values() if column}
        kept = {heading: column for heading, column in sheet_words.headings.items() if column not in taken}
        choices = {column: dict(known) for column, known in sheet_words.choices.items()}
        exact = {column: dict(known) for column, known in sheet_words.exact.items()}
        for word in self.words:
            if word.choice is not None and word.column in choices:
                choices[word.column][normalise_label(word.word)] = word.choice
                exact[word.column].pop(word.word, None)
        return replace(sheet_words, headings={**kept, **headings}, choices=choices, exact=exact)


def survey_register(workbook: RawWorkbook, known_words: OwnWords) -> OwnWords:
    """Return what is known of a register, with the headings and words of this workbook that were not."""
    located = _find_register(workbook, known_words.make_words().requests)
    if located is None:
        return known_words
    meant = {letters: column for column, letters in located.letters.items()}
    headings = dict(known_words.headings)
    for heading in _list_headings(located):
        headings.setdefault(_name_heading(heading), meant.get(heading.letters))
    extended = replace(known_words, headings=headings)
    return replace(extended, words=_collect_words(located, extended))


def _find_register(workbook: RawWorkbook, sheet_words: SheetWords) -> LocatedColumns | None:
    """Return the sheet with most known columns, else the one with most rows below a row of headings."""
    grids = [SheetGrid(sheet) for sheet in workbook.sheets if sheet.state == "visible" and sheet.cells]
    known = [located for grid in grids if (located := locate_columns(grid, sheet_words))]
    if known:
        return max(known, key=lambda located: (located.score, len(located.rows)))
    guessed = [located for grid in grids if (located := _guess_headings(grid, sheet_words))]
    return max(guessed, key=lambda located: len(located.rows), default=None)


def _guess_headings(grid: SheetGrid, sheet_words: SheetWords) -> LocatedColumns | None:
    """Return the first row with as many texts as any row near the top has, as the row of headings."""
    counts = {
        row: sum(cell.stored is StorageType.TEXT for cell in cells.values())
        for row, cells in grid.rows.items()
        if row <= MAX_HEADING_ROW
    }
    most = max(counts.values(), default=0)
    if most < _MIN_HEADINGS:
        return None
    row = min(row for row, count in counts.items() if count == most)
    headings = grid.list_headings(row, has_group=False)
    letters = {column: each.letters for each in headings if (column := sheet_words.find_column(each.text))}
    unknown = tuple(heading for heading in headings if heading.letters not in letters.values())
    return LocatedColumns(grid.sheet, grid.rows, row, letters, unknown)


def _list_headings(located: LocatedColumns) -> list[Heading]:
    grid, row = SheetGrid(located.sheet), located.last_heading_row
    listed = grid.list_headings(row, has_group=any(heading.group for heading in located.unknown))
    return sorted(listed, key=lambda heading: column_number(heading.letters))


def _name_heading(heading: Heading) -> str:
    return f"{heading.group} {heading.text}".strip()


def _collect_words(located: LocatedColumns, known_words: OwnWords) -> tuple[OwnWord, ...]:
    """Return the known words, then those of choices that mean nothing yet, each with the rows in which it stands."""
    words = known_words.make_words().requests
    found = {(word.column, normalise_label(word.word)): word for word in known_words.words}
    for column in (column for column in words.columns if column.choices and column.id in located.letters):
        for row, text in _list_unknown_words(located, column, words):
            key = (column.id, normalise_label(text))
            word = found.get(key) or OwnWord(column.id, text)
            rows = (*word.rows, str(row)) if len(word.rows) < _MAX_ROWS_NAMED else word.rows
            found[key] = word._replace(times=word.times + 1, rows=rows)
    return tuple(found.values())


def _list_unknown_words(
    located: LocatedColumns, column: LedgerColumn, sheet_words: SheetWords
) -> Iterator[tuple[int, str]]:
    letters = located.letters[column.id]
    for row in sorted(row for row in located.rows if row > located.last_heading_row):
        cell = located.rows[row].get(letters)
        if cell is None:
            continue
        value, text = read_field(cell, column, sheet_words), " ".join(cell_text(cell).split())
        if value.state is EntryState.UNREADABLE and value.note == "not_choice" and text:
            yield row, text


def read_own_words(workbook: RawWorkbook) -> OwnWords:
    """Read the decisions from the workbook in which an office made them."""
    say, definition = load_columns_wording(), load_ledger_definition()
    columns = {column.title: column for column in (*definition.disputes, *definition.requests)}
    headings: dict[str, str | None] = {}
    for own, ours in _read_rows(workbook, say.headings.sheet, (say.headings.own, say.headings.ours)):
        title = ours.removesuffix(say.lists.required)
        headings[own] = columns[title].id if title in columns else "" if title == say.lists.skip else None
    words: list[OwnWord] = []
    titles = (say.words.own, say.words.ours, say.words.column, say.words.count, say.words.rows)
    for own, ours, title, times, rows in _read_rows(workbook, say.words.sheet, titles):
        column = columns.get(title)
        if column is None:
            continue
        choices = {choice.title: choice.id for choice in definition.list_choices(column)} | {say.lists.blank: ""}
        choice = choices.get(ours)
        if choice is None:  # counted anew
            words.append(OwnWord(column.id, own))
        else:
            named = tuple(rows.split(say.words.join)) if rows else ()
            words.append(OwnWord(column.id, own, choice, int(times) if times.isdecimal() else 0, named))
    return OwnWords(headings, tuple(words))


def _read_rows(workbook: RawWorkbook, sheet_name: str, titles: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the texts below some headings, row by row, where the first is not blank."""
    sheet = next((each for each in workbook.sheets if each.name == sheet_name), None)
    columns: dict[str, str] = {}
    for _, cells in sorted(SheetGrid(sheet).rows.items()) if sheet else ():
        texts = {letters: cell_text(cell).strip() for letters, cell in cells.items()}
        if set(titles) <= set(texts.values()):
            columns = {text: letters for letters, text in texts.items() if text in titles}
            continue
        read = tuple(texts.get(columns[title], "") for title in titles) if columns else ()
        if read and read[0]:
            yield read
