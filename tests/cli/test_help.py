"""Help pages are in Chinese throughout, in columns of a terminal, the everyday options first."""

import re

import click
import pytest

from tests.cli.test_commands import run
from xltool.cli.chinese_help import count_columns, wrap_text
from xltool.cli.main import main

COMMANDS: dict[tuple[str, ...], click.Command] = {(name,): command for name, command in main.commands.items()}
GROUPS = {words[0]: command for words, command in COMMANDS.items() if isinstance(command, click.Group)}
COMMANDS |= {(name, part): command for name, group in GROUPS.items() for part, command in group.commands.items()}


def help_page(*words: str) -> str:
    code, out, err = run(*words, "--help")
    assert (code, err) == (0, "")
    return out


@pytest.mark.parametrize("words", [(), *COMMANDS])
def test_help__no_english_label__no_line_too_wide(words: tuple[str, ...]) -> None:
    page = help_page(*words)
    assert page.startswith("用法：xltool ")
    for label in (
        "Usage",
        "Options",
        "Commands",
        "OPTIONS",
        "PATH",
        "TEXT",
        "INTEGER",
        "FILE",
        "DIR",
        "required",
        "Show this",
        ":\n",
    ):
        assert label not in re.sub("XLTOOL_[A-Z]+", "", page), label
    tables = [line for line in page.splitlines() if re.match(r"  (?:-|\w+  )|    ", line) and "xltool " not in line]
    assert [line for line in tables if count_columns(line) > 80] == []


@pytest.mark.parametrize("words", COMMANDS)
def test_help__every_option_is_listed_once(words: tuple[str, ...]) -> None:
    listed = re.findall(r"^  (?:-\w, )?(--[\w-]+)", help_page(*words), re.MULTILINE)
    options = [parameter.opts for parameter in COMMANDS[words].params if parameter.opts[0].startswith("-")]
    known = [min((name for name in names if name.startswith("--")), key=len) for names in options]
    assert sorted(listed) == sorted([*known, "--help"])


@pytest.mark.parametrize(("name", "group"), GROUPS.items())
def test_help__of_a_group__lists_all_its_commands(name: str, group: click.Group) -> None:
    _, _, listed = help_page(name).partition("\n命令\n")
    assert sorted(re.findall(r"^  (\w+)  ", listed.partition("\n\n")[0], re.MULTILINE)) == sorted(group.commands)


def test_help__each_command__begins_with_an_example_of_it() -> None:
    for words in COMMANDS:
        _, _, examples = help_page(*words).partition("  例：\n")
        assert re.match(rf" +xltool {' '.join(words)}\b", examples), words


def test_help__everyday_options_come_first() -> None:
    headings = re.findall(r"^(\S+)$", help_page("merge"), re.MULTILINE)
    assert headings == ["常用", "审核", "输出", "速度", "其他"]


def test_wrap__between_characters__punctuation_stays_with_its_word() -> None:
    assert wrap_text("汇总工作簿，可用 Excel 打开（CSV）。", 12) == ["汇总工作簿，", "可用 Excel", "打开", "（CSV）。"]
