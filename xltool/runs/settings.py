"""What every run needs to know: the forms, the roster, last year's figures, the key of the seals."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xltool.cache import Cache, open_cache
from xltool.errors import ForeignFileError, UnreadableFileError, UsageError
from xltool.forms.definitions import load_forms
from xltool.forms.seal import read_key
from xltool.intake.archive import details
from xltool.intake.finding_files import files_below
from xltool.intake.opening import open_workbook
from xltool.intake.reading import read_submission
from xltool.model import Form, Roster, Scope, Values
from xltool.roster import read_roster

Progress = Callable[[int, int], None]  # how many files are done, and of how many


@dataclass(frozen=True)
class Setting:
    """What every file of a run is judged against, and templates are made with.

    ``previous`` holds last year's figures by agency code; ``seal_key`` is what issued workbooks are sealed with.
    ``password`` is tried on files that ask for one; ``cache`` keeps what was read from files that do not change.
    """

    forms: tuple[Form, ...]
    roster: Roster | None = None
    previous: Mapping[str, Values] | None = None
    seal_key: bytes | None = None
    password: str | None = None
    cache: Cache | None = None


def setting(
    roster: Path | None = None,
    previous: Sequence[Path] = (),
    forms: Sequence[Path] = (),
    seal_key_file: Path | None = None,
    password: str | None = None,
    cache: Path | None = None,
) -> Setting:
    """The forms, the roster and last year's figures a run needs. Raises XltoolError for any that cannot be had."""
    known = load_forms(forms)
    return Setting(
        known,
        read_roster(roster) if roster else None,
        last_year(previous, known) if previous else None,
        read_key(seal_key_file) if seal_key_file else None,
        password,
        open_cache(cache, known) if cache else None,
    )


def last_year(paths: Sequence[Path], forms: Sequence[Form]) -> dict[str, Values]:
    """Last year's figures by agency code, from consolidated workbooks and single returns.

    A figure known twice must be the same twice; otherwise UsageError. A file that cannot be read stops the command:
    checks against half of last year would mislead.
    """
    figures: dict[str, Values] = {}
    for file in files_below(paths):
        try:
            workbook = open_workbook(file)
            submission = read_submission(workbook, forms, str(file))
            found: dict[str, Values] = {submission.agency_code: submission.counted}
            if submission.scope is Scope.AREA:
                found |= details(workbook)
        except (UnreadableFileError, ForeignFileError) as error:
            raise UsageError("usage.previous_unreadable", path=str(file), reason=error.code) from error
        for code, values in found.items():
            if code in figures and figures[code] != values:
                raise UsageError("usage.previous_twice", path=str(file), agency=code)
            figures[code] = values
    return figures


def refuse_existing(paths: Iterable[Path]) -> None:
    """Raises UsageError for the first of ``paths`` that exists."""
    for path in paths:
        if path.exists():
            raise UsageError("usage.output_exists", path=str(path))


def needed(roster: Roster | None) -> Roster:
    """The roster. Raises UsageError where there is none."""
    if roster is None:
        raise UsageError("usage.roster_needed")
    return roster
