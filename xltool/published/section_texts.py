"""The text of a report: which paragraphs belong to which section, and the figures a sentence of the form says."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from xltool.forms.dialect import page_number
from xltool.model.form import Form, Section, Table
from xltool.published.extract import Located
from xltool.published.labels.fuzzy_labels import ENOUGH, distance
from xltool.published.labels.label_sequence import split_ordinal
from xltool.published.labels.text_stream import Stream, plain

NARROWEST = 18  # signs of a line in a text of fixed width
WRAPPED = 0.8  # of the longest line: a line so long without an end goes on in the next
LONGER = 16  # signs by which a heading may be longer than on the form
_END = re.compile("[\u3002\uff01\uff1f\uff1b\uff1a!?;:][\u201d\u300d\uff09)]?$")
_SPREAD = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")  # white space beside a Chinese sign
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")

Texts = dict[str, tuple[str, ...]]


class Said(NamedTuple):
    """A figure a sentence says: cell id, its text and its piece."""

    cell: str
    text: str
    piece: int


def section_texts(found: Stream, located: Located, unit: str, kind: str) -> Texts:
    """The paragraphs of every section that has some, by section id.

    Lines of a text are drawn together to paragraphs where they were broken; of a PDF the spread between signs goes.
    """
    marked = _marked(found, located.form)
    heads = marked or _recognised(found, located)
    end_of_all = _common_end(found, marked) if marked else None
    starts = sorted(start for start, _ in heads.values())
    texts = {}
    for section in located.form.sections:
        if not section.paragraphs or section.id not in heads:
            continue
        start, end = heads[section.id]
        stop = next((other for other in starts if other > start), end_of_all or len(found.text))
        lines = list(_lines(found, end, stop))
        if not marked:
            lines = [line for line in lines if not page_number().fullmatch("".join(line.split()))]
        if kind == "html" and stop == len(found.text) and not end_of_all:
            lines = _without_footer(lines)
        if kind == "pdf":
            lines = [_SPREAD.sub("", line) for line in lines]
        if lines:
            texts[section.id] = tuple(_paragraphs(lines) if unit == "line" else lines)
    return texts


def _common_end(found: Stream, heads: Mapping[str, tuple[int, int]]) -> int | None:
    """Where the element of a page ends in which all the headings stand, if they stand in one."""
    lasts = {found.pieces[found.owner[start]].until for start, _ in heads.values()}
    if len(lasts) > 1 or 0 in lasts:
        return None
    behind = (at for at, piece in enumerate(found.pieces) if not piece.table and piece.row > max(lasts))
    return found.starts[next(behind, len(found.pieces))]


def first_piece(found: Stream, located: Located) -> int:
    """With which piece the report itself begins: its first heading, or its first label."""
    starts = [start for start, _ in _headings(found, located).values()] or [located.span[0]]
    return found.owner[min(starts)] if found.text else 0


def _headings(found: Stream, located: Located) -> dict[str, tuple[int, int]]:
    """Where the heading of each section stands; sections that are tables begin at the latest with their first label."""
    return _marked(found, located.form) or _recognised(found, located)


def _marked(found: Stream, form: Form) -> dict[str, tuple[int, int]]:
    """The headings of one level that a document marks as such, if they are the sections: no text is like them."""
    levels = sorted({piece.level for piece in found.pieces} - {0})
    for level in levels:
        places = [at for at, piece in enumerate(found.pieces) if piece.level == level]
        pairs = list(zip(form.sections, places, strict=False))
        titled = sum(_titled(found, at, section) for section, at in pairs)
        if len(places) == len(form.sections) and 2 * titled > len(places):
            return {section.id: (found.starts[at], found.starts[at + 1]) for section, at in pairs}
    return {}


def _recognised(found: Stream, located: Located) -> dict[str, tuple[int, int]]:
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
            (heads[other.id][0] for other in form.sections[at + 1 :] if other.id in heads), default=len(found.text)
        )
        places = [
            spot for spot in _spelled(found, section) if max(before, last if last < after else 0) <= spot[0] < after
        ]
        if places:
            heads[section.id] = places[-1] if after < len(found.text) else places[0]
    return heads


def _spelled(found: Stream, section: Section) -> Iterator[tuple[int, int]]:
    """Where a heading is written out with its number, or something like it stands alone in a paragraph."""
    heading = plain(section.heading)
    for piece in range(len(found.pieces)):
        first, last = found.starts[piece], found.starts[piece + 1]
        at = found.text.find(heading, first, last)
        if at >= 0:
            yield at, at + len(heading)
        elif not found.pieces[piece].table and last - first <= len(heading) + LONGER and _titled(found, piece, section):
            yield first, last


def _titled(found: Stream, piece: int, section: Section) -> bool:
    """Whether a short paragraph is the title of a section, under its number or none."""
    number, words = split_ordinal(found.text[found.starts[piece] : found.starts[piece + 1]])
    title = plain(section.title)
    if words == title:
        return True
    return number.strip("(),.") == plain(section.number) and (words.endswith(title) or _alike(words, title))


def _lines(found: Stream, start: int, stop: int) -> Iterator[str]:
    """The text outside tables between two places of the stream."""
    if start >= stop:
        return
    for piece in range(found.owner[start - 1] if start else 0, found.owner[stop - 1] + 1):
        first, last = max(start, found.starts[piece]), min(stop, found.starts[piece + 1])
        if first >= last or found.pieces[piece].table:
            continue
        text = found.pieces[piece].text
        begin = 0 if first == found.starts[piece] else found.offset[first]
        end = len(text) if last == found.starts[piece + 1] else found.offset[last - 1] + 1
        line = text[begin:end].strip()
        if line:
            yield line


def _without_footer(lines: Sequence[str]) -> list[str]:
    """The lines before the first that is neither a sentence nor numbered: there the rest of the page begins."""
    footer = next((at for at, line in enumerate(lines) if at and not _END.search(line) and not _numbered(line)), None)
    return list(lines[:footer])


def _paragraphs(lines: Sequence[str]) -> Iterator[str]:
    """Lines of a fixed width drawn together where a sentence goes on."""
    longest = max(NARROWEST, *map(len, lines))
    current = last = ""
    for line in lines:
        goes_on = current and len(last) >= WRAPPED * longest and not _END.search(last) and not _numbered(line)
        if goes_on:
            current += line
        else:
            if current:
                yield current
            current = line
        last = line
    if current:
        yield current


def _numbered(line: str) -> bool:
    return bool(split_ordinal(plain(line[:12]))[0])


# --- figures said in a sentence ------------------------------------------------------------------------------------


def said_figures(found: Stream, table: Table) -> tuple[Said, ...]:
    """The figures of a table that is not printed, from the sentence that says them; all of them or none."""
    sentence = table.sentence.replace("{year}", "")
    cells = _PLACEHOLDER.findall(sentence)
    parts = [plain(part) for part in _PLACEHOLDER.split(sentence)[::2]]
    if not cells:
        return ()
    opening = re.split("[,:;]", parts[0])[-1]
    start = found.text.find(opening[:6])
    while start >= 0:
        if said := _said_from(found, start, [opening, *parts[1:]], cells):
            return said
        start = found.text.find(opening[:6], start + 1)
    return ()


def _said_from(found: Stream, start: int, parts: Sequence[str], cells: Sequence[str]) -> tuple[Said, ...]:
    said = []
    at = start
    for cell, before, after in zip(cells, parts, parts[1:], strict=False):
        match = _NUMBER.search(found.text, at, at + len(before) + 24)
        if match is None or not _alike(found.text[at : match.start()], before):
            return ()
        if not found.text.startswith(after[:1], match.end()):
            return ()
        said.append(Said(cell, match.group(), found.owner[match.start()]))
        at = match.end()
    return tuple(said)


def _alike(words: str, printed: str) -> bool:
    return 1 - distance(words, printed) / max(len(words), len(printed), 1) >= ENOUGH


def without_sentences(texts: Texts, form: Form, said: Sequence[Said]) -> Texts:
    """The texts without paragraphs that are nothing but a sentence whose figures were read."""
    values = {figure.cell: figure.text for figure in said}
    kept = dict(texts)
    for table in form.tables:
        names = [name for name in _PLACEHOLDER.findall(table.sentence) if name != "year"]
        if names and all(name in values for name in names) and table.section in kept:
            whole = plain(_PLACEHOLDER.sub(lambda match: values.get(match[1], "0000"), table.sentence))
            kept[table.section] = tuple(text for text in kept[table.section] if not _says_only(text, whole))
    return {section: paragraphs for section, paragraphs in kept.items() if paragraphs}


def _says_only(text: str, sentence: str) -> bool:
    """Whether a paragraph is one sentence, some signs apart."""
    return distance(plain(text)[: 2 * len(sentence)], sentence) <= len(sentence) // 10
