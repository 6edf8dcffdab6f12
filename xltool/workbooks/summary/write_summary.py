"""The consolidated workbook: unlocked, filterable, and itself a submission of its area.

Every official figure is a live sum over the sheet of details, with its value stored; nothing in it points to another
file. The very hidden identity sheet holds the manifest: which agencies are in the sum and which are not.
"""

import hashlib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from xltool.forms.consolidated_layout import ABSENT_KEY, BASIS_KEY, LACKING_KEY, TALLY_KEY, list_official_sheets
from xltool.forms.format_formulas import quote_sheet_name
from xltool.forms.identity import LEAF_PREFIX, Identity
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.forms.workbook_words import workbook_words
from xltool.model.agency import Scope
from xltool.model.consolidation import Consolidation
from xltool.model.form import Values
from xltool.workbooks.summary.details_sheet import write_details
from xltool.workbooks.summary.lists_sheet import write_findings, write_texts, write_tracking
from xltool.workbooks.summary.overview_sheet import write_overview
from xltool.workbooks.summary.styles import summary_styles
from xltool.workbooks.summary.summary_context import SummaryContext, prepare_summary
from xltool.workbooks.summary.tables_sheet import write_checks_sheet, write_filtered_tables, write_official_sheet
from xltool.workbooks.template.check_formulas import absolute_address
from xltool.workbooks.xlsxwriter_adapter import BookWriter, create_workbook


def write_summary(
    consolidation: Consolidation, plan: WorkbookPlan, path: Path, *, previous: Values | None = None, force: bool = False
) -> None:
    """Write the consolidated workbook. ``previous`` are the area's figures of the year before, for its checks.

    Raises WritingError; UsageError if ``path`` exists (unless ``force``).
    """
    context = prepare_summary(consolidation, plan, previous)
    with create_workbook(path, summary_styles(), font=workbook_words().look["body_font"], force=force) as book:
        write_overview(context, book)
        for planned, slots in list_official_sheets(plan):
            write_official_sheet(context, planned, slots, book)
        write_filtered_tables(context, book)
        write_checks_sheet(context, book)
        write_details(context, book)
        write_findings(context, book)
        write_tracking(context, book)
        write_texts(context, book)
        _write_identity(context, book)
        for cell, place in plan.cells.items():
            book.define_name(cell, f"={quote_sheet_name(place.sheet)}!{absolute_address(place.address)}")


def _write_identity(context: SummaryContext, book: BookWriter) -> None:
    """Write identity and manifest on a very hidden sheet; the identity as document properties too."""
    summary = context.consolidation.summary
    identity = Identity(
        form=context.plan.form.id,
        edition=context.plan.form.edition,
        year=context.consolidation.year,
        agency_code=summary.agency_code,
        agency_name=summary.agency_name,
        scope=Scope.AREA,
        serial=_make_serial(context.consolidation),
        layout=context.plan.layout,
    )
    sheet = book.add_sheet(workbook_words().sheets["identity"])
    for row, fields in enumerate((*identity.to_rows(), *_list_manifest_rows(context.consolidation))):
        for column, field in enumerate(fields):
            sheet.write_string(row, column, field)
    sheet.protect()
    sheet.very_hidden()
    book.set_document_properties(context.title, identity.to_properties())


def _list_manifest_rows(consolidation: Consolidation) -> Iterator[tuple[str, ...]]:
    yield from ((LEAF_PREFIX, *leaf) for leaf in consolidation.summary.manifest)
    yield from ((ABSENT_KEY, leaf.code, leaf.name) for leaf in consolidation.summary.absent)
    yield from ((LACKING_KEY, cell, str(count)) for cell, count in consolidation.summary.lacking.items())
    for cell, tally in consolidation.summary.tallies.items():
        yield from ((TALLY_KEY, cell, word, str(count)) for word, count in tally.items())
    yield from (
        (BASIS_KEY, cell, f"{Decimal(basis.total):f}", f"{Decimal(basis.weight):f}")
        for cell, basis in consolidation.summary.bases.items()
    )


def _make_serial(consolidation: Consolidation) -> str:
    """Return a serial that follows from the included reports, the area and the year."""
    fields = [
        consolidation.form.id,
        consolidation.form.edition,
        str(consolidation.year),
        consolidation.summary.agency_code,
        consolidation.summary.agency_name,
    ]
    fields += [f"{leaf.code}|{leaf.sha256}" for leaf in consolidation.summary.manifest]
    return f"{consolidation.year}-{hashlib.sha256('|'.join(fields).encode()).hexdigest()[:12]}"
