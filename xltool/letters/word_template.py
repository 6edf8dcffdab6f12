"""Letters as Word files, made from a Word file in which a district has its wording, letterhead and fonts.

The file holds all kinds of letters one after the other, each below a paragraph with only its name in braces. What
stands before the first one is part of every letter.
"""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from msgspec import structs

from xltool.errors import DefinitionError
from xltool.forms.identity import LETTER_MARK
from xltool.forms.report_style import ReportStyle, load_report_style
from xltool.letters.default_wording import RenderedLetter, join_lines, list_paragraphs
from xltool.letters.fill_paragraph import PLACEHOLDER, Facts, FilledParagraph, fill_each
from xltool.letters.letter_words import letter_words
from xltool.official_report.docx import create_document, save_document

if TYPE_CHECKING:
    from docx.document import Document

_TITLE_SIZE_POINTS = 20  # so that the usual title fits into one line
_KEPT_TOGETHER = 4  # paragraphs at the end of a letter: the signature does not stand alone on a page
_MARKER = re.compile(r"\{([^{}]*)\}")


def build_default_wording() -> bytes:
    """Build the Word file with the wording of ``templates/letters.toml``, for a district to edit."""
    words = letter_words()
    style = load_report_style()
    style = structs.replace(style, title=structs.replace(style.title, size=_TITLE_SIZE_POINTS))
    document = create_document(words.list["title"], style)
    for letter in words.letters.values():
        marker = document.add_paragraph(f"{{{letter.name}}}", "Heading 1")
        marker.paragraph_format.page_break_before = True
        paragraphs = [document.add_paragraph(text, name) for text, name in list_paragraphs(letter)]
        for paragraph in paragraphs[-2:]:
            _align_right(paragraph, style)
        for paragraph in paragraphs[-_KEPT_TOGETHER:-1]:
            paragraph.paragraph_format.keep_with_next = True
    return save_document(document)


def _align_right(paragraph: Any, style: ReportStyle) -> None:
    """Put the sender and the day four characters from the right margin, as GB/T 9704 does."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    paragraph.paragraph_format.right_indent = Pt(4 * style.body.size)


class LetterWording:
    """A district's wording: the Word file, known to hold every kind of letter and no unknown placeholder."""

    def __init__(self, data: bytes, file: str) -> None:
        """Read the file. Raises DefinitionError if it is no such Word file."""
        self._data, self._file = data, file
        self._kinds = {letter.name: kind for kind, letter in letter_words().letters.items()}
        document = self._open()
        sections = [section for section, _ in self._split(document) if section]
        missing = [name for name, kind in self._kinds.items() if kind not in sections]
        if missing:
            raise DefinitionError("letters.kind_missing", file=file, names=tuple(f"{{{name}}}" for name in missing))
        known = {*letter_words().placeholders.values(), *self._kinds}
        used = [name for text in _read_texts(document) for name in PLACEHOLDER.findall(text)]
        unknown = [name for name in dict.fromkeys(used) if name not in known]
        if unknown:
            raise DefinitionError(
                "letters.unknown_placeholder",
                file=file,
                names=tuple(f"{{{name}}}" for name in unknown),
                known=tuple(f"{{{name}}}" for name in letter_words().placeholders.values()),
            )

    def render(self, kind: str, facts: Facts, title: str) -> RenderedLetter:
        """Render one letter; ``title`` is the document's title in its properties."""
        document = self._open()
        lines: list[str] = []
        document.core_properties.title = title
        document.core_properties.identifier = LETTER_MARK
        for section, element in self._split(document):
            if section not in {"", kind} or _is_marker(element, self._kinds):
                element.getparent().remove(element)
                continue
            for paragraph in list(_iterate_paragraphs(element)):
                lines += _fill_word_paragraph(paragraph, facts)
        for paragraph in _iterate_frame_paragraphs(document):
            _fill_word_paragraph(paragraph, facts)
        return RenderedLetter(save_document(document), join_lines(lines))

    def _open(self) -> "Document":
        import docx
        from docx.opc.exceptions import PackageNotFoundError

        try:
            return docx.Document(BytesIO(self._data))
        except (PackageNotFoundError, BadZipFile, KeyError, ValueError) as error:
            raise DefinitionError("letters.no_word_file", file=self._file) from error

    def _split(self, document: "Document") -> Iterator[tuple[str, Any]]:
        """Yield the elements of the body, each with the kind of letter it belongs to; empty before the first one."""
        kind = ""
        for element in list(document.element.body):
            if element.tag.endswith("}sectPr"):
                continue
            if name := _is_marker(element, self._kinds):
                kind = self._kinds[name]
            yield kind, element


def _is_marker(element: Any, kinds: Mapping[str, str]) -> str:
    """Return the name of the letter that begins at this paragraph; empty if none does."""
    match = _MARKER.fullmatch(_read_text(element).strip()) if element.tag.endswith("}p") else None
    return match[1] if match and match[1] in kinds else ""


def _read_texts(document: "Document") -> Iterator[str]:
    yield from map(_read_text, _iterate_paragraphs(document.element.body))
    yield from map(_read_text, _iterate_frame_paragraphs(document))


def _iterate_frame_paragraphs(document: "Document") -> Iterator[Any]:
    """Yield the paragraphs of all headers and footers."""
    for part in document.sections:
        for frame in (part.header, part.footer):
            yield from list(_iterate_paragraphs(frame.part.element))


def _iterate_paragraphs(element: Any) -> Iterator[Any]:
    return _iterate_tags(element, "w:p")


def _text_nodes(paragraph: Any) -> list[Any]:
    return list(_iterate_tags(paragraph, "w:t"))


def _iterate_tags(element: Any, tag: str) -> Iterator[Any]:
    from docx.oxml.ns import qn

    nodes: Iterator[Any] = element.iter(qn(tag))
    return nodes


def _read_text(paragraph: Any) -> str:
    return "".join(node.text or "" for node in _text_nodes(paragraph))


def _fill_word_paragraph(paragraph: Any, facts: Facts) -> list[str]:
    """Fill a paragraph in place, once for each text of a list; remove it if nothing can be filled in.

    Return the resulting lines.
    """
    results = fill_each(_read_text(paragraph), facts)
    last = paragraph
    for result in results:
        copy = deepcopy(paragraph)
        _set_text(copy, result)
        last.addnext(copy)
        last = copy
    parent = paragraph.getparent()
    if results or parent.tag.endswith("}body"):
        parent.remove(paragraph)
    else:  # a cell, a header or a footer holds at least one paragraph
        _set_text(paragraph, FilledParagraph("", ()))
    return [result.text for result in results]


def _set_text(paragraph: Any, filled: FilledParagraph) -> None:
    """Write the filled text; each character stays in the run of the one it replaces."""
    owners = [at for at, node in enumerate(_text_nodes(paragraph)) for _ in node.text or ""]
    pieces: list[list[str]] = [[] for _ in _text_nodes(paragraph)]
    for character, origin in zip(filled.text, filled.origins, strict=True):
        pieces[owners[origin]].append(character)
    for node, piece in zip(_text_nodes(paragraph), pieces, strict=True):
        node.text = "".join(piece)
        node.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
