"""Text patterns as data: how a form's figures are quoted in sentences, and how sentences are built in general."""

import re
from collections.abc import Mapping, Sequence
from functools import cache

import msgspec

from xltool.errors import DefinitionError
from xltool.forms import parse_expressions
from xltool.forms.definition_problems import DefinitionProblems, require_unique
from xltool.forms.schema import ClaimSpec, ClaimsSpec
from xltool.forms.vocabulary import ExpressionError, Vocabulary
from xltool.model.expression import LinearExpression
from xltool.model.form import Severity, TextClaim
from xltool.package_data import find_data_folder

CLAIMS_FILE = "claims.toml"
NUMBER_PLACEHOLDER = "{n}"
AMOUNT_PLACEHOLDER = "{amount}"
_WORD = re.compile(r"\{([a-z_]+)\}")


def build_claims(spec: ClaimsSpec, vocabulary: Vocabulary, problems: DefinitionProblems) -> tuple[TextClaim, ...]:
    """Build the claims of a form with fully expanded patterns; add the mistakes to ``problems``."""
    with problems.collect():
        require_unique("claims", (item.id for item in spec.claims), problems.source, CLAIMS_FILE)
    claims = []
    for item in spec.claims:
        with problems.collect():
            claim = _build_claim(item, spec.words, vocabulary, problems.source)
            for written, pattern in zip(item.patterns, claim.patterns, strict=True):
                if not problems.shipped:
                    _verify_pattern(pattern, written, f"claims.{item.id}", problems.source)
            claims.append(claim)
    return tuple(claims)


def build_shares(
    spec: ClaimsSpec, vocabulary: Vocabulary, problems: DefinitionProblems
) -> tuple[LinearExpression, ...]:
    """Parse the expressions a percentage in the text may refer to; add the mistakes to ``problems``."""
    shares: list[LinearExpression] = []
    for text in spec.shares:
        with problems.collect():
            shares += _parse_linears([text], "shares", vocabulary, problems.source)
    return tuple(shares)


def _build_claim(claim_spec: ClaimSpec, pieces: Mapping[str, str], vocabulary: Vocabulary, source: str) -> TextClaim:
    where = f"claims.{claim_spec.id}"
    patterns = tuple(_expand_pattern(pattern, pieces, where, source) for pattern in claim_spec.patterns)
    for pattern in patterns:
        if (NUMBER_PLACEHOLDER in pattern or AMOUNT_PLACEHOLDER in pattern) == (claim_spec.says is not None):
            raise _definition_error("claim_without_number", where, pattern, source)
    return TextClaim(
        claim_spec.id,
        claim_spec.title,
        Severity(claim_spec.severity),
        patterns,
        _parse_linears(claim_spec.readings, where, vocabulary, source),
        _parse_linears(claim_spec.asides, where, vocabulary, source),
        claim_spec.says,
        claim_spec.parts,
        tuple(claim_spec.needs),
        claim_spec.beta,
    )


def _expand_pattern(pattern: str, pieces: Mapping[str, str], where: str, source: str) -> str:
    """Expand the named pieces of a pattern. Raises DefinitionError for an unknown piece."""

    def piece(match: re.Match[str]) -> str:
        if match[0] in (NUMBER_PLACEHOLDER, AMOUNT_PLACEHOLDER):
            return match[0]
        if match[1] not in pieces:
            raise _definition_error("expression.unknown_name", where, match[0], source)
        return _WORD.sub(piece, pieces[match[1]])

    return _WORD.sub(piece, pattern)


def _verify_pattern(pattern: str, written: str, where: str, source: str) -> None:
    """Raise DefinitionError if an expanded pattern, ``written`` with names of pieces, is no regular expression."""
    try:
        re.compile(pattern.replace(NUMBER_PLACEHOLDER, "(?P<n>1)").replace(AMOUNT_PLACEHOLDER, "(?P<n>1)(?P<money>1)"))
    except re.error as error:
        raise _definition_error("expression.not_parsed", where, written, source) from error


def _parse_linears(
    texts: Sequence[str], where: str, vocabulary: Vocabulary, source: str
) -> tuple[LinearExpression, ...]:
    try:
        return tuple(parse_expressions.parse_linear(text, vocabulary) for text in texts)
    except ExpressionError as error:
        raise _definition_error(f"expression.{error.problem}", where, error.part, source) from error


def _definition_error(problem: str, where: str, key: str, source: str) -> DefinitionError:
    return DefinitionError(f"definition.{problem}", file=f"{source}/{CLAIMS_FILE}", place=where, key=key)


# --- sentences in general -----------------------------------------------------------------------------------------


class NumeralCharacters(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Characters of digits, of 10 to 1000, and of 10,000 and 100,000,000; one string for each way of writing."""

    digits: list[str]
    tens: list[str]
    myriads: list[str]


class AmountPattern(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The pattern of an amount of money (groups ``n`` and ``money``), and the value of each unit."""

    pattern: str
    units: dict[str, int]


class SubjectPatterns(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Patterns of subjects that a following sentence may leave out: those of the claims, and all others."""

    own: str
    others: str


class ClausePatterns(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Patterns: ends of sentences and clauses, clauses or sentences on another subject, and where parts begin.

    ``each`` states that one number is that of every item listed before it.
    """

    sentence: str
    clause: str
    limits: str
    elsewhere: str
    parts: str
    each: str


class SinglePattern(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One pattern."""

    pattern: str


class ListPatterns(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Patterns of a total and of the parts listed after it."""

    open: str
    closed: str
    total: str
    item: str


class ChannelPatterns(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Requests by channel: the ``subject`` of such a sentence, the beginning of a ``continued`` one, an ``item``.

    ``included`` is what an item includes.
    """

    subject: str
    continued: str
    included: str
    item: str


class YearPatterns(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Patterns of a year: of a sentence, outside parentheses; of the report itself; at the start of a paragraph."""

    governing: str
    aside: str
    of_report: list[str]
    opening: str


class GapPatterns(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Patterns of text that was left to be filled in."""

    patterns: list[str]


class BodyNameRules(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Endings omitted from a body's name; the shortest name to search, in characters; what may precede a subject."""

    endings: list[str]
    shortest: int
    opening: str


class ReuseThreshold(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The shortest paragraph, in characters, that is compared with last year's."""

    shortest: int


class EmptySectionThreshold(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How many characters of text other sections need before an empty section is reported."""

    least: int


class RequiredContent(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Contents that reports of agencies whose name matches ``agency`` must have: one of ``words``, by ``basis``."""

    title: str
    agency: str
    words: list[str]
    basis: str


class Deadline(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The last day of publication, in the year after that of the report, for agencies whose names match ``agency``."""

    agency: str
    month: int
    day: int
    basis: str


class ContentRules(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What a report must say: problems in the section whose title has ``problems``, the whole year, required contents.

    ``no_problems`` matches a text that denies any problem; ``period`` has the groups `first` and `last`.
    """

    problems: str
    no_problems: str
    period: str
    whole_year: list[str]
    required: list[RequiredContent]
    deadlines: list[Deadline]


class TextPatterns(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The content of ``templates/narrative.toml``; see the comments there."""

    numerals: NumeralCharacters
    amounts: AmountPattern
    clauses: ClausePatterns
    subjects: SubjectPatterns
    shares: SinglePattern
    growth: SinglePattern
    lists: ListPatterns
    channels: ChannelPatterns
    years: YearPatterns
    gaps: GapPatterns
    names: BodyNameRules
    reuse: ReuseThreshold
    empty: EmptySectionThreshold
    contents: ContentRules


@cache
def load_text_patterns() -> TextPatterns:
    """Load the text patterns shipped with the package."""
    return msgspec.toml.decode((find_data_folder("templates") / "narrative.toml").read_bytes(), type=TextPatterns)
