"""More layouts: what converters and editors leave of a report's page when they make text or another page of it."""

import html
import random
import re
from collections.abc import Callable, Mapping

from tests.published import layouts
from tests.published.layouts import Part, Report

Texts = Mapping[str, str]


def width(part: Part) -> int:
    return max(spot.box.column + spot.box.columns - 1 for row in part.rows for spot in row)


def _drawn(report: Report, table: Callable[[Part], str]) -> str:
    return "\n".join(table(part) if part.kind == "table" else part.text for part in report)


def padded_bars(report: Report) -> str:
    """A row a line; bars at its end for what it has fewer cells than the table."""
    return _drawn(
        report,
        lambda part: "\n".join(
            " | ".join(spot.text for spot in row) + " | " + "|" * (width(part) - len(row)) for row in part.rows
        ),
    )


def stacked_bars(report: Report) -> str:
    """A cell a line, each before a bar."""
    return _drawn(report, lambda part: "\n".join(_stacked(part, leading=False, apart=False)))


def stacked_bars_between_bars(report: Report) -> str:
    """The same, a bar before each row."""
    return _drawn(report, lambda part: "\n".join(_stacked(part, leading=True, apart=False)))


def bars_apart(report: Report) -> str:
    """A cell a line, each before a line with a bar."""
    return _drawn(report, lambda part: "\n".join(_stacked(part, leading=False, apart=True)))


def _stacked(part: Part, *, leading: bool, apart: bool) -> list[str]:
    found = []
    for row in part.rows:
        found += ["|"] if leading else []
        for spot in row:
            found += [spot.text, "|"] if spot.text and apart else [f"{spot.text} |" if spot.text else "|"]
        missing = width(part) - len(row)
        if apart:
            found.append("|" * (missing + 1))
        elif leading and missing:
            found[-1] += " " + "|" * missing
        elif missing:
            found.append("|" * missing)
    return found


def small_markdown_tables(report: Report) -> str:
    """Markdown with a table a line, its label as heading above it and before its figures."""

    def drawn(part: Part) -> str:
        found = []
        for row in part.rows:
            figures = [spot.text for spot in row if spot.cell]
            labels = [spot.text for spot in row if not spot.cell]
            found += [f"### {label}" for label in labels]
            if figures and not labels:
                found.append(f"| {' | '.join(figures)} |")
            elif figures:
                head = "| 类别 |" + "".join(f" 数据{at} |" for at in range(1, len(figures) + 1))
                cells = " | ".join(
                    [*(re.sub("^[一二三四]、|^（[一二三四五六七]）", "", each) for each in labels[-1:]), *figures]
                )
                found += [head, "|---" * (len(figures) + 1) + "|", f"| {cells} |", ""]
        return "\n".join(found)

    return _drawn(report, drawn)


def divisions(report: Report) -> str:
    """No table: a page whose cells are divisions."""
    body = []
    for part in report:
        rows = [
            f"<div>{''.join(f'<div><span>{html.escape(s.text)}</span></div>' for s in row)}</div>" for row in part.rows
        ]
        body.append(f"<div>{''.join(rows) or html.escape(part.text)}</div>")
    return f"<html><body>{''.join(body)}</body></html>"


def every_place_a_cell(report: Report) -> str:
    """A page whose merged cells are the cell and empty ones beside and below it."""

    def drawn(part: Part) -> str:
        places = [[""] * width(part) for _ in part.rows]
        for row in part.rows:
            for spot in row:
                places[spot.box.row - 1][spot.box.column - 1] = spot.text
        return _rows(places)

    return _page(report, drawn)


def counted_rows(report: Report) -> str:
    """A page whose tables have a column that counts their rows."""
    return _page(report, lambda part: _rows([[str(at), *(s.text for s in row)] for at, row in enumerate(part.rows, 1)]))


def counted_rows_behind(report: Report) -> str:
    return _page(report, lambda part: _rows([[*(s.text for s in row), str(at)] for at, row in enumerate(part.rows, 1)]))


def empty_columns_behind(report: Report) -> str:
    return _page(report, lambda part: _rows([[*(s.text for s in row), "", "\u00a0"] for row in part.rows]))


def _rows(rows: list[list[str]]) -> str:
    return "".join(f"<tr>{''.join(f'<td>{html.escape(text)}</td>' for text in row)}</tr>" for row in rows)


def _page(report: Report, table: Callable[[Part], str]) -> str:
    parts = (f"<table>{table(p)}</table>" if p.kind == "table" else f"<p>{html.escape(p.text)}</p>" for p in report)
    return f"<html><body>{''.join(parts)}</body></html>"


def word_page(report: Report) -> str:
    """A page as Word saves it, which says it is GB2312."""

    def cell(spot: layouts.Spot) -> str:
        spans = f"colspan={spot.box.columns} rowspan={spot.box.rows}"
        inner = (
            f"<span lang=EN-US>{html.escape(spot.text)}<span style='mso-spacerun:yes'>&nbsp; </span><o:p></o:p></span>"
        )
        return f"<td width=57 {spans} style='border:solid windowtext 1.0pt'>\n<p class=MsoNormal>{inner}</p>\n</td>"

    made = layouts.page(report, cell)
    head = "<head><meta http-equiv=Content-Type content='text/html; charset=gb2312'>"
    return made.replace("<head>", head + "<!--[if gte mso 9]><xml><w:View>Normal</w:View></xml><![endif]-->")


LAYOUTS: dict[str, Callable[[Report], str]] = {
    "padded_bars.txt": padded_bars,
    "stacked_bars.txt": stacked_bars,
    "stacked_between.txt": stacked_bars_between_bars,
    "bars_apart.txt": bars_apart,
    "small_tables.md": small_markdown_tables,
    "divisions.html": divisions,
    "every_place.html": every_place_a_cell,
    "counted_rows.html": counted_rows,
    "counted_behind.html": counted_rows_behind,
    "empty_columns.html": empty_columns_behind,
    "word.html": word_page,
}


# --- what stands in the cells ----------------------------------------------------------------------------------------

Change = Callable[[str, random.Random], str]

FILLINGS: dict[str, Change] = {
    "zeros left out": lambda text, _: "" if text == "0" else text,
    "some left out": lambda text, chance: "" if chance.random() < 0.3 else text,
    "no-break spaces": lambda text, chance: (
        "\u00a0" if text == "0" and chance.random() < 0.5 else f"\u00a0{text}\u3000"
    ),
    "strokes": lambda text, chance: "/" if text == "0" and chance.random() < 0.6 else text,
    "words": lambda text, chance: "无" if text == "0" and chance.random() < 0.4 else text,
    "units": lambda text, chance: f"{text}件" if chance.random() < 0.2 else text,
    "thousands": lambda text, _: f"{int(text):,}" if text.isdigit() else text,
    "full width": lambda text, _: text.translate(str.maketrans("0123456789.", "０１２３４５６７８９．")),
    "wrong figures": lambda text, chance: str(int(text) + 10) if text.isdigit() and chance.random() < 0.03 else text,
}


def filled(texts: Texts, filling: str, seed: int) -> dict[str, str]:
    chance = random.Random(seed)
    return {cell: FILLINGS[filling](text, chance) for cell, text in texts.items()}
