"""Choose the reader for a report by its bytes, never by its file extension."""

import email
import re
from dataclasses import replace
from email.message import Message

from xltool.errors import ForeignFileError, UnreadableFileError
from xltool.published.documents.document import Document
from xltool.published.documents.docx import MAIN_PART, read_docx
from xltool.published.documents.html import read_html, read_json_strings, read_script
from xltool.published.documents.libreoffice_import import convert_to_docx
from xltool.published.documents.pdf import read_pdf
from xltool.published.documents.plain_text import read_plain_text
from xltool.published.documents.text_encoding import add_byte_order_mark, decode_text
from xltool.published.documents.workbook import read_workbook
from xltool.spreadsheet.file_type import ReadableType, detect_file_type
from xltool.spreadsheet.load_file import LoadedFile
from xltool.spreadsheet.ooxml.package import Package
from xltool.spreadsheet.refusals import FileKind

_MARKUP = re.compile(r"<(?:html|body|table|tr|td|p|div|span)\b[^>]*>", re.IGNORECASE)
_ESCAPED_ATTRIBUTE = re.compile(r"=\\[\"']")  # an attribute inside a script string
_MAIL_HEADER = re.compile(rb"(?:^|\n)content-type:\s*(?:multipart/related|text/html)", re.IGNORECASE)
_HEAD_BYTES = 4096
_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_TABLE, _TABLE_END = (re.compile(tag, re.IGNORECASE) for tag in (rb"<table\b", rb"</table\b"))
_TAIL_BYTES = 64
_UNREADABLE: dict[ReadableType | FileKind | None, str] = {
    ReadableType.ENCRYPTED: "import.encrypted",
    FileKind.PICTURE: "import.picture",
    None: "import.damaged",
}
_LINE_ENDS = ("\n", "\f", "\r", "|", ">", ")", "]", "}", ";", "")


def read_document(file: LoadedFile) -> Document:
    """Read a file as a document. Raises UnreadableFileError or ForeignFileError for anything else."""
    data = file.data
    if b"%PDF-" in data[:1024]:
        return read_pdf(data)
    if detect_file_type(data) in {None, FileKind.TEXT}:
        data = add_byte_order_mark(data)
    kind = detect_file_type(data)
    if kind in _UNREADABLE:
        raise UnreadableFileError(_UNREADABLE[kind])
    match kind:
        case ReadableType.PACKAGE:
            return _read_package(file, data)
        case ReadableType.XLS:
            return read_workbook(file)
        case FileKind.EXCEL_2003_XML | FileKind.OLD_EXCEL:
            raise ForeignFileError("import.workbook")
        case FileKind.TEXT_DOCUMENT:
            return read_docx(Package(convert_to_docx(data, ".rtf" if data.startswith(b"{\\rtf") else ".doc")))
        case FileKind.HTML | FileKind.XML | FileKind.TEXT:
            found = _read_text(data) if kind is FileKind.TEXT else read_html(decode_text(data))
            return replace(found, breaks_off=_breaks_off(data))
    raise ForeignFileError("import.unknown_kind")


def _breaks_off(data: bytes) -> bool:
    """Return True if the text ends within a line, cell, tag or table: its last figure may lack digits."""
    within = len(_TABLE.findall(data)) > len(_TABLE_END.findall(data)) > 0
    return (
        within
        or decode_text(data[-_TAIL_BYTES:] if len(data) > _TAIL_BYTES else data).rstrip(" \t\0")[-1:] not in _LINE_ENDS
    )


def _read_package(file: LoadedFile, data: bytes) -> Document:
    """Read a zip package; a damaged one is reported as a document, not as a workbook."""
    try:
        return _read_open_package(file, Package(data), data)
    except UnreadableFileError as refused:
        if refused.code == "file.damaged":
            raise UnreadableFileError("import.damaged") from None
        raise


def _read_open_package(file: LoadedFile, package: Package, data: bytes) -> Document:
    if MAIN_PART in package:
        return read_docx(package)
    if "mimetype" in package and package.read_whole("mimetype").startswith(b"application/vnd.oasis.opendocument.text"):
        return read_docx(Package(convert_to_docx(data, ".odt")))
    is_ods = "mimetype" in package and package.read_whole("mimetype").startswith(_ODS_TYPE)
    if is_ods or any(name.casefold().startswith("xl/") for name in package.list_names()):
        return read_workbook(file)
    raise ForeignFileError("import.unknown_kind")


def _read_text(data: bytes) -> Document:
    """Read text; also HTML without its usual start, a page saved as mail, or JSON with pages in its strings."""
    if _MAIL_HEADER.search(data[:_HEAD_BYTES]) and (page := _find_html_part(email.message_from_bytes(data))):
        return read_html(page)
    text = decode_text(data)
    if text.lstrip()[:1] in {"{", "["} and (hidden := read_json_strings(text)) is not None:
        return hidden
    if len(_MARKUP.findall(text)) <= 2:
        return read_plain_text(text)
    return (
        read_script(text) if _ESCAPED_ATTRIBUTE.search(text) and not text.lstrip().startswith("<") else read_html(text)
    )


def _find_html_part(message: Message) -> str | None:
    for part in message.walk():
        if part.get_content_type() == "text/html":
            content = part.get_payload(decode=True)
            return decode_text(content) if isinstance(content, bytes) else None
    return None
