"""Compare figures with those of agencies of the same kind, once a whole batch has been read."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median

from xltool.checks.figure_facts import measure_figure, name_cell
from xltool.checks.history import measure_scatter, stabilise_variance
from xltool.forms.compiled_form import FormLibrary
from xltool.model.agency import Roster, Scope
from xltool.model.consolidation import ReviewedFile
from xltool.model.finding import Finding, FindingCell
from xltool.model.form import Form, Number, StandardCheck
from xltool.model.submission import Submission

PEER_STANDARD = "peer"

_PeerGroup = tuple[str, str, int | None, Scope, str | None]


def add_peer_findings(
    reviewed: Sequence[ReviewedFile], forms: Sequence[Form], roster: Roster | None
) -> tuple[ReviewedFile, ...]:
    """Return the files with a note for each figure that is a multiple of every other agency's at its level.

    Groups smaller than the rule's ``least`` are skipped. The status of a file never changes.
    """
    kinds: dict[_PeerGroup, list[int]] = defaultdict(list)
    for place, item in enumerate(reviewed):
        if item.submission and item.submission.scope is Scope.OWN:
            kinds[_peer_group_of(item.submission, roster)].append(place)
    done = list(reviewed)
    for (form_id, edition, *_), places in kinds.items():
        form = FormLibrary(forms).find(form_id, edition)
        standard = form.standards.get(PEER_STANDARD) if form else None
        if form and standard and len(places) > standard.least:
            for place, found in _find_outliers(reviewed, places, form, standard):
                done[place] = replace(done[place], trial=(*done[place].trial, found))
    return tuple(done)


def _peer_group_of(submission: Submission, roster: Roster | None) -> _PeerGroup:
    agency = roster.agencies.get(submission.agency_code) if roster else None
    level = agency.level if agency else None
    return (submission.form, submission.edition, submission.year, submission.scope, level)


def _find_outliers(
    reviewed: Sequence[ReviewedFile], places: Sequence[int], form: Form, standard: StandardCheck
) -> Iterator[tuple[int, Finding]]:
    for cell in standard.cells:
        figures = {place: value for place in places if (value := _figure_of(reviewed[place], cell)) is not None}
        if len(figures) <= standard.least:
            continue
        first, second = sorted(figures, key=lambda place: figures[place], reverse=True)[:2]
        if _exceeds_peers(figures[first], [figures[place] for place in figures if place != first], standard):
            yield first, _report_outlier(reviewed[first], cell, figures[second], list(figures.values()), form, standard)


def _figure_of(item: ReviewedFile, cell: str) -> Number | None:
    return item.submission.values.get(cell) if item.submission else None


def _exceeds_peers(figure: Number, others: Sequence[Number], standard: StandardCheck) -> bool:
    if figure + 1 < standard.factor * (max(others) + 1):
        return False
    known = [stabilise_variance(value) for value in others]
    return stabilise_variance(figure) - median(known) >= standard.distance * measure_scatter(known)


def _report_outlier(
    item: ReviewedFile, cell: str, second: Number, numbers: Sequence[Number], form: Form, standard: StandardCheck
) -> Finding:
    assert item.submission is not None  # it has a figure
    entry, shape = item.submission.entries[cell], form.cells[cell]
    others = sorted(numbers)[:-1]
    middle = others[len(others) // 2]
    facts = {
        "title": standard.title,
        "basis": standard.basis,
        "label": name_cell(shape),
        "value": measure_figure(item.submission.values[cell], shape),
        "count": len(others),
        "second": measure_figure(second, shape),
        "middle": measure_figure(middle, shape),
    }
    return Finding(
        standard.id, standard.severity, (FindingCell(cell, entry.sheet, entry.address),), facts, wording=PEER_STANDARD
    )
