"""The run before this one: its findings, from the consolidated workbook or the JSON it left."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from xltool.consolidation.finding_fingerprints import changes
from xltool.errors import ForeignFileError, UnreadableFileError, UsageError
from xltool.model.consolidation import Changes, Noted, Reviewed
from xltool.model.form import Severity
from xltool.recognition.read_consolidated import lists, told
from xltool.spreadsheet.open_workbook import open_lists


class Before(NamedTuple):
    """The findings of an earlier run by fingerprint, and the name of the file that told them."""

    source: str
    findings: Mapping[str, Noted]


def read_before(path: Path) -> Before:
    """What a consolidated workbook, or the JSON of ``check`` or ``merge``, says was found. Raises UsageError."""
    try:
        found = _from_json(path) if path.suffix.casefold() == ".json" else _from_workbook(path)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, UnreadableFileError, ForeignFileError) as error:
        raise UsageError("usage.since", path=str(path)) from error
    if found is None:
        raise UsageError("usage.since", path=str(path))
    return Before(path.name, {each.fingerprint: each for each in found})


def left_by_last_run(output: Path | None) -> Before | None:
    """What the workbook at ``output`` says, which this run is about to replace; None where it is no such workbook."""
    if output is None or not output.is_file():
        return None
    try:
        return read_before(output)
    except UsageError:
        return None


def whats_new(reviewed: Iterable[Reviewed], before: Before) -> Changes:
    """What is new among the findings of `check`, still there and gone since an earlier run."""
    return changes(before.findings, before.source, reviewed, None)


def _from_workbook(path: Path) -> tuple[Noted, ...] | None:
    return told(open_lists(path, lists(["findings"])))


def _from_json(path: Path) -> tuple[Noted, ...] | None:
    found = json.loads(path.read_text("utf-8-sig"))
    entries = found.get("noted")
    return None if entries is None else tuple(_entries(entries))


def _entries(entries: list[dict[str, Any]]) -> Iterator[Noted]:
    for each in entries:
        severity = Severity(each["severity"])
        yield Noted(str(each["fingerprint"]), str(each["whose"]), str(each["name"]), severity, str(each["message"]))
