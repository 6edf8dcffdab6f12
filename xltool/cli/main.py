"""Parse the command line, call one command, print its result and choose the exit code."""

import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from xltool import __version__
from xltool.cli.console_progress import show_progress
from xltool.cli.form_commands import forms
from xltool.cli.options import PATH, add_context_options, add_executor_options, add_option, explain_usage_error
from xltool.errors import UsageError, XltoolError, find_system_fault
from xltool.messages import catalogue

if TYPE_CHECKING:
    from xltool.commands.run_context import RunContext
    from xltool.execution.executor import Jobs

EXIT_CLEAN, EXIT_OPEN_ISSUES, EXIT_STOPPED = 0, 1, 2
TRACEBACK_VARIABLE = "XLTOOL_TRACEBACK"  # set to anything: faults of this program are shown with their traceback
_Command = TypeVar("_Command", bound=Callable[..., Any])


class CommandGroup(click.Group):
    """List the commands in the order of the work; report whatever stops one in one message with exit code 2."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Make the streams printable before anything, help included, is printed."""
        make_printable_streams()
        return super().main(*args, **kwargs)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the command names in the order of their definition."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; whatever stops it becomes one message, a fault of this program as well."""
        try:
            return super().invoke(ctx)
        except XltoolError as error:
            click.echo(catalogue.render_error(error), err=True)
        except click.UsageError as error:
            click.echo(catalogue.render_error(explain_usage_error(error)), err=True)
        except BrokenPipeError:
            sys.stderr.close()
        except KeyboardInterrupt:
            click.echo(catalogue.render_error(XltoolError("stopped.interrupted")), err=True)
        except OSError as error:
            stopped = XltoolError("stopped.system", path=str(error.filename or ""), reason=find_system_fault(error))
            click.echo(catalogue.render_error(stopped), err=True)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except MemoryError:
            click.echo(catalogue.render_error(XltoolError("stopped.memory")), err=True)
        except Exception as error:
            if os.environ.get(TRACEBACK_VARIABLE):
                raise
            click.echo(
                catalogue.render_error(XltoolError("stopped.unexpected", problem=_locate_fault(error))), err=True
            )
        raise SystemExit(EXIT_STOPPED)


def _locate_fault(error: Exception) -> str:
    """Describe a fault of this program in one line, with the innermost place in its code."""
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if f"{os.sep}xltool{os.sep}" in frame.filename
    ]
    place = f", {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}: {error}{place}".replace("\n", " ")


def register_command(function: _Command) -> click.Command:
    """Register a function as a command of `xltool`; its help text is read from the catalogue."""
    name = function.__name__.removesuffix("_command")
    decorate = main.command(name, help=catalogue.help_text(name), short_help=catalogue.help_text(f"{name}.short"))
    registered: click.Command = decorate(function)
    return registered


@click.group(
    cls=CommandGroup, help=catalogue.help_text("xltool"), context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, "--version", prog_name="xltool", help=catalogue.help_text("version"))
def main() -> None:
    """Run ``xltool``."""


def make_printable_streams() -> None:
    """Let standard output and error print any text: in UTF-8, undecodable bytes of file names escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(getattr(stream, "encoding", None), str):
            getattr(stream, "reconfigure", lambda **_: None)(encoding="utf-8", errors="backslashreplace")


@register_command
@add_option("--year", type=click.IntRange(1900, 9999), required=True)
@add_context_options("--roster!", "--previous", "--seal-key-file")
@add_option("--form")
@add_option("-o", "--output", type=PATH, required=True)
@add_option("--force", is_flag=True)
def template(context: "RunContext", year: int, form: str | None, output: Path, force: bool) -> None:
    """Write the templates and the distribution list."""
    from xltool.cli import console
    from xltool.commands.make_templates import make_templates
    from xltool.commands.previous_use import survey_previous
    from xltool.forms.load_definitions import find_form_for_year

    form_definition = find_form_for_year(context.forms, year, form)
    with show_progress("template") as report:
        issued = make_templates(year, context, output, form_id=form, force=force, progress=report)
    use = survey_previous(context, [item.agency.code for item in issued], form_definition, year)
    click.echo(console.describe_templates(issued, output, use))


@register_command
@click.argument("paths", nargs=-1, required=True)
@add_context_options("--roster", "--previous", "--profile", "--seal-key-file", "--password", "--cache")
@add_option("--year", type=click.IntRange(1900, 9999))
@add_executor_options
@add_option("--return", "folder", type=PATH, metavar="DIR")
@add_option("--decisions", type=PATH, metavar="FILE")
@add_option("--since", type=PATH, metavar="FILE")
@add_option("--json", "as_json", is_flag=True)
def check(
    context: "RunContext",
    paths: tuple[str, ...],
    year: int | None,
    jobs: "Jobs",
    folder: Path | None,
    decisions: Path | None,
    since: Path | None,
    as_json: bool,
) -> None:
    """Print the findings, problems first; with --return, write the files to send back."""
    from xltool.cli import console, console_decisions, json_output
    from xltool.commands.check import check
    from xltool.commands.earlier_run import compare_with_earlier_run, read_earlier_run
    from xltool.commands.merge import has_open_issues
    from xltool.commands.previous_use import survey_reviewed

    if folder:
        from xltool.commands import send_back
        from xltool.workbooks.save_files import refuse_filled_folder

        refuse_filled_folder(folder, force=False)
    earlier_run = read_earlier_run(since) if since else None
    with show_progress("check") as report:
        reviewed = check(paths, context, year=year, decisions=decisions, jobs=jobs, progress=report)
    changes = compare_with_earlier_run(reviewed, earlier_run, context) if earlier_run else None
    returned = None
    if folder:
        returned = send_back.send_back(reviewed, context.forms, context.roster, folder)
    use = survey_reviewed(context, reviewed)
    if as_json:
        encoded = json_output.encode_check(reviewed, returned, changes)
        click.echo(json_output.dump_json({**encoded, "previous": json_output.encode_previous_use(use)}))
    else:
        click.echo("\n".join([console.describe_check(reviewed, changes), *console.describe_previous_use(use)]))
    if folder and returned is not None and not as_json:
        click.echo(console.describe_sent_back(returned, folder))
    if decisions and not as_json:
        click.echo(console_decisions.describe_decisions(reviewed, decisions))
    failed = [sent.item for sent in returned or () if has_open_issues([sent.item])]
    _exit_with(has_open_issues(reviewed) or bool(failed))


@register_command
@click.argument("paths", nargs=-1, required=True)
@add_context_options("--roster", "--previous", "--profile", "--seal-key-file", "--password", "--cache")
@add_option("-o", "--output", type=PATH, required=True)
@add_option("--area")
@add_option("--year", type=click.IntRange(1900, 9999))
@add_option("--include-flawed", is_flag=True)
@add_option("--decisions", type=PATH, metavar="FILE")
@add_option("--html", "page", type=PATH, metavar="FILE")
@add_option("--export", "tables", type=PATH, metavar="DIR")
@add_option("--levels", type=PATH, metavar="DIR")
@add_option("--since", type=PATH, metavar="FILE")
@add_executor_options
@add_option("--json", "as_json", is_flag=True)
@add_option("--force", is_flag=True)
def merge(
    context: "RunContext",
    paths: tuple[str, ...],
    output: Path,
    page: Path | None,
    tables: Path | None,
    levels: Path | None,
    jobs: "Jobs",
    as_json: bool,
    **choices: Any,
) -> None:
    """Write the consolidated workbook and print the missing agencies and refused files."""
    from xltool.cli import console, console_decisions, json_output
    from xltool.commands.earlier_run import read_earlier_run
    from xltool.commands.merge import ExtraOutputs, MergeOptions, has_open_issues, merge, select_open_findings
    from xltool.commands.merge_levels import combine_levels, merge_levels
    from xltool.commands.previous_use import survey_consolidation

    choices["since"] = read_earlier_run(choices["since"]) if choices["since"] else None
    options, extra_files = MergeOptions(**choices), ExtraOutputs(page, tables, levels)
    with show_progress("merge") as report:
        if levels:
            level_results = merge_levels(
                paths, context, output, levels, options, extra_files, jobs=jobs, progress=report
            )
            consolidation = combine_levels(level_results)
        else:
            consolidation = merge(paths, context, output, options, extra_files, jobs=jobs, progress=report)
    if levels and as_json:
        below = [(level.area, str(level.file), level.consolidation) for level in level_results[:-1]]
        click.echo(json_output.dump_json(json_output.encode_merged_levels(consolidation, below)))
    elif levels:
        click.echo(console.describe_merged_levels(level_results, consolidation, extra_files))
    else:
        use = survey_consolidation(context, consolidation)
        if as_json:
            encoded = json_output.encode_merge(consolidation)
            click.echo(json_output.dump_json({**encoded, "previous": json_output.encode_previous_use(use)}))
        else:
            text = console.describe_merge(consolidation, output, extra_files)
            click.echo("\n".join([text, *console.describe_previous_use(use)]))
    if options.decisions and not as_json:
        click.echo(console_decisions.describe_decisions(consolidation.tracking, options.decisions))
    _exit_with(
        has_open_issues(consolidation.tracking)
        or bool(consolidation.missing or select_open_findings(consolidation.findings))
    )


@register_command
@click.argument("paths", nargs=-1, required=True)
@add_context_options("--roster!", "--password", "--cache")
@add_option("--decisions", type=PATH, metavar="FILE")
@add_option("--year", type=click.IntRange(1900, 9999))
@add_executor_options
@add_option("--json", "as_json", is_flag=True)
def status(
    context: "RunContext",
    paths: tuple[str, ...],
    decisions: Path | None,
    year: int | None,
    jobs: "Jobs",
    as_json: bool,
) -> None:
    """Print each agency of the roster with the status of its return."""
    from xltool.cli import console, console_decisions, json_output
    from xltool.commands.merge import MergeOptions, has_open_issues, merge

    with show_progress("check") as report:
        options = MergeOptions(year=year, decisions=decisions)
        consolidation = merge(paths, context, None, options, jobs=jobs, progress=report)
    click.echo(
        json_output.dump_json(json_output.encode_status(consolidation))
        if as_json
        else console.describe_status(consolidation)
    )
    if decisions and not as_json:
        click.echo(console_decisions.describe_decisions(consolidation.tracking, decisions))
    _exit_with(has_open_issues(consolidation.tracking) or bool(consolidation.missing))


@register_command
@click.argument("paths", nargs=-1, required=True)
@add_context_options("--roster!", "--previous", "--profile", "--seal-key-file", "--password", "--cache")
@add_option("-o", "--output", type=PATH, required=True)
@add_option("--due", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD")
@add_option("--sender", default="")
@add_option("--contact", default="")
@add_option("--wording", type=PATH, metavar="FILE")
@add_option("--decisions", type=PATH, metavar="FILE")
@add_option("--year", type=click.IntRange(1900, 9999))
@add_executor_options
def letters(context: "RunContext", paths: tuple[str, ...], output: Path, jobs: "Jobs", **choices: Any) -> None:
    """Write a letter to every agency of the roster, and a list of all letters."""
    from xltool.cli import console_letters
    from xltool.commands.letters import LetterOptions, write_letters

    choices["due"] = choices["due"].date() if choices["due"] else None
    with show_progress("check") as report:
        written = write_letters(paths, context, output, LetterOptions(**choices), jobs=jobs, progress=report)
    click.echo(console_letters.describe_letters(written, output))


@register_command
@click.argument("summary", type=PATH)
@click.argument("cell")
@add_option("--where", default="")
@add_option("--forms", type=PATH, multiple=True, metavar="DIR")
@add_option("--json", "as_json", is_flag=True)
def trace(summary: Path, cell: str, where: str, forms: tuple[Path, ...], as_json: bool) -> None:
    """Print the contributors of a figure in a consolidated workbook."""
    from xltool.cli import console, json_output
    from xltool.commands.trace import trace
    from xltool.forms.load_definitions import load_forms

    figures = trace(summary, cell, load_forms(forms), where)
    click.echo(json_output.dump_json(json_output.encode_trace(figures)) if as_json else console.describe_trace(figures))
    _exit_with(not all(figure.agrees for figure in figures))


@register_command
@click.argument("paths", type=PATH, nargs=-1, required=True)
@add_context_options("--roster", "--previous", "--password")
@add_option("-o", "--output", type=PATH)
@add_option("--style", type=PATH, metavar="FILE")
@add_option("--texts", "words", type=PATH, metavar="FILE")
@add_option("--as", "kind", type=click.Choice(["docx", "html"]), default="docx", show_default=True)
@add_option("--pdf", is_flag=True)
@add_option("--draft", is_flag=True)
@add_option("--include-flawed", "flawed", is_flag=True)
@add_option("--force", is_flag=True)
def publish(
    context: "RunContext", paths: tuple[Path, ...], output: Path | None, kind: str, draft: bool, **wishes: Any
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
    _exit_with(any(report.empty for report in written))


@register_command
@click.argument("left", type=PATH)
@click.argument("right", type=PATH)
@add_context_options("--password")
@add_option("--html", "page", type=PATH, metavar="FILE")
@add_option("--json", "as_json", is_flag=True)
@add_option("--force", is_flag=True)
def compare(context: "RunContext", left: Path, right: Path, page: Path | None, as_json: bool, force: bool) -> None:
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
    _exit_with(not same)


@register_command
@click.argument("paths", type=PATH, nargs=-1, required=True)
@add_context_options("--roster", "--previous")
@add_option("-o", "--output", type=PATH, required=True)
@add_option("--agency")
@add_option("--year", type=click.IntRange(1900, 9999))
@add_option("--form")
@add_option("--force", is_flag=True)
@add_option("--jobs", type=click.IntRange(min=1))
@add_option("--json", "as_json", is_flag=True)
def import_command(
    context: "RunContext",
    paths: tuple[Path, ...],
    output: Path,
    force: bool,
    jobs: int | None,
    as_json: bool,
    **known: Any,
) -> None:
    """Read published reports into filled workbooks."""
    from xltool.cli import console, json_output
    from xltool.commands.import_reports import ImportHints, import_reports
    from xltool.commands.merge import has_open_issues

    wanted = ImportHints(**known)
    with show_progress("import") as report:
        items = import_reports(paths, context, output, wanted, force=force, jobs=jobs, progress=report)
    click.echo(
        json_output.dump_json(json_output.encode_import(items)) if as_json else console.describe_import(items, output)
    )
    _exit_with(has_open_issues(item.reviewed for item in items))


main.add_command(forms)


@register_command
@add_option("-o", "--output", type=PATH, default=Path("xltool-demo"), show_default=True)
def demo(output: Path) -> None:
    """Run every step on the sample figures."""
    from xltool.cli.demo import run_demo

    for line in run_demo(output):
        click.echo(line)


def _exit_with(has_open_issues: bool) -> None:
    raise SystemExit(EXIT_OPEN_ISSUES if has_open_issues else EXIT_CLEAN)
