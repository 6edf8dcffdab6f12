"""New, still there, gone: findings are known again from run to run by their fingerprints."""

import json
import os
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.cli.test_commands import ROSTER, answer, broken, report, returned, run
from tests.judges import recalculate

GOOD, BAD = report("zhangjiawan-2025"), broken(report("zhangjiawan-2025"))
WORSE = {**GOOD, "requests.carried_out.natural_person": 7}  # the same balance, out by another amount


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two returns that break a balance, and one that is right."""
    for code, figures in {"329907": BAD, "329908": BAD, "329909": GOOD}.items():
        returned(tmp_path / "returns", code, figures)
    return tmp_path


def again(folder: Path, code: str, figures: Any) -> None:
    (folder / "returns" / f"{code}.xlsx").unlink()
    returned(folder / "returns", code, figures)


def merge(folder: Path, *more: object) -> Any:
    return answer("merge", folder / "returns", "--roster", ROSTER, "-o", folder / "汇总.xlsx", "--force", *more)


def rows(path: Path) -> list[dict[str, Any]]:
    """The list of findings as a reader sees it."""
    sheet = openpyxl.load_workbook(path, data_only=True)["审核问题"]
    heads = [str(cell.value) for cell in sheet[3]]
    return [dict(zip(heads, row, strict=True)) for row in sheet.iter_rows(min_row=4, values_only=True)]


def test_merge__over_an_earlier_workbook__says_what_came_stayed_and_went(folder: Path) -> None:
    first = merge(folder)
    assert "since" not in first
    assert "与上次相比" not in rows(folder / "汇总.xlsx")[0]
    again(folder, "329907", GOOD)  # mended
    again(folder, "329908", WORSE)  # wrong in another way, the same matter
    again(folder, "329909", BAD)  # was right
    found = merge(folder)
    marks = {each["fingerprint"]: each for each in found["noted"]}
    here = {change: [marks[mark]["whose"] for mark in found["since"][change]] for change in ("new", "still")}
    assert here["new"] == ["329909"]
    assert "329908" in here["still"]
    assert [(each["whose"], each["severity"]) for each in found["since"]["gone"]] == [("329907", "must_fix")]
    assert found["since"]["file"] == "汇总.xlsx"
    listed = [(row["单位名称"], row["与上次相比"]) for row in rows(folder / "汇总.xlsx") if row["级别"] == "必须改正"]
    assert sorted(listed[-3:]) == [
        ("示例一镇人民政府", "已消除"),
        ("示例三镇人民政府", "新"),
        ("示例二镇人民政府", "仍在"),
    ]
    assert merge(folder)["since"]["gone"] == []  # what is gone is not gone again


def test_merge__in_words__new_ones_are_marked_and_gone_ones_listed(folder: Path) -> None:
    merge(folder)
    again(folder, "329907", GOOD)
    again(folder, "329909", BAD)
    words = ("merge", folder / "returns", "--roster", ROSTER, "-o", folder / "汇总.xlsx", "--force")
    _, out, _ = run(*words)
    assert out.count("【新】") == 1
    assert "✗ 【新】表三“自然人”" in out
    assert "与上次（汇总.xlsx）相比：新出现 1 个问题，仍在 2 个，已消除 1 个。" in out
    assert "√ 示例一镇人民政府：表三“自然人”" in out


def test_agency_that_was_counted_and_is_not_now__is_named(folder: Path) -> None:
    words = ("merge", folder / "returns", "--roster", ROSTER, "-o", folder / "汇总.xlsx", "--force")
    said = "上次计入、这次没有计入的单位 1 个：示例三镇人民政府。"
    merge(folder)
    before = {"merge": merge(folder), "check": answer("check", folder / "returns")}
    (folder / "returns" / "329909.xlsx").unlink()
    assert said in run(*words)[1]
    assert said not in run(*words)[1]  # nothing changed since the run before
    for key, content in before.items():
        (folder / f"{key}.json").write_text(json.dumps(content, ensure_ascii=False), "utf-8")
        assert merge(folder, "--since", folder / f"{key}.json")["since"]["dropped"] == ["示例三镇人民政府"], key
    code, out, _ = run("check", folder / "returns", "--roster", ROSTER, "--since", folder / "merge.json")
    assert (code, said in out) == (1, False)  # a check may be of some of the files


def test_check__since_the_json_of_an_earlier_check__or_a_consolidated_workbook(folder: Path) -> None:
    first = answer("check", folder / "returns")
    (folder / "上次.json").write_text(json.dumps(first, ensure_ascii=False), "utf-8")
    merge(folder)
    again(folder, "329907", GOOD)
    for before in ("上次.json", "汇总.xlsx"):
        found = answer("check", folder / "returns", "--since", folder / before)
        assert [len(found["since"][key]) for key in ("new", "still", "gone")] == [0, 1, 1], before
        # one file alone: of the agencies that were not looked at nothing is said
        one = answer("check", folder / "returns" / "329909.xlsx", "--since", folder / before)
        assert one["since"] == {"file": before, "new": [], "still": [], "gone": []}
    assert found["submissions"][1]["findings"][0]["fingerprint"] == found["since"]["still"][0]


def test_gone__what_this_run_did_not_check__is_not_called_resolved(folder: Path) -> None:
    last_year = folder / "上年"
    for code in ("329908", "329909"):
        returned(last_year, code, {**GOOD, "requests.carried_out.natural_person": 0}, year=2024)
    given = ("--previous", last_year)
    first = answer("check", folder / "returns", *given, "--roster", ROSTER)
    carried = {each["fingerprint"] for each in first["noted"] if each["code"] == "YEAR-CARRY"}
    assert carried
    (folder / "上次.json").write_text(json.dumps(first, ensure_ascii=False), "utf-8")
    merge(folder, *given)
    for before in ("上次.json", "汇总.xlsx"):
        without = answer("check", folder / "returns", "--roster", ROSTER, "--since", folder / before)
        assert without["since"]["gone"] == [], before
    assert not {each["code"] for each in merge(folder)["since"]["gone"]} & {"YEAR-CARRY", "YEAR-JUMP"}
    (folder / "规则.toml").write_text('[severity]\n"T3-BAL" = "off"\n', "utf-8")
    since = ("--since", folder / "上次.json")
    off = answer("check", folder / "returns", *given, "--roster", ROSTER, "--profile", folder / "规则.toml", *since)
    assert "T3-BAL" not in {each["code"] for each in off["since"]["gone"]}
    again(folder, "329908", {**GOOD, "requests.carried_in.natural_person": 0, "requests.received.natural_person": 101})
    mended = answer("check", folder / "returns", *given, "--roster", ROSTER, *since)
    assert carried & {each["fingerprint"] for each in mended["since"]["gone"]}


def test_fingerprint__the_name_of_the_file_and_who_asks__change_nothing(folder: Path) -> None:
    first = {each["fingerprint"] for each in answer("check", folder / "returns")["noted"]}
    (folder / "returns" / "329907.xlsx").rename(folder / "returns" / "改名.xlsx")
    assert {each["fingerprint"] for each in answer("check", folder / "returns", "--roster", ROSTER)["noted"]} == first
    assert len(first) == 2


def test_levels__each_area_against_its_own_earlier_workbook(folder: Path) -> None:
    (folder / "名册.csv").write_text(
        "代码,名称,上级代码,口径\n3299,示例市,,汇总\n1,东片,3299,汇总\n"
        "329907,示例一镇人民政府,1,\n329908,示例二镇人民政府,1,\n329909,示例三镇人民政府,3299,\n",
        "utf-8",
    )
    words = ("merge", folder / "returns", "--roster", folder / "名册.csv", "-o", folder / "市.xlsx", "--force")
    answer(*words, "--levels", folder / "各级")
    again(folder, "329907", GOOD)
    found = answer(*words, "--levels", folder / "各级")
    assert [each["whose"] for each in found["since"]["gone"]] == ["329907"]  # a sum of nothing had no findings


@pytest.mark.parametrize("content", ["[]", "{}", "nonsense", '{"noted": [{"severity": "x"}]}'])
def test_since__what_no_run_left__one_line_and_exit_2(folder: Path, content: str) -> None:
    (folder / "上次.json").write_text(content, "utf-8")
    code, out, err = run("check", folder / "returns", "--since", folder / "上次.json")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert "不能用来比较" in err


@pytest.mark.office
def test_since__a_workbook_that_libreoffice_has_saved__tells_the_same(folder: Path) -> None:
    merge(folder)
    saved = recalculate(folder / "汇总.xlsx", folder / "saved")
    again(folder, "329907", GOOD)
    found = answer("check", folder / "returns", "--since", saved)
    assert [len(found["since"][key]) for key in ("new", "still", "gone")] == [0, 1, 1]


# --- what the coordinator writes beside findings ------------------------------------------------------------------


def write_remarks(path: Path, **texts: str) -> None:
    """Write into 汇总单位备注 of the first row that needs correcting of each agency, as a person would."""
    book = openpyxl.load_workbook(path)
    sheet = book["审核问题"]
    heads: dict[str, Any] = {str(cell.value): cell.column for cell in sheet[3]}
    for name, text in texts.items():
        row = next(
            row
            for row in range(4, sheet.max_row + 1)
            if (sheet.cell(row, heads["单位名称"]).value, sheet.cell(row, heads["级别"]).value) == (name, "必须改正")
        )
        sheet.cell(row, heads["汇总单位备注"]).value = text
    book.save(path)


def remarks(path: Path) -> list[tuple[object, object, object]]:
    """Agency, remark and change of every row that has a remark."""
    return [
        (row["单位名称"], row["汇总单位备注"], row.get("与上次相比")) for row in rows(path) if row.get("汇总单位备注")
    ]


def test_remarks__stay_beside_their_findings__also_when_these_are_gone_and_come_back(folder: Path) -> None:
    merge(folder)
    target = folder / "汇总.xlsx"
    write_remarks(target, 示例一镇人民政府="已电话催改", 示例二镇人民政府="等局长签字")
    first, second = ("示例一镇人民政府", "已电话催改"), ("示例二镇人民政府", "等局长签字")
    again(folder, "329907", GOOD)
    merge(folder)
    assert sorted(remarks(target)) == [(*first, "已消除"), (*second, "仍在")]
    assert merge(folder)["since"]["gone"] == []
    assert sorted(remarks(target)) == [(*first, "以前的"), (*second, "仍在")]
    again(folder, "329907", BAD)
    merge(folder)
    assert sorted(remarks(target)) == [(*first, "新"), (*second, "仍在")]


def test_remarks__a_run_of_other_returns__keeps_them(folder: Path) -> None:
    merge(folder)
    target = folder / "汇总.xlsx"
    write_remarks(target, 示例一镇人民政府="已电话催改")
    (folder / "returns" / "329907.xlsx").rename(folder / "329907.xlsx")
    merge(folder)
    assert remarks(target) == [("示例一镇人民政府", "已电话催改", "以前的")]
    (folder / "329907.xlsx").rename(folder / "returns" / "329907.xlsx")
    merge(folder)
    assert remarks(target) == [("示例一镇人民政府", "已电话催改", "新")]


def test_remarks__without_force_and_with_another_run_to_compare_with__are_those_of_the_replaced_workbook(
    folder: Path,
) -> None:
    merge(folder)
    (folder / "汇总.xlsx").rename(folder / "第一次.xlsx")
    merge(folder)
    write_remarks(folder / "汇总.xlsx", 示例一镇人民政府="已电话催改")
    words = ("merge", folder / "returns", "--roster", ROSTER, "-o", folder / "汇总.xlsx")
    answer(*words, "--since", folder / "第一次.xlsx")
    assert remarks(folder / "汇总.xlsx") == [("示例一镇人民政府", "已电话催改", "仍在")]
    answer(*words)
    assert remarks(folder / "汇总.xlsx") == [("示例一镇人民政府", "已电话催改", "仍在")]


def test_remarks__on_findings_without_a_fingerprint__too(folder: Path) -> None:
    newer = returned(folder / "returns", "329907", GOOD, name="329907 改.xlsx")
    os.utime(newer, (newer.stat().st_mtime + 3600,) * 2)
    merge(folder)
    replaced = [row for row in rows(folder / "汇总.xlsx") if row["文件状态"] == "已被后报替代"]
    assert replaced
    write_remarks(folder / "汇总.xlsx", 示例一镇人民政府="以改的一份为准")
    merge(folder)
    assert [row[:2] for row in remarks(folder / "汇总.xlsx")] == [("示例一镇人民政府", "以改的一份为准")]
