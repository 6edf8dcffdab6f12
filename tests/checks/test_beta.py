"""Rules on trial, marked so in the form: counted and shown to coordinators, never to agencies."""

import json
import shutil
from pathlib import Path

import openpyxl
import pytest

from tests.checks.figures import published
from tests.forms.test_definitions import edit
from xltool.cli import console
from xltool.cli.json_output import encode_merge
from xltool.commands.check import check
from xltool.commands.merge import merge
from xltool.commands.run_context import RunContext
from xltool.errors import DefinitionError
from xltool.forms.compiled_form import FormLibrary
from xltool.forms.load_definitions import load_form
from xltool.forms.plan_sheets import list_announced_relations
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.agency import Agency, Roster
from xltool.model.consolidation import Status
from xltool.model.form import Form, Number
from xltool.package_data import find_data_folder
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest
from xltool.workbooks.template.write_template import write_template

TOWN = Agency("1", "甲镇", rule_power=False)
WRONG: dict[str, Number] = {
    "disclosure.rules.in_force": 1
}  # broken: T2-RULEPOWER, of an agency without the power to make rules
RULE, CLAIM = 'id = "T2-RULEPOWER"', 'id = "TEXT-1"'


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Form:
    """The form of 2021 with a relation and a claim on trial."""
    folder = tmp_path_factory.mktemp("form") / "2021"
    shutil.copytree(find_data_folder("templates") / "zfxxgk-annual-report" / "2021", folder)
    edit("relations.toml", RULE, f"beta = true\n{RULE}")(folder)
    edit("claims.toml", CLAIM, f"beta = true\n{CLAIM}")(folder)
    return load_form(folder)


@pytest.fixture(scope="module")
def handed_in(form: Form, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one return that breaks both."""
    folder = tmp_path_factory.mktemp("in")
    figures = {cell: figure for cell, figure in published("zhangjiawan-2025").items() if isinstance(figure, Number)}
    filling = FilledContents(figures | WRONG, {"overview": ["全年共收到政府信息公开申请8件。"]})
    write_template(plan_workbook(form), TemplateRequest(TOWN, 2025, "2025-1", filling=filling), folder / "1_甲镇.xlsx")
    return folder


def about(form: Form) -> RunContext:
    return RunContext(FormLibrary((form,)), Roster({TOWN.code: TOWN}, "名册.csv"))


def test_return__told_nothing_of_it(form: Form, handed_in: Path) -> None:
    (reviewed,) = check([handed_in], about(form))
    assert (reviewed.status, reviewed.findings) == (Status.ACCEPTED, ())
    assert sorted(item.code for item in reviewed.trial) == ["T2-RULEPOWER", "TEXT-1"]
    assert "T2-RULEPOWER" not in console.describe_check([reviewed])


def test_template__does_not_show_it(form: Form, handed_in: Path) -> None:
    title = next(item.name for item in form.relations if item.rule == "T2-RULEPOWER")
    assert title not in {
        cell.value for row in openpyxl.load_workbook(handed_in / "1_甲镇.xlsx")["校验"] for cell in row
    }
    assert {item.rule for item in form.relations} - {item.rule for item in list_announced_relations(form)} == {
        "T2-RULEPOWER"
    }


def test_coordinator__sees_it_in_the_workbook_in_json_and_on_the_terminal(
    form: Form, handed_in: Path, tmp_path: Path
) -> None:
    made = merge([handed_in], about(form), tmp_path / "汇总.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "汇总.xlsx")["审核问题"]
    told = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4) if row[0].value]
    assert [row[1] for row in told if row[1] == "试行"] == ["试行", "试行"]
    assert any("规章" in str(row) for row in told)
    assert sorted(item["code"] for item in json.loads(json.dumps(encode_merge(made)))["trial"]) == [
        "T2-RULEPOWER",
        "TEXT-1",
    ]
    assert "T2-RULEPOWER" in console.describe_merge(made, tmp_path / "汇总.xlsx")


def test_relation_that_computes__cannot_be_on_trial(tmp_path: Path) -> None:
    folder = tmp_path / "2021"
    shutil.copytree(find_data_folder("templates") / "zfxxgk-annual-report" / "2021", folder)
    edit("relations.toml", "computes = true", "computes = true\nbeta = true")(folder)
    with pytest.raises(DefinitionError):
        load_form(folder)
