"""The figures of the overview page: tiles and bar charts, and the words and numbers all of the page is made of."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from html import escape

from xltool.forms.expressions import evaluate_linear
from xltool.forms.workbook_words import workbook_words
from xltool.messages import catalogue
from xltool.model.expression import LinearExpression
from xltool.model.form import HeadlineFigure, Number
from xltool.workbooks.summary.agency_status import agency_of, count_agencies, count_must_fix
from xltool.workbooks.summary.summary_context import SummaryContext
from xltool.workbooks.summary.year_on_year import describe_change

_MAX_RANKED_AGENCIES = 15
_MAX_TILE_CHARACTERS = 11  # of a value in a tile of one column
_TILE_CLASS = ' class="wide"'


def count_tiles(summary_draft: SummaryContext) -> Iterator[tuple[str, str]]:
    """Yield label and value of each tile that counts agencies, files and findings."""
    made, say = summary_draft.consolidation, workbook_words().summary.tiles
    agencies = count_agencies(made)
    yield say["expected"], str(agencies.expected) if made.roster else workbook_words().checks["idle"]
    yield say["counted"], str(agencies.counted)
    yield say["returned"], str(agencies.returned)
    yield say["undecided"], str(agencies.undecided)
    yield say["missing"], str(agencies.missing) if made.roster else workbook_words().checks["idle"]
    yield say["files"], str(len(made.tracking))
    yield say["must_fix"], str(count_must_fix(summary_draft.finding_rows).open)


def compute_headlines(summary_draft: SummaryContext) -> Iterator[tuple[str, str, str]]:
    """Yield label, value and change since last year of each headline figure."""
    for figure in summary_draft.plan.form.headlines:
        change = describe_change(summary_draft, figure.sum)
        yield label_with_unit(figure), _format_bounded(summary_draft, figure.sum), change


def label_with_unit(headline_figure: HeadlineFigure) -> str:
    """Return the label of a figure with its unit."""
    return headline_figure.label + (
        workbook_words().summary.shared["unit"].format(unit=headline_figure.unit) if headline_figure.unit else ""
    )


def _format_bounded(summary_draft: SummaryContext, meaning: LinearExpression) -> str:
    """Format a figure computed from the totals; as a lower bound if an agency is missing."""
    summary = summary_draft.consolidation.summary
    bound = summary.absent or any(summary.lacking.get(term.cell) for term in meaning.terms)
    value = evaluate_linear(meaning, summary.values)
    return (workbook_words().summary.shared["at_least"] if bound and value is not None else "") + format_number(value)


def render_charts(summary_draft: SummaryContext) -> Iterator[str]:
    """Yield bar charts as tables with the figures beside the bars."""
    for chart in summary_draft.plan.form.charts:
        totals = summary_draft.consolidation.summary.values
        yield _render_bars(chart.title, [(item.label, evaluate_linear(item.sum, totals)) for item in chart.items])
    ranking = summary_draft.plan.form.ranking
    if ranking and summary_draft.consolidation.parts:
        agencies = summary_draft.consolidation.roster.agencies if summary_draft.consolidation.roster else {}
        each = [
            (agency_of(part, agencies).name, evaluate_linear(ranking.sum, part.counted))
            for part in summary_draft.consolidation.parts
        ]
        ranked = sorted((row for row in each if row[1]), key=lambda row: row[1] or 0, reverse=True)[
            :_MAX_RANKED_AGENCIES
        ]
        title = workbook_words().summary.overview["ranking"].format(label=ranking.label, count=len(ranked))
        yield _render_bars(title, ranked, sum(value or 0 for _, value in each))


def _render_bars(title: str, labelled_values: Sequence[tuple[str, Number | None]], whole: Number = 0) -> str:
    """Render a bar chart as a table, with the share of each figure in ``whole`` (default: their sum)."""
    most = max((value for _, value in labelled_values if value), default=0)
    whole = whole or sum(value or 0 for _, value in labelled_values)
    leader = next((label for label, value in labelled_values if most and value == most), "")
    share = _format_share(most, whole)
    said = f"<p>{escape_text(fill_word('leader', label=leader, share=share))}</p>" if leader and share else ""
    rows = "".join(
        f'<tr><th scope="row">{escape_text(label)}</th><td class="number">{format_number(value)}</td>'
        f'<td class="number">{escape(_format_share(value, whole))}</td>'
        f'<td class="bar"><svg aria-hidden="true" viewBox="0 0 100 4" preserveAspectRatio="none">'
        f'<rect width="{_format_bar_width(value, most)}" height="4"/></svg></td></tr>'
        for label, value in labelled_values
    )
    return f'<section><h3>{escape_text(title)}</h3>{said}<table class="chart"><tbody>{rows}</tbody></table></section>'


def _format_share(value: Number | None, whole: Number) -> str:
    """Format a part of a whole as a percentage; empty if there is none."""
    if not value or not whole:
        return ""
    percent = Decimal(value) * 100 / Decimal(whole)
    return f"{percent:.0f}%" if percent >= 1 else "<1%"


def _format_bar_width(value: Number | None, maximum: Number) -> str:
    return f"{Decimal(max(value or 0, 0)) * 100 / Decimal(maximum):.1f}" if maximum else "0"


def render_tiles(tiles: Iterable[tuple[str, ...]]) -> str:
    """Render a tile for each label and value; what may follow stands in a smaller line below the value."""
    return "".join(
        f"<div{_TILE_CLASS if len(value) > _MAX_TILE_CHARACTERS else ''}>"
        f"<dt>{escape_text(label)}</dt><dd>{escape_text(value)}</dd>"
        + "".join(f'<dd class="more">{escape_text(text)}</dd>' for text in more if text)
        + "</div>"
        for label, value, *more in tiles
    )


def escape_text(text: str) -> str:
    """Escape a text and replace unprintable characters."""
    return escape(catalogue.UNPRINTABLE_CHARACTERS.sub(" ", text))


def escape_word(key: str) -> str:
    """Return a word of the page, escaped."""
    return escape_text(catalogue.look_up_word("overview_page", key))


def fill_word(key: str, **facts: str) -> str:
    """Return a sentence of the page with its facts."""
    return catalogue.look_up_word("overview_page", key).format(**facts)


def format_number(value: Number | None) -> str:
    """Format a figure with thousands separators; a dash for None."""
    return (
        workbook_words().checks["idle"]
        if value is None
        else f"{value:,f}"
        if isinstance(value, Decimal)
        else f"{value:,}"
    )
