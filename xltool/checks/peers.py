"""Figures that stand alone among bodies of the same kind: seen only when a whole batch has been read."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median

from xltool.checks.history import scatter, spread
from xltool.messages import catalogue as texts
from xltool.messages.relation_phrases import cell_words, quantity
from xltool.model.agency import Roster, Scope
from xltool.model.consolidation import Reviewed
from xltool.model.finding import Finding, Spot
from xltool.model.form import Form, Number, Standard
from xltool.model.submission import Submission

PEER = "peer"

_Kind = tuple[str, str, int | None, Scope, str | None]


def with_peers(reviewed: Sequence[Reviewed], forms: Sequence[Form], roster: Roster | None) -> tuple[Reviewed, ...]:
    """The same files; a note for each figure that is a multiple of that of every other body of its level.

    Only with enough bodies beside it: then the one that stands alone is rarely right by chance. Status never changes.
    """
    kinds: dict[_Kind, list[int]] = defaultdict(list)
    for place, item in enumerate(reviewed):
        if item.submission and item.submission.scope is Scope.OWN:
            kinds[_kind(item.submission, roster)].append(place)
    done = list(reviewed)
    for (form_id, edition, *_), places in kinds.items():
        form = next((form for form in forms if form.key == (form_id, edition)), None)
        standard = form.standards.get(PEER) if form else None
        if form and standard and len(places) > standard.least:
            for place, found in _alone(reviewed, places, form, standard):
                done[place] = replace(done[place], trial=(*done[place].trial, found))
    return tuple(done)


def _kind(submission: Submission, roster: Roster | None) -> _Kind:
    agency = roster.agencies.get(submission.agency_code) if roster else None
    level = agency.level if agency else None
    return (submission.form, submission.edition, submission.year, submission.scope, level)


def _alone(
    reviewed: Sequence[Reviewed], places: Sequence[int], form: Form, standard: Standard
) -> Iterator[tuple[int, Finding]]:
    for cell in standard.cells:
        figures = {place: value for place in places if (value := _figure(reviewed[place], cell)) is not None}
        if len(figures) <= standard.least:
            continue
        first, second = sorted(figures, key=lambda place: figures[place], reverse=True)[:2]
        if _far(figures[first], [figures[place] for place in figures if place != first], standard):
            yield first, _finding(reviewed[first], cell, figures[second], list(figures.values()), form, standard)


def _figure(item: Reviewed, cell: str) -> Number | None:
    return item.submission.values.get(cell) if item.submission else None


def _far(figure: Number, others: Sequence[Number], standard: Standard) -> bool:
    if figure + 1 < standard.factor * (max(others) + 1):
        return False
    known = [spread(each) for each in others]
    return spread(figure) - median(known) >= standard.distance * scatter(known)


def _finding(
    item: Reviewed, cell: str, second: Number, figures: Sequence[Number], form: Form, standard: Standard
) -> Finding:
    assert item.submission is not None  # it has a figure
    entry, shape = item.submission.entries[cell], form.cells[cell]
    others = sorted(figures)[:-1]
    middle = others[len(others) // 2]
    facts = {
        "title": standard.title,
        "basis": standard.basis,
        "label": texts.Phrase(cell_words(shape)),
        "value": quantity(item.submission.values[cell], shape),
        "count": len(others),
        "second": quantity(second, shape),
        "middle": quantity(middle, shape),
    }
    return Finding(standard.id, standard.severity, (Spot(cell, entry.sheet, entry.address),), facts, wording=PEER)
