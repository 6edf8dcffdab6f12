"""Tasks where there are no processes: announced, answered here, and refused once one has been the end of a worker."""

import hashlib

import pytest

from xltool.errors import UnreadableFileError
from xltool.spreadsheet.worker.client import Worker
from xltool.spreadsheet.worker.in_process import InProcessWorker

DATA = b"no workbook at all"
VALUES = "xltool.spreadsheet.xls.calamine:read_values"
SHA256 = hashlib.sha256(DATA).hexdigest()


Told = list[tuple[str, float]]


@pytest.fixture
def told() -> Told:
    """What the owner of the worker is told."""
    return []


@pytest.fixture
def worker(told: Told) -> InProcessWorker:
    """A worker whose owner listens."""
    worker = InProcessWorker()
    worker.listener = lambda sha256, seconds: told.append((sha256, seconds))
    return worker


def test_task__is_announced_before_and_after_and_answered_as_by_the_process(
    worker: InProcessWorker, told: Told
) -> None:
    assert worker.run_task(VALUES, DATA, 7) == Worker().run_task(VALUES, DATA, 7) == ({"problem": "unreadable"}, b"")
    assert told == [(SHA256, 7), ("", 0)]


@pytest.mark.parametrize(("reason", "code"), [("died", "file.reader_died"), ("timeout", "file.timeout")])
def test_refused_content__gets_the_finding_of_a_process_that_died(
    reason: str, code: str, worker: InProcessWorker, told: Told
) -> None:
    worker.refused[SHA256] = reason
    with pytest.raises(UnreadableFileError) as raised:
        worker.run_task(VALUES, DATA, 7)
    assert raised.value.code == code
    assert told == []


def test_other_content__is_not_refused(worker: InProcessWorker, told: Told) -> None:
    worker.refused[SHA256] = "died"
    assert worker.run_task(VALUES, DATA + b".", 7) == ({"problem": "unreadable"}, b"")
    assert len(told) == 2
