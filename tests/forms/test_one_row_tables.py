"""A form of tables with one row and column heads only, two of them in a section: published, and read back."""

import shutil
from pathlib import Path

import pytest
from docx import Document

from tests.filled import write_once
from tests.official_report.test_publish import answer, run
from tests.own_forms import form_toml, write_definition
from xltool.cli.options import FORMS_VARIABLE
from xltool.forms.load_definitions import DEFAULT_FORM, find_form_for_year, load_forms
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.agency import Agency
from xltool.model.form import Number
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest

FORM = form_toml(
    "enforcement",
    "执法统计年报",
    """[
  { id = "penalties", number = "一", title = "处罚情况", sheet = "处罚" },
  { id = "coercion", number = "二", title = "强制情况", sheet = "强制" },
]""",
    report_title="{agency}{year}年度执法统计年报",
    opening="现公布{agency}{year}年度执法数据。",
    official_title="执法统计年报（20__年度）",
)
PENALTIES = ["warning", "fine", "confiscation", "suspension", "closure", "detention", "other", "total"]
HEADS = ["警告、通报批评", "罚款", "没收违法所得、没收非法财物", "暂扣许可证件、降低资质等级"]
HEADS += ["责令停产停业、责令关闭、限制从业", "行政拘留", "其他行政处罚", "合计（宗）"]


def table(name: str, section: str, sheet: str, heads: list[str], columns: list[str], more: str = "") -> str:
    labels = "".join(f'{{ at = "{chr(65 + at)}1", text = "{text}" }},' for at, text in enumerate(heads))
    names = ", ".join(f'"{column}"' for column in columns)
    return f"""
[[tables]]
id = "{name}"
section = "{section}"
sheet = "{sheet}"
title = "{name}表"
size = "{chr(64 + len(heads))}2"
labels = [{labels}]
blocks = [{{ first = "A2", lines = ["all"], columns = [{names}], unit = "宗"{more} }}]
"""


RELATIONS = """
[[relations]]
id = "SUM"
title = "合计等于各类之和"
severity = "must_fix"
basis = "含义"
advice = "请恢复公式。"
expect = "penalties.all.total == sum(penalties.all.warning, ..., penalties.all.other)"
computes = true

[[relations]]
id = "FINE"
title = "有罚款的，申请法院强制执行大于0"
severity = "explain"
basis = "含义"
advice = "请核对。"
when = "penalties.all.fine > 0"
expect = "execution.all.court > 0"
"""
FIGURES: dict[str, Number] = dict(zip(PENALTIES, (12175, 94929, 235, 189, 11, 504, 12), strict=False))
AGENCY = Agency("1", "甲县公安局")


@pytest.fixture
def forms(tmp_path: Path) -> Path:
    tables = table("penalties", "penalties", "处罚", HEADS, PENALTIES)
    tables += table("measures", "coercion", "强制", ["查封场所、设施或者财物", "扣押财物"], ["sealed", "seized"])
    tables += table(
        "execution", "coercion", "强制", ["代履行", "申请法院强制执行"], ["substitute", "court"], ", optional = true"
    )
    return write_definition(tmp_path, "enforcement", FORM, tables, RELATIONS)


def write(forms: Path, path: Path, figures: dict[str, Number]) -> Path:
    form = find_form_for_year(load_forms([forms]), 2024, "enforcement")
    request = TemplateRequest(AGENCY, 2024, "1", filling=FilledContents(figures))
    write_once(plan_workbook(form), request, path)
    return path


def filled(forms: Path, path: Path, **more: Number) -> Path:
    own: dict[str, Number] = {f"penalties.all.{name}": value for name, value in FIGURES.items()}
    rest = {
        "measures.all.sealed": 3,
        "measures.all.seized": 20,
        "execution.all.substitute": 2,
        "execution.all.court": 15,
    }
    return write(forms, path, own | rest | {name.replace("__", ".all."): value for name, value in more.items()})


def test_blank_return_of_any_form__is_sent_back(forms: Path, tmp_path: Path) -> None:
    (item,) = answer("check", write(forms, tmp_path / "blank.xlsx", {}), "--forms", forms)["submissions"]
    assert [(each["code"], each["severity"]) for each in item["findings"]] == [("CELL-BLANK", "must_fix")]


def test_optional_blanks__are_no_finding(forms: Path, tmp_path: Path) -> None:
    own: dict[str, Number] = {f"penalties.all.{name}": 0 for name in PENALTIES[:-1]}
    path = write(forms, tmp_path / "a.xlsx", own | {"measures.all.sealed": 0, "measures.all.seized": 0})
    assert run("check", path, "--forms", forms)[0] == 0


def test_every_table_is_published__with_its_caption__and_read_back(forms: Path, tmp_path: Path) -> None:
    returned = filled(forms, tmp_path / "a.xlsx")
    for kind in ("docx", "html"):
        report = tmp_path / f"report.{kind}"
        assert run("publish", returned, "-o", report, "--forms", forms)[0] == 0
        found = answer("compare", returned, report, "--forms", forms)
        assert (found["same"], found["compared"]) == (True, 12)
    document = Document(str(tmp_path / "report.docx"))
    assert len(document.tables) == 3
    assert [text.text for text in document.paragraphs if text.text.endswith("表")] == ["measures表", "execution表"]
    imported = run("import", tmp_path / "report.docx", "--forms", forms, "-o", tmp_path / "imported", "--year", 2024)
    assert imported[0] in (0, 1)  # no roster: the agency has no code
    (again,) = (path for path in (tmp_path / "imported").glob("*.xlsx") if "甲县" in path.name)
    assert answer("compare", returned, again, "--forms", forms)["same"] is True


def test_figures_of_five_digits__are_never_broken(forms: Path, tmp_path: Path) -> None:
    run("publish", filled(forms, tmp_path / "a.xlsx"), "-o", tmp_path / "report.docx", "--forms", forms)
    first = Document(str(tmp_path / "report.docx")).tables[0]
    for cell in first.rows[1].cells:
        (size,) = {run.font.size.pt for paragraph in cell.paragraphs for run in paragraph.runs if run.font.size}
        assert cell.width is not None
        assert len(cell.text) * size * 0.5 + 2 * 3 <= cell.width.pt


def test_figure_with_column_heads_only__is_named_by_them(forms: Path, tmp_path: Path) -> None:
    (item,) = answer("check", filled(forms, tmp_path / "a.xlsx", execution__court=0), "--forms", forms)["submissions"]
    (found,) = item["findings"]
    assert found["message"].startswith("强制：“申请法院强制执行”（B")


def test_forms_beside_the_roster__and_of_the_environment(
    forms: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("单位代码,单位名称\n1,甲县公安局\n", "utf-8")
    returned = filled(forms, tmp_path / "a.xlsx")
    assert run("check", returned, "--roster", roster)[0] == 0
    elsewhere = tmp_path / "elsewhere"
    forms.rename(elsewhere)
    assert run("check", returned, "--roster", roster)[0] == 1
    monkeypatch.setenv(FORMS_VARIABLE, str(elsewhere))
    assert run("check", returned, "--roster", roster)[0] == 0
    assert "enforcement" in run("forms", "list")[1]
    assert run("status", returned, "--roster", roster, "--form", "enforcement", "--year", 2024)[0] == 0


def test_forms_deeper_beside_the_roster__are_not_taken(forms: Path, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("单位代码,单位名称\n1,甲县公安局\n", "utf-8")
    returned = filled(forms, tmp_path / "a.xlsx")
    forms.rename(tmp_path / "trials")
    forms.mkdir()
    (tmp_path / "trials").rename(forms / "trials")
    shutil.copytree(forms / "trials", forms / "again")
    assert run("check", returned, "--roster", roster)[0] == 1


def test_advice_mended_after_handing_out__templates_stay_valid(forms: Path, tmp_path: Path) -> None:
    returned = filled(forms, tmp_path / "a.xlsx")
    relations = forms / "enforcement" / "1" / "relations.toml"
    relations.write_text(relations.read_text("utf-8").replace("请核对。", "请核对计量单位。"), "utf-8")
    (item,) = answer("check", returned, "--forms", forms)["submissions"]
    assert item["findings"] == []
    tables = forms / "enforcement" / "1" / "tables.toml"
    tables.write_text(tables.read_text("utf-8").replace("代履行", "代为履行"), "utf-8")
    (item,) = answer("check", returned, "--forms", forms)["submissions"]
    found = {each["code"]: each for each in item["findings"]}
    assert sorted(found) == ["label.office", "layout.other"]  # not what the clerk did
    assert found["label.office"]["severity"] == "note"
    assert "现用“代为履行”，这份模板是“代履行”" in found["label.office"]["message"]


def test_year_with_several_forms__the_default_one_is_taken_unless_another_is_named(forms: Path) -> None:
    library = load_forms([forms])
    assert {form.id for form in library if form.covers_year(2024)} == {DEFAULT_FORM, "enforcement"}
    assert find_form_for_year(library, 2024).id == DEFAULT_FORM
    assert find_form_for_year(library, 2024, "enforcement").id == "enforcement"
