"""How many ledgers a second are read, counted and checked.

    python benchmarks/ledgers.py [--files 1000] [--jobs 2] [--lines 60] [--template]

Writes ledgers of invented requests into a temporary folder, counts all as ``xltool ledger count FOLDER`` does,
and prints files a second by the clock and by processor time. With ``--template`` a few workbooks of ``ledger new``,
with room for 2,000 requests and all their formulas, are counted again and again.
"""

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.ledger import invented  # noqa: E402 - runs from a checkout, installed or not
from tests.ledger.workbooks import write_ledger  # noqa: E402 - runs from a checkout, installed or not
from xltool.commands.count_ledgers import count_ledgers  # noqa: E402 - runs from a checkout, installed or not
from xltool.commands.ledger_files import LedgerTask  # noqa: E402 - runs from a checkout, installed or not
from xltool.commands.ledger_workbooks import find_annual_plan  # noqa: E402 - runs from a checkout, installed or not
from xltool.commands.run_context import build_run_context  # noqa: E402 - runs from a checkout, installed or not
from xltool.ledger.reading.ledger_words import shown_choices  # noqa: E402 - runs from a checkout, installed or not
from xltool.model.agency import Agency  # noqa: E402 - runs from a checkout, installed or not
from xltool.workbooks.ledger.write_ledger import LedgerRequest, build_ledger  # noqa: E402 - runs from a checkout, installed or not

YEAR, TEMPLATES = 2025, 8


def write_plain(folder: Path, files: int, lines: int) -> None:
    for number in range(files):
        world = invented.invent_world(seed=number % 50, each_year=max(lines, 20))
        requests, cases = invented.requests_of(world, YEAR), invented.cases_of(world, YEAR)
        write_ledger(folder / f"{number:05d}.xlsx", requests, cases, agency=(f"{number:05d}", f"第{number}镇人民政府"))


def write_templates(folder: Path, files: int, lines: int) -> None:
    plan, words = find_annual_plan(YEAR, build_run_context()), shown_choices()
    contents = []
    for seed in range(TEMPLATES):
        world = invented.invent_world(seed=seed, each_year=max(lines, 20))
        rows = [
            tuple({key: words.get(key, {}).get(value, value) for key, value in line.items()} for line in part)
            for part in (invented.requests_of(world, YEAR), invented.cases_of(world, YEAR))
        ]
        agency = Agency(f"{seed:05d}", f"第{seed}镇人民政府")
        contents.append(build_ledger(plan, LedgerRequest(agency, YEAR, 2000, rows[0], rows[1])))
    for number in range(files):
        (folder / f"{number:05d}.xlsx").write_bytes(contents[number % TEMPLATES])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--lines", type=int, default=60)
    parser.add_argument("--template", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (write_templates if chosen.template else write_plain)(folder, chosen.files, chosen.lines)
        began, spent = time.perf_counter(), sum(_processor_seconds())
        counted = count_ledgers([folder], LedgerTask(build_run_context()), jobs=chosen.jobs)
        seconds, spent = time.perf_counter() - began, sum(_processor_seconds()) - spent
    assert all(item.count for item in counted)
    requests = sum(len(item.ledger.requests) for item in counted if item.ledger)
    print(f"{len(counted)} ledgers, {requests} requests, {chosen.jobs} processes")
    print(f"{len(counted) / seconds:.0f} a second by the clock, {len(counted) / spent:.0f} a processor second")


def _processor_seconds() -> list[float]:
    """The processor time of this process and of its children."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return [usage.ru_utime + usage.ru_stime for usage in usages]


if __name__ == "__main__":
    main()
