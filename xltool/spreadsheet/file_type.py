"""What a file is, by its bytes and never by its extension."""

import re
from enum import StrEnum

from xltool.errors import UnreadableFileError
from xltool.spreadsheet.ooxml.package import Package
from xltool.spreadsheet.refusals import Damage, FileKind, damaged, not_workbook


class Readable(StrEnum):
    """What may be opened further."""

    PACKAGE = "package"
    XLS = "xls"
    ENCRYPTED_XLS = "encrypted_xls"
    ENCRYPTED = "encrypted"


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
_ENTRY_BYTES = 128
_SECTOR_BYTES = 64  # the smallest: where a stream may begin


def _entry(name: str) -> re.Pattern[bytes]:
    """How the directory entry of a stream begins, in any case."""
    encoded = name.encode("utf-16-le")
    length = (len(encoded) + 2).to_bytes(2, "little")
    return re.compile(re.escape(encoded.ljust(64, b"\0") + length), re.IGNORECASE)


# Streams of an OLE2 file that tell what it is; the first one found counts.
_STREAMS: tuple[tuple[re.Pattern[bytes], Readable | FileKind], ...] = (
    (_entry("EncryptedPackage"), Readable.ENCRYPTED),
    (_entry("Workbook"), Readable.XLS),
    (_entry("Book"), Readable.XLS),
    (_entry("WordDocument"), FileKind.TEXT_DOCUMENT),
    (_entry("PowerPoint Document"), FileKind.PRESENTATION),
    (_entry("Root Entry"), FileKind.OTHER_OFFICE),
)
# An .xls that is encrypted says so behind its first record ([MS-XLS] 2.4.117), perhaps behind that of write protection.
_FILE_PASS = re.compile(rb"\x09\x08(?:\x10\0[\s\S]{16}|\x08\0[\s\S]{8})(?:\x86\0\0\0)?\x2f\0")
# First bytes of what is no workbook; a zip without a file header is an empty archive.
_FOREIGN = (
    (b"%PDF", FileKind.PDF),
    (b"\x89PNG", FileKind.PICTURE),
    (b"\xff\xd8\xff", FileKind.PICTURE),
    (b"GIF8", FileKind.PICTURE),
    (b"BM", FileKind.PICTURE),
    (b"II*\x00", FileKind.PICTURE),
    (b"MM\x00*", FileKind.PICTURE),
    (b"RIFF", FileKind.PICTURE),
    (b"{\\rtf", FileKind.TEXT_DOCUMENT),
    (b"PK\x05\x06", FileKind.ZIP),
    (b"Rar!", FileKind.ARCHIVE),
    (b"7z\xbc\xaf", FileKind.ARCHIVE),
    (b"\x1f\x8b", FileKind.ARCHIVE),
    (b"MZ", FileKind.PROGRAM),
    (b"\x7fELF", FileKind.PROGRAM),
    (b"\x09\x00\x04\x00", FileKind.OLD_EXCEL),
    (b"\x09\x02\x06\x00", FileKind.OLD_EXCEL),
    (b"\x09\x04\x06\x00", FileKind.OLD_EXCEL),
)
_HTML = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html|table|meta|head|body)\b", re.IGNORECASE)
_XML = re.compile(rb"\s*<\?xml|\s*<[A-Za-z]")
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument."
_ODS = _OPEN_DOCUMENT + b"spreadsheet"
_ODS_PARTS = ("mimetype", "META-INF/manifest.xml")  # what it is, and (in plain text) which parts are encrypted
_EXCEL_2003 = b"urn:schemas-microsoft-com:office:spreadsheet"
_LOOKED_AT = 4096


def kind_of(data: bytes) -> Readable | FileKind | None:
    """What the bytes are; None if they are nothing that is known, so perhaps what is left of a workbook."""
    if data.startswith(ZIP):
        return Readable.PACKAGE
    if data.startswith(OLE):
        return _ole_kind(data)
    known = next((kind for magic, kind in _FOREIGN if data.startswith(magic)), None)
    return known or _text_kind(data[:_LOOKED_AT])


def is_ods(package: Package) -> bool:
    """Whether a zip container holds an .ods. Raises for one that is no workbook at all."""
    if "[Content_Types].xml" in package:
        return False
    stated, manifest = (package.whole(name) if name in package else b"" for name in _ODS_PARTS)
    if stated.startswith(_ODS) or (not stated and b'"%s"' % _ODS in manifest):
        if b"encryption-data" in manifest:
            raise UnreadableFileError("file.encrypted")
        return True
    if stated.startswith(_OPEN_DOCUMENT):
        raise not_workbook(FileKind.OPEN_DOCUMENT)
    if any(name.replace("\\", "/").startswith("xl/") for name in package.names()):
        raise damaged("[Content_Types].xml", Damage.MISSING_PART)
    raise not_workbook(FileKind.ZIP)


def _ole_kind(data: bytes) -> Readable | FileKind | None:
    """By the names of its streams, looked for wherever an entry may stand: no chain is followed, so none can loop."""
    kind = next((kind for entry, kind in _STREAMS if _occurs(entry, data, _ENTRY_BYTES)), None)
    return Readable.ENCRYPTED_XLS if kind is Readable.XLS and _occurs(_FILE_PASS, data, _SECTOR_BYTES) else kind


def _occurs(pattern: re.Pattern[bytes], data: bytes, alignment: int) -> bool:
    return any(found.start() % alignment == 0 for found in pattern.finditer(data))


def _text_kind(start: bytes) -> FileKind | None:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if start.startswith(mark):
            start = start[len(mark) :].decode(encoding, "ignore").encode()
            break
    if _HTML.match(start):
        return FileKind.HTML
    if _XML.match(start):
        return FileKind.EXCEL_2003_XML if _EXCEL_2003 in start else FileKind.XML
    odd = sum(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in start)
    return None if odd * 50 > len(start) else FileKind.TEXT
