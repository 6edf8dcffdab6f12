"""Write a locked template for every agency of the roster, and the distribution list."""

from pathlib import Path
from typing import NamedTuple

from xltool.commands.check_outputs import OutputFile, check_outputs, create_folder
from xltool.commands.previous_use import find_previous_use
from xltool.commands.run_context import Progress, RunContext, require_roster
from xltool.commands.untouched_templates import refuse_filled_workbooks
from xltool.forms.identity import Identity, make_serial
from xltool.forms.identity_seal import compute_seal
from xltool.forms.load_definitions import find_form_for_year
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.agency import Agency
from xltool.model.form import Form
from xltool.model.succession import owes_report
from xltool.workbooks.save_files import refuse_existing, save_file
from xltool.workbooks.template.distribution_list import (
    distribution_file_name,
    template_file_name,
    write_distribution_list,
)
from xltool.workbooks.template.template_request import TemplateRequest
from xltool.workbooks.template.write_template import build_template, template_identity


class IssuedTemplate(NamedTuple):
    """One template written: its agency, file name and serial."""

    agency: Agency
    file: str
    serial: str


def make_templates(
    year: int,
    run_context: RunContext,
    output: Path,
    *,
    form_id: str | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> tuple[IssuedTemplate, ...]:
    """Write a locked workbook for each agency of the roster that reports for the year, and the distribution list.

    Nothing is written if one of the files exists (unless ``force``), or the folder holds workbooks that were filled
    in. Raises UsageError, WritingError.
    """
    roster = require_roster(run_context.roster)
    form = find_form_for_year(run_context.forms, year, form_id)
    agencies = [agency for agency in roster.units if owes_report(agency, year)]
    issued = tuple(
        IssuedTemplate(agency, template_file_name(form, agency, year), compute_serial(form, agency, year))
        for agency in agencies
    )
    listing = output / distribution_file_name(form, year)
    find_previous_use(run_context, [agency.code for agency in agencies], form, year)
    targets = [*(output / item.file for item in issued), listing]
    if output.is_dir():
        check_outputs([OutputFile(path) for path in targets], (), run_context.sources)
    refuse_filled_workbooks(output, targets[:-1], run_context.forms)
    refuse_existing(targets, force=force)
    create_folder(output)
    for number, item in enumerate(issued, start=1):
        save_file(output / item.file, make_template(form, item.agency, year, run_context), force=force)
        if progress:
            progress(number, len(issued), 0)
    write_distribution_list(form, year, issued, listing, force=force)
    return issued


def make_template(form: Form, agency: Agency, year: int, run_context: RunContext) -> bytes:
    """Build the locked workbook of one agency, sealed if the run has a key. Raises WritingError."""
    plan = plan_workbook(form)
    previous = run_context.sum_year_before([agency.code], year)
    request = TemplateRequest(agency, year, compute_serial(form, agency, year), previous)
    if run_context.seal_key:
        request = request._replace(seal=compute_seal(template_identity(plan, request), run_context.seal_key))
    return build_template(plan, request)


def compute_serial(form: Form, agency: Agency, year: int) -> str:
    """Compute the serial of a workbook; equal for equal agency, year and layout."""
    identity = Identity(
        form.id, form.edition, year, agency.code, agency.name, agency.scope, "", plan_workbook(form).layout
    )
    return make_serial(identity)
