"""Templates and ledgers are never written over what agencies have filled in, nor beside it."""

from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from tests.cli.test_commands import ROSTER, report, returned, run

COMMANDS = {
    "template": ("template", "--year", 2025, "--roster", ROSTER),
    "ledger": ("ledger", "new", "--year", 2026, "--roster", ROSTER, "--lines", 50),
}


@pytest.fixture(params=COMMANDS)
def words(request: pytest.FixtureRequest) -> tuple[object, ...]:
    return COMMANDS[request.param]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def fill(path: Path) -> None:
    """Save a workbook as an office program does."""
    book = openpyxl.load_workbook(BytesIO(path.read_bytes()))
    book.save(path)


def test_filled_workbook_of_the_same_name__refused_with_force_too(words: tuple[object, ...], tmp_path: Path) -> None:
    folder = tmp_path / "收回"
    assert run(*words, "-o", folder)[0] == 0
    first = next(path for path in sorted(folder.iterdir()) if path.name.startswith("3299"))
    fill(first)
    before = contents(folder)
    for more in ((), ("--force",)):
        code, _, err = run(*words, "-o", folder, *more)
        assert (code, "里有 1 个填过的或不是模板的工作簿" in err, first.name in err, "--force" in err) == (
            2,
            True,
            True,
            False,
        )
    assert contents(folder) == before


def test_returns_of_other_names__nothing_is_written_beside_them(words: tuple[object, ...], tmp_path: Path) -> None:
    path = returned(tmp_path / "收回", "329901", report("suqian-2024"), name="甲.xlsx")
    before = contents(path.parent)
    code, _, err = run(*words, "-o", path.parent)
    assert (code, "如“甲.xlsx”" in err) == (2, True)
    assert contents(path.parent) == before


def test_untouched_templates__written_again_with_force(words: tuple[object, ...], tmp_path: Path) -> None:
    folder = tmp_path / "下发"
    assert run(*words, "-o", folder)[0] == 0
    before = contents(folder)
    (folder / "附件.xlsx").write_bytes(ROSTER.read_bytes())  # no workbook of ours
    code, _, err = run(*words, "-o", folder)
    assert (code, "已经存在，没有覆盖" in err) == (2, True)
    assert run(*words, "-o", folder, "--force")[0] == 0
    (folder / "附件.xlsx").unlink()
    assert contents(folder) == before


def test_other_file_of_the_same_name__refused(words: tuple[object, ...], tmp_path: Path) -> None:
    folder = tmp_path / "下发"
    assert run(*words, "-o", folder)[0] == 0
    first = next(path for path in sorted(folder.iterdir()) if path.name.startswith("3299"))
    first.write_bytes(b"a note of somebody")
    assert run(*words, "-o", folder, "--force")[0] == 2
    assert first.read_bytes() == b"a note of somebody"
