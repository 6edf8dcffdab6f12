"""A real Dask scheduler with worker processes, on the loopback interface only."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NO_DASK = "needs the extra `cluster`: distributed"
PATIENCE = 60.0  # seconds a loaded machine may need for what takes one


def until(true: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Wait for something. Fails when it does not come."""
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, true
        time.sleep(0.05)


class RunningCluster:
    """A scheduler and its workers, each a process of its own in ``folder``."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self._environment = {**os.environ, **environment, "PYTHONPATH": str(ROOT)}
        self._environment["DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT"] = "5s"
        self.workers: list[subprocess.Popen[bytes]] = []
        self._place = folder / "scheduler.json"
        self.scheduler = self._start(
            "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0",
            "--dashboard-address", "127.0.0.1:0", "--scheduler-file", str(self._place),
        )  # fmt: skip
        until(lambda: self._place.exists() and self._place.stat().st_size > 0)

    @property
    def address(self) -> str:
        """As it is given to ``--engine``."""
        address: str = json.loads(self._place.read_text())["address"]
        return address.replace("tcp://", "dask://")

    def add_worker(self, *, before: str = "pass", threads: int = 1) -> "subprocess.Popen[bytes]":
        """One more worker; ``before`` is run in it before anything else."""
        code = f"import runpy, sys\n{before}\nrunpy.run_module('distributed.cli.dask_worker', run_name='__main__')"
        worker = self._start(
            "-c", code, "--scheduler-file", str(self._place), "--nthreads", str(threads), "--no-nanny",
            "--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0", "--local-directory", str(self.folder),
            "--death-timeout", "30",
        )  # fmt: skip
        self.workers.append(worker)
        return worker

    def end(self) -> None:
        """End every process that was started here."""
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()

    def _start(self, *words: str) -> "subprocess.Popen[bytes]":
        log = (self.folder / "cluster.log").open("ab")
        with log:
            return subprocess.Popen(
                [sys.executable, *words], cwd=self.folder, env=self._environment, stdout=log, stderr=log
            )


@contextmanager
def a_cluster(folder: Path, workers: int = 2, **environment: str) -> Iterator[RunningCluster]:
    """A running cluster. Skips the test where it cannot be had."""
    pytest.importorskip("distributed", reason=NO_DASK)
    cluster = RunningCluster(folder, environment)
    try:
        for _ in range(workers):
            cluster.add_worker()
        yield cluster
    finally:
        cluster.end()
