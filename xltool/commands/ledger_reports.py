"""Make the report of a ledger: the form's workbook with the figures counted, the lines behind them, and a draft."""

from collections.abc import Mapping
from decimal import Decimal

from xltool.commands.make_templates import compute_serial
from xltool.commands.run_context import RunContext
from xltool.errors import UsageError
from xltool.forms.counted_lines import encode_counted_lines
from xltool.forms.identity_seal import compute_seal
from xltool.forms.workbook_plan import plan_workbook
from xltool.ledger.count_ledger import LedgerCount
from xltool.model.agency import Agency
from xltool.model.form import Number
from xltool.model.submission import Source, Submission
from xltool.official_report.compose import compose_drafts
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest
from xltool.workbooks.template.write_template import build_template, template_identity


def build_ledger_report(count: LedgerCount, agency: Agency, run_context: RunContext) -> bytes:
    """Build the workbook of the form, with every figure the ledger gives and the lines behind each.

    What the ledger leaves open stays blank, and so does what it knows nothing of. Raises WritingError.
    """
    form, period = count.form, count.period
    plan = plan_workbook(form)
    figures: dict[str, Number | str] = {cell: _shorten_amount(figure) for cell, figure in count.figures.items()}
    request = TemplateRequest(
        agency,
        period,
        compute_serial(form, agency, period),
        run_context.sum_year_before([agency.code], period),
        filling=FilledContents(figures, draft_texts(count, agency)),
        lines=encode_counted_lines(count.lines),
    )
    if run_context.seal_key:
        request = request._replace(seal=compute_seal(template_identity(plan, request), run_context.seal_key))
    return build_template(plan, request)


def _shorten_amount(figure: Number) -> Number:
    """Return an amount without zeros behind the point."""
    return figure if isinstance(figure, int) or figure != figure.to_integral_value() else Decimal(int(figure))


def draft_texts(count: LedgerCount, agency: Agency) -> Mapping[str, tuple[str, ...]]:
    """Return the paragraphs that the form suggests, filled with the figures; none if one of the figures is open."""
    source = Source("", "", 0, "")
    form, values = count.form, count.values
    submission = Submission(
        form.id, form.edition, count.period, agency.scope, agency.code, agency.name, {}, values, source
    )
    try:
        return compose_drafts(form, submission)
    except UsageError:
        return {}
