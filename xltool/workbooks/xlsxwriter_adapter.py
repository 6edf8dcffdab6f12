"""Adapter of XlsxWriter that turns its refusals into errors.

XlsxWriter reports a refused call by a negative return value or a warning and continues, so that a template could be
issued without its validation. Every call goes through this module; both become WritingError.
"""

import re
import shutil
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from html import escape
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from xltool.errors import WritingError
from xltool.forms.cell_addresses import cell_address
from xltool.model.form import Box, Number
from xltool.workbooks.cell_runs import AlikeCell, FigureRun, ListRow, RunFormats
from xltool.workbooks.save_files import refuse_existing, save_error, save_file
from xltool.workbooks.temporary_names import temporary_path

StyleProperties = Mapping[str, object]  # properties of a format, as XlsxWriter names them

CREATION_TIME = datetime(2000, 1, 1)  # not the clock: the same input gives the same bytes
# Spreadsheet programs take these as the start of a formula; the full-width ones with East Asian input.
FORMULA_START_CHARACTERS = tuple("=+-@\t\r＝＋－＠")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")  # cannot be encoded in any file
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # characters that XML does not allow
MAX_TEXT_CHARACTERS = 32_767  # of one cell
MAX_ROWS = 1_048_576
_WORKBOOK_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    # A Normal font of 11 points in which a digit is 8 pixels wide, as SimSun is: column widths are counted in digits.
    "default_column_width": 72,
    "default_row_height": 18,
}


class Formula(NamedTuple):
    """A formula with its cached value, which is what a spreadsheet program computes and never an empty text."""

    text: str
    value: str | Number


class Link(NamedTuple):
    """Text with a link to a cell of the same workbook."""

    text: str
    sheet: str
    address: str


class FileLink(NamedTuple):
    """Text with a link to a file in the same folder."""

    text: str
    file: str


CellContent = str | Number | Formula | Link | FileLink | None


def _is_formula_like(content: CellContent) -> bool:
    """Return True for a text that a spreadsheet program would take for a formula if it is edited."""
    return isinstance(content, str) and content.startswith(FORMULA_START_CHARACTERS)


def _is_list_content(content: CellContent) -> bool:
    return content is None or isinstance(content, str | int)  # the library writes a decimal in its own way


def _strip_zeros(plain_value: str | Number) -> str | Number:
    """Return a decimal without zeros at its end, as spreadsheet programs store it; anything else unchanged."""
    if not isinstance(plain_value, Decimal):
        return plain_value
    whole = plain_value.to_integral_value()
    return whole if whole == plain_value else plain_value.normalize()


class SheetWriter:
    """A worksheet. Any method of XlsxWriter's worksheet can be called on it (rows and columns from 0)."""

    def __init__(self, worksheet: Any, book: "BookWriter") -> None:
        self._worksheet = worksheet
        self._book = book
        self._looks: dict[tuple[int, tuple[str, ...], str], RunFormats] = {}
        self._looks_of_rows: dict[tuple[int, ...], list[Any]] = {}  # by the identities of the formats
        self.name: str = worksheet.get_name()

    def __getattr__(self, method: str) -> Callable[..., Any]:
        checked = _checked_method(self._worksheet, method, self.name)
        setattr(self, method, checked)  # cached: called for every cell
        return checked

    def write_figures(
        self, row: int, column: int, numbers: Sequence[Number | None], looks: Sequence[str], open: str
    ) -> None:
        """Write adjacent figures (row and column from 1), each in its style; in style ``open`` where there is none.

        The result is that of writing each cell separately, in a twentieth of the time.
        """
        last = len(numbers) - 1
        key = (column, tuple(looks), open)
        if key not in self._looks:
            filled = [self._book.combine_styles(look) for look in looks[:last]]
            self._looks[key] = RunFormats(column, filled, self._book.combine_styles(open))
        self._check_dimensions(row - 1, column - 1)
        self._worksheet.table[row - 1][column - 1] = FigureRun(numbers, self._looks[key])
        value, style = numbers[last], looks[last] if numbers[last] is not None else open
        self.write_box(Box(row, column + last), value, style)  # so that the library knows the last column of the row

    def write_list_row(self, row: int, column: int, contents: Sequence[str | Number | None], *styles: str) -> None:
        """Write adjacent texts and figures (row and column from 1), all in one style; rows in ascending order.

        The result is that of writing each cell separately, in a fraction of the time. In a `create_long_workbook` no
        row stays in memory.
        """
        sheet, first = self._worksheet, row - 1
        self._check_dimensions(first, column - 1)
        self._check_dimensions(first, column + len(contents) - 2)
        if sheet.constant_memory and first > sheet.previous_row:
            sheet._write_single_row(first)
        encoded = [self._list_content(content) for content in contents]
        looks = (self._book.combine_styles(*styles),) * len(encoded)
        sheet.table[first][column - 1] = ListRow(column, encoded, looks)

    def write_styled_row(
        self, row: int, column: int, styled_cells: Sequence[tuple["CellContent", tuple[str, ...]]]
    ) -> None:
        """Write adjacent cells (row and column from 1), each in its styles.

        The result is that of writing each cell separately; texts and figures take a fraction of its time and memory.
        """
        for is_plain, group in groupby(
            enumerate(styled_cells, start=column), lambda pair: _is_list_content(pair[1][0])
        ):
            numbered = list(group)
            if is_plain:
                self._write_plain_cells(row, numbered[0][0], [cell for _, cell in numbered])
            else:
                for at, (content, styles) in numbered:
                    self.write_box(Box(row, at), content, *styles)

    def _write_plain_cells(self, row: int, column: int, styled_cells: Sequence[tuple[Any, tuple[str, ...]]]) -> None:
        self._check_dimensions(row - 1, column - 1)
        self._check_dimensions(row - 1, column + len(styled_cells) - 2)
        encoded = [self._list_content(content) for content, _ in styled_cells]
        looks = [
            self._book.combine_styles(*styles, quoted=_is_formula_like(content)) for content, styles in styled_cells
        ]
        known = self._looks_of_rows.setdefault(tuple(map(id, looks)), looks)
        self._worksheet.table[row - 1][column - 1] = ListRow(column, encoded, known)

    def _list_content(self, content: str | Number | None) -> tuple[str, int | Number] | None:
        if not isinstance(content, str):
            return None if content is None else ("", content)
        if len(content) > MAX_TEXT_CHARACTERS:
            raise _refusal_error("write_string", self.name, f"{len(content)}")
        return ' t="s"', self._worksheet.str_table._get_shared_string_index(escape_markup(content))

    def write_box(self, box: Box, content: CellContent, *styles: str) -> None:
        """Write one value into a box (rows and columns from 1), merged if it has several cells; None writes a blank.

        A text stays a text, whatever its first character. ``styles`` are style names of the workbook; later ones win.
        """
        row, column = box.row - 1, box.column - 1
        style = self._book.combine_styles(*styles, quoted=_is_formula_like(content))
        if box.rows > 1 or box.columns > 1:
            self.merge_range(row, column, row + box.rows - 1, column + box.columns - 1, "", style)
        match content:
            case None:
                self.write_blank(row, column, None, style)
            case str():
                self.write_string(row, column, content, style)
            case Formula(text, value):
                if value == "":
                    raise _refusal_error("empty_value", self.name, cell_address(box.row, box.column))
                self.write_formula(row, column, text, style, _strip_zeros(value))
            case Link(text, sheet, place):
                target = "internal:'{}'!{}".format(sheet.replace("'", "''"), place)
                self.write_url(row, column, target, style, text)
            case FileLink(text, file):
                self.write_url(row, column, f"external:{file}", style, text)
            case _:
                self.write_number(row, column, content, style)

    def write_alike_cells(self, box: Box, content: CellContent, *styles: str) -> None:
        """Write one formula or figure, or a blank, into every cell of a box of one column; it may have no rows.

        The result is that of writing each cell separately, in a tenth of the time.
        """
        row, column = box.row - 1, box.column - 1
        last = row + box.rows - 1
        if not box.rows:
            return
        self.write_box(Box(box.row, box.column), content, *styles)
        self._check_dimensions(last, column)
        table = self._worksheet.table
        cell = AlikeCell(table[row][column])
        for below in range(row, last + 1):
            table[below][column] = cell


class BookWriter:
    """A workbook being written. Any method of XlsxWriter's workbook can be called on it, such as `define_name`."""

    def __init__(self, workbook: Any, styles: Mapping[str, StyleProperties]) -> None:
        self._workbook = workbook
        self._styles = styles
        self._formats: dict[tuple[tuple[str, ...], bool], Any] = {}

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return _checked_method(self._workbook, method, "")

    def add_sheet(self, name: str) -> SheetWriter:
        """Append a new sheet."""
        return SheetWriter(self._workbook.add_worksheet(name), self)

    def combine_styles(self, *names: str, quoted: bool = False) -> Any:
        """Return the cached format combining these styles. ``quoted`` keeps a text a text when the cell is edited."""
        key = (names, quoted)
        if key not in self._formats:
            properties = {name: value for part in names for name, value in self._styles[part].items()}
            if quoted:
                properties["quote_prefix"] = True
            self._formats[key] = self._workbook.add_format(properties)
        return self._formats[key]

    def set_document_properties(self, title: str, properties: Mapping[str, str]) -> None:
        """Set the document title and custom properties. Raises WritingError for characters they cannot hold."""
        for key, text in {"title": title, **properties}.items():
            if _UNWRITABLE.search(text):
                raise _refusal_error("unwritable", key, repr(text))
        self.set_properties({"title": title, "created": CREATION_TIME})
        for key, text in properties.items():
            self.set_custom_property(key, text, "text")

    def lock_structure(self) -> None:
        """Prevent adding, removing, renaming, moving and unhiding sheets. No password: it prevents accidents only."""
        self._workbook.structure_locked = True


@contextmanager
def open_workbook_writer(
    stream: BytesIO,
    name: str,
    styles: Mapping[str, StyleProperties],
    font: str = "",
    options: Mapping[str, object] | None = None,
) -> Iterator[BookWriter]:
    """Write a workbook into ``stream`` when the context exits; ``name`` stands in errors, ``font`` is the Normal font.

    Raises WritingError.
    """
    normal = {"default_format_properties": {"font_name": font, "font_size": 11, "font_scheme": "none"}} if font else {}
    from xltool.workbooks.xlsxwriter_classes import LockableWorkbook  # a short run that writes nothing is faster

    with _raise_library_refusals(name):
        workbook = LockableWorkbook(stream, {**_WORKBOOK_OPTIONS, **normal, **(options or {})})
        yield BookWriter(workbook, styles)
        workbook.close()


@contextmanager
def create_workbook(
    path: Path, styles: Mapping[str, StyleProperties], *, font: str = "", force: bool = False
) -> Iterator[BookWriter]:
    """Write a workbook to ``path`` when the context exits, completely or not at all.

    ``font`` is the Normal font; with ``force`` an existing file is replaced. Raises WritingError, UsageError.
    """
    refuse_existing([path], force=force)
    stream = BytesIO()
    with open_workbook_writer(stream, path.name, styles, font) as book:
        yield book
    save_file(path, stream.getvalue(), force=force)


@contextmanager
def create_long_workbook(
    path: Path, styles: Mapping[str, StyleProperties], *, force: bool = False
) -> Iterator[BookWriter]:
    """Write a long workbook like `create_workbook`: rows in ascending order, buffered in a temporary folder."""
    refuse_existing([path], force=force)
    stream, waiting = BytesIO(), temporary_path(path)
    flowing = {"in_memory": False, "constant_memory": True, "tmpdir": str(waiting)}
    try:
        waiting.mkdir()
        with open_workbook_writer(stream, path.name, styles, options=flowing) as book:
            yield book
    except OSError as error:
        raise save_error(path, error) from error
    finally:
        shutil.rmtree(waiting, ignore_errors=True)
    save_file(path, stream.getvalue(), force=force)


@contextmanager
def _raise_library_refusals(name: str) -> Iterator[None]:
    """Convert warnings and exceptions of the library to WritingError; OSError is kept."""
    from xlsxwriter.exceptions import FileCreateError, XlsxWriterException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            yield
    except FileCreateError as error:
        raise error.args[0] from error  # the original OSError
    except (UserWarning, XlsxWriterException, UnicodeError) as error:
        raise WritingError("writing.refused", action="write", place=name, reason=str(error)) from error


def _checked_method(target: Any, name: str, place: str) -> Callable[..., Any]:
    method = getattr(target, name)

    def call(*arguments: Any, **options: Any) -> Any:
        result = method(*arguments, **options)
        if isinstance(result, int) and result < 0:
            raise _refusal_error(name, place, f"{arguments!r} -> {result}")
        return result

    return call


def _refusal_error(action: str, place: str, reason: str) -> WritingError:
    return WritingError("writing.refused", action=action, place=place, reason=reason)


def escape_markup(text: str) -> str:
    """Escape ``<r>…</r>``, which the library takes for rich-text markup and would write unescaped."""
    if _LONE_SURROGATE.search(text):
        raise _refusal_error("write_string", "", ascii(text))
    if text.startswith("<r>") and text.endswith("</r>"):
        return f'<r><t xml:space="preserve">{escape(text, quote=False)}</t></r>'
    return text
