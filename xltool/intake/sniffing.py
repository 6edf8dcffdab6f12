"""What a file is, by its bytes and never by its extension."""

import re

from xltool.errors import ForeignFileError, UnreadableFileError
from xltool.intake.container import Package

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
_ENTRY_BYTES = 128
# Streams of an OLE2 file that tell what it is; the first one found counts.
_STREAMS = (
    ("EncryptedPackage", "encrypted"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("WordDocument", "doc"),
    ("PowerPoint Document", "ppt"),
)
# First bytes of what is no workbook; "zip" without a file header is an empty archive.
_FOREIGN = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"BM", "picture"),
    (b"II*\x00", "picture"),
    (b"MM\x00*", "picture"),
    (b"RIFF", "picture"),
    (b"{\\rtf", "rtf"),
    (b"PK\x05\x06", "zip"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\x09\x02", "old_xls"),
    (b"\x09\x04", "old_xls"),
    (b"\x09\x00\x04\x00", "old_xls"),
)
_HTML = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html|table|meta|head|body)\b", re.IGNORECASE)
_XML = re.compile(rb"\s*<\?xml|\s*<[A-Za-z]")
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
_ODS = _OPEN_DOCUMENT + "spreadsheet"
_LOOKED_AT = 4096


def kind_of(data: bytes) -> str:
    """One of zip_container, xls, encrypted, ole, damaged, or a word for what is no workbook."""
    if data.startswith(ZIP):
        return "zip_container"
    if data.startswith(OLE):
        return _ole_kind(data)
    if not data.strip(b"\0"):
        return "damaged"
    known = next((kind for magic, kind in _FOREIGN if data.startswith(magic)), None)
    return known or _text_kind(data[:_LOOKED_AT])


def package_kind(package: Package) -> str:
    """What a zip container holds: "ooxml" or "ods". Raises for an archive that is neither."""
    if "[Content_Types].xml" in package:
        return "ooxml"
    stated = package.whole("mimetype")[:200].decode("ascii", "replace") if "mimetype" in package else ""
    if stated.startswith(_ODS):
        return "ods"
    if stated.startswith(_OPEN_DOCUMENT):
        raise ForeignFileError("file.not_workbook", kind="open_document")
    if any(name.replace("\\", "/").startswith("xl/") for name in package.names()):
        raise UnreadableFileError("file.damaged", part="[Content_Types].xml", problem="missing_part")
    raise ForeignFileError("file.not_workbook", kind="zip")


def _ole_kind(data: bytes) -> str:
    """By the names of its streams, looked for wherever an entry may stand: no chain is followed, so none can loop."""
    for name, kind in _STREAMS:
        encoded = name.encode("utf-16-le")
        entry = encoded.ljust(64, b"\0") + (len(encoded) + 2).to_bytes(2, "little")
        at = data.find(entry)
        while at >= 0:
            if at % _ENTRY_BYTES == 0:
                return kind
            at = data.find(entry, at + 1)
    return "ole"


def _text_kind(start: bytes) -> str:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if start.startswith(mark):
            start = start[len(mark) :].decode(encoding, "ignore").encode()
            break
    if _HTML.match(start):
        return "html"
    if _XML.match(start):
        return "xml"
    return "damaged" if b"\0" in start or _binary(start) else "text"


def _binary(start: bytes) -> bool:
    odd = sum(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in start)
    return odd * 10 > len(start)
