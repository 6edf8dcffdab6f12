"""The command group `main`, and what all its commands share: help in Chinese, one message for whatever stops one."""

import os
import sys
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from xltool import __version__
from xltool.cli.chinese_help import ChineseCommand, ChineseHelp, explain_usage_error
from xltool.errors import DefinitionError, XltoolError, find_system_fault
from xltool.messages import catalogue

EXIT_CLEAN, EXIT_OPEN_ISSUES, EXIT_STOPPED = 0, 1, 2
TRACEBACK_VARIABLE = "XLTOOL_TRACEBACK"  # set to anything: faults of this program are shown with their traceback
_Command = TypeVar("_Command", bound=Callable[..., Any])


class CommandGroup(ChineseHelp, click.Group):
    """Report whatever stops a command in one message with exit code 2."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Make the streams printable before anything, help included, is printed."""
        make_printable_streams()
        return super().main(*args, **kwargs)

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Parse the words before the command; a mistake there becomes one message."""
        try:
            return super().make_context(*args, **kwargs)
        except click.exceptions.NoArgsIsHelpError:
            raise
        except click.UsageError as error:
            click.echo(catalogue.render_error(explain_usage_error(error)), err=True)
        raise SystemExit(EXIT_STOPPED)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; whatever stops it becomes one message, a fault of this program as well."""
        try:
            return super().invoke(ctx)
        except (click.exceptions.NoArgsIsHelpError, click.exceptions.Exit, click.Abort):
            raise
        except BrokenPipeError:
            sys.stderr.close()
        except (Exception, KeyboardInterrupt) as error:
            stop = _explain_stop(error)
            for mistake in (stop, *(stop.others if isinstance(stop, DefinitionError) else ())):
                click.echo(catalogue.render_error(mistake), err=True)
        raise SystemExit(EXIT_STOPPED)


def _explain_stop(error: BaseException) -> XltoolError:
    """Return the error of this package for whatever stopped a command; raise ``error`` again if it is to be shown."""
    match error:
        case XltoolError():
            return error
        case click.UsageError():
            return explain_usage_error(error)
        case click.ClickException():
            raise error
        case KeyboardInterrupt():
            return XltoolError("stopped.interrupted")
        case OSError():
            return XltoolError("stopped.system", path=str(error.filename or ""), reason=find_system_fault(error))
        case MemoryError():
            return XltoolError("stopped.memory")
    if os.environ.get(TRACEBACK_VARIABLE):
        raise error
    return XltoolError("stopped.unexpected", problem=_locate_fault(error))


def _locate_fault(error: BaseException) -> str:
    """Describe a fault of this program in one line, with the innermost place in its code."""
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if f"{os.sep}xltool{os.sep}" in frame.filename
    ]
    place = f", {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}: {error}{place}".replace("\n", " ")


def make_printable_streams() -> None:
    """Let standard output and error print any text: in UTF-8, undecodable bytes of file names escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(getattr(stream, "encoding", None), str):
            getattr(stream, "reconfigure", lambda **_: None)(encoding="utf-8", errors="backslashreplace")


@click.group(
    "xltool",
    cls=CommandGroup,
    help=catalogue.help_text("xltool"),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, "--version", prog_name="xltool", help=catalogue.help_text("version"))
def main() -> None:
    """Run ``xltool``."""


def register_command(function: _Command) -> click.Command:
    """Register a function as a command of `xltool`; its help text is read from the catalogue."""
    name = function.__name__.removesuffix("_command")
    words = {"help": catalogue.help_text(name), "short_help": catalogue.help_text(f"{name}.short")}
    registered: click.Command = main.command(name, cls=ChineseCommand, **words)(function)
    return registered


def echo_lines(lines: Iterable[str]) -> None:
    """Print lines, if there are any."""
    for line in lines:
        click.echo(line)


def exit_with(*, has_open_issues: bool) -> None:
    """End the command with exit code 1 if anything must be looked at, else with 0."""
    raise SystemExit(EXIT_OPEN_ISSUES if has_open_issues else EXIT_CLEAN)
