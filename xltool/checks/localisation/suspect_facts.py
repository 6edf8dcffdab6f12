"""Describe diagnoses as facts of findings: the suspected errors, and the question that distinguishes them best."""

from collections.abc import Sequence

from xltool.checks.context import CheckContext
from xltool.checks.figure_facts import measure_figure, name_cell
from xltool.checks.localisation.best_question import Question
from xltool.checks.localisation.diagnose import Diagnosis, leading_repairs
from xltool.checks.localisation.repairs import Change, Repair
from xltool.checks.make_finding import locate_cell
from xltool.forms.ledger_totals import find_ledger_total, first_summed_cell
from xltool.model.finding import Finding
from xltool.model.finding_facts import (
    ControlName,
    FigureName,
    SuspectedChange,
    SuspectedError,
    SuspectedQuestion,
    Suspects,
)
from xltool.model.form import Cell
from xltool.model.submission import EntryState, Submission


def describe_suspects(
    finding: Finding,
    consequences: Sequence[str | ControlName],
    diagnosis: Diagnosis,
    submission: Submission,
    context: CheckContext,
) -> Suspects:
    """Describe the explanations of a violated relation. ``consequences`` name the other relations they violate."""
    best = leading_repairs(diagnosis)
    errors = [_describe_repair(repair, submission, context) for repair in diagnosis.repairs]
    return Suspects(
        sheet=finding.cells[0].sheet,
        best=tuple(errors[: len(best)]),
        others=tuple(errors[len(best) :]),
        more=diagnosis.more,
        is_complete=diagnosis.complete,
        is_stated=len(best) == 1 and _is_stated_by_finding(best[0], finding),
        consequences=tuple(consequences),
        question=_describe_question(diagnosis.question) if diagnosis.question else None,
    )


def _describe_repair(repair: Repair, submission: Submission, context: CheckContext) -> SuspectedError:
    return SuspectedError(
        repair.kind, tuple(_describe_change(change, submission, context) for change in repair.changes)
    )


def _describe_change(change: Change, submission: Submission, context: CheckContext) -> SuspectedChange:
    cell, name = _find_cell(change.cell, context)
    where = locate_cell(change.cell, submission, context)
    becomes = None if change.becomes is None else measure_figure(change.becomes, cell)
    entry = submission.entries.get(change.cell)
    is_text = entry is not None and entry.state is not EntryState.NUMBER and entry.raw is not None
    typed = str(entry.raw) if entry is not None and is_text else ""
    return SuspectedChange(name, where.sheet, where.address, measure_figure(change.was, cell), becomes, typed)


def _find_cell(id: str, context: CheckContext) -> tuple[Cell, FigureName | ControlName]:
    """Return the cell that gives a figure its kind and unit, and the figure's name."""
    form = context.form
    if control := find_ledger_total(form, id):
        return first_summed_cell(form, id), ControlName(control.line_words, control.column_words)
    return form.cells[id], name_cell(form.cells[id])


def _describe_question(question: Question) -> SuspectedQuestion:
    counts = [count for _, count in question.answers]
    control = question.control
    return SuspectedQuestion(control.line_words, control.column_words, question.stated, sum(counts), max(counts))


def _is_stated_by_finding(repair: Repair, finding: Finding) -> bool:
    """Return True if a finding on a total already states the repair."""
    changes = [(change.cell, change.becomes) for change in repair.changes]
    return finding.wording.startswith("total.") and changes == [(finding.cells[0].id, finding.facts["right"])]
