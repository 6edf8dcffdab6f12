"""Read figures and texts of earlier years from consolidated workbooks and single returns."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from xltool.errors import ForeignFileError, UnreadableFileError, UsageError
from xltool.forms.compiled_form import FormLibrary
from xltool.forms.sum_values import sum_agency_values
from xltool.messages import catalogue
from xltool.model.agency import Roster, Scope
from xltool.model.agency_names import find_agency_by_name, find_same_name
from xltool.model.expression import LAST_YEAR_PREFIX
from xltool.model.form import Form, Values
from xltool.model.period import Period, length_of
from xltool.model.submission import Submission
from xltool.model.succession import list_inherited_values
from xltool.recognition.read_consolidated import list_sheet_names, make_skip_rule, read_agency_texts, read_details
from xltool.recognition.read_submissions import read_submission
from xltool.spreadsheet.find_files import find_sources
from xltool.spreadsheet.load_file import FileSource
from xltool.spreadsheet.open_workbook import open_named_sheets, open_workbook

_PASSED_OVER = {"file.own_list", "file.temporary"}
_NO_YEAR = catalogue.Phrase(catalogue.code_title("identity.no_year"))

TextsBySection = Mapping[str, str]


class PreviousYears(NamedTuple):
    """Figures and texts of earlier years, by year and agency code.

    ``stated`` are the totals in the reports that differ from the sums of their parts. ``names`` are the keys that stand
    for a code: the names of imported reports that are on no roster. ``forms`` are those of the reports of each year.
    """

    figures: Mapping[int, Mapping[str, Values]]
    texts: Mapping[int, Mapping[str, TextsBySection]]
    names: frozenset[str] = frozenset()
    stated: Mapping[int, Mapping[str, Values]] = {}
    forms: Mapping[int, frozenset[Form]] = {}

    def find_key(self, code: str, name: str) -> str:
        """Return the key of an agency: its code, or its name in an imported report if no figures have its code."""
        if not self.names or any(code in values for values in self.figures.values()):
            return code
        return find_same_name(name, self.names) or code

    def get_year_before(self, year: int | None) -> Mapping[str, Values]:
        """Return the figures of the year before ``year``, by agency code; of the newest year if ``year`` is None."""
        last: int = max(self.figures, default=0) if year is None else year - 1
        return self.figures.get(last, {})

    def sum_year_before(self, codes: Iterable[str], year: int | None, roster: Roster | None) -> Values | None:
        """Sum the figures of ``codes``, or of their predecessors, for the year before; None if unknown."""
        codes = tuple(codes)
        if year is None:
            return _get_single_agency(self.get_year_before(year), codes)
        before = self._sum_year(codes, year - 1, year, roster)
        if not isinstance(year, Period):
            return before
        same = self._sum_year(codes, year.year_before, year, roster)
        if before is None and same is None:
            return None
        return {**(before or {}), **{f"{LAST_YEAR_PREFIX}{cell}": value for cell, value in (same or {}).items()}}

    def list_earlier_years(self, code: str, year: int | None, roster: Roster | None = None) -> tuple[Values, ...]:
        """Return the figures of an agency or its predecessors before the year before, the newest first."""
        if year is None:
            return ()
        known = self.sum_earlier_years((code,), year, roster)
        return tuple(known[earlier] for earlier in reversed(known) if earlier != year - 1)

    def sum_earlier_years(self, codes: Iterable[str], year: int, roster: Roster | None = None) -> dict[int, Values]:
        """Sum the figures of ``codes``, or of their predecessors, for each year they are known of, the oldest first."""
        codes = tuple(codes)
        alike = sorted(each for each in self.figures if length_of(each) is length_of(year) and each < year)
        sums = {earlier: self._sum_year(codes, earlier, year, roster) for earlier in alike}
        return {earlier: values for earlier, values in sums.items() if values is not None}

    def _sum_year(self, codes: Iterable[str], past: int, year: int, roster: Roster | None) -> Values | None:
        """Sum the figures of ``codes``, or of their predecessors, for the year ``past``; None if unknown."""
        inherited = list_inherited_values(self.figures.get(past, {}), codes, roster, past, year)
        if inherited is None or len(inherited) == 1:
            return inherited[0] if inherited else None
        sums = [sum_agency_values(inherited, form) for form in self.forms.get(past, ())]
        return {cell: value for values in sums for cell, value in values.items()}


def _get_single_agency(values_by_code: Mapping[str, Values], codes: Iterable[str]) -> Values | None:
    """Return the figures of a single agency: without a year its predecessors are unknown."""
    known = [values_by_code.get(code) for code in codes]
    return known[0] if len(known) == 1 else None


def _find_key(name: str, roster: Roster | None, names: set[str]) -> str:
    """Return the code of the agency of that name; without one the name stands for it, and is added to ``names``."""
    agency = find_agency_by_name(roster, name)
    if agency is not None:
        return agency.code
    key = find_same_name(name, names) or name
    names.add(key)
    return key


def read_previous_years(
    file_sources: Sequence[FileSource], forms: FormLibrary, roster: Roster | None = None
) -> PreviousYears:
    """Read figures and texts of earlier years from every file below ``file_sources``.

    Raises UsageError for a file that cannot be read or has no year, since checks against part of last year would
    mislead, and for figures of one agency and year that differ between files. The log of an import and files that
    programs leave behind are passed over. An imported report without a code is found on the roster by its name.
    """
    figures: dict[int, dict[str, Values]] = {}
    texts_by_year: dict[int, dict[str, TextsBySection]] = {}
    stated: dict[int, dict[str, Values]] = {}
    names: set[str] = set()
    used: dict[int, set[Form]] = {}
    for file in find_sources(file_sources):
        try:
            workbook = open_workbook(file, skip_rule=make_skip_rule())
            submission = read_submission(workbook, forms, str(file))
            owner = submission.agency_code or _find_key(submission.agency_name, roster, names)
            found: dict[str, Values] = {owner: submission.counted}
            texts: dict[str, TextsBySection] = {owner: submission.texts}
            if submission.scope is Scope.AREA:
                listed = open_named_sheets(file, list_sheet_names(["details", "texts"]))
                found |= read_details(listed)
                texts |= read_agency_texts(listed, forms.of(submission).form)
        except (UnreadableFileError, ForeignFileError) as error:
            if error.code in _PASSED_OVER:
                continue
            reason = catalogue.Phrase(catalogue.code_title(error.code))
            raise UsageError("usage.previous_unreadable", path=str(file), reason=reason) from error
        if submission.year is None:
            raise UsageError("usage.previous_unreadable", path=str(file), reason=_NO_YEAR)
        year = figures.setdefault(submission.year, {})
        for code, values in found.items():
            if code in year and year[code] != values:
                raise UsageError("usage.previous_twice", path=str(file), agency=code)
            year[code] = values
        used.setdefault(submission.year, set()).add(forms.of(submission).form)
        texts_by_year.setdefault(submission.year, {}).update(texts)
        stated.setdefault(submission.year, {})[owner] = _list_differing_totals(submission)
    of_year = {year: frozenset(each) for year, each in used.items()}
    return PreviousYears(figures, texts_by_year, frozenset(names), stated, of_year)


def _list_differing_totals(submission: Submission) -> Values:
    """Return the totals that a report states and that differ from the sums of their parts."""
    stated = {cell: entry.value for cell, entry in submission.entries.items()}
    return {
        cell: value
        for cell, value in stated.items()
        if value is not None and value != submission.values.get(cell, value)
    }
