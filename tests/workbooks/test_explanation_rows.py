"""情况说明 lists by itself what needs a reason, with both figures; a reason beside it settles the finding."""

from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest

from tests.judges import recalculate
from tests.returns import GOOD, TOWN, checked, marks, the_plan
from tests.workbooks.test_marks import mark
from xltool.commands.check import review_file
from xltool.commands.run_context import RunContext, build_run_context
from xltool.forms.plan_sheets import list_explainable_relations
from xltool.forms.slots import Purpose
from xltool.model.form import Number
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest
from xltool.workbooks.template.write_template import build_template

SHEET = "情况说明"
LAST_YEAR: dict[str, Number] = {**GOOD, "requests.carried_out.natural_person": 12}
CARRY = "本年“上年结转”等于上年“结转下年度继续办理”（自然人）"
ENTERPRISE = "本年“上年结转”等于上年“结转下年度继续办理”（法人或其他组织·商业企业）"


def issued(path: Path, previous: Mapping[str, Number] | None) -> Path:
    """A filled return whose template was handed out with these figures of last year, or with none."""
    filling = FilledContents(GOOD, declared=True)
    path.write_bytes(build_template(the_plan(), TemplateRequest(TOWN, 2025, "1", previous=previous, filling=filling)))
    return path


def listed(path: Path) -> list[tuple[object, ...]]:
    """The rows of 情况说明 that show a relation: number, relation, both sides."""
    sheet = openpyxl.load_workbook(path, data_only=True)[SHEET]
    rows = sheet.iter_rows(min_row=4, max_col=4, values_only=True)
    return [row for row in rows if str(row[1] or "").strip()]


def reasoned(source: Path, target: Path, **texts: str) -> Path:
    """A copy with these texts on 情况说明."""
    book = openpyxl.load_workbook(source)
    for address, text in texts.items():
        book[SHEET][address] = text
    book.save(target)
    return target


def with_last_year(path: Path) -> RunContext:
    """A run that compares with what that workbook reports for last year."""
    return build_run_context(previous_sources=(path,))


@pytest.fixture(scope="module")
def last_year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Last year's return of the same agency."""
    path = tmp_path_factory.mktemp("last") / "2024.xlsx"
    filling = FilledContents(LAST_YEAR, declared=True)
    path.write_bytes(build_template(the_plan(), TemplateRequest(TOWN, 2024, "1", filling=filling)))
    return path


def test_blank_template__has_a_row_for_every_relation_that_can_be_explained__and_free_ones() -> None:
    rows = [slot for slot in the_plan().sheet_for(Purpose.EXPLANATIONS).slots if slot.key == "relation"]
    asked = [relation.id for relation in list_explainable_relations(the_plan().form)]
    assert [slot.text for slot in rows] == [*asked, *[""] * 5]


def test_what_needs_a_reason__is_listed_with_both_figures(tmp_path: Path) -> None:
    assert listed(issued(tmp_path / "a.xlsx", LAST_YEAR)) == [(1, CARRY, 13, 12), (2, ENTERPRISE, 0, 1)]
    assert listed(issued(tmp_path / "b.xlsx", None)) == []


@pytest.mark.office
def test_libreoffice__lists_and_unlists_as_figures_are_typed(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(issued(tmp_path / "a.xlsx", LAST_YEAR))
    book["表三"]["D8"] = 12
    book.save(tmp_path / "typed.xlsx")
    assert listed(recalculate(tmp_path / "typed.xlsx", tmp_path / "again")) == [(2, ENTERPRISE, 0, 1)]


def test_reason_beside_a_listed_relation__settles_it__whatever_the_program_left_of_the_formulas(tmp_path: Path) -> None:
    path = reasoned(issued(tmp_path / "a.xlsx", LAST_YEAR), tmp_path / "b.xlsx", E4="上年漏计", F4="张三")
    submission = checked(path).submission
    assert submission is not None
    assert [item[:5] for item in submission.explanations] == [(CARRY, "", "", "上年漏计", "张三")]


def test_listed_without_a_reason__is_no_explanation(tmp_path: Path) -> None:
    submission = checked(issued(tmp_path / "a.xlsx", LAST_YEAR)).submission
    assert submission is not None
    assert submission.explanations == ()


def test_chosen_in_a_row_of_its_own__as_typed(tmp_path: Path) -> None:
    path = reasoned(issued(tmp_path / "a.xlsx", None), tmp_path / "b.xlsx", B23=CARRY, C23="13", D23="12", E23="更正")
    submission = checked(path).submission
    assert submission is not None
    assert [item[:4] for item in submission.explanations] == [(CARRY, "13", "12", "更正")]


@pytest.mark.office
def test_returned_copy__lists_what_only_the_check_knew__and_is_settled(last_year: Path, tmp_path: Path) -> None:
    path = issued(tmp_path / "a.xlsx", None)
    found = review_file(with_last_year(last_year), path)
    assert [item.relation for item in found.findings] == ["YEAR-CARRY.natural_person", "YEAR-CARRY.enterprise"]
    back = mark(path, tmp_path / "back.xlsx", found.findings)
    assert [row[5] for row in marks(back)] == ["可说明", "可说明"]
    assert listed(recalculate(back, tmp_path / "shown")) == [(1, CARRY, 13, 12), (2, ENTERPRISE, 0, 1)]
    again = reasoned(back, tmp_path / "c.xlsx", E4="上年漏计", E5="上年多计")
    settled = review_file(with_last_year(last_year), again).findings
    assert [item.settled for item in settled] == ["上年漏计", "上年多计"]
