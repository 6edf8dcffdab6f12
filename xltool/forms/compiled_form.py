"""A form with everything derived from it, and the library of all known forms."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from xltool.forms.equations import Equation, form_equations
from xltool.forms.form_index import FormIndex, index_form
from xltool.forms.ledger_totals import LedgerTotal, list_ledger_totals
from xltool.forms.workbook_plan import WorkbookPlan, plan_workbook
from xltool.model.form import MAX_CACHED_FORMS, Form
from xltool.model.submission import Submission


@dataclass(frozen=True)
class CompiledForm:
    """A form with what is derived from it; each part is built when it is first used. See `compile_form`."""

    form: Form

    @cached_property
    def plan(self) -> WorkbookPlan:
        """The layout of the form's workbook."""
        return plan_workbook(self.form)

    @cached_property
    def index(self) -> FormIndex:
        """The cells and relations by the keys the checks look up."""
        return index_form(self.form)

    @property
    def labels(self) -> Mapping[str, Mapping[str, str]]:
        """The printed labels by sheet and address."""
        return self.plan.labels

    @cached_property
    def ledger_totals(self) -> tuple[LedgerTotal, ...]:
        """The sums an agency may type from its own ledger."""
        return list_ledger_totals(self.form)

    @cached_property
    def equations(self) -> tuple[Equation, ...]:
        """The equalities every report must satisfy, with one equation for each ledger total."""
        return form_equations(self.form.relations, self.ledger_totals)


@lru_cache(maxsize=MAX_CACHED_FORMS)
def compile_form(form: Form) -> CompiledForm:
    """Return the compiled form; cached."""
    return CompiledForm(form)


class FormLibrary(tuple[Form, ...]):
    """All known forms, an immutable sequence in which a form is found by id and edition."""

    __slots__ = ()

    def find(self, form_id: str, edition: str) -> Form | None:
        """Return the form with that id and edition, or None."""
        return next((form for form in self if form.key == (form_id, edition)), None)

    def get(self, form_id: str, edition: str) -> Form:
        """Return the form with that id and edition. Raises LookupError if there is none."""
        form = self.find(form_id, edition)
        if form is None:
            raise LookupError(f"{form_id} {edition}")
        return form

    def of(self, submission: Submission) -> CompiledForm:
        """Return the compiled form of a submission. Raises LookupError if it is not in the library."""
        return compile_form(self.get(submission.form, submission.edition))
