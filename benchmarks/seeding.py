"""Plausible reports made from published ones, and mistakes of every kind put into them on purpose."""

import json
import math
import random
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from xltool.forms.expressions import recompute_figures
from xltool.forms.ledger_totals import LedgerTotal, list_row_totals, list_subtotals
from xltool.model.form import Form, Number

REPORTS = Path(__file__).resolve().parents[1] / "samples" / "reports"
FEE = "disclosure.administrative_fees.amount"

Figures = dict[str, Number]


class Seeded(NamedTuple):
    """A report as typed with a mistake in it, and what the cells it changed should hold."""

    typed: Figures
    right: Mapping[str, Number]


class Report(NamedTuple):
    """A right report, and last year's."""

    form: Form
    figures: Figures
    previous: Figures


# --- right reports -----------------------------------------------------------------------------------------------


def published(form: Form) -> list[Figures]:
    """The complete published reports among the samples; what they do not show is taken to be 0."""
    found = []
    for path in sorted(REPORTS.glob("*.json")):
        report = json.loads(path.read_text("utf-8"))
        if report["complete"]:
            figures = {cell: Decimal(v) if isinstance(v, str) else v for cell, v in report["figures"].items()}
            found.append({cell.id: figures.get(cell.id, 0) for cell in form.inputs})
    return found


def plausible(rng: random.Random, form: Form, reports: Sequence[Figures]) -> Report:
    """A report with the shape of a published one, in another size, and one of the year before that it continues."""
    base, size = rng.choice(reports), math.exp(rng.uniform(-1.5, 1.0))
    before = _balanced(form, _varied(rng, base, size), {})
    carried = {cell.replace("carried_out", "carried_in"): v for cell, v in before.items() if "carried_out" in cell}
    now = _balanced(form, _varied(rng, base, size), carried)
    return Report(form, now, before)


def _varied(rng: random.Random, figures: Figures, size: float) -> Figures:
    """Every figure in another size; the few fees for processing requests stay what they are."""
    return {
        cell: value if cell.startswith("processing_fees") else _resized(rng, value, size)
        for cell, value in figures.items()
    }


def _resized(rng: random.Random, value: Number, size: float) -> Number:
    if isinstance(value, Decimal):
        return (value * Decimal(size * rng.uniform(0.7, 1.4))).quantize(Decimal("0.000001"))
    if value <= 3:
        return value if rng.random() < 0.9 else rng.randint(0, 5)
    return round(value * size * rng.uniform(0.6, 1.4))


def _balanced(form: Form, figures: Figures, carried_in: Figures) -> Figures:
    """What was received and carried out, so that every column balances; then the totals."""
    done = {**figures, **{cell: value for cell, value in carried_in.items() if cell in figures}}
    for relation in form.relations:
        if relation.rule == "T3-BAL" and not relation.implied_by:
            received, carried, concluded, out = (term.cell for term in relation.terms)
            parts = next(item.expect.right.terms for item in form.formulas if item.computes == concluded)
            over = int(done[out]) + sum(int(done[term.cell]) for term in parts) - int(done[carried])
            done[received] = max(over, 0)
            done[out] = int(done[out]) + max(-over, 0)
    return {cell: value for cell, value in recompute_figures(form.formulas, done).items() if value is not None}


# --- mistakes ----------------------------------------------------------------------------------------------------

Mistake = Callable[[random.Random, Report, Sequence[str]], Mapping[str, Number] | None]


def some_cells(count: int) -> Mistake:
    """So many figures, wrong by anything."""

    def mistake(rng: random.Random, report: Report, cells: Sequence[str]) -> Mapping[str, Number]:
        return {cell: _wrong(rng, int(report.figures[cell])) for cell in rng.sample(cells, count)}

    return mistake


def _wrong(rng: random.Random, value: int) -> int:
    near, far = range(max(0, value - 20), value + 21), range(max(10, 2 * value) + 1)
    return rng.choice([other for other in rng.choice([near, far]) if other != value])


def digits(change: Callable[[random.Random, str], str]) -> Mistake:
    """One figure of at least two digits, typed wrong."""

    def mistake(rng: random.Random, report: Report, cells: Sequence[str]) -> Mapping[str, Number] | None:
        long = [cell for cell in cells if int(report.figures[cell]) >= 10]
        cell = rng.choice(long) if long else None
        typed = int(change(rng, str(report.figures[cell]))) if cell else 0
        return {cell: typed} if cell and typed != report.figures[cell] else None

    return mistake


def _swapped(rng: random.Random, text: str) -> str:
    at = rng.randrange(len(text) - 1)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _dropped(rng: random.Random, text: str) -> str:
    at = rng.randrange(len(text))
    return text[:at] + text[at + 1 :]


def _doubled(rng: random.Random, text: str) -> str:
    at = rng.randrange(len(text))
    return text[: at + 1] + text[at:]


def _tenfold(rng: random.Random, text: str) -> str:
    return text[:-1] if text.endswith("0") and rng.random() < 0.5 else text + "0"


def unit(rng: random.Random, report: Report, cells: Sequence[str]) -> Mapping[str, Number] | None:
    """The fee in yuan instead of ten thousand yuan."""
    del rng, cells
    return {FEE: Decimal(report.figures[FEE]) * 10_000} if report.figures[FEE] and report.previous[FEE] else None


def slipped(direction: str) -> Mistake:
    """A run of figures that begins one place too far along its column (``row``) or its line (``column``)."""

    def mistake(rng: random.Random, report: Report, cells: Sequence[str]) -> Mapping[str, Number] | None:
        runs = []
        for strip in _strips(report.form, cells, direction):
            for start in range(len(strip) - 1):
                ends = [end for end in range(start + 1, len(strip)) if not report.figures[strip[end]]]
                if report.figures[strip[start]] and ends:
                    runs.append(strip[start : rng.choice(ends[:3]) + 1])
        if not runs:
            return None
        run = rng.choice(runs)
        moved = dict(zip(run, [0, *(report.figures[cell] for cell in run[:-1])], strict=True))
        return {cell: value for cell, value in moved.items() if value != report.figures[cell]}

    return mistake


def exchanged(rng: random.Random, report: Report, cells: Sequence[str]) -> Mapping[str, Number] | None:
    """Two neighbours, each in the other's place."""
    strips = [strip for direction in ("row", "column") for strip in _strips(report.form, cells, direction)]
    pairs = [pair for strip in strips for pair in pairwise(strip) if _both_and_different(report, *pair)]
    if not pairs:
        return None
    one, other = rng.choice(pairs)
    return {one: report.figures[other], other: report.figures[one]}


def _both_and_different(report: Report, one: str, other: str) -> bool:
    here, there = report.figures[one], report.figures[other]
    return bool(here and there and here != there)


def _strips(form: Form, cells: Sequence[str], direction: str) -> list[list[str]]:
    """The given cells by column of the form, for slips from row to row, or by line; each in the order it stands."""
    along, across = ("column", "row") if direction == "row" else ("row", "column")
    strips: dict[int, list[str]] = {}
    for cell in sorted(cells, key=lambda cell: getattr(form.cells[cell].box, across)):
        strips.setdefault(getattr(form.cells[cell].box, along), []).append(cell)
    return list(strips.values())


def subtotal(rng: random.Random, report: Report, cells: Sequence[str]) -> Mapping[str, Number] | None:
    """What a group of lines comes to, or a line's total, typed where one of its parts belongs."""
    found = [
        (cell, total)
        for group in (*list_row_totals(report.form), *list_subtotals(report.form))
        if (total := _sum(report, group))
        for cell in group.cells
        if cell in cells and report.figures[cell] != total
    ]
    return dict([rng.choice(found)]) if found else None


def _sum(report: Report, group: LedgerTotal) -> int:
    return sum(int(report.figures[cell]) for cell in group.cells)


def last_year(count: int) -> Mistake:
    """So many figures of one line left as they were the year before."""

    def mistake(rng: random.Random, report: Report, cells: Sequence[str]) -> Mapping[str, Number] | None:
        lines = [
            [cell for cell in strip if report.previous[cell] not in {0, report.figures[cell]}]
            for strip in _strips(report.form, cells, "column")
        ]
        long = [line for line in lines if len(line) >= count]
        return {cell: report.previous[cell] for cell in rng.sample(rng.choice(long), count)} if long else None

    return mistake


def total_overwritten(rng: random.Random, report: Report, cells: Sequence[str]) -> Mapping[str, Number] | None:
    """A total that its parts do not come to."""
    totals = [cell for cell in cells if report.form.cells[cell].computed]
    if not totals:
        return None
    cell = rng.choice(totals)
    return {cell: _wrong(rng, int(report.figures[cell]))}


MISTAKES: Mapping[str, Mistake] = {
    "single": some_cells(1),
    "swap_digits": digits(_swapped),
    "dropped_digit": digits(_dropped),
    "doubled_digit": digits(_doubled),
    "factor_10": digits(_tenfold),
    "unit_10000": unit,
    "row_slipped": slipped("row"),
    "column_slipped": slipped("column"),
    "neighbours_exchanged": exchanged,
    "subtotal_in_detail": subtotal,
    "last_year_left": last_year(1),
    "last_year_left, a line": last_year(2),
    "total_overwritten": total_overwritten,
    "two cells": some_cells(2),
    "three cells": some_cells(3),
    "four cells": some_cells(4),
    "five cells": some_cells(5),
    "ten cells": some_cells(10),
}


def seeded(rng: random.Random, report: Report, kind: str, cells: Sequence[str]) -> Seeded | None:
    """The report with one mistake of this kind among ``cells``; None where it has no place for it."""
    wrong = MISTAKES[kind](rng, report, cells)
    if not wrong:
        return None
    return Seeded({**report.figures, **wrong}, {cell: report.figures[cell] for cell in wrong})
