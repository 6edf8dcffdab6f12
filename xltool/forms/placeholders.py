"""Figures in texts: ``{requests.received.total}`` in a section's text is replaced when the report is published.

A placeholder is a cell id, the address of a figure in the workbook (as Excel writes it), a named group of the form,
``year``, ``agency``, or a sum or difference of ids and addresses. Full-width braces are equivalent; a doubled brace is
a literal brace.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from xltool.errors import DefinitionError
from xltool.forms import expressions, parse_expressions
from xltool.forms.definition_problems import DefinitionProblems
from xltool.forms.period_words import name_period
from xltool.forms.schema import GroupSpec
from xltool.forms.slots import CellAddress
from xltool.forms.vocabulary import ExpressionError, Vocabulary
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.expression import LinearExpression
from xltool.model.form import FigureGroup, Form, Number
from xltool.model.period import calendar_year
from xltool.model.submission import Submission

_PLACEHOLDER = re.compile(r"\{\{|\}\}|\uff5b\uff5b|\uff5d\uff5d|[{\uff5b]([^{}\uff5b\uff5d]*)[}\uff5d]")
_EXCLAMATION = re.compile("[!\uff01]")
_FACT_NAMES = ("year", "agency", "period")


class PlaceholderError(ValueError):
    """A placeholder that cannot be replaced. ``name`` is its content; ``problem`` is "unknown" or "no_figure"."""

    def __init__(self, problem: str, name: str) -> None:
        super().__init__(problem, name)
        self.problem = problem
        self.name = name


def fill_placeholders(text: str, form: Form, submission: Submission) -> str:
    """Replace every placeholder. Raises PlaceholderError for one that is unknown or has no figure."""
    year = submission.year
    facts = {
        "year": calendar_year(year) if year else None,
        "period": name_period(year) if year else None,
        "agency": submission.agency_name or None,
    }

    def figure(name: str) -> str:
        value = facts[name] if name in facts else _placeholder_figure(name, form, submission)
        if value is None:
            raise PlaceholderError("no_figure", name)
        return format_exact(value)

    return _replace_placeholders(text, figure)


def fill_known_placeholders(text: str, form: Form, submission: Submission) -> str:
    """Replace every placeholder, or return the text unchanged if one cannot be replaced."""
    try:
        return fill_placeholders(text, form, submission)
    except PlaceholderError:
        return text


def format_exact(figure: Number | str) -> str:
    """Format a figure exactly, without exponent."""
    return f"{figure:f}" if isinstance(figure, Decimal) else str(figure)


def remove_whitespace(text: str) -> str:
    """Remove all white space from a text."""
    return "".join(text.split())


def matches_sentence(text: str, sentence: str) -> bool:
    """Return True if a text is exactly that sentence with any figures in place of its placeholders."""
    return bool(sentence) and re.fullmatch(_sentence_pattern(sentence), remove_whitespace(text)) is not None


def remove_sentences(text: str, sentences: Iterable[str]) -> str:
    """Remove the given sentences, with any figures in them, from a text without white space."""
    for sentence in filter(None, sentences):
        text = re.sub(_sentence_pattern(sentence), "", text)
    return text


def _sentence_pattern(sentence: str) -> str:
    return r"[\d.,]*".join(re.escape(remove_whitespace(part)) for part in re.split(r"\{[^{}]*\}", sentence))


def build_groups(
    specs: Sequence[GroupSpec], vocabulary: Vocabulary, problems: DefinitionProblems
) -> tuple[FigureGroup, ...]:
    """Build the named groups of a form, one a line or column where the sum has several.

    The mistakes are added to ``problems``.
    """
    built: list[FigureGroup] = []
    for spec in specs:
        count = problems.count
        with problems.collect():
            built += _build_group(spec, vocabulary, problems.source)
        if problems.count > count:
            problems.tainted |= {spec.id, spec.title}
    names = [name for group in built for name in group.names]
    for name in dict.fromkeys(names):
        if name in vocabulary.cells or name in _FACT_NAMES or names.count(name) > 1:
            problems.add("duplicate_id", "form.toml", "groups", key=name)
    return tuple(built)


def check_placeholders(form: Form, problems: DefinitionProblems) -> None:
    """Add the mistakes of drafts and of the opening: an unknown section, an unknown placeholder."""
    texts = [("opening", form.opening)]
    for draft in form.drafts:
        with_table = {table.section for table in form.tables}
        if all(section.id != draft.section or section.id in with_table for section in form.sections):
            problems.add("unknown_section", "form.toml", "drafts", key=draft.section)
        texts.append(("drafts", draft.text))
    for place, text in texts:
        for name in dict.fromkeys(list_placeholders(text)):
            try:
                if name not in _FACT_NAMES:
                    _placeholder_meaning(name, form)
            except PlaceholderError:
                if not problems.is_tainted(name):
                    problems.add("unknown_placeholder", "form.toml", place, key=name)


def list_placeholders(text: str) -> Iterator[str]:
    """Yield the names of all placeholders of a text, in order."""
    return (match[1].strip() for match in _PLACEHOLDER.finditer(text) if match[1] is not None)


def _replace_placeholders(text: str, figure: Callable[[str], str]) -> str:
    return _PLACEHOLDER.sub(lambda match: match[0][0] if match[1] is None else figure(match[1].strip()), text)


def _placeholder_figure(name: str, form: Form, submission: Submission) -> Number | None:
    return expressions.evaluate_linear(_placeholder_meaning(name, form), submission.counted)


def _placeholder_meaning(name: str, form: Form) -> LinearExpression:
    for group in form.groups:
        if name in group.names:
            return group.sum
    try:
        meaning = parse_expressions.parse_linear(_replace_addresses(name, form), Vocabulary(form.cells))
    except ExpressionError as error:
        raise PlaceholderError("unknown", name) from error
    if not meaning.terms or any(term.previous for term in meaning.terms):
        raise PlaceholderError("unknown", name)
    return meaning


def _replace_addresses(name: str, form: Form) -> str:
    """Replace each cell address in ``name`` by its cell id. Raises PlaceholderError for an address without a figure."""
    if not _EXCLAMATION.search(name):
        return name
    ids = {place: cell for cell, place in plan_workbook(form).cells.items()}
    sheets = "|".join(re.escape(sheet) for sheet in {place.sheet for place in ids})

    def id_of(match: re.Match[str]) -> str:
        cell_id = ids.get(CellAddress(match["sheet"], match["address"].replace("$", "").upper()))
        if cell_id is None:
            raise PlaceholderError("unknown", name)
        return cell_id

    at = rf"(?P<quote>'?)(?P<sheet>{sheets})(?P=quote){_EXCLAMATION.pattern}(?P<address>\$?[A-Za-z]{{1,3}}\$?[0-9]+)"
    return re.sub(at, id_of, name)


def _build_group(spec: GroupSpec, vocabulary: Vocabulary, source: str) -> Iterable[FigureGroup]:
    try:
        axis, parts = parse_expressions.parse_linears(spec.sum, vocabulary)
    except ExpressionError as error:
        raise _definition_error(f"expression.{error.problem}", source, f"groups.{spec.id}", error.part) from error
    if not axis:
        return (FigureGroup((spec.id, spec.title), spec.title, parts[""]),)
    return _group_members(spec, axis, parts, vocabulary)


def _group_members(
    spec: GroupSpec, axis: str, group_expressions: Mapping[str, LinearExpression], vocabulary: Vocabulary
) -> Iterator[FigureGroup]:
    """Yield one group a column (or line); the title alone also names the last one, which is the total."""
    last = list(group_expressions)[-1]
    for index, part in group_expressions.items():
        first = vocabulary.cells[part.terms[0].cell]
        title = f"{spec.title}·{first.column_words if axis == 'column' else first.line_words}"
        alone = (spec.title,) if index == last else ()
        yield FigureGroup((f"{spec.id}.{index}", *alone, title), title, part)


def _definition_error(problem: str, source: str, where: str, key: str) -> DefinitionError:
    return DefinitionError(f"definition.{problem}", file=f"{source}/form.toml", place=where, key=key)
