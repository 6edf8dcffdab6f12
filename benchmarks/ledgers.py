"""How many ledgers a second are read, counted and checked, side by side with what an office would use instead.

    python -m benchmarks.ledgers [--files 1000] [--jobs 2] [--sample 20] [--lines 1800] [--saved-by soffice]

Ledgers of ``ledger new`` with room for 2,000 requests are filled in for as many agencies (`benchmarks.filled_ledgers`):
20 to 60 requests in each, or so many ``--lines``. xltool counts all of them as ``xltool ledger count FOLDER`` does:
every figure of the annual form with the lines behind it, and every check. The others only count what was received in
the year, and read a sample of the files. All answers are held against each other. ``--saved-by`` fills in a workbook
that another program has saved before.
"""

import argparse
import os
import resource
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

from benchmarks.filled_ledgers import YEAR, build_issued_ledger, write_filled_ledgers
from xltool.commands.count_ledgers import count_ledgers
from xltool.commands.ledger_files import LedgerTask
from xltool.commands.run_context import build_run_context

REQUESTS, HEADINGS, RECEIVED = "台账", 4, "收到日期"


def with_xltool(files: Sequence[Path], jobs: int) -> int:
    counted = count_ledgers(files, LedgerTask(build_run_context()), jobs=jobs)
    counts = [item.count for item in counted if item.count is not None]
    assert len(counts) == len(files)
    figures = (each for count in counts for each in count.figures.items())
    return int(sum(figure for cell, figure in figures if cell.startswith("requests.received.")))


def with_pandas(files: Sequence[Path], _jobs: int) -> int:
    import pandas

    warnings.simplefilter("ignore")
    sheets = [pandas.read_excel(file, sheet_name=REQUESTS, header=HEADINGS - 1) for file in files]
    days = pandas.concat([pandas.to_datetime(sheet[RECEIVED], errors="coerce") for sheet in sheets])
    return int((days.dt.year == YEAR).sum())


def with_openpyxl(files: Sequence[Path], _jobs: int) -> int:
    import openpyxl

    warnings.simplefilter("ignore")
    received = 0
    for file in files:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        for row in book[REQUESTS].iter_rows(min_row=HEADINGS + 1, max_col=2, values_only=True):
            received += isinstance(row[1], date | datetime) and row[1].year == YEAR
        book.close()
    return received


def measure(work: Callable[[Sequence[Path], int], int], files: Sequence[Path], jobs: int) -> tuple[int, float, float]:
    """The answer, seconds by the clock, and processor seconds of all processes."""
    began, spent = time.perf_counter(), spend()
    answer = work(files, jobs)
    return answer, time.perf_counter() - began, spend() - spent


def spend() -> float:
    """The processor time of this process and of its children."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def save_again(issued: bytes, program: str, folder: Path) -> bytes:
    """The workbook as LibreOffice saves it."""
    (folder / "in.xlsx").write_bytes(issued)
    command = [program, "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", folder / "out", folder / "in.xlsx"], check=True, capture_output=True)
    return (folder / "out" / "in.xlsx").read_bytes()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--sample", type=int, default=20)
    parser.add_argument("--lines", type=int)
    parser.add_argument("--saved-by")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as work, tempfile.TemporaryDirectory() as name:
        issued = build_issued_ledger()
        if chosen.saved_by:
            issued = save_again(issued, chosen.saved_by, Path(work))
        files = list(write_filled_ledgers(Path(name), chosen.files, issued, chosen.lines))
        sample = files[:: -(-len(files) // chosen.sample)]
        print(f"load {os.getloadavg()[0]:.1f}, {len(files)} ledgers, {len(sample)} of them for the others")
        print("| who | ledgers a second | processor ms a ledger | times xltool |\n| --- | --- | --- | --- |")
        asked = [("xltool", with_xltool, files), ("pandas, one sheet", with_pandas, sample)]
        asked.append(("openpyxl read-only, one sheet", with_openpyxl, sample))
        answers, own = {}, 0.0
        for who, work_of, read in asked:
            answers[who], seconds, spent = measure(work_of, read, chosen.jobs)
            own = own or spent / len(read)
            ratio = spent / len(read) / own
            print(f"| {who} | {len(read) / seconds:.1f} | {spent / len(read) * 1000:.1f} | {ratio:.1f} |")
        answers["xltool"] = with_xltool(sample, 1)
        assert len(set(answers.values())) == 1, answers


if __name__ == "__main__":
    main()
