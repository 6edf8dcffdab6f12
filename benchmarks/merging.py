"""Merging workbooks as programs and people leave them: CPU of a workbook beside calamine, pandas and openpyxl.

    python -m benchmarks.merging [--counts 100 1000] [--kinds libreoffice touched ...] [--folder bench-output/saves]

For each set of saves (`benchmarks.saves`) every contender runs in a process of its own, and its answer is compared with
what was put in. CPU of a workbook is the slope between ``--few`` and all workbooks of a whole run, so start-up does not
count, from the least of ``--times`` runs of each, calamine and xltool by turns: other programs on the machine only ever
add to it. Slow contenders run once, on a sample. The exit code is 1 where a merge costs more than `BOUND` x calamine.
"""

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from benchmarks import run, saves

BOUND = 4.0  # of the CPU of calamine
CONTENDERS = ("calamine", "xltool")
SLOW = ("pandas", "openpyxl")
_FEW_OF_SLOW = 5  # workbooks; start-up is the difference to all of them
_HEAD = ("workbooks", "saves", "contender", "CPU ms", "x calamine", "wall ms", "peak MiB")


class Cost(NamedTuple):
    """CPU and wall milliseconds of one more workbook, and the peak in MiB of all processes at work."""

    cpu: float
    wall: float
    peak: float


def link_first(folder: Path, target: Path, count: int) -> Path:
    """Link the first workbooks of a set, with their roster beside them, and return the new folder."""
    target.mkdir(parents=True)
    for path in sorted(folder.glob("*.xlsx"))[:count]:
        (target / path.name).symlink_to(path.resolve())
    lines = (folder.parent / "roster.csv").read_text("utf-8").splitlines(keepends=True)[: count + 1]
    (target.parent / "roster.csv").write_text("".join(lines), encoding="utf-8")
    return target


def measure_by_turns(names: Sequence[str], few: Path, folder: Path, counts: tuple[int, int], times: int) -> list[Cost]:
    """Measure contenders on few and on all workbooks, by turns; the least of each counts."""
    found: dict[tuple[str, int], list[run.Measured]] = {}
    for _ in range(times):
        for name in names:
            for source, count in zip((few, folder), counts, strict=True):
                found.setdefault((name, count), []).append(run.measured(name, source, range(count), 1, saves.received))
    return [_find_slope(found[name, counts[0]], found[name, counts[1]]) for name in names]


def _find_slope(small: Sequence[run.Measured], whole: Sequence[run.Measured]) -> Cost:
    more = whole[0].files - small[0].files
    cpu = min(each.cpu for each in whole) - min(each.cpu for each in small)
    wall = min(each.seconds for each in whole) - min(each.seconds for each in small)
    return Cost(cpu / more * 1000, wall / more * 1000, max(each.peak for each in whole))


def measure_set(folder: Path, count: int, given: argparse.Namespace) -> Iterator[tuple[str, Cost, int]]:
    """Yield each contender, what a workbook costs it, and how many it read."""
    with tempfile.TemporaryDirectory() as scratch:
        few = link_first(folder, Path(scratch) / "few" / "returns", given.few)
        costs = measure_by_turns(CONTENDERS, few, folder, (given.few, count), given.times)
        yield from ((name, cost, count) for name, cost in zip(CONTENDERS, costs, strict=True))
        if given.sample > _FEW_OF_SLOW:
            sample = link_first(folder, Path(scratch) / "sample" / "returns", given.sample)
            few = link_first(folder, Path(scratch) / "five" / "returns", _FEW_OF_SLOW)
            costs = measure_by_turns(SLOW, few, sample, (_FEW_OF_SLOW, given.sample), 1)
            yield from ((name, cost, given.sample) for name, cost in zip(SLOW, costs, strict=True))


def format_rows(
    kind: str, count: int, costs: Iterator[tuple[str, Cost, int]]
) -> Iterator[tuple[tuple[str, ...], float]]:
    """Yield the rows of a set, each with its ratio to calamine."""
    floor = 0.0
    for name, cost, read in costs:
        floor = floor or cost.cpu
        title = run.CONTENDERS[name].title + ("" if read == count else f" ({read} of them)")
        figures = (f"{cost.cpu:.2f}", f"{cost.cpu / floor:.1f}", f"{cost.wall:.2f}", f"{cost.peak:.0f}")
        yield (str(count), saves.KINDS[kind].title, title, *figures), cost.cpu / floor if name == "xltool" else 0.0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--counts", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--few", type=int, default=40)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--sample", type=int, default=25, help="workbooks that slow contenders read; 0 leaves them out")
    parser.add_argument("--folder", type=Path, default=Path("bench-output") / "saves")
    parser.add_argument("--kinds", nargs="+", choices=saves.KINDS, default=list(saves.KINDS))
    return parser.parse_args()


def main() -> None:
    given = parse_arguments()
    kinds = list(filter(saves.is_installed, given.kinds))
    for kind in sorted(set(given.kinds) - set(kinds)):
        print(f"left out, its program is not installed: {saves.KINDS[kind].title}")
    started = time.perf_counter()
    bases = {kind: saves.make_bases(given.folder / "bases", saves.KINDS[kind].program) for kind in kinds}
    for count in given.counts:
        for kind in kinds:
            saves.make_set(given.folder / f"{kind}-{count}" / "returns", bases[kind], kind, count)
    waiting = os.getloadavg()[0]
    print(
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {waiting:.0f} processes at work or waiting, Python",
        end=" ",
    )
    print(f"{platform.python_version()}; workbooks made in {time.perf_counter() - started:.0f} s\n")
    print(run.table([_HEAD, ("---",) * len(_HEAD)]), flush=True)
    worst = 0.0
    for count in given.counts:
        for kind in kinds:
            folder = given.folder / f"{kind}-{count}" / "returns"
            for row, ratio in format_rows(kind, count, measure_set(folder, count, given)):
                print(run.table([row]), flush=True)
                worst = max(worst, ratio)
    print(f"\nthe most that a merge costs: {worst:.1f} x calamine (bound {BOUND})")
    sys.exit(worst > BOUND)


if __name__ == "__main__":
    main()
