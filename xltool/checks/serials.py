"""Serials: whether a workbook was handed out to the agency it names, and whether two agencies used the same one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePath

from xltool.checks.context import Context
from xltool.checks.make_finding import finding
from xltool.forms.identity import Identity, identity_from, serial_of
from xltool.model.agency import Scope
from xltool.model.consolidation import Reviewed, Status
from xltool.model.finding import Finding
from xltool.model.submission import Submission

_OURS = re.compile(r"[0-9]{4}-[0-9a-f]{12}")  # any other serial was given by somebody else and cannot be judged


def serials(submission: Submission, context: Context) -> Iterator[Finding]:
    """A workbook whose serial was made for another agency or year than it says now."""
    identity = _identity(submission)
    if identity is not None and identity.serial != serial_of(identity):
        facts = {"name": identity.agency_name, "number": identity.agency_code, "year": identity.year}
        yield finding("serial.other", serial=identity.serial, **facts)


def shared(reviewed: Sequence[Reviewed]) -> tuple[Reviewed, ...]:
    """The same files; those that use another agency's workbook are told whose else it is, and go back."""
    users: dict[str, dict[str, list[int]]] = {}
    for position, item in enumerate(reviewed):
        identity = _identity(item.submission) if item.submission else None
        if identity is not None:
            users.setdefault(identity.serial, {}).setdefault(identity.agency_code, []).append(position)
    done = list(reviewed)
    for serial, agencies in users.items():
        if len(agencies) > 1:
            for code, positions in agencies.items():
                others = tuple(_named(reviewed[at]) for other, held in agencies.items() if other != code for at in held)
                for position in positions:
                    done[position] = _blamed(done[position], serial, others)
    return tuple(done)


def _identity(submission: Submission) -> Identity | None:
    """What an agency's own workbook says it was handed out as, if its serial is one of ours."""
    if submission.scope is not Scope.OWN or submission.manifest:
        return None
    identity = identity_from(submission.issued)
    return identity if identity is not None and _OURS.fullmatch(identity.serial) else None


def _blamed(item: Reviewed, serial: str, others: tuple[str, ...]) -> Reviewed:
    """The file with the finding; not where the workbook is plainly its own agency's."""
    identity = _identity(item.submission) if item.submission else None
    if identity is None or identity.serial == serial_of(identity):
        return item
    found = finding("serial.shared", serial=serial, others=others)
    return replace(item, findings=(found, *item.findings), status=Status.RETURNED)


def _named(item: Reviewed) -> str:
    agency = item.submission.agency_name if item.submission else ""
    return f"{PurePath(item.file).name}（{agency}）"
