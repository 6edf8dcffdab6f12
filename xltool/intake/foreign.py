"""Formats read by a library (.xls, .et, .xlsb, .ods), through a worker process that is kept between files.

Only values can be read so; formulas, locks and names cannot. A worker that dies or passes the deadline is one refusal,
and the next file gets a new worker.
"""

import atexit
import contextlib
import json
import os
import subprocess
import sys
import threading
from typing import Any

from xltool.errors import UnreadableFileError
from xltool.intake import limits
from xltool.intake.addresses import column_letters
from xltool.intake.calamine_worker import LENGTH
from xltool.intake.raw import RawCell, RawSheet, Stored
from xltool.intake.refusals import Damage, Excess, damaged, over_limit

_BOOT = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from xltool.intake.addresses import column_letters
from xltool.intake.calamine_worker import main
main()
"""
_ANSWER_BYTES = 256 * limits.MIB  # the worker's own limits keep it far below; more is no answer


def read_foreign(data: bytes, seconds: float = limits.WORKER_SECONDS) -> tuple[RawSheet, ...]:
    """The sheets of a workbook that is not OOXML. Raises UnreadableFileError when the worker cannot read it."""
    answer = WORKER.ask(data, seconds)
    problem = answer.get("problem")
    if problem is None:
        if not answer["sheets"]:
            raise damaged("", Damage.NO_SHEETS)
        return tuple(_sheet(*described) for described in answer["sheets"])
    if problem == "encrypted":
        raise UnreadableFileError("file.encrypted")
    if problem == "cells_held":
        raise over_limit("", Excess.CELLS_HELD, limits.CELLS_HELD)
    raise damaged("", Damage.UNREADABLE)


def _sheet(name: str, state: str, merged: list[list[int]], cells: list[list[Any]]) -> RawSheet:
    found = {f"{column_letters(column)}{row}": RawCell(Stored(kind), text) for row, column, kind, text in cells}
    return RawSheet(name, state, found, tuple(_range(*corners) for corners in merged))


def _range(top: int, left: int, bottom: int, right: int) -> str:
    return f"{column_letters(left + 1)}{top + 1}:{column_letters(right + 1)}{bottom + 1}"


class _Worker:
    """One child process, started at the first file and again after each death."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def ask(self, data: bytes, seconds: float) -> dict[str, Any]:
        """The worker's answer about one file."""
        with self._lock:
            process = self._running()
            late = threading.Event()
            timer = threading.Timer(seconds, _stop, (process, late))
            timer.daemon = True
            timer.start()
            try:
                return _exchange(process, data)
            except (OSError, ValueError):
                _end(process)
                if late.is_set():
                    raise UnreadableFileError("file.timeout", seconds=int(seconds)) from None
                raise UnreadableFileError("file.reader_died") from None
            finally:
                timer.cancel()

    def _running(self) -> "subprocess.Popen[bytes]":
        """The living worker of this process; one inherited by a fork is not ours to talk to."""
        process = self._process
        if process is None or self._owner != os.getpid() or process.poll() is not None:
            self.close()
            process = subprocess.Popen(
                [sys.executable, "-c", _BOOT, json.dumps(sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            self._process, self._owner = process, os.getpid()
        return process

    def close(self) -> None:
        """End the worker, if this process has one."""
        if self._process is not None and self._owner == os.getpid():
            _end(self._process)
        self._process = None


def _stop(process: "subprocess.Popen[bytes]", late: threading.Event) -> None:
    late.set()
    process.kill()


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a worker and close what belongs to it."""
    process.kill()
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            if pipe is not None:
                pipe.close()
    process.wait()


def _exchange(process: "subprocess.Popen[bytes]", data: bytes) -> dict[str, Any]:
    """Send one file and read the answer. Raises OSError or ValueError when the worker is gone or talks nonsense."""
    requests, answers = process.stdin, process.stdout
    if requests is None or answers is None:
        raise ValueError("the worker has no pipes")
    requests.write(LENGTH.pack(len(data)))
    requests.write(data)
    requests.flush()
    head = answers.read(LENGTH.size)
    length = LENGTH.unpack(head)[0] if len(head) == LENGTH.size else 0
    body = answers.read(length) if 0 < length <= _ANSWER_BYTES else b""
    if not body or len(body) != length:
        raise ValueError("the worker's answer is incomplete")
    answer = json.loads(body)
    if not isinstance(answer, dict):
        raise ValueError("the worker's answer is not an object")
    return answer


WORKER = _Worker()
atexit.register(WORKER.close)
