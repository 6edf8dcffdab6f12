"""What a coordinator chooses, through the commands: several years, a profile, rules on trial, waivers, peers."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.test_commands import answer, run
from tests.filled import write_once
from tests.merging import the_form
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.agency import Agency
from xltool.model.form import Number
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest

PENALTIES = "disclosure.penalties.decisions"
COLLECTED: Mapping[str, Number] = {
    "processing_fees.collected": 100,
    "disclosure.administrative_fees.amount": Decimal("0.01"),
}  # 万元
TOWNS = [Agency(f"3{number:02}", f"第{number}镇人民政府", level="乡镇") for number in range(12)]
UNBALANCED = {"requests.received.natural_person": 3}
WAIVER = '[[waivers]]\nagency = "300"\nrule = "T3-BAL"\nreason = "台账遗失"\nby = "公开办"\nuntil = 2999-12-31\n'
LONG = "一是公开内容不够全面，主动公开的信息质量有待提升，政策解读形式单一；" * 3


def handed_in(
    folder: Path, town: Agency, figures: Mapping[str, Number], *, year: int = 2025, text: str = "", name: str = ""
) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / (name or f"{town.code}-{year}.xlsx")
    texts = {"problems": [text]} if text else {}
    filling = FilledContents(figures, texts, declared=True)
    write_once(
        plan_workbook(the_form()), TemplateRequest(town, year, f"{town.code}{year}", filling=filling), path, force=True
    )
    return path


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    path = tmp_path / "名册.csv"
    rows = [f"{town.code},{town.name},{town.level}" for town in TOWNS]
    path.write_text("\n".join(["代码,名称,级别", *rows]), "utf-8-sig")
    return path


def codes(answered: Mapping[str, list[dict[str, list[dict[str, str]]]]]) -> list[tuple[str, str]]:
    return [(each["code"], each["severity"]) for item in answered["submissions"] for each in item["findings"]]


def test_check__against_several_years__carry_over_by_the_last_and_jumps_by_all(tmp_path: Path) -> None:
    town = TOWNS[0]
    past = tmp_path / "往年"
    for year, figure in ((2022, 800), (2023, 36), (2024, 40)):
        handed_in(past, town, {PENALTIES: figure}, year=year, text=LONG)
    seen = handed_in(tmp_path, town, {PENALTIES: 900}, text=LONG)
    new = handed_in(tmp_path, town, {PENALTIES: 9000}, text=LONG.replace("一", "二"), name="另.xlsx")
    assert codes(answer("check", seen, "--previous", past)) == [("text.reused", "note")]
    assert codes(answer("check", new, "--previous", past)) == [("YEAR-JUMP", "note")]
    code, _, err = run("check", new, "--previous", past / "300-2022.xlsx")
    assert (code, err.partition("请核对")[0]) == (
        2,
        "所给的上年报表里没有用得上的数字：要的是 2024 年、这 1 个单位的，里面是 2022 年的。",
    )


def test_check__last_years_paragraphs__known_from_its_consolidated_workbook_alone(tmp_path: Path) -> None:
    town, other = TOWNS[:2]
    past, archive = tmp_path / "往年", tmp_path / "2024汇总.xlsx"
    for number, each in enumerate((town, other)):
        handed_in(past, each, {PENALTIES: 40}, year=2024, text=f"{LONG}{number}")
    answer("merge", past, "-o", archive)
    same = handed_in(tmp_path, town, {PENALTIES: 40}, text=f"{LONG}0")
    anew = handed_in(tmp_path, other, {PENALTIES: 40}, text=f"{LONG}0")  # another agency's words of last year
    assert codes(answer("check", same, "--previous", archive)) == [("text.reused", "note")]
    assert codes(answer("check", anew, "--previous", archive)) == []
    older = tmp_path / "2023汇总.xlsx"
    handed_in(tmp_path / "更早", town, {PENALTIES: 40}, year=2023, text="别的话")
    answer("merge", tmp_path / "更早", "-o", older)
    assert codes(answer("check", same, "--previous", older, "--previous", archive)) == [("text.reused", "note")]


def test_check__by_a_profile__severities_are_the_coordinators(tmp_path: Path) -> None:
    path = handed_in(tmp_path, TOWNS[0], COLLECTED)
    own = tmp_path / "从宽.toml"
    own.write_text('[severity]\n"S6-COLLECTED" = "must_fix"\n', "utf-8")
    assert codes(answer("check", path)) == [("S6-COLLECTED", "explain")]
    assert codes(answer("check", path, "--profile", "lenient")) == [("S6-COLLECTED", "note")]
    assert codes(answer("check", path, "--profile", own)) == [("S6-COLLECTED", "must_fix")]
    own.write_text('[severity]\n"S6-COLECTED" = "note"\n', "utf-8")
    code, _, err = run("check", path, "--profile", own)
    assert (code, err) == (
        2,
        f"审核尺度文件“{own}”中没有“S6-COLECTED”这个代码（相近的有：S6-COLLECTED）。"
        "全部代码见 docs/zh/findings.md；文件和单位身份方面的问题不能调整。\n",
    )


def test_merge__waived__is_summed_and_says_so(tmp_path: Path, roster: Path) -> None:
    returns, waivers = tmp_path / "收回", tmp_path / "豁免.toml"
    for town in TOWNS[:2]:
        handed_in(returns, town, UNBALANCED)
    waivers.write_text(WAIVER, "utf-8")
    merged = answer("merge", returns, "--roster", roster, "-o", tmp_path / "a.xlsx", "--waivers", waivers)
    assert [(item["agency"], item["status"]) for item in merged["files"]] == [("300", "accepted"), ("301", "returned")]
    (stands,) = merged["stands"]
    assert (stands["code"], stands["settled"]) == ("T3-BAL", "汇总单位同意保留（公开办，至 2999-12-31）：台账遗失")
    waivers.write_text(WAIVER.replace("2999", "2020"), "utf-8")
    assert codes(answer("check", returns / "300-2025.xlsx", "--waivers", waivers)) == [
        ("T3-BAL", "must_fix"),
        ("waiver.expired", "note"),
    ]


def test_merge__rules_on_trial_and_peers__are_for_the_coordinator_only(tmp_path: Path, roster: Path) -> None:
    returns, own = tmp_path / "收回", tmp_path / "试行.toml"
    for number, town in enumerate(TOWNS):
        handed_in(returns, town, {PENALTIES: 2940 if number == 5 else 8 + number})
    handed_in(returns, TOWNS[0], {PENALTIES: 9, **COLLECTED})
    own.write_text('beta = ["S6-COLLECTED"]\n', "utf-8")
    merged = answer("merge", returns, "--roster", roster, "-o", tmp_path / "a.xlsx", "--profile", own)
    assert [(Path(each["file"]).name, each["code"]) for each in merged["trial"]] == [
        ("300-2025.xlsx", "S6-COLLECTED"),
        ("305-2025.xlsx", "PEER-FAR"),
    ]
    _, shown, _ = run("merge", returns, "--roster", roster, "-o", tmp_path / "b.xlsx", "--profile", own)
    assert "只供汇总单位参考的提示 2 条，涉及 2 份报表（PEER-FAR、S6-COLLECTED）：" in shown
    assert codes(answer("check", returns, "--profile", own)) == []
