"""Note how a report was published: which headings differ from the form's, and on what day it appeared."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date
from enum import Enum
from functools import cache

from xltool.checks.texts.claims import compile_pattern, split_sentences
from xltool.forms.published_wording import load_published_wording
from xltool.forms.text_patterns import load_text_patterns
from xltool.model.finding_facts import Quoted
from xltool.model.form import Section
from xltool.model.submission import Observation
from xltool.published.documents.document import Block
from xltool.published.extract import LocatedForm
from xltool.published.labels.label_sequence import split_ordinal
from xltool.published.labels.text_stream import TextStream, normalize_text

MIN_HEADINGS_SHARE = 0.6  # of the sections; a document with fewer is a part of a report
MAX_HEADING_CHARS = 40
MAX_CHARS_BEFORE_TITLE = 12  # between the ordinal of a heading and the title of its section
MAX_OPENING_CHARS = 5_000  # before the first heading
MAX_DATE_BLOCKS = 200  # directly before the report that may say when it was published
_TIME = r"(?:\d{1,2}:\d\d(?::\d\d)?)?"  # that may follow the date
_AUTOMATIC_NUMBERS = frozenset({"docx"})  # document kinds in which ordinals need not be part of the text


class _Match(Enum):
    """What a document has of the heading of a section."""

    RIGHT = "with its ordinal"
    OTHER_NUMBER = "with another ordinal or none"
    MENTIONED = "its words only, anywhere in the text"
    MISSING = "nothing"


def observe_headings(stream: TextStream, located: LocatedForm, kind: str) -> Iterator[Observation]:
    """Yield the headings that a report lacks, and those that stand without their ordinal or with another one."""
    form = located.form
    matches = {section: _find_heading(stream, located, section) for section in form.sections}
    found = sum(match in {_Match.RIGHT, _Match.OTHER_NUMBER} for match, _ in matches.values())
    if found < MIN_HEADINGS_SHARE * len(matches):
        return
    basis = {"document": form.official_title, "issue": form.document}
    if missing := [section for section, (match, _) in matches.items() if match is _Match.MISSING]:
        sections = tuple(section.id for section in missing)
        yield Observation("import.no_heading", facts={"sections": sections, "headings": _quote(missing), **basis})
    other = {section: printed for section, (match, printed) in matches.items() if match is _Match.OTHER_NUMBER}
    if kind in _AUTOMATIC_NUMBERS:
        other = {section: printed for section, printed in other.items() if split_ordinal(normalize_text(printed))[0]}
    if other:
        shown = tuple(map(Quoted, other.values()))
        yield Observation("import.heading_number", facts={"headings": _quote([*other]), "misnumbered": shown, **basis})


def _quote(sections: Sequence[Section]) -> tuple[Quoted, ...]:
    return tuple(Quoted(section.heading) for section in sections)


def _find_heading(stream: TextStream, located: LocatedForm, section: Section) -> tuple[_Match, str]:
    """Return what a document has of a heading, and the heading as printed if its ordinal is another one."""
    title, number = normalize_text(section.title), normalize_text(section.number)
    if re.search(rf"{number}[,.:)][^,.:)]{{0,{MAX_CHARS_BEFORE_TITLE}}}{re.escape(title)}", stream.text):
        return _Match.RIGHT, ""
    tables = {table.id for table in located.form.tables if table.section == section.id}
    placed = [place.start for place in located.places if place.anchor.heading and place.anchor.table in tables]
    headings = _short_paragraphs(stream, located)
    numbered = any(split_ordinal(text)[0].rstrip(",.:") == number for text in headings)
    if numbered or any(stream.text.startswith(number, start) for start in placed):
        return _Match.RIGHT, ""
    for text, printed in headings.items():
        if split_ordinal(text)[1].endswith(title):
            return _Match.OTHER_NUMBER, printed
    return (_Match.MENTIONED if title in stream.text else _Match.MISSING), ""


def _short_paragraphs(stream: TextStream, located: LocatedForm) -> dict[str, str]:
    """Map the normalised texts of paragraphs that may be headings to the printed texts."""
    labels = {stream.owner[place.start] for place in located.places if not place.anchor.heading}
    texts: dict[str, str] = {}
    for at, block in enumerate(stream.blocks):
        text = stream.text[stream.starts[at] : stream.starts[at + 1]]
        if not block.table and at not in labels and 0 < len(text) <= MAX_HEADING_CHARS:
            texts.setdefault(text, block.text.strip())
    return texts


def observe_period(blocks: Sequence[Block]) -> Iterator[Observation]:
    """Yield the sentence in the opening of a report that states the period of its figures."""
    opening = "\n".join(block.text for block in blocks if not block.table)
    pattern = compile_pattern(load_text_patterns().contents.period)
    sentence = next((text for text in split_sentences(opening[-MAX_OPENING_CHARS:]) if pattern.search(text)), "")
    if sentence:
        yield Observation("report.period", facts={"sentence": sentence})


def observe_publication(dates: Sequence[str], opening: Sequence[Block], rest: Sequence[Block]) -> Iterator[Observation]:
    """Yield the day on which a report was published, as the metadata, the ``opening`` or the ``rest`` of it states it.

    After its opening a page may name other articles with their days, so that there only a block with nothing but the
    day counts. Several different days before or after its beginning say nothing.
    """
    pattern = _publication_pattern()
    before = (pattern.search(text) for text in _texts(opening[-MAX_DATE_BLOCKS:]))
    after = (pattern.fullmatch(text) for text in _texts(rest))
    stated = ([match[0] for match in matches if match] for matches in (before, after))
    metadata = [text for text in dates if _parse_date(text)][:1]
    for texts in (metadata, *stated):
        if days := {day for text in texts if (day := _parse_date(text))}:
            if len(days) == 1:
                yield Observation("report.published", facts={"date": days.pop()})
            return


def _texts(blocks: Sequence[Block]) -> Iterator[str]:
    """Yield the texts of blocks without white space."""
    return ("".join(block.text.split()) for block in blocks)


def _parse_date(text: str) -> date | None:
    match = re.search(load_published_wording().publication.date, text)
    with suppress(ValueError):
        return date(int(match["year"]), int(match["month"]), int(match["day"])) if match else None
    return None


@cache
def _publication_pattern() -> re.Pattern[str]:
    wording = load_published_wording().publication
    return re.compile(wording.stated + wording.date + _TIME)
