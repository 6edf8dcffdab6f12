"""Tracing: who a figure of a consolidated workbook is made of."""

import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path

from xltool.errors import ForeignFileError, UnreadableFileError, UsageError
from xltool.forms.furniture import words
from xltool.forms.layout import plan
from xltool.messages import catalogue as texts
from xltool.model.agency import Agency, Scope
from xltool.model.contributions import Contribution, Traced
from xltool.model.finding import Spot
from xltool.model.form import Cell, Form
from xltool.model.submission import Submission
from xltool.recognition.read_consolidated import Part, lists, parts
from xltool.recognition.read_submissions import read_submission
from xltool.spreadsheet.open_workbook import open_lists, open_workbook

_MOST_SUGGESTED = 5
_ALIKE = 0.5  # of two ids, as difflib measures: below it a suggestion only confuses


def trace(summary: Path, asked: str, forms: Sequence[Form], where: str = "") -> tuple[Traced, ...]:
    """The contributors of a figure of a consolidated workbook, as its sheet of details has them.

    ``asked`` is a cell id, the beginning of some (``requests.received``), or where the figure stands (the sheet, ``!``
    and the address). With ``where``, only those of the figures it stands for, or is computed from, whose id or official
    words contain that text. Raises UsageError for a figure that is not there, or a file that is no consolidation.
    """
    try:
        workbook = open_workbook(summary)
        read = read_submission(workbook, forms, str(summary))
        listed = open_lists(summary, lists(["details"]))
    except (UnreadableFileError, ForeignFileError) as error:
        raise UsageError("usage.summary_unreadable", path=str(summary), reason=texts.title(error.code)) from error
    form = next(form for form in forms if form.key == (read.form, read.edition))
    cells = _cells(form, asked, where)
    rows = parts(listed, {cell.id for cell in cells})
    if read.scope is not Scope.AREA or not rows:
        raise UsageError("usage.not_consolidated", path=str(summary))
    return tuple(_traced(cell, read, rows) for cell in cells)


def _traced(cell: Cell, read: Submission, rows: Sequence[Part]) -> Traced:
    entry, total = read.entries[cell.id], read.values[cell.id]
    found = [_contribution(row, cell) for row in rows]
    found.sort(key=lambda each: (each.value is None, -(each.value or 0), each.agency.code))
    known = [each.value for each in found if each.value is not None]
    # A computed figure that an agency leaves open is computed from the sums all the same: nothing to compare.
    agrees = cell.computed or (total or 0) == sum(known)
    spot = Spot(cell.id, entry.sheet, entry.address)
    lacking = len(read.absent) + read.lacking.get(cell.id, 0)
    return Traced(cell, spot, total, tuple(found), agrees, lacking, len(read.manifest) + len(read.absent))


def _contribution(row: Part, cell: Cell) -> Contribution:
    lead = row.lead
    area = lead.get("scope") == words().cover[Scope.AREA]
    agency = Agency(lead["code"].strip(), lead.get("name", ""), scope=Scope.AREA if area else Scope.OWN)
    count = lead.get("agencies", "")
    return Contribution(agency, int(count) if count.isdecimal() else 1, lead.get("file", ""), row.figures.get(cell.id))


def _cells(form: Form, asked: str, where: str) -> list[Cell]:
    """The figures that are meant, in form order. Raises UsageError if there are none."""
    named = {f"{place.sheet}!{place.address}": cell for cell, place in plan(form).cells.items()}
    known = named.get(asked.replace("$", ""), asked.strip())
    found = [cell for cell in form.cells.values() if f"{cell.id}.".startswith(f"{known}.")]
    if not found:
        raise UsageError("usage.unknown_cell", cell=asked, similar=_similar(form, asked))
    if not where:
        return found
    within = {part for cell in found for part in _made_of(form, cell.id)}
    chosen = [cell for cell in form.cells.values() if cell.id in within and _says(cell, where)]
    if not chosen:
        raise UsageError(
            "usage.nothing_where", cell=asked, where=where, similar=tuple(sorted(within)[:_MOST_SUGGESTED])
        )
    return chosen


def _made_of(form: Form, cell: str) -> Iterator[str]:
    """The figure, and those it is computed from, down to the inputs."""
    yield cell
    for relation in form.formulas:
        if relation.computes == cell:
            for term in relation.expect.right.terms:
                yield from _made_of(form, term.cell)


def _says(cell: Cell, text: str) -> bool:
    return text.casefold() in cell.id or text in "".join((*cell.row_path, *cell.column_path))


def _similar(form: Form, asked: str) -> tuple[str, ...]:
    """Ids somebody who wrote ``asked`` may have meant: by its words, else by its letters."""
    saying = [cell.id for cell in form.cells.values() if asked.strip() and _says(cell, asked.strip())]
    alike = difflib.get_close_matches(asked, form.cells, _MOST_SUGGESTED, _ALIKE)
    return tuple(dict.fromkeys([*alike, *saying]))[:_MOST_SUGGESTED]
