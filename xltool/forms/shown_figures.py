"""The figures and charts a consolidation shows first: those its form defines, else the totals of the form."""

from collections.abc import Sequence
from typing import TypedDict

from xltool.errors import DefinitionError
from xltool.forms import parse_expressions
from xltool.forms.definition_problems import DefinitionProblems
from xltool.forms.kind_rules import find_worded
from xltool.forms.schema import FigureSpec, FormSpec
from xltool.forms.vocabulary import ExpressionError, Vocabulary
from xltool.forms.workbook_words import workbook_words
from xltool.model.expression import LinearExpression, Term
from xltool.model.form import Cell, FigureChart, HeadlineFigure

MAX_DEFAULT_HEADLINES = 6


class ShownFigures(TypedDict):
    """The fields of `Form` that a consolidation shows."""

    headlines: tuple[HeadlineFigure, ...]
    charts: tuple[FigureChart, ...]
    ranking: HeadlineFigure | None


def build_shown_figures(
    form: FormSpec, vocabulary: Vocabulary, computed: Sequence[Cell], problems: DefinitionProblems
) -> ShownFigures:
    """Build them; add the mistakes to ``problems``. Without any in the form, its ``computed`` figures are shown."""
    headlines = _build_figures(form.headlines, "headlines", vocabulary, problems)
    charts = tuple(
        FigureChart(chart.title, _build_figures(chart.items, f"charts.{chart.title}", vocabulary, problems))
        for chart in form.charts
    )
    ranking = _build_figures([form.ranking], "ranking", vocabulary, problems) if form.ranking else ()
    candidates = [cell for cell in (*computed, *vocabulary.cells.values()) if cell.is_summed and not cell.is_worded]
    default = [_default_figure(cell) for cell in dict.fromkeys(candidates)]
    return {
        "headlines": headlines or tuple(default[:MAX_DEFAULT_HEADLINES]),
        "charts": charts,
        "ranking": next(iter((*ranking, *default)), None),
    }


def label_with_unit(headline_figure: HeadlineFigure) -> str:
    """Return the label of a figure with its unit, once."""
    unit = headline_figure.unit
    said = workbook_words().summary.shared["unit"].format(unit=unit) if unit else ""
    return headline_figure.label if said in headline_figure.label else headline_figure.label + said


def _build_figures(
    specs: Sequence[FigureSpec], place: str, vocabulary: Vocabulary, problems: DefinitionProblems
) -> tuple[HeadlineFigure, ...]:
    figures = []
    for spec in specs:
        with problems.collect():
            total = _parse(spec.sum, place, vocabulary, problems)
            if worded := find_worded(total, vocabulary):
                problems.add("worded_figure", "form.toml", place, key=worded.id, kind=worded.kind.value)
            else:
                figures.append(HeadlineFigure(spec.label, spec.unit, total))
    return tuple(figures)


def _parse(text: str, place: str, vocabulary: Vocabulary, problems: DefinitionProblems) -> LinearExpression:
    try:
        return parse_expressions.parse_linear(text, vocabulary)
    except ExpressionError as error:
        raise DefinitionError(
            f"definition.expression.{error.problem}",
            file=f"{problems.source}/form.toml",
            place=place,
            key=error.part,
        ) from error


def _default_figure(cell: Cell) -> HeadlineFigure:
    return HeadlineFigure(cell.words, cell.unit, LinearExpression((Term(cell.id),)))
