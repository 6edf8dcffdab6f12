"""What stands beside a figure: marks of notes, raised or struck signs, units, words for a sign. None changes it."""

import io
import zipfile
from pathlib import Path

import pytest

from tests.published import layouts
from xltool.forms.load_definitions import load_forms
from xltool.model.form import Form
from xltool.model.published import PublishedReport
from xltool.model.submission import EntryState
from xltool.published.documents.document_builder import DocumentBuilder
from xltool.published.documents.pdf_worker import Grid, _bracket_raised, _grid_cells
from xltool.published.figures.strip_annotations import interpret_figure, strip_annotations
from xltool.published.read_report import read_report

FORMS = load_forms()
OLD, FORM = FORMS[0], FORMS[-1]
COUNT = "disclosure.normative_documents.in_force"
AMOUNT = "disclosure.administrative_fees.amount"
CHANGE = "disclosure.licensing.change"


def read(folder: Path, layout: str, content: bytes) -> PublishedReport:
    (folder / layout).write_bytes(content)
    return read_report(folder / layout, FORMS)


def report(layout: str, figure: str, form: Form = FORM, cell: str = COUNT) -> bytes:
    texts = layouts.made_up(form, seed=3, largest=50) | {cell: figure}
    return layouts.file_content(layout, form, texts)


@pytest.mark.parametrize(
    "written",
    [
        "5640<sup>1</sup>",
        "5640<sup>[1]</sup>",
        "5640<sup>①</sup>",
        "5640<sub>2</sub>",
        "<ruby>5640<rp>(</rp><rt>7</rt><rp>)</rp></ruby>",
        '5640<span style="font-size:9pt; vertical-align: super">12</span>',
        "<s>77</s>5640",
        "<del>77</del><ins>5640</ins>",
        '<span style="text-decoration: line-through">77</span>5640',
        '<span style="text-decoration-line:line-through;color:red">77</span>5640',
        '<input type="text" value="5640" disabled>',
        "5640*",
        "5640①",
        "5640 [1]",
        "5640（注1）",
        "5640件",
        "5640 份",
        "5\u200b640\ufeff",
    ],
)
def test_page__marks_and_units_beside_a_figure__do_not_change_it(written: str, tmp_path: Path) -> None:
    content = report("page.html", "5640").replace(b"5640", written.encode())
    found = read(tmp_path, "page.html", content)
    assert found.figures[COUNT].value == 5640


@pytest.mark.parametrize(
    "written", ["5640万", "5640万件", "5640元", "5640（其中上年12）", "5640(12)", "约5640", "5640<br>12"]
)
def test_page__what_may_change_a_figure__leaves_it_open(written: str, tmp_path: Path) -> None:
    content = report("page.html", "5640").replace(b"5640", written.encode())
    found = read(tmp_path, "page.html", content)
    assert found.figures[COUNT].value is None


@pytest.mark.parametrize(("printed", "number"), [("5640.5万元", "5640.5"), ("5640.5元", None), ("5640件", None)])
def test_amount__its_own_unit_and_no_other__is_read(printed: str, number: str | None, tmp_path: Path) -> None:
    found = read(tmp_path, "page.html", report("page.html", printed, cell=AMOUNT)).figures[AMOUNT]
    assert (None if found.value is None else str(found.value)) == number


@pytest.mark.parametrize(("printed", "number"), [("减4", -4), ("增4", 4), ("增加12", 12), ("-4", -4)])
@pytest.mark.parametrize("layout", ["page.html", "bars.txt", "lines.txt"])
def test_change__words_for_its_sign__are_read(layout: str, printed: str, number: int, tmp_path: Path) -> None:
    found = read(tmp_path, layout, report(layout, printed, OLD, CHANGE))
    assert found.figures[CHANGE].value == number
    assert found.figures["disclosure.licensing.decisions"].value is not None


def test_count__a_word_for_a_sign__is_no_figure() -> None:
    assert strip_annotations("减4", FORM.cells[COUNT]) == "减4"
    assert interpret_figure("减4", FORM.cells[COUNT]).state is EntryState.UNREADABLE


@pytest.mark.parametrize(
    ("look", "number"),
    [
        ('<w:vertAlign w:val="superscript"/>', 5640),
        ('<w:position w:val="8"/><w:sz w:val="19"/>', 5640),
        ('<w:vertAlign w:val="subscript"/>', 5640),
        ("<w:strike/>", 5640),
        ('<w:dstrike w:val="true"/>', 5640),
        ("<w:vanish/>", 5640),
        ('<w:strike w:val="0"/>', 56407),
        ('<w:position w:val="-2"/>', 56407),
    ],
)
def test_word__raised_struck_and_hidden_signs__are_no_part_of_a_figure(look: str, number: int, tmp_path: Path) -> None:
    source = zipfile.ZipFile(io.BytesIO(report("word.docx", "5640")))
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            end = b"40</w:t></w:r></w:p>"
            run = end.replace(b"</w:p>", f"<w:r><w:rPr>{look}</w:rPr><w:t>7</w:t></w:r></w:p>".encode())
            target.writestr(name, content.replace(end, run))
    found = read(tmp_path, "word.docx", written.getvalue())
    assert found.figures[COUNT].value == number


def sign(text: str, left: float, foot: float, size: float) -> dict[str, object]:
    """A sign of a PDF page, as the reader of its pages gives it."""
    edges = {"x0": left, "x1": left + size / 2, "top": foot - size, "bottom": foot, "doctop": foot - size}
    return {"text": text, "size": size, "upright": True, "height": size, "width": size / 2} | edges


@pytest.mark.parametrize(
    ("second", "text"),
    [
        (sign("1", 105.2, 96, 6), "[1]"),  # smaller and raised
        (sign("1", 105, 96, 10), "[1]"),  # raised, and touching
        (sign("(", 105, 96, 6), ""),
        (sign("1", 105, 100, 10), "1"),  # on the line
        (sign("1", 105, 100, 6), "1"),
        (sign("1", 112, 96, 10), "1"),  # in the next cell, aligned otherwise
        (sign("1", 105, 104, 6), "1"),  # lowered
        (sign("1", 105, 85, 10), "1"),  # the line above
        (sign("件", 105, 96, 10), "件"),  # of another font, whose edges stand higher
    ],
)
def test_pdf__a_raised_sign_behind_another__is_a_mark(second: dict[str, object], text: str) -> None:
    chars = [sign("5", 100, 100, 10), second]
    _bracket_raised(chars)
    assert chars[1]["text"] == text


def test_pdf__a_figure_that_reaches_over_the_line_of_its_cell__stays_whole() -> None:
    chars = [sign("6", 81, 100, 10), sign("2", 97, 100, 10), sign("4", 102, 100, 10), sign("7", 112, 100, 10)]
    grid: Grid = [[(80, 85, 100, 105), (100, 85, 110, 105), (110, 85, 130, 105)]]
    assert [text for text, *_ in _grid_cells(chars, grid, 1)] == ["6", "24", "7"]


def test_page__an_exponent__stays_what_it_is() -> None:
    page = DocumentBuilder()
    for before, raised in (("12\u5e73\u65b9\u7c73", "2"), ("m", "3"), ("\u5171\u516c\u5f00", "\u2460")):
        page.add_text(before)
        page.add_raised_text(raised)
    assert page.build_blocks()[0].text == "12平方米2m3共公开[①]"


@pytest.mark.parametrize("layout", ["page.html", "lines.txt", "bars.txt", "spaced.txt", "glued.txt", "word.docx"])
@pytest.mark.parametrize("unit", ["（单位：元）", "(单位:人民币元)", "（元）"])
def test_amount__another_unit_in_its_head__is_named_and_not_converted(unit: str, layout: str, tmp_path: Path) -> None:
    content = report("lines.txt", "5640.5", cell=AMOUNT).decode()
    assert "（单位：万元）" in content
    texts = layouts.made_up(FORM, seed=3, largest=50) | {AMOUNT: "5640.5"}
    parts = [
        part._replace(
            rows=tuple(tuple(s._replace(text=s.text.replace("（单位：万元）", unit)) for s in row) for row in part.rows)
        )
        for part in layouts.parts(FORM, texts)
    ]
    found = read(tmp_path, layout, layouts.content(layout, parts)).figures[AMOUNT]
    assert found.value is None
    assert found.raw == "5640.5元"
    assert found.note == "unit_in_cell"


@pytest.mark.parametrize("label", ["行政事业性收费", "行政事业性收费（单位：万元）", "行政事业性收费（万元）"])
@pytest.mark.parametrize(
    "head", ["本年收费金额", "本年收费金额（单位：万元）", "本年收费金额（金额单位：万元，精确到元）"]
)
def test_amount__its_unit_or_none_in_its_head__is_read(head: str, label: str, tmp_path: Path) -> None:
    page = report("page.html", "5640.5", cell=AMOUNT).decode()
    page = page.replace("本年收费金额（单位：万元）", head).replace("行政事业性收费", label)
    found = read(tmp_path, "page.html", page.encode())
    assert str(found.figures[AMOUNT].value) == "5640.5"


def test_amount__zero_in_another_unit__is_zero(tmp_path: Path) -> None:
    page = report("page.html", "0", cell=AMOUNT).decode().replace("（单位：万元）", "（单位：元）")
    assert read(tmp_path, "page.html", page.encode()).figures[AMOUNT].value == 0
