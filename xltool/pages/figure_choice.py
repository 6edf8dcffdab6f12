"""Every figure of every agency as data of the page, from which its script ranks the agencies by any of them."""

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from xltool.forms.workbook_words import workbook_words
from xltool.model.form import Number, Values
from xltool.pages.overview_draft import OverviewDraft
from xltool.pages.overview_figures import fill_word, format_bounded, format_unit, show_total


def encode_figures(draft: OverviewDraft) -> str:
    """Encode names and figures as JSON that can stand in a script element.

    A figure is its group, label, unit, total as shown, whether agencies have a share of it, and, in texts separated by
    blanks, the figures of the agencies and those of the year before; empty where there is none. ``idle`` is what a page
    shows in the place of none.
    """
    summary = draft.summary
    levels = {each.agency.key: each.agency.level or "" for each in summary.agency_statuses}
    content: dict[str, Any] = {
        "idle": workbook_words().checks["idle"],
        "agencies": [
            {"name": draft.names[key], "at": draft.agency_numbers[key], "level": levels.get(key, "")}
            for key in draft.parts
        ],
        "figures": [*_encode_headlines(draft), *_encode_cells(draft)],
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("&", "\\u0026")


def _encode_headlines(draft: OverviewDraft) -> Iterator[dict[str, Any]]:
    last = draft.summary.consolidation.year - 1
    for ranked in draft.ranked_figures:
        yield {
            "group": fill_word("headlines"),
            "label": ranked.figure.label,
            "unit": format_unit(ranked.figure.unit),
            "total": format_bounded(draft.summary, ranked.figure.sum),
            "shared": ranked.shared_total is not None,
            "values": _join_values(ranked.by_key[key].value for key in draft.parts),
            "before": _join_values(draft.find_earlier(key, ranked.figure, last) for key in draft.parts),
        }


def _encode_cells(draft: OverviewDraft) -> Iterator[dict[str, Any]]:
    made, tables = draft.summary.consolidation, {table.id: table.name for table in draft.form.tables}
    last = made.year - 1
    current = [part.counted for part in draft.parts.values()]
    earlier: list[Values] = [draft.earlier.by_agency.get(key, {}).get(last, {}) for key in draft.parts]
    for cell in draft.form.cells.values():
        if cell.is_worded:
            continue
        values = [figures.get(cell.id) for figures in current]
        added = sum(value for value in values if value)
        yield {
            "group": tables[cell.table],
            "label": cell.words,
            "unit": format_unit(cell.unit),
            "total": show_total(made, cell),
            "shared": bool(added) and added == made.summary.values.get(cell.id),
            "values": _join_values(values),
            "before": _join_values(figures.get(cell.id) for figures in earlier),
        }


def _join_values(joined_values: Iterable[Number | None]) -> str:
    """Join figures with blanks; empty if there are none at all."""
    return " ".join(
        "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value) for value in joined_values
    ).rstrip()
