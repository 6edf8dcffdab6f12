"""Entries and figures held closely say what a plain mapping says."""

import pickle
from decimal import Decimal

from xltool.model.compact_entries import (
    CompactEntries,
    CompactValues,
    EntryPosition,
    find_entry_layout,
    iterate_unusual_entries,
    share_entry_layout,
)
from xltool.model.form import Number
from xltool.model.submission import Entry, EntryState

CELLS = ("a.one", "a.two", "a.three", "a.four", "a.total")
SPOTS = tuple(EntryPosition("表二", f"B{row}", "SUM(B1:B4)" if row == 5 else None) for row in range(1, 6))
PLACES = share_entry_layout(CELLS, SPOTS, frozenset(range(4)))
TYPED = Entry("a.three", EntryState.NUMBER, 294, " 294", "表二", "B3", note="spaces")
NUMBERS: tuple[Number | None, ...] = (7, Decimal("2.50"), None, None, 3)
ENTRIES = CompactEntries(PLACES, NUMBERS, {"a.three": TYPED}, declared=True)
PLAIN = {
    "a.one": Entry("a.one", EntryState.NUMBER, 7, "7", "表二", "B1"),
    "a.two": Entry("a.two", EntryState.NUMBER, Decimal("2.50"), "2.50", "表二", "B2"),
    "a.three": TYPED,
    "a.four": Entry("a.four", EntryState.BLANK, 0, None, "表二", "B4", None, True),
    "a.total": Entry("a.total", EntryState.NUMBER, 3, "3", "表二", "B5", "SUM(B1:B4)"),
}


def test_entries__are_a_mapping_like_any_other() -> None:
    assert dict(ENTRIES) == PLAIN
    assert (ENTRIES == PLAIN, "a.one" in ENTRIES, "a.six" in ENTRIES, len(ENTRIES)) == (True, True, False, 5)


def test_figures__are_a_mapping_like_any_other() -> None:
    figures = CompactValues(PLACES.index, (1, 2, None, 4, 7))
    assert dict(figures) == dict(figures.items()) == {**figures} == dict(zip(CELLS, (1, 2, None, 4, 7), strict=True))
    assert (figures.get("a.three", 5), figures.get("a.six", 5), list(figures.keys())) == (None, 5, list(CELLS))


def test_both__go_from_process_to_process_and_share_what_they_shared() -> None:
    first, second, figures = pickle.loads(pickle.dumps((ENTRIES, ENTRIES, CompactValues(PLACES.index, NUMBERS))))
    assert (first == PLAIN, dict(figures), first.layout is second.layout) == (
        True,
        dict(zip(CELLS, NUMBERS, strict=True)),
        True,
    )
    assert first.layout is share_entry_layout(CELLS, SPOTS, frozenset(range(4)))


def test_unusual__what_is_no_number_from_zero_however_it_is_held() -> None:
    assert (
        [entry.cell for entry in iterate_unusual_entries(ENTRIES)]
        == [entry.cell for entry in iterate_unusual_entries(PLAIN)]
        == ["a.four"]
    )
    negative = Entry("a.one", EntryState.NUMBER, -1, "-1", "表二", "B1")
    assert [entry.cell for entry in iterate_unusual_entries({**PLAIN, "a.one": negative})] == ["a.one", "a.four"]


def test_places__of_a_plain_mapping_are_its_own() -> None:
    assert find_entry_layout(ENTRIES) is PLACES
    assert find_entry_layout(PLAIN).positions == SPOTS
