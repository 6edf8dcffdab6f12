"""Files that no office program writes: each is built by a small function and must be refused with one exact code.

``BAD`` maps the name of a fault to its bytes and to the code and facts of the refusal it must cause.
"""

import struct
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import NamedTuple

from tests.spreadsheet.old_excel import far_apart
from tests.spreadsheet.packages import (
    APP,
    CONTENT_TYPES,
    CORE,
    CUSTOM,
    MAIN,
    REL,
    ROOT_RELS,
    ROWS,
    SHEET,
    STRINGS,
    STYLES,
    THEME,
    WORKBOOK,
    WORKBOOK_RELS,
    XML,
    RawZip,
    content_types,
    deflated,
    good_parts,
    relationships,
    sheet,
    strings,
    with_parts,
    with_rows,
    workbook,
    zipped,
)
from tests.spreadsheet.spreadsheets import ODS, ODS_CELL, ods_row, spreadsheet
from xltool.spreadsheet.ooxml.addresses import format_column
from xltool.spreadsheet.refusals import BombKind, DamageKind, FileKind, LimitKind

MIB = 1024 * 1024


class Bad(NamedTuple):
    """A file to refuse: how it is made, and the code and the facts (apart from ``file``) of the refusal."""

    made: Callable[[], bytes]
    code: str
    facts: dict[str, object]


def damaged(made: Callable[[], bytes], problem: DamageKind) -> Bad:
    return Bad(made, "file.damaged", {"problem": problem})


def bomb(made: Callable[[], bytes], problem: BombKind) -> Bad:
    return Bad(made, "file.bomb", {"problem": problem})


def excess(made: Callable[[], bytes], what: LimitKind) -> Bad:
    return Bad(made, "file.over_limit", {"what": what})


def foreign(content: bytes, kind: FileKind) -> Bad:
    return Bad(lambda: content, "file.not_workbook", {"kind": kind})


# --- the container -----------------------------------------------------------------------------------------------


def good() -> bytes:
    return zipped(good_parts())


def with_patch(find: bytes, put: bytes, start: int = 0) -> bytes:
    """The good workbook with some bytes overwritten, the checksums left as they were."""
    data = zipped(good_parts(), zipfile.ZIP_STORED)
    at = data.index(find, start)
    return data[:at] + put + data[at + len(put) :]


def all_zero() -> bytes:
    return bytes(5000)


def zero_tail() -> bytes:
    data = good()
    return data[: len(data) // 2] + bytes(len(data) - len(data) // 2)


def encrypted_entry() -> bytes:
    data = bytearray(good())
    at = data.index(b"PK\1\2")
    data[at + 8] |= 1
    return bytes(data)


def unknown_method() -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_BZIP2) as archive:
        for name, content in good_parts().items():
            archive.writestr(name, content)
    return buffer.getvalue()


def raw(*extra: tuple[str, bytes]) -> RawZip:
    archive = RawZip()
    for name, content in (*good_parts().items(), *extra):
        archive.add(name, content.encode() if isinstance(content, str) else content)
    return archive


def renamed_in_directory() -> bytes:
    archive = raw()
    at = archive.local("xl/worksheets/sheet2.xml", b"<a/>")
    archive.list("xl/worksheets/sheet3.xml", at, b"<a/>", length=len(deflated(b"<a/>")))
    return archive.bytes()


def symbolic_link() -> bytes:
    buffer = BytesIO(good())
    with zipfile.ZipFile(buffer, "a") as archive:
        link = zipfile.ZipInfo("xl/link.xml")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return buffer.getvalue()


def duplicate(name: str) -> Callable[[], bytes]:
    return lambda: raw((name, b"<a/>")).bytes()


CONTAINER = {
    "random-bytes": damaged(lambda: bytes(range(256)) * 20, DamageKind.NOT_A_ZIP),
    "all-zero": damaged(all_zero, DamageKind.NOT_A_ZIP),
    "only-header": damaged(lambda: b"PK\3\4", DamageKind.NOT_A_ZIP),
    "truncated-half": damaged(lambda: good()[: len(good()) // 2], DamageKind.NOT_A_ZIP),
    "truncated-one-byte": damaged(lambda: good()[:-1], DamageKind.NOT_A_ZIP),
    "zero-tail": damaged(zero_tail, DamageKind.NOT_A_ZIP),
    "bit-rot": damaged(lambda: with_patch(b"<v>12</v>", b"<v>72</v>"), DamageKind.CHECKSUM),
    "bit-rot-in-strings": damaged(lambda: with_patch("年报".encode(), "月报".encode()), DamageKind.CHECKSUM),
    "header-overwritten": damaged(lambda: with_patch(b"PK\3\4", b"XX\3\4", 10), DamageKind.TRUNCATED),
    "method-unknown": damaged(unknown_method, DamageKind.COMPRESSION),
    "encrypted-entry": Bad(encrypted_entry, "file.encrypted", {}),
    "names-disagree": damaged(renamed_in_directory, DamageKind.NAMES_DISAGREE),
    "duplicate-exact": Bad(duplicate(SHEET), "file.duplicate_parts", {"part": SHEET}),
    "duplicate-case": Bad(duplicate("xl/Worksheets/Sheet1.XML"), "file.duplicate_parts", {"other": SHEET}),
    "duplicate-slash": Bad(duplicate("xl\\worksheets\\sheet1.xml"), "file.duplicate_parts", {"other": SHEET}),
    "name-parent": Bad(lambda: with_parts({"../evil.xml": "<a/>"}), "file.unsafe_names", {"name": "../evil.xml"}),
    "name-inner-parent": Bad(lambda: with_parts({"xl/../../evil": ""}), "file.unsafe_names", {}),
    "name-backslash-parent": Bad(lambda: raw(("xl\\..\\evil", b"")).bytes(), "file.unsafe_names", {}),
    "name-absolute": Bad(lambda: with_parts({"/etc/evil": ""}), "file.unsafe_names", {}),
    "name-drive": Bad(lambda: with_parts({"C:/evil": ""}), "file.unsafe_names", {}),
    "name-newline": Bad(lambda: with_parts({"xl/a\nb.xml": ""}), "file.unsafe_names", {"name": "xl/a\nb.xml"}),
    "name-nul": Bad(lambda: raw(("xl/a\0b.xml", b"")).bytes(), "file.unsafe_names", {}),
    "name-long": Bad(lambda: with_parts({"xl/" + "a" * 300: ""}), "file.unsafe_names", {}),
    "symbolic-link": Bad(symbolic_link, "file.unsafe_names", {"name": "xl/link.xml"}),
}

# --- bombs -------------------------------------------------------------------------------------------------------


def declared_small() -> bytes:
    """States 4 KB and inflates to 64 MiB."""
    archive = RawZip()
    for name, content in good_parts().items():
        size = 4096 if name == SHEET else None
        archive.add(name, sheet(" " * 64 * MIB).encode() if name == SHEET else str(content).encode(), size=size)
    return archive.bytes()


def stated_large(size: int, count: int = 1) -> Callable[[], bytes]:
    """Further entries that state so much; what they hold does not matter."""

    def made() -> bytes:
        archive = raw()
        for number in range(count):
            archive.add(f"xl/media/{number}.bin", bytes(2 * MIB), size=size)
        return archive.bytes()

    return made


def overlapping() -> bytes:
    """Several directory entries for the same bytes, as in the "better zip bomb"."""
    archive = raw()
    content = b"x" * 100_000
    at = archive.local("xl/media/0", content)
    archive.list("xl/media/0", at, content, length=len(deflated(content)))
    archive.list("xl/media/0", at, content, length=len(deflated(content)))
    return archive.bytes()


def quoted() -> bytes:
    """Entries that quote the next entry's header, the overlap Fifield found: names and places all differ."""
    archive = raw()
    inner = deflated(b"x" * 100_000)
    header = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0x800, 8, 0, 33, 0, len(inner), 100_000, 4, 0) + b"kern"
    quote = struct.pack("<BHH", 0, len(header), len(header) ^ 0xFFFF) + header + inner
    at = archive.local("quot", b"", stored=quote)
    archive.list("quot", at, b"", length=len(quote), size=100_000)
    kernel = len(archive.body) - len(header) - len(inner)
    archive.list("kern", kernel, b"x" * 100_000, length=len(inner))
    return archive.bytes()


def repeated(unit: str, size: int) -> str:
    return unit * (size // len(unit))


def stored(part: str, content: str) -> bytes:
    """The good workbook with one part replaced, nothing compressed: no ratio gives it away."""
    return zipped({**good_parts(), part: content}, zipfile.ZIP_STORED)


def nested() -> bytes:
    inner = zipped({"a": bytes(30 * MIB)})
    for _ in range(5):
        inner = zipped({"a.zip": inner})
    return inner


def row(cells: str, number: int = 1) -> str:
    return f'<row r="{number}">{cells}</row>'


def blank_cells(count: int, in_a_row: int) -> str:
    """Styled cells with nothing in them, for millions."""
    names = [format_column(column + 1) for column in range(in_a_row)]
    return "".join(
        row("".join(f'<c r="{name}{number}"/>' for name in names), number) for number in range(1, count // in_a_row + 1)
    )


def full_cells(count: int, in_a_row: int) -> str:
    names = [format_column(column + 1) for column in range(in_a_row)]
    return "".join(
        row("".join(f'<c r="{name}{number}"><v>{number}</v></c>' for name in names), number)
        for number in range(1, count // in_a_row + 1)
    )


def spread_over_sheets(count: int) -> bytes:
    """Sheets in an odd dialect, each of which alone would pass."""
    listed = "".join(f'<sheet name="{n}" sheetId="{n}" r:id="rId{n}"/>' for n in range(count))
    relations = [(f"rId{n}", f"{REL}/worksheet", f"worksheets/s{n}.xml") for n in range(count)]
    odd = sheet("<!-- odd -->" + blank_cells(150_000, 100))
    sheets = {f"xl/worksheets/s{n}.xml": odd for n in range(count)}
    return with_parts({WORKBOOK: workbook(listed), WORKBOOK_RELS: relationships(*relations), **sheets})


def defined_names(count: int, text: str = "A1") -> str:
    return "".join(f'<definedName name="n{number}">{text}</definedName>' for number in range(count))


def inline_text(column: int, length: int) -> str:
    """A cell with a long text that compresses by less than two hundred to one."""
    text = "".join(chr(0x4E00 + (number * number * (column + 7)) % 20_000) for number in range(length // 16)) * 16
    return f'<c r="{format_column(column)}1" t="inlineStr"><is><t>{text}</t></is></c>'


def sheets_1001() -> bytes:
    listed = "".join(f'<sheet name="{n}" sheetId="{n}" r:id="rId{n}"/>' for n in range(1, 1002))
    relations = [(f"rId{n}", f"{REL}/worksheet", f"worksheets/s{n}.xml") for n in range(1, 1002)]
    parts = {f"xl/worksheets/s{n}.xml": sheet("") for n in range(1, 1002)}
    return with_parts({WORKBOOK: workbook(listed), WORKBOOK_RELS: relationships(*relations), **parts})


BOMBS = {
    "declared-small": bomb(declared_small, BombKind.STATED_SIZE),
    "stated-1-gb": bomb(stated_large(1024 * MIB), BombKind.PART),
    "stated-5-times-200-mb": bomb(stated_large(200 * MIB, 5), BombKind.RATIO),
    "ratio-1000": bomb(lambda: with_parts({"xl/media/1.bin": bytes(20 * MIB)}), BombKind.RATIO),
    "sheet-of-blanks": bomb(lambda: with_rows(" " * 20 * MIB), BombKind.RATIO),
    "entries-3000": bomb(lambda: with_parts({f"x/{n}.xml": "" for n in range(3000)}), BombKind.ENTRIES),
    "overlap-same": Bad(overlapping, "file.bomb", {"problem": BombKind.OVERLAP}),
    "overlap-quoted": Bad(quoted, "file.bomb", {"problem": BombKind.OVERLAP}),
    "nested": Bad(nested, "file.not_workbook", {"kind": FileKind.ZIP}),
    "text-node": damaged(lambda: stored(SHEET, sheet("x" * 20 * MIB)), DamageKind.UNEXPECTED_ELEMENT),
    "one-value": excess(lambda: stored(SHEET, sheet(row(f"<c r='A1'><v>{'1' * 6 * MIB}</v></c>"))), LimitKind.TEXT),
    "one-attribute": excess(lambda: stored(SHEET, sheet(f'<row r="1" x="{"1" * 20 * MIB}"/>')), LimitKind.TOKEN),
    "one-name": excess(lambda: stored(SHEET, sheet(f"<{'a' * 20 * MIB}/>")), LimitKind.TOKEN),
    "nested-elements": damaged(
        lambda: stored(SHEET, sheet(repeated("<row>", 20 * MIB))), DamageKind.UNEXPECTED_ELEMENT
    ),
    "nested-in-workbook": excess(lambda: stored(WORKBOOK, workbook(more=repeated("<a>", 9 * MIB))), LimitKind.DEPTH),
    "nested-in-skipped": excess(
        lambda: stored(SHEET, sheet(f"<row r='1'><c r='A1'><extLst>{'<a>' * 200}")), LimitKind.DEPTH
    ),
    "blank-cells": excess(lambda: with_rows(blank_cells(6_000_000, 16_000)), LimitKind.CELLS_SEEN),
    "full-cells": excess(lambda: stored(SHEET, sheet(full_cells(400_000, 10))), LimitKind.CELLS_HELD),
    "names-100000": excess(
        lambda: stored(WORKBOOK, workbook(more=f"<definedNames>{defined_names(100_001)}</definedNames>")),
        LimitKind.NAMES,
    ),
    "sheets-1001": excess(sheets_1001, LimitKind.SHEETS),
    "formats-65491": excess(
        lambda: stored(STYLES, f'<styleSheet xmlns="{MAIN}"><cellXfs>{"<xf/>" * 65_491}</cellXfs></styleSheet>'),
        LimitKind.FORMATS,
    ),
    "strings-3-million": excess(lambda: stored(STRINGS, strings("<si/>" * 3_000_000)), LimitKind.SHARED_STRINGS),
    "strings-all-full": excess(
        lambda: stored(STRINGS, strings(f"<si><t>{'x' * 32_000}</t></si>" * 1_100)), LimitKind.CHARACTERS
    ),
    "string-too-long": excess(lambda: stored(STRINGS, strings(f"<si><t>{'x' * 32_768}</t></si>")), LimitKind.TEXT),
    "formula-too-long": excess(lambda: with_rows(row(f'<c r="A1"><f>{"1+" * 4_100}1</f></c>')), LimitKind.FORMULA),
    "texts-all-full": excess(
        lambda: with_rows(row("".join(inline_text(n, 32_000) for n in range(1, 1_200)))), LimitKind.CHARACTERS
    ),
    "names-very-long": excess(
        lambda: stored(WORKBOOK, workbook(more=f"<definedNames>{defined_names(40_000, 'x' * 900)}</definedNames>")),
        LimitKind.BYTES,
    ),
    "prolog-for-ever": excess(lambda: stored(THEME, f"<!--{'-x' * 20 * MIB}"), LimitKind.TOKEN),
    "prolog-of-comments": excess(lambda: stored(THEME, repeated("<!-- -->", 40 * MIB)), LimitKind.BYTES),
    "spread-over-sheets": excess(lambda: spread_over_sheets(6), LimitKind.REWRITTEN),
    "merges-100001": excess(
        lambda: stored(SHEET, sheet(after=f"<mergeCells>{'<mergeCell/>' * 100_001}</mergeCells>")), LimitKind.MERGES
    ),
}

# --- XML ---------------------------------------------------------------------------------------------------------

EVERY_PART = (CONTENT_TYPES, ROOT_RELS, WORKBOOK, WORKBOOK_RELS, SHEET, STRINGS, STYLES, APP, CORE, CUSTOM, THEME)

DOCTYPES = {
    "empty": "<!DOCTYPE a>",
    "laughs": '<!DOCTYPE a [<!ENTITY l "lol"><!ENTITY m "&l;&l;&l;&l;&l;&l;"><!ENTITY n "&m;&m;&m;&m;&m;&m;">]>',
    "external": '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    "external-subset": '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">',
    "parameter": '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>',
    "after-comments": "<!-- --><?pi?>" + "<!-- long -->" * 500 + "<!DOCTYPE a []>",
}


def with_doctype(part: str, doctype: str, encoding: str = "utf-8") -> Callable[[], bytes]:
    """The good workbook with a DOCTYPE in one part, whatever its encoding."""
    content = str(good_parts()[part]).replace(XML, f'<?xml version="1.0" encoding="{encoding}"?>{doctype}')
    return lambda: with_parts({part: content.encode(encoding)})


def with_sheet(content: str | bytes) -> Callable[[], bytes]:
    return lambda: with_parts({SHEET: content})


ATTACKS = {
    **{
        f"doctype-{part}": Bad(with_doctype(part, DOCTYPES["empty"]), "file.doctype", {"part": part})
        for part in EVERY_PART
    },
    **{
        f"doctype-{name}": Bad(with_doctype(SHEET, text), "file.doctype", {"part": SHEET})
        for name, text in DOCTYPES.items()
    },
    "doctype-utf-16": Bad(with_doctype(SHEET, DOCTYPES["laughs"], "utf-16"), "file.doctype", {"part": SHEET}),
    "doctype-utf-16-in-theme": Bad(with_doctype(THEME, "<!DOCTYPE a>", "utf-16"), "file.doctype", {"part": THEME}),
    "entity-undefined": damaged(lambda: with_rows(row('<c r="A1"><v>&e;</v></c>')), DamageKind.XML),
    "entity-bare": damaged(lambda: with_rows(row('<c r="A1"><v>1 & 2</v></c>')), DamageKind.XML),
    "reference-to-control": damaged(lambda: with_rows(row('<c r="A1"><v>&#0;</v></c>')), DamageKind.XML),
    "reference-too-large": damaged(lambda: with_rows(row('<c r="A1"><v>&#x110000;</v></c>')), DamageKind.XML),
    "control-character": damaged(lambda: with_rows(row('<c r="A1"><v>1\x012</v></c>')), DamageKind.XML),
    "not-utf-8": damaged(with_sheet(sheet(row('<c r="A1"><v>é</v></c>')).encode("latin-1")), DamageKind.ENCODING),
    "declared-latin-1": damaged(with_sheet(sheet().replace("UTF-8", "iso-8859-1")), DamageKind.ENCODING),
    "declared-utf-7": damaged(with_sheet(sheet().replace("UTF-8", "utf-7")), DamageKind.ENCODING),
    "declared-unknown": damaged(with_sheet(sheet().replace("UTF-8", "klingon")), DamageKind.ENCODING),
    "utf-16-without-mark": damaged(with_sheet(sheet().encode("utf-16-le")), DamageKind.XML),
    "not-closed": damaged(with_sheet(sheet()[:-5]), DamageKind.XML),
    "rows-not-closed": damaged(with_sheet(f'{XML}<worksheet xmlns="{MAIN}"><sheetData>{ROWS}'), DamageKind.XML),
    "tags-crossed": damaged(lambda: with_rows('<row r="1"><c r="A1"><v>1</c></v></row>'), DamageKind.XML),
    "after-the-end": damaged(with_sheet(sheet() + "<a/>"), DamageKind.XML),
    "attribute-twice": damaged(lambda: with_rows(row('<c r="A1" s="0" s="1"><v>1</v></c>')), DamageKind.XML),
    "attribute-bare": damaged(lambda: with_rows(row('<c r="A1" s=0><v>1</v></c>')), DamageKind.XML),
    "prefix-undeclared": damaged(lambda: with_rows(row('<x:c r="A1"><v>1</v></x:c>')), DamageKind.XML),
    "part-empty": damaged(with_sheet(""), DamageKind.XML),
    "part-binary": damaged(with_sheet(bytes(range(256))), DamageKind.XML),
}

# --- the package -------------------------------------------------------------------------------------------------


def with_relations(*entries: tuple[str, str, str], mode: str = "") -> Callable[[], bytes]:
    """The good workbook with other relationships of its workbook part."""
    return lambda: with_parts({WORKBOOK_RELS: relationships(*entries, mode=mode)})


def without(part: str) -> Callable[[], bytes]:
    return lambda: with_parts({part: None})


def two_sheets(first: str, second: str) -> Callable[[], bytes]:
    """The good workbook with the sheets "first" and "second", each the attributes of its listing."""
    return lambda: with_parts(
        {
            WORKBOOK: workbook(f"<sheet {first}/><sheet {second}/>"),
            WORKBOOK_RELS: relationships(
                ("rId1", f"{REL}/worksheet", "worksheets/sheet1.xml"),
                ("rId2", f"{REL}/sharedStrings", "sharedStrings.xml"),
                ("rId3", f"{REL}/worksheet", "worksheets/sheet1.xml"),
                ("rId4", f"{REL}/worksheet", "worksheets/sheet2.xml"),
            ),
            "xl/worksheets/sheet2.xml": sheet(""),
        }
    )


PACKAGES = {
    "no-content-types": damaged(without(CONTENT_TYPES), DamageKind.MISSING_PART),
    "no-root-relationships": damaged(without(ROOT_RELS), DamageKind.MISSING_PART),
    "no-workbook": damaged(without(WORKBOOK), DamageKind.MISSING_PART),
    "no-workbook-relationships": damaged(without(WORKBOOK_RELS), DamageKind.RELATIONSHIP),
    "no-sheet": damaged(without(SHEET), DamageKind.MISSING_PART),
    "no-strings": damaged(without(STRINGS), DamageKind.MISSING_PART),
    "no-styles": damaged(without(STYLES), DamageKind.MISSING_PART),
    "no-type-for-workbook": damaged(
        lambda: with_parts({CONTENT_TYPES: content_types("application/xml")}), DamageKind.CONTENT_TYPE
    ),
    "relationship-dangling": damaged(
        with_relations(("rId1", f"{REL}/worksheet", "worksheets/no.xml")), DamageKind.MISSING_PART
    ),
    "relationship-external": damaged(
        with_relations(("rId1", f"{REL}/worksheet", "http://127.0.0.1:9/s.xml"), mode=' TargetMode="External"'),
        DamageKind.RELATIONSHIP,
    ),
    "relationship-outside": damaged(
        with_relations(("rId1", f"{REL}/worksheet", "../../../etc/passwd")), DamageKind.RELATIONSHIP
    ),
    "relationship-of-another-kind": damaged(
        with_relations(("rId1", f"{REL}/image", "worksheets/sheet1.xml")), DamageKind.RELATIONSHIP
    ),
    "relationship-twice": damaged(
        with_relations(
            ("rId1", f"{REL}/worksheet", "worksheets/sheet1.xml"), ("rId1", f"{REL}/worksheet", "worksheets/x.xml")
        ),
        DamageKind.RELATIONSHIP,
    ),
    "sheet-is-the-workbook": damaged(
        with_relations(("rId1", f"{REL}/worksheet", "workbook.xml")), DamageKind.WRONG_ROOT
    ),
    "sheet-is-html": damaged(
        with_sheet("<html><body><table><tr><td>1</td></tr></table></body></html>"), DamageKind.WRONG_ROOT
    ),
    "sheet-is-a-chart-sheet": damaged(with_sheet(f'<chartsheet xmlns="{MAIN}"/>'), DamageKind.WRONG_ROOT),
    "sheet-in-no-namespace": damaged(
        with_sheet(f"<worksheet><sheetData>{ROWS}</sheetData></worksheet>"), DamageKind.WRONG_ROOT
    ),
    "sheet-in-a-wrong-namespace": damaged(with_sheet(sheet().replace(MAIN, MAIN + "x")), DamageKind.WRONG_ROOT),
    "strings-are-a-sheet": damaged(lambda: with_parts({STRINGS: sheet()}), DamageKind.WRONG_ROOT),
    "styles-are-a-sheet": damaged(lambda: with_parts({STYLES: sheet()}), DamageKind.WRONG_ROOT),
    "no-sheets-listed": damaged(lambda: with_parts({WORKBOOK: workbook("")}), DamageKind.NO_SHEETS),
    "sheet-without-relationship": damaged(
        lambda: with_parts({WORKBOOK: workbook('<sheet name="a"/>')}), DamageKind.RELATIONSHIP
    ),
    "sheet-state-unknown": damaged(
        lambda: with_parts({WORKBOOK: workbook('<sheet name="a" state="gone" r:id="rId1"/>')}), DamageKind.SHEET_STATE
    ),
    "two-sheets-of-one-name": damaged(
        two_sheets('name="A" r:id="rId1"', 'name="a" r:id="rId4"'), DamageKind.SHEET_TWICE
    ),
    "two-sheets-of-one-part": damaged(
        two_sheets('name="A" r:id="rId1"', 'name="B" r:id="rId3"'), DamageKind.SHEET_TWICE
    ),
    "two-sheets-of-one-relationship": damaged(
        two_sheets('name="A" r:id="rId1"', 'name="B" r:id="rId1"'), DamageKind.SHEET_TWICE
    ),
    "name-defined-twice": damaged(
        lambda: with_parts(
            {
                WORKBOOK: workbook(
                    more='<definedNames><definedName name="a">A1</definedName>'
                    '<definedName name="A">B1</definedName></definedNames>'
                )
            }
        ),
        DamageKind.NAME_TWICE,
    ),
    "styles-number-odd": damaged(
        lambda: with_parts({STYLES: f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="x"/></cellXfs></styleSheet>'}),
        DamageKind.STYLES,
    ),
}

# --- the grid ----------------------------------------------------------------------------------------------------

GRIDS = {
    "cell-twice": damaged(
        lambda: with_rows(row('<c r="A1"><v>1</v></c><c r="A1"><v>2</v></c>')), DamageKind.CELL_TWICE
    ),
    "cell-and-blank": damaged(lambda: with_rows(row('<c r="A1"><v>1</v></c><c r="A1"/>')), DamageKind.CELL_TWICE),
    "cell-twice-apart": damaged(
        lambda: with_rows(row('<c r="A1"><v>1</v></c>') + row('<c r="A1"><v>2</v></c>', 2)), DamageKind.CELL_TWICE
    ),
    "cell-twice-without-address": damaged(
        lambda: with_rows(row('<c><v>1</v></c><c r="A1"><v>2</v></c>')), DamageKind.CELL_TWICE
    ),
    "row-twice": damaged(lambda: with_rows(row("") + row('<c r="A1"><v>2</v></c>')), DamageKind.ROW_TWICE),
    "row-twice-spelled-apart": damaged(lambda: with_rows(row("") + '<row r="01"/>'), DamageKind.ROW_TWICE),
    "row-disagrees": damaged(lambda: with_rows(row('<c r="A2"><v>2</v></c>')), DamageKind.ROW_DISAGREES),
    "row-not-closed": damaged(lambda: with_rows('<row r="1"><c r="A1"><v>2</v></c>'), DamageKind.XML),
    "row-closed-twice": damaged(lambda: with_rows(row("") + "</row>"), DamageKind.XML),
    "rows-nested-and-not-closed": damaged(
        lambda: with_rows('<row r="1"><row r="2"></row>'), DamageKind.UNEXPECTED_ELEMENT
    ),
    "row-disagrees-in-odd-dialect": damaged(lambda: with_rows(row("<c r='A2'><v>2</v></c>")), DamageKind.ROW_DISAGREES),
    "row-0": damaged(lambda: with_rows(row('<c r="A0"><v>2</v></c>', 0)), DamageKind.BAD_ADDRESS),
    "row-1048577": damaged(lambda: with_rows(row('<c r="A1048577"><v>2</v></c>', 1048577)), DamageKind.BAD_ADDRESS),
    "row-4294967297": damaged(
        lambda: with_rows(row('<c r="A4294967297"><v>2</v></c>', 4294967297)), DamageKind.BAD_ADDRESS
    ),
    "row-negative": damaged(lambda: with_rows(row("", -1)), DamageKind.BAD_ADDRESS),
    "row-in-words": damaged(lambda: with_rows('<row r="one"/>'), DamageKind.BAD_ADDRESS),
    "row-huge": damaged(lambda: with_rows(f'<row r="{"9" * 10_000}"/>'), DamageKind.BAD_ADDRESS),
    "column-xfe": damaged(lambda: with_rows(row('<c r="XFE1"><v>2</v></c>')), DamageKind.BAD_ADDRESS),
    "column-aaaa": damaged(lambda: with_rows(row('<c r="AAAA1"><v>2</v></c>')), DamageKind.BAD_ADDRESS),
    "address-small": damaged(lambda: with_rows(row('<c r="a1"><v>2</v></c>')), DamageKind.BAD_ADDRESS),
    "address-absolute": damaged(lambda: with_rows(row('<c r="$A$1"><v>2</v></c>')), DamageKind.BAD_ADDRESS),
    "address-full-width": damaged(lambda: with_rows(row('<c r="A１"><v>2</v></c>')), DamageKind.BAD_ADDRESS),
    "two-values": damaged(lambda: with_rows(row('<c r="A1"><v>1</v><v>2</v></c>')), DamageKind.VALUE_TWICE),
    "value-and-inline": damaged(
        lambda: with_rows(row('<c r="A1" t="inlineStr"><v>1</v><is><t>2</t></is></c>')), DamageKind.VALUE_TWICE
    ),
    "cell-outside-a-row": damaged(lambda: with_rows('<c r="A1"><v>1</v></c>'), DamageKind.ROW_DISAGREES),
    "cell-after-a-row": damaged(lambda: with_rows('<row r="1"/><c r="A1"><v>1</v></c>'), DamageKind.ROW_DISAGREES),
    "row-in-a-row": damaged(lambda: with_rows(row(row('<c r="A1"><v>1</v></c>'))), DamageKind.UNEXPECTED_ELEMENT),
    "value-in-another-namespace": damaged(
        lambda: with_rows(row('<c r="A1"><v xmlns="urn:x">1</v></c>')), DamageKind.UNEXPECTED_ELEMENT
    ),
    "two-grids": damaged(with_sheet(sheet(after=f"<sheetData>{ROWS}</sheetData>")), DamageKind.UNEXPECTED_ELEMENT),
    "type-unknown": damaged(lambda: with_rows(row('<c r="A1" t="x"><v>1</v></c>')), DamageKind.CELL_TYPE),
    "style-negative": damaged(lambda: with_rows(row('<c r="A1" s="-1"><v>1</v></c>')), DamageKind.CELL_TYPE),
    "string-index-negative": damaged(lambda: with_rows(row('<c r="A1" t="s"><v>-1</v></c>')), DamageKind.STRING_INDEX),
    "string-index-beyond": damaged(lambda: with_rows(row('<c r="A1" t="s"><v>1</v></c>')), DamageKind.STRING_INDEX),
    "string-index-huge": damaged(
        lambda: with_rows(row(f'<c r="A1" t="s"><v>{"9" * 5_000}</v></c>')), DamageKind.STRING_INDEX
    ),
    "string-index-fraction": damaged(lambda: with_rows(row('<c r="A1" t="s"><v>0.0</v></c>')), DamageKind.STRING_INDEX),
}

# --- what is no workbook -----------------------------------------------------------------------------------------


def ole(stream: str) -> bytes:
    """An OLE2 file as far as its directory, whose sectors lead round in a circle."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6)
    header += bytes(6) + struct.pack("<9I", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    fat = struct.pack("<128I", 0xFFFFFFFD, 1, *[2] * 126)
    directory = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0")
        + struct.pack("<HBB3I", 2 * len(name) + 2, kind, 1, 1, 1, 1)
        + bytes(36)
        + struct.pack("<IQ", 2, 100_000)
        for name, kind in (("Root Entry", 5), (stream, 2))
    )
    return header[:512].ljust(512, b"\0") + fat + directory.ljust(512, b"\0") + bytes(512)


def document(main: str) -> Callable[[], bytes]:
    return lambda: with_parts({CONTENT_TYPES: content_types(main)})


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"

FOREIGN = {
    "empty": Bad(lambda: b"", "file.empty", {}),
    "pdf": foreign(b"%PDF-1.7\n1 0 obj", FileKind.PDF),
    "png": foreign(b"\x89PNG\r\n\x1a\n" + bytes(100), FileKind.PICTURE),
    "jpeg": foreign(b"\xff\xd8\xff\xe0" + bytes(100), FileKind.PICTURE),
    "html": foreign(b"<!DOCTYPE html><html><table><tr><td>1</td></tr></table></html>", FileKind.HTML),
    "html-of-excel": foreign(b'<html xmlns:x="urn:schemas-microsoft-com:office:excel"><table>', FileKind.HTML),
    "html-behind-bom": foreign(b"\xef\xbb\xbf<html><body>", FileKind.HTML),
    "csv": foreign("单位,件数\n甲局,12\n".encode(), FileKind.TEXT),
    "csv-gbk": foreign("单位,件数\n甲局,12\n".encode("gbk"), FileKind.TEXT),
    "csv-utf-16": foreign("单位\t件数\n甲局\t12\n".encode("utf-16"), FileKind.TEXT),
    "text": foreign(b"hello", FileKind.TEXT),
    "json": foreign(b'{"a": 1}', FileKind.TEXT),
    "xml": foreign(b'<?xml version="1.0"?><a/>', FileKind.XML),
    "excel-2003-xml": foreign(
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
        FileKind.EXCEL_2003_XML,
    ),
    "rtf": foreign(b"{\\rtf1 hello}", FileKind.TEXT_DOCUMENT),
    "rar": foreign(b"Rar!\x1a\x07\x01\x00", FileKind.ARCHIVE),
    "program": foreign(b"MZ\x90\x00" + bytes(60), FileKind.PROGRAM),
    "excel-4": foreign(b"\x09\x04\x06\x00\x00\x04\x10\x00", FileKind.OLD_EXCEL),
    "zip-of-texts": foreign(zipped({"a.txt": "hello"}), FileKind.ZIP),
    "zip-without-entries": foreign(zipped({}), FileKind.ZIP),
    "odt": foreign(zipped({"mimetype": "application/vnd.oasis.opendocument.text"}), FileKind.OPEN_DOCUMENT),
    "docx": Bad(document(WORD), "file.not_workbook", {"kind": FileKind.TEXT_DOCUMENT}),
    "pptx": Bad(document(SLIDES), "file.not_workbook", {"kind": FileKind.PRESENTATION}),
    "doc": foreign(ole("WordDocument"), FileKind.TEXT_DOCUMENT),
    "ppt": foreign(ole("PowerPoint Document"), FileKind.PRESENTATION),
    "msi": foreign(ole("Table"), FileKind.OTHER_OFFICE),
    "encrypted": Bad(lambda: ole("EncryptedPackage"), "file.encrypted", {}),
}

# --- formats read by a library -----------------------------------------------------------------------------------

BINARY = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"


def ods(content: str, manifest: str = "<a/>") -> Callable[[], bytes]:
    return lambda: zipped({"mimetype": ODS, "content.xml": content, "META-INF/manifest.xml": manifest})


def ods_elements() -> bytes:
    return zipped({"mimetype": ODS, "content.xml": spreadsheet("<t:x/>" * 2_100_000)}, zipfile.ZIP_STORED)


def encrypted_xls() -> bytes:
    """An .xls whose first records are BOF and FILEPASS."""
    return ole("Workbook") + (b"\x09\x08\x10\0" + bytes(16) + b"\x2f\0\x36\0").ljust(512, b"\0")


def xlsb() -> bytes:
    rels = relationships(("rId1", f"{REL}/officeDocument", "xl/workbook.bin"))
    types = content_types(BINARY).replace(WORKBOOK, "xl/workbook.bin")
    return with_parts({CONTENT_TYPES: types, ROOT_RELS: rels, "xl/workbook.bin": bytes(range(256)), WORKBOOK: None})


LIBRARY = {
    "xls-in-a-loop": damaged(lambda: ole("Workbook"), DamageKind.UNREADABLE),
    "xls-figures-far-apart": Bad(far_apart, "file.reader_died", {}),
    "xls-encrypted": Bad(encrypted_xls, "file.encrypted", {}),
    "xls-cut-short": damaged(lambda: ole("Workbook")[:1000], DamageKind.NOT_A_ZIP),
    "ods-not-closed": damaged(ods("<a>"), DamageKind.XML),
    "ods-without-sheets": damaged(ods("<a/>"), DamageKind.NO_SHEETS),
    "ods-without-content": damaged(lambda: zipped({"mimetype": ODS}), DamageKind.MISSING_PART),
    "ods-rows-for-ever": excess(ods(spreadsheet(ods_row(ODS_CELL, 1_048_576))), LimitKind.CELLS_HELD),
    "ods-columns-for-ever": excess(
        ods(spreadsheet(ods_row(f"{ODS_CELL[:-2]} t:number-columns-repeated='999999'/>"))), LimitKind.CELLS_HELD
    ),
    "ods-columns-beyond-xfd": damaged(
        ods(spreadsheet(ods_row(f"<t:table-cell t:number-columns-repeated='16384'/>{ODS_CELL}"))),
        DamageKind.BAD_ADDRESS,
    ),
    "ods-rows-beyond-the-last": damaged(
        ods(spreadsheet(ods_row("", 1_048_576) + ods_row(ODS_CELL))), DamageKind.BAD_ADDRESS
    ),
    "ods-repeated-a-million-million-times": damaged(ods(spreadsheet(ods_row("", 10**12))), DamageKind.BAD_ADDRESS),
    "ods-type-unknown": damaged(
        ods(spreadsheet(ods_row("<t:table-cell o:value-type='fancy' o:value='1'/>"))), DamageKind.CELL_TYPE
    ),
    "ods-elements": excess(ods_elements, LimitKind.ELEMENTS),
    "ods-nested": excess(ods(spreadsheet("<t:x>" * 5_000)), LimitKind.DEPTH),
    "ods-encrypted": Bad(ods("", "<a><encryption-data/></a>"), "file.encrypted", {}),
    "ods-doctype": Bad(ods("<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>"), "file.doctype", {"part": "content.xml"}),
    "xlsb-that-is-none": damaged(lambda: with_parts({CONTENT_TYPES: content_types(BINARY)}), DamageKind.CONTENT_TYPE),
    "xlsb-nonsense": damaged(xlsb, DamageKind.UNREADABLE),
}


BAD: dict[str, Bad] = {**CONTAINER, **BOMBS, **ATTACKS, **PACKAGES, **GRIDS, **FOREIGN, **LIBRARY}
