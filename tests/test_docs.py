"""The documents are run: each console block's commands, against what the page shows. ``...`` stands for any lines."""

import doctest
import importlib
import importlib.util
import re
import shlex
import shutil
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

from xltool.cli.main import main

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").rglob("*.md"))]
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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_page__whatever_it_links_to_is_there(page: Path) -> None:
    for image, link in IMAGE.findall(page.read_text("utf-8")):
        assert (page.parent / (image or link)).exists(), image or link


MODULES_WITH_EXAMPLES = [path for path in sorted((ROOT / "xltool").rglob("*.py")) if ">>> " in path.read_text("utf-8")]


@pytest.mark.parametrize("module", MODULES_WITH_EXAMPLES, ids=lambda path: path.stem)
def test_docstrings__their_examples_are_true(module: Path) -> None:
    name = ".".join(module.relative_to(ROOT).with_suffix("").parts)
    outcome = doctest.testmod(importlib.import_module(name))
    assert outcome.attempted > 0
    assert outcome.failed == 0


# --- the structure of the documents ------------------------------------------------------------------------------

CITED = re.compile(r"docs/[\w/-]+\.(?:md|py|toml)(?:#[^\s)\]`,;。]+)?")
CITING = ("xltool/**/*.py", "xltool/**/*.toml", "templates/**/*.toml", "tests/**/*.py", "benchmarks/*.py", "docs/*.py")
MAX_ARCHITECTURE_WORDS = 1_200  # without the table that is made from the code


def load_script(name: str) -> ModuleType:
    """A script of docs/ as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def anchors(page: str) -> set[str]:
    """The anchors of a page's headings, as forges make them."""
    heads = re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def missing_citations(text: str) -> list[str]:
    """The pages and sections of documents that a text names and that do not exist."""
    missing = []
    for cited in CITED.findall(text):
        path, _, anchor = cited.partition("#")
        page = ROOT / path
        if not page.is_file() or (anchor and anchor not in anchors(page.read_text("utf-8"))):
            missing.append(cited)
    return missing


def test_citations__every_page_and_section_that_code_names__exists() -> None:
    files = [path for pattern in CITING for path in ROOT.glob(pattern) if path != Path(__file__).resolve()]
    files += [ROOT / "README.md", ROOT / "README.zh-CN.md", ROOT / "Makefile"]
    found = {path.relative_to(ROOT).as_posix(): missing_citations(path.read_text("utf-8")) for path in files}
    assert {name: names for name, names in found.items() if names} == {}


def test_citations__the_guard_itself_can_fail() -> None:
    text = "see docs/en/forms.md, docs/nowhere.md and docs/en/architecture.md#no-such-section"
    assert missing_citations(text) == ["docs/nowhere.md", "docs/en/architecture.md#no-such-section"]


def test_architecture__is_short_and_its_table_is_made_from_the_code() -> None:
    script = load_script("make_package_table")
    page = script.PAGE.read_text("utf-8")
    assert page == script.make_page(page), "run: python docs/make_package_table.py"
    prose = page.replace(script.make_table(), "")
    assert len(prose.split()) <= MAX_ARCHITECTURE_WORDS


def glossary() -> list[tuple[str, str, str]]:
    """Term, Chinese words and identifier of every entry."""
    page = (ROOT / "docs" / "en" / "glossary.md").read_text("utf-8")
    return re.findall(r"^\| ([^|]+) \| ([^|]+) \| `([^`]+)` \|", page, re.MULTILINE)


def resolves(identifier: str) -> bool:
    """Whether a dotted name is a module, or something in a module, or a field of a class in one."""
    parts = identifier.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            value: object = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            fields = getattr(value, "__annotations__", {})
            if not hasattr(value, part):
                return part in fields and part == parts[-1]
            value = getattr(value, part)
        return True
    return False


def test_glossary__every_identifier_is_in_the_code_and_every_term_has_one() -> None:
    entries = glossary()
    assert len(entries) >= 25
    assert [identifier for _, _, identifier in entries if not resolves(identifier)] == []
    assert [term for term, chinese, _ in entries if not re.search("[\u4e00-\u9fff]", chinese)] == []
    assert len({term for term, _, _ in entries}) == len(entries)
    assert not resolves("xltool.model.form.NoSuchThing")
    assert not resolves("xltool.model.form.Cell.no_such_field")


def test_index__leads_to_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    docs = ROOT / "docs"
    pages = [path.relative_to(docs).as_posix() for half in ("zh", "en") for path in (docs / half).glob("*.md")]
    assert [page for page in pages if f"]({page})" not in index] == []
    records = (ROOT / "docs" / "decisions" / "README.md").read_text("utf-8")
    names = [path.name for path in (ROOT / "docs" / "decisions").glob("2*.md")]
    assert [name for name in names if f"]({name})" not in records] == []
