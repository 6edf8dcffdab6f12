"""The words, numbers and tables that all parts of the overview page are made of, and its tiles."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from html import escape
from typing import NamedTuple

from xltool.consolidation.lower_bounds import is_sum_bounded
from xltool.forms.expressions import evaluate_linear
from xltool.forms.lower_bounds import is_lower_bound
from xltool.forms.period_words import name_earlier_period
from xltool.forms.shown_figures import label_with_unit
from xltool.forms.workbook_words import workbook_words
from xltool.messages import catalogue
from xltool.model.consolidation import Consolidation
from xltool.model.expression import LinearExpression
from xltool.model.form import Cell, Number
from xltool.model.period import PeriodLength
from xltool.pages.overview_draft import OverviewDraft
from xltool.workbooks.summary.agency_status import count_agencies, count_must_fix
from xltool.workbooks.summary.summary_context import SummaryContext
from xltool.workbooks.summary.year_on_year import describe_change, format_percent_change

_MAX_TILE_CHARACTERS = 12  # of a value in a tile of one column
_NO_DECIMALS, _ONE_DECIMAL = Decimal(1), Decimal("0.1")
_ALARMING_TILES = {"returned", "undecided", "missing", "must_fix"}


class Tile(NamedTuple):
    """A label with a value, what may stand in a smaller line below it, where it leads, and whether it asks for work."""

    label: str
    value: str
    more: str = ""
    link: str = ""
    alarming: bool = False


def count_tiles(summary: SummaryContext) -> Iterator[Tile]:
    """Yield the tiles that count agencies, files and findings."""
    made, idle = summary.consolidation, workbook_words().checks["idle"]
    agencies = count_agencies(made)
    counts = {
        "expected": (agencies.expected if made.roster else None, "agencies"),
        "counted": (agencies.counted, "agencies"),
        "returned": (agencies.returned, "agencies"),
        "undecided": (agencies.undecided, "agencies"),
        "missing": (agencies.missing if made.roster else None, "agencies"),
        "files": (len(made.tracking), "files"),
        "must_fix": (count_must_fix(summary.finding_rows).open, "findings"),
    }
    for key, (count, link) in counts.items():
        shown = idle if count is None else f"{count:,}"
        alarming = key in _ALARMING_TILES and bool(count)
        yield Tile(workbook_words().summary.tiles[key], shown, "", link, alarming)


def list_headline_tiles(draft: OverviewDraft) -> Iterator[Tile]:
    """Yield a tile for each headline figure, with its change since last year."""
    for number, ranked in enumerate(draft.ranked_figures, start=1):
        meaning = ranked.figure.sum
        change = describe_change(draft.summary, meaning)
        yield Tile(
            label_with_unit(ranked.figure), format_bounded(draft.summary, meaning), change, name_figure_anchor(number)
        )


def render_tiles(tiles: Iterable[Tile]) -> str:
    """Render the tiles as the items of a list of descriptions; the size of a value follows from its length."""
    return "".join(_render_tile(tile) for tile in tiles)


def _render_tile(tile: Tile) -> str:
    classes = ["wide"] * (len(tile.value) > _MAX_TILE_CHARACTERS) + ["alarm"] * tile.alarming
    label = render_link(tile.link, tile.label) if tile.link else escape_text(tile.label)
    more = f'<dd class="more">{escape_text(tile.more)}</dd>' if tile.more else ""
    css_class = f' class="{" ".join(classes)}"' if classes else ""
    return (
        f'<div{css_class} style="--n:{len(tile.value)}"><dt>{label}</dt><dd>{escape_text(tile.value)}</dd>{more}</div>'
    )


# --- anchors and links -----------------------------------------------------------------------------------------


def name_figure_anchor(number: int) -> str:
    """Return the name of the place where a headline figure is shown."""
    return f"figure-{number}"


def name_agency_anchor(number: int) -> str:
    """Return the name of the place where an agency is shown."""
    return f"agency-{number}"


def render_link(anchor: str, text: str) -> str:
    """Render a link to a place of the page."""
    return f'<a href="#{anchor}">{escape_text(text)}</a>'


def link_to_agency(draft: OverviewDraft, key: str, name: str = "") -> str:
    """Render the name of an agency as a link to its card, if it has one."""
    number, shown = draft.agency_numbers.get(key), name or draft.names.get(key, key)
    return render_link(name_agency_anchor(number), shown) if number else escape_text(shown)


# --- tables ----------------------------------------------------------------------------------------------------


def render_table(css_class: str, caption: str, head_texts: Sequence[str], row_texts: Iterable[str]) -> str:
    """Render a table from its rows as HTML; no head without ``head_texts``."""
    head = "".join(f'<th scope="col">{escape_text(text)}</th>' for text in head_texts)
    caption_html = f"<caption>{escape_text(caption)}</caption>" if caption else ""
    head_html = f"<thead><tr>{head}</tr></thead>" if head_texts else ""
    return f'<table class="{css_class}">{caption_html}{head_html}<tbody>{"".join(row_texts)}</tbody></table>'


def render_bar_row(head: str, cell_texts: Iterable[str], value: Number | None, most: Number) -> str:
    """Render a row: its heading (HTML) above a bar as long as its part of ``most``, then its cells (plain texts)."""
    numbers = "".join(f"<td>{escape_text(text)}</td>" for text in cell_texts)
    bar = (
        '<svg aria-hidden="true" viewBox="0 0 100 4" preserveAspectRatio="none">'
        f'<rect width="{_format_bar_width(value, most)}" height="4"/></svg>'
    )
    return f'<tr><th scope="row">{head}{bar}</th>{numbers}</tr>'


def _format_bar_width(value: Number | None, most: Number) -> str:
    return f"{Decimal(max(value or 0, 0)) * 100 / Decimal(most):.1f}" if most else "0"


# --- words and numbers -----------------------------------------------------------------------------------------


def format_unit(unit: str) -> str:
    """Return a unit as it follows a label; empty for none."""
    return workbook_words().summary.shared["unit"].format(unit=unit) if unit else ""


def format_bounded(summary: SummaryContext, meaning: LinearExpression) -> str:
    """Format a figure computed from the totals; a sum of counts as a lower bound if an agency is missing."""
    value = evaluate_linear(meaning, summary.consolidation.summary.values)
    bound = is_sum_bounded(summary.consolidation, meaning)
    return (workbook_words().summary.shared["at_least"] if bound and value is not None else "") + format_number(value)


def show_total(consolidation: Consolidation, cell: Cell) -> str:
    """Show the total of a cell: its words or its figure; if an agency has none, as a lower bound or with how many."""
    summary, say = consolidation.summary, workbook_words().summary.shared
    shown = summary.words.get(cell.id) or format_number(summary.values[cell.id])
    lacking = consolidation.lacking.get(cell.id)
    if not lacking or not (summary.words.get(cell.id) or summary.values[cell.id] is not None):
        return shown
    if is_lower_bound(consolidation.form, cell):
        return say["at_least"] + shown
    return say["comma"].join((shown, say["lacks"].format(count=lacking, expected=consolidation.expected)))


def format_share(value: Number | None, whole_figure: Number | None) -> str:
    """Format a part of a whole as a percentage, halves rounded up; empty for none, as for a part below 0."""
    if not value or not whole_figure or value < 0:
        return ""
    percent = Decimal(value) * 100 / Decimal(whole_figure)
    return f"{percent.quantize(_NO_DECIMALS, ROUND_HALF_UP)}%" if percent >= 1 else "<1%"


def format_change(now: Number | None, value_before: Number | None) -> str:
    """Format the change since ``value_before`` as a percentage with its sign; empty if there is none to tell."""
    return "" if now is None or not value_before else f"{format_percent_change(now, value_before)}%"


def format_number(value: Number | None) -> str:
    """Format a figure with thousands separators; a dash for None."""
    if value is None:
        return workbook_words().checks["idle"]
    return f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"


def format_middle(value: Number | None) -> str:
    """Format a median, which may lie between two counts."""
    if value is None:
        return workbook_words().checks["idle"]
    rounded = Decimal(value).quantize(_ONE_DECIMAL, ROUND_HALF_UP)
    whole = rounded.to_integral_value()
    return f"{whole if rounded == whole else rounded:,f}"


def escape_text(text: str) -> str:
    """Escape a text and replace unprintable characters."""
    return escape(catalogue.UNPRINTABLE_CHARACTERS.sub(" ", text))


def escape_word(key: str) -> str:
    """Return a word of the page, escaped."""
    return escape_text(catalogue.look_up_word("overview_page", key))


def fill_word(key: str, **facts: object) -> str:
    """Return a sentence of the page with its facts."""
    return catalogue.look_up_word("overview_page", key).format(**facts)


def look_up_words(keys: Iterable[str], length: PeriodLength = PeriodLength.YEAR) -> Mapping[str, str]:
    """Return words of the page by their keys; ``length`` is that of the periods of the form."""
    earlier = name_earlier_period(length)
    return {key: catalogue.look_up_word("overview_page", key).replace("{earlier}", earlier) for key in keys}
