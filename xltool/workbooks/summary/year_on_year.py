"""A headline figure compared with that of the year before, of the same agencies."""

from decimal import ROUND_HALF_UP, Decimal

from xltool.forms.expressions import evaluate_linear
from xltool.forms.format_formulas import format_excel_formula
from xltool.forms.period_words import name_earlier_period
from xltool.forms.workbook_words import workbook_words
from xltool.model.expression import LinearExpression
from xltool.model.form import Number
from xltool.workbooks.summary.summary_context import SummaryContext, quote_formula_text
from xltool.workbooks.xlsxwriter_adapter import CellContent, Formula

_ONE_DECIMAL = Decimal("0.1")


def find_figure_before(context: SummaryContext, meaning: LinearExpression) -> Number | None:
    """Return the figure of the year before; None where it is unknown, or this year's is."""
    if context.figures_before is None or evaluate_linear(meaning, context.consolidation.summary.values) is None:
        return None
    return evaluate_linear(meaning, context.figures_before)


def describe_change(context: SummaryContext, meaning: LinearExpression) -> str:
    """Return in words how many agencies lack the figure, the year before and the change; empty if nothing is known."""
    before, now = find_figure_before(context, meaning), evaluate_linear(meaning, context.consolidation.summary.values)
    if before is None or now is None:
        return _describe_lacking(context, meaning)
    if not before:
        return _describe_year_before(context, before, meaning)
    change = format_percent_change(now, before)
    return _describe_year_before(context, before, meaning) + workbook_words().summary.shared["change"].format(
        change=change
    )


def format_percent_change(now: Number, before: Number) -> str:
    """Return the change since ``before``, not 0, in percent: one decimal with its sign, ``0.0`` for none."""
    change = ((Decimal(now) - Decimal(before)) * 100 / Decimal(before)).quantize(_ONE_DECIMAL, ROUND_HALF_UP)
    return f"{change:+}" if change else "0.0"


def make_live_change(context: SummaryContext, meaning: LinearExpression) -> CellContent:
    """Return the same as a formula over this year's figures."""
    before = find_figure_before(context, meaning)
    text = describe_change(context, meaning)
    if not before:
        return text or None
    lead, unit = workbook_words().summary.shared["change"].split("{change}")
    ratio = f"({format_excel_formula(meaning, context.plan.find_figure)}-{before})*100/{before}"
    head = quote_formula_text(_describe_year_before(context, before, meaning) + lead)
    return Formula(f'{head}&TEXT(ROUND({ratio},1),"+0.0;-0.0;0.0")&{quote_formula_text(unit)}', text)


def _describe_lacking(context: SummaryContext, meaning: LinearExpression) -> str:
    """Return in words how many agencies lack the figure; empty if none does."""
    lacking = context.consolidation.lacking
    most = max((lacking.get(term.cell, 0) for term in meaning.terms), default=0)
    return (
        workbook_words().summary.shared["lacks"].format(count=most, expected=context.consolidation.expected)
        if most
        else ""
    )


def _describe_year_before(context: SummaryContext, before: Number, meaning: LinearExpression) -> str:
    say, lacks = workbook_words().summary.shared, _describe_lacking(context, meaning)
    pattern = say["before_same" if context.consolidation.summary.absent else "before"]
    sentence = pattern.format(before=f"{before:,}", earlier=name_earlier_period(context.plan.form.period))
    return lacks + say["comma"] + sentence if lacks else sentence
