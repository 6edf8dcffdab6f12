"""The one machine of child processes: bytes there and back, limits, and nothing believed of what a child answers."""

import os
import pickle
import signal
import struct
import sys
import threading
from collections.abc import Callable
from contextlib import closing

import pytest

from xltool.errors import UnreadableFileError
from xltool.execution.child_process import ChildLimits, ChildProcess, Handler, NoAnswerError
from xltool.spreadsheet.worker.client import Worker
from xltool.spreadsheet.worker.messages import pack_message, unpack_message


def prepare_echo(setup: bytes) -> Handler:
    """A handler that answers with the setup, its process and the request, or misbehaves as the request says."""

    def answer(request: bytes) -> bytes:
        match request:
            case b"hang":
                threading.Event().wait()
            case b"exit":
                os._exit(3)
            case b"much":
                return bytes(2000)
            case b"print":
                print("what a library prints")  # noqa: T201
        return b" ".join((setup, str(os.getpid()).encode(), request))

    return answer


def prepare_worker_that_answers_pickles(_setup: bytes) -> Handler:
    """A worker taken over by the file it opened: every answer would run code if it were unpickled."""
    return lambda _: pickle.dumps(Harm())


class Harm:
    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return os.unlink, ("harm",)


def echo(limits: ChildLimits | None = None) -> "closing[ChildProcess]":
    return closing(ChildProcess(f"{__name__}:prepare_echo", b"setup", limits=limits))


def process_of(answer: bytes) -> int:
    return int(answer.split()[1])


def test_child__one_process_for_all_requests_until_it_dies() -> None:
    with echo() as child:
        first, second = child.request_answer(b"a"), child.request_answer(b"print")
        assert (first.split()[0], second.split()[2], process_of(first)) == (b"setup", b"print", process_of(second))
        with pytest.raises(NoAnswerError) as raised:
            child.request_answer(b"exit")
        assert not raised.value.is_late
        assert process_of(child.request_answer(b"b")) != process_of(first)


def test_child__late__is_ended_and_replaced() -> None:
    with echo() as child:
        with pytest.raises(NoAnswerError) as raised:
            child.request_answer(b"hang", max_seconds=0.01)
        assert raised.value.is_late
        assert child.request_answer(b"a").endswith(b" a")


def test_child__answers_more_than_its_limit__no_answer() -> None:
    with echo(ChildLimits(answer_bytes=1999)) as child:
        with pytest.raises(NoAnswerError):
            child.request_answer(b"much")
        assert child.request_answer(b"a").endswith(b" a")
    with echo(ChildLimits(answer_bytes=2000)) as child:
        assert child.request_answer(b"much") == bytes(2000)


def test_child__is_replaced_after_its_number_of_requests() -> None:
    with echo(ChildLimits(requests=2)) as child:
        first, second, third, fourth = (process_of(child.request_answer(b"a")) for _ in range(4))
    assert first == second != third == fourth


def test_child__without_work_for_long__ends_itself() -> None:
    with echo(ChildLimits(idle_seconds=0.01)) as child:
        assert not child.ended
        assert child._ensure_running().wait() == 0
        assert child.ended


@pytest.mark.skipif(sys.platform == "win32", reason="no alarm there")
def test_child__its_owner_is_interrupted__the_late_answer_is_not_taken_for_the_next() -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with echo() as child:
            child.request_answer(b"a")
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            with pytest.raises(KeyboardInterrupt):
                child.request_answer(b"hang")
            assert child.request_answer(b"b").endswith(b" b")
    finally:
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"", "no message"),
        (b"1234567", "no message"),
        (struct.pack("<Q", 9) + b"{", "Expecting"),
        (struct.pack("<Q", 2) + b"[]", "no JSON object"),
        (pickle.dumps({"problem": None}), "."),
    ],
)
def test_message__that_is_none__raises(message: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        unpack_message(message)


def test_message__there_and_back() -> None:
    assert unpack_message(pack_message({"text": "表一"}, b"\0body")) == ({"text": "表一"}, b"\0body")


def test_worker__that_answers_a_pickle__is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xltool.spreadsheet.worker.client._HANDLER", f"{__name__}:prepare_worker_that_answers_pickles")
    with closing(Worker()) as worker, pytest.raises(UnreadableFileError) as raised:
        worker.run_task("any:task", b"", 9)
    assert raised.value.code == "file.reader_died"


def test_worker__that_cannot_start__is_told_as_one_that_died(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xltool.spreadsheet.worker.client._HANDLER", "no.such:handler")
    with closing(Worker()) as worker, pytest.raises(UnreadableFileError) as raised:
        worker.run_task("any:task", b"", 9)
    assert raised.value.code == "file.reader_died"
