"""The sheet with the list of findings, edited as XML."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain

from xltool.forms.cell_addresses import cell_address, column_letters, parse_address, parse_box
from xltool.forms.plan_sheets import LIST_FIRST_ROW, MARK_COLUMNS, MARK_WIDTHS, SMALL_SIZE_POINTS, text_height
from xltool.workbooks.marks.findings_list import FindingText, MarkedPlace, SideValue
from xltool.workbooks.marks.xml_tree import Element, serialise_tree
from xltool.workbooks.replace_part import NotCopyableError
from xltool.workbooks.xlsxwriter_adapter import FORMULA_START_CHARACTERS

_COLUMNS = (*MARK_COLUMNS, "condition")
_COLUMN_COUNT = len(_COLUMNS)
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
_XML_SPACE = "xml:space"
_BLANK_CHARACTERS = " \t\r\n"


class FindingsSheet:
    """The sheet with the list. Raises NotCopyableError if its structure is not that of the template."""

    def __init__(self, root: Element) -> None:
        self._root = root
        data = root.find_child("sheetData")
        if root.name != "worksheet" or data is None or root.find_child("tableParts") is not None:
            raise NotCopyableError("list")
        self._data = data
        self._rows = {_parse_row_number(row): row for row in data.list_children("row")}
        self._looks = _find_column_styles(root, self._rows.get(LIST_FIRST_ROW))
        if len(self._rows) != len(data.children) or not _has_all_headings(self._rows.get(LIST_FIRST_ROW - 1)):
            raise NotCopyableError("list")
        if any(cell.find_child("f") is not None for cell in self._list_cells()):
            raise NotCopyableError("formulas in the list")

    @property
    def has_findings(self) -> bool:
        """Whether the list has any content."""
        return any(cell.children for cell in self._list_cells())

    def write_findings_list(self, findings: Sequence[FindingText], sheets: Iterable[str]) -> None:
        """Replace the list by these findings; cells right of it stay. Links lead only to ``sheets``.

        A finding is one row. Its further cells are listed in hidden rows, for the conditional formats, and the
        relations that need a reason in others, for 情况说明.
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
        severities = {place: remark.severity for remark in reversed(findings) for place in remark.places[1:]}
        others = dict.fromkeys(chain.from_iterable(remark.places[1:] for remark in findings))
        hidden = [place for place in others if place not in named]
        further: list[dict[str, SideValue]] = [
            {"place": key, "severity": severities[MarkedPlace(key, condition)], "condition": condition}
            for key, condition in hidden
        ]
        further += [
            {"place": remark.explained, "left": remark.left, "right": remark.right}
            for remark in findings
            if remark.explained
        ]
        for number, columns in enumerate(further, start=LIST_FIRST_ROW + len(findings)):
            self._write_row(number, columns, height=None)
        self._write_links(links)
        self._hide_conditions()
        self._restore_protection()
        self._update_dimension()

    def serialise_part(self) -> bytes:
        """Serialise the part."""
        return serialise_tree(self._root)

    def _list_cells(self) -> Iterator[Element]:
        for number, row in self._rows.items():
            if number >= LIST_FIRST_ROW:
                yield from (cell for cell, column in _list_columns(row, number) if column <= _COLUMN_COUNT)

    def _clear_list(self) -> None:
        for number, row in list(self._rows.items()):
            if number < LIST_FIRST_ROW:
                continue
            for cell, column in list(_list_columns(row, number)):
                if column <= _COLUMN_COUNT:
                    row.remove_child(cell)
            for key in set(row.attributes) - {"r"}:
                del row.attributes[key]
            if not row.children:
                self._data.remove_child(row)
                del self._rows[number]
        for name in ("mergeCells", "hyperlinks"):
            self._drop_ranges(name)

    def _drop_ranges(self, name: str) -> None:
        """Remove merges or links inside the list."""
        listing = self._root.find_child(name)
        if listing is None:
            return
        for item in list(listing.children):
            reference = item.attributes.get("ref") if isinstance(item, Element) else None
            area = parse_box(str(reference).replace("$", ""))
            if area.row + area.rows > LIST_FIRST_ROW and area.column <= _COLUMN_COUNT:
                listing.remove_child(item)
        if listing.children:
            if "count" in listing.attributes:
                listing.attributes["count"] = str(len(listing.children))
        else:
            self._root.remove_child(listing)

    def _write_row(self, number: int, side_values: Mapping[str, SideValue], height: float | None) -> None:
        """Write one row of the list, before the cells right of it. Without a height the row is hidden."""
        row = self._rows.get(number)
        if row is None:
            row = self._make_element("row", r=str(number))
            after = [known for known in self._rows if known < number]
            at = self._data.find_index(self._rows[max(after)]) + 1 if after else 0
            self._data.insert_child(at, row)
            self._rows[number] = row
        for key, value in {"hidden": "1"}.items() if height is None else _make_height_attributes(height):
            row.attributes[key] = value
        for at, column in enumerate(_COLUMNS):
            row.insert_child(at, self._make_cell(number, column, side_values.get(column)))

    def _make_cell(self, number: int, column: str, side_value: SideValue) -> Element:
        cell = self._make_element("c", r=cell_address(number, _COLUMNS.index(column) + 1))
        signed = isinstance(side_value, str) and side_value.startswith(FORMULA_START_CHARACTERS)
        look = self._looks.get("message" if signed else column)
        if look:
            cell.attributes["s"] = look
        if side_value is None:
            return cell
        figure = _format_number(side_value)
        if figure:
            cell.append_child("v").text = figure
            return cell
        cell.attributes["t"] = "inlineStr"
        text = cell.append_child("is").append_child("t")
        text.text = _ESCAPE_START.sub(
            "_x005F_", _UNWRITABLE_CHARACTERS.sub("\ufffd", str(side_value)[:_MAX_CELL_CHARACTERS])
        )
        if text.text.strip(_BLANK_CHARACTERS) != text.text or "\n" in text.text:
            text.attributes[_XML_SPACE] = "preserve"
        return cell

    def _write_links(self, links: Sequence[tuple[str, str, str]]) -> None:
        if not links:
            return
        listing = self._root.find_child("hyperlinks")
        if listing is None:
            listing = self._make_element("hyperlinks")
            self._insert_after(listing, _BEFORE_LINKS)
        for spot, sheet, target in links:
            quoted = sheet.replace("'", "''")
            listing.append_child("hyperlink", ref=spot, location=f"'{quoted}'!{target}", display=target)

    def _hide_conditions(self) -> None:
        """Hide the column of the conditions, which templates of an earlier version show."""
        columns = self._root.find_child("cols")
        if columns is None or not any(map(_has_condition, self._rows.values())):
            return
        covering = [
            column
            for column in columns.list_children("col")
            if int(column.attributes.get("min", "0")) <= _COLUMN_COUNT <= int(column.attributes.get("max", "0"))
        ]
        if not covering:
            number = str(_COLUMN_COUNT)
            columns.append_child("col", min=number, max=number, width="9.625", hidden="1", customWidth="1")

    def _restore_protection(self) -> None:
        """Restore the sheet protection of the template, if it was removed."""
        if self._root.find_child("sheetProtection") is None:
            attributes = {"sheet": "1", "objects": "1", "scenarios": "1", "formatRows": "0"}
            before = _BEFORE_LINKS[: _BEFORE_LINKS.index("sheetProtection")]
            self._insert_after(self._make_element("sheetProtection", **attributes), before)

    def _update_dimension(self) -> None:
        dimension = self._root.find_child("dimension")
        if dimension is not None:
            wide = max(column for number, row in self._rows.items() for _, column in _list_columns(row, number))
            dimension.attributes["ref"] = f"A1:{column_letters(wide)}{max(self._rows)}"

    def _insert_after(self, element: Element, before: Sequence[str]) -> None:
        children = enumerate(self._root.children, start=1)
        at = max(number for number, child in children if isinstance(child, Element) and child.name in before)
        self._root.insert_child(at, element)

    def _make_element(self, name: str, **attributes: str) -> Element:
        return Element(self._root.namespace, name, **attributes)


def _has_condition(row_element: Element) -> bool:
    """Return whether the last column of a row holds anything."""
    return any(
        column == _COLUMN_COUNT and bool(cell.children)
        for cell, column in _list_columns(row_element, _parse_row_number(row_element))
    )


def _make_columns(finding: FindingText) -> dict[str, SideValue]:
    return {
        "place": finding.places[0].key if finding.places else None,
        "condition": finding.places[0].condition if finding.places else None,
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
    texts = [(widths[key], text) for key, text in cells if key in widths and isinstance(text, str)]
    needed = [text_height(text, width - 2, SMALL_SIZE_POINTS) for width, text in texts]
    return min(max([_MIN_ROW_POINTS, *needed]), _MAX_ROW_POINTS)


def _make_height_attributes(height: float) -> Iterable[tuple[str, str]]:
    return (("ht", f"{height:g}"), ("customHeight", "1"))


def _format_number(side_value: SideValue) -> str | None:
    """Return a number as text; None for a text, or for more digits than spreadsheet programs keep."""
    if isinstance(side_value, str) or side_value is None:
        return None
    text = f"{side_value:f}" if isinstance(side_value, Decimal) else str(side_value)
    return text if len(text.lstrip("-").replace(".", "")) <= _MAX_DIGITS else None


def _find_column_styles(root: Element, first_row: Element | None) -> dict[str, str]:
    """Return the style index of each column of the list: of its first row, else of the column."""
    found: dict[str, str] = {}
    for column in (column for columns in root.list_children("cols") for column in columns.list_children("col")):
        attributes = column.attributes
        for number in range(int(attributes.get("min", "")), min(int(attributes.get("max", "")), _COLUMN_COUNT) + 1):
            found[_COLUMNS[number - 1]] = attributes.get("style", "")
    for cell, number in _list_columns(first_row, LIST_FIRST_ROW) if first_row is not None else ():
        if number <= _COLUMN_COUNT and cell.attributes.get("s"):
            found[_COLUMNS[number - 1]] = cell.attributes["s"]
    return found


def _has_all_headings(row_element: Element | None) -> bool:
    """Return whether every column has a heading, as in the template."""
    if row_element is None:
        return False
    headed = {column for cell, column in _list_columns(row_element, LIST_FIRST_ROW - 1) if cell.children}
    return headed >= set(range(1, len(MARK_COLUMNS) + 1))


def _parse_row_number(row: Element) -> int:
    stated = row.attributes.get("r", "")
    if not (stated.isascii() and stated.isdecimal() and len(stated) <= 7):
        raise NotCopyableError("row")
    return int(stated)


def _list_columns(row: Element, number: int) -> Iterator[tuple[Element, int]]:
    """Yield the cells of a row with their column numbers. Raises NotCopyableError for what is no cell of that row."""
    for cell in row.children:
        match = _CELL_ADDRESS.fullmatch(cell.attributes.get("r", "")) if isinstance(cell, Element) else None
        if not isinstance(cell, Element) or match is None or int(match[2]) != number:
            raise NotCopyableError("cell")
        yield cell, parse_address(match[0].replace("$", ""))[1]
