"""One file's findings as a page that stands alone: for files that cannot carry the marks, to be read and printed (A4).

No script, no picture, nothing from elsewhere; whatever came from the file is text.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from html import escape
from pathlib import PurePath
from string import Template

from xltool.forms.furniture import words
from xltool.messages import catalogue as texts
from xltool.model.consolidation import Reviewed
from xltool.model.form import Form, Severity
from xltool.package_data import data_folder
from xltool.workbooks.marks.findings_list import Remark, Side

_COLUMNS = ("number", "severity", "place", "message", "left", "right", "advice")
_CENTRED = {"number", "severity", "left", "right"}


def page(item: Reviewed, remarks: Iterable[Remark], form: Form | None = None) -> str:
    """The whole page, as text of an HTML file. ``form`` is what the file was read as."""
    say, listed = words().page, tuple(remarks)
    template = Template((data_folder("templates") / "page.html").read_text("utf-8"))
    facts = {say[key]: texts.quoted(value) for key, value in _about(item, form).items()}
    return template.substitute(
        heading=escape(f"{say['title']} {texts.quoted(PurePath(item.file).name)}"),
        title=escape(say["title"]),
        about="".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts.items()),
        hint=escape(say["hint"] if listed else say["none"]),
        findings=_table(listed) if listed else "",
    )


def _about(item: Reviewed, form: Form | None) -> Mapping[str, str]:
    say, read = words().page, item.submission
    counts = {
        severity.value: say["count"].format(count=sum(finding.severity is severity for finding in item.findings))
        for severity in Severity
    }
    return {
        "agency": f"{read.agency_name}（{read.agency_code}）" if read and read.agency_name else say["unknown"],
        "file": PurePath(item.file).name,
        "form": form.official_title if form else say["unknown"],
        "year": str(read.year) if read and read.year else say["unknown"],
        "status": texts.word("status", item.status.value),
        **counts,
    }


def _table(remarks: Iterable[Remark]) -> str:
    say = words().page
    columns = "".join(f'<col class="{key}">' for key in _COLUMNS)
    head = "".join(f'<th scope="col">{escape(say[key])}</th>' for key in _COLUMNS)
    rows = "\n".join(map(_row, remarks))
    return f"<table><colgroup>{columns}</colgroup><thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table>"


def _row(remark: Remark) -> str:
    held: dict[str, Side] = {
        "number": remark.number,
        "severity": remark.severity,
        "place": texts.quoted(f"{remark.sheet}!{remark.address}" if remark.address else remark.sheet),
        "message": remark.problem,
        "left": remark.left,
        "right": remark.right,
        "advice": remark.cure,
    }
    cells = "".join(
        f'<td class="{key}{" centred" if key in _CENTRED else ""}">{escape(_shown(value))}</td>'
        for key, value in held.items()
    )
    return f'<tr class="{"open" if remark.open else "known"}">{cells}</tr>'


def _shown(held: Side) -> str:
    match held:
        case None:
            return ""
        case Decimal():
            return f"{held:f}"
    return str(held)
