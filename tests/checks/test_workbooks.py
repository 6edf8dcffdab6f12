"""Through real workbooks: a template, typed into, saved by office programs, read back and checked."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook.protection import DocumentSecurity

from tests.checks.figures import COLUMNS, FORM, PLAN, flat, found, must_fix, printed_totals, published
from tests.filled import write_once
from tests.judges import recalculate
from xltool.forms.plan_sheets import EXPLANATION_COLUMNS
from xltool.forms.slots import Purpose
from xltool.forms.workbook_words import workbook_words
from xltool.messages.catalogue import render_finding
from xltool.model.agency import Agency
from xltool.model.form import Number
from xltool.model.submission import Submission
from xltool.recognition.read_submissions import read_submission
from xltool.spreadsheet.open_workbook import open_workbook
from xltool.workbooks.template.template_request import TemplateRequest

Held = Mapping[str, Number | str | None]
Book = openpyxl.Workbook
Fill = Callable[[Held], Book]

ZHANGJIAWAN = published("zhangjiawan-2025")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook one agency was handed out."""
    path = tmp_path_factory.mktemp("template") / "1_甲镇.xlsx"
    write_once(PLAN, TemplateRequest(Agency("1", "甲镇"), 2025, "2025-1"), path)
    return path


@pytest.fixture
def fill(template: Path) -> Fill:
    """The workbook with these figures typed in."""

    def filled(figures: Held) -> Book:
        book = openpyxl.load_workbook(template)
        for cell, figure in figures.items():
            put(book, cell, figure)
        return book

    return filled


def put(book: Book, cell: str, figure: Number | str | None) -> None:
    place = PLAN.find_figure(cell)
    book[place.sheet][place.address] = figure


def read(book: Book, path: Path) -> Submission:
    book.save(path)
    return read_submission(open_workbook(path), [FORM], str(path))


def test_template_as_handed_out__not_filled_in_is_the_one_finding(template: Path) -> None:
    handed_out = read_submission(open_workbook(template), [FORM], str(template))
    assert [(each.wording, each.facts["count"]) for each in found(handed_out)] == [("blank.all", 169)]


def test_saved_by_openpyxl__nothing_found(fill: Fill, tmp_path: Path) -> None:
    assert found(read(fill(ZHANGJIAWAN), tmp_path / "a.xlsx")) == ()


@pytest.mark.office
@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_saved_by_libreoffice__nothing_found(fill: Fill, tmp_path: Path, kind: str) -> None:
    fill(ZHANGJIAWAN).save(tmp_path / "a.xlsx")
    saved = recalculate(tmp_path / "a.xlsx", tmp_path_made(tmp_path), kind)
    assert found(read_submission(open_workbook(saved), [FORM], saved.name)) == ()


@pytest.mark.office
def test_saved_by_libreoffice__one_input_wrong__its_own_totals_agree_and_the_balance_is_the_one_cause(
    fill: Fill, tmp_path: Path
) -> None:
    fill(ZHANGJIAWAN | {"requests.granted.natural_person": 27}).save(tmp_path / "a.xlsx")
    saved = recalculate(tmp_path / "a.xlsx", tmp_path_made(tmp_path))
    submission = read_submission(open_workbook(saved), [FORM], saved.name)
    assert submission.entries["requests.concluded.total"].value == 106
    assert must_fix(found(submission)) == ["T3-BAL.natural_person"]


def tmp_path_made(tmp_path: Path) -> Path:
    (tmp_path / "saved").mkdir()
    return tmp_path / "saved"


def test_each_total_typed_over_wrong__one_cause_at_the_cell(fill: Fill, tmp_path: Path) -> None:
    book = fill(ZHANGJIAWAN)
    for cell in (cell.id for cell in FORM.cells.values() if cell.computed):
        place = PLAN.find_figure(cell)
        formula = book[place.sheet][place.address].value
        put(book, cell, 777)
        (finding,) = found(read(book, tmp_path / "a.xlsx"))
        assert flat([finding]) == [(finding.code, "must_fix", f"{place.sheet}!{place.address}")]
        assert finding.wording == "total.typed"
        put(book, cell, formula)
    assert found(read(book, tmp_path / "a.xlsx")) == ()


def test_each_balance_broken__one_cause(fill: Fill, tmp_path: Path) -> None:
    book = fill(ZHANGJIAWAN)
    for column in COLUMNS:
        cell = f"requests.carried_out.{column}"
        put(book, cell, 50)
        assert must_fix(found(read(book, tmp_path / "a.xlsx"))) == [f"T3-BAL.{column}"]
        put(book, cell, ZHANGJIAWAN[cell])


def test_hongze_2023__typed_as_printed_and_declared__the_two_of_table_four(fill: Fill, tmp_path: Path) -> None:
    book = fill(published("hongze-2023") | printed_totals("hongze-2023"))
    field = PLAN.fields["declaration"]
    book[field.sheet][field.address] = workbook_words().cover["yes"]
    findings = found(read(book, tmp_path / "a.xlsx"))
    assert [(each.relation, each.cells[0].address) for each in findings if each.severity == "must_fix"] == [
        ("T4-SUM.review", "E7"),
        ("T4-SUM.post_review_litigation", "O7"),
    ]


def test_what_clerks_type__each_told_once(fill: Fill, tmp_path: Path) -> None:
    typed: dict[str, Number | str | None] = {
        "disclosure.rules.issued": "/",
        "disclosure.penalties.decisions": "294件",
        "disclosure.administrative_fees.amount": "\u3000",
        "requests.received.natural_person": "８８",
        "requests.carried_in.natural_person": "13",
        "requests.granted.natural_person": "=20+6",
        "disputes.review.upheld": Decimal("9.5"),
        "disputes.review.total": "见附件",
    }
    book = fill(ZHANGJIAWAN | typed)
    book["表三"]["L9"] = "其中重复申请 1 件"
    book["表三"]["A4"] = "本列不用填"
    assert flat(found(read(book, tmp_path / "a.xlsx"))) == [
        ("CELL-NUM", "must_fix", "表二!B13"),
        ("CELL-BLANK", "must_fix", "表二!B17"),
        ("label.changed", "must_fix", "表三!A4"),
        ("CELL-NUM", "must_fix", "表三!D9"),
        ("CELL-NUM", "must_fix", "表四!A7"),
        ("CELL-NUM", "must_fix", "表四!E7"),
        ("CELL-NA", "note", "表二!B6"),
        ("stray", "note", "表三!L9"),
        ("value.full_width", "note", "表三!D7"),
        ("value.text_number", "note", "表三!D8"),
    ]


def test_protection_removed_and_a_sheet_lost__told(fill: Fill, tmp_path: Path) -> None:
    book = fill(ZHANGJIAWAN)
    book["表三"].protection.disable()
    del book["表四"]
    assert flat(found(read(book, tmp_path / "a.xlsx"))) == [
        ("sheet.missing", "must_fix", "表四!"),
        ("protection.removed", "note", "表三!"),
    ]


def test_protection_removed_from_every_sheet__one_finding(fill: Fill, tmp_path: Path) -> None:
    book = fill(ZHANGJIAWAN)
    for sheet in book:
        sheet.protection.disable()
    (finding,) = found(read(book, tmp_path / "a.xlsx"))
    assert finding.code == "protection.removed"
    assert len(finding.cells) > 6
    assert render_finding(finding).startswith("“填报说明”、“一 总体情况”、")


def test_protection_and_validation_removed_everywhere__one_finding(fill: Fill, tmp_path: Path) -> None:
    book = fill(ZHANGJIAWAN)
    book.security = DocumentSecurity()
    for sheet in book:
        sheet.protection.disable()
        sheet.data_validations.dataValidation.clear()
    assert flat(found(read(book, tmp_path / "a.xlsx"))) == [("protection.all_removed", "note", "")]


def test_protection_removed_everywhere_and_one_validation_left__told_apart(fill: Fill, tmp_path: Path) -> None:
    book = fill(ZHANGJIAWAN)
    book.security = DocumentSecurity()
    for sheet in book:
        sheet.protection.disable()
        if sheet.title != "表四":
            sheet.data_validations.dataValidation.clear()
    codes = [finding.code for finding in found(read(book, tmp_path / "a.xlsx"))]
    assert set(codes) == {"structure.unprotected", "protection.removed", "validation.lost"}


def test_explanation_written_in_the_workbook__settles(fill: Fill, tmp_path: Path) -> None:
    fees = {"processing_fees.notices": 1, "processing_fees.billed": 100, "processing_fees.collected": 200}
    book = fill(ZHANGJIAWAN | fees | {"disclosure.administrative_fees.amount": Decimal("0.02")})
    sheet = book[PLAN.sheet_for(Purpose.EXPLANATIONS).name]
    row = ["1", "实际收取的总金额不超过收费通知总金额", "200", "100", "含上年12月的费用", "张三", "2026-01-05"]
    for column, (key, text) in enumerate(zip(EXPLANATION_COLUMNS, row, strict=True), start=1):
        if key != "number":
            sheet.cell(4, column, text)
    (finding,) = found(read(book, tmp_path / "a.xlsx"))
    assert (finding.relation, finding.settled) == ("S6-COLLECTED", "含上年12月的费用")
