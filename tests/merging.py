"""Returns to be merged, made of the published figures in ``samples/``."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

from tests.checks.figures import submission
from xltool.forms.load_definitions import find_form_for_year, load_forms
from xltool.model.agency import Agency, Roster, Scope
from xltool.model.consolidation import ReviewedFile, Status
from xltool.model.finding import Finding
from xltool.model.form import CellKind, Form, Number
from xltool.model.submission import ManifestItem, Source, Submission
from xltool.roster.read_roster import read_roster

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
YEAR = 2025
CITY = Agency("3299", "示例市人民政府", scope=Scope.AREA)
REPORTS = ("suqian-2024", "hongze-2024", "hongze-2023", "pingtan-2023", "suqian-2023", "zhangjiawan-2025")
NEW = "requests.received.natural_person"
FEES = "disclosure.administrative_fees.amount"


@cache
def the_form() -> Form:
    return find_form_for_year(load_forms(), YEAR)


def roster() -> Roster:
    """A city above twelve agencies."""
    return read_roster(SAMPLES / "roster.csv")


@cache
def published(report: str) -> Mapping[str, Number | None]:
    """The inputs of a published report; what it does not say is missing."""
    figures = json.loads((SAMPLES / "reports" / f"{report}.json").read_text("utf-8"))["figures"]
    return {cell.id: number(figures.get(cell.id), cell.kind) for cell in the_form().inputs}


def number(figure: object, kind: CellKind) -> Number | None:
    if figure is None:
        return None
    return Decimal(str(figure)) if kind is CellKind.AMOUNT else int(str(figure))


def a_return(
    agency: Agency,
    figures: Mapping[str, Number | None],
    *,
    file: str = "",
    time: str = "2026-01-20T01:00:00+00:00",
    year: int = YEAR,
    absent: Iterable[str] = (),
    texts: Mapping[str, str] | None = None,
) -> Submission:
    """A submission with these inputs; those of ``absent`` are marked as not applicable. What is not given is blank."""
    given = {**figures, **dict.fromkeys(absent, "/")}
    name = file or f"{agency.code or agency.name}.xlsx"
    content = repr((agency.code, agency.name, year, sorted(given.items(), key=str)))
    return submission(
        given,
        year=year,
        scope=agency.scope,
        agency_code=agency.code,
        agency_name=agency.name,
        source=Source(name, hashlib.sha256(content.encode()).hexdigest(), 20_000, time, "WPS 表格 12.1"),
        texts=texts or {},
    )


def found(read: Submission, *findings: Finding, folder: str = "报送") -> ReviewedFile:
    """The file it came in."""
    source = read.source
    return ReviewedFile(f"{folder}/{source.file}", source.sha256, Status.ACCEPTED, read, findings)


def renamed(item: ReviewedFile, file: str, time: str = "") -> ReviewedFile:
    """The same bytes under another name, or at another time."""
    assert item.submission
    source = replace(item.submission.source, file=file, modified=time or item.submission.source.modified)
    return replace(item, file=file, submission=replace(item.submission, source=source))


def stored(summary: Submission, file: str, time: str = "2026-02-01T00:00:00+00:00") -> ReviewedFile:
    """A consolidation as a file that is merged again."""
    content = repr((summary.agency_code, summary.manifest, sorted(summary.lacking.items())))
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    return found(replace(summary, source=Source(file, sha256, 60_000, time, "xltool")), folder="下级")


def leaf(read: Submission) -> ManifestItem:
    return ManifestItem(read.agency_code, read.agency_name, read.source.sha256)


def members() -> list[Agency]:
    return [agency for agency in roster() if agency.scope is Scope.OWN]


def twelve() -> list[ReviewedFile]:
    """One return of every agency of the roster."""
    return [found(a_return(agency, published(REPORTS[at % len(REPORTS)]))) for at, agency in enumerate(members())]


def read_tiles(page: str) -> dict[str, str]:
    """The labels of the tiles of a page with their values."""
    return dict(re.findall(r"<dt>(?:<a [^>]*>)?([^<]*)(?:</a>)?</dt><dd>([^<]*)</dd>", page))
