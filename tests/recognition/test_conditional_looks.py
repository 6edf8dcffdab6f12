"""Figures under conditional formats: read as they look, told where that cannot be decided, and else left alone."""

import io
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import partial
from pathlib import Path

import openpyxl
import pytest
from openpyxl.formatting.rule import (
    CellIsRule,
    ColorScaleRule,
    DataBarRule,
    FormulaRule,
    IconSetRule,
    Rule,
)
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.worksheet.worksheet import Worksheet

from tests.checks.figures import FORM, PLAN
from tests.judges import recalculate
from tests.mangling.good import ABOUT, good
from tests.mangling.manglings import NEW, REQUESTS, rewritten, saved
from tests.mangling.workbook_parts import WorkbookParts
from xltool.commands.check import review_files
from xltool.forms.cell_addresses import parse_address
from xltool.messages import catalogue
from xltool.model.form import Severity
from xltool.model.submission import Entry

CELL = PLAN.find_figure(NEW).address
VALUE = 88
INPUTS = [cell.id for cell in FORM.inputs if cell.id.startswith("requests.")]
WHITE, BLACK_FILL = Font(color="FFFFFFFF"), PatternFill(bgColor="FF000000", fill_type="solid")
YELLOW, STRUCK = PatternFill(bgColor="FFFFFF00", fill_type="solid"), Font(strike=True)
HIDDEN_BY_FILL = {"font": Font(color="FF00B050"), "fill": PatternFill(bgColor="FF00B050", fill_type="solid")}
SAYS_ZERO = DifferentialStyle(numFmt=NumberFormat(numFmtId=170, formatCode="0,"))
SAYS_NOTHING = DifferentialStyle(numFmt=NumberFormat(numFmtId=171, formatCode=";;;"))
Make = Callable[..., Rule]  # openpyxl has no types for these
cell_is: Make = CellIsRule
by_formula: Make = FormulaRule
colour_scale: Make = ColorScaleRule
icon_set: Make = IconSetRule
data_bar: Make = DataBarRule
Expected = tuple[int | None, str | None]
FIGURE: Expected = (VALUE, None)


def text_rule(kind: str, operator: str, text: str) -> Rule:
    make: Make = Rule
    formula = [f'NOT(ISERROR(SEARCH("{text}",{CELL})))']
    return make(type=kind, operator=operator, text=text, formula=formula, dxf=DifferentialStyle(font=WHITE))


def formatted(formula: str, look: DifferentialStyle) -> Rule:
    return Rule(type="expression", formula=[formula], dxf=look)


RULES: dict[str, tuple[list[Rule], Expected]] = {
    "white": ([cell_is(operator="greaterThan", formula=["80"], font=WHITE)], (None, "invisible")),
    "white, not met": ([cell_is(operator="greaterThan", formula=["90"], font=WHITE)], FIGURE),
    "between": ([cell_is(operator="between", formula=["90", "80"], font=STRUCK)], (None, "struck_out")),
    "not between": ([cell_is(operator="notBetween", formula=["80", "90"], font=STRUCK)], FIGURE),
    "font as its fill": ([by_formula(formula=["TRUE"], **HIDDEN_BY_FILL)], (None, "invisible")),
    "fill as the font": ([by_formula(formula=["1"], fill=BLACK_FILL)], (None, "invisible")),
    "struck": ([by_formula(formula=[f"AND({CELL}>0,NOT({CELL}>100))"], font=STRUCK)], (None, "struck_out")),
    "struck by a text": ([by_formula(formula=['"是"="是"'], font=STRUCK)], (None, "struck_out")),
    "another format": ([formatted(f"$D7={VALUE}", SAYS_ZERO)], (None, "shown_differs")),
    "another format, not met": ([formatted(f"$D7<>{VALUE}", SAYS_ZERO)], FIGURE),
    "no format": ([formatted("ISNUMBER(D7)", SAYS_NOTHING)], (None, "shown_differs")),
    "cannot be decided": ([formatted("TODAY()>45000", SAYS_NOTHING)], (None, "conditional")),
    "cannot be decided, white": ([by_formula(formula=["COUNTIF(D:D,D7)>1"], font=WHITE)], (None, "conditional")),
    "cannot be decided, highlight": ([by_formula(formula=["COUNTIF(D:D,D7)>1"], fill=YELLOW)], FIGURE),
    "cannot be decided, bold": ([by_formula(formula=["TODAY()>0"], font=Font(bold=True, color="FFFF0000"))], FIGURE),
    "stopped": (
        [
            cell_is(operator="greaterThan", formula=["80"], fill=YELLOW, stopIfTrue=True),
            cell_is(operator="greaterThan", formula=["70"], font=WHITE),
        ],
        FIGURE,
    ),
    "not stopped": (
        [
            cell_is(operator="greaterThan", formula=["80"], fill=YELLOW),
            cell_is(operator="greaterThan", formula=["70"], font=WHITE),
        ],
        (None, "invisible"),  # white on the yellow of the first
    ),
    "a blank is the empty text": ([by_formula(formula=['$ZZ$1=""'], font=WHITE)], (None, "invisible")),
    "a blank is no other text": ([by_formula(formula=['$ZZ$1<>""'], font=WHITE)], FIGURE),
    "a blank is 0 and the empty text": (
        [by_formula(formula=['AND($ZZ$1="",$ZZ$1=0)'], font=WHITE)],
        (None, "invisible"),
    ),
    "a blank is not true": ([by_formula(formula=["$ZZ$1"], font=WHITE)], FIGURE),
    "white on the fill of the first": (
        [
            by_formula(formula=["TRUE"], fill=PatternFill(bgColor="FFFFFFFF", fill_type="solid")),
            by_formula(formula=["TRUE"], font=WHITE, fill=BLACK_FILL),
        ],
        (None, "conditional"),
    ),
    "more looks than are tried": (
        [
            by_formula(formula=[f"COUNTIF(D:D,D7)>{number}"], **look)
            for number in range(9)
            for look in (
                {"font": Font(color=f"FF0{number}0000")},
                {"fill": PatternFill(bgColor=f"FFFFFF8{number}", fill_type="solid")},
            )
        ],
        (None, "conditional"),
    ),
    "contains": ([text_rule("containsText", "containsText", "8")], (None, "invisible")),
    "contains not": ([text_rule("notContainsText", "notContains", "7")], (None, "invisible")),
    "begins": ([text_rule("beginsWith", "beginsWith", "9")], FIGURE),
    "scale": ([colour_scale("min", start_color="FFF8696B", end_type="max", end_color="FF63BE7B")], FIGURE),
    "black scale": (
        [colour_scale("min", start_color="FF000000", end_type="max", end_color="FF63BE7B")],
        (None, "conditional"),
    ),
    "icons": ([icon_set("3Arrows", "percent", [0, 33, 67])], FIGURE),
    "icons only": ([icon_set("3Arrows", "percent", [0, 33, 67], showValue=False)], (None, "invisible")),
    "beside what cannot be calculated": (
        [cell_is(operator="greaterThan", formula=["COUNTIF(D:D,1)"], font=WHITE)],
        (None, "conditional"),
    ),
    "bars": ([data_bar("min", 0, "max", 0, "FF638EC6")], FIGURE),
    "bars only": ([data_bar("min", 0, "max", 0, "FF638EC6", showValue=False)], (None, "invisible")),
}


def changed(change: Callable[[Worksheet], object]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(good()))
    change(book[REQUESTS])
    return saved(book)


def add_rules(rules: Iterable[Rule]) -> bytes:
    def add(sheet: Worksheet) -> None:
        for rule in rules:
            sheet.conditional_formatting.add("D7:J31", rule)

    return changed(add)


def read_figure(path: Path, cell: str = NEW) -> Entry:
    (item,) = review_files(ABOUT, path)
    assert item.submission is not None
    return item.submission.entries[cell]


def say(path: Path) -> list[str]:
    (item,) = review_files(ABOUT, path)
    address = parse_address(CELL)
    return [
        catalogue.render_problem(finding)
        for finding in item.findings
        if finding.severity is Severity.MUST_FIX
        and any(spot.address and parse_address(spot.address) == address for spot in finding.cells)
    ]


@pytest.mark.parametrize("name", RULES)
def test_conditional_format__figure_reads_as_it_looks(name: str, tmp_path: Path) -> None:
    rules, expected = RULES[name]
    path = tmp_path / "a.xlsx"
    path.write_bytes(add_rules(rules))
    entry = read_figure(path)
    assert (entry.value, entry.note) == expected


# What LibreOffice keeps of them, each at an input of its own; its .xls has no number formats in conditional formats.
_COLOURS = ("white", "white, not met", "between", "font as its fill", "fill as the font")
_UNDECIDED = ("cannot be decided", "cannot be decided, highlight")
KEPT = {
    "ods": (*_COLOURS, *_UNDECIDED, "scale", "black scale", "icons only"),
    "xls": (*_COLOURS, "not between"),
}


@pytest.mark.office
@pytest.mark.parametrize("kind", KEPT)
def test_conditional_format__saved_by_libreoffice__the_same(kind: str, tmp_path: Path) -> None:
    cells = dict(zip(KEPT[kind], INPUTS, strict=False))

    def add(sheet: Worksheet) -> None:
        for name, cell in cells.items():
            address = PLAN.find_figure(cell).address
            sheet[address] = VALUE
            for rule in RULES[name][0]:
                sheet.conditional_formatting.add(address, rule)

    path = tmp_path / "a.xlsx"
    path.write_bytes(changed(add))
    (tmp_path / "out").mkdir()
    saved_path = recalculate(path, tmp_path / "out", kind)
    entries = {name: read_figure(saved_path, cell) for name, cell in cells.items()}
    read = {name: (entry.value, entry.note) for name, entry in entries.items()}
    assert read == {name: RULES[name][1] for name in KEPT[kind]}


def test_conditional_format__what_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(add_rules([by_formula(formula=["TODAY()>45000"], font=WHITE)]))
    (problem,) = say(path)
    assert "存的是“88、9、0、0、0、0等”，有条件格式会把它显示成“”（空的就是看不见）" in problem
    assert problem.startswith("表三!D7:I29、D31:I31")


# Without the template's own format for a figure with decimals: the condition of the template decides.
AMOUNT = "disclosure.administrative_fees.amount"


@pytest.mark.parametrize("value", [0, 7730.28, 7730])
def test_template__its_own_formats_are_no_doubt(value: float, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(good()))
    place = PLAN.find_figure(AMOUNT)
    book[place.sheet][place.address] = value
    path = tmp_path / "a.xlsx"
    path.write_bytes(saved(book))
    entry = read_figure(path, AMOUNT)
    assert (entry.value, entry.note) == (Decimal(str(value)), None)


def test_white_digits_under_the_templates_own_formats__are_told_as_such(tmp_path: Path) -> None:
    parts = WorkbookParts(good())
    parts.put_runs(NEW, [('<color rgb="FFFFFFFF"/>', "81"), ("", "12")])
    path = tmp_path / "a.xlsx"
    path.write_bytes(parts.pack())
    (problem,) = say(path)
    assert "显示为“12”，存的是“8112”：有的字与底色相同" in problem


def test_figure_that_a_format_may_show__is_named_as_shown_then(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(add_rules([formatted("TODAY()>45000", SAYS_ZERO)]))
    (problem,) = say(path)
    assert "有条件格式会把它显示成“0”" in problem


def test_excel_2010__rule_with_its_own_look(tmp_path: Path) -> None:
    rule = (
        '<extLst><ext xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" uri="{78C0D931}">'
        "<x14:conditionalFormattings><x14:conditionalFormatting "
        'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x14:cfRule type="expression" priority="1" '
        'id="{A}"><xm:f>D7&gt;80</xm:f><x14:dxf><font><color theme="0"/></font></x14:dxf></x14:cfRule>'
        "<xm:sqref>D7:J31</xm:sqref></x14:conditionalFormatting></x14:conditionalFormattings></ext></extLst>"
    )
    number = [sheet.name for sheet in PLAN.sheets].index(REQUESTS) + 1
    path = tmp_path / "a.xlsx"
    path.write_bytes(
        rewritten(
            good(), f"xl/worksheets/sheet{number}.xml", lambda xml: xml.replace("</worksheet>", f"{rule}</worksheet>")
        )
    )
    assert read_figure(path).note == "invisible"


def test_centred_across__only_beside_an_empty_input_told(tmp_path: Path) -> None:
    def centre(sheet: Worksheet, *, empty: bool) -> None:
        for column in "DE":
            sheet[f"{column}7"].alignment = Alignment(horizontal="centerContinuous")
        if empty:
            sheet["E7"] = None

    notes = []
    for empty in (False, True):
        path = tmp_path / "a.xlsx"
        path.write_bytes(changed(partial(centre, empty=empty)))
        notes.append(read_figure(path).note)
        problems = say(path)
    assert notes == [None, "across"]
    assert "右边的 E7 空着，数字显示在几格中间" in problems[0]


def test_low_row_with_figures__told(tmp_path: Path) -> None:
    def lower(sheet: Worksheet) -> None:
        sheet.row_dimensions[8].height = 0.5

    path = tmp_path / "a.xlsx"
    path.write_bytes(changed(lower))
    (item,) = review_files(ABOUT, path)
    (finding,) = [finding for finding in item.findings if finding.code == "place.hidden"]
    assert "太矮、太窄看不见" in catalogue.render_problem(finding)
    assert {parse_address(spot.address)[0] for spot in finding.cells} == {8}


def test_zeros_that_a_sheet_does_not_show__inputs_are_counted_and_totals_are_not(tmp_path: Path) -> None:
    def hide_zeros(sheet: Worksheet) -> None:
        sheet.sheet_view.showZeros = False

    path = tmp_path / "a.xlsx"
    path.write_bytes(changed(hide_zeros))
    (item,) = review_files(ABOUT, path)
    assert item.submission is not None
    on_sheet = [cell for cell in FORM.inputs if PLAN.find_figure(cell.id).sheet == REQUESTS]
    zeros = [cell for cell in on_sheet if item.submission.entries[cell.id].value == 0]
    (finding,) = [finding for finding in item.findings if finding.code == "zeros.hidden"]
    assert finding.facts["count"] == len(zeros) > 0
