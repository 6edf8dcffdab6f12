"""A filled return of one edition, carried into the template of the next; what found no place is listed."""

import json
import shutil
from pathlib import Path

import openpyxl
import pytest

from tests.filled import write_once
from tests.official_report.test_publish import answer, run
from xltool.forms.load_definitions import find_named_form, load_forms
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.agency import Agency
from xltool.model.form import Number
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest

SOURCE = Path(__file__).parents[1] / "data" / "forms" / "zfwz-annual-report" / "2017"


@pytest.fixture
def forms(tmp_path: Path) -> Path:
    """The form of websites, and an edition in which a figure has another meaning, a word another spelling."""
    folder = tmp_path / "forms" / "zfwz-annual-report"
    shutil.copytree(SOURCE, folder / "2017")
    shutil.copytree(SOURCE, folder / "2025")
    for name, changes in {
        "form": (('edition = "2017"', 'edition = "2025"'), ("first_year = 2017", "first_year = 2025")),
        "tables": (
            ('"topics", "new_topics"', '"topics", "closed_topics"'),
            ("新开设数量", "关闭数量"),
            ("专项网站", "专门网站"),
        ),
    }.items():
        path = folder / "2025" / f"{name}.toml"
        text = path.read_text("utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path.write_text(text, "utf-8")
    return tmp_path / "forms"


def write(forms: Path, path: Path, kind: int = 2) -> Path:
    form = find_named_form(load_forms([forms]), "zfwz-annual-report", "2017")
    figures: dict[str, Number | str] = {}
    for number, cell in enumerate(form.inputs):
        figures[cell.id] = (
            number if not cell.is_worded else 1 if cell.choices else 45000 if cell.kind == "date" else "云河"
        )
    figures |= {"site.type": kind, "report.answers": "/"}
    contents = FilledContents(figures, {"innovation": ["全年平稳。", "无事故。"]})
    write_once(plan_workbook(form), TemplateRequest(Agency("1", "甲县政府办"), 2024, "1", filling=contents), path)
    return path


def test_return__is_carried_over__by_the_ids_of_its_figures(forms: Path, tmp_path: Path) -> None:
    old, new = write(forms, tmp_path / "old.xlsx"), tmp_path / "new.xlsx"
    code, told, _ = run("forms", "migrate", old, "-o", new, "--forms", forms)
    assert code == 0
    lines = told.splitlines()
    assert lines[0] == f"已把 zfwz-annual-report 2017 的 47 个数填入 zfwz-annual-report 2025 的模板：{new}"
    assert lines[1:] == [
        "没有地方放的 1 个：",
        "  年度报表!D11 新开设数量：14",
        "zfwz-annual-report 2025 新增、要填的 1 个：",
        "  关闭数量",
    ]
    before, after = (answer("check", path, "--forms", forms)["submissions"][0] for path in (old, new))
    assert after["edition"] == "2025"
    assert after["agency"] == before["agency"]
    kept = before["values"].keys() & after["values"].keys()
    assert {cell: after["values"][cell] for cell in kept} == {cell: before["values"][cell] for cell in kept}
    assert after["states"]["report.answers"] == "not_applicable"
    book = openpyxl.load_workbook(new)
    assert "全年平稳。" in json.dumps(
        [[str(cell.value) for cell in row] for row in book["创新发展"]], ensure_ascii=False
    )


def test_word_that_the_new_edition_lacks__is_listed(forms: Path, tmp_path: Path) -> None:
    _, told, _ = run(
        "forms", "migrate", write(forms, tmp_path / "a.xlsx", 3), "-o", tmp_path / "b.xlsx", "--forms", forms
    )
    assert "  基本信息!B7 网站类型：专项网站" in told.splitlines()


def test_unknown_edition__and_existing_output__are_refused(forms: Path, tmp_path: Path) -> None:
    old = write(forms, tmp_path / "old.xlsx")
    words = ("forms", "migrate", old, "--forms", forms)
    assert run(*words, "--edition", "1999", "-o", tmp_path / "new.xlsx")[0] == 2
    before = old.read_bytes()
    assert run(*words, "-o", old)[0] == 2
    assert old.read_bytes() == before
