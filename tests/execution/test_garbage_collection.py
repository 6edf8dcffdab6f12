"""The collector runs rarely during a run, and as usual after it, however the run ends."""

import gc

import pytest

from xltool.execution.garbage_collection import collect_garbage_rarely


def test_collector__during_a_run_rarely_and_then_as_before() -> None:
    usual = gc.get_threshold()
    with collect_garbage_rarely():
        assert gc.get_threshold()[0] > usual[0]
    assert gc.get_threshold() == usual


def test_collector__a_run_that_fails__as_before() -> None:
    usual = gc.get_threshold()

    @collect_garbage_rarely()
    def fail() -> None:
        raise KeyError("kept")

    with pytest.raises(KeyError, match="kept"):
        fail()
    assert gc.get_threshold() == usual
