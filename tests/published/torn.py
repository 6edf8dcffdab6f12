"""Reports as text drawn out of pages with narrow columns: labels torn over lines, figures beside one of them.

`drawn` keeps the places of the page, as `pdftotext -layout` does; `row_by_row` gives one cell after the other, as
`pdftotext -raw` does and as text is copied out of a viewer.
"""

import random
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from tests.published.layouts import Report, Spot


class Page(NamedTuple):
    """``label`` and ``figure`` are how many signs fit into a column; figures stand at ``share`` of their row's height.

    A page has ``lines``, and says ``head`` above and ``foot`` below them, in which {} is its number.
    """

    label: int = 5
    figure: int = 4
    share: float = 0.5
    lines: int = 45
    head: str = ""
    foot: str = ""


def drawn(report: Report, page: Page = Page()) -> str:  # noqa: B008 - a frozen noun
    """The text of a report with everything where it stands on the page."""
    lines: list[str] = []
    for part in report:
        lines += _canvas(part.rows, page) if part.kind == "table" else _wrapped(part.text, 40)
    return _paged(lines, page)


def row_by_row(report: Report, page: Page = Page()) -> str:  # noqa: B008 - a frozen noun
    """The text of a report cell by cell, the figures of a row on one line."""
    lines: list[str] = []
    for part in report:
        lines += _wrapped(part.text, 40) if part.kind != "table" else []
        for row in part.rows:
            for spot in row:
                lines += _wrapped(spot.text, page.label * spot.box.columns) if not spot.cell and spot.text else []
            figures = [spot.text for spot in row if spot.cell and spot.text]
            lines += [" ".join(figures)] if figures else []
    return _paged(lines, page)


def _wrapped(text: str, width: int) -> list[str]:
    return [text[at : at + width] for at in range(0, len(text), width)] or [""]


def _paged(lines: Sequence[str], page: Page) -> str:
    found = []
    for number, at in enumerate(range(0, len(lines), page.lines), start=1):
        around = [page.head.format(number)] if page.head else []
        below = ["", page.foot.format(number)] if page.foot else []
        found.append("\n".join([*around, *lines[at : at + page.lines], *below]) + "\n")
    return "\f".join(found)


def _canvas(rows: Iterable[Iterable[Spot]], page: Page) -> list[str]:
    spots = [spot for row in rows for spot in row]
    last = max(spot.box.row + spot.box.rows for spot in spots)
    labelled = {spot.box.column for spot in spots if not spot.cell and spot.box.row > 1}
    widths = {
        column: page.label if column in labelled and column <= 3 else page.figure
        for column in range(1, max(spot.box.column + spot.box.columns for spot in spots))
    }
    shown = {
        spot: _wrapped(spot.text, sum(widths[spot.box.column + at] for at in range(spot.box.columns))) for spot in spots
    }
    heights = dict.fromkeys(range(1, last), 1)
    for spot in sorted(spots, key=lambda spot: spot.box.rows):
        within = range(spot.box.row, spot.box.row + spot.box.rows)
        heights[within[-1]] += max(0, len(shown[spot]) - sum(heights[row] for row in within))
    tops = {row: sum(heights[above] for above in range(1, row)) for row in range(1, last + 1)}
    lefts = {column: sum(widths[before] + 1 for before in range(1, column)) for column in widths}
    canvas = [[" "] * (sum(widths.values()) + 60) for _ in range(tops[last])]
    for spot, texts in shown.items():
        tall = tops[spot.box.row + spot.box.rows] - tops[spot.box.row]
        top = tops[spot.box.row] + int((tall - len(texts)) * (page.share if spot.cell else 0.5))
        for at, text in enumerate(texts):
            left = lefts[spot.box.column]
            canvas[top + at][left : left + len(text)] = text
    return ["".join(line).rstrip() for line in canvas]


def by_blocks(report: Report, chance: random.Random, *, in_order: bool = True) -> str:
    """The text of a report whose tables were taken out of a page block by block, as `pdftotext` does by itself.

    A block is some rows, read strip of columns by strip, the first of them beside the labels or behind all of them.
    Unless ``in_order`` some blocks are read before those above them.
    """
    lines: list[str] = []
    for part in report:
        if part.kind != "table":
            lines.append(part.text)
            continue
        rows = [list(row) for row in part.rows]
        blocks = [[spot.text for row in rows if not any(s.cell for s in row) for spot in row if spot.text]]
        rows = [row for row in rows if any(spot.cell for spot in row)]
        while rows:
            same = [row for row in rows if _figures(row) == _figures(rows[0])]
            height = min(chance.randint(1, 9), next((at for at, row in enumerate(rows) if row not in same), len(rows)))
            blocks.append(_block(rows[:height], chance))
            rows = rows[height:]
        if not in_order:
            at = chance.randrange(len(blocks))
            blocks.insert(chance.randrange(len(blocks)), blocks.pop(at))
        lines += [line for block in blocks for line in block]
    return "\n\n".join(lines) + "\n"


def _figures(row: Sequence[Spot]) -> int:
    return sum(bool(spot.cell) for spot in row)


def _block(rows: Sequence[Sequence[Spot]], chance: random.Random) -> list[str]:
    ends = sorted({0, _figures(rows[0]), *chance.sample(range(_figures(rows[0])), min(2, _figures(rows[0])))})
    figures = [[spot.text for spot in row if spot.cell] for row in rows]
    labels = [[spot.text for spot in row if not spot.cell and spot.text] for row in rows]
    strips = [[text for row in figures for text in row[first:last]] for first, last in pairwise(ends)]
    if chance.random() < 0.5:
        beside = [[*label, *row[: ends[1]]] for label, row in zip(labels, figures, strict=True)]
        strips, labels = strips[1:], beside
    return [text for part in (*labels, *strips) for text in part]
