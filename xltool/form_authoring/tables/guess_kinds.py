"""Decide what a figure holds: from its validation, its number format, and the words of its heads."""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import Any, NamedTuple

from xltool.form_authoring.authoring_words import list_words, matches_word, search_word, squeeze_text
from xltool.form_authoring.office_workbooks.office_workbook import OfficeSheet, Validation
from xltool.form_authoring.tables.classify_cells import is_number
from xltool.form_authoring.tables.grid_cells import GridCells, TableCell
from xltool.forms.cell_kinds import DEFAULT_DECIMALS, DEFAULT_LENGTH
from xltool.forms.schema import KindWord
from xltool.model.day_numbers import find_day
from xltool.spreadsheet.number_formats import is_date_format

FINE_DECIMALS = 6  # of sums in ten thousands: exact to the fen
MAX_GROWTH, MIN_GROWTH = 100_000, -100_000  # percent
MAX_DECIMALS = 6
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[[^\]]*\]|[_*].')
_DATE_CALL = re.compile(r"DATE\((\d{1,4}),(\d{1,2}),(\d{1,2})\)", re.IGNORECASE)
_PLACES = re.compile(r"0\.([0#?]+)")
_LIMITS = {
    "between": (0, 1),
    "equal": (0, 0),
    "greaterThanOrEqual": (0, None),
    "greaterThan": (0, None),
    "lessThanOrEqual": (None, 0),
    "lessThan": (None, 0),
}


class FigureKind(NamedTuple):
    """What a figure holds; see `BlockSpec`. ``reason`` names what told it: validation, format, words or nothing."""

    kind: KindWord = "count"
    unit: str = ""
    decimals: int = 0
    fixed_decimals: bool = False
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    earliest: str = ""
    latest: str = ""
    length: int | None = None
    optional: bool = False
    reason: str = "plain"
    remark: str = ""  # the code of what a person should look at
    dropped_limits: tuple[str, ...] = ()  # days (ISO 8601) that hold in the period of the sheet only

    def list_settings(self) -> dict[str, Any]:
        """Return the keys of a definition that say this kind, of a block and of a column of a list alike."""
        settings = self._asdict()
        del settings["reason"], settings["remark"], settings["dropped_limits"]
        return {**settings, "choices": list(self.choices), "decimals": self.decimals or None}


class KindEvidence(NamedTuple):
    """What is known about a figure: its heads, nearest first, its validation, and what formulas do with it."""

    heads: tuple[str, ...]
    row_heads: tuple[str, ...] = ()
    validation: Validation | None = None
    counted: bool = False
    subtracts: bool = False
    divides: bool = False
    counts_rows: bool = False


def list_row_heads(grid_cells: GridCells, member: TableCell) -> list[TableCell]:
    """Return the labels left of a figure, nearest first: the nearest run of them, with what it passes over."""
    heads: list[TableCell] = []
    for other in grid_cells.list_left(member):
        if other.is_label:
            heads.append(other)
        elif heads:
            break
    return heads


def list_column_heads(grid_cells: GridCells, member: TableCell) -> list[TableCell]:
    """Return the labels above a figure, nearest first."""
    heads: list[TableCell] = []
    for other in grid_cells.list_above(member):
        if other.is_label and not other.aside:
            heads.append(other)
        elif heads:
            break
    return heads


def guess_kind(
    office_sheet: OfficeSheet, member: TableCell, evidence: KindEvidence, units: Sequence[str]
) -> FigureKind:
    """Return what a figure holds; ``units`` are those stated for the whole table."""
    heads = evidence.heads
    kind = _kind_of_validation(member, evidence) or _kind_of_row_count(evidence)
    kind = kind or _kind_of_format(member, evidence) or _kind_of_words(member, evidence)
    kind = kind._replace(optional=any(search_word("kinds", "optional", head) for head in heads[:2]))
    if kind.kind in {"choice", "yes_no", "date", "text", "percent"}:
        return kind
    unit = _unit_of_format(member.cell.number_format) or find_head_unit(heads) or _pick_unit(kind, heads, units)
    if evidence.counts_rows and matches_word("kinds", "money", unit):
        return kind
    if matches_word("kinds", "money", unit) and kind.kind in {"count", "signed_count", "decimal"}:
        fine = FINE_DECIMALS if matches_word("kinds", "fine_money", unit) else DEFAULT_DECIMALS
        whole = kind.reason == "format" and kind.kind != "decimal"
        kind = kind._replace(kind="amount", decimals=0 if whole else kind.decimals or fine)
    open_unit = not unit and len(set(units)) > 1 and not evidence.counts_rows
    return kind._replace(unit=unit, remark="several_units" if open_unit else "")


# --- validation ----------------------------------------------------------------------------------------------------


def find_validation(office_sheet: OfficeSheet, member: TableCell) -> Validation | None:
    """Return the data validation of a cell; None if it has none."""
    row, column = member.cell.spot
    for known in office_sheet.validations:
        for box in known.boxes:
            if box.row <= row < box.row + box.rows and box.column <= column < box.column + box.columns:
                return known
    return None


def _kind_of_validation(member: TableCell, evidence: KindEvidence) -> FigureKind | None:
    known = evidence.validation
    if member.reason == "tick_boxes":
        return _kind_of_choices(_split_tick_boxes(member.cell.text))
    if known is None:
        return None
    low, high = _limits_of(known)
    match known.kind:
        case "list" if len(set(known.choices)) > 1:
            return _kind_of_choices(known.choices)
        case "date":
            earliest, latest = _limit_days(known)
            return FigureKind("date", earliest=earliest, latest=latest, reason="validation")
        case "textLength":
            return FigureKind("text", length=int(high) if high else DEFAULT_LENGTH, reason="validation")
        case "whole":
            signed = low is not None and low < 0
            kind: KindWord = "signed_count" if signed else "count"
            return FigureKind(kind, minimum=low or None, maximum=high, reason="validation")
        case "decimal":
            guess = _kind_of_format(member, evidence) or _kind_of_words(member, evidence)
            scale = 100 if "%" in member.cell.number_format else 1
            limits = [None if limit is None else limit * scale for limit in (low, high)]
            if guess.kind in {"count", "signed_count"}:
                guess = guess._replace(kind="decimal", decimals=DEFAULT_DECIMALS)
            if guess.kind in {"text", "date", "yes_no"}:
                guess = FigureKind("decimal", decimals=DEFAULT_DECIMALS)
            return guess._replace(minimum=limits[0] or None, maximum=limits[1], reason="validation")
    return None


def _kind_of_choices(choices: Sequence[str]) -> FigureKind:
    if set(choices) == set(list_words("kinds", "yes_words")):
        return FigureKind("yes_no", reason="validation")
    return FigureKind("choice", choices=tuple(dict.fromkeys(choices)), reason="validation")


def _split_tick_boxes(text: str) -> list[str]:
    parts = re.split(r"[□☐○◯]", text)
    before = parts[0].strip()
    words = [part.strip(" \t\u3000,;\uff0c\uff1b\u3001/") for part in parts]
    return [word for word in words if word] if before else [word for word in words[1:] if word]


def _limits_of(validation: Validation) -> tuple[float | None, float | None]:
    """Return the lowest and highest number a validation allows, as far as they are numbers."""
    texts = (validation.first, validation.second)
    places = _LIMITS.get(validation.operator, (None, None))
    low, high = (_read_number(texts[at]) if at is not None else None for at in places)
    return low, high


def _limit_days(validation: Validation) -> tuple[str, str]:
    """Return the first and last day (ISO 8601) a validation allows; "" for none, and for one that is a formula."""
    places = _LIMITS.get(validation.operator, (None, None))
    texts = (validation.first, validation.second)
    steps = {"greaterThan": (1, 0), "lessThan": (0, -1)}.get(validation.operator, (0, 0))
    days = [None if at is None else _read_day(texts[at]) for at in places]
    first, last = (
        "" if day is None else (day + timedelta(step)).isoformat() for day, step in zip(days, steps, strict=True)
    )
    return first, last


def drop_own_period(figure_kind: FigureKind, days: tuple[date, date] | None) -> FigureKind:
    """Leave out limits of dates inside the period of the sheet, of which ``days`` are the first and last."""
    if days is None:
        return figure_kind
    first, last = (day.isoformat() for day in days)
    limits = (figure_kind.earliest, figure_kind.latest)
    own = tuple(limit if first <= limit <= last else "" for limit in limits)
    if first.endswith("-01-01") and last.endswith("-12-31") and not all(own):
        return figure_kind  # up to the end of a year: the edition of that year
    earliest, latest = ("" if limit in own else limit for limit in limits)
    dropped = tuple(filter(None, own))
    remark = "own_period" if dropped else figure_kind.remark
    return figure_kind._replace(earliest=earliest, latest=latest, remark=remark, dropped_limits=dropped)


def _read_day(text: str) -> date | None:
    """Return the day of a serial number, or of ``DATE(2025,1,1)``; None for any other formula."""
    with suppress(ValueError, OverflowError):
        if match := _DATE_CALL.fullmatch(text.strip()):
            return date(*map(int, match.groups()))
        number = _read_number(text)
        return None if number is None else find_day(int(number))
    return None


def _read_number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if number.is_integer() else number


def _kind_of_row_count(evidence: KindEvidence) -> FigureKind | None:
    return FigureKind(reason="formula") if evidence.counts_rows else None


# --- number format ------------------------------------------------------------------------------------------------


def _kind_of_format(member: TableCell, evidence: KindEvidence) -> FigureKind | None:
    code = member.cell.number_format
    if code == "@":
        plain = evidence.counted or evidence.validation is not None
        return None if plain or find_head_unit(evidence.heads) else FigureKind("text", reason="format")
    if is_date_format(code):
        return FigureKind("date", reason="format")
    bare = _LITERAL.sub("", code)
    if "%" in bare:
        percent = _percent_kind(evidence, _count_places(bare) or DEFAULT_DECIMALS, "format")
        return percent._replace(fixed_decimals=_shows_all_places(bare))
    places = min(_count_places(bare), MAX_DECIMALS)
    if places:
        money = any(search_word("kinds", "amount", head) for head in evidence.heads)
        kind: KindWord = "amount" if money else "decimal"
        fixed = _shows_all_places(bare)
        return _with_sign(FigureKind(kind, decimals=places, fixed_decimals=fixed, reason="format"), evidence)
    if "0" in bare:
        return _with_sign(FigureKind("count", reason="format"), evidence)
    return None


def _count_places(code: str) -> int:
    match = _PLACES.search(code.split(";", maxsplit=1)[0])
    return len(match[1]) if match else 0


def _shows_all_places(code: str) -> bool:
    """Return True if a format shows all its decimals, as 0.0 does and 0.## does not."""
    match = _PLACES.search(code.split(";", maxsplit=1)[0])
    return match is not None and set(match[1]) == {"0"} and len(match[1]) <= MAX_DECIMALS


def _unit_of_format(code: str) -> str:
    words = [match[1] for match in _LITERAL.finditer(code.split(";", maxsplit=1)[0]) if match[1]]
    unit = squeeze_text(words[-1]) if words and not is_date_format(code) else ""
    return unit if unit and find_head_unit((f"（{unit}）",)) else ""


def _percent_kind(evidence: KindEvidence, decimals: int, reason: str) -> FigureKind:
    if any(search_word("kinds", "growth", head) for head in evidence.heads):
        return FigureKind("percent", decimals=decimals, minimum=MIN_GROWTH, maximum=MAX_GROWTH, reason=reason)
    return FigureKind("percent", decimals=decimals, reason=reason)


def _with_sign(figure_kind: FigureKind, evidence: KindEvidence) -> FigureKind:
    """Allow a figure below zero where a head speaks of a change, or its formula takes something away."""
    signed = evidence.subtracts or any(search_word("kinds", "signed", head) for head in evidence.heads)
    if not signed:
        return figure_kind
    if figure_kind.kind == "count":
        return figure_kind._replace(kind="signed_count")
    return figure_kind._replace(minimum=-(10**12)) if figure_kind.minimum is None else figure_kind


# --- words of heads ------------------------------------------------------------------------------------------------


def _kind_of_words(member: TableCell, evidence: KindEvidence) -> FigureKind:
    value = member.cell.value
    if hasattr(value, "isoformat"):
        return FigureKind("date", reason="sample")
    numeric = evidence.counted or is_number(member.cell) or bool(member.cell.formula)
    headed = any(
        head not in evidence.row_heads and not search_word("kinds", "neutral", head) for head in evidence.heads
    )
    for head in evidence.heads:
        counts = numeric or (headed and head in evidence.row_heads)
        kind = _kind_of_head(head, evidence, numeric=counts)
        if kind is not None:
            return kind
    if evidence.divides:
        return FigureKind("decimal", decimals=DEFAULT_DECIMALS, reason="formula")
    if is_number(member.cell) and not float(str(value)).is_integer():
        return _with_sign(FigureKind("decimal", decimals=DEFAULT_DECIMALS, reason="sample"), evidence)
    return _with_sign(FigureKind(reason="plain"), evidence)


def _kind_of_head(head: str, evidence: KindEvidence, *, numeric: bool) -> FigureKind | None:
    unit = find_head_unit((head,))
    if search_word("kinds", "percent", head):
        return _percent_kind(evidence, DEFAULT_DECIMALS, "words")
    if search_word("kinds", "amount", head):
        fine = bool(unit) and matches_word("kinds", "fine_money", unit)
        kind = FigureKind("amount", decimals=FINE_DECIMALS if fine else DEFAULT_DECIMALS, reason="words")
        return _with_sign(kind, evidence)
    if search_word("kinds", "decimal", head) and not evidence.counted:
        return _with_sign(FigureKind("decimal", decimals=DEFAULT_DECIMALS, reason="words"), evidence)
    if unit:
        return _with_sign(FigureKind("count", reason="words"), evidence)
    if not numeric:
        words: tuple[KindWord, ...] = ("yes_no", "date", "text")
        return next((FigureKind(kind, reason="words") for kind in words if search_word("kinds", kind, head)), None)
    return None


def find_head_unit(head_words: Sequence[str]) -> str:
    """Return the unit in brackets of the nearest head that has one, a usual unit before other words; "" if none has."""
    found = [match[1] for head in head_words if (match := search_word("kinds", "unit", head))]
    units = [unit for unit in found if not matches_word("kinds", "no_unit", unit)]
    usual = [unit for unit in units if matches_word("kinds", "usual_unit", unit)]
    return next(iter([*usual, *units]), "")


def _pick_unit(figure_kind: FigureKind, head_words: Sequence[str], units: Sequence[str]) -> str:
    """Pick from the units stated for the table: the only one; of several, the only one of money for money."""
    money = [unit for unit in units if matches_word("kinds", "money", unit)]
    fitting = money if figure_kind.kind == "amount" else list(units)
    if len(set(fitting)) != 1 or (fitting == money and figure_kind.kind != "amount" and figure_kind.reason == "words"):
        return ""
    return fitting[0]
