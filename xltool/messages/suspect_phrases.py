"""Render the suspected errors behind a violated relation: one figure, a few alternatives, or the ranges of many."""

from collections.abc import Iterator, Sequence

from xltool.forms.cell_addresses import merge_ranges
from xltool.messages import catalogue
from xltool.messages.catalogue import Phrase, render_structure, render_suspects_briefly
from xltool.model.finding_facts import SuspectedChange, SuspectedError, Suspects

MAX_ERRORS_TOLD = 3  # each with its correct value
MAX_CELLS_NAMED = 5  # of more, none is named: any of them is as likely as the others


@render_structure.register
def _render_suspects(suspects: Suspects) -> str:
    """Render the sentences that follow the one on a violated relation; empty if that one is enough."""
    return "".join(_build_sentences(suspects))


def _build_sentences(suspects: Suspects) -> Iterator[str]:
    if suspects.best:
        yield from _describe_errors(suspects)
    elif suspects.is_complete:
        yield catalogue.format_phrase("suspect_contradiction")
    else:
        yield catalogue.format_phrase("suspect_none")
    if suspects.consequences:
        yield catalogue.format_phrase("suspect_consequences", names=suspects.consequences)
    if suspects.best and not suspects.is_complete:
        yield catalogue.format_phrase("suspect_unfinished")
    if suspects.question and len(suspects.best) > MAX_ERRORS_TOLD:
        yield _describe_question(suspects)


@render_suspects_briefly.register
def _render_suspects_briefly(suspects: Suspects) -> str:
    """Render where the error is, which few cells it may be in, or which figure to look up; empty if unknown."""
    best = suspects.best
    if len(best) == 1 and not suspects.is_stated and all(change.becomes is not None for change in best[0].changes):
        return catalogue.format_phrase("suspect_first", repair=_describe_error(best[0]))
    if 1 < len(best) <= MAX_CELLS_NAMED and not suspects.more and (where := _list_ranges(best, suspects.sheet)):
        return catalogue.format_phrase("suspect_brief", ranges=where)
    if suspects.question and len(best) > MAX_ERRORS_TOLD:
        question = suspects.question
        facts = {"column": question.column, "line": question.row, "stated": question.stated}
        return catalogue.format_phrase("question_brief", **facts)
    return ""


def _describe_errors(suspects: Suspects) -> Iterator[str]:
    best, others = suspects.best, suspects.others
    if len(best) == 1 and None in [change.becomes for change in best[0].changes]:
        yield catalogue.format_phrase("suspect_open", repair=_describe_error(best[0]))
    elif len(best) == 1:
        if not suspects.is_stated:
            key = "suspect_first" if others else "suspect_only"
            yield catalogue.format_phrase(key, repair=_describe_error(best[0]))
        if others:
            yield catalogue.format_phrase("suspect_others", others=_describe_options(others, suspects.sheet))
    elif len(best) + suspects.more > MAX_CELLS_NAMED:
        yield catalogue.format_phrase("suspect_many", count=len(best) + suspects.more)
        return
    elif len(best) > MAX_ERRORS_TOLD and (where := _list_ranges(best, suspects.sheet)):
        yield catalogue.format_phrase("suspect_few", count=len(best), ranges=where)
    else:
        yield catalogue.format_phrase("suspect_either", repairs=_describe_options(best, suspects.sheet))
        if others:
            yield catalogue.format_phrase("suspect_others", others=_describe_options(others, suspects.sheet))
    if suspects.more:
        yield catalogue.format_phrase("suspect_more", more=suspects.more)


def _describe_options(errors: Sequence[SuspectedError], sheet: str) -> Phrase:
    """Describe alternatives one by one; many of them as ranges of cells, or the first few."""
    if len(errors) > MAX_ERRORS_TOLD and (where := _list_ranges(errors, sheet)):
        return catalogue.format_phrase("suspect_one_of", ranges=where)
    options = Phrase(catalogue.format_phrase("or").join(map(_describe_error, errors[:MAX_ERRORS_TOLD])))
    return options if len(errors) <= MAX_ERRORS_TOLD else catalogue.format_phrase("and_more", text=options)


def _list_ranges(errors: Sequence[SuspectedError], own_sheet: str) -> Phrase | None:
    """Return the ranges of single wrong figures; None if an explanation changes several figures."""
    if any(len(error.changes) != 1 for error in errors):
        return None
    changes = [error.changes[0] for error in errors]
    areas = [
        area if sheet == own_sheet else f"{sheet}!{area}"
        for sheet in dict.fromkeys(change.sheet for change in changes)
        for area in merge_ranges(change.address for change in changes if change.sheet == sheet)
    ]
    return Phrase(catalogue.look_up_word("shown", "joint").join(areas))


def _describe_error(suspected_error: SuspectedError) -> Phrase:
    changes = Phrase(catalogue.look_up_word("shown", "joint").join(map(_describe_change, suspected_error.changes)))
    slip = catalogue.look_up_word("slip", suspected_error.kind)
    return catalogue.format_phrase("suspect_slip", changes=changes, slip=slip) if slip else changes


def _describe_change(change: SuspectedChange) -> Phrase:
    was = catalogue.format_phrase("suspect_typed", text=change.typed) if change.typed else change.was
    facts = {"label": change.name, "place": Phrase(f"{change.sheet}!{change.address}"), "was": was}
    if change.becomes is None:
        return catalogue.format_phrase("suspect_change_open", **facts)
    return catalogue.format_phrase("suspect_change", **facts, becomes=change.becomes)


def _describe_question(suspects: Suspects) -> Phrase:
    """Describe which figure to look up, and how many alternatives it leaves."""
    question = suspects.question
    assert question is not None  # asked by the caller
    return catalogue.format_phrase(
        "suspect_question",
        column=question.column,
        line=question.row,
        stated=question.stated,
        left=question.left,
    )
