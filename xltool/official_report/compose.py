"""Compose the content of the published report (年报) of an agency or an area, in the official order.

`docx` and `html` render it; neither changes its words.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from xltool.errors import UsageError
from xltool.forms.absent_tables import find_absent_duties
from xltool.forms.cell_kinds import format_value
from xltool.forms.period_words import name_period
from xltool.forms.placeholders import (
    PlaceholderError,
    fill_placeholders,
    matches_sentence,
    remove_whitespace,
)
from xltool.forms.report_style import ReportStyle
from xltool.forms.signature_line import format_signature
from xltool.model.form import Box, Cell, Form, Section, Table
from xltool.model.period import calendar_year
from xltool.model.submission import EntryState, Submission
from xltool.official_report.break_title import break_into_lines
from xltool.official_report.grid import Grid, GridCell
from xltool.official_report.list_grids import AgencyFigures, build_list_grids

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


class ReportPart(NamedTuple):
    """One section: its heading, its tables, and its paragraphs."""

    id: str
    heading: str
    grids: tuple[Grid, ...]
    paragraphs: tuple[str, ...]

    def stands_landscape(self, *, follows_landscape: bool) -> bool:
        """Return True for a page in landscape: one with a wide table; a narrow one stays on such a page before it."""
        return any(grid.landscape for grid in self.grids) or (
            follows_landscape and bool(self.grids) and not self.paragraphs
        )


@dataclass(frozen=True)
class OfficialReport:
    """A whole report; ``title_lines`` is the title, broken into lines, ``signature`` the line below everything."""

    title_lines: tuple[str, ...]
    opening: str
    parts: tuple[ReportPart, ...]
    signature: str = ""

    @property
    def title(self) -> str:
        """Title in one line."""
        return "".join(self.title_lines)

    @property
    def begins_landscape(self) -> bool:
        """Whether its first page is in landscape."""
        return bool(self.parts) and self.parts[0].stands_landscape(follows_landscape=False)

    @property
    def empty(self) -> tuple[str, ...]:
        """Headings of the sections without a table or text."""
        return tuple(part.heading for part in self.parts if not part.grids and not part.paragraphs)


def compose_report(
    form: Form,
    submission: Submission,
    style: ReportStyle,
    agency_figures: Sequence[AgencyFigures] = (),
) -> OfficialReport:
    """Compose the report of ``submission``: figures from its tables, texts with filled placeholders.

    ``agency_figures`` are those of each part of a sum, for lists of which one row an agency is printed. Raises
    UsageError for an unknown placeholder, and for a sentence that lacks a figure.
    """
    facts = {"agency": submission.agency_name, **_period_facts(submission)}
    opening = style.words.opening or form.opening
    return OfficialReport(
        title_lines=_compose_title(style.words.report_title or form.report_title, facts, style),
        opening=_fill_placeholders(opening, form, submission, opening),
        parts=tuple(_compose_part(section, form, submission, style, agency_figures) for section in form.sections),
        signature=format_signature(form, submission.signed),
    )


def compose_drafts(form: Form, submission: Submission) -> Mapping[str, tuple[str, ...]]:
    """Return the form's suggested paragraphs by section id, with filled placeholders. Raises UsageError."""
    heads = {section.id: section.heading for section in form.sections}
    return {
        section: tuple(
            _fill_placeholders(draft.text, form, submission, heads[section])
            for draft in form.drafts
            if draft.section == section
        )
        for section in dict.fromkeys(draft.section for draft in form.drafts)
    }


def build_grid(table: Table, figure_texts: Mapping[str, str]) -> Grid:
    """Lay out a table as printed; ``figure_texts`` holds the text of each cell id."""
    first_row = min(cell.box.row for cell in table.cells)
    labels = [
        GridCell(label.box, label.text, _find_heading_scope(label.box, table) if _is_worded(label.text) else "")
        for label in table.labels
    ]
    figure_cells = [
        GridCell(cell.box, figure_texts.get(cell.id, ""), "", cell.id, cell.is_worded) for cell in table.cells
    ]
    cells = tuple(sorted([*labels, *figure_cells], key=lambda each: each.box[:2]))
    widths = table.widths or (1.0,) * table.columns
    return Grid(
        id=table.id,
        title=table.title,
        rows=table.rows,
        columns=table.columns,
        widths=widths,
        cells=cells,
        head_rows=first_row - 1,
        footnotes=table.footnotes,
        head_line=table.head_line,
        landscape=table.landscape,
    )


def format_figure(cell: Cell, submission: Submission) -> str:
    """Format a figure for publication: a total as computed, ``/`` as filled in, a blank as ""."""
    entry, value = submission.entries.get(cell.id), submission.values.get(cell.id)
    if cell.id in submission.words:
        return submission.words[cell.id]
    if value is not None:
        return format_value(cell, value)
    kept = entry is not None and entry.state in (EntryState.NOT_APPLICABLE, EntryState.UNREADABLE) and not cell.computed
    return (entry.raw or "").strip() if kept and entry else ""


# --- parts ---------------------------------------------------------------------------------------------------------


def _compose_part(
    section: Section,
    form: Form,
    submission: Submission,
    style: ReportStyle,
    agency_figures: Sequence[AgencyFigures],
) -> ReportPart:
    heading = style.headings.get(section.id, section.heading)
    tables = [table for table in form.tables if table.section == section.id]
    figures = {cell: format_figure(form.cells[cell], submission) for cell in form.cells}
    absent = find_absent_duties(form, submission)
    grids = [build_grid(table, figures) for table in tables if table.printed and table not in absent]
    grids += build_list_grids(form, section, submission, agency_figures)
    if len(grids) > 1:
        grids = [replace(grid, caption=grid.title) for grid in grids]
    written = submission.texts.get(section.id, "").split("\n")
    texts = [_fill_placeholders(text.strip(), form, submission, heading) for text in written if text.strip()]
    sentences = [_compose_sentence(table, form, submission, style, texts) for table in tables if table.sentence]
    absences = [table.absence for table in tables if table in absent]
    return ReportPart(section.id, heading, tuple(grids), (*filter(None, sentences), *absences, *texts))


def _compose_sentence(
    table: Table, form: Form, submission: Submission, style: ReportStyle, texts: Sequence[str]
) -> str:
    """Compose the sentence for a table that is not printed; "" if its figures are blank or the text holds it already.

    Raises UsageError if the text holds it with other figures.
    """
    pattern = style.sentences.get(table.id, table.sentence)
    known = [submission.values.get(cell.id) is not None for cell in table.cells]
    if not any(known) or not pattern:
        return ""
    sentence = _fill_placeholders(pattern, form, submission, table.title)
    for text in texts:
        if matches_sentence(text, pattern):
            if remove_whitespace(text) != remove_whitespace(sentence):
                raise UsageError("publish.sentence_differs", place=table.title, text=text, sentence=sentence)
            return ""
    return sentence


def _fill_placeholders(text: str, form: Form, submission: Submission, place: str) -> str:
    try:
        return fill_placeholders(text, form, submission)
    except PlaceholderError as error:
        code = {"unknown": "publish.unknown_placeholder", "no_figure": "publish.no_figure"}[error.problem]
        raise UsageError(code, place=place, name=error.name, file=submission.source.file) from error


def _period_facts(submission: Submission) -> dict[str, str]:
    year = submission.year
    return {"year": str(calendar_year(year) if year else ""), "period": name_period(year) if year else ""}


def _compose_title(pattern: str, facts: Mapping[str, str], style: ReportStyle) -> tuple[str, ...]:
    """Compose the title in lines: agency, then kind of report; each broken again if it is too long."""
    most = style.page.text_width / style.title.size
    head, agency, rest = pattern.partition("{agency}")
    parts = [_PLACEHOLDER.sub(lambda match: facts.get(match[1], match[0]), part) for part in (head + agency, rest)]
    return tuple(
        line.strip() for part in parts if part.strip() for line in break_into_lines(part, most, style.title_seams)
    )


def _is_worded(text: str) -> bool:
    """Return True for a label that says something: no dash that only says that nothing stands there."""
    return not text or any(sign.isalnum() for sign in text)


def _find_heading_scope(box: Box, table: Table) -> str:
    """Return the scope of a label: row or rowgroup if figures are to its right, else col or colgroup."""
    has_figures_right = any(
        box.row <= cell.box.row < box.row + box.rows and cell.box.column > box.column for cell in table.cells
    )
    if has_figures_right:
        return "rowgroup" if box.rows > 1 else "row"
    return "colgroup" if box.columns > 1 else "col"
