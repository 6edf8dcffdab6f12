"""A table that does not apply as a whole, because the duty is absent: one switch, apart from zero and blank."""

import shutil
from pathlib import Path

import openpyxl
import pytest

from tests.filled import write_once
from tests.official_report.test_publish import answer, run
from xltool.forms.absent_tables import name_switch
from xltool.forms.load_definitions import find_named_form, load_form, load_forms
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.agency import Agency
from xltool.model.form import Form
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest

FORMS = Path(__file__).parents[1] / "data" / "forms"
FORM = find_named_form(load_forms([FORMS]), "xzzf-annual-report")
(TABLE,) = [table for table in FORM.tables if table.absence]
SWITCH = name_switch(TABLE)
OWN = {cell.id for cell in TABLE.cells}
PLAN = plan_workbook(FORM)


def write(path: Path, code: str = "1", word: str | None = "不适用", **more: int) -> Path:
    figures = {cell.id: 2 for cell in FORM.inputs if cell.id not in OWN}
    figures |= {name.replace("__", ".all."): value for name, value in more.items()}
    request = TemplateRequest(Agency(code, f"甲{code}局"), 2024, "1", filling=FilledContents(figures))
    write_once(PLAN, request, path)
    book = openpyxl.load_workbook(path)
    if word:
        sheet, address = PLAN.fields[SWITCH]
        book[sheet][address] = word
    book.save(path)
    return path


def check(path: Path) -> tuple[list[str], dict[str, object], dict[str, str]]:
    (item,) = answer("check", path, "--forms", FORMS)["submissions"]
    return [each["code"] for each in item["findings"]], item["values"], item["states"]


def test_switched_off__blanks_are_neither_missing_nor_zero(tmp_path: Path) -> None:
    codes, values, states = check(write(tmp_path / "a.xlsx"))
    assert codes == []
    assert values[SWITCH] == "不适用"
    assert {cell: states[cell] for cell in OWN if not FORM.cells[cell].computed} == {
        cell: "not_applicable" for cell in OWN if not FORM.cells[cell].computed
    }


@pytest.mark.parametrize("word", [None, "适用"])
def test_not_switched_off__blanks_are_missing(word: str | None, tmp_path: Path) -> None:
    codes, values, _ = check(write(tmp_path / "a.xlsx", word=word))
    assert codes == ["CELL-BLANK"]
    assert SWITCH not in values


def test_switched_off_with_figures__is_told_once(tmp_path: Path) -> None:
    (item,) = answer("check", write(tmp_path / "a.xlsx", measures__sealed=3), "--forms", FORMS)["submissions"]
    (found,) = [each for each in item["findings"] if each["code"] == "table.filled_in"]
    assert (found["severity"], item["status"]) == ("must_fix", "returned")
    assert found["message"].startswith("强制：“行政强制措施实施数量”选了“不适用”，但 A")


def test_template__has_a_list__and_counts_no_blank_of_a_table_switched_off(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write(tmp_path / "a.xlsx"))
    sheet, address = PLAN.fields[SWITCH]
    lists = [rule for rule in book[sheet].data_validations.dataValidation if address in rule.sqref]
    assert [rule.formula1 for rule in lists] == ['"适用,不适用"']
    counts = [
        str(cell.value) for row in book["填报说明"].iter_rows() for cell in row if "COUNTBLANK" in str(cell.value)
    ]
    assert any('="不适用",0,COUNTBLANK' in text for text in counts)


def test_published__the_table_is_left_out_and_said_so__and_read_back(tmp_path: Path) -> None:
    returned = write(tmp_path / "a.xlsx")
    for kind in ("docx", "html"):
        report = tmp_path / f"report.{kind}"
        assert run("publish", returned, "-o", report, "--forms", FORMS)[0] == 1  # no text
        found = answer("compare", returned, report, "--forms", FORMS)
        assert (found["same"], found["compared"]) == (True, len(FORM.cells))
    page = (tmp_path / "report.html").read_text("utf-8")
    assert TABLE.absence in page
    assert page.count("<table") == len(FORM.tables) - 1


def test_merged__a_sum_says_to_how_many_it_applies__and_so_does_a_sum_of_sums(tmp_path: Path) -> None:
    returns = tmp_path / "returns"
    returns.mkdir()
    write(returns / "1.xlsx")
    write(
        returns / "2.xlsx",
        code="2",
        word="适用",
        measures__sealed=3,
        measures__seized=0,
        measures__frozen=0,
        measures__other=1,
    )
    merged = answer("merge", returns, "-o", tmp_path / "sum.xlsx", "--forms", FORMS, "--form", FORM.id)
    assert merged["totals"][SWITCH] == {"适用": 1, "不适用": 1}
    assert merged["totals"]["measures.all.total"] == 4
    sheet = openpyxl.load_workbook(tmp_path / "sum.xlsx")[TABLE.name]
    told = [str(cell.value) for row in sheet.iter_rows(max_row=4) for cell in row if cell.value]
    assert any(f"“{TABLE.title}”适用的 1 个，不适用的 1 个。" in text for text in told)
    (again,) = answer("check", tmp_path / "sum.xlsx", "--forms", FORMS)["submissions"]
    assert again["values"][SWITCH] == "适用 1、不适用 1"


# --- relations over tables that do not apply ---------------------------------------------------------------------

RELATIONS_OF_THE_DUTY = """
[[relations]]
id = "A-ALL"
title = "有查封的应有强制措施"
severity = "must_fix"
basis = "测试"
advice = "请核对。"
expect = "measures.all.sealed > 0"

[[relations]]
id = "A-SOME"
title = "强制措施不少于许可申请"
severity = "must_fix"
basis = "测试"
advice = "请核对。"
expect = "measures.all.total >= licences.all.applied"
"""


@pytest.fixture
def stricter(tmp_path: Path) -> Form:
    """The form with a relation of the table alone, and one of it and of another."""
    source = FORMS / "xzzf-annual-report" / "2021"
    folder = Path(shutil.copytree(source, tmp_path / "forms" / "xzzf-annual-report" / "2021"))
    with (folder / "relations.toml").open("a", encoding="utf-8") as file:
        file.write(RELATIONS_OF_THE_DUTY)
    return load_form(folder)


def fill_stricter(form: Form, path: Path, *, absent: bool, code: str = "1") -> Path:
    figures = {cell.id: 2 for cell in form.inputs if cell.id not in OWN}
    figures |= {} if absent else {cell: 0 for cell in OWN if not form.cells[cell].computed}
    filling = FilledContents(figures, absent=(TABLE.id,) if absent else ())
    write_once(plan_workbook(form), TemplateRequest(Agency(code, f"甲{code}局"), 2024, "1", filling=filling), path)
    return path


@pytest.mark.parametrize(("absent", "codes"), [(True, ["A-SOME"]), (False, ["A-ALL", "A-SOME"])])
def test_relation__is_not_asked_if_nothing_in_it_applies__else_what_does_not_counts_as_0(
    stricter: Form, tmp_path: Path, absent: bool, codes: list[str]
) -> None:
    path = fill_stricter(stricter, tmp_path / "a.xlsx", absent=absent)
    (item,) = answer("check", path, "--forms", tmp_path / "forms")["submissions"]
    assert [each["code"] for each in item["findings"]] == codes
    checks = openpyxl.load_workbook(path, data_only=True)["校验"]
    results = {row[1].value: row[5].value for row in checks.iter_rows() if row[1].value}
    assert results["有查封的应有强制措施"] == ("—" if absent else "✗")


def test_relation_of_a_sum__is_not_asked_if_nobody_has_the_duty(stricter: Form, tmp_path: Path) -> None:
    returns = tmp_path / "returns"
    returns.mkdir()
    for code in ("1", "2"):
        fill_stricter(stricter, returns / f"{code}.xlsx", absent=True, code=code)
    words = ("--forms", tmp_path / "forms", "--form", stricter.id, "--include-flawed")
    merged = answer("merge", returns, "-o", tmp_path / "sum.xlsx", *words)
    assert [each["code"] for each in merged["findings"]] == ["A-SOME"]
