"""Random changes to how figures look, and what a person then reads: ``python -m tests.mangling.random_looks 1000``.

Each change says what its cells show afterwards: a number, or None where nothing or no single number can be read. What
counts is compared with that; a figure that differs must have a finding that has to be answered.
"""

import random
import re
import sys
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.styles.colors import Color
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet

from tests.checks.figures import FORM, PLAN
from tests.mangling.good import ABOUT, good, truth
from tests.mangling.manglings import rewritten, saved
from xltool.commands.check import review_files
from xltool.forms.cell_addresses import cell_address, parse_address
from xltool.model.consolidation import ReviewedFile
from xltool.model.form import CellKind, Severity

COUNTS = [cell.id for cell in FORM.inputs if cell.kind is CellKind.COUNT]
Seen = int | None
MOST_CHANGES = 6  # of one workbook

# What each number format shows of a whole number; None where that is no number, or another kind of number.
FORMATS: Mapping[str, Callable[[int], Seen]] = {
    "0": lambda value: value,
    "0.00": lambda value: value,
    "#,##0": lambda value: value,
    "0.": lambda value: value,
    "00000": lambda value: value,
    '0"件"': lambda value: value,
    "0_ ": lambda value: value,
    "[Red]0": lambda value: value,
    "# ?/?": lambda value: value,
    '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ': lambda value: value,
    "[DBNum1][$-804]General": lambda value: value,
    "#": lambda value: value,
    "0;-0;;@": lambda value: value,
    "[>100]0;0.0": lambda value: value,
    "0,": lambda value: value // 1000 + (value % 1000 >= 500),
    "0!.0000": lambda value: value if value == 0 else None,
    "0\\.0000": lambda value: value if value == 0 else None,
    '0.0"."0': lambda _: None,
    'General"0"': lambda value: value * 10,
    '"1"0': lambda value: int(f"1{value}"),
    "0%": lambda value: value if value == 0 else None,
    "-0": lambda value: -value,
    ";;;": lambda value: value if value == 0 else None,
    "0;;;": lambda value: value,
    '0"万元"': lambda value: value if value == 0 else None,
    '"约"0': lambda _: None,
    "[White]0": lambda _: None,
    '[=0]"无";[>50]"50";0': lambda value: value if 0 < value <= 50 else 0 if value == 0 else 50,
    "yyyy-mm-dd": lambda _: None,
    "000-0000": lambda _: None,
    "0.0E+0": lambda value: value if value < 100 else None,
}
STRUCK, RAISED, LOWERED = (
    InlineFont(strike=True),
    InlineFont(vertAlign="superscript"),
    InlineFont(vertAlign="subscript"),
)
WHITE, RED = InlineFont(color=Color("FFFFFFFF")), InlineFont(color=Color("FFFF0000"))
TINY = InlineFont(sz=1)
PLAIN = InlineFont(sz=11)
_FONT_NAMES = {
    id(STRUCK): "struck",
    id(RAISED): "raised",
    id(LOWERED): "lowered",
    id(WHITE): "white",
    id(TINY): "tiny",
    id(RED): "red",
}
FONTS: list[dict[str, object]] = [
    {"strike": True},
    {"color": "FFFFFFFF"},
    {"color": "FFFFF9E3"},
    {"size": 1},
    {"color": "FFFF0000"},
    {"bold": True},
    {"name": "Wingdings"},
    {"name": "Symbol"},
    {"vertAlign": "superscript"},
    {"color": Color(theme=0)},
    {"color": Color(theme=4)},
    {"color": Color(theme=4, tint=0.99)},
    {"color": Color(indexed=9)},
    {"color": Color(indexed=12)},
]
_SEEN_FONTS: list[dict[str, object]] = [
    {"color": "FFFF0000"},
    {"bold": True},
    {"name": "Symbol"},
    {"vertAlign": "superscript"},
    {"color": Color(theme=4)},
    {"color": Color(indexed=12)},
]
OWN_COLOURS = ({"color": Color(theme=4)}, {"color": Color(indexed=12)})  # of the theme and palette a file may change
# What each alignment shows of a whole number.
ALIGNMENTS: list[tuple[dict[str, object], Callable[[int], Seen]]] = [
    ({"horizontal": "fill"}, lambda _: None),
    ({"horizontal": "centerContinuous"}, lambda value: value),
    ({"horizontal": "right", "shrink_to_fit": True}, lambda value: value),
    ({"text_rotation": 90}, lambda value: value),
    ({"text_rotation": 180}, lambda value: value),
    ({"text_rotation": 255}, lambda value: value),
]
# What people type: the text, and the number it stands for.
WORDS: Mapping[str, Seen] = {
    "12": 12,
    " 12 ": 12,
    "１２": 12,
    "1,234": 1234,
    "二十一": 21,
    "12件": None,
    "约12": None,
    "12-15": None,
    "118\n225": None,
    "118\t225": None,
    "118   225": None,
    "3万": None,
    "1e3": None,
    "12¹": None,
    "①12": None,
}


class Change(NamedTuple):
    """One change to a workbook: what it is, and what each cell it concerns shows afterwards, by cell id."""

    name: str
    seen: dict[str, Seen]


def target(sheet: Worksheet, cell: str) -> Cell:
    found = sheet[PLAN.find_figure(cell).address]
    assert isinstance(found, Cell)
    return found


def show_in_format(cell: Cell, value: int, dice: random.Random) -> tuple[str, Seen]:
    code = dice.choice(list(FORMATS))
    cell.number_format = code
    return f"format {code}", FORMATS[code](value)


def write_runs(cell: Cell, value: int, dice: random.Random) -> tuple[str, Seen]:
    """Runs of another look before, behind or between the digits."""
    font = dice.choice((STRUCK, RAISED, LOWERED, WHITE, TINY, RED))
    digits, odd = str(value), str(dice.randrange(1, 99))
    at = dice.randrange(len(digits) + 1)
    before, behind = digits[:at], digits[at:]
    pieces = [(PLAIN, before), (font, odd), (PLAIN, behind)]
    cell.value = CellRichText(*(TextBlock(look, text) for look, text in pieces if text))
    shown = f"{before}{odd}{behind}" if font is RED else digits if not (before and behind) else None
    return f"runs {before}|{odd}|{behind} {_FONT_NAMES[id(font)]}", None if shown is None else int(shown)


def change_font(cell: Cell, value: int, dice: random.Random) -> tuple[str, Seen]:
    """A whole cell struck out, in the colour of its fill, or too small to see."""
    look = dice.choice(FONTS)
    cell.font = Font(**look)  # type: ignore[arg-type]
    name = "own colour" if look in OWN_COLOURS else f"font {look}"
    return name, value if look in _SEEN_FONTS else None


def type_words(cell: Cell, _value: int, dice: random.Random) -> tuple[str, Seen]:
    text = dice.choice(list(WORDS))
    cell.value = text
    return f"text {text!r}", WORDS[text]


def format_text(cell: Cell, value: int, dice: random.Random) -> tuple[str, Seen]:
    """A number stored as text in a format for texts."""
    code, shown = dice.choice((("@", value), ('@"0"', value * 10), (";;;", None), ('0;0;0;"7"', 7), ('@" "', value)))
    cell.value, cell.number_format = str(value), code
    return f"text in {code}", shown


def align(cell: Cell, value: int, dice: random.Random) -> tuple[str, Seen]:
    """Repeated over the cell, turned, shrunk."""
    look, shows = dice.choice(ALIGNMENTS)
    cell.alignment = Alignment(**look)  # type: ignore[arg-type]
    return f"alignment {look}", shows(value)


make_rule: Callable[..., Rule] = Rule


def format_by_condition(cell: Cell, value: int, dice: random.Random) -> tuple[str, Seen]:
    """A conditional format that hides, strikes out or restyles a figure if a condition is met, or can be decided."""
    here = cell.coordinate
    met, condition = dice.choice(
        (
            (True, {"type": "expression", "formula": [f"{here}={value}"]}),
            (False, {"type": "expression", "formula": [f"AND({here}>{value},TRUE)"]}),
            (True, {"type": "cellIs", "operator": "lessThan", "formula": [str(value + 1)]}),
            (False, {"type": "cellIs", "operator": "notEqual", "formula": [f"${here}"]}),
            (True, {"type": "containsText", "operator": "containsText", "text": str(value), "formula": ["TRUE"]}),
            (None, {"type": "expression", "formula": ["TODAY()>45000"]}),
            (None, {"type": "duplicateValues"}),
        )
    )
    hides, look = dice.choice(
        (
            (True, DifferentialStyle(font=Font(color="FFFFFFFF"))),
            (True, DifferentialStyle(font=Font(strike=True))),
            (True, DifferentialStyle(fill=PatternFill(bgColor="FF000000", fill_type="solid"))),
            (False, DifferentialStyle(fill=PatternFill(bgColor="FFFFFF00", fill_type="solid"))),
            (False, DifferentialStyle(font=Font(color="FFFF0000", bold=True))),
            (False, DifferentialStyle(numFmt=NumberFormat(numFmtId=170, formatCode='0"件"'))),
        )
    )
    assert isinstance(cell.parent, Worksheet)
    cell.parent.conditional_formatting.add(here, make_rule(dxf=look, **condition))
    return f"{condition} {'hides' if hides else 'colours'}", None if hides and met is not False else value


CHANGES = (show_in_format, write_runs, change_font, type_words, format_text, align, format_by_condition)


def merge_over(sheet: Worksheet, cell: str, ids: Mapping[str, str]) -> Change | None:
    """Merge a cell over the input right of it, which keeps its value."""
    address = PLAN.find_figure(cell).address
    row, column = parse_address(address)
    covered = ids.get(cell_address(row, column + 1))
    area = f"{address}:{cell_address(row, column + 1)}"
    if covered is None or any(not old.isdisjoint(CellRange(area)) for old in sheet.merged_cells):
        return None
    sheet.merged_cells.add(area)
    return Change(f"merged {area}", {covered: None})


def leave_stale_result(data: bytes, cell: str, value: int, stored: int) -> bytes:
    """A formula in an input, and another result than its own beside it."""
    place = PLAN.find_figure(cell)
    number = [sheet.name for sheet in PLAN.sheets].index(place.sheet) + 1
    pattern = rf'(<c r="{place.address}"[^>]*?)(?: t="n")?>(?:<f>.*?</f>)?<v>[^<]*</v></c>'
    formula = rf"\1><f>{value}-1+1</f><v>{stored}</v></c>"
    return rewritten(data, f"xl/worksheets/sheet{number}.xml", lambda text: re.sub(pattern, formula, text))


def whiten_colours(data: bytes) -> bytes:
    """The first accent of the theme and a colour of the palette become white."""
    white = '<a:srgbClr val="FFFFFF"/>'
    data = rewritten(
        data,
        "xl/theme/theme1.xml",
        lambda text: re.sub(r"<a:accent1>.*?</a:accent1>", f"<a:accent1>{white}</a:accent1>", text),
    )
    palette = "".join('<rgbColor rgb="00FFFFFF"/>' for _ in range(13))  # in place of the first ones openpyxl writes
    first = re.compile(r"(<indexedColors>)(?:<rgbColor[^>]*>){13}")
    return rewritten(data, "xl/styles.xml", lambda text: first.sub(rf"\1{palette}", text))


def mangle(seed: int) -> tuple[bytes, list[Change]]:
    """A good workbook with some random changes, and what they are."""
    dice = random.Random(seed)
    book = openpyxl.load_workbook(BytesIO(good()))
    values = {cell: value for cell, value in truth().items() if isinstance(value, int)}
    changes: list[Change] = []
    touched: set[str] = set()
    for cell in dice.sample(COUNTS, dice.randrange(1, MOST_CHANGES + 1)):
        place = PLAN.find_figure(cell)
        sheet = book[place.sheet]
        ids = {
            PLAN.find_figure(other).address: other for other in COUNTS if PLAN.find_figure(other).sheet == place.sheet
        }
        if cell in touched:
            continue
        if dice.random() < 0.1 and (change := merge_over(sheet, cell, ids)) and touched.isdisjoint(change.seen):
            changes.append(change)
            touched |= {cell, *change.seen}
            continue
        name, seen = dice.choice(CHANGES)(target(sheet, cell), values[cell], dice)
        changes.append(Change(name, {cell: seen}))
        touched.add(cell)
    if dice.random() < 0.2:
        book[PLAN.find_figure(COUNTS[0]).sheet].sheet_view.showZeros = False
    data = saved(book)
    if dice.random() < 0.3:
        data = whiten_colours(data)
        changes = [
            change._replace(seen=dict.fromkeys(change.seen)) if change.name == "own colour" else change
            for change in changes
        ]
    left = [cell for cell in COUNTS if cell not in touched]
    if dice.random() < 0.3:
        cell = dice.choice(left)
        stored = values[cell] + dice.choice((0, 0, 5))
        data = leave_stale_result(data, cell, values[cell], stored)
        changes.append(Change(f"formula with {stored}", {cell: values[cell] if stored == values[cell] else None}))
    return data, changes


def find_silent(items: tuple[ReviewedFile, ...], changes: list[Change]) -> list[str]:
    """Figures that count although the sheet shows something else, and nothing has to be answered."""
    seen: dict[str, Seen] = {}
    for change in changes:
        seen |= change.seen
    silent = []
    for item in items:
        answered = {
            (spot.sheet, spot.address)
            for finding in item.findings
            if finding.severity is not Severity.NOTE
            for spot in finding.cells
        }
        for cell in COUNTS if item.submission else ():
            entry = item.submission.entries[cell] if item.submission else None
            expected = seen.get(cell, truth()[cell])
            if entry and entry.value != expected and (entry.sheet, entry.address) not in answered:
                silent.append(f"{cell} {entry.address}: {entry.value}, shown {expected}, raw {entry.raw!r}")
    return silent


def main(count: int) -> int:
    """Try so many; print what is silent. Returns how many were."""
    failed = 0
    with TemporaryDirectory() as folder:
        for seed in range(count):
            data, changes = mangle(seed)
            path = Path(folder) / "a.xlsx"
            path.write_bytes(data)
            items = review_files(ABOUT, path)
            silent = find_silent(items, changes)
            if silent or any(finding.code == "file.unexpected" for item in items for finding in item.findings):
                failed += 1
                sys.stdout.write(f"{seed}: {[change.name for change in changes]} {silent}\n")
    sys.stdout.write(f"{count} workbooks, {failed} with a figure counted in silence or a fault\n")
    return failed


if __name__ == "__main__":
    sys.exit(min(main(int(sys.argv[1])), 1))
