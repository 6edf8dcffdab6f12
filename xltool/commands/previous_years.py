"""The years before: figures and texts of every agency, by year, from consolidated workbooks and single returns."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from xltool.errors import ForeignFileError, UnreadableFileError, UsageError
from xltool.model.agency import Roster, Scope
from xltool.model.form import Form, Values
from xltool.model.succession import inherited
from xltool.recognition.read_consolidated import details, lists, written
from xltool.recognition.read_submissions import read_submission
from xltool.spreadsheet.find_files import files_below
from xltool.spreadsheet.open_workbook import open_lists, open_workbook

Texts = Mapping[str, str]


class Past(NamedTuple):
    """Figures and texts, by year and agency code."""

    figures: Mapping[int, Mapping[str, Values]]
    texts: Mapping[int, Mapping[str, Texts]]

    def before(self, year: int | None) -> Mapping[str, Values]:
        """Figures of the year before ``year``; of the newest where it is not known."""
        last = max(self.figures, default=0) if year is None else year - 1
        return self.figures.get(last, {})

    def of(self, codes: Iterable[str], year: int | None, roster: Roster | None) -> Values | None:
        """What the agencies ``codes``, or those whose work they took over, reported together for the year before."""
        figures = self.before(year)
        return inherited(figures, codes, roster, year - 1, year) if year is not None else _alone(figures, codes)

    def earlier(self, code: str, year: int | None, roster: Roster | None = None) -> tuple[Values, ...]:
        """The figures of an agency, or of those whose work it took over, of the years before that, the newest first."""
        if year is None:
            return ()
        years = sorted((each for each in self.figures if each < year - 1), reverse=True)
        found = (inherited(self.figures[each], (code,), roster, each, year) for each in years)
        return tuple(values for values in found if values is not None)


def _alone(figures: Mapping[str, Values], codes: Iterable[str]) -> Values | None:
    """One agency's own figures: without a year nobody can say what it took over since."""
    known = [figures.get(code) for code in codes]
    return known[0] if len(known) == 1 else None


def read_past(paths: Sequence[Path], forms: Sequence[Form]) -> Past:
    """What is known of the years before.

    A figure known twice must be the same twice; otherwise UsageError. A file that cannot be read, or does not say its
    year, stops the command: checks against half of last year would mislead.
    """
    figures: dict[int, dict[str, Values]] = {}
    said: dict[int, dict[str, Texts]] = {}
    for file in files_below(paths):
        try:
            workbook = open_workbook(file)
            submission = read_submission(workbook, forms, str(file))
            found: dict[str, Values] = {submission.agency_code: submission.counted}
            texts: dict[str, Texts] = {submission.agency_code: submission.texts}
            if submission.scope is Scope.AREA:
                listed = open_lists(file, lists(["details", "texts"]))
                found |= details(listed)
                form = next(each for each in forms if each.key == (submission.form, submission.edition))
                texts |= written(listed, form)
        except (UnreadableFileError, ForeignFileError) as error:
            raise UsageError("usage.previous_unreadable", path=str(file), reason=error.code) from error
        if submission.year is None:
            raise UsageError("usage.previous_unreadable", path=str(file), reason="identity.no_year")
        year = figures.setdefault(submission.year, {})
        for code, values in found.items():
            if code in year and year[code] != values:
                raise UsageError("usage.previous_twice", path=str(file), agency=code)
            year[code] = values
        said.setdefault(submission.year, {}).update(texts)
    return Past(figures, said)
