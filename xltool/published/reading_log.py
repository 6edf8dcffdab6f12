"""The log of reading a published report: what was noticed, worked out, and left open, with the reasons."""

from collections.abc import Iterator, Mapping, Sequence

from xltool.model.finding_facts import RowRange
from xltool.model.form import Form
from xltool.model.published import FoundFigure
from xltool.model.submission import Observation
from xltool.published.documents.document import Document
from xltool.published.exact_tables import find_tables_without_duty
from xltool.published.extract import ExtractedFigures
from xltool.published.located_document import LocatedDocument, find_place
from xltool.published.publication import observe_headings, observe_period, observe_publication
from xltool.published.section_texts import (
    find_first_block,
)
from xltool.published.titles import Title

MAX_LISTED_NAMES = 6  # row names listed singly; of more only the first and the last


def build_log(
    document: Document,
    reading: LocatedDocument,
    extracted_figures: ExtractedFigures,
    found: Mapping[str, FoundFigure],
    title: Title,
    year: int | None,
) -> Iterator[Observation]:
    """Yield what was noticed: the period and publication, the labels, and figures worked out or left open."""
    located = reading.located
    stated = year or title.year
    opening = reading.stream.blocks[: find_first_block(reading.stream, located)]
    outer = () if reading.document is document else document.blocks
    dates = (*document.dates, *reading.document.dates)
    rest = (*outer, *reading.stream.blocks[len(opening) :])
    if reading.document.unit != "line" and reading.document.kind == "embedded":
        yield Observation("import.embedded")
    if reading.cut_off_figure:
        yield Observation("import.breaks_off", facts={"found": reading.cut_off_figure})
    if stated is None:
        yield Observation("import.no_year")
    elif not located.form.covers_year(stated):
        yield Observation("import.other_edition", facts={"year": stated, "edition": located.form.edition})
    if not title.agency:
        yield Observation("import.no_agency")
    yield from observe_publication(dates, opening, rest)
    yield from observe_period(opening)
    yield from observe_headings(reading.stream, located, document.kind)
    yield from _label_observations(reading, extracted_figures)
    yield from _figure_observations(reading, extracted_figures, found)


def _label_observations(reading: LocatedDocument, extracted_figures: ExtractedFigures) -> Iterator[Observation]:
    located = reading.located
    for place in located.places:
        if not place.exact and place.anchor.cells:
            printed = reading.stream.text[place.start : place.end]
            where = find_place(reading, reading.stream.owner[place.start])
            facts = {"printed": printed, "label": place.anchor.label, "where": where}
            code = "import.alike" if printed else "import.nameless"
            yield Observation(code, cell=place.anchor.cells[0].id, facts=facts)
    placed = {place.anchor.index for place in located.places} | {field.anchor.index for field in extracted_figures.torn}
    for table in located.form.tables:
        lines = [anchor for anchor in located.outline.anchors if anchor.table == table.id and anchor.cells]
        missing = [anchor for anchor in lines if anchor.index not in placed]
        if missing and table not in find_tables_without_duty(reading.stream, located):
            absent = {"table": table.name, "labels": shorten_names([anchor.label for anchor in missing])}
            yield Observation("import.no_label", cell=missing[0].cells[0].id, facts=absent)
        torn = [field.cells[0] for field in extracted_figures.torn if field.anchor.table == table.id]
        if torn:
            names = list(dict.fromkeys(cell.line_words for cell in torn))
            told = {"table": table.name, "count": len(names), "lines": shorten_names(names)}
            yield Observation("import.torn", cell=torn[0].id, facts=told)
    upright = {table.id: table for table in located.form.tables}
    tipped = tuple(table.id for table in located.outline.form.tables if table != upright[table.id])
    for code, odd in (
        ("turned", extracted_figures.misordered),
        ("reordered", extracted_figures.reordered),
        ("tipped", tipped),
    ):
        for table in (upright[name] for name in odd):
            yield Observation(f"import.{code}", cell=table.cells[0].id, facts={"table": table.name})
    for anchor in extracted_figures.grouped:
        facts = {"label": anchor.label, "line": anchor.alone[0].line_words}
        yield Observation("import.group", cell=anchor.alone[0].id, facts=facts)


def _figure_observations(
    reading: LocatedDocument, extracted_figures: ExtractedFigures, found: Mapping[str, FoundFigure]
) -> Iterator[Observation]:
    """Yield what was worked out and what stays open in the figures ``found`` in the end."""
    solved = [
        each.cell
        for each in extracted_figures.filled.printed
        if each.solved and each.cell.id in found and found[each.cell.id].sure == "solved"
    ]
    by_table: dict[str, dict[str, None]] = {}
    for cell in solved:
        by_table.setdefault(cell.table, {})[cell.line_words] = None
    if solved:
        lines = tuple(name for names in by_table.values() for name in shorten_names([*names]))
        yield Observation("import.solved", cell=solved[0].id, facts={"lines": lines, "count": len(solved)})
    for field in extracted_figures.filled.open:
        still_open = [cell for cell in field.cells if cell.id in found and found[cell.id].sure == "open"]
        if not still_open or any(cell.is_worded for cell in field.cells):
            continue  # read by its place, from a sentence or by a total
        text = " ".join(token.text.strip() for token in field.tokens if token.text.strip())
        facts = {"label": still_open[0].line_words, "where": find_place(reading, field.piece), "found": text}
        code = "import.open" if text else "import.nothing_there"
        yield Observation(code, cell=still_open[0].id, facts=facts)


def observe_zeros(zeros: Mapping[str, FoundFigure], form: Form) -> Iterator[Observation]:
    """Observe the blanks that are 0 by a total of 0."""
    if zeros:
        names = list(dict.fromkeys(form.cells[cell].line_words for cell in zeros))
        facts = {"lines": shorten_names(names), "count": len(zeros)}
        yield Observation("import.zero_by_total", cell=next(iter(zeros)), facts=facts)


def shorten_names(names: Sequence[str]) -> tuple[str | RowRange, ...]:
    """Return the names of some rows, or of many the first and the last with their number."""
    return tuple(names) if len(names) <= MAX_LISTED_NAMES else (RowRange(names[0], names[-1], len(names)),)
