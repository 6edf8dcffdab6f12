"""The card of each agency: its figures of several years, its problems with their reasons, decisions and changes.

A card is shown when a link leads to it.
"""

from collections.abc import Iterator

from xltool.consolidation.show_status import show_file_status
from xltool.forms.period_words import name_period
from xltool.forms.shown_figures import label_with_unit
from xltool.forms.workbook_words import workbook_words
from xltool.messages import catalogue
from xltool.model.consolidation import ReviewedFile
from xltool.model.form import Severity
from xltool.pages.overview_draft import OverviewDraft, RankedFigure
from xltool.pages.overview_figures import (
    escape_text,
    escape_word,
    fill_word,
    format_change,
    format_number,
    format_share,
    look_up_words,
    name_agency_anchor,
    name_figure_anchor,
    render_link,
    render_table,
)
from xltool.workbooks.decisions_workbook import show_decision
from xltool.workbooks.failing_files import name_failing_file
from xltool.workbooks.summary.agency_status import AgencyStatus, FindingRow, show_agency_status
from xltool.workbooks.summary.summary_context import show_figure_changes, show_time

_MAX_YEARS = 4  # before the current one


def render_agencies(draft: OverviewDraft) -> str:
    """Render the cards of all agencies."""
    standings = {each.agency.key: each for each in draft.summary.agency_statuses}
    return "\n".join(_render_agency(draft, key, standings.get(key)) for key in draft.agency_numbers)


def _render_agency(draft: OverviewDraft, key: str, standing: AgencyStatus | None) -> str:
    item = standing.item if standing else None
    with name_failing_file(item):
        number = draft.agency_numbers[key]
        name = draft.names[key]
        heading = f"{escape_text(name)}" + (f" <small>{escape_text(key)}</small>" if key != name else "")
        return (
            f'<section class="agency" id="{name_agency_anchor(number)}" tabindex="-1"><h3>{heading}</h3>'
            + _render_facts(draft, standing, item)
            + _render_agency_figures(draft, key)
            + _render_problems(draft, key)
            + f'<p class="links">{_render_ways_out(draft, number, key)}</p></section>'
        )


def _render_ways_out(draft: OverviewDraft, number: int, key: str) -> str:
    links = [
        render_link(f"row-{number}", fill_word("back_agencies")),
        render_link("figures", fill_word("back_figures")),
    ]
    if key in draft.finding_rows:
        links.append(f'<a href="#findings" data-agency="{escape_text(key)}">{escape_word("to_findings")}</a>')
    others = {"earlier_agency": number - 1, "later_agency": number + 1}
    links += [
        render_link(name_agency_anchor(other), fill_word(word))
        for word, other in others.items()
        if 0 < other <= len(draft.agency_numbers)
    ]
    return " ".join(links)


def _render_facts(draft: OverviewDraft, standing: AgencyStatus | None, item: ReviewedFile | None) -> str:
    """Render status, level, file, decision and changes of the figures, as far as there are any."""
    tracking, board = workbook_words().summary.tracking, workbook_words().summary.board
    facts = {board["status"]: show_agency_status(standing) if standing else ""}
    facts[board["level"]] = (standing.agency.level or "") if standing else ""
    facts[fill_word("superior")] = draft.superiors.get(standing.agency.parent or "", "") if standing else ""
    if item:
        modified = item.submission.source.modified if item.submission else ""
        facts[tracking["file"]] = draft.summary.shown_file_names[item.file]
        facts[tracking["time"]] = show_time(modified) if modified else ""
        facts[tracking["reason"]] = catalogue.render_finding(item.reason) if item.reason else ""
        facts[tracking["decision"]] = show_decision(item.decision)
        facts[tracking["changes"]] = show_figure_changes(item)
    pairs = (f"<dt>{escape_text(name)}</dt><dd>{escape_text(text)}</dd>" for name, text in facts.items() if text)
    return f'<dl class="facts">{"".join(pairs)}</dl>'


# --- figures ---------------------------------------------------------------------------------------------------


def _render_agency_figures(draft: OverviewDraft, key: str) -> str:
    """Render the headline figures of an agency in the sum: earlier years, this year, change, share and rank."""
    if key not in draft.parts:
        return f"<p>{escape_word('no_figures')}</p>"
    rows = (
        _render_agency_figure(draft, key, number, each) for number, each in enumerate(draft.ranked_figures, start=1)
    )
    return render_table("grid", "", name_figure_columns(draft), rows)


def name_figure_columns(draft: OverviewDraft) -> list[str]:
    """Return the headings of the figures of an agency."""
    words = look_up_words(("figure", "since_last_year", "share", "rank"), draft.form.period)
    current = draft.summary.consolidation.year
    years = draft.years[-_MAX_YEARS:]
    heads = [words["figure"], *(name_period(year) for year in (*years, current))]
    heads += [words["since_last_year"]] if current - 1 in years else []
    return [*heads, words["share"], words["rank"]]


def _render_agency_figure(draft: OverviewDraft, key: str, number: int, ranked: RankedFigure) -> str:
    mine, last = ranked.by_key[key], draft.summary.consolidation.year - 1
    earlier = {year: draft.find_earlier(key, ranked.figure, year) for year in draft.years[-_MAX_YEARS:]}
    cells = [*(format_number(value) for value in earlier.values()), format_number(mine.value)]
    cells += [format_change(mine.value, earlier[last])] if last in earlier else []
    cells.append(format_share(mine.value, ranked.shared_total))
    cells.append(f"{mine.rank}/{len(ranked.known)}" if mine.rank else "")
    head = render_link(name_figure_anchor(number), label_with_unit(ranked.figure))
    return f'<tr><th scope="row">{head}</th>{"".join(f"<td>{escape_text(text)}</td>" for text in cells)}</tr>'


# --- problems --------------------------------------------------------------------------------------------------


def _render_problems(draft: OverviewDraft, key: str) -> str:
    """Render the findings of an agency as a list, each with the reason that settles it; notes are only counted."""
    rows = draft.finding_rows.get(key, ())
    shown = [row for row in rows if row.finding.severity is not Severity.NOTE or row.coordinators_only]
    more = escape_text(fill_word("more_notes", count=len(rows) - len(shown))) if len(shown) < len(rows) else ""
    problems = f'<ul class="problems">{"".join(map(_render_problem, shown))}</ul>' if shown else ""
    return problems + (f'<p class="note">{more}</p>' if more else "")


def _render_problem(finding_row: FindingRow) -> str:
    _, item, finding, trial = finding_row
    words = [
        workbook_words().summary.findings["trial"] if trial else catalogue.look_up_word("severity", finding.severity)
    ]
    words += [show_file_status(item)] if item and not item.counted else []
    heading = escape_text(workbook_words().summary.shared["joint"].join(words))
    css_class = "note" if trial else finding.severity.value
    return f'<li class="{css_class}"><b>{heading}</b> {"".join(_list_sentences(finding_row))}</li>'


def _list_sentences(finding_row: FindingRow) -> Iterator[str]:
    finding = finding_row.finding
    yield escape_text(catalogue.render_brief_problem(finding))
    yield escape_text(catalogue.render_brief_advice(finding))
