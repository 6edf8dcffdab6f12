"""`merge --levels`: every level of the roster in one run, equal to separate merges from below."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.cli.test_commands import answer, broken, report, run
from tests.filled import write_once
from tests.merging import NEW, REPORTS, the_form
from xltool.commands.check import review_file
from xltool.commands.merge import merge
from xltool.commands.run_context import RunContext, build_run_context
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.agency import Agency, Scope
from xltool.model.submission import Submission
from xltool.roster.read_roster import read_roster
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest

CITIES, DISTRICTS, AGENCIES = 3, 5, 8
FIELDS = ("values", "manifest", "absent", "lacking", "agency_code", "agency_name", "scope", "year")


def tree() -> Iterator[Agency]:
    yield Agency("1", "示例省", scope=Scope.AREA)
    for city in range(1, CITIES + 1):
        yield Agency(f"1{city}", f"{city}市", "1", scope=Scope.AREA)
        for district in range(1, DISTRICTS + 1):
            yield Agency(f"1{city}{district}", f"{city}市{district}区", f"1{city}", scope=Scope.AREA)
            for agency in range(1, AGENCIES + 1):
                code = f"1{city}{district}{agency}"
                yield Agency(code, f"{city}市{district}区{agency}局", code[:3])


def write_roster(path: Path, below: str = "1") -> Path:
    rows = [
        f"{each.code},{each.name},{each.parent or ''},{'汇总' if each.scope is Scope.AREA else ''}"
        for each in tree()
        if each.code.startswith(below)
    ]
    path.write_text("\n".join(["代码,名称,上级代码,口径", *rows]), "utf-8")
    return path


def write_returns(folder: Path, agencies: list[Agency], flawed: str = "") -> None:
    folder.mkdir(exist_ok=True)
    for number, agency in enumerate(agencies):
        figures: dict[str, Any] = report(REPORTS[number % len(REPORTS)])
        for cell in (NEW, "requests.granted.natural_person"):
            figures[cell] = figures.get(cell, 0) + number
        figures = broken(figures) if agency.code == flawed else figures
        issue = TemplateRequest(agency, 2025, agency.code, filling=FilledContents(figures, declared=True))
        write_once(plan_workbook(the_form()), issue, folder / f"{agency.code}.xlsx")


@cache
def known() -> RunContext:
    return build_run_context()


def read(path: Path) -> Submission:
    found = review_file(known(), path).submission
    assert found
    return found


def said(path: Path) -> dict[str, object]:
    return {field: getattr(read(path), field) for field in FIELDS}


def cells(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every stored value but the times of files, which a later merge has later, and their check sums."""
    book = openpyxl.load_workbook(path, data_only=True)
    return {
        sheet.title: [row for row in sheet.iter_rows(values_only=True) if not str(row[0]).startswith("最近一份报表")]
        for sheet in book
        if sheet.title != "报送情况"
    }


def from_below(returns: Path, out: Path) -> None:
    """The same merges one by one: districts, then cities, then the province."""
    out.mkdir()
    areas = sorted((each for each in tree() if each.scope is Scope.AREA), key=lambda each: -len(each.code))
    for area in areas:
        inputs = out / f"in{area.code}"
        inputs.mkdir()
        below = returns.glob(f"{area.code}?.xlsx") if len(area.code) == 3 else out.glob(f"{area.code}? *.xlsx")
        for path in below:
            shutil.copy2(path, inputs)
        about = replace(known(), roster=read_roster(write_roster(out / f"{area.code}.csv", area.code)))
        merge([inputs], about, out / f"{area.code} {area.name} 2025年度汇总.xlsx")


def test_levels__three_cities_of_five_districts_of_eight_agencies__as_merged_from_below(tmp_path: Path) -> None:
    members = [agency for agency in tree() if agency.scope is Scope.OWN and agency.code != "1235"]
    write_returns(tmp_path / "returns", members, flawed="1111")
    roster = write_roster(tmp_path / "名册.csv")
    top, levels = tmp_path / "省.xlsx", tmp_path / "levels"
    found = answer("merge", tmp_path / "returns", "--roster", roster, "-o", top, "--levels", levels)
    from_below(tmp_path / "returns", tmp_path / "below")
    names = sorted(path.name for path in levels.iterdir())
    assert len(names) == CITIES * (DISTRICTS + 1) == len(found["levels"])
    assert {name: said(levels / name) for name in names} == {name: said(tmp_path / "below" / name) for name in names}
    assert said(top) == said(tmp_path / "below" / "1 示例省 2025年度汇总.xlsx")
    for name in ("111 1市1区 2025年度汇总.xlsx", "12 2市 2025年度汇总.xlsx"):
        assert cells(levels / name) == cells(tmp_path / "below" / name)
    assert (found["found"], found["accepted"], found["returned"]) == (119, 118, 1)
    assert (found["missing"], found["not_summed"]) == (["1235"], ["1111", "1235"])
    assert len(read(top).manifest) == 118


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Two districts of one city, two agencies each."""
    members = [agency for agency in tree() if agency.code in {"1111", "1112", "1121", "1122"}]
    write_returns(tmp_path / "returns", members)
    write_roster(tmp_path / "名册.csv", "11")
    return tmp_path


def levels_of(folder: Path, *more: object, name: str = "out") -> Any:
    roster = ("--roster", folder / "名册.csv")
    return answer("merge", folder / "returns", *roster, "-o", folder / f"{name}.xlsx", "--levels", folder / name, *more)


def test_levels__a_district_that_sends_its_consolidation__counts_once_with_the_returns_inside_it(small: Path) -> None:
    plain = levels_of(small, name="plain")
    shutil.copy2(small / "plain" / "111 1市1区 2025年度汇总.xlsx", small / "returns" / "111.xlsx")
    again = levels_of(small, name="again")
    assert again["totals"] == plain["totals"]
    assert said(small / "again.xlsx") == said(small / "plain.xlsx")
    assert {Path(row["file"]).name: row["status"] for row in again["files"]} == {
        "111.xlsx": "accepted",
        "1111.xlsx": "superseded",
        "1112.xlsx": "superseded",
        "1121.xlsx": "accepted",
        "1122.xlsx": "accepted",
    }


def test_levels__a_district_that_publishes_its_own_figures__is_compared_with_the_sum_of_its_members(
    small: Path,
) -> None:
    district = next(each for each in tree() if each.code == "111")
    issue = TemplateRequest(
        district, 2025, "111", filling=FilledContents({NEW: 1, "requests.granted.natural_person": 1}, declared=True)
    )
    write_once(plan_workbook(the_form()), issue, small / "returns" / "111.xlsx")
    found = levels_of(small)
    (level,) = (each for each in found["levels"] if each["code"] == "111")
    (finding,) = (each for each in level["findings"] if each["code"] == "merge.published_exceeded")
    assert (finding["severity"], finding["facts"]["missing"]) == ("must_fix", 6)
    assert {"id": NEW, "sheet": "表三", "address": "D7"} in finding["cells"]
    assert {Path(row["file"]).name: row["status"] for row in found["files"]}["111.xlsx"] == "foreign"


def test_levels__consolidations_that_share_an_agency__are_refused_by_name(small: Path) -> None:
    for name, codes in (("甲", ("1111", "1121")), ("乙", ("1111", "1122"))):
        files = [small / "returns" / f"{code}.xlsx" for code in codes]
        run("merge", *files, "-o", small / f"{name}.xlsx", "--area", name)
    for path in (small / "returns").iterdir():
        path.unlink()
    for name in "甲乙":
        shutil.move(small / f"{name}.xlsx", small / "returns")
    found = levels_of(small)
    assert [(row["status"], row["reason"]) for row in found["files"]] == [
        ("foreign", row["reason"]) for row in found["files"]
    ]
    assert all("1市1区1局" in row["reason"] for row in found["files"])
    assert all(other in row["reason"] for row, other in zip(found["files"], ("甲.xlsx", "乙.xlsx"), strict=True))


def test_levels__in_words__a_line_an_area_and_the_whole_last(small: Path) -> None:
    (small / "returns" / "1122.xlsx").unlink()
    roster = ("--roster", small / "名册.csv")
    code, out, _ = run("merge", small / "returns", *roster, "-o", small / "市.xlsx", "--levels", small / "各级")
    assert code == 1
    assert f"1市1区：计入 2/8 个单位，{small / '各级' / '111 1市1区 2025年度汇总.xlsx'}" in out
    assert f"1市2区：计入 1/8 个单位，{small / '各级' / '112 1市2区 2025年度汇总.xlsx'}" in out
    assert "共 3 个文件：已计入 3，" in out
    assert out.endswith(f"另已写出：{small / '各级'}\n")


def test_levels__without_a_roster__one_line_and_exit_2(small: Path) -> None:
    code, _, err = run("merge", small / "returns", "-o", small / "a.xlsx", "--levels", small / "out")
    assert (code, err.splitlines()) == (2, ["没有指定名册。请用 --roster 指定单位名册。"])
    assert not (small / "out").exists()


def test_levels__again__never_from_its_own_output__also_not_from_what_is_kept(small: Path) -> None:
    first = levels_of(small)
    shutil.move(small / "out", small / "returns" / "out")
    words = ("--levels", small / "returns" / "out")
    for more in (("--force",), (), ()):
        again = levels_of(small, *more, *words)
        assert (again["found"], again["totals"]) == (4, first["totals"])
    (small / "returns" / "out" / "来信.txt").write_text("x", "utf-8")
    code, _, err = run("merge", small / "returns", "--roster", small / "名册.csv", "-o", small / "b.xlsx", *words)
    assert (code, "不是空的" in err) == (2, True)


def test_tree__a_roster_whose_agencies_are_each_others_parent__one_line_and_exit_2(small: Path) -> None:
    (small / "loop.csv").write_text("代码,名称,上级代码\n1,甲,2\n2,乙,1\n", "utf-8")
    code, out, err = run("merge", small / "returns", "--roster", small / "loop.csv", "-o", small / "a.xlsx")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert "互为上级：1、2" in err
