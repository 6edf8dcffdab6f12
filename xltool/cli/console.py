"""What a person at a console reads: results as lines and tables, and a progress bar on long work. The door to rich."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xltool.comparison.comparing import Compared, Pairs
from xltool.consolidation.finding_fingerprints import new, told
from xltool.consolidation.folding import MOST_ROWS
from xltool.messages import catalogue as texts
from xltool.model.consolidation import Changes, Consolidation, Reviewed, Status
from xltool.model.contributions import Traced
from xltool.model.finding import Finding
from xltool.model.form import Severity
from xltool.model.submission import Submission
from xltool.model.succession import silence

if TYPE_CHECKING:
    from xltool.pipeline import Drafted, Imported, Issued, Level, Progress, Written
    from xltool.workbooks.marks.covering_list import Returned

MOST_NOTES = 5  # of one file on the screen; --json and the consolidated workbook have all
_LONG_WORK = 20  # files: below this a progress bar is only a flicker
_MARKS = {Severity.MUST_FIX: "✗", Severity.EXPLAIN: "?", Severity.NOTE: "·"}
_REFUSED = (Status.UNREADABLE, Status.FOREIGN)


@contextmanager
def progress(doing: str) -> Iterator["Progress"]:
    """A bar on the error stream while work is long and somebody is watching; silent otherwise."""
    if not sys.stderr.isatty():
        yield lambda done, of, found: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    said = TextColumn("{task.fields[said]}")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), said, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(texts.word("doing", doing), visible=False, said="")

        def show(done: int, of: int, found: int) -> None:
            rate = f"{bar.tasks[task].speed or 0:.0f}"
            said = texts.told("so_far" if found else "rate", rate=rate, found=found)
            bar.update(task, completed=done, total=of, visible=of >= _LONG_WORK, said=said)

        yield show


def issued(items: Sequence["Issued"], folder: Path, prefilled: bool) -> str:
    """What `template` wrote."""
    said = [texts.told("issued", count=len(items), folder=str(folder))]
    if prefilled:
        said.append(texts.told("prefilled"))
    return "\n".join(said)


def checked(reviewed: Sequence[Reviewed], changes: Changes | None = None) -> str:
    """Every file with findings, problems first; then one line on how many are well, notes or not."""
    lines: list[str] = []
    for item in sorted(reviewed, key=_urgency):
        if item.findings or item.status is not Status.ACCEPTED:
            lines += [_head(item), *_findings(item, changes), ""]
    clean = sum(item.status is Status.ACCEPTED and not _open(item.findings) for item in reviewed)
    lines.append(texts.told("checked", count=len(reviewed), clean=clean, **_tally(reviewed)))
    lines += [*_remembered(reviewed), *told(changes)]
    return "\n".join(lines)


def sent_back(returned: Sequence["Returned"], folder: Path) -> str:
    """How many files go back, and as what."""
    if not returned:
        return texts.told("nothing_to_send")
    kinds = [sent.kind for sent in returned]
    counts = {kind: kinds.count(kind) for kind in ("marked", "cleared", "page")}
    return texts.told("sent_back", count=len(returned), folder=str(folder), **counts)


def imported(items: Sequence["Imported"], folder: Path) -> str:
    """What `import` read, report by report, and how sure it is."""
    sure = [found.sure for item in items if item.published for found in item.published.figures.values()]
    wanted = sum(len(item.reviewed.submission.values) for item in items if item.reviewed.submission)
    clean = sum(bool(item.workbook) and not _open(item.reviewed.findings) for item in items)
    said = texts.told(
        "imported",
        count=len(items),
        made=sum(bool(item.workbook) for item in items),
        clean=clean,
        read=sure.count("printed"),
        solved=sure.count("solved"),
        open=wanted - sure.count("printed") - sure.count("solved"),
        folder=str(folder),
    )
    return "\n".join([checked([item.reviewed for item in items]), said])


def merged(made: Consolidation, output: Path, beside: Iterable[Path | None] = ()) -> str:
    """How many files ended how, who is missing, what is open, and where the workbook lies."""
    lines: list[str] = []
    for item in sorted(made.tracking, key=_urgency):
        if item.status is not Status.ACCEPTED:
            told_already = item.reason in item.findings
            reason = [f"    {texts.say(item.reason)}"] if item.reason and not told_already else []
            lines += [_head(item), *reason, *_findings(item, made.changes)]
    lines += [f"{texts.told('area_finding')}{texts.say(finding)}" for finding in made.findings]
    lines += _for_coordinators(made)
    sent_back = tuple(agency for agency in made.missing if agency not in made.unreported)
    for key, agencies in (("not_summed", sent_back), ("missing", made.unreported)):
        if agencies:
            names = tuple(f"{agency.name}（{agency.code}）" for agency in agencies)
            lines.append(texts.told(key, count=len(names), names=names))
    states = [item.status for item in made.tracking]
    counts = {status.value: states.count(status) for status in Status}
    lines.append(texts.told("merged", found=len(states), parts=len(made.summary.manifest), **counts))
    if made.missing:
        lines.append(texts.told("incomplete", count=len(made.missing)))
    if len(made.parts) > MOST_ROWS and made.roster:
        lines.append(texts.told("folded", count=len(made.parts), most=MOST_ROWS))
    lines += [*_remembered(made.tracking), *told(made.changes), texts.told("written", path=str(output))]
    lines += [texts.told("written_too", path=str(path)) for path in beside if path]
    return "\n".join(lines)


def _remembered(items: Iterable[Reviewed]) -> list[str]:
    """How many files had not to be read again, where that was so."""
    known = {item.file: item.remembered for item in items}
    again = sum(known.values())
    return [texts.told("remembered", count=again, read=len(known) - again)] if again else []


def _for_coordinators(made: Consolidation) -> list[str]:
    """What stands with a reason, and what rules on trial and comparisons with other agencies found."""
    lines = []
    stands = [finding for item in made.tracking if item.counted for finding in item.findings if finding.settled]
    if stands:
        lines.append(texts.told("stands", count=len(stands)))
    trial = [(item, finding) for item in made.tracking for finding in item.trial]
    if trial:
        codes = tuple(sorted({finding.code for _, finding in trial}))
        files = len({item.file for item, _ in trial})
        lines.append(texts.told("trial", count=len(trial), files=files, codes=codes))
        lines += [
            f"  {_MARKS[Severity.NOTE]} {_name(item.submission)}\uff1a{texts.say(each)}"
            for item, each in trial[:MOST_NOTES]
        ]
    return lines


def levelled(levels: Sequence["Level"], whole: Consolidation, beside: Iterable[Path | None] = ()) -> str:
    """Each area below the whole in a line, then of the whole what `merged` says."""
    lines = [
        texts.told(
            "level",
            area=level.area.name,
            counted=len(level.made.summary.manifest),
            expected=level.made.expected,
            file=str(level.file),
        )
        for level in levels[:-1]
    ]
    return "\n".join([*lines, merged(whole, levels[-1].file, beside)])


def standing(made: Consolidation) -> str:
    """Each agency of the roster with the state of its return, as a table."""
    latest = {item.submission.agency_code: item for item in _standing_order(made.tracking) if item.submission}
    rows, missing = [], {agency.code for agency in made.missing}
    for agency in made.roster or ():
        item = latest.get(agency.code)
        state = texts.word("status", item.status.value if item else silence(agency, made.year, missing))
        open_count = len(_open(item.findings)) if item else 0
        rows.append((agency.code, agency.name, state, str(open_count or ""), Path(item.file).name if item else ""))
    return table(("code", "name", "state", "open", "file"), rows)


def traced(figures: Iterable[Traced]) -> str:
    """For each figure its official words and total, then its contributors, those who add nothing as a number."""
    return "\n".join(line for figure in figures for line in _traced(figure))


def _traced(figure: Traced) -> Iterator[str]:
    cell, spot = figure.cell, figure.spot
    yield texts.told(
        "traced_bound" if figure.lacking else "traced",
        lacking=figure.lacking,
        expected=figure.expected,
        place=f"{spot.sheet}!{spot.address}",
        figure=cell.words,
        cell=cell.id,
        total=figure.total,
        unit=cell.unit,
    )
    adding = [each for each in figure.contributions if each.value]
    if adding:
        rows = [
            (each.agency.code, each.agency.name, f"{each.value:,}", _percent(figure.share(each)), each.file)
            for each in adding
        ]
        yield table(("code", "name", "value", "share", "file"), rows)
    zero = sum(each.value == 0 for each in figure.contributions)
    yield texts.told("traced_rest", adding=len(adding), zero=zero, open=len(figure.contributions) - len(adding) - zero)
    if not figure.agrees:
        found = sum(each.value or 0 for each in adding)
        yield texts.told("traced_otherwise", total=figure.total, found=found)


def _percent(share: Decimal | None) -> str:
    return "" if share is None else f"{share:.1%}"


def published(written: Iterable["Written"]) -> str:
    """What was published, and which sections still hold nothing."""
    lines = []
    for report in written:
        lines.append(texts.told("published", file=report.source, written=tuple(str(file) for file in report.files)))
        if report.empty:
            lines.append(texts.told("published_empty", sections=report.empty))
    return "\n".join(lines)


def drafted(offered: Iterable["Drafted"]) -> str:
    """The paragraphs offered, under the file and the section they are for."""
    lines = []
    for each in offered:
        for heading, paragraphs in each.drafts.items():
            lines += [texts.told("drafted", file=each.source, section=heading), *paragraphs]
            lines += [texts.told("drafted_pattern"), *each.patterns[heading]]
    return "\n".join(lines)


def compared(found: Compared) -> str:
    """Which file is which, every difference as a line, then how many there are."""
    from xltool.pages.difference_text import sides, summary, told

    if found.same and not found.resubmitted:
        return summary(found)
    return "\n".join([*sides(found), *(each.words for each in told(found)), summary(found)])


def compared_pairs(found: Pairs) -> str:
    """Every pair, those that differ with what they differ in; files without their like; how many there are."""
    same = sum(pair.same for pair in found.compared)
    lines = [_pair_same(pair) if pair.same else compared(pair) for pair in found.compared]
    for name, files in zip((texts.word("compared", "left"), texts.word("compared", "right")), found[1:3], strict=True):
        lines += [texts.told("compared_file_only", name=name, file=file) for file in files]
    lines += [texts.told("compared_unreadable", file=file, reason=reason) for file, reason in found.unreadable]
    counts = {
        "count": len(found.compared),
        "same": same,
        "differ": len(found.compared) - same,
        "alone": len(found.only_left) + len(found.only_right),
        "unreadable": len(found.unreadable),
    }
    return "\n".join([*lines, texts.told("compared_pairs", **counts)])


def _pair_same(found: Compared) -> str:
    read = found.left.submission
    return texts.told("compared_pair_same", agency=read.agency_name or read.source.file, year=read.year)


def _urgency(item: Reviewed) -> tuple[int, str]:
    order = (Status.RETURNED, Status.UNREADABLE, Status.FOREIGN, Status.ACCEPTED, Status.SUPERSEDED)
    return (order.index(item.status), item.file)


def _standing_order(tracking: Iterable[Reviewed]) -> list[Reviewed]:
    """So that the state that counts comes last: a superseded return never hides the one that replaced it."""
    return sorted(tracking, key=lambda item: item.status is not Status.SUPERSEDED)


def _head(item: Reviewed) -> str:
    return texts.told(
        "file",
        file=item.file,
        agency=_name(item.submission) or texts.word("shown", "unknown"),
        status=texts.word("status", item.status.value),
    )


def _name(submission: Submission | None) -> str:
    return submission.agency_name if submission else ""


def _open(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.open]


def _findings(item: Reviewed, changes: Changes | None) -> list[str]:
    notes = [finding for finding in item.findings if not finding.open]
    lines = [f"  {_MARKS[each.severity]} {new(item, each, changes)}{texts.say(each)}" for each in _open(item.findings)]
    lines += [f"  {_MARKS[Severity.NOTE]} {texts.say(finding)}" for finding in notes[:MOST_NOTES]]
    if len(notes) > MOST_NOTES:
        lines.append("  " + texts.told("more_notes", count=len(notes) - MOST_NOTES))
    return lines


def _tally(reviewed: Iterable[Reviewed]) -> dict[str, int]:
    states = [item.status for item in reviewed]
    return {
        "returned": states.count(Status.RETURNED),
        "refused": sum(state in _REFUSED for state in states),
    }


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Rows under headings, which are keys of our words, as wide as the screen."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table: Any = Table(*(texts.word("column", column) for column in columns), box=box.SIMPLE_HEAD)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    out = StringIO()
    width = Console(stderr=True).width if sys.stdout.isatty() else 200
    Console(file=out, width=width, color_system=None).print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())
