"""What a run says about files beside the returns, and about a merge that finds none of what was asked for."""

import sqlite3
import zipfile
from pathlib import Path

import openpyxl
import pytest

from tests.cli.test_commands import ROSTER, answer, report, returned, run
from tests.commands.test_decisions import decide

TOWN = "zhangjiawan-2025"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "收回"
    returned(made, "329907", report(TOWN))
    return made


def told(folder: Path, file: str) -> tuple[str, str]:
    """Status of a file in a check, and the first thing said about it."""
    row = next(row for row in answer("check", folder, "--roster", ROSTER)["submissions"] if row["file"].endswith(file))
    first = row["findings"][0]
    return row["status"], first["message"]


def test_merge__no_return_of_the_year__says_which_years_there_are(folder: Path, tmp_path: Path) -> None:
    code, _, err = run("merge", folder, "--year", "2023", "-o", tmp_path / "汇总.xlsx")
    assert code == 2
    assert "找到 1 个文件，其中没有2023 年度的报表，无法汇总；现有：2025 年度“" in err
    assert "1 份" in err


def test_merge__no_return_of_the_form__says_which_forms_there_are(folder: Path, tmp_path: Path) -> None:
    code, _, err = run("merge", folder, "--form", "civil-affairs", "-o", tmp_path / "汇总.xlsx")
    assert code == 2
    assert "没有“civil-affairs”的报表" in err
    assert "（zfxxgk-annual-report）1 份" in err


def test_levels__one_level__no_folder_is_announced(folder: Path, tmp_path: Path) -> None:
    roster = tmp_path / "名册.csv"
    roster.write_text("代码,名称\n329907,示例一镇人民政府\n329908,示例二镇人民政府\n", "utf-8")
    words = ("merge", folder, "--roster", roster, "-o", tmp_path / "汇总.xlsx", "--levels", tmp_path / "各级")
    _, out, _ = run(*words)
    assert f"另已写出：{tmp_path / '各级'}" not in out
    assert "没有下级地区的报表，没有另写各级的汇总。" in out


def test_decisions__a_path_below_the_folder__names_the_file(folder: Path, tmp_path: Path) -> None:
    returned(folder / "镇", "329908", report(TOWN), name="报表.xlsx")
    returned(folder / "街道", "329909", report("suqian-2024"), name="报表.xlsx")
    book, output = tmp_path / "裁定.xlsx", tmp_path / "汇总.xlsx"
    words = ("merge", folder, "--roster", ROSTER, "-o", output, "--force", "--decisions", book)
    answer(*words)
    decide(book, "镇/报表.xlsx", "不计入")
    made = answer(*words)
    assert {row["file"].rpartition("收回/")[2]: row["status"] for row in made["files"]} == {
        "329907.xlsx": "accepted",
        "镇/报表.xlsx": "foreign",
        "街道/报表.xlsx": "accepted",
    }


def test_own_outputs__among_the_returns__are_named_and_need_no_answer(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "导出"
    run("merge", folder, "-o", tmp_path / "汇总.xlsx", "--html", tmp_path / "汇总.html", "--export", out)
    for path in (tmp_path / "汇总.html", *out.iterdir()):
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "结果.json").write_text(run("check", folder, "--json")[1], "utf-8")
    rows = answer("check", folder, "--roster", ROSTER)["submissions"]
    others = {Path(row["file"]).name: row for row in rows if row["status"] != "accepted"}
    assert len(others) >= 7
    assert {(row["status"], row["findings"][0]["code"]) for row in others.values()} == {("foreign", "file.own_list")}
    assert others["汇总.html"]["findings"][0]["message"] == "“汇总.html”是本程序写的网页，不是报表。不用处理。"
    assert (
        others["xltool.sqlite"]["findings"][0]["message"] == "“xltool.sqlite”是本程序导出的数据，不是报表。不用处理。"
    )
    assert others["结果.json"]["findings"][0]["message"] == "“结果.json”是本程序输出的 JSON，不是报表。不用处理。"


def test_database_of_another_program__is_not_called_ours(folder: Path) -> None:
    with sqlite3.connect(folder / "别的.sqlite") as connection:
        connection.execute("CREATE TABLE other (id)")
    connection.close()
    assert told(folder, "别的.sqlite")[0] == "unreadable"


def test_archives__cut_off_or_empty__are_told_as_archives(folder: Path) -> None:
    whole = folder / "整.zip"
    with zipfile.ZipFile(whole, "w") as archive:
        archive.write(folder / "329907.xlsx", "329908.xlsx")
    data = whole.read_bytes()
    whole.unlink()
    (folder / "半截.zip").write_bytes(data[: len(data) // 2])
    with zipfile.ZipFile(folder / "空.zip", "w"):
        pass
    assert told(folder, "半截.zip")[1].startswith("压缩包“半截.zip”不完整，打不开，里面的文件没有读。")
    assert told(folder, "空.zip")[1].startswith("压缩包“空.zip”是空的，里面没有文件。")


def test_scan__beside_the_return_of_its_agency__needs_no_answer(folder: Path, tmp_path: Path) -> None:
    (folder / "329907 示例一镇人民政府 扫描件.pdf").write_bytes(b"%PDF-1.4\n%%EOF")
    (folder / "示例二镇人民政府.pdf").write_bytes(b"%PDF-1.4\n%%EOF")
    _, out, _ = run("check", folder, "--roster", ROSTER, "--return", tmp_path / "退回")
    assert "“329907 示例一镇人民政府 扫描件.pdf”是PDF 文件，没有读；这个单位的报表已另外收到。不用处理。" in out
    assert [path.name for path in sorted((tmp_path / "退回").iterdir())] == [
        "示例二镇人民政府 检查结果.html",
        "退回清单.xlsx",
    ]
    assert "做出 1 份检查结果（" in out


def test_summary__saved_without_results__is_told_in_one_sentence(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "汇总.xlsx"
    run("merge", folder, "-o", output)
    book = openpyxl.load_workbook(output)
    book["明细"]["T8"] = 1
    book.save(output)
    (made,) = answer("check", output)["submissions"]
    messages = [finding["message"] for finding in made["findings"] if finding["severity"] == "must_fix"]
    assert len(messages) == 1
    assert messages[0].startswith("这本汇总工作簿改动后没有存公式的结果，")
    assert "打开一次，保存后再交来" in messages[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"[[waivers]\nagency = 1", "第 1 行第 10 个字处写得不对，读不出来。"),
        (b'agency = "', "读不出来：到末尾仍不完整，或同一个键写了两次。"),
        ("agency = '单位'".encode("gbk"), "读不出来：不是 UTF-8 编码。"),
    ],
)
def test_waivers__that_are_no_toml__say_where_in_chinese(text: bytes, said: str, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "豁免.toml"
    path.write_bytes(text)
    code, _, err = run("check", folder, "--waivers", path)
    assert code == 2
    assert said in err


def test_merge__says_which_counted_returns_wait_for_an_explanation(folder: Path, tmp_path: Path) -> None:
    assert "待说明，涉及" not in run("merge", folder, "--roster", ROSTER, "-o", tmp_path / "a.xlsx")[1]
    figures = {**report(TOWN), "disclosure.rules.issued": 5, "disclosure.rules.in_force": 3}
    returned(folder, "329908", figures)
    made = answer("check", folder, "--roster", ROSTER)
    row = next(row for row in made["submissions"] if row["agency"]["code"] == "329908")
    count = sum(finding["severity"] == "explain" for finding in row["findings"])
    _, out, _ = run("merge", folder, "--roster", ROSTER, "-o", tmp_path / "b.xlsx")
    assert f"已计入的报表里有 {count} 个问题待说明，涉及 1 个单位（示例二镇人民政府）：" in out


def test_duplicate__is_told_without_the_findings_of_the_one_that_stands(folder: Path) -> None:
    path = returned(folder, "329908", {**report(TOWN), "requests.carried_out.natural_person": 5})
    (folder / "329908 (1).xlsx").write_bytes(path.read_bytes())
    _, out, _ = run("check", folder, "--roster", ROSTER)
    assert out.count("表三“自然人”不平") == 1
