"""Encode the contributions to figures of a consolidation as JSON."""

from collections.abc import Iterable

from xltool.cli.json_output import encode_number
from xltool.model.contributions import Contribution, TracedFigure


def encode_trace(traced_figures: Iterable[TracedFigure]) -> dict[str, object]:
    """Encode the answer of ``trace --json``: for each figure every contribution, the largest first.

    ``share`` is the contribution divided by the total, as text of an exact decimal; ``least`` is what the known parts
    of a total without ``value`` add; ``agrees`` says whether the contributions sum to the total in the official table.
    Of a choice, a date or a text, ``words`` is what the table shows and ``word`` what an agency has.
    ``lines`` are those of the ledger behind a figure of a report counted from it, with what each adds; else null.
    """
    return {
        "figures": [
            {
                "id": figure.cell.id,
                "line": figure.cell.line_words,
                "column": figure.cell.column_words,
                "unit": figure.cell.unit,
                "sheet": figure.position.sheet,
                "address": figure.position.address,
                "total": encode_number(figure.total),
                **({"words": figure.words} if figure.words is not None else {}),
                "agrees": figure.agrees,
                "lacking": figure.lacking,
                "expected": figure.expected,
                "contributors": [_encode_contribution(figure, each) for each in figure.contributions],
                **_encode_rows(figure),
                "lines": None if figure.lines is None else [[line.name, str(line.amount)] for line in figure.lines],
            }
            for figure in traced_figures
        ]
    }


def _encode_contribution(traced_figure: TracedFigure, contribution: Contribution) -> dict[str, object]:
    return {
        "code": contribution.agency.code or None,
        "name": contribution.agency.name or None,
        "scope": contribution.agency.scope.value,
        "agencies": contribution.agencies,
        "value": encode_number(contribution.value),
        "least": encode_number(contribution.least),
        **({"word": contribution.word or None} if traced_figure.words is not None else {}),
        "share": encode_number(traced_figure.calculate_share(contribution)),
        "file": contribution.file or None,
    }


def _encode_rows(traced_figure: TracedFigure) -> dict[str, object]:
    """Encode the rows of the list that a figure is computed from; nothing for other figures."""
    rows = [{**row._asdict(), "value": encode_number(row.value)} for row in traced_figure.rows]
    return {"rows": rows} if traced_figure.cell.aggregate else {}
