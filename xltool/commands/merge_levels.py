"""Merge every level of the roster in one run: files are read once, each area is merged from the level below it.

The workbook of each area is read back before it is summed one level up, so that the result equals separate merges of
each level and contains only what is in the workbooks.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from xltool.commands.check import obey_decisions, review_all, review_file
from xltool.commands.decisions import record_open_questions
from xltool.commands.earlier_run import choose_earlier_run
from xltool.commands.merge import (
    ExtraOutputs,
    MergeOptions,
    add_finding_changes,
    choose_form_and_year,
    find_year_before,
    prepare_outputs,
    sum_and_check,
    write_outputs,
    write_without_failing_files,
)
from xltool.commands.own_outputs import name_level_file
from xltool.commands.previous_use import survey_returns
from xltool.commands.run_context import Progress, RunContext, require_roster
from xltool.consolidation.find_area import find_area
from xltool.consolidation.tree import RosterTree, list_manifest
from xltool.errors import UsageError
from xltool.execution.executor import Jobs
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.agency import Agency, Roster, Scope
from xltool.model.consolidation import Consolidation, FindingChanges, ReviewedFile
from xltool.model.form import Form
from xltool.model.submission import Submission
from xltool.spreadsheet.find_files import find_places
from xltool.spreadsheet.load_file import FileSource
from xltool.workbooks.save_folders import stage_folder
from xltool.workbooks.summary.write_summary import write_summary

_NO_AREA = ""  # area code of files that belong to no area of the roster


class MergedLevel(NamedTuple):
    """One merged area and the path of its workbook."""

    area: Agency
    file: Path
    consolidation: Consolidation


def combine_levels(levels: Sequence[MergedLevel]) -> Consolidation:
    """Return the top consolidation with the tracking rows of all levels, without the workbooks of this run."""
    made = levels[-1].consolidation
    own = {str(level.file) for level in levels}
    items = (item for level in levels for item in level.consolidation.tracking if item.file not in own)
    compared = [level.consolidation.changes for level in levels if level.consolidation.changes]
    return replace(made, tracking=tuple(sorted(items, key=lambda item: item.file)), changes=_combine_changes(compared))


def _combine_changes(run_changes: Sequence[FindingChanges]) -> FindingChanges | None:
    """Combine the finding changes of all levels."""
    if not run_changes:
        return None
    new = frozenset(mark for each in run_changes for mark in each.new)
    still = frozenset(mark for each in run_changes for mark in each.still)
    return FindingChanges(
        run_changes[-1].since,
        new,
        still,
        tuple({was.fingerprint: was for each in run_changes for was in each.gone}.values()),
        run_changes[-1].dropped,
    )


class _LevelsRun(NamedTuple):
    """Values that all steps of one run share; ``draft`` is the folder written to before ``folder`` replaces it."""

    run_context: RunContext
    form: Form
    year: int
    options: MergeOptions
    draft: Path
    folder: Path


def merge_levels(
    sources: Sequence[FileSource | str],
    run_context: RunContext,
    output: Path,
    folder: Path,
    options: MergeOptions | None = None,
    extra_outputs: ExtraOutputs | None = None,
    *,
    jobs: Jobs = None,
    progress: Progress | None = None,
) -> tuple[MergedLevel, ...]:
    """Write a consolidated workbook for every area of the roster with returns, from the lowest level; the top is last.

    The top is written to ``output``, the others to ``folder``. Raises UsageError as `merge`, and without a roster.
    """
    options, extra_outputs = options or MergeOptions(), (extra_outputs or ExtraOutputs())._replace(levels=folder)
    roster = require_roster(run_context.roster)
    top = find_area(roster, options.area)
    own = prepare_outputs(sources, run_context, top, output, extra_outputs, options)
    found = review_all(find_places(sources, own), run_context, jobs, progress)
    reviewed, book = obey_decisions(found, options.decisions, run_context)
    form, year = choose_form_and_year(reviewed, run_context, options)
    survey_returns(run_context, reviewed, form, year, top.code)
    _refuse_level_at(output, folder, roster, year)
    items_by_area = _group_by_area(reviewed, roster)
    levels: list[MergedLevel] = []
    with stage_folder(folder, force=options.force, keep_earlier=options.keep_earlier) as draft:
        run = _LevelsRun(run_context, form, year, options, draft, folder)
        for area in _iterate_areas_upwards(roster):
            if area.code != top.code and (items := items_by_area.pop(area.code, None)):
                level, item = _merge_level(run, items, replace(area, scope=Scope.AREA))
                levels.append(level)
                above = area.parent if area.parent in roster.agencies else _NO_AREA
                items_by_area[above or _NO_AREA] += [item] if level.consolidation.summary.manifest else []
    earlier_run = choose_earlier_run(options.since, output)

    def sum_files(reviewed_files: Sequence[ReviewedFile]) -> Consolidation:
        return add_finding_changes(
            sum_and_check(reviewed_files, run_context, form, year, top, options), earlier_run, run_context
        )

    remaining = [item for items in items_by_area.values() for item in items]
    made = write_outputs(remaining, sum_files, run_context, output, extra_outputs, options)
    merged = (*levels, MergedLevel(top, output, made))
    record_open_questions(book, combine_levels(merged).tracking)
    return merged


def _refuse_level_at(output: Path, folder: Path, roster: Roster, year: int) -> None:
    """Raise UsageError if the workbook of a level would have the path of the workbook of the whole."""
    if output.parent.resolve() == folder.resolve():
        for area in _iterate_areas_upwards(roster):
            if name_level_file(area, year).casefold() == output.name.casefold():
                raise UsageError("usage.outputs_same", path=str(output), other=name_level_file(area, year))


def _merge_level(
    run: _LevelsRun, reviewed_files: Sequence[ReviewedFile], area: Agency
) -> tuple[MergedLevel, ReviewedFile]:
    """Merge and write one area; return it with its workbook as read back."""
    below = replace(
        run.run_context, roster=_select_roster_part(require_roster(run.run_context.roster), area.code, run.year)
    )
    draft = run.draft / name_level_file(area, run.year)
    earlier_run = choose_earlier_run(run.options.since, run.folder / draft.name)

    def sum_files(files: Sequence[ReviewedFile]) -> Consolidation:
        summed = sum_and_check(files, below, run.form, run.year, area, run.options, is_lower_level=True)
        return add_finding_changes(summed, earlier_run, below)

    def write(made: Consolidation, *, is_again: bool) -> None:
        previous = find_year_before(made, run.run_context)
        write_summary(made, plan_workbook(run.form), draft, previous=previous, force=is_again)

    made = write_without_failing_files(reviewed_files, sum_files, write)
    file = run.folder / draft.name
    return MergedLevel(area, file, made), _move_to_file(review_file(run.run_context, draft), file)


def _move_to_file(item: ReviewedFile, file: Path) -> ReviewedFile:
    """Replace the path of a reviewed workbook by its final one."""
    read = item.submission
    if read is not None:
        read = replace(read, source=replace(read.source, file=str(file)))
    return replace(item, file=str(file), submission=read)


def _select_roster_part(roster: Roster, code: str, year: int) -> Roster:
    """Return the part of the roster with an area and all agencies below it."""
    inside = RosterTree(roster, year).codes_below(code) | {code}
    kept = {key: agency for key, agency in roster.agencies.items() if key in inside}
    return Roster(kept, roster.source, {key: each for key, each in roster.agencies.items() if key not in inside})


def _iterate_areas_upwards(roster: Roster) -> Iterator[Agency]:
    """Yield the areas with members, each after the areas below it; otherwise in roster order."""
    parents = {agency.parent for agency in roster}
    yield from sorted((each for each in roster if each.code in parents), key=lambda each: -_measure_depth(roster, each))


def _measure_depth(roster: Roster, agency: Agency) -> int:
    above = roster.agencies.get(agency.parent or "")
    return 0 if above is None else 1 + _measure_depth(roster, above)


def _group_by_area(reviewed_files: Iterable[ReviewedFile], roster: Roster) -> dict[str, list[ReviewedFile]]:
    """Group files by the code of their area, determined by the agency and not by the folder."""
    found: dict[str, list[ReviewedFile]] = defaultdict(list)
    parents = {agency.parent for agency in roster}
    for item in reviewed_files:
        if item.submission:
            area = _find_lowest_area(item.submission, roster, parents)
        else:
            named = item.named_agency.code if item.named_agency else ""
            area = named if named in parents else _find_parent_code(roster, named)
        found[area].append(item)
    return found


def _find_lowest_area(submission: Submission, roster: Roster, parents: set[str | None]) -> str:
    """Return the code of the lowest area that contains the agencies of a submission."""
    code = submission.agency_code
    if code in parents and code in roster.agencies:
        return code
    if code in roster.agencies:
        return _find_parent_code(roster, code)
    ways = [_list_areas_above(roster, leaf.code) for leaf in list_manifest(submission)]
    return next((area for area in ways[0] if all(area in way for way in ways)), _NO_AREA)


def _find_parent_code(roster: Roster, code: str) -> str:
    parent = roster.agencies[code].parent if code in roster.agencies else None
    return parent if parent in roster.agencies and parent else _NO_AREA


def _list_areas_above(roster: Roster, code: str) -> list[str]:
    """List the areas above an agency, the nearest first."""
    found = []
    while code in roster.agencies and (code := _find_parent_code(roster, code)):
        found.append(code)
    return found
