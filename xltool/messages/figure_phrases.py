"""Render the structured facts of findings (`model.finding_facts`) in the words of the printed form."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from xltool.forms.cell_kinds import show_limit
from xltool.forms.workbook_words import workbook_words
from xltool.messages import catalogue
from xltool.messages.catalogue import Phrase, render_structure
from xltool.model import finding_facts as facts
from xltool.model.form import CellKind, Number

MAX_ITEMS_LISTED = 6  # in one sentence; the finding's cells are complete
_UNKNOWN_FIGURE = "?"


def format_number(value: Number) -> str:
    """Format a number without an exponent and without trailing zeros."""
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


@render_structure.register
def _render_word(word: facts.Word) -> str:
    return catalogue.look_up_word(word.group, word.key) if word.group else catalogue.format_phrase(word.key)


@render_structure.register
def _render_figure_name(name: facts.FigureName) -> str:
    return f"“{name.row}”{name.column}" if name.row else f"“{name.column}”"


@render_structure.register
def _render_control_name(name: facts.ControlName) -> str:
    return catalogue.format_phrase("control_figure", line=name.row, column=name.column)


@render_structure.register
def _render_named_figure(named_figure: facts.NamedFigure) -> str:
    value = _UNKNOWN_FIGURE if named_figure.value is None else named_figure.value
    return catalogue.quote_text(f"{named_figure.name} {value}")


@render_structure.register
def _render_name_with_remark(name_with_remark: facts.NameWithRemark) -> str:
    return catalogue.quote_text(f"{name_with_remark.name}（{name_with_remark.remark}）")


@render_structure.register
def _render_received_returns(received_returns: facts.ReceivedReturns) -> str:
    owner, named = (
        "other" if received_returns.owner_has_more else "only",
        "named" if received_returns.named_have_any else "nothing",
    )
    return catalogue.format_phrase(f"owner_{owner}_{named}", named=received_returns.named, owner=received_returns.owner)


@render_structure.register
def _render_quantity(quantity: facts.Quantity) -> str:
    if quantity.value is None:
        return catalogue.look_up_word("shown", "nothing")
    if quantity.word:
        return f"“{quantity.word}”"
    if quantity.is_days:
        return catalogue.format_phrase("days", count=Phrase(format_number(quantity.value)))
    return " ".join(filter(None, (format_number(quantity.value), quantity.unit)))


@render_structure.register
def _render_expected(expected: facts.ExpectedValue) -> str:
    key = f"asked_{expected.kind.value}"
    kind, dated = expected.kind, "date_" if expected.kind is CellKind.DATE else ""
    least, most = expected.minimum, expected.maximum
    limits = [catalogue.format_phrase(f"asked_{dated}from", limit=show_limit(kind, least))] if least else []
    limits += [catalogue.format_phrase(f"asked_{dated}to", limit=show_limit(kind, most))] if most is not None else []
    return catalogue.format_phrase(
        key,
        decimals=expected.decimals,
        unit=expected.unit,
        choices=expected.choices,
        length=expected.length,
        limits=catalogue.Phrase("".join(limits)),
    )


@render_structure.register
def _render_quoted(quoted: facts.Quoted) -> str:
    return f"“{quoted.text}”"


@render_structure.register
def _render_example(example: facts.Example) -> str:
    return catalogue.format_phrase("example", address=example.address, text=example.text)


@render_structure.register
def _render_move(move: facts.FigureMove) -> str:
    return catalogue.format_phrase("move", label=move.name, before=move.before, now=move.now)


# --- lists -------------------------------------------------------------------------------------------------------


@render_structure.register
def _render_short_list(listed: facts.ShortList) -> str:
    """Join the first `MAX_ITEMS_LISTED` items, with a word for the rest."""
    text = catalogue.quote_text(_join_items(listed.items[:MAX_ITEMS_LISTED]))
    return text if len(listed.items) <= MAX_ITEMS_LISTED else catalogue.format_phrase("and_more", text=text)


def _join_items(facts_to_join: tuple[object, ...]) -> str:
    return catalogue.look_up_word("shown", "joint").join(
        item if isinstance(item, str) else render_structure(item) for item in facts_to_join
    )


@render_structure.register
def _render_ranges(ranges: facts.RangesOn) -> str:
    return f"{ranges.sheet}!{render_structure(ranges.ranges)}"


@render_structure.register
def render_place(document_place: facts.DocumentPlace) -> str:
    """Render the position of a block in a document."""
    key = f"in_{document_place.unit}"
    text = catalogue.format_phrase(
        key, table=document_place.table, row=document_place.row, column=document_place.column
    )
    return catalogue.format_phrase("on_page", page=document_place.page, place=text) if document_place.page else text


@render_structure.register
def _render_row_range(row_range: facts.RowRange) -> str:
    return catalogue.format_phrase("lines_between", first=row_range.first, last=row_range.last, count=row_range.count)


@render_structure.register
def _render_page_count(count: facts.PageCount) -> str:
    return catalogue.format_phrase("pages", count=count.pages)


@render_structure.register
def _render_parts(listed: facts.ListedParts) -> str:
    if not listed.parts:
        return ""
    text = " + ".join(f"{address} {render_structure(quantity)}" for address, quantity in listed.parts)
    return catalogue.format_phrase("parts", text=Phrase(text))


@render_structure.register
def _render_addends(addends: facts.Addends) -> str:
    return " + ".join(map(str, addends.numbers))


@render_structure.register
def _render_suggestion(suggestion: facts.Suggestion) -> str:
    return catalogue.format_phrase("suggested", names=suggestion.agencies) if suggestion.agencies else ""


@render_structure.register
def _render_clauses(clauses: facts.Clauses) -> str:
    return catalogue.format_phrase("semicolon").join(map(render_structure, clauses.items))


@render_structure.register
def _render_jump(jump: facts.YearJump) -> str:
    before = Phrase(catalogue.look_up_word("shown", "joint").join(map(render_structure, jump.before)))
    return catalogue.format_phrase("jump", label=jump.name, now=jump.now, before=before)


@render_structure.register
def _render_breach(breach: facts.Breach) -> str:
    return catalogue.format_phrase("divided", relation=breach.relation, left=breach.left, right=breach.right)


# --- relations ---------------------------------------------------------------------------------------------------


@render_structure.register
def _render_alternatives(alternatives: facts.Alternatives) -> str:
    return catalogue.format_phrase("or").join(map(render_structure, alternatives.sides))


@render_structure.register
def _render_side(side: facts.SideFact) -> str:
    """Render each figure of a side with its words, address and value, and what they add up to."""
    if side.ranges is not None:
        text = catalogue.format_phrase("range_sum", parts=side.ranges, value=side.total)
    elif not side.terms:
        text = Phrase(render_structure(side.total))
    else:
        text = Phrase("".join(join_terms(side, render_term)).removeprefix(" + "))
        if len(side.terms) > 1 or side.constant or abs(side.terms[0].coefficient) != 1:
            text = Phrase(f"{text} = {render_structure(side.total)}")
    if side.modulus is None or side.total.value is None:
        return text
    return catalogue.format_phrase("remainder", sum=text, modulus=side.modulus, rest=side.total.value % side.modulus)


def join_terms(side: facts.SideFact, render: Callable[[facts.TermFact], str]) -> Iterator[str]:
    """Yield the figures of a side, each after its sign, and its constant."""
    for term in side.terms:
        factor = abs(term.coefficient)
        yield " - " if term.coefficient < 0 else " + "
        yield render(term) if factor == 1 else f"{factor} × {render(term)}"
    if side.constant:
        yield f" {'-' if side.constant < 0 else '+'} {abs(side.constant)}"


def name_earlier(earlier_period: facts.EarlierPeriod) -> str:
    """Return how an earlier period is called beside a figure of it."""
    return workbook_words().periods[f"earlier_{earlier_period}"]


def render_term(term: facts.TermFact) -> str:
    """Render a figure with its words, address and value."""
    if term.earlier:
        earlier = name_earlier(term.earlier)
        return catalogue.format_phrase("term_previous", earlier=earlier, label=term.name, value=term.value)
    if not term.place:
        return catalogue.format_phrase("term_of_sum", label=term.name, value=term.value)
    if term.parts is None:
        return catalogue.format_phrase("term", label=term.name, place=term.place, value=term.value)
    return catalogue.format_phrase(
        "term_computed", label=term.name, place=term.place, parts=term.parts, value=term.value
    )


@render_structure.register
def _render_previous_evidence(evidence: facts.PreviousEvidence) -> str:
    earlier = name_earlier(evidence.earlier)
    words = (catalogue.look_up_word("previous_sign", sign) for sign in evidence.signs)
    signs = tuple(Phrase(word.format(earlier=earlier)) for word in words)
    return catalogue.format_phrase("previous_evidence", earlier=earlier, value=evidence.value, signs=signs)


@render_structure.register
def _render_waiver(waiver: facts.WaiverNote) -> str:
    return catalogue.format_phrase("waived", by=waiver.by, until=waiver.until, reason=waiver.reason)


@render_structure.register
def _render_decision(decision: facts.DecisionNote) -> str:
    texts = {"reason": decision.reason, "author": decision.author, "date": decision.date}
    return catalogue.format_phrase("decision_settles", **texts)
