"""Rules that a definition must satisfy beyond its schema: names, sheets, years, titles and the words of figures."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from keyword import kwlist
from string import Formatter

from xltool.forms.definition_problems import DefinitionProblems
from xltool.forms.schema import BlockSpec, FormSpec, TablesSpec
from xltool.forms.vocabulary import EVERY_LINE, EVERY_ROW
from xltool.forms.workbook_words import workbook_words
from xltool.model.form import WORD_KINDS, Cell, CellKind, Table, TotalKind

FIRST_YEAR, LAST_YEAR = 1949, 2100  # of reports
MAX_SHEET_NAME_CHARACTERS = 31
TITLE_PLACEHOLDERS = ("agency", "year", "period")
_FIGURE_TOTALS: tuple[TotalKind, ...] = (
    TotalKind.SUM,
    TotalKind.MEAN,
    TotalKind.WEIGHTED_MEAN,
    TotalKind.RECOMPUTE,
    TotalKind.NONE,
)
_TOTALS: dict[CellKind, tuple[TotalKind, ...]] = dict.fromkeys(CellKind, _FIGURE_TOTALS)
_TOTALS[CellKind.PERCENT] = _FIGURE_TOTALS[1:]
_TOTALS.update(dict.fromkeys(WORD_KINDS, (TotalKind.COUNT, TotalKind.NONE)))
_PART = r"[a-z][a-z0-9_]*"
_ID = re.compile(_PART)
_LINE_ID = re.compile(rf"{_PART}(?:\.{_PART})*")
_ISSUE_DAY = re.compile(r"\d{4}-\d{1,2}(?:-\d{1,2})?")
_FORM_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_RESERVED_WORDS = (EVERY_LINE, EVERY_ROW)
_RESERVED = frozenset({*kwlist, *_RESERVED_WORDS})
_NOT_IN_FILE_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_NOT_IN_SHEET_NAMES = re.compile(r"[:\\/?*\[\]\x00-\x1f]")


def is_form_id(text: str) -> bool:
    """Return True for a text that can be the id or the edition of a form, and so the name of its folder."""
    return _FORM_ID.fullmatch(text) is not None


def is_year_name(text: str) -> bool:
    """Return True for the name of an edition that is a year of reports."""
    return text.isascii() and text.isdecimal() and FIRST_YEAR <= int(text) <= LAST_YEAR


def check_form_spec(form: FormSpec, tables_spec: TablesSpec, problems: DefinitionProblems) -> None:
    """Add the mistakes of names, years, titles and sheets."""
    for key in ("id", "edition"):
        if not is_form_id(getattr(form, key)):
            problems.add("not_a_form_id", "form.toml", key, key=getattr(form, key))
    _check_ids(form, tables_spec, problems)
    _check_years(form, problems)
    _check_titles(form, problems)
    _check_sections(form, tables_spec, problems)
    if not any(text.strip() for text in form.instructions):
        problems.add("no_instructions", "form.toml", "instructions")


def check_words(table: Table, problems: DefinitionProblems) -> None:
    """Add a mistake for every line or column with the same labels as an earlier one of its table."""
    seen: dict[tuple[tuple[str, ...], tuple[str, ...]], Cell] = {}
    told: set[tuple[str, str]] = set()
    for cell in table.cells:
        path = (cell.row_path, cell.column_path)
        other = seen.setdefault(path, cell)
        pair = (other.column, cell.column) if other.column != cell.column else (other.line, cell.line)
        if other.id != cell.id and any(map(any, path)) and pair not in told:
            told.add(pair)
            words = " · ".join((*cell.row_path, *cell.column_path))
            problems.add("same_words", "tables.toml", f"tables.{table.id}", key=cell.id, other=other.id, words=words)


def check_totals(cells: Mapping[str, Cell], tables_spec: TablesSpec, problems: DefinitionProblems) -> None:
    """Add the mistakes of how cells add up."""
    for table in tables_spec.tables:
        for block in table.blocks:
            _check_computed_total(table.id, block, cells, problems)
    for cell in cells.values():
        place = f"tables.{cell.table}"
        not_computed = cell.total is TotalKind.RECOMPUTE and not cell.computed
        if not_computed and (problems.has_mistakes("relations.toml") or problems.tainted):
            continue  # the relation that computes it may be one of those
        if cell.total not in _TOTALS[cell.kind] or not_computed:
            known = tuple(total.value for total in _TOTALS[cell.kind])
            problems.add("wrong_total", "tables.toml", place, key=cell.id, total=cell.total.value, known=known)
        _check_year_total(cell, place, problems)
        weight = cells.get(cell.weight)
        unfit = cell.weight and not _can_weight(weight, cell) and not problems.is_tainted(cell.weight)
        if (cell.total is TotalKind.WEIGHTED_MEAN) is not bool(cell.weight) or unfit:
            problems.add("wrong_weight", "tables.toml", place, key=cell.id, weight=cell.weight)


def _can_weight(weight: Cell | None, cell: Cell) -> bool:
    """Return True for a figure that adds up, other than the one that is weighted."""
    if weight is None or weight.id == cell.id:
        return False
    return weight.kind is not CellKind.PERCENT and not weight.is_worded


def _check_computed_total(
    table: str, block: BlockSpec, cells: Mapping[str, Cell], problems: DefinitionProblems
) -> None:
    """Add the mistake of a total that has no effect, since a relation computes the figure again from the sums."""
    names = (".".join(filter(None, (table, line, column))) for line in block.lines for column in block.columns or [""])
    for name in names:
        cell = cells.get(name)
        if cell is not None and cell.computed and block.total not in (None, cell.total.value):
            problems.add("computed_total", "tables.toml", f"tables.{table}", key=name, total=block.total)
            return


def _check_year_total(cell: Cell, place: str, problems: DefinitionProblems) -> None:
    total, known = cell.year_total, (*_TOTALS[cell.kind], TotalKind.FIRST, TotalKind.LAST)
    unfit = {TotalKind.RECOMPUTE} if not cell.computed else set()
    if not cell.weight:
        unfit.add(TotalKind.WEIGHTED_MEAN)
    if total is not None and (total not in known or total in unfit):
        fitting = tuple(each.value for each in known if each not in unfit)
        problems.add("wrong_year_total", "tables.toml", place, key=cell.id, total=total.value, known=fitting)


def check_cell_id(name: str, place: str, problems: DefinitionProblems) -> None:
    """Add the mistake of an id that expressions could not name."""
    if not _ID.fullmatch(name) or name in _RESERVED:
        problems.add("not_an_id", "tables.toml", place, key=name, known=_RESERVED_WORDS)


def _check_ids(form: FormSpec, tables_spec: TablesSpec, problems: DefinitionProblems) -> None:
    named = [("form.toml", f"sections.{section.id}", section.id, _ID) for section in form.sections]
    named += [("form.toml", f"groups.{group.id}", group.id, _ID) for group in form.groups]
    for table in tables_spec.tables:
        place = f"tables.{table.id}"
        named.append(("tables.toml", place, table.id, _ID))
        for block in table.blocks:
            named += [("tables.toml", f"{place}.lines", line, _LINE_ID) for line in block.lines]
            named += [("tables.toml", f"{place}.columns", column, _ID) for column in block.columns]
    for file, place, name, pattern in dict.fromkeys(named):
        if not pattern.fullmatch(name) or _RESERVED.intersection(name.split(".")):
            problems.add("not_an_id", file, place, key=name, known=_RESERVED_WORDS)
            problems.tainted.add("*" if place == f"tables.{name}" else place.split(".")[1])


def _check_years(form: FormSpec, problems: DefinitionProblems) -> None:
    earliest = FIRST_YEAR
    for key, year in (("first_year", form.first_year), ("last_year", form.last_year)):
        if year is not None and not earliest <= year <= LAST_YEAR:
            problems.add("wrong_year", "form.toml", key, key=year)
        earliest = max(earliest, year or 0)
    if _ISSUE_DAY.fullmatch(form.issued) and not _is_day(form.issued):
        problems.add("not_an_issue_day", "form.toml", "issued", key=form.issued)


def _is_day(text: str) -> bool:
    """Return whether a text of year, month and perhaps day is one of the calendar."""
    year, month, day = (*map(int, text.split("-")), 1)[:3]
    with suppress(ValueError):
        return bool(date(year, month, day))
    return False


def _check_titles(form: FormSpec, problems: DefinitionProblems) -> None:
    for key in ("title", "report_title"):
        if match := _NOT_IN_FILE_NAMES.search(getattr(form, key)):
            problems.add("not_in_file_names", "form.toml", key, key=getattr(form, key), bad=match[0])
    try:
        names = [name for _, name, _, _ in Formatter().parse(form.report_title) if name is not None]
    except ValueError:
        problems.add("bad_braces", "form.toml", "report_title", key=form.report_title)
        return
    if form.period != "year" and "period" not in names:
        problems.add("no_period", "form.toml", "report_title", key=form.report_title)
    for name in names:
        if name not in TITLE_PLACEHOLDERS:
            problems.add("title_placeholder", "form.toml", "report_title", key=name, known=TITLE_PLACEHOLDERS)


def _check_sections(form: FormSpec, tables_spec: TablesSpec, problems: DefinitionProblems) -> None:
    known = {section.id for section in form.sections}
    with_table = {table.section for table in tables_spec.tables} | {table.section for table in tables_spec.lists}
    astray = with_table - known  # their tables may belong to the empty section: one mistake, not two
    taken = {name.casefold(): name for name in list_own_sheet_names()}
    for section in form.sections:
        place, name = f"sections.{section.id}", section.sheet
        if not _is_sheet_name(name):
            problems.add("sheet_name", "form.toml", place, key=name)
        elif name.casefold() in taken:
            problems.add("sheet_taken", "form.toml", place, key=name, other=taken[name.casefold()])
        taken.setdefault(name.casefold(), name)
        if section.paragraphs < 1 and section.id not in with_table and not astray:
            problems.add("empty_section", "form.toml", place)


def list_own_sheet_names() -> Iterator[str]:
    """Yield the names of the sheets that this program adds to templates and consolidated workbooks."""
    yield from workbook_words().sheets.values()
    yield from workbook_words().summary.sheets.values()


def _is_sheet_name(name: str) -> bool:
    return (
        bool(name.strip())
        and len(name.encode("utf-16-le")) // 2 <= MAX_SHEET_NAME_CHARACTERS
        and not _NOT_IN_SHEET_NAMES.search(name)
        and not name.startswith("'")
        and not name.endswith("'")
        and name.casefold() != "history"
    )
