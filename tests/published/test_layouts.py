"""The same figures in every layout reports are published in: all read, or left open; never a wrong one."""

import dataclasses
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.published import layouts
from tests.published.answers import numbers, printed
from xltool.forms.load_definitions import load_forms
from xltool.forms.published_wording import load_published_wording
from xltool.model.form import Form
from xltool.model.published import PublishedReport
from xltool.model.submission import EntryState
from xltool.published.read_report import read_report

FORMS = load_forms()
BY_EDITION = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.edition)
WITH_CELLS = ("tabbed.txt", "bars.txt", "markdown.md", "page.html", "no_spans.html", "small_tables.html", "word.docx")


def read(folder: Path, layout: str, form: Form, texts: dict[str, str]) -> PublishedReport:
    file = folder / layout
    file.write_bytes(layouts.file_content(layout, form, texts))
    return read_report(file, FORMS)


@BY_EDITION
@pytest.mark.parametrize("layout", [name for name in layouts.LAYOUTS if name != "glued.txt"])
def test_layout__whole_report__every_figure_its_title_and_its_texts(layout: str, form: Form, tmp_path: Path) -> None:
    texts = layouts.made_up(form, seed=1)
    found = read(tmp_path, layout, form, texts)
    assert (found.form, found.edition) == form.key
    assert (found.agency_name, found.year) == (layouts.AGENCY, layouts.year_of(form))
    assert numbers(found) == printed(texts)
    assert {figure.sure for figure in found.figures.values()} == {"printed"}
    assert [item.code for item in found.log if item.code != "import.embedded"] == []
    said = "本机关认真做好存在的主要问题及改进情况，全年公开信息1136条，培训2次，同比增长15%。"
    assert found.texts["problems"] == (said,)


@BY_EDITION
@pytest.mark.parametrize("seed", range(6))
def test_layout__digits_run_together__nothing_wrong_nearly_all_read(form: Form, seed: int, tmp_path: Path) -> None:
    texts = layouts.made_up(form, seed, largest=99)
    found = numbers(read(tmp_path, "glued.txt", form, texts))
    assert found.items() <= printed(texts).items()
    assert len(found) >= 0.85 * len(texts)


# --- labels that are not quite those of the form ---------------------------------------------------------------------

_ORDINAL = re.compile(r"^(?:（[一二三四五六七八九十]+）|[一二三四五六七八九十]+、|(\d+)\.)")


def numbered(sign: str) -> Callable[[str, random.Random], str]:
    return lambda text, _: re.sub(r"^(\d+)\.", sign, text)


def half_width(text: str, _: random.Random) -> str:
    return text.translate(str.maketrans("（）：，“”", '():,""'))


def traditional(text: str, _: random.Random) -> str:
    signs = load_published_wording().variants
    pairs = [pair for pair in zip(signs.traditional, signs.simplified, strict=True) if pair[0] not in "祇爲"]
    return text.translate({ord(new): old for old, new in pairs})


def shortened(text: str, _: random.Random) -> str:
    return re.split("[、，（]", _ORDINAL.sub("", text))[0] if len(text) > 14 else text


def misprinted(text: str, chance: random.Random) -> str:
    if len(text) < 5 or chance.random() < 0.7:
        return text
    at = chance.randrange(2, len(text))
    return text[:at] + chance.choice(["", "某"]) + text[at + 1 :]


CHANGES: dict[str, Callable[[str, random.Random], str]] = {
    "without numbers": lambda text, _: _ORDINAL.sub("", text),
    "1、": numbered(r"\1、"),
    "（1）": numbered(r"（\1）"),
    "1": numbered(r"\1"),
    "half width": half_width,
    "traditional": traditional,
    "shortened": shortened,
    "misprinted": misprinted,
    "spread": lambda text, _: " ".join(text),
    "broken": lambda text, _: f"{text[: len(text) // 2]}\n{text[len(text) // 2 :]}" if len(text) > 3 else text,
    "with a remark": lambda text, _: f"{text}（件）" if len(text) > 8 else text,
}


def relabelled(form: Form, change: Callable[[str, random.Random], str]) -> Form:
    chance = random.Random(7)
    tables = tuple(
        dataclasses.replace(
            table, labels=tuple(label._replace(text=change(label.text, chance)) for label in table.labels)
        )
        for table in form.tables
    )
    return dataclasses.replace(form, tables=tables)


@BY_EDITION
@pytest.mark.parametrize("layout", ["lines.txt", "tabbed.txt", "page.html", "nested_rows.html", "glued.txt"])
@pytest.mark.parametrize("change", CHANGES)
def test_labels__changed__the_figures_stay_the_same(change: str, layout: str, form: Form, tmp_path: Path) -> None:
    texts = layouts.made_up(form, seed=2, largest=9)
    found = read(tmp_path, layout, relabelled(form, CHANGES[change]), texts)
    assert found.edition == form.edition
    assert numbers(found).items() <= printed(texts).items()
    assert len(numbers(found)) >= (0.8 if layout == "glued.txt" else 0.98) * len(texts)


def test_label__read_by_likeness__is_told(tmp_path: Path) -> None:
    form = FORMS[-1]
    changed = relabelled(form, lambda text, _: text.replace("其他法律行政法规禁止公开", "其他法律行政止公开"))
    found = read(tmp_path, "lines.txt", changed, layouts.made_up(form, seed=0))
    assert [item.facts["printed"] for item in found.log if item.code == "import.alike"] == ["2.其他法律行政止公开"]


# --- cells that hold no number ---------------------------------------------------------------------------------------


@BY_EDITION
@pytest.mark.parametrize("layout", WITH_CELLS)
def test_cells__empty__stay_blank(layout: str, form: Form, tmp_path: Path) -> None:
    chance = random.Random(3)
    texts = {cell: "" if chance.random() < 0.3 else text for cell, text in layouts.made_up(form, seed=3).items()}
    texts |= {cell.id: "0" for table in form.tables if not table.printed for cell in table.cells}
    found = read(tmp_path, layout, form, texts)
    blank = {cell for cell, text in texts.items() if not text}
    zeros = {cell for cell in blank if texts.get(f"{cell.rpartition('.')[0]}.total") == "0"}  # by the printed total
    assert numbers(found) == {**printed(texts), **dict.fromkeys(zeros, 0)}
    assert {cell for cell, each in found.figures.items() if each.state is EntryState.BLANK} == blank - zeros


@pytest.mark.parametrize("layout", ["lines.txt", "spaced.txt", "paragraphs.html", "glued.txt"])
def test_lines__empty_cells_vanish__those_lines_stay_open(layout: str, tmp_path: Path) -> None:
    form = FORMS[-1]
    texts = {cell: "" if text == "0" else text for cell, text in layouts.made_up(form, seed=4).items()}
    found = read(tmp_path, layout, form, texts)
    assert numbers(found).items() <= printed(texts).items()
    assert any(figure.sure == "open" for figure in found.figures.values())


@pytest.mark.parametrize("layout", layouts.LAYOUTS)
def test_cells__strokes_and_foreign_units__never_become_numbers(layout: str, tmp_path: Path) -> None:
    form = FORMS[-1]
    texts = layouts.made_up(form, seed=5, largest=20)
    texts |= {cell: "/" for cell in texts if cell.startswith("disclosure.rules.")}
    texts |= {"disclosure.licensing.decisions": "—", "disclosure.penalties.decisions": "12万件"}
    texts |= {"disclosure.administrative_fees.amount": "12.5元"}  # the form's unit is 万元
    found = read(tmp_path, layout, form, texts)
    plain = {cell: text for cell, text in texts.items() if text[0].isdigit() and text[-1].isdigit()}
    assert numbers(found).items() <= printed(plain).items()
    if layout != "glued.txt":
        assert numbers(found) == printed(plain)
        assert found.figures["disclosure.rules.issued"].state is EntryState.NOT_APPLICABLE
        assert found.figures["disclosure.penalties.decisions"].note == "unit_in_cell"
        assert found.figures["disclosure.administrative_fees.amount"].note == "unit_in_cell"


def test_totals__printed_wrong__are_read_as_printed(tmp_path: Path) -> None:
    form = FORMS[-1]
    texts = layouts.made_up(form, seed=6) | {"requests.received.total": "7777", "disputes.review.total": "0"}
    for layout in ("lines.txt", "page.html", "bars.txt", "word.docx"):
        assert numbers(read(tmp_path, layout, form, texts)) == printed(texts)


@pytest.mark.parametrize("seed", [2, 3, 5, 12])
def test_lines__some_are_lost_of_long_figures__nothing_wrong(seed: int, tmp_path: Path) -> None:
    chance, form = random.Random(seed), FORMS[seed % 2]
    texts = layouts.made_up(form, seed, largest=99999)
    kept = [line for line in layouts.lines(layouts.parts(form, texts)).split("\n") if chance.random() > 0.1]
    (tmp_path / "report.txt").write_text("\n".join(kept), "utf-8")
    found = numbers(read_report(tmp_path / "report.txt", FORMS))
    assert found.items() <= printed(texts).items()
    assert found
