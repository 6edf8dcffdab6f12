"""Returned workbooks as office programs save them, thousands of distinct ones made from real saves in minutes.

The workbooks of `benchmarks.corpus` are saved by openpyxl (texts inline), and those saves converted by LibreOffice and
saved again by ExcelJS and SheetJS (installed with npm into the folder). `BASES` saves of each program have every cell
filled; a workbook of a set is one of them with another agency, its figures, stored results and figures told in texts
multiplied, and about half of its zeros blanked as that program writes blank cells. `COMPARED` of them are also saved by
the program itself, and must be read the same (`must_agree`). Touched sets are LibreOffice's with another zoom, top left
cell and row heights, on six sheets or on all.
"""

import html
import random
import re
import shutil
import subprocess
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import openpyxl

from benchmarks import corpus
from xltool.spreadsheet.open_workbook import open_workbook

BASES = 24  # filled saves of each program
COMPARED = 2  # saves of each program with blank cells
PACKAGES = ("exceljs@4.4.0", "xlsx@0.18.5")
_CONVERSION_SECONDS = 1800
_UNTOUCHED = range(0)
_VIEW = re.compile(rb"<sheetView ([^>]*)")
_TOP_LEFT = re.compile(rb'topLeftCell="[A-Z]+[0-9]+" ?')
_HEIGHT = re.compile(rb' ht="[0-9.]+"')
_ZOOM = re.compile(rb'zoomScale="[0-9]+"')
_SHEET_NUMBER = re.compile(r"xl/worksheets/sheet([0-9]+)\.xml")
_STRING = re.compile(rb"<(si|is)>.*?</\1>", re.DOTALL)
_TEXT = re.compile(rb"(<t(?: [^>]*)?>)([^<]*)(?=</t>)")
_CELL = re.compile(rb'<c r="([A-Z]+[0-9]+)"((?: [a-z]+="[^"]*")*)>(<f[^>]*>[^<]*</f>|<f[^>]*/>)?<v>([^<]+)</v></c>')
_TYPE = re.compile(rb' t="([a-zA-Z]+)"')
_SCRIPTS = {
    "exceljs": """
const ExcelJS = require("exceljs"), fs = require("fs"), [from, to] = process.argv.slice(2);
(async () => {
  for (const name of fs.readdirSync(from).filter((name) => name.endsWith(".xlsx"))) {
    const book = new ExcelJS.Workbook();
    await book.xlsx.readFile(`${from}/${name}`);
    await book.xlsx.writeFile(`${to}/${name}`);
  }
})().catch((error) => { console.error(error); process.exit(1); });
""",
    "sheetjs": """
const XLSX = require("xlsx"), fs = require("fs"), [from, to] = process.argv.slice(2);
for (const name of fs.readdirSync(from).filter((name) => name.endsWith(".xlsx"))) {
  const book = XLSX.readFile(`${from}/${name}`, {cellStyles: true, sheetStubs: true});
  XLSX.writeFile(book, `${to}/${name}`, {cellStyles: true, compression: true, bookSST: true});
}
""",
}


class Kind(NamedTuple):
    """One set of saves: which program made them, and the numbers of the sheets touched afterwards."""

    title: str
    program: str
    touched: range = _UNTOUCHED


# --- saves by programs -------------------------------------------------------------------------------------------


def save_with_openpyxl(source: Path, target: Path) -> None:
    """Save every workbook of a folder with openpyxl."""
    for path in sorted(source.glob("*.xlsx")):
        openpyxl.load_workbook(path).save(target / path.name)


def convert_with_libreoffice(source: Path, target: Path) -> None:
    """Convert every workbook of a folder with LibreOffice, in one run of it."""
    with tempfile.TemporaryDirectory() as profile:
        options = ["--headless", f"-env:UserInstallation=file://{profile}", "--convert-to", "xlsx", "--outdir"]
        command = ["soffice", *options, str(target), *map(str, sorted(source.glob("*.xlsx")))]
        subprocess.run(command, check=True, capture_output=True, timeout=_CONVERSION_SECONDS)


def save_with_node(program: str, source: Path, target: Path) -> None:
    """Save every workbook of a folder with ExcelJS or SheetJS."""
    cache_folder = target.resolve().parent / "npm"
    if not all((cache_folder / "node_modules" / name.split("@")[0]).is_dir() for name in PACKAGES):
        install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(cache_folder), *PACKAGES]
        subprocess.run(install, check=True, capture_output=True)
    script = cache_folder / f"{program}.cjs"
    script.write_text(_SCRIPTS[program], encoding="utf-8")
    command = ["node", str(script), str(source.resolve()), str(target.resolve())]
    subprocess.run(command, check=True, cwd=cache_folder, timeout=_CONVERSION_SECONDS)


PROGRAMS: dict[str, Callable[[Path, Path], None]] = {
    "openpyxl": save_with_openpyxl,
    "libreoffice": convert_with_libreoffice,
    "exceljs": partial(save_with_node, "exceljs"),
    "sheetjs": partial(save_with_node, "sheetjs"),
}
KINDS = {
    "libreoffice": Kind("LibreOffice, untouched", "libreoffice"),
    "touched-six": Kind("LibreOffice, touched on six sheets", "libreoffice", range(2, 8)),
    "touched": Kind("LibreOffice, touched on all sheets", "libreoffice", range(1, 100)),
    "openpyxl": Kind("openpyxl", "openpyxl"),
    "exceljs": Kind("ExcelJS", "exceljs"),
    "sheetjs": Kind("SheetJS", "sheetjs"),
}


def is_installed(kind: str) -> bool:
    """Return whether the program that makes a kind of saves is there."""
    needed = {"libreoffice": "soffice", "exceljs": "npm", "sheetjs": "npm"}.get(KINDS[kind].program)
    return needed is None or shutil.which(needed) is not None


def make_bases(folder: Path, program: str) -> Path:
    """Make the saves of a program unless they are in the folder; return their own folder."""
    made = folder / program
    if len(list(made.glob("*.xlsx"))) < BASES + COMPARED:
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True)
        if program == "openpyxl":
            with tempfile.TemporaryDirectory() as written:
                _write_sources(Path(written))
                save_with_openpyxl(Path(written), made)
        else:
            PROGRAMS[program](make_bases(folder, "openpyxl"), made)
        must_agree(made)
    return made


def _write_sources(folder: Path) -> None:
    """Write the filled workbooks, and those of the first agencies with blank cells as ``blank-…``."""
    for number in range(BASES):
        (folder / _name_file(number)).write_bytes(corpus.workbook(number))
    for number in range(COMPARED):
        book = openpyxl.load_workbook(folder / _name_file(number))
        for part, addresses in _list_inputs().items():
            sheet = book.worksheets[int(_SHEET_NUMBER.fullmatch(part)[1]) - 1]
            for address in addresses:
                if sheet[address.decode()].value == 0 and _is_blanked(number, part, address):
                    sheet[address.decode()].value = None
        book.save(folder / f"blank-{_name_file(number)}")


def must_agree(bases: Path) -> None:
    """Raise AssertionError unless workbooks made here are read as the program's own saves of the same figures are."""
    with tempfile.TemporaryDirectory() as scratch:
        for number in range(COMPARED):
            made = Path(scratch) / "made.xlsx"
            made.write_bytes(make_workbook(bases, number, _UNTOUCHED))
            read, wanted = open_workbook(made), open_workbook(bases / f"blank-{_name_file(number)}")
            for sheet, other in zip(read.sheets, wanted.sheets, strict=True):
                differing = {place for place, cell in other.cells.items() if sheet.cells.get(place) != cell}
                assert not differing, (sheet.name, differing)
                assert len(sheet.cells) == len(other.cells), sheet.name


# --- further workbooks -------------------------------------------------------------------------------------------


def make_set(folder: Path, bases: Path, kind: str, count: int) -> None:
    """Make the workbooks of a set that are not in the folder yet, and a roster beside the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    agencies = list(map(corpus.agency_of, range(count)))
    lines = (f"{agency.code},{agency.name}\n" for agency in agencies)
    (folder.parent / "roster.csv").write_text("code,name\n" + "".join(lines), encoding="utf-8")
    missing = [number for number in range(count) if not (folder / _name_file(number)).exists()]
    with ProcessPoolExecutor() as pool:
        list(pool.map(partial(_write_one, folder, bases, KINDS[kind].touched), missing, chunksize=20))


def _write_one(folder: Path, bases: Path, touched: range, number: int) -> None:
    """Write a workbook, renamed when it is whole."""
    draft = folder / f"{number}.part"
    draft.write_bytes(make_workbook(bases, number, touched))
    draft.replace(folder / _name_file(number))


def make_workbook(bases: Path, number: int, touched: range) -> bytes:
    """Return the workbook of one agency, the sheets of the numbers in ``touched`` as another screen leaves them."""
    base_number, factor = number % BASES, factor_of(number)
    codes = corpus.agency_of(base_number).code.encode(), corpus.agency_of(number).code.encode()
    choices = random.Random(number)
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _read_parts(bases / _name_file(base_number)):
            made = _STRING.sub(partial(_multiply_string, factor), content) if factor > 1 else content
            if sheet := _SHEET_NUMBER.fullmatch(name):
                made = _CELL.sub(partial(_change_cell, number, name), made)
                made = _touch_sheet(made, choices) if int(sheet[1]) in touched else made
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            archive.writestr(info, made.replace(*codes), zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def factor_of(number: int) -> int:
    """Return by how much the figures of its base are multiplied."""
    return 1 + number // BASES


def received(number: int) -> int:
    """Return how many requests the agency of one workbook says it received."""
    return corpus.received(number % BASES) * factor_of(number)


@cache
def _read_parts(path: Path) -> tuple[tuple[str, bytes], ...]:
    with zipfile.ZipFile(path) as archive:
        return tuple((info.filename, archive.read(info)) for info in archive.infolist())


@cache
def _list_figures() -> dict[str, frozenset[bytes]]:
    """Return the addresses of all figures in each part that is a sheet."""
    return _list_addresses(corpus.the_plan().cells)


@cache
def _list_inputs() -> dict[str, frozenset[bytes]]:
    """Return the addresses of the input cells in each part that is a sheet."""
    return _list_addresses(cell.id for cell in corpus.the_plan().form.inputs)


def _list_addresses(ids: Iterable[str]) -> dict[str, frozenset[bytes]]:
    plan = corpus.the_plan()
    numbers = {sheet.name: number for number, sheet in enumerate(plan.sheets, start=1)}
    found: dict[str, set[bytes]] = {f"xl/worksheets/sheet{number}.xml": set() for number in numbers.values()}
    for place in (plan.cells[name] for name in ids):
        found[f"xl/worksheets/sheet{numbers[place.sheet]}.xml"].add(place.address.encode())
    return {part: frozenset(addresses) for part, addresses in found.items()}


def _name_file(number: int) -> str:
    return f"{corpus.agency_of(number).code}.xlsx"


def _is_blanked(number: int, part: str, address: bytes) -> bool:
    """Return whether a zero of a workbook is left blank."""
    return bool(zlib.crc32(b"%d %b %b" % (number, part.encode(), address)) & 16)


def _multiply_string(factor: int, string: re.Match[bytes]) -> bytes:
    """Return a string with the figures told in it multiplied; LibreOffice writes a number and its unit as two runs."""
    runs = [html.unescape(match[2].decode()) for match in _TEXT.finditer(string[0])]
    written = iter(corpus.multiply_told_figures(runs, factor))
    encoding = ("ascii", "xmlcharrefreplace") if b"&#" in string[0] else ("utf-8", "strict")
    return _TEXT.sub(lambda match: match[1] + html.escape(next(written), quote=False).encode(*encoding), string[0])


def _change_cell(number: int, part: str, match: re.Match[bytes]) -> bytes:
    """Return a cell with its figure or stored result multiplied, or blank."""
    address, attributes, formula, value = match.groups()
    kind = _TYPE.search(attributes)
    is_number = kind is None or kind[1] == b"n"
    if not is_number or (formula is None and address not in _list_figures().get(part, frozenset())):
        return match[0]
    if value == b"0" and address in _list_inputs()[part] and _is_blanked(number, part, address):
        return b'<c r="%b"%b/>' % (address, _TYPE.sub(b"", attributes))
    return match[0][: match.start(4) - match.start()] + _multiply_number(value, factor_of(number)) + b"</v></c>"


def _multiply_number(value: bytes, factor: int) -> bytes:
    exact = f"{Decimal(value.decode()) * factor:f}"
    return (exact.rstrip("0").rstrip(".") if "." in exact else exact).encode()


def _touch_sheet(content: bytes, choices: random.Random) -> bytes:
    content = _ZOOM.sub(b'zoomScale="%d"' % choices.randint(60, 200), content, count=1)
    top_left = b'<sheetView topLeftCell="A%d" ' % choices.randint(1, 9)
    content = _VIEW.sub(lambda match: top_left + _TOP_LEFT.sub(b"", match[1]), content, count=1)
    height = b' ht="%.2f"' % (choices.randint(1200, 6000) / 100)
    return _HEIGHT.sub(height, content, count=choices.randint(1, 3))
