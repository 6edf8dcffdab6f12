"""One cause told once, with what is probably wrong; through real workbooks of ours."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.checks.figures import FORM, PLAN, found, must_fix, published, said, submission
from tests.filled import write_once
from xltool.cli import json_output
from xltool.forms.expressions import recompute_figures
from xltool.messages import catalogue
from xltool.model.agency import Agency, Scope
from xltool.model.consolidation import ReviewedFile, Status
from xltool.model.finding import Finding
from xltool.model.form import Number
from xltool.recognition.read_submissions import read_submission
from xltool.spreadsheet.open_workbook import open_workbook
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest

COMPUTED = [cell.id for cell in FORM.cells.values() if cell.computed]
GRANTED = "requests.granted.natural_person"


def whole(name: str) -> dict[str, Number]:
    """A published report with its totals as they should be; what it does not show is 0."""
    shown = submission({cell: figure or 0 for cell, figure in published(name).items()}).values
    return {cell: value for cell, value in recompute_figures(FORM.formulas, shown).items() if value is not None}


SUQIAN = whole("suqian-2023")


def typed(path: Path, **wrong: Number) -> tuple[Finding, ...]:
    """What must be fixed in a workbook with all figures typed in, totals too."""
    figures = {**SUQIAN, **{cell.replace("__", "."): value for cell, value in wrong.items()}}
    write_once(PLAN, TemplateRequest(Agency("1", "甲镇"), 2023, "2023-1", filling=FilledContents(figures)), path)
    read = read_submission(open_workbook(path), [FORM], path.name)
    assert all(read.entries[cell].formula is None for cell in COMPUTED)
    return tuple(item for item in found(read) if item.severity == "must_fix")


def test_fully_typed__right__nothing_to_fix(tmp_path: Path) -> None:
    assert typed(tmp_path / "a.xlsx") == ()


def test_fully_typed__one_input_wrong__one_finding_that_names_it_first(tmp_path: Path) -> None:
    (finding,) = typed(tmp_path / "a.xlsx", requests__granted__natural_person=1157)
    assert (finding.relation, finding.cells[0].id) == ("T3-RESULT.natural_person", GRANTED)
    assert finding.facts["consequences"] == ("总计等于自然人与法人或其他组织五栏之和（（一）予以公开）",)
    assert said([finding]) == [
        "表三!D30“（七）总计”自然人直接填了 3375（公式已被覆盖），按 D9:D29 之和应为 3357，相差 18 件。"
        "依据：表三“（七）总计”的含义。"
        "各项关系合在一起看，错在这里：“（一）予以公开”自然人（表三!D9）现填 1157，应为 1175（两位数字颠倒）。"
        "由此不符的还有：总计等于自然人与法人或其他组织五栏之和（（一）予以公开）。"
        "请恢复总计公式，或核对各项办理结果。"
    ]


@pytest.mark.parametrize("cell", [cell.id for cell in FORM.inputs if cell.table == "requests"])
def test_fully_typed__each_input_of_table_three_wrong__one_finding_that_names_it_first(cell: str) -> None:
    figures: Mapping[str, Number] = {**SUQIAN, cell: SUQIAN[cell] + 37}
    read = submission(figures, stored={total: figures[total] for total in COMPUTED}, typed=COMPUTED)
    (finding,) = [item for item in found(read) if item.severity == "must_fix"]
    assert finding.cells[0].id == cell


def test_fully_typed__two_inputs_wrong__two_findings_each_naming_one(tmp_path: Path) -> None:
    findings = typed(
        tmp_path / "a.xlsx", requests__granted__natural_person=1157, requests__refused__state_secret__enterprise=7
    )
    assert [item.cells[0].address for item in findings] == ["D9", "E11"]


def test_fully_typed__a_total_wrong__says_it_once(tmp_path: Path) -> None:
    (finding,) = typed(tmp_path / "a.xlsx", requests__granted__total=1157)
    assert (finding.cells[0].address, catalogue.render_structure(finding.facts["suspects"])) == ("J9", "")


def test_two_balances__whatever_slip_explains_both__both_are_told() -> None:
    figures = published("zhangjiawan-2025") | {GRANTED: 27, "requests.granted.enterprise": 27}
    assert must_fix(found(submission(figures))) == ["T3-BAL.natural_person", "T3-BAL.enterprise"]


def test_locked_template__many_suspects__none_is_named_but_the_figure_to_look_up() -> None:
    findings = found(submission({**SUQIAN, GRANTED: SUQIAN[GRANTED] + 37}))
    (finding,) = [item for item in findings if item.relation == "T3-BAL.natural_person"]
    assert [spot.address for spot in finding.cells] == ["D7", "D8", "D30", "D31"]
    told = catalogue.render_structure(finding.facts["suspects"])
    assert told == (
        "仅凭报表不能断定错在哪一格，有 12 种可能。"
        "请先查台账：“（五）不予处理”自然人共多少？表中为 406。查明后最多剩 9 种可能。"
    )
    assert catalogue.render_brief(finding).endswith("先查台账：“（五）不予处理”自然人共几件（表中 406）？")


def test_json__holds_repairs_and_consequences(tmp_path: Path) -> None:
    figures = {**SUQIAN, GRANTED: 1157}
    read = submission(figures, stored={total: SUQIAN[total] for total in COMPUTED}, typed=COMPUTED)
    item = ReviewedFile("甲镇.xlsx", "0" * 64, Status.RETURNED, read, found(read))
    answer = json.loads(json_output.dump_json(json_output.encode_check([item])))
    (finding,) = [each for each in answer["submissions"][0]["findings"] if each["severity"] == "must_fix"]
    assert finding["facts"]["repairs"] == [
        {"kind": "swap_digits", "cells": [{"id": GRANTED, "address": "D9", "was": 1157, "becomes": 1175}]}
    ]


def test_a_consolidation__is_not_searched() -> None:
    read = submission({**SUQIAN, GRANTED: 1157}, scope=Scope.AREA, absent=(object(),))
    assert [item.facts.get("suspects") for item in found(read) if item.relation == "T3-BAL.natural_person"] == [""]
