"""xltool status: when returns came, who is late, whom to ask, and files that are nobody's."""

import json
import os
from datetime import date
from pathlib import Path

import pytest

from tests.cli.test_commands import run
from tests.returns import GOOD, filled
from xltool.cli.console_status import describe_due_day
from xltool.cli.json_status import encode_status
from xltool.commands.merge import merge
from xltool.commands.run_context import build_run_context
from xltool.model.agency import Agency

ROSTER = """代码,名称,上级代码,口径,联系人,联系电话
32,示例市人民政府,,汇总,,
1,甲镇人民政府,32,,张三,010-1
2,乙镇人民政府,32,,李四,
3,丙镇人民政府,32,,,
"""


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """One return in time, one late, a file of nobody; the third town sent none."""
    (tmp_path / "名册.csv").write_text(ROSTER, "utf-8")
    folder = tmp_path / "收到"
    for name, day in (("甲", date(2026, 1, 18)), ("乙", date(2026, 1, 22))):
        agency = Agency("1" if name == "甲" else "2", f"{name}镇人民政府")
        seconds = (day - date(1970, 1, 1)).days * 86_400
        os.utime(filled(folder / f"{name}.xlsx", GOOD, agency=agency), (seconds, seconds))
    (folder / "随便.xlsx").write_bytes(b"PK\x03\x04")
    return folder


def test_status__with_the_last_day__says_who_is_late_and_whom_to_ask(inbox: Path) -> None:
    code, out, _ = run("status", inbox, "--roster", inbox.parent / "名册.csv", "--due", "2026-01-20", "--no-cache")
    rows = {line.split()[1]: line.split()[2:] for line in out.splitlines() if "镇人民政府" in line and "：" not in line}
    assert code == 1
    assert rows == {
        "甲镇人民政府": ["已计入", "01-18", "甲.xlsx", "张三", "010-1"],
        "乙镇人民政府": ["已计入", "01-22（迟）", "乙.xlsx", "李四"],
        "丙镇人民政府": ["未报"],
    }
    assert "迟报 1 个单位：乙镇人民政府\n" in out
    assert f"不知是哪个单位的文件：{inbox / '随便.xlsx'}（无法读取）\n" in out


def test_due_day__ahead__and_past_with_who_is_missing(inbox: Path) -> None:
    made = merge([inbox], build_run_context(inbox.parent / "名册.csv"), None)
    due = date(2026, 1, 25)
    assert [*describe_due_day(made, due, date(2026, 1, 23))] == ["报送期限 2026-01-25，还剩 2 天。"]
    assert [*describe_due_day(made, due, date(2026, 1, 26))] == [
        "报送期限 2026-01-25，已过 1 天。",
        "过期未报 1 个单位：丙镇人民政府",
    ]
    assert [*describe_due_day(made, None)] == []


def test_status_json__with_the_last_day__says_who_is_late(inbox: Path) -> None:
    words = ("status", inbox, "--roster", inbox.parent / "名册.csv", "--no-cache", "--json")
    found = json.loads(run(*words, "--due", "2026-01-20")[1])
    assert {item["code"]: (item["received"], item["late"], item["contact"]) for item in found["agencies"][1:]} == {
        "1": ("2026-01-18", False, "张三"),
        "2": ("2026-01-22", True, "李四"),
        "3": (None, date.today() > date(2026, 1, 20), None),
    }
    assert found["due"] == "2026-01-20"
    assert found["days_left"] == (date(2026, 1, 20) - date.today()).days
    assert "2" in found["late"]
    assert found["unknown_files"] == [str(inbox / "随便.xlsx")]
    without = json.loads(run(*words)[1])
    assert (without["due"], without["days_left"], without["late"]) == (None, None, [])


def test_status_json__an_agency_without_a_return__is_late_once_the_day_is_past(inbox: Path) -> None:
    made, due = merge([inbox], build_run_context(inbox.parent / "名册.csv"), None), date(2026, 1, 25)
    assert encode_status(made, due, date(2026, 1, 25))["late"] == []
    assert encode_status(made, due, date(2026, 1, 26))["late"] == ["3"]
