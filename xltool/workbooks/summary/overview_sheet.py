"""The first sheet of a consolidated workbook: who returned, what it comes to, charts, and every agency's standing."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from xltool.forms.consolidated import Figure, figures
from xltool.forms.expressions import evaluate, to_excel
from xltool.forms.furniture import words
from xltool.forms.sheets import lines_needed
from xltool.model.form import Box, Kind, Linear, Number, Severity
from xltool.model.submission import Submission
from xltool.workbooks.summary.agency_status import Standing, agency_of, open_findings
from xltool.workbooks.summary.styles import COLOURS
from xltool.workbooks.summary.summary_context import (
    Draft,
    completeness,
    link_to_details,
    link_to_findings,
    link_to_tracking,
    literal,
    set_up_page,
    shown_time,
)
from xltool.workbooks.summary.year_on_year import live, told
from xltool.workbooks.template.check_formulas import areas, overall, overall_formula
from xltool.workbooks.template.styles import TABS
from xltool.workbooks.xlsxwriter_adapter import Book, Content, Formula, Link, Sheet

_ACROSS, _WIDTH = 12, 7.8  # columns of the page, and characters in each
_DATA = 14  # the first column of the figures behind the charts, right of the page
_MOST_RANKED = 15
_TILE = 2  # rows: a label and a figure; below them the year before, where it is known
_COLUMN_PIXELS, _ROW_PIXELS, _ROW_POINTS = 67, 24, 18
_CHART_ROWS = 12
_BOARD = {"number": (1, 1), "code": (2, 2), "name": (4, 4), "level": (8, 1), "status": (9, 2)}
_BOARD |= {"figure": (11, 1), "must_fix": (12, 1)}  # first column, and how many


class _Ranked(NamedTuple):
    """One part of the sum and its figure."""

    part: Submission
    value: Number


def write_overview(draft: Draft, book: Book) -> None:
    """The whole sheet, from the top downwards."""
    sheet = book.sheet(words().summary.sheets["overview"])
    sheet.set_column(0, _ACROSS - 1, _WIDTH)
    sheet.set_column(_ACROSS, _ACROSS, 3)
    sheet.set_column(_DATA - 1, _DATA - 1, 26)
    sheet.set_column(_DATA, _DATA, 10)
    row = _head(draft, sheet)
    row = _returns(draft, sheet, row)
    row = _figures(draft, book, sheet, row)
    parted, row = _charts(draft, book, sheet, row)
    sheet.set_h_pagebreaks([parted - 1])
    last = _board(draft, sheet, row)
    sheet.hide_gridlines(2)
    sheet.set_tab_color(TABS["fill"])
    sheet.print_area(0, 0, last - 1, _ACROSS - 1)
    sheet.center_horizontally()
    set_up_page(sheet, draft.plan.form.document, scale=70)
    sheet.activate()


def _head(draft: Draft, sheet: Sheet) -> int:
    """Title, basis and the sentence on how whole the totals are; gives the next free row."""
    say = words().summary.overview
    sheet.put(Box(1, 1, 1, _ACROSS), draft.title, "sheet_title")
    sheet.set_row(0, 26.0 * lines_needed(draft.title, _ACROSS * _WIDTH / 1.7) + 10)
    basis = say["basis"].format(form=draft.plan.form.official_title, document=draft.plan.form.document)
    sheet.put(Box(2, 1, 1, _ACROSS), basis, "subtitle")
    latest = shown_time(draft.made.summary.source.modified)
    sheet.put(Box(3, 1, 1, _ACROSS), say["latest"].format(time=latest) if latest else None, "subtitle")
    sheet.set_row(1, 18)
    sheet.set_row(2, 24)
    sentence, whole = completeness(draft)
    sheet.put(Box(4, 1, 1, _ACROSS), sentence, "banner_good" if whole else "banner_bad")
    sheet.set_row(3, 16.0 * lines_needed(sentence, _ACROSS * _WIDTH - 4) + 12)
    row = 5
    flawed = sum(standing.state == "returned_counted" for standing in draft.standings)
    if flawed:
        sheet.put(Box(row, 1, 1, _ACROSS), f"{flawed} {say['flaws']}", "banner_bad")
        sheet.set_row(row - 1, 28)
        row += 1
    sheet.set_row(row - 1, 8)
    return row + 1


# --- tiles -----------------------------------------------------------------------------------------------------


def _returns(draft: Draft, sheet: Sheet, row: int) -> int:
    """How many agencies and files, by what became of them."""
    states = Counter(standing.state for standing in draft.standings)
    current = [standing.item for standing in draft.standings]
    counts = {
        "expected": draft.made.expected if draft.made.roster else None,
        "counted": draft.counted,
        "returned": states["returned"] + states["returned_counted"],
        "missing": states["missing"] if draft.made.roster else None,
        "files": len(draft.made.tracking),
        "must_fix": sum(open_findings(item, Severity.MUST_FIX) for item in current),
    }
    _heading(sheet, row, words().summary.overview["returns"])
    for place, (key, count) in enumerate(counts.items()):
        alarming = key in {"returned", "missing", "must_fix"} and count
        shown: Content = words().checks["idle"] if count is None else count
        looks = ("tile_count", "alarm") if alarming else ("tile_count",)
        _tile(sheet, row + 1, place * 2 + 1, 2, (words().summary.tiles[key], shown, looks))
    return row + 4


def _figures(draft: Draft, book: Book, sheet: Sheet, row: int) -> int:
    """The headline figures, three in a row, and what the checks come to."""
    say = words().summary
    _heading(sheet, row, say.overview["figures"])
    shown = figures(draft.plan.form, say.headlines)
    high = _TILE + any(told(draft, figure.meaning) for figure in shown)
    for number, figure in enumerate(shown):
        down, right = divmod(number, 3)
        label = figure.label + (say.shared["unit"].format(unit=figure.unit) if figure.unit else "")
        content, look = _headline(draft, figure.meaning)
        at, column = row + 1 + high * down, right * 4 + 1
        _tile(sheet, at, column, 4, (label, content, (look,)))
        if high > _TILE:
            sheet.put(Box(at + _TILE, column, 1, 4), live(draft, figure.meaning), "tile_note")
            sheet.set_row(at + _TILE - 1, 18)
    row += 1 + high * -(-len(shown) // 3)
    checks = words().sheets["checks"]
    sheet.put(Box(row, 1, 1, 4), Link(say.overview["checks"], checks, "A1"), "head", "leading")
    found = overall(draft.lines.values())
    sheet.put(Box(row, 5, 1, 8), Formula(overall_formula(draft.plan), found), "mid")
    known = {words().cover["all_hold"]: "good", words().checks["waiting"]: "waiting"}
    for text, look in known.items():
        rule = {"type": "cell", "criteria": "==", "value": literal(text), "format": book.style(look)}
        sheet.conditional_format(row - 1, 4, row - 1, _ACROSS - 1, {**rule, "stop_if_true": True})
    other = {"type": "no_blanks", "format": book.style("bad")}
    sheet.conditional_format(row - 1, 4, row - 1, _ACROSS - 1, other)
    sheet.set_row(row - 1, 24)
    sheet.set_row(row, 8)
    return row + 2


def _headline(draft: Draft, meaning: Linear) -> tuple[Content, str]:
    """A live figure over the official tables, and its style: a sum over something missing is a lower bound."""
    cells = [draft.plan.form.cells[term.cell] for term in meaning.terms]
    amount = "_amount" if any(cell.kind is Kind.AMOUNT for cell in cells) else ""
    bound = draft.made.summary.absent or any(draft.made.summary.lacking.get(cell.id) for cell in cells)
    look = f"tile_bound{amount}" if bound else f"tile{amount or '_count'}"
    value = evaluate(meaning, draft.made.summary.values)
    text = to_excel(meaning, draft.plan.where)
    if value is not None:
        return Formula(text, value), look
    idle, spots = words().checks["idle"], areas(draft.plan, [cell.id for cell in cells])
    return Formula(f"IF(COUNT({','.join(spots)})<{len(cells)},{literal(idle)},{text})", idle), look


def _tile(sheet: Sheet, row: int, column: int, across: int, holds: tuple[str, Content, tuple[str, ...]]) -> None:
    label, content, looks = holds
    sheet.put(Box(row, column, 1, across), label, "tile_label")
    sheet.put(Box(row + 1, column, 1, across), content, "tile", *looks)
    sheet.set_row(row - 1, 20)
    sheet.set_row(row, 32)


def _heading(sheet: Sheet, row: int, text: str) -> None:
    sheet.put(Box(row, 1, 1, _ACROSS), text, "chapter")
    sheet.set_row(row - 1, 24)


# --- charts ----------------------------------------------------------------------------------------------------


def _charts(draft: Draft, book: Book, sheet: Sheet, row: int) -> tuple[int, int]:
    """Bars two by two and the agencies ranked, each drawn from figures that stand beside the page.

    Gives the row where a new page begins in print, before the agencies, and the next free row.
    """
    say = words().summary
    charts = [(chart.title, figures(draft.plan.form, chart.items)) for chart in say.charts]
    charts = [(title, items) for title, items in charts if items]
    ranking = figures(draft.plan.form, [say.ranking])
    ranked = _ranked(draft, ranking[0]) if ranking else []
    if not (charts or ranked) or not draft.made.parts:
        return row, row
    _heading(sheet, row, say.overview["charts"])
    sheet.put(Box(row, _DATA, 1, 2), say.overview["chart_data"], "chapter")
    data = row + 1
    for number, (title, items) in enumerate(charts):
        contents = [(item.label, _headline(draft, item.meaning)[0]) for item in items]
        first = _data(sheet, data, title, contents)
        down, right = divmod(number, 2)
        spot = (row + 1 + down * _CHART_ROWS, right * _ACROSS // 2 + 1)
        _bars(book, sheet, title, (first, len(items)), (*spot, _ACROSS // 2, _CHART_ROWS, COLOURS[number % 2]))
        data = first + len(items) + 1
    start = row
    row += 1 + _CHART_ROWS * -(-len(charts) // 2)
    parted = row if charts else start
    if ranked:
        title = say.overview["ranking"].format(label=say.ranking.label, count=len(ranked))
        of = ranking[0].meaning
        contents = [(_name(draft, each.part), _part_figure(draft, each.part, of, each.value)) for each in ranked]
        first = _data(sheet, data, title, contents)
        high = 3 + len(ranked)
        _bars(book, sheet, title, (first, len(ranked)), (row, 1, _ACROSS, high, COLOURS[0]))
        row += high
    for line in range(start, row):
        sheet.set_row(line, _ROW_POINTS)
    return (parted if ranked else row + 1), row + 1


def _ranked(draft: Draft, figure: Figure) -> list[_Ranked]:
    """The parts with the largest figures above 0, the largest first."""
    known = [(part, evaluate(figure.meaning, part.counted)) for part in draft.made.parts]
    ranked = [_Ranked(part, value) for part, value in known if value]
    return sorted(ranked, key=lambda each: each.value, reverse=True)[:_MOST_RANKED]


def _name(draft: Draft, part: Submission) -> str:
    agency = agency_of(part, draft.made.roster.agencies if draft.made.roster else {})
    return agency.name or agency.code


def _part_figure(draft: Draft, part: Submission, meaning: Linear, value: Number) -> Content:
    """One part's figure, live over its row of the details, wherever sorting has moved it."""
    key, column = (part.agency_code, "code") if part.agency_code else (part.agency_name, "name")
    row = f"MATCH({literal(key)},{draft.details.area(column)},0)"
    terms = [f"{term.coefficient}*INDEX({draft.details.area(term.cell)},{row})" for term in meaning.terms]
    return Formula("+".join(terms).replace("1*INDEX", "INDEX") if len(terms) == 1 else "+".join(terms), value)


def _data(sheet: Sheet, row: int, title: str, contents: Sequence[tuple[str, Content]]) -> int:
    """A small table beside the page; gives the row of its first figure."""
    sheet.put(Box(row, _DATA, 1, 2), title, "head")
    for place, (label, content) in enumerate(contents, start=row + 1):
        sheet.put(Box(place, _DATA), label, "plain")
        sheet.put(Box(place, _DATA + 1), content, "mid")
    return row + 1


def _bars(book: Book, sheet: Sheet, title: str, data: tuple[int, int], at: tuple[int, int, int, int, str]) -> None:
    """A chart of horizontal bars over ``data`` (first row, how many), at (row, column, columns, rows, colour)."""
    first, count = data
    row, column, across, down, colour = at
    chart: Any = book.add_chart({"type": "bar"})
    last, small = first + count - 1, {"size": 9}
    chart.add_series(
        {
            "name": title,
            "categories": [sheet.name, first - 1, _DATA - 1, last - 1, _DATA - 1],
            "values": [sheet.name, first - 1, _DATA, last - 1, _DATA],
            "fill": {"color": colour},
            "gap": 50,
            "data_labels": {"value": True, "font": small},
        }
    )
    chart.set_title({"name": title, "name_font": {"size": 11, "bold": False}, "overlay": False})
    chart.set_legend({"none": True})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
    chart.set_y_axis({"reverse": True, "num_font": small, "major_tick_mark": "none", "line": {"color": "#BFBFBF"}})
    chart.set_chartarea({"border": {"color": "#D9D9D9"}})
    chart.set_size({"width": across * _COLUMN_PIXELS - 6, "height": down * _ROW_PIXELS - 6})
    place = {"x_offset": 3, "y_offset": 3, "object_position": 2, "description": title}
    sheet.insert_chart(row - 1, column - 1, chart, place)


# --- the status board ------------------------------------------------------------------------------------------


def _board(draft: Draft, sheet: Sheet, row: int) -> int:
    """Every agency with its standing; gives the last row."""
    say = words().summary
    _heading(sheet, row, say.overview["board"])
    sheet.put(Box(row + 1, 1, 1, _ACROSS), say.overview["board_hint"], "hint")
    sheet.set_row(row, 20)
    row += 2
    for key, (column, across) in _BOARD.items():
        sheet.put(Box(row, column, 1, across), say.ranking.label if key == "figure" else say.board[key], "head")
    sheet.set_row(row - 1, 24)
    parts = {id(item): part for part in draft.made.parts if (item := draft.items.get(id(part)))}
    figure = next(iter(figures(draft.plan.form, [say.ranking])), None)
    for number, standing in enumerate(draft.standings, start=1):
        part = parts.get(id(standing.item))
        value = evaluate(figure.meaning, part.counted) if figure and part else None
        live = None if value is None or not (figure and part) else _part_figure(draft, part, figure.meaning, value)
        for key, (content, looks) in _standing(draft, number, standing, live).items():
            column, across = _BOARD[key]
            sheet.put(Box(row + number, column, 1, across), content, *looks)
        sheet.set_row(row + number - 1, 20)
    return row + len(draft.standings)


def _standing(
    draft: Draft, number: int, standing: Standing, figure: Content
) -> dict[str, tuple[Content, tuple[str, ...]]]:
    agency, state = standing.agency, words().summary.standing[standing.state]
    name = agency.name or words().summary.shared["not_named"]
    linked = bool(standing.item and standing.item.counted) and (agency.code or agency.name) in draft.rows
    must_fix = standing.count(Severity.MUST_FIX)
    return {
        "number": (number, ("mid",)),
        "code": (agency.code or None, ("plain",)),
        "name": (link_to_details(draft, name, agency), ("jump",)) if linked else (name, ("plain",)),
        "level": (agency.level, ("mid",)),
        "status": (
            link_to_tracking(draft, state, agency) if standing.tracked else state,
            ("mid", f"is_{standing.state}"),
        ),
        "figure": (figure, ("mid",)),
        "must_fix": (link_to_findings(draft, must_fix, agency), ("jump_mid",)) if must_fix else (None, ("mid",)),
    }
