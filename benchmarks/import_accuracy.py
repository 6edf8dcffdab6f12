"""How well published reports are read: cells right, open and wrong, for real reports and for made-up ones by layout.

    python -m benchmarks.import_accuracy [--seeds 5] [--json]

A cell is right if the figure is the published one, open if none was read, wrong if another one was; invented if a
figure was read where none was published. The real reports and their true figures are in tests/data/reports.
"""

import argparse
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from pathlib import Path

from tests.published import layouts, separated, torn
from xltool.forms.load_definitions import load_forms
from xltool.published.read_report import read_report

ROOT = Path(__file__).resolve().parents[1]
FORMS = load_forms()
KINDS = ("right", "open", "wrong", "invented")


def judged(file: Path, truth: Mapping[str, str], blank: list[str]) -> tuple[Counter[str], float]:
    """How the cells of one file were read, and in how many seconds."""
    start = time.perf_counter()
    found = read_report(file, FORMS).figures
    seconds = time.perf_counter() - start
    counts: Counter[str] = Counter()
    for cell, text in truth.items():
        value = found[cell].value if cell in found else None
        counts["open" if value is None else "right" if value == Decimal(text) else "wrong"] += 1
    counts["invented"] = sum(1 for cell in blank if cell in found and found[cell].value is not None)
    return counts, seconds


def real() -> dict[str, tuple[Counter[str], float]]:
    rows = {}
    for file in sorted((ROOT / "tests" / "data" / "reports").glob("*/raw.*")):
        truth = json.loads((file.parent / "figures.json").read_text("utf-8"))
        rows[f"{file.parent.name}{file.suffix}"] = judged(file, truth["figures"], truth["blank"])
    return rows


def drawn_from_pages() -> dict[str, Callable[[layouts.Report], str]]:
    """Text as programs draw it out of pages, and tables between separators."""
    pages = {"narrow": torn.Page(), "narrower": torn.Page(label=3, share=0.0), "wide": torn.Page(label=12, figure=6)}
    return {
        **{f"drawn {name}": partial(torn.drawn, page=page) for name, page in pages.items()},
        **{f"row by row {name}": partial(torn.row_by_row, page=page) for name, page in pages.items()},
        **{f"blocks {seed}": partial(_blocks, seed=seed) for seed in range(3)},
        **separated.LAYOUTS,
    }


def _blocks(report: layouts.Report, seed: int) -> str:
    return torn.by_blocks(report, random.Random(seed))


def made(seeds: int) -> dict[str, tuple[Counter[str], float]]:
    rows = {}
    with tempfile.TemporaryDirectory() as name:
        others = drawn_from_pages()
        for layout in (*layouts.LAYOUTS, *others):
            for form in FORMS:
                counts: Counter[str] = Counter()
                spent = 0.0
                for seed in range(seeds):
                    texts = layouts.made_up(form, seed, largest=(9, 99, 999)[seed % 3])
                    file = Path(name) / layout
                    report = layouts.parts(form, texts)
                    text = others[layout](report).encode() if layout in others else layouts.content(layout, report)
                    file.write_bytes(text)
                    read, seconds = judged(file, texts, [])
                    counts, spent = counts + read, spent + seconds
                rows[f"{layout} {form.edition}"] = (counts, spent / seeds)
    return rows


def printed(title: str, rows: Mapping[str, tuple[Counter[str], float]]) -> None:
    print(f"\n{title:40}" + "".join(f"{kind:>10}" for kind in KINDS) + f"{'read':>9}{'seconds':>10}")
    total: Counter[str] = Counter()
    for name, (counts, seconds) in rows.items():
        total += counts
        line(name, counts, f"{seconds:10.3f}")
    line("all", total, "")


def line(name: str, counts: Counter[str], seconds: str) -> None:
    asked = counts["right"] + counts["open"] + counts["wrong"]
    share = f"{100 * counts['right'] / asked:8.1f}%" if asked else ""
    print(f"{name:40}" + "".join(f"{counts[kind]:10d}" for kind in KINDS) + share + seconds)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seeds", type=int, default=5, help="made-up reports for each layout and edition")
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    tables = {"real reports": real(), "made-up reports by layout": made(asked.seeds)}
    if asked.json:
        print(json.dumps({t: {n: {**c, "seconds": s} for n, (c, s) in rows.items()} for t, rows in tables.items()}))
        return
    for title, rows in tables.items():
        printed(title, rows)


if __name__ == "__main__":
    main()
