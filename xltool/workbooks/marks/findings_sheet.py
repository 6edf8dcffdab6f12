"""The sheet with the list of findings, edited as XML."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import chain

from lxml import etree

from xltool.forms.cell_addresses import cell_address, column_letters, parse_address, parse_box
from xltool.forms.plan_sheets import LIST_FIRST_ROW, MARK_COLUMNS, MARK_WIDTHS, SMALL_SIZE_POINTS, text_height
from xltool.workbooks.marks.findings_list import FindingText, SideValue
from xltool.workbooks.marks.replace_part import NotCopyableError
from xltool.workbooks.xlsxwriter_adapter import FORMULA_START_CHARACTERS

_COLUMN_COUNT = len(MARK_COLUMNS)
_MIN_ROW_POINTS, _MAX_ROW_POINTS = 24.0, 409.0  # points; a row cannot be taller
_MAX_CELL_CHARACTERS = 32_000  # characters of one cell
_MAX_DIGITS = 15  # of a number a spreadsheet program keeps
_UNWRITABLE_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE_START = re.compile("_(?=x[0-9A-Fa-f]{4}_)")  # what a spreadsheet program would take for an escaped character
_CELL_ADDRESS = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")
# What may stand before the links, and before the protection, in the order the format prescribes.
_BEFORE_PROTECTION = ("sheetData", "sheetCalcPr")
_BEFORE_LINKS = (
    *("sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols"),
    *(*_BEFORE_PROTECTION, "sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState"),
    *("dataConsolidate", "customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting", "dataValidations"),
)
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_BLANK_CHARACTERS = " \t\r\n"


class FindingsSheet:
    """The sheet with the list. Raises NotCopyableError if its structure is not that of the template."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._namespace = etree.QName(root).namespace
        data = root.find("{*}sheetData")
        if etree.QName(root).localname != "worksheet" or data is None or root.find("{*}tableParts") is not None:
            raise NotCopyableError("list")
        self._data = data
        self._rows = {_parse_row_number(row): row for row in data.iterfind("{*}row")}
        self._looks = _find_column_styles(root, self._rows.get(LIST_FIRST_ROW))
        if len(self._rows) != len(data) or not _has_all_headings(self._rows.get(LIST_FIRST_ROW - 1)):
            raise NotCopyableError("list")
        if any(cell.find("{*}f") is not None for cell in self._list_cells()):
            raise NotCopyableError("formulas in the list")

    @property
    def has_findings(self) -> bool:
        """Whether the list has any content."""
        return any(len(cell) for cell in self._list_cells())

    def write_findings_list(self, findings: Sequence[FindingText], sheets: Iterable[str]) -> None:
        """Replace the list by these findings; cells right of it stay. Links lead only to ``sheets``.

        A finding is one row. Its further cells are listed in hidden rows, for the conditional formats.
        """
        self._clear_list()
        known, links = set(sheets), []
        for number, remark in enumerate(findings, start=LIST_FIRST_ROW):
            self._write_row(number, _make_columns(remark), _compute_row_height(remark))
            if remark.address and remark.sheet in known:
                links.append((cell_address(number, MARK_COLUMNS.index("cell") + 1), remark.sheet, remark.address))
        if not findings:
            self._write_row(LIST_FIRST_ROW, {}, _MIN_ROW_POINTS)
        named = {remark.places[0] for remark in findings if remark.places}
        others = dict.fromkeys(chain.from_iterable(remark.places[1:] for remark in findings))
        hidden = [key for key in others if key not in named]
        for number, key in enumerate(hidden, start=LIST_FIRST_ROW + len(findings)):
            self._write_row(number, {"place": key}, height=None)
        self._write_links(links)
        self._restore_protection()
        self._update_dimension()

    def serialise_part(self) -> bytes:
        """Serialise the part."""
        return etree.tostring(self._root, xml_declaration=True, encoding="UTF-8", standalone=True)

    def _list_cells(self) -> Iterable[etree._Element]:
        for number, row in self._rows.items():
            if number >= LIST_FIRST_ROW:
                yield from (cell for cell in row if _parse_column_number(cell, number) <= _COLUMN_COUNT)

    def _clear_list(self) -> None:
        for cell in list(self._list_cells()):
            cell.getparent().remove(cell)  # type: ignore[union-attr]  # it was found in a row
        for number, row in list(self._rows.items()):
            if number < LIST_FIRST_ROW:
                continue
            for key in set(row.attrib) - {"r"}:
                del row.attrib[key]
            if not len(row):
                self._data.remove(row)
                del self._rows[number]
        for name in ("mergeCells", "hyperlinks"):
            self._drop_ranges(name)

    def _drop_ranges(self, name: str) -> None:
        """Remove merges or links inside the list."""
        listing = self._root.find(f"{{*}}{name}")
        if listing is None:
            return
        for item in list(listing):
            area = parse_box(str(item.get("ref")).replace("$", ""))
            if area.row + area.rows > LIST_FIRST_ROW and area.column <= _COLUMN_COUNT:
                listing.remove(item)
        if len(listing):
            if "count" in listing.attrib:
                listing.set("count", str(len(listing)))
        else:
            self._root.remove(listing)

    def _write_row(self, number: int, cells: Mapping[str, SideValue], height: float | None) -> None:
        """Write one row of the list, before the cells right of it. Without a height the row is hidden."""
        row = self._rows.get(number)
        if row is None:
            row = etree.Element(self._qualify_name("row"), r=str(number))
            after = [known for known in self._rows if known < number]
            at = self._data.index(self._rows[max(after)]) + 1 if after else 0
            self._data.insert(at, row)
            self._rows[number] = row
        for key, value in {"hidden": "1"}.items() if height is None else _make_height_attributes(height):
            row.set(key, value)
        for at, column in enumerate(MARK_COLUMNS):
            row.insert(at, self._make_cell(number, column, cells.get(column)))

    def _make_cell(self, number: int, column: str, value: SideValue) -> etree._Element:
        cell = etree.Element(self._qualify_name("c"), r=cell_address(number, MARK_COLUMNS.index(column) + 1))
        signed = isinstance(value, str) and value.startswith(FORMULA_START_CHARACTERS)
        look = self._looks.get("message" if signed else column)
        if look:
            cell.set("s", look)
        if value is None:
            return cell
        figure = _format_number(value)
        if figure:
            etree.SubElement(cell, self._qualify_name("v")).text = figure
            return cell
        cell.set("t", "inlineStr")
        text = etree.SubElement(etree.SubElement(cell, self._qualify_name("is")), self._qualify_name("t"))
        text.text = _ESCAPE_START.sub(
            "_x005F_", _UNWRITABLE_CHARACTERS.sub("\ufffd", str(value)[:_MAX_CELL_CHARACTERS])
        )
        if text.text.strip(_BLANK_CHARACTERS) != text.text or "\n" in text.text:
            text.set(_XML_SPACE, "preserve")
        return cell

    def _write_links(self, links: Sequence[tuple[str, str, str]]) -> None:
        if not links:
            return
        listing = self._root.find("{*}hyperlinks")
        if listing is None:
            listing = etree.Element(self._qualify_name("hyperlinks"))
            self._insert_after(listing, _BEFORE_LINKS)
        for spot, sheet, target in links:
            quoted = sheet.replace("'", "''")
            etree.SubElement(
                listing, self._qualify_name("hyperlink"), ref=spot, location=f"'{quoted}'!{target}", display=target
            )

    def _restore_protection(self) -> None:
        """Restore the sheet protection of the template, if it was removed."""
        if self._root.find("{*}sheetProtection") is None:
            attributes = {"sheet": "1", "objects": "1", "scenarios": "1", "formatRows": "0"}
            before = _BEFORE_LINKS[: _BEFORE_LINKS.index("sheetProtection")]
            self._insert_after(etree.Element(self._qualify_name("sheetProtection"), attributes), before)

    def _update_dimension(self) -> None:
        dimension = self._root.find("{*}dimension")
        if dimension is not None:
            wide = max(_parse_column_number(cell, number) for number, row in self._rows.items() for cell in row)
            dimension.set("ref", f"A1:{column_letters(wide)}{max(self._rows)}")

    def _insert_after(self, element: etree._Element, before: Sequence[str]) -> None:
        at = max(i for i, child in enumerate(self._root, start=1) if _find_local_name(child) in before)
        self._root.insert(at, element)

    def _qualify_name(self, name: str) -> str:
        return f"{{{self._namespace}}}{name}"


def _make_columns(finding: FindingText) -> dict[str, SideValue]:
    return {
        "place": finding.places[0] if finding.places else None,
        "number": finding.number,
        "sheet": finding.sheet or None,
        "cell": finding.address or None,
        "message": finding.problem,
        "severity": finding.severity,
        "left": finding.left,
        "right": finding.right,
        "advice": finding.cure or None,
    }


def _compute_row_height(finding: FindingText) -> float:
    """Return the height in points that a row needs for its longest texts."""
    widths = dict(zip(MARK_COLUMNS, MARK_WIDTHS, strict=True))
    cells = _make_columns(finding).items()
    needed = [text_height(text, widths[key] - 2, SMALL_SIZE_POINTS) for key, text in cells if isinstance(text, str)]
    return min(max([_MIN_ROW_POINTS, *needed]), _MAX_ROW_POINTS)


def _make_height_attributes(height: float) -> Iterable[tuple[str, str]]:
    return (("ht", f"{height:g}"), ("customHeight", "1"))


def _format_number(value: SideValue) -> str | None:
    """Return a number as text; None for a text, or for more digits than spreadsheet programs keep."""
    if isinstance(value, str) or value is None:
        return None
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return text if len(text.lstrip("-").replace(".", "")) <= _MAX_DIGITS else None


def _find_column_styles(root: etree._Element, first: etree._Element | None) -> dict[str, str]:
    """Return the style index of each column of the list: of its first row, else of the column."""
    found: dict[str, str] = {}
    for column in root.iterfind("{*}cols/{*}col"):
        for number in range(int(str(column.get("min"))), min(int(str(column.get("max"))), _COLUMN_COUNT) + 1):
            found[MARK_COLUMNS[number - 1]] = str(column.get("style", ""))
    for cell in first if first is not None else ():
        number = _parse_column_number(cell, LIST_FIRST_ROW)
        if number <= _COLUMN_COUNT and cell.get("s"):
            found[MARK_COLUMNS[number - 1]] = str(cell.get("s"))
    return found


def _has_all_headings(row: etree._Element | None) -> bool:
    """Return whether every column has a heading, as in the template."""
    if row is None:
        return False
    number = LIST_FIRST_ROW - 1
    return {_parse_column_number(cell, number) for cell in row if len(cell)} >= set(range(1, _COLUMN_COUNT + 1))


def _parse_row_number(row: etree._Element) -> int:
    stated = str(row.get("r", ""))
    if not (stated.isascii() and stated.isdecimal() and len(stated) <= 7):
        raise NotCopyableError("row")
    return int(stated)


def _parse_column_number(cell: etree._Element, row: int) -> int:
    match = _CELL_ADDRESS.fullmatch(str(cell.get("r", "")))
    if match is None or int(match[2]) != row:
        raise NotCopyableError("cell")
    return parse_address(match[0].replace("$", ""))[1]


def _find_local_name(element: etree._Element) -> str:
    """Return the local name; empty for a comment."""
    return str(element.tag).rpartition("}")[2]
