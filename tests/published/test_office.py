"""Reports as LibreOffice prints and saves them: PDF with ruled tables over several pages, old documents."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.judges import recalculate
from tests.published import layouts
from tests.published.answers import numbers
from xltool.forms.load_definitions import load_forms
from xltool.model.form import Form
from xltool.published.read_report import read_report

FORMS = load_forms()
pytestmark = pytest.mark.office


def converted(folder: Path, form: Form, texts: dict[str, str], kind: str) -> Path:
    (folder / "report.docx").write_bytes(layouts.word(layouts.parts(form, texts)))
    return recalculate(folder / "report.docx", folder / "made", kind)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.edition)
def test_pdf__tables_over_pages__every_figure_with_its_page(form: Form, tmp_path: Path) -> None:
    texts = layouts.made_up(form, seed=2, largest=999)
    found = read_report(converted(tmp_path, form, texts, "pdf"), FORMS)
    assert numbers(found) == {cell: Decimal(text) for cell, text in texts.items()}
    assert (found.agency_name, found.year, found.source.program) == (layouts.AGENCY, layouts.year_of(form), "pdf")
    pages = {figure.where.page for figure in found.figures.values() if figure.where}
    assert len(pages) > 1
    assert min(pages) == 1


def test_pdf__empty_cells_and_strokes__stay_what_they_are(tmp_path: Path) -> None:
    form = FORMS[-1]
    texts = layouts.made_up(form, seed=1, largest=20)
    texts |= {cell: "" for cell, text in texts.items() if text == "0" and cell.startswith(("requests.", "disputes."))}
    texts |= {cell: "/" for cell in texts if cell.startswith("disclosure.rules.")}
    found = numbers(read_report(converted(tmp_path, form, texts, "pdf"), FORMS))
    assert found == {cell: Decimal(text) for cell, text in texts.items() if text not in {"", "/"}}


@pytest.mark.parametrize("kind", ["doc", "rtf", "odt", "html"])
def test_document__of_another_kind__read_like_the_rest(kind: str, tmp_path: Path) -> None:
    form = FORMS[-1]
    texts = layouts.made_up(form, seed=3)
    found = read_report(converted(tmp_path, form, texts, kind), FORMS)
    assert numbers(found) == {cell: Decimal(text) for cell, text in texts.items()}
