"""Which door a report goes through, by its bytes and never by its extension."""

import email
import re
from dataclasses import replace
from email.message import Message

from xltool.errors import ForeignFileError, UnreadableFileError
from xltool.published.documents.document import Document
from xltool.published.documents.docx import MAIN, read_word
from xltool.published.documents.html import read_script, read_web, strings_of_data
from xltool.published.documents.libreoffice_import import as_docx
from xltool.published.documents.pdf import read_pdf
from xltool.published.documents.plain_text import read_plain
from xltool.published.documents.text_encoding import decoded, marked
from xltool.spreadsheet.file_type import Readable, kind_of
from xltool.spreadsheet.load_file import HandedIn
from xltool.spreadsheet.ooxml.package import Package
from xltool.spreadsheet.refusals import FileKind

_MARKUP = re.compile(r"<(?:html|body|table|tr|td|p|div|span)\b[^>]*>", re.IGNORECASE)
_ESCAPED = re.compile(r"=\\[\"']")  # an attribute inside a string of a script
_MAIL = re.compile(rb"(?:^|\n)content-type:\s*(?:multipart/related|text/html)", re.IGNORECASE)
_LOOKED_AT = 4096
_TABLE, _TABLE_END = (re.compile(tag, re.IGNORECASE) for tag in (rb"<table\b", rb"</table\b"))
_TAIL = 64
_ENDS = ("\n", "\f", "\r", "|", ">", ")", "]", "}", ";", "")


def read_document(file: HandedIn) -> Document:
    """What stands in a file. Raises UnreadableFileError or ForeignFileError for what is no readable document."""
    data = file.data
    if b"%PDF-" in data[:1024]:
        return read_pdf(data)
    if kind_of(data) in {None, FileKind.TEXT}:
        data = marked(data)
    match kind := kind_of(data):
        case Readable.PACKAGE:
            return _packaged(data)
        case Readable.ENCRYPTED:
            raise UnreadableFileError("import.encrypted")
        case Readable.XLS | FileKind.EXCEL_2003_XML | FileKind.OLD_EXCEL:
            raise ForeignFileError("import.workbook")
        case FileKind.TEXT_DOCUMENT:
            return read_word(Package(as_docx(data, ".rtf" if data.startswith(b"{\\rtf") else ".doc")))
        case FileKind.PICTURE:
            raise UnreadableFileError("import.picture")
        case FileKind.HTML | FileKind.XML | FileKind.TEXT:
            found = _texted(data) if kind is FileKind.TEXT else read_web(decoded(data))
            return replace(found, breaks_off=_breaks_off(data))
        case None:
            raise UnreadableFileError("import.damaged")
    raise ForeignFileError("import.unknown_kind")


def _breaks_off(data: bytes) -> bool:
    """Whether text ends within a line, a cell, mark-up or a table, so that its last figure may lack digits."""
    within = len(_TABLE.findall(data)) > len(_TABLE_END.findall(data)) > 0
    return within or decoded(data[-_TAIL:] if len(data) > _TAIL else data).rstrip(" \t\0")[-1:] not in _ENDS


def _packaged(data: bytes) -> Document:
    """What stands in a package; of one that is damaged nothing is said about workbooks."""
    try:
        return _opened(Package(data), data)
    except UnreadableFileError as refused:
        if refused.code == "file.damaged":
            raise UnreadableFileError("import.damaged") from None
        raise


def _opened(package: Package, data: bytes) -> Document:
    if MAIN in package:
        return read_word(package)
    if "mimetype" in package and package.whole("mimetype").startswith(b"application/vnd.oasis.opendocument.text"):
        return read_word(Package(as_docx(data, ".odt")))
    if any(name.casefold().startswith("xl/") for name in package.names()):
        raise ForeignFileError("import.workbook")
    raise ForeignFileError("import.unknown_kind")


def _texted(data: bytes) -> Document:
    """A text; or a page that does not begin like one, a saved page in a mail, data with pages in its strings."""
    if _MAIL.search(data[:_LOOKED_AT]) and (page := _page_in_mail(email.message_from_bytes(data))):
        return read_web(page)
    text = decoded(data)
    if text.lstrip()[:1] in {"{", "["} and (hidden := strings_of_data(text)) is not None:
        return hidden
    if len(_MARKUP.findall(text)) <= 2:
        return read_plain(text)
    return read_script(text) if _ESCAPED.search(text) and not text.lstrip().startswith("<") else read_web(text)


def _page_in_mail(message: Message) -> str | None:
    for part in message.walk():
        if part.get_content_type() == "text/html":
            content = part.get_payload(decode=True)
            return decoded(content) if isinstance(content, bytes) else None
    return None
