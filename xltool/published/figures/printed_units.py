"""Find printed units that differ from the unit of the form; such a figure is reported, never converted."""

import re
from collections.abc import Mapping
from functools import cache

from xltool.forms.published_wording import load_published_wording
from xltool.model.form import CellKind
from xltool.published.extract import LocatedForm
from xltool.published.labels.text_stream import TextStream

MAX_UNIT_DISTANCE_CHARS = 12  # between a label and its unit


def find_foreign_units(stream: TextStream, located: LocatedForm) -> Mapping[str, str]:
    """Map cells to the currency unit printed in the header or beside the label, if it is not the one of the form."""
    others: dict[str, str] = {}
    lines = [place for place in located.places if place.anchor.cells]
    starts = [located.span[0], *(place.end for place in lines)]
    for start, place in zip(starts, lines, strict=False):
        end = min(stream.starts[stream.owner[place.end - 1] + 1], place.end + MAX_UNIT_DISTANCE_CHARS)
        printed = _unit_pattern().findall(stream.text, start, end)
        for cell in place.anchor.cells:
            if cell.kind is CellKind.AMOUNT and cell.unit and printed and cell.unit not in printed:
                others[cell.id] = printed[-1]
    return others


@cache
def _unit_pattern() -> re.Pattern[str]:
    return re.compile(load_published_wording().figures.unit_above)
