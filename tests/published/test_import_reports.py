"""`xltool import`: real published reports become workbooks whose figures are the published ones."""

import json
import os
from pathlib import Path

import openpyxl
import pytest

from tests.cli.test_commands import answer, run
from tests.merging import the_form
from tests.published import layouts
from xltool.commands.import_reports import import_reports
from xltool.commands.run_context import build_run_context
from xltool.forms.load_definitions import load_forms
from xltool.forms.workbook_plan import plan_workbook
from xltool.published.documents.document import Document
from xltool.published.documents.load_document import read_document
from xltool.spreadsheet.load_file import LoadedFile

DATA = Path(__file__).resolve().parents[1] / "data" / "reports"
REPORTS = sorted(path.name for path in DATA.iterdir() if (path / "raw.txt").is_file())


def test_reports__the_real_ones_are_there() -> None:
    assert len(REPORTS) >= 5


@pytest.mark.parametrize("report", ["zhangjiawan-2025"])
def test_import__a_whole_report__its_workbook_reads_back_the_same_figures(report: str, tmp_path: Path) -> None:
    found = answer("import", DATA / report / "raw.txt", "-o", tmp_path / "out")["submissions"][0]
    again = answer("check", found["workbook"])["submissions"][0]
    truth = json.loads((DATA.parents[2] / "samples" / "reports" / f"{report}.json").read_text("utf-8"))
    assert {cell: again["values"][cell] for cell in truth["figures"] if again["values"][cell] is not None} == {
        cell: value for cell, value in found["values"].items() if cell in truth["figures"] and value is not None
    }
    assert again["values"]["requests.received.total"] == truth["printed_totals"]["requests.received.total"] == 97
    assert [item["code"] for item in found["findings"] if item["severity"] == "must_fix"] == []
    assert found["printed"]["requests.received.total"] == 97


def test_import__json__says_a_printed_total_although_an_addend_is_blank(tmp_path: Path) -> None:
    form = the_form()
    texts = {**layouts.made_up(form, seed=1), "requests.granted.enterprise": ""}
    (tmp_path / "page.html").write_text(layouts.page(layouts.parts(form, texts)), "utf-8")
    found = answer("import", tmp_path / "page.html", "-o", tmp_path / "out")["submissions"][0]
    assert found["values"]["requests.granted.total"] is None
    assert found["printed"]["requests.granted.total"] == int(texts["requests.granted.total"])


def test_import__log__says_where_every_figure_stood(tmp_path: Path) -> None:
    run("import", DATA / "zhangjiawan-2025" / "raw.txt", "-o", tmp_path)
    sheet = openpyxl.load_workbook(tmp_path / "导入记录.xlsx").worksheets[0]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert len(rows) == 203
    penalties = next(row for row in rows if row[1] == "disclosure.penalties.decisions")
    assert (penalties[5], penalties[8]) == (294, "照原文")
    assert penalties[7]


def test_import__what_is_no_report__one_line_and_no_workbook(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("天气很好", "utf-8")
    code, out, err = run("import", tmp_path / "letter.txt", "-o", tmp_path / "out")
    assert (code, err) == (1, "")
    assert "找不到年度报告的表格" in out
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["导入记录.xlsx"]


def test_import__printed_totals_that_are_wrong__stay_and_are_found(tmp_path: Path) -> None:
    found = answer("import", DATA / "hongze-2023" / "raw.txt", "-o", tmp_path)["submissions"][0]
    wrong = [item["relation"] for item in found["findings"] if item["code"] == "T4-SUM"]
    assert wrong == ["T4-SUM.review", "T4-SUM.post_review_litigation"]
    place = plan_workbook(the_form()).cells["disputes.review.total"]
    assert openpyxl.load_workbook(found["workbook"])[place.sheet][place.address].value == 0


# --- a folder of pages, and the folder of workbooks ----------------------------------------------------------------


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """Six pages of six agencies: enough for several processes."""
    (tmp_path / "pages").mkdir()
    page = (DATA / "zhangjiawan-2025" / "raw.txt").read_text("utf-8")
    for number, name in enumerate(("张家湾镇", "甲家湾镇", "乙家湾镇", "丙家湾镇", "丁家湾镇", "戊家湾镇")):
        (tmp_path / "pages" / f"{number}.txt").write_text(page.replace("张家湾镇", name), "utf-8")
    return tmp_path / "pages"


def held(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "导入记录.xlsx"}


def test_import__in_one_process_or_in_several__the_same_workbooks(pages: Path, tmp_path: Path) -> None:
    alone = answer("import", pages, "-o", tmp_path / "alone", "--jobs", "1")
    several = answer("import", pages, "-o", tmp_path / "several", "--jobs", "2")
    assert len(alone["submissions"]) == 6
    for one, other in zip(alone["submissions"], several["submissions"], strict=True):
        assert Path(one.pop("workbook")).name == Path(other.pop("workbook")).name
        assert one == other
    assert held(tmp_path / "alone") == held(tmp_path / "several")
    assert len(held(tmp_path / "alone")) == 6


def test_import__stopped_before_its_log__is_run_again_and_writes_what_is_missing(pages: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    answer("import", pages, "-o", out)
    before = held(out)
    (out / "导入记录.xlsx").unlink()
    kept, gone = sorted(before)[:2]
    (out / gone).unlink()
    stamp = (out / kept).stat().st_mtime_ns
    again = answer("import", pages, "-o", out)
    assert all(item["workbook"] for item in again["submissions"])
    assert held(out) == before
    assert (out / kept).stat().st_mtime_ns == stamp


def test_import__a_second_time_into_the_same_folder__one_line_and_nothing_changed(pages: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    answer("import", pages, "-o", out)
    before = held(out)
    code, said, err = run("import", pages, "-o", out)
    assert (code, said, len(err.splitlines())) == (2, "", 1)
    assert "导入记录.xlsx" in err
    assert held(out) == before


def test_import__a_workbook_of_that_name_was_filled_in_since__is_kept_and_said(pages: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = Path(answer("import", pages, "-o", out)["submissions"][0]["workbook"])
    (out / "导入记录.xlsx").unlink()
    first.write_bytes(first.read_bytes() + b" ")
    changed = first.read_bytes()
    again = answer("import", pages, "-o", out)["submissions"]
    assert [item["workbook"] is None for item in again] == [True] + 5 * [False]
    assert [item["code"] for item in again[0]["findings"] if item["code"].startswith("import.in")] == [
        "import.in_the_way"
    ]
    assert first.read_bytes() == changed
    assert answer("import", pages, "-o", out, "--force")["submissions"][0]["workbook"] == str(first)
    assert first.read_bytes() != changed


def test_import__two_reports_of_one_agency_and_year__two_workbooks_and_a_word(pages: Path, tmp_path: Path) -> None:
    page = (pages / "0.txt").read_text("utf-8")
    (pages / "0-again.txt").write_text(page, "utf-8")
    (pages / "0-other.txt").write_text(page.replace("294", "295"), "utf-8")
    found = {Path(item["file"]).name: item for item in answer("import", pages, "-o", tmp_path / "o")["submissions"]}
    codes = {
        name: [each["code"] for each in item["findings"] if each["code"] in {"import.same_again", "import.differs"}]
        for name, item in found.items()
    }
    assert codes["0-again.txt"] == []
    assert (codes["0-other.txt"], codes["0.txt"]) == (["import.differs"], ["import.same_again"])
    assert len({item["workbook"] for item in found.values()}) == 8


def test_import__into_the_folder_that_is_read__one_line(pages: Path) -> None:
    before = held(pages)
    code, said, err = run("import", pages, "-o", pages)
    assert (code, said, len(err.splitlines())) == (2, "", 1)
    assert "结果不能存放在要读取的文件夹" in err
    assert held(pages) == before


def test_import__into_a_folder_below_the_one_that_is_read__is_not_read_itself(pages: Path) -> None:
    first = answer("import", pages, "-o", pages / "workbooks")
    again = answer("import", pages, "-o", pages / "workbooks", "--force")
    assert len(first["submissions"]) == len(again["submissions"]) == 6


def test_import__a_file_where_the_folder_should_be__one_line(pages: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine", "utf-8")
    code, said, err = run("import", pages, "-o", tmp_path / "out")
    assert (code, said, len(err.splitlines())) == (2, "", 1)
    assert "不是文件夹" in err
    assert (tmp_path / "out").read_text("utf-8") == "mine"


def test_import__a_page_that_ends_the_process__is_one_row(
    pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not hasattr(os, "fork"):
        pytest.skip("what is put in here for a page that kills reaches the other processes by fork only")
    (pages / "3-deadly.txt").write_text("致命", "utf-8")

    def deadly(file: LoadedFile) -> Document:
        if file.name == "3-deadly.txt":
            os._exit(1)
        return read_document(file)

    monkeypatch.setattr("xltool.published.read_report.read_document", deadly)
    monkeypatch.setattr("xltool.execution.executor.run_isolated", lambda child, items, lost: map(lost, items))
    found = import_reports([pages], build_run_context(), tmp_path / "out", jobs=2)
    assert len(found) == 7
    assert [item.workbook is None for item in found].count(True) >= 1
    lost = [item for item in found if item.reviewed.file.endswith("3-deadly.txt")]
    assert [finding.code for finding in lost[0].reviewed.findings] == ["file.reader_died"]


# --- what becomes of an imported workbook ----------------------------------------------------------------------------


def test_imported_workbooks__are_checked_and_merged_by_the_name_of_their_agency(pages: Path, tmp_path: Path) -> None:
    answer("import", pages, "-o", tmp_path / "out")
    assert {item["status"] for item in answer("check", tmp_path / "out")["submissions"]} == {"accepted", "foreign"}
    names = ("张家湾镇", "甲家湾镇", "乙家湾镇", "丙家湾镇", "丁家湾镇", "戊家湾镇")
    rows = [f"{number},{name}人民政府" for number, name in enumerate(names, start=1)]
    (tmp_path / "名册.csv").write_text("\n".join(["代码,名称", *rows]), "utf-8")
    made = answer("merge", tmp_path / "out", "--roster", tmp_path / "名册.csv", "-o", tmp_path / "汇总.xlsx")
    assert (made["accepted"], made["returned"], made["missing"], made["found"]) == (6, 0, [], 7)
    assert {row["agency"] for row in made["files"]} == {"1", "2", "3", "4", "5", "6", None}
    log = next(row for row in made["files"] if row["file"].endswith("导入记录.xlsx"))
    assert (log["status"], log["agency"]) == ("foreign", None)


def test_imported_workbook__on_no_roster__goes_back_with_what_can_be_done(pages: Path, tmp_path: Path) -> None:
    answer("import", pages, "-o", tmp_path / "out")
    (tmp_path / "名册.csv").write_text("代码,名称\n1,别的局", "utf-8")
    found = answer("check", tmp_path / "out", "--roster", tmp_path / "名册.csv")["submissions"]
    wrong = [[item["code"] for item in each["findings"] if item["severity"] == "must_fix"] for each in found]
    assert sorted(wrong) == [[], *([["identity.not_listed"]] * 6)]
    told = answer("import", pages, "--roster", tmp_path / "名册.csv", "-o", tmp_path / "again")["submissions"]
    assert all("identity.not_listed" in [item["code"] for item in each["findings"]] for each in told)


def test_import__text_beside_a_table__is_in_the_workbook_checked_and_published(tmp_path: Path) -> None:
    text = "2024年，全年办理行政许可8件，未发生行政复议。"
    form = the_form()
    parts: layouts.Report = []
    for part in layouts.parts(form, layouts.made_up(form, seed=0)):
        parts += [part, layouts.Part("text", text)] if part.text == form.sections[1].heading else [part]
    (tmp_path / "page.html").write_text(layouts.page(parts), "utf-8")
    workbook = answer("import", tmp_path / "page.html", "-o", tmp_path / "out")["submissions"][0]["workbook"]
    read = answer("check", workbook)["submissions"][0]
    assert [item for item in read["findings"] if item["code"] == "stray"] == []
    assert run("publish", workbook, "-o", tmp_path / "report.html", "--include-flawed")[0] == 0
    published = (tmp_path / "report.html").read_text("utf-8")
    second, third = (published.index(section.heading) for section in form.sections[1:3])
    assert text in published[second:third]


def test_import__a_blank_of_the_page__is_to_be_explained_and_not_sent_back(tmp_path: Path) -> None:
    form = the_form()
    texts = {**layouts.made_up(form, seed=1), "requests.granted.enterprise": ""}
    (tmp_path / "page.html").write_text(layouts.page(layouts.parts(form, texts)), "utf-8")
    imported = answer("import", tmp_path / "page.html", "-o", tmp_path / "out")["submissions"][0]
    checked = answer("check", imported["workbook"])["submissions"][0]
    for findings in (imported["findings"], checked["findings"]):
        assert [item["severity"] for item in findings if item["code"] == "CELL-BLANK"] == ["explain"]
        assert "CELL-COMPUTED" not in {item["code"] for item in findings}  # the import itself typed the printed totals


def test_import__2019__a_unit_the_form_leaves_out__is_to_be_explained_and_not_sent_back(tmp_path: Path) -> None:
    form = next(form for form in load_forms() if form.edition == "2019")
    texts = {**layouts.made_up(form, seed=1), "disclosure.central_procurement.amount": "35.6万元"}
    (tmp_path / "page.html").write_text(layouts.page(layouts.parts(form, texts)), "utf-8")
    found = answer("import", tmp_path / "page.html", "-o", tmp_path / "out")["submissions"][0]
    assert [item["severity"] for item in found["findings"] if item["code"] == "CELL-NUM"] == ["explain"]


def test_imported_workbook__a_printed_total_that_is_wrong__is_told_without_a_word_on_formulas(tmp_path: Path) -> None:
    form = the_form()
    texts = layouts.made_up(form, seed=1)
    texts["disputes.review.total"] = str(int(texts["disputes.review.total"]) + 7)
    (tmp_path / "page.html").write_text(layouts.page(layouts.parts(form, texts)), "utf-8")
    imported = answer("import", tmp_path / "page.html", "-o", tmp_path / "out")["submissions"][0]
    checked = answer("check", imported["workbook"])["submissions"][0]
    first, second = (
        [item["message"] for item in read["findings"] if item["cells"] and item["cells"][0]["address"] == "E7"]
        for read in (imported, checked)
    )
    assert len(first) == 1
    assert first == second
