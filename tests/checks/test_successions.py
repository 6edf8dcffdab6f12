"""Agencies merged, split, renamed or abolished during the year: templates, checks, sums and status follow the work."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.cli.test_commands import answer, run
from tests.filled import write_once
from tests.merging import the_form
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.agency import Agency
from xltool.roster.read_roster import read_roster
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest

# 1 and 2 became 5; 3 was divided into 6 and 7; 4 left its work to nobody; 8 has a new name; 9 is not there yet.
ROSTER = """代码,名称,上级代码,口径,设立日期,撤销日期,承继单位代码,曾用名
0,示例区,,汇总,,,,
1,甲局,0,,,2025年3月1日,5,
2,乙局,0,,,2025-03-01,5,
3,丙局,0,,,2025/6/30,6、7,
4,丁办,0,,,2025.12.31,,
5,甲乙局,0,,2025-03-01,,,
6,丙一局,0,,2025-07-01,,,
7,丙二局,0,,2025-07-01,,,
8,戊局,0,,,,,戊办公室；戊委员会
9,己局,0,,2026-01-01,,,
"""
LAST = {"1": 3, "2": 4, "3": 5, "4": 2, "8": 1}  # open at the end of 2024
SINCE = {"5": 7, "6": 2, "7": 3, "8": 1}  # carried into 2025


def figures(carried_in: int, carried_out: int) -> dict[str, int]:
    """A return in which everything balances."""
    got = {"received": 10, "carried_in": carried_in, "granted": 10 + carried_in - carried_out}
    return {f"requests.{line}.natural_person": value for line, value in {**got, "carried_out": carried_out}.items()}


def handed_in(folder: Path, year: int, returns: Mapping[str, Mapping[str, int]], names: Mapping[str, str] = {}) -> Path:
    folder.mkdir(exist_ok=True)
    for code, filled in returns.items():
        agency = roster_agency(folder.parent / "名册.csv", code, names.get(code))
        issue = TemplateRequest(agency, year, code, filling=FilledContents(filled, declared=True))
        write_once(plan_workbook(the_form()), issue, folder / f"{code}.xlsx", force=True)
    return folder


def roster_agency(path: Path, code: str, name: str | None) -> Agency:
    known = read_roster(path).agencies[code]
    return Agency(code, name or known.name)


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """The roster, last year's consolidation and this year's returns, which carry all of it on."""
    (tmp_path / "名册.csv").write_text(ROSTER, "utf-8")
    handed_in(tmp_path / "2024", 2024, {code: figures(0, left) for code, left in LAST.items()})
    run("merge", tmp_path / "2024", "--roster", tmp_path / "名册.csv", "-o", tmp_path / "2024汇总.xlsx")
    handed_in(tmp_path / "2025", 2025, {code: figures(got, 0) for code, got in SINCE.items()})
    return tmp_path


def against(office: Path) -> tuple[object, ...]:
    return ("--roster", office / "名册.csv", "--previous", office / "2024汇总.xlsx")


def merged(office: Path, *more: object) -> Any:
    return answer("merge", office / "2025", *against(office), "-o", office / "汇总.xlsx", *more)


def test_last_year__is_owed_by_those_who_were_there(office: Path) -> None:
    found = answer("status", office / "2024", "--roster", office / "名册.csv")
    states = {each["code"]: each["status"] for each in found["agencies"]}
    assert states == dict.fromkeys(LAST, "accepted") | {"0": "summed"} | dict.fromkeys("5679", "not_begun")
    assert found["missing"] == []


def test_this_year__nobody_chases_who_was_abolished(office: Path) -> None:
    found = answer("status", office / "2025", "--roster", office / "名册.csv")
    states = {each["code"]: each["status"] for each in found["agencies"]}
    assert states == dict.fromkeys("1234", "ended") | dict.fromkeys("5678", "accepted") | {
        "0": "summed",
        "9": "not_begun",
    }
    assert found["missing"] == []
    code, out, _ = run("status", office / "2025", "--roster", office / "名册.csv")
    assert code == 0
    assert "已撤销" in out


def test_templates__for_those_who_report__with_what_they_took_over(office: Path) -> None:
    out = office / "out"
    assert run("template", "--year", 2025, *against(office), "-o", out)[0] == 0
    carried = {}
    for path in sorted(out.glob("* 2025年*.xlsx")):
        book = openpyxl.load_workbook(path)
        if "表三" in book.sheetnames:
            carried[path.name[0]] = book["表三"]["D8"].value
    assert carried == {"5": 7, "6": None, "7": None, "8": 1}  # nobody knows how much of 3's went to 6


def test_merge__all_was_carried_on__nothing_to_say(office: Path) -> None:
    found = merged(office)
    assert found["missing"] == found["not_summed"] == []
    told = [(item["code"], item["facts"].get("before")) for item in found["findings"]]
    assert told == [("YEAR-JUMP", None), ("merge.left_to_nobody", ["丁办"])]
    assert answer("check", office / "2025", *against(office))["submissions"][0]["findings"] == []


def test_merge__an_agency_that_took_over_two__is_held_to_both(office: Path) -> None:
    handed_in(office / "2025", 2025, {"5": figures(3, 0)})
    (found,) = answer("check", office / "2025" / "5.xlsx", *against(office))["submissions"]
    assert [(item["relation"], item["facts"]["difference"]) for item in found["findings"]] == [
        ("YEAR-CARRY.natural_person", 4)
    ]


def test_merge__of_a_divided_agency__only_the_sum_is_held_to_last_year(office: Path) -> None:
    handed_in(office / "2025", 2025, {"6": figures(1, 0)})
    (one,) = answer("check", office / "2025" / "6.xlsx", *against(office))["submissions"]
    assert one["findings"] == []
    (divided,) = [item for item in merged(office)["findings"] if item["code"] == "merge.divided"]
    assert divided["message"].startswith("丙局的上年数，与丙一局、丙二局今年报送的数合起来不符，共 1 处：")
    assert "左边 4，右边 5" in divided["message"]
    (office / "2025" / "7.xlsx").unlink()  # one of the two is missing: nothing can be said
    found = merged(office, "--force")["findings"]
    assert [item["code"] for item in found if item["code"].startswith("merge.")] == [
        "merge.incomplete",
        "merge.left_to_nobody",
    ]


def test_return_of_an_abolished_agency__goes_back__its_successor_reports(office: Path) -> None:
    handed_in(office / "2025", 2025, {"1": figures(3, 0), "9": figures(0, 0)})
    found = {item["agency"]["code"]: item for item in answer("check", office / "2025", *against(office))["submissions"]}
    assert [item["code"] for item in found["1"]["findings"]][:1] == ["identity.ended"]
    assert (
        "甲局已于 2025-03-01 撤销，不再单独报送 2025 年度的报表（承继单位：甲乙局）。"
        in found["1"]["findings"][0]["message"]
    )
    assert found["9"]["findings"][0]["code"] == "identity.not_begun"
    assert (found["1"]["status"], found["9"]["status"]) == ("returned", "returned")


def test_return_under_a_former_name__is_the_agencys_own__with_a_note(office: Path) -> None:
    handed_in(office / "2025", 2025, {"8": figures(1, 0)}, {"8": "戊委员会"})
    (found,) = answer("check", office / "2025" / "8.xlsx", *against(office))["submissions"]
    assert [(item["code"], item["severity"]) for item in found["findings"]] == [("identity.former_name", "note")]


def test_levels__work_that_moved_to_another_district__is_carried_on_there(tmp_path: Path) -> None:
    (tmp_path / "名册.csv").write_text(
        "代码,名称,上级代码,口径,撤销日期,承继单位代码\n0,示例市,,汇总,,\n1,东区,0,汇总,,\n2,西区,0,汇总,,\n"
        "11,甲局,1,,,\n12,乙局,1,,2025-05-01,21\n21,丙局,2,,,\n",
        "utf-8",
    )
    handed_in(tmp_path / "2024", 2024, {code: figures(0, left) for code, left in {"11": 1, "12": 2, "21": 3}.items()})
    roster = ("--roster", tmp_path / "名册.csv")
    run("merge", tmp_path / "2024", *roster, "-o", tmp_path / "2024汇总.xlsx")
    handed_in(tmp_path / "2025", 2025, {code: figures(got, 0) for code, got in {"11": 1, "21": 5}.items()})
    words = ("merge", tmp_path / "2025", *roster, "--previous", tmp_path / "2024汇总.xlsx", "-o", tmp_path / "市.xlsx")
    found = answer(*words, "--levels", tmp_path / "各级")
    assert found["findings"] == []
    assert [(level["name"], level["findings"]) for level in found["levels"]] == [("东区", []), ("西区", [])]
    handed_in(tmp_path / "2025", 2025, {"21": figures(3, 0)})
    (west,) = answer(*words, "--levels", tmp_path / "各级", "--force")["levels"][1:]
    assert [item["relation"] for item in west["findings"]] == ["YEAR-CARRY.natural_person"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("1,甲局,去年三月,\n", "第 2 行的“去年三月”不是一个日期"),
        ("1,甲局,2025-02-30,\n", "第 2 行的“2025-02-30”不是一个日期"),
        ("1,甲局,,2\n2,乙局,,\n", "第 2 行的甲局写了承继单位，却没有撤销日期"),
        ("1,甲局,2025-03-01,3\n2,乙局,,\n", "承继单位 3 不在名册上"),
        ("1,甲局,2025-03-01,2\n2,乙局,2025-04-01,1\n", "沿着承继单位又回到了它自己"),
    ],
)
def test_roster__that_contradicts_itself__one_line_and_exit_2(tmp_path: Path, rows: str, said: str) -> None:
    (tmp_path / "名册.csv").write_text(f"代码,名称,撤销日期,承继单位代码\n{rows}", "utf-8")
    code, out, err = run("template", "--year", 2025, "--roster", tmp_path / "名册.csv", "-o", tmp_path / "out")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert said in err


def test_roster__a_date_cell_of_excel__is_a_day(tmp_path: Path) -> None:
    from datetime import date, datetime

    book = openpyxl.Workbook()
    assert book.active
    for row in (["代码", "名称", "撤销日期"], ["1", "甲局", datetime(2025, 3, 1)]):
        book.active.append(row)
    book.save(tmp_path / "名册.xlsx")
    assert read_roster(tmp_path / "名册.xlsx").agencies["1"].ended == date(2025, 3, 1)
