"""Sentences about files among the returns: each is named for what it is, with the cure that fits."""

import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.cli.test_commands import ROSTER, answer, broken, report, returned, run
from tests.commands.test_decisions import COLUMNS, decide, merged, rows, statuses
from tests.merging import the_form
from tests.returns import GOOD, TOWN, filled
from xltool.forms.slots import Purpose, Role
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.agency import Agency, Scope

REPORT = "zhangjiawan-2025"
FIRST, SECOND, THIRD = "329907", "329908", "329909"


def checked(*words: object) -> dict[str, Any]:
    """The submissions of a check by the name of their file."""
    found = answer("check", *words, "--no-cache")
    return {Path(item["file"]).name: item for item in found["submissions"]}


def sentence(item: Any) -> str:
    return str(item["findings"][0]["message"])


def changed(folder: Path, code: str, figure: int, **more: Any) -> Path:
    return returned(folder, code, {**report(REPORT), "disclosure.licensing.decisions": figure}, **more)


# --- our own lists ---------------------------------------------------------------------------------------------------


def test_own_lists__are_named_and_need_no_cure(tmp_path: Path) -> None:
    folder = tmp_path / "收回"
    run("template", "--year", 2025, "--roster", ROSTER, "-o", tmp_path / "下发")
    returned(folder, FIRST, broken(report(REPORT)))
    run("check", folder, "--roster", ROSTER, "--return", tmp_path / "退回", "--decisions", tmp_path / "裁定.xlsx")
    (issued,) = (tmp_path / "下发").glob("*下发清单.xlsx")
    for path in (issued, tmp_path / "退回" / "退回清单.xlsx", tmp_path / "裁定.xlsx", ROSTER):
        shutil.copy(path, folder)
    roster = openpyxl.Workbook()
    sheet = roster.worksheets[0]
    for line in ROSTER.read_text("utf-8-sig").splitlines():
        sheet.append(line.split(","))
    roster.save(folder / "名册.xlsx")
    found = checked(folder, "--roster", ROSTER)
    assert {name: (item["status"], sentence(item)) for name, item in found.items() if name != "329907.xlsx"} == {
        issued.name: ("foreign", f"“{issued.name}”是下发清单，不是报表。不用处理。"),
        "退回清单.xlsx": ("foreign", "“退回清单.xlsx”是退回清单，不是报表。不用处理。"),
        "裁定.xlsx": ("foreign", "“裁定.xlsx”是裁定表，不是报表。不用处理。"),
        ROSTER.name: ("foreign", f"“{ROSTER.name}”是单位名册，不是报表。不用处理。"),
        "名册.xlsx": ("foreign", "“名册.xlsx”是单位名册，不是报表。不用处理。"),
    }
    (folder / "329907.xlsx").unlink()
    returned(folder, FIRST, report(REPORT))
    assert run("check", folder, "--roster", ROSTER, "--no-cache")[0] == 0


def test_own_list__saved_without_its_property__is_known_by_its_headings(tmp_path: Path) -> None:
    run("template", "--year", 2025, "--roster", ROSTER, "-o", tmp_path / "下发")
    (issued,) = (tmp_path / "下发").glob("*下发清单.xlsx")
    book = openpyxl.load_workbook(issued)
    book.custom_doc_props.props.clear()  # type: ignore[attr-defined]  # the stubs lack it
    book.save(tmp_path / "清单.xlsx")
    assert sentence(checked(tmp_path / "清单.xlsx")["清单.xlsx"]) == "“清单.xlsx”是下发清单，不是报表。不用处理。"


def test_other_table_with_codes_and_names__is_no_roster(tmp_path: Path) -> None:
    (tmp_path / "联系表.csv").write_text("单位代码,单位名称,电话\n1,甲,1\n2,乙,2\n", "utf-8")
    assert checked(tmp_path, "--roster", ROSTER)["联系表.csv"]["findings"][0]["code"] == "file.not_workbook"
    assert checked(tmp_path)["联系表.csv"]["findings"][0]["code"] == "file.not_workbook"


# --- files that cannot be read ---------------------------------------------------------------------------------------


def test_damaged_file__is_named_once_and_with_its_archive(tmp_path: Path) -> None:
    (tmp_path / "坏.xlsx").write_bytes(b"PK\x03\x04 no more")
    with zipfile.ZipFile(tmp_path / "来件.zip", "w") as archive:
        archive.writestr("镇/坏的.xlsx", b"PK\x03\x04 no more")
        archive.writestr("镇/看.txt", "文字")
    found = checked(tmp_path)
    assert sentence(found["坏.xlsx"]).startswith("文件“坏.xlsx”已损坏：不是完整的工作簿。请")
    assert sentence(found["坏的.xlsx"]).startswith("文件“来件.zip/镇/坏的.xlsx”已损坏：不是完整的工作簿。请")
    assert sentence(found["看.txt"]).startswith("文件“来件.zip/镇/看.txt”不是可读的工作簿，而是纯文本（如 CSV）。")


@pytest.mark.parametrize("suffix", ["xlsx", "xls", "et"])
def test_other_file_with_the_suffix_of_a_workbook__must_be_sent_again(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"年报.{suffix}").write_text("改名的文字", "utf-8")
    (found,) = checked(tmp_path).values()
    assert sentence(found) == (
        f"文件“年报.{suffix}”的后缀是 .{suffix}，内容却是纯文本（如 CSV），不是工作簿，没有读。"
        "请填报单位用 Excel 或 WPS 打开填好的报表，另存为 .xlsx 后重新发送；改后缀不能改变内容。"
    )


# --- consolidations among the returns --------------------------------------------------------------------------------


def summed(tmp_path: Path, *codes: str) -> Path:
    """A folder with returns and an earlier consolidation of them."""
    folder = tmp_path / "收回"
    for code in codes:
        returned(folder, code, report(REPORT))
    assert run("merge", folder, "--roster", ROSTER, "-o", folder / "旧汇总.xlsx", "--no-cache")[0] == 1
    return folder


def test_earlier_consolidation__gives_way_to_the_returns_beside_it(tmp_path: Path) -> None:
    folder = summed(tmp_path, FIRST, SECOND)
    words = ("merge", folder, "--roster", ROSTER, "--no-cache", "--force", "-o", tmp_path / "新.xlsx")
    for figure in (0, 5):
        if figure:
            (folder / f"{FIRST}.xlsx").unlink()
            changed(folder, FIRST, figure)
        made = answer(*words)
        assert statuses(made) == {"329907.xlsx": "accepted", "329908.xlsx": "accepted", "旧汇总.xlsx": "superseded"}
        assert made["totals"]["disclosure.licensing.decisions"] == figure
    row = next(row for row in made["files"] if row["file"].endswith("旧汇总.xlsx"))
    assert row["reason"] == (
        "这是以前的汇总工作簿，里面的 2 个单位都另有报表在一起，以各单位的报表为准，它没有计入。不用处理。"
    )
    assert "旧汇总.xlsx（示例市人民政府）：以前的汇总" in run(*words)[1]


def test_consolidations_and_what_is_inside__have_one_status_in_check_and_merge(tmp_path: Path) -> None:
    folder = summed(tmp_path, FIRST, SECOND)
    returned(folder, "329909", report(REPORT))
    run("merge", folder / "329909.xlsx", "-o", folder / "三镇汇总.xlsx", "--area", "三镇", "--no-cache")
    merged = answer("merge", folder, "--roster", ROSTER, "--no-cache", "-o", tmp_path / "新.xlsx")
    made = answer("check", folder, "--roster", ROSTER, "--no-cache")
    states = {Path(row["file"]).name: row["status"] for row in made["submissions"]}
    assert states == statuses(merged)
    assert states["旧汇总.xlsx"] == states["329909.xlsx"] == "superseded"


def test_earlier_consolidation__with_a_member_of_which_nothing_else_is_there__says_so(tmp_path: Path) -> None:
    folder = summed(tmp_path, FIRST, SECOND)
    (folder / f"{SECOND}.xlsx").unlink()
    (folder / f"{FIRST}.xlsx").unlink()
    changed(folder, FIRST, 5)
    made = answer("merge", folder, "--roster", ROSTER, "--no-cache", "-o", tmp_path / "新.xlsx")
    assert statuses(made) == {"329907.xlsx": "accepted", "旧汇总.xlsx": "superseded"}
    row = next(row for row in made["files"] if row["file"].endswith("旧汇总.xlsx"))
    assert "只在它里面、没有另外报表的单位有：示例二镇人民政府。请把这些单位的报表也放进来" in row["reason"]


def test_return_inside_a_consolidation__is_said_to_be_inside(tmp_path: Path) -> None:
    folder = tmp_path / "收回"
    returned(folder, FIRST, report(REPORT))
    run("merge", folder, "-o", folder / "一区汇总.xlsx", "--area", "一区", "--no-cache")
    words = ("merge", folder, "--roster", ROSTER, "--no-cache", "-o", tmp_path / "新.xlsx")
    out = run(*words)[1]
    assert "329907.xlsx（示例一镇人民政府）：已在汇总之内" in out
    status = answer("status", folder, "--roster", ROSTER, "--no-cache")
    assert {row["code"]: row["status"] for row in status["agencies"]}[FIRST] == "inside"


def test_nothing_counted__the_sum_is_not_said_to_be_blank(tmp_path: Path) -> None:
    returned(tmp_path / "收回", FIRST, broken(report(REPORT)))
    made = answer("merge", tmp_path / "收回", "--roster", ROSTER, "--no-cache", "-o", tmp_path / "新.xlsx")
    assert [finding["code"] for finding in made["findings"]] == ["merge.incomplete"]


# --- versions, decisions, trace --------------------------------------------------------------------------------------


def with_text(path: Path, text: str, time: int) -> None:
    book = openpyxl.load_workbook(path)
    sheet, address = plan_workbook(the_form()).paragraphs["overview"][0]
    book[sheet][address] = text
    book.save(path)
    os.utime(path, (time, time))


def test_equal_figures_and_other_texts__are_two_versions(tmp_path: Path) -> None:
    folder = tmp_path / "收回"
    with_text(returned(folder, FIRST, report(REPORT), name="甲 初稿.xlsx"), "初稿的话。", 1_768_000_000)
    with_text(returned(folder, FIRST, report(REPORT), name="甲 定稿.xlsx"), "定稿的话。", 1_768_000_000)
    words = ("merge", folder, "--roster", ROSTER, "--no-cache", "--force", "-o", tmp_path / "新.xlsx")
    made = answer(*words)
    assert statuses(made) == {"甲 初稿.xlsx": "superseded", "甲 定稿.xlsx": "accepted"}
    assert "它数字没有改，改了文字（一、总体情况）。" in made["files"][0]["reason"]
    assert "不用处理" not in "".join(row["reason"] for row in made["files"])


def test_flawed_return_counted_by_decision__keeps_its_count_of_problems(tmp_path: Path) -> None:
    folder, book = tmp_path / "收回", tmp_path / "裁定.xlsx"
    returned(folder, FIRST, broken(report(REPORT)))
    merged(folder, book)
    decide(book, "329907.xlsx", "计入", 理由="急用")
    made = merged(folder, book)
    (row,) = made["files"]
    assert row["reason"] == (
        "有 1 处必须改正的问题，按裁定仍计入：急用（李四，2026-01-31）。请填报单位改正后重报，再重新汇总。"
    )
    sheet = openpyxl.load_workbook(tmp_path / "汇总.xlsx", data_only=True)["报送情况"]
    heads, *rows = sheet.iter_rows(min_row=3, values_only=True)
    (counted,) = (row for row in rows if "329907.xlsx" in row)
    shown = dict(zip(heads, counted, strict=True))
    assert (shown["状态"], shown["计入"], shown["必须改正"]) == ("已计入", "是", 1)


def test_flawed_version_chosen_by_decision__is_still_returned(tmp_path: Path) -> None:
    folder, book = tmp_path / "收回", tmp_path / "裁定.xlsx"
    for name, figures in (("甲.xlsx", report(REPORT)), ("乙.xlsx", broken(report(REPORT)))):
        path = returned(folder, FIRST, figures, name=name)
        os.utime(path, (1_768_000_000, 1_768_000_000))
    merged(folder, book)
    decide(book, "乙.xlsx", "计入")
    made = merged(folder, book)
    assert statuses(made) == {"甲.xlsx": "superseded", "乙.xlsx": "returned"}
    reason = next(row["reason"] for row in made["files"] if row["file"].endswith("乙.xlsx"))
    assert "按裁定以这一份为准" in reason
    assert "有 1 处必须改正的问题，没有计入汇总" in reason


def test_decided_question__is_marked_settled_and_rows_stay(tmp_path: Path) -> None:
    folder, book = tmp_path / "收回", tmp_path / "裁定.xlsx"
    for number, name in enumerate(("一镇 甲.xlsx", "一镇 乙.xlsx")):
        os.utime(changed(folder, FIRST, number, name=name), (1_768_000_000, 1_768_000_000))
    returned(folder, "329906", report(REPORT), name="二镇.xlsx")
    merged(folder, book)
    assert [row["情况"] for row in rows(book)] == ["待裁定"] * 3
    decide(book, "一镇 甲.xlsx", "计入")
    merged(folder, book)
    states = {Path(row["文件"]).name: row["情况"] for row in rows(book)}
    assert states == {"一镇 甲.xlsx": "已照此办理", "一镇 乙.xlsx": "已了结，不用再填", "二镇.xlsx": "待裁定"}
    before = book.read_bytes()
    merged(folder, book)
    assert book.read_bytes() == before
    (folder / "一镇 甲.xlsx").unlink()
    changed(folder, FIRST, 9, name="一镇 甲.xlsx")
    merged(folder, book)
    assert rows(book)[1 if rows(book)[1]["裁定"] else 0]["情况"] == "已失效：文件的内容变了"


def test_decisions_without_the_column_of_states__get_it_beside_what_people_wrote(tmp_path: Path) -> None:
    folder, book = tmp_path / "收回", tmp_path / "裁定.xlsx"
    returned(folder, "329906", report(REPORT), name="二镇.xlsx")
    merged(folder, book)
    opened = openpyxl.load_workbook(book)
    sheet = opened["裁定"]
    sheet.cell(3, len(COLUMNS), "备注")
    sheet.cell(4, len(COLUMNS), "已打电话")
    opened.save(book)
    merged(folder, book)
    sheet = openpyxl.load_workbook(book)["裁定"]
    assert [cell.value for cell in sheet[3]][-2:] == ["备注", "情况"]
    assert [cell.value for cell in sheet[4]][-2:] == ["已打电话", "待裁定"]


def test_several_wrong_decisions__are_told_one_in_a_line(tmp_path: Path) -> None:
    folder, book = tmp_path / "收回", tmp_path / "裁定.xlsx"
    returned(folder, "329906", report(REPORT), name="二镇.xlsx")
    merged(folder, book)
    decide(book, "二镇.xlsx", "算进去", 理由="")
    decide(book, "四十镇.xlsx", "不计入")
    code, out, err = run("check", folder, "--roster", ROSTER, "--no-cache", "--decisions", book)
    assert (code, out) == (2, "")
    lines = err.strip().splitlines()
    assert lines[0] == f"裁定表“{book}”有 3 处不对："
    assert lines[1].startswith("第 4 行（")
    assert lines[3] == "第 5 行的文件“四十镇.xlsx”这次没有找到。"
    assert lines[4] == "没有汇总，也没有改动任何文件。请一并改正后重新运行。"


def test_day_stored_as_a_number__is_shown_as_a_day(tmp_path: Path) -> None:
    folder, book = tmp_path / "收回", tmp_path / "裁定.xlsx"
    returned(folder, "329906", report(REPORT), name="五区.xlsx")
    merged(folder, book)
    decide(book, "五区.xlsx", "计入")
    opened = openpyxl.load_workbook(book)
    opened["裁定"].cell(4, COLUMNS.index("日期") + 1).value = 45661
    opened.save(book)
    (row,) = merged(folder, book)["files"]
    assert row["decision"]["date"] == "2025-01-04"
    path = returned(folder, FIRST, report(REPORT))
    explained = openpyxl.load_workbook(path)
    page = plan_workbook(the_form()).sheet_for(Purpose.EXPLANATIONS)
    spots = {slot.key: slot.address for slot in reversed(page.slots) if slot.role is Role.EXPLANATION}
    for key, value in (("relation", "某关系"), ("reason", "已核实"), ("author", "张三"), ("date", 45661)):
        explained[page.name][spots[key]] = value
    explained.save(path)
    answer("merge", folder, "--roster", ROSTER, "--no-cache", "--force", "-o", tmp_path / "汇总.xlsx")
    texts = openpyxl.load_workbook(tmp_path / "汇总.xlsx")["单位文字"]
    said = [str(cell.value) for line in texts.iter_rows() for cell in line]
    assert any("已核实（张三 2025-01-04）" in text for text in said)


def test_trace__figure_that_cannot_be_counted__is_not_called_blank(tmp_path: Path) -> None:
    returned(tmp_path / "收回", FIRST, {**report(REPORT), "requests.received.natural_person": "约100"})
    out = tmp_path / "汇总.xlsx"
    run("merge", tmp_path / "收回", "--roster", ROSTER, "--no-cache", "-o", out, "--include-flawed")
    said = run("trace", out, "requests.received.natural_person")[1]
    assert "1 个单位没有填，或填的不能计入。" in said


# --- whose return, which scope, last year ----------------------------------------------------------------------------


def cover(path: Path, name: str) -> Path:
    book = openpyxl.load_workbook(path)
    book["填报说明"]["B3"] = name or None
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("示例一镇人民政府", "undecided"),
        ("示例一镇", "undecided"),
        ("示例二镇", "accepted"),
        ("示例二镇人民政府（盖章）", "accepted"),
        ("示例市示例二镇人民政府", "accepted"),
        ("", "accepted"),
    ],
)
def test_name_on_the_cover__is_a_witness_of_the_owner(tmp_path: Path, name: str, status: str) -> None:
    cover(returned(tmp_path / "收回", SECOND, report(REPORT), name="年报.xlsx"), name)
    item = checked(tmp_path / "收回", "--roster", ROSTER)["年报.xlsx"]
    assert item["status"] == status
    if status == "undecided":
        assert sentence(item).startswith("首页或标题写的是示例一镇人民政府（329907），报表内容却是示例二镇人民政府")


@pytest.mark.parametrize(
    ("listed", "scope", "status", "code"),
    [
        ("汇总", Scope.OWN, "returned", "identity.scope_doubles"),
        ("本机关", Scope.AREA, "returned", "identity.scope_doubles"),
        ("", Scope.AREA, "accepted", "identity.scope"),
        ("", Scope.OWN, "accepted", None),
        ("汇总", Scope.AREA, "accepted", None),
    ],
)
def test_scope__that_the_roster_states__is_kept(
    tmp_path: Path, listed: str, scope: Scope, status: str, code: str | None
) -> None:
    roster = tmp_path / "名册.csv"
    roster.write_text(f"代码,名称,口径\n{TOWN.code},{TOWN.name},{listed}\n", "utf-8")
    agency = Agency(TOWN.code, TOWN.name, scope=scope)
    filled(tmp_path / "收回" / "甲.xlsx", GOOD, agency=agency)
    item = checked(tmp_path / "收回", "--roster", roster)["甲.xlsx"]
    codes = [finding["code"] for finding in item["findings"] if finding["code"].startswith("identity.scope")]
    assert (item["status"], codes) == (status, [code] if code else [])


def test_previous__of_agencies_outside_the_sum_only__is_no_error_after_writing(tmp_path: Path) -> None:
    before, now, out = tmp_path / "上年", tmp_path / "收回", tmp_path / "汇总.xlsx"
    returned(before, FIRST, report(REPORT), year=2024)
    returned(now, FIRST, broken(report(REPORT)))
    returned(now, SECOND, report(REPORT))
    words = ("--roster", ROSTER, "--no-cache", "--previous", before)
    code, said, err = run("merge", now, *words, "-o", out)
    assert (code, err, out.exists()) == (1, "", True)
    assert "上年数字（2024 年）：1 个单位中 0 个有" in said


def test_roster_word_that_is_not_known__is_told_with_its_column(tmp_path: Path) -> None:
    roster = tmp_path / "名册.csv"
    roster.write_text("代码,名称,规章制定权\n1,甲镇,√\n", "utf-8")
    code, _, err = run("check", tmp_path, "--roster", roster)
    assert code == 2
    assert "名册“名册.csv”第 2 行“规章制定权”一列的“√”不在可填的内容之中。" in err


def test_format_that_shows_nothing__is_not_quoted_as_nothing(tmp_path: Path) -> None:
    path = returned(tmp_path / "收回", FIRST, report(REPORT))
    book = openpyxl.load_workbook(path)
    book["表三"]["D7"].number_format = ";;;"
    book.save(path)
    said = " ".join(finding["message"] for finding in checked(path)["329907.xlsx"]["findings"])
    assert "看上去是空的，存的是“88”" in said
    assert "“”" not in said
