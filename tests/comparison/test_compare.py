"""`xltool compare`: known differences planted in real files, and that exactly these are told, once each."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from tests.official_report.test_publish import NEW, SAME, SAMPLES, answer, returned, run
from xltool.model.form import Number

NUMBERS = json.loads((SAMPLES / "reports" / "zhangjiawan-2025.json").read_text("utf-8"))["figures"]
COLUMNS = ("natural_person", "enterprise", "research_institution", "social_organization", "legal_service", "other")


def lines(left: Path, right: Path) -> list[str]:
    """What is told between the two lines that name the files and the one that counts."""
    code, out, err = run("compare", left, right)
    assert (code, err) == (1, "")
    return out.splitlines()[2:-1]


def last(left: Path, right: Path) -> str:
    return run("compare", left, right)[1].splitlines()[-1]


def published(folder: Path, *changes: tuple[str, str], **options: Any) -> tuple[Path, Path]:
    """A return and the page made of it, in which something was changed by hand since."""
    workbook, report = returned(folder, **options), folder / "report.html"
    run("publish", workbook, "-o", report, "--include-flawed")
    page = report.read_text("utf-8")
    for pattern, new in changes:
        page, count = re.subn(pattern, new, page, flags=re.DOTALL)
        assert count, pattern
    report.write_text(page, "utf-8")
    return workbook, report


def exchanged(pairs: Mapping[str, str]) -> dict[str, Number | str]:
    """The figures of the sample with those of each pair exchanged."""
    return {a: NUMBERS[b] for a, b in pairs.items()} | {b: NUMBERS[a] for a, b in pairs.items()}


# --- two returns -----------------------------------------------------------------------------------------------------


def test_a_figure_and_a_word_differ__both_named(tmp_path: Path) -> None:
    first = returned(tmp_path, texts={"problems": ["一是人手不足，队伍建设有待加强。"]})
    second = returned(
        tmp_path, name="2.xlsx", changed={NEW: 90}, texts={"problems": ["一是人手不足，制度建设有待加强。"]}
    )
    assert run("compare", first, second) == (
        1,
        "甲：return.xlsx（张家湾镇人民政府 2025）\n"
        "乙：2.xlsx（张家湾镇人民政府 2025）\n"
        "表三“一、本年新收政府信息公开申请数量”（自然人）：甲 88，乙 90，相差 +2（表三!D7）。\n"
        "随之不同的总计 1 项：表三“一、本年新收政府信息公开申请数量”（总计） 97→99。\n"
        "五、存在的主要问题及改进情况：甲“一是人手不足，队伍建设有待加强。”，乙“一是人手不足，制度建设有待加强。”。\n"
        "比较了 203 个数和各部分文字：1 个数不同（另有 1 项总计随之不同）、1 处文字不同。\n",
        "",
    )


def test_blank_is_not_zero(tmp_path: Path) -> None:
    first = returned(tmp_path, "meizi-2024")
    second = returned(tmp_path, "meizi-2024", name="2.xlsx", changed={"requests.carried_out.other": 0})
    assert lines(first, second) == ["表三“四、结转下年度继续办理”（法人或其他组织·其他）：甲 空白，乙 0（表三!I31）。"]
    assert [
        (each["left"]["state"], each["right"]["value"]) for each in answer("compare", first, second)["figures"]
    ] == [("blank", 0)]


def test_two_columns_exchanged__told_once(tmp_path: Path) -> None:
    inputs = [cell for cell in NUMBERS if cell.startswith("requests.") and cell.endswith("natural_person")]
    pairs = {cell: cell.replace("natural_person", "enterprise") for cell in inputs}
    told = lines(returned(tmp_path), returned(tmp_path, name="2.xlsx", changed=exchanged(pairs)))
    assert told[0] == "表三：“自然人”与“法人或其他组织·商业企业”两栏的数互换了（10 行）。"
    assert [line.partition("：")[0] for line in told[1:]] == ["随之不同的总计 2 项"]


def test_two_lines_exchanged__told_once(tmp_path: Path) -> None:
    pairs = {f"requests.granted.{column}": f"requests.partly_granted.{column}" for column in COLUMNS}
    told = lines(returned(tmp_path), returned(tmp_path, name="2.xlsx", changed=exchanged(pairs)))
    assert told[0].startswith("表三：“（一）予以公开”与“（二）部分公开（区分处理的，只计这一情形，不计其他情形）”两行")
    assert len(told) == 2


def test_another_agency__told(tmp_path: Path) -> None:
    other = returned(tmp_path, name="2.xlsx", agency="李家湾镇人民政府")
    assert lines(returned(tmp_path), other) == ["单位不同：甲 张家湾镇人民政府，乙 李家湾镇人民政府。"]


def test_a_name_in_full_and_shorter__is_told_as_such_and_years_are_still_tied(tmp_path: Path) -> None:
    first = returned(tmp_path, "hongze-2023", agency="洪泽区人民政府")
    second = returned(tmp_path, "hongze-2024", name="2.xlsx", agency="淮安市洪泽区人民政府")
    told = lines(first, second)
    assert told[0] == "单位名称写法不同：2023年 洪泽区人民政府，2024年 淮安市洪泽区人民政府。"
    assert any(line.startswith("与上年衔接的关系核对了 ") for line in told)


def test_paragraphs__one_gone_one_new_one_changed__each_told_as_what_it_is(tmp_path: Path) -> None:
    first = returned(tmp_path, texts={"problems": ["一是人手不足，要加强。", "二是制度不全。", "三是宣传不够。"]})
    changed = ["二是制度还不全。", "四是平台陈旧，访问缓慢。", "三是宣传不够。"]
    second = returned(tmp_path, name="2.xlsx", texts={"problems": changed})
    assert lines(first, second) == [
        "五、存在的主要问题及改进情况：只有甲有“一是人手不足，要加强。”。",
        "五、存在的主要问题及改进情况：甲“二是制度不全。”，乙“二是制度还不全。”。",
        "五、存在的主要问题及改进情况：只有乙有“四是平台陈旧，访问缓慢。”。",
    ]


# --- published and handed in -----------------------------------------------------------------------------------------


def test_published_figure_was_changed__published_is_not_what_was_handed_in(tmp_path: Path) -> None:
    assert lines(*published(tmp_path, (">294<", ">249<"))) == [
        "表二“行政处罚”（本年处理决定数量）：上报表 294，发布稿 249，相差 -45"
        "（上报表 表二!B13，发布稿 第1个表格第10行第2列）。"
    ]


@pytest.mark.parametrize(
    ("pattern", "new", "said"),
    [
        ("2025年(?=(?:<[^>]*>)*政府信息公开工作年度报告)", "2024年", "报告年度不同：上报表 2025，发布稿 2024。"),
        ("精准度有待提升", "精准度还要提升", "五、存在的主要问题及改进情况：上报表“"),
        ("(四、[^<]*</h2>\n)<table.*?</table>", r"\1", "表四：发布稿没有这张表，或者没有读出；上报表有 15 个数。"),
    ],
)
def test_published__one_thing_was_changed__that_is_told_and_nothing_else(
    pattern: str, new: str, said: str, tmp_path: Path
) -> None:
    told = lines(*published(tmp_path, (pattern, new)))
    assert [line[: len(said)] for line in told] == [said]


def test_published__a_section_without_text__told_once(tmp_path: Path) -> None:
    workbook, report = published(tmp_path, (r"(五、[^<]*</h2>).*?(<h2[^>]*>六)", r"\1\2"))
    assert lines(workbook, report) == [
        "五、存在的主要问题及改进情况：只有上报表有文字（9 段，以“（一）存在的主要问题”开头）。"
    ]


def test_published__a_figure_that_cannot_be_read__is_not_said_to_be_blank(tmp_path: Path) -> None:
    workbook, report = published(tmp_path, ("(三、收到[^<]*</h2>\n)<table.*?</table>", r"\1"))
    told = lines(workbook, report)
    assert told[-1].startswith("表三：发布稿没有这张表，或者没有读出；上报表有 ")
    assert "空白" not in "".join(told)
    found = answer("compare", workbook, report)
    assert found["same"] is False
    assert {each["right"]["state"] for each in found["unread"]} == {"unread"}


# --- two years -------------------------------------------------------------------------------------------------------


def test_two_years__what_ties_them_and_how_lines_changed(tmp_path: Path) -> None:
    first, second = returned(tmp_path, "suqian-2023"), returned(tmp_path, "suqian-2024", name="2.xlsx")
    told = lines(first, second)
    assert told[0] == "与上年衔接的关系核对了 14 条，0 条不符。"
    assert "表三“四、结转下年度继续办理”（总计）：2023年 121，2024年 125，+4（+3.3%）。" in told
    assert [line for line in told if "自然人" in line] == []
    found = answer("compare", first, second)
    assert found["about"] == [{"fact": "year", "left": "2023", "right": "2024"}]
    assert {each["cell"]: each["difference"] for each in found["figures"]}["disclosure.administrative_fees.amount"] == (
        "13464.0129"
    )


@pytest.mark.parametrize("turned", [False, True])
def test_two_years__another_figure_carried_over__told_first_whichever_comes_first(turned: bool, tmp_path: Path) -> None:
    files = [
        returned(tmp_path, "hongze-2023"),
        returned(tmp_path, "hongze-2024", name="2.xlsx", changed={"requests.carried_in.natural_person": 9}),
    ]
    told = lines(*reversed(files)) if turned else lines(*files)
    assert told[0].startswith("与上年衔接：")
    assert "上年结转" in told[0]
    assert any(re.fullmatch("与上年衔接的关系核对了 [0-9]+ 条，1 条不符。", line) for line in told)


def test_two_editions__only_what_means_the_same_is_compared(tmp_path: Path) -> None:
    report = SAMPLES.parent / "tests" / "data" / "reports" / "pingtan-2020-form2019" / "raw.txt"
    found = answer("compare", report, returned(tmp_path, "pingtan-2023"))
    assert [each["fact"] for each in found["about"]][-1] == "edition"
    assert "disclosure.normative_documents.public_total" in found["only_left"]
    assert "disclosure.normative_documents.in_force" in found["only_right"]
    assert any(line.startswith("只有上报表的报表版本才有的 ") for line in found["told"])


# --- consolidated workbooks ------------------------------------------------------------------------------------------


def merged(folder: Path, penalties: Mapping[str, int]) -> Path:
    """The consolidated workbook of agencies, by name and what they return as penalties."""
    folder.mkdir()
    for number, (agency, count) in enumerate(penalties.items(), start=1):
        changed: dict[str, Number | str] = {"disclosure.penalties.decisions": count}
        returned(folder, name=f"{agency}.xlsx", agency=agency, code=str(number), changed=changed)
    summary = folder.with_suffix(".xlsx")
    run("merge", folder, "-o", summary, "--area", "示例县人民政府", "--include-flawed")
    return summary


def test_consolidated__beside_the_return_or_report_of_an_agency_inside__its_row_is_compared(tmp_path: Path) -> None:
    summary = merged(tmp_path / "sum", {"甲镇人民政府": 294, "乙镇人民政府": 7})
    workbook = tmp_path / "sum" / "甲镇人民政府.xlsx"
    assert run("compare", summary, workbook) == (0, SAME, "")
    assert run("compare", workbook, summary) == (0, SAME, "")
    run("publish", workbook, "-o", tmp_path / "report.docx")
    assert run("compare", summary, tmp_path / "report.docx") == (0, SAME, "")
    again = returned(tmp_path, agency="乙镇人民政府", code="2", changed={"disclosure.penalties.decisions": 8})
    assert lines(summary, again) == [
        "表二“行政处罚”（本年处理决定数量）：汇总表 7，上报表 8，相差 +1"
        "（汇总表 明细里乙镇人民政府的一行，上报表 表二!B13）。"
    ]


def test_consolidated__beside_an_agency_that_is_not_inside__the_whole_is_compared(tmp_path: Path) -> None:
    summary = merged(tmp_path / "sum", {"甲镇人民政府": 294})
    other = returned(tmp_path, agency="丙镇人民政府", code="3")
    assert lines(summary, other)[0] == "单位不同：汇总表 示例县人民政府，上报表 丙镇人民政府。"


def test_consolidated__two_of_them__which_agencies_and_files_differ(tmp_path: Path) -> None:
    first = merged(tmp_path / "first", {"甲镇人民政府": 294, "乙镇人民政府": 0})
    second = merged(tmp_path / "second", {"甲镇人民政府": 300})
    told = lines(first, second)
    assert told[0] == "汇总里的单位：只有甲有 1 个：乙镇人民政府。"
    assert told[-1] == "两份汇总里都有、交来的文件不同的单位 1 个：甲镇人民政府。"


def summed_year(folder: Path, year: int, penalties: Mapping[str, int]) -> Path:
    """The consolidated workbook of a year, of agencies by name and what they return as penalties."""
    folder.mkdir()
    for number, (agency, count) in enumerate(penalties.items(), start=1):
        changed: dict[str, Number | str] = {"disclosure.penalties.decisions": count}
        code = str("甲乙丙丁".index(agency[0]) + 1)
        returned(folder, f"suqian-{year}", name=f"{number}.xlsx", agency=agency, code=code, changed=changed)
    summary = folder.with_suffix(".xlsx")
    run("merge", folder, "-o", summary, "--area", "示例县人民政府", "--include-flawed")
    return summary


def test_two_years_of_sums__other_agencies__those_in_both_are_compared(tmp_path: Path) -> None:
    first = summed_year(tmp_path / "2023", 2023, {"甲镇人民政府": 100, "乙镇人民政府": 900})
    second = summed_year(tmp_path / "2024", 2024, {"甲镇人民政府": 110, "丙镇人民政府": 5})
    told = lines(first, second)
    assert told[:3] == [
        "汇总里的单位：只有2023年有 1 个：乙镇人民政府。",
        "汇总里的单位：只有2024年有 1 个：丙镇人民政府。",
        "两年的单位不同：以下是两年都有的 1 个单位的合计（同口径），2023年共 2 个，2024年共 2 个。",
    ]
    (line,) = (each for each in told if "行政处罚" in each)
    assert line == "表二“行政处罚”（本年处理决定数量）：2023年 100，2024年 110，+10（+10.0%）。"
    assert answer("compare", first, second)["common"] == {"agencies": 1, "left": 2, "right": 2, "summed": True}


def test_two_years_of_sums__no_agency_in_both__no_figure_is_compared(tmp_path: Path) -> None:
    first = summed_year(tmp_path / "2023", 2023, {"乙镇人民政府": 900})
    second = summed_year(tmp_path / "2024", 2024, {"丙镇人民政府": 5})
    told = lines(first, second)
    assert "两年没有相同的单位（2023年 1 个，2024年 1 个），各数不能比较。" in told
    assert not any("行政处罚" in each or "%" in each for each in told)


def test_two_years_of_sums__the_same_agencies__nothing_said_of_them(tmp_path: Path) -> None:
    first = summed_year(tmp_path / "2023", 2023, {"甲镇人民政府": 100, "乙镇人民政府": 900})
    second = summed_year(tmp_path / "2024", 2024, {"甲镇人民政府": 100, "乙镇人民政府": 910})
    assert not any("同口径" in each for each in lines(first, second))
    assert answer("compare", first, second)["common"] is None


def test_folders_of_sums__other_agencies__those_in_both_are_compared(tmp_path: Path) -> None:
    for year, penalties in (
        (2023, {"甲镇人民政府": 100, "乙镇人民政府": 900}),
        (2024, {"甲镇人民政府": 110, "丙镇人民政府": 5}),
    ):
        summary = summed_year(tmp_path / str(year), year, penalties)
        (tmp_path / f"sums-{year}").mkdir()
        summary.rename(tmp_path / f"sums-{year}" / "汇总.xlsx")
    _, out, _ = run("compare", tmp_path / "sums-2023", tmp_path / "sums-2024")
    told = out.splitlines()
    assert "两年的单位不同：以下是两年都有的 1 个单位的合计（同口径），2023年共 2 个，2024年共 2 个。" in told
    assert "表二“行政处罚”（本年处理决定数量）：2023年 100，2024年 110，+10（+10.0%）。" in told


# --- two folders -----------------------------------------------------------------------------------------------------


def test_folders__each_agency_with_its_own__and_what_has_no_like(tmp_path: Path) -> None:
    merged(tmp_path / "first", {"甲镇人民政府": 294, "乙镇人民政府": 7, "丙镇人民政府": 1})
    merged(tmp_path / "second", {"甲镇人民政府": 294, "乙镇人民政府": 8})
    (tmp_path / "second" / "notes.txt").write_text("此处没有报告。", "utf-8")
    code, out, _ = run("compare", tmp_path / "first", tmp_path / "second")
    assert (code, out.splitlines()) == (
        1,
        [
            "甲：first/乙镇人民政府.xlsx（乙镇人民政府 2025）",
            "乙：second/乙镇人民政府.xlsx（乙镇人民政府 2025）",
            "表二“行政处罚”（本年处理决定数量）：甲 7，乙 8，相差 +1（表二!B13）。",
            "比较了 203 个数和各部分文字：1 个数不同。",
            "甲镇人民政府（2025）：没有不同。",
            f"只有甲有的文件：{tmp_path / 'first' / '丙镇人民政府.xlsx'}",
            f"没有比较：{tmp_path / 'second' / 'notes.txt'}（不是年度报告）",
            "比较了 2 对文件：1 对没有不同，1 对不同；只有一方有的文件 1 个，没有读的 1 个。",
        ],
    )


def test_folders__returns_and_what_was_published_of_them__nothing_differs(tmp_path: Path) -> None:
    merged(tmp_path / "first", {"甲镇人民政府": 294, "乙镇人民政府": 7})
    run("publish", *(tmp_path / "first").iterdir(), "-o", tmp_path / "out", "--as", "html")
    page = tmp_path / "page.html"
    assert run("compare", tmp_path / "first", tmp_path / "out", "--html", page)[0] == 0
    assert "没有不同" in lxml.html.parse(str(page)).getroot().text_content()
    found = answer("compare", tmp_path / "first", tmp_path / "out")
    assert (found["same"], [pair["same"] for pair in found["pairs"]]) == (True, [True, True])


def test_folder__beside_a_file__said_what_can_be_compared(tmp_path: Path) -> None:
    code, _, err = run("compare", tmp_path, returned(tmp_path))
    assert (code, "请指明两个文件，或者两个文件夹。" in err) == (2, True)
    absent = tmp_path / "没有"
    assert run("compare", tmp_path, absent)[2] == f"找不到“{absent}”。请核对路径。\n"


@pytest.mark.parametrize("name", ["page.html", "page.txt", "page.docx", "page.xlsx"])
def test_file_that_is_nothing_to_compare__one_clear_line(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("<p>本页没有报告。</p>", "utf-8")
    workbook = returned(tmp_path)
    code, out, err = run("compare", workbook, tmp_path / name)
    assert (code, out, err.startswith(f"不能比较“{tmp_path / name}”：")) == (2, "", True)
    code, _, err = run("publish", workbook, "--texts", tmp_path / name, "-o", tmp_path / "report.html")
    assert (code, str(tmp_path / name) in err) == (2, True)


@pytest.mark.parametrize("name", ["nothing.docx", "nothing.xlsx"])
def test_file_that_is_not_there__could_not_run(name: str, tmp_path: Path) -> None:
    assert run("compare", returned(tmp_path), tmp_path / name)[0] == 2


# --- the page --------------------------------------------------------------------------------------------------------


def test_page__marks_what_differs_and_nothing_else__and_leads_there(tmp_path: Path) -> None:
    first, second = returned(tmp_path), returned(tmp_path, name="2.xlsx", changed={NEW: 90})
    page = tmp_path / "differences.html"
    assert run("compare", first, second, "--html", page)[0] == 1
    read = lxml.html.parse(str(page)).getroot()
    marked = [(each.text, each.getnext().text) for each in read.iterfind(".//td//del")]
    assert marked == [("88", "90"), ("97", "99")]
    targets = [str(link.get("href"))[1:] for link in read.iterfind(".//li/a")]
    assert [read.get_element_by_id(target).text_content() for target in targets] == ["88 90", "97 99"]
    assert run("compare", first, second, "--html", page)[0] == 2
    assert run("compare", first, second, "--html", page, "--force")[0] == 1


def test_page__two_years__a_table_of_how_lines_changed(tmp_path: Path) -> None:
    first, second = returned(tmp_path, "suqian-2023"), returned(tmp_path, "suqian-2024", name="2.xlsx")
    page = tmp_path / "differences.html"
    run("compare", first, second, "--html", page)
    rows = lxml.html.parse(str(page)).findall(".//table[@class='lines']/tr")
    assert [cell.text_content() for cell in rows[-1]] == ["表四“复议后起诉”（总计）", "89", "52", "-37", "-41.6%"]


def test_page__whatever_came_from_a_file__is_text(tmp_path: Path) -> None:
    evil = "<img src=x onerror=alert(1)>\"'&amp;</p><script>"
    first = returned(tmp_path, texts={"problems": [f"一是{evil}有待加强。"]})
    second = returned(tmp_path, name="2.xlsx", texts={"problems": [f"一是{evil}不足。"]})
    page = tmp_path / "differences.html"
    assert run("compare", first, second, "--html", page)[0] == 1
    read = lxml.html.parse(str(page)).getroot()
    assert [list(read.iter(name)) for name in ("img", "script")] == [[], []]
    assert evil in read.text_content()
