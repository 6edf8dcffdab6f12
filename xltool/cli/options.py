"""Options shared by several commands, and the run context and executor built from them."""

import functools
import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from xltool.errors import UsageError
from xltool.messages import catalogue
from xltool.model.period import calendar_year, parse_period

if TYPE_CHECKING:
    from xltool.model.agency import Roster

    _PeriodParameter = click.ParamType[int]
else:
    _PeriodParameter = click.ParamType  # the lowest version takes no type argument

PATH = click.Path(path_type=Path)
MIN_YEAR = 1900


class PeriodType(_PeriodParameter):
    """A year, or a part of one: 2025, 2025-H1, 2025-Q3, 2025-09."""

    name = "YYYY|YYYY-MM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Parse the text of a period."""
        if isinstance(value, int):
            return value
        try:
            period = parse_period(str(value))
        except ValueError:
            period = 0
        if calendar_year(period) < MIN_YEAR:
            raise UsageError("usage.no_period", value=str(value))
        return period


PERIOD = PeriodType()
FORMS_VARIABLE = "XLTOOL_FORMS"  # folders of form definitions, where --forms is not given
FORMS_FOLDER = "forms"  # beside the roster
_Command = TypeVar("_Command", bound=Callable[..., Any])


def add_option(*names: str, **settings: Any) -> Callable[[_Command], _Command]:
    """Add a click option; its help text is found by the names of the command and the option."""

    def decorate(function: _Command) -> _Command:
        key = next(name for name in names if name.startswith("--")).removeprefix("--").replace("-", "_")
        command = function.__name__.removesuffix("_command")
        decorated: _Command = click.option(*names, help=catalogue.help_text(f"{command}.{key}"), **settings)(function)
        return decorated

    return decorate


def find_form_folders(roster: Path | None) -> tuple[Path, ...]:
    """Return the folders ``forms/<form>/<edition>`` beside the roster.

    What lies deeper, or in a folder that is not named after its form, was not put there for a run.
    """
    files = (roster.parent / FORMS_FOLDER).glob("*/*/form.toml") if roster else ()
    return tuple(sorted(file.parent for file in files if _names_folder(file)))


def _names_folder(file: Path) -> bool:
    """Return whether a definition is that of the form its folder is named after; one that cannot be parsed is."""
    try:
        return tomllib.loads(file.read_text("utf-8")).get("id", "") in {"", file.parent.parent.name}
    except (OSError, ValueError):
        return True


def tell_roster_notes(roster: "Roster | None") -> None:
    """Print to stderr how the roster was read where a person should know of it."""
    for note in roster.notes if roster else ():
        click.echo(catalogue.render_finding(note), err=True)


def add_context_options(*names: str) -> Callable[[_Command], _Command]:
    """Add --forms and the named options; pass the run context built from them as ``context``."""

    def decorate(function: _Command) -> _Command:
        @functools.wraps(function)
        def command(*args: Any, roster: Path | None = None, previous: tuple[Path, ...] = (), **rest: Any) -> Any:
            from xltool.commands.run_context import build_run_context

            key, password = rest.pop("seal_key_file", None), rest.pop("password", None)
            has_cache_option, cache, no_cache = "no_cache" in rest, rest.pop("cache", None), rest.pop("no_cache", False)
            own_cache = has_cache_option and os.environ.get("XLTOOL_CACHE") != ""
            cache_choice = None if no_cache else cache or own_cache
            strictness = {name: rest.pop(name, None) for name in ("profile", "waivers")}
            forms = rest.pop("forms") or find_form_folders(roster)
            context = build_run_context(roster, previous, forms, key, password, cache=cache_choice, **strictness)
            tell_roster_notes(context.roster)
            return function(*args, context=context, **rest)

        decorated: Any = add_option("--forms", type=PATH, multiple=True, metavar="DIR", envvar=FORMS_VARIABLE)(command)
        if "--cache" in names:
            decorated = add_option("--no-cache", is_flag=True)(decorated)
            decorated = add_option("--cache", type=PATH, metavar="DIR", envvar="XLTOOL_CACHE")(decorated)
        if "--profile" in names:
            decorated = add_option("--waivers", type=PATH, metavar="FILE")(decorated)
            decorated = add_option("--profile", metavar="NAME|FILE")(decorated)
        if "--password" in names:
            decorated = add_option("--password", metavar="TEXT")(decorated)
        if "--seal-key-file" in names:
            decorated = add_option("--seal-key-file", type=PATH)(decorated)
        if "--previous" in names:
            decorated = add_option("--previous", type=PATH, multiple=True)(decorated)
        if "--roster" in names or "--roster!" in names:
            decorated = add_option("--roster", type=PATH, required="--roster!" in names)(decorated)
        return cast(_Command, decorated)

    return decorate


def add_executor_options(function: _Command) -> _Command:
    """Add the options that choose the executor; pass it as ``jobs``."""

    @functools.wraps(function)
    def command(*args: Any, engine: str | None, jobs: int | None, unit: int, memory: int | None, **rest: Any) -> Any:
        from xltool.commands.choose_executor import choose_executor

        executor = choose_executor(engine, jobs, unit, memory << 20 if memory else None)
        return function(*args, jobs=executor, **rest)

    decorated: Any = add_option("--memory", type=click.IntRange(min=256), metavar="MIB")(command)
    decorated = add_option("--unit", type=click.IntRange(1, 10_000), default=100, show_default=True)(decorated)
    decorated = add_option("--engine", metavar="dask://HOST:PORT")(decorated)
    return cast(_Command, add_option("--jobs", type=click.IntRange(min=1))(decorated))
