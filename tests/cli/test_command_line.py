"""A command line that is written wrong is told in Chinese, with exit code 2."""

import pytest

from tests.cli.test_commands import run


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("merge", "收回"), "还要写上 -o / --output"),
        (("check",), "还要写上 PATHS"),
        (("check", "收回", "--yaer", 2025), "没有 --yaer 这个选项"),
        (("check", "收回", "--year", "去年"), "--year 的值不对"),
        (("chek", "收回"), "命令写得不对"),
    ],
)
def test_command_line__written_wrong__told_in_chinese(words: tuple[object, ...], said: str) -> None:
    code, out, err = run(*words)
    assert (code, out, said in err, "--help" in err) == (2, "", True, True)
