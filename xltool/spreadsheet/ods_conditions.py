"""Read the conditional formats of an .ods: those of LibreOffice (calcext), and the maps in styles of cells."""

import re
from collections.abc import Iterable, Iterator

from xltool.spreadsheet.cell_look import LookChange, Mark
from xltool.spreadsheet.conditional_formats import ConditionalFormat, ConditionKind
from xltool.spreadsheet.ods_formulas import convert_expression, convert_ranges
from xltool.spreadsheet.ods_styles import StyleReader
from xltool.spreadsheet.workbook_colours import parse_rgb

CALCEXT = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "
_FORMAT, _CONDITION = f"{CALCEXT}conditional-format", f"{CALCEXT}condition"
_SCALE_ENTRY = f"{CALCEXT}color-scale-entry"
_PICTURES = tuple(f"{CALCEXT}{name}" for name in ("data-bar", "icon-set", "formatting-entry"))
NAMES = frozenset({_FORMAT, _CONDITION, _SCALE_ENTRY, *_PICTURES})

_COMPARISON = re.compile(r"(?:cell-content\(\)\s*)?(<=|>=|!=|<>|<|>|=)\s*(.+)", re.DOTALL)
_CALL = re.compile(r"([a-z-]+)\((.*)\)", re.DOTALL)
_BETWEEN = {
    "between": False,
    "not-between": True,
    "cell-content-is-between": False,
    "cell-content-is-not-between": True,
}
_FORMULAS = ("formula-is", "is-true-formula")
_TEXTS = {
    "contains-text": ("contains", False),
    "not-contains-text": ("contains", True),
    "begins-with": ("begins", False),
    "ends-with": ("ends", False),
}
_ERRORS = {"is-error": False, "is-no-error": True}


class ConditionReader:
    """Collects the conditional formats of one sheet from the parser events of their elements."""

    def __init__(self, styles: StyleReader) -> None:
        self.formats: list[ConditionalFormat] = []
        self._styles = styles
        self._areas = ""
        self._group = 0

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        """Handle an element of `NAMES`."""
        if name == _FORMAT:
            self._group += 1
            self._areas = " ".join(convert_ranges(attributes.get(f"{CALCEXT}target-range-address", "")))
        elif name == _CONDITION:
            base = convert_ranges(attributes.get(f"{CALCEXT}base-cell-address", ""))
            change = self._styles.find_change(attributes.get(f"{CALCEXT}apply-style-name", ""))
            stated = attributes.get(f"{CALCEXT}value", "")
            self.formats += parse_condition(stated, self._areas, base, change, self._group)
        elif name == _SCALE_ENTRY:
            colour = parse_rgb(attributes.get(f"{CALCEXT}color", ""))
            if colour:
                self._add(ConditionKind.UNKNOWN, LookChange(background=colour))
        elif attributes.get(f"{CALCEXT}show-value") == "false":
            self._add(ConditionKind.NUMBER, LookChange(mark=Mark.INVISIBLE))

    def _add(self, condition_kind: ConditionKind, change: LookChange) -> None:
        self.formats.append(ConditionalFormat(self._areas, "", condition_kind, change, group=self._group))


def list_mapped_formats(
    styles: StyleReader, addresses_by_style: Iterable[tuple[str, list[str]]]
) -> Iterator[ConditionalFormat]:
    """Yield the conditional formats in the styles of cells, given the addresses of the cells of each style."""
    for group, (style, addresses) in enumerate(addresses_by_style):
        areas = " ".join(addresses)
        for mapped in styles.find_maps(style):
            base = convert_ranges(mapped.base)
            yield from parse_condition(mapped.condition, areas, base, styles.find_change(mapped.style), group)


def has_effective_map(styles: StyleReader, style: str) -> bool:
    """Return True if a figure in a cell of this style may read differently by one of its maps."""
    return any(not styles.find_change(mapped.style).is_harmless for mapped in styles.find_maps(style))


def parse_condition(
    condition: str, areas: str, base: list[str], change: LookChange, group: int
) -> Iterator[ConditionalFormat]:
    """Yield the conditional format of a condition, if there are cells for it. The first one met stops the others."""
    if not areas:
        return
    text = re.sub(r"^[a-z]+:(?!:)", "", condition.strip())
    first = (base or areas.split(maxsplit=1))[0].partition(":")[0]
    blank = ConditionalFormat(areas, first, ConditionKind.UNKNOWN, change, stops=True, group=group)
    call, comparison = _CALL.fullmatch(text), _COMPARISON.fullmatch(text)
    if call and call[1] in _FORMULAS:
        yield blank._replace(kind=ConditionKind.FORMULA, operands=(convert_expression(call[2]),))
    elif call and call[1] in _BETWEEN:
        low, _, high = convert_expression(call[2]).partition(",")
        yield blank._replace(
            kind=ConditionKind.COMPARISON, operator="between", operands=(low, high), negated=_BETWEEN[call[1]]
        )
    elif call and call[1] in _TEXTS:
        operator, negated = _TEXTS[call[1]]
        sought = call[2].strip().removeprefix('"').removesuffix('"').replace('""', '"')
        yield blank._replace(kind=ConditionKind.TEXT, operator=operator, operands=(sought,), negated=negated)
    elif comparison:
        operator = comparison[1].replace("!=", "<>")
        yield blank._replace(
            kind=ConditionKind.COMPARISON, operator=operator, operands=(convert_expression(comparison[2]),)
        )
    elif text in _ERRORS:
        yield blank._replace(kind=ConditionKind.ERROR, negated=_ERRORS[text])
    else:
        yield blank
