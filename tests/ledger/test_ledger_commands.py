"""The commands about ledgers, from files to files: reports, copies, the ledger of an area, an office's own register."""

import html
import re
import zipfile
from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.cli.test_commands import answer, run
from tests.ledger import invented
from tests.ledger.invented import changed
from tests.ledger.workbooks import write_ledger
from xltool.forms.load_definitions import load_forms
from xltool.model.submission import Submission
from xltool.recognition.read_submissions import read_submission
from xltool.spreadsheet.open_workbook import open_workbook

Lines = list[dict[str, Any]]
FORMS = load_forms(regional=True)
YEAR = 2025


@cache
def world() -> invented.World:
    return invented.invent_world(seed=5, each_year=120)


@cache
def annual() -> dict[str, int]:
    months = invented.live_through(world())
    return invented.annual_figures(world(), months, [(YEAR, month) for month in range(1, 13)])


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return write_ledger(tmp_path / "台账.xlsx", invented.requests_of(world(), YEAR), invented.cases_of(world(), YEAR))


def read_report(path: Path) -> Submission:
    return read_submission(open_workbook(path), FORMS, path.name)


# --- count ----------------------------------------------------------------------------------------------------------


def test_count__fills_the_annual_workbook_and_traces_every_figure_to_its_lines(ledger: Path, tmp_path: Path) -> None:
    report = tmp_path / "年报.xlsx"
    code, out, err = run("ledger", "count", ledger, "-o", report)
    assert (code, err) == (0, "")
    received, carried_in = (
        sum(figure for cell, figure in annual().items() if cell.startswith(f"requests.{line}."))
        for line in ("received", "carried_in")
    )
    assert f"新收 {received} + 上年结转 {carried_in} = " in out
    read = read_report(report)
    assert (read.year, read.agency_code) == (YEAR, "110112114")
    assert {cell: read.values[cell] for cell in annual()} == annual()
    assert f"新收政府信息公开申请{received}件，上年结转{carried_in}件" in read.texts["overview"]
    traced = answer("trace", report, "requests.concluded")["figures"]
    for figure in traced:
        assert figure["agrees"]
        assert len(figure["lines"]) == figure["total"]
    closed = {line["number"] for line in invented.requests_of(world(), YEAR) if "closed" in line}
    assert {number for number, _ in traced[-1]["lines"]} == closed
    (billed,) = answer("trace", report, "processing_fees.billed")["figures"]
    assert sum(Decimal(amount) for _, amount in billed["lines"]) == annual()["processing_fees.billed"]


def test_trace__a_figure_changed_after_the_count__says_so(ledger: Path, tmp_path: Path) -> None:
    report = tmp_path / "年报.xlsx"
    assert run("ledger", "count", ledger, "-o", report)[0] == 0
    book = openpyxl.load_workbook(report)
    book["表三"]["D7"].value = 9999
    book.save(report)
    code, out, _ = run("trace", report, "requests.received.natural_person")
    assert code == 1
    assert "注意：表中是 9999，台账各行之和是 " in out


def test_count__quarterly_statistics__channels_and_results_by_their_labels(ledger: Path, tmp_path: Path) -> None:
    months = invented.live_through(world())
    form, report = "zfxxgk-statistics-dingxi", tmp_path / "季报.xlsx"
    code, out, _ = run("ledger", "count", ledger, "--period", "2025-Q3", "--form", form, "-o", report)
    assert code == 0
    assert "办结的 " in out
    read = read_report(report)
    quarter: Counter[str] = sum((months[YEAR, month].happened for month in (7, 8, 9)), Counter())
    to_date: Counter[str] = sum((months[YEAR, month].happened for month in range(1, 10)), Counter())
    for column, happened in (("current", quarter), ("cumulative", to_date)):
        lines = {"in_person": "in_person", "fax": "fax", "online": "online", "letter": "post", "other_channel": "other"}
        for line, channel in lines.items():
            assert read.values[f"statistics.{line}.{column}"] == happened[f"channel.{channel}"]
        granted = sum(happened[f"granted.{kind}"] for kind in invented.TYPES)
        assert read.values[f"statistics.granted.{column}"] == granted
        assert read.values[f"statistics.reviews.{column}"] == happened["accepted.review"]
        suits = happened["accepted.direct_litigation"] + happened["accepted.post_review_litigation"]
        assert read.values[f"statistics.suits.{column}"] == suits
    assert read.values["statistics.email.current"] is None
    assert read.values["statistics.disclosed.current"] is None


def test_count__monthly_form_of_pudong__every_figure_that_a_ledger_knows(ledger: Path, tmp_path: Path) -> None:
    months = invented.live_through(world())
    form, report = "zfxxgk-statistics-pudong", tmp_path / "月报.xlsx"
    code, _, err = run("ledger", "count", ledger, "--period", "2025-09", "--form", form, "-o", report)
    assert (code, err) == (0, "")
    read = read_report(report)
    to_date: Counter[str] = sum((months[YEAR, month].happened for month in range(1, 10)), Counter())
    channels = {"in_person": "in_person", "fax": "fax", "online": "online", "letter": "post", "other_channel": "other"}
    results = {"granted": "granted", "partly_granted": "partly_granted", "repeated": "not_processed.repeated"}
    results |= {"unclear": "not_available.still_unclear", "other_by_law": "refused.forbidden_by_law"}
    results |= {line: f"refused.{line}" for line in ("state_secret", "security_and_stability")}
    known = {*channels, *results, "reviews", "suits"}
    for column, happened in (("current", months[YEAR, 9].happened), ("cumulative", to_date)):
        expected = {line: happened[f"channel.{channel}"] for line, channel in channels.items()}
        expected |= {
            line: sum(happened[f"{result}.{kind}"] for kind in invented.TYPES) for line, result in results.items()
        }
        expected["reviews"] = happened["accepted.review"]
        expected["suits"] = happened["accepted.direct_litigation"] + happened["accepted.post_review_litigation"]
        assert {line: read.values[f"statistics.{line}.{column}"] for line in known} == expected
        assert sum(expected.values()) > 10
    form_cells = {cell.id: read.values[cell.id] for cell in next(each for each in FORMS if each.id == form).inputs}
    assert {cell.split(".")[1] for cell, figure in form_cells.items() if figure is not None} == known


def test_count__a_line_that_cannot_be_placed__leaves_its_figures_blank_and_no_other(
    ledger: Path, tmp_path: Path
) -> None:
    lines = invented.requests_of(world(), YEAR)
    line = next(line for line in lines if line.get("result") == "granted" and line["received"].year == YEAR)
    broken = changed(lines, line["number"], result=None)
    write_ledger(ledger, broken, invented.cases_of(world(), YEAR))
    report = tmp_path / "年报.xlsx"
    code, out, _ = run("ledger", "count", ledger, "-o", report)
    assert code == 1
    kind = line["applicant_type"]
    open_cells = {f"requests.{result}.{kind}" for result in invented.RESULTS}
    read = read_report(report)
    assert {cell for cell in annual() if read.values[cell] is None} == open_cells
    assert all(read.values[cell] == figure for cell, figure in annual().items() if cell not in open_cells)
    assert "空着 21 个数，台账不能确定" in out
    assert "overview" not in {section for section, text in read.texts.items() if text}


def test_count__several_ledgers__a_folder_of_reports_by_the_roster(tmp_path: Path) -> None:
    folder, output = tmp_path / "各单位", tmp_path / "年报"
    folder.mkdir()
    roster = tmp_path / "名册.csv"
    roster.write_text("代码,名称\n110112114,张家湾镇人民政府\n110112105,漷县镇人民政府\n", "utf-8")
    lines, cases = invented.requests_of(world(), YEAR), invented.cases_of(world(), YEAR)
    write_ledger(folder / "a.xlsx", lines, cases)
    write_ledger(folder / "b.xlsx", lines, cases, agency=("", "漷县镇人民政府"))
    (folder / "说明.txt").write_text("不是台账", "utf-8")
    code, out, _ = run("ledger", "count", folder, "--roster", roster, "-o", output)
    assert code == 1
    assert "共 3 本台账，2 本没有问题，1 个文件不是台账或读不出。" in out
    assert sorted(read_report(path).agency_code for path in output.iterdir()) == ["110112105", "110112114"]


def test_count__one_file_for_several_ledgers__is_refused(ledger: Path, tmp_path: Path) -> None:
    other = write_ledger(tmp_path / "b.xlsx", invented.requests_of(world(), YEAR))
    code, _, err = run("ledger", "count", ledger, other, "-o", tmp_path / "年报.xlsx")
    assert (code, err.strip()) == (
        2,
        f"有 2 本台账，不能都写到 {tmp_path / '年报.xlsx'} 一个文件里。请用 -o 指定一个文件夹。",
    )


# --- check ----------------------------------------------------------------------------------------------------------


def test_check__a_report_that_differs__each_cell_with_the_lines_behind_it(ledger: Path, tmp_path: Path) -> None:
    report = tmp_path / "年报.xlsx"
    assert run("ledger", "count", ledger, "-o", report)[0] == 0
    assert run("ledger", "check", ledger, "--report", report)[0] == 0
    book = openpyxl.load_workbook(report)
    stated = book["表三"]["E7"].value
    book["表三"]["E7"].value = stated + 1
    (pending,) = answer("trace", report, "disputes.review.pending")["figures"]
    book["表四"][pending["address"]].value = None
    book.save(report)
    found = answer("ledger", "check", ledger, "--report", report)["ledgers"][0]["findings"]
    assert [(finding["code"], finding["cells"]) for finding in found] == [
        ("ledger.report_differs", ["表三!E7"]),
        ("ledger.report_differs", [f"表四!{pending['address']}"]),
    ]
    lines = invented.requests_of(world(), YEAR)
    behind = [line for line in lines if line["applicant_type"] == "enterprise" and line["received"].year == YEAR]
    assert len(behind) == stated
    numbers = "、".join(line["number"] for line in behind)
    assert f"填的是 {stated + 1} 件，按台账是 {stated} 件（{numbers}）。" in found[0]["message"]
    assert "填的是 空 件，按台账是 " in found[1]["message"] or "填的是 空，按台账是 " in found[1]["message"]
    assert not any(line["applicant"] in found[0]["message"] for line in lines)


# --- strip and merge ------------------------------------------------------------------------------------------------


def packed_texts(path: Path) -> bytes:
    """Every part of a package, as it is and without escapes."""
    with zipfile.ZipFile(path) as package:
        parts = [package.read(name) for name in package.namelist()]
    whole = b"\0".join(parts)
    return whole + html.unescape(whole.decode("utf-8", "replace")).encode()


def test_strip__nothing_private_is_left_in_any_part__and_the_counts_are_the_same(ledger: Path, tmp_path: Path) -> None:
    copy = tmp_path / "上报.xlsx"
    assert run("ledger", "strip", ledger, "-o", copy)[0] == 0
    whole = packed_texts(copy)
    private = {
        str(line[column])
        for line in (*invented.requests_of(world(), YEAR), *invented.cases_of(world(), YEAR))
        for column in ("applicant", "content", "remarks")
        if column in line
    }
    assert len(private) > 200
    assert [text for text in private if text.encode() in whole] == []
    assert [text for text in private if text.encode("utf-16-le") in whole] == []
    counted, again = (answer("ledger", "count", path)["ledgers"][0] for path in (ledger, copy))
    assert again["count"] == counted["count"]
    assert again["findings"] == []
    read = {cell.value for sheet in openpyxl.load_workbook(copy) for row in sheet.iter_rows() for cell in row}
    assert not {"申请人", "申请内容", "备注"} & read


def test_strip__a_number_with_the_name_of_the_applicant__is_refused(tmp_path: Path) -> None:
    lines = invented.requests_of(world(), YEAR)
    lines[7] = {**lines[7], "number": f"{lines[7]['applicant']}的申请"}
    ledger, copy = write_ledger(tmp_path / "台账.xlsx", lines), tmp_path / "上报.xlsx"
    code, out, _ = run("ledger", "strip", ledger, "-o", copy)
    assert code == 1
    assert not copy.exists()
    assert "仍有其中的文字留在要上报的栏目里（原在 台账!E10），副本没有写出。" in out


def test_strip__the_search_itself_can_fail(ledger: Path) -> None:
    whole = packed_texts(ledger)
    assert invented.BUSY_APPLICANT.encode() in whole


def test_count__handed_in__writes_the_copy_beside_the_report(ledger: Path, tmp_path: Path) -> None:
    report, copy = tmp_path / "年报.xlsx", tmp_path / "上报.xlsx"
    assert run("ledger", "count", ledger, "-o", report, "--handed-in", copy)[0] == 0
    assert report.exists()
    assert invented.BUSY_APPLICANT.encode() not in packed_texts(copy)


def test_merge__sums_equal_those_of_the_reports(tmp_path: Path) -> None:
    folder, copies, reports = (tmp_path / name for name in ("台账", "上报", "年报"))
    folder.mkdir()
    agencies = [("110112114", "张家湾镇人民政府"), ("110112105", "漷县镇人民政府"), ("", "西集镇人民政府")]
    for seed, agency in enumerate(agencies, start=20):
        some = invented.invent_world(seed=seed, each_year=60)
        lines, cases = invented.requests_of(some, YEAR), invented.cases_of(some, YEAR)
        write_ledger(folder / f"{seed}.xlsx", lines, cases, agency=agency)
    assert run("ledger", "count", folder, "-o", reports, "--handed-in", copies)[0] == 0
    area = tmp_path / "全区台账.xlsx"
    merged = answer("ledger", "merge", copies, "--area", "通州区", "-o", area)
    read = [read_report(path) for path in reports.iterdir()]
    assert len(read) == len(agencies)
    figures = merged["total"]["figures"]
    for cell in annual():
        assert Decimal(figures[cell]) == sum(Decimal(each.values[cell] or 0) for each in read)
    again = answer("ledger", "count", area)["ledgers"][0]
    assert again["count"]["figures"] == figures
    assert again["findings"] == []
    lines_behind = again["count"]["lines"]["requests.received.natural_person"]
    assert {line.split(" ")[0] for line in lines_behind} == {"110112114", "110112105", "西集镇人民政府"}
    twice = answer("ledger", "merge", area, folder / "20.xlsx", "-o", tmp_path / "又一本.xlsx")
    assert [each["code"] for each in twice["ledgers"][1]["findings"]][:1] == ["ledger.merged_twice"]


# --- a register of an office's own ----------------------------------------------------------------------------------

OWN_HEADINGS = {
    "number": "登记流水",
    "received": "收件日",
    "channel": "来源",
    "applicant_type": "人员类别",
    "applicant": "姓名",
    "closed": "回复日",
    "result": "处理意见",
}
OWN_RESULTS = {"granted": "给了", "partly_granted": "给了一部分", "refused.state_secret": "涉密不给"}


def write_register(path: Path, lines: Lines) -> Path:
    """A register with headings and words of its own."""
    worded = [{**line, "result": OWN_RESULTS.get(line.get("result", ""), line.get("result"))} for line in lines]
    cleared = [{key: value for key, value in line.items() if value is not None} for line in worded]
    return write_ledger(path, cleared, year=None, columns=tuple(OWN_HEADINGS), renamed=OWN_HEADINGS)


def decide(path: Path, sheet: str, known: dict[str, str]) -> list[str]:
    """Choose what a clerk would choose; return what had been asked."""
    book = openpyxl.load_workbook(path)
    page, asked = book[sheet], []
    own = 1 if sheet == "栏目" else 2
    for row in range(4, page.max_row + 1):
        text = str(page.cell(row, own).value or "")
        if text and page.cell(row, own + 1).value is None:
            asked.append(text)
            page.cell(row, own + 1).value = known.get(text)
    book.save(path)
    return asked


def test_columns__unknown_headings_and_words__asked_once_and_remembered(tmp_path: Path) -> None:
    lines = invented.requests_of(world(), YEAR)
    register, columns = write_register(tmp_path / "登记簿.xlsx", lines), tmp_path / "对照.xlsx"
    words = ("ledger", "count", register, "--year", YEAR, "--columns", columns)
    code, out, _ = run(*words)
    assert code == 1
    assert out == f"还有 4 处等您决定，请打开 {columns}，在黄色的格里选好，保存后再运行一次。\n"
    headings = {"登记流水": "编号", "收件日": "收到日期*", "来源": "申请方式", "人员类别": "申请人类型*"}
    headings |= {"回复日": "办结日期*", "处理意见": "办理结果*"}
    assert decide(columns, "栏目", headings) == [title for title in OWN_HEADINGS.values() if title != "姓名"]
    code, out, _ = run(*words)
    assert (code, out[:7]) == (1, "还有 3 处等")
    results = {"给了": "（一）予以公开", "给了一部分": "（二）部分公开", "涉密不给": "（三）1.属于国家秘密"}
    assert sorted(decide(columns, "用语", results)) == sorted(results)
    read = answer(*words)["ledgers"][0]
    known = {cell: figure for cell, figure in annual().items() if cell.startswith("requests.")}
    assert {cell: read["count"]["figures"][cell] for cell in known} == known
    before = columns.read_bytes()
    assert run(*words)[0] == run(*words)[0]
    assert columns.read_bytes() == before
    more = [*lines, {**lines[0], "number": "2025-9999", "result": "找不到了", "closed": lines[0]["received"]}]
    write_register(register, more)
    code, out, _ = run(*words)
    assert out.startswith("还有 1 处等您决定")
    assert decide(columns, "用语", {}) == ["找不到了"]
    page = openpyxl.load_workbook(columns)["用语"]
    row = next(row for row in range(4, page.max_row + 1) if page.cell(row, 2).value == "找不到了")
    assert (page.cell(row, 4).value, page.cell(row, 5).value) == (1, str(len(more) + 2))


def test_columns__file__opens_with_lists_to_choose_from(tmp_path: Path) -> None:
    register = write_register(tmp_path / "登记簿.xlsx", invented.requests_of(world(), YEAR))
    columns = tmp_path / "对照.xlsx"
    run("ledger", "check", register, "--columns", columns)
    page = openpyxl.load_workbook(columns)["栏目"]
    (validation,) = page.data_validations.dataValidation
    assert re.fullmatch(r"选项!\$A\$1:\$A\$\d+", validation.formula1)
