"""A command line that is written wrong is told in Chinese, with exit code 2."""

from pathlib import Path

import pytest

from tests.cli.test_commands import run
from xltool.cli.options import find_form_folders


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("merge", "收回"), "还要写上 -o / --output"),
        (("check",), "还要写上 文件或文件夹…"),
        (("check", "收回", "--yaer", 2025), "没有 --yaer 这个选项（是不是 --year？）。"),
        (("check", "收回", "--jobs", "两个"), "--jobs 后面写得不对，应写不小于 1 的整数。"),
        (("chek", "收回"), "没有 chek 这个命令（是不是 check？）。"),
        (("qqqqq",), "没有 qqqqq 这个命令。"),
        (("--nope",), "没有 --nope 这个选项。"),
        (("check", "收回", "--year"), "--year 后面还要写上它的内容。"),
        (("demo", "甲", "乙"), "多写了：甲、乙。"),
        (("publish", "甲.xlsx", "--as", "pdf"), "--as 后面写得不对，应写 docx、html中的一个。"),
        (("letters", "收回", "--due", "明天"), "--due 后面写得不对，应写年-月-日，如 2026-01-20。"),
        (("forms", "shwo"), "没有 shwo 这个命令（是不是 show？）。"),
    ],
)
def test_command_line__written_wrong__told_in_chinese(words: tuple[object, ...], said: str) -> None:
    code, out, err = run(*words)
    assert (code, out, said in err, "--help" in err) == (2, "", True, True)


def test_forms_beside_the_roster__only_those_in_folders_of_their_name(tmp_path: Path) -> None:
    for place, form in (("甲/2024", "甲"), ("乙-2024/2024", "乙"), ("收集/丙/2024", "丙"), ("坏/2024", "坏")):
        folder = tmp_path / "forms" / place
        folder.mkdir(parents=True)
        text = "id = " if form == "坏" else f'id = "{form}"\n'
        (folder / "form.toml").write_text(text, "utf-8")
    assert [folder.parent.name for folder in find_form_folders(tmp_path / "名册.csv")] == ["坏", "甲"]
    assert find_form_folders(None) == ()
