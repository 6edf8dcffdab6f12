"""Write a ledger workbook for every agency of the roster, and the distribution list."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from xltool.commands.check_outputs import OutputFile, check_outputs, create_folder
from xltool.commands.previous_ledgers import CarriedLines, carry_lines, read_previous_ledgers
from xltool.commands.run_context import Progress, RunContext, require_roster
from xltool.commands.untouched_templates import refuse_filled_workbooks
from xltool.errors import UsageError
from xltool.execution import executor
from xltool.forms.identity_seal import compute_seal
from xltool.forms.load_definitions import find_form_for_year
from xltool.forms.workbook_plan import WorkbookPlan, plan_workbook
from xltool.forms.workbook_words import workbook_words
from xltool.ledger.ledger_capacity import DEFAULT_LINES, MAX_LINES, MIN_LINES
from xltool.ledger.ledger_definition import load_ledger_definition
from xltool.ledger.workbook_wording import load_workbook_wording
from xltool.messages import catalogue
from xltool.model.agency import Agency
from xltool.model.succession import owes_report
from xltool.spreadsheet.load_file import FileSource
from xltool.workbooks.ledger.annual_counts import count_form_cells
from xltool.workbooks.ledger.ledger_layout import LedgerLayout
from xltool.workbooks.ledger.write_ledger import LedgerRequest, build_ledger, ledger_identity
from xltool.workbooks.save_files import refuse_existing, save_file
from xltool.workbooks.template.distribution_list import agency_file_name, write_issued_list


class IssuedLedger(NamedTuple):
    """One ledger workbook written: its agency, its file name, and what was filled in from last year's, if any."""

    agency: Agency
    file: str
    carried: CarriedLines | None = None


def make_ledgers(
    year: int,
    run_context: RunContext,
    output: Path,
    *,
    capacity: int = DEFAULT_LINES,
    earlier_files: Sequence[FileSource] = (),
    force: bool = False,
    progress: Progress | None = None,
) -> tuple[IssuedLedger, ...]:
    """Write a ledger workbook with room for ``capacity`` requests for each agency that reports for the year.

    It begins with what the ledgers of the year before, ``earlier_files``, have left open, and has as much more room.
    The distribution list (下发清单) names all of them.
    Nothing is written if one of the files exists (unless ``force``), or the folder holds workbooks that were filled
    in. Raises UsageError, WritingError.
    """
    _check_capacity(capacity)
    roster = require_roster(run_context.roster)
    plan = find_annual_plan(year, run_context)
    pattern = load_ledger_definition().file
    ledgers = read_previous_ledgers(earlier_files, year, run_context)
    issued = tuple(
        IssuedLedger(agency, agency_file_name(pattern, agency, year), carry_lines(ledgers, agency, year))
        for agency in roster.units
        if owes_report(agency, year)
    )
    words = {**workbook_words().distribution, **load_workbook_wording().distribution}
    listing = output / words["file"].format(year=year)
    targets = [*(output / item.file for item in issued), listing]
    if output.is_dir():
        check_outputs([OutputFile(path) for path in targets], (), run_context.sources)
    refuse_filled_workbooks(output, targets[:-1], run_context.forms)
    refuse_existing(targets, force=force)
    create_folder(output)
    requests = [_seal_request(_request_ledger(item, year, capacity), run_context) for item in issued]
    for number, (item, content) in enumerate(zip(issued, _build_all(plan, requests), strict=True), start=1):
        save_file(output / item.file, content, force=force)
        if progress:
            progress(number, len(issued), 0)
    serials = [ledger_identity(request).serial for request in requests]
    listed = [(item.agency, item.file, serial) for item, serial in zip(issued, serials, strict=True)]
    write_issued_list(words, words["title"].format(year=year), listed, listing, force=force)
    return issued


def _build_all(plan: WorkbookPlan, requests: Sequence[LedgerRequest]) -> Iterator[bytes]:
    """Build the workbooks in order; in several processes if many begin with lines, which takes the time."""
    with_lines = sum(bool(request.requests or request.disputes) for request in requests)
    jobs = None if with_lines >= executor.MIN_ITEMS_FOR_POOL else 1
    return executor.run_items(build_ledger, plan, requests, jobs, lambda request: build_ledger(plan, request))


def make_ledger(
    year: int,
    agency: Agency,
    run_context: RunContext,
    *,
    capacity: int = DEFAULT_LINES,
    earlier_files: Sequence[FileSource] = (),
) -> bytes:
    """Build the ledger workbook of one agency, otherwise as `make_ledgers`. Raises UsageError, WritingError."""
    _check_capacity(capacity)
    ledgers = read_previous_ledgers(earlier_files, year, run_context)
    issued = IssuedLedger(agency, "", carry_lines(ledgers, agency, year))
    plan = find_annual_plan(year, run_context)
    return build_ledger(plan, _seal_request(_request_ledger(issued, year, capacity), run_context))


def _check_capacity(capacity: int) -> None:
    """Raise UsageError for fewer or more lines than a ledger can have."""
    if not MIN_LINES <= capacity <= MAX_LINES:
        expected = catalogue.format_phrase("expected_range", least=MIN_LINES, most=MAX_LINES)
        raise UsageError("usage.bad_value", name="--lines", expected=expected, command="xltool ledger new")


def find_annual_plan(year: int, run_context: RunContext) -> WorkbookPlan:
    """Return the plan of the annual form of a year. Raises UsageError if a ledger cannot be counted for it."""
    definition = load_ledger_definition()
    form = find_form_for_year(run_context.forms, year, definition.form)
    counted = count_form_cells(LedgerLayout(definition, year, DEFAULT_LINES))
    if not counted.keys() <= form.cells.keys():
        raise UsageError("usage.no_ledger_for_year", year=year, form=form.title, edition=form.edition)
    return plan_workbook(form)


def _request_ledger(issued: IssuedLedger, year: int, capacity: int) -> LedgerRequest:
    carried = issued.carried or CarriedLines()
    room = capacity + len(carried.requests)
    return LedgerRequest(issued.agency, year, room, carried.requests, carried.disputes)


def _seal_request(request: LedgerRequest, run_context: RunContext) -> LedgerRequest:
    if not run_context.seal_key:
        return request
    return request._replace(seal=compute_seal(ledger_identity(request), run_context.seal_key))
