"""From a return to the published report and back, through real files, as whoever publishes runs it."""

import json
import re
import shutil
import subprocess
import sys
import time
import tomllib
import zipfile
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import lxml.html
import msgspec
import pytest
from click.testing import CliRunner

from tests.filled import write_once
from tests.judges import audit
from tests.pages.test_overview_page import chromium
from xltool.cli.main import main
from xltool.forms.load_definitions import find_form_for_year, load_forms
from xltool.forms.placeholders import list_placeholders
from xltool.forms.report_style import load_report_style
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.agency import Agency
from xltool.model.form import Form, Number
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
EVERY = sorted(path.stem for path in (SAMPLES / "reports").glob("*.json"))
NEW = "requests.received.natural_person"
SAME = "比较了 203 个数和各部分文字，没有不同。\n"


def run(*words: object) -> tuple[int, str, str]:
    """Exit code, output and error stream of one command; an exception would be a traceback, and fails."""
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def answer(*words: object) -> Any:
    return json.loads(run(*words, "--json")[1])


def returned(
    folder: Path,
    sample: str = "zhangjiawan-2025",
    *,
    name: str = "return.xlsx",
    changed: Mapping[str, Number | str] | None = None,
    texts: Mapping[str, Sequence[str]] | None = None,
    agency: str = "",
    code: str = "1",
) -> Path:
    """A workbook filled with the figures and texts of a published report."""
    found = json.loads((SAMPLES / "reports" / f"{sample}.json").read_text("utf-8"))
    figures = {cell: Decimal(held) if isinstance(held, str) else held for cell, held in found["figures"].items()}
    form = find_form_for_year(load_forms(), found["year"])
    filling = FilledContents({**figures, **(changed or {})}, {**found.get("texts", {}), **(texts or {})})
    path = folder / name
    name_of_it = agency or found["agency"].partition("（")[0]  # what stands in brackets there is a remark of the sample
    write_once(
        plan_workbook(form), TemplateRequest(Agency(code, name_of_it), found["year"], code, filling=filling), path
    )
    return path


def printed_text(pdf: Path) -> str:
    """What stands on the pages of a PDF, as poppler reads it; a form feed ends each page."""
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext (poppler-utils) is not installed")
    return subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True).stdout


# --- there and back ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["docx", "html"])
@pytest.mark.parametrize("sample", EVERY)
def test_every_sample__published_and_read_again__nothing_differs(sample: str, kind: str, tmp_path: Path) -> None:
    workbook, report = returned(tmp_path, sample), tmp_path / f"report.{kind}"
    assert run("publish", workbook, "-o", report, "--include-flawed")[2] == ""
    assert run("compare", workbook, report) == (0, SAME, "")


@pytest.mark.parametrize("kind", ["docx", "html"])
@pytest.mark.parametrize("form", load_forms(), ids=lambda form: form.edition)
def test_every_edition__published_and_read_again__nothing_differs(form: Form, kind: str, tmp_path: Path) -> None:
    figures = {cell.id: number * 7 % 50 for number, cell in enumerate(form.inputs)}
    texts = {section.id: ["（一）主要做法", "说明。"] for section in form.sections if section.paragraphs}
    workbook, report = tmp_path / "return.xlsx", tmp_path / f"report.{kind}"
    issue = TemplateRequest(Agency("1", "示例乡人民政府"), form.first_year, "1", filling=FilledContents(figures, texts))
    write_once(plan_workbook(form), issue, workbook)
    assert run("publish", workbook, "-o", report, "--include-flawed")[0] == 0
    code, out, _ = run("compare", workbook, report)
    assert (code, out) == (0, f"比较了 {len(form.cells)} 个数和各部分文字，没有不同。\n")


@pytest.mark.office
def test_pdf__printed_by_libreoffice_and_read_again__nothing_differs(tmp_path: Path) -> None:
    workbook = returned(tmp_path)
    code, out, _ = run("publish", workbook, "-o", tmp_path / "report.docx", "--pdf")
    assert (code, out) == (0, f"{workbook} 的报告：{tmp_path / 'report.docx'}、{tmp_path / 'report.pdf'}\n")
    assert run("compare", workbook, tmp_path / "report.pdf") == (0, SAME, "")


@pytest.mark.office
def test_pdf__the_large_table__stands_whole_on_one_page(tmp_path: Path) -> None:
    run("publish", returned(tmp_path), "-o", tmp_path / "report.docx", "--pdf")
    pages = ["".join(page.split()) for page in printed_text(tmp_path / "report.pdf").split("\f")]
    whole = [page for page in pages if "三、收到和处理政府信息公开申请情况" in page]
    assert len(whole) == 1
    assert "四、结转下年度继续办理" in whole[0]
    assert "—4—" in whole[0]


def test_area__published_from_its_consolidated_workbook__nothing_differs(tmp_path: Path) -> None:
    folder = tmp_path / "returns"
    folder.mkdir()
    for number, agency in enumerate(("甲镇人民政府", "乙镇人民政府")):
        returned(folder, name=f"{number}.xlsx", agency=agency)
    roster = tmp_path / "roster.csv"
    roster.write_text("代码,名称\n1,甲镇人民政府\n2,乙镇人民政府\n", "utf-8")
    summary, report = tmp_path / "summary.xlsx", tmp_path / "report.html"
    run("merge", folder, "-o", summary, "--area", "示例县人民政府", "--include-flawed")
    assert run("publish", summary, "-o", report)[0::2] == (1, "")  # its sections have no text of their own
    words = returned(tmp_path, name="words.xlsx")
    code, _, err = run("publish", summary, "--texts", words, "-o", report, "--force")
    assert (code, err) == (0, "")
    found = answer("compare", summary, report)
    assert found["figures"] == found["about"] == []
    assert "示例县人民政府2025年政府信息公开工作年度报告" in lxml.html.parse(str(report)).findtext(".//title")


def test_area__agencies_lacking__refused_by_name(tmp_path: Path) -> None:
    folder, roster = tmp_path / "returns", tmp_path / "roster.csv"
    folder.mkdir()
    returned(folder, agency="甲镇人民政府")
    roster.write_text("代码,名称\n1,甲镇人民政府\n2,乙镇人民政府\n", "utf-8")
    run("merge", folder, "--roster", roster, "-o", tmp_path / "summary.xlsx")
    code, _, err = run("publish", tmp_path / "summary.xlsx", "-o", tmp_path / "report.html")
    assert code == 2
    assert "还缺 1 个单位的数据（乙镇人民政府），各项合计不完整，没有生成报告。" in err
    assert run("publish", tmp_path / "summary.xlsx", "-o", tmp_path / "report.html", "--include-flawed")[0] == 1


# --- the document and the page -------------------------------------------------------------------------------------


def test_document__a_validator_finds_no_fault_in_it(tmp_path: Path) -> None:
    run("publish", returned(tmp_path), "-o", tmp_path / "report.docx")
    assert audit(tmp_path / "report.docx") == []


def test_document__page_and_type_are_those_of_the_standard(tmp_path: Path) -> None:
    run("publish", returned(tmp_path), "-o", tmp_path / "report.docx")
    with zipfile.ZipFile(tmp_path / "report.docx") as package:
        body, styles = (package.read(f"word/{part}.xml").decode() for part in ("document", "styles"))
    assert '<w:pgSz w:w="11906" w:h="16838"/>' in body
    assert re.search(r'<w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1587"', body)
    for font in ("方正小标宋简体", "黑体", "楷体_GB2312", "仿宋_GB2312"):
        assert f'w:eastAsia="{font}"' in styles
    assert 'w:line="560" w:lineRule="exact"' in styles
    assert styles.count('<w:overflowPunct w:val="1"/>') == 5  # else LibreOffice 7 loses signs that end a line
    assert body.count("<w:tbl>") == 3
    (upright,) = re.findall(
        r'w:vMerge w:val="restart"/><w:textDirection w:val="tbRlV"/>.*?<w:t [^>]*>(.*?)</w:t>', body
    )
    assert upright == "三、本年度办理结果"


@pytest.mark.office
def test_pdf__justified_text__no_sign_is_lost_where_a_line_ends(tmp_path: Path) -> None:
    said = "".join("这样的话说" * (number % 9 + 1) + "，" for number in range(120)) + "完。"
    workbook = returned(tmp_path, texts={"overview": [said]})
    run("publish", workbook, "-o", tmp_path / "report.docx", "--pdf")
    assert run("compare", workbook, tmp_path / "report.pdf") == (0, SAME, "")
    told = re.sub(r"—\d+—", "", "".join(printed_text(tmp_path / "report.pdf").split()))
    assert said in told


@pytest.mark.office
def test_pdf__long_figures__type_is_smaller_and_no_figure_is_broken(tmp_path: Path) -> None:
    long: dict[str, Number | str] = {
        "disputes.review.upheld": 123456,
        NEW: 654321,
        "disclosure.administrative_fees.amount": Decimal("1234567.890123"),
    }
    workbook = returned(tmp_path, changed=long)
    run("publish", workbook, "-o", tmp_path / "report.docx", "--pdf", "--include-flawed")
    lines = printed_text(tmp_path / "report.pdf").split()
    assert {"123456", "654321", "1234567.890123"} <= set(lines)


def test_page__every_heading_cell_says_what_it_heads_and_nothing_comes_from_elsewhere(tmp_path: Path) -> None:
    run("publish", returned(tmp_path), "-o", tmp_path / "report.html")
    source = (tmp_path / "report.html").read_text("utf-8")
    page = lxml.html.fromstring(source)
    assert page.get("lang") == "zh-CN"
    assert [each.text for each in page.iter("caption")] == [
        "主动公开政府信息情况",
        "收到和处理政府信息公开申请情况",
        "政府信息公开行政复议、行政诉讼情况",
    ]
    assert {head.get("scope") for head in page.iter("th")} == {"row", "col", "rowgroup", "colgroup"}
    assert len(list(page.iter("td"))) == 200
    assert [len(head.findall("tr")) for head in page.iter("thead")] == [2, 3, 3]
    assert not re.search(r"<script|<link|<img|src=|href=|url\(", source)


def test_page__an_editor_takes_the_inline_styles_away__borders_and_sides_are_left(tmp_path: Path) -> None:
    run("publish", returned(tmp_path), "-o", tmp_path / "report.html")
    page = lxml.html.parse(str(tmp_path / "report.html")).getroot()
    assert [table.get("border") for table in page.iter("table")] == ["1", "1", "1"]
    assert {figure.get("align") for figure in page.iter("td")} == {"right"}


@pytest.mark.browser
def test_page__printed_by_a_browser__each_table_stands_on_one_page_below_its_heading(tmp_path: Path) -> None:
    run("publish", returned(tmp_path), "-o", tmp_path / "report.html")
    chromium(
        f"--print-to-pdf={tmp_path / 'report.pdf'}",
        "--no-pdf-header-footer",
        (tmp_path / "report.html").as_uri(),
        folder=tmp_path,
    )
    pages = ["".join(page.split()) for page in printed_text(tmp_path / "report.pdf").split("\f")]
    ends = {
        "三、收到和处理政府信息公开申请情况": "四、结转下年度继续办理",
        "二、主动公开政府信息情况": "行政事业性收费",
    }
    for heading, last in ends.items():
        (page,) = (page for page in pages if heading in page)
        assert last in page


def test_page__what_is_written_in_a_return__stays_text(tmp_path: Path) -> None:
    workbook = returned(tmp_path, texts={"overview": ["<script>alert(1)</script>&amp;"]})
    for kind in ("html", "docx"):
        run("publish", workbook, "-o", tmp_path / f"report.{kind}")
        assert run("compare", workbook, tmp_path / f"report.{kind}") == (0, SAME, "")
    assert "<script" not in (tmp_path / "report.html").read_text("utf-8")


# --- figures in texts ----------------------------------------------------------------------------------------------


def test_placeholders__filled_from_the_tables(tmp_path: Path) -> None:
    text = "{year}年收办{收办}件（新收{requests.received.total}件），自然人{handled.natural_person}件，"
    text += "｛不予公开｝件，{{}}，｛｛｝｝。"
    workbook = returned(tmp_path, texts={"overview": [text]})
    assert run("publish", workbook, "-o", tmp_path / "report.html")[0] == 0
    page = lxml.html.parse(str(tmp_path / "report.html")).getroot().text_content()
    assert "2025年收办110件（新收97件），自然人101件，7件，{}，｛｝。" in page
    assert run("compare", workbook, tmp_path / "report.html") == (0, SAME, "")


def test_placeholders__by_their_place_in_the_workbook__as_a_clerk_sees_it(tmp_path: Path) -> None:
    text = "新收{表三!J7}件，结转｛表三！j8｝件，合计{$表三!$J$7 + 表三!J8}件，收费{'六 其他事项'!B4}件。".replace(
        "{$", "{"
    )
    workbook = returned(tmp_path, texts={"overview": [text]})
    assert run("publish", workbook, "-o", tmp_path / "report.html")[0] == 0
    page = lxml.html.parse(str(tmp_path / "report.html")).getroot().text_content()
    assert "新收97件，结转13件，合计110件，收费0件。" in page
    assert run("compare", workbook, tmp_path / "report.html") == (0, SAME, "")


@pytest.mark.parametrize("form", load_forms(), ids=lambda form: form.edition)
def test_placeholders__told_in_the_template__are_filled(form: Form, tmp_path: Path) -> None:
    told = [text for section in form.sections for text in section.guidance if "{" in text]
    texts = {"overview": told}
    workbook = tmp_path / "return.xlsx"
    figures: dict[str, Number | str] = {cell.id: 1 for cell in form.inputs}
    issue = TemplateRequest(Agency("1", "示例乡人民政府"), form.first_year, "1", filling=FilledContents(figures, texts))
    write_once(plan_workbook(form), issue, workbook)
    assert run("publish", workbook, "-o", tmp_path / "report.html", "--include-flawed")[2] == ""
    (said,) = re.findall("公布时按表填上：(.*?)。", (tmp_path / "report.html").read_text("utf-8"))
    assert len(re.findall(r"\d+", said)) == len(list(list_placeholders(*told)))
    own_names = {name for group in form.groups for name in group.names if not name.isascii() and "·" not in name}
    assert own_names < set(list_placeholders(*told))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("表三!A7", "里有不认识的占位符“表三!A7”。"),
        ("表九!J7", "里有不认识的占位符“表九!J7”。"),
        ("表三!J7:J9", "里有不认识的占位符“表三!J7:J9”。"),
        ("requests.recieved.total", "里有不认识的占位符“requests.recieved.total”。"),
        ("__import__('os')", "里有不认识的占位符“__import__('os')”。"),
        ("", "里有不认识的占位符“”。"),
        ("12", "里有不认识的占位符“12”。"),
    ],
)
def test_placeholder__unknown__named_and_nothing_written(name: str, said: str, tmp_path: Path) -> None:
    workbook = returned(tmp_path, texts={"problems": [f"共{{{name}}}件。"]})
    code, _, err = run("publish", workbook, "-o", tmp_path / "report.docx")
    assert code == 2
    assert f"“{workbook}”的“五、存在的主要问题及改进情况”{said}" in err
    assert not (tmp_path / "report.docx").exists()


def test_placeholder__of_a_blank_figure__named(tmp_path: Path) -> None:
    workbook = returned(tmp_path, "meizi-2024", texts={"overview": ["复议{disputes.review.total}件。"]})
    code, _, err = run("publish", workbook, "-o", tmp_path / "report.html", "--include-flawed")
    assert (code, "要用“disputes.review.total”的数，但表里没有填。" in err) == (2, True)


def test_draft__says_what_the_tables_say_and_writes_nothing(tmp_path: Path) -> None:
    workbook = returned(tmp_path)
    code, out, _ = run("publish", workbook, "--draft")
    assert code == 0
    assert out.startswith(
        f"{workbook} “一、总体情况”可用的段落：\n依申请公开情况：2025年，新收政府信息公开申请97件，上年结转13件，"
    )
    assert "不予公开7件、无法提供23件、不予处理1件、其他处理30件；结转下年度继续办理5件。" in out
    pattern = out.splitlines()[-1]
    assert "新收政府信息公开申请{requests.received.total}件" in pattern
    assert run("publish", returned(tmp_path, name="2.xlsx", texts={"overview": [pattern]}), "--draft")[0] == 0
    (tmp_path / "2.xlsx").unlink()
    assert list(tmp_path.iterdir()) == [workbook]


def test_fee_sentence__not_written__is_said_from_the_figures(tmp_path: Path) -> None:
    fees: dict[str, Number | str] = {
        "processing_fees.notices": 2,
        "processing_fees.billed": Decimal("200.5"),
        "processing_fees.collected": 100,
    }
    workbook = returned(tmp_path, changed=fees, texts={"other": ["无其他需要报告的事项。"]})
    run("publish", workbook, "-o", tmp_path / "report.html")
    page = lxml.html.parse(str(tmp_path / "report.html")).getroot().text_content()
    assert (
        "2025年度本单位收取信息处理费情况为：发出收费通知的件数为2件，总金额为200.5元，实际收取的总金额为100元。"
        in page
    )
    assert run("compare", workbook, tmp_path / "report.html") == (0, SAME, "")


def test_fee_sentence__written_with_other_figures__refused(tmp_path: Path) -> None:
    workbook = returned(tmp_path, changed={"processing_fees.notices": 2})
    code, _, err = run("publish", workbook, "-o", tmp_path / "r.html", "--include-flawed")
    assert (code, "的文字与填报的数不一致" in err) == (2, True)


# --- what is refused -----------------------------------------------------------------------------------------------


def test_publish__something_must_be_fixed__refused_with_the_first_reason(tmp_path: Path) -> None:
    workbook = returned(tmp_path, changed={"requests.carried_out.natural_person": 5})
    code, _, err = run("publish", workbook, "-o", tmp_path / "report.docx")
    assert code == 2
    assert err.startswith(f"“{workbook}”有 1 个必须改正的问题，没有生成报告。第一个：表三“自然人”：")
    assert not (tmp_path / "report.docx").exists()


def test_publish__several__into_a_folder_by_their_titles(tmp_path: Path) -> None:
    first = returned(tmp_path)
    second = returned(tmp_path, name="second.xlsx", agency="示例二镇人民政府")
    out = tmp_path / "out"
    assert run("publish", first, second, "-o", out, "--as", "html")[0] == 0
    title = "2025年政府信息公开工作年度报告.html"
    assert sorted(path.name for path in out.iterdir()) == [f"张家湾镇人民政府{title}", f"示例二镇人民政府{title}"]
    assert run("publish", first, second, "-o", out, "--as", "html")[0] == 2
    assert "不能写进同一个文件" in run("publish", first, second, "-o", tmp_path / "one.docx")[2]
    assert "不能输出成" in run("publish", first, "-o", tmp_path / "report.txt")[2]
    assert "没有指定输出的文件" in run("publish", first)[2]


def test_publish__several_or_a_folder__the_flawed_ones_are_left_out_and_told(tmp_path: Path) -> None:
    folder, out = tmp_path / "收到", tmp_path / "out"
    folder.mkdir()
    returned(folder, name="1.xlsx")
    flawed = returned(folder, name="2.xlsx", agency="示例二镇", changed={"requests.carried_out.natural_person": 5})
    (folder / "3.txt").write_text("x", "utf-8")
    code, words, err = run("publish", folder, "-o", out, "--as", "html")
    assert (code, err) == (1, "")
    assert [path.name for path in out.iterdir()] == ["张家湾镇人民政府2025年政府信息公开工作年度报告.html"]
    assert f"没有公布：“{flawed}”有 1 个必须改正的问题，没有生成报告。" in words
    assert words.endswith("共写出 1 份，没有公布 2 份。\n")


def test_publish__section_without_text__told(tmp_path: Path) -> None:
    code, out, _ = run("publish", returned(tmp_path, "suqian-2024"), "-o", tmp_path / "report.html", "--include-flawed")
    assert code == 1
    assert "  这些部分没有文字：一、总体情况、五、存在的主要问题及改进情况、六、其他需要报告的事项。" in out


def test_document__made_again_at_another_time__same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workbook = returned(tmp_path)
    run("publish", workbook, "-o", tmp_path / "one.docx")
    now = time.localtime(time.time() + 90_000)
    monkeypatch.setattr(time, "localtime", lambda *_: now)
    monkeypatch.setattr(time, "time", lambda: time.mktime(now))
    run("publish", workbook, "-o", tmp_path / "other.docx")
    assert (tmp_path / "one.docx").read_bytes() == (tmp_path / "other.docx").read_bytes()


def test_publish__python_docx__is_installed_with_xltool__and_a_page_does_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tomllib.loads((SAMPLES.parent / "pyproject.toml").read_text("utf-8"))["project"]
    assert "python-docx" in {re.split(r"[<>=~!\[; ]", item)[0] for item in project["dependencies"]}
    monkeypatch.setitem(sys.modules, "docx", None)
    workbook = returned(tmp_path)
    assert run("publish", workbook, "-o", tmp_path / "report.html")[0] == 0
    code, _, err = run("publish", workbook, "-o", tmp_path / "report.docx")
    assert (code, err.count("\n"), (tmp_path / "report.docx").exists()) == (2, 1, False)


def test_pdf__without_libreoffice__says_so_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    code, _, err = run("publish", returned(tmp_path), "-o", tmp_path / "report.docx", "--pdf")
    assert (code, "生成 PDF 需要 LibreOffice" in err) == (2, True)
    assert not (tmp_path / "report.docx").exists()


# --- style ---------------------------------------------------------------------------------------------------------


def test_style__fonts_headings_and_words__changed_without_python(tmp_path: Path) -> None:
    style = tmp_path / "style.toml"
    style.write_text(
        '[body]\nfonts = ["宋体"]\n[headings]\nother = "六、其他事项"\n[sentences]\nprocessing_fees = ""\n'
        '[words]\nreport_title = "{agency}政府信息公开工作年度报告（{year}年）"\n[table]\nfigures = "center"\n',
        "utf-8",
    )
    workbook = returned(tmp_path, texts={"other": ["无。"]})
    assert run("publish", workbook, "-o", tmp_path / "report.html", "--style", style)[0] == 0
    page = lxml.html.parse(str(tmp_path / "report.html")).getroot()
    assert page.findtext(".//title") == "张家湾镇人民政府政府信息公开工作年度报告（2025年）"
    assert [head.text for head in page.iter("h2")][-1] == "六、其他事项"
    assert "收取信息处理费" not in page.text_content()
    assert all("'宋体'" in str(each.get("style")) for each in page.iter("p"))
    assert all("text-align:center" in str(each.get("style")) for each in page.iter("td"))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("[body]\nfont = 'x'\n", "里有不认识的键“body.font”。"),
        ("colour = 'red'\n", "里有不认识的键“colour”。"),
        ("[headings]\noverveiw = 'x'\n", "的“headings.overveiw”在报表里没有。可以写的是：disclosure、"),
        ("[sentences]\noverview = 'x'\n", "的“sentences.overview”在报表里没有。可以写的是：processing_fees。"),
        ("[page]\ntop = 400\n", "的“page.top”超出范围（界限是 120）。"),
        ("[page]\nleft = 110\nright = 110\n", "的页边距太宽（page.left + page.right），版心不足 80 毫米。"),
        ("[title]\nsize = 1\n", "的“title.size”超出范围（界限是 4）。"),
        ("line_pitch = '30'\n", "的“line_pitch”要写数字，不加引号。"),
        ("[body]\nfonts = '仿宋'\n", "的“body.fonts”要写成方括号里的一项或几项。"),
        ("[body]\nfonts = []\n", "的“body.fonts”要写成方括号里的一项或几项。"),
        ("[footer]\ntext = 1\n", '的“footer.text”要写成加引号的文字。例如 text = "— {page} —"。'),
        ("title = 'x'\n", "的“title”下面有几项，要分开写。"),
        ("[table]\nfigures = '中'\n", '的“table.figures”不能是这个值。请写 "left"、"center" 或 "right"。'),
        ("[table]\nsmallest = 12\n", "的“table.smallest”大于 table.size（10.5）。"),
        ("[words]\nreport_title = '{单位}年报'\n", "的“words.report_title”里有不认识的“{单位}”。标题里可以写 {agency}"),
        ("[words]\nopening = '共{几}件。'\n", "里有不认识的占位符“几”。"),
        ("subheading_pattern = '('\n", "的“subheading_pattern”不是正确的正则表达式："),
        ("[body\n", "不是正确的 TOML：Expected ']' at the end of a table declaration (at line 1, column 6)。"),
    ],
)
def test_style__wrong__one_clear_line(written: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "style.toml").write_text(written, "utf-8")
    workbook = returned(tmp_path)
    code, _, err = run("publish", workbook, "-o", tmp_path / "r.docx", "--style", tmp_path / "style.toml")
    assert (code, said in err, err.count("\n")) == (2, True, 1), err
    assert not (tmp_path / "r.docx").exists()


def test_style__not_there_or_not_text__said(tmp_path: Path) -> None:
    workbook = returned(tmp_path)
    words = ("publish", workbook, "-o", tmp_path / "r.docx", "--style")
    assert run(*words, tmp_path / "no.toml")[2] == f"找不到样式文件“{tmp_path / 'no.toml'}”。请核对路径。\n"
    assert "不是 UTF-8 编码的文本" in run(*words, workbook)[2]


def test_style__foot_without_a_number__prints_none(tmp_path: Path) -> None:
    (tmp_path / "style.toml").write_text('[footer]\ntext = "内部稿"\n', "utf-8")
    run("publish", returned(tmp_path), "-o", tmp_path / "r.docx", "--style", tmp_path / "style.toml")
    with zipfile.ZipFile(tmp_path / "r.docx") as package:
        foot = package.read("word/footer1.xml").decode()
    assert ("内部稿" in foot, "PAGE" in foot) == (True, False)


# --- the guide -----------------------------------------------------------------------------------------------------

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "zh" / "publishing.md").read_text("utf-8")


def test_guide__every_key_of_a_style_file__is_told() -> None:
    style = msgspec.to_builtins(load_report_style())
    parts = {key: value for key, value in style.items() if isinstance(value, dict)}
    keys = {key for key in style if key not in parts} | {
        f"{part}.{key}" for part, held in parts.items() for key in held
    }
    told = set(re.findall(r"`([a-z_.]+)`", GUIDE.partition("## 样式文件")[2]))
    assert keys - told == set()


def test_guide__its_style_file__is_taken(tmp_path: Path) -> None:
    (tmp_path / "style.toml").write_text(GUIDE.partition("```toml\n")[2].partition("```")[0], "utf-8")
    workbook = returned(tmp_path, texts={"other": ["无。"]})
    style = ("--style", tmp_path / "style.toml")
    assert run("publish", workbook, "-o", tmp_path / "report.html", *style)[0::2] == (0, "")
    assert "张家湾镇人民政府<br>2025年度政府信息公开工作报告" in (tmp_path / "report.html").read_text("utf-8")


def test_guide__its_placeholders__are_filled(tmp_path: Path) -> None:
    table = GUIDE.partition("| 占位符 |")[2].partition("\n\n")[0]
    names = [name for row in table.splitlines() for name in list_placeholders(row.split(" | ")[0])]
    workbook = returned(tmp_path, texts={"overview": ["，".join(f"{{{name}}}" for name in names) + "。"]})
    assert run("publish", workbook, "-o", tmp_path / "report.html")[2] == ""
    page = lxml.html.parse(str(tmp_path / "report.html")).getroot().text_content()
    assert len(names) > 15
    assert re.search(rf"2025，张家湾镇人民政府，(\d+，){{{len(names) - 3}}}\d+。", page)
