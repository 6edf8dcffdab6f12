"""Read a sheet on which printed labels were exchanged or changed while their cells stayed where they are.

A person reads a figure by its heads: the labels in its row and the labels above it. The words that stand there now are
compared with the heads of every figure of the form. Where they are the heads of exactly one figure, it is read as that
figure; where they are the heads of none, or of one that another cell has too, it is not read.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from xltool.forms.cell_addresses import parse_address
from xltool.forms.slots import Purpose, Role, SheetPlan, Slot
from xltool.model.form import Box
from xltool.model.submission import Observation
from xltool.recognition.label_text import normalise_label
from xltool.recognition.layout_changes import Axis
from xltool.recognition.match_labels import PlaceDoubt, index_words
from xltool.spreadsheet.raw_workbook import RawCell

_FIGURE_ROLES = frozenset({Role.INPUT, Role.COMPUTED})
_STATIC_ROLES = frozenset({Role.TITLE, Role.HEADING, Role.TABLE_TITLE, Role.GUIDE, Role.CAPTION})
MAX_CACHED_SHEETS = 64

Heads = tuple[str, ...]


class ReadHeads(NamedTuple):
    """The result of reading a sheet by its heads: real addresses by planned one, unread figures, observations."""

    origin: Mapping[str, str]
    doubts: Mapping[str, PlaceDoubt]
    observations: tuple[Observation, ...]


class _Frame(NamedTuple):
    """The printed cells of a planned sheet: normal form of each label, static cells, and the label cells of figures."""

    labels: Mapping[str, str]
    static: Mapping[str, str]
    figures: Mapping[str, Slot]
    heads: Mapping[str, tuple[str, ...]]

    @property
    def is_unique(self) -> bool:
        """Whether no two figures have the same heads."""
        return len({_heads_of(address, self, self.labels) for address in self.figures}) == len(self.figures)


def read_by_heads(layout: SheetPlan, cells: Mapping[str, RawCell]) -> ReadHeads | None:
    """Read figures by the words around them; None if no labels were exchanged or cells were moved as well."""
    frame = _build_frame(layout.slots)
    texts = {address: _normal_text(cells.get(address)) for address in (*frame.labels, *frame.static)}
    changed = [address for address, planned in frame.labels.items() if texts[address] != planned]
    known = set(frame.labels.values())
    if layout.purpose is Purpose.CONTROLS or not changed or not frame.is_unique:
        return None
    if not _is_frame_kept(frame, texts, changed, cells):
        return None
    if not any(texts[address] in known for address in changed) and not _static_labels(frame, texts):
        return ReadHeads({}, {}, ())
    shown = {address: texts[address] if texts[address] in known else frame.labels[address] for address in frame.labels}
    for address in _label_cells_with_static_words(frame, texts):
        shown[address] = texts[address]
    origin, doubts = _assign_figures(frame, shown)
    labels = _follow_labels(frame, texts)
    return ReadHeads({**origin, **labels}, doubts, tuple(_describe_exchange(layout, frame, labels, origin, doubts)))


@lru_cache(maxsize=MAX_CACHED_SHEETS)
def _build_frame(slots: tuple[Slot, ...]) -> _Frame:
    labels = [slot for slot in slots if slot.role is Role.LABEL]
    static = [slot for slot in slots if slot.role in _STATIC_ROLES and slot.text]
    figures = [slot for slot in slots if slot.role in _FIGURE_ROLES]
    by_table: dict[str, list[Slot]] = {}
    for label in labels:
        by_table.setdefault(label.key, []).append(label)
    return _Frame(
        {slot.address: normalise_label(slot.text) for slot in labels},
        {slot.address: normalise_label(slot.text) for slot in static},
        {slot.address: slot for slot in figures},
        {
            slot.address: tuple(
                label.address for label in _find_heads(slot.box, by_table.get(slot.key.partition(".")[0], ()))
            )
            for slot in figures
        },
    )


def _find_heads(figure_box: Box, labels: Sequence[Slot]) -> Iterator[Slot]:
    """Yield the labels in the row of a figure, then those above it without a gap, from the nearest."""
    for label in labels:
        if label.box.row <= figure_box.row < label.box.row + label.box.rows:
            yield label
    above = [
        label
        for label in labels
        if label.box.row + label.box.rows <= figure_box.row
        and label.box.column <= figure_box.column < label.box.column + label.box.columns
    ]
    top = 0
    for label in sorted(above, key=lambda label: -label.box.row):
        if top and label.box.row + label.box.rows != top:
            return
        yield label
        top = label.box.row


def _normal_text(raw_cell: RawCell | None) -> str:
    return normalise_label(raw_cell.text) if raw_cell is not None else ""


def _is_frame_kept(
    frame: _Frame, texts: Mapping[str, str], changed: Sequence[str], cells: Mapping[str, RawCell]
) -> bool:
    """Return True if every label on the sheet is in a printed cell, and no label was lost with its figures."""
    words = index_words(cells)
    printed = {parse_address(address) for address in texts}
    for text in {frame.labels[address] for address in changed}:
        if text in words and not printed.issuperset(words[text]):
            return False
    if not any(texts[address] == planned for address, planned in frame.labels.items()):
        return False
    emptied = [address for address in changed if not texts[address]]
    moved = [address for address in changed if texts[address] in frame.labels.values()]
    return not emptied or (not moved and all(_has_figures(address, frame, cells) for address in emptied))


def _has_figures(label: str, frame: _Frame, cells: Mapping[str, RawCell]) -> bool:
    return any(figure in cells for figure, heads in frame.heads.items() if label in heads)


def _static_labels(frame: _Frame, texts: Mapping[str, str]) -> list[str]:
    """Return the static cells in which a label of a table stands."""
    known = set(frame.labels.values())
    return [
        address for address, planned in frame.static.items() if texts[address] != planned and texts[address] in known
    ]


def _label_cells_with_static_words(frame: _Frame, texts: Mapping[str, str]) -> list[str]:
    static = set(frame.static.values()) - {""}
    return [address for address in frame.labels if texts[address] in static and texts[address] != frame.labels[address]]


def _assign_figures(frame: _Frame, shown: Mapping[str, str]) -> tuple[dict[str, str], dict[str, PlaceDoubt]]:
    """Return the real address of each figure whose heads stand somewhere else, and the figures that cannot be read."""
    planned = {address: _heads_of(address, frame, frame.labels) for address in frame.figures}
    real = {address: _heads_of(address, frame, shown) for address in frame.figures}
    times = Counter(real.values())
    by_heads = {heads: address for address, heads in real.items() if times[heads] == 1}
    origin: dict[str, str] = {}
    doubts: dict[str, PlaceDoubt] = {}
    for address, heads in planned.items():
        at = by_heads.get(heads)
        if at is None or frame.figures[at].role is not frame.figures[address].role:
            doubts[address] = PlaceDoubt.AMBIGUOUS
        elif at != address:
            origin[address] = at
    taken = {origin.get(address, address) for address in planned if address not in doubts}
    if len(taken) != len(planned) - len(doubts):
        return {}, dict.fromkeys(planned, PlaceDoubt.AMBIGUOUS)
    return origin, doubts


def _heads_of(figure: str, frame: _Frame, texts: Mapping[str, str]) -> tuple[str, Heads]:
    """Return the table of a figure and the words of its heads."""
    return frame.figures[figure].key.partition(".")[0], tuple(texts[label] for label in frame.heads[figure])


def _follow_labels(frame: _Frame, texts: Mapping[str, str]) -> dict[str, str]:
    """Return where each label stands now that is not at its planned place."""
    planned = {**frame.static, **frame.labels}
    free: dict[str, list[str]] = {}
    for address, text in texts.items():
        if text and text != planned[address]:
            free.setdefault(text, []).append(address)
    return {
        address: free[text].pop(0)
        for address, text in planned.items()
        if texts[address] != text and free.get(text) and (address in frame.labels or free[text][0] in frame.labels)
    }


def _describe_exchange(
    layout: SheetPlan,
    frame: _Frame,
    labels: Mapping[str, str],
    origin: Mapping[str, str],
    doubts: Mapping[str, PlaceDoubt],
) -> Iterator[Observation]:
    """Yield one observation on labels that were exchanged: with unread figures, or read where their heads stand now."""
    texts = {slot.address: slot.text for slot in layout.slots}
    moved = tuple((texts[address], address, now) for address, now in labels.items())
    if not moved:
        return
    first = moved[0][2]
    if doubts:
        lost = tuple(frame.figures[address].key for address in doubts)
        facts: dict[str, object] = {"labels": moved, "lost": lost, "count": len(lost)}
        yield Observation("label.exchanged", layout.name, first, facts=facts)
    elif origin:
        rows = any(parse_address(address)[0] != parse_address(now)[0] for address, now in origin.items())
        moves = tuple((frame.figures[address].key, address, now) for address, now in origin.items())
        facts = {"axis": Axis.ROW if rows else Axis.COLUMN, "moves": moves, "labels": moved}
        yield Observation("place.reordered", layout.name, origin[next(iter(origin))], facts=facts)
    else:
        yield Observation("label.exchanged", layout.name, first, facts={"labels": moved, "count": 0})
