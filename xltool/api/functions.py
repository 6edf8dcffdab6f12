"""The public functions: each takes paths, bytes or binary streams, prints nothing, and raises XltoolError."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from xltool.api.sources import Input, Output, all_as_paths, as_path, output_path, to_file, to_files, to_places
from xltool.checks.custom_checks import CustomCheck
from xltool.commands import check as checking
from xltool.commands import compare as comparing
from xltool.commands import import_reports as importing
from xltool.commands import make_templates as issuing
from xltool.commands import merge as merging
from xltool.commands import open_issues
from xltool.commands import publish as publishing
from xltool.commands import trace as tracing
from xltool.commands.earlier_run import read_earlier_run
from xltool.commands.import_reports import ImportedReport, ImportHints
from xltool.commands.make_templates import IssuedTemplate
from xltool.commands.merge import ExtraOutputs, MergeOptions
from xltool.commands.merge_levels import MergedLevel, merge_levels
from xltool.commands.publish import PublishOptions, WrittenReport
from xltool.commands.run_context import Progress, RunContext, build_run_context, require_roster
from xltool.comparison.comparing import ComparisonResult
from xltool.errors import UsageError
from xltool.execution.executor import Jobs
from xltool.forms.load_definitions import find_form_for_year
from xltool.messages import catalogue
from xltool.model.agency import Agency
from xltool.model.consolidation import Consolidation, ReviewedFile
from xltool.model.contributions import TracedFigure
from xltool.model.finding import Finding
from xltool.workbooks.save_files import save_file


def load_context(
    roster: Input | None = None,
    *,
    forms: Iterable[str | Path] = (),
    previous: Input | Iterable[Input] = (),
    profile: str | Path | None = None,
    waivers: Input | None = None,
    seal_key: Input | None = None,
    password: str | None = None,
    cache: str | Path | bool | None = None,
    checks: Iterable[CustomCheck] = (),
) -> RunContext:
    """Load what all files of a run are checked against; the other functions take the result.

    Args:
        roster: the agencies (.csv or .xlsx).
        forms: folders of further form definitions, beside those that travel with the package.
        previous: consolidated workbooks or returns of earlier years.
        profile: the name or file of a profile that changes severities.
        waivers: a file of mistakes that a coordinator lets stand until a day.
        seal_key: the key that templates are sealed with; at least 16 bytes.
        password: is tried on files that need one.
        cache: a folder that keeps what was read from unchanged files; True for the user's own.
        checks: checks of your own, see `CustomCheck`.

    Raises:
        XltoolError: something cannot be read or contradicts itself.
    """
    inputs = ((roster, "roster"), (waivers, "waivers.toml"), (seal_key, "seal.key"))
    with all_as_paths(*inputs) as (roster_path, waivers_path, key_path):
        context = build_run_context(
            roster=roster_path,
            previous_sources=to_files(previous),
            forms=[Path(folder) for folder in forms],
            seal_key_file=key_path,
            password=password,
            cache=Path(cache) if isinstance(cache, str) else cache,
            profile=str(profile) if profile else None,
            waivers=waivers_path,
        )
    sources = tuple(path for path in context.sources if path.exists())  # not the temporary ones
    return replace(context, sources=sources, custom_checks=tuple(checks))


def make_templates(
    year: int,
    context: RunContext,
    folder: str | Path,
    *,
    form: str | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> tuple[IssuedTemplate, ...]:
    """Write a locked workbook for each agency of the roster that reports for ``year``, and the distribution list.

    ``form`` is a form id; it is needed where several forms cover the year. Existing files are replaced with ``force``
    only. Raises XltoolError; then nothing was written.
    """
    return issuing.make_templates(year, context, Path(folder), form_id=form, force=force, progress=progress)


def make_template(
    year: int,
    agency: Agency | str,
    context: RunContext,
    output: Output | None = None,
    *,
    form: str | None = None,
    force: bool = False,
) -> bytes:
    """Build the locked workbook of one agency, and write it to ``output`` if given.

    ``agency`` is an `Agency`, or the code or name of one on the roster. Returns the bytes of the workbook. Raises
    XltoolError.
    """
    owner = resolve_agency(agency, context)
    content = issuing.make_template(find_form_for_year(context.forms, year, form), owner, year, context)
    write_output(content, output, force=force)
    return content


def check(
    inputs: Input | Iterable[Input],
    context: RunContext,
    *,
    jobs: Jobs = None,
    progress: Progress | None = None,
) -> tuple[ReviewedFile, ...]:
    """Read and check files: paths, folders, addresses of an object store (``s3://…``), bytes and streams.

    Returns one `ReviewedFile` for each file found, in order, with its status, submission and findings; a file that
    cannot be read is one of them and raises nothing. ``jobs`` is the number of processes (default: one a core).
    Raises XltoolError for a path that does not exist.
    """
    return checking.check(to_places(inputs), context, jobs=jobs, progress=progress)


def merge(
    inputs: Input | Iterable[Input],
    context: RunContext,
    output: Output | None = None,
    *,
    area: str | None = None,
    year: int | None = None,
    include_flawed: bool = False,
    since: Input | None = None,
    page: Output | None = None,
    tables: str | Path | None = None,
    force: bool = False,
    jobs: Jobs = None,
    progress: Progress | None = None,
) -> Consolidation:
    """Check files as `check` does, sum the accepted returns, and write the consolidated workbook if asked to.

    Args:
        inputs: as of `check`.
        context: see `load_context`.
        output: where the workbook is written; None writes none.
        area: code or name of the sum (default: the agency all others report to).
        year: the year to sum (default: that of most returns).
        include_flawed: also sum returns with findings that must be fixed.
        since: an earlier consolidated workbook or JSON to compare findings with.
        page: where an overview is written as an HTML page.
        tables: a folder for tables of all figures and findings (CSV, SQLite, with pyarrow Parquet).
        force: replace what an earlier run wrote.
        jobs: the number of processes (default: one a core).
        progress: is called with files done, files in all, and open findings.

    Raises:
        XltoolError: nothing can be summed, or an output exists or cannot be written.
    """
    earlier = read_earlier_run(to_file(since)) if since is not None else None
    options = MergeOptions(area, year, include_flawed=include_flawed, force=force, since=earlier)
    with output_path(output, "merged.xlsx") as path, output_path(page, "overview.html") as page_path:
        outputs = ExtraOutputs(page_path, Path(tables) if tables else None)
        return merging.merge(to_places(inputs), context, path, options, outputs, jobs=jobs, progress=progress)


def merge_areas(
    inputs: Input | Iterable[Input],
    context: RunContext,
    output: str | Path,
    folder: str | Path,
    *,
    year: int | None = None,
    include_flawed: bool = False,
    force: bool = False,
    jobs: Jobs = None,
    progress: Progress | None = None,
) -> tuple[MergedLevel, ...]:
    """Merge every area of the roster from the level below it; the whole is written to ``output``, the rest to a folder.

    Returns one `MergedLevel` for each area, from below; the whole comes last. Raises XltoolError.
    """
    options = MergeOptions(None, year, include_flawed=include_flawed, force=force)
    places = to_places(inputs)
    return merge_levels(places, context, Path(output), Path(folder), options, jobs=jobs, progress=progress)


def trace(workbook: Input, figure: str, context: RunContext, *, where: str = "") -> tuple[TracedFigure, ...]:
    """Return what each agency contributes to figures of a consolidated workbook, the largest contribution first.

    ``figure`` is a cell id, the start of several (``requests.received``), or a cell (sheet, ``!``, address). ``where``
    selects those whose id or printed words contain that text, among the figures and what they are computed from.
    Raises XltoolError for an unknown figure or a file that is not a consolidated workbook.
    """
    return tracing.trace(to_file(workbook), figure, context.forms, where)


def publish(
    inputs: Input | Iterable[Input],
    context: RunContext,
    output: Output,
    *,
    kind: str = ".docx",
    style: Input | None = None,
    texts: Input | None = None,
    pdf: bool = False,
    include_flawed: bool = False,
    force: bool = False,
) -> tuple[WrittenReport, ...]:
    """Write the official report of each workbook.

    Args:
        inputs: filled or consolidated workbooks.
        context: see `load_context`.
        output: a .docx or .html file for one report, a folder for several, or a stream for one.
        kind: the suffix of files in a folder, and of what is written to a stream.
        style: a style file.
        texts: a workbook or report whose texts fill sections that are empty.
        pdf: write a PDF beside each file (needs LibreOffice); not for a stream.
        include_flawed: publish in spite of findings that must be fixed, or agencies missing in a sum.
        force: replace existing files.

    Raises:
        XltoolError: a single workbook must not be published as it is, or an output exists; then nothing was written.
            Of several workbooks, those are left out; the `WrittenReport` says why.
    """
    with as_path(style, "style.toml") as style_path, output_path(output, f"report{kind}") as path:
        assert path is not None  # an output is required
        options = PublishOptions(style_path, to_file(texts) if texts is not None else None, kind, pdf)
        options = options._replace(flawed=include_flawed, force=force)
        return publishing.publish(to_files(inputs), context, path, options)


def import_reports(
    inputs: Input | Iterable[Input],
    context: RunContext,
    folder: str | Path | None = None,
    *,
    agency: str | None = None,
    year: int | None = None,
    form: str | None = None,
    force: bool = False,
    jobs: Jobs = None,
    progress: Progress | None = None,
) -> tuple[ImportedReport, ...]:
    """Read published reports (web page, Word, PDF, text); write each as a filled workbook, and a log of all figures.

    ``agency``, ``year`` and ``form`` are what is known of the reports beforehand. Without a ``folder`` nothing stays on
    disk and ``workbook`` of each result is None. Returns one `ImportedReport` for each file. Raises XltoolError.
    """
    hints = ImportHints(agency, year, form)
    sources = to_files(inputs)
    if folder is not None:
        return importing.import_reports(
            sources, context, Path(folder), hints, force=force, jobs=jobs, progress=progress
        )
    with TemporaryDirectory() as temporary:
        imported = importing.import_reports(sources, context, Path(temporary), hints, jobs=jobs, progress=progress)
    return tuple(item._replace(workbook=None) for item in imported)


def compare(
    left: Input, right: Input, context: RunContext, page: Output | None = None, *, force: bool = False
) -> ComparisonResult:
    """Compare two workbooks or published reports, figure by figure and word by word; write a page if asked to.

    If one is a consolidated workbook and the other belongs to an agency inside it, that agency's row is compared.
    Raises XltoolError.
    """
    with output_path(page, "differences.html") as path:
        return comparing.compare_files(to_file(left), to_file(right, 2), context, path, force=force)


def render_finding(finding: Finding) -> str:
    """Return what is wrong and what to do, in one or two Chinese sentences."""
    return catalogue.render_finding(finding)


def select_open_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that need action: not notes, and not settled by a written reason."""
    return open_issues.select_open_findings(findings)


def resolve_agency(agency: Agency | str, context: RunContext) -> Agency:
    """Return an agency, or that of the roster with this code or name. Raises UsageError unless there is exactly one."""
    if isinstance(agency, Agency):
        return agency
    listed = [each for each in require_roster(context.roster) if agency in (each.code, each.name)]
    if len(listed) != 1:
        raise UsageError("usage.no_such_agency", agency=agency)
    return listed[0]


def write_output(content: bytes, output: Output | None, *, force: bool) -> None:
    """Write bytes to a path or stream, or nowhere. Raises WritingError, UsageError if the path exists."""
    if isinstance(output, str | Path):
        save_file(Path(output), content, force=force)
    elif output is not None:
        output.write(content)
