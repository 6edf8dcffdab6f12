"""Render a comparison as a self-contained HTML page: a list of differences, then every differing table, marked.

In a differing cell the left figure is struck through and the right one underlined, so that the marks do not depend on
colour; the same for the words of a paragraph. The page loads nothing, and every text is escaped.
"""

from collections.abc import Iterator, Sequence
from html import escape
from string import Template

from xltool.comparison.comparing import ComparisonResult
from xltool.comparison.figures import FigureDifference
from xltool.comparison.sides import name_sides
from xltool.comparison.wording import TextDifference, split_into_pieces
from xltool.forms.report_style import ReportStyle
from xltool.messages import catalogue
from xltool.official_report.compose import build_grid, format_figure
from xltool.official_report.grid import GridCell
from xltool.official_report.html import render_grid
from xltool.package_data import find_data_folder
from xltool.pages.difference_text import (
    describe_differences,
    describe_row_changes,
    describe_sides,
    summarize_comparison,
)

_GAP_COLUMNS = ("gap", "share")


def render_difference_page(comparisons: Sequence[ComparisonResult], style: ReportStyle) -> str:
    """Render one comparison or several as the text of an HTML file."""
    template = Template((find_data_folder("templates") / "differences.html").read_text("utf-8"))
    title = catalogue.look_up_word("compared", "title")
    body = [
        line
        for number, each in enumerate(comparisons, start=1)
        for line in _render_comparison(each, style, f"p{number}-")
    ]
    if not comparisons:
        body = [f"<p>{_escape_word('none')}</p>"]
    return template.substitute(title=escape(title), body="\n".join([f"<h1>{escape(title)}</h1>", *body]))


def _render_comparison(comparison: ComparisonResult, style: ReportStyle, prefix: str) -> Iterator[str]:
    names = name_sides(comparison.left, comparison.right)
    lines = (line.partition("：") for line in describe_sides(comparison))
    yield f"<dl>{''.join(f'<dt>{escape(name)}</dt><dd>{escape(rest)}</dd>' for name, _, rest in lines)}</dl>"
    yield f'<p class="{"same" if comparison.is_same else "differ"}">{escape(summarize_comparison(comparison))}</p>'
    items = "".join(
        f"<li>{_render_sentence(each.words, each.cell, prefix)}</li>"
        for each in describe_differences(comparison)
        if not each.line
    )
    if not items:
        return
    yield f"<h2>{_escape_word('differences')}</h2>\n<ol>{items}</ol>"
    if comparison.is_distant:
        yield from _render_row_changes(comparison, names, prefix)
    yield f"<p>{_escape_word('key')}：<del>{escape(names[0])}</del> <ins>{escape(names[1])}</ins></p>"
    for heading in dict.fromkeys(each.section for each in comparison.texts):
        yield f"<h2>{escape(heading)}</h2>"
        yield from (_render_text_difference(each) for each in comparison.texts if each.section == heading)
    yield from _render_tables(comparison, style, prefix)


def _render_sentence(words: str, cell: str, prefix: str) -> str:
    head, colon, rest = words.partition("：")
    return f'<a href="#{prefix}{escape(cell)}">{escape(head)}</a>{escape(colon + rest)}' if cell else escape(words)


def _render_row_changes(comparison: ComparisonResult, names: tuple[str, str], prefix: str) -> Iterator[str]:
    heads = "".join(
        f'<th scope="col">{escape(head)}</th>'
        for head in (_escape_word("line"), *names, *map(_escape_word, _GAP_COLUMNS))
    )
    label = _escape_word("lines")
    yield f'<h2>{label}</h2>\n<div class="wide" role="group" aria-label="{label}" tabindex="0">'
    yield f'<table class="lines"><thead><tr>{heads}</tr></thead>'
    for each in describe_row_changes(comparison):
        line = f'<a href="#{prefix}{escape(each.cell)}">{escape(each.place)}</a>'
        figures = "".join(f"<td>{escape(figure)}</td>" for figure in (each.left, each.right, each.gap, each.share))
        yield f'<tr><th scope="row">{line}</th>{figures}</tr>'
    yield "</table></div>"


def _render_tables(comparison: ComparisonResult, style: ReportStyle, prefix: str) -> Iterator[str]:
    differing = {each.cell.id: each for each in (*comparison.figures, *comparison.unread)}

    def figure(grid_cell: GridCell) -> str:
        if grid_cell.cell not in differing:
            return f'<span id="{prefix}{escape(grid_cell.cell)}">{escape(grid_cell.text)}</span>'
        return f'<span id="{prefix}{escape(grid_cell.cell)}">{_mark_figure(differing[grid_cell.cell])}</span>'

    for table in comparison.left.form.tables:
        if any(cell.id in differing for cell in table.cells):
            figures = {cell.id: format_figure(cell, comparison.left.submission) for cell in table.cells}
            title = escape(f"{table.name} {table.title}" if table.printed else table.title)
            drawn = render_grid(build_grid(table, figures), style, figure)
            yield f'<h2>{title}</h2>\n<div class="wide" role="group" aria-label="{title}" tabindex="0">{drawn}</div>'


def _mark_figure(difference: FigureDifference) -> str:
    return _mark_change(difference.left.words, difference.right.words)


def _mark_change(left: str, right: str) -> str:
    return f"<del>{escape(left)}</del> <ins>{escape(right)}</ins>"


def _render_text_difference(difference: TextDifference) -> str:
    if difference.whole:
        mark = "del" if difference.left else "ins"
        return "".join(
            f"<p><{mark}>{escape(line)}</{mark}></p>" for line in (difference.left or difference.right).split("\n")
        )
    pieces = split_into_pieces(difference.left, difference.right)
    return f"<p>{''.join(_render_piece(left, right) for left, right in pieces)}</p>"


def _render_piece(left: str, right: str) -> str:
    if left == right:
        return escape(left)
    removed, added = (f"<del>{escape(left)}</del>" if left else "", f"<ins>{escape(right)}</ins>" if right else "")
    return removed + added


def _escape_word(key: str) -> str:
    return escape(catalogue.look_up_word("compared", key))
