"""Assign the sheets of a workbook to the sheets of a form, and count the submissions in it.

In an ordinary workbook every sheet has its planned name and every label its planned place, and nothing is searched.
Otherwise sheets are recognised by their labels. Tables that occur twice make two submissions if each set is complete
and the titles name different agencies; else the copies must agree, or the figures that differ are not read.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from xltool.forms.cell_addresses import parse_address
from xltool.forms.period_words import parse_period_words
from xltool.forms.published_wording import load_published_wording
from xltool.forms.slots import Purpose, Role
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.forms.workbook_words import workbook_words
from xltool.model.submission import Observation
from xltool.recognition.label_text import normalise_label
from xltool.recognition.locate_cells import (
    STATIC_ROLES,
    LocatedSheet,
    PlannedSheet,
    is_in_place,
    locate_sheet,
    prepare_sheets,
)
from xltool.recognition.match_labels import LabelAnchor, PlaceDoubt, Words, index_words, share_present
from xltool.spreadsheet.raw_workbook import RawCell, RawSheet, RawWorkbook, StorageType

MIN_SHARE_PRESENT = 0.6  # of the labels of a table or sheet must be present to recognise it

_COPY = re.compile(r"(?P<name>.*\S)\s*(?:[(\uff08](?P<first>\d+)[)\uff09]|_(?P<second>\d+))")


class ReportTitle(NamedTuple):
    """The agency and year in the title of a report."""

    agency: str
    year: str


@dataclass(frozen=True)
class SheetAssignment:
    """The sheets of one submission, by planned name, and the sheets that do not belong to the form."""

    located_sheets: Mapping[str, LocatedSheet]
    title: ReportTitle | None = None
    unknown_sheets: tuple[RawSheet, ...] = ()
    observations: tuple[Observation, ...] = ()
    copy_name: str = ""


class _SheetSection(NamedTuple):
    """A section of a sheet in which each table stands once: its tables, copy number and title."""

    sheet: RawSheet
    cells: Mapping[str, RawCell]
    tables: tuple[str, ...]
    copy_name: str
    title: ReportTitle | None


def assign_sheets(
    plan: WorkbookPlan, workbook: RawWorkbook, *, by_name_only: bool = False
) -> tuple[SheetAssignment, ...]:
    """Return the sheets of each submission in a workbook, at least one.

    With ``by_name_only`` sheets are found by name only, as in a consolidated workbook, which shows tables twice itself.
    """
    charts = prepare_sheets(plan)
    sheets = {sheet.name: sheet for sheet in workbook.sheets}
    others = tuple(sheet for sheet in workbook.sheets if sheet.name not in plan.known and _is_unknown(sheet))
    if by_name_only or (not others and _are_all_in_place(charts, sheets)):
        pages = {
            c.layout.name: locate_sheet(c, sheets[c.layout.name], known_in_place=not by_name_only and bool(c.labels))
            for c in charts
            if c.layout.name in sheets
        }
        return (SheetAssignment(pages, observations=_collect_observations(pages)),)
    return _search_sheets(plan, charts, workbook, others)


def find_title(plan: WorkbookPlan, cells: Mapping[str, RawCell]) -> ReportTitle | None:
    """Return the first report title among these cells, in reading order."""
    titles = dict(_find_titles(plan, cells))
    return titles[min(titles)] if titles else None


def _find_titles(plan: WorkbookPlan, cells: Mapping[str, RawCell]) -> Iterator[tuple[tuple[int, int], ReportTitle]]:
    """Yield every report title and its position."""
    for cell_address, cell in cells.items():
        if cell.stored is StorageType.TEXT and len(cell.text) < 200 and (title := parse_title(plan, cell.text)):
            yield parse_address(cell_address), title


def parse_title(plan: WorkbookPlan, text: str) -> ReportTitle | None:
    """Parse agency and year from a report title; None for any other text."""
    pattern = _compile_title(plan.form.report_title)
    match = pattern.fullmatch(text.strip()) or pattern.fullmatch(normalise_label(text))
    if match is None:
        return None
    groups = match.groupdict()
    return ReportTitle(match["agency"], groups.get("year") or parse_period_words(groups["period"]))


@lru_cache(maxsize=16)
def _compile_title(pattern: str) -> re.Pattern[str]:
    """Compile the form's title pattern; any spelling of the character for "year" is accepted."""
    agency, year = re.escape("{agency}"), re.escape("{year}")
    pattern = re.escape(normalise_label(pattern))
    year_characters = sorted(load_published_wording().titles.year_signs, key=len, reverse=True)
    printed = next((character for character in year_characters if f"{year}{character}" in pattern), "")
    pattern = pattern.replace(f"{year}{printed}", f"{year}(?:{'|'.join(year_characters)})" if printed else year)
    pattern = pattern.replace(re.escape("{period}"), "(?P<period>20[0-9]{2}.{2,6}?)")
    return re.compile(pattern.replace(agency, "(?P<agency>.+?)").replace(year, "(?P<year>20[0-9]{2})"))


def _is_unknown(sheet: RawSheet) -> bool:
    return sheet.name != workbook_words().sheets["identity"] and bool(sheet.cells)


def _are_all_in_place(planned_sheets: Sequence[PlannedSheet], sheets: Mapping[str, RawSheet]) -> bool:
    """Return True if every sheet but the optional control figures is present with every label in place."""
    return all(
        not chart.labels or is_in_place(chart, sheets[chart.layout.name].cells)
        if chart.layout.name in sheets
        else chart.layout.purpose is Purpose.CONTROLS
        for chart in planned_sheets
    )


def _collect_observations(located_sheets: Mapping[str, LocatedSheet]) -> tuple[Observation, ...]:
    return tuple(observation for located in located_sheets.values() for observation in located.observations)


# --- looking for the tables ------------------------------------------------------------------------------------


def _search_sheets(
    plan: WorkbookPlan,
    planned_sheets: Sequence[PlannedSheet],
    workbook: RawWorkbook,
    unknown_sheets: Sequence[RawSheet],
) -> tuple[SheetAssignment, ...]:
    pieces = [piece for sheet in workbook.sheets for piece in _find_sections(plan, planned_sheets, sheet)]
    sets = _group_by_agency(plan, pieces)
    if len(sets) > 1:
        return tuple(
            _assign_one(plan, planned_sheets, workbook, own, unknown_sheets, submission_count=len(sets)) for own in sets
        )
    return (_assign_one(plan, planned_sheets, workbook, pieces, unknown_sheets),)


def _find_sections(
    plan: WorkbookPlan, planned_sheets: Sequence[PlannedSheet], sheet: RawSheet
) -> Iterator[_SheetSection]:
    """Yield the sections of a sheet in which each table stands once."""
    tables = {table: chart.make_anchors(table) for chart in planned_sheets for table in chart.tables}
    copy = _parse_copy_number(plan, sheet.name)
    for number, cells in enumerate(_split_copies(plan, tables, sheet.cells)):
        present = _find_tables(tables, index_words(cells))
        if present:
            yield _SheetSection(sheet, cells, present, f"{copy}:{number}" if number else copy, find_title(plan, cells))


def _find_tables(tables: Mapping[str, Sequence[LabelAnchor]], words: Words) -> tuple[str, ...]:
    return tuple(table for table, anchors in tables.items() if share_present(anchors, words) >= MIN_SHARE_PRESENT)


def _split_copies(
    plan: WorkbookPlan, tables: Mapping[str, Sequence[LabelAnchor]], cells: Mapping[str, RawCell]
) -> Iterator[Mapping[str, RawCell]]:
    """Yield the cells of a sheet, split where the same tables occur several times."""
    words_present = index_words(cells)
    anchors = [anchor for table in _find_tables(tables, words_present) for anchor in tables[table]]
    cuts = _find_copy_starts(plan, cells, anchors, words_present)
    if cuts is None:
        yield cells
        return
    stretches: dict[int, dict[str, RawCell]] = {number: {} for number in range(len(cuts.starts) + 1)}
    for spot, cell in cells.items():
        stretches[bisect_right(cuts.starts, parse_address(spot)[cuts.axis])][spot] = cell
    for number in range(1, len(stretches)):
        yield from _split_copies(plan, tables, stretches[number])


class _CopyStarts(NamedTuple):
    """The rows (axis 0) or columns (axis 1) at which the copies on one sheet begin."""

    axis: int
    starts: list[int]


def _find_copy_starts(
    plan: WorkbookPlan, cells: Mapping[str, RawCell], anchors: Sequence[LabelAnchor], words: Words
) -> _CopyStarts | None:
    """Return where each further copy of the same tables begins; None where each table stands once."""
    planned = [normalise_label(anchor.text) for anchor in anchors]
    single = [text for text in set(planned) if planned.count(text) == 1 and text in words]
    counts = sorted(len(words[text]) for text in single)
    copies = counts[len(counts) // 2] if counts else 1
    if copies < 2:
        return None
    titles = [spot for spot, _ in _find_titles(plan, cells)]
    first = min((words[text] for text in single if len(words[text]) == copies), key=lambda spots: spots[0])
    starts = titles if len(titles) == copies else first
    lines = [(axis, sorted({spot[axis] for spot in starts})) for axis in (0, 1)]
    axis, begins = next((line for line in lines if len(line[1]) == copies), None) or next(
        line for line in lines if len(line[1]) > 1
    )
    return _CopyStarts(axis, [1, *begins[1:]])


def _parse_copy_number(plan: WorkbookPlan, name: str) -> str:
    """Return the copy number in a sheet name: "2" for 表三 (2), "" for 表三 itself and any other name."""
    match = _COPY.fullmatch(name)
    return match["first"] or match["second"] if match and match["name"] in plan.known else ""


def _group_by_agency(plan: WorkbookPlan, sections: Sequence[_SheetSection]) -> list[list[_SheetSection]]:
    """Group the sections by submission: more than one only if each is complete and names its agency."""
    printed = {table.id for table in plan.form.tables if table.printed}
    by_agency: dict[str, list[_SheetSection]] = {}
    for piece in sections:
        if piece.title is not None:
            by_agency.setdefault(piece.title.agency, []).append(piece)
    for piece in sections:
        if piece.title is None:
            related = [
                own for own in by_agency.values() if any(piece.copy_name == sibling.copy_name for sibling in own)
            ]
            if len(related) != 1:
                return [list(sections)]
            related[0].append(piece)
    tables_by_agency = [[table for piece in own for table in piece.tables] for own in by_agency.values()]
    complete = all(printed <= set(tables) and len(tables) == len(set(tables)) for tables in tables_by_agency)
    return list(by_agency.values()) if complete and len(by_agency) > 1 else [list(sections)]


# --- one submission --------------------------------------------------------------------------------------------


def _assign_one(
    plan: WorkbookPlan,
    planned_sheets: Sequence[PlannedSheet],
    workbook: RawWorkbook,
    sections: Sequence[_SheetSection],
    unknown_sheets: Sequence[RawSheet],
    submission_count: int = 0,
) -> SheetAssignment:
    pages: dict[str, LocatedSheet] = {}
    noticed: list[Observation] = []
    copy = next((piece.copy_name for piece in sections if piece.copy_name), "") if submission_count else ""
    for chart in planned_sheets:
        own = _sections_for(chart, sections)
        if own:
            pages[chart.layout.name], differences = _locate_copies(chart, own)
            noticed += differences
        elif sheet := _find_static_sheet(chart, workbook, copy, unknown_sheets):
            pages[chart.layout.name] = locate_sheet(chart, sheet)
    used = {located.sheet.name for located in pages.values()} | {piece.sheet.name for piece in sections}
    noticed += _find_renamed_sheets(plan, pages) if not submission_count else []
    title = next((piece.title for piece in sections if piece.title), None)
    if submission_count:
        noticed.append(
            Observation("workbook.several", facts={"count": submission_count, "agency": title.agency if title else ""})
        )
    strange = () if submission_count else tuple(sheet for sheet in unknown_sheets if sheet.name not in used)
    return SheetAssignment(pages, title, strange, (*_collect_observations(pages), *noticed), copy)


def _sections_for(planned_sheet: PlannedSheet, sections: Sequence[_SheetSection]) -> list[_SheetSection]:
    """Return the sections with tables of a planned sheet; the one on the sheet of that name first."""
    own = [piece for piece in sections if planned_sheet.tables and set(planned_sheet.tables) & set(piece.tables)]
    return sorted(own, key=lambda piece: piece.sheet.name != planned_sheet.layout.name)


def _find_static_sheet(
    planned_sheet: PlannedSheet, workbook: RawWorkbook, copy_name: str, unknown_sheets: Sequence[RawSheet]
) -> RawSheet | None:
    """Find a sheet without tables: by its name, else by its static words."""
    for sheet in workbook.sheets:
        match = _COPY.fullmatch(sheet.name)
        if sheet.name == planned_sheet.layout.name and not copy_name:
            return sheet
        if copy_name and match and match["name"] == planned_sheet.layout.name and copy_name in match.groups():
            return sheet
    if copy_name or planned_sheet.tables:
        return None
    anchors = [
        LabelAnchor(slot.text, slot.box)
        for slot in planned_sheet.layout.slots
        if slot.role in STATIC_ROLES and slot.text
    ]
    return next(
        (
            sheet
            for sheet in unknown_sheets
            if anchors and share_present(anchors, index_words(sheet.cells)) >= MIN_SHARE_PRESENT
        ),
        None,
    )


def _locate_copies(
    planned_sheet: PlannedSheet, sections: Sequence[_SheetSection]
) -> tuple[LocatedSheet, list[Observation]]:
    """Locate the first filled section; figures on which other filled copies differ are marked as doubtful."""
    read = [locate_sheet(planned_sheet, piece.sheet, piece.cells) for piece in sections]
    filled = [copy for copy in read if any(_input_texts(copy).values())]
    main = next((copy for copy in read if copy in filled), read[0])
    owner = sections[read.index(main)].title
    noticed = []
    differing: set[str] = set()
    for copy, piece in zip(read, sections, strict=True):
        if copy is main:
            continue
        main_texts, copy_texts = _input_texts(main), _input_texts(copy)
        apart = [spot for spot, text in copy_texts.items() if text != main_texts[spot]] if copy in filled else []
        differing.update(apart)
        code = f"{'table' if copy.sheet is main.sheet else 'sheet'}.copy{'_differs' if apart else ''}"
        facts = {"of": main.sheet.name, "count": len(apart), "at": tuple(main.real_address(spot) for spot in apart)}
        if owner and piece.title and owner.agency != piece.title.agency:
            code, facts = "table.other_agency", {"agency": piece.title.agency, "own": owner.agency}
        noticed.append(Observation(code, copy.sheet.name, facts=facts))
    if differing:
        main = replace(main, doubts={**main.doubts, **dict.fromkeys(differing, PlaceDoubt.AMBIGUOUS)})
    return main, noticed


def _input_texts(located: LocatedSheet) -> dict[str, str]:
    """Return the text of each input, by planned address."""
    return {
        slot.address: cell.text.strip() if (cell := located.cells.get(slot.address)) else ""
        for slot in located.planned_sheet.layout.slots
        if slot.role is Role.INPUT
    }


def _find_renamed_sheets(plan: WorkbookPlan, located_sheets: Mapping[str, LocatedSheet]) -> list[Observation]:
    return [
        Observation("sheet.renamed", located.sheet.name, facts={"from": name, "to": located.sheet.name})
        for name, located in located_sheets.items()
        if located.sheet.name != name
    ]
