"""What other programs get: the JSON of `check` and `merge`. Counts are numbers, amounts strings of exact decimals."""

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import Enum

from xltool.consolidation import finding_fingerprints as fingerprints
from xltool.forms.editions import Difference
from xltool.messages import catalogue as texts
from xltool.model.agency import Agency
from xltool.model.consolidation import Changes, Consolidation, Noted, Reviewed, Status
from xltool.model.contributions import Contribution, Traced
from xltool.model.finding import Finding
from xltool.model.form import Number
from xltool.model.submission import State
from xltool.model.succession import silence
from xltool.workbooks.marks.covering_list import Returned


def checked(
    reviewed: Iterable[Reviewed], returned: Sequence[Returned] | None = None, changes: Changes | None = None
) -> dict[str, object]:
    """The answer of ``check --json``: one entry for every file found; with ``--return``, what was made to go back.

    ``controls`` are the control figures (核对数) that were typed, by their ids.
    The ``kind`` of what goes back is marked (a copy with the findings in it), cleared (without those of an earlier
    check) or page. ``noted`` is what a later run compares with, ``since`` what this one was compared with.
    """
    items = list(reviewed)
    answer: dict[str, object] = {**_reading(items), "submissions": [_submission(item) for item in items]}
    answer |= _compared(fingerprints.noted(items), changes)
    if returned is not None:
        answer["returned"] = [
            {"file": sent.item.file, "agency": sent.agency.code or None, "returned": sent.file, "kind": sent.kind}
            for sent in returned
        ]
    return answer


def merged(made: Consolidation) -> dict[str, object]:
    """The answer of ``merge --json``.

    ``found`` is the sum of the five counts of files; ``missing`` are the agencies from whom nothing came, and
    ``not_summed`` they and those whose return went back; ``incomplete`` is how many agencies a total lacks, by cell.
    ``stands`` is what a written reason or a waiver settles in returns that are summed; ``trial``, for coordinators,
    what rules on trial and comparisons with other agencies found.
    """
    states = [item.status for item in made.tracking]
    counts = {status.value: states.count(status) for status in Status}
    return {
        "found": len(states),
        **counts,
        "missing": [agency.code for agency in made.unreported],
        "not_summed": [agency.code for agency in made.missing],
        "complete": made.complete,
        **_reading(made.tracking),
        "year": made.year,
        "files": [_tracked(item) for item in made.tracking],
        "totals": {cell: as_number(value) for cell, value in made.summary.values.items()},
        "incomplete": dict(made.lacking),
        "findings": [as_finding(finding) for finding in made.findings],
        "stands": [
            {"file": item.file} | as_finding(each)
            for item in made.tracking
            if item.counted
            for each in item.findings
            if each.settled
        ],
        "trial": [{"file": item.file} | as_finding(each) for item in made.tracking for each in item.trial],
        **_compared(fingerprints.noted(made.tracking, made), made.changes),
    }


def _reading(items: Iterable[Reviewed]) -> dict[str, object]:
    """How many files were read in this run, and of how many it was known what they hold."""
    known = {item.file: item.remembered for item in items}
    return {"read": sum(not each for each in known.values()), "remembered": sum(known.values())}


def _compared(noted: Iterable[Noted], changes: Changes | None) -> dict[str, object]:
    """Every finding by its fingerprint; and, where an earlier run is known, what is new since, still there and gone."""
    found: dict[str, object] = {"noted": [_noted(each) for each in noted]}
    if changes:
        gone = [_noted(each) for each in changes.gone]
        found["since"] = {
            "file": changes.since,
            "new": sorted(changes.new),
            "still": sorted(changes.still),
            "gone": gone,
        }
    return found


def _noted(each: Noted) -> dict[str, object]:
    return {**each._asdict(), "severity": each.severity.value}


def levelled(whole: Consolidation, below: Iterable[tuple[Agency, str, Consolidation]]) -> dict[str, object]:
    """The answer of ``merge --levels --json``: that of the whole, and under ``levels`` each area below, its file."""
    levels = [
        {
            "code": area.code,
            "name": area.name,
            "file": file,
            "agencies": [leaf.code for leaf in made.summary.manifest],
            "not_summed": [leaf.code for leaf in made.summary.absent],
            "totals": {cell: as_number(value) for cell, value in made.summary.values.items()},
            "findings": [as_finding(finding) for finding in made.findings],
        }
        for area, file, made in below
    ]
    return {**merged(whole), "levels": levels}


def standing(made: Consolidation) -> dict[str, object]:
    """The answer of ``status --json``: every agency of the roster and what became of its return."""
    latest = {item.submission.agency_code: item for item in made.tracking if item.submission}
    latest |= {
        item.submission.agency_code: item
        for item in made.tracking
        if item.submission and item.status is not Status.SUPERSEDED
    }
    agencies: list[dict[str, object]] = []
    missing = {agency.code for agency in made.missing}
    for agency in made.roster or ():
        item = latest.get(agency.code)
        status = item.status.value if item else silence(agency, made.year, missing)
        agencies.append(
            {"code": agency.code, "name": agency.name, "status": status, "file": item.file if item else None}
        )
    return {"agencies": agencies, "missing": [agency.code for agency in made.unreported]}


def traced(figures: Iterable[Traced]) -> dict[str, object]:
    """The answer of ``trace --json``: for each figure every part of the sum, the largest first.

    ``share`` is its part of the total, 0 to 1, as text of an exact decimal; ``agrees`` whether the parts come to the
    total of the official table.
    """
    return {
        "figures": [
            {
                "id": figure.cell.id,
                "line": figure.cell.line_words,
                "column": figure.cell.column_words,
                "unit": figure.cell.unit,
                "sheet": figure.spot.sheet,
                "address": figure.spot.address,
                "total": as_number(figure.total),
                "agrees": figure.agrees,
                "lacking": figure.lacking,
                "expected": figure.expected,
                "contributors": [_contribution(figure, each) for each in figure.contributions],
            }
            for figure in figures
        ]
    }


def _contribution(figure: Traced, each: Contribution) -> dict[str, object]:
    return {
        "code": each.agency.code or None,
        "name": each.agency.name or None,
        "scope": each.agency.scope.value,
        "agencies": each.agencies,
        "value": as_number(each.value),
        "share": as_number(figure.share(each)),
        "file": each.file or None,
    }


def imported(items: Iterable[tuple[Reviewed, object, object]]) -> dict[str, object]:
    """The answer of ``import --json``: as ``check --json``, with the workbook made and where each figure stood."""
    answer = []
    for reviewed, published, workbook in items:
        figures = getattr(published, "figures", {})
        log = {cell: {"where": found.where, "sure": found.sure, "raw": found.raw} for cell, found in figures.items()}
        answer.append({**_submission(reviewed), "workbook": str(workbook) if workbook else None, "log": log})
    return {"submissions": answer}


def editions(found: Difference) -> dict[str, object]:
    """What `forms diff` answers: ids of figures, of those that are not in both also the words; relations, sections."""
    return {
        "form": found.new.id,
        "editions": [found.old.edition, found.new.edition],
        "kept": list(found.kept),
        "gone": [cell.id for cell in found.gone],
        "added": [cell.id for cell in found.added],
        "reworded": [pair.new.id for pair in found.reworded],
        "relations": [change._asdict() for change in found.relations],
        "sections": [change._asdict() for change in found.sections],
        "words": {
            **{cell.id: {"old": cell.words, "new": None} for cell in found.gone},
            **{cell.id: {"old": None, "new": cell.words} for cell in found.added},
            **{pair.new.id: {"old": pair.old.words, "new": pair.new.words} for pair in found.reworded},
        },
    }


def dumps(answer: Mapping[str, object]) -> str:
    """JSON text, readable and in Chinese as it is."""
    return json.dumps(answer, ensure_ascii=False, indent=1)


def _submission(item: Reviewed) -> dict[str, object]:
    read = item.submission
    return {
        "file": item.file,
        "sha256": item.sha256 or None,
        "form": read.form if read else None,
        "edition": read.edition if read else None,
        "year": read.year if read else None,
        "scope": read.scope.value if read else None,
        "agency": {"code": read.agency_code or None, "name": read.agency_name or None} if read else None,
        "status": item.status.value,
        "program": read.source.program or None if read else None,
        "values": {cell: as_number(value) for cell, value in read.values.items()} if read else {},
        "states": {
            cell: entry.state.value
            for cell, entry in (read.entries.items() if read else ())
            if entry.state is not State.NUMBER and read and read.values[cell] is None
        },
        "controls": {id: as_number(entry.value) for id, entry in read.controls.items()} if read else {},
        "findings": [as_finding(each) | {"fingerprint": fingerprints.of_item(item, each)} for each in item.findings],
    }


def as_finding(finding: Finding) -> dict[str, object]:
    """A finding: its code, what is said of it, where, and its facts."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": texts.say(finding),
        "relation": finding.relation,
        "settled": finding.settled,
        "cells": [{"id": spot.id or None, "sheet": spot.sheet, "address": spot.address} for spot in finding.spots],
        "facts": {key: _fact(value) for key, value in finding.facts.items()},
    }


def _tracked(item: Reviewed) -> dict[str, object]:
    return {
        "file": item.file,
        "sha256": item.sha256 or None,
        "status": item.status.value,
        "agency": item.submission.agency_code if item.submission else None,
        "reason": texts.say(item.reason) if item.reason else None,
    }


def as_number(value: Number | None) -> int | str | None:
    """A count as a number, an amount as the text of its exact decimal."""
    return f"{value:f}" if isinstance(value, Decimal) else value


def _fact(value: object) -> object:
    match value:
        case Decimal():
            return f"{value:f}"
        case Enum():
            return value.value
        case tuple() | list():
            return [_fact(item) for item in value]
        case Mapping():
            return {str(key): _fact(item) for key, item in value.items()}
        case None | bool() | int() | str():
            return value
    return str(value)
