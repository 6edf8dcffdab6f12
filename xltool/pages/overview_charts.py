"""The charts of the overview page, each a table: figures with years and largest agencies, and shares of a whole."""

from collections.abc import Iterator, Sequence

from xltool.checks.history import JUMP_STANDARD
from xltool.checks.peers import PEER_STANDARD
from xltool.forms.expressions import evaluate_linear
from xltool.forms.period_words import name_earlier_period, name_period
from xltool.forms.shown_figures import label_with_unit
from xltool.forms.workbook_words import workbook_words
from xltool.messages import catalogue
from xltool.model.form import FigureChart, HeadlineFigure, Number
from xltool.model.period import Period
from xltool.pages.overview_draft import OverviewDraft, RankedFigure
from xltool.pages.overview_figures import (
    escape_text,
    escape_word,
    fill_word,
    format_bounded,
    format_change,
    format_middle,
    format_number,
    format_share,
    link_to_agency,
    look_up_words,
    name_figure_anchor,
    render_bar_row,
    render_link,
    render_table,
)
from xltool.workbooks.summary.year_on_year import find_figure_before

_MAX_RANKED = 10
_MAX_YEARS = 8  # before the current one
_MAX_NAMED = 5  # outliers
_MAX_LEADING = 3  # agencies whose share together is told


def render_figures(draft: OverviewDraft) -> str:
    """Render a section for each headline figure: its years, what is to be seen, the agencies with most of it."""
    return "\n".join(_render_figure(draft, number, each) for number, each in enumerate(draft.ranked_figures, start=1))


def render_shares(draft: OverviewDraft) -> str:
    """Render the charts of the form's definition: the parts of a whole, with those of the year before."""
    return "\n".join(_render_shares(draft, chart) for chart in draft.form.charts)


def _render_figure(draft: OverviewDraft, number: int, ranked: RankedFigure) -> str:
    label = label_with_unit(ranked.figure)
    links = [f'<a href="#ranking" data-rank="{number - 1}">{escape_word("to_ranking")}</a>'] if ranked.agencies else []
    links.append(render_link("figures", fill_word("back_figures")))
    total = format_bounded(draft.summary, ranked.figure.sum)
    return (
        f'<section id="{name_figure_anchor(number)}" tabindex="-1"><h3>{escape_text(label)}</h3>'
        f'<p class="total">{escape_text(total)}</p>{_render_years(draft, ranked)}'
        + "".join(f"<p>{sentence}</p>" for sentence in _describe_figure(draft, ranked))
        + _render_largest(draft, ranked)
        + f'<p class="links">{" ".join(links)}</p></section>'
    )


# --- years -----------------------------------------------------------------------------------------------------


def _render_years(draft: OverviewDraft, ranked: RankedFigure) -> str:
    """Render the figure of each year of the same agencies; empty where only the current year is known.

    A change is from the year before, and told where that is known.
    """
    known = draft.earlier.of_sum
    values = [(year, evaluate_linear(ranked.figure.sum, known[year])) for year in sorted(known)[-_MAX_YEARS:]]
    values = [(year, value) for year, value in values if value is not None]
    if not values or ranked.total is None:
        return ""
    values.append((draft.summary.consolidation.year, ranked.total))
    most = max(value for _, value in values if value is not None)
    known_values = dict(values)
    rows = [
        render_bar_row(
            escape_text(name_period(year)),
            (format_number(value), format_change(value, known_values.get(year - 1))),
            value,
            most,
        )
        for year, value in values
    ]
    unit = "period" if isinstance(draft.summary.consolidation.year, Period) else "year"
    words = look_up_words((unit, "number", "change"))
    caption = f"{unit}s_same" if draft.summary.consolidation.summary.absent else f"{unit}s"
    return render_table("chart years", fill_word(caption), list(words.values()), rows)


# --- agencies --------------------------------------------------------------------------------------------------


def _describe_figure(draft: OverviewDraft, ranked: RankedFigure) -> Iterator[str]:
    """Yield sentences (HTML) on the distribution of a figure among the agencies, and on outliers."""
    if not ranked.known:
        return
    zeros = sum(value == 0 for value in ranked.known)
    facts = {"count": len(ranked.known), "middle": format_middle(ranked.middle)}
    sentence = fill_word("spread", **facts)
    if ranked.shared_total and len(ranked.known) > _MAX_LEADING:
        share = format_share(sum(ranked.known[:_MAX_LEADING]), ranked.shared_total)
        sentence += fill_word("leading", count=_MAX_LEADING, share=share)
    if zeros:
        sentence += fill_word("zeros", count=zeros)
    if len(ranked.known) < len(ranked.agencies):
        sentence += fill_word("blanks", count=len(ranked.agencies) - len(ranked.known))
    yield escape_text(sentence)
    for title, keys in _find_outliers(draft, ranked.figure).items():
        names = workbook_words().summary.shared["joint"].join(link_to_agency(draft, key) for key in keys[:_MAX_NAMED])
        more = workbook_words().summary.shared["more"] if len(keys) > _MAX_NAMED else ""
        yield fill_word("outliers", title=escape_text(title), agencies=names + more)


def _find_outliers(draft: OverviewDraft, headline_figure: HeadlineFigure) -> dict[str, list[str]]:
    """Map the title of each check against other agencies or years to the agencies it has found in this figure."""
    cells = {term.cell for term in headline_figure.sum.terms}
    found: dict[str, list[str]] = {}
    for agency, item, finding, _ in draft.summary.finding_rows:
        key = agency.key
        if item and item.counted and finding.wording in {PEER_STANDARD, JUMP_STANDARD}:
            keys = found.setdefault(catalogue.finding_heading(finding), [])
            if key not in keys and any(cell.id in cells for cell in finding.cells):
                keys.append(key)
    return {title: keys for title, keys in found.items() if keys}


def _render_largest(draft: OverviewDraft, ranked: RankedFigure) -> str:
    """Render the agencies with the largest figures above 0."""
    shown = [each for each in ranked.agencies if each.value][:_MAX_RANKED]
    if not shown:
        return ""
    most = max(each.value or 0 for each in shown)
    last_year = _find_last_year(draft)
    rows = []
    for each in shown:
        before = draft.find_earlier(each.key, ranked.figure, last_year) if last_year is not None else None
        cells = [format_number(each.value), format_share(each.value, ranked.shared_total)]
        cells += [format_change(each.value, before)] if last_year is not None else []
        rows.append(render_bar_row(link_to_agency(draft, each.key), cells, each.value, most))
    heads = list(look_up_words(("agency", "number", "share")).values())
    heads += (
        [fill_word("since_last_year", earlier=name_earlier_period(draft.form.period))] if last_year is not None else []
    )
    return render_table("chart largest", fill_word("largest"), heads, rows)


def _find_last_year(draft: OverviewDraft) -> int | None:
    """Return the year before, if the figures of any agency are known."""
    last = draft.summary.consolidation.year - 1
    return last if any(last in years for years in draft.earlier.by_agency.values()) else None


# --- shares ----------------------------------------------------------------------------------------------------


def _render_shares(draft: OverviewDraft, chart: FigureChart) -> str:
    totals = draft.summary.consolidation.summary.values
    values = [evaluate_linear(item.sum, totals) for item in chart.items]
    before = [find_figure_before(draft.summary, item.sum) for item in chart.items]
    whole, whole_before = _add_parts(values), _add_parts(before)
    most = max((value for value in values if value), default=0)
    rows = [
        render_bar_row(
            escape_text(item.label),
            [
                format_number(value),
                format_share(value, whole),
                *([format_share(earlier, whole_before)] if whole_before else []),
            ],
            value,
            most,
        )
        for item, value, earlier in zip(chart.items, values, before, strict=True)
    ]
    heads = list(look_up_words(("figure", "number", "share")).values())
    heads += [fill_word("share_before", earlier=name_earlier_period(draft.form.period))] if whole_before else []
    leader = _describe_leader(chart, values, whole)
    return (
        f"<section><h3>{escape_text(chart.title)}</h3>"
        + (f"<p>{escape_text(leader)}</p>" if leader else "")
        + render_table("chart", "", heads, rows)
        + "</section>"
    )


def _add_parts(part_values: Sequence[Number | None]) -> Number | None:
    """Return the whole; None if a part is not known, and with it no share is."""
    known = [value for value in part_values if value is not None]
    return sum(known) if len(known) == len(part_values) else None


def _describe_leader(chart: FigureChart, item_values: Sequence[Number | None], whole_figure: Number | None) -> str:
    """Say which part is the largest; empty if there is none, or the whole is not known."""
    leader = max(range(len(item_values)), key=lambda at: item_values[at] or 0, default=None)
    if leader is None or not item_values[leader] or not whole_figure:
        return ""
    return fill_word("leader", label=chart.items[leader].label, share=format_share(item_values[leader], whole_figure))
