"""Written reasons (情况说明): what may stand with a reason is settled by one, as long as its figures are the same."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from xltool.checks.context import Context
from xltool.checks.make_finding import finding
from xltool.checks.relations import decided, whole
from xltool.forms.slots import Purpose
from xltool.model.finding import Finding, Spot
from xltool.model.form import Relation, Severity
from xltool.model.submission import Explanation, Submission


def settle(findings: Sequence[Finding], submission: Submission, context: Context) -> Iterator[Finding]:
    """The findings, those settled that a written reason fits; then a note for each explanation that settles nothing."""
    named = {_plain(relation.name): relation for relation in context.form.relations}
    open_ones = {found.relation: found for found in findings if found.relation}
    reasons: dict[str, str] = {}
    notes = []
    for said in submission.explanations:
        relation = named.get(_plain(said.relation))
        broken = open_ones.get(relation.id) if relation else None
        problem = _problem(said, relation, broken, submission, context)
        if problem:
            notes.append(_note(problem, said, broken, context))
        elif broken and broken.relation:
            reasons.setdefault(broken.relation, said.reason)
    for found in findings:
        reason = reasons.get(found.relation or "")
        yield replace(found, settled=reason) if reason else found
    yield from notes


def _problem(
    said: Explanation, relation: Relation | None, broken: Finding | None, submission: Submission, context: Context
) -> str | None:
    """Why an explanation settles nothing, if somebody should know; None where it settles, or nothing can be said."""
    if relation is None:
        return "explanation.unknown"
    if broken is None:
        verdict = decided(relation, submission, context, whole(submission))
        return "explanation.not_needed" if verdict.holds else None
    if broken.severity is Severity.MUST_FIX:
        return "explanation.not_accepted"
    if not said.reason:
        return "explanation.no_reason"
    if not (_same(said.left, broken.facts.get("left")) and _same(said.right, broken.facts.get("right"))):
        return "explanation.lapsed"
    return None


def _note(code: str, said: Explanation, broken: Finding | None, context: Context) -> Finding:
    sheet = context.plan.sheet(Purpose.EXPLANATIONS).name
    current: Mapping[str, object] = broken.facts if broken else {}
    facts: dict[str, object] = {
        "relation": said.relation or None,
        "typed_left": said.left or None,
        "typed_right": said.right or None,
        "left": current.get("left"),
        "right": current.get("right"),
    }
    return finding(code, Spot("", sheet, said.address), **facts)


def _same(typed: str, current: object) -> bool:
    """Whether a typed figure is the current one; a figure that was not typed is not compared."""
    text = _plain(typed).replace(",", "")
    if not text:
        return True
    try:
        return Decimal(text) == current
    except InvalidOperation:
        return False


def _plain(text: str) -> str:
    """Words without what does not tell relations apart: width and white space."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
