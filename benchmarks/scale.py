"""What 100,000 workbooks come to: synthetic returns through collecting, comparing, summing and writing, measured.

    python -m benchmarks.scale [--count 1000 10000] [--no-workbook] [--tables] [--most-gib 10]
    python -m benchmarks.scale --reading 400
    python -m benchmarks.scale --cluster 400

The first form makes compact returns of agencies (four levels: country, province, county, agency) in other processes, as
reading hands them over, and takes them through everything a merge does afterwards. Every count runs in a process of its
own, whose memory is bounded by ``--most-gib``. CPU seconds are those of that process alone; memory is its peak so far.

The second form reads real workbooks from a folder, as a worker of a cluster does, and prints the CPU time and the bytes
that cross the network for each. The third has a real Dask cluster with two workers read them, from a folder and from a
store of objects on this machine, and prints the CPU time of everybody, the start of each process included.
"""

import argparse
import json
import pickle
import resource
import subprocess
import sys
import tempfile
import time
import zlib
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
YEAR = 2025
PROVINCE, COUNTY = 10_000, 100  # agencies in one


def code(number: int) -> str:
    return f"A{number:06}"


def synthetic(bases: Any, number: int) -> Any:
    """The return of one agency, as if read just now: figures of a real one under another name."""
    import hashlib

    base = pickle.loads(bases[number % len(bases)])  # nothing is shared between two returns that were read
    name, sha256 = f"样本单位{number}", hashlib.sha256(str(number).encode()).hexdigest()
    source = replace(base.submission.source, file=f"s3://returns/{code(number)}.xlsx", sha256=sha256)
    submission = replace(base.submission, agency_code=code(number), agency_name=name, source=source, issued={})
    return (replace(base, file=source.file, sha256=sha256, submission=submission),)


def lost(number: int) -> Any:
    raise RuntimeError(number)


def a_roster(count: int) -> Any:
    from xltool.model.agency import Agency, Roster, Scope

    agencies = [Agency("R", "样本国", scope=Scope.AREA)]
    agencies += [Agency(f"P{p:03}", f"样本省{p}", "R", "province", Scope.AREA) for p in range(-(-count // PROVINCE))]
    agencies += [
        Agency(f"C{c:05}", f"样本县{c}", f"P{c * COUNTY // PROVINCE:03}", "county", Scope.AREA)
        for c in range(-(-count // COUNTY))
    ]
    agencies += [Agency(code(n), f"样本单位{n}", f"C{n // COUNTY:05}", "agency") for n in range(count)]
    return Roster({agency.code: agency for agency in agencies}, "synthetic")


def bases(folder: Path) -> Any:
    """Eight real returns, read from real workbooks."""
    from benchmarks.corpus import write_one
    from xltool.commands.check import check
    from xltool.commands.run_context import build_run_context

    for number in range(12):  # from the second of a shape on, figures are held closely
        write_one(folder, number)
    found = check([folder], build_run_context(), jobs=1)
    return [pickle.dumps(replace(item, findings=tuple(f for f in item.findings if not f.open))) for item in found[4:]]


class Steps:
    """Prints what each step cost."""

    def __init__(self, count: int) -> None:
        self._count, self._wall, self._cpu = count, time.perf_counter(), time.process_time()

    def done(self, step: str) -> None:
        wall, cpu = time.perf_counter(), time.process_time()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        each = (cpu - self._cpu) / self._count * 1000
        print(
            f"| {self._count:,} | {step} | {wall - self._wall:.1f} | {cpu - self._cpu:.1f} | {each:.2f} | {peak:,.0f} |"
        )
        sys.stdout.flush()
        self._wall, self._cpu = time.perf_counter(), time.process_time()


def simulate(count: int, *, workbook: bool, tables: bool) -> None:
    from xltool.checks.peers import add_peer_findings
    from xltool.checks.serials import find_shared_serials
    from xltool.commands import merge
    from xltool.commands.run_context import build_run_context
    from xltool.execution import executor
    from xltool.exports.tables import write_tables
    from xltool.forms.workbook_plan import plan_workbook
    from xltool.workbooks.summary.write_summary import write_summary

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in").mkdir()
        about = replace(build_run_context(), roster=a_roster(count))
        real = bases(folder / "in")
        steps = Steps(count)
        done = [item for items in executor.run_items(synthetic, real, range(count), 2, lost) for item in items]
        steps.done("collected from other processes")
        reviewed = add_peer_findings(find_shared_serials(done), about.forms, about.roster)
        del done
        steps.done("compared with each other")
        form, year = merge.choose_form_and_year(reviewed, about, YEAR)
        area = merge.find_area(about.roster, "R")
        made = merge.sum_and_check(reviewed, about, form, year, area, merge.MergeOptions())
        assert len(made.summary.manifest) == count, len(made.summary.manifest)
        steps.done("chosen and summed")
        if workbook:
            write_summary(made, plan_workbook(form), folder / "summary.xlsx")
            size = (folder / "summary.xlsx").stat().st_size >> 20
            steps.done(f"consolidated workbook written, {size} MiB")
        if tables:
            write_tables(made, folder / "tables")
            sizes = ", ".join(
                f"{path.suffix} {path.stat().st_size >> 20} MiB"
                for path in sorted((folder / "tables").glob("*figures*"))
            )
            steps.done(f"tables written, {sizes}")


def reading(count: int) -> None:
    from benchmarks.corpus import write_one
    from xltool.commands.check import review_safely
    from xltool.commands.run_context import build_run_context
    from xltool.execution.child_process import FunctionProcess

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(count):
            write_one(folder, number)
        files = sorted(folder.iterdir())
        payload = pickle.dumps((review_safely, build_run_context()))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with closing(FunctionProcess(payload)) as child:
            answers = list(child.iterate_answers(files))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.process_time()
        units = [zlib.compress(pickle.dumps(answers[at : at + 100]), 1) for at in range(0, count, 100)]
        packed = time.process_time() - start
        start = time.process_time()
        assert all(pickle.loads(answer or b"") for answer in answers)
        unpacked = time.process_time() - start
        cpu = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / count * 1000
        whole, sent = sum(len(answer or b"") for answer in answers), sum(map(len, units))
        print(f"workbooks: {count}, {sum(path.stat().st_size for path in files) / count / 1024:.0f} KiB each")
        print(f"what is shared by all: {len(payload) / 1024:.0f} KiB")
        print(f"reading and checking: {cpu:.2f} ms CPU each, peak of the process {after.ru_maxrss >> 10} MiB")
        print(f"packing {packed / count * 1000:.2f} ms, unpacking {unpacked / count * 1000:.2f} ms CPU each")
        print(f"a result: {whole / count / 1024:.1f} KiB, compressed in units {sent / count / 1024:.1f} KiB")


def on_a_cluster(count: int) -> None:
    import os

    import psutil

    from benchmarks.corpus import write_one
    from tests.clusters import a_cluster
    from tests.stores import a_store, bucket, upload
    from xltool.commands.check import check
    from xltool.commands.choose_executor import choose_executor
    from xltool.commands.run_context import build_run_context

    with tempfile.TemporaryDirectory() as name, a_store() as store:
        folder = Path(name) / "in"
        folder.mkdir()
        for number in range(count):
            write_one(folder, number)
        os.environ |= store
        upload(bucket("returns"), folder, "returns")
        print("| files in | client | scheduler | workers | their children | ms of CPU each |\n" + "| --- " * 6 + "|")
        for where in (folder, "s3://returns"):
            with a_cluster(Path(tempfile.mkdtemp(dir=name)), 2, **store) as cluster:
                start = time.process_time()
                found = check([where], build_run_context(), jobs=choose_executor(cluster.address))
                client = time.process_time() - start
                assert sum(item.submission is not None for item in found) == count
                scheduler = psutil.Process(cluster.scheduler.pid).cpu_times()
                workers = [psutil.Process(worker.pid).cpu_times() for worker in cluster.workers]
                spent = [
                    client,
                    scheduler.user + scheduler.system,
                    sum(each.user + each.system for each in workers),
                    sum(each.children_user + each.children_system for each in workers),
                ]
                shown = " | ".join(f"{each / count * 1000:.2f}" for each in (*spent, sum(spent)))
                print(f"| {'a folder' if where is folder else 'an S3 store'} | {shown} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--no-workbook", action="store_true")
    parser.add_argument("--tables", action="store_true", help="60 KB an agency of disk")
    parser.add_argument("--most-gib", type=float, default=10)
    parser.add_argument("--reading", type=int, metavar="COUNT")
    parser.add_argument("--cluster", type=int, metavar="COUNT")
    parser.add_argument("--one", type=json.loads, help=argparse.SUPPRESS)
    words = parser.parse_args()
    if words.reading:
        reading(words.reading)
    elif words.cluster:
        on_a_cluster(words.cluster)
    elif words.one:
        most = int(words.most_gib * (1 << 30))
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        simulate(words.one, workbook=not words.no_workbook, tables=words.tables)
    else:
        print(
            "| agencies | step | seconds | CPU s | CPU ms each | peak MiB |\n| --- | --- | --- | --- | --- | --- |",
            flush=True,
        )
        for count in words.count:
            more = ["--no-workbook"] * words.no_workbook + ["--tables"] * words.tables
            command = [sys.executable, "-m", "benchmarks.scale", "--one", str(count), "--most-gib", str(words.most_gib)]
            subprocess.run([*command, *more], cwd=ROOT, check=False)


if __name__ == "__main__":
    main()
