"""Damaged, hostile and foreign files: each is refused with exactly the code it must have, soon and in little memory."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.spreadsheet.hostile import BAD, BOMBS, LIBRARY, good
from tests.spreadsheet.packages import GOOD
from xltool.errors import ForeignFileError, UnreadableFileError
from xltool.spreadsheet.open_workbook import open_workbook

SECONDS = 1.0  # of computing; what waits for others on a busy machine is not the file's fault
SECONDS_OF_THE_LARGEST = 5.0  # millions of cells take two; the promise for 50 MB is ten
LARGEST = {
    "ods-elements",
    "spread-over-sheets",
    "blank-cells",
    "full-cells",
    "strings-3-million",
    "names-100000",
    "declared-small",
}


@pytest.mark.parametrize("name", BAD)
def test_bad_file__refused_with_its_code(name: str, tmp_path: Path) -> None:
    bad = BAD[name]
    path = tmp_path / "return.xlsx"
    path.write_bytes(bad.made())
    started = time.process_time()
    with pytest.raises((UnreadableFileError, ForeignFileError)) as refusal:
        open_workbook(path)
    took = time.process_time() - started
    facts = {key: refusal.value.facts.get(key) for key in bad.facts}
    assert (refusal.value.code, facts, refusal.value.facts["file"]) == (bad.code, bad.facts, "return.xlsx")
    assert took < (SECONDS_OF_THE_LARGEST if name in LARGEST else SECONDS)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_rotten_bytes__refused_or_without_effect(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(good())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "return.xlsx"
    path.write_bytes(content)
    try:
        book = open_workbook(path)
    except (UnreadableFileError, ForeignFileError):
        return
    assert [{address: cell.text for address, cell in found.cells.items()} for found in book.sheets] == [GOOD]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(good()) - 1))
def test_cut_short_anywhere__refused(tmp_path: Path, length: int) -> None:
    path = tmp_path / "return.xlsx"
    path.write_bytes(good()[:length])
    with pytest.raises((UnreadableFileError, ForeignFileError)):
        open_workbook(path)


# Runs in a process of its own: opens every file named and prints the most memory this process ever took, in MiB.
MEASURE = """
import re, resource, sys
from pathlib import Path
from xltool.errors import XltoolError
from xltool.spreadsheet.worker.client import SHARED_WORKER
from xltool.spreadsheet.open_workbook import open_workbook
for name in sys.argv[1:]:
    try:
        open_workbook(Path(name))
    except XltoolError as refusal:
        print(refusal.code)
own = int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
SHARED_WORKER.close()
print(max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak in these units")
def test_bombs__all_of_them_in_half_a_gigabyte(tmp_path: Path) -> None:
    heavy = (*BOMBS.values(), *LIBRARY.values())
    for number, bad in enumerate(heavy):
        (tmp_path / f"{number}.xlsx").write_bytes(bad.made())
    files = sorted(map(str, tmp_path.iterdir()))
    result = subprocess.run([sys.executable, "-c", MEASURE, *files], capture_output=True, text=True, check=True)
    *codes, peak = result.stdout.split()
    assert len(codes) == len(heavy)
    assert int(peak) < 512
