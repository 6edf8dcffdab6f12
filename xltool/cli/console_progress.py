"""Show the progress of a long run: a bar on a terminal, or whatever a listener makes of it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from xltool.messages import catalogue

if TYPE_CHECKING:
    from xltool.commands.run_context import Progress

_MIN_FILES_FOR_PROGRESS = 20  # a shorter run is over before a progress bar can be read

progress_listener: Callable[[str, int, int, int], None] | None = None
"""Called instead of showing a bar: the name of the task, files done, files in all, open findings so far."""


@contextmanager
def show_progress(task_name: str) -> Iterator["Progress"]:
    """Show a progress bar on stderr for a long run on a terminal; otherwise yield a callback that does nothing."""
    if progress_listener:
        yield partial(progress_listener, task_name)
        return
    if not sys.stderr.isatty():
        yield lambda done, of, found: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    rate_column = TextColumn("{task.fields[said]}")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), rate_column, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(catalogue.look_up_word("doing", task_name), visible=False, said="")

        def show(done: int, of: int, found: int) -> None:
            rate = f"{bar.tasks[task].speed or 0:.0f}"
            said = catalogue.format_line("so_far" if found else "rate", rate=rate, found=found)
            bar.update(task, completed=done, total=of, visible=of >= _MIN_FILES_FOR_PROGRESS, said=said)

        yield show
