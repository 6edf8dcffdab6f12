"""Damaged, hostile and foreign files: each is refused with exactly the code it must have, soon and in little memory."""

import time
from pathlib import Path

import pytest

from tests.intake.hostile import BAD
from xltool.errors import ForeignFileError, UnreadableFileError
from xltool.intake.opening import open_workbook

SECONDS = 5.0  # millions of cells take one or two; the promise for 50 MB is ten


@pytest.mark.parametrize("name", BAD)
def test_bad_file__refused_with_its_code(name: str, tmp_path: Path) -> None:
    bad = BAD[name]
    path = tmp_path / "return.xlsx"
    path.write_bytes(bad.made())
    started = time.perf_counter()
    with pytest.raises((UnreadableFileError, ForeignFileError)) as refusal:
        open_workbook(path)
    took = time.perf_counter() - started
    facts = {key: refusal.value.facts.get(key) for key in bad.facts}
    assert (refusal.value.code, facts, refusal.value.facts["file"]) == (bad.code, bad.facts, "return.xlsx")
    assert took < SECONDS
