"""Rows that stand apart from their labels, or out of order: read where elimination is certain, open where it is not."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.published import layouts
from tests.published.answers import numbers, printed
from xltool.forms.load_definitions import load_forms
from xltool.model.published import PublishedReport
from xltool.published.read_report import read_report

FORM = load_forms()[-1]
TEXTS = layouts.made_up(FORM, seed=3, largest=9)
Rows = list[tuple[str, list[str]]]  # label and figures
Change = Callable[[Rows], list[str]]


def read(folder: Path, lines: Sequence[str]) -> PublishedReport:
    (folder / "report.md").write_text("\n".join(lines), "utf-8")
    return read_report(folder / "report.md", load_forms())


def report(change: Change) -> list[str]:
    """The report as Markdown with the rows of table three changed."""
    lines: list[str] = []
    for part in layouts.parts(FORM, TEXTS):
        if part.kind != "table":
            lines.append(part.text)
            continue
        rows = [[spot for spot in row if spot.cell or spot.text] for row in part.rows]
        labelled = [(next((spot.text for spot in reversed(row) if not spot.cell), ""), row) for row in rows]
        drawn = [(label, [spot.text for spot in row if spot.cell]) for label, row in labelled]
        own = any(spot.cell.startswith("requests.received") for row in rows for spot in row)
        lines += change(drawn) if own else plain(drawn)
    return lines


def plain(rows: Rows) -> list[str]:
    return [bars([label, *figures]) for label, figures in rows]


def bars(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def labels_first(first: int, stop: int, left_out: int | None = None) -> Change:
    """Rows ``first`` to ``stop`` with all their labels before their figures, perhaps without the figures of one."""

    def change(rows: Rows) -> list[str]:
        group = rows[first:stop]
        figures = [bars(cells) for at, (_, cells) in enumerate(group) if at != left_out]
        return [*plain(rows[:first]), "", *(label for label, _ in group), *figures, *plain(rows[stop:])]

    return change


@pytest.mark.parametrize(("first", "stop"), [(8, 10), (12, 15), (9, 16), (20, 24)])
def test_loose_rows__as_many_as_the_form_has__are_read_and_said_to_be_worked_out(
    first: int, stop: int, tmp_path: Path
) -> None:
    found = read(tmp_path, report(labels_first(first, stop)))
    assert numbers(found) == printed(TEXTS)
    assert any(figure.sure == "solved" for figure in found.figures.values())


@pytest.mark.parametrize("left_out", range(3))
def test_loose_rows__one_is_missing__none_is_given_to_another_line(left_out: int, tmp_path: Path) -> None:
    found = numbers(read(tmp_path, report(labels_first(12, 15, left_out))))
    assert found.items() <= printed(TEXTS).items()
    assert len(found) >= len(printed(TEXTS)) - 3 * 7


@pytest.mark.parametrize("seed", range(6))
def test_labelled_rows__out_of_order__every_figure(seed: int, tmp_path: Path) -> None:
    def shuffled(rows: Rows) -> list[str]:
        head = [row for row in rows if not row[1]]
        body = [row for row in rows if row[1]]
        random.Random(seed).shuffle(body)
        return plain([*head, *body])

    found = numbers(read(tmp_path, report(shuffled)))
    assert found.items() <= printed(TEXTS).items()
    assert len(found) >= 0.98 * len(printed(TEXTS))
