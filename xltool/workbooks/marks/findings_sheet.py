"""The one sheet a check writes into: the list of findings, taken apart and put together again as XML."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import chain

from lxml import etree

from xltool.forms.places import address, box, column_letters, place
from xltool.forms.sheets import LIST_START, MARK_COLUMNS, MARK_WIDTHS, SMALL, height_of
from xltool.workbooks.marks.findings_list import Remark, Side
from xltool.workbooks.marks.replace_part import NotCopyableError
from xltool.workbooks.xlsxwriter_adapter import FORMULA_SIGNS

_WIDE = len(MARK_COLUMNS)
_LOWEST, _TALLEST = 24.0, 409.0  # points; a row cannot be taller
_LONGEST = 32_000  # characters of one cell
_DIGITS = 15  # of a number a spreadsheet program keeps
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")  # what a spreadsheet program would take for an escaped character
_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")
# What may stand before the links, and before the protection, in the order the format prescribes.
_BEFORE_PROTECTION = ("sheetData", "sheetCalcPr")
_BEFORE_LINKS = (
    *("sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols"),
    *(*_BEFORE_PROTECTION, "sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState"),
    *("dataConsolidate", "customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting", "dataValidations"),
)
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_SPACE = " \t\r\n"


class ListSheet:
    """The sheet with the list. Raises NotCopyableError for one that is put to other use."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._namespace = etree.QName(root).namespace
        data = root.find("{*}sheetData")
        if etree.QName(root).localname != "worksheet" or data is None or root.find("{*}tableParts") is not None:
            raise NotCopyableError("list")
        self._data = data
        self._rows = {_number(row): row for row in data.iterfind("{*}row")}
        self._looks = _looks(root, self._rows.get(LIST_START))
        if len(self._rows) != len(data) or not _headed(self._rows.get(LIST_START - 1)):
            raise NotCopyableError("list")
        if any(cell.find("{*}f") is not None for cell in self._listed()):
            raise NotCopyableError("formulas in the list")

    @property
    def filled(self) -> bool:
        """Whether anything stands in the list."""
        return any(len(cell) for cell in self._listed())

    def write(self, remarks: Sequence[Remark], sheets: Iterable[str]) -> None:
        """These findings and nothing else in the list; cells right of it stay. ``sheets`` are those links may lead to.

        A finding is one row. Further cells it is about stand in rows that are not shown: they only light up.
        """
        self._clear()
        known, links = set(sheets), []
        for number, remark in enumerate(remarks, start=LIST_START):
            self._put(number, _cells(remark), _height(remark))
            if remark.address and remark.sheet in known:
                links.append((address(number, MARK_COLUMNS.index("cell") + 1), remark.sheet, remark.address))
        if not remarks:
            self._put(LIST_START, {}, _LOWEST)
        named = {remark.places[0] for remark in remarks if remark.places}
        others = dict.fromkeys(chain.from_iterable(remark.places[1:] for remark in remarks))
        hidden = [key for key in others if key not in named]
        for number, key in enumerate(hidden, start=LIST_START + len(remarks)):
            self._put(number, {"place": key}, height=None)
        self._link(links)
        self._protect()
        self._measure()

    def content(self) -> bytes:
        """The part as it is stored."""
        return etree.tostring(self._root, xml_declaration=True, encoding="UTF-8", standalone=True)

    def _listed(self) -> Iterable[etree._Element]:
        for number, row in self._rows.items():
            if number >= LIST_START:
                yield from (cell for cell in row if _column(cell, number) <= _WIDE)

    def _clear(self) -> None:
        for cell in list(self._listed()):
            cell.getparent().remove(cell)  # type: ignore[union-attr]  # it was found in a row
        for number, row in list(self._rows.items()):
            if number < LIST_START:
                continue
            for key in set(row.attrib) - {"r"}:
                del row.attrib[key]
            if not len(row):
                self._data.remove(row)
                del self._rows[number]
        for name in ("mergeCells", "hyperlinks"):
            self._drop(name)

    def _drop(self, name: str) -> None:
        """Merges, or links, that lie in the list."""
        listing = self._root.find(f"{{*}}{name}")
        if listing is None:
            return
        for item in list(listing):
            area = box(str(item.get("ref")).replace("$", ""))
            if area.row + area.rows > LIST_START and area.column <= _WIDE:
                listing.remove(item)
        if len(listing):
            if "count" in listing.attrib:
                listing.set("count", str(len(listing)))
        else:
            self._root.remove(listing)

    def _put(self, number: int, cells: Mapping[str, Side], height: float | None) -> None:
        """One row of the list, before what already stands right of it. Without a height it is not shown."""
        row = self._rows.get(number)
        if row is None:
            row = etree.Element(self._tag("row"), r=str(number))
            after = [known for known in self._rows if known < number]
            at = self._data.index(self._rows[max(after)]) + 1 if after else 0
            self._data.insert(at, row)
            self._rows[number] = row
        for key, value in {"hidden": "1"}.items() if height is None else _tall(height):
            row.set(key, value)
        for at, column in enumerate(MARK_COLUMNS):
            row.insert(at, self._cell(number, column, cells.get(column)))

    def _cell(self, number: int, column: str, held: Side) -> etree._Element:
        cell = etree.Element(self._tag("c"), r=address(number, MARK_COLUMNS.index(column) + 1))
        signed = isinstance(held, str) and held.startswith(FORMULA_SIGNS)
        look = self._looks.get("message" if signed else column)
        if look:
            cell.set("s", look)
        if held is None:
            return cell
        figure = _figure(held)
        if figure:
            etree.SubElement(cell, self._tag("v")).text = figure
            return cell
        cell.set("t", "inlineStr")
        text = etree.SubElement(etree.SubElement(cell, self._tag("is")), self._tag("t"))
        text.text = _ESCAPE.sub("_x005F_", _UNWRITABLE.sub("\ufffd", str(held)[:_LONGEST]))
        if text.text.strip(_SPACE) != text.text or "\n" in text.text:
            text.set(_XML_SPACE, "preserve")
        return cell

    def _link(self, links: Sequence[tuple[str, str, str]]) -> None:
        if not links:
            return
        listing = self._root.find("{*}hyperlinks")
        if listing is None:
            listing = etree.Element(self._tag("hyperlinks"))
            self._insert(listing, _BEFORE_LINKS)
        for spot, sheet, target in links:
            quoted = sheet.replace("'", "''")
            etree.SubElement(listing, self._tag("hyperlink"), ref=spot, location=f"'{quoted}'!{target}", display=target)

    def _protect(self) -> None:
        """The list stays protected, as it was handed out, whatever became of its protection."""
        if self._root.find("{*}sheetProtection") is None:
            attributes = {"sheet": "1", "objects": "1", "scenarios": "1", "formatRows": "0"}
            before = _BEFORE_LINKS[: _BEFORE_LINKS.index("sheetProtection")]
            self._insert(etree.Element(self._tag("sheetProtection"), attributes), before)

    def _measure(self) -> None:
        dimension = self._root.find("{*}dimension")
        if dimension is not None:
            wide = max(_column(cell, number) for number, row in self._rows.items() for cell in row)
            dimension.set("ref", f"A1:{column_letters(wide)}{max(self._rows)}")

    def _insert(self, element: etree._Element, before: Sequence[str]) -> None:
        at = max(i for i, child in enumerate(self._root, start=1) if _local(child) in before)
        self._root.insert(at, element)

    def _tag(self, name: str) -> str:
        return f"{{{self._namespace}}}{name}"


def _cells(remark: Remark) -> dict[str, Side]:
    return {
        "place": remark.places[0] if remark.places else None,
        "number": remark.number,
        "sheet": remark.sheet or None,
        "cell": remark.address or None,
        "message": remark.problem,
        "severity": remark.severity,
        "left": remark.left,
        "right": remark.right,
        "advice": remark.cure or None,
    }


def _height(remark: Remark) -> float:
    """Points a row needs for its longest texts."""
    widths = dict(zip(MARK_COLUMNS, MARK_WIDTHS, strict=True))
    said = _cells(remark).items()
    needed = [height_of(text, widths[key] - 2, SMALL) for key, text in said if isinstance(text, str)]
    return min(max([_LOWEST, *needed]), _TALLEST)


def _tall(height: float) -> Iterable[tuple[str, str]]:
    return (("ht", f"{height:g}"), ("customHeight", "1"))


def _figure(held: Side) -> str | None:
    """A number as it is stored; None for a text, and for digits no spreadsheet program would keep."""
    if isinstance(held, str) or held is None:
        return None
    text = f"{held:f}" if isinstance(held, Decimal) else str(held)
    return text if len(text.lstrip("-").replace(".", "")) <= _DIGITS else None


def _looks(root: etree._Element, first: etree._Element | None) -> dict[str, str]:
    """The style of each column of the list: of its first row, else of the column itself."""
    found: dict[str, str] = {}
    for column in root.iterfind("{*}cols/{*}col"):
        for number in range(int(str(column.get("min"))), min(int(str(column.get("max"))), _WIDE) + 1):
            found[MARK_COLUMNS[number - 1]] = str(column.get("style", ""))
    for cell in first if first is not None else ():
        number = _column(cell, LIST_START)
        if number <= _WIDE and cell.get("s"):
            found[MARK_COLUMNS[number - 1]] = str(cell.get("s"))
    return found


def _headed(row: etree._Element | None) -> bool:
    """Whether every column has a heading: then it is a list of ours."""
    if row is None:
        return False
    number = LIST_START - 1
    return {_column(cell, number) for cell in row if len(cell)} >= set(range(1, _WIDE + 1))


def _number(row: etree._Element) -> int:
    stated = str(row.get("r", ""))
    if not (stated.isascii() and stated.isdecimal() and len(stated) <= 7):
        raise NotCopyableError("row")
    return int(stated)


def _column(cell: etree._Element, row: int) -> int:
    match = _PLACE.fullmatch(str(cell.get("r", "")))
    if match is None or int(match[2]) != row:
        raise NotCopyableError("cell")
    return place(match[0].replace("$", ""))[1]


def _local(element: etree._Element) -> str:
    """Its name without the namespace; a comment has none."""
    return str(element.tag).rpartition("}")[2]
