"""Assemble how a table looks where it is printed: looks of single cells, blanks, and the page."""

import re

from xltool.forms.cell_addresses import parse_box
from xltool.forms.definition_problems import DefinitionProblems
from xltool.forms.schema import LookSpec, PageSpec, TableSpec
from xltool.model.form import Box
from xltool.model.printed_look import PrintedLook, PrintedPage

MIN_FONT_POINTS, MAX_FONT_POINTS = 4, 72
MAX_MARGIN_INCHES = 4.0
_FILL = re.compile("[0-9A-F]{6}")
_ROWS = re.compile(r"([1-9][0-9]{0,3}):([1-9][0-9]{0,3})")
_NO_LINES = ("", "", "", "")


def assemble_looks(spec: TableSpec, problems: DefinitionProblems) -> tuple[tuple[Box, PrintedLook], ...]:
    """Return the looks of a table by their rectangles; add the mistakes to ``problems``."""
    where = f"tables.{spec.id}.looks"
    looks = []
    for item in spec.looks:
        lines: list[str] = [*item.borders] or [*_NO_LINES]
        if len(lines) != len(_NO_LINES):
            problems.add("wrong_length", "tables.toml", where, key="borders", count=len(lines), needed=len(_NO_LINES))
            continue
        if not _is_sound(item):
            problems.add("not_a_look", "tables.toml", where, key=f"size={item.size}, fill={item.fill}")
            continue
        left, right, top, bottom = lines
        borders = (left, right, top, bottom)
        look = PrintedLook(
            item.font, float(item.size), item.bold, item.align, item.valign, item.indent, item.fill, borders
        )
        looks += [(box, look) for box in parse_boxes(item.at, where, problems)]
    return tuple(looks)


def _is_sound(look_spec: LookSpec) -> bool:
    sized = not look_spec.size or MIN_FONT_POINTS <= look_spec.size <= MAX_FONT_POINTS
    return sized and (not look_spec.fill or _FILL.fullmatch(look_spec.fill) is not None)


def parse_boxes(ranges: list[str], where: str, problems: DefinitionProblems) -> list[Box]:
    """Return rectangles of a grid; add those that are none to ``problems``."""
    boxes = []
    for text in ranges:
        try:
            boxes.append(parse_box(text))
        except ValueError:
            problems.add("not_a_place", "tables.toml", where, key=text)
    return boxes


def assemble_page(page_spec: PageSpec | None, where: str, problems: DefinitionProblems) -> PrintedPage:
    """Return the page of a table; add the mistakes to ``problems``."""
    if page_spec is None:
        return PrintedPage()
    rows = _ROWS.fullmatch(page_spec.repeat)
    if page_spec.repeat and rows is None:
        problems.add("not_a_place", "tables.toml", where, key=page_spec.repeat)
    margins = page_spec.margins
    if margins and (len(margins) != len(_NO_LINES) or not all(0 <= inches <= MAX_MARGIN_INCHES for inches in margins)):
        problems.add("wrong_length", "tables.toml", where, key="margins", count=len(margins), needed=len(_NO_LINES))
        margins = []
    left, right, top, bottom = margins or (0.0,) * len(_NO_LINES)
    return PrintedPage(
        page_spec.paper,
        (left, right, top, bottom) if margins else None,
        (int(rows[1]), int(rows[2])) if rows else None,
        PrintedLook(page_spec.title_font, float(page_spec.title_size)),
    )
