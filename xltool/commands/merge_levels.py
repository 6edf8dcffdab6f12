"""Every level of the roster in one run: the files are read once, each area is merged from what stands below it.

Each area's workbook is read back before it is summed one level up. So a run over all levels is, by construction, what
separate merges from below come to, and nothing rises that a reader of the workbook would not find in it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from xltool.commands.check import review_all, review_file
from xltool.commands.earlier_run import left_by_last_run
from xltool.commands.merge import (
    Beside,
    Choices,
    area_of,
    make_way,
    ours,
    since,
    summed,
    what_to_merge,
    write,
    year_before,
)
from xltool.commands.run_context import Progress, Setting, needed
from xltool.consolidation.tree import Tree, leaves
from xltool.execution.executor import Jobs
from xltool.forms.furniture import words
from xltool.forms.layout import plan
from xltool.model.agency import Agency, Roster, Scope
from xltool.model.consolidation import Changes, Consolidation, Reviewed
from xltool.model.form import Form
from xltool.model.submission import Submission
from xltool.spreadsheet.find_files import places_below
from xltool.workbooks.save_files import whole_folder
from xltool.workbooks.summary.write_summary import write_summary
from xltool.workbooks.template.distribution_list import file_name

_LONGEST_NAME = 180  # bytes of a workbook's name
_TOP = ""  # the place of what belongs to no area of the roster


class Level(NamedTuple):
    """One area merged, and the workbook it was written to."""

    area: Agency
    file: Path
    made: Consolidation


def as_one(levels: Sequence[Level]) -> Consolidation:
    """The whole with every file that was handed in, whichever level it was summed at, and none of our own."""
    made = levels[-1].made
    own = {str(level.file) for level in levels}
    items = (item for level in levels for item in level.made.tracking if item.file not in own)
    compared = [level.made.changes for level in levels if level.made.changes]
    return replace(made, tracking=tuple(sorted(items, key=lambda item: item.file)), changes=_joined(compared))


def _joined(changes: Sequence[Changes]) -> Changes | None:
    """What came, stayed and went at all levels together."""
    if not changes:
        return None
    new = frozenset(mark for each in changes for mark in each.new)
    still = frozenset(mark for each in changes for mark in each.still)
    return Changes(
        changes[-1].since, new, still, tuple({was.fingerprint: was for each in changes for was in each.gone}.values())
    )


class _Run(NamedTuple):
    """What one run over all levels needs everywhere."""

    about: Setting
    form: Form
    year: int
    choices: Choices
    draft: Path
    folder: Path


def merge_levels(
    paths: Sequence[Path | str],
    about: Setting,
    output: Path,
    folder: Path,
    choices: Choices | None = None,
    beside: Beside | None = None,
    *,
    jobs: Jobs = None,
    progress: Progress | None = None,
) -> tuple[Level, ...]:
    """A consolidated workbook for every area of the roster with something to sum, from below; the whole comes last.

    The whole is written to ``output``, the others to ``folder``. Raises UsageError as `merge`, and without a roster.
    """
    choices, beside = choices or Choices(), (beside or Beside())._replace(levels=folder)
    roster = needed(about.roster)
    make_way(output, beside, choices.force)
    reviewed = review_all(places_below(paths, ours(output, beside)), about, jobs, progress)
    form, year = what_to_merge(reviewed, about, choices.year)
    waiting = _by_area(reviewed, roster)
    top = area_of(roster, choices.area)
    levels: list[Level] = []
    with whole_folder(folder, force=choices.force) as draft:
        run = _Run(about, form, year, choices, draft, folder)
        for area in _upwards(roster):
            if area.code != top.code and (items := waiting.pop(area.code, None)):
                level, item = _level(run, items, replace(area, scope=Scope.AREA))
                levels.append(level)
                above = area.parent if area.parent in roster.agencies else _TOP
                waiting[above or _TOP] += [item] if level.made.summary.manifest else []
    made = summed([item for items in waiting.values() for item in items], about, form, year, top, choices)
    made = since(made, choices.since or left_by_last_run(output))
    write(made, about, output, beside, force=choices.force)
    return (*levels, Level(top, output, made))


def _level(run: _Run, items: Sequence[Reviewed], area: Agency) -> tuple[Level, Reviewed]:
    """One area merged and written, and its workbook as it is found by whoever reads it."""
    below = replace(run.about, roster=_part(needed(run.about.roster), area.code, run.year))
    made = summed(items, below, run.form, run.year, area, run.choices)
    name = words().summary.shared["level_file"].format(code=area.code, area=area.name, year=run.year)
    draft = run.draft / f"{file_name(name, _LONGEST_NAME)}.xlsx"
    made = since(made, run.choices.since or left_by_last_run(run.folder / draft.name))
    write_summary(made, plan(run.form), draft, previous=year_before(made, run.about))
    file = run.folder / draft.name
    return Level(area, file, made), _moved(review_file(run.about, draft), file)


def _moved(item: Reviewed, file: Path) -> Reviewed:
    """The same workbook where it will lie in the end."""
    read = item.submission
    if read is not None:
        read = replace(read, source=replace(read.source, file=str(file)))
    return replace(item, file=str(file), submission=read)


def _part(roster: Roster, code: str, year: int) -> Roster:
    """The area and everybody below it."""
    inside = Tree(roster, year).below(code) | {code}
    kept = {key: agency for key, agency in roster.agencies.items() if key in inside}
    return Roster(kept, roster.source, {key: each for key, each in roster.agencies.items() if key not in inside})


def _upwards(roster: Roster) -> Iterator[Agency]:
    """The areas above others, each after those below it; in roster order otherwise."""
    parents = {agency.parent for agency in roster}
    yield from sorted((each for each in roster if each.code in parents), key=lambda each: -_depth(roster, each))


def _depth(roster: Roster, agency: Agency) -> int:
    above = roster.agencies.get(agency.parent or "")
    return 0 if above is None else 1 + _depth(roster, above)


def _by_area(reviewed: Iterable[Reviewed], roster: Roster) -> dict[str, list[Reviewed]]:
    """The files of each area, by its code: whose they are decides it, not where they lie."""
    found: dict[str, list[Reviewed]] = defaultdict(list)
    parents = {agency.parent for agency in roster}
    for item in reviewed:
        found[_place(item.submission, roster, parents) if item.submission else _TOP].append(item)
    return found


def _place(submission: Submission, roster: Roster, parents: set[str | None]) -> str:
    """The code of the lowest area that holds it."""
    code = submission.agency_code
    if code in parents and code in roster.agencies:
        return code
    if code in roster.agencies:
        return _above(roster, code)
    ways = [_way_up(roster, leaf.code) for leaf in leaves(submission)]
    return next((area for area in ways[0] if all(area in way for way in ways)), _TOP)


def _above(roster: Roster, code: str) -> str:
    parent = roster.agencies[code].parent
    return parent if parent in roster.agencies and parent else _TOP


def _way_up(roster: Roster, code: str) -> list[str]:
    """The areas above an agency, the nearest first."""
    found = []
    while code in roster.agencies and (code := _above(roster, code)):
        found.append(code)
    return found
