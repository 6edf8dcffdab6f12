"""What every run needs to know: the forms, the roster, last year's figures, the key of the seals."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from xltool.checks.profile import Profile, read_profile
from xltool.checks.waivers import Waivers, read_waivers
from xltool.commands.previous_years import Past, read_past
from xltool.errors import UsageError
from xltool.execution.reading_cache import Cache, open_cache, own_cache
from xltool.forms.definitions import load_forms
from xltool.forms.seal import read_key
from xltool.model.agency import Roster
from xltool.model.form import Form, Values
from xltool.roster import read_roster

Progress = Callable[[int, int, int], None]  # how many files are done, of how many, and the open findings so far


@dataclass(frozen=True)
class Setting:
    """What every file of a run is judged against, and templates are made with.

    ``past`` holds the figures of the years before; ``profile`` says how strictly rules are taken, ``waivers`` what a
    coordinator lets stand; ``seal_key`` is what issued workbooks are sealed with.
    ``password`` is tried on files that ask for one; ``cache`` keeps what was read from files that do not change.
    """

    forms: tuple[Form, ...]
    roster: Roster | None = None
    past: Past | None = None
    seal_key: bytes | None = None
    password: str | None = None
    cache: Cache | None = None
    profile: Profile | None = None
    waivers: Waivers | None = None

    def before(self, codes: Iterable[str], year: int | None) -> Values | None:
        """What those agencies reported together for the year before ``year``, if it is known: see `succession`."""
        return self.past.of(codes, year, self.roster) if self.past else None


def setting(
    roster: Path | None = None,
    previous: Sequence[Path] = (),
    forms: Sequence[Path] = (),
    seal_key_file: Path | None = None,
    password: str | None = None,
    cache: Path | bool | None = None,
    profile: str | None = None,
    waivers: Path | None = None,
) -> Setting:
    """The forms, the roster and last year's figures a run needs. Raises XltoolError for any that cannot be had.

    ``cache`` is a folder, or True for the user's own, where one can be had; otherwise nothing is kept.
    """
    known = load_forms(forms)
    listed = read_roster(roster) if roster else None
    return Setting(
        known,
        listed,
        read_past(previous, known) if previous else None,
        read_key(seal_key_file) if seal_key_file else None,
        password,
        own_cache(known) if cache is True else open_cache(cache, known) if cache else None,
        read_profile(profile, known) if profile else None,
        read_waivers(waivers, known, listed, date.today()) if waivers else None,
    )


def needed(roster: Roster | None) -> Roster:
    """The roster. Raises UsageError where there is none."""
    if roster is None:
        raise UsageError("usage.roster_needed")
    return roster
