"""Waivers: rules a coordinator waives for single agencies until a day, from a TOML file."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from xltool.checks.profile import FIXED_CODE_PREFIXES
from xltool.checks.toml_errors import explain_toml_error
from xltool.errors import UsageError
from xltool.model.agency import Roster
from xltool.model.finding import Finding
from xltool.model.finding_codes import FINDING_CODES, code_severity
from xltool.model.finding_facts import WaiverNote
from xltool.model.form import Form, Severity

_WAIVER_KEYS = ("agency", "rule", "reason", "by", "until")


class Waiver(NamedTuple):
    """One rule (its id, or that of one of its relations) waived for one agency, through the day ``until``."""

    agency: str
    rule: str
    reason: str
    by: str
    until: date


class Waivers(NamedTuple):
    """The waivers of a file, and the day they are applied on."""

    given: tuple[Waiver, ...]
    today: date


def read_waivers(path: Path, forms: Sequence[Form], roster: Roster | None, today: date) -> Waivers:
    """Read waivers from a TOML file of [[waivers]] tables, in which every key is required.

    Raises UsageError for a missing or unknown key, an agency not on the roster, an unknown rule, and for codes that
    cannot be waived (`FIXED`).
    """
    try:
        settings = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise explain_toml_error("usage.waivers_syntax", path, error) from error
    items = settings.get("waivers", [])
    if settings.keys() - {"waivers"} or not isinstance(items, list):
        raise UsageError("usage.waivers_syntax", path=str(path), problem=", ".join(sorted(settings)))
    known = _known_rules(forms)
    return Waivers(
        tuple(_parse_waiver(item, number, path, known, roster) for number, item in enumerate(items, 1)), today
    )


def apply_waivers(findings: Sequence[Finding], agency: str, waivers: Waivers) -> Iterator[Finding]:
    """Yield the findings, settled where waived for the agency, and a note per expired waiver."""
    own = [waiver for waiver in waivers.given if waiver.agency == agency]
    for found in findings:
        fitting = [waiver for waiver in own if waiver.rule in (found.code, found.relation)]
        if not fitting or found.settled or found.severity is Severity.NOTE:
            yield found
            continue
        best = max(fitting, key=lambda waiver: waiver.until)
        if best.until >= waivers.today:
            yield replace(found, settled=WaiverNote(best.by, best.until.isoformat(), best.reason))
        else:
            yield found
            expired = {"rule": best.rule, "until": best.until.isoformat()}
            yield Finding("waiver.expired", code_severity("waiver.expired"), found.cells[:1], expired)


def _known_rules(forms: Sequence[Form]) -> set[str]:
    codes = {code for code in FINDING_CODES if not code.startswith(FIXED_CODE_PREFIXES)}
    for form in forms:
        codes |= {name for relation in form.relations for name in (relation.id, relation.rule)}
        codes |= {standard.id for standard in form.standards.values()} | {claim.id for claim in form.claims}
    return codes


def _parse_waiver(item: Mapping[str, Any], number: int, path: Path, known: set[str], roster: Roster | None) -> Waiver:
    def refuse(key: str, value: object) -> UsageError:
        return UsageError("usage.waiver", path=str(path), number=number, key=key, value=str(value))

    if not isinstance(item, dict):
        raise refuse("waivers", item)
    for key in item.keys() ^ set(_WAIVER_KEYS):
        raise refuse(key, item.get(key, ""))
    for key in _WAIVER_KEYS[:-1]:
        if not isinstance(item[key], str) or not item[key].strip():
            raise refuse(key, item[key])
    if type(item["until"]) is not date:
        raise refuse("until", item["until"])
    if item["rule"] not in known:
        raise refuse("rule", item["rule"])
    if roster is not None and item["agency"] not in roster.agencies:
        raise refuse("agency", item["agency"])
    return Waiver(item["agency"], item["rule"], item["reason"], item["by"], item["until"])
