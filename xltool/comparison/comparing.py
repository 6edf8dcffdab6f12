"""Compare two sides and collect all differences."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from xltool.comparison.figures import Exchange, FigureDifference, find_exchanges, find_figure_differences
from xltool.comparison.sides import ComparedSide
from xltool.comparison.wording import TextDifference, find_text_differences
from xltool.forms.lower_bounds import is_lower_bound
from xltool.forms.placeholders import remove_whitespace
from xltool.messages import catalogue
from xltool.model.finding import Finding
from xltool.model.form import Cell
from xltool.model.submission import ManifestItem

MAX_FIGURES_SHOWN = 20  # above it, differences between years or agencies are shown by line
_MIN_NAME_CHARACTERS = 5  # a shorter name is ambiguous without the name of its place


class SubjectDifference(NamedTuple):
    """A difference of subject: ``fact`` is agency, name, year, edition, or member (an agency inside one of two sums).

    It is ``name`` if one agency name ends with the other, as with the name of a city in front of it.
    """

    fact: str
    left: str
    right: str


class YearChecks(NamedTuple):
    """Checks between two years: the number of relations that could be decided, and their findings."""

    asked: int
    findings: tuple[Finding, ...]


class CommonAgencies(NamedTuple):
    """How many agencies two sums of different years share, and how many each has.

    ``summed`` is True if the figures compared are sums of the shared ones (同口径), else they are those of the whole.
    """

    shared: int
    left: int
    right: int
    summed: bool


@dataclass(frozen=True)
class ComparisonResult:
    """Both sides, the number of figures in both, and every difference.

    ``unread`` are figures that could not be read on one side. ``exchanges`` explain those of ``figures`` that come from
    exchanged lines or columns. ``possible`` are figures of an incomplete sum below those of the other side: they may be
    equal once all agencies are in. ``resubmitted`` are agencies inside two sums with different files. ``only_left`` and
    ``only_right`` are cells of one edition only. ``years`` is set if the sides are consecutive years,
    ``common`` if they are sums of different years with different agencies.
    """

    left: ComparedSide
    right: ComparedSide
    shared_count: int
    subjects: tuple[SubjectDifference, ...]
    figures: tuple[FigureDifference, ...]
    unread: tuple[FigureDifference, ...]
    exchanges: tuple[Exchange, ...]
    texts: tuple[TextDifference, ...]
    resubmitted: tuple[str, ...]
    only_left: tuple[Cell, ...]
    only_right: tuple[Cell, ...]
    years: YearChecks | None = None
    possible: tuple[FigureDifference, ...] = ()
    common: CommonAgencies | None = None

    @property
    def is_same(self) -> bool:
        """Whether nothing differs and everything could be compared."""
        return not (self.subjects or self.figures or self.possible or self.unread or self.texts)

    @property
    def independent_figures(self) -> tuple[FigureDifference, ...]:
        """Figures that differ, without totals that differ only because their parts do."""
        return tuple(each for each in self.figures if not each.follows)

    @property
    def unexplained_figures(self) -> tuple[FigureDifference, ...]:
        """Independent figures that no exchange of lines or columns explains."""
        explained = frozenset[str]().union(*(each.cells for each in self.exchanges))
        return tuple(each for each in self.independent_figures if each.cell.id not in explained)

    @property
    def is_distant(self) -> bool:
        """Whether the sides are of different years or agencies with so many differences that only lines are shown."""
        return len(self.figures) > MAX_FIGURES_SHOWN and any(each.fact in {"year", "agency"} for each in self.subjects)


class FolderComparison(NamedTuple):
    """The comparison of two folders: compared pairs, files in one folder only, unreadable files with reason."""

    comparisons: tuple[ComparisonResult, ...]
    only_left: tuple[str, ...]
    only_right: tuple[str, ...]
    unreadable: tuple[tuple[str, str], ...]

    @property
    def is_same(self) -> bool:
        """Whether every file has a counterpart and nothing differs."""
        alone = self.only_left or self.only_right or self.unreadable
        return not alone and all(comparison.is_same for comparison in self.comparisons)


def find_differences(left_side: ComparedSide, right_side: ComparedSide) -> ComparisonResult:
    """Find all differences, in the order of the left side's form."""
    shared = [cell for cell in left_side.form.cells if cell in right_side.form.cells]
    differing = find_figure_differences(left_side, right_side, shared)
    known = [each for each in differing if each.left.known and each.right.known]
    possible = tuple(each for each in known if _may_become_equal(each, left_side, right_side))
    figures = tuple(each for each in known if each not in possible)
    one, other = _index_members(left_side), _index_members(right_side)
    return ComparisonResult(
        left=left_side,
        right=right_side,
        shared_count=len(shared),
        subjects=(
            *_compare_subjects(left_side, right_side),
            *(_find_single_members(one, other) if one and other else ()),
        ),
        figures=figures,
        unread=tuple(each for each in differing if not (each.left.known and each.right.known)),
        exchanges=tuple(find_exchanges(figures)),
        texts=tuple(find_text_differences(left_side, right_side)),
        resubmitted=tuple(one[key].name for key in one if key in other and one[key].sha256 != other[key].sha256),
        only_left=tuple(cell for cell in left_side.form.cells.values() if cell.id not in right_side.form.cells),
        only_right=tuple(cell for cell in right_side.form.cells.values() if cell.id not in left_side.form.cells),
        possible=possible,
    )


def _may_become_equal(difference: FigureDifference, left_side: ComparedSide, right_side: ComparedSide) -> bool:
    """Return whether one side is a sum that still lacks agencies, and only smaller than the other: it can only grow."""
    is_bound = [_is_lower_bound(side, difference.cell) for side in (left_side, right_side)]
    if difference.gap is None or is_bound[0] is is_bound[1]:
        return False
    return difference.gap > 0 if is_bound[0] else difference.gap < 0


def _is_lower_bound(side: ComparedSide, cell: Cell) -> bool:
    """Return whether the side is a sum that lacks a figure of some agency, and the total can only grow with it."""
    submission = side.submission
    lacks = bool(submission.absent) or bool(submission.lacking.get(cell.id))
    return bool(submission.manifest) and lacks and is_lower_bound(side.form, cell)


def select_line_figures(comparison: ComparisonResult) -> Sequence[FigureDifference]:
    """Select differences of whole lines: in tables with total columns only the totals, else every figure."""
    cells = comparison.left.form.cells.values()
    columns: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells:
        columns.setdefault((cell.table, cell.column), []).append(cell)
    totals = {key for key, members in columns.items() if key[1] and all(cell.computed for cell in members)}
    summed = {table for table, _ in totals}
    return [
        each
        for each in comparison.figures
        if each.cell.table not in summed or (each.cell.table, each.cell.column) in totals
    ]


def _compare_subjects(left_side: ComparedSide, right_side: ComparedSide) -> Iterator[SubjectDifference]:
    """Yield differences of agency, year and edition; a value missing on one side is no difference."""
    one, other = left_side.submission, right_side.submission
    facts: Mapping[str, tuple[str, str]] = {
        "agency": (one.agency_name, other.agency_name),
        "year": (str(one.year or ""), str(other.year or "")),
        "edition": (_name_edition(left_side), _name_edition(right_side)),
    }
    for fact, (this, that) in facts.items():
        if this and that and remove_whitespace(this) != remove_whitespace(that):
            shorter = fact == "agency" and _is_longer_name(remove_whitespace(this), remove_whitespace(that))
            yield SubjectDifference("name" if shorter else fact, this, that)


def _is_longer_name(one: str, other: str) -> bool:
    """Return whether one name ends with the other, so that both may be the same agency."""
    return min(len(one), len(other)) >= _MIN_NAME_CHARACTERS and (one.endswith(other) or other.endswith(one))


def _name_edition(side: ComparedSide) -> str:
    return catalogue.format_phrase("compared_form", title=side.form.title, edition=side.form.edition)


def _index_members(side: ComparedSide) -> dict[str, ManifestItem]:
    """Index the agencies inside a consolidation by code, or by name without one."""
    return {leaf.code or remove_whitespace(leaf.name): leaf for leaf in side.submission.manifest}


def _find_single_members(
    one: Mapping[str, ManifestItem], other: Mapping[str, ManifestItem]
) -> Iterator[SubjectDifference]:
    yield from (SubjectDifference("member", leaf.name, "") for key, leaf in one.items() if key not in other)
    yield from (SubjectDifference("member", "", leaf.name) for key, leaf in other.items() if key not in one)
