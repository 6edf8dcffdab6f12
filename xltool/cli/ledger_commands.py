"""The commands below ``xltool ledger``: the register of requests from which the annual figures are counted."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from xltool.cli.chinese_help import ChineseCommand, ChineseHelp
from xltool.cli.console_progress import show_progress
from xltool.cli.options import PATH, add_context_options, add_option
from xltool.ledger.ledger_capacity import DEFAULT_LINES, MAX_LINES, MIN_LINES
from xltool.messages import catalogue

if TYPE_CHECKING:
    from xltool.commands.run_context import RunContext

_MIN_YEAR, _MAX_YEAR = 2000, 2090


class LedgerGroup(ChineseHelp, click.Group):
    """The commands about ledgers."""

    command_groups = "ledger_commands"


@click.group(cls=LedgerGroup, help=catalogue.help_text("ledger"), short_help=catalogue.help_text("ledger.short"))
def ledger() -> None:
    """Make and count ledgers."""


@ledger.command("new", cls=ChineseCommand, help=catalogue.help_text("ledger_new"))
@add_context_options("--roster!", "--seal-key-file")
@add_option("--year", type=click.IntRange(_MIN_YEAR, _MAX_YEAR), required=True)
@add_option("--previous", "earlier_files", type=PATH, multiple=True)
@add_option(
    "--lines",
    "capacity",
    type=click.IntRange(MIN_LINES, MAX_LINES),
    default=DEFAULT_LINES,
    show_default=True,
    metavar="NUMBER",
)
@add_option("-o", "--output", type=PATH, metavar="DIR", required=True)
@add_option("--force", is_flag=True)
def ledger_new(
    context: "RunContext", year: int, capacity: int, earlier_files: tuple[Path, ...], output: Path, *, force: bool
) -> None:
    """Write a ledger workbook for each agency."""
    from xltool.cli import console_ledgers
    from xltool.commands.ledger_workbooks import make_ledgers

    with show_progress("ledger_new") as report:
        issued = make_ledgers(
            year, context, output, capacity=capacity, earlier_files=earlier_files, force=force, progress=report
        )
    click.echo(console_ledgers.describe_issued_ledgers(issued, output, has_previous=bool(earlier_files)))
