"""Handing out: a locked template for every agency of the roster, and the list of them."""

from pathlib import Path
from typing import NamedTuple

from xltool.commands.run_context import Progress, Setting, needed
from xltool.forms.definitions import form_for_year
from xltool.forms.identity import Identity, serial_of
from xltool.forms.layout import plan
from xltool.forms.seal import seal
from xltool.model.agency import Agency, Scope
from xltool.model.form import Form
from xltool.model.succession import owes
from xltool.workbooks.save_files import refuse_existing
from xltool.workbooks.template.distribution_list import distribution_name, template_name, write_distribution_list
from xltool.workbooks.template.write_template import Issue, identity_of, write_template


class Issued(NamedTuple):
    """One template written: for whom, its file name and its serial."""

    agency: Agency
    file: str
    serial: str


def make_templates(
    year: int,
    about: Setting,
    output: Path,
    *,
    form_id: str | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> tuple[Issued, ...]:
    """One locked workbook for each agency of the roster that reports for the year, and the list of what goes to whom.

    Nothing is written if one of the files exists already (unless ``force``). Raises UsageError, WritingError.
    """
    roster = needed(about.roster)
    form = form_for_year(about.forms, year, form_id)
    agencies = [agency for agency in roster if agency.scope is Scope.OWN and owes(agency, year)]
    issued = tuple(Issued(agency, template_name(form, agency, year), serial(form, agency, year)) for agency in agencies)
    listing = output / distribution_name(form, year)
    refuse_existing([*(output / item.file for item in issued), listing], force)
    output.mkdir(parents=True, exist_ok=True)
    for number, item in enumerate(issued, start=1):
        previous = about.before([item.agency.code], year)
        issue = Issue(item.agency, year, item.serial, previous)
        if about.seal_key:
            issue = issue._replace(seal=seal(identity_of(plan(form), issue), about.seal_key))
        write_template(plan(form), issue, output / item.file, force=force)
        if progress:
            progress(number, len(issued), 0)
    write_distribution_list(form, year, issued, listing, force=force)
    return issued


def serial(form: Form, agency: Agency, year: int) -> str:
    """A short name for one issued workbook: the same agency, year and layout always get the same."""
    identity = Identity(form.id, form.edition, year, agency.code, agency.name, agency.scope, "", plan(form).digest)
    return serial_of(identity)
