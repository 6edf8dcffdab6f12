"""--previous is told for what it was good for; returns of another year are told; status works from the first day."""

import json
from pathlib import Path

import pytest

from tests.cli.test_commands import ROSTER, answer, report, returned, run


@pytest.fixture(scope="module")
def returns_of_2024(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("上年")
    returned(folder, "329901", report("suqian-2024"), year=2024)
    return folder


def test_template__some_agencies_have_figures__told(tmp_path: Path, returns_of_2024: Path) -> None:
    words = ("template", "--year", 2025, "--roster", ROSTER, "--previous", returns_of_2024)
    code, out, _ = run(*words, "-o", tmp_path / "模板")
    assert (code, "12 个单位中 1 个有，已预填" in out, "没有上年数字的 11 个单位" in out) == (0, True, True)


def test_template__figures_of_another_year__nothing_is_written(tmp_path: Path, returns_of_2024: Path) -> None:
    words = ("template", "--year", 2026, "--roster", ROSTER, "--previous", returns_of_2024)
    code, _, err = run(*words, "-o", tmp_path / "模板")
    assert (code, "要的是 2025 年" in err, "2024 年的" in err) == (2, True, True)
    assert not (tmp_path / "模板").exists()


def test_template__figures_of_another_district__refused(tmp_path: Path, returns_of_2024: Path) -> None:
    roster = tmp_path / "名册.csv"
    roster.write_text("代码,名称\n9,别处\n", "utf-8")
    words = ("template", "--year", 2025, "--roster", roster, "--previous", returns_of_2024)
    code, _, err = run(*words, "-o", tmp_path / "模板")
    assert (code, "有 2024 年的，但单位对不上：里面的单位代码（如 329901）都不是这 1 个单位的（如 9）" in err) == (
        2,
        True,
    )


def test_merge_and_check__say_how_many_were_compared(tmp_path: Path, returns_of_2024: Path) -> None:
    path = returned(tmp_path, "329901", report("suqian-2024"))
    for words in (("check", path), ("merge", path, "-o", tmp_path / "汇总.xlsx")):
        done = answer(*words, "--roster", ROSTER, "--previous", returns_of_2024)
        assert done["previous"] == {"year": 2024, "used": ["329901"], "without": []}
    other = returned(tmp_path / "别", "329902", report("hongze-2024"))
    assert run("check", other, "--roster", ROSTER, "--previous", returns_of_2024)[0] == 2
    alone = answer("check", other, "--previous", returns_of_2024)  # a unit that checks its own return may be new
    assert alone["previous"] == {"year": 2024, "used": [], "without": ["329902"]}
    old = returned(tmp_path / "旧", "329902", report("hongze-2024"), year=2023)
    assert run("check", old, "--previous", returns_of_2024)[0] == 2


def test_previous__folder_of_an_import__works_with_its_log(tmp_path: Path, returns_of_2024: Path) -> None:
    (source,) = returns_of_2024.glob("*.xlsx")
    page = tmp_path / "年报.html"
    assert run("publish", source, "-o", page)[0] in {0, 1}
    code, _, err = run("import", page, "-o", tmp_path / "导入")
    assert (code, err) in {(0, ""), (1, "")}
    assert len(list((tmp_path / "导入").glob("*.xlsx"))) == 2
    words = ("template", "--year", 2025, "--roster", ROSTER, "--previous", tmp_path / "导入", "-o", tmp_path / "模板")
    code, out, err = run(*words)
    assert (code, "12 个单位中 1 个有" in out) == (0, True), err


def test_check__year_given__other_years_do_not_count(tmp_path: Path) -> None:
    for code, year in (("329901", 2025), ("329902", 2024)):
        returned(tmp_path, code, report("suqian-2024"), year=year)
    done = answer("check", "--no-cache", tmp_path, "--year", 2025)
    by_year = {item["year"]: item for item in done["submissions"]}
    assert (by_year[2025]["status"], by_year[2024]["status"]) == ("accepted", "foreign")
    assert "2024" in by_year[2024]["findings"][0]["message"]


def test_check__one_of_three_of_another_year__noted(tmp_path: Path) -> None:
    for code, year in (("329901", 2025), ("329902", 2024), ("329903", 2025)):
        returned(tmp_path, code, report("suqian-2024"), year=year)
    done = answer("check", "--no-cache", tmp_path)
    noted = [
        (item["year"], item["status"])
        for item in done["submissions"]
        if "一起收到的多数" in json.dumps(item["findings"], ensure_ascii=False)
    ]
    assert noted == [(2024, "accepted")]


def test_status__nothing_came_yet__everybody_is_missing(tmp_path: Path) -> None:
    code, out, err = run("status", tmp_path, "--roster", ROSTER)
    assert (code, err, out.count("未报\n")) == (1, "", 12)
    assert "应报 12 个单位：已计入 0，退回或未计入 0，待裁定 0，未报 12。" in out


def test_status__file_that_cannot_be_read__stands_beside_its_agency(tmp_path: Path) -> None:
    (tmp_path / "329903 示例二区人民政府.rar").write_bytes(b"Rar!\x1a\x07\x01\0" + bytes(90))
    (tmp_path / "329904 示例三区.xlsx").write_bytes(b"PK\x03\x04 no more")
    done = answer("status", tmp_path, "--roster", ROSTER)
    beside = {each["code"]: (each["status"], Path(each["file"]).suffix) for each in done["agencies"] if each["file"]}
    assert beside == {"329903": ("foreign", ".rar"), "329904": ("unreadable", ".xlsx")}
    assert len(done["missing"]) == 12


@pytest.mark.parametrize("tick", ["√", "✓", "☑ 是", "是", "对"])
def test_declaration__ticked__counts(tmp_path: Path, tick: str) -> None:
    from xltool.recognition.cell_values import is_affirmative

    assert is_affirmative(tick)
    assert not any(map(is_affirmative, ("", "否", "×", "不")))
