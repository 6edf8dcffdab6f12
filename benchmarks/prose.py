"""Plausible text for a report, made from its own figures: the sentences stand in narrative.toml."""

import random
import tomllib
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

from xltool.model.form import Values

STYLES: tuple[Callable[[int], str], ...] = (
    str,
    str,
    str,
    "{:,}".format,
    lambda number: str(number).translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)}),
)
GROWN = "\u540c\u6bd4{}{}%"
LIKE_LAST_YEAR = "\u4e0e\u4e0a\u5e74\u6301\u5e73"
UP, DOWN = "\u589e\u957f", "\u4e0b\u964d"


@cache
def _groups() -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("narrative.toml").read_text("utf-8"))[
        "groups"
    ]
    return groups


def sections(rng: random.Random, year: int, values: Values, before: Values) -> dict[str, str]:
    """Text by section, every figure in it that of the tables."""
    figures = _figures(values)
    style = rng.choice(STYLES)
    told: dict[str, str] = {name: style(int(value)) for name, value in figures.items()}
    for name in ("granted", "refused", "opened", "unavailable"):
        told[f"{name}_share"] = _percent(figures[name], figures["concluded"], rng.choice((0, 1, 2)))
    told |= {"growth": _growth(figures["received"], int(before.get("requests.received.total") or 0))}
    told |= {"year": str(year), "last": str(year - 1), "next": str(year + 1)}
    written: dict[str, list[str]] = {}
    for group in _groups():
        kind = "some" if figures[group["figure"]] else "none"
        written.setdefault(group["section"], []).append(rng.choice(group[kind]).format(**told))
    return {section: "\n".join(paragraphs) for section, paragraphs in written.items()}


def _figures(values: Values) -> Mapping[str, int]:
    def total(*cells: str) -> int:
        return sum(int(values.get(cell) or 0) for cell in cells)

    def group(name: str) -> int:
        return total(*(cell for cell in values if cell.startswith(f"requests.{name}.") and cell.endswith(".total")))

    def disputes(*outcomes: str, kinds: tuple[str, ...]) -> int:
        return total(*(f"disputes.{kind}.{outcome}" for kind in kinds for outcome in outcomes))

    done, courts = ("upheld", "corrected", "other"), ("direct_litigation", "post_review_litigation")
    documents = "disclosure.normative_documents"
    found = {
        "received": total("requests.received.total"),
        "carried_in": total("requests.carried_in.total"),
        "concluded": total("requests.concluded.total"),
        "carried_out": total("requests.carried_out.total"),
        "granted": total("requests.granted.total"),
        "partly": total("requests.partly_granted.total"),
        "refused": group("refused"),
        "unavailable": group("not_available"),
        "unprocessed": group("not_processed"),
        "other": group("other"),
        "natural": total("requests.received.natural_person", "requests.carried_in.natural_person"),
        "review": disputes("total", kinds=("review",)),
        "review_done": disputes(*done, kinds=("review",)),
        "litigation": disputes("total", kinds=courts),
        "issued": total(f"{documents}.issued"),
        "repealed": total(f"{documents}.repealed"),
        "in_force": total(f"{documents}.in_force"),
        "collected": total("processing_fees.collected"),
    }
    found["handled"] = found["received"] + found["carried_in"]
    found["bodies"] = found["handled"] - found["natural"]
    found["opened"] = found["granted"] + found["partly"]
    found["cases"] = found["review"] + found["litigation"]
    return found


def _percent(part: int, whole: int, places: int) -> str:
    share = Decimal(100 * part) / (whole or 1)
    return str(share.quantize(Decimal(10) ** -places, ROUND_HALF_UP))


def _growth(now: int, before: int) -> str:
    if not before or now == before:
        return LIKE_LAST_YEAR
    change = abs(Decimal(100 * (now - before)) / before)
    return GROWN.format(UP if now > before else DOWN, change.quantize(Decimal("0.1"), ROUND_HALF_UP))
