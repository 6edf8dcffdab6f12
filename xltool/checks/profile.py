"""How strictly rules are taken: a coordinator's choice of severities, and of rules that are only on trial."""

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from xltool.errors import UsageError
from xltool.messages import catalogue as texts
from xltool.model.finding import Finding
from xltool.model.form import Form, Severity
from xltool.package_data import data_folder

OFF = "off"
DEFAULT = "default"
FIXED = ("file.", "identity.", "merge.", "import.", "seal.", "waiver.")  # what these say is no matter of taste
_KEYS = {"base", "severity", "beta"}


class Profile(NamedTuple):
    """Severities by code, None where a rule is not asked; codes of rules on trial."""

    severities: Mapping[str, Severity | None] = {}
    beta: frozenset[str] = frozenset()


class Sorted(NamedTuple):
    """Findings everybody sees, and those that are only counted and shown to a coordinator."""

    shown: list[Finding]
    trial: list[Finding]


def read_profile(chosen: str, forms: Sequence[Form]) -> Profile:
    """The profile of that name, or the one in that TOML file. Raises UsageError, naming a code that is unknown."""
    known = _codes(forms)
    named = _shipped()
    if chosen in named:
        return Profile(_severities(named[chosen], known, chosen))
    path = Path(chosen)
    if not path.is_file():
        raise UsageError("usage.no_such_profile", profile=chosen, known=tuple(named))
    try:
        said = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError("usage.profile_syntax", path=chosen, problem=str(error)) from error
    _must_be_known(said, _KEYS, chosen)
    base = said.get("base", DEFAULT)
    if base not in named:
        raise UsageError("usage.no_such_profile", profile=str(base), known=tuple(named))
    severities = _severities(named[base], known, base) | _severities(said, known, chosen)
    beta = said.get("beta", [])
    if not isinstance(beta, list):
        raise UsageError("usage.profile_value", path=chosen, key="beta", value=str(beta))
    return Profile(severities, frozenset(code for pattern in beta for code in _matching(str(pattern), known, chosen)))


def tuned(findings: Iterable[Finding], profile: Profile, beta: frozenset[str] = frozenset()) -> Sorted:
    """The findings with the severities of a profile; apart those of rules on trial, by it or by the form (``beta``)."""
    done = Sorted([], [])
    for found in findings:
        severity = profile.severities.get(found.code, found.severity)
        if severity is not None:
            tuned_one = found if severity is found.severity else replace(found, severity=severity)
            (done.trial if found.code in profile.beta or found.code in beta else done.shown).append(tuned_one)
    return done


@cache
def _shipped() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads((data_folder("templates") / "profiles.toml").read_text("utf-8"))


def _codes(forms: Sequence[Form]) -> dict[str, bool]:
    """Every code a finding may have, and whether it may be made one that blocks: a text never blocks."""
    codes = {item.code: not item.code.startswith("text.") for item in texts.catalogue() if item.group == "findings"}
    for form in forms:
        codes |= {relation.rule: True for relation in form.relations}
        codes |= {standard.id: True for standard in form.standards.values()}
        codes |= {claim.id: False for claim in form.claims}
    return {code: may for code, may in codes.items() if not code.startswith(FIXED)}


def _severities(said: Mapping[str, Any], known: Mapping[str, bool], source: str) -> dict[str, Severity | None]:
    found: dict[str, Severity | None] = {}
    table = said.get("severity", {})
    if not isinstance(table, dict):
        raise UsageError("usage.profile_value", path=source, key="severity", value=str(table))
    for pattern, value in table.items():
        if value != OFF and value not in [each.value for each in Severity]:
            raise UsageError("usage.profile_value", path=source, key=pattern, value=str(value))
        for code in _matching(pattern, known, source):
            if value == Severity.MUST_FIX and not known[code]:
                raise UsageError("usage.profile_blocks", path=source, key=pattern)
            found[code] = None if value == OFF else Severity(value)
    return found


def _matching(pattern: str, known: Mapping[str, bool], source: str) -> Iterator[str]:
    codes = [code for code in known if code == pattern or (pattern[-1:] == "*" and code.startswith(pattern[:-1]))]
    if not codes:
        near = tuple(difflib.get_close_matches(pattern, known, n=3, cutoff=0.8))
        raise UsageError("usage.profile_code", path=source, key=pattern, near=near)
    yield from codes


def _must_be_known(said: Mapping[str, Any], keys: Iterable[str], source: str) -> None:
    for key in said.keys() - set(keys):
        raise UsageError("usage.profile_value", path=source, key=key, value="")
