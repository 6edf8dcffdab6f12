"""Tidy tables of a merge for other programs: CSV, SQLite and, with pyarrow, Parquet. The door to pandas.

Nothing is computed here: every figure leaves as exactly what was read or summed, a count as a whole number, an amount
as its decimals, a blank as a blank. In CSV a text that a spreadsheet program would run as a formula gets an apostrophe.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xltool.consolidation.finding_fingerprints import changed, of_item, of_whole
from xltool.errors import UsageError, WritingError
from xltool.messages import catalogue as texts
from xltool.model.consolidation import Consolidation, Reviewed
from xltool.model.form import Cell, Number
from xltool.model.submission import State, Submission
from xltool.workbooks.save_files import whole_folder
from xltool.workbooks.summary.agency_status import agency_of, told, tracked
from xltool.workbooks.temporary_names import draft_beside
from xltool.workbooks.xlsxwriter_adapter import FORMULA_SIGNS

if TYPE_CHECKING:
    from pandas import DataFrame

DATABASE = "xltool.sqlite"
FIGURE = "value"  # the column of figures, the only one that is not text or a whole number
_DANGEROUS = (*FORMULA_SIGNS, "\n")  # as OWASP lists them
_PARTS_AT_A_TIME = 500

_CELL = "id table line column unit computed value"
_FIGURES = (
    f"year agency_code agency_name level parent scope {_CELL} state declared_zero status file sha256 sheet address"
)
_TOTALS = f"year area_code area_name {_CELL} expected lacking"
_FINDINGS = "year agency_code agency_name severity code relation sheet address id message advice settled status file"
_FINDINGS += " fingerprint change"
_TRACKING = "year agency_code agency_name level status counted reason file sha256 size modified program"
_WHOLE = {"year", "computed", "declared_zero", "expected", "lacking", "counted", "size"}  # columns of whole numbers

Row = dict[str, object]
Source = Callable[[], Iterable["DataFrame"]]


def write_tables(made: Consolidation, folder: Path, *, force: bool = False) -> tuple[str, ...]:
    """The tables ``figures``, ``totals``, ``findings`` and ``tracking`` in ``folder``; the names of the files written.

    One row of ``figures`` is one figure of one part of the sum. All files appear together at the end. Raises UsageError
    if the folder holds anything (unless ``force``), WritingError if it cannot be written.
    """
    tables: dict[str, Source] = {
        "figures": lambda: _figures(made),
        "totals": lambda: [_frame(_totals(made), _TOTALS)],
        "findings": lambda: [_frame(_findings(made), _FINDINGS)],
        "tracking": lambda: [_frame(_tracking(made), _TRACKING)],
    }
    with whole_folder(folder, force=force) as draft:
        for name, source in tables.items():
            _write_csv(source(), draft / f"{name}.csv")
        try:
            _write_database(tables, draft / DATABASE)
        except sqlite3.Error as error:  # among them a full disk
            raise WritingError("writing.not_saved", file=str(folder / DATABASE), reason=str(error)) from error
        if find_spec("pyarrow"):
            for name, source in tables.items():
                _write_parquet(source(), draft / f"{name}.parquet", _decimals(made))
        return tuple(sorted(path.name for path in draft.iterdir()))


def write_figures(made: Consolidation, path: Path, *, force: bool = False) -> Path:
    """The table ``figures`` alone, as Parquet; where pyarrow is not there, as CSV. Gives ``path`` with that ending.

    Raises UsageError if it exists (unless ``force``), WritingError if it cannot be written.
    """
    parquet = bool(find_spec("pyarrow"))
    target = path.with_name(f"{path.name}.{'parquet' if parquet else 'csv'}")
    if target.exists() and not force:
        raise UsageError("usage.output_exists", path=str(target))
    draft = draft_beside(target)
    try:
        if parquet:
            _write_parquet(_figures(made), draft, _decimals(made))
        else:
            _write_csv(_figures(made), draft)
        draft.replace(target)
    except OSError as error:
        raise WritingError("writing.not_saved", file=str(target), reason=error.strerror or str(error)) from error
    finally:
        draft.unlink(missing_ok=True)
    return target


# --- the tables ------------------------------------------------------------------------------------------------


def _figures(made: Consolidation) -> Iterator["DataFrame"]:
    """One row a figure, some hundred parts at a time: of ten thousand agencies there are two million."""
    files = {id(item.submission): item for item in made.tracking}
    for start in range(0, max(1, len(made.parts)), _PARTS_AT_A_TIME):
        parts = made.parts[start : start + _PARTS_AT_A_TIME]
        yield _frame((row for part in parts for row in _of_part(made, part, files[id(part)])), _FIGURES)


def _of_part(made: Consolidation, part: Submission, item: Reviewed) -> Iterator[Row]:
    who = _who(made, part)
    for cell in made.form.cells.values():
        yield {
            **who,
            **_labels(cell),
            FIGURE: part.values.get(cell.id),
            "state": _state(part, cell),
            "declared_zero": int(cell.id in part.entries and part.entries[cell.id].declared),
            "status": item.status.value,
            **_where(part, cell),
        }


def _who(made: Consolidation, part: Submission) -> Row:
    agency = agency_of(part, made.roster.agencies if made.roster else {})
    return {
        "year": made.year,
        "agency_code": agency.code,
        "agency_name": agency.name,
        "level": agency.level or "",
        "parent": agency.parent or "",
        "scope": part.scope.value,
    }


def _labels(cell: Cell) -> Row:
    return {
        "id": cell.id,
        "table": cell.table,
        "line": cell.line_words,
        "column": cell.column_words,
        "unit": cell.unit,
        "computed": int(cell.computed),
    }


def _state(part: Submission, cell: Cell) -> str:
    """What the agency's cell was; a computed figure is a number if its inputs are."""
    if cell.computed or cell.id not in part.entries:
        return (State.BLANK if part.values.get(cell.id) is None else State.NUMBER).value
    return part.entries[cell.id].state.value


def _where(part: Submission, cell: Cell) -> Row:
    entry = part.entries.get(cell.id)
    return {
        "file": part.source.file,
        "sha256": part.source.sha256,
        "sheet": entry.sheet if entry else "",
        "address": entry.address if entry else "",
    }


def _totals(made: Consolidation) -> Iterator[Row]:
    lacking = made.lacking
    for cell in made.form.cells.values():
        yield {
            "year": made.year,
            "area_code": made.summary.agency_code,
            "area_name": made.summary.agency_name,
            **_labels(cell),
            FIGURE: made.summary.values[cell.id],
            "expected": made.expected,
            "lacking": lacking.get(cell.id, 0),
        }


def _findings(made: Consolidation) -> Iterator[Row]:
    for agency, item, finding, _ in told(made):
        spot = finding.spots[0] if finding.spots else None
        yield {
            "year": made.year,
            "agency_code": agency.code,
            "agency_name": agency.name,
            "severity": finding.severity.value,
            "code": finding.code,
            "relation": finding.relation or "",
            "sheet": spot.sheet if spot else "",
            "address": spot.address if spot else "",
            "id": spot.id if spot else "",
            "message": texts.problem(finding),
            "advice": texts.cure(finding),
            "settled": finding.settled or "",
            "status": item.status.value if item else "",
            "file": item.file if item else "",
            "fingerprint": (mark := of_item(item, finding) if item else of_whole(made, finding)),
            "change": changed(made.changes, mark),
        }


def _tracking(made: Consolidation) -> Iterator[Row]:
    for agency, item in tracked(made):
        source = item.submission.source if item and item.submission else None
        yield {
            "year": made.year,
            "agency_code": agency.code,
            "agency_name": agency.name,
            "level": agency.level or "",
            "status": item.status.value if item else "missing",
            "counted": int(bool(item and item.counted)),
            "reason": texts.say(item.reason) if item and item.reason else "",
            "file": item.file if item else "",
            "sha256": item.sha256 if item else "",
            "size": source.size if source else None,
            "modified": source.modified if source else "",
            "program": source.program if source else "",
        }


# --- the files -------------------------------------------------------------------------------------------------


def _frame(rows: Iterable[Row], columns: str) -> "DataFrame":
    """The rows as they are: pandas may not turn a figure into a float."""
    import pandas

    return pandas.DataFrame(list(rows), columns=columns.split(), dtype=object)


def _exact(value: Number | None) -> str | None:
    return f"{value:f}" if isinstance(value, Decimal) else None if value is None else str(value)


def _write_csv(frames: Iterable["DataFrame"], path: Path) -> None:
    """UTF-8 with a mark at its beginning, by which Excel knows it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        for number, frame in enumerate(frames):
            safe = frame.apply(lambda column: column.map(_harmless if column.name != FIGURE else _exact))
            safe.to_csv(file, index=False, header=number == 0, lineterminator="\r\n")


def _harmless(value: object) -> object:
    """A text no spreadsheet program takes for a formula; a number is one."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_DANGEROUS) else value


def _write_database(tables: dict[str, Source], path: Path) -> None:
    """One table each. In a NUMERIC column a count is an integer, and an amount keeps every digit it has."""
    with closing(sqlite3.connect(path)) as connection:
        for name, source in tables.items():
            for number, frame in enumerate(source()):
                if FIGURE in frame:
                    frame[FIGURE] = frame[FIGURE].map(_exact)
                how: Any = "append" if number else "fail"
                frame.to_sql(name, connection, index=False, if_exists=how, dtype=_kinds(frame))
        connection.execute("CREATE INDEX figures_by_id ON figures (id)")
        connection.commit()


def _kinds(frame: "DataFrame") -> dict[Any, Any]:
    """What SQLite is told of each column."""
    special = {FIGURE: "NUMERIC"} | dict.fromkeys(_WHOLE, "INTEGER")
    return {column: special.get(str(column), "TEXT") for column in frame}


def _write_parquet(frames: Iterable["DataFrame"], path: Path, decimals: int) -> None:
    """Figures as exact decimals of 38 digits, ``decimals`` of them behind the point."""
    import pyarrow
    from pyarrow import parquet

    writer: Any = None
    for frame in frames:
        kinds = {column: pyarrow.int64() if column in _WHOLE else pyarrow.string() for column in frame}
        if FIGURE in frame:
            kinds[FIGURE] = pyarrow.decimal128(38, decimals)
            frame[FIGURE] = frame[FIGURE].map(lambda value: None if value is None else Decimal(value))
        schema = pyarrow.schema(list(kinds.items()))
        writer = writer or parquet.ParquetWriter(path, schema)
        writer.write_table(pyarrow.Table.from_pandas(frame, schema=schema, preserve_index=False))
    if writer:
        writer.close()


def _decimals(made: Consolidation) -> int:
    """How many decimal places the longest amount has."""
    every: Sequence[Submission] = (made.summary, *made.parts)
    exponents = (
        value.normalize().as_tuple().exponent
        for part in every
        for value in part.values.values()
        if isinstance(value, Decimal)
    )
    return max((-exponent for exponent in exponents if isinstance(exponent, int)), default=0)
