"""Read and extend the workbook in which a coordinator decides about single files (裁定表).

Rows are only ever added, an empty SHA-256 is filled in and the state of each row is written; whatever people wrote
stays. The words are in
``templates/decisions.toml``.
"""

import io
import tomllib
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from xltool.errors import UnreadableFileError, UsageError
from xltool.forms.identity import LIST_PROPERTY
from xltool.forms.plan_sheets import count_lines
from xltool.model.day_numbers import show_day
from xltool.model.decision import Decision, Ruling
from xltool.package_data import find_data_folder
from xltool.spreadsheet.load_file import load_file
from xltool.workbooks.save_files import save_file

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_HEADING_ROW = 3
_MAX_HEADING_ROW = 10
_MAX_CELL_CHARACTERS = 2000
_LINE_HEIGHT = 15  # points
_VALIDATED_ROWS = 5000
_REQUIRED_COLUMNS = ("file", "ruling")
_ANSWER_COLUMNS = ("ruling", "target", "reason", "author", "date")  # people fill them in
_OBEYED_COLUMNS = frozenset({"file", "sha256", "code", "id", *_ANSWER_COLUMNS})  # a decision is read from them
_FORMULA = "f"  # the type of a cell in openpyxl
_GREY, _YELLOW, _BLUE = "F2F2F2", "FFF9E5", "DDE6F3"


class DecisionRow(NamedTuple):
    """One row: its 1-based number in the sheet (0 for a new row) and the text of each column, "" if blank.

    ``formulas`` are the addresses of cells that a decision is read from and that hold a formula.
    """

    row: int = 0
    file: str = ""
    sha256: str = ""
    code: str = ""
    name: str = ""
    question: str = ""
    figures: str = ""
    ruling: str = ""
    target: str = ""
    reason: str = ""
    author: str = ""
    date: str = ""
    id: str = ""
    state: str = ""
    formulas: tuple[str, ...] = ()

    @property
    def question_key(self) -> tuple[str, str]:
        """Return the SHA-256 and the id of the question: a question is asked once for each content."""
        return self.sha256, self.id

    @property
    def written(self) -> "DecisionRow":
        """Return what people and the program wrote, wherever the row stands and whatever its state."""
        return self._replace(row=0, state="", formulas=())


class DecisionRowChange(NamedTuple):
    """What is to be written into a row: the SHA-256 if there is none yet, and the state; "" leaves it as it is."""

    sha256: str = ""
    state: str = ""


@cache
def load_decision_words() -> Mapping[str, Any]:
    """Load the words of the workbook."""
    return tomllib.loads((find_data_folder("templates") / "decisions.toml").read_text("utf-8"))


def find_ruling(text: str) -> Ruling | None:
    """Return the ruling that a text of the column means, or None."""
    words: Mapping[str, str] = load_decision_words()["rulings"]
    return next((Ruling(key) for key, word in words.items() if word == "".join(text.split())), None)


def show_decision(decision: Decision | None) -> str:
    """Show a decision in one line: ruling, reason, author and date; empty for None."""
    if decision is None:
        return ""
    words: Mapping[str, str] = load_decision_words()["rulings"]
    facts = {"ruling": words[decision.ruling.value], "reason": decision.reason, "author": decision.author}
    return str(load_decision_words()["shown"]).format(**facts, date=decision.date)


def read_decision_rows(path: Path) -> tuple[DecisionRow, ...]:
    """Read every row that is not blank. Raises UsageError for a file that is not such a workbook."""
    sheet = _find_sheet(_open_book(path), path)
    return tuple(_iterate_rows(sheet, *_find_columns(sheet, path)))


def _iterate_rows(sheet: "Worksheet", columns: Mapping[str, int], first: int) -> Iterator[DecisionRow]:
    for number, cells in enumerate(sheet.iter_rows(min_row=first), start=first):
        cells_by_key = {key: cells[at] for key, at in columns.items() if at < len(cells)}
        texts = {key: _show_value(cell.value) for key, cell in cells_by_key.items()}
        texts["date"] = show_day(texts.get("date", ""))
        formulas = (
            cells_by_key[key].coordinate
            for key in cells_by_key.keys() & _OBEYED_COLUMNS
            if cells_by_key[key].data_type == _FORMULA
        )
        if any(texts.values()):
            yield DecisionRow(number, formulas=tuple(sorted(formulas)), **texts)


def is_decisions_workbook(path: Path) -> bool:
    """Return whether a file is such a workbook."""
    try:
        read_decision_rows(path)
    except UsageError:
        return False
    return True


def write_decision_rows(
    path: Path, decision_rows: Sequence[DecisionRow], changes: Mapping[DecisionRow, DecisionRowChange]
) -> tuple[DecisionRow, ...]:
    """Add rows at the end, creating the workbook if needed, and change rows that were read from it; return those added.

    People may have edited the workbook since it was read: a row is changed where it stands now, and left alone if
    anything else is written in it; a question that has a row by now is not added again. Raises UsageError for a file
    that is not such a workbook, WritingError if it cannot be saved.
    """
    exists = path.exists()
    book = _open_book(path) if exists else _make_book()
    sheet = _find_sheet(book, path)
    columns, first = _find_columns(sheet, path)
    present = tuple(_iterate_rows(sheet, columns, first))
    asked = {row.question_key for row in present}
    added = tuple(row for row in decision_rows if row.question_key not in asked)
    changed = list(_find_rows(changes, present))
    if exists and not added and not changed:
        return ()
    if "state" not in columns:
        columns["state"] = _add_column(sheet, first - 1, "state")
    for number, row in enumerate(added, start=max((row.row for row in present), default=first - 1) + 1):
        for key, at in columns.items():
            _write_text(sheet, number, at + 1, str(getattr(row, key)))
        sheet.row_dimensions[number].height = _LINE_HEIGHT * _count_row_lines(row)
    for row, change in changed:
        for key, text in change._asdict().items():
            if text and key in columns:
                _write_text(sheet, row.row, columns[key] + 1, text)
    _save_book(book, path)
    return added


def _count_row_lines(decision_row: DecisionRow) -> int:
    """Count the lines of the longest text of a row; the SHA-256 is not for reading."""
    widths: Mapping[str, int] = load_decision_words()["widths"]
    return max(count_lines(getattr(decision_row, key), width - 2) for key, width in widths.items() if key != "sha256")


def _find_rows(
    changes: Mapping[DecisionRow, DecisionRowChange], present: Iterable[DecisionRow]
) -> Iterator[tuple[DecisionRow, DecisionRowChange]]:
    """Yield the rows of a sheet that are to be changed; of rows with equal texts each once, in their order."""
    waiting: dict[DecisionRow, list[DecisionRowChange]] = {}
    for row, change in changes.items():
        waiting.setdefault(row.written, []).append(change)
    for row in present:
        if equal := waiting.get(row.written):
            yield row, equal.pop(0)


def write_ruling(path: Path, row: int, ruling: Ruling, target: str, reason: str, author: str, date: str) -> str:
    """Fill in the decision in a row by its number, as a coordinator does; return the ruling in words."""
    book = _open_book(path)
    sheet = _find_sheet(book, path)
    columns, _ = _find_columns(sheet, path)
    word = str(load_decision_words()["rulings"][ruling.value])
    for key, text in (("ruling", word), ("target", target), ("reason", reason), ("author", author), ("date", date)):
        _write_text(sheet, row, columns[key] + 1, text)
    _save_book(book, path)
    return word


def _save_book(book: "Workbook", path: Path) -> None:
    content = io.BytesIO()
    book.save(content)
    save_file(path, content.getvalue(), force=True)


def _open_book(path: Path) -> "Workbook":
    """Open it with its formulas: their results would be lost when it is saved, and are never read."""
    import openpyxl

    try:
        content = load_file(path).data
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns about styles and extensions that it does not support
            return openpyxl.load_workbook(io.BytesIO(content))
    except UnreadableFileError as error:
        raise UsageError("decisions.unreadable", path=str(path)) from error
    except Exception as error:  # a damaged file makes openpyxl raise many types of exception
        raise UsageError("decisions.unreadable", path=str(path)) from error


def _find_sheet(book: "Workbook", path: Path) -> "Worksheet":
    name = load_decision_words()["sheet"]
    if name not in book.sheetnames:
        raise UsageError("decisions.unreadable", path=str(path))
    sheet: Worksheet = book[name]
    return sheet


def _find_columns(sheet: "Worksheet", path: Path) -> tuple[dict[str, int], int]:
    """Return the 0-based position of each column by its heading, and the first row below the headings."""
    words = {heading: key for key, heading in load_decision_words()["columns"].items()}
    for number, cells in enumerate(sheet.iter_rows(max_row=_MAX_HEADING_ROW, values_only=True), start=1):
        found = {words[text]: at for at, cell in enumerate(cells) if (text := _show_value(cell)) in words}
        if all(key in found for key in _REQUIRED_COLUMNS):
            return found, number + 1
    raise UsageError("decisions.unreadable", path=str(path))


def _add_column(sheet: "Worksheet", row: int, key: str) -> int:
    """Write the heading of a column right of all others; return its 0-based position."""
    position = max(cell.column for cell in sheet[row] if cell.value is not None)
    _write_text(sheet, row, position + 1, load_decision_words()["columns"][key])
    return int(position)


def _show_value(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()


def _write_text(sheet: "Worksheet", row: int, column: int, text: str) -> None:
    """Write a text that is never taken for a formula."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment

    cell = sheet.cell(row, column)
    cell.value = ILLEGAL_CHARACTERS_RE.sub(" ", text)[:_MAX_CELL_CHARACTERS] or None
    if text:
        cell.data_type = "s"
    cell.number_format = "@"
    cell.alignment = Alignment(vertical="top", wrap_text=True)


def _make_book() -> "Workbook":
    """Make an empty workbook with headings, drop-downs and a mark by which it is never taken for a return."""
    from openpyxl import Workbook
    from openpyxl.packaging.custom import StringProperty
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.properties import PageSetupProperties

    words = load_decision_words()
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = words["sheet"]
    sheet["A1"], sheet["A2"] = words["title"], words["hint"]
    sheet["A1"].font = Font(size=16, bold=True)
    for column, (key, heading) in enumerate(words["columns"].items(), start=1):
        cell = sheet.cell(_HEADING_ROW, column, heading)
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="center")
        cell.fill = PatternFill("solid", fgColor=_YELLOW if key in _ANSWER_COLUMNS else _BLUE)
        letter = get_column_letter(column)
        sheet.column_dimensions[letter].width = words["widths"][key]
        if key == "ruling":
            choice = DataValidation("list", formula1=f'"{",".join(words["rulings"].values())}"', allow_blank=True)
            choice.add(f"{letter}{_HEADING_ROW + 1}:{letter}{_VALIDATED_ROWS}")
            sheet.add_data_validation(choice)
    sheet.freeze_panes = f"B{_HEADING_ROW + 1}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = sheet.ORIENTATION_LANDSCAPE, sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = False
    sheet.auto_filter.ref = f"A{_HEADING_ROW}:{get_column_letter(len(words['columns']))}{_HEADING_ROW}"
    mark = StringProperty(name=LIST_PROPERTY, value=words["properties_kind"])
    book.custom_doc_props.append(mark)  # type: ignore[attr-defined]  # the stubs lack it
    return book


def iterate_ruled(decision_rows: Iterable[DecisionRow]) -> Iterator[DecisionRow]:
    """Yield the rows with anything in the column of rulings."""
    return (row for row in decision_rows if row.ruling)
