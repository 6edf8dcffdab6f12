"""Published reports that are told apart by their period only, and those of several agencies with counts of words."""

from pathlib import Path

import openpyxl
import pytest

from tests.forms.monthly_rates import FORM, JANUARY, RELATIONS, TABLES, fill_month
from tests.forms.test_periods import TABLES as PLAIN_TABLES
from tests.official_report.test_publish import answer, run
from tests.own_forms import form_toml, write_definition
from xltool.cli.options import FORMS_VARIABLE

SECTION = '[{ id = "statistics", number = "一", title = "统计表", sheet = "统计表" }]'
FORMS = {
    "months": ("月报", "month", "{agency}{period}情况统计表", "2025-09"),
    "quarters": ("季报", "quarter", "{agency}{period}情况统计表", "2025-Q3"),
    "halves": ("半年报", "half", "{agency}{period}情况统计表", "2025-H2"),
    "years": ("年报", "", "{agency}{year}年情况统计表", "2025"),
}


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four forms with the same table, and a report of each as .docx and .html."""
    for form_id, (title, period, report_title, _) in FORMS.items():
        form = form_toml(form_id, title, SECTION, report_title=report_title, opening="情况如下。", period=period)
        forms = write_definition(tmp_path, form_id, form, PLAIN_TABLES, "relations = []")
    monkeypatch.setenv(FORMS_VARIABLE, str(forms))
    (tmp_path / "roster.csv").write_text("单位代码,单位名称\n1,甲局\n", "utf-8")
    for form_id, (*_, period) in FORMS.items():
        words = ("--period", period, "--form", form_id, "--roster", tmp_path / "roster.csv")
        assert run("template", *words, "-o", tmp_path / form_id)[0] == 0
        (template,) = (tmp_path / form_id).glob("1 *.xlsx")
        fill_in(template)
        for kind in ("docx", "html"):
            assert run("publish", template, "-o", tmp_path / f"{form_id}.{kind}")[0] == 0
    return tmp_path


def fill_in(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    for row in range(5, 8):
        book["统计表"][f"D{row}"] = book["统计表"][f"E{row}"] = row
    book.save(template)


@pytest.mark.parametrize("kind", ["docx", "html"])
@pytest.mark.parametrize("form_id", FORMS)
def test_report__of_forms_with_the_same_table__is_of_the_form_whose_period_its_title_names(
    form_id: str, kind: str, published: Path
) -> None:
    (item,) = answer("import", published / f"{form_id}.{kind}", "-o", published / "imported")["submissions"]
    year = item["year"] if isinstance(item["year"], str) else str(item["year"])
    assert (item["form"], year, item["agency"]["name"]) == (form_id, FORMS[form_id][-1], "甲局")


@pytest.mark.parametrize("kind", ["docx", "html"])
def test_report_of_an_area__counts_of_words_and_what_does_not_add_up__are_no_mistakes(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = TABLES.replace('size = "C7"', 'size = "C8"').replace(
        '{ at = "A7", text = "大厅类型" },', '{ at = "A7", text = "大厅类型" }, { at = "A8", text = "启用日期" },'
    )
    tables = tables.replace('"C7"]', '"C7", "C8"]')
    tables += (
        '\n[[tables.blocks]]\nfirst = "B8"\nlines = ["opened"]\ncolumns = ["current"]\nkind = "date"\noptional = true\n'
    )
    forms = write_definition(tmp_path, "windows", FORM, tables, RELATIONS)
    monkeypatch.setenv(FORMS_VARIABLE, str(forms))
    roster = tmp_path / "roster.csv"
    roster.write_text("单位代码,单位名称\n1,甲局\n2,乙局\n3,丙局\n", "utf-8")
    returns, summary = fill_month(tmp_path, "2025-01", JANUARY), tmp_path / "sum.xlsx"
    assert run("merge", returns, "--roster", roster, "-o", summary)[0] == 0
    document = tmp_path / f"report.{kind}"
    assert run("publish", summary, "-o", document)[0] == 0
    (item,) = answer("import", document, "-o", tmp_path / "imported")["submissions"]
    assert (item["scope"], item["findings"]) == ("area", [])
    (workbook,) = (tmp_path / "imported").glob("*2025年1月*.xlsx")
    (again,) = answer("check", workbook)["submissions"]
    assert (again["scope"], again["findings"]) == ("area", [])
    assert answer("compare", summary, document)["same"] is True
    assert answer("compare", summary, workbook)["same"] is True
