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

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.filled import write_once
from tests.judges import office_missing
from xltool.commands.compare import read_side
from xltool.commands.run_context import build_run_context
from xltool.comparison.comparing import find_differences
from xltool.forms.report_style import load_report_style
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.agency import Agency
from xltool.model.form import Cell, CellKind, Form, Number
from xltool.model.period import Period, PeriodLength
from xltool.official_report import compose, docx, html, pdf
from xltool.published.labels.text_stream import normalize_text
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest

EXAMPLES = int(os.environ.get("XLTOOL_EXAMPLES", "25"))
OTHER_FORMS = Path(__file__).parents[1] / "data" / "forms"
ABOUT = build_run_context(forms=[OTHER_FORMS])
FORMS = list(ABOUT.forms)
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
WORDS = ("云河市人民政府网", "https://www.example.cn/", "浙ICP备05000001号-1", "3311260001", "无", "12", "罚款、没收")
# A paragraph of nothing but quotation marks and signs of mark-up is not read back: no sign of it is in the stream.
ANY_SIGN = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn"), exclude_characters="{}\uff5b\uff5d"), min_size=1, max_size=60
).filter(normalize_text)


PARTS = {PeriodLength.YEAR: 1, PeriodLength.HALF: 2, PeriodLength.QUARTER: 4, PeriodLength.MONTH: 12}


class Filled(NamedTuple):
    """A return as somebody fills it in; ``edition`` is the place of its edition among `FORMS`."""

    edition: int
    year: int
    agency: str
    figures: Mapping[str, Number | str]
    texts: Mapping[str, list[str]]


def figures_of(cell: Cell) -> st.SearchStrategy[Number | str | None]:
    if cell.choices:
        return st.none() | st.just("/") | st.integers(1, len(cell.choices))
    if cell.kind is CellKind.DATE:
        return st.none() | st.just("/") | st.integers(30000, 50000)
    if cell.kind is CellKind.TEXT:
        return st.none() | st.just("/") | st.sampled_from([word for word in WORDS if len(word) <= cell.length])
    if cell.kind in {CellKind.PERCENT, CellKind.DECIMAL}:
        return (
            st.none() | st.just("/") | st.decimals(0, 100, places=cell.decimals).map(lambda value: value + Decimal(0))
        )
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
    year = draw(st.integers(form.first_year, form.last_year or 2030))
    parts = PARTS[form.period]
    return Filled(
        edition,
        Period(year * parts + draw(st.integers(0, parts - 1)), form.period) if parts > 1 else year,
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


def fill(form: Form, kind: str) -> Filled:
    """A return of a form that is blank, not applicable throughout, or full of figures of one to six digits."""
    figures: dict[str, Number | str] = {}
    said = {cell.id for table in form.tables if table.sentence for cell in table.cells}  # in a sentence, never as "/"
    for number, cell in enumerate(form.inputs):
        if kind == "full" and cell.is_worded:
            figures[cell.id] = 1 if cell.choices else 45000 if cell.kind is CellKind.DATE else WORDS[number % 3]
        elif kind == "full":
            figures[cell.id] = (0, 7, 12, 94929, 100, 123456)[number % 6] if not cell.is_exact else Decimal("96.5")
        elif kind == "not applicable" and cell.id not in said:
            figures[cell.id] = "/"
    year, parts = form.last_year or 2024, PARTS[form.period]
    period = Period(year * parts, form.period) if parts > 1 else year
    return Filled(FORMS.index(form), period, "云河市人民政府", figures, {})


@pytest.mark.parametrize("kind", ["full", "blank", "not applicable"])
@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.id}-{form.edition}")
def test_every_form__published_and_read_again__nothing_differs(form: Form, kind: str, tmp_path: Path) -> None:
    filled = fill(form, kind)
    workbook = tmp_path / "return.xlsx"
    issue = TemplateRequest(Agency("1", filled.agency), filled.year, "1", filling=FilledContents(filled.figures))
    write_once(plan_workbook(form), issue, workbook)
    handed_in = read_side(workbook, ABOUT)
    for file in published(compose.compose_report(form, handed_in.submission, STYLE), tmp_path):
        found = read_side(file, ABOUT)
        assert find_differences(handed_in, found).is_same
        assert (found.submission.agency_name, found.submission.year) == (filled.agency, filled.year)
        states = {
            cell: entry.state for cell, entry in handed_in.submission.entries.items() if not form.cells[cell].computed
        }
        assert {cell: found.submission.entries[cell].state for cell in states} == states


@pytest.mark.office
@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.id}-{form.edition}")
def test_every_form__printed_as_pdf_and_read_again__nothing_differs(form: Form, tmp_path: Path) -> None:
    if missing := office_missing():
        pytest.skip(missing)
    filled = fill(form, "full")
    workbook, printed = tmp_path / "return.xlsx", tmp_path / "report.pdf"
    issue = TemplateRequest(Agency("1", filled.agency), filled.year, "1", filling=FilledContents(filled.figures))
    write_once(plan_workbook(form), issue, workbook)
    handed_in = read_side(workbook, ABOUT)
    report = compose.compose_report(form, handed_in.submission, STYLE)
    printed.write_bytes(pdf.convert_to_pdf(docx.render_docx(report, STYLE), STYLE))
    found = read_side(printed, ABOUT)
    assert find_differences(handed_in, found).is_same
    assert (found.submission.agency_name, found.submission.year) == (filled.agency, filled.year)
