"""Two sides beside each other: everything in which they differ."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from xltool.comparison.figures import Exchange, FigureDifference, differences, exchanges
from xltool.comparison.sides import Side
from xltool.comparison.wording import TextDifference, text_differences
from xltool.forms.placeholders import squeezed
from xltool.messages import catalogue as texts
from xltool.model.finding import Finding
from xltool.model.form import Cell
from xltool.model.submission import Leaf

MANY = 20  # figures: when more than that differ between two years or two agencies, their lines are told and not each
_SHORTEST_NAME = 5  # signs: a shorter name without that of its place may be anybody's


class AboutDifference(NamedTuple):
    """What the two are about: ``fact`` is agency, year, edition, or member (an agency inside one of two sums).

    Where one name of an agency is only longer than the other, as with the name of its city before it, it is name.
    """

    fact: str
    left: str
    right: str


class Years(NamedTuple):
    """What ties a year to the one before it: how many relations could be asked, and what they found."""

    asked: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Compared:
    """Both sides, how many figures both have, and every difference.

    ``unread`` are figures that one side is not known to hold. ``exchanges`` say again what of ``figures`` comes from
    lines or columns that changed places. ``resubmitted`` are the agencies inside both of two sums whose files are not
    the same. ``only_left`` and ``only_right`` are cells that only one edition has. ``years`` where one is the year
    after the other.
    """

    left: Side
    right: Side
    count: int
    about: tuple[AboutDifference, ...]
    figures: tuple[FigureDifference, ...]
    unread: tuple[FigureDifference, ...]
    exchanges: tuple[Exchange, ...]
    texts: tuple[TextDifference, ...]
    resubmitted: tuple[str, ...]
    only_left: tuple[Cell, ...]
    only_right: tuple[Cell, ...]
    years: Years | None = None

    @property
    def same(self) -> bool:
        """Whether nothing differs, and everything could be compared."""
        return not (self.about or self.figures or self.unread or self.texts)

    @property
    def own(self) -> tuple[FigureDifference, ...]:
        """The figures that differ by themselves, without totals of which only the parts do."""
        return tuple(each for each in self.figures if not each.follows)

    @property
    def alone(self) -> tuple[FigureDifference, ...]:
        """Of those, the ones that no exchange of lines or columns explains."""
        explained = frozenset[str]().union(*(each.cells for each in self.exchanges))
        return tuple(each for each in self.own if each.cell.id not in explained)

    @property
    def distant(self) -> bool:
        """Whether the two are of different years or agencies, and so much differs that only lines are worth telling."""
        return len(self.figures) > MANY and any(each.fact in {"year", "agency"} for each in self.about)


class Pairs(NamedTuple):
    """Two folders: each agency's files in both compared; what only one of them has; what was not read, and why."""

    compared: tuple[Compared, ...]
    only_left: tuple[str, ...]
    only_right: tuple[str, ...]
    unreadable: tuple[tuple[str, str], ...]

    @property
    def same(self) -> bool:
        """Whether every file has its like in the other folder, and nothing differs."""
        alone = self.only_left or self.only_right or self.unreadable
        return not alone and all(found.same for found in self.compared)


def compare(left: Side, right: Side) -> Compared:
    """Everything in which the two differ, in the order of the left one's form."""
    shared = [cell for cell in left.form.cells if cell in right.form.cells]
    found = differences(left, right, shared)
    figures = tuple(each for each in found if each.left.known and each.right.known)
    one, other = _members(left), _members(right)
    return Compared(
        left=left,
        right=right,
        count=len(shared),
        about=(*_about(left, right), *(_only_in_one(one, other) if one and other else ())),
        figures=figures,
        unread=tuple(each for each in found if not (each.left.known and each.right.known)),
        exchanges=tuple(exchanges(figures)),
        texts=tuple(text_differences(left, right)),
        resubmitted=tuple(one[key].name for key in one if key in other and one[key].sha256 != other[key].sha256),
        only_left=tuple(cell for cell in left.form.cells.values() if cell.id not in right.form.cells),
        only_right=tuple(cell for cell in right.form.cells.values() if cell.id not in left.form.cells),
    )


def in_lines(found: Compared) -> Sequence[FigureDifference]:
    """Of all differences those of whole lines: in a table with columns of totals only these, else every figure."""
    cells = found.left.form.cells.values()
    columns: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells:
        columns.setdefault((cell.table, cell.column), []).append(cell)
    totals = {key for key, members in columns.items() if key[1] and all(cell.computed for cell in members)}
    summed = {table for table, _ in totals}
    return [
        each for each in found.figures if each.cell.table not in summed or (each.cell.table, each.cell.column) in totals
    ]


def _about(left: Side, right: Side) -> Iterator[AboutDifference]:
    """What one side does not say is no difference."""
    one, other = left.submission, right.submission
    facts: Mapping[str, tuple[str, str]] = {
        "agency": (one.agency_name, other.agency_name),
        "year": (str(one.year or ""), str(other.year or "")),
        "edition": (_edition(left), _edition(right)),
    }
    for fact, (this, that) in facts.items():
        if this and that and squeezed(this) != squeezed(that):
            shorter = fact == "agency" and _one_is_the_other_in_full(squeezed(this), squeezed(that))
            yield AboutDifference("name" if shorter else fact, this, that)


def _one_is_the_other_in_full(one: str, other: str) -> bool:
    """Whether a name is another with that of a place before it, so that both may well be the same agency."""
    return min(len(one), len(other)) >= _SHORTEST_NAME and (one.endswith(other) or other.endswith(one))


def _edition(side: Side) -> str:
    return texts.phrase("compared_form", title=side.form.title, edition=side.form.edition)


def _members(side: Side) -> dict[str, Leaf]:
    """The agencies inside a consolidation, by code, or by name where there is none."""
    return {leaf.code or squeezed(leaf.name): leaf for leaf in side.submission.manifest}


def _only_in_one(one: Mapping[str, Leaf], other: Mapping[str, Leaf]) -> Iterator[AboutDifference]:
    yield from (AboutDifference("member", leaf.name, "") for key, leaf in one.items() if key not in other)
    yield from (AboutDifference("member", "", leaf.name) for key, leaf in other.items() if key not in one)
