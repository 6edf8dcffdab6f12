"""Compare control figures from the agency's own ledger (核对数, optional) with the sums of the tables."""

from collections.abc import Iterator, Mapping

from xltool.checks.context import CheckContext
from xltool.checks.figure_facts import measure_difference, measure_figure
from xltool.checks.make_finding import list_ranges, locate_cell, make_finding, spot_of_entry
from xltool.checks.relations import complete_figures
from xltool.forms.ledger_totals import LedgerTotal, find_ledger_total
from xltool.model.finding import Finding
from xltool.model.finding_codes import code_severity
from xltool.model.finding_facts import ControlName, FigureName, RangesOn
from xltool.model.form import Number
from xltool.model.submission import Entry, EntryState, Submission

CONTROL_DIFFERS = "control.differs"


def check_ledger(submission: Submission, context: CheckContext) -> Iterator[Finding]:
    """Yield findings on control figures that differ from the tables' sums or cannot be read."""
    if not submission.controls:
        return
    counted = complete_figures(submission)
    for id, entry in submission.controls.items():
        asked = find_ledger_total(context.form, id)
        if asked is None or entry.state is EntryState.NOT_APPLICABLE:
            continue
        if entry.value is None or entry.value < 0:
            yield make_finding("control.unreadable", spot_of_entry(entry), raw=entry.raw, name=_name_control(asked))
            continue
        parts = [value for cell in asked.cells if (value := counted.get(cell)) is not None]
        if len(parts) == len(asked.cells) and sum(parts) != entry.value:
            yield _report_difference(asked, entry, entry.value, sum(parts), submission, context)


def read_stated_controls(submission: Submission) -> Mapping[str, Number]:
    """Return the readable control figures by their id."""
    return {
        id: entry.value for id, entry in submission.controls.items() if entry.value is not None and entry.value >= 0
    }


def _report_difference(
    control: LedgerTotal,
    entry: Entry,
    stated_sum: Number,
    computed_sum: Number,
    submission: Submission,
    context: CheckContext,
) -> Finding:
    spots = [locate_cell(cell, submission, context) for cell in control.cells]
    cells = [context.form.cells[cell] for cell in control.cells]
    facts = {
        "name": _name_control(control),
        "title": ControlName(control.line_words, control.column_words),
        "stated": measure_figure(stated_sum, cells[0]),
        "places": RangesOn(spots[0].sheet, list_ranges(spot.address for spot in spots)),
        "sum": measure_figure(computed_sum, cells[0]),
        "gap": measure_difference(stated_sum, computed_sum, cells),
        "left": stated_sum,
        "right": computed_sum,
        "suspects": "",
    }
    return Finding(CONTROL_DIFFERS, code_severity(CONTROL_DIFFERS), (spot_of_entry(entry), *spots), facts, control.id)


def _name_control(control: LedgerTotal) -> FigureName:
    return FigureName(control.line_words, control.column_words)
