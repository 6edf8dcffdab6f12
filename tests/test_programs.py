"""Office programs open a filled template, calculate it and save it; we read it back to the unit.

What is tried here, with which versions, is told in ``docs/zh/compatibility.md``.
"""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from tests.filled import write_once
from tests.judges import PROGRAMS, Program
from tests.returns import BROKEN, TOWN, listed, lit
from xltool.commands.check import review_file
from xltool.commands.run_context import RunContext
from xltool.forms.expressions import recompute_figures
from xltool.forms.load_definitions import find_form_for_year, load_forms
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.consolidation import ReviewedFile
from xltool.model.form import CellKind, Form, Number, Severity
from xltool.model.submission import EntryState
from xltool.workbooks.marks.findings_list import describe_findings
from xltool.workbooks.marks.mark_workbook import mark_workbook
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest

FORMS = load_forms()
EDITED, BEFORE = 91, 3  # what one figure becomes, and was
TEXT = {"problems": ["=1+1 不是公式", "第二段 <b>&"]}


def figures(form: Form) -> dict[str, Number]:
    """A different figure in every input; amounts with as many decimals as they may have."""
    made: dict[str, Number] = {}
    for number, cell in enumerate(form.inputs, start=2):
        made[cell.id] = Decimal(f"{number}.{'1234567'[: cell.decimals]}") if cell.kind is CellKind.AMOUNT else number
    return made | {form.inputs[0].id: BEFORE}


def typed_and_saved(form: Form, program: Program, kind: str, folder: Path) -> Path:
    """The template filled in, one figure typed anew, and saved by a program that has to calculate every formula."""
    source = folder / "甲镇 年报.xlsx"
    issue = TemplateRequest(TOWN, form.first_year, "2025-000000000001", filling=FilledContents(figures(form), TEXT))
    write_once(plan_workbook(form), issue, source)
    book = openpyxl.load_workbook(source)  # saving drops every stored result
    place = plan_workbook(form).find_figure(form.inputs[0].id)
    assert book[place.sheet][place.address].value == BEFORE
    book[place.sheet][place.address] = EDITED
    book.save(source)
    return program(source, folder / "saved", kind)


def read(path: Path) -> ReviewedFile:
    return review_file(RunContext(FORMS), path)


def different(read_back: Mapping[str, Number | None], form: Form) -> dict[str, Number | None]:
    """The figures that are not what was typed, or not the sum of what was typed."""
    wanted = recompute_figures(form.formulas, {**figures(form), form.inputs[0].id: EDITED})
    return {cell: read_back[cell] for cell in form.cells if read_back[cell] != wanted[cell]}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.id}-{form.edition}")
@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_template_edited_and_saved__read_back_to_the_unit(
    program: Program, kind: str, form: Form, tmp_path: Path
) -> None:
    item = read(typed_and_saved(form, program, kind, tmp_path))
    submission = item.submission
    assert submission is not None, item.findings
    assert different(submission.values, form) == {}
    assert [id for id, entry in submission.entries.items() if entry.state is EntryState.UNREADABLE] == []
    stored = {id for id, entry in submission.entries.items() if form.cells[id].computed and entry.value is None}
    assert stored == set()
    told = [(finding.code, finding.wording) for finding in item.findings if finding.severity is Severity.MUST_FIX]
    assert [wording for _, wording in told if wording.startswith("total.")] == []
    assert [code for code, _ in told if code.startswith(("identity", "label", "sheet", "file"))] == []
    assert (submission.agency_code, submission.agency_name, submission.year) == (TOWN.code, TOWN.name, form.first_year)
    assert submission.texts["problems"].split("\n") == TEXT["problems"]


@pytest.mark.parametrize("program", PROGRAMS)
def test_marked_copy_saved_by_a_program__keeps_its_marks_until_the_next_check(program: Program, tmp_path: Path) -> None:
    form = find_form_for_year(FORMS, 2025)
    issue = TemplateRequest(TOWN, 2025, "2025-000000000001", filling=FilledContents(BROKEN, declared=True))
    write_once(plan_workbook(form), issue, tmp_path / "a.xlsx")
    saved = program(tmp_path / "a.xlsx", tmp_path / "1", "xlsx")
    item = read(saved)
    back = mark_workbook(saved.read_bytes(), plan_workbook(form), describe_findings(item.findings, plan_workbook(form)))
    assert back is not None
    (tmp_path / "b.xlsx").write_bytes(back)
    again = program(tmp_path / "b.xlsx", tmp_path / "2", "xlsx")
    assert lit(again) == ["表三!D7", "表三!D8", "表三!D30", "表三!D31"]
    assert listed(again).protection.sheet
    assert [finding.code for finding in read(again).findings] == [finding.code for finding in item.findings]
    cleared = mark_workbook(again.read_bytes(), plan_workbook(form), ())
    assert cleared is not None
    (tmp_path / "c.xlsx").write_bytes(cleared)
    assert lit(tmp_path / "c.xlsx") == []
