"""Checks written by the user of the Python interface: a function and the sentences of its findings."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from string import Formatter
from typing import NamedTuple

from xltool.model.finding import CUSTOM_WORDING, Finding
from xltool.model.form import Form
from xltool.model.submission import Submission

_PLACE_FACTS = {"sheet", "address", "place"}


class Sentence(NamedTuple):
    """The words of one kind of finding.

    ``title`` names the kind; ``problem`` says what is wrong and ``advice`` what to do. The latter two may contain the
    facts of the finding, and ``{sheet}``, ``{address}`` and ``{place}`` of its first cell, as plain placeholders.
    """

    title: str
    problem: str
    advice: str = ""


class CustomCheckError(ValueError):
    """A check of the caller's whose findings and sentences do not fit together."""


@dataclass(frozen=True, slots=True)
class CustomCheck:
    """A check of your own: a function from a return and its form to findings, and a `Sentence` for each finding code.

    It runs on every return that could be read (not on consolidated workbooks), in the process that called `check` or
    `merge`. Its findings count like any others: in the status of the file, on pages, in the consolidated workbook.
    """

    find: Callable[[Submission, Form], Iterable[Finding]]
    sentences: Mapping[str, Sentence]


def find_custom_findings(checks: Iterable[CustomCheck], submission: Submission, form: Form) -> Iterator[Finding]:
    """Yield the findings of the user's checks with their sentences.

    Raises CustomCheckError for a code without a sentence, and for a finding that lacks a fact its sentence needs.
    """
    for check in checks:
        for finding in check.find(submission, form):
            if finding.code not in check.sentences:
                raise CustomCheckError(f"no sentence for the code {finding.code!r}")
            words = check.sentences[finding.code]
            known = {*finding.facts, *(_PLACE_FACTS if finding.cells else ())}
            for name in _placeholder_names(words.problem + words.advice):
                if name not in known:
                    raise CustomCheckError(f"the sentence of {finding.code!r} needs the fact {name!r}")
            yield replace(finding, facts={**finding.facts, **words._asdict()}, wording=CUSTOM_WORDING)


def _placeholder_names(text: str) -> Iterator[str]:
    return (name for _, name, _, _ in Formatter().parse(text) if name is not None)
