"""A published report (web page, document, PDF, text) becomes figures with where they stand, and a Submission.

Reading judges nothing and invents nothing. Labels are found by their printed words, figures behind them in the order of
the form; what is not certain stays open, and the log says so. A figure is ``printed`` where it stands for itself,
``solved`` where only the relations of the form or the text could tell it, ``open`` where it could not be told.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from xltool.errors import ForeignFileError, UnreadableFileError
from xltool.forms.expressions import recompute
from xltool.forms.layout import plan
from xltool.messages import catalogue as texts
from xltool.model.agency import Agency, Scope
from xltool.model.compact_entries import NOT_READ, Entries, Spot, places
from xltool.model.compact_entries import Figures as Held
from xltool.model.form import Cell, Form, Number
from xltool.model.submission import Entry, Observation, Source, State, Submission
from xltool.published.documents.document import Document, without_last_figure
from xltool.published.documents.load_document import read_document
from xltool.published.extract import Figures, Located, locate, read_figures
from xltool.published.figures.printed_units import other_units
from xltool.published.figures.row_number_columns import without_row_numbers
from xltool.published.figures.strip_annotations import meaning
from xltool.published.labels.text_stream import Stream, plain, stream
from xltool.published.section_texts import Said, first_piece, said_figures, section_texts, without_sentences
from xltool.published.titles import Title, title_of
from xltool.spreadsheet.load_file import load

REPORT_BYTES = 20 * 1024 * 1024  # real reports with their page stay under 2 MiB, scanned ones aside
ENOUGH_LINES = 3  # lines of figures found by their labels before a text is taken for a report
PICTURED = ("html", "docx", "pdf")  # kinds in which a table may be a picture
SAME_WEIGHT = 4  # signs of labels by which one edition must fit better than another to be told from it

FEW = 6  # names of lines that are told one by one; of more only the first and the last

_USUAL = ("text_number", "spaces", "whitespace_only")  # what every published figure is, and nobody need be told


class FoundFigure(NamedTuple):
    """One figure and where it stands: ``state``, ``value``, ``raw`` and ``note`` as in an `Entry`.

    ``where`` is the place for a human reader, ``sure`` one of printed, solved, open.
    """

    cell: str
    state: State
    value: Number | None
    raw: str | None
    note: str | None
    where: str
    sure: str


@dataclass(frozen=True)
class Published:
    """What a published report says. ``figures`` by cell id: a cell that is not there was not found in the report.

    ``texts`` are paragraphs by section id; ``log`` what reading noticed, and why figures stayed open.
    """

    form: str
    edition: str
    year: int | None
    agency_name: str
    figures: Mapping[str, FoundFigure]
    texts: Mapping[str, tuple[str, ...]]
    log: tuple[Observation, ...]
    source: Source


class _Reading(NamedTuple):
    """One document in which a form was looked for; ``cut`` is a figure the document breaks off in."""

    document: Document
    found: Stream
    located: Located
    cut: str = ""


def read_report(path: Path, forms: Sequence[Form], *, year: int | None = None, form: Form | None = None) -> Published:
    """What the report in ``path`` says, on whichever of ``forms`` its labels are; ``year`` and ``form`` if known.

    Raises UnreadableFileError for what cannot be read, ForeignFileError for what is no report of these forms.
    """
    file = load(path, REPORT_BYTES)
    document = read_document(file)
    reading = _best(document, [form] if form else forms, year)
    _must_be_one(reading)
    chosen = reading.located.form
    title = _title(document, reading)
    figures = read_figures(reading.found, reading.located)
    said = tuple(figure for table in chosen.tables for figure in said_figures(reading.found, table))
    return Published(
        form=chosen.id,
        edition=chosen.edition,
        year=year or title.year,
        agency_name=title.agency,
        figures=_figures(reading, figures, said),
        texts=without_sentences(_texts(reading), chosen, said),
        log=tuple(_log(reading, figures, title, year)),
        source=Source(str(path), file.sha256, file.size, file.modified, document.kind),
    )


def as_submission(published: Published, form: Form, *, agency: Agency | None = None) -> Submission:
    """The same as a `Submission`, every figure at its place in the form's own workbook.

    Printed totals stay in the entries, as stored ones do in a workbook, so that the checks see them.
    """
    entries = _entries(published, form)
    inputs = {cell.id: entries[cell.id].counted for cell in form.inputs}
    values = recompute(form.formulas, inputs)
    values |= {cell: None for cell in inputs if entries[cell].state is State.NOT_APPLICABLE}
    return Submission(
        form=form.id,
        edition=form.edition,
        year=published.year,
        scope=agency.scope if agency else Scope.OWN,
        agency_code=agency.code if agency else "",
        agency_name=agency.name if agency else published.agency_name,
        entries=entries,
        values=Held(entries.places.index, [values[cell] for cell in form.cells]),
        source=published.source,
        texts={section: "\n".join(paragraphs) for section, paragraphs in published.texts.items()},
        observations=(*published.log, Observation("identity.imported")),
    )


def _entries(published: Published, form: Form) -> Entries:
    """What was found, where it belongs."""
    chart = plan(form).cells
    printed = {cell.id for table in form.tables if table.printed for cell in table.cells}
    where = places(
        tuple(form.cells),
        tuple(Spot(*chart[cell]) for cell in form.cells),
        frozenset(number for number, cell in enumerate(form.cells.values()) if not cell.computed),
    )
    numbers: list[Number | None] = []
    odd = {}
    for cell in form.cells:
        found = published.figures.get(cell) or _nothing(cell, printed=cell in printed)
        plain = found.raw is None if found.value is None else found.raw == f"{found.value:f}" and found.value >= 0
        if not plain or found.note:
            odd[cell] = Entry(cell, found.state, found.value, found.raw, *chart[cell], note=found.note)
        numbers.append(None if cell in odd else found.value)
    return Entries(where, numbers, odd, declared=False)


def _nothing(cell: str, *, printed: bool) -> FoundFigure:
    """A figure of which nothing was found: reading missed its label, unless it is told by a sentence."""
    return FoundFigure(cell, State.BLANK, None, None, NOT_READ if printed else None, "", "open")


# --- which document, which edition ---------------------------------------------------------------------------------


def _best(document: Document, forms: Sequence[Form], year: int | None) -> _Reading:
    """The form that fits best in the visible text, or else in what is embedded in the file."""
    nearest: _Reading | None = None
    for each in (document, *document.embedded):
        pieces, cut = each.pieces, ""
        if document.breaks_off:
            pieces, cut = without_last_figure(pieces)
        found = stream(without_row_numbers(pieces))
        reading = _Reading(each, found, _edition([locate(found, form) for form in forms], document, year), cut)
        if reading.located.lines >= ENOUGH_LINES:
            return reading
        nearest = nearest or reading
    if nearest and document.kind in PICTURED and document.pictures and _headed(nearest):
        raise UnreadableFileError("import.tables_are_pictures")
    raise ForeignFileError("import.not_a_report")


def _edition(fits: Sequence[Located], document: Document, year: int | None) -> Located:
    """The edition whose labels were found; of two that fit about equally well the one for the report's year."""
    most = max(fit.weight for fit in fits)
    near = [fit for fit in fits if fit.weight >= most - SAME_WEIGHT]
    if len(near) > 1:
        stated = year or title_of(document, near[0].form.report_title).year
        near = [fit for fit in near if stated and fit.form.covers(stated)] or near
    return max(near, key=lambda fit: (fit.weight, fit.form.first_year))


def _headed(reading: _Reading) -> bool:
    """Whether a report's title and its headings are there, though no table."""
    form = reading.located.form
    said = sum(plain(section.title) in reading.found.text for section in form.sections)
    return said * 2 > len(form.sections)


def _must_be_one(reading: _Reading) -> None:
    """Refuses a file with a second report; the same figures a second time are none."""
    used = [(place.start, place.end) for place in reading.located.places]
    second = locate(reading.found, reading.located.form, used)
    if _lines_apart(second, reading.located) < max(ENOUGH_LINES, reading.located.lines // 2):
        return
    first = {each.cell.id: plain(each.text) for each in read_figures(reading.found, reading.located).filled.printed}
    again = {each.cell.id: plain(each.text) for each in read_figures(reading.found, second).filled.printed}
    if any(first.get(cell, text) != text for cell, text in again.items()):
        raise ForeignFileError("import.several_reports")


def _lines_apart(second: Located, first: Located) -> int:
    """How many lines of figures of the second stand outside the same table of the first; within it are torn labels."""
    spans: dict[str, tuple[int, int]] = {}
    for place in first.places:
        start, _ = spans.get(place.anchor.table, (place.start, 0))
        spans[place.anchor.table] = (start, place.end)
    lines = [place for place in second.places if place.anchor.cells]
    within = [spans.get(place.anchor.table, (0, 0)) for place in lines]
    return sum(not start <= place.start < end for place, (start, end) in zip(lines, within, strict=True))


def _texts(reading: _Reading) -> dict[str, tuple[str, ...]]:
    return section_texts(reading.found, reading.located, reading.document.unit, reading.document.kind)


def _title(document: Document, reading: _Reading) -> Title:
    """The title before the report, or what the file says around it."""
    pattern = reading.located.form.report_title
    inner = title_of(reading.document, pattern, first_piece(reading.found, reading.located))
    if inner.agency and inner.year:
        return inner
    outer = title_of(document, pattern)
    return Title(inner.agency or outer.agency, inner.year or outer.year)


# --- figures -------------------------------------------------------------------------------------------------------


def _figures(reading: _Reading, figures: Figures, said: Sequence[Said]) -> dict[str, FoundFigure]:
    form, last = reading.located.form, len(reading.found.pieces) - 1
    found: dict[str, FoundFigure] = {}
    for field in figures.filled.open:
        where = _where(reading, field.tokens[0].piece if field.tokens else field.piece)
        note = NOT_READ if field.full or field.piece == last else None
        found |= {cell.id: FoundFigure(cell.id, State.BLANK, None, None, note, where, "open") for cell in field.cells}
    others = other_units(reading.found, reading.located)
    for each in figures.filled.printed:
        sure = "solved" if each.solved else "printed"
        where = _where(reading, each.piece)
        meant = _meant(each.cell, each.text, where, sure)
        if meant.value and each.cell.id in others:
            meant = _meant(each.cell, f"{each.text}{others[each.cell.id]}", where, sure)
        found[each.cell.id] = meant
    for figure in said:
        cell = form.cells[figure.cell]
        found[cell.id] = _meant(cell, figure.text, _where(reading, figure.piece), "printed")
    return {cell: found[cell] for cell in form.cells if cell in found}


def _meant(cell: Cell, text: str, where: str, sure: str) -> FoundFigure:
    state, value, why = meaning(text, cell)
    return FoundFigure(cell.id, state, value, text, None if why in _USUAL else why, where, sure)


def _where(reading: _Reading, piece: int) -> str:
    _, table, row, column, page, *_ = reading.found.pieces[piece]
    key = "in_table" if table else f"in_{reading.document.unit}"
    place = texts.phrase(key, table=table, row=row, column=column)
    return texts.phrase("on_page", page=page, place=place) if page else place


# --- the log -------------------------------------------------------------------------------------------------------


def _log(reading: _Reading, figures: Figures, title: Title, year: int | None) -> Iterator[Observation]:
    located = reading.located
    stated = year or title.year
    if reading.document.unit != "line" and reading.document.kind == "embedded":
        yield Observation("import.embedded")
    if reading.cut:
        yield Observation("import.breaks_off", facts={"found": reading.cut})
    if stated is None:
        yield Observation("import.no_year")
    elif not located.form.covers(stated):
        yield Observation("import.other_edition", facts={"year": stated, "edition": located.form.edition})
    if not title.agency:
        yield Observation("import.no_agency")
    yield from _of_labels(reading, figures)
    yield from _of_fields(reading, figures)


def _of_labels(reading: _Reading, figures: Figures) -> Iterator[Observation]:
    located = reading.located
    for place in located.places:
        if not place.exact and place.anchor.cells:
            printed = reading.found.text[place.start : place.end]
            where = _where(reading, reading.found.owner[place.start])
            facts = {"printed": printed, "label": place.anchor.label, "where": where}
            code = "import.alike" if printed else "import.nameless"
            yield Observation(code, cell=place.anchor.cells[0].id, facts=facts)
    placed = {place.anchor.index for place in located.places} | {field.anchor.index for field in figures.torn}
    for table in located.form.tables:
        lines = [anchor for anchor in located.outline.anchors if anchor.table == table.id and anchor.cells]
        missing = [anchor for anchor in lines if anchor.index not in placed]
        if missing:
            absent = {"table": table.name, "labels": _few([anchor.label for anchor in missing])}
            yield Observation("import.no_label", cell=missing[0].cells[0].id, facts=absent)
        torn = [field.cells[0] for field in figures.torn if field.anchor.table == table.id]
        if torn:
            names = list(dict.fromkeys(cell.line_words for cell in torn))
            told = {"table": table.name, "count": len(names), "lines": _few(names)}
            yield Observation("import.torn", cell=torn[0].id, facts=told)
    upright = {table.id: table for table in located.form.tables}
    tipped = tuple(table.id for table in located.outline.form.tables if table != upright[table.id])
    for code, odd in (("turned", figures.turned), ("reordered", figures.reordered), ("tipped", tipped)):
        for table in (upright[name] for name in odd):
            yield Observation(f"import.{code}", cell=table.cells[0].id, facts={"table": table.name})
    for anchor in figures.grouped:
        facts = {"label": anchor.label, "line": anchor.alone[0].line_words}
        yield Observation("import.group", cell=anchor.alone[0].id, facts=facts)


def _of_fields(reading: _Reading, figures: Figures) -> Iterator[Observation]:
    solved = [each.cell for each in figures.filled.printed if each.solved]
    by_table: dict[str, dict[str, None]] = {}
    for cell in solved:
        by_table.setdefault(cell.table, {})[cell.line_words] = None
    if solved:
        lines = tuple(name for names in by_table.values() for name in _few([*names]))
        yield Observation("import.solved", cell=solved[0].id, facts={"lines": lines, "count": len(solved)})
    for field in figures.filled.open:
        text = " ".join(token.text.strip() for token in field.tokens if token.text.strip())
        facts = {"label": field.cells[0].line_words, "where": _where(reading, field.piece), "found": text}
        code = "import.open" if text else "import.nothing_there"
        yield Observation(code, cell=field.cells[0].id, facts=facts)


def _few(names: Sequence[str]) -> tuple[str, ...]:
    """Names of lines for a sentence: each of them, or of many the first and the last with how many there are."""
    if len(names) <= FEW:
        return tuple(names)
    return (texts.phrase("lines_between", first=names[0], last=names[-1], count=len(names)),)
