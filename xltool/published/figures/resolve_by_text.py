"""What the text of a report says of figures whose digits run together: the sentences may tell what the table cannot.

The claims of the form say how sentences tell its figures. A number the text tells of a figure in question leaves only
the ways to cut it that agree; a number that agrees with none of them speaks of something else, and decides nothing.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from xltool.forms.expressions import evaluate
from xltool.forms.prose import NUMBER, prose
from xltool.model.form import Claim, Linear
from xltool.published.figures.resolve_by_equations import Question
from xltool.published.figures.split_digits import Balance, Cut, number

FEWEST_DIGITS = 2  # of a number that may decide: small ones are everywhere
LONGEST = 200_000  # signs of text that are searched

_DIGITS = r"(?P<n>[1-9][0-9]{1,8})(?![0-9.])"


class Narrative:
    """The text of a report outside its tables, without white space; looked at only where a question is open."""

    def __init__(self, text: str, claims: Sequence[Claim]) -> None:
        self._sentences = re.split(prose().clauses.sentence, "".join(text.split())[:LONGEST])
        self._claims = claims

    def narrowed(self, question: Question, equations: Sequence[Balance]) -> Question:
        """The question with only those ways that agree with what the text tells of its figures.

        Questions whose figures stand in equations are left to these.
        """
        cells = {cell.id for cell in question.cells}
        if len(question.ways) < 2 or any(cell in cells for each in equations for cell, _ in each.terms):
            return question
        ways = question.ways
        for claim, told in self._told(cells):
            agreeing = tuple(way for way in ways if _agrees(claim, told, question, way))
            ways = agreeing or ways
        return question._replace(ways=ways)

    def _told(self, cells: set[str]) -> Iterator[tuple[Claim, int]]:
        """The numbers the text tells of any of the cells, by claim."""
        for claim in self._claims:
            if any(term.cell in cells for reading in claim.readings for term in reading.terms):
                for pattern in claim.patterns:
                    for sentence in self._sentences:
                        if not claim.needs or any(word in sentence for word in claim.needs):
                            yield from ((claim, told) for told in _numbers(pattern, sentence))


def _agrees(claim: Claim, told: int, question: Question, way: Cut) -> bool:
    values = {cell.id: number(figure) for cell, figure in zip(question.cells, way, strict=True)}
    meant: list[Linear] = [*claim.readings, *claim.asides]
    return any(evaluate(reading, values) == told for reading in meant)


def _numbers(pattern: str, sentence: str) -> Iterator[int]:
    """What a pattern finds in a sentence, unless the clause speaks of a part, of others or of other times."""
    for match in _compiled(pattern).finditer(sentence):
        clause = re.split(prose().clauses.clause, sentence[: match.start()])[-1] + match[0]
        if not re.search(prose().clauses.limits, clause):
            yield int(match["n"])


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace(NUMBER, _DIGITS)) if NUMBER in pattern else _never()


@cache
def _never() -> re.Pattern[str]:
    return re.compile(r"(?!)(?P<n>)")
