"""Render what a relation calculates or demands where it is no plain sum, in the words of the form."""

from collections.abc import Callable

from xltool.messages import catalogue
from xltool.messages.catalogue import Phrase, render_structure
from xltool.messages.figure_phrases import join_terms, name_earlier, render_term
from xltool.model import finding_facts as facts
from xltool.model.expression import OperationKind

_SIGNS = {OperationKind.ADD: " + ", OperationKind.MULTIPLY: " × ", OperationKind.DIVIDE: " ÷ "}

Part = facts.SideFact | facts.Calculation | facts.ComparedSides | facts.JoinedConditions | facts.Quantity


@render_structure.register
def _render_calculation(calculation: facts.Calculation) -> str:
    """Render a calculated side with its figures, and what it comes to."""
    if calculation.ranges is not None:
        return catalogue.format_phrase("calculated", parts=calculation.ranges, value=calculation.total)
    return f"{_join_parts(calculation, render_term)} = {render_structure(calculation.total)}"


@render_structure.register
def _render_comparison(compared: facts.ComparedSides) -> str:
    left, right = (_render_part(side, _render_term_within) for side in (compared.left, compared.right))
    return catalogue.format_phrase("compared", left=Phrase(left), operator=compared.operator, right=_set_apart(right))


@render_structure.register
def _render_condition(condition: facts.JoinedConditions) -> str:
    parts = [
        _bracket(render_structure(part), is_wanted=isinstance(part, facts.JoinedConditions)) for part in condition.parts
    ]
    if condition.kind is OperationKind.IF:
        test, demand = map(Phrase, parts)
        test = Phrase(f"{test} ") if test[-1:].isascii() else test
        return catalogue.format_phrase("condition_if", test=test, demand=demand)
    return catalogue.format_phrase(f"condition_{condition.kind}").join(parts)


def _join_parts(calculation: facts.Calculation, render: Callable[[facts.TermFact], str]) -> str:
    """Join the parts of a calculation by its sign or its word; what is no single figure is bracketed between signs."""
    kind = calculation.kind
    texts = [_render_part(part, render) for part in calculation.parts]
    if kind is OperationKind.IF:
        value, reason = map(Phrase, texts)
        return catalogue.format_phrase("calculated_if", part=value, reason=reason)
    if kind is OperationKind.ADD:
        return "".join(map(_put_sign_before, texts)).removeprefix(" + ")
    if kind in _SIGNS:
        return _SIGNS[kind].join(
            _bracket(text, is_wanted=_is_looser(part, kind))
            for part, text in zip(calculation.parts, texts, strict=True)
        )
    decimals = texts.pop() if kind is OperationKind.ROUND else ""
    text = Phrase(catalogue.look_up_word("shown", "joint").join(texts))
    return catalogue.format_phrase(f"calculated_{kind}", part=text, decimals=decimals)


def _put_sign_before(text: str) -> str:
    """Return an addend after its sign: a negative factor at its beginning is the sign, and 1 is no factor."""
    bare = text.lstrip()
    return f" - {bare[2:].removeprefix('1 × ')}" if bare.startswith("- ") else f" + {text}"


def _bracket(text: str, *, is_wanted: bool) -> Phrase:
    return catalogue.format_phrase("bracketed", text=Phrase(text)) if is_wanted else Phrase(text)


def _is_looser(part: Part, kind: OperationKind) -> bool:
    """Return True if a part must stand in brackets beside the sign of an operation."""
    if isinstance(part, facts.Calculation):
        inner = {OperationKind.ADD} if kind is OperationKind.MULTIPLY else _SIGNS.keys()
        return kind is not OperationKind.ADD and part.kind in inner
    is_sum = isinstance(part, facts.SideFact) and len(part.terms) + bool(part.constant) > 1
    return kind is not OperationKind.ADD and is_sum


def _render_part(part: Part, render: Callable[[facts.TermFact], str]) -> str:
    """Render a part of a calculation or condition without what it comes to."""
    if isinstance(part, facts.Calculation):
        return render_structure(part) if part.ranges else _join_parts(part, render)
    if not isinstance(part, facts.SideFact):
        return render_structure(part)
    if part.ranges is not None:
        return catalogue.format_phrase("range_within", parts=part.ranges, value=part.total)
    text = "".join(join_terms(part, render)).strip().removeprefix("+ ")
    return text or render_structure(part.total)


def _render_term_within(term: facts.TermFact) -> str:
    """Render a figure with its present value in the brackets of its address."""
    if term.earlier:
        earlier = name_earlier(term.earlier)
        return catalogue.format_phrase("term_within_previous", earlier=earlier, label=term.name, value=term.value)
    key = "term_within" if term.place else "term_within_sum"
    value = _set_apart(render_structure(term.value))
    return catalogue.format_phrase(key, label=term.name, place=term.place, value=value)


def _set_apart(text: str) -> Phrase:
    """Return a text with a space before it, unless it begins with a quotation mark."""
    return Phrase(text if text.startswith(catalogue.look_up_word("shown", "quoted")[0]) else f" {text}")


@render_structure.register
def _render_source(figure_source: facts.FigureSource) -> str:
    return catalogue.format_phrase(
        "source_sum" if figure_source.summed else "source_calculated", ranges=figure_source.ranges
    )
