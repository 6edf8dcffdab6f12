"""What is noticed while the lines of one sheet are read, gathered into one finding for each cause."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from xltool.checks.make_finding import list_ranges, make_finding
from xltool.forms.cell_addresses import parse_address
from xltool.ledger.ledger_definition import LedgerColumn
from xltool.ledger.reading.ledger_values import FieldContent, FieldValue
from xltool.ledger.reading.ledger_words import SheetWords, load_reading_words
from xltool.ledger.reading.locate_columns import LocatedColumns
from xltool.model.finding import Finding
from xltool.model.finding_facts import Example, Quoted, ShortList
from xltool.model.submission import EntryState
from xltool.recognition.identify_form import cell_text
from xltool.recognition.label_text import normalise_label
from xltool.spreadsheet.raw_workbook import RawCell

_EXPECTED = ("received", "applicant_type", "closed", "result", "kind", "accepted")
_FEES = ("fee_notified", "fee_amount", "fee_paid_on", "fee_paid")
_READ_NOTES = frozenset({"text_date", "choice_spelling"})  # of a field that was read all the same
_CODES = {"not_date": "ledger.not_date", "date": "ledger.date_in_text", "not_choice": "ledger.not_choice"}
_CODES |= {"conditional": "ledger.conditional"}
_NAMING = frozenset({*_EXPECTED, "number", "case_number", "outcome"})  # without any of them a row is no line


class NotedField(NamedTuple):
    """A field with a note, or a formula: the letters of its column, the column, the cell, the note (or "")."""

    letters: str
    column: LedgerColumn
    raw: RawCell
    note: str


@dataclass
class RowContent:
    """What the cells of a row hold: contents by column id, ids of what cannot be read or does not apply, notes."""

    fields: dict[str, FieldContent] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    declined: list[str] = field(default_factory=list)
    noted: list[NotedField] = field(default_factory=list)

    def add_field(self, letters: str, column: LedgerColumn, raw: RawCell, field_value: FieldValue) -> None:
        """Add a cell as it was read."""
        if field_value.content is not None:
            self.fields[column.id] = field_value.content
        elif field_value.state is EntryState.UNREADABLE:
            self.unreadable.append(column.id)
        elif field_value.state is EntryState.NOT_APPLICABLE:
            self.declined.append(column.id)
        if field_value.note or raw.formula is not None:
            self.noted.append(NotedField(letters, column, raw, field_value.note or ""))

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands there, or only a number prepared for later."""
        return not self.unreadable and self.fields.keys() <= {"number"}


class ReadingNotes:
    """The notes of one sheet; `list_findings` turns them into findings."""

    def __init__(self, located: LocatedColumns, sheet_words: SheetWords) -> None:
        self.located, self.words = located, sheet_words
        self.merged: list[str] = []
        self._fields: dict[tuple[str, str, bool], list[Example]] = {}
        self._formulas: list[Example] = []
        self._struck: list[int] = []
        self._others: list[int] = []

    def is_other_row(self, row: int, cells: Mapping[str, RawCell], row_content: RowContent) -> bool:
        """Return True if a row is no line: a heading once more, a total, a remark, or struck out as a whole."""
        fields, noted = row_content.fields, row_content.noted
        if "received" in fields or "accepted" in fields:
            return False
        if noted and not fields and all(each.note == "struck_out" for each in noted):
            self._struck.append(row)
            return True
        if self._repeats_headings(cells):
            return True
        first = normalise_label(next((text for cell in cells.values() if (text := cell_text(cell).strip())), ""))
        if first.startswith(tuple(map(normalise_label, load_reading_words().ends))):
            return True
        words = (*load_reading_words().totals, *load_reading_words().notes)
        is_other = first.startswith(tuple(map(normalise_label, words)))
        if is_other or not _NAMING & (fields.keys() | set(row_content.unreadable)):
            self._others.append(row)
            return True
        return False

    def _repeats_headings(self, cells: Mapping[str, RawCell]) -> bool:
        letters = self.located.letters.items()
        same = sum(self.words.find_column(cell_text(cells[at])) == column for column, at in letters if at in cells)
        return same >= min(len(cells), len(self.located.letters)) / 2 and same > 1

    def note_fields(self, row: int, row_content: RowContent) -> None:
        """Note the fields of a line that were normalised or cannot be read, and formulas; nothing of private ones."""
        for letters, column, raw, note in row_content.noted:
            address = f"{letters}{row}"
            if note and not column.private:
                key = (column.id, note, column.id in row_content.unreadable)
                self._fields.setdefault(key, []).append(Example(address, str(raw.text)))
            if raw.formula and any(word in raw.formula.upper() for word in load_reading_words().volatile):
                self._formulas.append(Example(address, f"={raw.formula}"))

    def list_findings(self, line_rows: Set[int]) -> Iterator[Finding]:
        """Yield the findings of the sheet; ``lines`` are the rows that were read as lines."""
        sheet = self.located.sheet.name
        yield from self._find_columns(sheet)
        titles = {column.id: column.title for column in self.words.columns}
        for (column, note, is_unreadable), examples in self._fields.items():
            yield _make_field_finding(sheet, titles[column], note, examples, is_unreadable=is_unreadable)
        if self._formulas:
            yield make_finding(
                "ledger.moving_formula",
                sheet=sheet,
                count=len(self._formulas),
                examples=ShortList(tuple(self._formulas)),
            )
        merged = [address for address in self.merged if _count_rows(address, line_rows) > 1]
        if merged:
            yield make_finding("ledger.merged_lines", sheet=sheet, ranges=ShortList(tuple(merged)), count=len(merged))
        if self._struck:
            yield make_finding("ledger.struck_lines", sheet=sheet, rows=tuple(self._struck), count=len(self._struck))
        if self._others:
            yield make_finding("ledger.other_rows", sheet=sheet, rows=tuple(self._others), count=len(self._others))
        hidden = sorted(row for row in line_rows if any(row in rows for rows in self.located.sheet.hidden_rows))
        if hidden:
            yield make_finding("ledger.hidden_lines", sheet=sheet, count=len(hidden))

    def _find_columns(self, sheet: str) -> Iterator[Finding]:
        own = {column.id: column.title for column in self.words.columns}
        missing = tuple(own[column] for column in _EXPECTED if column in own and column not in self.located.letters)
        fees = tuple(own[column] for column in _FEES if column in own and column not in self.located.letters)
        unknown = tuple(heading.text for heading in self.located.unknown)
        if missing:
            yield make_finding(
                "ledger.column_missing", sheet=sheet, what=ShortList(tuple(map(Quoted, missing))), others=unknown
            )
        if fees:
            yield make_finding("ledger.no_fees", sheet=sheet, what=ShortList(tuple(map(Quoted, fees))))
        for heading in self.located.twice:
            yield make_finding("ledger.column_twice", sheet=sheet, name=heading.text, address=heading.letters)


def _make_field_finding(
    sheet: str, title: str, note: str, examples: Sequence[Example], *, is_unreadable: bool
) -> Finding:
    facts = {"sheet": sheet, "count": len(examples), "title": title, "raw": ShortList(tuple(examples))}
    if is_unreadable:
        return make_finding(_CODES.get(note, "ledger.unreadable"), **facts)
    if note not in _READ_NOTES:
        return make_finding("ledger.normalised", **facts)
    cells = list_ranges(example.address for example in examples)
    raw = ShortList(tuple(Quoted(text) for text in dict.fromkeys(str(example.text) for example in examples)))
    return make_finding(f"value.{note}", sheet=sheet, cells=cells, count=len(examples), raw=raw)


def _count_rows(address: str, line_rows: Set[int]) -> int:
    """Count the lines below a merged range."""
    first, _, last = address.partition(":")
    top, bottom = parse_address(first)[0], parse_address(last)[0]
    return sum(row in line_rows for row in range(top, bottom + 1))
