"""Render a consolidation as a self-contained, accessible HTML page: figures, ranking, agencies, findings (A4).

The page loads nothing; its own script is the only one allowed to run, by its digest, and every text of a file is
escaped. Without script, and on paper, every row is shown.
"""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from string import Template
from typing import NamedTuple

from xltool.consolidation.show_status import describe_file_counts
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.forms.workbook_words import workbook_words
from xltool.model.consolidation import Consolidation
from xltool.model.form import Values
from xltool.model.period import PeriodLength
from xltool.package_data import find_data_folder
from xltool.pages.figure_choice import encode_figures
from xltool.pages.overview_agencies import name_figure_columns, render_agencies
from xltool.pages.overview_charts import render_figures, render_shares
from xltool.pages.overview_draft import EarlierFigures, OverviewDraft, prepare_overview
from xltool.pages.overview_figures import (
    count_tiles,
    escape_text,
    escape_word,
    fill_word,
    list_headline_tiles,
    look_up_words,
    render_link,
    render_tiles,
)
from xltool.pages.overview_lists import (
    PageList,
    describe_changes,
    list_agencies,
    list_comparison,
    list_decisions,
    list_files,
    list_findings,
    list_gone_findings,
    list_totals,
    render_head_styles,
    render_list,
    render_select,
)
from xltool.workbooks.save_files import save_file
from xltool.workbooks.summary.summary_context import (
    SummaryContext,
    describe_completeness,
    prepare_summary,
    show_time,
)

_RANKING_COLUMNS = ("rank", "agency", "number", "share", "year_before", "change")
_NAME_COLUMNS = {"agency", "figure"}
_MAX_NAME_CHARACTERS = 18  # of the agencies in a narrow card; longer names make the cards wider
_ALL_FIGURES_COLUMNS = ("figure", "number", "share", "rank", "year_before", "change")


class PageSection(NamedTuple):
    """A part of the page: its place, its heading, and its contents as HTML and lists in reading order."""

    key: str
    title: str
    contents: tuple[str | PageList, ...]


def write_overview_page(
    consolidation: Consolidation,
    plan: WorkbookPlan,
    path: Path,
    *,
    previous: Values | None = None,
    earlier_figures: EarlierFigures | None = None,
    force: bool = False,
) -> None:
    """Write the page atomically, with the area's figures of the year before (``previous``) and of all earlier years.

    Raises UsageError if ``path`` exists (unless ``force``), WritingError if it cannot be saved.
    """
    text = render_overview_page(prepare_summary(consolidation, plan, previous), earlier_figures)
    save_file(path, text.encode("utf-8", "replace"), force=force)


def render_overview_page(summary: SummaryContext, earlier_figures: EarlierFigures | None = None) -> str:
    """Render the page as the text of an HTML file."""
    folder, draft = find_data_folder("templates"), prepare_overview(summary, earlier_figures)
    script = (folder / "overview.js").read_text("utf-8")
    sections = [section for section in _list_sections(draft) if any(section.contents)]
    lists = [part for section in sections for part in section.contents if isinstance(part, PageList)]
    sentence, whole = describe_completeness(summary)
    say, form, latest = (
        workbook_words().summary.overview,
        draft.form,
        show_time(summary.consolidation.summary.source.modified),
    )
    return Template((folder / "overview.html").read_text("utf-8")).substitute(
        digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        script=script,
        title=escape_text(summary.title),
        basis=escape_text(say["basis"].format(form=form.official_title, document=form.document)),
        latest=escape_text(say["latest"].format(time=latest)) if latest else "",
        completeness=escape_text(sentence),
        whole=" whole" if whole else "",
        skip=escape_word("skip"),
        contents=escape_word("contents"),
        links="".join(render_link(section.key, section.title) for section in sections),
        head_styles="\n".join(_list_head_styles(draft, lists)),
        sections="\n".join(map(_render_section, sections)),
        figures_data=encode_figures(draft),
        all_figures=_render_all_figures(form.period),
    )


def _list_head_styles(draft: OverviewDraft, lists: Sequence[PageList]) -> Iterator[str]:
    """Yield the rules by which cells show the headings of their columns on a narrow screen."""
    yield from (render_head_styles(f"#{each.key}-rows", each.heads.values()) for each in lists)
    yield render_head_styles("#ranking-rows", look_up_words(_RANKING_COLUMNS, draft.form.period).values())
    yield render_head_styles(".grid", name_figure_columns(draft))
    yield render_head_styles(".grid.all", look_up_words(_ALL_FIGURES_COLUMNS, draft.form.period).values())


def _list_sections(draft: OverviewDraft) -> Iterator[PageSection]:
    """Yield the sections in reading order; those without contents are left out."""
    say, summary = workbook_words().summary, draft.summary
    made = summary.consolidation
    counts = f"<p>{escape_text(describe_file_counts(made.tracking))}</p>"
    yield PageSection(
        "returns", say.overview["returns"], (_render_tile_list(render_tiles(count_tiles(summary))), counts)
    )
    tiles = _render_tile_list(render_tiles(list_headline_tiles(draft)))
    longest = max(map(len, draft.names.values()), default=0)
    yield PageSection("figures", say.overview["figures"], (tiles, _render_cards(render_figures(draft), longest)))
    yield PageSection("charts", fill_word("shares"), (_render_cards(render_shares(draft)),))
    if draft.parts:
        yield PageSection("ranking", fill_word("ranking"), (_render_ranking(draft), list_comparison(draft)))
    yield PageSection("agencies", say.overview["board"], (list_agencies(draft), render_agencies(draft)))
    yield PageSection("files", say.tracking["title"], (list_files(draft),))
    findings = list_findings(draft)
    none = f"<p>{escape_text(say.findings['none'])}</p>"
    yield PageSection("findings", say.findings["title"], (findings if findings.rows else none,))
    if made.changes:
        paragraphs = "".join(f"<p>{escape_text(sentence)}</p>" for sentence in describe_changes(made.changes))
        gone = (list_gone_findings(made.changes),) if made.changes.gone else ()
        yield PageSection("changes", say.findings["change"], (paragraphs, *gone))
    decisions = list_decisions(draft)
    if decisions.rows:
        yield PageSection("decisions", say.tracking["decision"], (decisions,))
    yield PageSection("totals", fill_word("totals"), tuple(list_totals(draft)))


def _render_section(section: PageSection) -> str:
    parts = (render_list(part) if isinstance(part, PageList) else part for part in section.contents)
    return f'<h2 id="{section.key}" tabindex="-1">{escape_text(section.title)}</h2>\n' + "\n".join(parts)


def _render_tile_list(tiles_html: str) -> str:
    return f'<dl class="tiles">{tiles_html}</dl>' if tiles_html else ""


def _render_cards(cards_html: str, longest_name: int = 0) -> str:
    css_class = "cards roomy" if longest_name > _MAX_NAME_CHARACTERS else "cards"
    return f'<div class="{css_class}">{cards_html}</div>' if cards_html else ""


def _render_ranking(draft: OverviewDraft) -> str:
    """Render what the script fills: a choice of the figure by which agencies are ranked, and the table."""
    levels = {each.agency.level: each.agency.level for each in draft.summary.agency_statuses if each.agency.level}
    words = {key: escape_text(text) for key, text in look_up_words(("ranking", "figure", "show_all", "ranked")).items()}
    heads = _render_heads(_RANKING_COLUMNS, draft.form.period)
    level = render_select("level", workbook_words().summary.board["level"], levels) if levels else ""
    return (
        f'<form hidden id="ranking-form" aria-label="{words["ranking"]}">'
        f'<label>{words["figure"]}<select name="figure"></select></label>{level}'
        f'<button type="button" name="everything" hidden data-say="{words["show_all"]}"></button></form>'
        f'<div id="ranking-shown" hidden><p aria-live="polite" data-say="{words["ranked"]}"></p>'
        f'<table class="list" id="ranking-rows">{heads}<tbody></tbody></table></div>'
    )


def _render_all_figures(length: PeriodLength) -> str:
    """Render what the script copies into the card of an agency to show all its figures."""
    return (
        f'<button type="button">{escape_word("all_figures")}</button>'
        f'<table class="grid all">{_render_heads(_ALL_FIGURES_COLUMNS, length)}<tbody></tbody></table>'
    )


def _render_heads(column_keys: tuple[str, ...], length: PeriodLength) -> str:
    heads = "".join(
        f'<th scope="col" class="{"" if key in _NAME_COLUMNS else "number"}">{escape_text(text)}</th>'
        for key, text in look_up_words(column_keys, length).items()
    )
    return f"<thead><tr>{heads}</tr></thead>"
