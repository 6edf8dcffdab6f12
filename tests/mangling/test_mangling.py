"""Every mangling causes its finding, and none makes a wrong figure pass."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.judges import recalculate
from tests.mangling.good import ABOUT, good, truth
from tests.mangling.manglings import MANGLINGS, Mangling
from tests.mangling.table import PAGE, page, severity
from xltool.commands.check import review_files
from xltool.model.consolidation import ReviewedFile
from xltool.model.form import Severity


def reviewed(data: bytes, folder: Path, name: str = "a.xlsx") -> tuple[ReviewedFile, ...]:
    path = folder / name
    path.write_bytes(data)
    return review_files(ABOUT, path)


def codes(items: tuple[ReviewedFile, ...]) -> set[str]:
    return {finding.code for item in items for finding in item.findings}


@pytest.mark.parametrize("each", MANGLINGS.values(), ids=lambda each: each.name)
def test_mangling__causes_its_finding_and_no_wrong_figure_passes(each: Mangling, tmp_path: Path) -> None:
    items = reviewed(each.apply(good()), tmp_path)
    if each.finds:
        assert each.finds in codes(items)
        assert {found.severity.value for item in items for found in item.findings if found.code == each.finds} == {
            severity(each.finds)
        }
    else:
        assert codes(items) == set()
    if not each.alters:
        assert wrong(items) == []


def wrong(items: tuple[ReviewedFile, ...]) -> list[str]:
    """Figures read as something else than was filled in."""
    return [
        f"{cell}: {value}, not {truth()[cell]}"
        for item in items
        if item.submission
        for cell, value in item.submission.values.items()
        if value is not None and value != truth()[cell]
    ]


@pytest.mark.office
@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_saved_by_libreoffice__nothing_found(tmp_path: Path, kind: str) -> None:
    (tmp_path / "a.xlsx").write_bytes(good())
    (tmp_path / "out").mkdir()
    saved = recalculate(tmp_path / "a.xlsx", tmp_path / "out", kind)
    items = review_files(ABOUT, saved)
    assert (codes(items), wrong(items)) == (set(), [])


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(sorted(MANGLINGS)), min_size=2, max_size=3, unique=True))
def test_manglings_together__no_crash_and_no_wrong_figure_passes_in_silence(tmp_path: Path, names: list[str]) -> None:
    data = good()
    for name in names:
        data = MANGLINGS[name].apply(data)
    items = reviewed(data, tmp_path)
    assert "file.unexpected" not in codes(items)
    if any(MANGLINGS[name].alters for name in names):
        assert codes(items)
    elif wrong(items):
        assert [item for item in items for finding in item.findings if finding.severity is Severity.MUST_FIX]


def test_page_of_manglings__is_the_one_the_suite_writes() -> None:
    assert PAGE.read_text("utf-8") == page()
