"""Render the findings of one file as a self-contained HTML page (A4), for files that cannot carry marks.

The page has no script, loads nothing, and escapes every text of the file.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from html import escape
from pathlib import PurePath
from string import Template

from xltool.consolidation.file_names import show_file_name
from xltool.consolidation.show_status import show_file_status
from xltool.forms.workbook_words import workbook_words
from xltool.messages import catalogue
from xltool.model.consolidation import ReviewedFile
from xltool.model.form import Form, Severity
from xltool.package_data import find_data_folder
from xltool.pages.overview_lists import render_head_styles
from xltool.workbooks.marks.findings_list import FindingText, SideValue

_COLUMNS = ("number", "severity", "place", "message", "left", "right", "advice")


def render_findings_page(item: ReviewedFile, remarks: Iterable[FindingText], form: Form | None = None) -> str:
    """Render the page as the text of an HTML file. ``form`` is the form the file was read as."""
    say, remark_list = workbook_words().page, tuple(remarks)
    template = Template((find_data_folder("templates") / "page.html").read_text("utf-8"))
    facts = {say[key]: catalogue.quote_text(value) for key, value in _describe_file(item, form).items()}
    counts = {severity: sum(finding.severity is severity for finding in item.findings) for severity in Severity}
    return template.substitute(
        heading=escape(f"{say['title']} {catalogue.quote_text(PurePath(item.file).name)}"),
        title=escape(say["title"]),
        about="".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts.items()),
        tiles="".join(_render_count(severity, count) for severity, count in counts.items()),
        head_styles=render_head_styles("", (say[key].replace("\n", "") for key in _COLUMNS)),
        hint=escape(say["hint"] if remark_list else say["none"]),
        findings=_render_remarks(remark_list) if remark_list else "",
    )


def _describe_file(item: ReviewedFile, form: Form | None) -> Mapping[str, str]:
    say, submission = workbook_words().page, item.submission
    name, code = (submission.agency_name, submission.agency_code) if submission else ("", "")
    if item.named_agency:
        name, code = item.named_agency.name, item.named_agency.code
    return {
        "agency": f"{name}（{code}）" if name else say["unknown"],
        "file": show_file_name(item.file),
        "form": form.official_title if form else say["unknown"],
        "year": str(submission.year) if submission and submission.year else say["unknown"],
        "status": show_file_status(item),
    }


def _render_count(severity: Severity, count: int) -> str:
    alarm = ' class="alarm"' if count and severity is Severity.MUST_FIX else ""
    say = workbook_words().page
    return (
        f"<div{alarm}><dt>{escape(say[severity.value])}</dt><dd>{escape(say['count'].format(count=count))}</dd></div>"
    )


def _render_remarks(remarks: Iterable[FindingText]) -> str:
    say = workbook_words().page
    head = "".join(f'<th scope="col" class="{key}">{escape(say[key])}</th>' for key in _COLUMNS)
    rows = "\n".join(map(_render_remark, remarks))
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table>"


def _render_remark(remark: FindingText) -> str:
    values: dict[str, SideValue] = {
        "number": remark.number,
        "severity": remark.severity,
        "place": catalogue.quote_text(f"{remark.sheet}!{remark.address}" if remark.address else remark.sheet),
        "message": remark.problem,
        "left": remark.left,
        "right": remark.right,
        "advice": remark.cure,
    }
    more = ""
    if remark.details:
        more = (
            f"<details><summary>{escape(workbook_words().page['details'])}</summary>{escape(remark.details)}</details>"
        )
    cells = "".join(
        f'<td class="{key}">{escape(_format_value(value))}{more if key == "message" else ""}</td>'
        for key, value in values.items()
    )
    return f'<tr class="{"open" if remark.open else "known"}{" must_fix" if remark.must_fix else ""}">{cells}</tr>'


def _format_value(side_value: SideValue) -> str:
    match side_value:
        case None:
            return ""
        case Decimal():
            return f"{side_value:f}"
    return str(side_value)
