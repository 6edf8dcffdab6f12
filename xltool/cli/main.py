"""The command line: parse, call one pipeline function, print, choose an exit code."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from xltool import __version__
from xltool.cli.options import PATH, against, option, running
from xltool.errors import UsageError, XltoolError
from xltool.messages import catalogue as texts

if TYPE_CHECKING:
    from xltool.pipeline import Jobs, Setting

CLEAN, LOOK, STOPPED = 0, 1, 2
_Command = TypeVar("_Command", bound=Callable[..., Any])


class Commands(click.Group):
    """The commands in the order of the work, and one clear message with exit code 2 for whatever stops one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order they were written."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; an XltoolError, a full disk or an interruption becomes one message."""
        try:
            return super().invoke(ctx)
        except XltoolError as error:
            click.echo(texts.error(error), err=True)
        except BrokenPipeError:
            sys.stderr.close()
        except KeyboardInterrupt:
            click.echo(texts.error(XltoolError("stopped.interrupted")), err=True)
        except OSError as error:
            stopped = XltoolError("stopped.system", path=str(error.filename or ""), reason=error.strerror or str(error))
            click.echo(texts.error(stopped), err=True)
        raise SystemExit(STOPPED)


def command(function: _Command) -> click.Command:
    """Makes a function a command of `xltool`; its help, with examples, is in the texts."""
    name = function.__name__.removesuffix("_command")
    made: click.Command = main.command(name, help=texts.help(name), short_help=texts.help(f"{name}.short"))(function)
    return made


@click.group(cls=Commands, help=texts.help("xltool"), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name="xltool", help=texts.help("version"))
def main() -> None:
    """The command ``xltool``."""
    for stream in (sys.stdout, sys.stderr):  # Chinese comes out whatever the console says
        if isinstance(getattr(stream, "encoding", None), str) and stream.encoding.lower() not in {"utf-8", "utf8"}:
            getattr(stream, "reconfigure", lambda **_: None)(encoding="utf-8", errors="replace")


@command
@option("--year", type=click.IntRange(1900, 9999), required=True)
@against("--roster!", "--previous", "--seal-key-file")
@option("--form")
@option("-o", "--output", type=PATH, required=True)
@option("--force", is_flag=True)
def template(about: "Setting", year: int, form: str | None, output: Path, force: bool) -> None:
    """Writes the templates and the distribution list."""
    from xltool import pipeline
    from xltool.cli import console as terminal

    with terminal.progress("template") as report:
        issued = pipeline.make_templates(year, about, output, form_id=form, force=force, progress=report)
    click.echo(terminal.issued(issued, output, bool(about.past)))


@command
@click.argument("paths", nargs=-1, required=True)
@against("--roster", "--previous", "--profile", "--seal-key-file", "--password", "--cache")
@running
@option("--return", "folder", type=PATH, metavar="DIR")
@option("--since", type=PATH, metavar="FILE")
@option("--json", "as_json", is_flag=True)
def check(
    about: "Setting", paths: tuple[str, ...], jobs: "Jobs", folder: Path | None, since: Path | None, as_json: bool
) -> None:
    """Prints what is wrong, problems first; with --return, writes what goes back to whom."""
    from xltool import pipeline
    from xltool.cli import console as terminal
    from xltool.cli import json_output as exchange

    before = pipeline.read_before(since) if since else None
    with terminal.progress("check") as report:
        reviewed = pipeline.check(paths, about, jobs=jobs, progress=report)
    news = pipeline.whats_new(reviewed, before) if before else None
    returned = None
    if folder:
        from xltool.commands import send_back as returning

        returned = returning.send_back(reviewed, about.forms, about.roster, folder)
    found = exchange.dumps(exchange.checked(reviewed, returned, news)) if as_json else terminal.checked(reviewed, news)
    click.echo(found)
    if folder and returned is not None and not as_json:
        click.echo(terminal.sent_back(returned, folder))
    _leave(pipeline.worth_a_look(reviewed))


@command
@click.argument("paths", nargs=-1, required=True)
@against("--roster", "--previous", "--profile", "--seal-key-file", "--password", "--cache")
@option("-o", "--output", type=PATH, required=True)
@option("--area")
@option("--year", type=click.IntRange(1900, 9999))
@option("--include-flawed", is_flag=True)
@option("--html", "page", type=PATH, metavar="FILE")
@option("--export", "tables", type=PATH, metavar="DIR")
@option("--levels", type=PATH, metavar="DIR")
@option("--since", type=PATH, metavar="FILE")
@running
@option("--json", "as_json", is_flag=True)
@option("--force", is_flag=True)
def merge(
    about: "Setting",
    paths: tuple[str, ...],
    output: Path,
    page: Path | None,
    tables: Path | None,
    levels: Path | None,
    jobs: "Jobs",
    as_json: bool,
    **choices: Any,
) -> None:
    """Writes the consolidated workbook and prints who is missing and what was refused."""
    from xltool import pipeline
    from xltool.cli import console as terminal
    from xltool.cli import json_output as exchange

    choices["since"] = pipeline.read_before(choices["since"]) if choices["since"] else None
    chosen, beside = pipeline.Choices(**choices), pipeline.Beside(page, tables, levels)
    with terminal.progress("merge") as report:
        if levels:
            found = pipeline.merge_levels(paths, about, output, levels, chosen, beside, jobs=jobs, progress=report)
            made = pipeline.as_one(found)
        else:
            made = pipeline.merge(paths, about, output, chosen, beside, jobs=jobs, progress=report)
    if levels and as_json:
        below = [(level.area, str(level.file), level.made) for level in found[:-1]]
        click.echo(exchange.dumps(exchange.levelled(made, below)))
    elif levels:
        click.echo(terminal.levelled(found, made, beside))
    else:
        click.echo(exchange.dumps(exchange.merged(made)) if as_json else terminal.merged(made, output, beside))
    _leave(pipeline.worth_a_look(made.tracking) or bool(made.missing or pipeline.open_findings(made.findings)))


@command
@click.argument("paths", nargs=-1, required=True)
@against("--roster!", "--password", "--cache")
@option("--year", type=click.IntRange(1900, 9999))
@running
@option("--json", "as_json", is_flag=True)
def status(about: "Setting", paths: tuple[str, ...], year: int | None, jobs: "Jobs", as_json: bool) -> None:
    """Prints each agency of the roster and what became of its return."""
    from xltool import pipeline
    from xltool.cli import console as terminal
    from xltool.cli import json_output as exchange

    with terminal.progress("check") as report:
        made = pipeline.merge(paths, about, None, pipeline.Choices(year=year), jobs=jobs, progress=report)
    click.echo(exchange.dumps(exchange.standing(made)) if as_json else terminal.standing(made))
    _leave(pipeline.worth_a_look(made.tracking) or bool(made.missing))


@command
@click.argument("summary", type=PATH)
@click.argument("cell")
@option("--where", default="")
@option("--forms", type=PATH, multiple=True, metavar="DIR")
@option("--json", "as_json", is_flag=True)
def trace(summary: Path, cell: str, where: str, forms: tuple[Path, ...], as_json: bool) -> None:
    """Prints who a figure of a consolidated workbook is made of."""
    from xltool import pipeline
    from xltool.cli import console as terminal
    from xltool.cli import json_output as exchange
    from xltool.forms.definitions import load_forms

    traced = pipeline.trace(summary, cell, load_forms(forms), where)
    click.echo(exchange.dumps(exchange.traced(traced)) if as_json else terminal.traced(traced))
    _leave(not all(figure.agrees for figure in traced))


@command
@click.argument("paths", type=PATH, nargs=-1, required=True)
@against("--roster", "--previous", "--password")
@option("-o", "--output", type=PATH)
@option("--style", type=PATH, metavar="FILE")
@option("--texts", "words", type=PATH, metavar="FILE")
@option("--as", "kind", type=click.Choice(["docx", "html"]), default="docx", show_default=True)
@option("--pdf", is_flag=True)
@option("--draft", is_flag=True)
@option("--include-flawed", "flawed", is_flag=True)
@option("--force", is_flag=True)
def publish(
    about: "Setting", paths: tuple[Path, ...], output: Path | None, kind: str, draft: bool, **wishes: Any
) -> None:
    """Writes the report of each workbook; with --draft, prints the paragraphs offered and writes nothing."""
    from xltool import pipeline
    from xltool.cli import console as terminal

    if draft:
        click.echo(terminal.drafted(pipeline.drafts(paths, about, flawed=wishes["flawed"])))
        return
    if output is None:
        raise UsageError("publish.no_output")
    written = pipeline.publish(paths, about, output, pipeline.Wishes(suffix=f".{kind}", **wishes))
    click.echo(terminal.published(written))
    _leave(any(report.empty for report in written))


@command
@click.argument("left", type=PATH)
@click.argument("right", type=PATH)
@against("--password")
@option("--html", "page", type=PATH, metavar="FILE")
@option("--json", "as_json", is_flag=True)
@option("--force", is_flag=True)
def compare(about: "Setting", left: Path, right: Path, page: Path | None, as_json: bool, force: bool) -> None:
    """Prints in what two reports, or the reports of two folders, differ."""
    from xltool import pipeline
    from xltool.cli import console as terminal
    from xltool.cli import json_comparison as difference_exchange
    from xltool.cli import json_output as exchange

    if left.is_dir() and right.is_dir():
        with terminal.progress("compare") as report:
            pairs = pipeline.compare_folders(left, right, about, page, force=force, progress=report)
        data, said, same = difference_exchange.compared_pairs(pairs), terminal.compared_pairs(pairs), pairs.same
    else:
        found = pipeline.compare_files(left, right, about, page, force=force)
        data, said, same = difference_exchange.compared(found), terminal.compared(found), found.same
    click.echo(exchange.dumps(data) if as_json else said)
    _leave(not same)


@command
@click.argument("paths", type=PATH, nargs=-1, required=True)
@against("--roster", "--previous")
@option("-o", "--output", type=PATH, required=True)
@option("--agency")
@option("--year", type=click.IntRange(1900, 9999))
@option("--form")
@option("--force", is_flag=True)
@option("--jobs", type=click.IntRange(min=1))
@option("--json", "as_json", is_flag=True)
def import_command(
    about: "Setting", paths: tuple[Path, ...], output: Path, force: bool, jobs: int | None, as_json: bool, **known: Any
) -> None:
    """Reads published reports into filled workbooks."""
    from xltool import pipeline
    from xltool.cli import console as terminal
    from xltool.cli import json_output as exchange

    wanted = pipeline.Wanted(**known)
    with terminal.progress("import") as report:
        items = pipeline.import_reports(paths, about, output, wanted, force=force, jobs=jobs, progress=report)
    click.echo(exchange.dumps(exchange.imported(items)) if as_json else terminal.imported(items, output))
    _leave(pipeline.worth_a_look(item.reviewed for item in items))


@main.group(help=texts.help("forms"), short_help=texts.help("forms.short"))
def forms() -> None:
    """What forms there are."""


@forms.command("list", help=texts.help("forms.list"))
@click.option("--forms", "folders", type=PATH, multiple=True, metavar="DIR", help=texts.help("forms.forms"))
def forms_list(folders: tuple[Path, ...]) -> None:
    """Prints the forms, their editions and years."""
    from xltool.cli import console_forms as showing
    from xltool.forms.definitions import load_forms

    click.echo(showing.forms(load_forms(folders)))


@forms.command("show", help=texts.help("forms.show"))
@click.argument("form")
@click.argument("edition", required=False)
@click.option("--forms", "folders", type=PATH, multiple=True, metavar="DIR", help=texts.help("forms.forms"))
def forms_show(form: str, edition: str | None, folders: tuple[Path, ...]) -> None:
    """Prints one form: its figures and its relations."""
    from xltool.cli import console_forms as showing
    from xltool.forms.definitions import load_forms, named_form

    click.echo(showing.form(named_form(load_forms(folders), form, edition)))


@forms.command("prove", help=texts.help("forms.prove"))
@click.argument("form")
@click.argument("edition", required=False)
@click.option("--forms", "folders", type=PATH, multiple=True, metavar="DIR", help=texts.help("forms.forms"))
def forms_prove(form: str, edition: str | None, folders: tuple[Path, ...]) -> None:
    """Prints what the relations of a form are worth; a contradiction among them is something to look at."""
    from xltool.cli import console_forms as showing
    from xltool.forms.definitions import load_forms, named_form
    from xltool.forms.proving import prove

    known = named_form(load_forms(folders), form, edition)
    proof = prove(known)
    click.echo(showing.proved(known, proof))
    _leave(bool(proof.conflicts))


@forms.command("diff", help=texts.help("forms.diff"))
@click.argument("form")
@click.argument("old")
@click.argument("new")
@click.option("--forms", "folders", type=PATH, multiple=True, metavar="DIR", help=texts.help("forms.forms"))
@click.option("--json", "as_json", is_flag=True, help=texts.help("forms.diff.json"))
def forms_diff(form: str, old: str, new: str, folders: tuple[Path, ...], as_json: bool) -> None:
    """Prints what changed from one edition of a form to another."""
    from xltool.cli import console_forms as showing
    from xltool.cli import json_output as exchange
    from xltool.forms.definitions import load_forms, named_form
    from xltool.forms.editions import difference

    known = load_forms(folders)
    found = difference(named_form(known, form, old), named_form(known, form, new))
    click.echo(exchange.dumps(exchange.editions(found)) if as_json else showing.editions(found))


@forms.command("check", help=texts.help("forms.check"))
@click.argument("folder", type=PATH)
def forms_check(folder: Path) -> None:
    """Loads the definitions below a folder strictly and says that they are right, or what is not."""
    from xltool.cli import console_forms as showing
    from xltool.forms.definitions import forms_below

    click.echo(showing.forms_right(forms_below(folder)))


@command
@option("-o", "--output", type=PATH, default=Path("xltool-demo"), show_default=True)
def demo(output: Path) -> None:
    """The whole chain on the sample figures."""
    from xltool.commands import demo as demonstration

    for line in demonstration.run(output):
        click.echo(line)


def _leave(look: bool) -> None:
    raise SystemExit(LOOK if look else CLEAN)
