"""Check profiles: a coordinator's choice of severities by code, and of rules on trial."""

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from xltool.checks.toml_errors import explain_toml_error
from xltool.errors import UsageError
from xltool.model.finding import Finding
from xltool.model.finding_codes import FINDING_CODES
from xltool.model.form import Form, Severity
from xltool.package_data import find_data_folder

SEVERITY_OFF = "off"
DEFAULT_PROFILE = "default"
FIXED_CODE_PREFIXES = (
    "file.",
    "identity.",
    "merge.",
    "import.",
    "seal.",
    "waiver.",
    "owner.",
    "version.",
    "decision.",
)  # severities that cannot be changed
_PROFILE_KEYS = {"base", "severity", "beta"}


class CheckProfile(NamedTuple):
    """Severities by code (None: the rule is off), and the codes of rules on trial."""

    severities: Mapping[str, Severity | None] = {}
    beta: frozenset[str] = frozenset()


class ProfiledFindings(NamedTuple):
    """Findings shown to everybody, and those of rules on trial, shown to a coordinator only."""

    shown: list[Finding]
    trial: list[Finding]


def read_profile(chosen: str, forms: Sequence[Form]) -> CheckProfile:
    """Read the shipped profile of that name, or a TOML file. Raises UsageError for unknown names, keys and codes."""
    known = _known_codes(forms)
    named = _load_shipped_profiles()
    if chosen in named:
        return CheckProfile(_read_severities(named[chosen], known, chosen))
    path = Path(chosen)
    if not path.is_file():
        raise UsageError("usage.no_such_profile", profile=chosen, known=tuple(named))
    try:
        settings = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise explain_toml_error("usage.profile_syntax", chosen, error) from error
    _refuse_unknown_keys(settings, _PROFILE_KEYS, chosen)
    base = settings.get("base", DEFAULT_PROFILE)
    if base not in named:
        raise UsageError("usage.no_such_profile", profile=str(base), known=tuple(named))
    severities = _read_severities(named[base], known, base) | _read_severities(settings, known, chosen)
    beta = settings.get("beta", [])
    if not isinstance(beta, list):
        raise UsageError("usage.profile_value", path=chosen, key="beta", value=str(beta))
    return CheckProfile(
        severities, frozenset(code for pattern in beta for code in _match_codes(str(pattern), known, chosen))
    )


def apply_profile(
    findings: Iterable[Finding], profile: CheckProfile, beta: frozenset[str] = frozenset()
) -> ProfiledFindings:
    """Apply a profile's severities; separate the findings of rules on trial (by profile or by ``beta`` of the form)."""
    done = ProfiledFindings([], [])
    for finding in findings:
        severity = profile.severities.get(finding.code, finding.severity)
        if severity is not None:
            changed = finding if severity is finding.severity else replace(finding, severity=severity)
            (done.trial if finding.code in profile.beta or finding.code in beta else done.shown).append(changed)
    return done


@cache
def _load_shipped_profiles() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads((find_data_folder("templates") / "profiles.toml").read_text("utf-8"))


def _known_codes(forms: Sequence[Form]) -> dict[str, bool]:
    """Return every code a profile may change, and whether it may become ``must_fix`` (findings on texts may not)."""
    codes = {code: not code.startswith("text.") for code in FINDING_CODES}
    for form in forms:
        codes |= {relation.rule: True for relation in form.relations}
        codes |= {standard.id: True for standard in form.standards.values()}
        codes |= {claim.id: False for claim in form.claims}
    return {code: may for code, may in codes.items() if not code.startswith(FIXED_CODE_PREFIXES)}


def _read_severities(settings: Mapping[str, Any], known: Mapping[str, bool], source: str) -> dict[str, Severity | None]:
    severities: dict[str, Severity | None] = {}
    table = settings.get("severity", {})
    if not isinstance(table, dict):
        raise UsageError("usage.profile_value", path=source, key="severity", value=str(table))
    for pattern, value in table.items():
        if value != SEVERITY_OFF and value not in [severity.value for severity in Severity]:
            raise UsageError("usage.profile_value", path=source, key=pattern, value=str(value))
        for code in _match_codes(pattern, known, source):
            if value == Severity.MUST_FIX and not known[code]:
                raise UsageError("usage.profile_blocks", path=source, key=pattern)
            severities[code] = None if value == SEVERITY_OFF else Severity(value)
    return severities


def _match_codes(pattern: str, known: Mapping[str, bool], source: str) -> Iterator[str]:
    codes = [code for code in known if code == pattern or (pattern[-1:] == "*" and code.startswith(pattern[:-1]))]
    if not codes:
        near = tuple(difflib.get_close_matches(pattern, known, n=3, cutoff=0.8))
        raise UsageError("usage.profile_code", path=source, key=pattern, near=near)
    yield from codes


def _refuse_unknown_keys(settings: Mapping[str, Any], keys: Iterable[str], source: str) -> None:
    for key in settings.keys() - set(keys):
        raise UsageError("usage.profile_value", path=source, key=key, value="")
