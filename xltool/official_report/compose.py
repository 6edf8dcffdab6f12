"""The published report (年报) of an agency or an area, as content: what stands in it, in the official order.

`official_document` makes a .docx of it, `official_page` a web page; neither decides anything about the words.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from xltool.errors import UsageError
from xltool.forms.placeholders import PlaceholderError, filled, says, shown, squeezed
from xltool.forms.report_style import Style
from xltool.model.form import Box, Cell, Form, Section, Table
from xltool.model.submission import State, Submission
from xltool.official_report.break_title import in_lines

_IN_SENTENCE = re.compile(r"\{([^{}]*)\}")


class GridCell(NamedTuple):
    """One box of a table: ``head`` is what it is the heading of (row, rowgroup, col, colgroup), empty for a figure.

    ``cell`` is the id of the figure in it, empty for a printed label.
    """

    box: Box
    text: str
    head: str
    cell: str = ""


@dataclass(frozen=True)
class Grid:
    """A table as printed. ``cells`` in reading order; ``head_rows`` is how many rows at the top hold only labels."""

    id: str
    title: str
    rows: int
    columns: int
    widths: tuple[float, ...]
    cells: tuple[GridCell, ...]
    head_rows: int


class Part(NamedTuple):
    """One section: its heading, its table if it is one, and its paragraphs."""

    id: str
    heading: str
    grid: Grid | None
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """A whole report. ``title_lines`` is the title where it may be broken; ``empty`` the sections without any text."""

    title_lines: tuple[str, ...]
    opening: str
    parts: tuple[Part, ...]

    @property
    def title(self) -> str:
        """The title in one line."""
        return "".join(self.title_lines)

    @property
    def empty(self) -> tuple[str, ...]:
        """Headings of the sections in which nothing stands."""
        return tuple(part.heading for part in self.parts if part.grid is None and not part.paragraphs)


def compose(form: Form, submission: Submission, style: Style) -> Report:
    """The report of ``submission``: figures from its tables, texts with their placeholders filled in.

    Raises UsageError for a placeholder that nothing can be put in for, and for a sentence that lacks a figure.
    """
    facts = {"agency": submission.agency_name, "year": str(submission.year or "")}
    opening = style.words.opening or form.opening
    return Report(
        title_lines=_title(style.words.report_title or form.report_title, facts, style),
        opening=_filled(opening, form, submission, opening),
        parts=tuple(_part(section, form, submission, style) for section in form.sections),
    )


def drafts(form: Form, submission: Submission) -> Mapping[str, tuple[str, ...]]:
    """The paragraphs the form offers, by section id, with the figures of ``submission`` in them. Raises UsageError."""
    heads = {section.id: section.heading for section in form.sections}
    return {
        section: tuple(
            _filled(draft.text, form, submission, heads[section]) for draft in form.drafts if draft.section == section
        )
        for section in dict.fromkeys(draft.section for draft in form.drafts)
    }


def grid(table: Table, figures: Mapping[str, str]) -> Grid:
    """A table as printed with ``figures`` in it, by cell id."""
    first = min(cell.box.row for cell in table.cells)
    labels = [GridCell(label.box, label.text, _head(label.box, table)) for label in table.labels]
    held = [GridCell(cell.box, figures.get(cell.id, ""), "", cell.id) for cell in table.cells]
    cells = tuple(sorted([*labels, *held], key=lambda each: each.box[:2]))
    widths = table.widths or (1.0,) * table.columns
    return Grid(table.id, table.title, table.rows, table.columns, widths, cells, first - 1)


def printed(cell: Cell, submission: Submission) -> str:
    """A figure as it is published: a total as computed, ``/`` as it was filled in, and nothing for a blank."""
    entry, value = submission.entries.get(cell.id), submission.values.get(cell.id)
    if value is not None:
        return shown(value)
    kept = entry is not None and entry.state in (State.NOT_APPLICABLE, State.UNREADABLE) and not cell.computed
    return (entry.raw or "").strip() if kept and entry else ""


# --- parts ---------------------------------------------------------------------------------------------------------


def _part(section: Section, form: Form, submission: Submission, style: Style) -> Part:
    heading = style.headings.get(section.id, section.heading)
    tables = [table for table in form.tables if table.section == section.id]
    figures = {cell: printed(form.cells[cell], submission) for cell in form.cells}
    shown_table = next((grid(table, figures) for table in tables if table.printed), None)
    written = submission.texts.get(section.id, "").split("\n")
    texts = [_filled(text.strip(), form, submission, heading) for text in written if text.strip()]
    said = [_sentence(table, form, submission, style, texts) for table in tables if table.sentence]
    return Part(section.id, heading, shown_table, (*filter(None, said), *texts))


def _sentence(table: Table, form: Form, submission: Submission, style: Style, texts: Sequence[str]) -> str:
    """What is said of a table that is not printed; nothing where all its figures are blank, or the text says it.

    Raises UsageError where the text says it with other figures.
    """
    pattern = style.sentences.get(table.id, table.sentence)
    known = [submission.values.get(cell.id) is not None for cell in table.cells]
    if not any(known) or not pattern:
        return ""
    sentence = _filled(pattern, form, submission, table.title)
    for text in texts:
        if says(text, pattern):
            if squeezed(text) != squeezed(sentence):
                raise UsageError("publish.sentence_differs", place=table.title, text=text, sentence=sentence)
            return ""
    return sentence


def _filled(text: str, form: Form, submission: Submission, place: str) -> str:
    try:
        return filled(text, form, submission)
    except PlaceholderError as error:
        code = {"unknown": "publish.unknown_placeholder", "no_figure": "publish.no_figure"}[error.problem]
        raise UsageError(code, place=place, name=error.name, file=submission.source.file) from error


def _title(pattern: str, facts: Mapping[str, str], style: Style) -> tuple[str, ...]:
    """The title in lines: whose report it is, then what it is; each broken again if it is too long."""
    most = style.page.text_width / style.title.size
    head, agency, rest = pattern.partition("{agency}")
    parts = [_IN_SENTENCE.sub(lambda match: facts.get(match[1], match[0]), part) for part in (head + agency, rest)]
    return tuple(line.strip() for part in parts if part.strip() for line in in_lines(part, most, style.title_seams))


def _head(box: Box, table: Table) -> str:
    """What a label is the heading of: figures right of it in its rows, else figures below it."""
    beside = any(box.row <= cell.box.row < box.row + box.rows and cell.box.column > box.column for cell in table.cells)
    if beside:
        return "rowgroup" if box.rows > 1 else "row"
    return "colgroup" if box.columns > 1 else "col"


def in_rows(made: Grid) -> Iterator[list[GridCell]]:
    """The boxes of each row that begin there, from left to right."""
    for row in range(1, made.rows + 1):
        yield [each for each in made.cells if each.box.row == row]
