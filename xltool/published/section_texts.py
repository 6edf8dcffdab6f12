"""Assign paragraphs to the sections of a form, and read the figures stated in a fixed sentence of the form."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, takewhile
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from xltool.forms.published_wording import load_published_wording, page_number_pattern
from xltool.forms.signature_line import match_signature
from xltool.model.form import Form, Section, Table
from xltool.published.extract import LocatedForm
from xltool.published.labels.fuzzy_labels import MIN_SIMILARITY
from xltool.published.labels.label_sequence import split_ordinal
from xltool.published.labels.text_stream import FULL_STOP, TextStream, normalize_text

MIN_FIXED_WIDTH_COLUMNS = 36  # of the longest line in a text of fixed width; a Chinese character takes two
MIN_WRAPPED_SHARE = 0.75  # of the longest line: such a line without a sentence end continues
MIN_SENTENCE_CHARS = 6  # of a paragraph beside a table that is prose
MAX_LINES_WITHOUT_SENTENCE = 3  # in a report; after so many its page footer has begun
MIN_LABELS_IN_LINE = 3  # from which a line holds a table
MAX_EXTRA_HEADING_CHARS = 16  # by which a heading may be longer than on the form
_SEMICOLONS = ("\uff1b", ";")
_DOCUMENT_TITLE = re.compile("(?:[0-9]{1,2}[.\u3001]?)?\u300a[^\u300a\u300b]*\u300b[\uff1b;,\uff0c\u3001]?")
_SENTENCE_END = re.compile("[\u3002\uff01\uff1f\uff1b\uff1a!?;:][\u201d\u300d\uff09)]?$")
_CJK_SPACING = re.compile(r"(?<=[^\x00-\x7f])\s+|(?<!\s)\s+(?=[^\x00-\x7f])")  # white space beside a Chinese character
_OPEN_ENDS = ("\uff0c", "\u3001", ",", "\u300a", "\uff08", "\u201c")  # after these a line continues
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")

SectionTexts = dict[str, tuple[str, ...]]


class StatedFigure(NamedTuple):
    """A figure stated in a sentence: cell id, text, and index of its block."""

    cell: str
    text: str
    piece: int


def read_section_texts(stream: TextStream, located: LocatedForm, unit: str, kind: str) -> SectionTexts:
    """Return the paragraphs of each section that has any, by section id.

    Wrapped lines are joined to paragraphs; in a PDF, spaces between Chinese characters are removed. Of a section with
    a table, the sentences before and after the table are returned. Sentences before the first heading found belong to
    the first section if its own heading is missing.
    """
    marked = _find_marked_headings(stream, located.form)
    heads = marked or _find_plain_headings(stream, located)
    end_of_all = _find_container_end(stream, marked) if marked else None
    starts = sorted(start for start, _ in heads.values())
    texts: SectionTexts = {}
    for section in located.form.sections:
        if section.id not in heads:
            continue
        start, end = heads[section.id]
        stop = next((other for other in starts if other > start), end_of_all or len(stream.text))
        lines = _clean_lines(_lines_outside_tables(stream, located, end, stop), kind, numbered=not marked)
        if kind == "html" and stop == len(stream.text) and not end_of_all:
            lines = _drop_footer(lines)
        paragraphs = list(_join_wrapped_lines(lines)) if unit == "line" else lines
        if not section.paragraphs:
            paragraphs = [text for text in paragraphs if _is_sentence(text) and _ends_no_caption(text)]
        if paragraphs:
            texts[section.id] = tuple(paragraphs)
    first = located.form.sections[0]
    if first.id not in heads and starts:
        lines = _clean_lines(_lines_outside_tables(stream, located, 0, starts[0]), kind, numbered=not marked)
        opening = _last_sentences(list(_join_wrapped_lines(lines)) if unit == "line" else lines)
        texts = {first.id: opening, **texts} if opening else texts
    return texts


def _clean_lines(lines: Iterable[str], kind: str, *, numbered: bool) -> list[str]:
    """Return the lines without page numbers if pages may be numbered; of a PDF without spaces between Chinese words."""
    number = page_number_pattern()
    kept = [line for line in lines if not (numbered and number.fullmatch("".join(line.split())))]
    return [remove_print_spaces(line) for line in kept] if kind == "pdf" else kept


def remove_print_spaces(text: str) -> str:
    """Remove the spaces that a PDF has between Chinese and other characters, where nobody typed any."""
    return _CJK_SPACING.sub("", text)


def _is_sentence(text: str) -> bool:
    """Return True if a paragraph is prose: it ends as a sentence, or contains one."""
    return len(text) >= MIN_SENTENCE_CHARS and bool(_SENTENCE_END.search(text) or FULL_STOP in text)


def _ends_no_caption(text: str) -> bool:
    """Return True if a line is more than what stands above a table, such as its unit after a colon."""
    return FULL_STOP in text or text.endswith(_SEMICOLONS)


def _last_sentences(paragraphs: Sequence[str]) -> tuple[str, ...]:
    """Return the sentences and numbered headings at the end of some paragraphs."""
    run = takewhile(lambda text: _is_sentence(text) or _is_numbered(text), reversed(paragraphs))
    return tuple(reversed(list(run)))


def _find_container_end(stream: TextStream, heads: Mapping[str, tuple[int, int]]) -> int | None:
    """Return the end of the container element of all headings, or None without a common one."""
    lasts = {stream.blocks[stream.owner[start]].until for start, _ in heads.values()}
    if len(lasts) > 1 or 0 in lasts:
        return None
    behind = (at for at, piece in enumerate(stream.blocks) if not piece.table and piece.row > max(lasts))
    return stream.starts[next(behind, len(stream.blocks))]


def find_first_block(stream: TextStream, located: LocatedForm) -> int:
    """Return the index of the first block of the report: its first heading or first label."""
    starts = [start for start, _ in _find_headings(stream, located).values()] or [located.span[0]]
    return stream.owner[min(starts)] if stream.text else 0


def _find_headings(stream: TextStream, located: LocatedForm) -> dict[str, tuple[int, int]]:
    """Return the span of the heading of each section; a table section begins at the latest with its first label."""
    return _find_marked_headings(stream, located.form) or _find_plain_headings(stream, located)


def _find_marked_headings(stream: TextStream, form: Form) -> dict[str, tuple[int, int]]:
    """Return the headings marked in the document, if one level has exactly the sections of the form."""
    levels = sorted({piece.level for piece in stream.blocks} - {0})
    for level in levels:
        places = [at for at, piece in enumerate(stream.blocks) if piece.level == level]
        pairs = list(zip(form.sections, places, strict=False))
        titled = sum(_is_section_title(stream, at, section) for section, at in pairs)
        if len(places) == len(form.sections) and 2 * titled > len(places):
            return {section.id: (stream.starts[at], stream.starts[at + 1]) for section, at in pairs}
    return {}


def _find_plain_headings(stream: TextStream, located: LocatedForm) -> dict[str, tuple[int, int]]:
    heads: dict[str, tuple[int, int]] = {}
    form = located.form
    tables = {table.id: table.section for table in form.tables if table.printed}
    for place in reversed(located.places):
        heads[tables[place.anchor.table]] = (place.start, place.end)
    for at, section in enumerate(form.sections):
        if section.id in heads or not section.paragraphs:
            continue
        before = max((heads[other.id][0] for other in form.sections[:at] if other.id in heads), default=0)
        last = max((place.end for place in located.places if place.start >= before), default=0) if before else 0
        after = min(
            (heads[other.id][0] for other in form.sections[at + 1 :] if other.id in heads), default=len(stream.text)
        )
        places = [
            spot
            for spot in _find_heading_text(stream, section)
            if max(before, last if last < after else 0) <= spot[0] < after
        ]
        if places:
            heads[section.id] = places[-1] if after < len(stream.text) else places[0]
    return heads


def _find_heading_text(stream: TextStream, section: Section) -> Iterator[tuple[int, int]]:
    """Yield the spans of a full heading with its ordinal, or of a short paragraph similar to it."""
    heading = normalize_text(section.heading)
    for piece in range(len(stream.blocks)):
        first, last = stream.starts[piece], stream.starts[piece + 1]
        at = stream.text.find(heading, first, last)
        if at >= 0:
            yield at, at + len(heading)
        elif (
            not stream.blocks[piece].table
            and last - first <= len(heading) + MAX_EXTRA_HEADING_CHARS
            and _is_section_title(stream, piece, section)
        ):
            yield first, last


def _is_section_title(stream: TextStream, block: int, section: Section) -> bool:
    """Return True if a short paragraph is the title of a section, with its ordinal or without any."""
    number, words = split_ordinal(stream.text[stream.starts[block] : stream.starts[block + 1]])
    title = normalize_text(section.title)
    if words == title:
        return True
    return number.strip("(),.") == normalize_text(section.number) and (
        words.endswith(title) or _is_similar(words, title)
    )


def _lines_outside_tables(stream: TextStream, located: LocatedForm, start: int, stop: int) -> Iterator[str]:
    """Yield the text between two positions of the stream, of table cells only sentences that hold no label."""
    if start >= stop:
        return
    labels, places = _mark_label_chars(stream, located), [place.start for place in located.places]
    for block in range(stream.owner[start - 1] if start else 0, stream.owner[stop - 1] + 1):
        first, last = max(start, stream.starts[block]), min(stop, stream.starts[block + 1])
        if first >= last:
            continue
        if bisect_left(places, last) - bisect_left(places, first) >= MIN_LABELS_IN_LINE:
            yield from _sentences_around_table(stream, labels, block, first, last)
            continue
        text = _cut_block(stream, block, first, last)
        label = 2 * labels.count(1, first, last) > last - first
        if not label and (not stream.blocks[block].table or (FULL_STOP in text and _is_sentence(text))):
            yield from filter(None, (line.strip() for line in text.split("\n")))


def _sentences_around_table(stream: TextStream, labels: bytearray, block: int, first: int, last: int) -> Iterator[str]:
    """Yield the sentences before and after a table that stands in one line with them."""
    at = first
    while (end := stream.text.find(FULL_STOP, at, last) + 1) and 2 * labels.count(1, at, end) <= end - at:
        at = end
    behind = labels.rfind(1, at, last) + 1 or at
    figures = load_published_wording().figures.before_text
    parts = (_cut_block(stream, block, first, at), re.sub(figures, "", _cut_block(stream, block, behind, last)))
    yield from (text.strip() for text in parts if FULL_STOP in text and _is_sentence(text))


def _cut_block(stream: TextStream, block: int, first: int, last: int) -> str:
    """Return the text of a block between two positions of the stream, with what stands around them at its ends."""
    text = stream.blocks[block].text
    begin = 0 if first == stream.starts[block] else stream.offset[first] if first < len(stream.offset) else len(text)
    end = len(text) if last == stream.starts[block + 1] else stream.offset[last - 1] + 1
    return text[begin:end] if first < last else ""


def _mark_label_chars(stream: TextStream, located: LocatedForm) -> bytearray:
    """Return 1 for each character of the stream that belongs to a label of a table, 0 for any other."""
    marks = bytearray(len(stream.text))
    for place in located.places:
        if not place.anchor.heading:
            marks[place.start : place.end] = b"\1" * (place.end - place.start)
    return marks


def _drop_footer(lines: Sequence[str]) -> list[str]:
    """Return the lines before the page footer: the first line that is no sentence, nor any line soon after it is.

    Lines that are the title of a document say neither.
    """
    for at, line in enumerate(lines):
        others = (other for other in lines[at:] if not _DOCUMENT_TITLE.fullmatch(other.strip()))
        following = list(islice(others, MAX_LINES_WITHOUT_SENTENCE))
        if at and not _is_numbered(line) and not any(_SENTENCE_END.search(other) for other in following):
            return list(lines[:at])
    return list(lines)


def _join_wrapped_lines(lines: Sequence[str]) -> Iterator[str]:
    """Join lines of fixed width where a sentence continues: after a comma, a number, or a full line without an end."""
    longest = max(MIN_FIXED_WIDTH_COLUMNS, *map(_display_width, lines)) if lines else 0
    current = last = ""
    for line in lines:
        full = _display_width(last) >= MIN_WRAPPED_SHARE * longest
        cut_number = last[-1:].isdigit() and any(mark in last for mark in _OPEN_ENDS)  # in mid-sentence
        ends_open = last.endswith(_OPEN_ENDS) or cut_number
        open_end = ends_open or (full and not _SENTENCE_END.search(last) and not _is_numbered(line))
        if current and not open_end:
            yield current
            current = ""
        current += line
        last = line
    if current:
        yield current


def _display_width(text: str) -> int:
    """Return the width of a text in columns: two for a wide character, one for any other."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _is_numbered(line: str) -> bool:
    return bool(split_ordinal(normalize_text(line[:12]))[0])


# --- figures stated in a sentence ----------------------------------------------------------------------------------


def read_stated_figures(stream: TextStream, table: Table) -> tuple[StatedFigure, ...]:
    """Read the figures of an unprinted table from the sentence that states them; all or none."""
    sentence = table.sentence.replace("{year}", "")
    cells = _PLACEHOLDER.findall(sentence)
    parts = [normalize_text(part) for part in _PLACEHOLDER.split(sentence)[::2]]
    if not cells:
        return ()
    opening = re.split("[,:;]", parts[0])[-1]
    start = stream.text.find(opening[:6])
    while start >= 0:
        if figures := _read_sentence(stream, start, [opening, *parts[1:]], cells):
            return figures
        start = stream.text.find(opening[:6], start + 1)
    return ()


def _read_sentence(
    stream: TextStream, start: int, parts: Sequence[str], cells: Sequence[str]
) -> tuple[StatedFigure, ...]:
    figures = []
    at = start
    for cell, before, after in zip(cells, parts, parts[1:], strict=False):
        match = _NUMBER.search(stream.text, at, at + len(before) + 24)
        if match is None or not _is_similar(stream.text[at : match.start()], before):
            return ()
        if not stream.text.startswith(after[:1], match.end()):
            return ()
        figures.append(StatedFigure(cell, match.group(), stream.owner[match.start()]))
        at = match.end()
    return tuple(figures)


def _is_similar(words: str, printed: str) -> bool:
    return 1 - Levenshtein.distance(words, printed) / max(len(words), len(printed), 1) >= MIN_SIMILARITY


def drop_printed_lines(texts: SectionTexts, form: Form) -> SectionTexts:
    """Remove the lines that the form prints beside its tables: titles, notes below them, and the signature line."""
    kept = {}
    for section, paragraphs in texts.items():
        tables = [table for table in form.tables if table.section == section]
        printed = {normalize_text(note) for table in tables for note in (*table.footnotes, table.absence)}
        printed |= {normalize_text(note) for listed in form.lists for note in listed.notes}
        head_lines = [*(table.head_line for table in tables), *(listed.head_line for listed in form.lists)]
        printed |= {normalize_text(line) for line in head_lines if line}
        printed |= {normalize_text(table.title) for table in tables if sum(table.printed for table in tables) > 1}
        kept[section] = tuple(
            text
            for text in paragraphs
            if normalize_text(text) not in printed and not match_signature(form, text, normalize_text)
        )
    return {section: paragraphs for section, paragraphs in kept.items() if paragraphs}


def drop_figure_sentences(texts: SectionTexts, form: Form, stated_figures: Sequence[StatedFigure]) -> SectionTexts:
    """Remove paragraphs that consist only of a sentence whose figures were read."""
    values = {figure.cell: figure.text for figure in stated_figures}
    kept = dict(texts)
    for table in form.tables:
        names = [name for name in _PLACEHOLDER.findall(table.sentence) if name != "year"]
        if names and all(name in values for name in names) and table.section in kept:
            whole = normalize_text(_PLACEHOLDER.sub(lambda match: values.get(match[1], "0000"), table.sentence))
            kept[table.section] = tuple(text for text in kept[table.section] if not _is_figure_sentence(text, whole))
    return {section: paragraphs for section, paragraphs in kept.items() if paragraphs}


def _is_figure_sentence(text: str, sentence: str) -> bool:
    """Return True if a paragraph equals a sentence up to a few characters."""
    return Levenshtein.distance(normalize_text(text)[: 2 * len(sentence)], sentence) <= len(sentence) // 10
