"""Publishing: from a return to the report everybody reads."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from xltool.commands.check import review_file
from xltool.commands.compare import form_of, named_side
from xltool.commands.run_context import Setting
from xltool.errors import UsageError
from xltool.forms.report_style import Style, load_style, must_fit
from xltool.messages import catalogue as texts
from xltool.model.finding import Finding
from xltool.model.form import Form, Severity
from xltool.model.submission import Submission
from xltool.official_report import compose as official_report
from xltool.official_report import docx as official_document
from xltool.official_report import html as official_page
from xltool.official_report import pdf as printing
from xltool.official_report.compose import Report
from xltool.workbooks.save_files import refuse_existing, save
from xltool.workbooks.template.distribution_list import file_name

DOCUMENTS = (".docx", ".html")
_LONGEST_NAME = 200  # bytes of a file's name without its ending


class Wishes(NamedTuple):
    """How to publish. ``flawed``: although something must be fixed, or agencies are lacking in a sum.

    ``words`` is a file whose texts are taken for sections in which the return has none;
    ``suffix`` is the kind of file where several are written into a folder.
    """

    style: Path | None = None
    words: Path | None = None
    suffix: str = ".docx"
    pdf: bool = False
    flawed: bool = False
    force: bool = False


class Written(NamedTuple):
    """One report published: of which file, what was written, and the sections in which nothing stands."""

    source: str
    files: tuple[Path, ...]
    empty: tuple[str, ...]


class Drafted(NamedTuple):
    """The paragraphs for one return, by the heading of their section; ``patterns`` have placeholders in them."""

    source: str
    drafts: Mapping[str, tuple[str, ...]]
    patterns: Mapping[str, tuple[str, ...]]


def publish(paths: Sequence[Path], about: Setting, output: Path, wishes: Wishes | None = None) -> tuple[Written, ...]:
    """The report of each workbook, written to ``output``: a .docx or .html file of one, else a folder for them.

    Nothing is written if one cannot be published. Raises UsageError for a return in which something must be fixed, a
    sum that lacks agencies and whatever is in the way, DefinitionError for a wrong style.
    """
    wishes = wishes or Wishes()
    style = load_style(wishes.style)
    others = _words(wishes.words, about) if wishes.words else {}
    made: list[tuple[str, Report]] = []
    for path in paths:
        form, submission = _return(path, about, flawed=wishes.flawed)
        must_fit(style, form, wishes.style)
        submission = replace(submission, texts=_with(submission.texts, others))
        made.append((str(path), official_report.compose(form, submission, style)))
    targets = _targets(output, [report for _, report in made], wishes)
    contents = [_contents(report, style, files) for (_, report), files in zip(made, targets, strict=True)]
    for files in contents:
        for target, content in files.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            save(target, content, force=wishes.force)
    return tuple(
        Written(source, tuple(files), report.empty) for (source, report), files in zip(made, contents, strict=True)
    )


def drafts(paths: Sequence[Path], about: Setting, *, flawed: bool = False) -> tuple[Drafted, ...]:
    """The paragraphs the form offers, with each return's figures in them. Nothing is written. Raises as `publish`."""
    made = []
    for path in paths:
        form, submission = _return(path, about, flawed=flawed)
        heads = {section.id: section.heading for section in form.sections}
        offered = official_report.drafts(form, submission)
        patterns = {
            section: tuple(draft.text for draft in form.drafts if draft.section == section) for section in offered
        }
        made.append(Drafted(str(path), *({heads[key]: said[key] for key in said} for said in (offered, patterns))))
    return tuple(made)


# --- reading -------------------------------------------------------------------------------------------------------


def _return(path: Path, about: Setting, *, flawed: bool) -> tuple[Form, Submission]:
    """A workbook, read and checked. Raises UsageError for one to be corrected first, or a sum that lacks agencies."""
    reviewed = review_file(about, path)
    if reviewed.submission is None:
        raise UsageError("publish.not_a_return", file=str(path), reason=_said(reviewed.findings[0]))
    wrong = [found for found in reviewed.findings if found.severity is Severity.MUST_FIX and not found.settled]
    if wrong and not flawed:
        raise UsageError("publish.must_be_fixed", file=str(path), count=len(wrong), first=_said(wrong[0]))
    absent = tuple(leaf.name for leaf in reviewed.submission.absent)
    if absent and not flawed:
        raise UsageError("publish.incomplete", file=str(path), count=len(absent), agencies=absent)
    return form_of(reviewed.submission, about), reviewed.submission


def _said(finding: Finding) -> texts.Phrase:
    return texts.Phrase(texts.problem(finding))


def _with(own: Mapping[str, str], others: Mapping[str, str]) -> dict[str, str]:
    """The return's own texts, and those of another file for the sections it leaves empty."""
    return {**own, **{section: text for section, text in others.items() if not own.get(section, "").strip()}}


def _words(path: Path, about: Setting) -> Mapping[str, str]:
    return {section: text for section, text in named_side(path, about).submission.texts.items() if text.strip()}


# --- writing -------------------------------------------------------------------------------------------------------


def _targets(output: Path, reports: Sequence[Report], wishes: Wishes) -> list[list[Path]]:
    """The files to write for each report; refuses what is in the way before anything is made."""
    suffix = output.suffix.lower()
    if suffix in DOCUMENTS and len(reports) > 1:
        raise UsageError("publish.one_file", path=str(output), count=len(reports))
    if suffix and suffix not in DOCUMENTS:
        raise UsageError("publish.unknown_kind", path=str(output))
    names = [output] if suffix else [output / _name(report, wishes.suffix) for report in reports]
    for name in names:
        if names.count(name) > 1:
            raise UsageError("publish.same_title", path=str(name))
    targets = [[name, *([name.with_suffix(".pdf")] if wishes.pdf else [])] for name in names]
    refuse_existing((file for files in targets for file in files), wishes.force)
    return targets


def _name(report: Report, suffix: str) -> str:
    return file_name(report.title, _LONGEST_NAME) + suffix


def _contents(report: Report, style: Style, files: Sequence[Path]) -> dict[Path, bytes]:
    makers: Mapping[str, Callable[[], bytes]] = {
        ".docx": lambda: official_document.document(report, style),
        ".html": lambda: official_page.page(report, style).encode("utf-8"),
        ".pdf": lambda: printing.as_pdf(official_document.document(report, style), style),
    }
    return {file: makers[file.suffix.lower()]() for file in files}
