"""The only door to XlsxWriter: what it refuses is an error.

XlsxWriter answers a refusal with a negative number or a warning and goes on, so that a template would be handed out
without its validation. Every call goes through here, and both become WritingError.
"""

import re
import shutil
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError, XlsxWriterException
from xlsxwriter.worksheet import Worksheet

from xltool.errors import WritingError
from xltool.forms.places import address, column_letters
from xltool.model.form import Box, Number
from xltool.workbooks.save_files import refuse_existing, save, unsaved
from xltool.workbooks.temporary_names import draft_beside

Style = Mapping[str, object]  # properties of a format, as XlsxWriter names them

CREATED = datetime(2000, 1, 1)  # not the clock: the same input gives the same bytes
# What a spreadsheet program takes for the start of a formula; the full-width signs count where input is East Asian.
FORMULA_SIGNS = tuple("=+-@\t\r＝＋－＠")
_HALF = re.compile("[\ud800-\udfff]")  # half a character: no file can hold it
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # what XML cannot hold
_FUNCTION = re.compile(r"[\w.]+(?=\()")
LONGEST_TEXT = 32_767  # signs of one cell
MOST_ROWS = 1_048_576
_WHOLE = 10**15  # below this a whole number is written digit by digit
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    # A Normal font of 11 points in which a digit is 8 pixels wide, as SimSun is: column widths are counted in digits.
    "default_column_width": 72,
    "default_row_height": 18,
}


class Formula(NamedTuple):
    """A formula, and the value a spreadsheet program would compute for it; never the empty text."""

    text: str
    value: str | Number


class Link(NamedTuple):
    """Text that leads to a cell of the same workbook."""

    text: str
    sheet: str
    address: str


class FileLink(NamedTuple):
    """Text that leads to a file in the same folder."""

    text: str
    file: str


Content = str | Number | Formula | Link | FileLink | None


@dataclass(frozen=True)
class _Looks:
    """How the cells of a run look: their columns, and their formats with and without a number."""

    column: int
    filled: Sequence[Any]
    blank: Any

    @cached_property
    def pieces(self) -> list[tuple[str, str, str]]:
        """How each cell begins, and what follows its row with and without a number.

        Asked for when sheets are written and not before: that is when the library numbers formats.
        """
        begin = [f'<c r="{column_letters(self.column + at)}' for at in range(len(self.filled))]
        filled = [f'" s="{look._get_xf_index()}"><v>' for look in self.filled]
        blank = f'" s="{self.blank._get_xf_index()}"/>'
        return [(start, piece, blank) for start, piece in zip(begin, filled, strict=True)]


class _Run(NamedTuple):
    """Figures beside each other in one row.

    The library keeps and writes every cell by itself, which for the figures of thousands of agencies takes most of the
    time there is and a hundred bytes a cell. A run stands in its table as one cell and writes the same elements.
    """

    numbers: Sequence[Number | None]
    looks: _Looks

    def elements(self, row: int) -> str:
        """The cells, in a row counted from 1."""
        return "".join(
            [
                f"{begin}{row}{blank}" if number is None else f"{begin}{row}{filled}{_shown(number)}</v></c>"
                for number, (begin, filled, blank) in zip(self.numbers, self.looks.pieces, strict=True)
            ]
        )


class _Row(NamedTuple):
    """Texts (as their numbers among the shared ones) and figures beside each other, all in one style; see `_Run`."""

    column: int
    contents: Sequence[tuple[str, int | Number] | None]
    look: Any

    def elements(self, row: int) -> str:
        """The cells, in a row counted from 1."""
        style, first = self.look._get_xf_index(), self.column
        return "".join(
            [
                f'<c r="{column_letters(at)}{row}" s="{style}"/>'
                if content is None
                else f'<c r="{column_letters(at)}{row}" s="{style}"{content[0]}><v>{_shown(content[1])}</v></c>'
                for at, content in enumerate(self.contents, start=first)
            ]
        )


def _shown(number: Number) -> str:
    """A number as the library writes it: to the 16 digits of a binary fraction."""
    return str(number) if isinstance(number, int) and -_WHOLE < number < _WHOLE else f"{float(number):.16G}"


class _Worksheet(Worksheet):  # type: ignore[misc]  # the library ships no types
    """A worksheet whose texts are texts, by whatever method they come."""

    _plain: ClassVar[set[frozenset[str]]] = set()  # sets of functions that mean nothing new to the library

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        if isinstance(cell, _Run | _Row):
            self.fh.write(cell.elements(row + 1))
        else:
            super()._write_cell(row, col, cell)

    def _prepare_formula(self, formula: str, *arguments: Any) -> Any:
        """The library looks for a hundred new functions in every formula: once is enough for the same functions."""
        functions, bare = frozenset(_FUNCTION.findall(formula)), formula.removeprefix("=")
        if functions in self._plain and not arguments and bare[:1] != "{" and bare[-1:] != "}":
            return bare
        prepared = super()._prepare_formula(formula, *arguments)
        if prepared == bare and not arguments:
            self._plain.add(functions)
        return prepared

    def _write_string(self, row: int, col: int, string: str, cell_format: Any = None) -> Any:
        return super()._write_string(row, col, _literal(string), cell_format)


class _Workbook(xlsxwriter.Workbook):  # type: ignore[misc]  # the library ships no types
    """A workbook whose structure can be locked, which XlsxWriter does not offer."""

    worksheet_class = _Worksheet
    structure_locked = False

    def _write_workbook_pr(self) -> None:
        # In a workbook part, workbookProtection follows workbookPr.
        super()._write_workbook_pr()
        if self.structure_locked:
            self._xml_empty_tag("workbookProtection", [("lockStructure", 1)])


class Sheet:
    """A worksheet. Any method of XlsxWriter's worksheet can be called on it (rows and columns from 0)."""

    def __init__(self, worksheet: Any, book: "Book") -> None:
        self._worksheet = worksheet
        self._book = book
        self._looks: dict[tuple[int, tuple[str, ...], str], _Looks] = {}
        self.name: str = worksheet.get_name()

    def __getattr__(self, method: str) -> Callable[..., Any]:
        heard = _heard(self._worksheet, method, self.name)
        setattr(self, method, heard)  # asked for again and again
        return heard

    def figures(self, row: int, column: int, numbers: Sequence[Number | None], looks: Sequence[str], open: str) -> None:
        """Write figures beside each other (row and column from 1), each in its style; in ``open`` where there is none.

        As if each was written by itself, in a twentieth of the time.
        """
        last = len(numbers) - 1
        key = (column, tuple(looks), open)
        if key not in self._looks:
            filled = [self._book.style(look) for look in looks[:last]]
            self._looks[key] = _Looks(column, filled, self._book.style(open))
        self._check_dimensions(row - 1, column - 1)
        self._worksheet.table[row - 1][column - 1] = _Run(numbers[:last], self._looks[key])
        value, style = numbers[last], looks[last] if numbers[last] is not None else open
        self.put(Box(row, column + last), value, style)  # so the library knows how far the row goes

    def listed(self, row: int, column: int, contents: Sequence[str | Number | None], *styles: str) -> None:
        """Write texts and figures beside each other (row and column from 1), all in one style; rows in order.

        As if each was written by itself, in a fraction of the time. In a `long_workbook` no row stays in memory.
        """
        sheet, first = self._worksheet, row - 1
        self._check_dimensions(first, column - 1)
        self._check_dimensions(first, column + len(contents) - 2)
        if sheet.constant_memory and first > sheet.previous_row:
            sheet._write_single_row(first)
        held = [self._listed(content) for content in contents]
        sheet.table[first][column - 1] = _Row(column, held, self._book.style(*styles))

    def _listed(self, content: str | Number | None) -> tuple[str, int | Number] | None:
        if not isinstance(content, str):
            return None if content is None else ("", content)
        if len(content) > LONGEST_TEXT:
            raise _refusal("write_string", self.name, f"{len(content)}")
        return ' t="s"', self._worksheet.str_table._get_shared_string_index(_literal(content))

    def put(self, box: Box, content: Content, *styles: str) -> None:
        """Write one thing into a box (rows and columns from 1), merged if it has several cells. None is a blank.

        A text stays a text, whatever it begins with. A name refers to the styles of the book; later ones win.
        """
        row, column = box.row - 1, box.column - 1
        signed = isinstance(content, str) and content.startswith(FORMULA_SIGNS)
        style = self._book.style(*styles, quoted=signed)
        if box.rows > 1 or box.columns > 1:
            self.merge_range(row, column, row + box.rows - 1, column + box.columns - 1, "", style)
        match content:
            case None:
                self.write_blank(row, column, None, style)
            case str():
                self.write_string(row, column, content, style)
            case Formula(text, value):
                if value == "":
                    raise _refusal("empty_value", self.name, address(box.row, box.column))
                self.write_formula(row, column, text, style, value)
            case Link(text, sheet, place):
                target = "internal:'{}'!{}".format(sheet.replace("'", "''"), place)
                self.write_url(row, column, target, style, text)
            case FileLink(text, file):
                self.write_url(row, column, f"external:{file}", style, text)
            case _:
                self.write_number(row, column, content, style)


class Book:
    """A workbook being written. Any method of XlsxWriter's workbook can be called on it, such as ``define_name``."""

    def __init__(self, workbook: _Workbook, styles: Mapping[str, Style]) -> None:
        self._workbook = workbook
        self._styles = styles
        self._formats: dict[tuple[tuple[str, ...], bool], Any] = {}

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return _heard(self._workbook, method, "")

    def sheet(self, name: str) -> Sheet:
        """A new sheet, after those that are there."""
        return Sheet(self._workbook.add_worksheet(name), self)

    def style(self, *names: str, quoted: bool = False) -> Any:
        """The format of these styles together; made once. ``quoted`` keeps a text a text when the cell is edited."""
        key = (names, quoted)
        if key not in self._formats:
            properties = {name: value for part in names for name, value in self._styles[part].items()}
            if quoted:
                properties["quote_prefix"] = True
            self._formats[key] = self._workbook.add_format(properties)
        return self._formats[key]

    def describe(self, title: str, properties: Mapping[str, str]) -> None:
        """The document's title and its custom properties. Raises WritingError for what they cannot hold."""
        for key, text in {"title": title, **properties}.items():
            if _UNWRITABLE.search(text):
                raise _refusal("unwritable", key, repr(text))
        self.set_properties({"title": title, "created": CREATED})
        for key, text in properties.items():
            self.set_custom_property(key, text, "text")

    def lock_structure(self) -> None:
        """No sheet may be added, removed, renamed, moved or unhidden. No password: a guard rail, not a secret."""
        self._workbook.structure_locked = True


@contextmanager
def workbook_in(
    stream: BytesIO, name: str, styles: Mapping[str, Style], font: str = "", options: Mapping[str, object] | None = None
) -> Iterator[Book]:
    """A workbook that is in ``stream`` on leaving; ``name`` stands for it in errors, ``font`` is the Normal font.

    Raises WritingError.
    """
    normal = {"default_format_properties": {"font_name": font, "font_size": 11, "font_scheme": "none"}} if font else {}
    with _hearing(name):
        workbook = _Workbook(stream, {**_OPTIONS, **normal, **(options or {})})
        yield Book(workbook, styles)
        workbook.close()


@contextmanager
def new_workbook(path: Path, styles: Mapping[str, Style], *, font: str = "", force: bool = False) -> Iterator[Book]:
    """A workbook that is saved to ``path`` on leaving, whole or not at all.

    ``font`` is the Normal font; ``force`` allows an existing file to be replaced. Raises WritingError, UsageError.
    """
    refuse_existing([path], force)
    stream = BytesIO()
    with workbook_in(stream, path.name, styles, font) as book:
        yield book
    save(path, stream.getvalue(), force=force)


@contextmanager
def long_workbook(path: Path, styles: Mapping[str, Style], *, force: bool = False) -> Iterator[Book]:
    """`new_workbook` for long lists: rows are written in order, and wait in a folder beside ``path``, not in memory."""
    refuse_existing([path], force)
    stream, waiting = BytesIO(), draft_beside(path)
    flowing = {"in_memory": False, "constant_memory": True, "tmpdir": str(waiting)}
    try:
        waiting.mkdir()
        with workbook_in(stream, path.name, styles, options=flowing) as book:
            yield book
    except OSError as error:
        raise unsaved(path, error) from error
    finally:
        shutil.rmtree(waiting, ignore_errors=True)
    save(path, stream.getvalue(), force=force)


@contextmanager
def _hearing(name: str) -> Iterator[None]:
    """Turns what the library says in its own ways into WritingError; OSError stays what it is."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            yield
    except FileCreateError as error:
        raise error.args[0] from error  # what the system said
    except (UserWarning, XlsxWriterException, UnicodeError) as error:
        raise WritingError("writing.refused", action="write", place=name, reason=str(error)) from error


def _heard(target: Any, name: str, place: str) -> Callable[..., Any]:
    method = getattr(target, name)

    def call(*arguments: Any, **options: Any) -> Any:
        answer = method(*arguments, **options)
        if isinstance(answer, int) and answer < 0:
            raise _refusal(name, place, f"{arguments!r} -> {answer}")
        return answer

    return call


def _refusal(action: str, place: str, reason: str) -> WritingError:
    return WritingError("writing.refused", action=action, place=place, reason=reason)


def _literal(text: str) -> str:
    """The text itself: the library would take ``<r>…</r>`` for markup of its own and write it unescaped."""
    if _HALF.search(text):
        raise _refusal("write_string", "", ascii(text))
    if text.startswith("<r>") and text.endswith("</r>"):
        return f'<r><t xml:space="preserve">{escape(text, quote=False)}</t></r>'
    return text
