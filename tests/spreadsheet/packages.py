"""Small workbooks made part by part, so that a test can say exactly which part is wrong."""

import struct
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_REL = "http://purl.oclc.org/ooxml/officeDocument/relationships"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml."

CONTENT_TYPES = "[Content_Types].xml"
ROOT_RELS = "_rels/.rels"
WORKBOOK = "xl/workbook.xml"
WORKBOOK_RELS = "xl/_rels/workbook.xml.rels"
SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
STYLES = "xl/styles.xml"
APP = "docProps/app.xml"
CORE = "docProps/core.xml"
CUSTOM = "docProps/custom.xml"
THEME = "xl/theme/theme1.xml"

# What the sheet of `good_parts` holds: address -> text as stored.
GOOD = {"A1": "年报", "B1": "12", "C1": "24"}

ROWS = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><v>12</v></c><c r="C1"><f>B1*2</f><v>24</v></c></row>'


def sheet(rows: str = ROWS, before: str = "", after: str = "") -> str:
    return f'{XML}<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def strings(items: str = "<si><t>年报</t></si>") -> str:
    return f'{XML}<sst xmlns="{MAIN}">{items}</sst>'


def relationships(*entries: tuple[str, str, str], mode: str = "") -> str:
    made = "".join(f'<Relationship Id="{i}" Type="{kind}" Target="{target}"{mode}/>' for i, kind, target in entries)
    return f'{XML}<Relationships xmlns="{RELS}">{made}</Relationships>'


def workbook(sheets: str = '<sheet name="表一" sheetId="1" r:id="rId1"/>', more: str = "") -> str:
    return f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{REL}"><sheets>{sheets}</sheets>{more}</workbook>'


def content_types(main: str = CONTENT + "sheet.main+xml") -> str:
    overrides = "".join(
        f'<Override PartName="/{part}" ContentType="{kind}"/>'
        for part, kind in (
            (WORKBOOK, main),
            (SHEET, CONTENT + "worksheet+xml"),
            (STRINGS, CONTENT + "sharedStrings+xml"),
            (STYLES, CONTENT + "styles+xml"),
        )
    )
    defaults = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    defaults += '<Default Extension="xml" ContentType="application/xml"/>'
    return f'{XML}<Types xmlns="{TYPES}">{defaults}{overrides}</Types>'


def good_parts() -> dict[str, str | bytes]:
    """A workbook with one sheet that holds `GOOD`."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006"
    return {
        CONTENT_TYPES: content_types(),
        ROOT_RELS: relationships(
            ("rId1", f"{REL}/officeDocument", WORKBOOK),
            ("rId2", f"{REL}/extended-properties", APP),
            ("rId3", f"{REL}/custom-properties", CUSTOM),
        ),
        WORKBOOK: workbook(),
        WORKBOOK_RELS: relationships(
            ("rId1", f"{REL}/worksheet", "worksheets/sheet1.xml"),
            ("rId2", f"{REL}/sharedStrings", "sharedStrings.xml"),
            ("rId3", f"{REL}/styles", "styles.xml"),
        ),
        SHEET: sheet(),
        STRINGS: strings(),
        STYLES: f'{XML}<styleSheet xmlns="{MAIN}"><cellXfs count="1"><xf numFmtId="0"/></cellXfs></styleSheet>',
        APP: f'{XML}<Properties xmlns="{office}/extended-properties"><Application>Pen</Application></Properties>',
        CORE: f'{XML}<core xmlns="urn:example"/>',
        CUSTOM: f'{XML}<Properties xmlns="{office}/custom-properties"/>',
        THEME: f'{XML}<theme xmlns="urn:example"/>',
    }


def zipped(parts: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The container of these parts."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return buffer.getvalue()


def with_parts(changed: Mapping[str, str | bytes | None]) -> bytes:
    """The good workbook with some parts replaced, added, or left out (None)."""
    parts = {**good_parts(), **changed}
    return zipped({name: content for name, content in parts.items() if content is not None})


def with_rows(rows: str) -> bytes:
    """The good workbook with other rows in its sheet."""
    return with_parts({SHEET: sheet(rows)})


class RawZip:
    """A zip container written field by field, for what `zipfile` would never write."""

    def __init__(self) -> None:
        self.body = bytearray()
        self.directory = bytearray()
        self.count = 0

    def local(self, name: str, content: bytes, *, stored: bytes | None = None, size: int | None = None) -> int:
        """Write one entry's header and data; where it stands is given back."""
        at = len(self.body)
        data = deflated(content) if stored is None else stored
        fields = (20, 0x800, 8, 0, 33, zlib.crc32(content), len(data), len(content) if size is None else size)
        encoded = name.encode()
        self.body += struct.pack("<4s5H3L2H", b"PK\3\4", *fields, len(encoded), 0) + encoded + data
        return at

    def list(self, name: str, at: int, content: bytes, *, length: int, size: int | None = None, crc: int = 0) -> None:
        """List one entry in the directory: ``length`` bytes of data at the header ``at``."""
        fields = (20, 20, 0x800, 8, 0, 33, crc or zlib.crc32(content), length, len(content) if size is None else size)
        encoded = name.encode()
        self.directory += struct.pack("<4s6H3L5H2L", b"PK\1\2", *fields, len(encoded), 0, 0, 0, 0, 0, at) + encoded
        self.count += 1

    def add(self, name: str, content: bytes, *, size: int | None = None) -> None:
        """Write and list one entry; ``size`` is the inflated size to state."""
        at = self.local(name, content, size=size)
        self.list(name, at, content, length=len(deflated(content)), size=size)

    def bytes(self) -> bytes:
        end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, self.count, self.count, len(self.directory), len(self.body), 0)
        return bytes(self.body + self.directory) + end


def deflated(content: bytes) -> bytes:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    return compressor.compress(content) + compressor.flush()
