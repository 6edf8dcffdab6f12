"""Tasks where there are no processes: announced, answered here, and refused once one has been the end of a worker."""

import hashlib
from collections.abc import Iterator

import pytest

from xltool.errors import UnreadableFileError
from xltool.spreadsheet.worker import client, in_process

DATA = b"no workbook at all"
VALUES = "xltool.spreadsheet.xls.calamine:read_values"
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, float]]]:
    """What the owner of the worker was told; nothing is refused before or after."""
    heard: list[tuple[str, float]] = []
    monkeypatch.setattr(in_process, "task_listener", lambda sha256, seconds: heard.append((sha256, seconds)))
    monkeypatch.setattr(client, "IN_PROCESS", True)
    yield heard
    in_process.refused_contents.clear()


def test_task__is_announced_before_and_after_and_answered_as_by_the_process(told: list[tuple[str, float]]) -> None:
    worker = client.Worker()
    assert worker.run_task(VALUES, DATA, 7) == ({"problem": "unreadable"}, b"")
    assert told == [(SHA256, 7), ("", 0)]


@pytest.mark.parametrize(("reason", "code"), [("died", "file.reader_died"), ("timeout", "file.timeout")])
def test_refused_content__gets_the_finding_of_a_process_that_died(
    reason: str, code: str, told: list[tuple[str, float]]
) -> None:
    in_process.refused_contents[SHA256] = reason
    with pytest.raises(UnreadableFileError) as raised:
        client.Worker().run_task(VALUES, DATA, 7)
    assert raised.value.code == code
    assert told == []


def test_other_content__is_not_refused(told: list[tuple[str, float]]) -> None:
    in_process.refused_contents[SHA256] = "died"
    assert client.Worker().run_task(VALUES, DATA + b".", 7) == ({"problem": "unreadable"}, b"")
    assert len(told) == 2
