"""Faults put into core modules, one at a time, and whether the tests beside them find each.

python -m tests.mutants [--count 100] [--seed 1] [--jobs 2] [--only checks] [--least 95]

A fault is a comparison turned (`<` to `<=`, `==` to `!=`, `in` to `not in`), a sign (`+` to `-`), or `and` for `or`.
Each is put into a copy of the checkout; it is found if a test beside the module fails or does not end in time. The
sample is the same for the same seed and code. Ends with 1 if fewer than ``--least`` in a hundred are found.
"""

import argparse
import ast
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
# The packages that faults are put into, and the tests beside each.
BESIDE: dict[str, tuple[str, ...]] = {
    "checks": ("tests/checks", "tests/lists", "tests/forms/test_kinds.py"),
    "consolidation": ("tests/consolidation",),
    "recognition": (
        *("tests/recognition", "tests/mangling", "tests/lists", "tests/forms/test_kinds.py"),
        *("tests/commands/test_told_files.py", "tests/test_round_trips.py"),
    ),
    "roster": ("tests/roster",),
    "exports": ("tests/exports",),
}
COPIED = ("xltool", "tests", "templates", "samples", "docs", "benchmarks", "pyproject.toml", "README.md")
NO_OTHER_PROGRAM = "not office and not gnumeric and not browser and not axe"
# Of the tests of one fault. Endless loops are stopped by processor time, so that a busy machine finds no more faults
# than an idle one; the clock stops only what waits for ever.
MAX_PROCESSOR_SECONDS = 900
MAX_SECONDS = 5400
# Runs pytest with the arguments that follow the limit in seconds.
LIMITED_PYTEST = """
import resource, sys
import pytest
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[1]), int(sys.argv[1])))
sys.exit(pytest.main(sys.argv[2:]))
"""

TURNED: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
}


class Fault(NamedTuple):
    """One fault: the bytes ``start`` to ``end`` of a file become ``new``."""

    file: str
    line: int
    start: int
    end: int
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.old} -> {self.new}"


def list_faults(file: str, source: bytes) -> Iterator[Fault]:
    """Yield every fault that can be put into a module."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def between(left: ast.expr, right: ast.expr, old: str, new: str) -> Iterator[Fault]:
        """The operator between two expressions, whatever brackets and line ends stand around it."""
        first = starts[(left.end_lineno or 1) - 1] + (left.end_col_offset or 0)
        last = starts[right.lineno - 1] + right.col_offset
        pattern = rb"\s+".join(re.escape(word.encode()) for word in old.split())
        if match := re.search(rb"(?<![\w=<>!])" + pattern + rb"(?![\w=])", source[first:last]):
            yield Fault(file, left.end_lineno or 1, first + match.start(), first + match.end(), old, new)

    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Compare():
                for left, operator, right in zip(
                    [node.left, *node.comparators], node.ops, node.comparators, strict=False
                ):
                    yield from between(left, right, *TURNED[type(operator)])
            case ast.BoolOp():
                words = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
                for left, right in zip(node.values, node.values[1:], strict=False):
                    yield from between(left, right, *words)
            case ast.BinOp(op=ast.Add() | ast.Sub() as operator):
                yield from between(
                    node.left, node.right, *(("+", "-") if isinstance(operator, ast.Add) else ("-", "+"))
                )


def sample_faults(count: int, seed: int, packages: Sequence[str]) -> list[Fault]:
    """Draw faults evenly over the packages."""
    chance = random.Random(seed)
    chosen = []
    for number, package in enumerate(packages):
        place = ROOT / "xltool" / package
        files = sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
        faults = [fault for f in files for fault in list_faults(f.relative_to(ROOT).as_posix(), f.read_bytes())]
        share = count // len(packages) + (number < count % len(packages))
        chosen += chance.sample(faults, min(share, len(faults)))
    return chosen


def run_tests(package: str, fault: Fault | None) -> bool:
    """Run the tests beside a package in a copy, with a fault or as it is; return True if they pass in time."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__", "images"))
            else:
                shutil.copy(source, copy / name)
        if fault is not None:
            module = copy / fault.file
            content = module.read_bytes()
            module.write_bytes(content[: fault.start] + fault.new.encode() + content[fault.end :])
        command = [sys.executable, "-c", LIMITED_PYTEST, str(MAX_PROCESSOR_SECONDS)]
        command += ["-q", "-x", "-p", "no:cacheprovider", "-m", NO_OTHER_PROGRAM]
        environment = {**os.environ, "PYTHONPATH": str(copy)}
        try:
            done = subprocess.run(
                [*command, *BESIDE[package]],
                cwd=copy,
                env=environment,
                capture_output=True,
                timeout=MAX_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return False
    return done.returncode == 0


def is_found(fault: Fault) -> bool:
    """Return True if the tests beside the module fail, or do not end in time, with the fault."""
    return not run_tests(fault.file.split("/")[1].removesuffix(".py"), fault)


def main() -> int:
    """Try the faults and print what became of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--least", type=int, default=95)
    parser.add_argument("--only", choices=sorted(BESIDE), action="append")
    options = parser.parse_args()
    packages = options.only or tuple(BESIDE)
    faults = sample_faults(options.count, options.seed, packages)
    missed = []
    with ThreadPoolExecutor(options.jobs) as pool:
        whole = dict(zip(packages, pool.map(lambda package: run_tests(package, None), packages), strict=True))
        if not all(whole.values()):  # otherwise every fault would count as found
            sys.stdout.write(f"the tests fail without a fault: {', '.join(p for p in packages if not whole[p])}\n")
            return 2
        for number, (fault, found) in enumerate(zip(faults, pool.map(is_found, faults), strict=True), start=1):
            sys.stdout.write(f"{number}/{len(faults)} {'found ' if found else 'MISSED'} {fault}\n")
            sys.stdout.flush()
            missed += [] if found else [fault]
    found_count = len(faults) - len(missed)
    sys.stdout.write(f"{found_count} of {len(faults)} faults found\n")
    return int(found_count * 100 < options.least * len(faults))


if __name__ == "__main__":
    sys.exit(main())
