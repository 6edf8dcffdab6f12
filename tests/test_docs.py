"""The documents are run: each console block's commands, against what the page shows. ``...`` stands for any lines."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from xltool.cli.main import main

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
IMAGE = re.compile(r"!\[[^\]]*\]\(([^)]+)\)|\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")


def runs(page: str) -> list[tuple[str, list[str]]]:
    """The commands of a page in order, each with the lines shown below it."""
    found: list[tuple[str, list[str]]] = []
    for block in BLOCK.findall(page):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line.removeprefix("$ "), []))
            else:
                found[-1][1].append(line)
    return found


def shows(pattern: list[str], output: str) -> bool:
    """Whether the output is what the page shows; trailing blanks of a line do not count."""
    said = "".join(f"{line.rstrip()}\n" for line in output.splitlines())
    parts = [r"(?:.*\n)*?" if line.strip() == "..." else re.escape(line.rstrip()) + r"\n" for line in pattern]
    return re.fullmatch("".join(parts), said) is not None


@pytest.mark.parametrize("page", [p for p in PAGES if runs(p.read_text("utf-8"))], ids=lambda page: page.name)
def test_page__its_commands_print_what_it_shows(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "samples", tmp_path / "samples")
    monkeypatch.chdir(tmp_path)
    for command, shown in runs(page.read_text("utf-8")):
        program, *words = shlex.split(command)
        assert program == "xltool"
        done = CliRunner().invoke(main, words)
        assert shows(shown, done.output), f"{command}\n{done.output}"


def test_comparison__the_guard_itself_can_fail() -> None:
    assert shows(["a", "...", "d"], "a\nb\nc\nd\n")
    assert not shows(["a", "...", "d"], "a\nb\n")
    assert not shows(["a"], "a\nb\n")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page__whatever_it_links_to_is_there(page: Path) -> None:
    for image, link in IMAGE.findall(page.read_text("utf-8")):
        assert (page.parent / (image or link)).exists(), image or link
