"""Apply written reasons (情况说明): a reason settles a finding while the figures it was written for are unchanged."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from xltool.checks.context import CheckContext
from xltool.checks.make_finding import make_finding
from xltool.checks.relations import complete_figures, decide_relation
from xltool.forms.lists.whole_form import list_all_relations
from xltool.forms.slots import Purpose
from xltool.forms.workbook_words import workbook_words
from xltool.model.finding import Finding, FindingCell
from xltool.model.form import Relation, Severity
from xltool.model.submission import Explanation, Submission


def settle_findings(findings: Sequence[Finding], submission: Submission, context: CheckContext) -> Iterator[Finding]:
    """Yield the findings, settled where a written reason fits, then a note per explanation that settles nothing."""
    by_name = {_normalise_words(relation.name): relation for relation in list_all_relations(context.form)}
    reasons: dict[int, str] = {}  # by identity of the finding: several rows of a list may violate one relation
    notes = []
    for explanation in submission.explanations:
        relation = by_name.get(_normalise_words(explanation.relation))
        violations = [item for item in findings if relation and item.relation == relation.id]
        fitting = [item for item in violations if _is_written_for(explanation, item)]
        broken = next(iter((*fitting, *violations[-1:])), None)
        problem = _find_problem(explanation, relation, broken, submission, context)
        if problem:
            notes.append(_report_problem(problem, explanation, broken, context))
        for item in () if problem else fitting:
            reasons.setdefault(id(item), explanation.reason)
    for item in findings:
        reason = reasons.get(id(item))
        yield replace(item, settled=reason) if reason else item
    yield from notes


def _find_problem(
    explanation: Explanation,
    relation: Relation | None,
    finding: Finding | None,
    submission: Submission,
    context: CheckContext,
) -> str | None:
    """Return the code of why an explanation settles nothing; None if it settles or its relation is undecided."""
    if relation is None:
        return "explanation.unknown"
    if finding is None:
        verdict = decide_relation(relation, submission, context, complete_figures(submission))
        return "explanation.not_needed" if verdict.holds else None
    if finding.severity is Severity.MUST_FIX:
        return "explanation.not_accepted"
    if not explanation.reason:
        return "explanation.no_reason"
    return None if _is_written_for(explanation, finding) else "explanation.lapsed"


def _is_written_for(explanation: Explanation, finding: Finding) -> bool:
    """Return True if the figures an explanation was written for are those of a finding."""
    return _is_same_figure(explanation.left, finding.facts.get("left")) and _is_same_figure(
        explanation.right, finding.facts.get("right")
    )


def _report_problem(code: str, explanation: Explanation, finding: Finding | None, context: CheckContext) -> Finding:
    sheet = context.plan.sheet_for(Purpose.EXPLANATIONS).name
    current: Mapping[str, object] = finding.facts if finding else {}
    facts: dict[str, object] = {
        "relation": explanation.relation or None,
        "typed_left": explanation.left or None,
        "typed_right": explanation.right or None,
        "left": current.get("left"),
        "right": current.get("right"),
    }
    return make_finding(code, FindingCell("", sheet, explanation.address), **facts)


def _is_same_figure(typed: str, current: object) -> bool:
    """Return True if a typed figure equals the current one, or if none was typed."""
    text = _normalise_words(typed).replace(",", "")
    if text in {"", workbook_words().checks["idle"]}:
        return True
    try:
        return Decimal(text) == current
    except InvalidOperation:
        return False


def _normalise_words(text: str) -> str:
    """Return text in NFKC form and folded case, without white space, for comparing relation names."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
