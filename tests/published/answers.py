"""What an import should answer, and what it does, side by side."""

from collections.abc import Mapping
from decimal import Decimal

from xltool.model.published import PublishedReport


def numbers(found: PublishedReport) -> dict[str, object]:
    """The figures that were read, by cell."""
    return {cell: figure.value for cell, figure in found.figures.items() if figure.value is not None}


def printed(texts: Mapping[str, str]) -> dict[str, object]:
    """The figures that were printed, by cell; a blank is none."""
    return {cell: Decimal(text) for cell, text in texts.items() if text}
