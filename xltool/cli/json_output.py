"""Encode results as JSON for other programs. Counts are numbers, amounts are strings of exact decimals."""

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from pathlib import Path

from xltool.cli.json_lists import encode_lists
from xltool.commands.previous_use import PreviousUse
from xltool.consolidation import finding_fingerprints
from xltool.consolidation.show_status import count_statuses
from xltool.forms.compare_editions import EditionDifference
from xltool.messages import catalogue
from xltool.messages.figure_phrases import render_place
from xltool.model.agency import Agency, Roster
from xltool.model.consolidation import Consolidation, FindingChanges, FindingRecord, ReviewedFile
from xltool.model.finding import Finding
from xltool.model.finding_facts import StructuredFact
from xltool.model.form import Number
from xltool.model.period import plain_year
from xltool.model.published import PublishedReport
from xltool.model.submission import EntryState, Submission
from xltool.workbooks.marks.covering_list import ReturnedFile
from xltool.workbooks.summary.agency_status import count_agencies


def encode_check(
    reviewed: Iterable[ReviewedFile],
    returned: Sequence[ReturnedFile] | None = None,
    changes: FindingChanges | None = None,
    codes: Mapping[str, str] | None = None,
) -> dict[str, object]:
    """Encode the answer of ``check --json``: one entry for every file; with ``--return``, the files to send back.

    ``codes`` are the check codes of accepted returns, by file. ``controls`` holds the typed control figures (核对数)
    by id. ``kind`` of a returned file is marked (with the findings in it), cleared (without those of an earlier check)
    or page. ``noted`` holds the fingerprints a later run compares with, ``since`` the comparison with an earlier run.
    """
    items = list(reviewed)
    counts = count_statuses(items)
    answer: dict[str, object] = {"found": len(items), **counts, "counts": counts}
    answer |= {
        **_count_read(items),
        "submissions": [_encode_submission(item, (codes or {}).get(item.file)) for item in items],
    }
    answer |= _encode_changes(finding_fingerprints.iterate_finding_records(items), changes)
    if returned is not None:
        answer["returned"] = [
            {"file": sent.item.file, "agency": sent.agency.code or None, "returned": sent.file, "kind": sent.kind}
            for sent in returned
        ]
    return answer


def encode_merge(consolidation: Consolidation) -> dict[str, object]:
    """Encode the answer of ``merge --json``.

    ``found`` is the sum of the counts of files by status; ``agency_counts`` are the counts of agencies, of which
    ``expected`` is the sum of the others. ``missing`` lists the agencies without a return that could be read,
    ``not_summed`` also those whose return was sent back or held. ``incomplete`` is the number of agencies a total
    lacks, by cell id.
    ``stands`` lists findings of summed returns that a written reason or a waiver settles; ``trial`` lists, for
    coordinators, the findings of trial rules and of comparisons between agencies.
    """
    counts = count_statuses(consolidation.tracking)
    return {
        "found": len(consolidation.tracking),
        **counts,
        "counts": counts,
        "agency_counts": encode_agency_counts(consolidation),
        "missing": [agency.code for agency in consolidation.unreported],
        "not_summed": [agency.code for agency in consolidation.missing],
        "complete": consolidation.complete,
        **_count_read(consolidation.tracking),
        "year": plain_year(consolidation.year),
        "files": [encode_tracking_row(item) for item in consolidation.tracking],
        "totals": _encode_totals(consolidation),
        **encode_lists(consolidation.summary),
        "incomplete": dict(consolidation.lacking),
        "findings": [encode_finding(finding) for finding in consolidation.findings],
        "stands": [
            {"file": item.file} | encode_finding(each)
            for item in consolidation.tracking
            if item.counted
            for each in item.findings
            if each.settled
        ],
        "trial": [{"file": item.file} | encode_finding(each) for item in consolidation.tracking for each in item.trial],
        **_encode_changes(
            finding_fingerprints.iterate_finding_records(consolidation.tracking, consolidation), consolidation.changes
        ),
        "roster": encode_roster(consolidation.roster),
    }


def encode_agency_counts(consolidation: Consolidation) -> dict[str, int] | None:
    """Encode the counts of agencies; None without a roster, where it is not known which are expected."""
    return count_agencies(consolidation)._asdict() if consolidation.roster else None


def encode_roster(roster: Roster | None) -> dict[str, object] | None:
    """Encode the roster of a run: its file, the number of agencies on it, and notes on how it was read."""
    if roster is None:
        return None
    return {"file": roster.source, "agencies": len(roster), "notes": [encode_finding(note) for note in roster.notes]}


def _count_read(reviewed_files: Iterable[ReviewedFile]) -> dict[str, object]:
    """Count the files read in this run and those taken from the reading cache."""
    known = {item.file: item.remembered for item in reviewed_files}
    return {"read": sum(not each for each in known.values()), "remembered": sum(known.values())}


def _encode_changes(noted: Iterable[FindingRecord], changes: FindingChanges | None) -> dict[str, object]:
    """Encode every finding by fingerprint and, given an earlier run, which are new, unchanged or gone."""
    answer: dict[str, object] = {"noted": [_encode_record(each) for each in noted]}
    if changes:
        gone = [_encode_record(each) for each in changes.gone]
        answer["since"] = {
            "file": changes.since,
            "new": sorted(changes.new),
            "still": sorted(changes.still),
            "gone": gone,
            **({} if changes.dropped is None else {"dropped": list(changes.dropped)}),
        }
    return answer


def _encode_record(record: FindingRecord) -> dict[str, object]:
    return {**record._asdict(), "severity": record.severity.value}


def encode_merged_levels(
    whole: Consolidation, lower_levels: Iterable[tuple[Agency, str, Consolidation]]
) -> dict[str, object]:
    """Encode the answer of ``merge --levels --json``: the whole, and under ``levels`` each lower area."""
    levels = [
        {
            "code": area.code,
            "name": area.name,
            "file": file,
            "agencies": [leaf.code for leaf in made.summary.manifest],
            "not_summed": [leaf.code for leaf in made.summary.absent],
            "totals": _encode_totals(made),
            "findings": [encode_finding(finding) for finding in made.findings],
        }
        for area, file, made in lower_levels
    ]
    return {**encode_merge(whole), "levels": levels}


def encode_import(items: Iterable[tuple[ReviewedFile, PublishedReport | None, Path | None]]) -> dict[str, object]:
    """Encode the answer of ``import --json``: as ``check``, with the new workbook and each figure's place.

    ``printed`` are the figures as printed, totals included; ``values`` are computed from their addends.
    """
    answer = []
    for reviewed, published, workbook in items:
        figures = published.figures if published else {}
        log = {
            cell: {"where": render_place(found.where) if found.where else "", "sure": found.sure, "raw": found.raw}
            for cell, found in figures.items()
        }
        answer.append(
            {
                **_encode_submission(reviewed),
                "workbook": str(workbook) if workbook else None,
                "printed": {
                    cell: encode_number(found.value) for cell, found in figures.items() if found.value is not None
                },
                "log": log,
            }
        )
    return {"submissions": answer}


def _encode_setting(value: object) -> object:
    """Encode the value of a setting; a decimal as text, exactly."""
    return str(value) if isinstance(value, Decimal) else value


def encode_edition_changes(difference: EditionDifference) -> dict[str, object]:
    """Encode the answer of ``forms diff --json``: changed figures by id with their words, relations and sections."""
    return {
        "form": difference.new.id,
        "editions": [difference.old.edition, difference.new.edition],
        "kept": list(difference.kept),
        "gone": [cell.id for cell in difference.gone],
        "added": [cell.id for cell in difference.added],
        "reworded": [pair.new.id for pair in difference.reworded],
        "settings": [
            {
                "cell": item.cell.id,
                "setting": item.setting,
                "old": _encode_setting(item.old),
                "new": _encode_setting(item.new),
            }
            for item in difference.settings
        ],
        "relations": [change._asdict() for change in difference.relations],
        "sections": [change._asdict() for change in difference.sections],
        "words": {
            **{cell.id: {"old": cell.words, "new": None} for cell in difference.gone},
            **{cell.id: {"old": None, "new": cell.words} for cell in difference.added},
            **{pair.new.id: {"old": pair.old.words, "new": pair.new.words} for pair in difference.reworded},
        },
    }


def encode_previous_use(previous_use: PreviousUse | None) -> dict[str, object] | None:
    """Encode what ``--previous`` was good for: the year, and the codes of agencies with and without its figures.

    ``missing`` is the period before, where only the same period of last year was given.
    """
    if previous_use is None:
        return None
    return {
        "year": plain_year(previous_use.year),
        "used": list(previous_use.used),
        "without": list(previous_use.without),
        **({} if previous_use.missing is None else {"missing": plain_year(previous_use.missing)}),
    }


def dump_json(answer: Mapping[str, object]) -> str:
    """Return indented JSON text with Chinese characters unescaped."""
    return json.dumps(answer, ensure_ascii=False, indent=1)


def _encode_submission(item: ReviewedFile, code: str | None = None) -> dict[str, object]:
    submission = item.submission
    agency = {"code": submission.agency_code or None, "name": submission.agency_name or None} if submission else None
    return {
        "file": item.file,
        "sha256": item.sha256 or None,
        "form": submission.form if submission else None,
        "edition": submission.edition if submission else None,
        "year": plain_year(submission.year) if submission else None,
        "scope": submission.scope.value if submission else None,
        "agency": agency,
        "status": item.status.value,
        "program": submission.source.program or None if submission else None,
        "values": _encode_values(submission) if submission else {},
        "states": {
            cell: entry.state.value
            for cell, entry in (submission.entries.items() if submission else ())
            if entry.state is not EntryState.NUMBER and submission and submission.values[cell] is None
        },
        **(encode_lists(submission) if submission else {}),
        "controls": _encode_ledger_totals(submission) if submission else {},
        "findings": [
            encode_finding(each) | {"fingerprint": finding_fingerprints.fingerprint_file_finding(item, each)}
            for each in item.findings
        ],
        **({"check_code": code} if code else {}),
        **_encode_versions(item),
    }


def _encode_ledger_totals(submission: Submission) -> dict[str, int | str | None]:
    return {key: encode_number(entry.value) for key, entry in submission.controls.items()}


def _encode_versions(item: ReviewedFile) -> dict[str, object]:
    """Encode the other versions, the changed figures and the decision of a file, each only if there is one."""
    answer: dict[str, object] = {}
    if item.versions:
        answer["versions"] = [
            {key: value or None for key, value in version._asdict().items()} for version in item.versions
        ]
    if item.figure_changes:
        answer["changes"] = [
            {
                "cell": change.id,
                "sheet": change.sheet,
                "address": change.address,
                "old": _encode_fact(change.old),
                "new": _encode_fact(change.new),
            }
            for change in item.figure_changes
        ]
    if item.decision:
        decision = item.decision
        answer["decision"] = {
            "ruling": decision.ruling.value,
            "as": decision.target or None,
            "reason": decision.reason,
            "author": decision.author,
            "date": decision.date,
            "row": decision.row,
        }
    return answer


def encode_finding(finding: Finding) -> dict[str, object]:
    """Encode a finding: code, severity, message in full and in a line, cells and facts."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": catalogue.render_finding(finding),
        "brief": catalogue.render_brief(finding),
        "relation": finding.relation,
        "settled": catalogue.render_settlement(finding) or None,
        "cells": [{"id": spot.id or None, "sheet": spot.sheet, "address": spot.address} for spot in finding.cells],
        "facts": {key: _encode_fact(value) for key, value in finding.facts.items()},
    }


def encode_tracking_row(item: ReviewedFile) -> dict[str, object]:
    """Encode a file of a merge with its status, reason, other versions and decision."""
    return {
        "file": item.file,
        "sha256": item.sha256 or None,
        "status": item.status.value,
        "agency": item.submission.agency_code if item.submission else None,
        "named_agency": item.named_agency.code if item.named_agency else None,
        "reason": catalogue.render_finding(item.reason) if item.reason else None,
        **_encode_versions(item),
    }


def _encode_totals(consolidation: Consolidation) -> dict[str, object]:
    """Encode the totals by cell id; of a choice, how many chose each word."""
    summary = consolidation.summary
    figures: dict[str, object] = {cell: encode_number(value) for cell, value in summary.values.items()}
    return {**figures, **{cell: dict(tally) for cell, tally in summary.tallies.items()}}


def _encode_values(submission: Submission) -> dict[str, int | str | None]:
    """Encode the figures by cell id; choices, dates and texts as their words."""
    return {**{cell: encode_number(value) for cell, value in submission.values.items()}, **submission.words}


def encode_number(value: Number | None) -> int | str | None:
    """Return a count as a number and an amount as the text of its exact decimal."""
    return f"{value:f}" if isinstance(value, Decimal) else value


def _encode_fact(value: object) -> object:
    match value:
        case Decimal():
            return f"{value:f}"
        case Enum():
            return value.value
        case StructuredFact():
            return str(catalogue.render_structure(value))
        case tuple() | list():
            return [_encode_fact(item) for item in value]
        case Mapping():
            return {str(key): _encode_fact(item) for key, item in value.items()}
        case None | bool() | int() | str():
            return value
    return str(value)
