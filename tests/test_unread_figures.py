"""What an import could not read is told as that, and never as a blank of the report."""

from pathlib import Path

from tests.published import layouts
from xltool.checks.context import CheckContext
from xltool.checks.run_checks import review_submission
from xltool.forms.compiled_form import compile_form
from xltool.forms.load_definitions import load_forms
from xltool.model.finding import Finding
from xltool.published.read_report import build_submission, read_report

FORMS = load_forms()
FORM = FORMS[-1]


def findings(file: Path, text: str) -> list[Finding]:
    file.write_text(text, encoding="utf-8")
    return list(review_submission(build_submission(read_report(file, FORMS), FORM), CheckContext(compile_form(FORM))))


def codes(found: list[Finding]) -> list[str]:
    return [each.code for each in found if not each.code.startswith("identity.")]


def page(**changed: str) -> str:
    texts = layouts.made_up(FORM, seed=1, largest=40) | {
        cell.replace("__", "."): text for cell, text in changed.items()
    }
    return layouts.file_content("page.html", FORM, texts).decode()


def test_report__whole__neither(tmp_path: Path) -> None:
    assert {"CELL-BLANK", "import.no_label"}.isdisjoint(codes(findings(tmp_path / "page.html", page())))


def test_report__without_a_line__told_with_its_label_and_not_as_blank(tmp_path: Path) -> None:
    rows = page().split("<tr>")
    without = "<tr>".join(row for row in rows if "属于行政查询事项" not in row)
    found = findings(tmp_path / "page.html", without)
    assert "import.no_label" in codes(found)
    assert "CELL-BLANK" not in codes(found)
    assert [str(each.severity) for each in found if each.code == "import.no_label"] == ["explain"]


def test_report__a_figure_printed_blank__is_blank(tmp_path: Path) -> None:
    found = findings(tmp_path / "page.html", page(requests__granted__enterprise=""))
    assert "CELL-BLANK" in codes(found)
    (blank,) = (each for each in found if each.code == "CELL-BLANK")
    assert blank.facts["count"] == 1


def test_report__broken_off__no_blank_of_what_is_not_there(tmp_path: Path) -> None:
    text = layouts.file_content("lines.txt", FORM, layouts.made_up(FORM, seed=1, largest=40)).decode()
    found = findings(tmp_path / "lines.txt", text[: text.index("重复申请")])
    assert "import.no_label" in codes(found)
    assert "CELL-BLANK" not in codes(found)


def test_report__blank_beside_a_printed_total_of_zero__is_zero_and_said_so(tmp_path: Path) -> None:
    zero = {cell.id.replace(".", "__"): "0" for cell in FORM.tables[1].cells if cell.line == "not_processed.repeated"}
    text = page(**zero | {"requests__not_processed__repeated__enterprise": ""})
    found = findings(tmp_path / "page.html", text)
    assert ("CELL-BLANK" in codes(found), "import.zero_by_total" in codes(found)) == (False, True)
    report = read_report(tmp_path / "page.html", FORMS)
    assert report.figures["requests.not_processed.repeated.enterprise"].value == 0
