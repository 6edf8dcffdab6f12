"""A form read from a workbook goes through every command: template, check, merge, publish, and back."""

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from tests.form_authoring.office_forms import FORMS, save_forms
from tests.official_report.test_publish import answer, run
from xltool.commands.author_from_workbook import AuthoringRequest, author_from_workbook
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.agency import Agency
from xltool.model.form import Cell, CellKind, Form, Number
from xltool.model.period import parse_period
from xltool.workbooks.template.check_formulas import format_unfilled_count
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest
from xltool.workbooks.template.write_template import write_template

AGENCIES = {"1": "甲镇人民政府", "2": "乙镇人民政府"}
YEARS = {"quarter": "2025-Q3"}
NUMBERED = {"quarterly"}  # columns are numbered, which the reader leaves open
LARGE = {"quarterly": {"t1.r8.c4": 100, "t1.r8.c5": 100}}  # so that no warning of the form is called for


def fill_cell(cell: Cell) -> Number | str:
    match cell.kind:
        case CellKind.TEXT:
            return "无"
        case CellKind.DATE:
            return 45_000
        case CellKind.AMOUNT | CellKind.DECIMAL | CellKind.PERCENT:
            return Decimal("1.5")
    return 1


def write_returns(form: Form, folder: Path, large: dict[str, int]) -> Path:
    folder.mkdir()
    (folder.parent / "名册.csv").write_text(
        "代码,名称\n" + "".join(f"{code},{name}\n" for code, name in AGENCIES.items()), "utf-8"
    )
    period = parse_period(YEARS.get(form.period.value, "2025"))
    for code, name in AGENCIES.items():
        rows = {item.id: [{column.id: fill_cell(column) for column in item.columns}] * 2 for item in form.lists}
        figures = {cell.id: large.get(cell.id, fill_cell(cell)) for cell in form.inputs if not cell.aggregate}
        filling = FilledContents(figures, lists=rows)
        request = TemplateRequest(Agency(code, name), period, code, filling=filling)
        write_template(plan_workbook(form), request, folder / f"{code}.xlsx")
    return folder


@pytest.mark.parametrize("name", FORMS)
def test_authored_form__every_command(name: str, tmp_path: Path) -> None:
    file = save_forms(tmp_path, [name])[name]
    made = author_from_workbook(AuthoringRequest(file, tmp_path / "forms", form=name))
    returns = write_returns(made.form, tmp_path / "returns", LARGE.get(name, {}))
    period = YEARS.get(made.form.period.value, "2025")
    common = ("--forms", tmp_path / "forms", "--roster", tmp_path / "名册.csv")
    word = "--year"
    code, _, problem = run("template", word, period, "--form", name, *common, "-o", tmp_path / "templates")
    assert (code, problem) == (0, "")
    checked = answer("check", returns, *common)
    assert [[item["code"] for item in entry["findings"]] for entry in checked["submissions"]] == [[], []]
    summary = tmp_path / "汇总.xlsx"
    code, _, problem = run("merge", returns, *common, "--form", name, "-o", summary)
    assert code == 0, problem
    merged = answer("merge", returns, *common, "--form", name, "-o", tmp_path / "again.xlsx")
    whole = made.form.cells
    for cell, figure in merged["totals"].items():
        if (
            cell in whole
            and whole[cell].total.value == "sum"
            and not whole[cell].aggregate
            and not whole[cell].computed
            and figure is not None
        ):
            given = LARGE.get(name, {}).get(cell, fill_cell(whole[cell]))
            assert Decimal(str(figure)) == 2 * Decimal(str(given)), cell
    for kind in ("html", "docx"):
        report = tmp_path / f"report.{kind}"
        code, _, problem = run("publish", returns / "1.xlsx", "-o", report, "--forms", tmp_path / "forms")
        assert code == 0, problem
        if made.form.lists:  # a report of nothing but a list is not read back
            continue
        found = answer("compare", returns / "1.xlsx", report, "--forms", tmp_path / "forms")
        assert found["figures"] == []
        assert found["same"] or name in NUMBERED, found["told"]


def test_unfilled_count__optional_remarks_of_an_office_form__left_out(tmp_path: Path) -> None:
    file = save_forms(tmp_path, ["penalties"])["penalties"]
    form = author_from_workbook(AuthoringRequest(file, tmp_path / "forms", form="penalties")).form
    plan = plan_workbook(form)
    optional = {plan.find_figure(cell.id).address for cell in form.inputs if cell.optional}
    assert {address[0] for address in optional} == {"G"}
    sheet = plan.find_figure(form.inputs[0].id).sheet
    counted = format_unfilled_count(plan, sheet)
    assert "COUNTBLANK" in counted
    assert "G" not in counted.replace("COUNTBLANK", "")
    file = tmp_path / "blank.xlsx"
    write_template(plan, TemplateRequest(Agency("1", "甲镇人民政府"), 2025, "1"), file)
    required = sum(not cell.optional for cell in form.inputs)
    stored = [cell.value for row in openpyxl.load_workbook(file, data_only=True).worksheets[0] for cell in row]
    assert required in stored
    assert len(form.inputs) not in stored
