"""Run the whole chain on sample figures: templates written, filled, returned, checked and merged (`xltool demo`).

The returns are data (``samples/demo.toml``); they pass through the same functions as the commands.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path, PurePath
from typing import Any

import msgspec

from xltool.cli import console, console_decisions, console_letters, console_returns
from xltool.commands.compare import compare_files
from xltool.commands.letters import LetterOptions, write_letters
from xltool.commands.make_templates import compute_serial, make_templates
from xltool.commands.merge import ExtraOutputs, MergeOptions, merge
from xltool.commands.previous_use import find_previous_use
from xltool.commands.publish import publish
from xltool.commands.run_context import RunContext, build_run_context
from xltool.commands.send_back import send_back
from xltool.errors import UsageError
from xltool.forms.load_definitions import find_form_for_year
from xltool.forms.workbook_plan import plan_workbook
from xltool.messages import catalogue
from xltool.model.agency import Agency
from xltool.model.consolidation import Consolidation
from xltool.model.decision import Ruling
from xltool.model.form import Number
from xltool.package_data import find_data_folder
from xltool.workbooks.decisions_workbook import read_decision_rows, write_ruling
from xltool.workbooks.template.distribution_list import template_file_name
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest
from xltool.workbooks.template.write_template import write_template

ROSTER_FILE = "roster.csv"
_MARKER_FILE = "xltool-demo.txt"


class DemoReturn(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The return of one agency of the demo; its fields are documented in ``samples/demo.toml``."""

    agency: str
    report: str
    previous: str = ""
    totals: str = ""
    changed: dict[str, int] = {}
    declared: bool = False
    text_numbers: list[str] = []
    name: str = ""
    remark: str = ""


class DemoDecision(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A decision of the coordinator about a return that is held."""

    file: str
    ruling: Ruling
    target: str
    reason: str
    author: str
    date: str


class DemoForeignFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A file among the returns that is not a return."""

    name: str
    text: str


class DemoScript(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """``samples/demo.toml``."""

    year: int
    returns: list[DemoReturn]
    litter: list[DemoForeignFile] = []
    decisions: list[DemoDecision] = []


def run_demo(output: Path) -> Iterator[str]:
    """Run the demo in the folder ``output`` and yield one line of text for each step.

    An earlier demo there is replaced. Raises UsageError if the folder holds anything else.
    """
    play = msgspec.toml.decode((find_data_folder("samples") / "demo.toml").read_bytes(), type=DemoScript)
    clear_demo_folder(output)
    roster = output / catalogue.look_up_word("demo", "roster")
    shutil.copyfile(find_data_folder("samples") / ROSTER_FILE, roster)
    run_context = build_run_context(roster)
    yield catalogue.format_line("demo_roster", count=len(run_context.roster or ()), path=str(roster))

    last_year = _merge_last_year(play, run_context, output)
    run_context = build_run_context(roster, [last_year])
    yield catalogue.format_line("demo_last_year", path=str(last_year))

    templates = output / catalogue.look_up_word("demo", "templates")
    issued = make_templates(play.year, run_context, templates)
    codes = [item.agency.code for item in issued]
    form = find_form_for_year(run_context.forms, play.year)
    yield console.describe_templates(issued, templates, find_previous_use(run_context, codes, form, play.year))

    returned = output / catalogue.look_up_word("demo", "returned")
    _write_returns(play, run_context, returned)
    yield catalogue.format_line("demo_returned", count=len(play.returns), litter=len(play.litter), folder=str(returned))
    yield ""

    book = output / catalogue.look_up_word("demo", "decisions")
    held = merge([returned], run_context, None, MergeOptions(decisions=book))
    yield from console_decisions.describe_held_files(held.tracking)
    yield from _decide(play, book)
    yield ""

    summary = output / catalogue.look_up_word("demo", "summary").format(year=play.year)
    page = output / catalogue.look_up_word("demo", "page")
    consolidation = merge([returned], run_context, summary, MergeOptions(decisions=book), ExtraOutputs(page))
    yield console.describe_merge(consolidation, summary, [page])
    yield console_decisions.describe_decisions(consolidation.tracking, book)
    yield ""

    yield from _show_what_goes_out(consolidation, run_context, output, returned, book)
    yield ""
    guide = write_demo_guide("demo_guide", play.year, output)
    yield catalogue.format_line("demo_open_first", page=str(page), summary=str(summary), guide=str(guide))


def _show_what_goes_out(
    consolidation: Consolidation, run_context: RunContext, output: Path, returned: Path, book: Path
) -> Iterator[str]:
    """Write the copies to send back, the letters and one published report; compare that report with its workbook."""
    back = output / catalogue.look_up_word("demo", "sent_back")
    sent = send_back(consolidation.tracking, run_context.forms, run_context.roster, back)
    yield console_returns.describe_sent_back(sent, back)
    folder = output / catalogue.look_up_word("demo", "letters")
    yield console_letters.describe_letters(
        write_letters([returned], run_context, folder, LetterOptions(decisions=book)), folder
    )
    clean = [item for item in consolidation.tracking if item.counted and not any(each.open for each in item.findings)]
    best = Path(max(clean, key=lambda item: len(item.submission.texts) if item.submission else 0).file)
    report = output / catalogue.look_up_word("demo", "report")
    yield console.describe_publication(publish([best], run_context, report))
    yield console.describe_comparison(compare_files(best, report, run_context))


def write_demo_guide(key: str, year: int, output: Path, **names: str) -> Path:
    """Write what each file of the demo is, in which order to look, and the commands to repeat it; return its path."""
    words = catalogue.list_words("demo")
    files = {name: word.format(year=year) for name, word in words.items()}
    text = catalogue.format_line(key, **files, year=year, last_summary=words["summary"].format(year=year - 1), **names)
    path = output / words["guide"]
    path.write_text(text, "utf-8-sig", newline="\r\n")  # for the editor of Windows
    return path


def _decide(script: DemoScript, book: Path) -> Iterator[str]:
    """Fill in the decisions workbook as a coordinator does, and yield a line for each decision."""
    for decision in script.decisions:
        row = next(row for row in read_decision_rows(book) if PurePath(row.file).name == decision.file)
        texts = decision.target, decision.reason, decision.author, decision.date
        ruling = write_ruling(book, row.row, decision.ruling, *texts)
        yield catalogue.format_line(
            "demo_decided", path=str(book), file=decision.file, ruling=ruling, reason=decision.reason
        )


def clear_demo_folder(output: Path) -> None:
    """Create an empty folder; only an earlier demo is removed."""
    if output.exists() and not output.is_dir():
        raise UsageError("usage.output_exists", path=str(output))
    if output.is_dir() and any(output.iterdir()):
        if not (output / _MARKER_FILE).is_file():
            raise UsageError("usage.folder_not_empty", path=str(output))
        shutil.rmtree(output)
    output.mkdir(parents=True, exist_ok=True)
    (output / _MARKER_FILE).write_text(catalogue.format_line("demo_marker") + "\n", "utf-8")


def _merge_last_year(script: DemoScript, run_context: RunContext, output: Path) -> Path:
    """Merge the known returns of last year into a consolidated workbook and return its path."""
    folder = output / catalogue.look_up_word("demo", "last_year")
    folder.mkdir()
    for item in script.returns:
        if item.previous:
            _write_return(
                run_context, item.agency, script.year - 1, _build_filling(item.previous, declared=True), folder
            )
    summary = output / catalogue.look_up_word("demo", "summary").format(year=script.year - 1)
    merge([folder], run_context, summary)
    return summary


def _write_returns(script: DemoScript, run_context: RunContext, folder: Path) -> None:
    folder.mkdir()
    for item in script.returns:
        filling = _build_filling(
            item.report, declared=item.declared, printed=item.totals == "printed", changed=item.changed
        )
        texted = {cell: str(filling.figures[cell]) for cell in item.text_numbers}
        filling = filling._replace(figures={**filling.figures, **texted})
        _write_return(run_context, item.agency, script.year, filling, folder, item.name)
    for litter in script.litter:
        (folder / litter.name).write_text(litter.text, "utf-8")


def _write_return(
    run_context: RunContext, code: str, year: int, filling: FilledContents, folder: Path, name: str = ""
) -> None:
    """Write a filled workbook under the name of its template, or another ``name``."""
    form = find_form_for_year(run_context.forms, year)
    agency = _find_demo_agency(run_context, code)
    previous = run_context.sum_year_before([code], year)
    issue = TemplateRequest(agency, year, compute_serial(form, agency, year), previous, filling=filling)
    write_template(plan_workbook(form), issue, folder / (name or template_file_name(form, agency, year)))


def _find_demo_agency(run_context: RunContext, code: str) -> Agency:
    return next(agency for agency in run_context.roster or () if agency.code == code)


def _build_filling(
    report: str, *, declared: bool, printed: bool = False, changed: Mapping[str, Number] | None = None
) -> FilledContents:
    """Build the input for a template from a sample report; ``printed`` types its printed totals over the formulas."""
    sample = _load_sample_report(report)
    typed = _parse_figures(sample["figures"]) | (_parse_figures(sample["printed_totals"]) if printed else {})
    return FilledContents({**typed, **(changed or {})}, sample.get("texts", {}), declared)


def _parse_figures(figure_table: Mapping[str, Any]) -> dict[str, Number]:
    """Parse the figures of a sample: amounts are stored as text, to be exact."""
    return {cell: Decimal(figure) if isinstance(figure, str) else figure for cell, figure in figure_table.items()}


@cache
def _load_sample_report(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((find_data_folder("samples") / "reports" / f"{name}.json").read_text("utf-8"))
    return content
