"""`xltool import`: published reports become filled workbooks of ours, with a log of where each figure stood."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from xltool.checks.make_finding import finding
from xltool.checks.run_checks import review
from xltool.commands.check import context_of, failed, refused, said, status_of
from xltool.commands.make_templates import serial
from xltool.commands.run_context import Progress, Setting
from xltool.errors import ForeignFileError, UnreadableFileError, UsageError
from xltool.execution import executor as engine
from xltool.forms.definitions import form_for_year
from xltool.forms.layout import Plan, plan
from xltool.messages import catalogue as texts
from xltool.model.agency import Agency, Roster
from xltool.model.consolidation import Reviewed
from xltool.model.finding import Finding
from xltool.model.form import Form, Number
from xltool.model.submission import State
from xltool.published.read_report import Published, as_submission, read_report
from xltool.roster import called
from xltool.spreadsheet.find_files import files_below
from xltool.workbooks.import_log import write_import_log
from xltool.workbooks.save_files import refuse_existing, refuse_locked, save
from xltool.workbooks.template.distribution_list import template_name
from xltool.workbooks.template.write_template import Filling, Issue, template

_FEW = 4  # reports: reading one takes as long as starting a process


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


class _Made(NamedTuple):
    """One report as it comes from where it was read: the workbook's bytes, and the name it would have."""

    item: Imported
    name: str = ""
    content: bytes = b""


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
    over an existing file (unless ``force``); a workbook that is there already, byte for byte, is as good as written, so
    that a run that was stopped is simply run again. Raises UsageError, WritingError.
    """
    log = output / texts.word("import", "log")
    _make_way(paths, output, log, force)
    named = {path.resolve() for path in paths}
    files = files_below(paths, (path for path in output.iterdir() if path.resolve() not in named))
    if jobs is None or isinstance(jobs, int):
        jobs = engine.Processes(jobs, unit=1, few=_FEW)
    shelf = _Shelf(output, force)
    done: list[Imported] = []
    task = _Task(about, wanted or Wanted())
    for number, made in enumerate(engine.run(_read, task, files, jobs, _lost), start=1):
        done.append(_held(shelf.placed(made)))
        if progress:
            progress(number, len(files), 0)
    write_import_log([(item.reviewed.file, item.published) for item in done if item.published], about.forms, log, force)
    return tuple(done)


def _make_way(paths: Sequence[Path], output: Path, log: Path, force: bool) -> None:
    """Raises UsageError or WritingError for what is in the way, before anything is read."""
    if output.exists() and not output.is_dir():
        raise UsageError("usage.not_a_folder", path=str(output))
    if output.is_dir() and any(path.is_dir() and path.samefile(output) for path in paths):
        raise UsageError("usage.output_is_input", path=str(output))
    refuse_existing([log], force)
    refuse_locked(sorted(output.glob("*.xlsx")))
    output.mkdir(parents=True, exist_ok=True)


# --- one report, wherever it is read --------------------------------------------------------------------------------


def _read(task: _Task, path: Path) -> _Made:
    """One report, read and checked, and its workbook. Never raises for what the file is."""
    name = said(path)
    try:
        return _workbook(_reviewed(task, path), task.about.forms)
    except (UnreadableFileError, ForeignFileError) as error:
        return _Made(Imported(refused(name, error)))
    except MemoryError:
        return _lost(path)
    except Exception as error:  # whatever it is, the other reports must be read: this one is named
        return _Made(Imported(failed(name, error)))


def _lost(path: Path) -> _Made:
    """A report whose reading took all memory, or ended the process that did it."""
    return _Made(Imported(refused(said(path), UnreadableFileError("file.reader_died"))))


def _reviewed(task: _Task, path: Path) -> Imported:
    about, wanted = task
    form = form_for_year(about.forms, wanted.year, wanted.form) if wanted.form and wanted.year else None
    published = read_report(path, about.forms, year=wanted.year, form=form)
    on = _form(about.forms, published)
    submission = as_submission(published, on, agency=_agency(wanted.agency or published.agency_name, about.roster))
    findings = _about_figures(review(submission, context_of(submission, about)))
    reviewed = Reviewed(said(path), published.source.sha256, status_of(findings), submission, findings)
    return Imported(reviewed, published)


def _about_figures(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Without what the log of reading says already, or only a workbook that was handed out can be asked."""
    kept = "identity.not_listed"
    return tuple(found for found in findings if found.code == kept or not found.code.startswith("identity."))


def _form(forms: Iterable[Form], published: Published) -> Form:
    return next(form for form in forms if form.key == (published.form, published.edition))


def _agency(name: str, roster: Roster | None) -> Agency:
    """The agency of the roster by code, or the only one of that name; otherwise just the name, never a guess."""
    known = roster.agencies.get(name) if roster else None
    return known or called(roster, name) or Agency("", name)


def _workbook(item: Imported, forms: Iterable[Form]) -> _Made:
    """The report with its workbook, if its year is known."""
    submission, published = item.reviewed.submission, item.published
    if submission is None or published is None or submission.year is None:
        return _Made(item)
    form = _form(forms, published)
    agency = Agency(submission.agency_code, submission.agency_name or Path(item.reviewed.file).stem)
    filling = Filling(_figures(published, form, submission.values), _paragraphs(published, plan(form)))
    issue = Issue(agency, submission.year, serial(form, agency, submission.year), filling=filling)
    issue = issue._replace(imported=published.source.sha256)
    return _Made(item, template_name(form, agency, submission.year).strip(), template(plan(form), issue))


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
    for section, lines in published.texts.items():
        room = len(chart.paragraphs.get(section, ()))
        if room:
            fitted[section] = [*lines[: room - 1], *(["\n".join(lines[room - 1 :])] if len(lines) >= room else [])]
    return fitted


# --- where workbooks go ---------------------------------------------------------------------------------------------


class _Shelf:
    """The folder that workbooks are put into, one after the other, each under a name of its own."""

    def __init__(self, folder: Path, force: bool) -> None:
        self._folder, self._force = folder, force
        self._names: set[str] = set()
        self._reports: dict[tuple[str, str, str, int | None], Reviewed] = {}

    def placed(self, made: _Made) -> Imported:
        """The report with where its workbook lies now, and what is to be said of another like it."""
        if not made.name:
            return made.item
        item = self._beside_another(made.item)
        path = self._folder / self._free(made.name)
        if not self._force and path.exists():
            if not _holds(path, made.content):
                return _with(item, finding("import.in_the_way", name=path.name))
        else:
            save(path, made.content, force=self._force)
        return item._replace(workbook=path)

    def _beside_another(self, item: Imported) -> Imported:
        """Of a second report of one agency and year: which other there is, and whether it says the same."""
        read = item.reviewed.submission
        if read is None or not (read.agency_code or read.agency_name):
            return item
        key = (read.form, read.agency_code, read.agency_name, read.year)
        other = self._reports.setdefault(key, item.reviewed)
        if other is item.reviewed or other.submission is None:
            return item
        differ = sum(value != other.submission.values.get(cell) for cell, value in read.values.items())
        facts = {"agency": read.agency_name or read.agency_code, "year": read.year, "other": other.file}
        same = finding("import.same_again", **facts)
        return _with(item, finding("import.differs", **facts, count=differ) if differ else same)

    def _free(self, name: str) -> str:
        """The name, with a number before its ending where an earlier report of this run has it."""
        stem, dot, ending = name.rpartition(".")
        free, number = name, 1
        while free.casefold() in self._names:
            number += 1
            free = f"{stem} ({number}){dot}{ending}"
        self._names.add(free.casefold())
        return free


def _held(item: Imported) -> Imported:
    """The same, with the texts that the figures of thousands of reports have in common held once."""
    if item.published is None:
        return item
    figures = {
        sys.intern(cell): found._replace(
            cell=sys.intern(cell),
            raw=None if found.raw is None else sys.intern(found.raw),
            where=sys.intern(str(found.where)),
            sure=sys.intern(found.sure),
        )
        for cell, found in item.published.figures.items()
    }
    return item._replace(published=replace(item.published, figures=figures))


def _with(item: Imported, found: Finding) -> Imported:
    return item._replace(reviewed=replace(item.reviewed, findings=(*item.reviewed.findings, found)))


def _holds(path: Path, content: bytes) -> bool:
    """Whether just that is in a file."""
    return path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content
