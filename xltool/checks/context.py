"""The inputs that checks compare a submission with."""

from collections.abc import Mapping
from dataclasses import dataclass

from xltool.checks.profile import CheckProfile
from xltool.checks.waivers import Waivers
from xltool.forms.compiled_form import CompiledForm
from xltool.forms.form_index import FormIndex
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.model.agency import Roster
from xltool.model.form import Form, Values


@dataclass(frozen=True, slots=True)
class CheckContext:
    """The compiled form, the roster and the agency's earlier figures; None where not given.

    ``previous`` are the agency's figures of last year by cell id, ``earlier`` those of the years before, newest first,
    ``previous_texts`` its texts of last year by section id, ``previous_stated`` the totals that stand in its report of
    last year and differ from their parts. ``seal_key`` is the key its workbooks were sealed with.
    ``profile`` sets severities by code, ``waivers`` lists the rules a coordinator has waived.
    """

    compiled: CompiledForm
    roster: Roster | None = None
    previous: Values | None = None
    seal_key: bytes | None = None
    earlier: tuple[Values, ...] = ()
    previous_texts: Mapping[str, str] | None = None
    profile: CheckProfile | None = None
    waivers: Waivers | None = None
    previous_stated: Values | None = None

    @property
    def form(self) -> Form:
        """The form of the submission."""
        return self.compiled.form

    @property
    def plan(self) -> WorkbookPlan:
        """The layout of the form's workbook."""
        return self.compiled.plan

    @property
    def index(self) -> FormIndex:
        """The form's cells and relations by the keys the checks look up."""
        return self.compiled.index
