"""Read a published report (web page, document, PDF, text) to figures with their positions, and to a Submission.

Reading neither checks nor guesses. Labels are located by their printed words, figures after them in form order; what is
uncertain stays open and is logged. A figure is ``printed`` if it was read directly, ``solved`` if only the relations of
the form or the narrative determined it, and ``open`` if it could not be determined.
"""

from collections.abc import Sequence
from contextlib import suppress

from xltool.errors import ForeignFileError, UnreadableFileError
from xltool.forms.cell_kinds import format_tally
from xltool.forms.expressions import recompute_figures
from xltool.forms.placeholders import remove_whitespace
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.agency import Agency, Scope
from xltool.model.compact_entries import NOTE_NOT_READ, CompactEntries, EntryPosition, share_entry_layout
from xltool.model.compact_entries import CompactValues as Held
from xltool.model.finding_facts import DocumentPlace
from xltool.model.form import Cell, Form, Number
from xltool.model.period import PeriodLength, length_of
from xltool.model.published import FoundFigure, PublishedReport
from xltool.model.submission import Entry, EntryState, Observation, Source, Submission
from xltool.published.documents.document import Document, drop_last_figure
from xltool.published.documents.load_document import read_document
from xltool.published.exact_tables import find_tables_without_duty, leave_out_tables, read_placed_texts
from xltool.published.extract import ExtractedFigures, LocatedForm, has_label_chars, locate_form, read_figures
from xltool.published.figures.printed_units import find_foreign_units
from xltool.published.figures.row_number_columns import remove_row_numbers
from xltool.published.figures.strip_annotations import interpret_figure
from xltool.published.figures.zeros_by_total import find_zeros_by_total
from xltool.published.labels.text_stream import build_stream, normalize_text
from xltool.published.list_rows import find_aggregates, observe_lists, place_rows, read_printed_lists
from xltool.published.located_document import LocatedDocument, find_place
from xltool.published.reading_log import build_log, observe_zeros, shorten_names
from xltool.published.section_texts import (
    StatedFigure,
    drop_figure_sentences,
    drop_printed_lines,
    find_first_block,
    read_section_texts,
    read_stated_figures,
)
from xltool.published.titles import Title, find_period_title, find_title
from xltool.recognition.kind_values import find_words
from xltool.recognition.printed_sums import drop_unsummed, read_printed_tallies
from xltool.spreadsheet.load_file import FileSource, load_file

MAX_REPORT_BYTES = 20 * 1024 * 1024  # real reports stay under 2 MiB, apart from scans
MIN_ROWS_FOR_REPORT = 3  # rows located by their labels before a text counts as a report
MIN_SECOND_SHARE = 0.25  # of the label characters of the first report that a second one must have, word by word
MIN_FRAGMENT_CELLS = 3  # a text with labels for as many figures holds other statistics, or a piece of a report
MAX_FRAGMENT_CELLS = 6  # and with labels for more it is a report
KINDS_WITH_PICTURES = ("html", "docx", "pdf")  # document kinds in which a table may be a picture
MAX_WEIGHT_DIFFERENCE_CHARS = 4  # of label characters within which two editions fit equally well


_USUAL_NOTES = ("text_number", "spaces", "whitespace_only")  # notes that apply to every published figure


def read_report(
    path: FileSource, forms: Sequence[Form], *, year: int | None = None, form: Form | None = None
) -> PublishedReport:
    """Read the report in ``path`` with the best-fitting of ``forms``; ``year`` and ``form`` if known.

    Raises UnreadableFileError for a file that cannot be read, ForeignFileError if it is no report of these forms.
    """
    file = load_file(path, MAX_REPORT_BYTES)
    document = read_document(file)
    reading = _choose_document(document, [form], year) if form else _choose_among(document, forms, year)
    lists = read_printed_lists(document, reading.located.form)
    if lists.rows or lists.sums:
        document = lists.document
        reading = _choose_document(document, [reading.located.form], year)
    _refuse_second_report(reading)
    chosen, title = reading.located.form, _find_title(document, reading)
    figures = read_figures(reading.stream, reading.located)
    stated_figures = tuple(figure for table in chosen.tables for figure in read_stated_figures(reading.stream, table))
    found = _build_figures(reading, figures, stated_figures)
    found |= leave_out_tables(reading.stream, reading.located)
    found |= (zeros := find_zeros_by_total(found, chosen))
    found |= find_aggregates(chosen, lists)
    texts = drop_figure_sentences(_read_section_texts(reading), chosen, stated_figures)
    log = (*build_log(document, reading, figures, found, title, year), *observe_zeros(zeros, chosen))
    return PublishedReport(
        form=chosen.id,
        edition=chosen.edition,
        year=year or title.year,
        agency_name=title.agency,
        figures=found,
        texts=texts,
        log=(*log, *observe_lists(chosen, lists, texts)),
        source=Source(str(path), file.sha256, file.size, file.modified, document.kind),
        lists=lists.rows,
    )


def build_submission(published: PublishedReport, form: Form, *, agency: Agency | None = None) -> Submission:
    """Convert a published report to a `Submission`, figures and rows of lists at their addresses in the template.

    Printed totals stay in the entries like stored totals of a workbook, so that the checks see them.
    """
    compact = _build_entries(published, form)
    tallies = read_printed_tallies(form, compact)
    entries = drop_unsummed(form, compact) if tallies else compact
    inputs = {cell.id: entries[cell.id].counted for cell in form.inputs}
    values = recompute_figures(form.formulas, inputs)
    values |= {cell: None for cell in inputs if entries[cell].state is EntryState.NOT_APPLICABLE}
    scope = agency.scope if agency else Scope.OWN
    return Submission(
        form=form.id,
        edition=form.edition,
        year=published.year,
        scope=Scope.AREA if tallies else scope,
        agency_code=agency.code if agency else "",
        agency_name=agency.name if agency else published.agency_name,
        entries=entries,
        values=Held(compact.layout.index, [values[cell] for cell in form.cells]),
        source=published.source,
        texts={section: "\n".join(paragraphs) for section, paragraphs in published.texts.items()},
        observations=(*published.log, Observation("identity.imported")),
        words=find_words(form, entries) | {cell: format_tally(tally) for cell, tally in tallies.items()},
        tallies=tallies,
        lists={name: place_rows(plan_workbook(form).lists[name], rows) for name, rows in published.lists.items()},
    )


def _build_entries(published: PublishedReport, form: Form) -> CompactEntries:
    """Build the entries at the template addresses of the form."""
    chart = plan_workbook(form).cells
    printed = {cell.id for table in form.tables if table.printed for cell in table.cells}
    printed |= {cell.id for cell in form.cells.values() if cell.aggregate and cell.table in published.lists}
    where = share_entry_layout(
        tuple(form.cells),
        tuple(EntryPosition(*chart[cell]) for cell in form.cells),
        frozenset(number for number, cell in enumerate(form.cells.values()) if not cell.computed),
    )
    numbers: list[Number | None] = []
    exceptions = {}
    for cell in form.cells:
        found = published.figures.get(cell) or _missing_figure(cell, printed=cell in printed)
        plain = found.raw is None if found.value is None else found.raw == f"{found.value:f}" and found.value >= 0
        if not plain or found.note:
            sheet, address = chart[cell]
            exceptions[cell] = Entry(cell, found.state, found.value, found.raw, sheet, address, note=found.note)
        numbers.append(None if cell in exceptions else found.value)
    return CompactEntries(where, numbers, exceptions, declared=False)


def _missing_figure(cell: str, *, printed: bool) -> FoundFigure:
    """Return the open figure of a cell that was not found; NOT_READ unless a sentence states it."""
    return FoundFigure(cell, EntryState.BLANK, None, None, NOTE_NOT_READ if printed else None, None, "open")


# --- which document, which edition ---------------------------------------------------------------------------------


def _choose_among(document: Document, forms: Sequence[Form], year: int | None) -> LocatedDocument:
    """Locate the best-fitting form; forms that must be named are tried only if the document is none of the others."""
    usual = [form for form in forms if not form.named_only]
    others = [form for form in forms if form.named_only]
    try:
        return _choose_document(document, usual, year)
    except ForeignFileError:
        if not others:
            raise
        with suppress(ForeignFileError):
            return _choose_document(document, others, year)
        raise


def _choose_document(document: Document, forms: Sequence[Form], year: int | None) -> LocatedDocument:
    """Locate the best-fitting form in the visible document, else in the embedded ones."""
    nearest: LocatedDocument | None = None
    fragment: Sequence[Cell] = ()
    for each in (document, *document.embedded):
        pieces, cut = each.blocks, ""
        if document.breaks_off:
            pieces, cut = drop_last_figure(pieces)
        found = build_stream(remove_row_numbers(pieces))
        reading = LocatedDocument(
            each, found, _choose_edition([locate_form(found, form) for form in forms], document, year), cut
        )
        cells = [cell for place in reading.located.places for cell in place.anchor.cells]
        is_report = reading.located.row_count >= MIN_ROWS_FOR_REPORT and len(cells) > MAX_FRAGMENT_CELLS
        left_out = [table.id for table in find_tables_without_duty(found, reading.located)]
        if is_report or (reading.located.row_count > 1 and reading.located.covers_all_but(left_out)):
            return reading
        if reading.located.row_count > 1 and len(cells) >= MIN_FRAGMENT_CELLS:
            fragment = fragment or cells
        nearest = nearest or reading
    if nearest and document.kind in KINDS_WITH_PICTURES and document.pictures and _has_headings(nearest):
        raise UnreadableFileError("import.tables_are_pictures")
    if fragment:
        lines = shorten_names(list(dict.fromkeys(cell.line_words for cell in fragment)))
        raise ForeignFileError("import.fragment", lines=lines, count=len(fragment))
    raise ForeignFileError("import.not_a_report")


def _choose_edition(fits: Sequence[LocatedForm], document: Document, year: int | None) -> LocatedForm:
    """Return the edition that fits best; of two that fit equally well the one for the year of the report."""
    most = max(fit.weight for fit in fits)
    near = [fit for fit in fits if fit.weight >= most - MAX_WEIGHT_DIFFERENCE_CHARS]
    if len({fit.form.period for fit in near}) > 1:
        near = _choose_period_length(near, document)
    if len(near) > 1:
        stated = year or find_title(document, near[0].form.report_title).year
        near = [fit for fit in near if stated and fit.form.covers_year(stated)] or near
    return max(near, key=lambda fit: (fit.weight, fit.form.first_year))


def _choose_period_length(fits: Sequence[LocatedForm], document: Document) -> list[LocatedForm]:
    """Return the forms whose title names a part of a year of their length, else those of years, else all."""
    parts = [fit for fit in fits if fit.form.period is not PeriodLength.YEAR]
    titles = [find_period_title(document, fit.form.report_title).year for fit in parts]
    titled = [
        fit for fit, year in zip(parts, titles, strict=True) if year is not None and length_of(year) is fit.form.period
    ]
    return titled or [fit for fit in fits if fit not in parts] or list(fits)


def _has_headings(reading: LocatedDocument) -> bool:
    """Return True if most section headings are present."""
    titles = [normalize_text(section.title) for section in reading.located.form.sections]
    return 2 * sum(title in reading.stream.text for title in titles) > len(titles)


def _refuse_second_report(reading: LocatedDocument) -> None:
    """Refuse a file with a second report, unless it repeats the same figures."""
    used = [(place.start, place.end) for place in reading.located.places]
    if not has_label_chars(reading.stream, reading.located, MIN_SECOND_SHARE, used):
        return
    second = locate_form(reading.stream, reading.located.form, used)
    if _count_rows_outside(second, reading.located) < max(MIN_ROWS_FOR_REPORT, reading.located.row_count // 2):
        return
    first = {
        each.cell.id: normalize_text(each.text) for each in read_figures(reading.stream, reading.located).filled.printed
    }
    again = {each.cell.id: normalize_text(each.text) for each in read_figures(reading.stream, second).filled.printed}
    if any(first.get(cell, text) != text for cell, text in again.items()):
        raise ForeignFileError("import.several_reports")


def _count_rows_outside(second: LocatedForm, first: LocatedForm) -> int:
    """Count the rows of the second report outside the same table of the first; inside are wrapped labels."""
    spans: dict[str, tuple[int, int]] = {}
    for place in first.places:
        start, _ = spans.get(place.anchor.table, (place.start, 0))
        spans[place.anchor.table] = (start, place.end)
    lines = [place for place in second.places if place.anchor.cells]
    within = [spans.get(place.anchor.table, (0, 0)) for place in lines]
    return sum(not start <= place.start < end for place, (start, end) in zip(lines, within, strict=True))


def _read_section_texts(reading: LocatedDocument) -> dict[str, tuple[str, ...]]:
    texts = read_section_texts(reading.stream, reading.located, reading.document.unit, reading.document.kind)
    return drop_printed_lines(texts, reading.located.form)


def _find_title(document: Document, reading: LocatedDocument) -> Title:
    """Find the title before the report, else in the whole file."""
    pattern = reading.located.form.report_title
    if reading.located.form.period is not PeriodLength.YEAR:
        return find_period_title(document, pattern)
    inner = find_title(reading.document, pattern, find_first_block(reading.stream, reading.located))
    if inner.agency and inner.year:
        return inner
    outer = find_title(document, pattern)
    return Title(inner.agency or outer.agency, inner.year or outer.year)


# --- figures -------------------------------------------------------------------------------------------------------


def _build_figures(
    reading: LocatedDocument, extracted_figures: ExtractedFigures, stated_figures: Sequence[StatedFigure]
) -> dict[str, FoundFigure]:
    form, last = reading.located.form, len(reading.stream.blocks) - 1
    found: dict[str, FoundFigure] = {}
    for field in extracted_figures.filled.open:
        where = find_place(reading, field.tokens[0].block if field.tokens else field.piece)
        note = NOTE_NOT_READ if field.full or field.piece == last else None
        found |= {cell.id: _blank_figure(cell.id, where, "open", note) for cell in field.cells}
    others = find_foreign_units(reading.stream, reading.located)
    for each in extracted_figures.filled.printed:
        sure = "solved" if each.solved else "printed"
        where = find_place(reading, each.piece)
        meant = _interpret_figure(each.cell, each.text, where, sure)
        if meant.value and each.cell.id in others:
            meant = _interpret_figure(each.cell, f"{each.text}{others[each.cell.id]}", where, sure)
        found[each.cell.id] = meant
    for figure in stated_figures:
        cell = form.cells[figure.cell]
        found[cell.id] = _interpret_figure(cell, figure.text, find_place(reading, figure.piece), "printed")
    placed = read_placed_texts(reading.stream, reading.located, reading.document.kind)
    for cell_id, (text, block) in placed.items():
        known = found.get(cell_id)
        if text and not (known and _is_same_text(form.cells[cell_id], known, text, others.get(cell_id, ""))):
            found[cell_id] = _interpret_figure(form.cells[cell_id], text, find_place(reading, block), "printed")
        elif not text and (known is None or (known.value is not None and known.sure == "printed")):
            found[cell_id] = _blank_figure(cell_id, find_place(reading, block))
    return {cell: found[cell] for cell in form.cells if cell in found}


def _is_same_text(cell: Cell, found_figure: FoundFigure, text: str, unit: str) -> bool:
    """Return True if a figure was found with the text in its place; digits broken over lines may be joined in it."""
    raw = (found_figure.raw or "").strip()
    if cell.is_worded or found_figure.value is None:
        return raw in {text, f"{text}{unit}"}
    return remove_whitespace(raw) in {remove_whitespace(text), remove_whitespace(f"{text}{unit}")}


def _interpret_figure(cell: Cell, text: str, where: DocumentPlace, sure: str) -> FoundFigure:
    state, value, why = interpret_figure(text, cell)
    return FoundFigure(cell.id, state, value, text, None if why in _USUAL_NOTES else why, where, sure)


def _blank_figure(cell: str, where: DocumentPlace, sure: str = "printed", note: str | None = None) -> FoundFigure:
    return FoundFigure(cell, EntryState.BLANK, None, None, note, where, sure)
