"""The form of the Chinese manual docs/zh/forms.md, as somebody copies it, through the chain."""

import re
from pathlib import Path

import openpyxl
import pytest

from tests.official_report.test_publish import answer, run
from xltool.cli.options import FORMS_VARIABLE

MANUAL = Path(__file__).resolve().parents[2] / "docs" / "zh" / "forms.md"


def test_form_of_the_manual__checked__filled__summed_and_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tmp_path / "forms" / "window-report" / "2025"
    made.mkdir(parents=True)
    blocks = re.findall(
        r"^## (\w+\.toml)：.*?^```toml\n(.*?)^```$", MANUAL.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert [name for name, _ in blocks] == ["form.toml", "tables.toml", "relations.toml"]
    for name, text in blocks:
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
