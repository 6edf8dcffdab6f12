"""The figures of one submission: what every cell of the form held, taken sheet by sheet where the shape is known.

In a workbook whose sheets stand as planned, where each figure is found follows from the shapes of the sheets: it is
worked out once, and for every other workbook of these shapes only the texts are looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from xltool.forms.layout import Plan
from xltool.model.compact_entries import Entries, Places, Spot, places
from xltool.model.form import Cell, Kind, Number
from xltool.model.submission import Entry, State
from xltool.recognition.assign_sheets import Arrangement
from xltool.recognition.cell_values import DIGITS, interpret
from xltool.recognition.locate_cells import Page
from xltool.spreadsheet.ooxml.sheet_template import Grid, Shape
from xltool.spreadsheet.part_cache import Memory
from xltool.spreadsheet.raw_workbook import Stored

NOT_PLACED = "place"  # the note of a figure that was not taken because its place is not certain
_SHAPES = 256  # kinds of workbooks remembered


@dataclass(frozen=True, slots=True, eq=False)
class _Cast:
    """Where the figures stand in workbooks of some shapes.

    ``counts`` are, by planned sheet, the numbers of those that are counts stored as numbers and where their text is;
    ``others`` all else that is there. ``regular``: formulas stand where they belong, and nowhere else.
    """

    places: Places
    counts: tuple[tuple[str, tuple[int, ...], tuple[int, ...]], ...]
    others: tuple[Cell, ...]
    regular: bool


_casts: Memory[_Cast] = Memory(_SHAPES)


def taken(chart: Plan, found: Arrangement, *, declared: bool) -> tuple[Mapping[str, Entry], bool]:
    """What every cell of the form held; and whether all are plain numbers or blanks, with formulas where they belong.

    ``declared``: what is not filled in is declared to be zero.
    """
    sheets = dict.fromkeys(sheet for sheet, _ in chart.cells.values())
    grids = {sheet: grid for sheet in sheets if (grid := _as_planned(found.pages.get(sheet))) is not None}
    if len(grids) < len(sheets):
        return _one_by_one(chart, found, declared), False
    names = tuple(found.pages[sheet].sheet.name for sheet in sheets)
    key = (chart.digest, names, tuple(grid.shape for grid in grids.values()))
    cast = _casts.recall(key)
    if cast is None:
        cast = _cast(chart, dict(zip(sheets, names, strict=True)), {sheet: g.shape for sheet, g in grids.items()})
        _casts.keep(key, cast, 1)
    return _cast_in(cast, chart, found, grids, declared)


def _as_planned(page: Page | None) -> Grid | None:
    """The cells of a sheet that stands as planned, where they are known by their shape."""
    if page is None or page.origin or page.doubts or not isinstance(page.cells, Grid):
        return None
    return page.cells


def _cast(chart: Plan, names: Mapping[str, str], shapes: Mapping[str, Shape]) -> _Cast:
    counts: dict[str, tuple[list[int], list[int]]] = {sheet: ([], []) for sheet in shapes}
    spots, others, regular = [], [], True
    for number, cell in enumerate(chart.form.cells.values()):
        sheet, address = chart.cells[cell.id]
        at = shapes[sheet].index.get(address)
        mould = shapes[sheet].moulds[at] if at is not None else None
        spots.append(Spot(names[sheet], address, mould.formula if mould else None))
        if at is None or mould is None:
            continue
        regular = regular and cell.computed == (mould.formula is not None)
        if mould.stored is Stored.NUMBER and cell.kind is not Kind.AMOUNT:
            counts[sheet][0].append(number)
            counts[sheet][1].append(at)
        else:
            others.append(cell)
    inputs = frozenset(number for number, cell in enumerate(chart.form.cells.values()) if not cell.computed)
    where = places(tuple(chart.form.cells), tuple(spots), inputs)
    known = tuple((sheet, tuple(numbers), tuple(at)) for sheet, (numbers, at) in counts.items() if numbers)
    return _Cast(where, known, tuple(others), regular)


def _cast_in(
    cast: _Cast, chart: Plan, found: Arrangement, grids: Mapping[str, Grid], declared: bool
) -> tuple[Mapping[str, Entry], bool]:
    numbers: list[Number | None] = [None] * len(cast.places.spots)
    rest = list(cast.others)
    for sheet, of_cells, at in cast.counts:
        texts = grids[sheet].texts
        figures = _counts([texts[spot] for spot in at])
        if figures is None:
            cells = tuple(chart.form.cells.values())
            rest += [cells[number] for number in of_cells]
        else:
            for number, figure in zip(of_cells, figures, strict=True):
                numbers[number] = figure
    odd: dict[str, Entry] = {}
    for cell in rest:
        sheet, spot = chart.cells[cell.id]
        entry = entry_at(cell, found.pages[sheet], spot, declared)
        if _is_plain(entry):
            numbers[cast.places.index[cell.id]] = entry.value
        else:
            odd[cell.id] = entry
    return Entries(cast.places, numbers, odd, declared=declared), cast.regular and not odd


def _counts(texts: list[str]) -> list[int] | None:
    """What these texts stand for, if each is a count just as it is written."""
    digits = "".join(texts)
    if not (digits.isascii() and digits.isdigit()) or max(map(len, texts)) > DIGITS:
        return None
    figures = list(map(int, texts))
    return figures if "".join(map(str, figures)) == digits else None


def _is_plain(entry: Entry) -> bool:
    """Whether an entry is a number just as it is written, and not below zero."""
    value = entry.value
    if entry.state is not State.NUMBER or entry.note is not None or value is None or value < 0:
        return False
    return entry.raw == (str(value) if isinstance(value, int) else f"{value:f}")


# --- one by one --------------------------------------------------------------------------------------------------


def _one_by_one(chart: Plan, found: Arrangement, declared: bool) -> dict[str, Entry]:
    entries = {}
    for cell in chart.form.cells.values():
        sheet, spot = chart.cells[cell.id]
        page = found.pages.get(sheet)
        entries[cell.id] = entry_at(cell, page, spot, declared) if page else _missing(cell, sheet, spot)
    return entries


def _missing(cell: Cell, sheet: str, spot: str) -> Entry:
    return Entry(cell.id, State.BLANK, None, None, sheet, spot)


def entry_at(cell: Cell, page: Page, spot: str, declared: bool) -> Entry:
    """What a page holds at one planned address."""
    sheet, where = page.sheet.name, page.origin.get(spot, spot)
    if spot in page.doubts:
        return Entry(cell.id, State.UNREADABLE, None, None, sheet, where, note=NOT_PLACED)
    raw = page.cells.get(spot)
    if raw is None:
        zero = declared and not cell.computed
        return Entry(cell.id, State.BLANK, 0 if zero else None, None, sheet, where, None, zero)
    meaning = interpret(raw, cell.kind, cell.decimals)
    zero = declared and not cell.computed and meaning.state is State.BLANK
    value = 0 if zero else meaning.value
    return Entry(cell.id, meaning.state, value, raw.text, sheet, where, raw.formula, zero, meaning.note)
