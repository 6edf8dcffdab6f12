"""The formulas of computed cells against those the template was handed out with.

A formula that adds up the same cells in another way is the same: office programs, and people, write it anew.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from weakref import WeakKeyDictionary

from xltool.checks.context import Context
from xltool.checks.make_finding import finding, listed, shortened, spot_of
from xltool.forms.expressions import to_excel
from xltool.forms.places import address, box
from xltool.forms.slots import Place
from xltool.model.agency import Scope
from xltool.model.compact_entries import Places, places_of
from xltool.model.finding import Finding
from xltool.model.form import Form, Relation
from xltool.model.submission import Entry, Submission

LONGEST = 2000  # characters of a formula that is looked into

_TERM = re.compile(r"(?P<sign>[+-]?)(?:(?P<factor>\d+)\*)?(?:SUM\((?P<sum>[^()]*)\)|(?P<one>[^+\-(),]+))")
_OWN_SHEET = re.compile(r"(?:'((?:[^']|'')+)'|([^'!+\-(),:]+))!")
_ROUND = re.compile(r"ROUND\((.*),\d+\)")


def altered(submission: Submission, context: Context) -> Iterator[Finding]:
    """One finding for each sheet with formulas that add up something else."""
    if not submission.issued or submission.scope is not Scope.OWN:
        return  # an office's own form, and a consolidation, have formulas of their own
    sheets: dict[str, list[tuple[Entry, str]]] = {}
    for cell, wanted in _rewritten(submission, context.form):
        entry = submission.entries[cell]
        sheets.setdefault(entry.sheet, []).append((entry, wanted))
    for sheet, found in sheets.items():
        entries = [entry for entry, _ in found]
        (first, wanted), *_ = found
        yield finding(
            "formula.altered",
            *map(spot_of, entries),
            sheet=sheet,
            count=len(entries),
            cells=listed(entry.address for entry in entries),
            examples=shortened([f"{first.address}={first.formula}"]),
            expected=f"={wanted}",
        )


_known: WeakKeyDictionary[Places, dict[str, tuple[tuple[str, str], ...]]] = WeakKeyDictionary()


def _rewritten(submission: Submission, form: Form) -> tuple[tuple[str, str], ...]:
    """The cells whose formula adds up something else, with the one they should have.

    It follows from the places of the figures and the formulas there, which many workbooks share.
    """
    known = _known.setdefault(places_of(submission.entries), {})
    if form.digest not in known:
        known[form.digest] = tuple(_compared(submission, form))
    return known[form.digest]


def _compared(submission: Submission, form: Form) -> Iterator[tuple[str, str]]:
    for relation in form.formulas:
        entry = submission.entries.get(relation.computes or "")
        if entry is not None and entry.formula:
            wanted = _expected(relation, entry, submission)
            if entry.formula != wanted and not _same(
                entry.formula, wanted, entry.sheet, _figures(entry.sheet, submission)
            ):
                yield entry.cell, wanted


def _expected(relation: Relation, entry: Entry, submission: Submission) -> str:
    """The formula as the template has it, over the cells where the figures stand now."""

    def where(cell: str) -> Place:
        other = submission.entries[cell]
        return Place(other.sheet, other.address)

    return to_excel(relation.expect.right._replace(modulus=None), where, sheet=entry.sheet)


def _figures(sheet: str, submission: Submission) -> frozenset[str]:
    """Where the figures of a sheet stand."""
    return frozenset(entry.address for entry in submission.entries.values() if entry.sheet == sheet)


def _same(one: str, other: str, sheet: str, figures: frozenset[str]) -> bool:
    """Whether two formulas add up the same cells; what is no plain sum is compared as text.

    A range may run over an inserted row: only its figures count.
    """
    left, right = _plain(one, sheet), _plain(other, sheet)
    if left == right:
        return True
    sums = _sum(left, figures), _sum(right, figures)
    return sums[0] is not None and sums[0] == sums[1]


def _plain(formula: str, sheet: str) -> str:
    """A formula without what does not matter: blanks, ``$``, letter case, the name of its own sheet, rounding."""
    text = "".join(formula.split()).replace("$", "")
    name = "".join(sheet.split())
    text = _OWN_SHEET.sub(lambda match: "" if (match[1] or match[2]).replace("''", "'") == name else match[0], text)
    rounded = _ROUND.fullmatch(text := text.upper().removeprefix("+"))
    return rounded[1] if rounded else text


def _sum(text: str, figures: frozenset[str]) -> Mapping[str, int] | None:
    """How often each cell is added; None for anything but a sum."""
    counts: Counter[str] = Counter()
    at = 0
    while at < len(text) <= LONGEST:
        match = _TERM.match(text, at)
        if match is None or (at and not match["sign"]):
            return None
        times = (-1 if match["sign"] == "-" else 1) * int(match["factor"] or 1)
        for part in (match["sum"] or match["one"]).split(","):
            cells = _cells(part, figures)
            if cells is None:
                return None
            for cell in cells:
                counts[cell] += times
        at = match.end()
    return {cell: times for cell, times in counts.items() if times} if at else None


def _cells(part: str, figures: frozenset[str]) -> list[str] | None:
    """A cell, or the figures of a range; None for what is neither."""
    try:
        area = box(part)
    except ValueError:
        return None
    if area.rows * area.columns > LONGEST:
        return None
    if area.rows * area.columns == 1:
        return [address(area.row, area.column)]
    spots = [
        address(area.row + row, area.column + column) for row in range(area.rows) for column in range(area.columns)
    ]
    return [spot for spot in spots if spot in figures]
