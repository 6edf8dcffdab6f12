"""Write tidy tables of a merge for other programs: CSV, SQLite and, with pyarrow, Parquet.

Nothing is computed here: a count is written as an integer, an amount with its exact decimals, a blank as a blank. In
CSV a text that a spreadsheet program would run as a formula gets an apostrophe, and one that it would show as another
number a tab. Only this module imports pandas.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xltool.consolidation.finding_fingerprints import (
    classify_change,
    fingerprint_area_finding,
    fingerprint_file_finding,
)
from xltool.errors import UsageError, WritingError
from xltool.exports.csv_text import escape_formula
from xltool.forms.lists.list_words import read_row_word
from xltool.messages import catalogue
from xltool.model.consolidation import Consolidation, ReviewedFile
from xltool.model.form import Cell, Number
from xltool.model.period import Period, calendar_year
from xltool.model.submission import EntryState, Submission
from xltool.workbooks.decisions_workbook import show_decision
from xltool.workbooks.failing_files import name_failing_file
from xltool.workbooks.save_files import save_error
from xltool.workbooks.save_folders import stage_folder
from xltool.workbooks.summary.agency_status import (
    FindingRow,
    TrackingRow,
    agency_of,
    list_finding_rows,
    list_tracking_rows,
)
from xltool.workbooks.temporary_names import temporary_path

if TYPE_CHECKING:
    from pandas import DataFrame, Series

DATABASE_NAME = "xltool.sqlite"
TABLES = ("figures", "totals", "findings", "tracking", "rows")
FILE_NAMES = frozenset({DATABASE_NAME, *(f"{table}.{suffix}" for table in TABLES for suffix in ("csv", "parquet"))})
FIGURE_COLUMN = "value"  # the only column that is neither text nor an integer
_PARTS_PER_FRAME = 500

_CELL_COLUMNS = "id table line column unit computed value"
_FIGURE_COLUMNS = f"year agency_code agency_name level parent scope {_CELL_COLUMNS} state declared_zero status file"
_FIGURE_COLUMNS += " sha256 sheet address"
_PERIOD_COLUMN = " period"  # of forms of months, quarters or halves
_WORD_COLUMN = " text"  # of forms with choices, dates or texts: what a person reads
_TOTAL_COLUMNS = f"year area_code area_name {_CELL_COLUMNS} expected lacking"
_ROW_COLUMNS = "year period list row agency_code agency_name id column unit value text state"
_FINDING_COLUMNS = "year agency_code agency_name severity code relation sheet address id message advice settled"
_FINDING_COLUMNS += " status file fingerprint change"
_TRACKING_COLUMNS = "year agency_code agency_name level status counted reason decision file sha256 size modified"
_TRACKING_COLUMNS += " program"
_INTEGER_COLUMNS = frozenset(["row", "year", "computed", "declared_zero", "expected", "lacking", "counted", "size"])

TableRow = dict[str, object]
FrameSource = Callable[[], Iterable["DataFrame"]]


def write_tables(
    consolidation: Consolidation, folder: Path, *, force: bool = False, keep_earlier: bool = False
) -> tuple[str, ...]:
    """Write the tables ``figures``, ``totals``, ``findings`` and ``tracking`` to ``folder``; return the file names.

    A form with lists has a table ``rows`` too, with a row for each entry of each row.

    One row of ``figures`` is one figure of one part of the sum. All files appear together at the end. Raises UsageError
    if the folder holds anything (unless ``force`` or ``keep_earlier``), WritingError if it cannot be written.
    """
    more_columns, period = _list_more_columns(consolidation), _list_period_column(consolidation)
    tables: dict[str, FrameSource] = {
        "figures": lambda: _build_figures(consolidation),
        "totals": lambda: [_make_frame(_build_totals(consolidation), _TOTAL_COLUMNS + more_columns)],
        "findings": lambda: [_make_frame(_build_findings(consolidation), _FINDING_COLUMNS + period)],
        "tracking": lambda: [_make_frame(_build_tracking(consolidation), _TRACKING_COLUMNS + period)],
    }
    if consolidation.form.lists:
        tables["rows"] = lambda: [_make_frame(_build_rows(consolidation), _ROW_COLUMNS)]
    with stage_folder(folder, force=force, keep_earlier=keep_earlier) as draft:
        for name, source in tables.items():
            _write_csv(source(), draft / f"{name}.csv")
        try:
            _write_database(tables, draft / DATABASE_NAME)
        except sqlite3.Error as error:  # among them a full disk
            raise WritingError("writing.not_saved", file=str(folder / DATABASE_NAME), reason=str(error)) from error
        if find_spec("pyarrow"):
            for name, source in tables.items():
                _write_parquet(source(), draft / f"{name}.parquet", _count_decimals(consolidation))
        return tuple(sorted(path.name for path in draft.iterdir()))


def write_figures(consolidation: Consolidation, path: Path, *, force: bool = False) -> Path:
    """Write the table ``figures`` as Parquet, without pyarrow as CSV; return ``path`` with that suffix.

    Raises UsageError if it exists (unless ``force``), WritingError if it cannot be written.
    """
    parquet = bool(find_spec("pyarrow"))
    target = path.with_name(f"{path.name}.{'parquet' if parquet else 'csv'}")
    if target.exists() and not force:
        raise UsageError("usage.output_exists", path=str(target))
    draft = temporary_path(target)
    try:
        if parquet:
            _write_parquet(_build_figures(consolidation), draft, _count_decimals(consolidation))
        else:
            _write_csv(_build_figures(consolidation), draft)
        draft.replace(target)
    except OSError as error:
        raise save_error(target, error) from error
    finally:
        draft.unlink(missing_ok=True)
    return target


# --- the tables ------------------------------------------------------------------------------------------------


def _build_figures(consolidation: Consolidation) -> Iterator["DataFrame"]:
    """Yield frames of one row per figure, some hundred parts each: ten thousand agencies have two million figures."""
    files = {id(item.submission): item for item in consolidation.tracking}
    more_columns = _list_more_columns(consolidation)
    for start in range(0, max(1, len(consolidation.parts)), _PARTS_PER_FRAME):
        parts = consolidation.parts[start : start + _PARTS_PER_FRAME]
        rows: list[TableRow] = []
        for part in parts:
            with name_failing_file(files[id(part)]):
                rows += _build_part_rows(consolidation, part, files[id(part)])
        yield _make_frame(rows, _FIGURE_COLUMNS + more_columns)


def _build_part_rows(consolidation: Consolidation, part: Submission, item: ReviewedFile) -> Iterator[TableRow]:
    who, has_words = _identify_part(consolidation, part), _has_words(consolidation)
    for cell in consolidation.form.cells.values():
        yield {
            **who,
            **_label_cell(cell),
            FIGURE_COLUMN: None if cell.is_worded else part.values.get(cell.id),
            **({"text": part.words.get(cell.id, "")} if has_words else {}),
            "state": _find_state(part, cell),
            "declared_zero": int(cell.id in part.entries and part.entries[cell.id].declared),
            "status": item.status.value,
            **_locate_entry(part, cell),
        }


def _list_more_columns(consolidation: Consolidation) -> str:
    """Return the columns that only some forms have: what a person reads in words, and the part of a year."""
    words = _WORD_COLUMN if _has_words(consolidation) else ""
    return words + _list_period_column(consolidation)


def _list_period_column(consolidation: Consolidation) -> str:
    return _PERIOD_COLUMN if isinstance(consolidation.year, Period) else ""


def _has_words(consolidation: Consolidation) -> bool:
    """Return True if the form has choices, dates or texts, which have a column of their own."""
    return any(cell.is_worded for cell in consolidation.form.cells.values())


def _identify_part(consolidation: Consolidation, part: Submission) -> TableRow:
    agency = agency_of(part, consolidation.roster.agencies if consolidation.roster else {})
    return {
        "year": calendar_year(consolidation.year),
        "period": str(consolidation.year),
        "agency_code": agency.code,
        "agency_name": agency.name,
        "level": agency.level or "",
        "parent": agency.parent or "",
        "scope": part.scope.value,
    }


def _label_cell(cell: Cell) -> TableRow:
    return {
        "id": cell.id,
        "table": cell.table,
        "line": cell.line_words,
        "column": cell.column_words,
        "unit": cell.unit,
        "computed": int(cell.computed),
    }


def _find_state(part: Submission, cell: Cell) -> str:
    """Return the state of the agency's cell; a computed figure is a number if it has a value."""
    if cell.computed or cell.id not in part.entries:
        return (EntryState.BLANK if part.values.get(cell.id) is None else EntryState.NUMBER).value
    return part.entries[cell.id].state.value


def _locate_entry(part: Submission, cell: Cell) -> TableRow:
    entry = part.entries.get(cell.id)
    return {
        "file": part.source.file,
        "sha256": part.source.sha256,
        "sheet": entry.sheet if entry else "",
        "address": entry.address if entry else "",
    }


def _build_totals(consolidation: Consolidation) -> Iterator[TableRow]:
    lacking, has_words = consolidation.lacking, _has_words(consolidation)
    for cell in consolidation.form.cells.values():
        yield {
            "year": calendar_year(consolidation.year),
            "period": str(consolidation.year),
            "area_code": consolidation.summary.agency_code,
            "area_name": consolidation.summary.agency_name,
            **_label_cell(cell),
            FIGURE_COLUMN: consolidation.summary.values[cell.id],
            **({"text": consolidation.summary.words.get(cell.id, "")} if has_words else {}),
            "expected": consolidation.expected,
            "lacking": lacking.get(cell.id, 0),
        }


def _build_rows(consolidation: Consolidation) -> Iterator[TableRow]:
    """Yield every entry of the rows of lists; a choice, date or text in ``text``, a figure in ``value``."""
    joint = catalogue.look_up_word("shown", "joint")
    for list_table in consolidation.form.lists:
        for row in consolidation.summary.lists.get(list_table.id, ()):
            for column in list_table.columns:
                entry = row.entries[column.id]
                yield {
                    "year": calendar_year(consolidation.year),
                    "period": str(consolidation.year),
                    "list": list_table.id,
                    "row": row.number,
                    "agency_code": joint.join(owner.code for owner in row.owners),
                    "agency_name": joint.join(owner.name for owner in row.owners),
                    "id": column.id,
                    "column": column.column_words,
                    "unit": column.unit,
                    FIGURE_COLUMN: None if column.is_worded else entry.value,
                    "text": read_row_word(column, entry) if column.is_worded else "",
                    "state": entry.state.value,
                }


def _build_findings(consolidation: Consolidation) -> Iterator[TableRow]:
    for row in list_finding_rows(consolidation):
        with name_failing_file(row.item):
            made = _build_finding_row(consolidation, row)
        yield made


def _build_finding_row(consolidation: Consolidation, finding_row: FindingRow) -> TableRow:
    agency, item, finding, _ = finding_row
    spot = finding.cells[0] if finding.cells else None
    fingerprint = fingerprint_file_finding(item, finding) if item else fingerprint_area_finding(consolidation, finding)
    return {
        "year": calendar_year(consolidation.year),
        "period": str(consolidation.year),
        "agency_code": agency.code,
        "agency_name": agency.name,
        "severity": finding.severity.value,
        "code": finding.code,
        "relation": finding.relation or "",
        "sheet": spot.sheet if spot else "",
        "address": spot.address if spot else "",
        "id": spot.id if spot else "",
        "message": catalogue.render_problem(finding),
        "advice": catalogue.render_advice(finding),
        "settled": catalogue.render_settlement(finding),
        "status": item.status.value if item else "",
        "file": item.file if item else "",
        "fingerprint": fingerprint,
        "change": classify_change(consolidation.changes, fingerprint),
    }


def _build_tracking(consolidation: Consolidation) -> Iterator[TableRow]:
    for row in list_tracking_rows(consolidation):
        with name_failing_file(row.item):
            made = _build_tracking_row(consolidation, row)
        yield made


def _build_tracking_row(consolidation: Consolidation, tracking_row: TrackingRow) -> TableRow:
    agency, item = tracking_row
    source = item.submission.source if item and item.submission else None
    return {
        "year": calendar_year(consolidation.year),
        "period": str(consolidation.year),
        "agency_code": agency.code,
        "agency_name": agency.name,
        "level": agency.level or "",
        "status": item.status.value if item else "missing",
        "counted": int(bool(item and item.counted)),
        "reason": catalogue.render_finding(item.reason) if item and item.reason else "",
        "decision": show_decision(item.decision) if item else "",
        "file": item.file if item else "",
        "sha256": item.sha256 if item else "",
        "size": source.size if source else None,
        "modified": source.modified if source else "",
        "program": source.program if source else "",
    }


# --- the files -------------------------------------------------------------------------------------------------


def _make_frame(table_rows: Iterable[TableRow], column_names: str) -> "DataFrame":
    """Return the rows as a frame of objects, so that pandas converts no figure to float."""
    import pandas

    return pandas.DataFrame(list(table_rows), columns=column_names.split(), dtype=object)


def _format_exactly(value: Number | None) -> str | None:
    return f"{value:f}" if isinstance(value, Decimal) else None if value is None else str(value)


def _write_csv(frames: Iterable["DataFrame"], path: Path) -> None:
    """Write UTF-8 with a byte order mark, by which Excel recognizes it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        for number, frame in enumerate(frames):
            for column in frame:
                write = escape_formula if column != FIGURE_COLUMN else _format_exactly
                frame[column] = _map_objects(frame[column], write)
            frame.to_csv(file, index=False, header=number == 0, lineterminator="\r\n")


def _map_objects(column: "Series[Any]", convert: Callable[[Any], object]) -> "Series[Any]":
    """Change every value of a column; unlike ``Series.map`` this makes no floats of integers with gaps."""
    import pandas

    return pandas.Series([convert(value) for value in column], index=column.index, dtype=object)


def _write_database(tables: dict[str, FrameSource], path: Path) -> None:
    """Write one table each. A NUMERIC column stores a count as an integer and keeps every digit of an amount."""
    with closing(sqlite3.connect(path)) as connection:
        for name, source in tables.items():
            for number, frame in enumerate(source()):
                if FIGURE_COLUMN in frame:
                    frame[FIGURE_COLUMN] = frame[FIGURE_COLUMN].map(_format_exactly)
                if_exists_mode: Any = "append" if number else "fail"
                frame.to_sql(name, connection, index=False, if_exists=if_exists_mode, dtype=_choose_column_types(frame))
        connection.execute("CREATE INDEX figures_by_id ON figures (id)")
        connection.commit()


def _choose_column_types(frame: "DataFrame") -> dict[Any, Any]:
    """Return the SQLite type of each column."""
    special = {FIGURE_COLUMN: "NUMERIC"} | dict.fromkeys(_INTEGER_COLUMNS, "INTEGER")
    return {column: special.get(str(column), "TEXT") for column in frame}


def _write_parquet(frames: Iterable["DataFrame"], path: Path, decimals: int) -> None:
    """Write figures as exact decimals of 38 digits, ``decimals`` of them after the point."""
    import pyarrow
    from pyarrow import parquet

    writer: Any = None
    for frame in frames:
        kinds = {column: pyarrow.int64() if column in _INTEGER_COLUMNS else pyarrow.string() for column in frame}
        if FIGURE_COLUMN in frame:
            kinds[FIGURE_COLUMN] = pyarrow.decimal128(38, decimals)
            frame[FIGURE_COLUMN] = frame[FIGURE_COLUMN].map(lambda value: None if value is None else Decimal(value))
        schema = pyarrow.schema(list(kinds.items()))
        writer = writer or parquet.ParquetWriter(path, schema)
        writer.write_table(pyarrow.Table.from_pandas(frame, schema=schema, preserve_index=False))
    if writer:
        writer.close()


def _count_decimals(consolidation: Consolidation) -> int:
    """Return the largest number of decimal places of any amount."""
    submissions: Sequence[Submission] = (consolidation.summary, *consolidation.parts)
    exponents = (
        value.normalize().as_tuple().exponent
        for part in submissions
        for value in part.values.values()
        if isinstance(value, Decimal)
    )
    return max((-exponent for exponent in exponents if isinstance(exponent, int)), default=0)
