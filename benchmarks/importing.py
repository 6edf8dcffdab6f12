"""Importing published reports, side by side with what an office would use to get at their tables, in one run.

    python -m benchmarks.importing [--count 1000] [--kinds html docx pdf txt] [--jobs N]

The reports are published by xltool from figures that no two of them share, each in a site's page, a document, a PDF or
a text of one cell a line. The first table is one `import` of all of them: CPU of all processes, peak memory of all
together. The second is CPU a report by kind, in one process: reading and checking, reading, checking and writing the
workbook, and the tables alone by the library an office would call, which stops where our work begins.
Every imported workbook is held against the figures that were published.
"""

import argparse
import contextlib
import ctypes
import io
import os
import platform
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.run import peak_of, table
from benchmarks.seeding import plausible, published

ROOT = Path(__file__).resolve().parents[1]
YEAR = 2024
MIX = ("html", "html", "html", "docx", "html", "txt", "html", "pdf", "docx", "html")  # of every ten reports
PRINTED = 100  # PDFs beyond these are the same with another comment: printing one takes LibreOffice seconds


def agency_of(number: int) -> str:
    return "样本" + str(number).translate(str.maketrans("0123456789", "零一二三四五六七八九")) + "局"


@cache
def report(number: int) -> tuple[Any, Any]:
    """The report of one agency, composed, and its figures by cell id."""
    from xltool.forms.expressions import recompute_figures
    from xltool.forms.load_definitions import load_forms
    from xltool.forms.placeholders import fill_placeholders
    from xltool.forms.report_style import load_report_style
    from xltool.model.agency import Scope
    from xltool.model.submission import Source, Submission
    from xltool.official_report.compose import compose_report

    form = next(form for form in load_forms() if form.covers_year(YEAR))
    figures = plausible(random.Random(number), form, published(form)).figures
    values = recompute_figures(form.formulas, {cell.id: figures[cell.id] for cell in form.inputs})
    name = agency_of(number)
    said = Submission(form.id, form.edition, YEAR, Scope.OWN, "", name, {}, values, Source("", "", 0, ""))
    texts: dict[str, str] = {}
    for draft in form.drafts:
        texts[draft.section] = "\n".join(
            filter(None, [texts.get(draft.section), *[fill_placeholders(draft.text, form, said)] * 3])
        )
    said = Submission(form.id, form.edition, YEAR, Scope.OWN, "", name, {}, values, Source("", "", 0, ""), texts=texts)
    return compose_report(form, said, load_report_style()), values


def content(kind: str, number: int) -> bytes:
    from xltool.forms.report_style import load_report_style
    from xltool.official_report import docx, html, pdf

    made, style = report(number % PRINTED if kind == "pdf" else number)[0], load_report_style()
    if kind == "html":
        return _on_a_site(html.render_html(made, style), number)
    if kind == "docx":
        return docx.render_docx(made, style)
    if kind == "txt":
        return "\n".join(_lines(made)).encode()
    return pdf.convert_to_pdf(docx.render_docx(made, style), style)


def _on_a_site(page: str, number: int) -> bytes:
    """As a government site serves it: navigation, style sheets, scripts and links around it."""
    links = "".join(
        f"<li><a href='/col/{number}/{each}.html' title='栏目{each}'>栏目{each}</a></li>" for each in range(150)
    )
    script = "<script>var config = {" + ",".join(f"'key{each}': 'value{each}'" for each in range(300)) + "};</script>"
    styles = (
        "<style>" + "".join(f".c{each} {{ margin: {each}px; color: #{each:06x} }}" for each in range(300)) + "</style>"
    )
    head = f"{styles}{script}</head>"
    top = f"<div class='nav'><ul>{links}</ul></div><div class='content'>"
    return (
        page.replace("</head>", head)
        .replace("<main", f"{top}<main")
        .replace("</main>", f"</main></div>{script}")
        .encode()
    )


def _lines(made: Any) -> Iterator[str]:
    """The report as a clerk's text: a cell a line."""
    yield made.title
    for part in made.parts:
        yield part.heading
        if part.grid:
            yield from (cell.text for cell in part.grid.cells)
        yield from part.paragraphs


def make(folder: Path, count: int, kinds: Sequence[str]) -> None:
    """``count`` reports of the kinds, in the usual mixture."""
    mix = [kind for kind in MIX if kind in kinds]
    printed: dict[int, bytes] = {}
    for number in range(count):
        kind = mix[number % len(mix)]
        if kind == "pdf":
            data = printed.get(number % PRINTED) or content(kind, number)
            printed[number % PRINTED] = data
            data += b"\n%%%d" % number
        else:
            data = content(kind, number)
        (folder / f"{number:05}.{kind}").write_bytes(data)


# --- contenders ------------------------------------------------------------------------------------------------------


def by_pandas(files: Sequence[Path]) -> int:
    import pandas

    return sum(len(pandas.read_html(io.BytesIO(file.read_bytes()), encoding="utf-8")) for file in files)


def by_python_docx(files: Sequence[Path]) -> int:
    import docx

    count = 0
    for file in files:
        for each in docx.Document(str(file)).tables:
            count += sum(len(cell.text) for row in each.rows for cell in row.cells) > 0
    return count


def by_pdfplumber(files: Sequence[Path]) -> int:
    import pdfplumber

    count = 0
    for file in files:
        with pdfplumber.open(file) as pdf:
            for page in pdf.pages:
                page.extract_text()
                count += len(page.extract_tables())
    return count


def by_hand(files: Sequence[Path]) -> int:
    return sum(len(file.read_text("utf-8").splitlines()) for file in files)


ALONE: Mapping[str, tuple[str, Callable[[Sequence[Path]], int]]] = {
    "html": ("pandas.read_html", by_pandas),
    "docx": ("python-docx", by_python_docx),
    "pdf": ("pdfplumber", by_pdfplumber),
    "txt": ("read_text", by_hand),
}


def reading(files: Sequence[Path]) -> int:
    from xltool.forms.load_definitions import load_forms
    from xltool.published.read_report import read_report

    forms = load_forms()
    return sum(len(read_report(file, forms).figures) for file in files)


def importing(files: Sequence[Path], jobs: int | None = 1) -> int:
    from xltool.commands.import_reports import import_reports
    from xltool.commands.run_context import build_run_context

    output = files[0].parent.parent / "imported"
    made = import_reports(files, build_run_context(), output, jobs=jobs)
    return sum(bool(item.workbook) for item in made)


def run_one(name: str, files: Sequence[Path], jobs: int | None) -> int:
    if name == "whole":
        return importing(files, jobs)
    return {"reading": reading, "importing": importing}.get(name, ALONE.get(files[0].suffix[1:], ("", by_hand))[1])(
        files
    )


def measured(name: str, folder: Path, pattern: str, jobs: int | None = None) -> tuple[float, float, float, int]:
    """Seconds, CPU seconds of all its processes and their peak in MiB, and the answer, of one contender."""
    command = [sys.executable, "-m", "benchmarks.importing", "--only", name, "--folder", str(folder)]
    command += ["--pattern", pattern, *(["--jobs", str(jobs)] if jobs else [])]
    before, started = _used(), time.perf_counter()
    with tempfile.TemporaryFile("w+") as said, subprocess.Popen(command, stdout=said, text=True, cwd=ROOT) as process:
        peak = peak_of(process)
        seconds = time.perf_counter() - started
        said.seek(0)
        answer = int(said.read())
    return seconds, _used() - before, peak, answer


def _used() -> float:
    """CPU seconds of everything that this process started and that has ended; of orphans, too, on Linux."""
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def adopt_orphans() -> None:
    """A process whose parent ends becomes ours, so that its time is counted (Linux)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def must_agree(folder: Path, output: Path) -> None:
    """Raise AssertionError unless the workbooks hold the figures that were published."""
    from xltool.commands.check import check
    from xltool.commands.run_context import build_run_context

    checked = check([output], build_run_context(), jobs=2)
    found = {item.submission.agency_name: item.submission for item in checked if item.submission}
    for file in folder.iterdir():
        number = int(file.stem) % PRINTED if file.suffix == ".pdf" else int(file.stem)
        assert dict(found[agency_of(number)].values) == dict(report(number)[1]), file


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--sample", type=int, default=30, help="reports of each kind in the second table")
    parser.add_argument("--kinds", nargs="+", choices=ALONE, default=list(ALONE))
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--keep", type=Path, help="a folder for the reports, used again if it is there")
    parser.add_argument("--only", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--pattern", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only:
        print(run_one(given.only, sorted(given.folder.glob(given.pattern)), given.jobs))
        return
    adopt_orphans()
    print(f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = (given.keep or Path(scratch)) / "reports"
        if not folder.is_dir():
            folder.mkdir(parents=True)
            make(folder, given.count, given.kinds)
        size = sum(file.stat().st_size for file in folder.iterdir())
        output = folder.parent / "imported"
        shutil.rmtree(output, ignore_errors=True)
        seconds, cpu, peak, made = measured("whole", folder, "*", given.jobs)
        assert made == given.count, made
        must_agree(folder, output)
        head = ("reports", "MiB", "seconds", "CPU seconds", "CPU ms a report", "peak MiB")
        row = (f"{made}", f"{size >> 20}", f"{seconds:.1f}", f"{cpu:.1f}", f"{cpu / made * 1000:.0f}", f"{peak:.0f}")
        print(f"\n{table([head, ('---',) * len(head), row])}\n", flush=True)
        print(table(rows(folder, given)))


def rows(folder: Path, given: argparse.Namespace) -> Iterator[tuple[str, ...]]:
    head = (
        "kind",
        "the library alone",
        "its CPU ms",
        "read by xltool",
        "read, checked and written",
        "reading, library = 1",
    )
    yield head
    yield ("---",) * len(head)
    for kind in given.kinds:
        found = [_each(name, folder, kind, given.sample) for name in ("alone", "reading", "importing")]
        alone, read, imported = found
        yield kind, ALONE[kind][0], f"{alone:.1f}", f"{read:.1f}", f"{imported:.1f}", f"{read / alone:.1f}"


def _each(name: str, folder: Path, kind: str, sample: int) -> float:
    """CPU ms a report: of many less one, so that starting and importing modules does not count."""
    few = folder.parent / f"few-{name}-{kind}"
    files = sorted(folder.glob(f"*.{kind}"))[:sample]
    spent = []
    for some in (files[:1], files):
        shutil.rmtree(few, ignore_errors=True)
        (few / "reports").mkdir(parents=True)
        for file in some:
            shutil.copy(file, few / "reports")
        spent.append(measured(name, few / "reports", "*")[1])
    shutil.rmtree(few)
    return (spent[1] - spent[0]) / (len(files) - 1) * 1000


if __name__ == "__main__":
    main()
