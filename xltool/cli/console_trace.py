"""Render what a figure is made of for the console: agencies of a consolidation, or lines of a ledger."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from xltool.cli.console import render_table
from xltool.cli.console_ledgers import describe_counted_lines
from xltool.messages import catalogue
from xltool.model.contributions import Contribution, TracedFigure


def describe_trace(traced_figures: Iterable[TracedFigure]) -> str:
    """Describe each figure by its official words and total, then list its contributors; zeros are only counted."""
    return "\n".join(line for figure in traced_figures for line in _describe_figure_trace(figure))


def _describe_figure_trace(traced_figure: TracedFigure) -> Iterator[str]:
    cell, spot = traced_figure.cell, traced_figure.position
    yield catalogue.format_line(
        "traced" if not traced_figure.lacking else "traced_bound" if traced_figure.is_bound else "traced_in_part",
        lacking=traced_figure.lacking,
        expected=traced_figure.expected,
        place=f"{spot.sheet}!{spot.address}",
        figure=cell.words,
        cell=cell.id,
        total=traced_figure.total if traced_figure.words is None else traced_figure.words,
        unit=cell.unit,
    )
    if traced_figure.lines is not None:
        yield from describe_counted_lines(traced_figure)
        return
    adding = [each for each in traced_figure.contributions if each.value or each.least or each.word]
    if adding:
        rows = [
            (
                each.agency.code,
                each.agency.name,
                _format_contribution(each),
                _format_percent(traced_figure.calculate_share(each)),
                each.file,
            )
            for each in adding
        ]
        yield render_table(("code", "name", "value", "share", "file"), rows)
    joint = catalogue.look_up_word("shown", "joint")
    behind = [(joint.join(row.agencies), row.address, row.name, f"{row.value:,}") for row in traced_figure.rows]
    if behind:
        yield render_table(("name", "cell", "row", "value"), behind)
    zero = sum(each.value == 0 for each in traced_figure.contributions)
    open_count = sum(each.value is None and not each.word for each in traced_figure.contributions)
    filled = sum(bool(each.value or each.word) for each in adding)
    yield catalogue.format_line("traced_rest", adding=filled, zero=zero, open=open_count)
    if any(each.least is not None for each in adding):
        yield catalogue.format_line("traced_parts")
    if not traced_figure.agrees:
        found = sum(each.value or each.least or 0 for each in adding)
        yield catalogue.format_line("traced_otherwise", total=traced_figure.total, found=found)


def _format_contribution(contribution: Contribution) -> str:
    if contribution.word:
        return contribution.word
    if contribution.value is not None:
        return f"{contribution.value:,}"
    return catalogue.format_line("traced_least", value=f"{contribution.least:,}")


def _format_percent(share: Decimal | None) -> str:
    return "" if share is None else f"{share:.1%}"
