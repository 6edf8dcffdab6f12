"""Makes what the tests of the page put in: demo, a corrected return, many workbooks, ledgers, hostile files."""

import shutil
import sys
import zipfile
from pathlib import Path

import openpyxl

from tests.judges import recalculate
from tests.ledger.written_ledgers import invent_requests, type_lines
from tests.spreadsheet import hostile
from xltool.cli.demo import run_demo
from xltool.cli.sample_ledgers import DEMO_YEAR
from xltool.commands.ledger_workbooks import make_ledgers
from xltool.commands.run_context import build_run_context

COPIES = 46  # of eleven returns
LEDGERS = 2
FLAWED, SHEET, CELL, RIGHT = "329908", "表三", "D31", 4  # house: words of the demo; its column balances with 4


def main(target: Path) -> None:
    """Fill the folder, which is made anew."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    list(run_demo(target / "demo"))
    returns = sorted((target / "demo" / "收回的报表").glob("3*.xlsx"))  # house: words of the demo
    many = target / "many"
    for number in range(COPIES):
        (many / f"{number:02}").mkdir(parents=True)
        for source in returns:
            with zipfile.ZipFile(shutil.copy(source, many / f"{number:02}"), "a") as archive:
                archive.comment = f"{number}".encode()  # other bytes, so that none is known from another
    flawed = next(path for path in returns if path.name.startswith(FLAWED))
    book = openpyxl.load_workbook(flawed)
    book[SHEET][CELL] = RIGHT
    (target / "corrected").mkdir()
    book.save(target / "corrected" / flawed.name)
    kinds = target / "kinds"
    kinds.mkdir()
    for kind in ("xls", "ods"):
        copy = target / f"source-{kind}.xlsx"
        shutil.copy(returns[0 if kind == "xls" else 1], copy)
        recalculate(copy, kinds, kind)
    with zipfile.ZipFile(kinds / "returns.zip", "w") as archive:
        for source in returns[2:5]:
            archive.write(source, source.name)
    roster = target / "demo" / "名册.csv"  # house: words of the demo
    make_ledgers(DEMO_YEAR, build_run_context(roster), target / "empty-ledgers", capacity=50)
    (target / "ledgers").mkdir()
    for seed, source in enumerate(sorted((target / "empty-ledgers").glob("3*.xlsx"))[:LEDGERS]):
        type_lines(source, invent_requests(12, seed, DEMO_YEAR), target=target / "ledgers" / source.name)
    bad = target / "hostile"
    bad.mkdir()
    for name, case in hostile.BAD.items():
        if name in hostile.BOMBS:  # some of them take seconds to make
            continue
        (bad / f"{name.replace('/', '_')}.xlsx").write_bytes(case.made())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
