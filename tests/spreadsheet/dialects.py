"""The same small workbook in every dialect that a program may write; all of them hold `packages.GOOD`."""

from collections.abc import Callable

from tests.spreadsheet.packages import (
    CONTENT_TYPES,
    MAIN,
    REL,
    ROOT_RELS,
    ROWS,
    SHEET,
    STRICT,
    STRICT_REL,
    STRINGS,
    STYLES,
    WORKBOOK,
    WORKBOOK_RELS,
    XML,
    RawZip,
    good_parts,
    relationships,
    sheet,
    strings,
    with_parts,
    with_rows,
    zipped,
)

ALL_XML = (SHEET, STRINGS, STYLES, WORKBOOK, WORKBOOK_RELS, ROOT_RELS, CONTENT_TYPES)
LABEL = '<c r="A1" t="s"><v>0</v></c>'
TWELVE = '<c r="B1"><v>12</v></c>'
DOUBLE = '<c r="C1"><f>B1*2</f><v>24</v></c>'


def rewritten(change: Callable[[str], str | bytes], *parts: str) -> Callable[[], bytes]:
    """The good workbook with ``change`` applied to some of its parts."""
    return lambda: with_parts({part: change(str(good_parts()[part])) for part in parts})


def strict() -> bytes:
    def change(text: str) -> str:
        text = text.replace(f"{REL}/extended-properties", f"{STRICT_REL}/extendedProperties")
        text = text.replace(f"{REL}/custom-properties", f"{STRICT_REL}/customProperties")
        return text.replace(MAIN, STRICT).replace(REL, STRICT_REL)

    return zipped({name: change(str(content)) for name, content in good_parts().items()})


def prefixed(text: str) -> str:
    """Every element of SpreadsheetML with a prefix."""
    text = text.replace("</", "</x:").replace("<", "<x:").replace("<x:/x:", "</x:")
    return text.replace("<x:?", "<?").replace('xmlns="', 'xmlns:x="')


def utf_16(text: str) -> bytes:
    return text.replace("UTF-8", "UTF-16").encode("utf-16")


def renamed(rename: Callable[[str], str]) -> Callable[[], bytes]:
    """Every part under another spelling of its name."""

    def made() -> bytes:
        archive = RawZip()
        for name, content in good_parts().items():
            archive.add(rename(name), str(content).encode())
        return archive.bytes()

    return made


def targets(sheet_target: str) -> Callable[[], bytes]:
    relations = relationships(
        ("rId1", f"{REL}/worksheet", sheet_target),
        ("rId2", f"{REL}/sharedStrings", "/xl/sharedStrings.xml"),
        ("rId3", f"{REL}/styles", "./styles.xml"),
    )
    return lambda: with_parts({WORKBOOK_RELS: relations})


def in_rows(label: str = LABEL, twelve: str = TWELVE, double: str = DOUBLE) -> Callable[[], bytes]:
    return lambda: with_rows(f'<row r="1">{label}{twelve}{double}</row>')


def in_strings(items: str) -> Callable[[], bytes]:
    return lambda: with_parts({STRINGS: strings(items)})


def around(before: str = "", after: str = "") -> Callable[[], bytes]:
    return lambda: with_parts({SHEET: sheet(before=before, after=after)})


def of_sheet(change: Callable[[str], str]) -> Callable[[], bytes]:
    return rewritten(change, SHEET)


RICH = (
    '<si><r><rPr><b/><rFont val="宋体"/></rPr><t xml:space="preserve">年</t></r><r><t>报</t></r>'
    '<rPh sb="0" eb="1"><t>ニエン</t></rPh><phoneticPr fontId="1"/></si>'
)

SAME: dict[str, Callable[[], bytes]] = {
    "plain": lambda: zipped(good_parts()),
    "stored": lambda: zipped(good_parts(), 0),
    "strict": strict,
    "prefixed": rewritten(prefixed, SHEET, STRINGS, STYLES, WORKBOOK),
    "prefixed-relationships": rewritten(prefixed, WORKBOOK_RELS, ROOT_RELS, CONTENT_TYPES),
    "utf-16": rewritten(utf_16, *ALL_XML),
    "byte-order-mark": rewritten(lambda text: "\ufeff" + text, *ALL_XML),
    "no-declaration": rewritten(lambda text: text.replace(XML, ""), *ALL_XML),
    "line-ends-of-windows": of_sheet(lambda text: text.replace("><", ">\r\n<")),
    "indented": rewritten(lambda text: text.replace("><", ">\n  <"), SHEET, WORKBOOK, STYLES),
    "single-quotes": rewritten(lambda text: text.replace('"', "'"), *ALL_XML),
    "spaces-in-tags": of_sheet(lambda text: text.replace('" ', '"  ').replace("<row ", "<row\n").replace('">', '" >')),
    "attributes-in-another-order": in_rows(label='<c t="s" s="0" r="A1"><v>0</v></c>'),
    "attributes-of-other-programs": in_rows(twelve='<c r="B1" s="0" t="n" cm="1" x="a/b"><v>12</v></c>'),
    "comments": of_sheet(lambda text: text.replace("<v>12", "<!-- <c r='B1'> --><v>1<!--x-->2")),
    "comment-with-the-end": of_sheet(lambda text: text.replace("<row", "<!-- </sheetData> --><row")),
    "instructions": of_sheet(lambda text: text.replace("<row", "<?a <c?><row")),
    "cdata": of_sheet(lambda text: text.replace("<v>12<", "<v><![CDATA[1]]>2<")),
    "character-references": of_sheet(lambda text: text.replace("<v>12<", "<v>&#49;&#x32;<")),
    "value-before-formula": in_rows(double='<c r="C1"><v>24</v><f>B1*2</f></c>'),
    "empty-elements-in-full": in_rows(twelve='<c r="B1"><v>12</v></c><c r="B7"></c>'.replace("B7", "D1")),
    "cells-of-extensions": in_rows(twelve='<c r="B1"><v>12</v><extLst><ext uri="a"><v>7</v></ext></extLst></c>'),
    "rows-without-number": of_sheet(lambda text: text.replace(' r="1"', "")),
    "cells-without-address": of_sheet(lambda text: text.replace(' r="A1"', "").replace(' r="C1"', "")),
    "cells-out-of-order": in_rows(label=DOUBLE, twelve=TWELVE, double=LABEL),
    "rows-out-of-order": of_sheet(lambda text: text.replace(ROWS, f'<row r="9"/>{ROWS}<row r="3"></row>')),
    "row-with-zeros": of_sheet(lambda text: text.replace('<row r="1"', '<row r="0001"')),
    "last-cell-of-the-grid-blank": of_sheet(
        lambda text: text.replace(ROWS, f'{ROWS}<row r="1048576"><c r="XFD1048576" s="0"/></row>')
    ),
    "dimension-too-large": around('<dimension ref="A1:XFD1048576"/>'),
    "dimension-too-small": around('<dimension ref="A1"/>'),
    "dimension-nonsense": around('<dimension ref="A1:ZZZZ99999999999"/>'),
    "count-lies": rewritten(
        lambda text: text.replace("<sst ", '<sst count="4294967295" uniqueCount="4294967295" ').replace(
            'count="1"', 'count="4294967295"'
        ),
        STRINGS,
        STYLES,
    ),
    "column-styles-to-the-end": around('<cols><col min="1" max="16384" style="0" width="9"/></cols>'),
    "elements-of-the-future": around('<future xmlns="urn:future"><sheetData><row r="1"/></sheetData></future>'),
    "strings-rich": in_strings(RICH),
    "strings-rich-indented": in_strings(RICH.replace("<r>", "\n <r>").replace("</r>", "</r>\n")),
    "strings-rich-in-odd-dialect": in_strings(RICH.replace("<b/>", "<b></b>")),
    "strings-with-references": in_strings("<si><t>&#x5e74;&#25253;</t></si>"),
    "strings-escaped": in_strings("<si><t>_x5E74_报</t></si>"),
    "strings-cdata": in_strings("<si><t><![CDATA[年]]>报</t></si>"),
    "string-inline": in_rows(label='<c r="A1" t="inlineStr"><is><t>年报</t></is></c>'),
    "string-inline-rich": in_rows(label='<c r="A1" t="inlineStr"><is><r><t>年</t></r><r><t>报</t></r></is></c>'),
    "string-of-a-formula": in_rows(label='<c r="A1" t="str"><v>年报</v></c>'),
    "targets-absolute": targets("/xl/worksheets/sheet1.xml"),
    "targets-around": targets("../xl/./worksheets/sheet1.xml"),
    "targets-escaped": targets("worksheets/sheet%31.xml"),
    "targets-with-backslash": targets("worksheets\\sheet1.xml"),
    "names-with-backslash": renamed(lambda name: name.replace("/", "\\")),
    "names-in-capitals": renamed(str.upper),
    "folders-listed": lambda: with_parts({"xl/": "", "xl/worksheets/": ""}),
    "no-styles": rewritten(
        lambda text: text.replace(f'<Relationship Id="rId3" Type="{REL}/styles" Target="styles.xml"/>', ""),
        WORKBOOK_RELS,
    ),
    "other-parts-nonsense": lambda: with_parts({"xl/theme/theme1.xml": b"\0\1 nonsense", "xl/calcChain.xml": ""}),
    "template-type": rewritten(lambda text: text.replace("sheet.main", "template.main"), CONTENT_TYPES),
}
