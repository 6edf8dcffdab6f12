"""Writes docs/zh/findings.md, a page on every code of a finding, from the catalogue and the rules of the newest form.

    python docs/findings.py

A test makes the page anew and compares.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from xltool.checks.context import CheckContext  # noqa: E402 - runs from a checkout, installed or not
from xltool.checks.profile import FIXED_CODE_PREFIXES  # noqa: E402 - runs from a checkout, installed or not
from xltool.checks.run_checks import review_submission  # noqa: E402 - runs from a checkout, installed or not
from xltool.forms.compiled_form import compile_form  # noqa: E402 - runs from a checkout, installed or not
from xltool.forms.expressions import recompute_figures  # noqa: E402 - runs from a checkout, installed or not
from xltool.forms.load_definitions import find_named_form, load_forms  # noqa: E402 - runs from a checkout, installed or not
from xltool.messages import catalogue  # noqa: E402 - runs from a checkout, installed or not
from xltool.model.agency import Agency, Roster, Scope  # noqa: E402 - runs from a checkout, installed or not
from xltool.model.form import Cell, Form, Number, Severity, Values  # noqa: E402 - runs from a checkout, installed or not
from xltool.model.submission import Entry, EntryState, Source, Submission  # noqa: E402 - runs from a checkout, installed or not

PAGE = ROOT / "docs" / "zh" / "findings.md"
SAID: Mapping[str, Any] = tomllib.loads((ROOT / "docs" / "findings.toml").read_text("utf-8"))
FORM = "zfxxgk-annual-report"
SAMPLE = ROOT / "samples" / "reports" / "zhangjiawan-2025.json"
# what findings of a form's own rules are said with: those stand under the rule
SUMS = ("relation.", "total.", "number.", "computed", "not_applicable", "optional_blank")
WORDINGS = (*SUMS, "blank", "claim", "jump", "peer")
UNKNOWN = "\u2026"


def page() -> str:
    """The whole page."""
    form = find_named_form(load_forms(), FORM)
    said = examples(form)
    lines = [SAID["page"]["title"], SAID["page"]["intro"].strip(), SAID["page"]["rules"], *rules(form, said)]
    lines += [SAID["page"]["claims"], *claims(form, said), SAID["page"]["codes"]]
    own = [
        item for item in catalogue.list_wordings() if item.group == "findings" and not item.code.startswith(WORDINGS)
    ]
    lines += [entry(item, said) for item in own if not item.code.startswith(FIXED_CODE_PREFIXES)]
    lines += [SAID["page"]["files"], *(entry(item, said) for item in own if item.code.startswith(FIXED_CODE_PREFIXES))]
    return "\n\n".join(lines) + "\n"


def rules(form: Form, said: Mapping[str, str]) -> Iterator[str]:
    """The rules of the form, each once, however many lines or columns it is asked for."""
    seen = set()
    for relation in form.relations:
        if relation.rule not in seen:
            seen.add(relation.rule)
            yield block(
                relation.rule,
                relation.title,
                relation.severity,
                relation.basis,
                said.get(relation.rule),
                relation.advice,
            )
    for standard in form.standards.values():
        advice = next((item.advice for item in catalogue.list_wordings() if item.code == standard.kind), "")
        example = said.get(standard.id) or next(
            (
                filled(item.say, standard.id, title=standard.title, basis=standard.basis)
                for item in catalogue.list_wordings()
                if item.code in (standard.kind, f"{standard.kind}.remark")
            ),
            None,
        )
        yield block(standard.id, standard.title, standard.severity, standard.basis, example, filled(advice))


def claims(form: Form, said: Mapping[str, str]) -> Iterator[str]:
    """The figures its texts quote."""
    advice = catalogue.code_advice("claim")
    for claim in form.claims:
        yield block(claim.id, claim.title, claim.severity, "", said.get(claim.id), advice)


def entry(item: catalogue.Wording, said: Mapping[str, str]) -> str:
    """One code of our own."""
    example = said.get(item.code) or filled(item.say, item.code)
    return block(item.code, item.title, item.severity, "", example, filled(item.advice + item.option, item.code))


def block(code: str, title: str, severity: Severity | None, basis: str, example: str | None, cure: str) -> str:
    """What the page says of one code; what there is nothing to say of is left out."""
    words = SAID["page"]
    if code.startswith(FIXED_CODE_PREFIXES):
        severity = severity or Severity(SAID["severities"].get(code, "must_fix"))
    settle = SAID["settle"][settling(code, severity)]
    shown = catalogue.look_up_word("severity", severity.value) if severity else UNKNOWN
    rows = [f"### {code}", "", f"- **{words['meaning']}**\uff1a{title}", f"- **{words['severity']}**\uff1a{shown}"]
    rows += [
        f"- **{words[key]}**\uff1a{text}"
        for key, text in (("basis", basis), ("example", example), ("cure", cure))
        if text
    ]
    return "\n".join([*rows, f"- **{words['settle']}**\uff1a{settle}"])


def settling(code: str, severity: Severity | None) -> str:
    """How a code is settled; a line of a ledger has neither explanations nor waivers."""
    if code.startswith(FIXED_CODE_PREFIXES):
        return "fixed"
    if code.startswith("ledger.") and severity is not Severity.NOTE:
        return "ledger"
    return severity.value if severity else "varies"


def filled(text: str, code: str = "", **own: str) -> str:
    """A text with samples for its placeholders, those of its code and of the group of its code first."""
    group = SAID["group_samples"].get(code.partition(".")[0], {})
    samples = {**SAID["samples"], **group, **own, **SAID["code_samples"].get(code, {})}
    return re.sub(r"\{([a-z_]+)\}", lambda match: samples.get(match[1], UNKNOWN), text)


# --- what the rules say of workbooks made for it --------------------------------------------------------------------


def examples(form: Form) -> dict[str, str]:
    """The first sentence of every rule that speaks of one of the made workbooks."""
    figures = json.loads(SAMPLE.read_text("utf-8"))["figures"]
    found: dict[str, str] = {}
    roster = Roster({"1": Agency("1", "\u7532\u9547", rule_power=False)}, "")
    for made in SAID["examples"]:
        base = {cell.id: 0 if made.get("all_zero") else figures.get(cell.id, 0) for cell in form.inputs}
        now = values(form, base | made.get("changed", {}))
        before = values(form, base | made["previous"]) if "previous" in made else None
        for finding in review_submission(
            submission(form, now, made.get("texts", {})), CheckContext(compile_form(form), roster, before)
        ):
            found.setdefault(finding.code, catalogue.render_problem(finding))
    return found


def values(form: Form, figures: Mapping[str, Any]) -> Values:
    """All figures of a workbook with these inputs."""
    typed: dict[str, Number] = {}
    for cell in form.inputs:
        typed[cell.id] = Decimal(str(figures[cell.id])) if is_amount(cell) else int(figures[cell.id])
    return recompute_figures(form.formulas, typed)


def is_amount(cell: Cell) -> bool:
    """Whether a figure may have decimals."""
    return cell.decimals > 0


def submission(form: Form, figures: Values, said: Mapping[str, str]) -> Submission:
    """A workbook with these figures and texts, as reading would give it."""
    places = compile_form(form).plan.cells
    entries = {
        cell: Entry(
            cell, EntryState.NUMBER, value, str(value), *places[cell], "SUM()" if form.cells[cell].computed else None
        )
        for cell, value in figures.items()
    }
    source = Source("", "", 0, "")
    name = "\u7532\u9547"
    return Submission(form.id, form.edition, 2025, Scope.OWN, "1", name, entries, figures, source, texts=said)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
