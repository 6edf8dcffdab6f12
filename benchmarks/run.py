"""Reading and merging filled workbooks, side by side with what an office would use instead, in one run.

    python benchmarks/run.py [--count 1000] [--jobs N]

Every contender runs in its own process over the same files; seconds are wall time, memory is the peak of that process
and of its largest child. Ratios are to xltool. The workbooks are real templates filled with published figures.
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
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REPORTS = ("zhangjiawan-2025", "suqian-2023", "suqian-2024", "pingtan-2023")


def make_workbook(folder: Path, number: int) -> None:
    from xltool.forms.definitions import load_forms
    from xltool.forms.layout import plan
    from xltool.model import Agency
    from xltool.outputs.template import Filling, Issue, write_template

    report = json.loads((ROOT / "samples" / "reports" / f"{REPORTS[number % len(REPORTS)]}.json").read_text("utf-8"))
    figures = {cell: Decimal(v) if isinstance(v, str) else v for cell, v in report["figures"].items()}
    agency = Agency(f"{100000 + number}", f"样本单位{number}")
    form = next(form for form in load_forms() if form.covers(2025))
    issue = Issue(agency, 2025, f"S{number}", filling=Filling(figures, report.get("texts", {}), declared=True))
    write_template(plan(form), issue, folder / f"{agency.code}.xlsx")


def _unmade(number: int) -> None:
    raise RuntimeError(number)


def make_workbooks(folder: Path, count: int) -> None:
    from xltool import engine

    with (folder.parent / "roster.csv").open("w", encoding="utf-8") as roster:
        roster.write("code,name\n")
        roster.writelines(f"{100000 + number},样本单位{number}\n" for number in range(count))
    list(engine.run(make_workbook, folder, range(count), None, _unmade))


def with_xltool(folder: Path, jobs: int | None) -> object:
    from xltool import pipeline

    about = pipeline.setting(folder.parent / "roster.csv")
    made = pipeline.merge([folder], about, folder.parent / "summary.xlsx", pipeline.Choices(force=True), jobs=jobs)
    assert not made.missing
    return made.summary.values["requests.received.total"]


def with_xltool_reading_only(folder: Path, jobs: int | None) -> object:
    from xltool import pipeline

    reviewed = pipeline.check([folder], pipeline.setting(folder.parent / "roster.csv"), jobs=jobs)
    return sum(item.submission.values["requests.received.total"] or 0 for item in reviewed if item.submission)


def with_pandas(folder: Path, _: int | None) -> object:
    import pandas

    warnings.simplefilter("ignore")
    total = 0
    for file in sorted(folder.glob("*.xlsx")):
        sheets = pandas.read_excel(file, sheet_name=None, header=None)
        total += int(sheets["表三"].iloc[6, 9])
    return total


def with_openpyxl(folder: Path, _: int | None) -> object:
    import openpyxl

    total = 0
    for file in sorted(folder.glob("*.xlsx")):
        openpyxl.load_workbook(file)  # the formulas: the values alone cannot tell a total from a typed number
        total += openpyxl.load_workbook(file, data_only=True)["表三"]["J7"].value
    return total


def with_calamine(folder: Path, _: int | None) -> object:
    from python_calamine import CalamineWorkbook

    total = 0
    for file in sorted(folder.glob("*.xlsx")):
        book = CalamineWorkbook.from_path(str(file))
        grids = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
        total += int(grids["表三"][6][9])
    return total


CONTENDERS: dict[str, tuple[str, Callable[[Path, int | None], object]]] = {
    "xltool": ("xltool merge: read, check, sum, write 汇总.xlsx", with_xltool),
    "xltool-check": ("xltool check: read and check", with_xltool_reading_only),
    "pandas": ("pandas.read_excel loop, one figure taken", with_pandas),
    "openpyxl": ("openpyxl loop, values and formulas", with_openpyxl),
    "calamine": ("bare python-calamine loop, values only", with_calamine),
}


def measured(name: str, folder: Path, jobs: int | None) -> dict[str, object]:
    """One contender in a process of its own."""
    command = [sys.executable, __file__, "--only", name, "--folder", str(folder)]
    command += ["--jobs", str(jobs)] if jobs else []
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def run_one(name: str, folder: Path, jobs: int | None) -> None:
    started = time.perf_counter()
    answer = CONTENDERS[name][1](folder, jobs)
    seconds = time.perf_counter() - started
    peak = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"seconds": seconds, "peak_mib": peak / 1024, "answer": int(answer)}))  # type: ignore[call-overload]  # each contender's answer is a count


def table(rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--only", choices=CONTENDERS)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if given.only:
        run_one(given.only, given.folder, given.jobs)
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "returns"
        folder.mkdir()
        make_workbooks(folder, given.count)
        results = {name: measured(name, folder, given.jobs) for name in CONTENDERS}
    assert len({result["answer"] for result in results.values()}) == 1, results
    base = float(str(results["xltool"]["seconds"]))
    where = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{datetime.now(UTC):%Y-%m-%d}, {where}, {given.count} workbooks")
    print(
        table(
            [
                ("contender", "seconds", "ms a workbook", "workbooks/s", "peak MiB", "time, xltool merge = 1"),
                ("---",) * 6,
            ]
        )
    )
    for name, result in results.items():
        seconds = float(str(result["seconds"]))
        cells = (
            CONTENDERS[name][0],
            f"{seconds:.1f}",
            f"{seconds / given.count * 1000:.1f}",
            f"{given.count / seconds:.0f}",
            f"{float(str(result['peak_mib'])):.0f}",
            f"{seconds / base:.1f}",
        )
        print(table([cells]))


if __name__ == "__main__":
    main()
