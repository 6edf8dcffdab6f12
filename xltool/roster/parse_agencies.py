"""Parse the rows of a roster as agencies; what is wrong is collected, so that it can be told at once."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date

from xltool.errors import RosterError
from xltool.model.agency import MAX_CODE_CHARACTERS, MAX_NAME_CHARACTERS, Agency, Scope
from xltool.model.agency_names import remove_invisible
from xltool.roster.find_table import REQUIRED_COLUMNS
from xltool.roster.load_sheets import RosterRow
from xltool.roster.words import index_words, load_words, normalize_word

ROUNDED_CODE = re.compile(r"[0-9](\.[0-9]+)?E\+[0-9]+", re.IGNORECASE)
LIST_SEPARATOR = re.compile(r"[、，,;；\n]")  # between two codes or names in one cell
_LINE_BREAK = re.compile(r"(?<!\s)\s*[\r\n]\s*")


class RosterParser:
    """Parses the rows of one roster. ``problems`` is what is wrong; ``invisible`` rows had invisible characters."""

    def __init__(self, columns: Mapping[str, int], file: str) -> None:
        self._columns, self._file = columns, file
        self.problems: list[RosterError] = []
        self.invisible: list[int] = []

    def parse_agency(self, roster_row: RosterRow) -> Agency | None:
        """Parse one row; None if it has no code or no name."""
        values = self._read_values(roster_row)
        missing = [column for column in REQUIRED_COLUMNS if column not in values]
        for column in missing:
            self._add_problem(f"roster.empty_{column}", roster_row)
        scope = self._parse_choice("scope", values, roster_row)
        rule_power = self._parse_choice("rule_power", values, roster_row)
        began, ended = (self._parse_day(values.get(column), roster_row) for column in ("began", "ended"))
        codes = {
            column: self._parse_code(values[column], roster_row) for column in ("code", "parent") if column in values
        }
        successors = tuple(self._parse_code(code, roster_row) for code in _split_list(values.get("successors")))
        if missing:
            return None
        return Agency(
            code=codes["code"],
            name=self._parse_name(values["name"], roster_row),
            parent=codes.get("parent"),
            level=values.get("level"),
            scope=Scope(scope) if scope else Scope.OWN,
            rule_power=rule_power == "yes" if rule_power else None,
            contact=values.get("contact"),
            began=began,
            ended=ended,
            successors=successors,
            former_names=_split_list(values.get("former_names")),
            phone=values.get("phone"),
            scope_stated=scope is not None,
        )

    def _read_values(self, roster_row: RosterRow) -> dict[str, str]:
        """Return the cells of the known columns that are not blank, without invisible characters."""
        values = {column: roster_row.cells[at] for column, at in self._columns.items() if at < len(roster_row.cells)}
        plain = {column: remove_invisible(text).strip() for column, text in values.items()}
        if plain != values:
            self.invisible.append(roster_row.number)
        return {column: text for column, text in plain.items() if text}

    def _add_problem(self, problem: str, roster_row: RosterRow, **facts: object) -> None:
        self.problems.append(RosterError(problem, file=self._file, row=roster_row.number, **facts))

    def _parse_code(self, text: str, roster_row: RosterRow) -> str:
        code = unicodedata.normalize("NFKC", text)
        if ROUNDED_CODE.fullmatch(code):
            self._add_problem("roster.rounded_code", roster_row, code=code)
        if len(code) > MAX_CODE_CHARACTERS:
            self._add_problem(
                "roster.long_code", roster_row, length=len(code), longest=MAX_CODE_CHARACTERS, text=code[:20]
            )
        return code

    def _parse_name(self, text: str, roster_row: RosterRow) -> str:
        """Return a name in one line: a line break in a cell is no part of it."""
        name = _LINE_BREAK.sub(lambda match: _join_lines(text, match), text)
        if len(name) > MAX_NAME_CHARACTERS:
            self._add_problem(
                "roster.long_name", roster_row, length=len(name), longest=MAX_NAME_CHARACTERS, text=name[:20]
            )
        return name

    def _parse_choice(self, column: str, values: Mapping[str, str], roster_row: RosterRow) -> str | None:
        """Return the meaning of a cell restricted to certain words; None if it is blank or the column is missing."""
        if column not in values:
            return None
        meaning = index_words(column).get(normalize_word(values[column]))
        if meaning is None:
            accepted = tuple(words[0] for words in load_words()[column].values())
            column_name = load_words()["columns"][column][0]
            self._add_problem(
                "roster.unknown_word", roster_row, word=values[column], column=column_name, accepted=accepted
            )
        return meaning

    def _parse_day(self, text: str | None, roster_row: RosterRow) -> date | None:
        """Parse a date in any usual notation; None for no text."""
        if text is None:
            return None
        try:
            match = re.fullmatch(load_words()["days"]["day"][0], unicodedata.normalize("NFKC", text).strip())
            return date(*map(int, match.groups())) if match else date.fromisoformat(text)
        except ValueError:
            self._add_problem("roster.no_day", roster_row, text=text)
            return None


def _split_list(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in LIST_SEPARATOR.split(text or "") if part.strip())


def _join_lines(text: str, line_break: re.Match[str]) -> str:
    """Return what replaces a line break: a blank between two Latin words, else nothing."""
    around = text[line_break.start() - 1 : line_break.start()] + text[line_break.end() : line_break.end() + 1]
    return " " if len(around) == 2 and around.isascii() and around.isalnum() else ""
