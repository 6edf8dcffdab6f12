"""What a short run costs before and beside its work: CPU seconds of ``xltool --help`` and of checking one workbook.

    python -m benchmarks.startup [--times 10]

The least of several runs counts. Modules are compiled once before; nothing is cached of the workbook. The exit code is
1 where a bound is exceeded.
"""

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import corpus, run

_RUN = "import sys; sys.argv[0] = 'xltool'; from xltool.cli.main import main; main()"


def measure_cpu(arguments: Sequence[str], times: int) -> float:
    """Return the least CPU seconds of a command, its own processes included."""
    with tempfile.TemporaryDirectory() as compiled:
        surroundings = {**os.environ, "PYTHONPYCACHEPREFIX": compiled, "XLTOOL_CACHE": ""}
        surroundings.pop("PYTHONDONTWRITEBYTECODE", None)
        taken = []
        for _ in range(times + 1):  # the first compiles the modules
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            command = [sys.executable, "-c", _RUN, *arguments]
            done = subprocess.run(command, check=False, capture_output=True, cwd=run.ROOT, env=surroundings)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            assert done.returncode in (0, 1), done.stderr
            taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(taken[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=10)
    given = parser.parse_args()
    print(f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    with tempfile.TemporaryDirectory() as scratch:
        workbook = Path(scratch) / "returned.xlsx"
        workbook.write_bytes(corpus.workbook(0))
        runs = {
            "xltool --help": (["--help"], 0.1),
            "xltool check, one workbook": (["check", str(workbook)], 0.4),
        }
        found = {title: measure_cpu(arguments, given.times) for title, (arguments, _) in runs.items()}
    print(run.table([("run", "CPU seconds", "bound"), ("---",) * 3]))
    print(run.table((title, f"{found[title]:.3f}", str(bound)) for title, (_, bound) in runs.items()))
    sys.exit(any(found[title] > bound for title, (_, bound) in runs.items()))


if __name__ == "__main__":
    main()
