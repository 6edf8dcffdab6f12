"""The commands about reports: publish, compare, import, and the demo; each parses, calls one function and prints."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xltool.cli.command_group import exit_with, register_command
from xltool.cli.console_progress import show_progress
from xltool.cli.options import PATH, PERIOD, add_context_options, add_option
from xltool.errors import UsageError

if TYPE_CHECKING:
    from xltool.commands.run_context import RunContext


@register_command
@click.argument("paths", type=PATH, nargs=-1, required=True)
@add_context_options("--roster", "--previous", "--password")
@add_option("-o", "--output", type=PATH, metavar="FILE|DIR")
@add_option("--style", type=PATH, metavar="FILE")
@add_option("--texts", "words", type=PATH, metavar="FILE")
@add_option("--as", "kind", type=click.Choice(["docx", "html"]), default="docx", show_default=True)
@add_option("--pdf", is_flag=True)
@add_option("--draft", is_flag=True)
@add_option("--include-flawed", "flawed", is_flag=True)
@add_option("--force", is_flag=True)
def publish(
    context: "RunContext", paths: tuple[Path, ...], output: Path | None, kind: str, *, draft: bool, **wishes: Any
) -> None:
    """Write the report of each workbook; with --draft, print suggested paragraphs and write nothing."""
    from xltool.cli import console
    from xltool.commands.publish import PublishOptions, draft_paragraphs, publish

    if draft:
        click.echo(console.describe_drafts(draft_paragraphs(paths, context, flawed=wishes["flawed"])))
        return
    if output is None:
        raise UsageError("publish.no_output")
    written = publish(paths, context, output, PublishOptions(suffix=f".{kind}", **wishes))
    click.echo(console.describe_publication(written))
    exit_with(has_open_issues=any(report.empty or report.refusal for report in written))


@register_command
@click.argument("left", type=PATH)
@click.argument("right", type=PATH)
@add_context_options("--password")
@add_option("--html", "page", type=PATH, metavar="FILE")
@add_option("--json", "as_json", is_flag=True)
@add_option("--force", is_flag=True)
def compare(context: "RunContext", left: Path, right: Path, page: Path | None, *, as_json: bool, force: bool) -> None:
    """Print the differences between two reports or between the reports of two folders."""
    from xltool.cli import console, json_comparison, json_output
    from xltool.commands.compare import compare_files
    from xltool.commands.compare_folders import compare_folders

    if left.is_dir() and right.is_dir():
        with show_progress("compare") as report:
            pairs = compare_folders(left, right, context, page, force=force, progress=report)
        data, description, same = (
            json_comparison.encode_comparisons(pairs),
            console.describe_comparisons(pairs),
            pairs.is_same,
        )
    else:
        comparison = compare_files(left, right, context, page, force=force)
        data, description, same = (
            json_comparison.encode_comparison(comparison),
            console.describe_comparison(comparison),
            comparison.is_same,
        )
    click.echo(json_output.dump_json(data) if as_json else description)
    exit_with(has_open_issues=not same)


@register_command
@click.argument("paths", type=PATH, nargs=-1, required=True)
@add_context_options("--roster", "--previous")
@add_option("-o", "--output", type=PATH, metavar="DIR", required=True)
@add_option("--agency")
@add_option("--year", "--period", "year", type=PERIOD)
@add_option("--form", metavar="FORM")
@add_option("--force", is_flag=True)
@add_option("--jobs", type=click.IntRange(min=1))
@add_option("--json", "as_json", is_flag=True)
def import_command(
    context: "RunContext",
    paths: tuple[Path, ...],
    output: Path,
    *,
    force: bool,
    jobs: int | None,
    as_json: bool,
    **known: Any,
) -> None:
    """Read published reports into filled workbooks."""
    from xltool.cli import console, json_output
    from xltool.commands.import_reports import ImportHints, import_reports
    from xltool.commands.open_issues import has_open_issues

    wanted = ImportHints(**known)
    with show_progress("import") as report:
        items = import_reports(paths, context, output, wanted, force=force, jobs=jobs, progress=report)
    click.echo(
        json_output.dump_json(json_output.encode_import(items)) if as_json else console.describe_import(items, output)
    )
    exit_with(has_open_issues=has_open_issues(item.reviewed for item in items))


@register_command
@add_option("-o", "--output", type=PATH, metavar="DIR", default=Path("xltool-demo"), show_default=True)
@add_option("--ledger", is_flag=True)
def demo(output: Path, *, ledger: bool) -> None:
    """Run every step on the sample figures, or on sample ledgers."""
    from xltool.cli.demo import run_demo
    from xltool.cli.ledger_demo import run_ledger_demo

    for line in run_ledger_demo(output) if ledger else run_demo(output):
        click.echo(line)
