"""More agencies than a sheet is good for: the next level in the workbook, every agency beside it, the same totals."""

from functools import partial
from pathlib import Path

import openpyxl
import pytest

from tests.cli.test_commands import answer
from tests.consolidation.test_merge_levels import read, tree, write_returns, write_roster
from tests.judges import recalculate
from xltool.consolidation.folding import MAX_DETAIL_ROWS, fold_into_areas


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two districts of a city with two agencies each, and a limit of three."""
    monkeypatch.setattr("xltool.commands.merge.fold_into_areas", partial(fold_into_areas, max_rows=3))
    write_returns(tmp_path / "returns", [each for each in tree() if each.code in {"1111", "1112", "1121", "1122"}])
    write_roster(tmp_path / "名册.csv", "11")
    return tmp_path


def details(path: Path) -> list[tuple[object, ...]]:
    sheet = openpyxl.load_workbook(path, data_only=True)["明细"]
    return [row[1:7] for row in sheet.iter_rows(min_row=8, max_col=7, values_only=True) if row[1]]


def test_limit__is_where_a_filter_no_longer_lists_everybody() -> None:
    assert MAX_DETAIL_ROWS == 10_000


def test_folded__the_next_level_in_the_workbook__the_same_totals__every_agency_in_the_file_beside(small: Path) -> None:
    pandas = pytest.importorskip("pandas")
    words = ("merge", small / "returns", "--roster", small / "名册.csv")
    found = answer(*words, "-o", small / "汇总.xlsx")
    assert details(small / "汇总.xlsx") == [
        ("111", "1市1区", None, "汇总", 2, "已汇总"),
        ("112", "1市2区", None, "汇总", 2, "已汇总"),
    ]
    summary = read(small / "汇总.xlsx")
    assert [leaf.code for leaf in summary.manifest] == ["1111", "1112", "1121", "1122"]
    assert {cell: value for cell, value in summary.values.items() if isinstance(value, int)} == {
        cell: value for cell, value in found["totals"].items() if isinstance(value, int)
    }
    leaves = pandas.read_parquet(small / "汇总 明细数据.parquet")
    rows = leaves[leaves["id"] == "requests.received.total"]
    assert list(rows["agency_code"]) == ["1111", "1112", "1121", "1122"]
    assert sum(map(int, rows["value"])) == found["totals"]["requests.received.total"]
    again = answer(*words, "-o", small / "汇总.xlsx", "--force")  # its own files are no returns
    assert again["found"] == found["found"] == 4


@pytest.mark.office
def test_folded__recalculated__no_link_is_broken(small: Path) -> None:
    answer("merge", small / "returns", "--roster", small / "名册.csv", "-o", small / "汇总.xlsx")
    again = recalculate(small / "汇总.xlsx", small / "office")
    before, after = (openpyxl.load_workbook(each, data_only=True) for each in (small / "汇总.xlsx", again))
    wrong = [
        (page.title, cell.coordinate, cell.value)
        for page in after
        for row in page.iter_rows()
        for cell in row
        if cell.data_type == "e" or (page.title == "表三" and cell.value != before[page.title][cell.coordinate].value)
    ]
    assert wrong == []


def test_folded__as_merged_from_workbooks_below__the_same(small: Path) -> None:
    words = ("merge", small / "returns", "--roster", small / "名册.csv")
    answer(*words, "-o", small / "平.xlsx")
    answer(*words, "-o", small / "级.xlsx", "--levels", small / "各级")
    flat, levels = read(small / "平.xlsx"), read(small / "级.xlsx")
    assert (flat.values, flat.manifest) == (levels.values, levels.manifest)
