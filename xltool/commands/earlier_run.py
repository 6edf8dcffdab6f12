"""Read the findings of an earlier run from its consolidated workbook or JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from xltool.commands.checked_rules import find_checked_rules
from xltool.commands.run_context import RunContext
from xltool.consolidation.finding_fingerprints import compare_findings
from xltool.errors import ForeignFileError, UnreadableFileError, UsageError
from xltool.messages import catalogue
from xltool.model.consolidation import Consolidation, FindingChanges, FindingRecord, ReviewedFile
from xltool.model.form import Severity
from xltool.recognition.read_consolidated import list_sheet_names, read_findings
from xltool.spreadsheet.load_file import FileSource, load_file
from xltool.spreadsheet.open_workbook import open_named_sheets


class EarlierRun(NamedTuple):
    """The findings of an earlier run by fingerprint, and the name of the file they were read from."""

    source: str
    findings: Mapping[str, FindingRecord]


def read_earlier_run(path: FileSource) -> EarlierRun:
    """Read the findings in a consolidated workbook, or in the JSON of check or merge. Raises UsageError."""
    try:
        records = _read_from_json(path) if path.suffix.casefold() == ".json" else _read_from_workbook(path)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, UnreadableFileError, ForeignFileError) as error:
        raise UsageError("usage.since", path=str(path)) from error
    if records is None:
        raise UsageError("usage.since", path=str(path))
    return EarlierRun(path.name, {record.fingerprint: record for record in records})


def read_replaced_run(output: Path | None) -> EarlierRun | None:
    """Read the workbook at ``output`` that this run will replace; None if it is not a consolidated workbook."""
    if output is None or not output.is_file():
        return None
    try:
        return read_earlier_run(output)
    except UsageError:
        return None


def compare_with_earlier_run(
    reviewed_files: Sequence[ReviewedFile],
    earlier_run: EarlierRun,
    run_context: RunContext,
    consolidation: Consolidation | None = None,
) -> FindingChanges:
    """Compare the findings of a run, for `merge` with its consolidation, with those of an earlier run."""
    rules = find_checked_rules(run_context, reviewed_files)
    return compare_findings(earlier_run.findings, earlier_run.source, reviewed_files, consolidation, rules.is_checked)


def _read_from_workbook(path: FileSource) -> tuple[FindingRecord, ...] | None:
    severities = {catalogue.look_up_word("severity", severity): severity for severity in Severity}
    return read_findings(open_named_sheets(path, list_sheet_names(["findings"])), severities)


def _read_from_json(path: FileSource) -> tuple[FindingRecord, ...] | None:
    content = json.loads(load_file(path).data.decode("utf-8-sig"))
    entries = content.get("noted")
    return None if entries is None else tuple(_parse_records(entries))


def _parse_records(entries: list[dict[str, Any]]) -> Iterator[FindingRecord]:
    for entry in entries:
        severity = Severity(entry["severity"])
        mark, owner, name = (str(entry[key]) for key in ("fingerprint", "whose", "name"))
        yield FindingRecord(mark, owner, name, severity, str(entry["message"]), str(entry.get("code", "")))
