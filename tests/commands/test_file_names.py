"""What the name of a file says against its return's year: told by every command, on the page and in the workbook."""

from pathlib import Path

import openpyxl

from tests.cli.test_commands import MEMBERS, ROSTER, answer, report, returned, run
from tests.commands.test_decisions import decide, statuses

AGENCY = MEMBERS[0]
NAME = f"{AGENCY.name}2024年年报.xlsx"
SAID = f"文件名“{NAME}”写的是 2024 年度，而这是 2025 年度的报表。"


def received(folder: Path) -> Path:
    for agency in MEMBERS:
        returned(folder, agency.code, report("zhangjiawan-2025"), name=NAME if agency is AGENCY else "")
    return folder


def test_another_year_in_the_name__every_command_says_so_once(tmp_path: Path) -> None:
    folder, book, page = received(tmp_path / "收"), tmp_path / "汇总.xlsx", tmp_path / "汇总.html"
    _, checked, _ = run("check", folder, "--roster", ROSTER, "--no-cache")
    assert checked.count(SAID) == 1
    run("merge", folder, "--roster", ROSTER, "-o", book, "--html", page, "--no-cache")
    assert SAID in page.read_text("utf-8")
    cells = (
        cell for sheet in openpyxl.load_workbook(book) for line in sheet.iter_rows(values_only=True) for cell in line
    )
    assert sum(SAID in str(cell) for cell in cells) >= 1
    made = answer("merge", folder, "--roster", ROSTER, "-o", book, "--force", "--no-cache")
    assert statuses(made)[NAME] == "accepted"
    _, status, _ = run("status", folder, "--roster", ROSTER, "--no-cache")
    (line,) = (line for line in status.splitlines() if NAME in line)
    assert line.split()[2:4] == ["已计入", "1"]


def test_another_year_in_the_name__told_once_beside_a_decision(tmp_path: Path) -> None:
    folder, book = received(tmp_path / "收"), tmp_path / "裁定.xlsx"
    words = ("check", folder, "--roster", ROSTER, "--no-cache", "--decisions", book)
    answer(*words)
    decide(book, NAME, "计入")
    (item,) = (each for each in answer(*words)["submissions"] if Path(each["file"]).name == NAME)
    assert [finding["code"] for finding in item["findings"]].count("identity.year_in_name") == 1
