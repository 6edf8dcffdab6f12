"""Merging workbooks as programs and people leave them: CPU of a workbook beside calamine, pandas and openpyxl.

    python -m benchmarks.saves [--count 200] [--folder bench-output/saves] [--kinds libreoffice touched openpyxl]

The workbooks of `benchmarks.corpus`, half of their zeros left blank, are saved by openpyxl (texts inline), converted by
LibreOffice, and touched: another zoom, top left cell and row heights on every sheet. They are kept in the folder for
the next run. CPU of a workbook is the slope between ``--few`` and all workbooks, so start-up does not count; every
contender runs in a process of its own, and every answer is compared with what was put in.
"""

import argparse
import os
import platform
import random
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import openpyxl

from benchmarks import corpus, run

CONTENDERS = ("calamine", "xltool", "pandas", "openpyxl")
_CONVERSION_SECONDS = 3600
_HEIGHT = re.compile(rb' ht="[0-9.]+"')
_ZOOM = re.compile(rb'zoomScale="[0-9]+"')


def save_with_openpyxl(folder: Path, count: int) -> None:
    """Save the workbooks of the corpus with openpyxl, about half of the zeros among their inputs left blank."""
    plan = corpus.the_plan()
    places = [plan.cells[cell.id] for cell in plan.form.inputs]
    for number in range(count):
        choices = random.Random(number)
        book = openpyxl.load_workbook(BytesIO(corpus.workbook(number)))
        for place in places:
            cell = book[place.sheet][place.address]
            if cell.value == 0 and choices.random() < 0.5:
                cell.value = None
        book.save(folder / f"{corpus.agency_of(number).code}.xlsx")


def save_with_libreoffice(folder: Path, count: int) -> None:
    """Convert the workbooks that openpyxl saved."""
    files = sorted(folder.with_name("openpyxl").glob("*.xlsx"))[:count]
    with tempfile.TemporaryDirectory() as profile:
        options = ["--headless", f"-env:UserInstallation=file://{profile}", "--convert-to", "xlsx", "--outdir"]
        command = ["soffice", *options, str(folder), *map(str, files)]
        subprocess.run(command, check=True, capture_output=True, timeout=_CONVERSION_SECONDS)


def touch_saves(folder: Path, count: int) -> None:
    """Copy the saves of LibreOffice with another view and other row heights on every sheet."""
    for number, path in enumerate(sorted(folder.with_name("libreoffice").glob("*.xlsx"))[:count]):
        choices = random.Random(number)
        with zipfile.ZipFile(path) as source, zipfile.ZipFile(folder / path.name, "w", zipfile.ZIP_DEFLATED) as target:
            for info in source.infolist():
                content = source.read(info)
                if info.filename.startswith("xl/worksheets/sheet"):
                    content = _touch_sheet(content, choices)
                target.writestr(info, content)


def _touch_sheet(content: bytes, choices: random.Random) -> bytes:
    content = _ZOOM.sub(b'zoomScale="%d"' % choices.randint(60, 200), content, count=1)
    if b"topLeftCell" not in content:
        view = b'<sheetView topLeftCell="A%d" ' % choices.randint(1, 9)
        content = content.replace(b"<sheetView ", view, 1)
    height = b' ht="%.2f"' % (choices.randint(1200, 6000) / 100)
    return _HEIGHT.sub(height, content, count=choices.randint(1, 3))


KINDS: dict[str, Callable[[Path, int], None]] = {
    "openpyxl": save_with_openpyxl,
    "libreoffice": save_with_libreoffice,
    "touched": touch_saves,
}


def make_saves(folder: Path, count: int) -> None:
    """Make the workbooks that are not in the folder yet, and a roster beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "roster.csv").open("w", encoding="utf-8") as roster:
        roster.write("code,name\n")
        roster.writelines(f"{agency.code},{agency.name}\n" for agency in map(corpus.agency_of, range(count)))
    for kind, save in KINDS.items():
        if len(list((folder / kind).glob("*.xlsx"))) < count:
            shutil.rmtree(folder / kind, ignore_errors=True)
            (folder / kind).mkdir()
            save(folder / kind, count)


def measure_kind(folder: Path, count: int, few: int) -> Iterator[tuple[str, float, run.Measured]]:
    """Yield contender, CPU seconds of one more workbook, and the measurement of all workbooks."""
    given = argparse.Namespace(sample=count, jobs=1)
    with tempfile.TemporaryDirectory() as scratch:
        first = Path(scratch) / "returns"
        first.mkdir()
        agencies = list(map(corpus.agency_of, range(few)))
        for agency in agencies:
            shutil.copy(folder / f"{agency.code}.xlsx", first)
        lines = [f"{agency.code},{agency.name}\n" for agency in agencies]
        (first.parent / "roster.csv").write_text("code,name\n" + "".join(lines), encoding="utf-8")
        for name in CONTENDERS:
            small, whole = run.measured(name, first, few, given), run.measured(name, folder, count, given)
            yield name, (whole.cpu - small.cpu) / (count - few), whole


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--few", type=int, default=40)
    parser.add_argument("--folder", type=Path, default=Path("bench-output") / "saves")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    given = parser.parse_args()
    print(f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    folder = given.folder / str(given.count)
    make_saves(folder, given.count)
    print(run.table([("saves", "contender", "CPU ms", "x calamine", "wall s", "peak MiB"), ("---",) * 6]))
    for kind in given.kinds:
        floor = 0.0
        for name, seconds, whole in measure_kind(folder / kind, given.count, given.few):
            floor = floor or seconds
            figures = (f"{seconds * 1000:.2f}", f"{seconds / floor:.1f}", f"{whole.seconds:.1f}", f"{whole.peak:.0f}")
            print(run.table([(kind, run.CONTENDERS[name].title, *figures)]), flush=True)


if __name__ == "__main__":
    main()
