"""Read the findings of an earlier run from its consolidated workbook or JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from xltool.commands.checked_rules import find_checked_rules
from xltool.commands.run_context import RunContext
from xltool.consolidation.finding_fingerprints import compare_findings
from xltool.consolidation.finding_remarks import join_remarks, make_remark
from xltool.consolidation.tree import list_manifest
from xltool.errors import ForeignFileError, UnreadableFileError, UsageError
from xltool.forms.workbook_words import workbook_words
from xltool.messages import catalogue
from xltool.model.consolidation import Consolidation, FindingChanges, FindingRecord, FindingRemark, ReviewedFile, Status
from xltool.model.form import Severity
from xltool.recognition.read_consolidated import list_sheet_names, read_finding_remarks, read_findings, read_manifest
from xltool.spreadsheet.load_file import FileSource, load_file
from xltool.spreadsheet.open_workbook import open_named_sheets


class EarlierRun(NamedTuple):
    """The findings of an earlier run by fingerprint, and the name of the file they were read from.

    ``counted`` are the agencies that were counted: names, perhaps empty, by code, else by name. ``remarks`` is what
    the coordinator wrote beside findings there.
    """

    source: str
    findings: Mapping[str, FindingRecord]
    counted: Mapping[str, str]
    remarks: tuple[FindingRemark, ...] = ()


class _StoredRun(NamedTuple):
    records: Sequence[FindingRecord]
    counted: Mapping[str, str]
    remarks: tuple[FindingRemark, ...] = ()


def read_earlier_run(path: FileSource) -> EarlierRun:
    """Read the findings in a consolidated workbook, or in the JSON of check or merge. Raises UsageError."""
    try:
        stored = _read_from_json(path) if path.suffix.casefold() == ".json" else _read_from_workbook(path)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, UnreadableFileError, ForeignFileError) as error:
        raise UsageError("usage.since", path=str(path)) from error
    if stored is None:
        raise UsageError("usage.since", path=str(path))
    findings = {record.fingerprint: record for record in stored.records}
    return EarlierRun(path.name, findings, stored.counted, stored.remarks)


def read_replaced_run(output: Path | None) -> EarlierRun | None:
    """Read the workbook at ``output`` that this run will replace; None if it is not a consolidated workbook."""
    if output is None or not output.is_file():
        return None
    try:
        return read_earlier_run(output)
    except UsageError:
        return None


def choose_earlier_run(since: EarlierRun | None, output: Path | None) -> EarlierRun | None:
    """Return the run to compare with, ``since`` if given; remarks of the workbook that is replaced are kept anyway."""
    replaced = read_replaced_run(output)
    if since is None or replaced is None:
        return since or replaced
    return since._replace(remarks=join_remarks((*since.remarks, *replaced.remarks)))


def compare_with_earlier_run(
    reviewed_files: Sequence[ReviewedFile],
    earlier_run: EarlierRun,
    run_context: RunContext,
    consolidation: Consolidation | None = None,
) -> FindingChanges:
    """Compare the findings of a run, for `merge` with its consolidation, with those of an earlier run."""
    rules = find_checked_rules(run_context, reviewed_files)
    changes = compare_findings(
        earlier_run.findings, earlier_run.source, reviewed_files, consolidation, rules.is_checked
    )
    changes = replace(changes, remarks=earlier_run.remarks)
    if consolidation is None:  # a check is often of some of the files
        return changes
    return replace(changes, dropped=tuple(_find_dropped(earlier_run, reviewed_files, run_context, consolidation)))


def _find_dropped(
    earlier_run: EarlierRun,
    reviewed_files: Sequence[ReviewedFile],
    run_context: RunContext,
    consolidation: Consolidation,
) -> Iterator[str]:
    """Yield the names of the agencies that were counted in the earlier run and are not now.

    Those outside the part of a roster that a run is about are left out.
    """
    read = [item.submission for item in reviewed_files if item.submission and item.status is Status.ACCEPTED]
    leaves = [leaf for submission in read for leaf in list_manifest(submission)]
    leaves += consolidation.summary.manifest
    counted = {leaf.key for leaf in leaves} | {each.agency_key for each in read}
    agencies, others = (run_context.roster.agencies, run_context.roster.others) if run_context.roster else ({}, {})
    for key, name in earlier_run.counted.items():
        if key not in counted and key not in others:
            yield agencies[key].name if key in agencies else name or key


def _read_from_workbook(path: FileSource) -> _StoredRun | None:
    severities = {catalogue.look_up_word("severity", severity): severity for severity in Severity}
    workbook = open_named_sheets(path, list_sheet_names(["findings"]) | {workbook_words().sheets["identity"]})
    records = read_findings(workbook, severities)
    counted = {leaf.key: leaf.name for leaf in read_manifest(workbook)}
    remarks = (make_remark(record, text) for record, text in read_finding_remarks(workbook, severities))
    return None if records is None else _StoredRun(records, counted, join_remarks(remarks))


def _read_from_json(path: FileSource) -> _StoredRun | None:
    content = json.loads(load_file(path).data.decode("utf-8-sig"))
    entries = content.get("noted")
    return None if entries is None else _StoredRun(tuple(_parse_records(entries)), _parse_counted(content))


def _parse_counted(content: Mapping[str, Any]) -> dict[str, str]:
    """Return the agencies of the accepted files in the JSON of check or merge."""
    counted: dict[str, str] = {}
    for row in (*content.get("submissions", ()), *content.get("files", ())):
        agency = row.get("agency")
        code, name = (agency.get("code"), agency.get("name")) if isinstance(agency, dict) else (agency, "")
        if row.get("status") == Status.ACCEPTED and (code or name):
            counted[str(code or name)] = str(name or "")
    return counted


def _parse_records(entries: list[dict[str, Any]]) -> Iterator[FindingRecord]:
    for entry in entries:
        severity = Severity(entry["severity"])
        mark, owner, name = (str(entry[key]) for key in ("fingerprint", "whose", "name"))
        yield FindingRecord(mark, owner, name, severity, str(entry["message"]), str(entry.get("code", "")))
