"""The overview sheet of a consolidated workbook: returns, headline figures, charts, status of every agency."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from xltool.consolidation.lower_bounds import is_sum_bounded
from xltool.consolidation.show_status import describe_file_counts
from xltool.forms.expressions import evaluate_linear
from xltool.forms.format_formulas import format_excel_formula
from xltool.forms.plan_sheets import count_lines
from xltool.forms.shown_figures import label_with_unit
from xltool.forms.workbook_words import workbook_words
from xltool.model.expression import LinearExpression
from xltool.model.form import Box, HeadlineFigure, Number, Severity
from xltool.model.submission import Submission
from xltool.workbooks.failing_files import name_failing_file
from xltool.workbooks.summary.agency_status import (
    AgencyStatus,
    agency_of,
    count_agencies,
    count_must_fix,
    show_agency_status,
)
from xltool.workbooks.summary.styles import CHART_COLOURS
from xltool.workbooks.summary.summary_context import (
    SummaryContext,
    describe_completeness,
    link_to_details,
    link_to_findings,
    link_to_tracking,
    quote_formula_text,
    set_up_page,
    show_time,
)
from xltool.workbooks.summary.year_on_year import describe_change, make_live_change
from xltool.workbooks.template.check_formulas import format_areas, format_overall_result, overall_result
from xltool.workbooks.template.styles import TAB_COLOURS
from xltool.workbooks.xlsxwriter_adapter import BookWriter, CellContent, Formula, Link, SheetWriter

_PAGE_COLUMNS, _COLUMN_CHARACTERS = 12, 7.8  # columns of the page, and characters in each
_CHART_DATA_COLUMN = 14  # the first column of the figures behind the charts, right of the page
_MAX_RANKED = 15
_TILE_ROWS = 2  # rows: a label and a figure; below them the year before, where it is known
_COLUMN_PIXELS, _ROW_PIXELS, _ROW_POINTS = 67, 24, 18
_CHART_ROWS = 12
_STATUS_COLUMNS = {"number": (1, 1), "code": (2, 2), "name": (4, 4), "level": (8, 1), "status": (9, 2)}
_STATUS_COLUMNS |= {"figure": (11, 1), "must_fix": (12, 1)}  # first column, and how many


class _RankedPart(NamedTuple):
    """One part of the sum and its figure."""

    part: Submission
    value: Number


def write_overview(context: SummaryContext, book: BookWriter) -> None:
    """Write the sheet from top to bottom."""
    sheet = book.add_sheet(workbook_words().summary.sheets["overview"])
    sheet.set_column(0, _PAGE_COLUMNS - 1, _COLUMN_CHARACTERS)
    sheet.set_column(_PAGE_COLUMNS, _PAGE_COLUMNS, 3)
    sheet.set_column(_CHART_DATA_COLUMN - 1, _CHART_DATA_COLUMN - 1, 26)
    sheet.set_column(_CHART_DATA_COLUMN, _CHART_DATA_COLUMN, 10)
    row = _write_title_block(context, sheet)
    row = _write_return_counts(context, sheet, row)
    row = _write_headline_figures(context, book, sheet, row)
    parted, row = _draw_charts(context, book, sheet, row)
    sheet.set_h_pagebreaks([parted - 1])
    last = _write_status_board(context, sheet, row)
    sheet.hide_gridlines(2)
    sheet.set_tab_color(TAB_COLOURS["fill"])
    sheet.print_area(0, 0, last - 1, _PAGE_COLUMNS - 1)
    sheet.center_horizontally()
    set_up_page(sheet, context.plan.form.document, scale=70)
    sheet.activate()


def _write_title_block(context: SummaryContext, sheet: SheetWriter) -> int:
    """Write title, basis and the sentence on completeness; return the next free row."""
    say = workbook_words().summary.overview
    sheet.write_box(Box(1, 1, 1, _PAGE_COLUMNS), context.title, "sheet_title")
    sheet.set_row(0, 26.0 * count_lines(context.title, _PAGE_COLUMNS * _COLUMN_CHARACTERS / 1.7) + 10)
    basis = say["basis"].format(form=context.plan.form.official_title, document=context.plan.form.document)
    sheet.write_box(Box(2, 1, 1, _PAGE_COLUMNS), basis, "subtitle")
    latest = show_time(context.consolidation.summary.source.modified)
    sheet.write_box(Box(3, 1, 1, _PAGE_COLUMNS), say["latest"].format(time=latest) if latest else None, "subtitle")
    sheet.set_row(1, 18)
    sheet.set_row(2, 24)
    sentence, whole = describe_completeness(context)
    sheet.write_box(Box(4, 1, 1, _PAGE_COLUMNS), sentence, "banner_good" if whole else "banner_bad")
    sheet.set_row(3, 16.0 * count_lines(sentence, _PAGE_COLUMNS * _COLUMN_CHARACTERS - 4) + 12)
    row = 5
    flawed = sum(standing.state == "returned_counted" for standing in context.agency_statuses)
    if flawed:
        sheet.write_box(Box(row, 1, 1, _PAGE_COLUMNS), f"{flawed} {say['flaws']}", "banner_bad")
        sheet.set_row(row - 1, 28)
        row += 1
    sheet.set_row(row - 1, 8)
    return row + 1


# --- tiles -----------------------------------------------------------------------------------------------------


def _write_return_counts(context: SummaryContext, sheet: SheetWriter, row: int) -> int:
    """Write the counts of agencies by status, and of files while no return is held; return the next free row."""
    agencies, made = count_agencies(context.consolidation), context.consolidation
    counts = {
        "expected": agencies.expected if made.roster else None,
        "counted": agencies.counted,
        "returned": agencies.returned,
        **({"undecided": agencies.undecided} if agencies.undecided else {}),
        "missing": agencies.missing if made.roster else None,
        **({} if agencies.undecided else {"files": len(made.tracking)}),
        "must_fix": count_must_fix(context.finding_rows).open,
    }
    _write_chapter_heading(sheet, row, workbook_words().summary.overview["returns"])
    for place, (key, count) in enumerate(counts.items()):
        alarming = key in {"returned", "undecided", "missing", "must_fix"} and count
        shown: CellContent = workbook_words().checks["idle"] if count is None else count
        looks = ("tile_count", "alarm") if alarming else ("tile_count",)
        _write_tile(sheet, row + 1, place * 2 + 1, 2, (workbook_words().summary.tiles[key], shown, looks))
    sheet.write_box(Box(row + 3, 1, 1, _PAGE_COLUMNS), describe_file_counts(made.tracking), "hint")
    sheet.set_row(row + 2, 20)
    return row + 4


def _write_headline_figures(context: SummaryContext, book: BookWriter, sheet: SheetWriter, row: int) -> int:
    """Write the headline figures, three in a row, and the result of the checks; return the next free row."""
    say = workbook_words().summary
    _write_chapter_heading(sheet, row, say.overview["figures"])
    shown = context.plan.form.headlines
    high = _TILE_ROWS + any(describe_change(context, figure.sum) for figure in shown)
    for number, figure in enumerate(shown):
        down, right = divmod(number, 3)
        label = label_with_unit(figure)
        content, look = _make_headline(context, figure.sum)
        at, column = row + 1 + high * down, right * 4 + 1
        _write_tile(sheet, at, column, 4, (label, content, (look,)))
        if high > _TILE_ROWS:
            sheet.write_box(Box(at + _TILE_ROWS, column, 1, 4), make_live_change(context, figure.sum), "tile_note")
            sheet.set_row(at + _TILE_ROWS - 1, 18)
    row += 1 + high * -(-len(shown) // 3)
    checks = workbook_words().sheets["checks"]
    sheet.write_box(Box(row, 1, 1, 4), Link(say.overview["checks"], checks, "A1"), "head", "leading")
    result = overall_result(context.plan, context.check_rows)
    sheet.write_box(Box(row, 5, 1, 8), Formula(format_overall_result(context.plan), result), "mid")
    known = {workbook_words().cover["all_hold"]: "good", workbook_words().checks["waiting"]: "waiting"}
    for text, look in known.items():
        rule = {
            "type": "cell",
            "criteria": "==",
            "value": quote_formula_text(text),
            "format": book.combine_styles(look),
        }
        sheet.conditional_format(row - 1, 4, row - 1, _PAGE_COLUMNS - 1, {**rule, "stop_if_true": True})
    other = {"type": "no_blanks", "format": book.combine_styles("bad")}
    sheet.conditional_format(row - 1, 4, row - 1, _PAGE_COLUMNS - 1, other)
    sheet.set_row(row - 1, 24)
    sheet.set_row(row, 8)
    return row + 2


def _make_headline(context: SummaryContext, meaning: LinearExpression) -> tuple[CellContent, str]:
    """Return a live figure over the official tables and its style; a sum of counts may be a lower bound."""
    cells = [context.plan.form.cells[term.cell] for term in meaning.terms]
    amount = "_amount" if any(cell.is_exact for cell in cells) else ""
    bound = is_sum_bounded(context.consolidation, meaning)
    look = f"tile_bound{amount}" if bound else f"tile{amount or '_count'}"
    value = evaluate_linear(meaning, context.consolidation.summary.values)
    text = format_excel_formula(meaning, context.plan.find_figure)
    if value is not None:
        return Formula(text, value), look
    idle, spots = workbook_words().checks["idle"], format_areas(context.plan, [cell.id for cell in cells])
    return Formula(f"IF(COUNT({','.join(spots)})<{len(cells)},{quote_formula_text(idle)},{text})", idle), look


def _write_tile(
    sheet: SheetWriter, row: int, column: int, columns: int, contents: tuple[str, CellContent, tuple[str, ...]]
) -> None:
    label, content, looks = contents
    sheet.write_box(Box(row, column, 1, columns), label, "tile_label")
    sheet.write_box(Box(row + 1, column, 1, columns), content, "tile", *looks)
    sheet.set_row(row - 1, 20)
    sheet.set_row(row, 32)


def _write_chapter_heading(sheet: SheetWriter, row: int, text: str) -> None:
    sheet.write_box(Box(row, 1, 1, _PAGE_COLUMNS), text, "chapter")
    sheet.set_row(row - 1, 24)


# --- charts ----------------------------------------------------------------------------------------------------


def _draw_charts(context: SummaryContext, book: BookWriter, sheet: SheetWriter, row: int) -> tuple[int, int]:
    """Draw bar charts two by two and the ranking of agencies, from figures right of the printed page.

    Return the row where a new printed page begins, before the agencies, and the next free row.
    """
    say = workbook_words().summary
    charts, ranking = context.plan.form.charts, context.plan.form.ranking
    ranked = _rank_parts(context, ranking) if ranking else []
    if not (charts or ranked) or not context.consolidation.parts:
        return row, row
    _write_chapter_heading(sheet, row, say.overview["charts"])
    sheet.write_box(Box(row, _CHART_DATA_COLUMN, 1, 2), say.overview["chart_data"], "chapter")
    data = row + 1
    for number, (title, items) in enumerate(charts):
        contents = [(item.label, _make_headline(context, item.sum)[0]) for item in items]
        first = _write_chart_data(sheet, data, title, contents)
        down, right = divmod(number, 2)
        spot = (row + 1 + down * _CHART_ROWS, right * _PAGE_COLUMNS // 2 + 1)
        _insert_bar_chart(
            book, sheet, title, (first, len(items)), (*spot, _PAGE_COLUMNS // 2, _CHART_ROWS, CHART_COLOURS[number % 2])
        )
        data = first + len(items) + 1
    start = row
    row += 1 + _CHART_ROWS * -(-len(charts) // 2)
    parted = row if charts else start
    if ranking and ranked:
        title = say.overview["ranking"].format(label=ranking.label, count=len(ranked))
        of = ranking.sum
        contents = [
            (_find_agency_name(context, each.part), _make_part_figure(context, each.part, of, each.value))
            for each in ranked
        ]
        first = _write_chart_data(sheet, data, title, contents)
        high = 3 + len(ranked)
        _insert_bar_chart(book, sheet, title, (first, len(ranked)), (row, 1, _PAGE_COLUMNS, high, CHART_COLOURS[0]))
        row += high
    for line in range(start, row):
        sheet.set_row(line, _ROW_POINTS)
    return (parted if ranked else row + 1), row + 1


def _rank_parts(context: SummaryContext, headline_figure: HeadlineFigure) -> list[_RankedPart]:
    """Return the parts with the largest figures above 0, the largest first."""
    known = [(part, evaluate_linear(headline_figure.sum, part.counted)) for part in context.consolidation.parts]
    ranked = [_RankedPart(part, value) for part, value in known if value]
    return sorted(ranked, key=lambda each: each.value, reverse=True)[:_MAX_RANKED]


def _find_agency_name(context: SummaryContext, part: Submission) -> str:
    agency = agency_of(part, context.consolidation.roster.agencies if context.consolidation.roster else {})
    return agency.name or agency.code


def _make_part_figure(
    context: SummaryContext, part: Submission, meaning: LinearExpression, value: Number
) -> CellContent:
    """Return one part's figure as a formula that finds its row in the details after sorting."""
    key, column = (part.agency_code, "code") if part.agency_code else (part.agency_name, "name")
    row = f"MATCH({quote_formula_text(key)},{context.details.column_range(column)},0)"
    terms = [f"{term.coefficient}*INDEX({context.details.column_range(term.cell)},{row})" for term in meaning.terms]
    return Formula("+".join(terms).replace("1*INDEX", "INDEX") if len(terms) == 1 else "+".join(terms), value)


def _write_chart_data(sheet: SheetWriter, row: int, title: str, contents: Sequence[tuple[str, CellContent]]) -> int:
    """Write a small table right of the page; return the row of its first figure."""
    sheet.write_box(Box(row, _CHART_DATA_COLUMN, 1, 2), title, "head")
    for place, (label, content) in enumerate(contents, start=row + 1):
        sheet.write_box(Box(place, _CHART_DATA_COLUMN), label, "plain")
        sheet.write_box(Box(place, _CHART_DATA_COLUMN + 1), content, "mid")
    return row + 1


def _insert_bar_chart(
    book: BookWriter, sheet: SheetWriter, title: str, data: tuple[int, int], position: tuple[int, int, int, int, str]
) -> None:
    """Insert a bar chart of ``data`` (first row, count) at (row, column, columns, rows, colour)."""
    first, count = data
    row, column, across, down, colour = position
    chart: Any = book.add_chart({"type": "bar"})
    last, small = first + count - 1, {"size": 9}
    chart.add_series(
        {
            "name": title,
            "categories": [sheet.name, first - 1, _CHART_DATA_COLUMN - 1, last - 1, _CHART_DATA_COLUMN - 1],
            "values": [sheet.name, first - 1, _CHART_DATA_COLUMN, last - 1, _CHART_DATA_COLUMN],
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


def _write_status_board(context: SummaryContext, sheet: SheetWriter, row: int) -> int:
    """Write one row per agency with its status; return the last row."""
    say = workbook_words().summary
    _write_chapter_heading(sheet, row, say.overview["board"])
    sheet.write_box(Box(row + 1, 1, 1, _PAGE_COLUMNS), say.overview["board_hint"], "hint")
    sheet.set_row(row, 20)
    row += 2
    figure = context.plan.form.ranking
    heads = {**say.board, "figure": figure.label if figure else ""}
    for key, (column, across) in _STATUS_COLUMNS.items():
        sheet.write_box(Box(row, column, 1, across), heads[key], "head")
    sheet.set_row(row - 1, 24)
    parts = {
        id(item): part for part in context.consolidation.parts if (item := context.items_by_submission.get(id(part)))
    }
    for number, standing in enumerate(context.agency_statuses, start=1):
        with name_failing_file(standing.item):
            part = parts.get(id(standing.item))
            value = evaluate_linear(figure.sum, part.counted) if figure and part else None
            live = None
            if figure and part and value is not None:
                live = _make_part_figure(context, part, figure.sum, value)
            for key, (content, looks) in _make_status_row(context, number, standing, live).items():
                column, across = _STATUS_COLUMNS[key]
                sheet.write_box(Box(row + number, column, 1, across), content, *looks)
        sheet.set_row(row + number - 1, 20)
    return row + len(context.agency_statuses)


def _make_status_row(
    context: SummaryContext, number: int, agency_status: AgencyStatus, figure_content: CellContent
) -> dict[str, tuple[CellContent, tuple[str, ...]]]:
    agency, state = agency_status.agency, show_agency_status(agency_status)
    name = agency.name or workbook_words().summary.shared["not_named"]
    linked = bool(agency_status.item and agency_status.item.counted) and agency.key in context.detail_keys
    must_fix = agency_status.count_open_findings(Severity.MUST_FIX)
    return {
        "number": (number, ("mid",)),
        "code": (agency.code or None, ("plain",)),
        "name": (link_to_details(context, name, agency), ("jump",)) if linked else (name, ("plain",)),
        "level": (agency.level, ("mid",)),
        "status": (
            link_to_tracking(context, state, agency) if agency_status.has_tracking_row else state,
            ("mid", f"is_{agency_status.state}"),
        ),
        "figure": (figure_content, ("mid",)),
        "must_fix": (link_to_findings(context, must_fix, agency), ("jump_mid",)) if must_fix else (None, ("mid",)),
    }
