"""The ledger of an area (`xltool ledger merge`): the lines of all its agencies, without what is private."""

from collections.abc import Sequence, Set
from pathlib import Path
from typing import NamedTuple

from xltool.commands.check_outputs import OutputFile, check_outputs
from xltool.commands.ledger_files import (
    LedgerTask,
    ReviewedLedger,
    add_ledger_finding,
    name_ledger_agency,
    report_lost_ledger,
    review_ledger,
)
from xltool.commands.run_context import Progress
from xltool.errors import UsageError
from xltool.execution import executor
from xltool.ledger.count_ledger import LedgerCount, count_ledger
from xltool.ledger.ledger_entries import Dispute, Ledger, LedgerAgency, Request
from xltool.ledger.strip_ledger import list_private_columns, strip_ledger
from xltool.model.agency import Agency
from xltool.spreadsheet.find_files import find_places
from xltool.spreadsheet.load_file import FileSource
from xltool.workbooks.ledger_copy import format_copy_title, write_ledger_copy
from xltool.workbooks.save_files import refuse_existing, save_file


class MergedLedgers(NamedTuple):
    """The ledger of an area: the files read, the merged ledger, and its count as ``total``."""

    items: tuple[ReviewedLedger, ...]
    ledger: Ledger
    total: LedgerCount | None


def merge_ledgers(
    sources: Sequence[FileSource | str],
    task: LedgerTask,
    output: Path,
    area: str = "",
    *,
    force: bool = False,
    jobs: executor.Jobs = None,
    progress: Progress | None = None,
) -> MergedLedgers:
    """Write the lines of all ledgers, with the agency of each and without private contents, as one workbook.

    Files that are no ledger, of another year than most, or of an agency whose ledger was read already are left out and
    told. Raises UsageError if there is none, WritingError.
    """
    existing = check_outputs([OutputFile(output, (".xlsx",))], sources, task.run_context.sources)
    refuse_existing([output], force=force)
    places = find_places(sources, existing)
    done: list[ReviewedLedger] = []
    for number, item in enumerate(executor.run_items(review_ledger, task, places, jobs, report_lost_ledger), start=1):
        done.append(item)
        if progress:
            progress(number, len(places), 0)
    items, parts = _choose_parts(done, task)
    if not parts:
        raise UsageError("usage.no_ledgers", count=len(done))
    ledger = _join_ledgers(parts, output.name)
    save_file(output, write_ledger_copy(ledger, format_copy_title(ledger.year, area)), force=force)
    return MergedLedgers(tuple(items), ledger, _count_area(ledger, done, {part.file for _, part in parts}))


def _choose_parts(
    done: Sequence[ReviewedLedger], task: LedgerTask
) -> tuple[list[ReviewedLedger], list[tuple[Agency, Ledger]]]:
    """Return the files with what was found about their agencies and years, and the ledgers to join."""
    years = [item.ledger.year for item in done if item.ledger and item.ledger.year]
    year = max(sorted(set(years)), key=years.count) if years else None
    items: list[ReviewedLedger] = []
    parts: list[tuple[Agency, Ledger]] = []
    first_files: dict[tuple[str, str], str] = {}
    for item in done:
        if item.ledger is None:
            items.append(item)
            continue
        agency = name_ledger_agency(item.ledger, task)
        names = [(each.code, each.name) for each in item.ledger.agencies] or [(agency.code, agency.name)]
        twice = next((first_files[name] for name in names if name in first_files), None)
        if twice is not None:
            items.append(add_ledger_finding(item, "ledger.merged_twice", file=item.ledger.file, other=twice))
        elif item.ledger.year not in {year, None}:
            items.append(
                add_ledger_finding(
                    item, "ledger.merged_year", file=item.ledger.file, found=item.ledger.year, expected=year
                )
            )
        elif not any(names[0]):
            items.append(add_ledger_finding(item, "ledger.no_agency", file=item.ledger.file))
        else:
            items.append(item)
            parts.append((agency, item.ledger))
            first_files |= dict.fromkeys(names, item.ledger.file)
    return items, parts


def _join_ledgers(agency_ledgers: Sequence[tuple[Agency, Ledger]], file: str) -> Ledger:
    """Join ledgers: every line gets the code of its agency, or its name where it has no code."""
    agencies: list[LedgerAgency] = []
    requests: list[Request] = []
    disputes: list[Dispute] = []
    for agency, part in agency_ledgers:
        ledger, code = strip_ledger(part), agency.key
        if len(ledger.agencies) > 1:  # of an area, with the agency on every line
            agencies += ledger.agencies
            requests += ledger.requests
            disputes += ledger.disputes
        else:
            agencies.append(LedgerAgency(agency.code, agency.name))
            requests += (line._replace(agency=code) for line in ledger.requests)
            disputes += (line._replace(agency=code) for line in ledger.disputes)
    return Ledger(
        file,
        next((ledger.year for _, ledger in agency_ledgers if ledger.year), None),
        tuple(agencies),
        tuple(requests),
        tuple(disputes),
        has_disputes=all(ledger.has_disputes for _, ledger in agency_ledgers),
        common_columns=frozenset.intersection(*(ledger.common_columns for _, ledger in agency_ledgers))
        - list_private_columns(),
    )


def _count_area(ledger: Ledger, reviewed_ledgers: Sequence[ReviewedLedger], joined: Set[str]) -> LedgerCount | None:
    """Count the joined ledger for the form and period of the first of its parts that says a period."""
    counts = (item.count for item in reviewed_ledgers if item.ledger and item.ledger.file in joined)
    first = next((count for count in counts if count is not None), None)
    return count_ledger(ledger, first.form, first.period) if first else None
