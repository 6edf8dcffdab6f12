"""The conditional formats of a sheet: where each applies, on which condition, and what it changes.

What a condition means for one cell is decided by `recognition.conditional_looks`.
"""

from enum import StrEnum
from typing import NamedTuple

from xltool.spreadsheet import limits
from xltool.spreadsheet.cell_look import LookChange
from xltool.spreadsheet.refusals import LimitKind, exceeded_limit


class ConditionKind(StrEnum):
    """How the condition of a conditional format is stated."""

    COMPARISON = "comparison"  # of the cell with one or two operands, by ``operator``
    FORMULA = "formula"
    TEXT = "text"  # the cell contains, begins or ends with the first operand, by ``operator``
    BLANK = "blank"
    NUMBER = "number"  # any number: icons, bars
    ERROR = "error"
    UNKNOWN = "unknown"  # compared with other cells, dates, or not understood


class ConditionalFormat(NamedTuple):
    """One conditional format.

    ``areas`` are ranges separated by blanks, ``base`` the cell to which relative references in ``operands`` belong.
    A ``negated`` one applies where the condition is not met. Where one that ``stops`` applies, those after it in its
    ``group`` do not. ``operator`` is "<", "between" …, "contains", "begins" or "ends".
    """

    areas: str
    base: str
    kind: ConditionKind
    change: LookChange
    operator: str = ""
    operands: tuple[str, ...] = ()
    negated: bool = False
    stops: bool = False
    group: int = 0


def keep_effective(formats: tuple[ConditionalFormat, ...]) -> tuple[ConditionalFormat, ...]:
    """Return all formats, or none if no figure can read differently by any of them.

    A format that is harmless alone may hide a figure together with another: white characters on its own black fill.

    Raises UnreadableFileError for more formats or ranges than the limits allow.
    """
    kept = formats if any(not item.change.is_harmless for item in formats) else ()
    areas = sum(item.count(" ") + 1 for item in {item.areas for item in kept})
    if len(kept) > limits.MAX_CONDITIONS or areas > limits.MAX_CONDITION_AREAS:
        raise exceeded_limit("", LimitKind.CONDITIONS, limits.MAX_CONDITIONS)
    return kept
