"""The offline installation package: its scripts are as Windows reads them, and name commands and options that exist."""

import re
import tomllib
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from bundle.build_bundle import EXTRAS, FILES, PYTHON_VERSIONS, ROOT, check_wheels, encode_script, write_package
from bundle.print_guide import render_guide
from xltool.cli.main import main

SCRIPTS = sorted(path for path in FILES.iterdir() if path.suffix in {".cmd", ".sh"})


def wheel(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a-1.dist-info/METADATA", "Name: a\n")
    return path


@pytest.mark.parametrize("path", [path for path in SCRIPTS if path.suffix == ".cmd"], ids=lambda path: path.name)
def test_cmd__is_gbk_with_crlf(path: Path) -> None:
    data = encode_script(path)
    assert data.decode("gbk").replace("\r\n", "\n") == path.read_text("utf-8")
    assert data.count(b"\n") == data.count(b"\r\n")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_script__runs_only_commands_and_options_that_exist(path: Path) -> None:
    calls = re.findall(r'(?:%XLTOOL%"|bin/xltool"?|Scripts\\xltool") (--version|\w+)([^\n]*)', path.read_text("utf-8"))
    assert calls
    for command, rest in calls:
        if command == "--version":
            continue
        help_text = CliRunner().invoke(main, [command, "--help"]).output
        assert help_text.startswith(("Usage", "用法")), command
        assert [option for option in re.findall(r"(?<=\s)(--?[a-z-]+)", rest) if option not in help_text] == []


def test_package__has_scripts_wheels_and_sums(tmp_path: Path) -> None:
    (tmp_path / "wheels").mkdir()
    wheel(tmp_path / "wheels" / "a-1-py3-none-any.whl")
    output = tmp_path / "out" / "package.zip"
    write_package(tmp_path, output)
    with zipfile.ZipFile(output) as package:
        names = {name.partition("/")[2] for name in package.namelist()}
    assert names == {path.name for path in FILES.iterdir()} | {"wheels/a-1-py3-none-any.whl", "SHA256SUMS"}
    first = output.read_bytes()
    write_package(tmp_path, output)
    assert output.read_bytes() == first


def test_wheels__none_or_damaged__refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no wheels"):
        check_wheels([])
    with zipfile.ZipFile(tmp_path / "b.whl", "w") as archive:
        archive.writestr("b.py", "")
    with pytest.raises(ValueError, match="damaged"):
        check_wheels([tmp_path / "b.whl"])


def test_names__are_those_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert set(EXTRAS) <= set(project["optional-dependencies"])
    classifiers = {item.rpartition(" ")[2] for item in project["classifiers"] if "Python :: 3." in item}
    assert set(PYTHON_VERSIONS) == classifiers


def test_guide__tables_and_pictures_are_rendered() -> None:
    page = render_guide(ROOT / "docs" / "zh" / "guide.md")
    assert (page.count("<table>") > 2, page.count("<img") > 2, "| --- |" in page) == (True, True, False)
