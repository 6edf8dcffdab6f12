"""Control figures typed from the ledger, through real workbooks: compared, used, and never asked for."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from tests.checks.figures import FORM, PLAN, found, must_fix, published, submission
from tests.filled import write_once
from tests.judges import recalculate
from xltool.checks.context import CheckContext
from xltool.checks.localisation.diagnose import diagnose_errors
from xltool.checks.profile import read_profile
from xltool.checks.run_checks import review_submission
from xltool.cli.json_output import encode_check
from xltool.commands.check import check
from xltool.commands.run_context import RunContext
from xltool.execution.reading_cache import open_cache
from xltool.forms.compiled_form import FormLibrary, compile_form
from xltool.forms.ledger_totals import list_ledger_totals
from xltool.messages import catalogue
from xltool.model.agency import Agency
from xltool.model.form import Number
from xltool.model.submission import Entry, EntryState, Submission
from xltool.recognition.read_submissions import read_submission
from xltool.spreadsheet.open_workbook import open_workbook
from xltool.workbooks.template.template_request import TemplateRequest

ZHANGJIAWAN = published("zhangjiawan-2025")
WRONG = {"requests.granted.natural_person": 27}
Book = openpyxl.Workbook
Fill = Callable[[Mapping[str, Number | str | None]], Book]


def true_controls(*ids: str) -> dict[str, Number]:
    """What the ledger says, for these control figures, or for all."""
    values = submission(ZHANGJIAWAN).values
    asked = [item for item in list_ledger_totals(FORM) if not ids or item.id in ids]
    return {item.id: sum(values[cell] or 0 for cell in item.cells) for item in asked}


@pytest.fixture
def fill(tmp_path: Path) -> Fill:
    path = tmp_path / "1_甲镇.xlsx"
    write_once(PLAN, TemplateRequest(Agency("1", "甲镇"), 2025, "2025-1"), path)

    def filled(changed: Mapping[str, Number | str | None]) -> Book:
        book = openpyxl.load_workbook(path)
        for cell, figure in {**ZHANGJIAWAN, **changed}.items():
            place = PLAN.find_figure(cell)
            book[place.sheet][place.address] = figure
        return book

    return filled


def read(book: Book, path: Path) -> Submission:
    book.save(path)
    return read_submission(open_workbook(path), [FORM], str(path))


def test_nothing_typed__nothing_read_nothing_asked(fill: Fill, tmp_path: Path) -> None:
    made = read(fill({}), tmp_path / "a.xlsx")
    assert made.controls == {}
    assert found(made) == ()


def test_all_typed_right__read_and_nothing_found(fill: Fill, tmp_path: Path) -> None:
    made = read(fill(true_controls()), tmp_path / "a.xlsx")
    assert {id: entry.value for id, entry in made.controls.items()} == true_controls()
    assert found(made) == ()


@pytest.mark.office
@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_saved_by_libreoffice__the_same(fill: Fill, tmp_path: Path, kind: str) -> None:
    fill(true_controls()).save(tmp_path / "a.xlsx")
    (tmp_path / "saved").mkdir()
    saved = recalculate(tmp_path / "a.xlsx", tmp_path / "saved", kind)
    made = read_submission(open_workbook(saved), [FORM], saved.name)
    assert {id: entry.value for id, entry in made.controls.items()} == true_controls()
    assert found(made) == ()


def moved_down(book: Book) -> None:
    book["核对数"].insert_rows(2, 3)


def moved_right(book: Book) -> None:
    book["核对数"].insert_cols(1)


def row_taken_out(book: Book) -> None:
    book["核对数"].delete_rows(6)


def renamed(book: Book) -> None:
    book["核对数"].title = "台账"


def heading_overwritten(book: Book) -> None:
    book["核对数"]["A33"] = "三组"


@pytest.mark.parametrize("mangle", [moved_down, moved_right, renamed, heading_overwritten])
def test_whatever_happened_to_the_sheet__read_and_must_fix_nothing(
    fill: Fill, tmp_path: Path, mangle: Callable[[Book], None]
) -> None:
    book = fill(true_controls())
    mangle(book)
    made = read(book, tmp_path / "a.xlsx")
    assert {id: entry.value for id, entry in made.controls.items()} == true_controls()
    assert must_fix(found(made)) == []


def test_a_row_taken_out__the_others_are_read(fill: Fill, tmp_path: Path) -> None:
    book = fill(true_controls())
    row_taken_out(book)
    made = read(book, tmp_path / "a.xlsx")
    lost = "ledger.requests.granted.total"
    assert {id: entry.value for id, entry in made.controls.items()} == {
        id: value for id, value in true_controls().items() if id != lost
    }
    assert must_fix(found(made)) == []


def test_sheet_deleted__nobody_has_to_give_any(fill: Fill, tmp_path: Path) -> None:
    book = fill({})
    del book["核对数"]
    assert [item.code for item in found(read(book, tmp_path / "a.xlsx"))] == []


def test_ledger_says_otherwise__told_with_both_figures_and_where(fill: Fill, tmp_path: Path) -> None:
    (finding,) = found(read(fill({"ledger.requests.granted.total": 25}), tmp_path / "a.xlsx"))
    assert (finding.code, finding.severity, finding.cells[0][1:]) == ("control.differs", "explain", ("核对数", "B6"))
    assert catalogue.render_problem(finding) == "核对数“（一）予以公开”总计填的是 25，表三!D9:I9 之和是 26，相差 1 件。"


def test_balance_broken__with_the_row_totals_the_one_wrong_figure_is_named(fill: Fill, tmp_path: Path) -> None:
    alone = found(read(fill(WRONG), tmp_path / "a.xlsx"))
    helped = found(read(fill({**WRONG, **true_controls()}), tmp_path / "b.xlsx"))
    assert len(alone[0].facts["repairs"]) > 10  # type: ignore[arg-type]
    (finding,) = helped
    assert (finding.code, finding.severity) == ("T3-BAL", "must_fix")
    assert [item["cells"] for item in finding.facts["repairs"]] == [  # type: ignore[attr-defined]
        [{"id": next(iter(WRONG)), "address": "D9", "was": 27, "becomes": 26}]
    ]
    assert catalogue.render_problem(finding).endswith(
        "错在这里：“（一）予以公开”自然人（表三!D9）现填 27，应为 26。由此不符的还有：核对数“（一）予以公开”总计。"
    )


def test_control_typed_wrong_beside_a_broken_balance__it_may_be_the_one(fill: Fill, tmp_path: Path) -> None:
    """The ledger's row total does not fit the row, and the balance of another column is broken: two causes."""
    changed = {**true_controls(), "ledger.requests.granted.total": 30, "requests.carried_out.enterprise": 7}
    said = [catalogue.render_problem(item) for item in found(read(fill(changed), tmp_path / "a.xlsx"))]
    assert any("核对数“（一）予以公开”总计（核对数!B6）现填 30，应为 26" in each for each in said)


def test_not_a_number__a_note_and_no_use_of_it(fill: Fill, tmp_path: Path) -> None:
    notes = found(read(fill({"ledger.requests.granted.total": "二十多件"}), tmp_path / "a.xlsx"))
    assert [(item.code, item.severity) for item in notes] == [("control.unreadable", "note")]


def test_number_as_text__used_and_listed(fill: Fill, tmp_path: Path) -> None:
    notes = found(read(fill({"ledger.requests.granted.total": "２６"}), tmp_path / "a.xlsx"))
    assert [item.code for item in notes] == ["value.full_width"]
    assert notes[0].cells[0][1:] == ("核对数", "B6")


def test_figure_missing_in_the_row__no_verdict() -> None:
    place = PLAN.find_figure("ledger.requests.granted.total")
    said = Entry("ledger.requests.granted.total", EntryState.NUMBER, 99, "99", *place)
    made = submission({**ZHANGJIAWAN, "requests.granted.other": None})
    made = replace(made, controls={said.cell: said})
    assert "control.differs" not in [item.code for item in found(made)]


def test_amounts_and_counts__never_part_of_the_figures(fill: Fill, tmp_path: Path) -> None:
    made = read(fill({"ledger.requests.granted.total": 99}), tmp_path / "a.xlsx")
    assert made.values == submission(ZHANGJIAWAN).values
    assert made.values.keys() == FORM.cells.keys()
    assert all(not isinstance(value, Decimal) or value >= 0 for value in made.values.values())


def test_profile__may_turn_it_off(fill: Fill, tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text('[severity]\n"control.*" = "off"\n', "utf-8")
    profile = read_profile(str(tmp_path / "p.toml"), [FORM])
    made = read(fill({"ledger.requests.granted.total": 25}), tmp_path / "a.xlsx")
    assert review_submission(made, CheckContext(compile_form(FORM), profile=profile)) == ()


def test_cache__keeps_them(fill: Fill, tmp_path: Path) -> None:
    fill({"ledger.requests.granted.total": 25}).save(tmp_path / "a.xlsx")
    kept = open_cache(tmp_path / "kept", [FORM])
    made = read_submission(open_workbook(tmp_path / "a.xlsx"), [FORM], "a.xlsx")
    kept.store_submission(made)
    again = kept.find_submission(made.source.sha256, made.source.file, made.source.modified)
    assert again is not None
    assert again.controls == made.controls != {}


def test_check__answers_with_it(fill: Fill, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    fill({"ledger.requests.granted.total": 25}).save(tmp_path / "in" / "a.xlsx")
    (reviewed,) = check([tmp_path / "in"], RunContext(FormLibrary((FORM,))))
    assert "control.differs" in [item.code for item in reviewed.findings]
    answer = encode_check([reviewed])["submissions"]
    assert answer[0]["controls"] == {"ledger.requests.granted.total": 25}  # type: ignore[index]  # JSON


def test_full_block__a_wrong_figure_of_a_template_is_found_as_in_a_typed_report() -> None:
    typed = {cell.id: submission(ZHANGJIAWAN).values[cell.id] for cell in FORM.inputs} | WRONG
    (diagnosis,) = diagnose_errors(FORM, typed, controls=true_controls())
    assert [(item.changes[0].cell, item.changes[0].becomes) for item in diagnosis.repairs] == [(next(iter(WRONG)), 26)]


def test_rows_exchanged__the_form_s_own_relations_hold__the_control_figures_name_both_in_one_finding(
    fill: Fill, tmp_path: Path
) -> None:
    rows = ("requests.granted.natural_person", "requests.not_available.not_held.natural_person")
    exchanged = {rows[0]: ZHANGJIAWAN[rows[1]], rows[1]: ZHANGJIAWAN[rows[0]]}
    assert exchanged[rows[0]] != exchanged[rows[1]]
    findings = [
        item
        for item in found(read(fill({**exchanged, **true_controls()}), tmp_path / "a.xlsx"))
        if item.code == "control.differs"
    ]
    (finding,) = findings
    assert {cell.id for cell in finding.cells} >= set(rows)
    repairs = finding.facts["repairs"]
    assert isinstance(repairs, tuple)
    assert {cell["id"]: cell["becomes"] for cell in repairs[0]["cells"]} == {row: ZHANGJIAWAN[row] for row in rows}
