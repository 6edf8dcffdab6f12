"""How reports say things, as data: what a form's figures are called in sentences, and how sentences go in general."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal

import msgspec

from xltool.errors import DefinitionError
from xltool.forms import expressions
from xltool.forms.expressions import ExpressionError, Vocabulary
from xltool.model.form import Claim, Linear, Severity
from xltool.package_data import data_folder

FILE = "claims.toml"
NUMBER = "{n}"
_WORD = re.compile(r"\{([a-z_]+)\}")


class ClaimSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A figure quoted in the text; see the head of a ``claims.toml``."""

    id: str
    title: str
    severity: Literal["explain", "note"]
    patterns: list[str]
    readings: list[str]
    asides: list[str] = []
    says: int | None = None
    parts: bool = False
    needs: list[str] = []
    beta: bool = False


class ClaimsSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """``claims.toml``."""

    shares: list[str] = []
    words: dict[str, str] = {}
    claims: list[ClaimSpec] = []


def claims(spec: ClaimsSpec, words: Vocabulary, source: str) -> tuple[Claim, ...]:
    """The claims of a form, their patterns whole. Raises DefinitionError."""
    seen: set[str] = set()
    for item in spec.claims:
        if item.id in seen:
            raise _wrong("duplicate_id", "claims", item.id, source)
        seen.add(item.id)
    return tuple(_claim(item, spec.words, words, source) for item in spec.claims)


def shares(spec: ClaimsSpec, words: Vocabulary, source: str) -> tuple[Linear, ...]:
    """What a share told in the text may be a share of. Raises DefinitionError."""
    return _linear(spec.shares, "shares", words, source)


def _claim(item: ClaimSpec, pieces: Mapping[str, str], words: Vocabulary, source: str) -> Claim:
    where = f"claims.{item.id}"
    patterns = tuple(_whole(pattern, pieces, where, source) for pattern in item.patterns)
    for pattern in patterns:
        if (NUMBER in pattern) == (item.says is not None):
            raise _wrong("claim_without_number", where, pattern, source)
    return Claim(
        item.id,
        item.title,
        Severity(item.severity),
        patterns,
        _linear(item.readings, where, words, source),
        _linear(item.asides, where, words, source),
        item.says,
        item.parts,
        tuple(item.needs),
        item.beta,
    )


def _whole(pattern: str, pieces: Mapping[str, str], where: str, source: str) -> str:
    """A pattern with its pieces put in. Raises DefinitionError for an unknown piece, and for what is no pattern."""

    def piece(match: re.Match[str]) -> str:
        if match[0] == NUMBER:
            return NUMBER
        if match[1] not in pieces:
            raise _wrong("expression.unknown_name", where, match[0], source)
        return _WORD.sub(piece, pieces[match[1]])

    whole = _WORD.sub(piece, pattern)
    try:
        re.compile(whole.replace(NUMBER, "(?P<n>1)"))
    except re.error as error:
        raise _wrong("expression.not_parsed", where, pattern, source) from error
    return whole


def _linear(texts: Sequence[str], where: str, words: Vocabulary, source: str) -> tuple[Linear, ...]:
    try:
        return tuple(expressions.linear(text, words) for text in texts)
    except ExpressionError as error:
        raise _wrong(f"expression.{error.problem}", where, error.part, source) from error


def _wrong(problem: str, where: str, key: str, source: str) -> DefinitionError:
    return DefinitionError(f"definition.{problem}", file=f"{source}/{FILE}", place=where, key=key)


# --- sentences in general -----------------------------------------------------------------------------------------


class Numerals(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Signs of digits, of 10 to 1000, and of 10,000 and 100,000,000, one line a way of writing."""

    digits: list[str]
    tens: list[str]
    myriads: list[str]


class Clauses(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Patterns: ends of sentences and clauses, a clause or a sentence about something else, and where parts begin."""

    sentence: str
    clause: str
    limits: str
    elsewhere: str
    parts: str


class Pattern(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One pattern."""

    pattern: str


class Lists(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Patterns of a total and of the parts told after it."""

    open: str
    closed: str
    total: str
    item: str


class Years(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Patterns of a year: told of in a sentence, outside its asides; said to be the report's; opening a paragraph."""

    governing: str
    aside: str
    of_report: list[str]
    opening: str


class Gaps(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Patterns of text that was to be filled in."""

    patterns: list[str]


class Names(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Endings a body is called without; the shortest name to look for; what may stand before a subject."""

    endings: list[str]
    shortest: int
    opening: str


class Reuse(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The shortest paragraph, in signs, that is compared with last year's."""

    shortest: int


class Empty(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How many signs of text others must have before an empty section is remarked on."""

    least: int


class Prose(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Everything ``templates/narrative.toml`` says; see the comments there."""

    numerals: Numerals
    clauses: Clauses
    shares: Pattern
    growth: Pattern
    lists: Lists
    years: Years
    gaps: Gaps
    names: Names
    reuse: Reuse
    empty: Empty


@cache
def prose() -> Prose:
    """The prose as it travels with the package."""
    return msgspec.toml.decode((data_folder("templates") / "narrative.toml").read_bytes(), type=Prose)
