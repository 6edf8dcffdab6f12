"""The fuzzer's places, tried without it: every seed, seeds with a few bytes changed, and that a fault is seen."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzzing import targets
from xltool.model.form import CellKind
from xltool.model.submission import EntryState
from xltool.recognition.cell_values import Meaning, interpret_cell
from xltool.spreadsheet.raw_workbook import RawCell

SEEDS = targets.seeds()


def test_seeds__every_place_has_some_and_takes_them() -> None:
    assert {seed[0] for seed in SEEDS} == set(range(len(targets.TARGETS)))
    for seed in SEEDS:
        targets.run(seed)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_seeds_with_a_few_bytes_changed__read_or_refused(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(1, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    targets.run(bytes(content))


def test_fault__is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(cell: RawCell, kind: CellKind, decimals: int) -> Meaning:
        meaning = interpret_cell(cell, kind, decimals)
        return meaning if cell.text != "12" else Meaning(EntryState.NUMBER, 13)

    monkeypatch.setattr(targets, "interpret_cell", careless)
    with pytest.raises(AssertionError):
        targets.value("１２".encode())
