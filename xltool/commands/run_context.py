"""The inputs shared by all files of a run: forms, roster, earlier years, profile, waivers, seal key."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from xltool.checks.custom_checks import CustomCheck
from xltool.checks.profile import CheckProfile, read_profile
from xltool.checks.waivers import Waivers, read_waivers
from xltool.commands.previous_years import PreviousYears, read_previous_years
from xltool.errors import UsageError
from xltool.execution.reading_cache import ReadingCache, open_cache, open_own_cache
from xltool.forms.compiled_form import FormLibrary
from xltool.forms.identity_seal import read_seal_key
from xltool.forms.load_definitions import load_forms
from xltool.model.agency import Roster
from xltool.model.form import Values
from xltool.roster.read_roster import read_roster
from xltool.spreadsheet.load_file import FileSource

Progress = Callable[[int, int, int], None]  # files done, files in all, open findings so far


@dataclass(frozen=True)
class RunContext:
    """Inputs shared by all files of a run.

    ``previous_years`` holds figures of earlier years; ``profile`` changes the severity of rules, ``waivers`` are
    findings settled by a coordinator; ``seal_key`` signs issued workbooks. ``password`` is tried on encrypted files;
    ``cache`` stores what was read from unchanged files. ``sources`` are the files and folders these inputs were read
    from; no command writes to them. ``custom_checks`` are checks of the caller's own, run on each return.
    """

    forms: FormLibrary
    roster: Roster | None = None
    previous_years: PreviousYears | None = None
    seal_key: bytes | None = None
    password: str | None = None
    cache: ReadingCache | None = None
    profile: CheckProfile | None = None
    waivers: Waivers | None = None
    sources: tuple[Path, ...] = ()
    custom_checks: tuple[CustomCheck, ...] = ()

    def find_previous_key(self, code: str, name: str) -> str:
        """Return under which key earlier years have an agency: its code, or its name. See `PreviousYears.find_key`."""
        return self.previous_years.find_key(code, name) if self.previous_years else code

    def sum_year_before(self, codes: Iterable[str], year: int | None) -> Values | None:
        """Sum the figures of agencies for the year before ``year``; None if unknown. See `succession`."""
        return self.previous_years.sum_year_before(codes, year, self.roster) if self.previous_years else None


def build_run_context(
    roster: Path | None = None,
    previous_sources: Sequence[FileSource] = (),
    forms: Sequence[Path] = (),
    seal_key_file: Path | None = None,
    password: str | None = None,
    *,
    cache: Path | bool | None = None,
    profile: str | None = None,
    waivers: Path | None = None,
) -> RunContext:
    """Load the inputs of a run. Raises XltoolError for any that cannot be read.

    ``cache`` is a folder, or True for the user's cache folder if it can be created; otherwise nothing is cached.
    """
    known = load_forms(forms, regional=True)
    named = (roster, *previous_sources, *forms, seal_key_file, Path(profile) if profile else None, waivers)
    listed = read_roster(roster) if roster else None
    return RunContext(
        known,
        listed,
        read_previous_years(previous_sources, known, listed) if previous_sources else None,
        read_seal_key(seal_key_file) if seal_key_file else None,
        password,
        open_own_cache(known) if cache is True else open_cache(cache, known) if cache else None,
        read_profile(profile, known) if profile else None,
        read_waivers(waivers, known, listed, date.today()) if waivers else None,
        tuple(path for path in named if isinstance(path, Path) and path.exists()),
    )


def require_roster(roster: Roster | None) -> Roster:
    """Return the roster. Raises UsageError if there is none."""
    if roster is None:
        raise UsageError("usage.roster_needed")
    return roster
