"""The unit a report prints above a figure, where it is not the form's: such a figure is named and never converted."""

import re
from collections.abc import Mapping
from functools import cache

from xltool.forms.dialect import dialect
from xltool.model.form import Kind
from xltool.published.extract import Located
from xltool.published.labels.text_stream import Stream

BESIDE = 12  # signs behind a label in which its unit may stand


def other_units(found: Stream, located: Located) -> Mapping[str, str]:
    """By cell, the unit of money printed in its head or beside its label, if the form's own is not printed there."""
    others: dict[str, str] = {}
    lines = [place for place in located.places if place.anchor.cells]
    starts = [located.span[0], *(place.end for place in lines)]
    for start, place in zip(starts, lines, strict=False):
        end = min(found.starts[found.owner[place.end - 1] + 1], place.end + BESIDE)
        printed = _units().findall(found.text, start, end)
        for cell in place.anchor.cells:
            if cell.kind is Kind.AMOUNT and cell.unit and printed and cell.unit not in printed:
                others[cell.id] = printed[-1]
    return others


@cache
def _units() -> re.Pattern[str]:
    return re.compile(dialect().figures.unit_above)
