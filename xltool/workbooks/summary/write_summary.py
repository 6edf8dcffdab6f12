"""The consolidated workbook: ordinary, unlocked, filterable, and itself a return of the area it is for.

Every official figure is a live sum over the sheet of details, with its value stored; nothing in it points to another
file. The very hidden identity sheet holds the manifest: whose reports are inside, whose are not.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from xltool.forms.consolidated import ABSENT, LACKING, official_sheets
from xltool.forms.expressions import quoted
from xltool.forms.furniture import words
from xltool.forms.identity import LEAF, Identity
from xltool.forms.layout import Plan
from xltool.model.agency import Scope
from xltool.model.consolidation import Consolidation
from xltool.model.form import Values
from xltool.workbooks.summary.details_sheet import write_details
from xltool.workbooks.summary.lists_sheet import write_findings, write_texts, write_tracking
from xltool.workbooks.summary.overview_sheet import write_overview
from xltool.workbooks.summary.styles import summary_styles
from xltool.workbooks.summary.summary_context import Draft, draft
from xltool.workbooks.summary.tables_sheet import write_checks, write_filtered, write_official
from xltool.workbooks.template.check_formulas import absolute
from xltool.workbooks.xlsxwriter_adapter import Book, new_workbook


def write_summary(
    made: Consolidation, plan: Plan, path: Path, *, previous: Values | None = None, force: bool = False
) -> None:
    """Write the consolidated workbook. ``previous`` are the area's figures of the year before, for its checks.

    Raises WritingError; UsageError if ``path`` exists (unless ``force``).
    """
    known = draft(made, plan, previous)
    with new_workbook(path, summary_styles(), font=words().look["body_font"], force=force) as book:
        write_overview(known, book)
        for planned, slots in official_sheets(plan):
            write_official(known, planned, slots, book)
        write_filtered(known, book)
        write_checks(known, book)
        write_details(known, book)
        write_findings(known, book)
        write_tracking(known, book)
        write_texts(known, book)
        _write_identity(known, book)
        for cell, place in plan.cells.items():
            book.define_name(cell, f"={quoted(place.sheet)}!{absolute(place.address)}")


def _write_identity(known: Draft, book: Book) -> None:
    """What the workbook is and whose reports it holds, on a very hidden sheet; the former as properties too."""
    summary = known.made.summary
    identity = Identity(
        form=known.plan.form.id,
        edition=known.plan.form.edition,
        year=known.made.year,
        agency_code=summary.agency_code,
        agency_name=summary.agency_name,
        scope=Scope.AREA,
        serial=_serial(known.made),
        layout=known.plan.digest,
    )
    sheet = book.sheet(words().sheets["identity"])
    for row, fields in enumerate((*identity.rows(), *_manifest(known.made))):
        for column, field in enumerate(fields):
            sheet.write_string(row, column, field)
    sheet.protect()
    sheet.very_hidden()
    book.describe(known.title, identity.properties())


def _manifest(made: Consolidation) -> Iterator[tuple[str, ...]]:
    yield from ((LEAF, *leaf) for leaf in made.summary.manifest)
    yield from ((ABSENT, leaf.code, leaf.name) for leaf in made.summary.absent)
    yield from ((LACKING, cell, str(count)) for cell, count in made.summary.lacking.items())


def _serial(made: Consolidation) -> str:
    """A short name for what is inside: the same reports for the same area and year always get the same."""
    said = [made.form.id, made.form.edition, str(made.year), made.summary.agency_code, made.summary.agency_name]
    said += [f"{leaf.code}|{leaf.sha256}" for leaf in made.summary.manifest]
    return f"{made.year}-{hashlib.sha256('|'.join(said).encode()).hexdigest()[:12]}"
