"""Text drawn out of pages: labels torn over lines are put together again by rows, and nothing is read wrong."""

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.published import layouts, torn
from tests.published.answers import numbers, printed
from tests.published.converted import FILLINGS, filled
from tests.published.torn import Page
from xltool.forms.load_definitions import load_forms
from xltool.model.form import Form
from xltool.model.published import PublishedReport
from xltool.published.read_report import read_report

FORMS = load_forms()
BY_EDITION = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.edition)
WAYS: dict[str, Callable[[layouts.Report, Page], str]] = {"drawn": torn.drawn, "row by row": torn.row_by_row}
BY_WAY = pytest.mark.parametrize("way", WAYS)
PAGES = {
    "narrow": Page(),
    "narrower, figures above": Page(label=3, share=0.0),
    "figures below": Page(label=4, share=1.0),
    "wide": Page(label=12, figure=6),
    "page numbers": Page(foot="- {} -"),
    "heads and feet": Page(lines=30, head="云河市人民政府 2025/3/{}, 8:17", foot="第 {} 页 共 9 页"),
}


def read(folder: Path, text: str) -> PublishedReport:
    file = folder / "report.txt"
    file.write_text(text, "utf-8")
    return read_report(file, FORMS)


def perhaps_with_blanks(texts: dict[str, str], chance: random.Random, share: float) -> dict[str, str]:
    """The figures; one time in two some of them, about so large a ``share``, are blank."""
    if chance.random() >= 0.5:
        return texts
    return {cell: "" if chance.random() < share else text for cell, text in texts.items()}


@BY_EDITION
@BY_WAY
@pytest.mark.parametrize("page", PAGES)
def test_torn__whole_report__every_figure(page: str, way: str, form: Form, tmp_path: Path) -> None:
    texts = layouts.made_up(form, seed=1, largest=99)
    found = numbers(read(tmp_path, WAYS[way](layouts.parts(form, texts), PAGES[page])))
    assert found.items() <= printed(texts).items()
    assert len(found) >= 0.98 * len(texts)


@BY_WAY
def test_torn__what_only_rows_could_tell__is_said(way: str, tmp_path: Path) -> None:
    form = FORMS[-1]
    found = read(tmp_path, WAYS[way](layouts.parts(form, layouts.made_up(form, seed=1)), Page(label=3)))
    said = [item.facts["table"] for item in found.log if item.code == "import.torn"]
    assert ("表三" in said) == (way == "drawn")


@BY_EDITION
@BY_WAY
@pytest.mark.parametrize("filling", FILLINGS)
def test_torn__whatever_stands_in_the_cells__nothing_wrong(filling: str, way: str, form: Form, tmp_path: Path) -> None:
    plain = layouts.made_up(form, seed=2, largest=99)
    texts = filled(plain, filling, seed=2)
    for page in (Page(), Page(label=3, share=0.0), Page(label=12, figure=6, foot="{}")):
        found = numbers(read(tmp_path, WAYS[way](layouts.parts(form, texts), page)))
        true = printed(plain) if filling not in {"wrong figures"} else printed(texts)
        blank = {cell for cell, text in texts.items() if not text.strip() or text in {"/", "无"}}
        assert {cell: value for cell, value in found.items() if true[cell] != value or cell in blank} == {}


@pytest.mark.parametrize("seed", range(12))
def test_torn__any_page__never_wrong(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    form = chance.choice(FORMS)
    texts = layouts.made_up(form, seed, largest=chance.choice([9, 99, 999]))
    texts = perhaps_with_blanks(texts, chance, 0.1)
    page = Page(
        label=chance.randint(2, 14),
        figure=chance.randint(3, 8),
        share=chance.random(),
        lines=chance.randint(15, 60),
        foot=chance.choice(["", "{}", "- {} -"]),
    )
    for name, way in WAYS.items():
        found = numbers(read(tmp_path, way(layouts.parts(form, texts), page)))
        assert found.items() <= printed(texts).items()
        assert len(found) >= {"drawn": 0.05, "row by row": 0.25}[name] * len(printed(texts))  # a floor: it does read


def test_torn__a_row_s_label_and_no_figures__takes_none_of_the_next(tmp_path: Path) -> None:
    form = FORMS[-1]
    texts = layouts.made_up(form, seed=3)
    texts |= {cell: "" for cell in texts if ".fee_overdue." in cell or ".third_party." in cell}
    for page in PAGES.values():
        found = numbers(read(tmp_path, torn.drawn(layouts.parts(form, texts), page)))
        assert found.items() <= printed(texts).items()
        assert len(found) >= 0.95 * len(printed(texts))


def test_torn__a_label_before_the_figures_of_the_line_above__is_not_believed(tmp_path: Path) -> None:
    form = FORMS[-1]
    texts = layouts.made_up(form, seed=3, largest=99)
    texts |= {cell: "0" for cell in texts if ".published_material." in cell}
    text = torn.drawn(layouts.parts(form, texts), Page(label=40))
    repeated, material, excessive = (
        re.search(rf"\n *(?:（五）不予处理)? *{label} +([0-9 ]+)\n", text)
        for label in ("2.重复申请", "3.要求提供公开出版物", "4.无正当理由大量反复申请")
    )
    assert repeated
    assert material
    assert excessive
    mixed = ("（五） 2.3.重复申请", repeated[1], "不予 4.要求提供公开出版物", "无正当理由大量反复申请", material[1])
    text = text[: repeated.start()] + "\n".join(("", *mixed, "", f"处理  {excessive[1]}", "")) + text[excessive.end() :]
    found = numbers(read(tmp_path, text))
    assert found.items() <= printed(texts).items()
    assert len(found) >= 0.85 * len(texts)


# --- figures taken out block by block -------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_blocks__in_order__never_wrong_and_often_whole(seed: int, tmp_path: Path) -> None:
    form = FORMS[-1]
    texts = layouts.made_up(form, seed, largest=999)
    text = torn.by_blocks(layouts.parts(form, texts), random.Random(seed))
    found = numbers(read(tmp_path, text))
    assert found.items() <= printed(texts).items()
    assert len([cell for cell in found if cell.startswith("requests.")]) == 175


SHUFFLED_AND_READ = {1, 2, 3, 7, 11, 13}


@pytest.mark.parametrize("seed", range(20))
def test_blocks__in_any_order__never_wrong(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    form = chance.choice(FORMS)
    texts = layouts.made_up(form, seed, largest=chance.choice([2, 9, 99]))
    texts = perhaps_with_blanks(texts, chance, 0.05)
    in_order = chance.random() < 0.3
    text = torn.by_blocks(layouts.parts(form, texts), chance, in_order=in_order)
    found = numbers(read(tmp_path, text))
    assert found.items() <= printed(texts).items()
    if in_order and all(texts.values()):
        assert len(found) >= 0.85 * len(printed(texts))
    elif seed in SHUFFLED_AND_READ:  # in the others no order of the blocks is the only one that adds up
        assert len(found) >= 10
