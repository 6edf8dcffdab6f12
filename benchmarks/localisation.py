"""How often a mistake put into a plausible report is named, with its right value, and how long that takes.

    python -m benchmarks.localisation [--count 100] [--seed 1]

First for reports whose totals are typed too (a published report, an office's own table), then for the template, whose
totals are formulas: there many figures are equally good suspects, and what counts is how few are left, without and with
control figures from the agency's ledger.
"""

import argparse
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import mean
from typing import NamedTuple

from benchmarks.seeding import MISTAKES, Figures, Report, Seeded, plausible, published, seeded
from xltool.checks.localisation.diagnose import Diagnosis, diagnose_errors
from xltool.checks.localisation.repairs import Repair
from xltool.forms.ledger_totals import LedgerTotal, list_ledger_totals, list_row_totals, list_subtotals
from xltool.forms.load_definitions import find_form_for_year, load_forms
from xltool.model.form import Form, Number

YEAR = 2025
TABLE = "requests"


class Result(NamedTuple):
    """What became of one seeded mistake.

    ``first``: named before all others; ``level``: no other explanation is likelier; ``listed``: named at all;
    ``suspects``: explanations offered; ``seconds`` it took.
    """

    first: bool
    level: bool
    listed: bool
    kind: str
    suspects: int
    seconds: float


class Way(NamedTuple):
    """A way a report comes in: the figures it shows, and the control figures the agency adds."""

    name: str
    shown: Callable[[Figures], Figures]
    controls: Callable[[Form], Sequence[LedgerTotal]]


def typed_inputs(form: Form) -> Callable[[Figures], Figures]:
    return lambda figures: {cell.id: figures[cell.id] for cell in form.inputs}


def ways(form: Form) -> tuple[Way, ...]:
    inputs = typed_inputs(form)
    return (
        Way("fully typed", dict, lambda form: ()),
        Way("template", inputs, lambda form: ()),
        Way("template, group subtotals typed", inputs, list_subtotals),
        Way("template, row totals typed", inputs, lambda form: _of_table(form, list_row_totals(form))),
        Way("template, all of the ledger", inputs, lambda form: _of_table(form, list_ledger_totals(form))),
    )


def _of_table(form: Form, items: Sequence[LedgerTotal]) -> list[LedgerTotal]:
    return [item for item in items if form.cells[item.cells[0]].table == TABLE]


def located(report: Report, mistake: Seeded, way: Way) -> Result | None:
    """What the localiser makes of a mistake; None where no equation is broken by it."""
    form = report.form
    asked = {control.id: sum(int(report.figures[cell]) for cell in control.cells) for control in way.controls(form)}
    shown = way.shown(mistake.typed)
    start = time.perf_counter()
    found = diagnose_errors(form, shown, previous=report.previous, controls=asked)
    seconds = time.perf_counter() - start
    return judged(found, mistake.right, seconds) if found else None


def judged(found: Sequence[Diagnosis], right: Mapping[str, Number], seconds: float) -> Result:
    """Whether the diagnoses together say what is right. Independent ones are each asked for their share."""
    shares = [{cell: right[cell] for cell in right if _names(diagnosis, cell)} for diagnosis in found]
    whole = {cell for share in shares for cell in share} == set(right)
    pairs = list(zip(found, shares, strict=True))
    return Result(
        first=whole and all(_says(diagnosis.repairs[:1], share) for diagnosis, share in pairs),
        level=whole and all(_says(diagnosis.best_repairs, share) for diagnosis, share in pairs),
        listed=whole and all(_says(diagnosis.repairs, share) for diagnosis, share in pairs),
        kind=found[0].repairs[0].kind if found[0].repairs else "",
        suspects=max(len(diagnosis.repairs) + diagnosis.more for diagnosis in found),
        seconds=seconds,
    )


def _names(diagnosis: Diagnosis, cell: str) -> bool:
    return any(change.cell == cell for repair in diagnosis.repairs for change in repair.changes)


def _says(repairs: Sequence[Repair], right: Mapping[str, Number]) -> bool:
    return any({change.cell: change.becomes for change in repair.changes} == right for repair in repairs)


def trials(form: Form, kind: str, way: Way, count: int, seed: int) -> list[Result | None]:
    """``count`` reports with a mistake of this kind; None for one that breaks no equation."""
    rng = random.Random(f"{seed} {kind}")
    reports = published(form)
    cells = [cell.id for cell in form.cells.values() if cell.table == TABLE]
    held = [cell for cell in cells if cell in way.shown(dict.fromkeys(form.cells, 0))]
    results: list[Result | None] = []
    while len(results) < count:
        report = plausible(rng, form, reports)
        if mistake := seeded(rng, report, kind, held):
            results.append(located(report, mistake, way))
    return results


def accused(form: Form, count: int, seed: int) -> int:
    """How many of so many right reports are accused of anything, however they come in."""
    rng = random.Random(seed)
    reports = published(form)
    right = (plausible(rng, form, reports) for _ in range(count))
    return sum(
        bool(diagnose_errors(form, way.shown(report.figures), previous=report.previous))
        for report in right
        for way in ways(form)
    )


def table(form: Form, way: Way, count: int, seed: int) -> Iterator[str]:
    yield f"{way.name}: {count} reports a kind"
    yield f"{'':26}{'caught':>8}{'first':>8}{'level':>8}{'listed':>8}{'kind':>8}{'offered':>9}{'ms':>8}{'max':>8}"
    for kind in MISTAKES:
        if kind == "total_overwritten" and way.name != "fully typed":
            continue
        results = trials(form, kind, way, count, seed)
        seen = [item for item in results if item]
        shares = (
            [len(seen) / count, *(mean(getattr(item, name) for item in seen) for name in ("first", "level", "listed"))]
            if seen
            else [0.0]
        )
        named = mean(item.kind == kind.partition(",")[0] for item in seen) if seen else 0
        times = [item.seconds * 1000 for item in seen] or [0.0]
        offered = mean(item.suspects for item in seen) if seen else 0
        line = "".join(f"{share:8.0%}" for share in shares)
        yield f"{kind:26}{line}{named:8.0%}{offered:9.1f}{mean(times):8.2f}{max(times):8.2f}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--count", type=int, default=100)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    form = find_form_for_year(load_forms(), YEAR)
    wrongly, ways_in = accused(form, given.count, given.seed), len(ways(form))
    print(f"right reports accused: {wrongly} of {given.count}, each in {ways_in} ways")
    for way in ways(form):
        print()
        for line in table(form, way, given.count, given.seed):
            print(line, flush=True)


if __name__ == "__main__":
    main()
