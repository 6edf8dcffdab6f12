"""A sample of the random changes to how figures look; `make manglings` runs many more."""

from pathlib import Path

import pytest

from tests.judges import recalculate
from tests.mangling.good import ABOUT
from tests.mangling.random_looks import find_silent, mangle
from xltool.commands.check import review_files
from xltool.model.form import CellKind
from xltool.recognition.cell_values import interpret_cell
from xltool.recognition.shown_values import ShownMeaning
from xltool.spreadsheet.raw_workbook import RawCell

SAMPLE = 30


@pytest.mark.parametrize("seed", range(SAMPLE))
def test_random_looks__no_figure_counts_that_the_sheet_does_not_show(seed: int, tmp_path: Path) -> None:
    data, changes = mangle(seed)
    path = tmp_path / "a.xlsx"
    path.write_bytes(data)
    items = review_files(ABOUT, path)
    assert "file.unexpected" not in {finding.code for item in items for finding in item.findings}
    assert find_silent(items, changes) == [], changes


@pytest.mark.office
@pytest.mark.parametrize("seed", range(3))
def test_random_looks__saved_as_ods_by_libreoffice__the_same(seed: int, tmp_path: Path) -> None:
    data, changes = mangle(seed)
    (tmp_path / "a.xlsx").write_bytes(data)
    (tmp_path / "out").mkdir()
    items = review_files(ABOUT, recalculate(tmp_path / "a.xlsx", tmp_path / "out", "ods"))
    kept = [change for change in changes if not change.name.startswith("formula")]  # it is computed anew
    assert find_silent(items, kept) == [], changes


def test_random_looks__read_as_stored__would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interpret_stored(cell: RawCell, kind: CellKind, decimals: int, _unit: str) -> ShownMeaning:
        return ShownMeaning(*interpret_cell(cell, kind, decimals))

    monkeypatch.setattr("xltool.recognition.read_entries.interpret_shown", interpret_stored)
    silent = 0
    for seed in range(8):
        data, changes = mangle(seed)
        (tmp_path / "a.xlsx").write_bytes(data)
        silent += bool(find_silent(review_files(ABOUT, tmp_path / "a.xlsx"), changes))
    assert silent > 2
