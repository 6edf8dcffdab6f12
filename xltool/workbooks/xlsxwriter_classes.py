"""The classes of XlsxWriter with what it does not support: runs of cells, texts that stay texts, a structure lock."""

import re
from io import StringIO
from typing import Any, ClassVar

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from xltool.workbooks.cell_runs import AlikeCell, FigureRun, ListRow
from xltool.workbooks.xlsxwriter_adapter import escape_markup

_FUNCTION = re.compile(r"(?<![\w.])[\w.]+(?=\()")


class TextWorksheet(Worksheet):  # type: ignore[misc]  # the library ships no types
    """A worksheet that writes texts as texts, whatever method wrote them."""

    fh: Any  # the stream that the library writes to
    # Sets of functions that need no prefix, with whether all newer functions get one.
    _known_functions: ClassVar[set[tuple[frozenset[str], bool]]] = set()

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        if isinstance(cell, AlikeCell):
            begin, end = cell.xml or self._render_alike(row, col, cell)
            self.fh.write(f"{begin}{row + 1}{end}")
        elif isinstance(cell, FigureRun | ListRow):
            self.fh.write(cell.to_xml(row + 1))
        else:
            super()._write_cell(row, col, cell)

    def _render_alike(self, row: int, col: int, alike: AlikeCell) -> tuple[str, str]:
        """Let the library write the cell once, and keep what it wrote."""
        stream, self.fh = self.fh, StringIO()
        super()._write_cell(row, col, alike.cell)
        text, self.fh = self.fh.getvalue(), stream
        begin, _, end = text.partition(f'{row + 1}"')
        alike.xml = begin, f'"{end}'
        return alike.xml

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> Any:  # noqa: FBT001, FBT002 - of the library
        """Prefix newer functions as the library does, searching only once for each set of function names."""
        key, bare = (frozenset(_FUNCTION.findall(formula)), expand_future_functions), formula.removeprefix("=")
        if key in self._known_functions and bare[:1] != "{" and bare[-1:] != "}":
            return bare
        prepared = super()._prepare_formula(formula, expand_future_functions)
        if prepared == bare:
            self._known_functions.add(key)
        return prepared

    def _write_string(self, row: int, col: int, string: str, cell_format: Any = None) -> Any:
        return super()._write_string(row, col, escape_markup(string), cell_format)


class LockableWorkbook(xlsxwriter.Workbook):  # type: ignore[misc]  # the library ships no types
    """A workbook with a structure lock, which XlsxWriter does not support."""

    worksheet_class = TextWorksheet
    structure_locked = False

    def _write_workbook_pr(self) -> None:
        # In a workbook part, workbookProtection follows workbookPr.
        super()._write_workbook_pr()
        if self.structure_locked:
            self._xml_empty_tag("workbookProtection", [("lockStructure", 1)])
