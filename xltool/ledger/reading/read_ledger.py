"""Read a ledger workbook: its sheets by their headings, its lines, and what was noticed on the way."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from xltool.checks.make_finding import make_finding
from xltool.errors import ForeignFileError
from xltool.forms.identity import LIST_PROPERTY, PROPERTY_PREFIX, OwnList
from xltool.forms.workbook_words import workbook_words
from xltool.ledger.ledger_definition import LedgerColumn, LedgerDefinition, load_ledger_definition
from xltool.ledger.ledger_entries import Dispute, Ledger, LedgerAgency, LedgerLine, Request
from xltool.ledger.reading.ledger_values import read_field, read_shown_field
from xltool.ledger.reading.ledger_words import LedgerWords, SheetWords, dispute_words, load_reading_words, request_words
from xltool.ledger.reading.locate_columns import (
    LocatedColumns,
    SheetGrid,
    find_merged_lines,
    is_dispute_sheet,
    is_request_sheet,
    list_letters,
    locate_columns,
)
from xltool.ledger.reading.read_days_off import read_days_off
from xltool.ledger.reading.reading_notes import ReadingNotes, RowContent
from xltool.model.finding import Finding
from xltool.recognition.conditional_looks import Looks, find_shown_looks
from xltool.recognition.identify_form import cell_text
from xltool.recognition.label_text import normalise_label
from xltool.spreadsheet.open_workbook import SkipRule
from xltool.spreadsheet.raw_workbook import RawSheet, RawWorkbook

_MAX_TITLE_ROW = 5


def default_words() -> LedgerWords:
    """Return the words of the definition."""
    definition = load_ledger_definition()
    return LedgerWords(request_words(definition), dispute_words(definition))


def read_ledger(workbook: RawWorkbook, file: str, ledger_words: LedgerWords | None = None) -> Ledger:
    """Read a ledger. Raises ForeignFileError for a workbook without a sheet of requests."""
    ledger_words, definition = ledger_words or default_words(), load_ledger_definition()
    found = _find_sheets(workbook, definition, ledger_words)
    if not found.requests:
        if kind := _find_own_list(workbook):
            raise ForeignFileError("file.own_list", file=file, kind=kind)
        raise ForeignFileError("ledger.not_a_ledger", file=file)
    identity = _read_identity(workbook, found.requests[0], definition)
    requests = _SheetReader(workbook, ledger_words.requests, Request)
    disputes = _SheetReader(workbook, ledger_words.disputes, Dispute)
    for located in found.requests:
        requests.read_sheet(located)
    for located in found.disputes:
        disputes.read_sheet(located)
    lines, days = tuple(line for line in requests.lines if isinstance(line, Request)), read_days_off(workbook)
    agencies = requests.list_agencies() or ((identity.agency,) if any(identity.agency) else ())
    return Ledger(
        file,
        identity.year,
        agencies,
        lines,
        tuple(line for line in disputes.lines if isinstance(line, Dispute)),
        {located.sheet.name: located.letters for located in (*found.requests, *found.disputes)},
        (*found.problems, *requests.problems, *disputes.problems),
        workbook.sha256,
        has_disputes=bool(found.disputes) or "review_accepted" in found.requests[0].letters,
        common_columns=frozenset.intersection(*(frozenset(located.letters) for located in found.requests)),
        days_off=days.off,
        working_weekends=days.work,
    )


def _find_own_list(workbook: RawWorkbook) -> OwnList | None:
    """Return which other list of ours a workbook says it is."""
    marked = workbook.properties.get(LIST_PROPERTY)
    return OwnList(marked) if marked in set(OwnList) - {OwnList.LEDGER} else None


def make_ledger_skip_rule() -> SkipRule:
    """Return the rule by which the computed sheets of a ledger that was made from a template stay unread."""
    return SkipRule(workbook_words().sheets["identity"], lambda sheet: load_reading_words().computed_sheets)


# --- sheets --------------------------------------------------------------------------------------------------------


class _FoundSheets(NamedTuple):
    requests: tuple[LocatedColumns, ...]
    disputes: tuple[LocatedColumns, ...]
    problems: tuple[Finding, ...]


def _find_sheets(workbook: RawWorkbook, definition: LedgerDefinition, ledger_words: LedgerWords) -> _FoundSheets:
    names = definition.sheets
    passed_over = {names.reminders, names.statistics, names.holidays, names.notes, workbook_words().sheets["identity"]}
    requests: list[LocatedColumns] = []
    disputes: list[LocatedColumns] = []
    for sheet in workbook.sheets:
        if sheet.name in passed_over or sheet.state != "visible" or not sheet.cells:
            continue
        grid = SheetGrid(sheet)
        here = [locate_columns(grid, each) for each in ledger_words]
        as_requests, as_disputes = here
        if as_requests and (as_disputes is None or as_requests.score >= as_disputes.score):
            if is_request_sheet(as_requests, named=sheet.name == names.requests):
                requests.append(as_requests)
        elif as_disputes and is_dispute_sheet(as_disputes, named=sheet.name == names.disputes):
            disputes.append(as_disputes)
    kept, problems = _drop_copies(requests, names.requests)
    kept_disputes, more = _drop_copies(disputes, names.disputes)
    return _FoundSheets(kept, kept_disputes, (*problems, *more))


def _drop_copies(
    located_sheets: list[LocatedColumns], own_name: str
) -> tuple[tuple[LocatedColumns, ...], list[Finding]]:
    """Drop sheets that repeat the lines of the first; the sheet with the official name comes first."""
    found = sorted(located_sheets, key=lambda each: each.sheet.name != own_name)
    kept: list[LocatedColumns] = []
    problems: list[Finding] = []
    for located in found:
        numbers = _list_numbers(located) if len(found) > 1 else set()
        first = next((each for each in kept if numbers and numbers <= _list_numbers(each)), None)
        if first is None:
            kept.append(located)
        else:
            problems.append(make_finding("ledger.sheet_copy", sheet=located.sheet.name, of=first.sheet.name))
    return tuple(kept), problems


def _list_numbers(located: LocatedColumns) -> set[str]:
    letters = located.letters.get("number") or located.letters.get("case_number")
    below = (cells for row, cells in located.rows.items() if row > located.last_heading_row)
    return {text for cells in below if letters and (text := cell_text(cells.get(letters)).strip())}


# --- identity ------------------------------------------------------------------------------------------------------


class _LedgerIdentity(NamedTuple):
    year: int | None
    agency: LedgerAgency


def _read_identity(workbook: RawWorkbook, located: LocatedColumns, definition: LedgerDefinition) -> _LedgerIdentity:
    """Read the year and the agency: from the hidden rows, the properties, else the title above the headings."""
    hidden = next((sheet for sheet in workbook.sheets if sheet.name == workbook_words().sheets["identity"]), None)
    rows = {key.removeprefix(PROPERTY_PREFIX): value for key, value in workbook.properties.items()}
    rows |= _read_pairs(hidden) if hidden else {}
    year = rows.get("year", "")
    agency = LedgerAgency(rows.get("agency_code", ""), rows.get("agency_name", ""))
    if year.isdecimal():
        return _LedgerIdentity(int(year), agency)
    printed = _read_title(located, definition)
    return printed if not any(agency) else printed._replace(agency=agency)


def _read_pairs(sheet: RawSheet) -> dict[str, str]:
    keys = ((address, cell) for address, cell in sheet.cells.items() if address.startswith("A"))
    return {cell_text(cell): cell_text(sheet.cells.get(f"B{address[1:]}")) for address, cell in keys}


def _read_title(located: LocatedColumns, definition: LedgerDefinition) -> _LedgerIdentity:
    for row in range(1, min(located.last_heading_row, _MAX_TITLE_ROW + 1)):
        for cell in located.rows.get(row, {}).values():
            text = normalise_label(cell_text(cell))
            head, _, tail = definition.title.partition("{year}")
            before, mark, _ = text.partition(normalise_label(tail))
            if mark and before[-4:].isdecimal() and head == "{agency}":
                return _LedgerIdentity(int(before[-4:]), LedgerAgency("", before[:-4]))
    return _LedgerIdentity(None, LedgerAgency("", ""))


# --- lines ---------------------------------------------------------------------------------------------------------


@dataclass
class _SheetReader:
    """Reads the sheets of one kind into lines of one kind."""

    workbook: RawWorkbook
    words: SheetWords
    kind: type[Request] | type[Dispute]
    lines: list[LedgerLine] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)
    agencies: dict[str, str] = field(default_factory=dict)

    def list_agencies(self) -> tuple[LedgerAgency, ...]:
        """Return the agencies whose codes stand in the lines."""
        return tuple(LedgerAgency(code, name) for code, name in self.agencies.items())

    def read_sheet(self, located: LocatedColumns) -> None:
        """Read the lines of a sheet and what is to be told about it."""
        notes = ReadingNotes(located, self.words)
        columns = [
            (located.letters[column.id], column)
            for column in self.words.columns
            if column.id in located.letters and not column.computed
        ]
        covered, looks = _find_covered(located, notes), _find_looks(self.workbook, located)
        agency = _find_agency_columns(located)
        inputs = {letters for letters, _ in columns}
        for row in sorted(row for row in located.rows if row > located.last_heading_row):
            cells = located.rows[row]
            if inputs.isdisjoint(cells) or not (line := self._read_line(located, row, columns, notes, covered, looks)):
                continue
            code, name = (cell_text(cells.get(letters)).strip() if letters else "" for letters in agency)
            if code or name:
                self.agencies.setdefault(code or name, name)
                line = line._replace(agency=code or name)
            self.lines.append(line)
        self.problems += notes.list_findings({line.row for line in self.lines if line.sheet == located.sheet.name})

    def _read_line(
        self,
        located: LocatedColumns,
        row: int,
        lettered_columns: list[tuple[str, LedgerColumn]],
        notes: ReadingNotes,
        covered: Set[tuple[int, str]],
        shown_looks: Mapping[str, Looks | None],
    ) -> LedgerLine | None:
        """Read one row; None if it is blank, a heading, a total, struck out, or a number prepared for later."""
        cells, content = located.rows[row], RowContent()
        for letters, column in lettered_columns:
            if (raw := cells.get(letters)) is not None:
                address = f"{letters}{row}"
                if address in shown_looks:
                    value = read_shown_field(raw, shown_looks[address], column, self.words)
                else:
                    value = read_field(raw, column, self.words)
                content.add_field(letters, column, raw, value)
            elif (row, letters) in covered:
                content.unreadable.append(column.id)
        if content.is_blank or notes.is_other_row(row, cells, content):
            return None
        notes.note_fields(row, content)
        unreadable, declined = frozenset(content.unreadable), frozenset(content.declined)
        fields: Mapping[str, Any] = content.fields  # each of the type of its column
        return self.kind(located.sheet.name, row, **fields, unreadable=unreadable, declined=declined)


def _find_covered(located: LocatedColumns, notes: ReadingNotes) -> set[tuple[int, str]]:
    """Return the fields below the first cell of a merged range over several lines; note the ranges."""
    covered: set[tuple[int, str]] = set()
    for address, rows, columns in find_merged_lines(located):
        lines = [row for row in rows if row in located.rows]
        if len(lines) > 1:
            notes.merged.append(address)
            covered |= {(row, letters) for row in rows[1:] for letters in list_letters(columns)}
    return covered


def _find_looks(workbook: RawWorkbook, located: LocatedColumns) -> Mapping[str, Looks | None]:
    """Return the looks of fields that conditional formats may change, by address."""
    if not located.sheet.conditional:
        return {}
    letters = set(located.letters.values())
    lines = ((row, cells) for row, cells in located.rows.items() if row > located.last_heading_row)
    addresses = tuple(f"{column}{row}" for row, cells in lines for column in cells if column in letters)
    return find_shown_looks(located.sheet, addresses, workbook)


def _find_agency_columns(located: LocatedColumns) -> tuple[str, str]:
    """Return the letters of the columns of the agency in a ledger of several; empty where there are none."""
    words = load_reading_words()
    found = {normalise_label(heading.text): heading.letters for heading in located.unknown}
    code, name = (
        next((found[key] for title in titles if (key := normalise_label(title)) in found), "")
        for titles in (words.agency_code, words.agency_name)
    )
    return code, name
