"""Detect the type of a file by its bytes, never by its extension."""

import re
from enum import StrEnum

from xltool.errors import UnreadableFileError
from xltool.spreadsheet.ooxml.package import Package
from xltool.spreadsheet.refusals import DamageKind, FileKind, damaged_workbook, foreign_file


class ReadableType(StrEnum):
    """File types that can be opened as a workbook."""

    PACKAGE = "package"
    XLS = "xls"
    ENCRYPTED_XLS = "encrypted_xls"
    ENCRYPTED = "encrypted"
    COMPANY_ENCRYPTED = "company_encrypted"
    RIGHTS_PROTECTED = "rights_protected"


WORKBOOK_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xltx", ".xlsb", ".xls", ".et", ".ods"})  # of names; bytes decide
OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_SIGNATURE = b"PK\x03\x04"
_ENTRY_BYTES = 128
_SECTOR_BYTES = 64  # the smallest sector: streams begin at a multiple of it


def _compile_entry(name: str) -> re.Pattern[bytes]:
    """Compile a pattern for the start of the directory entry of a stream, ignoring case."""
    encoded = name.encode("utf-16-le")
    length = (len(encoded) + 2).to_bytes(2, "little")
    return re.compile(re.escape(encoded.ljust(64, b"\0") + length), re.IGNORECASE)


# Streams that identify the type of an OLE2 file; the first match counts.
_STREAMS: tuple[tuple[re.Pattern[bytes], ReadableType | FileKind], ...] = (
    (_compile_entry("DRMEncryptedDataSpace"), ReadableType.RIGHTS_PROTECTED),
    (_compile_entry("DRMEncryptedTransform"), ReadableType.RIGHTS_PROTECTED),
    (_compile_entry("EncryptedPackage"), ReadableType.ENCRYPTED),
    (_compile_entry("Workbook"), ReadableType.XLS),
    (_compile_entry("Book"), ReadableType.XLS),
    (_compile_entry("__properties_version1.0"), FileKind.MAIL),
    (_compile_entry("WordDocument"), FileKind.TEXT_DOCUMENT),
    (_compile_entry("PowerPoint Document"), FileKind.PRESENTATION),
    (_compile_entry("Root Entry"), FileKind.OTHER_OFFICE),
)
# The FilePass record of an encrypted .xls follows its first record ([MS-XLS] 2.4.117), or the one for write protection.
_FILE_PASS = re.compile(rb"\x09\x08(?:\x10\0[\s\S]{16}|\x08\0[\s\S]{8})(?:\x86\0\0\0)?\x2f\0")
# First bytes of files that are not workbooks; a zip without a file header is an empty archive.
_FOREIGN_SIGNATURES = (
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
    (b"BZh", FileKind.ARCHIVE),
    (b"\xfd7zXZ", FileKind.ARCHIVE),
    (b"MSCF", FileKind.ARCHIVE),
    (b"\x78\x9f\x3e\x22", FileKind.MAIL),
    (b"L\0\0\0\x01\x14\x02\0", FileKind.SHORTCUT),
    (b"[InternetShortcut]", FileKind.SHORTCUT),
    (b"MZ", FileKind.PROGRAM),
    (b"\x7fELF", FileKind.PROGRAM),
    (b"\x09\x00\x04\x00", FileKind.OLD_EXCEL),
    (b"\x09\x02\x06\x00", FileKind.OLD_EXCEL),
    (b"\x09\x04\x06\x00", FileKind.OLD_EXCEL),
)
_TAR_SIGNATURE, _TAR_OFFSET = b"ustar", 257
# How files begin that security software of offices has encrypted: E-SafeNet, and others that share a header.
_COMPANY_MARKS = (b"E-SafeNet", b"%TSD-Header-###%")
_COMPANY_HEAD_BYTES = 64
_MAIL = re.compile(
    rb"(?:From |(?:Received|From|To|Cc|Subject|Date|Message-ID|MIME-Version|Return-Path|Delivered-To|X-[\w-]+):)"
    rb"[^\n]*\n",
    re.IGNORECASE,
)
_MAIL_HEADERS = re.compile(rb"^(?:From|Subject|Date|Message-ID|MIME-Version):", re.IGNORECASE | re.MULTILINE)
_MIN_MAIL_HEADERS = 2
_HTML = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html|table|meta|head|body)\b", re.IGNORECASE)
_XML = re.compile(rb"\s*<\?xml|\s*<[A-Za-z]")
_PACKAGE_KINDS = (
    (re.compile(r"Index\.zip|Index/.*\.iwa", re.IGNORECASE), FileKind.NUMBERS),
    (re.compile(r"OFD\.xml", re.IGNORECASE), FileKind.OFD),
)
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument."
_ODS = _OPEN_DOCUMENT + b"spreadsheet"
_ODS_PARTS = ("mimetype", "META-INF/manifest.xml")  # its type, and (in plain text) which parts are encrypted
_EXCEL_2003 = b"urn:schemas-microsoft-com:office:spreadsheet"
_TEXT_SAMPLE_BYTES = 4096


def detect_file_type(data: bytes) -> ReadableType | FileKind | None:
    """Return the type of a file's bytes; None if unknown, which may be the remains of a damaged workbook."""
    if data.startswith(ZIP_SIGNATURE):
        return ReadableType.PACKAGE
    if data.startswith(OLE_SIGNATURE):
        return _detect_ole_type(data)
    if any(mark in data[:_COMPANY_HEAD_BYTES] for mark in _COMPANY_MARKS):
        return ReadableType.COMPANY_ENCRYPTED
    if data[_TAR_OFFSET : _TAR_OFFSET + len(_TAR_SIGNATURE)] == _TAR_SIGNATURE:
        return FileKind.ARCHIVE
    known = next((kind for magic, kind in _FOREIGN_SIGNATURES if data.startswith(magic)), None)
    return known or _detect_text_type(data[:_TEXT_SAMPLE_BYTES])


def is_ods_package(package: Package) -> bool:
    """Return True if a zip container is an .ods. Raises for a container that is not a workbook."""
    if "[Content_Types].xml" in package:
        return False
    mimetype, manifest = (package.read_whole(name) if name in package else b"" for name in _ODS_PARTS)
    if mimetype.startswith(_ODS) or (not mimetype and b'"%s"' % _ODS in manifest):
        if b"encryption-data" in manifest:
            raise UnreadableFileError("file.encrypted")
        return True
    if mimetype.startswith(_OPEN_DOCUMENT):
        raise foreign_file(FileKind.OPEN_DOCUMENT)
    if any(name.replace("\\", "/").startswith("xl/") for name in package.list_names()):
        raise damaged_workbook("[Content_Types].xml", DamageKind.MISSING_PART)
    raise foreign_file(next((kind for pattern, kind in _PACKAGE_KINDS if _has_part(package, pattern)), FileKind.ZIP))


def _has_part(package: Package, pattern: re.Pattern[str]) -> bool:
    return any(pattern.fullmatch(name) for name in package.list_names())


def _detect_ole_type(data: bytes) -> ReadableType | FileKind | None:
    """Detect the type by stream names, searched at every entry position: no chain is followed, so none can loop."""
    kind = next((kind for entry, kind in _STREAMS if _occurs_aligned(entry, data, _ENTRY_BYTES)), None)
    return (
        ReadableType.ENCRYPTED_XLS
        if kind is ReadableType.XLS and _occurs_aligned(_FILE_PASS, data, _SECTOR_BYTES)
        else kind
    )


def _occurs_aligned(pattern: re.Pattern[bytes], data: bytes, alignment: int) -> bool:
    return any(match.start() % alignment == 0 for match in pattern.finditer(data))


def _detect_text_type(start: bytes) -> FileKind | None:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if start.startswith(mark):
            start = start[len(mark) :].decode(encoding, "ignore").encode()
            break
    if _MAIL.match(start) and len(_MAIL_HEADERS.findall(start)) >= _MIN_MAIL_HEADERS:
        return FileKind.MAIL
    if _HTML.match(start):
        return FileKind.HTML
    if _XML.match(start):
        return FileKind.EXCEL_2003_XML if _EXCEL_2003 in start else FileKind.XML
    control_count = sum(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in start)
    return None if control_count * 50 > len(start) else FileKind.TEXT
