"""Tables between commas, semicolons and tabs: read as any table is."""

from pathlib import Path

import pytest

from tests.published import converted, layouts, separated
from tests.published.answers import numbers, printed
from xltool.forms.load_definitions import load_forms
from xltool.model.form import Form
from xltool.model.published import PublishedReport
from xltool.published.read_report import read_report

FORMS = load_forms()
BY_EDITION = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.edition)
BY_LAYOUT = pytest.mark.parametrize("layout", separated.LAYOUTS)


def read(folder: Path, layout: str, form: Form, texts: layouts.Texts) -> PublishedReport:
    file = folder / layout
    file.write_text(separated.LAYOUTS[layout](layouts.parts(form, texts)), "utf-8")
    return read_report(file, FORMS)


@BY_EDITION
@BY_LAYOUT
def test_separated__whole_report__every_figure_and_the_texts(layout: str, form: Form, tmp_path: Path) -> None:
    texts = layouts.made_up(form, seed=1)
    found = read(tmp_path, layout, form, texts)
    assert numbers(found) == printed(texts)
    assert (found.agency_name, found.year) == (layouts.AGENCY, layouts.year_of(form))
    said = "本机关认真做好存在的主要问题及改进情况，全年公开信息1136条，培训2次，同比增长15%。"
    assert found.texts["problems"] == (said,)


@BY_EDITION
@BY_LAYOUT
@pytest.mark.parametrize("filling", converted.FILLINGS)
def test_separated__whatever_stands_in_the_cells__nothing_wrong(
    filling: str, layout: str, form: Form, tmp_path: Path
) -> None:
    plain = layouts.made_up(form, seed=2, largest=9999)
    said = {cell.id: plain[cell.id] for table in form.tables if not table.printed for cell in table.cells}
    texts = converted.filled(plain, filling, seed=2) | said
    found = numbers(read(tmp_path, layout, form, texts))
    true = printed(texts if filling == "wrong figures" else plain)
    blank = {cell for cell, text in texts.items() if not text.strip() or text in {"/", "无"}}
    zeros = {cell for cell in blank if texts.get(f"{cell.rpartition('.')[0]}.total", "").strip() == "0"}
    zeros = {cell for cell in zeros if not texts[cell].strip()}  # blank beside a printed total of 0
    answered = {cell: value for cell, value in found.items() if value or cell not in zeros}
    assert {cell: value for cell, value in answered.items() if true[cell] != value or cell in blank} == {}
    certain = 0.75 if filling == "some left out" else 0.98  # of a row with empty cells places need not tell which
    if (filling, layout) != ("thousands", "commas.txt"):
        assert len(found) >= certain * (len(texts) - len(blank))
