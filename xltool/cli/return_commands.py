"""The commands about returns: hand out templates, check, sum, follow up; each parses, calls one function and prints."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xltool.cli.command_group import echo_lines, exit_with, register_command
from xltool.cli.console_progress import show_progress
from xltool.cli.options import FORMS_VARIABLE, PATH, PERIOD, add_context_options, add_executor_options, add_option

if TYPE_CHECKING:
    from datetime import datetime

    from xltool.commands.run_context import RunContext
    from xltool.execution.executor import Jobs


@register_command
@add_option("--year", "--period", "year", type=PERIOD, required=True)
@add_context_options("--roster!", "--previous", "--seal-key-file")
@add_option("--form", metavar="FORM")
@add_option("-o", "--output", type=PATH, metavar="DIR", required=True)
@add_option("--force", is_flag=True)
def template(context: "RunContext", year: int, form: str | None, output: Path, *, force: bool) -> None:
    """Write the templates and the distribution list."""
    from xltool.cli import console
    from xltool.commands.make_templates import make_templates
    from xltool.commands.previous_use import find_previous_use
    from xltool.forms.load_definitions import find_form_for_year
    from xltool.workbooks.template.prefilled_figures import list_prefilled

    form_definition = find_form_for_year(context.forms, year, form)
    with show_progress("template") as report:
        issued = make_templates(year, context, output, form_id=form, force=force, progress=report)
    use = find_previous_use(context, [item.agency.code for item in issued], form_definition, year)
    has_prefilled = any(list_prefilled(form_definition))
    click.echo(console.describe_templates(issued, output, use, has_prefilled=has_prefilled))


@register_command
@click.argument("paths", nargs=-1, required=True)
@add_context_options("--roster", "--previous", "--profile", "--seal-key-file", "--password", "--cache")
@add_option("--year", "--period", "year", type=PERIOD)
@add_executor_options
@add_option("--return", "folder", type=PATH, metavar="DIR")
@add_option("--decisions", type=PATH, metavar="FILE")
@add_option("--since", type=PATH, metavar="FILE")
@add_option("-v", "--verbose", is_flag=True)
@add_option("--json", "as_json", is_flag=True)
def check(
    context: "RunContext",
    paths: tuple[str, ...],
    year: int | None,
    jobs: "Jobs",
    folder: Path | None,
    decisions: Path | None,
    since: Path | None,
    **shown: bool,
) -> None:
    """Print the findings, problems first; with --return, write the files to send back."""
    from xltool.cli import console, console_decisions, console_returns, json_output
    from xltool.commands.check import check
    from xltool.commands.earlier_run import compare_with_earlier_run, read_earlier_run
    from xltool.commands.open_issues import has_open_issues
    from xltool.commands.previous_use import survey_reviewed
    from xltool.errors import UsageError

    as_json, verbose = shown["as_json"], shown["verbose"]
    if folder:
        from xltool.commands import send_back

        send_back.refuse_foreign_return(folder)
    earlier_run = read_earlier_run(since) if since else None
    with show_progress("check") as report:
        reviewed = check(paths, context, year=year, decisions=decisions, jobs=jobs, progress=report)
    if not reviewed:
        raise UsageError("usage.no_files", path=paths[0])
    changes = compare_with_earlier_run(reviewed, earlier_run, context) if earlier_run else None
    returned = None
    if folder:
        returned = send_back.send_back(reviewed, context.forms, context.roster, folder)
    use = survey_reviewed(context, reviewed)
    codes = console_returns.find_check_codes(reviewed, context.forms)
    if as_json:
        encoded = json_output.encode_check(reviewed, returned, changes, codes)
        click.echo(json_output.dump_json({**encoded, "previous": json_output.encode_previous_use(use)}))
    else:
        text = console.describe_check(reviewed, changes, codes, verbose=verbose)
        click.echo("\n".join([text, *console.describe_previous_use(use)]))
        if context.previous_years is None:
            echo_lines(console_returns.describe_unchecked_relations(reviewed, context.forms))
    if folder and returned is not None and not as_json:
        click.echo(console_returns.describe_sent_back(returned, folder))
    if not as_json:
        echo_lines(console_decisions.describe_decision_table(reviewed, decisions))
    failed = [sent.item for sent in returned or () if has_open_issues([sent.item])]
    exit_with(has_open_issues=has_open_issues(reviewed) or bool(failed))


@register_command
@click.argument("paths", nargs=-1, required=True)
@add_context_options("--roster", "--previous", "--profile", "--seal-key-file", "--password", "--cache")
@add_option("-o", "--output", type=PATH, required=True)
@add_option("--area")
@add_option("--form", metavar="FORM")
@add_option("--year", "--period", "year", type=PERIOD)
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
    *,
    as_json: bool,
    **choices: Any,
) -> None:
    """Write the consolidated workbook and print the missing agencies and refused files."""
    from xltool.cli import console, console_decisions, json_output
    from xltool.commands.earlier_run import read_earlier_run
    from xltool.commands.merge import ExtraOutputs, MergeOptions, merge
    from xltool.commands.merge_levels import combine_levels, merge_levels
    from xltool.commands.open_issues import has_open_issues, select_open_findings
    from xltool.commands.previous_use import find_consolidation_use

    choices["since"] = read_earlier_run(choices["since"]) if choices["since"] else None
    options = MergeOptions(**choices, keep_earlier=not choices["force"])
    extra_files = ExtraOutputs(page, tables, levels)
    kept = [] if options.force else console.describe_earlier_versions([output, *extra_files])
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
        shown_files = extra_files if len(level_results) > 1 else extra_files._replace(levels=None)
        click.echo(console.describe_merged_levels(level_results, consolidation, shown_files))
    else:
        use = find_consolidation_use(context, consolidation)
        if as_json:
            encoded = json_output.encode_merge(consolidation)
            click.echo(json_output.dump_json({**encoded, "previous": json_output.encode_previous_use(use)}))
        else:
            text = console.describe_merge(consolidation, output, extra_files)
            click.echo("\n".join([text, *console.describe_previous_use(use)]))
    if kept and not as_json:
        click.echo("\n".join(kept))
    if not as_json:
        echo_lines(console_decisions.describe_decision_table(consolidation.tracking, options.decisions))
    exit_with(
        has_open_issues=has_open_issues(consolidation.tracking)
        or bool(consolidation.missing or select_open_findings(consolidation.findings))
    )


@register_command
@click.argument("paths", nargs=-1, required=True)
@add_context_options("--roster", "--password", "--cache")
@add_option("-o", "--output", type=PATH)
@add_option("--form")
@add_option("--year", "--period", "year", type=PERIOD)
@add_option("--include-flawed", is_flag=True)
@add_option("--decisions", type=PATH, metavar="FILE")
@add_executor_options
@add_option("--json", "as_json", is_flag=True)
@add_option("--force", is_flag=True)
def rollup(
    context: "RunContext", paths: tuple[str, ...], output: Path | None, jobs: "Jobs", *, as_json: bool, **choices: Any
) -> None:
    """Add up the periods of a year for each agency, and compare them with the report of the whole."""
    from xltool.cli import console_decisions, console_rollup, json_output, json_rollup
    from xltool.commands.open_issues import has_open_issues
    from xltool.commands.roll_up import RollUpOptions, roll_up

    options = RollUpOptions(**choices)
    with show_progress("check") as report:
        made = roll_up(paths, context, output, options, jobs=jobs, progress=report)
    click.echo(
        json_output.dump_json(json_rollup.encode_rollup(made))
        if as_json
        else console_rollup.describe_rollup(made, output)
    )
    if not as_json:
        echo_lines(console_decisions.describe_decision_table(made.tracking, options.decisions))
    exit_with(has_open_issues=not made.is_complete or has_open_issues(made.tracking))


@register_command
@click.argument("paths", nargs=-1, required=True)
@add_context_options("--roster!", "--password", "--cache")
@add_option("--due", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD")
@add_option("--decisions", type=PATH, metavar="FILE")
@add_option("--form", metavar="FORM")
@add_option("--year", "--period", "year", type=PERIOD)
@add_executor_options
@add_option("--json", "as_json", is_flag=True)
def status(
    context: "RunContext",
    paths: tuple[str, ...],
    due: "datetime | None",
    jobs: "Jobs",
    *,
    as_json: bool,
    **choices: Any,
) -> None:
    """Print each agency of the roster with the status of its return."""
    from xltool.cli import console_decisions, console_status, json_output, json_status
    from xltool.commands.merge import MergeOptions, merge
    from xltool.commands.open_issues import has_open_issues

    with show_progress("check") as report:
        options = MergeOptions(**choices)
        consolidation = merge(paths, context, None, options, jobs=jobs, progress=report)
    last_day = due.date() if due else None
    click.echo(
        json_output.dump_json(json_status.encode_status(consolidation, last_day))
        if as_json
        else console_status.describe_status(consolidation, last_day)
    )
    if not as_json:
        echo_lines(console_decisions.describe_decision_table(consolidation.tracking, options.decisions))
    exit_with(has_open_issues=has_open_issues(consolidation.tracking) or bool(consolidation.missing))


@register_command
@click.argument("paths", nargs=-1, required=True)
@add_context_options("--roster!", "--previous", "--profile", "--seal-key-file", "--password", "--cache")
@add_option("-o", "--output", type=PATH, metavar="DIR", required=True)
@add_option("--due", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD")
@add_option("--sender", default="")
@add_option("--contact", default="")
@add_option("--wording", type=PATH, metavar="FILE")
@add_option("--text-only", is_flag=True)
@add_option("--decisions", type=PATH, metavar="FILE")
@add_option("--form", metavar="FORM")
@add_option("--year", "--period", "year", type=PERIOD)
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
@add_option("--forms", type=PATH, multiple=True, metavar="DIR", envvar=FORMS_VARIABLE)
@add_option("--json", "as_json", is_flag=True)
def trace(summary: Path, cell: str, where: str, forms: tuple[Path, ...], *, as_json: bool) -> None:
    """Print the contributors of a figure in a consolidated workbook."""
    from xltool.cli import json_output
    from xltool.cli.console_trace import describe_trace
    from xltool.cli.json_trace import encode_trace
    from xltool.commands.trace import trace
    from xltool.forms.load_definitions import load_forms

    figures = trace(summary, cell, load_forms(forms, regional=True), where)
    click.echo(json_output.dump_json(encode_trace(figures)) if as_json else describe_trace(figures))
    exit_with(has_open_issues=not all(figure.agrees for figure in figures))
