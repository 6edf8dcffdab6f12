"""What the page's worker calls: one command of `xltool` at a time, on files that were laid down in a folder.

Nothing is decided here; the commands are those of the command line, with its arguments, its JSON and its files.
"""

import contextlib
import io
import json
import os
import shutil
import time
import traceback
import zipfile
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path

from xltool import __version__
from xltool.cli import console_progress
from xltool.cli.main import main
from xltool.forms.load_definitions import load_forms
from xltool.messages import catalogue
from xltool.model.consolidation import Status
from xltool.model.form import Severity
from xltool.spreadsheet.worker.client import SHARED_WORKER
from xltool.spreadsheet.worker.in_process import InProcessWorker

WORK = Path("/work")
OUT = Path("/out")
CRASHED = 70  # exit code of a fault of ours
_MODIFIED = (2025, 1, 1, 0, 0, 0)  # of every member of an archive, so that the same results are the same bytes
_USED_MODULES = (
    *("xltool.cli.console", "xltool.cli.json_output", "xltool.commands.check", "xltool.commands.merge"),
    *("xltool.commands.make_templates", "xltool.commands.send_back", "xltool.commands.letters"),
)
_SILENT = ("missing", "ended", "not_begun", "summed")  # what may be said of an agency without a return


def start(tell_progress: Callable[[str, int, int, int], None], tell_task: Callable[[str, float], None]) -> str:
    """Load what every command needs, and tell the page what it must know, as JSON.

    ``tell_progress`` gets what is done, how many files of how many, and the open findings so far; ``tell_task`` the
    SHA-256 of the content a library is about to read that may not return, and the seconds it may take; then "".
    """
    for module in _USED_MODULES:  # all of it once, before the first file
        import_module(module)
    console_progress.progress_listener = tell_progress
    if isinstance(SHARED_WORKER, InProcessWorker):
        SHARED_WORKER.listener = tell_task
    load_forms()
    clear_folder()
    words = {
        "status": {
            key: catalogue.look_up_word("status", key) for key in (*(status.value for status in Status), *_SILENT)
        },
        "severity": {severity.value: catalogue.look_up_word("severity", severity.value) for severity in Severity},
        "doing": {key: catalogue.look_up_word("doing", key) for key in ("check", "merge", "template", "ledger_count")},
        "unknown": catalogue.look_up_word("shown", "unknown"),
        "open": catalogue.look_up_word("ledgerfigure", "open"),
    }
    return json.dumps({"version": __version__, "words": words})


def clear_folder() -> None:
    """Make the folder to work in empty, and delete what was written before."""
    os.chdir("/")
    for folder in (WORK, OUT):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    os.chdir(WORK)


def refuse_task(digest: str, reason: str) -> None:
    """Keep content of that SHA-256 from the libraries from now on; ``reason`` is "died" or "timeout"."""
    if isinstance(SHARED_WORKER, InProcessWorker):
        SHARED_WORKER.refused[digest] = reason


def run_command(arguments: Iterable[str]) -> tuple[int, str, str, int]:
    """Return the exit code of a command, its output, its error stream and the milliseconds it took."""
    output, said, began = io.StringIO(), io.StringIO(), time.perf_counter()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(said):
        try:
            main.main(list(arguments), prog_name="xltool")  # always leaves with an exit code
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else CRASHED
        except BaseException:  # a fault of ours is told to the page, which must go on
            code = CRASHED
            traceback.print_exc()
    return code, output.getvalue(), said.getvalue(), round((time.perf_counter() - began) * 1000)


def list_files(paths: Iterable[str]) -> list[tuple[str, bytes]]:
    """Return name and content of every file at or below some paths, sorted; what does not exist is left out."""
    return [(name, path.read_bytes()) for name, path in _files(paths)]


def pack_files(paths: Iterable[str], archive: str) -> list[tuple[str, bytes]]:
    """Return all files at or below some paths as one .zip of that name, the same bytes for the same files."""
    files, packed = list(_files(paths)), io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name, path in files:
            target.writestr(zipfile.ZipInfo(name, _MODIFIED), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return [(archive, packed.getvalue())] if files else []


def _files(paths: Iterable[str]) -> Iterator[tuple[str, Path]]:
    for each in paths:
        path = Path(each)
        root = OUT if path.is_relative_to(OUT) else WORK
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                yield file.absolute().relative_to(root).as_posix(), file
