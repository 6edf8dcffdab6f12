"""Whatever a return holds: published and read again, nothing differs, the agency and the year among it.

Texts are what makes reports hard to read back: lines like headings, like labels and figures of a table, like page
numbers, signs of mark-up, any sign at all. Thousands of examples: ``XLTOOL_EXAMPLES=5000 pytest`` this file.
"""

import os
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.filled import write_once
from xltool.commands.compare import read_side
from xltool.commands.run_context import build_run_context
from xltool.comparison.comparing import find_differences
from xltool.forms.load_definitions import DEFAULT_FORM
from xltool.forms.report_style import load_report_style
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.agency import Agency
from xltool.model.form import Cell, CellKind, Number
from xltool.official_report import compose, docx, html
from xltool.published.labels.text_stream import normalize_text
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest

EXAMPLES = int(os.environ.get("XLTOOL_EXAMPLES", "25"))
ABOUT = build_run_context()
FORMS = [form for form in ABOUT.forms if form.id == DEFAULT_FORM]  # regional forms: tests/forms/test_regional_forms.py
STYLE = load_report_style()
NAMES = (
    "云河市人民政府",
    "云河市发展和改革委员会（市粮食和物资储备局）",
    "（筹）新区管理委员会",
    "云河市公安局(交通警察支队)",
    "中共云河市委、市政府办公室",
    "𠮷林示范区2024专班",
    "2号园区管委会",
    "“一网通办”专班<试行>&分局",
    "政府信息公开工作年度报告编写组",
)
LINES = (
    "一、总体情况",
    "二、主动公开政府信息情况",
    "六、其他需要报告的事项",
    "（一）主要做法",
    "五、存在的主要问题及改进情况：无。",
    "本年新收政府信息公开申请数量 1 2 3 4 5 6 7",
    "（一）予以公开710000071（二）部分公开",
    "规章 0 1 2 行政许可 5",
    "| 信息内容 | 本年制发件数 | 3 |",
    "自然人\t商业企业\t科研机构",
    "四、结转下年度继续办理：12件。",
    "乙市财政局2020年政府信息公开工作年度报告",
    "统计期限为2019年1月1日至2019年12月31日。",
    "2024年度本单位收取信息处理费情况为：无",
    "1.加强领导；2.完善制度；3.12%",
    "— 3 —",
    "第3页",
    "12/31",
    "0",
    "/",
    "无",
    "<table><tr><td>1</td></tr></table>&nbsp;&lt;",
    "联系电话：010-12345678，网址：https://example.cn/a?b=1&c=2",
    "# 标题 **重点** ~~删~~ - 列表",
    "=SUM(A1)",
    "表情😀👍🏽生僻字𠮷𡈽",
    "全角　空格\u00a0零宽\u200b",
)
# A paragraph of nothing but quotation marks and signs of mark-up is not read back: no sign of it is in the stream.
ANY_SIGN = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn"), exclude_characters="{}\uff5b\uff5d"), min_size=1, max_size=60
).filter(normalize_text)


class Filled(NamedTuple):
    """A return as somebody fills it in; ``edition`` is the place of its edition among `FORMS`."""

    edition: int
    year: int
    agency: str
    figures: Mapping[str, Number | str]
    texts: Mapping[str, list[str]]


def figures_of(cell: Cell) -> st.SearchStrategy[Number | str | None]:
    if cell.kind is CellKind.AMOUNT:
        return st.none() | st.decimals(0, 10**9, places=min(cell.decimals, 4)).map(lambda value: value + Decimal(0))
    if cell.kind is CellKind.SIGNED_COUNT:
        return st.none() | st.integers(-999, 999)
    return st.one_of(st.none(), st.just("/"), st.integers(0, 9), st.integers(0, 9), st.integers(0, 10**9))


@st.composite
def returns(draw: st.DrawFn) -> Filled:
    edition = draw(st.integers(0, len(FORMS) - 1))
    form = FORMS[edition]
    said = {cell.id for table in form.tables if table.sentence for cell in table.cells}  # all or none, or no sentence
    figures = {cell.id: draw(figures_of(cell)) for cell in form.inputs if cell.id not in said}
    if draw(st.booleans()):
        figures |= {cell: draw(st.integers(0, 10**6)) for cell in said}
    paragraphs = st.one_of(
        st.sampled_from(LINES), ANY_SIGN, st.lists(st.sampled_from(LINES), min_size=2, max_size=4).map("".join)
    )
    return Filled(
        edition,
        draw(st.integers(form.first_year, form.last_year or 2030)),
        draw(st.sampled_from(NAMES)),
        {cell: value for cell, value in figures.items() if value is not None},
        {section.id: draw(st.lists(paragraphs, max_size=5)) for section in form.sections if section.paragraphs},
    )


@settings(
    max_examples=EXAMPLES,
    derandomize="XLTOOL_EXAMPLES" not in os.environ,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(returns())
def test_any_return__published_and_read_again__nothing_differs(filled: Filled) -> None:
    form = FORMS[filled.edition]
    with TemporaryDirectory() as folder:
        workbook = Path(folder) / "return.xlsx"
        issue = TemplateRequest(
            Agency("1", filled.agency), filled.year, "1", filling=FilledContents(filled.figures, filled.texts)
        )
        write_once(plan_workbook(form), issue, workbook)
        handed_in = read_side(workbook, ABOUT)
        report = compose.compose_report(form, handed_in.submission, STYLE)
        for file in published(report, Path(folder)):
            found = read_side(file, ABOUT)
            differences = find_differences(handed_in, found)
            assert differences.is_same, (file.suffix, differences.subjects, differences.figures, differences.texts)
            assert (found.submission.agency_name, found.submission.year) == (filled.agency, filled.year)


def published(report: compose.OfficialReport, folder: Path) -> Iterator[Path]:
    contents = {
        ".docx": docx.render_docx(report, STYLE),
        ".html": html.render_html(report, STYLE).encode("utf-8"),
    }
    for ending, content in contents.items():
        file = folder / f"report{ending}"
        file.write_bytes(content)
        yield file
