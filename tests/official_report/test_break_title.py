"""A title of several lines: broken where its sense allows it, never within a number, and of even length."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.official_report.test_publish import SAME, returned, run
from xltool.forms.report_style import load_report_style
from xltool.official_report.break_title import break_into_lines

STYLE = load_report_style()
MOST = STYLE.page.text_width / STYLE.title.size


@pytest.mark.parametrize(
    "lines",
    [
        ("张家湾镇人民政府2025年",),
        ("新疆维吾尔自治区伊犁哈萨克自治州", "察布查尔锡伯自治县人民政府2025年"),
        ("示例市住房和城乡建设局", "（示例市人民防空办公室）2025年"),
        (
            "新疆生产建设兵团第十二师头屯河农场",
            "街道办事处社会事务综合管理服务中心",
            "（综合行政执法大队）2025年",
        ),
    ],
)
def test_title__broken_behind_what_an_agency_is_called_by(lines: tuple[str, ...]) -> None:
    assert break_into_lines("".join(lines), MOST, STYLE.title_seams) == lines


@given(st.text("甲乙区局（）2025", max_size=70))
def test_any_title__nothing_lost_and_no_number_torn(text: str) -> None:
    lines = break_into_lines(text, MOST, STYLE.title_seams)
    assert "".join(lines) == text
    assert all(not (one[-1:].isascii() and other[:1].isascii()) for one, other in pairwise(lines))


@pytest.mark.office
def test_long_title__read_again_from_document_page_and_print(tmp_path: Path) -> None:
    name = "新疆维吾尔自治区伊犁哈萨克自治州察布查尔锡伯自治县人民政府"
    workbook = returned(tmp_path, agency=name)
    assert run("publish", workbook, "-o", tmp_path / "report.docx", "--pdf")[0] == 0
    assert run("publish", workbook, "-o", tmp_path / "report.html")[0] == 0
    for kind in ("docx", "html", "pdf"):
        assert run("compare", workbook, tmp_path / f"report.{kind}") == (0, SAME, "")
