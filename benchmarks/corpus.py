"""Thousands of filled workbooks of distinct agencies, made in seconds: real templates with published figures, scaled.

One workbook a report is written by `xltool.workbooks.template` as a template filled in. Every relation of the form is
linear, so the same workbook with every figure times a whole number is as good: the figures stored in its parts (inputs,
totals, live checks, and those told in the text) are scaled, the agency's name, code and serial are put in, and the
parts are packed again. Every run of the benchmark holds some of them against what the template's own
writer makes of the same figures.
"""

import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from xltool.forms.check_code import compute_check_code
from xltool.forms.expressions import recompute_figures
from xltool.forms.load_definitions import load_forms
from xltool.forms.placeholders import fill_placeholders
from xltool.forms.workbook_plan import WorkbookPlan, plan_workbook
from xltool.model.agency import Agency, Scope
from xltool.model.form import Number
from xltool.model.submission import Source, Submission
from xltool.spreadsheet.open_workbook import open_workbook
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest
from xltool.workbooks.template.write_template import write_template

ROOT = Path(__file__).resolve().parents[1]
REPORTS = ("zhangjiawan-2025", "suqian-2023", "suqian-2024", "pingtan-2023")
YEAR = 2025
FIRST_CODE = 100000
_BASE = "999999"  # stands for code, name and serial in the parts that are copied
_TOLD = re.compile("(?<![0-9年月第])([0-9]+)(?=件|次|元)")
_RECEIVED = re.compile(r"requests\.received\.(?!total)\w+")
_CELL = re.compile(rb'<c r="([A-Z]+[0-9]+)"([^>]*)>(<f>[^<]*</f>)?<v>([^<]*)</v>')


class Base(NamedTuple):
    """One report as the parts of its workbook; ``scaled`` are those that hold figures, with their addresses."""

    parts: tuple[tuple[str, bytes], ...]
    scaled: Mapping[str, frozenset[str]]


def the_plan() -> WorkbookPlan:
    return plan_workbook(next(form for form in load_forms() if form.covers_year(YEAR)))


def agency_of(number: int) -> Agency:
    """The agency of one workbook."""
    code = str(FIRST_CODE + number)
    return Agency(code, f"样本单位{code}")


def factor_of(number: int) -> int:
    """By how much the figures of its report are multiplied: no two workbooks are alike."""
    return 1 + number // len(REPORTS)


@cache
def issue(agency: Agency, report: str, factor: int) -> TemplateRequest:
    """The same workbook for the template's own writer."""
    form = the_plan().form
    said = json.loads((ROOT / "samples" / "reports" / f"{report}.json").read_text("utf-8"))["figures"]
    figures: dict[str, Number] = {
        cell: factor * (Decimal(value) if isinstance(value, str) else value)
        for cell, value in said.items()
        if value is not None
    }
    inputs = {cell.id: figures.get(cell.id, 0) for cell in form.inputs}
    values = recompute_figures(form.formulas, inputs)
    nobody = Submission(
        form.id, form.edition, YEAR, Scope.OWN, agency.code, agency.name, {}, values, Source("", "", 0, "")
    )
    texts = {draft.section: [fill_placeholders(draft.text, form, nobody)] for draft in form.drafts}
    return TemplateRequest(agency, YEAR, f"S{agency.code}", filling=FilledContents(figures, texts, declared=True))


@cache
def check_code(report: str, factor: int) -> bytes:
    """The check code of a report whose figures are multiplied, as the template shows it."""
    figures = issue(agency_of(0), report, factor).filling.figures
    return compute_check_code(the_plan(), {cell: Decimal(value) for cell, value in figures.items()}, YEAR).encode()


def workbook(number: int) -> bytes:
    """The workbook of one agency."""
    report, factor = REPORTS[number % len(REPORTS)], factor_of(number)
    base, code = _base(report), agency_of(number).code.encode()
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in base.parts:
            made = _scaled(content, base.scaled[name], factor) if name in base.scaled else content
            made = made.replace(check_code(report, 1), check_code(report, factor))
            if name == "xl/sharedStrings.xml":
                made = "".join(multiply_told_figures([content.decode()], factor)).encode()
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, made.replace(_BASE.encode(), code))
    return stream.getvalue()


def multiply_told_figures(runs: Sequence[str], factor: int) -> list[str]:
    """Return the runs of a text with the counts and amounts told in it multiplied."""
    made, start = [], 0
    told = list(_TOLD.finditer("".join(runs)))
    for run in runs:
        scaled = run
        for match in reversed([match for match in told if start <= match.start() < start + len(run)]):
            at = match.start() - start
            scaled = f"{scaled[:at]}{int(match[1]) * factor}{scaled[at + len(match[1]) :]}"
        made.append(scaled)
        start += len(run)
    return made


def received(number: int) -> int:
    """How many requests the agency of one workbook says it received."""
    return _received_in(REPORTS[number % len(REPORTS)]) * factor_of(number)


@cache
def _received_in(report: str) -> int:
    filling = issue(agency_of(0), report, 1).filling
    return sum(int(value) for cell, value in filling.figures.items() if _RECEIVED.fullmatch(cell))


def must_agree(numbers: Sequence[int] = (0, 1, 2, 3, 4097)) -> None:
    """Raise AssertionError unless the template's own writer makes the same workbooks of the same figures."""
    with TemporaryDirectory() as scratch:
        for number in numbers:
            ours, theirs = Path(scratch) / f"{number}.xlsx", Path(scratch) / f"{number}-written.xlsx"
            ours.write_bytes(workbook(number))
            report = REPORTS[number % len(REPORTS)]
            write_template(the_plan(), issue(agency_of(number), report, factor_of(number)), theirs)
            read, wanted = open_workbook(ours), open_workbook(theirs)
            assert [dict(sheet.cells) for sheet in read.sheets] == [dict(sheet.cells) for sheet in wanted.sheets]
            assert (read.names, read.properties) == (wanted.names, wanted.properties)


def make(folder: Path, count: int) -> None:
    """``count`` workbooks in ``folder``, and their roster beside it."""
    with (folder.parent / "roster.csv").open("w", encoding="utf-8") as roster:
        roster.write("code,name\n")
        agencies = map(agency_of, range(count))
        roster.writelines(f"{agency.code},{agency.name}\n" for agency in agencies)
    with ProcessPoolExecutor() as pool:
        list(pool.map(partial(write_one, folder), range(count), chunksize=100))


def write_one(folder: Path, number: int) -> None:
    """One workbook in ``folder``."""
    (folder / f"{agency_of(number).code}.xlsx").write_bytes(workbook(number))


@cache
def _base(report: str) -> Base:
    with TemporaryDirectory() as scratch:
        path = Path(scratch) / "base.xlsx"
        write_template(the_plan(), issue(Agency(_BASE, f"样本单位{_BASE}"), report, 1), path)
        with zipfile.ZipFile(path) as archive:
            parts = tuple((info.filename, archive.read(info)) for info in archive.infolist())
    figures = {}
    for number, sheet in enumerate(the_plan().sheets, start=1):
        spots = {place.address for place in the_plan().cells.values() if place.sheet == sheet.name}
        figures[f"xl/worksheets/sheet{number}.xml"] = frozenset(spots)
    return Base(parts, figures)


def _scaled(content: bytes, spots: frozenset[str], factor: int) -> bytes:
    """A sheet with its figures, and the numbers its formulas show, times ``factor``."""

    def one(match: re.Match[bytes]) -> bytes:
        address, attributes, formula, value = match.groups()
        if b't="' in attributes or (formula is None and address.decode() not in spots):
            return match[0]
        exact = f"{Decimal(value.decode()) * factor:f}"
        shown = (exact.rstrip("0").rstrip(".") if "." in exact else exact).encode()
        return match[0][: match.start(4) - match.start()] + shown + b"</v>"

    return _CELL.sub(one, content)
