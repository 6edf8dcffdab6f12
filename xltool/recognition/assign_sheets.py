"""Which sheets of a workbook are which sheets of the form, and how many submissions it holds.

The ordinary workbook has every sheet under its name with every word in its place, and nothing is searched. Otherwise
each sheet is known by the words on it. A table that is there twice makes two submissions where each set is complete
and its titles name different agencies; else the copies must agree, or the figures they disagree on are not taken.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from xltool.forms.dialect import dialect
from xltool.forms.furniture import words
from xltool.forms.layout import Plan
from xltool.forms.places import place
from xltool.forms.slots import Purpose, Role
from xltool.model.submission import Observation
from xltool.recognition.label_text import plain
from xltool.recognition.locate_cells import FURNITURE, Charted, Page, charted, in_place, page
from xltool.recognition.match_labels import Anchor, Doubt, Words, share_present, words_on
from xltool.spreadsheet.raw_workbook import RawCell, RawSheet, RawWorkbook, Stored

PRESENT = 0.6  # of the words of a table or sheet must be on a sheet before it is taken for it

_COPY = re.compile(r"(?P<name>.+?)\s*(?:[(\uff08](?P<first>\d+)[)\uff09]|_(?P<second>\d+))")


class Title(NamedTuple):
    """What a report's title says: whose and which year's it is."""

    agency: str
    year: str


@dataclass(frozen=True)
class Arrangement:
    """One submission's sheets. ``pages`` by planned sheet name; ``strange`` are sheets that are none of the form."""

    pages: Mapping[str, Page]
    title: Title | None = None
    strange: tuple[RawSheet, ...] = ()
    noticed: tuple[Observation, ...] = ()
    copy: str = ""


class _Piece(NamedTuple):
    """A stretch of a sheet that holds some tables once: the copy it belongs to, and the title above them."""

    sheet: RawSheet
    cells: Mapping[str, RawCell]
    tables: tuple[str, ...]
    copy: str
    title: Title | None


def arrange(plan: Plan, workbook: RawWorkbook, *, whole: bool = False) -> tuple[Arrangement, ...]:
    """The submissions a workbook holds, at least one.

    ``whole``: only sheets under their own names count, as in a consolidated workbook, which shows tables twice itself.
    """
    charts = charted(plan)
    sheets = {sheet.name: sheet for sheet in workbook.sheets}
    others = tuple(sheet for sheet in workbook.sheets if sheet.name not in plan.known and _is_strange(sheet))
    if whole or (not others and _at_home(charts, sheets)):
        pages = {c.planned.name: page(c, sheets[c.planned.name]) for c in charts if c.planned.name in sheets}
        return (Arrangement(pages, noticed=_of_pages(pages)),)
    return _searched(plan, charts, workbook, others)


def title_in(plan: Plan, cells: Mapping[str, RawCell]) -> Title | None:
    """The first title of the report among these cells, in reading order."""
    found = dict(_titles(plan, cells))
    return found[min(found)] if found else None


def _titles(plan: Plan, cells: Mapping[str, RawCell]) -> Iterator[tuple[tuple[int, int], Title]]:
    """Every title of the report, and where it stands."""
    for spot, cell in cells.items():
        if cell.stored is Stored.TEXT and len(cell.text) < 200 and (title := title_of(plan, cell.text)):
            yield place(spot), title


def title_of(plan: Plan, text: str) -> Title | None:
    """Agency and year of a report's title; None if the text is none."""
    pattern = _title(plan.form.report_title)
    match = pattern.fullmatch(text.strip()) or pattern.fullmatch(plain(text))
    return Title(match["agency"], match["year"]) if match else None


@lru_cache(maxsize=16)
def _title(pattern: str) -> re.Pattern[str]:
    """The title as the form prints it; where it says "year" in one way, any other way is as good."""
    agency, year = re.escape("{agency}"), re.escape("{year}")
    pattern = re.escape(plain(pattern))
    signs = sorted(dialect().titles.year_signs, key=len, reverse=True)
    printed = next((sign for sign in signs if f"{year}{sign}" in pattern), "")
    pattern = pattern.replace(f"{year}{printed}", f"{year}(?:{'|'.join(signs)})" if printed else year)
    return re.compile(pattern.replace(agency, "(?P<agency>.+?)").replace(year, "(?P<year>20[0-9]{2})"))


def _is_strange(sheet: RawSheet) -> bool:
    return sheet.name != words().sheets["identity"] and bool(sheet.cells)


def _at_home(charts: Sequence[Charted], sheets: Mapping[str, RawSheet]) -> bool:
    """Whether every sheet is there and can be read without looking at any other; nobody has to give control figures."""
    return all(
        not chart.labels or in_place(chart, sheets[chart.planned.name].cells)
        if chart.planned.name in sheets
        else chart.planned.purpose is Purpose.CONTROLS
        for chart in charts
    )


def _of_pages(pages: Mapping[str, Page]) -> tuple[Observation, ...]:
    return tuple(item for found in pages.values() for item in found.noticed)


# --- looking for the tables ------------------------------------------------------------------------------------


def _searched(
    plan: Plan, charts: Sequence[Charted], workbook: RawWorkbook, others: Sequence[RawSheet]
) -> tuple[Arrangement, ...]:
    pieces = [piece for sheet in workbook.sheets for piece in _pieces(plan, charts, sheet)]
    sets = _sets(plan, pieces)
    if len(sets) > 1:
        return tuple(_one(plan, charts, workbook, own, others, several=len(sets)) for own in sets)
    return (_one(plan, charts, workbook, pieces, others),)


def _pieces(plan: Plan, charts: Sequence[Charted], sheet: RawSheet) -> Iterator[_Piece]:
    """The stretches of a sheet in which a table stands once."""
    tables = {table: chart.anchors(table) for chart in charts for table in chart.tables}
    copy = _copy_of(plan, sheet.name)
    for number, cells in enumerate(_stretches(plan, tables, sheet.cells)):
        held = _tables_on(tables, words_on(cells))
        if held:
            yield _Piece(sheet, cells, held, f"{copy}:{number}" if number else copy, title_in(plan, cells))


def _tables_on(tables: Mapping[str, Sequence[Anchor]], found: Words) -> tuple[str, ...]:
    return tuple(table for table, anchors in tables.items() if share_present(anchors, found) >= PRESENT)


def _stretches(
    plan: Plan, tables: Mapping[str, Sequence[Anchor]], cells: Mapping[str, RawCell]
) -> Iterator[Mapping[str, RawCell]]:
    """The cells of a sheet; cut up where the same tables stand there several times."""
    found = words_on(cells)
    cuts = _cuts(plan, cells, [anchor for table in _tables_on(tables, found) for anchor in tables[table]], found)
    if cuts is None:
        yield cells
        return
    stretches: dict[int, dict[str, RawCell]] = {number: {} for number in range(len(cuts.starts) + 1)}
    for spot, cell in cells.items():
        stretches[bisect_right(cuts.starts, place(spot)[cuts.axis])][spot] = cell
    for number in range(1, len(stretches)):
        yield from _stretches(plan, tables, stretches[number])


class _Cuts(NamedTuple):
    """Where the copies on one sheet begin: rows (axis 0) or columns (axis 1)."""

    axis: int
    starts: list[int]


def _cuts(plan: Plan, cells: Mapping[str, RawCell], anchors: Sequence[Anchor], found: Words) -> _Cuts | None:
    """Where each further copy of the same tables begins; None where each table stands once."""
    planned = [plain(anchor.text) for anchor in anchors]
    single = [text for text in set(planned) if planned.count(text) == 1 and text in found]
    times = sorted(len(found[text]) for text in single)
    often = times[len(times) // 2] if times else 1
    if often < 2:
        return None
    titles = [spot for spot, _ in _titles(plan, cells)]
    first = min((found[text] for text in single if len(found[text]) == often), key=lambda spots: spots[0])
    starts = titles if len(titles) == often else first
    lines = [(axis, sorted({spot[axis] for spot in starts})) for axis in (0, 1)]
    axis, begun = next((each for each in lines if len(each[1]) == often), None) or next(
        e for e in lines if len(e[1]) > 1
    )
    return _Cuts(axis, [1, *begun[1:]])


def _copy_of(plan: Plan, name: str) -> str:
    """Which copy a sheet is by its name: "2" for 表三 (2), "" for 表三 itself and for any other name."""
    match = _COPY.fullmatch(name)
    return match["first"] or match["second"] if match and match["name"] in plan.known else ""


def _sets(plan: Plan, pieces: Sequence[_Piece]) -> list[list[_Piece]]:
    """The pieces by submission: more than one only if each is complete and says whose it is."""
    printed = {table.id for table in plan.form.tables if table.printed}
    by_agency: dict[str, list[_Piece]] = {}
    for piece in pieces:
        if piece.title is not None:
            by_agency.setdefault(piece.title.agency, []).append(piece)
    for piece in pieces:
        if piece.title is None:
            kin = [own for own in by_agency.values() if any(piece.copy == each.copy for each in own)]
            if len(kin) != 1:
                return [list(pieces)]
            kin[0].append(piece)
    held = [[table for piece in own for table in piece.tables] for own in by_agency.values()]
    complete = all(printed <= set(tables) and len(tables) == len(set(tables)) for tables in held)
    return list(by_agency.values()) if complete and len(by_agency) > 1 else [list(pieces)]


# --- one submission --------------------------------------------------------------------------------------------


def _one(
    plan: Plan,
    charts: Sequence[Charted],
    workbook: RawWorkbook,
    pieces: Sequence[_Piece],
    others: Sequence[RawSheet],
    several: int = 0,
) -> Arrangement:
    pages: dict[str, Page] = {}
    noticed: list[Observation] = []
    copy = next((piece.copy for piece in pieces if piece.copy), "") if several else ""
    for chart in charts:
        own = _pieces_for(chart, pieces)
        if own:
            pages[chart.planned.name], said = _agreed(chart, own)
            noticed += said
        elif sheet := _furniture_sheet(chart, workbook, copy, others):
            pages[chart.planned.name] = page(chart, sheet)
    used = {found.sheet.name for found in pages.values()} | {piece.sheet.name for piece in pieces}
    noticed += _renamed(plan, pages) if not several else []
    title = next((piece.title for piece in pieces if piece.title), None)
    if several:
        noticed.append(
            Observation("workbook.several", facts={"count": several, "agency": title.agency if title else ""})
        )
    strange = () if several else tuple(sheet for sheet in others if sheet.name not in used)
    return Arrangement(pages, title, strange, (*_of_pages(pages), *noticed), copy)


def _pieces_for(chart: Charted, pieces: Sequence[_Piece]) -> list[_Piece]:
    """Where a planned sheet's tables stand; the sheet of its own name first."""
    own = [piece for piece in pieces if chart.tables and set(chart.tables) & set(piece.tables)]
    return sorted(own, key=lambda piece: piece.sheet.name != chart.planned.name)


def _furniture_sheet(chart: Charted, workbook: RawWorkbook, copy: str, others: Sequence[RawSheet]) -> RawSheet | None:
    """A sheet without tables: by its name, else by our words on it."""
    for sheet in workbook.sheets:
        match = _COPY.fullmatch(sheet.name)
        if sheet.name == chart.planned.name and not copy:
            return sheet
        if copy and match and match["name"] == chart.planned.name and copy in match.groups():
            return sheet
    if copy or chart.tables:
        return None
    anchors = [Anchor(slot.text, slot.box) for slot in chart.planned.slots if slot.role in FURNITURE and slot.text]
    return next(
        (sheet for sheet in others if anchors and share_present(anchors, words_on(sheet.cells)) >= PRESENT), None
    )


def _agreed(chart: Charted, pieces: Sequence[_Piece]) -> tuple[Page, list[Observation]]:
    """The page of the first piece; where filled copies of it say something else, those figures are in doubt."""
    read = [page(chart, piece.sheet, piece.cells) for piece in pieces]
    filled = [found for found in read if any(_said(found).values())]
    main = next((found for found in read if found in filled), read[0])
    owner = pieces[read.index(main)].title
    noticed = []
    differing: set[str] = set()
    for other, piece in zip(read, pieces, strict=True):
        if other is main:
            continue
        mine, theirs = _said(main), _said(other)
        apart = [spot for spot, text in theirs.items() if text != mine[spot]] if other in filled else []
        differing.update(apart)
        code = f"{'table' if other.sheet is main.sheet else 'sheet'}.copy{'_differs' if apart else ''}"
        facts = {"of": main.sheet.name, "count": len(apart), "at": tuple(main.where(spot) for spot in apart)}
        if owner and piece.title and owner.agency != piece.title.agency:
            code, facts = "table.other_agency", {"agency": piece.title.agency, "own": owner.agency}
        noticed.append(Observation(code, other.sheet.name, facts=facts))
    if differing:
        main = replace(main, doubts={**main.doubts, **dict.fromkeys(differing, Doubt.AMBIGUOUS)})
    return main, noticed


def _said(found: Page) -> dict[str, str]:
    """What each input of a page holds, by planned address."""
    return {
        slot.address: cell.text.strip() if (cell := found.cells.get(slot.address)) else ""
        for slot in found.chart.planned.slots
        if slot.role is Role.INPUT
    }


def _renamed(plan: Plan, pages: Mapping[str, Page]) -> list[Observation]:
    return [
        Observation("sheet.renamed", found.sheet.name, facts={"from": name, "to": found.sheet.name})
        for name, found in pages.items()
        if found.sheet.name != name
    ]
