"""Merging workbooks as programs and people leave them: CPU of a workbook beside calamine, pandas and openpyxl.

    python -m benchmarks.saves [--counts 100 1000] [--folder bench-output/saves] [--kinds libreoffice touched ...]

The workbooks of `benchmarks.corpus`, half of their zeros left blank, are saved by openpyxl (texts inline), converted by
LibreOffice, saved again by ExcelJS (installed with npm into the folder; left out where npm is missing), and touched:
another zoom, top left cell and row heights on every sheet. They are kept in the folder for the next run. With
BENCH_10000=1 in the environment 10,000 workbooks are measured too; slow contenders read a sample of them.

Every contender runs in a process of its own, and every answer is compared with what was put in. CPU of a workbook is
the slope between ``--few`` and all workbooks of a whole run, so start-up does not count; ratios are to bare calamine.
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
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import openpyxl

from benchmarks import corpus, run

CONTENDERS = ("calamine", "xltool", "pandas", "openpyxl")
EXCELJS = "exceljs@4.4.0"
_SAMPLE = 200  # workbooks that slow contenders read
_FILES_OF_A_RUN = 500  # that LibreOffice converts: its memory grows with every file
_CONVERSION_SECONDS = 3600
_HEIGHT = re.compile(rb' ht="[0-9.]+"')
_ZOOM = re.compile(rb'zoomScale="[0-9]+"')
_RESAVE = """
const ExcelJS = require("exceljs"), fs = require("fs"), [from, to] = process.argv.slice(2);
(async () => {
  for (const name of fs.readdirSync(from).filter((name) => name.endsWith(".xlsx"))) {
    const book = new ExcelJS.Workbook();
    await book.xlsx.readFile(`${from}/${name}`);
    await book.xlsx.writeFile(`${to}/${name}`);
  }
})().catch((error) => { console.error(error); process.exit(1); });
"""


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
    files = _list_saves(folder.with_name("openpyxl"), count)
    with tempfile.TemporaryDirectory() as profile:
        options = ["--headless", f"-env:UserInstallation=file://{profile}", "--convert-to", "xlsx", "--outdir"]
        for first in range(0, len(files), _FILES_OF_A_RUN):
            command = ["soffice", *options, str(folder), *map(str, files[first : first + _FILES_OF_A_RUN])]
            subprocess.run(command, check=True, capture_output=True, timeout=_CONVERSION_SECONDS)


def save_with_exceljs(folder: Path, count: int) -> None:
    """Save the workbooks that openpyxl saved with ExcelJS."""
    cache = folder.parents[1] / "npm"
    if not (cache / "node_modules" / "exceljs").is_dir():
        install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(cache), EXCELJS]
        subprocess.run(install, check=True, capture_output=True)
    source = folder.with_name("openpyxl").resolve()
    script = cache / "resave.cjs"
    script.write_text(_RESAVE, encoding="utf-8")
    subprocess.run(["node", str(script), str(source), str(folder.resolve())], check=True, cwd=cache)


def touch_saves(folder: Path, count: int) -> None:
    """Copy the saves of LibreOffice with another view and other row heights on every sheet."""
    for number, path in enumerate(_list_saves(folder.with_name("libreoffice"), count)):
        choices = random.Random(number)
        with zipfile.ZipFile(path) as source, zipfile.ZipFile(folder / path.name, "w", zipfile.ZIP_DEFLATED) as target:
            for info in source.infolist():
                content = source.read(info)
                if info.filename.startswith("xl/worksheets/sheet"):
                    content = _touch_sheet(content, choices)
                target.writestr(info, content)


def _list_saves(folder: Path, count: int) -> list[Path]:
    return sorted(folder.glob("*.xlsx"))[:count]


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
    "exceljs": save_with_exceljs,
}


def make_saves(folder: Path, count: int, kinds: Sequence[str]) -> None:
    """Make the workbooks that are not in the folder yet, and a roster beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "roster.csv").open("w", encoding="utf-8") as roster:
        roster.write("code,name\n")
        roster.writelines(f"{agency.code},{agency.name}\n" for agency in map(corpus.agency_of, range(count)))
    for kind, save in KINDS.items():
        wanted = kind in kinds or (kind == "libreoffice" and "touched" in kinds) or kind == "openpyxl"
        if wanted and len(_list_saves(folder / kind, count)) < count:
            shutil.rmtree(folder / kind, ignore_errors=True)
            (folder / kind).mkdir()
            save(folder / kind, count)


def measure_kind(folder: Path, count: int, few: int) -> Iterator[tuple[str, float, run.Measured]]:
    """Yield contender, CPU seconds of one more workbook, and the measurement of all workbooks."""
    given = argparse.Namespace(sample=_SAMPLE, jobs=1)
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
            yield name, (whole.cpu - small.cpu) / (whole.files - few), whole


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--counts", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--few", type=int, default=40)
    parser.add_argument("--folder", type=Path, default=Path("bench-output") / "saves")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    given = parser.parse_args()
    counts = given.counts + ([10_000] if os.environ.get("BENCH_10000") else [])
    kinds = [kind for kind in given.kinds if kind != "exceljs" or shutil.which("npm")]
    print(f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    head = ("workbooks", "saves", "contender", "CPU ms", "x calamine", "wall ms", "peak MiB")
    print(run.table([head, ("---",) * len(head)]))
    for count in counts:
        folder = given.folder / str(count)
        make_saves(folder, count, kinds)
        for kind in kinds:
            floor = 0.0
            for name, seconds, whole in measure_kind(folder / kind, count, given.few):
                floor = floor or seconds
                wall = whole.seconds / whole.files
                sampled = "" if whole.files == count else f" ({whole.files} of them)"
                figures = (f"{seconds * 1000:.2f}", f"{seconds / floor:.1f}", f"{wall * 1000:.2f}", f"{whole.peak:.0f}")
                print(run.table([(str(count), kind, run.CONTENDERS[name].title + sampled, *figures)]), flush=True)


if __name__ == "__main__":
    main()
