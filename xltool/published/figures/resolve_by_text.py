"""Narrow the readings of run-together digits by the numbers stated in the narrative.

The claims of the form describe how sentences state its figures. A stated number keeps only the readings that agree with
it; a number that agrees with none concerns something else and is ignored.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from xltool.forms.equations import Equation
from xltool.forms.expressions import evaluate_linear
from xltool.forms.text_patterns import NUMBER_PLACEHOLDER, load_text_patterns
from xltool.model.expression import LinearExpression
from xltool.model.form import TextClaim
from xltool.published.figures.resolve_by_equations import AmbiguousRow
from xltool.published.figures.split_digits import Segmentation, parse_figure

MAX_NARRATIVE_CHARS = 200_000  # of narrative that are searched

_DIGITS = r"(?P<n>[1-9][0-9]{1,8})(?![0-9.])"  # two at least: smaller numbers are too frequent to decide


class Narrative:
    """The narrative of a report without white space, searched for stated figures of ambiguous rows."""

    def __init__(self, text: str, claims: Sequence[TextClaim]) -> None:
        self._sentences = re.split(load_text_patterns().clauses.sentence, "".join(text.split())[:MAX_NARRATIVE_CHARS])
        self._claims = claims

    def narrow_readings(self, question: AmbiguousRow, equations: Sequence[Equation]) -> AmbiguousRow:
        """Keep the readings that agree with the narrative; rows with equations are returned unchanged."""
        cells = {cell.id for cell in question.cells}
        if len(question.readings) < 2 or any(cell in cells for each in equations for cell in each.terms):
            return question
        ways = question.readings
        for claim, stated_number in self._find_statements(cells):
            agreeing = tuple(way for way in ways if _agrees_with_claim(claim, stated_number, question, way))
            ways = agreeing or ways
        return question._replace(readings=ways)

    def _find_statements(self, cell_ids: set[str]) -> Iterator[tuple[TextClaim, int]]:
        """Yield the claims about any of the cells with the stated number."""
        for claim in self._claims:
            if any(term.cell in cell_ids for reading in claim.readings for term in reading.terms):
                for pattern in claim.patterns:
                    for sentence in self._sentences:
                        if not claim.needs or any(word in sentence for word in claim.needs):
                            yield from ((claim, number) for number in _find_numbers(pattern, sentence))


def _agrees_with_claim(claim: TextClaim, stated_number: int, question: AmbiguousRow, way: Segmentation) -> bool:
    values = {cell.id: parse_figure(figure) for cell, figure in zip(question.cells, way, strict=True)}
    meant: list[LinearExpression] = [*claim.readings, *claim.asides]
    return any(evaluate_linear(reading, values) == stated_number for reading in meant)


def _find_numbers(pattern: str, sentence: str) -> Iterator[int]:
    """Yield the numbers a pattern finds, unless the clause limits them to a part or another period."""
    for match in _compile_pattern(pattern).finditer(sentence):
        clause = re.split(load_text_patterns().clauses.clause, sentence[: match.start()])[-1] + match[0]
        if not re.search(load_text_patterns().clauses.limits, clause):
            yield int(match["n"])


@lru_cache(maxsize=256)
def _compile_pattern(pattern: str) -> re.Pattern[str]:
    return (
        re.compile(pattern.replace(NUMBER_PLACEHOLDER, _DIGITS)) if NUMBER_PLACEHOLDER in pattern else _never_matches()
    )


@cache
def _never_matches() -> re.Pattern[str]:
    return re.compile(r"(?!)(?P<n>)")
