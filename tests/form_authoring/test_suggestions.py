"""Relations found in filled copies, and what people wrote into a definition, when a workbook is read again."""

from pathlib import Path

import openpyxl
import pytest

from tests.form_authoring.office_forms import first_sheet, frame, head, put, save_forms
from tests.official_report.test_publish import run
from xltool.commands.author_from_workbook import AuthoredForm, AuthoringRequest, author_from_workbook
from xltool.forms.load_definitions import check_forms_below

COPIES = (((5, 2), (7, 4), (4, 3), (8, 3), (12, 6)), ((9, 0), (1, 8), (6, 2), (4, 6), (10, 8)))


def balance(figures: tuple[tuple[int, ...], ...] | None = None) -> openpyxl.Workbook:
    """A table without formulas: two rows that make two others, and the sum of the first two."""
    book = openpyxl.Workbook()
    sheet = first_sheet(book, "收办")
    head(sheet, "2025年收办情况表", "C")
    put(sheet, {"A3": "项目", "B3": "信件（件）", "C3": "来访（件）"})
    for row, text in enumerate(("上年结转", "本年收到", "本年办结", "结转下年", "总数"), start=4):
        sheet.cell(row, 1).value = text
        for column, figure in enumerate(figures[row - 4] if figures else (), start=2):
            sheet.cell(row, column).value = figure
    frame(sheet, "A3:C8")
    return book


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    folder = tmp_path / "copies"
    folder.mkdir()
    for number, figures in enumerate(COPIES):
        balance(figures).save(folder / f"{number}.xlsx")
    balance().save(tmp_path / "blank.xlsx")
    return folder


def author(tmp_path: Path, *examples: Path, edition: str = "1") -> AuthoredForm:
    request = AuthoringRequest(tmp_path / "blank.xlsx", tmp_path / "forms", edition=edition, examples=examples)
    return author_from_workbook(request)


def test_filled_copies__sums_and_balances_are_suggested_on_trial(copies: Path, tmp_path: Path) -> None:
    form = author(tmp_path, copies).form
    assert all(item.beta and not item.computes for item in form.relations)
    found = {
        (
            frozenset(term.cell for term in item.expect.left.terms if term.cell.endswith("c2")),
            frozenset(term.cell for term in item.expect.right.terms),
        )
        for item in form.relations
        if item.expect.left.terms[0].cell.endswith("c2")
    }
    assert (frozenset({"t1.r8.c2"}), frozenset({"t1.r4.c2", "t1.r5.c2"})) in found
    assert len(found) == 2  # the other balance follows from these two
    assert [item.basis for item in form.relations] == ["2 份样例的数字都相符"] * len(form.relations)


def test_copies_that_do_not_add_up__suggest_nothing(copies: Path, tmp_path: Path) -> None:
    balance(((5, 2), (7, 4), (4, 3), (8, 4), (13, 6))).save(copies / "2.xlsx")
    assert author(tmp_path, copies).form.relations == ()


def test_one_copy_with_few_figures__is_no_evidence(copies: Path, tmp_path: Path) -> None:
    (copies / "1.xlsx").unlink()
    assert author(tmp_path, copies).form.relations == ()


def test_without_copies__nothing_is_suggested__but_the_carrying_on_of_a_period(tmp_path: Path) -> None:
    file = save_forms(tmp_path, ["quarterly"])["quarterly"]
    form = author_from_workbook(AuthoringRequest(file, tmp_path / "forms")).form
    trial = [item for item in form.relations if item.beta]
    assert len(trial) == 6
    assert all(item.within_year and item.uses_previous for item in trial)


def test_read_again__what_people_wrote_stays(copies: Path, tmp_path: Path) -> None:
    first = author(tmp_path, copies)
    file = first.folder / "relations.toml"
    text = file.read_text("utf-8").replace("beta = true\n", "", 1).replace("由样例推出", "核对过", 1)
    own = '[[relations]]\nid = "OWN-{0}"\ntitle = "手写{0}"\nseverity = "note"\nbasis = "约定"\nadvice = "请核对。"\n'
    text += own.format(1) + 'expect = "t1.r6 <= t1.r8"\n\n'
    file.write_text(text + own.format(2) + 'expect = "t1.r7.c3 <= 100"\n', "utf-8")
    form = first.folder / "form.toml"
    own_settings = '\n[ranking]\nlabel = "总数"\nsum = "t1.r8.c2"\n\n[made_from]\nform = "monthly"\n'
    form.write_text(form.read_text("utf-8") + own_settings, "utf-8")
    book = openpyxl.load_workbook(tmp_path / "blank.xlsx")
    for row in range(3, 9):
        book["收办"].cell(row, 3).border = openpyxl.styles.Border()
        book["收办"].cell(row, 3).value = None
    book.save(tmp_path / "blank.xlsx")
    again = author(tmp_path, edition="2")
    rules = {item.rule: item for item in again.form.relations}
    assert {name for name in rules if name.startswith("OWN")} == {"OWN-1"}
    assert again.dropped == ("手写2",)
    assert again.form.ranking is not None
    assert again.form.made_from == ("monthly", ())
    assert any("核对过" in item.title and not item.beta for item in again.form.relations)


def test_kind_that_was_guessed__gives_way_to_the_mended_definition(tmp_path: Path) -> None:
    balance().save(tmp_path / "blank.xlsx")
    first = author(tmp_path)
    file = first.folder / "tables.toml"
    file.write_text(file.read_text("utf-8").replace('unit = "件"', 'unit = "人次"\noptional = true'), "utf-8")
    assert check_forms_below(tmp_path / "forms")
    again = author(tmp_path, edition="2").form
    assert {(cell.unit, cell.optional) for cell in again.cells.values()} == {("人次", True)}


def test_command__names_what_is_on_trial(copies: Path, tmp_path: Path) -> None:
    code, output, _ = run("forms", "from", tmp_path / "blank.xlsx", "-o", tmp_path / "forms", "--examples", copies)
    assert code == 0
    assert "试用的关系" in output
    assert "总数等于上年结转、本年收到之和" in output
