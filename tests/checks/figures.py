"""Submissions as reading would deliver them, made from small tables of figures."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from xltool.checks.context import CheckContext
from xltool.checks.run_checks import review_submission
from xltool.forms.compiled_form import compile_form
from xltool.forms.expressions import recompute_figures
from xltool.forms.format_formulas import format_excel_formula
from xltool.forms.load_definitions import load_forms
from xltool.forms.workbook_plan import plan_workbook
from xltool.messages import catalogue
from xltool.model.agency import Agency, Roster, Scope
from xltool.model.expression import LinearExpression
from xltool.model.finding import Finding
from xltool.model.form import Cell, CellKind, Number
from xltool.model.submission import Entry, EntryState, Observation, Source, Submission
from xltool.package_data import find_data_folder

FORM = load_forms().get("zfxxgk-annual-report", "2021")
PLAN = plan_workbook(FORM)
FORMULAS = {
    each.computes: format_excel_formula(
        each.expect.right, PLAN.find_figure, sheet=PLAN.find_figure(each.computes or "").sheet
    )
    for each in FORM.formulas
    if isinstance(each.expect.right, LinearExpression)
}
COLUMNS = ("natural_person", "enterprise", "research_institution", "social_organization", "legal_service", "other")

Figures = Mapping[str, Number | str | None]


def sample(name: str) -> dict[str, object]:
    """One real published report of samples/reports."""
    held: dict[str, object] = json.loads((find_data_folder("samples") / "reports" / f"{name}.json").read_text("utf-8"))
    return held


def published(name: str) -> dict[str, Number | str | None]:
    """The inputs of a published report; a figure that was not published is blank."""
    held = sample(name)["figures"]
    assert isinstance(held, dict)
    return {cell.id: _number(cell, held[cell.id]) if cell.id in held else None for cell in FORM.inputs}


def printed_totals(name: str) -> dict[str, Number | str | None]:
    """The totals of a published report as printed, right or wrong."""
    held = sample(name)["printed_totals"]
    assert isinstance(held, dict)
    return dict(held)


def zeros(**changed: Number | str | None) -> dict[str, Number | str | None]:
    """A report of zeros."""
    return {cell.id: _number(cell, 0) for cell in FORM.inputs} | changed


def submission(
    figures: Figures,
    *,
    stored: Figures | None = None,
    typed: Iterable[str] = (),
    altered: Iterable[str] = (),
    declared: bool = False,
    observations: Iterable[Observation] = (),
    **changed: Any,
) -> Submission:
    """A submission of ``figures`` (text means unreadable, "/" not applicable, None blank).

    ``stored`` are totals as they stand in the workbook, where they are not what the formulas give; those in ``typed``
    stand there without a formula, those in ``altered`` with one that adds other cells. ``changed`` are other
    fields of the submission.
    """
    entries = {cell.id: _entry(cell, figures.get(cell.id), declared) for cell in FORM.inputs}
    inputs = {cell: entry.counted for cell, entry in entries.items()}
    values = recompute_figures(FORM.formulas, inputs)
    cached = recompute_figures(FORM.formulas, {cell: value or 0 for cell, value in inputs.items()})
    without_formula, others = set(typed), set(altered)
    for cell in FORM.cells.values():
        if cell.computed:
            formula = None if cell.id in without_formula else "SUM(A1:B1)" if cell.id in others else FORMULAS[cell.id]
            entries[cell.id] = _stored(cell, (stored or {}).get(cell.id, cached[cell.id]), formula)
    values |= {cell: None for cell, entry in entries.items() if entry.state is EntryState.NOT_APPLICABLE}
    gone = [Observation("formula.overwritten", *PLAN.find_figure(cell), cell, {}) for cell in sorted(without_formula)]
    made = Submission(
        form=FORM.id,
        edition=FORM.edition,
        year=2025,
        scope=Scope.OWN,
        agency_code="1",
        agency_name="甲镇",
        entries={cell: entries[cell] for cell in FORM.cells},
        values={cell: values[cell] for cell in FORM.cells},
        source=Source("甲镇.xlsx", "0" * 64, 1, "2026-01-05T08:00:00"),
        observations=(*gone, *observations),
        declared_zero=declared,
    )
    return replace(made, **changed)


def _entry(cell: Cell, figure: Number | str | None, declared: bool) -> Entry:
    sheet, address = PLAN.find_figure(cell.id)
    if figure is None:
        return Entry(cell.id, EntryState.BLANK, 0 if declared else None, None, sheet, address, None, declared)
    if figure == "/":
        return Entry(cell.id, EntryState.NOT_APPLICABLE, None, "/", sheet, address, note="not_applicable")
    if isinstance(figure, str):
        return Entry(cell.id, EntryState.UNREADABLE, None, figure, sheet, address, note="unit_in_cell")
    return Entry(cell.id, EntryState.NUMBER, _number(cell, figure), str(figure), sheet, address)


def _stored(cell: Cell, figure: Number | str | None, formula: str | None) -> Entry:
    sheet, address = PLAN.find_figure(cell.id)
    if isinstance(figure, str):
        return Entry(cell.id, EntryState.UNREADABLE, None, figure, sheet, address, formula, note="not_number")
    if figure is None:
        return Entry(cell.id, EntryState.BLANK, None, None, sheet, address, formula)
    return Entry(cell.id, EntryState.NUMBER, figure, str(figure), sheet, address, formula)


def _number(cell: Cell, value: object) -> Number:
    return Decimal(str(value)) if cell.kind is CellKind.AMOUNT else int(str(value))


def noted(read: Submission, **notes: str) -> Submission:
    """The same figures, those named noted as normalised."""
    entries = {cell: entry._replace(note=notes.get(cell, entry.note)) for cell, entry in read.entries.items()}
    told = [Observation(f"value.{note}", *PLAN.find_figure(cell), cell, {"note": note}) for cell, note in notes.items()]
    return replace(read, entries=entries, observations=(*read.observations, *told))


def roster(*agencies: Agency) -> Roster:
    return Roster({agency.code: agency for agency in agencies}, "名册.csv")


def found(read: Submission, *, previous: Submission | None = None, known: Roster | None = None) -> tuple[Finding, ...]:
    """What the checks find in it."""
    return review_submission(read, CheckContext(compile_form(FORM), known, previous.counted if previous else None))


def flat(findings: Iterable[Finding]) -> list[tuple[str, str, str]]:
    """Code, severity, and the first place of each."""
    return [
        (each.code, each.severity.value, f"{each.cells[0].sheet}!{each.cells[0].address}" if each.cells else "")
        for each in findings
    ]


def must_fix(findings: Iterable[Finding]) -> list[str]:
    """Relation or code of each finding that goes back."""
    return [each.relation or each.code for each in findings if each.severity == "must_fix"]


def said(findings: Iterable[Finding]) -> list[str]:
    """The sentences."""
    return [catalogue.render_finding(each) for each in findings]
