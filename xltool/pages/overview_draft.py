"""What the overview page is made from: the summary, figures of earlier years, and agencies ranked by each figure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from statistics import median
from typing import NamedTuple

from xltool.forms.expressions import evaluate_linear
from xltool.forms.workbook_words import workbook_words
from xltool.model.agency import Agency
from xltool.model.form import Form, HeadlineFigure, Number, Values
from xltool.model.submission import Submission
from xltool.workbooks.summary.agency_status import FindingRow, agency_of
from xltool.workbooks.summary.summary_context import SummaryContext


class EarlierFigures(NamedTuple):
    """Figures of earlier years by year, the oldest first.

    ``of_sum`` are those of all agencies in the sum, ``by_agency`` those of each agency, by its code, else its name.
    """

    of_sum: Mapping[int, Values] = {}
    by_agency: Mapping[str, Mapping[int, Values]] = {}


class RankedAgency(NamedTuple):
    """An agency in the sum with its figure; ``rank`` counts from 1, equal figures have the same; both None if blank."""

    key: str
    value: Number | None
    rank: int | None


@dataclass(frozen=True)
class RankedFigure:
    """One figure: the total, and the agencies by the size of theirs, blanks last."""

    figure: HeadlineFigure
    total: Number | None
    agencies: tuple[RankedAgency, ...]

    @cached_property
    def known(self) -> list[Number]:
        """The figures that are not blank, the largest first."""
        return [each.value for each in self.agencies if each.value is not None]

    @cached_property
    def shared_total(self) -> Number | None:
        """The total that the agencies share; None if it is not the sum of theirs."""
        added = sum(self.known)
        return added if added and added == self.total else None

    @property
    def middle(self) -> Number | None:
        """The median of the agencies' figures."""
        return median(map(Decimal, self.known)) if self.known else None

    @cached_property
    def by_key(self) -> Mapping[str, RankedAgency]:
        """The agencies by their keys."""
        return {each.key: each for each in self.agencies}


@dataclass(frozen=True)
class OverviewDraft:
    """Inputs of all parts of the page.

    ``agency_numbers`` has the number under which the card of an agency is found, and ``names`` its name, by its code,
    else its name. ``ranked_figures`` are the headline figures, and the one by which agencies are compared.
    """

    summary: SummaryContext
    earlier: EarlierFigures
    agency_numbers: Mapping[str, int]
    names: Mapping[str, str]
    ranked_figures: tuple[RankedFigure, ...]

    @property
    def form(self) -> Form:
        """The form of the consolidation."""
        return self.summary.plan.form

    @cached_property
    def superiors(self) -> Mapping[str, str]:
        """Names of the bodies that agencies report to, by code, as far as they are on the roster."""
        roster = self.summary.consolidation.roster
        known = roster.agencies if roster else {}
        codes = dict.fromkeys(each.agency.parent for each in self.summary.agency_statuses)
        return {code: known[code].name for code in codes if code and code in known}

    @cached_property
    def years(self) -> tuple[int, ...]:
        """The earlier years of which any figure is known, the oldest first."""
        known = {*self.earlier.of_sum, *(year for years in self.earlier.by_agency.values() for year in years)}
        return tuple(sorted(known))

    @cached_property
    def finding_rows(self) -> Mapping[str, tuple[FindingRow, ...]]:
        """The findings of each agency, by its code, else its name."""
        rows: dict[str, list[FindingRow]] = {}
        for row in self.summary.finding_rows:
            if row.item:
                rows.setdefault(row.agency.key, []).append(row)
        return {key: tuple(found) for key, found in rows.items()}

    @cached_property
    def parts(self) -> Mapping[str, Submission]:
        """The parts of the sum by the code of their agency, else its name."""
        return {part.agency_key: part for part in self.summary.consolidation.parts}

    def find_earlier(self, key: str, headline_figure: HeadlineFigure, year: int) -> Number | None:
        """Return an agency's figure of an earlier year; None if it is unknown."""
        values = self.earlier.by_agency.get(key, {}).get(year)
        return None if values is None else evaluate_linear(headline_figure.sum, values)


def prepare_overview(summary: SummaryContext, earlier_figures: EarlierFigures | None = None) -> OverviewDraft:
    """Prepare the inputs of the page."""
    agencies = [standing.agency for standing in summary.agency_statuses]
    roster = summary.consolidation.roster
    listed = roster.agencies if roster else {}
    agencies += [agency_of(part, listed) for part in summary.consolidation.parts]
    by_key = {agency.key: agency for agency in agencies}
    return OverviewDraft(
        summary=summary,
        earlier=earlier_figures or EarlierFigures(),
        agency_numbers={key: number for number, key in enumerate(by_key, start=1)},
        names={key: name_agency(agency) for key, agency in by_key.items()},
        ranked_figures=tuple(rank_figure(summary, figure) for figure in list_figures(summary.plan.form)),
    )


def list_figures(form: Form) -> tuple[HeadlineFigure, ...]:
    """Return the headline figures, and the figure by which agencies are compared if it is none of them."""
    ranking = form.ranking
    if ranking is None or any(figure.sum == ranking.sum for figure in form.headlines):
        return form.headlines
    return (*form.headlines, ranking)


def rank_figure(summary: SummaryContext, headline_figure: HeadlineFigure) -> RankedFigure:
    """Rank the parts of the sum by a figure."""
    made = summary.consolidation
    values = {part.agency_key: evaluate_linear(headline_figure.sum, part.counted) for part in made.parts}
    known = {key: value for key, value in values.items() if value is not None}
    ordered = sorted(known, key=lambda key: known[key], reverse=True)
    ranks: dict[Number, int] = {}
    for place, key in enumerate(ordered, start=1):
        ranks.setdefault(known[key], place)
    agencies = [RankedAgency(key, known[key], ranks[known[key]]) for key in ordered]
    agencies += [RankedAgency(key, None, None) for key in values if key not in known]
    return RankedFigure(headline_figure, evaluate_linear(headline_figure.sum, made.summary.values), tuple(agencies))


def name_agency(agency: Agency) -> str:
    """Return the name of an agency, or that it gave none."""
    return agency.name or agency.code or workbook_words().summary.shared["not_named"]
