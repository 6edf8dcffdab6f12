"""What a submission is judged against."""

from collections.abc import Mapping
from dataclasses import dataclass

from xltool.checks.profile import Profile
from xltool.checks.waivers import Waivers
from xltool.forms.layout import Plan
from xltool.model.agency import Roster
from xltool.model.form import Form, Values


@dataclass(frozen=True, slots=True)
class Context:
    """The form and where it stands on its sheets; the roster and this agency's figures of last year, where known.

    ``seal_key`` is the key its workbooks were sealed with, if there is one at hand. ``earlier`` are this agency's
    figures of the years before, the newest first; ``previous_texts`` its text of last year, by section. ``profile``
    says how strictly rules are taken, ``waivers`` what a coordinator lets stand.
    """

    form: Form
    plan: Plan
    roster: Roster | None = None
    previous: Values | None = None
    seal_key: bytes | None = None
    earlier: tuple[Values, ...] = ()
    previous_texts: Mapping[str, str] | None = None
    profile: Profile | None = None
    waivers: Waivers | None = None
