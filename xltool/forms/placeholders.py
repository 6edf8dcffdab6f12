"""Figures in texts: ``{requests.received.total}`` in a section's text is filled in when it is published.

A placeholder is a cell id, the place of a figure in the workbook (as Excel writes it), a named group of the form,
``year``, ``agency``, or a sum or difference of ids and places. Full-width braces mean the same; a brace doubled is only
a brace.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from xltool.errors import DefinitionError
from xltool.forms import expressions
from xltool.forms.expressions import ExpressionError, Vocabulary
from xltool.forms.layout import plan
from xltool.forms.schema import GroupSpec
from xltool.forms.slots import Place
from xltool.model.form import Form, Group, Linear, Number
from xltool.model.submission import Submission

_PLACEHOLDER = re.compile(r"\{\{|\}\}|\uff5b\uff5b|\uff5d\uff5d|[{\uff5b]([^{}\uff5b\uff5d]*)[}\uff5d]")
_EXCLAMATION = re.compile("[!\uff01]")
_FACTS = ("year", "agency")


class PlaceholderError(ValueError):
    """A placeholder that nothing can be put in for. ``name`` is what it says; ``problem`` is unknown or no_figure."""

    def __init__(self, problem: str, name: str) -> None:
        super().__init__(problem, name)
        self.problem = problem
        self.name = name


def filled(text: str, form: Form, submission: Submission) -> str:
    """The text with every placeholder filled in. Raises PlaceholderError for one that is unknown or has no figure."""
    facts = {"year": submission.year, "agency": submission.agency_name or None}

    def figure(name: str) -> str:
        found = facts[name] if name in facts else _figure(name, form, submission)
        if found is None:
            raise PlaceholderError("no_figure", name)
        return shown(found)

    return _replaced(text, figure)


def filled_where_possible(text: str, form: Form, submission: Submission) -> str:
    """The text as `filled`, with a placeholder that cannot be filled left as it stands."""
    try:
        return filled(text, form, submission)
    except PlaceholderError:
        return text


def shown(figure: Number | str) -> str:
    """A figure as it is printed: exact, without exponent."""
    return f"{figure:f}" if isinstance(figure, Decimal) else str(figure)


def squeezed(text: str) -> str:
    """A text without its white space, which programs change and nobody means."""
    return "".join(text.split())


def says(text: str, sentence: str) -> bool:
    """Whether a text is nothing but a sentence with figures in it, whatever the figures are."""
    return bool(sentence) and re.fullmatch(_pattern(sentence), squeezed(text)) is not None


def without(text: str, sentences: Iterable[str]) -> str:
    """A squeezed text without the sentences that only say figures, whatever the figures are."""
    for sentence in filter(None, sentences):
        text = re.sub(_pattern(sentence), "", text)
    return text


def _pattern(sentence: str) -> str:
    return r"[\d.,]*".join(re.escape(squeezed(part)) for part in re.split(r"\{[^{}]*\}", sentence))


def groups(specs: Sequence[GroupSpec], words: Vocabulary, source: str) -> tuple[Group, ...]:
    """The named groups of a form, each line or column of one by its own name. Raises DefinitionError."""
    made = tuple(group for spec in specs for group in _group(spec, words, source))
    names = [name for group in made for name in group.names]
    for name in names:
        if name in words.cells or name in _FACTS or names.count(name) > 1:
            raise _wrong("duplicate_id", source, "groups", name)
    return made


def must_be_known(form: Form, source: str) -> None:
    """Raises DefinitionError for a draft of an unknown section, or with an unknown placeholder in it."""
    for draft in form.drafts:
        if all(section.id != draft.section or not section.paragraphs for section in form.sections):
            raise _wrong("unknown_section", source, "drafts", draft.section)
        for name in placeholders(draft.text):
            try:
                if name not in _FACTS:
                    _meaning(name, form)
            except PlaceholderError as error:
                raise _wrong("unknown_placeholder", source, "drafts", name) from error


def placeholders(text: str) -> Iterator[str]:
    """The names of all placeholders of a text, in order."""
    return (match[1].strip() for match in _PLACEHOLDER.finditer(text) if match[1] is not None)


def _replaced(text: str, figure: Callable[[str], str]) -> str:
    return _PLACEHOLDER.sub(lambda match: match[0][0] if match[1] is None else figure(match[1].strip()), text)


def _figure(name: str, form: Form, submission: Submission) -> Number | None:
    return expressions.evaluate(_meaning(name, form), submission.counted)


def _meaning(name: str, form: Form) -> Linear:
    for group in form.groups:
        if name in group.names:
            return group.sum
    try:
        meaning = expressions.linear(_by_id(name, form), Vocabulary(form.cells))
    except ExpressionError as error:
        raise PlaceholderError("unknown", name) from error
    if not meaning.terms or any(term.previous for term in meaning.terms):
        raise PlaceholderError("unknown", name)
    return meaning


def _by_id(name: str, form: Form) -> str:
    """``name`` with the id of each figure that it names by its place. Raises PlaceholderError where none stands."""
    if not _EXCLAMATION.search(name):
        return name
    ids = {place: cell for cell, place in plan(form).cells.items()}
    sheets = "|".join(re.escape(sheet) for sheet in {place.sheet for place in ids})

    def id_of(match: re.Match[str]) -> str:
        found = ids.get(Place(match["sheet"], match["address"].replace("$", "").upper()))
        if found is None:
            raise PlaceholderError("unknown", name)
        return found

    at = rf"(?P<quote>'?)(?P<sheet>{sheets})(?P=quote){_EXCLAMATION.pattern}(?P<address>\$?[A-Za-z]{{1,3}}\$?[0-9]+)"
    return re.sub(at, id_of, name)


def _group(spec: GroupSpec, words: Vocabulary, source: str) -> Iterable[Group]:
    try:
        axis, parts = expressions.linears(spec.sum, words)
    except ExpressionError as error:
        raise _wrong(f"expression.{error.problem}", source, f"groups.{spec.id}", error.part) from error
    if not axis:
        return (Group((spec.id, spec.title), spec.title, parts[""]),)
    return _members(spec, axis, parts, words)


def _members(spec: GroupSpec, axis: str, parts: Mapping[str, Linear], words: Vocabulary) -> Iterator[Group]:
    """One group for each column (or line); the title alone stands for the last, which is the total."""
    last = list(parts)[-1]
    for index, part in parts.items():
        first = words.cells[part.terms[0].cell]
        title = f"{spec.title}·{first.column_words if axis == 'column' else first.line_words}"
        alone = (spec.title,) if index == last else ()
        yield Group((f"{spec.id}.{index}", *alone, title), title, part)


def _wrong(problem: str, source: str, where: str, key: str) -> DefinitionError:
    return DefinitionError(f"definition.{problem}", file=f"{source}/form.toml", place=where, key=key)
