"""Sum the counted submissions cell by cell, exactly, and record which figures are missing."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from xltool.consolidation.aggregates import aggregate
from xltool.consolidation.merge_lists import check_merged_lists, merge_lists
from xltool.consolidation.published import check_published_areas
from xltool.consolidation.tree import RosterTree, list_manifest
from xltool.forms.cell_addresses import box_address, cover_with_rectangles, parse_address
from xltool.forms.cell_kinds import format_tally
from xltool.forms.expressions import recompute_figures
from xltool.forms.lists.aggregates import compute_aggregate
from xltool.forms.lower_bounds import is_lower_bound
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.agency import Agency, Roster, Scope
from xltool.model.consolidation import Consolidation, ReviewedFile
from xltool.model.finding import Finding, FindingCell
from xltool.model.form import Form, Number, Severity, TotalKind, Values
from xltool.model.submission import Entry, EntryRow, EntryState, ManifestItem, Source, Submission


def consolidate(
    tracking: Sequence[ReviewedFile], roster: Roster | None, form: Form, year: int, *, area: Agency
) -> Consolidation:
    """Sum the files that count (`choose_returns`) into the figures of ``area``; parts in roster order, then by code.

    Each input is summed over the parts that have it; computed cells are recomputed from the sums. If a part has no
    figure the sum is a lower bound, with the number of such parts in ``lacking``; if all have none it is None.
    """
    tree = RosterTree(roster, year)
    counted = [item.submission for item in tracking if item.counted and item.submission]
    parts = tuple(sorted(counted, key=tree.get_sort_key))
    missing = tree.find_missing(parts)
    summary = replace(sum_submissions(parts, form, year, area), absent=_list_absent(parts, missing))
    made = Consolidation(form, year, summary, parts, missing, tuple(tracking), (), roster)
    published = check_published_areas(tracking, parts, tree, form)
    return replace(made, findings=(*_find_gaps_in_totals(made), *published, *check_merged_lists(made)))


def _list_absent(part_submissions: Sequence[Submission], missing: Sequence[Agency]) -> tuple[ManifestItem, ...]:
    """List agencies missing here or in a part and not contained in another part, by code."""
    codes = {leaf.code for part in part_submissions for leaf in list_manifest(part)}
    found = {leaf.code: leaf for part in part_submissions for leaf in part.absent}
    found |= {agency.code: ManifestItem(agency.code, agency.name, "") for agency in missing}
    return tuple(found[code] for code in sorted(found) if code not in codes)


def sum_submissions(part_submissions: Sequence[Submission], form: Form, year: int, area: Agency) -> Submission:
    """Sum submissions into one of ``area``; ``absent`` stays empty."""
    figures = [part.counted for part in part_submissions]
    totals = aggregate(part_submissions, form)
    lists = merge_lists(part_submissions, form)
    sums = recompute_figures(form.formulas, {**totals.inputs, **_count_merged_rows(form, lists, part_submissions)})
    calculated = {
        relation.computes for relation in form.formulas if not relation.is_linear
    }  # lack only what parts lack
    missing = _count_missing(part_submissions, figures, form)
    lacking = {
        cell.id: missing[cell.id]
        for cell in form.cells.values()
        if cell.total is not TotalKind.NONE and cell.id not in calculated
    }
    return Submission(
        form=form.id,
        edition=form.edition,
        year=year,
        scope=Scope.AREA,
        agency_code=area.code,
        agency_name=area.name,
        entries={cell: _build_sum_entry(cell, sums[cell], form) for cell in form.cells},
        values={cell: sums[cell] for cell in form.cells},
        source=Source("", "", 0, max((part.source.modified for part in part_submissions), default="")),
        manifest=tuple(sorted({leaf for part in part_submissions for leaf in list_manifest(part)})),
        lacking={cell: count for cell, count in lacking.items() if count},
        words={cell: format_tally(tally) for cell, tally in totals.tallies.items()},
        tallies=totals.tallies,
        bases=totals.bases,
        lists=lists,
    )


def _count_merged_rows(
    form: Form, lists: Mapping[str, tuple[EntryRow, ...]], part_submissions: Sequence[Submission]
) -> dict[str, Number | None]:
    """Count the rows of lists merged by key, whose numbers do not add up; nothing where no part has the list."""
    return {
        cell.id: compute_aggregate(cell, list_table, lists[list_table.id])
        for list_table in form.lists
        if any(list_table.id in part.lists for part in part_submissions)
        for cell in form.cells.values()
        if cell.aggregate and cell.table == list_table.id and cell.total is TotalKind.NONE
    }


def _build_sum_entry(cell: str, value: Number | None, form: Form) -> Entry:
    place = plan_workbook(form).cells[cell]
    return Entry(
        cell, EntryState.BLANK if value is None else EntryState.NUMBER, value, None, place.sheet, place.address
    )


def _count_missing(
    part_submissions: Sequence[Submission], values_by_part: Sequence[Values], form: Form
) -> Counter[str]:
    """Return how many of the reports in all parts have no figure for each cell."""
    counts: Counter[str] = Counter()
    for part, values in zip(part_submissions, values_by_part, strict=True):
        if part.manifest:
            counts.update(part.lacking)
        else:
            counts.update(cell for cell, value in values.items() if value is None)
            counts.update(form.cells.keys() - values.keys())
    return counts


def _find_gaps_in_totals(consolidation: Consolidation) -> Iterator[Finding]:
    """Yield findings about incomplete totals: missing agencies, and cells that some agency left blank."""
    if consolidation.summary.absent:
        names = tuple(leaf.name or leaf.code for leaf in consolidation.summary.absent)
        facts: dict[str, object] = {"count": len(names), "expected": consolidation.expected, "agencies": names}
        yield Finding("merge.incomplete", Severity.MUST_FIX, facts=facts)
    alike: dict[tuple[str, int, bool], list[FindingCell]] = {}
    for cell, count in consolidation.summary.lacking.items():
        entry = consolidation.summary.entries[cell]
        bound = is_lower_bound(consolidation.form, consolidation.form.cells[cell])
        alike.setdefault((entry.sheet, count, bound), []).append(FindingCell(cell, entry.sheet, entry.address))
    for (_, count, bound), spots in alike.items():
        areas = tuple(
            box_address(area) for area in cover_with_rectangles(parse_address(spot.address) for spot in spots)
        )
        facts = {"count": count, "counted": len(consolidation.summary.manifest), "cells": areas}
        wording = "" if bound else "merge.lacking_in_part"
        yield Finding("merge.lacking", Severity.NOTE, tuple(spots), facts, wording=wording)
