"""Count ledgers (`xltool ledger count`): the figures, the reports made of them, the copies to hand in."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from xltool.commands.check import name_place, report_failure
from xltool.commands.check_outputs import OutputFile, check_outputs, create_folder
from xltool.commands.ledger_copies import build_ledger_copy, name_ledger_copy
from xltool.commands.ledger_files import (
    LedgerTask,
    ReviewedLedger,
    add_ledger_finding,
    name_ledger_agency,
    open_ledger_file,
    report_lost_ledger,
    review_ledger,
)
from xltool.commands.ledger_reports import build_ledger_report
from xltool.commands.run_context import Progress
from xltool.errors import UsageError, WritingError
from xltool.execution import executor
from xltool.spreadsheet.find_files import find_places
from xltool.spreadsheet.load_file import FileSource
from xltool.spreadsheet.remote_files import Place
from xltool.workbooks.save_files import refuse_existing, save_file
from xltool.workbooks.template.distribution_list import template_file_name


class LedgerOutputs(NamedTuple):
    """Where to write the reports, and the copies without what is private: a file for one ledger, else a folder."""

    reports: Path | None = None
    copies: Path | None = None
    force: bool = False


class _CountTask(NamedTuple):
    task: LedgerTask
    has_reports: bool
    has_copies: bool


class _PreparedLedger(NamedTuple):
    """A counted ledger with the name and bytes of the files to write."""

    item: ReviewedLedger
    report: tuple[str, bytes] | None = None
    copy: tuple[str, bytes] | None = None


def count_ledgers(
    sources: Sequence[FileSource | str],
    task: LedgerTask,
    outputs: LedgerOutputs | None = None,
    *,
    jobs: executor.Jobs = None,
    progress: Progress | None = None,
) -> tuple[ReviewedLedger, ...]:
    """Count every ledger below ``sources``, in order; write what is asked for.

    A ledger that names no agency, or no year, gets no report. Raises UsageError, WritingError.
    """
    outputs = outputs or LedgerOutputs()
    existing = _check_targets(sources, task, outputs)
    places = find_places(sources, existing)
    _refuse_one_file_for_many(places, outputs)
    todo = _CountTask(task, outputs.reports is not None, outputs.copies is not None)
    done: list[ReviewedLedger] = []
    taken: set[Path] = set()
    prepared = executor.run_items(_prepare_ledger, todo, places, jobs, _report_lost_count)
    for number, item in enumerate(prepared, start=1):
        done.append(_save_outputs(item, outputs, taken))
        if progress:
            progress(number, len(places), sum(finding.open for each in done for finding in each.findings))
    return tuple(done)


def _check_targets(sources: Sequence[FileSource | str], task: LedgerTask, outputs: LedgerOutputs) -> tuple[Path, ...]:
    targets = [path for path in (outputs.reports, outputs.copies) if path is not None]
    files = [OutputFile(path) for path in targets if path.suffix]
    folders = [path for path in targets if not path.suffix]
    existing = check_outputs(files, sources, task.run_context.sources, folders)
    refuse_existing([file.path for file in files], force=outputs.force)
    for folder in folders:
        create_folder(folder)
    return existing


def _refuse_one_file_for_many(places: Sequence[Place], outputs: LedgerOutputs) -> None:
    for path in (outputs.reports, outputs.copies):
        if path is not None and path.suffix and len(places) > 1:
            raise UsageError("usage.ledger_one_file", path=str(path), count=len(places))


def _prepare_ledger(todo: _CountTask, place: Place) -> _PreparedLedger:
    """Count one ledger and build its files, wherever this runs; what keeps a file from being written is a finding."""
    try:
        return _build_files(todo, place)
    except WritingError as error:
        return _PreparedLedger(ReviewedLedger(report_failure(name_place(place), error)))


def _build_files(todo: _CountTask, place: Place) -> _PreparedLedger:
    item, task = review_ledger(todo.task, place), todo.task
    ledger, count = item.ledger, item.count
    if ledger is None or count is None:
        return _PreparedLedger(item)
    agency = name_ledger_agency(ledger, task)
    report = copy = None
    if todo.has_reports and not agency.name:
        item = add_ledger_finding(item, "ledger.no_agency", file=ledger.file)
    elif todo.has_reports:
        name = template_file_name(count.form, agency, count.period).strip()
        report = (name, build_ledger_report(count, agency, task.run_context))
    if todo.has_copies:
        made = build_ledger_copy(open_ledger_file(place, task.run_context), ledger)
        if made.content is None:
            item = add_ledger_finding(item, "ledger.leak", file=ledger.file, lines=made.leaks)
        else:
            copy = (name_ledger_copy(ledger), made.content)
    return _PreparedLedger(item, report, copy)


def _report_lost_count(place: Place) -> _PreparedLedger:
    return _PreparedLedger(report_lost_ledger(place))


def _save_outputs(prepared: _PreparedLedger, outputs: LedgerOutputs, taken: set[Path]) -> ReviewedLedger:
    """Save the files of a ledger; return it with their paths."""
    saved = []
    for target, made in ((outputs.reports, prepared.report), (outputs.copies, prepared.copy)):
        if target is None or made is None:
            continue
        path = target if target.suffix else _choose_free_path(target / made[0], taken)
        save_file(path, made[1], force=outputs.force)
        saved.append(path)
    return replace(prepared.item, files=tuple(saved))


def _choose_free_path(path: Path, taken: set[Path]) -> Path:
    """Return the path, with a number before its suffix if an earlier file of this run has it."""
    free, number = path, 1
    while free in taken:
        number += 1
        free = path.with_stem(f"{path.stem} ({number})")
    taken.add(free)
    return free
