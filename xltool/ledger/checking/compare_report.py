"""Compare a handed-in report with the ledger it was counted from, figure by figure."""

from collections.abc import Iterator

from xltool.checks.make_finding import make_finding
from xltool.ledger.count_ledger import LedgerCount
from xltool.model.finding import Finding, FindingCell
from xltool.model.finding_facts import FigureName, Quantity
from xltool.model.submission import Submission


def compare_report(count: LedgerCount, submission: Submission) -> Iterator[Finding]:
    """Yield each figure that the ledger gives and the report states otherwise, with the lines behind it.

    A figure that the ledger leaves open is not compared; a blank is told as one.
    """
    stated = submission.counted
    for cell, figure in count.figures.items():
        found = stated.get(cell)
        if found == figure:
            continue
        entry, known = submission.entries.get(cell), count.form.cells[cell]
        place = FindingCell(cell, entry.sheet, entry.address) if entry else FindingCell(cell, known.table, "")
        yield make_finding(
            "ledger.report_differs",
            place,
            name=FigureName(known.line_words, known.column_words),
            stated=Quantity(found, known.unit),
            sum=Quantity(figure, known.unit),
            lines=tuple(line.name for line in count.lines[cell]),
        )
