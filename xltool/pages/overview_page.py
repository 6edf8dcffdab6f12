"""Render a consolidation as a self-contained, accessible HTML page with search, filters, findings and charts (A4).

The page loads nothing; its own script is the only one allowed to run, by its digest, and every text of a file is
escaped. Without script, and on paper, every row is shown.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from string import Template

from xltool.consolidation.file_names import show_file_name
from xltool.consolidation.finding_fingerprints import (
    classify_change,
    fingerprint_area_finding,
    fingerprint_file_finding,
)
from xltool.consolidation.show_status import describe_file_counts, show_file_status
from xltool.forms.expressions import evaluate_linear
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.forms.workbook_words import workbook_words
from xltool.messages import catalogue
from xltool.model.consolidation import Consolidation
from xltool.model.form import Severity, Values
from xltool.package_data import find_data_folder
from xltool.pages.overview_figures import (
    compute_headlines,
    count_tiles,
    escape_text,
    escape_word,
    fill_word,
    format_number,
    label_with_unit,
    render_charts,
    render_tiles,
)
from xltool.workbooks.decisions_workbook import show_decision
from xltool.workbooks.failing_files import name_failing_file
from xltool.workbooks.save_files import save_file
from xltool.workbooks.summary.agency_status import (
    agency_of,
    show_agency_status,
)
from xltool.workbooks.summary.summary_context import SummaryContext, describe_completeness, prepare_summary

_MAX_RANKED_AGENCIES = 15
_AGENCY_COLUMNS = ("code", "name", "level", "state", "figure", "must_fix", "explain", "decision", "file")
_FINDING_COLUMNS = ("severity", "agency", "place", "message", "advice", "change", "status", "file")
_UNBROKEN_COLUMNS = {"change", "code", "level", "place", "severity", "state", "status"}  # never wrapped
_NAME_COLUMNS = {"agency", "name"}
_NUMBER_COLUMNS = {"figure", "must_fix", "explain", "value"}


def write_overview_page(
    consolidation: Consolidation, plan: WorkbookPlan, path: Path, *, previous: Values | None = None, force: bool = False
) -> None:
    """Write the page atomically. ``previous`` holds the area's figures of the year before.

    Raises UsageError if ``path`` exists (unless ``force``), WritingError if it cannot be saved.
    """
    save_file(
        path,
        render_overview_page(prepare_summary(consolidation, plan, previous)).encode("utf-8", "replace"),
        force=force,
    )


def render_overview_page(summary_draft: SummaryContext) -> str:
    """Render the page as the text of an HTML file."""
    template = Template((find_data_folder("templates") / "overview.html").read_text("utf-8"))
    script = (find_data_folder("templates") / "overview.js").read_text("utf-8")
    sentence, whole = describe_completeness(summary_draft)
    say, form = workbook_words().summary.overview, summary_draft.plan.form
    return template.substitute(
        digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        script=script,
        title=escape_text(summary_draft.title),
        basis=escape_text(say["basis"].format(form=form.official_title, document=form.document)),
        completeness=escape_text(sentence),
        whole=" whole" if whole else "",
        skip=escape_word("skip"),
        contents=escape_word("contents"),
        returns_title=escape_text(say["returns"]),
        figures_title=escape_text(say["figures"]),
        charts_title=escape_text(say["charts"]),
        agencies_title=escape_text(say["board"]),
        findings_title=escape_text(workbook_words().summary.findings["title"]),
        totals_title=escape_word("totals"),
        tiles=render_tiles(count_tiles(summary_draft)),
        headlines=render_tiles(compute_headlines(summary_draft)),
        charts="\n".join(render_charts(summary_draft)),
        comparison=_render_headline_table(summary_draft),
        agencies=_render_agencies(summary_draft),
        findings=_render_findings(summary_draft),
        files_title=escape_text(workbook_words().summary.tracking["title"]),
        file_counts=escape_text(describe_file_counts(summary_draft.consolidation.tracking)),
        files=_render_files(summary_draft),
        totals="\n".join(_render_totals(summary_draft)),
    )


# --- lists -----------------------------------------------------------------------------------------------------


def _render_agencies(summary_draft: SummaryContext) -> str:
    """Render the table of agencies with a filter by status."""
    figure = summary_draft.plan.form.ranking
    rows: list[str] = []
    states: dict[str, str] = {}
    decisions = _show_decisions(summary_draft.consolidation)
    columns = [key for key in _AGENCY_COLUMNS if decisions or key != "decision"]
    for standing in summary_draft.agency_statuses:
        with name_failing_file(standing.item):
            item, agency = standing.item, standing.agency
            states.setdefault(standing.state, workbook_words().summary.standing[standing.state])
            summed = item.submission if item and item.counted else None
            value = evaluate_linear(figure.sum, summed.counted) if figure and summed else None
            cells = {
                "code": agency.code,
                "name": agency.name or workbook_words().summary.shared["not_named"],
                "level": agency.level or "",
                "state": show_agency_status(standing),
                "figure": format_number(value),
                "must_fix": str(standing.count_open_findings(Severity.MUST_FIX) or ""),
                "explain": str(standing.count_open_findings(Severity.EXPLAIN) or ""),
                "decision": decisions.get(agency.code, ""),
                "file": summary_draft.shown_file_names[item.file] if item else "",
            }
            rows.append(
                _render_row({key: cells[key] for key in columns}, {"state": standing.state}, "state", standing.state)
            )
    heads = {
        **workbook_words().summary.board,
        "state": workbook_words().summary.board["status"],
        "figure": figure.label if figure else "",
        "file": escape_word("file"),
    }
    return _render_list(
        "agencies", {key: heads[key] for key in columns}, rows, {"state": (escape_word("state"), states)}
    )


def _render_files(summary_draft: SummaryContext) -> str:
    """Render the table of the files found, with the reason of their status, and a filter by status."""
    rows: list[str] = []
    states: dict[str, str] = {}
    say = workbook_words().summary.tracking
    for agency, item in summary_draft.tracking_rows:
        if item is None:
            continue
        with name_failing_file(item):
            states.setdefault(item.status.value, catalogue.look_up_word("status", item.status.value))
            cells = {
                "file": summary_draft.shown_file_names[item.file],
                "code": agency.code,
                "name": agency.name,
                "state": show_file_status(item),
                "reason": catalogue.render_finding(item.reason) if item.reason else "",
            }
            rows.append(_render_row(cells, {"state": item.status.value}, "state", item.status.value))
    heads = {key: say[key] for key in ("file", "code", "name", "status", "reason")}
    return _render_list("files", heads, rows, {"state": (escape_word("state"), states)})


def _render_headline_table(summary_draft: SummaryContext) -> str:
    """Render the headline figures of every agency in the sum, to be sorted by any of them."""
    figures = summary_draft.plan.form.headlines
    made = summary_draft.consolidation
    agencies = made.roster.agencies if made.roster else {}
    heads = {"name": workbook_words().summary.board["name"]} | {each.label: label_with_unit(each) for each in figures}
    rows = [
        '<tr><td class="name">'
        + escape_text(agency_of(part, agencies).name)
        + "</td>"
        + "".join(
            f'<td class="number">{format_number(evaluate_linear(each.sum, part.counted))}</td>' for each in figures
        )
        + "</tr>"
        for part in made.parts
    ]
    return _render_list("comparison", heads, rows, None, fill_word("by_agency")) if rows else ""


def _show_decisions(consolidation: Consolidation) -> dict[str, str]:
    """Show the decisions on record about the files of each agency, by its code."""
    shown: dict[str, list[str]] = {}
    for item in consolidation.tracking:
        if item.decision and item.submission:
            text = f"{show_file_name(item.file)} {show_decision(item.decision)}"
            shown.setdefault(item.submission.agency_code, []).append(text)
    return {code: catalogue.look_up_word("shown", "semicolon").join(texts) for code, texts in shown.items()}


def _render_findings(summary_draft: SummaryContext) -> str:
    """Render the table of findings with filters by severity and agency."""
    rows: list[str] = []
    severities: dict[str, str] = {}
    agencies: dict[str, str] = {}
    changes, say = summary_draft.consolidation.changes, workbook_words().summary.findings
    for agency, item, finding, trial in summary_draft.finding_rows:
        with name_failing_file(item):
            spot = finding.cells[0] if finding.cells else None
            fingerprint = (
                fingerprint_file_finding(item, finding)
                if item
                else fingerprint_area_finding(summary_draft.consolidation, finding)
            )
            change = "" if trial else classify_change(changes, fingerprint)
            key = "trial" if trial else finding.severity.value
            severity = severities.setdefault(
                key, say["trial"] if trial else catalogue.look_up_word("severity", finding.severity)
            )
            name = agencies.setdefault(agency.code or agency.name, agency.name or agency.code)
            cells = {
                "severity": severity + (escape_word("settled") if finding.settled else ""),
                "agency": name,
                "place": f"{spot.sheet}!{spot.address}" if spot and spot.address else spot.sheet if spot else "",
                "message": catalogue.render_brief_problem(finding),
                "advice": catalogue.render_brief_advice(finding),
                **({"change": say[change] if change else ""} if changes else {}),
                "status": show_file_status(item) if item else "",
                "file": summary_draft.shown_file_names[item.file] if item else "",
            }
            marks = {"severity": key, "agency": agency.code or agency.name} | ({"change": change} if changes else {})
            css_class = Severity.NOTE.value if trial else finding.severity.value
            more = {"message": catalogue.render_details(finding)}
            rows.append(_render_row(cells, marks, "severity", css_class, more))
    if not rows:
        return f"<p>{escape_text(workbook_words().summary.findings['none'])}</p>"
    heads = {**say, "agency": say["name"], "place": workbook_words().marks["place"]}
    filters = {"severity": (say["severity"], severities), "agency": (say["name"], agencies)}
    if changes:
        filters["change"] = (say["change"], {key: say[key] for key in ("new", "still")})
    return _render_list(
        "findings", {key: heads[key] for key in _FINDING_COLUMNS if changes or key != "change"}, rows, filters
    )


def _render_totals(summary_draft: SummaryContext) -> Iterator[str]:
    """Yield the official figures, one table each, in official words."""
    form, summary = summary_draft.plan.form, summary_draft.consolidation.summary
    heads = {key: catalogue.look_up_word("column", key) for key in ("line", "column", "value", "unit")}
    for table, cells in groupby(form.cells.values(), lambda cell: cell.table):
        rows = []
        for cell in cells:
            bound = summary_draft.consolidation.lacking.get(cell.id) and summary.values[cell.id] is not None
            shown = summary.words.get(cell.id) or (
                workbook_words().summary.shared["at_least"] if bound and cell.is_summed else ""
            ) + format_number(summary.values[cell.id])
            cell_texts = {"line": cell.line_words, "column": cell.column_words, "value": shown, "unit": cell.unit}
            rows.append(_render_row(cell_texts, {}, ""))
        name = next(each.name for each in form.tables if each.id == table)
        yield _render_list(f"totals-{table}", heads, rows, None, name)


def _render_list(
    key: str,
    heads: Mapping[str, str],
    row_texts: Sequence[str],
    filters: Mapping[str, tuple[str, Mapping[str, str]]] | None,
    caption: str = "",
) -> str:
    """Render a table and the form that filters its rows; the script unhides the form."""
    head = "".join(f'<th scope="col">{escape_text(text)}</th>' for text in heads.values())
    caption_html = f"<caption>{escape_text(caption)}</caption>" if caption else ""
    table = f'<table class="list" id="{key}-rows">{caption_html}<thead><tr>{head}</tr></thead><tbody>\n' + "\n".join(
        row_texts
    )
    if filters is None:
        return table + "</tbody></table>"
    say = workbook_words().summary
    titles = {"agencies": say.overview["board"], "files": say.tracking["title"], "findings": say.findings["title"]}
    label = titles[key]
    selects = "".join(_render_select(name, label, options) for name, (label, options) in filters.items())
    form = (
        f'<form hidden role="search" aria-label="{escape_text(label)}" data-for="{key}-rows">'
        f'<label>{escape_word("search")}<input type="search" name="search">'
        f'</label>{selects}<button type="reset">{escape_word("reset")}</button>'
        f'<output aria-live="polite" data-say="{escape_word("shown")}"></output></form>\n'
    )
    return form + table + "</tbody></table>"


def _render_select(name: str, label: str, options: Mapping[str, str]) -> str:
    choices = "".join(
        f'<option value="{escape_text(key)}">{escape_text(text)}</option>' for key, text in options.items()
    )
    everything = f'<option value="">{escape_word("all")}</option>'
    return f'<label>{escape_text(label)}<select name="{name}">{everything}{choices}</select></label>'


def _render_row(
    texts_by_column: Mapping[str, str],
    filter_values: Mapping[str, str],
    marked_column: str,
    css_class: str = "",
    details: Mapping[str, str] | None = None,
) -> str:
    """Render one row of cells by column; ``marked_column`` is emphasized, ``details`` are folded out on demand."""
    data = "".join(f' data-{key}="{escape_text(value)}"' for key, value in filter_values.items())
    folded = {key: _render_details(text) for key, text in (details or {}).items() if text}
    cells = "".join(
        _render_cell(key, text, marked_column, folded.get(key, "")) for key, text in texts_by_column.items()
    )
    return f'<tr class="{css_class}"{data}>{cells}</tr>'


def _render_details(text: str) -> str:
    return f"<details><summary>{escape_text(workbook_words().page['details'])}</summary>{escape_text(text)}</details>"


def _render_cell(key: str, text: str, marked_column: str, more: str = "") -> str:
    look = (
        "mark"
        if key == marked_column
        else "number"
        if key in _NUMBER_COLUMNS
        else "short"
        if key in _UNBROKEN_COLUMNS
        else "name"
        if key in _NAME_COLUMNS
        else ""
    )
    return f'<td class="{look}">{escape_text(text)}</td>' if look else f"<td>{escape_text(text)}{more}</td>"
