"""Run the chain from ledgers to the sum of a district on invented lines (`xltool demo --ledger`).

The lines are data (``samples/ledger``); they pass through the same functions as the commands.
"""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from xltool.cli import console, console_ledgers, console_trace
from xltool.cli.demo import clear_demo_folder, write_demo_guide
from xltool.cli.sample_ledgers import DEMO_YEAR, load_sample_lines
from xltool.commands.check import check
from xltool.commands.count_ledgers import LedgerOutputs, count_ledgers
from xltool.commands.ledger_files import ReviewedLedger
from xltool.commands.ledger_reports import draft_texts
from xltool.commands.ledger_sources import make_ledger_task
from xltool.commands.ledger_workbooks import find_annual_plan, make_ledgers
from xltool.commands.make_templates import compute_serial
from xltool.commands.merge import ExtraOutputs, merge
from xltool.commands.previous_ledgers import CarriedLines
from xltool.commands.run_context import RunContext, build_run_context
from xltool.commands.trace import trace
from xltool.forms.counted_lines import encode_counted_lines
from xltool.forms.workbook_plan import plan_workbook
from xltool.ledger.ledger_definition import load_ledger_definition
from xltool.messages import catalogue
from xltool.model.agency import Agency
from xltool.package_data import find_data_folder
from xltool.workbooks.ledger.live_counts import LedgerRow
from xltool.workbooks.ledger.write_ledger import LedgerRequest, build_ledger
from xltool.workbooks.save_files import save_file
from xltool.workbooks.template.distribution_list import agency_file_name, template_file_name
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest
from xltool.workbooks.template.write_template import write_template

_TRACED_CELL = "requests.granted.natural_person"
_CAPACITY = 100  # lines of a ledger of the demo


def run_ledger_demo(output: Path) -> Iterator[str]:
    """Run the chain in the folder ``output`` and yield one line of text for each step.

    An earlier demo there is replaced. Raises UsageError if the folder holds anything else.
    """
    clear_demo_folder(output)
    roster = output / catalogue.look_up_word("demo", "roster")
    shutil.copyfile(find_data_folder("samples") / "ledger" / "roster.csv", roster)
    run_context, lines = build_run_context(roster), load_sample_lines()
    yield catalogue.format_line("demo_roster", count=len(run_context.roster or ()), path=str(roster))

    earlier = output / _name_folder("ledgers", DEMO_YEAR - 1)
    for (code, year), rows in lines.items():
        if year < DEMO_YEAR:
            write_sample_ledger(_find_agency(run_context, code), year, rows, run_context, earlier)
    yield catalogue.format_line("demo_ledgers_before", folder=str(earlier))

    empty, filled = output / _name_folder("new_ledgers", DEMO_YEAR), output / _name_folder("ledgers", DEMO_YEAR)
    issued = make_ledgers(DEMO_YEAR, run_context, empty, capacity=_CAPACITY, earlier_files=[earlier])
    yield console_ledgers.describe_issued_ledgers(issued, empty)
    for item in issued:
        rows = lines[item.agency.code, DEMO_YEAR]
        write_sample_ledger(item.agency, DEMO_YEAR, rows, run_context, filled, item.carried)
    yield catalogue.format_line("demo_ledgers_filled", folder=str(filled))
    yield ""

    task = make_ledger_task(run_context, earlier_files=[earlier])
    counted = count_ledgers([filled], task, LedgerOutputs(output / _name_folder("counted", DEMO_YEAR)))
    yield console_ledgers.describe_ledgers(counted)
    yield ""
    yield from _merge_counted(counted, run_context, output)
    yield ""
    guide = write_demo_guide("demo_ledger_guide", DEMO_YEAR, output, filled=filled.name, before=earlier.name)
    yield catalogue.format_line("demo_open_first_ledger", folder=str(filled), guide=str(guide))


def _merge_counted(counted: Sequence[ReviewedLedger], run_context: RunContext, output: Path) -> Iterator[str]:
    """Fill in the rest of each report, check and merge the reports, trace one figure to the requests behind it."""
    returned = output / catalogue.look_up_word("demo", "returned")
    returned.mkdir()
    for item in counted:
        _write_report(item, run_context, returned)
    yield catalogue.format_line("demo_ledgers_returned", folder=str(returned))
    yield console.describe_check(check([returned], run_context))
    yield ""
    summary = output / catalogue.look_up_word("demo", "summary").format(year=DEMO_YEAR)
    page = output / catalogue.look_up_word("demo", "page")
    consolidation = merge([returned], run_context, summary, extra_outputs=ExtraOutputs(page))
    yield console.describe_merge(consolidation, summary, [page])
    yield ""
    traced = trace(summary, _TRACED_CELL, run_context.forms)
    yield console_trace.describe_trace(traced)
    largest = max(traced[0].contributions, key=lambda each: each.value or 0)
    yield catalogue.format_line("demo_ledgers_traced", file=largest.file)
    yield console_trace.describe_trace(trace(returned / largest.file, _TRACED_CELL, run_context.forms))


def _write_report(counted: ReviewedLedger, run_context: RunContext, folder: Path) -> None:
    """Write the report of a ledger as a clerk returns it, who declared that everything else is 0."""
    count = counted.count
    assert count is not None
    assert counted.ledger is not None
    agency, form = _find_agency(run_context, counted.ledger.agency.code), count.form
    filling = FilledContents(dict(count.figures), draft_texts(count, agency), declared=True)
    serial, lines = compute_serial(form, agency, count.period), encode_counted_lines(count.lines)
    request = TemplateRequest(agency, count.period, serial, filling=filling, lines=lines)
    write_template(plan_workbook(form), request, folder / template_file_name(form, agency, count.period))


def write_sample_ledger(
    agency: Agency,
    year: int,
    filled_lines: Sequence[LedgerRow],
    run_context: RunContext,
    folder: Path,
    carried: CarriedLines | None = None,
) -> None:
    """Write the ledger of an agency, filled in: lines ``carried`` from the year before are completed, others added."""
    given = carried or CarriedLines()
    entered = {row["number"]: row for row in filled_lines}
    first = [entered.pop(row["number"], row) for row in given.requests]
    requests = (*first, *entered.values())
    ledger = LedgerRequest(agency, year, _CAPACITY, requests, given.disputes, carried=len(first))
    folder.mkdir(exist_ok=True)
    name = agency_file_name(load_ledger_definition().file, agency, year)
    save_file(folder / name, build_ledger(find_annual_plan(year, run_context), ledger))


def _name_folder(name: str, year: int) -> str:
    return catalogue.look_up_word("demo", name).format(year=year)


def _find_agency(run_context: RunContext, code: str) -> Agency:
    return next(agency for agency in run_context.roster or () if agency.code == code)
