"""A consolidation as one page that stands alone: search, filters, findings, charts; to be read, heard and printed (A4).

Nothing comes from elsewhere, and the only script that may run is the page's own, by its digest: whatever came from a
file is text. Without script, and on paper, every row is there.
"""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from html import escape
from itertools import groupby
from pathlib import Path
from string import Template

from xltool.consolidation.finding_fingerprints import changed, of_item, of_whole
from xltool.forms.consolidated import Figure, figures
from xltool.forms.expressions import evaluate
from xltool.forms.furniture import words
from xltool.forms.layout import Plan
from xltool.messages import catalogue as texts
from xltool.model.consolidation import Consolidation
from xltool.model.form import Linear, Number, Severity, Values
from xltool.package_data import data_folder
from xltool.workbooks.save_files import save
from xltool.workbooks.summary.agency_status import agency_of, open_findings
from xltool.workbooks.summary.summary_context import Draft, completeness, draft, shown_status
from xltool.workbooks.summary.year_on_year import told

_MOST_RANKED = 15
_AGENCIES = ("code", "name", "level", "state", "figure", "must_fix", "explain", "file")
_FINDINGS = ("severity", "agency", "place", "message", "advice", "change", "status", "file")
_SHORT = {"change", "code", "level", "place", "severity", "state", "status"}  # never broken over lines
_NUMBERS = {"figure", "must_fix", "explain", "value"}


def write_page(
    made: Consolidation, plan: Plan, path: Path, *, previous: Values | None = None, force: bool = False
) -> None:
    """Write the page, whole or not at all. ``previous`` are the area's figures of the year before.

    Raises UsageError if ``path`` exists (unless ``force``), WritingError if it cannot be saved.
    """
    save(path, overview_page(draft(made, plan, previous)).encode("utf-8", "replace"), force=force)


def overview_page(known: Draft) -> str:
    """The whole page, as text of an HTML file."""
    template = Template((data_folder("templates") / "overview.html").read_text("utf-8"))
    script = (data_folder("templates") / "overview.js").read_text("utf-8")
    sentence, whole = completeness(known)
    say, form = words().summary.overview, known.plan.form
    return template.substitute(
        digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        script=script,
        title=_text(known.title),
        basis=_text(say["basis"].format(form=form.official_title, document=form.document)),
        completeness=_text(sentence),
        whole=" whole" if whole else "",
        skip=_word("skip"),
        contents=_word("contents"),
        figures_title=_text(say["figures"]),
        charts_title=_text(say["charts"]),
        agencies_title=_text(say["board"]),
        findings_title=_text(words().summary.findings["title"]),
        totals_title=_word("totals"),
        tiles=_tiles(_counts(known)),
        headlines=_tiles(_headlines(known)),
        charts="\n".join(_charts(known)),
        agencies=_agencies(known),
        findings=_findings(known),
        totals="\n".join(_totals(known)),
    )


# --- figures and charts ----------------------------------------------------------------------------------------


def _counts(known: Draft) -> Iterator[tuple[str, str]]:
    states = Counter(standing.state for standing in known.standings)
    made, say = known.made, words().summary.tiles
    yield say["expected"], str(made.expected) if made.roster else words().checks["idle"]
    yield say["counted"], str(known.counted)
    yield say["returned"], str(states["returned"] + states["returned_counted"])
    yield say["missing"], str(states["missing"]) if made.roster else words().checks["idle"]
    yield say["files"], str(len(made.tracking))
    yield say["must_fix"], str(sum(open_findings(each.item, Severity.MUST_FIX) for each in known.standings))


def _headlines(known: Draft) -> Iterator[tuple[str, str]]:
    for figure in figures(known.plan.form, words().summary.headlines):
        change = told(known, figure.meaning)
        yield _labelled(figure), _bounded(known, figure.meaning) + (_say("before", value=change) if change else "")


def _labelled(figure: Figure) -> str:
    return figure.label + (words().summary.shared["unit"].format(unit=figure.unit) if figure.unit else "")


def _bounded(known: Draft, meaning: Linear) -> str:
    """A figure over the totals; over something missing it is a lower bound."""
    summary = known.made.summary
    bound = summary.absent or any(summary.lacking.get(term.cell) for term in meaning.terms)
    value = evaluate(meaning, summary.values)
    return (words().summary.shared["at_least"] if bound and value is not None else "") + _number(value)


def _charts(known: Draft) -> Iterator[str]:
    """Bars with their figures beside them: the chart is its own table."""
    for chart in words().summary.charts:
        items = figures(known.plan.form, chart.items)
        values = [(item.label, evaluate(item.meaning, known.made.summary.values)) for item in items]
        if values:
            yield _bars(chart.title, values)
    ranking = next(iter(figures(known.plan.form, [words().summary.ranking])), None)
    if ranking and known.made.parts:
        agencies = known.made.roster.agencies if known.made.roster else {}
        each = [(agency_of(part, agencies).name, evaluate(ranking.meaning, part.counted)) for part in known.made.parts]
        ranked = sorted((row for row in each if row[1]), key=lambda row: row[1] or 0, reverse=True)[:_MOST_RANKED]
        yield _bars(words().summary.overview["ranking"].format(label=ranking.label, count=len(ranked)), ranked)


def _bars(title: str, values: Sequence[tuple[str, Number | None]]) -> str:
    most = max((value for _, value in values if value), default=0)
    rows = "".join(
        f'<tr><th scope="row">{_text(label)}</th><td class="number">{_number(value)}</td>'
        f'<td class="bar"><svg aria-hidden="true" viewBox="0 0 100 4" preserveAspectRatio="none">'
        f'<rect width="{_percent(value, most)}" height="4"/></svg></td></tr>'
        for label, value in values
    )
    return f'<section><h3>{_text(title)}</h3><table class="chart"><tbody>{rows}</tbody></table></section>'


def _percent(value: Number | None, most: Number) -> str:
    return f"{Decimal(max(value or 0, 0)) * 100 / Decimal(most):.1f}" if most else "0"


# --- lists -----------------------------------------------------------------------------------------------------


def _agencies(known: Draft) -> str:
    """Every agency with its state, to be filtered by it."""
    figure = next(iter(figures(known.plan.form, [words().summary.ranking])), None)
    rows: list[str] = []
    states: dict[str, str] = {}
    for standing in known.standings:
        item, agency = standing.item, standing.agency
        state = states.setdefault(standing.state, words().summary.standing[standing.state])
        read = item.submission if item else None
        value = evaluate(figure.meaning, read.counted) if figure and read else None
        held = {
            "code": agency.code,
            "name": agency.name or words().summary.shared["not_named"],
            "level": agency.level or "",
            "state": state,
            "figure": _number(value),
            "must_fix": str(standing.count(Severity.MUST_FIX) or ""),
            "explain": str(standing.count(Severity.EXPLAIN) or ""),
            "file": known.files[item.file] if item else "",
        }
        rows.append(_row(held, {"state": standing.state}, "state", standing.state))
    heads = {**words().summary.board, "state": words().summary.board["status"], "file": _word("file")}
    return _list("agencies", {key: heads[key] for key in _AGENCIES}, rows, {"state": (_word("state"), states)})


def _findings(known: Draft) -> str:
    """Every finding, to be filtered by severity and agency."""
    rows: list[str] = []
    severities: dict[str, str] = {}
    agencies: dict[str, str] = {}
    changes, say = known.made.changes, words().summary.findings
    for agency, item, finding, trial in known.told:
        spot = finding.spots[0] if finding.spots else None
        mark = of_item(item, finding) if item else of_whole(known.made, finding)
        change = "" if trial else changed(changes, mark)
        key = "trial" if trial else finding.severity.value
        severity = severities.setdefault(key, say["trial"] if trial else texts.word("severity", finding.severity))
        name = agencies.setdefault(agency.code or agency.name, agency.name or agency.code)
        held = {
            "severity": severity + (_say("settled", reason=finding.settled) if finding.settled else ""),
            "agency": name,
            "place": f"{spot.sheet}!{spot.address}" if spot and spot.address else spot.sheet if spot else "",
            "message": texts.problem(finding),
            "advice": texts.cure(finding),
            **({"change": say[change] if change else ""} if changes else {}),
            "status": shown_status(item) if item else "",
            "file": known.files[item.file] if item else "",
        }
        marks = {"severity": key, "agency": agency.code or agency.name} | ({"change": change} if changes else {})
        rows.append(_row(held, marks, "severity", Severity.NOTE.value if trial else finding.severity.value))
    if not rows:
        return f"<p>{_text(words().summary.findings['none'])}</p>"
    heads = {**say, "agency": say["name"], "place": words().marks["place"]}
    filters = {"severity": (say["severity"], severities), "agency": (say["name"], agencies)}
    if changes:
        filters["change"] = (say["change"], {key: say[key] for key in ("new", "still")})
    return _list("findings", {key: heads[key] for key in _FINDINGS if changes or key != "change"}, rows, filters)


def _totals(known: Draft) -> Iterator[str]:
    """The official figures, a table each, in official words."""
    form, summary = known.plan.form, known.made.summary
    heads = {key: texts.word("column", key) for key in ("line", "column", "value", "unit")}
    for table, cells in groupby(form.cells.values(), lambda cell: cell.table):
        rows = []
        for cell in cells:
            bound = known.made.lacking.get(cell.id) and summary.values[cell.id] is not None
            shown = (words().summary.shared["at_least"] if bound else "") + _number(summary.values[cell.id])
            held = {"line": cell.line_words, "column": cell.column_words, "value": shown, "unit": cell.unit}
            rows.append(_row(held, {}, ""))
        name = next(each.name for each in form.tables if each.id == table)
        yield _list(f"totals-{table}", heads, rows, None, name)


def _list(
    key: str,
    heads: Mapping[str, str],
    rows: Sequence[str],
    filters: Mapping[str, tuple[str, Mapping[str, str]]] | None,
    caption: str = "",
) -> str:
    """A table, and before it the form that filters its rows; the form shows itself where script runs."""
    head = "".join(f'<th scope="col">{_text(text)}</th>' for text in heads.values())
    told = f"<caption>{_text(caption)}</caption>" if caption else ""
    table = f'<table id="{key}-rows">{told}<thead><tr>{head}</tr></thead><tbody>\n' + "\n".join(rows)
    if filters is None:
        return table + "</tbody></table>"
    named = words().summary.overview["board"] if key == "agencies" else words().summary.findings["title"]
    selects = "".join(_select(name, label, options) for name, (label, options) in filters.items())
    form = (
        f'<form hidden role="search" aria-label="{_text(named)}" data-for="{key}-rows">'
        f'<label>{_word("search")}<input type="search" name="search">'
        f'</label>{selects}<button type="reset">{_word("reset")}</button>'
        f'<output aria-live="polite" data-say="{_word("shown")}"></output></form>\n'
    )
    return form + table + "</tbody></table>"


def _select(name: str, label: str, options: Mapping[str, str]) -> str:
    choices = "".join(f'<option value="{_text(key)}">{_text(text)}</option>' for key, text in options.items())
    return (
        f'<label>{_text(label)}<select name="{name}"><option value="">{_word("all")}</option>{choices}</select></label>'
    )


def _row(held: Mapping[str, str], marks: Mapping[str, str], told: str, look: str = "") -> str:
    """One row; ``marks`` are what it is filtered by, ``told`` the cell that stands out for ``look``."""
    data = "".join(f' data-{key}="{_text(value)}"' for key, value in marks.items())
    cells = "".join(_cell(key, text, told) for key, text in held.items())
    return f'<tr class="{look}"{data}>{cells}</tr>'


def _cell(key: str, text: str, told: str) -> str:
    look = "mark" if key == told else "number" if key in _NUMBERS else "short" if key in _SHORT else ""
    return f'<td class="{look}">{_text(text)}</td>' if look else f"<td>{_text(text)}</td>"


def _tiles(items: Iterable[tuple[str, str]]) -> str:
    return "".join(f"<div><dt>{_text(label)}</dt><dd>{_text(value)}</dd></div>" for label, value in items)


# --- words -----------------------------------------------------------------------------------------------------


def _text(text: str) -> str:
    """Text and nothing else, whatever it holds."""
    return escape(texts.UNPRINTABLE.sub(" ", text))


def _word(key: str) -> str:
    return _text(texts.word("overview_page", key))


def _say(key: str, **facts: str) -> str:
    return texts.word("overview_page", key).format(**facts)


def _number(value: Number | None) -> str:
    return words().checks["idle"] if value is None else f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
