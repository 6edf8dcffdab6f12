"""Rows that stand apart from their labels, or out of order: read where elimination is certain, open where it is not."""

import random
import re
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


def data_rows() -> list[int]:
    """The positions of the rows of table three that have figures."""
    positions: list[int] = []

    def note(rows: Rows) -> list[str]:
        positions.extend(at for at, (_, figures) in enumerate(rows) if figures)
        return plain(rows)

    report(note)
    return positions


@pytest.mark.parametrize("end", ["first", "last"])
def test_loose_rows__at_an_end_of_the_table__are_read_in_order(end: str, tmp_path: Path) -> None:
    rows = data_rows()
    first, stop = (rows[0], rows[2]) if end == "first" else (rows[-2], rows[-1] + 1)
    found = read(tmp_path, report(labels_first(first, stop)))
    assert numbers(found) == printed(TEXTS)
    assert any(figure.sure == "solved" for figure in found.figures.values())


@pytest.mark.parametrize("left_out", range(2))
@pytest.mark.parametrize("end", ["first", "last"])
def test_loose_rows__at_an_end_and_one_is_missing__none_is_given_to_another_line(
    end: str, left_out: int, tmp_path: Path
) -> None:
    rows = data_rows()
    first, stop = (rows[0], rows[2]) if end == "first" else (rows[-2], rows[-1] + 1)
    found = numbers(read(tmp_path, report(labels_first(first, stop, left_out))))
    assert found.items() <= printed(TEXTS).items()
    assert len(found) >= len(printed(TEXTS)) - 2 * 7


LABELS = ("5.属于三类内部事务信息", "6.属于四类过程性信息", "7.属于行政执法案卷", "8.属于行政查询事项")


@pytest.mark.parametrize("order", [(1, 0, 2, 3), (0, 2, 1, 3), (0, 1, 3, 2), (3, 2, 1, 0)])
def test_loose_rows__of_labels_out_of_order__stay_open(order: Sequence[int], tmp_path: Path) -> None:
    page = layouts.page(layouts.parts(FORM, TEXTS))
    start, stop = page.rindex("<tr>", 0, page.index(LABELS[0])), page.index("</tr>", page.index(LABELS[-1])) + 5
    rows = [re.findall("<td><p>([^<]*)</p></td>", row) for row in page[start:stop].split("</tr>")[:-1]]
    assert [row[0] for row in rows] == [*LABELS]
    moved = [rows[at][:1] for at in order] + [rows[at][1:] for at in order]
    drawn = "".join(f"<tr>{''.join(f'<td>{text}</td>' for text in row)}</tr>" for row in moved)
    (tmp_path / "page.html").write_text(page[:start] + drawn + page[stop:], "utf-8")
    found = numbers(read_report(tmp_path / "page.html", load_forms()))
    assert found.items() <= printed(TEXTS).items()
    assert len(found) >= len(printed(TEXTS)) - 4 * 7


@pytest.mark.parametrize("names", [("规章", "行政规范性文件"), ("行政处罚", "行政强制")])
def test_loose_rows__without_an_equation__stay_open(names: Sequence[str], tmp_path: Path) -> None:
    lines = report(plain)
    at = next(at for at, line in enumerate(lines) if line.startswith(f"| {names[0]} |"))
    figures = [line.replace(f" {name} |", "", 1) for line, name in zip(lines[at : at + 2], names, strict=True)]
    assert all(name in line for line, name in zip(lines[at : at + 2], names, strict=True))
    found = numbers(read(tmp_path, [*lines[:at], *map(bars, ([name] for name in names)), *figures, *lines[at + 2 :]]))
    assert found.items() <= printed(TEXTS).items()
    assert len(found) >= len(printed(TEXTS)) - 2 * 3


def test_loose_rows__of_a_whole_table__one_is_missing__none_is_given_to_another_line(tmp_path: Path) -> None:
    rows = data_rows()
    for left_out in (0, 5, len(rows) - 1):

        def change(all_rows: Rows, left_out: int = left_out) -> list[str]:
            figures = [bars(all_rows[at][1]) for at in rows if at != rows[left_out]]
            return [*plain(all_rows[: rows[0]]), "", *(all_rows[at][0] for at in rows), *figures]

        found = numbers(read(tmp_path, report(change)))
        assert found.items() <= printed(TEXTS).items()
