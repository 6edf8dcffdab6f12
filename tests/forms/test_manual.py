"""The form of the Chinese manual docs/zh/forms.md, as somebody copies it, through the chain."""

import importlib.util
import re
import shutil
import tomllib
from pathlib import Path

import openpyxl
import pytest

from tests.official_report.test_publish import answer, run
from xltool.cli.options import FORMS_VARIABLE
from xltool.forms import schema

ROOT = Path(__file__).resolve().parents[2]
MANUAL = ROOT / "docs" / "zh" / "forms.md"
FORM = re.findall(r"^## (\w+\.toml)：.*?^```toml\n(.*?)^```$", MANUAL.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def test_form_of_the_manual__checked__filled__summed_and_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tmp_path / "forms" / "window-report" / "2025"
    made.mkdir(parents=True)
    assert [name for name, _ in FORM] == ["form.toml", "tables.toml", "relations.toml"]
    for name, text in FORM:
        (made / name).write_text(text, "utf-8")
    assert run("forms", "check", tmp_path / "forms")[0] == 0
    monkeypatch.setenv(FORMS_VARIABLE, str(tmp_path / "forms"))
    roster = tmp_path / "roster.csv"
    roster.write_text("单位代码,单位名称\n1,甲局\n2,乙局\n", "utf-8")
    words = ("--period", "2025-01", "--form", "window-report", "--roster", roster)
    assert run("template", *words, "-o", tmp_path / "issued")[0] == 0
    (tmp_path / "returns").mkdir()
    for number, template in enumerate(sorted((tmp_path / "issued").glob("[12] *.xlsx")), start=1):
        book = openpyxl.load_workbook(template)
        typed = (("C5", 10 * number), ("D5", 10 * number), ("C6", 4), ("D6", 4), ("C8", "综合窗口"), ("C9", "是"))
        for address, figure in typed:
            book["窗口"][address] = figure
        book.save(tmp_path / "returns" / template.name)
    merged = answer("merge", tmp_path / "returns", "--roster", roster, "-o", tmp_path / "s.xlsx")
    assert (merged["complete"], merged["findings"]) == (True, [])
    assert merged["totals"]["window.rate.current"] == "26.67"  # 8 of 30, not the sum or mean of 40 % and 20 %
    assert merged["totals"]["window.type.current"] == {"综合窗口": 2, "专门窗口": 0}
    returned = next((tmp_path / "returns").glob("1 *.xlsx"))
    assert run("publish", returned, "-o", tmp_path / "report.docx")[0] == 0
    assert answer("compare", returned, tmp_path / "report.docx")["same"] is True


def test_commands_of_the_manual__run_as_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("名册.csv").write_text("单位代码,单位名称\n1,甲局\n2,乙局\n", "utf-8")
    (start,) = re.findall(r"^## 先照一种报表开始$(.*?)^## ", MANUAL.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    commands = [line.split() for line in start.splitlines() if line.startswith("xltool ")]  # others have their own form
    assert len(commands) >= 5
    for _, *words in commands:
        if words[:2] == ["forms", "check"]:  # the manual says: rename the folder, and change the three files
            shutil.rmtree("我的报表")
            made = Path("我的报表") / "window-report" / "2025"
            made.mkdir(parents=True)
            for name, text in FORM:
                (made / name).write_text(text, "utf-8")
        assert run(*words)[0] == 0, words
    assert len(list(Path("模板").glob("[12] *.xlsx"))) == 2
    assert "window.handled.current" in Path("表样.html").read_text("utf-8")


def test_page_of_all_keys__is_made_from_the_schema() -> None:
    spec = importlib.util.spec_from_file_location("make_form_keys", ROOT / "docs" / "make_form_keys.py")
    assert spec
    assert spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert script.PAGE.read_text("utf-8") == script.make_page(), "run python docs/make_form_keys.py"
    named = set(tomllib.loads(script.WORDS.read_text("utf-8"))["keys"])
    whole = {"TablesSpec", "RelationsSpec", "StandardsSpec"}  # the files themselves: a list each
    assert {name for name in dir(schema) if name.endswith("Spec")} == named | whole


def test_manual__travels_in_the_wheel() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert {"docs/zh/forms.md", "docs/zh/form-keys.md"} <= included.keys()
    assert all((ROOT / path).exists() for path in included)
