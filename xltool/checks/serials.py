"""Check serials: whether a workbook was issued to the agency it names, and whether two agencies used the same one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePath

from xltool.checks.context import CheckContext
from xltool.checks.make_finding import make_finding
from xltool.forms.identity import Identity, make_serial, parse_identity
from xltool.model.agency import Scope
from xltool.model.consolidation import ReviewedFile, Status
from xltool.model.finding import Finding
from xltool.model.finding_facts import NameWithRemark
from xltool.model.submission import Submission

_OWN_SERIAL = re.compile(r"[0-9]{4}-[0-9a-f]{12}")  # other serials were issued elsewhere and cannot be checked


def check_serial(submission: Submission, context: CheckContext) -> Iterator[Finding]:
    """Yield a finding if the serial was issued for another agency or year than the workbook names."""
    identity = _issued_identity(submission)
    if identity is not None and identity.serial != make_serial(identity):
        facts = {"name": identity.agency_name, "number": identity.agency_code, "year": identity.year}
        yield make_finding("serial.other", serial=identity.serial, **facts)


def find_shared_serials(reviewed: Sequence[ReviewedFile]) -> tuple[ReviewedFile, ...]:
    """Return the files; those that use another agency's workbook are returned with a finding naming the others."""
    users: dict[str, dict[str, list[int]]] = {}
    for position, item in enumerate(reviewed):
        identity = _issued_identity(item.submission) if item.submission else None
        if identity is not None:
            users.setdefault(identity.serial, {}).setdefault(identity.agency_code, []).append(position)
    done = list(reviewed)
    for serial, agencies in users.items():
        if len(agencies) > 1:
            for code, positions in agencies.items():
                others = tuple(
                    _name_file(reviewed[at]) for other, held in agencies.items() if other != code for at in held
                )
                for position in positions:
                    done[position] = _return_with_finding(done[position], serial, others)
    return tuple(done)


def _issued_identity(submission: Submission) -> Identity | None:
    """Return the identity an agency's own workbook was issued with; None if its serial is not one of ours."""
    if submission.scope is not Scope.OWN or submission.manifest:
        return None
    identity = parse_identity(submission.issued)
    return identity if identity is not None and _OWN_SERIAL.fullmatch(identity.serial) else None


def _return_with_finding(item: ReviewedFile, serial: str, others: tuple[NameWithRemark, ...]) -> ReviewedFile:
    """Return the file with the finding, unchanged if the serial fits its own agency."""
    identity = _issued_identity(item.submission) if item.submission else None
    if identity is None or identity.serial == make_serial(identity):
        return item
    found = make_finding("serial.shared", serial=serial, others=others)
    return replace(item, findings=(found, *item.findings), status=Status.RETURNED)


def _name_file(item: ReviewedFile) -> NameWithRemark:
    return NameWithRemark(PurePath(item.file).name, item.submission.agency_name if item.submission else "")
