"""Reports as converters leave them, with whatever stands in cells, and broken off anywhere: no figure is ever wrong."""

import random
from decimal import Decimal
from pathlib import Path

import pytest

from tests.published import converted, layouts
from xltool.errors import ForeignFileError
from xltool.forms.load_definitions import load_forms
from xltool.model.form import CellKind, Form
from xltool.model.published import PublishedReport
from xltool.published.read_report import read_report

FORMS = load_forms()
BY_EDITION = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.edition)
ALL = {**layouts.TEXTS, **layouts.PAGES, **converted.LAYOUTS}
_PLAIN = str.maketrans("０１２３４５６７８９．", "0123456789.", ",")


def figure(cell: str, text: str) -> Decimal | None:
    """What a cell says, if it says a number, perhaps with the unit of what it counts, and nothing else."""
    counts = any(cell in form.cells and form.cells[cell].kind is not CellKind.AMOUNT for form in FORMS)
    plain = text.removesuffix("件" if counts else "").strip("\u00a0\u3000 ").translate(_PLAIN)
    return Decimal(plain) if plain.lstrip("-").replace(".", "", 1).isdigit() else None


def read(folder: Path, name: str, content: str | bytes) -> PublishedReport:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_report(file, FORMS)


def wrong(found: PublishedReport, texts: dict[str, str]) -> dict[str, object]:
    """Figures that were answered and are neither printed nor zero by the printed total of their row."""
    answered = {cell: each.value for cell, each in found.figures.items() if each.value is not None}
    wrong = {cell: value for cell, value in answered.items() if figure(cell, texts.get(cell, "")) != value}
    return {cell: value for cell, value in wrong.items() if value or not is_zero_by_total(cell, texts)}


def is_zero_by_total(cell: str, texts: dict[str, str]) -> bool:
    """Whether a cell is blank and the printed total of its row is 0, so that it can only be 0."""
    total = f"{cell.rpartition('.')[0]}.total"
    return not texts.get(cell, "").strip("\u00a0\u3000 ") and figure(total, texts.get(total, "")) == 0


def share_read(found: PublishedReport, texts: dict[str, str]) -> float:
    asked = [cell for cell, text in texts.items() if figure(cell, text) is not None]
    return sum(cell in found.figures and found.figures[cell].value is not None for cell in asked) / max(1, len(asked))


@BY_EDITION
@pytest.mark.parametrize("layout", converted.LAYOUTS)
@pytest.mark.parametrize("seed", range(2))
def test_converted__complete__every_figure(layout: str, form: Form, seed: int, tmp_path: Path) -> None:
    texts = layouts.made_up(form, seed, largest=(99, 999)[seed])
    found = read(tmp_path, layout, converted.LAYOUTS[layout](layouts.parts(form, texts)))
    assert wrong(found, texts) == {}
    assert share_read(found, texts) == 1


@BY_EDITION
@pytest.mark.parametrize("filling", converted.FILLINGS)
@pytest.mark.parametrize("layout", ALL)
def test_cells__whatever_stands_in_them__nothing_wrong(layout: str, filling: str, form: Form, tmp_path: Path) -> None:
    texts = converted.filled(layouts.made_up(form, seed=2, largest=999), filling, seed=2)
    found = read(tmp_path, layout, ALL[layout](layouts.parts(form, texts)))
    assert wrong(found, texts) == {}


@pytest.mark.parametrize("filling", ["strokes", "units", "thousands", "full width", "wrong figures"])
@pytest.mark.parametrize("layout", [layout for layout in ALL if layout != "glued.txt"])
def test_cells__that_all_hold_something__nearly_all_read(layout: str, filling: str, tmp_path: Path) -> None:
    form = FORMS[-1]
    texts = converted.filled(layouts.made_up(form, seed=5, largest=999), filling, seed=5)
    found = read(tmp_path, layout, ALL[layout](layouts.parts(form, texts)))
    assert share_read(found, texts) >= 0.98


@BY_EDITION
@pytest.mark.parametrize("filling", ["", "some left out"])
@pytest.mark.parametrize("layout", ALL)
def test_report__broken_off_anywhere__nothing_wrong_nothing_invented(
    layout: str, filling: str, form: Form, tmp_path: Path
) -> None:
    texts = layouts.made_up(form, seed=2, largest=999)
    texts = converted.filled(texts, filling, seed=2) if filling else texts
    content = ALL[layout](layouts.parts(form, texts))
    chance = random.Random(f"{layout}{filling}{form.edition}")
    for at in (chance.randrange(len(content) // 3, len(content)) for _ in range(3)):
        try:
            found = read(tmp_path, layout, content[:at])
        except ForeignFileError:
            continue  # too little is left to tell a report
        assert wrong(found, texts) == {}, at


def test_report__broken_off_within_a_figure__is_told_and_the_figure_left(tmp_path: Path) -> None:
    form = FORMS[-1]
    texts = layouts.made_up(form, seed=0) | {"disclosure.penalties.decisions": "1234"}
    content = layouts.spaced(layouts.parts(form, texts))
    found = read(tmp_path, "cut.txt", content[: content.index("行政处罚  1234") + 8])
    assert "disclosure.penalties.decisions" not in wrong(found, texts)
    assert found.figures["disclosure.penalties.decisions"].value is None
    assert [dict(each.facts) for each in found.log if each.code == "import.breaks_off"] == [{"found": "12"}]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_page__in_any_encoding__whatever_it_says_of_itself(encoding: str, tmp_path: Path) -> None:
    form = FORMS[-1]
    texts = layouts.made_up(form, seed=1)
    for name in ("page.html", "spaced.txt", "stacked_bars.txt"):
        found = read(tmp_path, name, ALL[name](layouts.parts(form, texts)).encode(encoding))
        assert (wrong(found, texts), share_read(found, texts)) == ({}, 1)


def test_lines__drawn_out_of_order__figures_against_their_equations_stay_open(tmp_path: Path) -> None:
    form = FORMS[0]
    texts = layouts.made_up(form, seed=2, largest=999)
    report = layouts.parts(form, texts)
    lines = layouts.lines(report).split("\n")
    figures = [line for line in lines if line.isdigit()]
    labels = [line for line in lines if not line.isdigit()]
    disputes = [texts[cell] for cell in form.cells if cell.startswith("disputes.")]
    turned = [*labels[:-6], *figures, *labels[-6:], *disputes[::4], *disputes[1::4], *disputes[2::4], *disputes[3::4]]
    assert wrong(read(tmp_path, "turned.txt", "\n".join(turned)), texts) == {}


def test_labels__torn_around_their_figures__are_no_second_report(tmp_path: Path) -> None:
    form = FORMS[-1]
    texts = layouts.made_up(form, seed=2, largest=999)
    found = []
    for part in layouts.parts(form, texts):
        found += [part.text] if part.kind != "table" else []
        for row in part.rows:
            labels, figures = [s.text for s in row if not s.cell], [s.text for s in row if s.cell]
            if figures and labels and len(labels[-1]) > 11:
                third = len(labels[-1]) // 3 + 1
                one, two, three = (labels[-1][at : at + third] for at in (0, third, 2 * third))
                found += [one, "  ".join([*labels[:-1], two, *figures]), three]
            else:
                found.append("  ".join(labels + figures))
    read_back = read(tmp_path, "torn.txt", "\n".join(found))
    assert wrong(read_back, texts) == {}
    assert share_read(read_back, texts) == 1
