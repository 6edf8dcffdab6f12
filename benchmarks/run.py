"""Reading and merging filled workbooks, side by side with what an office would use instead, in one run.

    python -m benchmarks.run [--counts 100 1000] [--jobs N] [--sample 100]

Every contender runs in a process of its own over the same files (`benchmarks.corpus`); seconds are wall time, CPU is
that of all its processes, memory the peak of all of them together. Slow contenders read a sample of the files, evenly
spread, where there are more than ``--sample`` of them; the table says so. Every answer is held against what was put in.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from benchmarks import corpus

ROOT = Path(__file__).resolve().parents[1]
FIGURE = "requests.received.total"
_INPUTS = list(range(3, 9))  # the columns, from 0, of which the figure is the sum: some programs store no totals
_SECONDS = 0.5  # between two looks at the memory, each of which takes time from those who are looked at


def with_xltool(files: Sequence[Path], jobs: int | None) -> int:
    from xltool.commands.merge import MergeOptions, merge
    from xltool.commands.run_context import build_run_context

    folder = files[0].parent
    about = build_run_context(folder.parent / "roster.csv")
    made = merge([folder], about, folder.parent / "summary.xlsx", MergeOptions(force=True), jobs=jobs)
    assert not made.missing
    return int(made.summary.values[FIGURE] or 0)


def with_xltool_reading_only(files: Sequence[Path], jobs: int | None) -> int:
    from xltool.commands.check import check
    from xltool.commands.run_context import build_run_context

    folder = files[0].parent
    reviewed = check([folder], build_run_context(folder.parent / "roster.csv"), jobs=jobs)
    return sum(int(item.submission.values[FIGURE] or 0) for item in reviewed if item.submission)


def without_integrity(files: Sequence[Path], jobs: int | None) -> int:
    """Not to be had in the product: what noticing changes to the template costs."""
    from xltool.recognition import read_submissions

    read_submissions.check_integrity = lambda *_: iter(())
    return with_xltool_reading_only(files, jobs)


def with_pandas(files: Sequence[Path], _: int | None) -> int:
    import pandas

    warnings.simplefilter("ignore")
    sheets = [pandas.read_excel(file, sheet_name="表三", header=None) for file in files]
    return int(pandas.concat([sheet.iloc[[6]] for sheet in sheets])[_INPUTS].sum().sum())


def with_pandas_whole(files: Sequence[Path], _: int | None) -> int:
    import pandas

    warnings.simplefilter("ignore")
    books = [pandas.read_excel(file, sheet_name=None, header=None) for file in files]
    return int(pandas.concat([book["表三"].iloc[[6]] for book in books])[_INPUTS].sum().sum())


def with_openpyxl(files: Sequence[Path], _: int | None) -> int:
    import openpyxl

    total = 0
    for file in files:
        openpyxl.load_workbook(file)  # the formulas: the values alone cannot tell a total from a typed number
        sheet = openpyxl.load_workbook(file, data_only=True)["表三"]
        total += sum(sheet.cell(7, column + 1).value or 0 for column in _INPUTS)
    return total


def with_calamine(files: Sequence[Path], _: int | None) -> int:
    from python_calamine import CalamineWorkbook

    total = 0
    for file in files:
        book = CalamineWorkbook.from_path(str(file))
        grids = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
        total += sum(int(grids["表三"][6][column] or 0) for column in _INPUTS)
    return total


class Contender(NamedTuple):
    """One way to do it; a ``slow`` one reads a sample."""

    title: str
    run: Callable[[Sequence[Path], int | None], int]
    slow: bool = False


CONTENDERS = {
    "xltool": Contender("xltool merge: read, check, sum, write 汇总.xlsx", with_xltool),
    "check": Contender("xltool check: read and check", with_xltool_reading_only),
    "trusting": Contender("the same without looking for changes to the template", without_integrity),
    "pandas": Contender("pandas.read_excel + concat loop, all sheets", with_pandas_whole, slow=True),
    "pandas-one": Contender("pandas.read_excel + concat loop, 表三 only", with_pandas, slow=True),
    "openpyxl": Contender("openpyxl loop, values and formulas", with_openpyxl, slow=True),
    "calamine": Contender("bare python-calamine loop, values only", with_calamine),
}


class Measured(NamedTuple):
    """What one contender took for so many ``files``; ``peak`` in MiB, of all its processes together."""

    files: int
    seconds: float
    cpu: float
    peak: float


def measured(
    name: str, folder: Path, numbers: range, jobs: int | None, received: Callable[[int], int] = corpus.received
) -> Measured:
    """One contender in a process of its own, reading the workbooks of these numbers. Raises AssertionError if wrong."""
    command = [sys.executable, "-m", "benchmarks.run", "--only", name, "--folder", str(folder)]
    command += ["--step", str(numbers.step), *(["--jobs", str(jobs)] if jobs else [])]
    with tempfile.TemporaryFile("w+") as said, subprocess.Popen(command, stdout=said, text=True, cwd=ROOT) as process:
        peak = peak_of(process)
        said.seek(0)
        answer = json.loads(said.read())
    assert answer["answer"] == sum(map(received, numbers)), name
    return Measured(len(numbers), answer["seconds"], answer["cpu"], peak)


def sampled(name: str, count: int, sample: int) -> range:
    """The numbers of the workbooks that a contender reads, evenly spread."""
    return range(0, count, max(1, count // sample) if CONTENDERS[name].slow else 1)


def peak_of(process: "subprocess.Popen[str]") -> float:
    """Waits until a process has ended; the most that it and all it started held together, in MiB."""
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, sum(map(_memory, [process.pid, *_below(process.pid)])))
        time.sleep(_SECONDS)
    return peak / 1024


def _below(pid: int) -> Iterator[int]:
    """The processes that a process has started, and those they have."""
    try:
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return
    for child in children:
        yield child
        yield from _below(child)


def _memory(pid: int) -> float:
    """KiB of a process, what it shares with others counted in part; 0 where that cannot be known."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0.0


def run_one(name: str, folder: Path, step: int, jobs: int | None) -> None:
    files = sorted(folder.glob("*.xlsx"))[::step]
    started = time.perf_counter()
    answer = CONTENDERS[name].run(files, jobs)
    seconds = time.perf_counter() - started
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(each.ru_utime + each.ru_stime for each in used)
    print(json.dumps({"seconds": seconds, "cpu": cpu, "answer": int(answer)}))


def rows(results: dict[str, Measured], count: int) -> Iterator[tuple[str, ...]]:
    base = results["xltool"].seconds / results["xltool"].files
    for name, found in results.items():
        each = found.seconds / found.files
        sampled = f" ({found.files} of them)" if found.files < count else ""
        yield (
            CONTENDERS[name].title + sampled,
            f"{found.seconds:.1f}",
            f"{each * 1000:.2f}",
            f"{found.cpu / found.files * 1000:.2f}",
            f"{1 / each:.0f}",
            f"{found.peak:.0f}",
            f"{each / base:.1f}",
        )


def table(lines: Iterable[tuple[str, ...]]) -> str:
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


HEAD = ("contender", "seconds", "ms a workbook", "CPU ms", "workbooks/s", "peak MiB", "time, xltool merge = 1")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--counts", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--sample", type=int, default=100)
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--contenders", nargs="+", choices=CONTENDERS, default=list(CONTENDERS))
    parser.add_argument("--only", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--step", type=int, default=1, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only:
        run_one(given.only, given.folder, given.step, given.jobs)
        return
    print(f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}")
    corpus.must_agree()
    for count in given.counts:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / "returns"
            folder.mkdir()
            corpus.make(folder, count)
            names = dict.fromkeys(["xltool", *given.contenders])
            results = {name: measured(name, folder, sampled(name, count, given.sample), given.jobs) for name in names}
        print(f"\n{count} workbooks\n")
        print(table([HEAD, ("---",) * len(HEAD), *rows(results, count)]), flush=True)


if __name__ == "__main__":
    main()
