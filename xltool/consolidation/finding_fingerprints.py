"""Fingerprints that identify a finding across runs, and the comparison of two runs: new, still present, gone.

A fingerprint covers owner, year, code, relation and cells. It does not cover figures, so that a balance with another
residual is the same finding, nor the name or folder of the file.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePath

from xltool.messages import catalogue
from xltool.model.consolidation import Consolidation, FindingChanges, FindingRecord, ReviewedFile, Status
from xltool.model.finding import Finding

_MAX_GONE_SHOWN = 20  # on the console; the workbook and --json list all
_MAX_DROPPED_SHOWN = 20
_QUOTES_LAST_YEAR = "claim.old"
_FINGERPRINT_DIGITS = 12  # among a million findings two are equal by chance once in 500 runs


def compute_fingerprint(finding: Finding, owner: str, year: int | None) -> str:
    """Return twelve hexadecimal digits that are equal for the same finding in every run."""
    spots = sorted(spot.id or f"{spot.sheet}!{spot.address}" for spot in finding.cells)
    parts = [owner, str(year or ""), finding.code, finding.relation or "", *spots, *_identify_row(finding)]
    return hashlib.sha256("|".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:_FINGERPRINT_DIGITS]


def _identify_row(finding: Finding) -> list[str]:
    """Return what tells findings about rows of a merged list apart: the key, and the column that differs."""
    if finding.code not in {"merge.repeated_row", "merge.row_differs"}:
        return []
    return [str(finding.facts["raw"]), str(finding.facts.get("label", ""))]


def identify_owner(item: ReviewedFile) -> str:
    """Return the owner of a file's findings: the agency's code, else its name, else the file name."""
    read = item.submission
    return (read.agency_key if read else "") or PurePath(item.file).name


def fingerprint_file_finding(item: ReviewedFile, finding: Finding) -> str:
    """Return the fingerprint of a finding about a file; empty for a superseded file."""
    if item.status is Status.SUPERSEDED:
        return ""
    return compute_fingerprint(finding, identify_owner(item), item.submission.year if item.submission else None)


def fingerprint_area_finding(consolidation: Consolidation, finding: Finding) -> str:
    """Return the fingerprint of a finding about a consolidation itself."""
    return compute_fingerprint(finding, _identify_area(consolidation), consolidation.year)


def iterate_finding_records(
    reviewed_files: Iterable[ReviewedFile], consolidation: Consolidation | None = None
) -> Iterator[FindingRecord]:
    """Yield a record of every finding of a run, including those of the consolidation itself."""
    for item in reviewed_files:
        name = item.submission.agency_name if item.submission else PurePath(item.file).name
        for finding in item.findings:
            if mark := fingerprint_file_finding(item, finding):
                yield _make_record(mark, identify_owner(item), name, finding)
    if consolidation:
        for finding in consolidation.findings:
            mark = fingerprint_area_finding(consolidation, finding)
            yield _make_record(mark, _identify_area(consolidation), consolidation.summary.agency_name, finding)


def name_check(finding: Finding) -> str:
    """Return the code of the check that made a finding; figures of last year quoted in a text have one of their own."""
    return finding.wording if finding.wording == _QUOTES_LAST_YEAR else finding.code


def _make_record(mark: str, owner: str, name: str, finding: Finding) -> FindingRecord:
    return FindingRecord(mark, owner, name, finding.severity, catalogue.render_problem(finding), name_check(finding))


def compare_findings(
    earlier_records: Mapping[str, FindingRecord],
    since: str,
    reviewed_files: Iterable[ReviewedFile],
    consolidation: Consolidation | None,
    is_checked: Callable[[FindingRecord], bool] = lambda record: True,
) -> FindingChanges:
    """Compare the findings of this run with ``earlier_records`` of an earlier run, stored in the file ``since``.

    Findings of agencies that are not part of this run are left out, and those for which ``is_checked`` says that this
    run did not run their check: nobody knows whether they are resolved.
    """
    items = list(reviewed_files)
    year = consolidation.year if consolidation else None
    whole = [item for item in items if year is None or item.submission is None or item.submission.year == year]
    now = frozenset(each.fingerprint for each in iterate_finding_records(items, consolidation))
    seen = (
        {identify_owner(item) for item in whole}
        | {PurePath(item.file).name for item in items}
        | {_identify_area(consolidation) if consolidation else ""}
    )
    gone = tuple(
        record
        for mark, record in earlier_records.items()
        if mark not in now and record.whose in seen and is_checked(record)
    )
    return FindingChanges(since, now - earlier_records.keys(), now & earlier_records.keys(), gone)


def classify_change(changes: FindingChanges | None, fingerprint: str) -> str:
    """Return the change, such as ``new`` or ``still``, for a fingerprint; empty without an earlier run."""
    if changes is None or not fingerprint:
        return ""
    return "new" if fingerprint in changes.new else "still" if fingerprint in changes.still else ""


def mark_if_new(item: ReviewedFile, finding: Finding, changes: FindingChanges | None) -> str:
    """Return the mark to print before a new finding; empty for any other."""
    return catalogue.format_line("new") if changes and fingerprint_file_finding(item, finding) in changes.new else ""


def describe_changes(changes: FindingChanges | None) -> Iterator[str]:
    """Yield console lines: the numbers of new, remaining and gone findings, then the gone ones."""
    if changes is None:
        return
    counts = {"new": len(changes.new), "still": len(changes.still), "gone": len(changes.gone)}
    yield catalogue.format_line("since", since=changes.since, **counts)
    if changes.dropped:
        names = changes.dropped[:_MAX_DROPPED_SHOWN]
        more = catalogue.Phrase("…" if len(changes.dropped) > len(names) else "")
        yield catalogue.format_line("dropped", count=len(changes.dropped), names=names, more=more)
    yield from (
        catalogue.format_line("gone", agency=record.name, message=catalogue.strip_details(record.message))
        for record in changes.gone[:_MAX_GONE_SHOWN]
    )
    if len(changes.gone) > _MAX_GONE_SHOWN:
        yield catalogue.format_line("more_gone", count=len(changes.gone) - _MAX_GONE_SHOWN)


def _identify_area(consolidation: Consolidation) -> str:
    return f"area {consolidation.summary.agency_key}"
