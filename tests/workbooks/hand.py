"""Templates written, filled in with openpyxl as a clerk would, and looked at."""

import zipfile
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from xltool.forms.load_definitions import find_form_for_year, load_form, load_forms
from xltool.forms.workbook_plan import WorkbookPlan, plan_workbook
from xltool.model.agency import Agency
from xltool.model.form import Number, Values
from xltool.workbooks.template.check_formulas import CheckLine
from xltool.workbooks.template.template_request import TemplateRequest
from xltool.workbooks.template.write_template import write_template

FORM = find_form_for_year(load_forms(), 2025)
PLAN = plan_workbook(FORM)
TOWN = Agency("110112114", "张家湾镇人民政府", rule_power=False)

TRIAL = {
    "form.toml": """
id = "trial"
edition = "1"
title = "试填表"
official_title = "试填表"
document = "试〔2025〕1号&2"
issuer = "甲"
issued = "2025-01-01"
first_year = 2020
report_title = "{agency}{year}年试填表"
opening = ""
instructions = ["填数。"]
sections = [
  { id = "money", number = "一", title = "钱", sheet = "收 支" },
  { id = "text", number = "二", title = "文字", sheet = "文字", paragraphs = 2 },
]
""",
    "tables.toml": """
[[tables]]
id = "t"
section = "money"
sheet = "收 支"
title = "收支"
size = "B5"
widths = [20, 20]
labels = [
  { at = "A1", text = "租金" },
  { at = "A2", text = "利息" },
  { at = "A3", text = "合计" },
  { at = "A4", text = "增减" },
  { at = "A5", text = "件数" },
]

[[tables.blocks]]
first = "B1"
lines = ["rent", "interest", "sum"]
kind = "amount"
unit = "元"
decimals = 2

[[tables.blocks]]
first = "B4"
lines = ["change"]
kind = "signed_count"
unit = "件"

[[tables.blocks]]
first = "B5"
lines = ["cases"]
unit = "件"
""",
    "relations.toml": "\n".join(
        f'[[relations]]\nid = "{name}"\ntitle = "{name} 条"\nseverity = "must_fix"\n'
        f'basis = "甲"\nadvice = "改。"\n{rest}'
        for name, rest in {
            "SUM": 'expect = "t.sum == sum(t.rent, t.interest)"\ncomputes = true',
            "UNEQUAL": 'expect = "t.cases != t.change"',
            "AT-LEAST": 'expect = "t.rent >= t.interest"',
            "ABOVE": 'expect = "3 * t.cases - t.change > 1"\nmissing = "zero"',
            "BELOW": 'expect = "t.sum < 2 * previous(t.sum)"',
            "CARRIED": 'expect = "t.cases == previous(t.change)"',
            "WHEN": 'expect = "t.interest == 0"\nwhen = "t.change < 0 and t.cases > 0"',
            "SINCE": 'expect = "t.rent <= 5"\nwhen = "previous(t.rent) > 0"',
            "ROUND": 'expect = "t.sum % 10 == 0"',
            "ONLY": 'expect = "t.cases == 0"\nprofile = "without_rule_power"',
        }.items()
    ),
}


def trial_plan(folder: Path) -> WorkbookPlan:
    """The plan of a small form that has every kind of figure and every sign of comparison."""
    folder.mkdir(exist_ok=True)
    for name, text in TRIAL.items():
        (folder / name).write_text(text, "utf-8")
    return plan_workbook(load_form(folder))


def written(path: Path, made: WorkbookPlan = PLAN, agency: Agency = TOWN, previous: Values | None = None) -> Path:
    """A template of 2025, on disk."""
    write_template(made, TemplateRequest(agency, 2025, "2025-0001", previous), path)
    return path


def typed(path: Path, made: WorkbookPlan, values: Mapping[str, Number | None], declared: str | None = None) -> Path:
    """The same file with these figures typed into it, as openpyxl saves it: without any stored result."""
    book = openpyxl.load_workbook(path)
    for cell, value in values.items():
        place = made.cells[cell]
        spot = at(book, place.sheet, place.address)
        assert not spot.protection.locked, cell
        spot.value = value
    sheet, address = made.fields["declaration"]
    at(book, sheet, address).value = declared
    book.save(path)
    return path


def sheet_of(book: Workbook, name: str) -> Worksheet:
    sheet = book[name]
    assert isinstance(sheet, Worksheet)
    return sheet


def at(book: Workbook, sheet: str, address: str) -> Cell:
    cell = sheet_of(book, sheet)[address]
    assert isinstance(cell, Cell)
    return cell


def shown_lines(book: Workbook, made: WorkbookPlan) -> dict[str, CheckLine]:
    """What the checks sheet of a workbook read with its stored values shows."""
    lines = {}
    for relation, row in made.checks.items():
        left, right, difference, result = (at(book, "校验", f"{column}{row}").value for column in "CDEF")
        lines[relation] = CheckLine(number(left), number(right), number(difference), str(result))
    return lines


def properties_of(path: Path) -> dict[str, str]:
    """The custom document properties of a file."""
    with zipfile.ZipFile(path) as archive:
        root = ElementTree.fromstring(archive.read("docProps/custom.xml"))
    return {item.get("name", ""): item[0].text or "" for item in root}


def number(held: object) -> Number | None:
    """A stored number as a decimal of at most six places; None for the dash."""
    if held == "—":
        return None
    value = round(Decimal(str(held)), 6)
    return int(value) if value == int(value) else value.normalize()
