"""Control figures from the agency's own ledger (核对数) against what the tables come to. Nobody has to give any."""

from collections.abc import Iterator, Mapping

from xltool.checks.context import Context
from xltool.checks.make_finding import finding, ranges, shortened, spot, spot_of
from xltool.checks.relations import whole
from xltool.forms.controls import Control, control
from xltool.messages import catalogue as texts
from xltool.messages.relation_phrases import gap, quantity
from xltool.model.finding import Finding
from xltool.model.form import Number
from xltool.model.submission import Entry, State, Submission

DIFFERS = "control.differs"


def ledger(submission: Submission, context: Context) -> Iterator[Finding]:
    """Control figures that the tables do not come to, and those that cannot be read."""
    if not submission.controls:
        return
    counted = whole(submission)
    for id, entry in submission.controls.items():
        asked = control(context.form, id)
        if asked is None or entry.state is State.NOT_APPLICABLE:
            continue
        if entry.value is None or entry.value < 0:
            yield finding("control.unreadable", spot_of(entry), raw=entry.raw, name=_name(asked))
            continue
        parts = [value for cell in asked.cells if (value := counted.get(cell)) is not None]
        if len(parts) == len(asked.cells) and sum(parts) != entry.value:
            yield _differs(asked, entry, entry.value, sum(parts), submission, context)


def stated(submission: Submission) -> Mapping[str, Number]:
    """The control figures that are figures, by their id."""
    return {
        id: entry.value for id, entry in submission.controls.items() if entry.value is not None and entry.value >= 0
    }


def _differs(
    asked: Control, entry: Entry, said: Number, found: Number, submission: Submission, context: Context
) -> Finding:
    spots = [spot(cell, submission, context) for cell in asked.cells]
    cells = [context.form.cells[cell] for cell in asked.cells]
    facts = {
        "name": _name(asked),
        "title": texts.phrase("control_figure", line=asked.line_words, column=asked.column_words),
        "stated": quantity(said, cells[0]),
        "places": f"{spots[0].sheet}!{shortened(ranges(each.address for each in spots))}",
        "sum": quantity(found, cells[0]),
        "gap": gap(said, found, cells),
        "left": said,
        "right": found,
        "suspects": "",
    }
    return Finding(DIFFERS, texts.severity(DIFFERS), (spot_of(entry), *spots), facts, asked.id)


def _name(asked: Control) -> str:
    return f"“{asked.line_words}”{asked.column_words}"
