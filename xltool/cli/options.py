"""The options that several commands share, and what they make of them: a setting, and where to run."""

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from xltool.messages import catalogue as texts

PATH = click.Path(path_type=Path)
_Command = TypeVar("_Command", bound=Callable[..., Any])


def option(*names: str, **settings: Any) -> Callable[[_Command], _Command]:
    """A click option; its help is in the texts under the command's name and its own."""

    def decorate(function: _Command) -> _Command:
        key = next(name for name in names if name.startswith("--")).removeprefix("--").replace("-", "_")
        command = function.__name__.removesuffix("_command")
        decorated: _Command = click.option(*names, help=texts.help(f"{command}.{key}"), **settings)(function)
        return decorated

    return decorate


def against(*names: str) -> Callable[[_Command], _Command]:
    """Adds --forms, and what is named of the others; hands the command the `Setting` they make."""

    def decorate(function: _Command) -> _Command:
        @functools.wraps(function)
        def command(*args: Any, roster: Path | None = None, previous: tuple[Path, ...] = (), **rest: Any) -> Any:
            from xltool import pipeline

            key, password = rest.pop("seal_key_file", None), rest.pop("password", None)
            keeping, cache, without = "no_cache" in rest, rest.pop("cache", None), rest.pop("no_cache", False)
            kept = cache or (keeping and os.environ.get("XLTOOL_CACHE") != "") if not without else None
            strictness = {name: rest.pop(name, None) for name in ("profile", "waivers")}
            about = pipeline.setting(roster, previous, rest.pop("forms"), key, password, cache=kept, **strictness)
            return function(*args, about=about, **rest)

        decorated: Any = option("--forms", type=PATH, multiple=True, metavar="DIR")(command)
        if "--cache" in names:
            decorated = option("--no-cache", is_flag=True)(decorated)
            decorated = option("--cache", type=PATH, metavar="DIR", envvar="XLTOOL_CACHE")(decorated)
        if "--profile" in names:
            decorated = option("--waivers", type=PATH, metavar="FILE")(decorated)
            decorated = option("--profile", metavar="NAME|FILE")(decorated)
        if "--password" in names:
            decorated = option("--password", metavar="TEXT")(decorated)
        if "--seal-key-file" in names:
            decorated = option("--seal-key-file", type=PATH)(decorated)
        if "--previous" in names:
            decorated = option("--previous", type=PATH, multiple=True)(decorated)
        if "--roster" in names or "--roster!" in names:
            decorated = option("--roster", type=PATH, required="--roster!" in names)(decorated)
        return cast(_Command, decorated)

    return decorate


def running(function: _Command) -> _Command:
    """Adds the options that say where and how many at once; hands the command the ``jobs`` they make."""

    @functools.wraps(function)
    def command(*args: Any, engine: str | None, jobs: int | None, unit: int, memory: int | None, **rest: Any) -> Any:
        from xltool import pipeline

        where = pipeline.engine_at(engine, jobs, unit, memory << 20 if memory else None)
        return function(*args, jobs=where, **rest)

    decorated: Any = option("--memory", type=click.IntRange(min=256), metavar="MIB")(command)
    decorated = option("--unit", type=click.IntRange(1, 10_000), default=100, show_default=True)(decorated)
    decorated = option("--engine", metavar="dask://HOST:PORT")(decorated)
    return cast(_Command, option("--jobs", type=click.IntRange(min=1))(decorated))
