"""`xltool import`: published reports become filled workbooks of ours, with a log of where each figure stood."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from xltool import engine, texts
from xltool.checks.review import review
from xltool.errors import ForeignFileError, UnreadableFileError
from xltool.forms.definitions import form_for_year
from xltool.forms.layout import Plan, plan
from xltool.intake.finding_files import files_below
from xltool.intake.published import Published, as_submission, read_report
from xltool.model import Agency, Finding, Form, Number, Reviewed, Roster, State
from xltool.outputs.distribution import template_name
from xltool.outputs.import_log import write_import_log
from xltool.outputs.template import Filling, Issue, write_template
from xltool.runs.distributing import serial
from xltool.runs.reviewing import context_of, failed, refused, status_of
from xltool.runs.settings import Progress, Setting, refuse_existing


class Wanted(NamedTuple):
    """What is known of the reports beforehand: whose they are, for which year, on which form."""

    agency: str | None = None
    year: int | None = None
    form: str | None = None


class Imported(NamedTuple):
    """One report: what was read, what was found, and the workbook made of it (None where none could be)."""

    reviewed: Reviewed
    published: Published | None = None
    workbook: Path | None = None


class _Task(NamedTuple):
    about: Setting
    wanted: Wanted


def import_reports(
    paths: Sequence[Path],
    about: Setting,
    output: Path,
    wanted: Wanted | None = None,
    *,
    force: bool = False,
    jobs: engine.Jobs = None,
    progress: Progress | None = None,
) -> tuple[Imported, ...]:
    """Every report below ``paths`` as a filled workbook in ``output``, and one log of every figure.

    A report whose year is neither printed nor given makes no workbook; it is still in the answer. Nothing is written
    over an existing file (unless ``force``). Raises UsageError, WritingError.
    """
    files = files_below(paths)
    log = output / texts.word("import", "log")
    if not force:
        refuse_existing([log])
    output.mkdir(parents=True, exist_ok=True)
    done: list[Imported] = []
    taken: set[str] = set()
    task = _Task(about, wanted or Wanted())
    for number, item in enumerate(engine.run(_read, task, files, jobs, _lost), start=1):
        done.append(_written(item, about, output, taken, force))
        if progress:
            progress(number, len(files), 0)
    write_import_log([(item.reviewed.file, item.published) for item in done if item.published], about.forms, log, force)
    return tuple(done)


def _read(task: _Task, path: Path) -> Imported:
    """One report, read and checked. Never raises for what the file is."""
    about, wanted = task
    try:
        form = form_for_year(about.forms, wanted.year, wanted.form) if wanted.form and wanted.year else None
        published = read_report(path, about.forms, year=wanted.year, form=form)
    except (UnreadableFileError, ForeignFileError) as error:
        return Imported(refused(str(path), error))
    except Exception as error:  # whatever it is, the other reports must be read: this one is named
        return Imported(failed(str(path), error))
    on = _form(about.forms, published)
    submission = as_submission(published, on, agency=_agency(wanted.agency or published.agency_name, about.roster))
    findings = _about_figures(review(submission, context_of(submission, about)))
    reviewed = Reviewed(str(path), published.source.sha256, status_of(findings), submission, findings)
    return Imported(reviewed, published)


def _lost(path: Path) -> Imported:
    """A report whose reading ended the process that did it."""
    return Imported(refused(str(path), UnreadableFileError("file.reader_died")))


def _about_figures(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Without what only a workbook handed out to an agency can be asked: a published report carries no code."""
    return tuple(finding for finding in findings if not finding.code.startswith("identity."))


def _form(forms: Iterable[Form], published: Published) -> Form:
    return next(form for form in forms if form.key == (published.form, published.edition))


def _agency(name: str, roster: Roster | None) -> Agency:
    """The agency of the roster by code or full name; otherwise just the name, never a guess."""
    return next((agency for agency in roster or () if name in (agency.code, agency.name)), Agency("", name))


def _written(item: Imported, about: Setting, output: Path, taken: set[str], force: bool) -> Imported:
    submission, published = item.reviewed.submission, item.published
    if submission is None or published is None or submission.year is None:
        return item
    form = _form(about.forms, published)
    agency = Agency(submission.agency_code, submission.agency_name or Path(item.reviewed.file).stem)
    name = _free(template_name(form, agency, submission.year).strip(), taken)
    filling = Filling(_figures(published, form, submission.values), _paragraphs(published, plan(form)))
    issue = Issue(agency, submission.year, serial(form, agency, submission.year), filling=filling)
    write_template(plan(form), issue, output / name, force=force)
    return item._replace(workbook=output / name)


def _figures(published: Published, form: Form, values: Mapping[str, Number | None]) -> dict[str, Number | str]:
    """What to type: figures, what stood where a number belongs, and printed totals that are not the sum of parts."""
    typed: dict[str, Number | str] = {}
    for cell, found in published.figures.items():
        computed = form.cells[cell].computed
        if found.state is State.NUMBER and found.value is not None:
            if not computed or found.value != values[cell]:
                typed[cell] = found.value
        elif found.raw and found.state in {State.NOT_APPLICABLE, State.UNREADABLE} and not computed:
            typed[cell] = found.raw
    return typed


def _paragraphs(published: Published, chart: Plan) -> dict[str, list[str]]:
    """The texts by section, the last row taking whatever a sheet has no further row for."""
    fitted = {}
    for section, said in published.texts.items():
        room = len(chart.paragraphs.get(section, ()))
        if room:
            fitted[section] = [*said[: room - 1], *(["\n".join(said[room - 1 :])] if len(said) >= room else [])]
    return fitted


def _free(name: str, taken: set[str]) -> str:
    """The name, with a number before its ending where an earlier report of this run has it."""
    stem, dot, ending = name.rpartition(".")
    free, number = name, 1
    while free.casefold() in taken:
        number += 1
        free = f"{stem} ({number}){dot}{ending}"
    taken.add(free.casefold())
    return free
