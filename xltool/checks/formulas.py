"""Compare the formulas of computed cells with those of the template.

Formulas that add the same cells are equal however they are written: office programs and people rewrite them.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache

from xltool.checks.context import CheckContext
from xltool.checks.make_finding import list_ranges, make_finding, spot_of_entry
from xltool.forms.cell_addresses import cell_address, parse_box
from xltool.forms.format_formulas import format_excel_formula
from xltool.forms.slots import CellAddress
from xltool.model.agency import Scope
from xltool.model.compact_entries import EntryLayout, EntryPosition, find_entry_layout
from xltool.model.expression import Operation
from xltool.model.finding import Finding
from xltool.model.finding_facts import ShortList
from xltool.model.form import Form, Relation
from xltool.model.submission import Entry, Submission

MAX_FORMULA_CHARACTERS = 2000  # longer formulas are compared as text only
_MAX_CACHED_LAYOUTS = 64

_TERM = re.compile(r"(?P<sign>[+-]?)(?:(?P<factor>\d+)\*)?(?:SUM\((?P<sum>[^()]*)\)|(?P<one>[^+\-(),]+))")
_OWN_SHEET = re.compile(r"(?:(?<!')'((?:[^']|'')+)'|(?<![^'!+\-(),:])([^'!+\-(),:]+))!")
_ROUND = re.compile(r"ROUND\((.*),\d+\)")


def check_formulas(submission: Submission, context: CheckContext) -> Iterator[Finding]:
    """Yield one finding per sheet with formulas that add other cells than the template's."""
    if not submission.issued or submission.scope is not Scope.OWN:
        return  # office-made forms and consolidations have formulas of their own
    sheets: dict[str, list[tuple[Entry, str]]] = {}
    for cell, wanted in _find_altered_formulas(submission, context.form):
        entry = submission.entries[cell]
        sheets.setdefault(entry.sheet, []).append((entry, wanted))
    for sheet, pairs in sheets.items():
        entries = [entry for entry, _ in pairs]
        (first, wanted), *_ = pairs
        yield make_finding(
            "formula.altered",
            *map(spot_of_entry, entries),
            sheet=sheet,
            count=len(entries),
            cells=list_ranges(entry.address for entry in entries),
            examples=ShortList((f"{first.address}={first.formula}",)),
            expected=f"={wanted}",
        )


def has_intact_formula(entry: Entry, submission: Submission, form: Form) -> bool:
    """Return True if the formula of a computed cell is known and adds the cells that the template's adds."""
    altered = {cell for cell, _ in _find_altered_formulas(submission, form)}
    return bool(entry.formula) and entry.cell not in altered


def _find_altered_formulas(submission: Submission, form: Form) -> tuple[tuple[str, str], ...]:
    return _compare_formulas(find_entry_layout(submission.entries), form)


@lru_cache(maxsize=_MAX_CACHED_LAYOUTS)
def _compare_formulas(layout: EntryLayout, form: Form) -> tuple[tuple[str, str], ...]:
    """Return (cell id, expected formula) of each computed cell whose formula adds other cells.

    The result depends only on where figures and formulas stand, which many workbooks share.
    """
    altered = []
    for relation in form.formulas:
        position = _find_position(relation.computes or "", layout)
        if position is not None and position.formula:
            wanted = _build_expected_formula(relation, position.sheet, layout)
            figures = frozenset(other.address for other in layout.positions if other.sheet == position.sheet)
            if (
                wanted
                and position.formula != wanted
                and not _adds_same_cells(position.formula, wanted, position.sheet, figures)
            ):
                altered.append((relation.computes or "", wanted))
    return tuple(altered)


def _find_position(cell: str, layout: EntryLayout) -> EntryPosition | None:
    return layout.positions[layout.index[cell]] if cell in layout.index else None


def _build_expected_formula(relation: Relation, sheet: str, layout: EntryLayout) -> str:
    """Return the template's formula over the addresses where the figures stand in this workbook."""

    def where(cell: str) -> CellAddress:
        position = layout.positions[layout.index[cell]]
        return CellAddress(position.sheet, position.address)

    side = relation.expect.right
    if isinstance(side, Operation):
        return ""  # compared by its result
    return format_excel_formula(side._replace(modulus=None), where, sheet=sheet)


def _adds_same_cells(one: str, other: str, sheet: str, figures: frozenset[str]) -> bool:
    """Return True if two formulas add the same cells; formulas that are no plain sums are compared as text.

    Cells of a range that hold no figure of the form (an inserted row) are ignored.
    """
    left, right = _normalise_formula(one, sheet), _normalise_formula(other, sheet)
    if left == right:
        return True
    sums = _parse_sum(left, figures), _parse_sum(right, figures)
    return sums[0] is not None and sums[0] == sums[1]


def _normalise_formula(formula: str, sheet: str) -> str:
    """Return a formula in upper case without white space, ``$``, its own sheet's name and an outer ROUND."""
    text = "".join(formula.split()).replace("$", "")
    name = "".join(sheet.split())
    text = _OWN_SHEET.sub(lambda match: "" if (match[1] or match[2]).replace("''", "'") == name else match[0], text)
    rounded = _ROUND.fullmatch(text := text.upper().removeprefix("+"))
    return rounded[1] if rounded else text


def _parse_sum(text: str, figures: frozenset[str]) -> Mapping[str, int] | None:
    """Return how often each address is added; None if the formula is not a plain sum."""
    counts: Counter[str] = Counter()
    at = 0
    while at < len(text) <= MAX_FORMULA_CHARACTERS:
        match = _TERM.match(text, at)
        if match is None or (at and not match["sign"]):
            return None
        times = (-1 if match["sign"] == "-" else 1) * int(match["factor"] or 1)
        for part in (match["sum"] or match["one"]).split(","):
            cells = _expand_range(part, figures)
            if cells is None:
                return None
            for cell in cells:
                counts[cell] += times
        at = match.end()
    return {cell: times for cell, times in counts.items() if times} if at else None


def _expand_range(part: str, figures: frozenset[str]) -> list[str] | None:
    """Return the address of a cell, or the figures' addresses in a range; None if ``part`` is neither."""
    try:
        area = parse_box(part)
    except ValueError:
        return None
    if area.rows * area.columns > MAX_FORMULA_CHARACTERS:
        return None
    if area.rows * area.columns == 1:
        return [cell_address(area.row, area.column)]
    spots = [
        cell_address(area.row + row, area.column + column) for row in range(area.rows) for column in range(area.columns)
    ]
    return [spot for spot in spots if spot in figures]
