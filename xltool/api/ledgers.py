"""The public functions about ledgers of requests (依申请公开台账): made, counted, checked, stripped, merged."""

from collections.abc import Iterable
from pathlib import Path

from xltool.api.functions import resolve_agency, write_output
from xltool.api.sources import Input, Output, output_path, to_files, to_places
from xltool.commands import count_ledgers as counting
from xltool.commands import ledger_workbooks as issuing
from xltool.commands import merge_ledgers as merging
from xltool.commands.count_ledgers import LedgerOutputs
from xltool.commands.ledger_files import ReviewedLedger
from xltool.commands.ledger_sources import make_ledger_task
from xltool.commands.ledger_workbooks import IssuedLedger
from xltool.commands.merge_ledgers import MergedLedgers
from xltool.commands.run_context import Progress, RunContext
from xltool.errors import UsageError
from xltool.execution.executor import Jobs
from xltool.ledger.ledger_capacity import DEFAULT_LINES
from xltool.model.agency import Agency
from xltool.model.period import parse_period


def new_ledgers(
    year: int,
    context: RunContext,
    folder: str | Path,
    *,
    capacity: int = DEFAULT_LINES,
    previous: Input | Iterable[Input] = (),
    force: bool = False,
    progress: Progress | None = None,
) -> tuple[IssuedLedger, ...]:
    """Write a ledger with room for ``capacity`` requests for each agency of the roster, and the distribution list.

    What ledgers of the year before, ``previous``, have left open is filled in. Existing files are replaced with
    ``force`` only. Raises XltoolError; a disk that is full may then have some of the files, and not the list.
    """
    return issuing.make_ledgers(
        year,
        context,
        Path(folder),
        capacity=capacity,
        earlier_files=to_files(previous),
        force=force,
        progress=progress,
    )


def new_ledger(
    year: int,
    agency: Agency | str,
    context: RunContext,
    output: Output | None = None,
    *,
    capacity: int = DEFAULT_LINES,
    previous: Input | Iterable[Input] = (),
    force: bool = False,
) -> bytes:
    """Build the ledger of one agency, and write it to ``output`` if given; otherwise as `new_ledgers`.

    ``agency`` is an `Agency`, or the code or name of one on the roster. Returns the bytes of the workbook. Raises
    XltoolError.
    """
    owner, files = resolve_agency(agency, context), to_files(previous)
    content = issuing.make_ledger(year, owner, context, capacity=capacity, earlier_files=files)
    write_output(content, output, force=force)
    return content


def count_ledgers(
    inputs: Input | Iterable[Input],
    context: RunContext,
    output: Output | None = None,
    *,
    period: int | str | None = None,
    form: str | None = None,
    agency: str = "",
    previous: Input | Iterable[Input] = (),
    handed_in: Input | Iterable[Input] = (),
    force: bool = False,
    jobs: Jobs = None,
    progress: Progress | None = None,
) -> tuple[ReviewedLedger, ...]:
    """Read ledgers, count them for a form, check them, and write the filled workbooks of the form if asked to.

    Args:
        inputs: as of `check`.
        context: see `load_context`.
        output: a file or stream for one ledger, a folder for several; None writes nothing.
        period: a year, or a part of one (``"2026-Q3"``, ``"2026-09"``); default: the year of each ledger.
        form: the id of the form to count for (default: the annual report of the year).
        agency: code or name of the agency of a ledger that does not say it.
        previous: ledgers of the year before, in which the requests carried over are looked up.
        handed_in: annual reports that were handed in; each is compared with the count of its ledger.
        force: replace existing files.
        jobs: the number of processes (default: one a core).
        progress: is called with files done, files in all, and open findings.

    Returns one `ReviewedLedger` for each file found, in order: its ``count`` has the figures and the numbers of the
    lines behind each. A file that is no ledger is one of them and raises nothing.

    Raises:
        XltoolError: a path does not exist, or an output exists or cannot be written.
    """
    task = make_ledger_task(
        context,
        _parse_period(period),
        form,
        agency,
        earlier_files=to_files(previous),
        reports=to_files(handed_in),
    )
    with output_path(output, "report.xlsx") as path:
        outputs = LedgerOutputs(reports=path, force=force)
        return counting.count_ledgers(to_places(inputs), task, outputs, jobs=jobs, progress=progress)


def strip_ledgers(
    inputs: Input | Iterable[Input],
    context: RunContext,
    output: Output,
    *,
    force: bool = False,
    jobs: Jobs = None,
    progress: Progress | None = None,
) -> tuple[ReviewedLedger, ...]:
    """Write copies of ledgers without applicants, contents and remarks: a file or stream for one, a folder for several.

    A copy in which anything of these is left is not written; a finding says where it stood. Returns one
    `ReviewedLedger` for each file found. Raises XltoolError.
    """
    with output_path(output, "ledger.xlsx") as path:
        outputs = LedgerOutputs(copies=path, force=force)
        return counting.count_ledgers(
            to_places(inputs), make_ledger_task(context), outputs, jobs=jobs, progress=progress
        )


def merge_ledgers(
    inputs: Input | Iterable[Input],
    context: RunContext,
    output: Output,
    *,
    area: str = "",
    period: int | str | None = None,
    form: str | None = None,
    force: bool = False,
    jobs: Jobs = None,
    progress: Progress | None = None,
) -> MergedLedgers:
    """Join ledgers into one of the ``area``, with the agency on every line and without private contents.

    ``period`` and ``form`` as of `count_ledgers`. Raises XltoolError if there is no ledger, or for the output.
    """
    task = make_ledger_task(context, _parse_period(period), form)
    with output_path(output, "ledger.xlsx") as path:
        assert path is not None  # an output is required
        return merging.merge_ledgers(to_places(inputs), task, path, area, force=force, jobs=jobs, progress=progress)


def _parse_period(period: int | str | None) -> int | None:
    if period is None or not isinstance(period, str):
        return period
    try:
        return parse_period(period)
    except ValueError:
        raise UsageError("usage.no_period", value=period) from None
