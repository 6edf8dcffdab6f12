"""Read the conditional formats of a worksheet part: those of the standard, and those that Excel 2010 added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from xltool.spreadsheet.cell_look import LookChange, Mark
from xltool.spreadsheet.conditional_formats import ConditionalFormat, ConditionKind, keep_effective
from xltool.spreadsheet.ooxml.cell_scanner import SharedParts
from xltool.spreadsheet.ooxml.cell_styles import CHANGE_NAMES, read_colour, read_look_change
from xltool.spreadsheet.ooxml.xml_parser import XmlElement, is_true
from xltool.spreadsheet.workbook_colours import WorkbookColours

_FORMAT = "conditionalFormatting"
_RULE = f"{_FORMAT}/cfRule"
_FORMULA = f"{_RULE}/formula"
_NEW_FORMAT = "extLst/ext/x14:conditionalFormattings/x14:conditionalFormatting"
_NEW_RULE, _NEW_AREAS = f"{_NEW_FORMAT}/x14:cfRule", f"{_NEW_FORMAT}/xm:sqref"
_NEW_FORMULA, _NEW_LOOK = f"{_NEW_RULE}/xm:f", f"{_NEW_RULE}/x14:dxf"
_SCALE_COLOURS = (f"{_RULE}/colorScale/color", f"{_NEW_RULE}/x14:colorScale/x14:color")
_PICTURES = tuple(
    f"{rule}/{prefix}{kind}" for rule, prefix in ((_RULE, ""), (_NEW_RULE, "x14:")) for kind in ("dataBar", "iconSet")
)
_NEW_LOOK_PARTS = frozenset(
    f"{_NEW_LOOK}/{way}{name}" for name in CHANGE_NAMES for way in ("", "font/", "fill/", "fill/patternFill/")
)
CONDITION_TEXTS = frozenset({_FORMULA, _NEW_AREAS, _NEW_FORMULA})
CONDITION_PATHS = frozenset({_FORMAT, _RULE, _NEW_FORMAT, _NEW_RULE, *_SCALE_COLOURS, *_PICTURES}) | _NEW_LOOK_PARTS

_OPERATORS = {
    "lessThan": "<",
    "lessThanOrEqual": "<=",
    "equal": "=",
    "notEqual": "<>",
    "greaterThanOrEqual": ">=",
    "greaterThan": ">",
    "between": "between",
    "notBetween": "between",
}
_TEXT_OPERATORS = {
    "containsText": "contains",
    "notContainsText": "contains",
    "beginsWith": "begins",
    "endsWith": "ends",
}
_KINDS = {
    "cellIs": ConditionKind.COMPARISON,
    "expression": ConditionKind.FORMULA,
    **dict.fromkeys(_TEXT_OPERATORS, ConditionKind.TEXT),
    **dict.fromkeys(("containsBlanks", "notContainsBlanks"), ConditionKind.BLANK),
    **dict.fromkeys(("containsErrors", "notContainsErrors"), ConditionKind.ERROR),
    **dict.fromkeys(("dataBar", "iconSet"), ConditionKind.NUMBER),
}
_MOST = 3  # operands, or colours of a scale, of one rule
_Attributes = tuple[tuple[str, str], ...]


class ConditionalRule(NamedTuple):
    """One rule as it is written. ``look`` is the number of its look in the styles, or its own look by element."""

    areas: str
    attributes: _Attributes
    formulas: tuple[str, ...] = ()
    look: tuple[tuple[str, _Attributes], ...] = ()
    scale: tuple[_Attributes, ...] = ()
    hides_value: bool = False


@dataclass(frozen=True, eq=False)
class SheetRules:
    """The rules of a sheet in their order; compared by identity, as sheets in a cache share them."""

    rules: tuple[ConditionalRule, ...]


def read_rules(elements: Sequence[XmlElement]) -> SheetRules | None:
    """Return the rules among the elements of `CONDITION_PATHS`; None if there are none."""
    rules: list[ConditionalRule] = []
    areas, first = "", 0
    for element in elements:
        path, attributes = element.path, tuple(element.attributes.items())
        if path in (_FORMAT, _NEW_FORMAT):
            areas, first = element.attributes.get("sqref", ""), len(rules)
        elif path in (_RULE, _NEW_RULE):
            rules.append(ConditionalRule(areas, attributes))
        elif path == _NEW_AREAS:
            rules[first:] = [rule._replace(areas=element.text) for rule in rules[first:]]
        elif path in (_FORMULA, _NEW_FORMULA):
            rules[-1] = rules[-1]._replace(formulas=(*rules[-1].formulas, element.text)[:_MOST])
        elif path in _SCALE_COLOURS:
            rules[-1] = rules[-1]._replace(scale=(*rules[-1].scale, attributes)[:_MOST])
        elif path in _PICTURES:
            rules[-1] = rules[-1]._replace(hides_value=not is_true(element.attributes.get("showValue", "1")))
        elif path in _NEW_LOOK_PARTS:
            name = path.rpartition("/")[2]
            rules[-1] = rules[-1]._replace(look=(*rules[-1].look, (name, attributes))[: len(CHANGE_NAMES)])
    return SheetRules(tuple(rules)) if rules else None


def make_formats(rules: SheetRules, shared: SharedParts) -> tuple[ConditionalFormat, ...]:
    """Return the conditional formats by which a figure may read differently, the first to apply first."""
    return _make_formats(rules, tuple(shared.changes), shared.colours)


@lru_cache(maxsize=256)
def _make_formats(
    rules: SheetRules, look_changes: tuple[LookChange, ...], colours: WorkbookColours
) -> tuple[ConditionalFormat, ...]:
    areas = {text: " ".join(text.replace("$", "").split()) for text in {rule.areas for rule in rules.rules}}
    made = [
        (_parse_priority(stated), _make_format(rule, stated, areas[rule.areas], change))
        for rule in rules.rules
        if areas[rule.areas]
        for stated in [dict(rule.attributes)]
        for change in _find_changes(rule, stated, look_changes, colours)
    ]
    return keep_effective(tuple(item for _, item in sorted(made, key=lambda pair: pair[0])))


def _parse_priority(stated: Mapping[str, str]) -> int:
    text = stated.get("priority", "0")
    return int(text[:9]) if text.isascii() and text.isdigit() else 0


def _find_changes(
    rule: ConditionalRule, stated: Mapping[str, str], look_changes: tuple[LookChange, ...], colours: WorkbookColours
) -> list[LookChange]:
    """Return the looks a rule may give: one, or of a colour scale the fill at each end."""
    if rule.hides_value:
        return [LookChange(mark=Mark.INVISIBLE)]
    if rule.scale:
        return [LookChange(background=read_colour(dict(colour), colours)) for colour in rule.scale]
    if rule.look:
        return [read_look_change({name: dict(attributes) for name, attributes in rule.look}, colours)]
    number = stated.get("dxfId", "")
    known = number.isascii() and number.isdigit() and int(number[:9]) < len(look_changes)
    return [look_changes[int(number[:9])]] if known else [LookChange()]


def _make_format(rule: ConditionalRule, stated: Mapping[str, str], areas: str, change: LookChange) -> ConditionalFormat:
    named, operands = stated.get("type", ""), rule.formulas
    kind = ConditionKind.UNKNOWN if rule.scale else _KINDS.get(named, ConditionKind.UNKNOWN)
    operator = _OPERATORS.get(stated.get("operator", ""), "")
    if kind is ConditionKind.TEXT:
        operator, operands = _TEXT_OPERATORS[named], (stated.get("text", ""),)
        kind = kind if operands[0] else ConditionKind.UNKNOWN  # the text is that of a cell
    return ConditionalFormat(
        areas,
        areas.partition(" ")[0].partition(":")[0],
        kind,
        change,
        operator,
        operands,
        negated=named.startswith("not") or stated.get("operator") == "notBetween",
        stops=is_true(stated.get("stopIfTrue")),
    )
