"""Findings known again: a run can say what is new, what is gone and what is still there since an earlier one.

A fingerprint is made of whose finding it is, the year, what kind, which relation and which cells: not of the figures,
so that a balance that is out by another amount is still the same matter, nor of the name or place of the file.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath

from xltool.messages import catalogue as texts
from xltool.model.consolidation import Changes, Consolidation, Noted, Reviewed, Status
from xltool.model.finding import Finding

_MOST_TOLD = 20  # of what is gone, on a screen; the workbook and --json have all
_LENGTH = 12  # hexadecimal digits: among a million findings two are alike by chance once in 500 runs


def fingerprint(finding: Finding, whose: str, year: int | None) -> str:
    """Twelve hexadecimal digits; the same for the same matter in every run."""
    spots = sorted(spot.id or f"{spot.sheet}!{spot.address}" for spot in finding.spots)
    said = [whose, str(year or ""), finding.code, finding.relation or "", *spots]
    return hashlib.sha256("|".join(said).encode("utf-8", "surrogatepass")).hexdigest()[:_LENGTH]


def whose(item: Reviewed) -> str:
    """Who a file's findings are about: the agency's code, else its name, else the name of the file."""
    read = item.submission
    return (read.agency_code or read.agency_name if read else "") or PurePath(item.file).name


def of_item(item: Reviewed, finding: Finding) -> str:
    """The fingerprint of a finding about a file; none where another file has replaced it."""
    if item.status is Status.SUPERSEDED:
        return ""
    return fingerprint(finding, whose(item), item.submission.year if item.submission else None)


def of_whole(made: Consolidation, finding: Finding) -> str:
    """The fingerprint of a finding about a consolidation itself."""
    return fingerprint(finding, _area(made), made.year)


def noted(reviewed: Iterable[Reviewed], made: Consolidation | None = None) -> Iterator[Noted]:
    """Every finding of a run, those of a consolidation itself among them."""
    for item in reviewed:
        name = item.submission.agency_name if item.submission else PurePath(item.file).name
        for each in item.findings:
            if mark := of_item(item, each):
                yield Noted(mark, whose(item), name, each.severity, texts.problem(each))
    if made:
        for each in made.findings:
            who = made.summary.agency_name
            yield Noted(of_whole(made, each), _area(made), who, each.severity, texts.problem(each))


def changes(
    before: Mapping[str, Noted], since: str, reviewed: Iterable[Reviewed], made: Consolidation | None
) -> Changes:
    """What came, stayed and went since an earlier run whose findings are ``before``, told in the file ``since``.

    Of an agency that was not looked at this time nothing is said.
    """
    items = list(reviewed)
    now = frozenset(each.fingerprint for each in noted(items, made))
    seen = (
        {whose(item) for item in items} | {PurePath(item.file).name for item in items} | {_area(made) if made else ""}
    )
    gone = tuple(each for mark, each in before.items() if mark not in now and each.whose in seen)
    return Changes(since, now - before.keys(), now & before.keys(), gone)


def changed(known: Changes | None, mark: str) -> str:
    """What became of a finding since the earlier run: ``new`` or ``still``; empty where nothing is known."""
    if known is None or not mark:
        return ""
    return "new" if mark in known.new else "still" if mark in known.still else ""


def new(item: Reviewed, finding: Finding, changes: Changes | None) -> str:
    """The mark before a finding that was not there in the earlier run; nothing before another."""
    return texts.told("new") if changes and of_item(item, finding) in changes.new else ""


def told(changes: Changes | None) -> Iterator[str]:
    """How many findings came, stayed and went, then those that went, as a person at a console reads it."""
    if changes is None:
        return
    counts = {"new": len(changes.new), "still": len(changes.still), "gone": len(changes.gone)}
    yield texts.told("since", since=changes.since, **counts)
    yield from (texts.told("gone", agency=each.name, message=each.message) for each in changes.gone[:_MOST_TOLD])
    if len(changes.gone) > _MOST_TOLD:
        yield texts.told("more_gone", count=len(changes.gone) - _MOST_TOLD)


def _area(made: Consolidation) -> str:
    return f"area {made.summary.agency_code or made.summary.agency_name}"
