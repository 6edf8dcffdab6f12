"""Merging: every file read and checked, the accepted ones summed, the consolidated workbook written."""

import glob
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from xltool.checks.run_checks import review
from xltool.checks.successions import divided
from xltool.commands.check import context_of, review_all
from xltool.commands.earlier_run import Before, left_by_last_run
from xltool.commands.run_context import Progress, Setting
from xltool.consolidation.choosing import choose
from xltool.consolidation.finding_fingerprints import changes
from xltool.consolidation.folding import folded
from xltool.consolidation.totals import consolidate
from xltool.errors import UsageError
from xltool.execution.executor import Jobs
from xltool.exports.tables import write_figures, write_tables
from xltool.forms.layout import plan
from xltool.messages import catalogue as texts
from xltool.model.agency import Agency, Roster, Scope
from xltool.model.consolidation import Consolidation, Reviewed, Status
from xltool.model.finding import Finding
from xltool.model.form import Form, Values
from xltool.pages.overview_page import write_page
from xltool.spreadsheet.find_files import places_below
from xltool.workbooks.save_files import refuse_existing, refuse_filled, refuse_locked
from xltool.workbooks.summary.write_summary import write_summary


class Choices(NamedTuple):
    """How to merge: for which area (else the body all agencies report to) and year (else that of most returns).

    ``include_flawed`` sums returns with something that must be fixed; ``force`` writes over an earlier workbook.
    ``since`` is the run to compare the findings with, else the one that left the workbook that is written over.
    """

    area: str | None = None
    year: int | None = None
    include_flawed: bool = False
    force: bool = False
    since: Before | None = None


class Beside(NamedTuple):
    """What is written beside the consolidated workbook: a ``page``, folders of ``tables`` and of ``levels`` below."""

    page: Path | None = None
    tables: Path | None = None
    levels: Path | None = None


def merge(
    paths: Sequence[Path | str],
    about: Setting,
    output: Path | None,
    choices: Choices | None = None,
    beside: Beside | None = None,
    *,
    jobs: Jobs = None,
    progress: Progress | None = None,
) -> Consolidation:
    """Every file below ``paths`` read and checked, the accepted ones summed, and the consolidated workbook written.

    With ``output`` None there is no workbook. Raises UsageError when there is no return among the files, or something
    is where the outputs should go.
    """
    choices, beside = choices or Choices(), beside or Beside()
    make_way(output, beside, choices.force)
    before = choices.since or left_by_last_run(output)
    reviewed = review_all(places_below(paths, ours(output, beside)), about, jobs, progress)
    form, year = what_to_merge(reviewed, about, choices.year)
    made = summed(reviewed, about, form, year, area_of(about.roster, choices.area), choices)
    made = since(made, before)
    write(made, about, output, beside, force=choices.force)
    return made


def summed(
    reviewed: Sequence[Reviewed], about: Setting, form: Form, year: int, area: Agency, choices: Choices
) -> Consolidation:
    """The sum of those that count, and what the same checks find about it as about any return."""
    chosen = choose(reviewed, about.roster, form, year, include_flawed=choices.include_flawed)
    made = consolidate(chosen, about.roster, form, year, area=area)
    found = review(made.summary, context_of(made.summary, about))
    moved = divided(made, about.past.before(year)) if about.past else ()
    return replace(made, findings=(*made.findings, *found, *moved))


def since(made: Consolidation, before: Before | None) -> Consolidation:
    """The same, with what is new among its findings, still there and gone since an earlier run."""
    if before is None:
        return made
    return replace(made, changes=changes(before.findings, before.source, made.tracking, made))


def write(made: Consolidation, about: Setting, output: Path | None, beside: Beside, *, force: bool) -> None:
    """Everything that was asked for of one consolidation."""
    before = year_before(made, about)
    if output is not None:
        shown = folded(made)
        if shown is not made:
            write_figures(made, leaves_beside(output), force=force)
        write_summary(shown, plan(made.form), output, previous=before, force=force)
    if beside.page is not None:
        write_page(made, plan(made.form), beside.page, previous=before, force=force)
    if beside.tables is not None:
        write_tables(made, beside.tables, force=force)


def leaves_beside(output: Path) -> Path:
    """Where the figures of every agency go when the workbook shows areas: the path without an ending."""
    return output.with_name(texts.word("summary", "leaves").format(name=output.stem))


def year_before(made: Consolidation, about: Setting) -> Values | None:
    """What the agencies in the sum reported for the year before; where that is not known, what the area did."""
    own = about.before([leaf.code for leaf in made.summary.manifest], made.year)
    return own or (None if made.summary.absent else about.before([made.summary.agency_code], made.year))


def ours(output: Path | None, beside: Beside) -> list[Path]:
    """What an earlier run may have left where this one will write: no inputs of this one."""
    named = [path for path in (output, *beside) if path]
    if output is not None:
        named += output.parent.glob(f"{glob.escape(leaves_beside(output).name)}.*")
    return named + [file for path in named if path.is_dir() for file in path.rglob("*")]


def make_way(output: Path | None, beside: Beside, force: bool) -> None:
    """Raises UsageError before any work is done, not after."""
    refuse_existing([path for path in (output, beside.page) if path], force)
    for folder in (beside.tables, beside.levels):
        if folder is not None:
            refuse_filled(folder, force)
    folders = [folder for folder in (beside.tables, beside.levels) if folder and folder.is_dir()]
    refuse_locked([path for path in (output, beside.page) if path])
    refuse_locked(path for folder in folders for path in sorted(folder.iterdir()))


def what_to_merge(reviewed: Sequence[Reviewed], about: Setting, year: int | None) -> tuple[Form, int]:
    """The form and year of most returns."""
    returns = Counter(
        (item.submission.form, item.submission.edition, item.submission.year)
        for item in reviewed
        if item.submission and item.submission.year is not None and year in (None, item.submission.year)
    )
    if not returns:
        raise UsageError("usage.nothing_to_merge", count=len(reviewed))
    form_id, edition, most = max(returns, key=lambda key: (returns[key], key[2] or 0))
    assert most is not None  # counted only with a year
    return next(form for form in about.forms if form.key == (form_id, edition)), most


def area_of(roster: Roster | None, name: str | None) -> Agency:
    """The body the sum is for: the one named, by code or name, or the one on the roster that all others report to."""
    if name is not None:
        listed = (agency for agency in roster or () if name in (agency.code, agency.name))
        return replace(next(listed, Agency("", name)), scope=Scope.AREA)
    known = roster.agencies if roster else {}
    parents = {agency.parent for agency in known.values()}
    top = [agency for agency in known.values() if agency.code in parents and agency.parent not in known]
    if len(top) == 1:
        return replace(top[0], scope=Scope.AREA)
    return Agency("", texts.word("summary", "area"), scope=Scope.AREA)


def open_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What somebody still has to do something about: all but notes, and what a written reason settles."""
    return tuple(finding for finding in findings if finding.open)


def worth_a_look(reviewed: Iterable[Reviewed]) -> bool:
    """Whether a run ends with exit code 1: a file was refused, or something in one is still open."""
    refused = {Status.UNREADABLE, Status.FOREIGN}
    return any(
        open_findings(item.findings) or (item.status in refused and item.reason is None)
        for item in reviewed
        if item.status is not Status.SUPERSEDED
    )
