"""The sum of what was chosen: every cell over its parts, exact, and honest about what is missing."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Context, Decimal, localcontext

from xltool.consolidation.published import against_published
from xltool.consolidation.tree import Tree, leaves
from xltool.forms.expressions import recompute
from xltool.forms.layout import plan
from xltool.forms.places import box_address, place, rectangles
from xltool.model.agency import Agency, Roster, Scope
from xltool.model.consolidation import Consolidation, Reviewed
from xltool.model.finding import Finding, Spot
from xltool.model.form import Form, Kind, Number, Severity, Values
from xltool.model.submission import Entry, Leaf, Source, State, Submission

_EXACT = Context(prec=1000)  # sums of amounts are never rounded


def consolidate(
    chosen: Sequence[Reviewed], roster: Roster | None, form: Form, year: int, *, area: Agency
) -> Consolidation:
    """The sum of what `choose` counted, as the figures of ``area``; parts in roster order, then by code and name.

    Each input is summed over the parts that have it, each computed cell recomputed from the sums. Where some part has
    no figure the sum is a lower bound, and ``lacking`` says over how many; where none has, there is no figure.
    """
    tree = Tree(roster, year)
    counted = [item.submission for item in chosen if item.counted and item.submission]
    parts = tuple(sorted(counted, key=tree.rank))
    missing = tree.missing(parts)
    summary = replace(summed(parts, form, year, area), absent=_absent(parts, missing))
    made = Consolidation(form, year, summary, parts, missing, tuple(chosen), (), roster)
    return replace(made, findings=(*_doubts(made), *against_published(chosen, parts, tree, form)))


def _absent(parts: Sequence[Submission], missing: Sequence[Agency]) -> tuple[Leaf, ...]:
    """Who is missing here, or was missing when a part was made and has not come another way; by code."""
    codes = {leaf.code for part in parts for leaf in leaves(part)}
    found = {leaf.code: leaf for part in parts for leaf in part.absent}
    found |= {agency.code: Leaf(agency.code, agency.name, "") for agency in missing}
    return tuple(found[code] for code in sorted(found) if code not in codes)


def summed(parts: Sequence[Submission], form: Form, year: int, area: Agency) -> Submission:
    """The sum of some returns as a submission of ``area``, without who is missing."""
    figures = [part.counted for part in parts]
    inputs = {cell.id: _total([each.get(cell.id) for each in figures], cell.kind) for cell in form.inputs}
    sums = recompute(form.formulas, inputs)
    lacking = {
        cell: sum(_lacks(part, each, cell) for part, each in zip(parts, figures, strict=True)) for cell in form.cells
    }
    return Submission(
        form=form.id,
        edition=form.edition,
        year=year,
        scope=Scope.AREA,
        agency_code=area.code,
        agency_name=area.name,
        entries={cell: _entry(cell, sums[cell], form) for cell in form.cells},
        values={cell: sums[cell] for cell in form.cells},
        source=Source("", "", 0, max((part.source.modified for part in parts), default="")),
        manifest=tuple(sorted({leaf for part in parts for leaf in leaves(part)})),
        lacking={cell: count for cell, count in lacking.items() if count},
    )


def _entry(cell: str, value: Number | None, form: Form) -> Entry:
    place = plan(form).cells[cell]
    return Entry(cell, State.BLANK if value is None else State.NUMBER, value, None, place.sheet, place.address)


def _total(figures: Sequence[Number | None], kind: Kind) -> Number | None:
    known = [figure for figure in figures if figure is not None]
    if not known:
        return None
    with localcontext(_EXACT):
        return sum(known, Decimal(0)) if kind is Kind.AMOUNT else sum(known)


def _lacks(part: Submission, figures: Values, cell: str) -> int:
    """How many of the reports in a part give no figure for a cell."""
    return part.lacking.get(cell, 0) if part.manifest else int(figures.get(cell) is None)


def _doubts(made: Consolidation) -> Iterator[Finding]:
    """What keeps the totals from being whole: agencies that are missing, and cells that some agency left open."""
    if made.summary.absent:
        names = tuple(leaf.name or leaf.code for leaf in made.summary.absent)
        facts: dict[str, object] = {"count": len(names), "expected": made.expected, "agencies": names}
        yield Finding("merge.incomplete", Severity.MUST_FIX, facts=facts)
    alike: dict[tuple[str, int], list[Spot]] = {}
    for cell, count in made.summary.lacking.items():
        entry = made.summary.entries[cell]
        alike.setdefault((entry.sheet, count), []).append(Spot(cell, entry.sheet, entry.address))
    for (_, count), spots in alike.items():
        areas = tuple(box_address(area) for area in rectangles(place(spot.address) for spot in spots))
        facts = {"count": count, "counted": len(made.summary.manifest), "cells": areas}
        yield Finding("merge.lacking", Severity.NOTE, tuple(spots), facts)
