"""The commands that read ledgers: count, check, strip and merge; each parses, calls one function and prints."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from xltool.cli.chinese_help import ChineseCommand
from xltool.cli.command_group import exit_with
from xltool.cli.console_progress import show_progress
from xltool.cli.ledger_commands import ledger
from xltool.cli.options import PATH, PERIOD, add_context_options, add_executor_options, add_option
from xltool.messages import catalogue

if TYPE_CHECKING:
    from xltool.commands.ledger_files import LedgerTask, ReviewedLedger
    from xltool.commands.run_context import RunContext
    from xltool.execution.executor import Jobs

_Command = TypeVar("_Command", bound=Callable[..., Any])

# The options that several of these commands have, by the names of their parameters.
_SHARED_OPTIONS: Mapping[str, Callable[[Any], Any]] = {
    "earlier_files": add_option("--previous", "earlier_files", type=PATH, multiple=True),
    "year": add_option("--year", "--period", "year", type=PERIOD),
    "form": add_option("--form", metavar="FORM"),
    "agency": add_option("--agency", default=""),
    "columns_file": add_option("--columns", "columns_file", type=PATH, metavar="FILE"),
    "jobs": add_executor_options,
    "verbose": add_option("-v", "--verbose", is_flag=True),
    "as_json": add_option("--json", "as_json", is_flag=True),
    "force": add_option("--force", is_flag=True),
}


def _add_shared_options(*names: str) -> Callable[[_Command], _Command]:
    """Add options of `_SHARED_OPTIONS`, in this order."""

    def decorate(function: _Command) -> _Command:
        for name in reversed(names):
            function = _SHARED_OPTIONS[name](function)
        return function

    return decorate


def _register(name: str) -> Callable[[_Command], click.Command]:
    """Register a function as a command below ``xltool ledger``."""

    def decorate(function: _Command) -> click.Command:
        registered: click.Command = ledger.command(
            name, cls=ChineseCommand, help=catalogue.help_text(f"ledger_{name}")
        )(function)
        return registered

    return decorate


@_register("count")
@click.argument("paths", nargs=-1, required=True)
@add_context_options("--roster", "--seal-key-file", "--password")
@add_option("-o", "--output", type=PATH, metavar="FILE|DIR")
@add_option("--handed-in", type=PATH, metavar="FILE|DIR")
@_add_shared_options(*_SHARED_OPTIONS)
def ledger_count(
    context: "RunContext",
    paths: tuple[str, ...],
    output: Path | None,
    handed_in: Path | None,
    jobs: "Jobs",
    *,
    force: bool,
    verbose: bool,
    as_json: bool,
    **choices: Any,
) -> None:
    """Print the figures; write the reports and the copies to hand in."""
    from xltool.commands.count_ledgers import LedgerOutputs, count_ledgers

    task = _make_task(context, paths, **choices)
    outputs = LedgerOutputs(output, handed_in, force)
    with show_progress("ledger_count") as report:
        items = count_ledgers(paths, task, outputs, jobs=jobs, progress=report)
    _tell_ledgers(items, as_json=as_json, verbose=verbose)


@_register("check")
@click.argument("paths", nargs=-1, required=True)
@add_context_options("--roster", "--password")
@add_option("--report", "reports", type=PATH, multiple=True)
@_add_shared_options(*(name for name in _SHARED_OPTIONS if name != "force"))
def ledger_check(
    context: "RunContext", paths: tuple[str, ...], jobs: "Jobs", *, verbose: bool, as_json: bool, **choices: Any
) -> None:
    """Print what is wrong in ledgers, and where reports differ from them."""
    from xltool.commands.count_ledgers import count_ledgers

    task = _make_task(context, paths, **choices)
    with show_progress("ledger_check") as report:
        items = count_ledgers(paths, task, jobs=jobs, progress=report)
    _tell_ledgers(items, as_json=as_json, verbose=verbose, with_counts=False)


@_register("strip")
@click.argument("paths", nargs=-1, required=True)
@add_context_options("--roster", "--password")
@add_option("-o", "--output", type=PATH, metavar="FILE|DIR", required=True)
@_add_shared_options("columns_file", "jobs", "force")
def ledger_strip(context: "RunContext", paths: tuple[str, ...], output: Path, jobs: "Jobs", **choices: Any) -> None:
    """Write copies without names and contents."""
    from xltool.commands.count_ledgers import LedgerOutputs, count_ledgers

    force = choices.pop("force")
    task = _make_task(context, paths, **choices)
    with show_progress("ledger_strip") as report:
        items = count_ledgers(paths, task, LedgerOutputs(copies=output, force=force), jobs=jobs, progress=report)
    _tell_ledgers(items, as_json=False, verbose=False)


@_register("merge")
@click.argument("paths", nargs=-1, required=True)
@add_context_options("--roster", "--password")
@add_option("-o", "--output", type=PATH, required=True)
@add_option("--area", default="")
@_add_shared_options("year", "form", "jobs", "verbose", "as_json", "force")
def ledger_merge(
    context: "RunContext",
    paths: tuple[str, ...],
    output: Path,
    area: str,
    jobs: "Jobs",
    *,
    force: bool,
    verbose: bool,
    as_json: bool,
    **choices: Any,
) -> None:
    """Write the ledger of an area."""
    from xltool.cli import console_ledgers, json_ledgers, json_output
    from xltool.commands.merge_ledgers import merge_ledgers

    task = _make_task(context, paths, **choices)
    with show_progress("ledger_merge") as report:
        merged = merge_ledgers(paths, task, output, area, force=force, jobs=jobs, progress=report)
    if as_json:
        click.echo(json_output.dump_json(json_ledgers.encode_merged_ledgers(merged)))
    else:
        click.echo(console_ledgers.describe_merged_ledgers(merged, output, verbose=verbose))
    exit_with(has_open_issues=_has_open_ledgers(merged.items))


def _make_task(
    context: "RunContext",
    paths: tuple[str, ...],
    *,
    year: int | None = None,
    form: str | None = None,
    agency: str = "",
    columns_file: Path | None = None,
    earlier_files: tuple[Path, ...] = (),
    reports: tuple[Path, ...] = (),
) -> "LedgerTask":
    """Read what the ledgers are counted and checked with; end here if words of a register wait for a decision."""
    from xltool.commands.ledger_sources import make_ledger_task, settle_columns

    words = None
    if columns_file is not None:
        settled = settle_columns(paths, columns_file, context)
        words = settled.words
        if settled.waiting:
            click.echo(catalogue.format_line("ledger_columns", path=str(columns_file), count=settled.waiting))
            exit_with(has_open_issues=True)
    return make_ledger_task(context, year, form, agency, words, earlier_files, reports)


def _tell_ledgers(
    reviewed_ledgers: tuple["ReviewedLedger", ...], *, as_json: bool, verbose: bool, with_counts: bool = True
) -> None:
    from xltool.cli import console_ledgers, json_ledgers, json_output

    if as_json:
        click.echo(json_output.dump_json(json_ledgers.encode_ledgers(reviewed_ledgers)))
    else:
        click.echo(console_ledgers.describe_ledgers(reviewed_ledgers, verbose=verbose, with_counts=with_counts))
    exit_with(has_open_issues=_has_open_ledgers(reviewed_ledgers))


def _has_open_ledgers(reviewed_ledgers: tuple["ReviewedLedger", ...]) -> bool:
    """Return True if a file is no ledger, has an open finding, or leaves a figure open."""
    return any(
        (item.ledger is None and not item.is_own_list)
        or any(finding.open for finding in item.findings)
        or (item.count and item.count.open)
        for item in reviewed_ledgers
    )
