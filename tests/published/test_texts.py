"""What a report says beside its tables: whose it is, of which year, its paragraphs, and figures in a sentence."""

from pathlib import Path

import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE

from tests.published import layouts
from xltool.forms.load_definitions import load_forms
from xltool.model.published import PublishedReport
from xltool.published.read_report import read_report

FORMS = load_forms()
FORM = FORMS[-1]
ZEROS = layouts.made_up(FORM, seed=0)


def read(folder: Path, text: str, name: str = "report.txt") -> PublishedReport:
    (folder / name).write_text(text, "utf-8")
    return read_report(folder / name, FORMS)


def report(title: str, *, opening: str = "") -> str:
    plain = layouts.lines(layouts.parts(FORM, ZEROS)).split("\n")
    return "\n".join([title, opening or plain[1], *plain[2:]])


@pytest.mark.parametrize(
    ("title", "agency", "year"),
    [
        ("云河市人民政府2024年政府信息公开工作年度报告", "云河市人民政府", 2024),
        ("云河市人民政府2024年度政府信息公开工作年度报告", "云河市人民政府", 2024),
        ("云河市人民政府2024年政府信息公开年度报告", "云河市人民政府", 2024),
        ("云河市人民政府\n2024 年政府信息公开工作年度报告", "云河市人民政府", 2024),
        ("云河市人民政府2024年政府信息\n公开工作年度报告", "云河市人民政府", 2024),
        ("2024年云河市人民政府政府信息公开工作年度报告", "云河市人民政府", 2024),
        ("标题: 云河市2024年度政府信息公开工作年度报告", "云河市", 2024),
        ("云河市人民政府二〇二四年政府信息公开工作年度报告", "云河市人民政府", 2024),
        ("云河市人民政府二○二四年度政府信息公开工作年度报告", "云河市人民政府", 2024),
        ("《云河市财政局2024年政府信息公开工作年度报告》", "云河市财政局", 2024),
        ("云河市财政局政府信息公开工作年度报告（2024年）", "云河市财政局", 2024),
        ("云河市财政局关于2024年政府信息公开工作年度报告", "云河市财政局", 2024),
        ("云河市人民政府\n云河市财政局2024年政府信息公开工作年度报告", "云河市财政局", 2024),
        ("云河市示范区（管委会）2024年政府信息公开工作年度报告", "云河市示范区（管委会）", 2024),
        ("云河市办公室（云河市\n登记局）2024年政府信息公开工作年度报告", "云河市办公室（云河市登记局）", 2024),
        ("（云河市财政局）2024年政府信息公开工作年度报告", "云河市财政局", 2024),
        ("政府信息公开年报\n2024年政府信息公开工作年度报告", "", 2024),
        ("政府信息公开", "", None),
    ],
)
def test_title__however_written__agency_and_year(title: str, agency: str, year: int | None, tmp_path: Path) -> None:
    found = read(tmp_path, report(title))
    assert (found.agency_name, found.year) == (agency, year)


@pytest.mark.parametrize(
    "opening",
    [
        "本报告所列数据的统计期限为2023年1月1日至2023年12月31日。",
        "报告中所列数据统计期限自2023年1月1日起至12月31日止。",
        "数据统计时间从 2023 年 1 月 1 日到 2023 年 12 月 31 日。",
        "根据有关要求，现将我办2023年度政府信息公开情况报告如下：",
    ],
)
def test_year__not_in_the_title__from_the_period(opening: str, tmp_path: Path) -> None:
    found = read(tmp_path, report("年度报告", opening=opening))
    assert (found.year, [item.code for item in found.log if item.code != "report.period"]) == (
        2023,
        ["import.no_agency"],
    )


def test_titles__of_other_years_on_the_same_page__the_report_s_own_counts(tmp_path: Path) -> None:
    others = [f"云河市{year}年政府信息公开工作年度报告" for year in (2025, 2024, 2022)]
    period = "本报告所列数据的统计期限为2023年1月1日至2023年12月31日。"
    own = "云河市财政局2023年政府信息公开工作年度报告"
    for titles, opening in (([own, *others], period), ([*others, own], "")):
        found = read(tmp_path, report("\n".join(titles), opening=opening))
        assert (found.agency_name, found.year) == ("云河市财政局", 2023)


def test_page__its_footer__is_no_paragraph_of_the_report(tmp_path: Path) -> None:
    page = layouts.page(layouts.parts(FORM, ZEROS)).replace(
        "</body>", "<p>无其他事项。</p><p>附件下载</p><p>版权所有 某某市</p></body>"
    )
    assert read(tmp_path, page, "page.html").texts["other"][-1] == "无其他事项。"


def test_year__not_found__is_told__and_given_beforehand_counts(tmp_path: Path) -> None:
    found = read(tmp_path, report("年度报告"))
    assert (found.year, [item.code for item in found.log]) == (None, ["import.no_year", "import.no_agency"])
    assert read_report(tmp_path / "report.txt", FORMS, year=2022).year == 2022


def test_year__of_another_edition__is_told(tmp_path: Path) -> None:
    found = read(tmp_path, report("云河市2020年政府信息公开工作年度报告"))
    assert found.edition == "2021"
    assert [dict(item.facts) for item in found.log] == [{"year": 2020, "edition": "2021"}]


def test_form__given_beforehand__is_the_one_read(tmp_path: Path) -> None:
    read(tmp_path, report("云河市2020年政府信息公开工作年度报告"))
    assert read_report(tmp_path / "report.txt", FORMS, form=FORMS[0]).edition == FORMS[0].edition


# --- paragraphs ----------------------------------------------------------------------------------------------------


def with_sections(overview: str, problems: str, other: str) -> str:
    lines = layouts.lines(layouts.parts(FORM, ZEROS)).split("\n")
    place = {section.id: lines.index(section.heading) for section in FORM.sections}
    disclosure, problem, last = place["disclosure"], place["problems"], place["other"]
    said = [*lines[: place["overview"] + 1], overview, *lines[disclosure : problem + 1], problems, lines[last], other]
    return "\n".join(said)


def test_sections__paragraphs_in_their_order(tmp_path: Path) -> None:
    found = read(tmp_path, with_sections("一是公开。\n二是解读。", "存在不足。\n（一）改进\n继续努力。", "无。"))
    assert found.texts == {
        "overview": ("一是公开。", "二是解读。"),
        "problems": ("存在不足。", "（一）改进", "继续努力。"),
        "other": ("无。",),
    }


def test_sections__lines_of_a_fixed_width__drawn_together(tmp_path: Path) -> None:
    long = "云河市认真贯彻落实政府信息公开条例各项要求坚持以公开为常态不公开为例外全年主动公开各类信息共计一千余条。"
    lines = "\n".join(long[at : at + 20] for at in range(0, len(long), 20))
    found = read(tmp_path, with_sections(f"{lines}\n- 2 -\n（一）主动公开。", "有不足。", "无。"))
    assert found.texts["overview"] == (long, "（一）主动公开。")


@pytest.mark.parametrize(
    "heading", ["五、存在问题及改进情况", "五、政府信息公开工作存在的主要问题及改进情况", "存在的主要问题及改进情况"]
)
def test_heading__worded_otherwise_or_without_number__is_found(heading: str, tmp_path: Path) -> None:
    text = with_sections("公开。", "仍有不足。", "无。").replace("五、存在的主要问题及改进情况", heading)
    assert read(tmp_path, text).texts["problems"] == ("仍有不足。",)


# --- figures in a sentence -------------------------------------------------------------------------------------------

FEES = ("processing_fees.notices", "processing_fees.billed", "processing_fees.collected")


def fees(found: PublishedReport) -> list[object]:
    return [found.figures[cell].value if cell in found.figures else None for cell in FEES]


@pytest.mark.parametrize(
    ("sentence", "values"),
    [
        ("发出收费通知的件数为3件，总金额为600元，实际收取的总金额为450.5元。", ["3", "600", "450.5"]),
        ("发出收费通知的件数为 3 件，总金额为 600 元，实际收取的总金额为 0 元。", ["3", "600", "0"]),
        ("发出收费通知件数3件、总金额600元，实际收取总金额600元。", ["3", "600", "600"]),
        ("发出收费通知的件数为3件，总金额为0.06万元，实际收取的总金额为0元。", []),
        ("全年收取政府信息公开信息处理费0元。", []),
        ("2024年，无收取信息处理费情况。", []),
    ],
)
def test_fees__as_the_sentence_says_them__or_not_at_all(sentence: str, values: list[str], tmp_path: Path) -> None:
    found = fees(read(tmp_path, with_sections("公开。", "有不足。", f"根据规定，情况为：{sentence}")))
    assert [str(value) for value in found if value is not None] == values


def test_fees__the_official_sentence_alone__is_no_paragraph_more(tmp_path: Path) -> None:
    table = next(table for table in FORM.tables if table.sentence)
    sentence = table.sentence.replace("{year}", "2024")
    for cell, value in zip(FEES, ("1", "100", "90"), strict=True):
        sentence = sentence.replace(f"{{{cell}}}", value)
    found = read(tmp_path, with_sections("公开。", "有不足。", f"{sentence}\n另有一事。"))
    assert (fees(found), found.texts["other"]) == ([1, 100, 90], ("另有一事。",))
    assert len({found.figures[cell].where for cell in FEES}) == 1


# --- headings that a document marks as such ------------------------------------------------------------------------

ALIKE = ("三、收到和处理政府信息公开申请情况", "六、其他需要报告的事项", "第3页", "一是人手不足，")


def marked_page(before: str = "", behind: str = "", around: str = "{}") -> str:
    """A page whose sections stand under h2, each followed by lines that look like headings, page numbers, footers."""
    body = []
    for part in layouts.parts(FORM, ZEROS):
        match part.kind:
            case "heading":
                body.append(around.format(f"<h2>{part.text}</h2>"))
            case "table":
                body.append(layouts.page([part]))
            case _:
                body.append(f"<p>{part.text}</p>" + "".join(f"<p>{line}</p>" for line in ALIKE))
    return f"<html><body>{before}<div>{''.join(body)}</div>{behind}</body></html>"


def test_headings__marked_as_such__lines_that_look_alike_are_text(tmp_path: Path) -> None:
    found = read(tmp_path, marked_page("<h2>导航</h2><p>首页</p>".replace("h2", "h3"), "<p>主办单位</p>"), "page.html")
    assert [paragraphs[-4:] for paragraphs in found.texts.values()] == [ALIKE] * 3


def test_headings__each_in_a_box_of_its_own__the_foot_of_the_page_is_told_as_everywhere(tmp_path: Path) -> None:
    page = marked_page(behind="<p>主办单位</p><p>版权所有</p>", around="<div>{}</div>")
    assert read(tmp_path, page, "page.html").texts["other"][-2:] == ALIKE[:2]


def test_headings__more_of_a_level_than_sections__told_by_their_words(tmp_path: Path) -> None:
    page = marked_page("<h2>导航</h2>").replace("".join(f"<p>{line}</p>" for line in ALIKE), "")
    assert [len(paragraphs) for paragraphs in read(tmp_path, page, "page.html").texts.values()] == [1, 1, 1]


def test_headings__of_a_document__known_by_its_styles_or_their_own_level(tmp_path: Path) -> None:
    made = docx.Document()
    made.styles.add_style("公文标题", WD_STYLE_TYPE.PARAGRAPH).base_style = made.styles["Heading 1"]
    for part in layouts.parts(FORM, ZEROS):
        if part.kind == "table":
            table = made.add_table(0, FORM.tables[1].columns)
            for row in part.rows:
                for cell, spot in zip(table.add_row().cells, row, strict=False):
                    cell.text = spot.text
            continue
        made.add_paragraph(part.text, {"heading": "公文标题", "title": "Title"}.get(part.kind))
        if part.kind == "text":
            for line in ALIKE:
                made.add_paragraph(line)
    made.save(str(tmp_path / "report.docx"))
    found = read_report(tmp_path / "report.docx", FORMS)
    assert [paragraphs[-4:] for paragraphs in found.texts.values()] == [ALIKE] * 3
