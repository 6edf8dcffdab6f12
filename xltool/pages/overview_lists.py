"""The lists of the overview page that can be searched, filtered and sorted: agencies, files, findings, totals."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from xltool.consolidation.file_names import show_file_name
from xltool.consolidation.finding_fingerprints import (
    classify_change,
    fingerprint_area_finding,
    fingerprint_file_finding,
)
from xltool.consolidation.show_status import show_file_status
from xltool.forms.expressions import evaluate_linear
from xltool.forms.shown_figures import label_with_unit
from xltool.forms.workbook_words import workbook_words
from xltool.messages import catalogue
from xltool.model.consolidation import Consolidation, FindingChanges
from xltool.model.form import Severity
from xltool.pages.overview_draft import OverviewDraft
from xltool.pages.overview_figures import (
    escape_text,
    escape_word,
    fill_word,
    format_number,
    link_to_agency,
    look_up_words,
    show_total,
)
from xltool.workbooks.decisions_workbook import show_decision
from xltool.workbooks.failing_files import name_failing_file
from xltool.workbooks.summary.agency_status import AgencyStatus, FindingRow, show_agency_status

_AGENCY_COLUMNS = ("code", "name", "level", "state", "figure", "must_fix", "explain", "decision", "file")
_FINDING_COLUMNS = ("severity", "agency", "place", "message", "advice", "change", "status", "file")
_UNBROKEN_COLUMNS = {"change", "code", "level", "place", "severity", "state", "status"}  # never wrapped
_NAME_COLUMNS = {"agency", "name"}
_NUMBER_COLUMNS = {"figure", "must_fix", "explain", "value"}
_MAX_COLUMNS = 11  # that fit on a wide screen
_FIGURE_COLUMN = "figure-"  # the columns of headline figures begin with it


class PageList(NamedTuple):
    """A table with headings by column, rows as HTML, and selects (label, options) by the data they filter.

    A ``scrollable`` one may be scrolled sideways where it has no room.
    """

    key: str
    heads: Mapping[str, str]
    rows: Sequence[str]
    filters: Mapping[str, tuple[str, Mapping[str, str]]] | None = None
    caption: str = ""
    label: str = ""
    scrollable: bool = False


def list_agencies(draft: OverviewDraft) -> PageList:
    """List the agencies with their status, to be filtered by status and level."""
    figure = draft.form.ranking
    standings = draft.summary.agency_statuses
    decisions = _show_decisions(draft.summary.consolidation)
    unused = {"decision"} if not decisions else set[str]()
    unused |= set() if any(each.agency.level for each in standings) else {"level"}
    columns = [key for key in _AGENCY_COLUMNS if key not in unused]
    heads = {
        **workbook_words().summary.board,
        "state": workbook_words().summary.board["status"],
        "figure": figure.label if figure else "",
        "file": fill_word("file"),
    }
    states = {each.state: workbook_words().summary.standing[each.state] for each in standings}
    filters: dict[str, tuple[str, Mapping[str, str]]] = {"state": (fill_word("state"), states)}
    if "level" in columns:
        levels = {each.agency.level: each.agency.level for each in standings if each.agency.level}
        filters["level"] = (heads["level"], levels)
    if len(superiors := draft.superiors) > 1:
        filters["parent"] = (fill_word("superior"), superiors)
    rows = [_render_agency_row(draft, each, columns, decisions) for each in standings]
    label = workbook_words().summary.overview["board"]
    return PageList("agencies", {key: heads[key] for key in columns}, rows, filters, label=label)


def _render_agency_row(
    draft: OverviewDraft, standing: AgencyStatus, shown_columns: Sequence[str], decisions: Mapping[str, str]
) -> str:
    with name_failing_file(standing.item):
        item, agency, figure = standing.item, standing.agency, draft.form.ranking
        summed = item.submission if item and item.counted else None
        value = evaluate_linear(figure.sum, summed.counted) if figure and summed else None
        key = agency.key
        cells = {
            "code": escape_text(agency.code),
            "name": link_to_agency(draft, key),
            "level": escape_text(agency.level or ""),
            "state": escape_text(show_agency_status(standing)),
            "figure": format_number(value),
            "must_fix": str(standing.count_open_findings(Severity.MUST_FIX) or ""),
            "explain": str(standing.count_open_findings(Severity.EXPLAIN) or ""),
            "decision": escape_text(decisions.get(agency.code, "")),
            "file": escape_text(draft.summary.shown_file_names[item.file]) if item else "",
        }
        marks = {"state": standing.state} | ({"level": agency.level} if agency.level else {})
        marks |= {"parent": agency.parent} if agency.parent and agency.parent in draft.superiors else {}
        anchor = f"row-{draft.agency_numbers[key]}"
        return _render_row({key: cells[key] for key in shown_columns}, marks, "state", standing.state, anchor)


def _show_decisions(consolidation: Consolidation) -> dict[str, str]:
    """Show the decisions on record about the files of each agency, by its code."""
    shown: dict[str, list[str]] = {}
    for item in consolidation.tracking:
        if item.decision and item.submission:
            text = f"{show_file_name(item.file)} {show_decision(item.decision)}"
            shown.setdefault(item.submission.agency_code, []).append(text)
    return {code: catalogue.look_up_word("shown", "semicolon").join(texts) for code, texts in shown.items()}


def list_files(draft: OverviewDraft) -> PageList:
    """List the files found, with the reason of their status, to be filtered by status."""
    rows: list[str] = []
    states: dict[str, str] = {}
    say = workbook_words().summary.tracking
    for agency, item in draft.summary.tracking_rows:
        if item is None:
            continue
        with name_failing_file(item):
            states.setdefault(item.status.value, catalogue.look_up_word("status", item.status.value))
            key = agency.key
            cells = {
                "file": escape_text(draft.summary.shown_file_names[item.file]),
                "code": escape_text(agency.code),
                "name": link_to_agency(draft, key, agency.name) if key else "",
                "state": escape_text(show_file_status(item)),
                "reason": escape_text(catalogue.render_finding(item.reason)) if item.reason else "",
            }
            rows.append(_render_row(cells, {"state": item.status.value}, "state", item.status.value))
    heads = {key: say["status" if key == "state" else key] for key in ("file", "code", "name", "state", "reason")}
    return PageList("files", heads, rows, {"state": (fill_word("state"), states)}, label=say["title"])


def list_comparison(draft: OverviewDraft) -> PageList:
    """List the headline figures of every agency in the sum, to be sorted by any of them."""
    heads = {"name": workbook_words().summary.board["name"]}
    heads |= {f"{_FIGURE_COLUMN}{at}": label_with_unit(each.figure) for at, each in enumerate(draft.ranked_figures)}
    rows = []
    for key in draft.parts:
        values = (each.by_key[key].value for each in draft.ranked_figures)
        numbers = "".join(f'<td class="number">{format_number(value)}</td>' for value in values)
        rows.append(f'<tr><td class="name">{link_to_agency(draft, key)}</td>{numbers}</tr>')
    return PageList("comparison", heads, rows, None, fill_word("by_agency"), scrollable=True)


# --- findings --------------------------------------------------------------------------------------------------


def list_findings(draft: OverviewDraft) -> PageList:
    """List the findings, to be filtered by severity, agency and change since the last run."""
    say, changes = workbook_words().summary.findings, draft.summary.consolidation.changes
    severities: dict[str, str] = {}
    agencies: dict[str, str] = {}
    rows = []
    for row in draft.summary.finding_rows:
        with name_failing_file(row.item):
            key = "trial" if row.coordinators_only else row.finding.severity.value
            severities.setdefault(key, _name_severity(row))
            agencies.setdefault(row.agency.key, row.agency.name or row.agency.code)
            rows.append(_render_finding_row(draft, row, key))
    heads = {**say, "agency": say["name"], "place": workbook_words().marks["place"]}
    filters: dict[str, tuple[str, Mapping[str, str]]] = {
        "severity": (say["severity"], severities),
        "agency": (say["name"], agencies),
    }
    if changes:
        filters["change"] = (say["change"], {key: say[key] for key in ("new", "still")})
    shown = {key: heads[key] for key in _FINDING_COLUMNS if changes or key != "change"}
    return PageList("findings", shown, rows, filters, label=say["title"])


def _render_finding_row(draft: OverviewDraft, finding_row: FindingRow, severity_key: str) -> str:
    agency, item, finding, trial = finding_row
    say, made = workbook_words().summary.findings, draft.summary.consolidation
    fingerprint = fingerprint_file_finding(item, finding) if item else fingerprint_area_finding(made, finding)
    change = "" if trial else classify_change(made.changes, fingerprint)
    key, spot = agency.key, finding.cells[0] if finding.cells else None
    place = "" if spot is None else f"{spot.sheet}!{spot.address}" if spot.address else spot.sheet
    cells = {
        "severity": escape_text(_name_severity(finding_row)) + (escape_word("settled") if finding.settled else ""),
        "agency": link_to_agency(draft, key, agency.name or agency.code),
        "place": escape_text(place),
        "message": escape_text(catalogue.render_brief_problem(finding)) + _render_details(finding_row),
        "advice": escape_text(catalogue.render_brief_advice(finding)),
        **({"change": escape_text(say[change]) if change else ""} if made.changes else {}),
        "status": escape_text(show_file_status(item)) if item else "",
        "file": escape_text(draft.summary.shown_file_names[item.file]) if item else "",
    }
    marks = {"severity": severity_key, "agency": key} | ({"change": change} if made.changes else {})
    css_class = Severity.NOTE.value if trial else finding.severity.value
    return _render_row(cells, marks, "severity", css_class)


def _name_severity(finding_row: FindingRow) -> str:
    if finding_row.coordinators_only:
        return workbook_words().summary.findings["trial"]
    return catalogue.look_up_word("severity", finding_row.finding.severity)


def _render_details(finding_row: FindingRow) -> str:
    text = catalogue.render_details(finding_row.finding)
    if not text:
        return ""
    return f"<details><summary>{escape_text(workbook_words().page['details'])}</summary>{escape_text(text)}</details>"


# --- changes, decisions and totals -----------------------------------------------------------------------------


def describe_changes(finding_changes: FindingChanges) -> list[str]:
    """Say how the findings differ from those of the last run, and which agencies are no longer counted."""
    counts = {"new": len(finding_changes.new), "still": len(finding_changes.still), "gone": len(finding_changes.gone)}
    sentences = [fill_word("since", since=finding_changes.since, **counts)]
    if finding_changes.dropped:
        names = workbook_words().summary.shared["joint"].join(finding_changes.dropped)
        sentences.append(fill_word("dropped", count=len(finding_changes.dropped), agencies=names))
    return sentences


def list_gone_findings(finding_changes: FindingChanges) -> PageList:
    """List the findings that are gone since the last run."""
    say = workbook_words().summary.findings
    rows = [
        _render_row(
            {
                "severity": escape_text(catalogue.look_up_word("severity", record.severity)),
                "agency": escape_text(record.name),
                "message": escape_text(record.message),
            },
            {},
            "severity",
        )
        for record in finding_changes.gone
    ]
    heads = {"severity": say["severity"], "agency": say["name"], "message": say["message"]}
    return PageList("gone", heads, rows, None, say["gone"])


def list_decisions(draft: OverviewDraft) -> PageList:
    """List the decisions on record about the files found."""
    say, summary = workbook_words().summary.tracking, draft.summary
    rows = []
    for agency, item in summary.tracking_rows:
        for decision in item.decisions if item else ():
            assert item is not None  # it has decisions
            key = agency.key
            effect = "in_force" if decision == item.decision else "not_in_force"
            cells = {
                "file": escape_text(summary.shown_file_names[item.file]),
                "name": link_to_agency(draft, key, agency.name) if key else "",
                "decision": escape_text(show_decision(decision)),
                "state": escape_word(effect),
            }
            rows.append(_render_row(cells, {}, ""))
    heads = {key: say[key] for key in ("file", "name", "decision")} | {"state": say["status"]}
    return PageList("decisions", heads, rows)


def list_totals(draft: OverviewDraft) -> Iterator[PageList]:
    """Yield the official figures, one list a table, in official words."""
    heads = {key: catalogue.look_up_word("column", key) for key in ("line", "column", "value", "unit")}
    for table, cells in groupby(draft.form.cells.values(), lambda cell: cell.table):
        rows = [
            _render_row(
                {
                    "line": escape_text(cell.line_words),
                    "column": escape_text(cell.column_words),
                    "value": escape_text(show_total(draft.summary.consolidation, cell)),
                    "unit": escape_text(cell.unit),
                },
                {},
                "",
            )
            for cell in cells
        ]
        name = next(each.name for each in draft.form.tables if each.id == table)
        yield PageList(f"totals-{table}", heads, rows, None, name)


# --- as HTML ---------------------------------------------------------------------------------------------------


def render_list(page_list: PageList) -> str:
    """Render a table and the form that filters its rows; the script unhides the form."""
    key = page_list.key
    head = "".join(_render_head(column, text) for column, text in page_list.heads.items())
    caption = f"<caption>{escape_text(page_list.caption)}</caption>" if page_list.caption else ""
    table = f'<table class="list" id="{key}-rows">{caption}<thead><tr>{head}</tr></thead><tbody>\n'
    html = _render_filters(page_list) + table + "\n".join(page_list.rows) + "</tbody></table>"
    if not page_list.scrollable:
        return html
    many = " many" if len(page_list.heads) > _MAX_COLUMNS else ""
    label = escape_text(page_list.label or page_list.caption)
    return f'<div class="scroll{many}" tabindex="0" role="region" aria-label="{label}">{html}</div>'


def _render_head(column: str, text: str) -> str:
    css_class = ' class="number"' if column in _NUMBER_COLUMNS or column.startswith(_FIGURE_COLUMN) else ""
    return f'<th scope="col"{css_class}>{escape_text(text)}</th>'


def _render_filters(page_list: PageList) -> str:
    if page_list.filters is None:
        return ""
    words = {name: escape_text(word) for name, word in look_up_words(("search", "reset", "shown")).items()}
    selects = "".join(render_select(name, *labelled) for name, labelled in page_list.filters.items())
    return (
        f'<form hidden role="search" aria-label="{escape_text(page_list.label)}" data-for="{page_list.key}-rows">'
        f'<label>{words["search"]}<input type="search" name="search">'
        f'</label>{selects}<button type="reset">{words["reset"]}</button>'
        f'<output aria-live="polite" data-say="{words["shown"]}"></output></form>\n'
    )


def render_select(name: str, label: str, options: Mapping[str, str]) -> str:
    """Render a labelled select whose first option stands for everything."""
    choices = "".join(
        f'<option value="{escape_text(key)}">{escape_text(text)}</option>' for key, text in options.items()
    )
    everything = f'<option value="">{escape_word("all")}</option>'
    return f'<label>{escape_text(label)}<select name="{name}">{everything}{choices}</select></label>'


def render_head_styles(selector: str, head_texts: Iterable[str]) -> str:
    """Render the rules by which, on a narrow screen, each cell of a table shows the heading of its column."""
    return "\n".join(
        f'{selector} td:nth-child({place})::before {{ content: "{_escape_style(text)}"; }}'
        for place, text in enumerate(head_texts, start=1)
    )


def _escape_style(text: str) -> str:
    """Escape a text for a string of a style sheet inside an HTML file."""
    return "".join(char if char.isalnum() else f"\\{ord(char):x} " for char in text)


def _render_row(
    cell_texts: Mapping[str, str],
    filter_values: Mapping[str, str],
    marked_column: str,
    css_class: str = "",
    anchor: str = "",
) -> str:
    """Render one row of cells (HTML) by column; ``marked_column`` is emphasized."""
    data = "".join(f' data-{key}="{escape_text(value)}"' for key, value in filter_values.items())
    shown = "".join(_render_cell(key, html, marked_column) for key, html in cell_texts.items())
    named = (f' id="{anchor}"' if anchor else "") + (f' class="{css_class}"' if css_class else "")
    return f"<tr{named}{data}>{shown}</tr>"


def _render_cell(key: str, html: str, marked_column: str) -> str:
    look = (
        "mark"
        if key == marked_column
        else "number"
        if key in _NUMBER_COLUMNS
        else "short"
        if key in _UNBROKEN_COLUMNS
        else "name"
        if key in _NAME_COLUMNS
        else "file"
        if key == "file"
        else ""
    )
    return f'<td class="{look}">{html}</td>' if look else f"<td>{html}</td>"
