"""A headline figure beside that of the year before: of the same agencies, however many are missing."""

from decimal import ROUND_HALF_UP, Decimal

from xltool.forms.expressions import evaluate, to_excel
from xltool.forms.furniture import words
from xltool.model.form import Linear, Number
from xltool.workbooks.summary.summary_context import Draft, literal
from xltool.workbooks.xlsxwriter_adapter import Content, Formula

_TENTH = Decimal("0.1")


def figure_before(draft: Draft, meaning: Linear) -> Number | None:
    """The figure of the year before; None where it is not known, or nobody gives this year's."""
    if draft.before is None or evaluate(meaning, draft.made.summary.values) is None:
        return None
    return evaluate(meaning, draft.before)


def told(draft: Draft, meaning: Linear) -> str:
    """How many agencies it lacks, the year before and the change since, in words; empty with nothing to say."""
    before, now = figure_before(draft, meaning), evaluate(meaning, draft.made.summary.values)
    if before is None or now is None:
        return _lacking(draft, meaning)
    if not before:
        return _year_before(draft, before, meaning)
    change = ((Decimal(now) - Decimal(before)) * 100 / Decimal(before)).quantize(_TENTH, ROUND_HALF_UP)
    return _year_before(draft, before, meaning) + words().summary.shared["change"].format(
        change=f"{change:+}" if change else "0.0"
    )


def live(draft: Draft, meaning: Linear) -> Content:
    """The same as a formula that follows this year's figures."""
    before = figure_before(draft, meaning)
    text = told(draft, meaning)
    if not before:
        return text or None
    lead, unit = words().summary.shared["change"].split("{change}")
    ratio = f"({to_excel(meaning, draft.plan.where)}-{before})*100/{before}"
    head = literal(_year_before(draft, before, meaning) + lead)
    return Formula(f'{head}&TEXT(ROUND({ratio},1),"+0.0;-0.0;0.0")&{literal(unit)}', text)


def _lacking(draft: Draft, meaning: Linear) -> str:
    """How many agencies it lacks, of how many there should be; empty where it is whole."""
    lacking = draft.made.lacking
    most = max((lacking.get(term.cell, 0) for term in meaning.terms), default=0)
    return words().summary.shared["lacks"].format(count=most, expected=draft.made.expected) if most else ""


def _year_before(draft: Draft, before: Number, meaning: Linear) -> str:
    say, lacks = words().summary.shared, _lacking(draft, meaning)
    told = say["before_same" if draft.made.summary.absent else "before"].format(before=f"{before:,}")
    return lacks + say["comma"] + told if lacks else told
