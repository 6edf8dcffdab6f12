"""What is fuzzed: bytes go in at one place; whatever they are, reading ends in a result or in a refusal with a name.

An input is one byte that chooses the place, then the bytes that are put there. Each place has seeds made by code, and
says what must hold of every result. A breach is an AssertionError; any other exception is a breach as well.
"""

import zipfile
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.mangling.good import ABOUT, good
from tests.published import layouts
from tests.spreadsheet import old_excel
from tests.spreadsheet.dialects import SAME
from tests.spreadsheet.packages import (
    APP,
    CONTENT_TYPES,
    CUSTOM,
    ROOT_RELS,
    SHEET,
    STRINGS,
    STYLES,
    WORKBOOK,
    WORKBOOK_RELS,
    good_parts,
    zipped,
)
from tests.spreadsheet.spreadsheets import ODS, ODS_CELL, ods_row, spreadsheet
from xltool.checks.run_checks import review_submission
from xltool.commands.check import build_check_context
from xltool.errors import ForeignFileError, UnreadableFileError
from xltool.model.form import CellKind
from xltool.model.submission import EntryState
from xltool.published.read_report import build_submission, read_report
from xltool.recognition.cell_values import Meaning, interpret_cell
from xltool.recognition.read_submissions import read_submissions
from xltool.spreadsheet.file_type import ZIP_SIGNATURE, detect_file_type
from xltool.spreadsheet.load_file import LoadedFile
from xltool.spreadsheet.open_workbook import open_loaded_file
from xltool.spreadsheet.raw_workbook import RawCell, RawSheet, RawWorkbook, StorageType
from xltool.spreadsheet.xls.biff_records import OldFormatError
from xltool.spreadsheet.xls.biff_workbook import read_book
from xltool.spreadsheet.zip_archives import read_members

LONGEST = 1 << 20  # bytes of one input
NAMED = (UnreadableFileError, ForeignFileError)
_ROWS, _ODD = b"<sheetData>", (b"<!--", b"<![CDATA[", b"<?x", b"\0")


class Target(NamedTuple):
    """One place: what is done with bytes put there, and good ones to begin with."""

    run: Callable[[bytes], None]
    seeds: Callable[[], Iterable[bytes]]


def run(data: bytes) -> None:
    """One input, as the fuzzer makes it."""
    if data:
        TARGETS[data[0] % len(TARGETS)].run(data[1 : LONGEST + 1])


def seeds() -> list[bytes]:
    """Good inputs for every place."""
    return [bytes([number]) + seed for number, target in enumerate(TARGETS) for seed in target.seeds()]


def opened(data: bytes) -> RawWorkbook | None:
    """A workbook; None if it is refused by a name we know."""
    try:
        return open_loaded_file(LoadedFile("return.xlsx", data, "", len(data), ""))
    except NAMED:
        return None


def held(sheets: Iterable[RawSheet]) -> list[dict[str, RawCell]]:
    return [dict(sheet.cells) for sheet in sheets]


# --- the places ------------------------------------------------------------------------------------------------------


def package(data: bytes) -> None:
    """A whole file; what a library reads is none of ours."""
    if data.startswith(ZIP_SIGNATURE):
        opened(data)
    else:
        detect_file_type(data)


def part(name: str, data: bytes) -> None:
    """One part of a small workbook, read twice: what is remembered is what was read."""
    made = zipped({**good_parts(), name: data}, zipfile.ZIP_STORED)
    first, second = opened(made), opened(made)
    assert (first is None) == (second is None)
    if first and second:
        assert first.sheets == second.sheets


def sheet(data: bytes) -> None:
    """A worksheet; read in the plain dialect and by way of expat it holds the same."""
    plain = opened(zipped({**good_parts(), SHEET: data}, zipfile.ZIP_STORED))
    if plain and data.count(_ROWS) == 1 and not any(sign in data for sign in _ODD):
        odd = opened(zipped({**good_parts(), SHEET: data.replace(_ROWS, _ROWS + b"<!---->")}, zipfile.ZIP_STORED))
        assert odd is not None
        assert held(odd.sheets) == held(plain.sheets)


def returned(data: bytes) -> None:
    """A return of ours, one of whose sheets is replaced: read and checked whole. The first byte says which sheet."""
    parts = dict(_parts())
    sheets = [name for name in parts if name.startswith("xl/worksheets/sheet")]
    parts[sheets[data[0] % len(sheets) if data else 0]] = data[1:]
    book = opened(zipped(parts, zipfile.ZIP_STORED))
    if book is None:
        return
    try:
        submissions = read_submissions(book, ABOUT.forms, "return.xlsx")
    except NAMED:
        return
    for submission in submissions:
        assert set(submission.entries) == set(ABOUT.forms[0].cells)
        assert all(
            entry.value is None or entry.raw is not None or entry.declared for entry in submission.entries.values()
        )
        review_submission(submission, build_check_context(submission, ABOUT))


def open_document(data: bytes) -> None:
    """The content of an .ods."""
    opened(zipped({"mimetype": ODS, "content.xml": data}, zipfile.ZIP_STORED))


def records(data: bytes) -> None:
    """A whole .xls, as far as we read it ourselves; every figure it tells has a place in the grid."""
    try:
        found = read_book(data)
    except (ValueError, OldFormatError):
        return
    for one in found.sheets.values():
        assert all(1 <= row <= 1 << 16 and 1 <= column <= 1 << 16 for row, column in (*one.figures, *one.texts))


def value(data: bytes) -> None:
    """What a cell holds, as a text and as a number; a number that is taken means the same when written plainly."""
    text = data.decode("utf-8", "replace")
    for stored in (StorageType.TEXT, StorageType.NUMBER):
        for kind, decimals in ((CellKind.COUNT, 0), (CellKind.SIGNED_COUNT, 0), (CellKind.AMOUNT, 6)):
            meaning = interpret_cell(RawCell(stored, text), kind, decimals)
            assert (meaning.value is None) == (meaning.state is not EntryState.NUMBER)
            if meaning.value is not None:
                again = interpret_cell(RawCell(StorageType.NUMBER, f"{meaning.value:f}"), kind, decimals)
                assert again == Meaning(EntryState.NUMBER, meaning.value)
                assert kind is not CellKind.COUNT or meaning.value >= 0


def archive(data: bytes) -> None:
    """A zip of returns: every member is a file or a refusal."""
    if data.startswith(ZIP_SIGNATURE):
        for member in read_members(LoadedFile("returns.zip", data, "", len(data), "2026-01-01T00:00:00+00:00")):
            assert (member.file is None) == (member.refusal is not None)


def report(data: bytes) -> None:
    """A published report, whatever kind of file: read and checked whole; every figure stands in what was read."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "report"
        file.write_bytes(data)
        try:
            found = read_report(file, ABOUT.forms)
        except NAMED:
            return
    form = ABOUT.forms.get(found.form, found.edition)
    for figure in found.figures.values():
        assert figure.value is None or figure.raw
        assert figure.sure != "open" or figure.value is None
    submission = build_submission(found, form)
    assert set(submission.entries) == set(form.cells)
    review_submission(submission, build_check_context(submission, ABOUT))


# --- their seeds -----------------------------------------------------------------------------------------------------


@cache
def _parts() -> Mapping[str, bytes]:
    with zipfile.ZipFile(BytesIO(good())) as book:
        return {name: book.read(name) for name in book.namelist()}


def _dialects(name: str) -> list[bytes]:
    """One part as every dialect has it."""
    found = []
    for made in SAME.values():
        with zipfile.ZipFile(BytesIO(made())) as book:
            found += [book.read(each) for each in book.namelist() if each.casefold() == name.casefold()]
    return found


def _returned() -> list[bytes]:
    sheets = [content for name, content in _parts().items() if name.startswith("xl/worksheets/sheet")]
    return [bytes([number]) + content for number, content in enumerate(sheets)]


def _spreadsheets() -> list[bytes]:
    text = "<t:table-cell o:value-type='string'><x:p>年<x:s x:c='2'/>报<x:line-break/></x:p></t:table-cell>"
    column = "<t:table-column t:visibility='collapse' t:number-columns-repeated='2'/>"
    return [spreadsheet(column + ods_row(ODS_CELL + text, 2)).encode()]


def _old() -> list[bytes]:
    cells = old_excel.number(0, 0, 12.5, 1) + old_excel.several(1, 0, 50, 51) + old_excel.truth(2, 0, 42, error=True)
    cells += old_excel.formula(3, 0, bytes(8)) + old_excel.hidden_row(3) + old_excel.hidden_columns(1, 2)
    return [old_excel.xls(cells, (0, 50), old_excel.number_format(50, "#,##0.00"))]


def _values() -> list[bytes]:
    said = (
        "12",
        "-0",
        "1,234.50",
        "１２",
        "二十一",
        "22（其中修订 16 件）",
        "1e3",
        "2792220.8元",
        "'12",
        "\u00a012\u3000",
        "—",
    )
    return [text.encode() for text in said]


def _reports() -> list[bytes]:
    form = ABOUT.forms[-1]
    figures = layouts.made_up(form, 1)
    return [layouts.file_content(layout, form, figures) for layout in layouts.LAYOUTS]


TARGETS: tuple[Target, ...] = (
    Target(package, lambda: [made() for made in SAME.values()]),
    Target(sheet, partial(_dialects, SHEET)),
    *(
        Target(partial(part, name), partial(_dialects, name))
        for name in (STRINGS, STYLES, WORKBOOK, WORKBOOK_RELS, ROOT_RELS, CONTENT_TYPES, CUSTOM, APP)
    ),
    Target(returned, _returned),
    Target(open_document, _spreadsheets),
    Target(records, _old),
    Target(value, _values),
    Target(report, _reports),
    Target(archive, lambda: [zipped({"甲/乙.xlsx": zipped(good_parts()), "丙.zip": zipped({"丁.txt": b"x"})})]),
)
