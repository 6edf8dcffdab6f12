"""What an area says of itself against the sum of its members.

An area's figures that do not say whose they are, are never added to its members' (see `overlaps`): they are compared,
cell by cell. With every member in the sum both must be equal. While members are missing the sum can only grow, so that
a sum above the published figure is wrong already.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from xltool.consolidation.tree import Tree, leaves
from xltool.forms.layout import plan
from xltool.messages import catalogue as texts
from xltool.model.consolidation import Reviewed
from xltool.model.finding import Finding, Spot
from xltool.model.form import Cell, Form, Kind, Number, Severity
from xltool.model.submission import Submission

_MOST_TOLD = 10  # in the sentence; every cell is among the spots


class _Gap(NamedTuple):
    """A cell in which the two differ: what is published, and what the members come to."""

    cell: Cell
    published: Number
    summed: Number


def against_published(
    chosen: Sequence[Reviewed], parts: Sequence[Submission], tree: Tree, form: Form
) -> Iterator[Finding]:
    """One finding for every area set aside beside its members whose figures cannot be right, or are not theirs."""
    for item in chosen:
        area = item.submission
        if area is None or item.reason is None or item.reason.code != "merge.area_beside_members":
            continue
        below = tree.below(area.agency_code)
        members = [part for part in parts if part is not area and _codes(part) <= below]
        owing = {code for code in below if tree.owes(code)}
        missing = owing - set().union(*map(_codes, members))
        if members and (gaps := _gaps(form, area, members, whole=not missing)):
            yield _finding(form, area, gaps, len(missing))


def _codes(part: Submission) -> frozenset[str]:
    return frozenset(leaf.code for leaf in leaves(part))


def _gaps(form: Form, area: Submission, members: Sequence[Submission], *, whole: bool) -> list[_Gap]:
    """The cells that differ; where some member gives no figure, only those whose sum is already too large."""
    figures, found = [member.counted for member in members], []
    for cell in form.inputs:
        published = area.values.get(cell.id)
        known = [value for each in figures if (value := each.get(cell.id)) is not None]
        if published is None or not known:
            continue
        complete = whole and len(known) == len(members) and not any(member.lacking.get(cell.id) for member in members)
        summed = sum(known)
        grows = cell.kind is not Kind.SIGNED_COUNT
        if (complete and summed != published) or (grows and summed > published):
            found.append(_Gap(cell, published, summed))
    return found


def _finding(form: Form, area: Submission, gaps: Sequence[_Gap], missing: int) -> Finding:
    places = plan(form).cells
    told = tuple(
        texts.phrase("published_gap", figure=gap.cell.words, published=gap.published, summed=gap.summed)
        for gap in gaps[:_MOST_TOLD]
    )
    spots = tuple(Spot(gap.cell.id, places[gap.cell.id].sheet, places[gap.cell.id].address) for gap in gaps)
    facts = {"agency": area.agency_name or area.agency_code, "count": len(gaps), "gaps": told, "missing": missing}
    code = "merge.published_exceeded" if missing else "merge.published_differs"
    return Finding(code, Severity.MUST_FIX if missing else Severity.EXPLAIN, spots, facts)
