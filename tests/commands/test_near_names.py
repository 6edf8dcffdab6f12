"""A return of an agency off the roster whose name is all but that of a missing one: told at the missing one's row."""

from pathlib import Path

import openpyxl
import pytest

from tests.cli.test_commands import MEMBERS, ROSTER, answer, report, returned
from tests.filled import write_once
from tests.merging import the_form
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.agency import Agency
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest

MISSING, SENT = MEMBERS[6], MEMBERS[:6]
USUAL = "没有收到这个单位的报表。"


def reason_at_missing(folder: Path, name: str) -> str:
    """What is said at the row of the missing agency beside a return of an agency off the roster with this name."""
    for agency in SENT:
        returned(folder / "收", agency.code, report("zhangjiawan-2025"))
    stranger = Agency("999901", name)
    request = TemplateRequest(stranger, 2025, "x", filling=FilledContents(report("zhangjiawan-2025")))
    write_once(plan_workbook(the_form()), request, folder / "收" / "年报.xlsx")
    merged = answer("merge", folder / "收", "--roster", ROSTER, "-o", folder / "汇总.xlsx")
    assert MISSING.code in merged["missing"]
    assert merged["foreign"] == 1
    rows = openpyxl.load_workbook(folder / "汇总.xlsx")["报送情况"].iter_rows(min_row=3, values_only=True)
    heads, *others = rows
    listed = [dict(zip(map(str, heads), row, strict=True)) for row in others]
    (said,) = (str(row["原因或处理"]) for row in listed if row["单位代码"] == MISSING.code)
    return said


def change_character(name: str, at: int, character: str) -> str:
    return name[:at] + character + name[at + 1 :]


@pytest.mark.parametrize(
    "name",
    [
        MISSING.name,
        change_character(MISSING.name, 1, "倒"),
        change_character(MISSING.name, 1, ""),
        f"{MISSING.name}局",
    ],
)
def test_name_all_but_that_of_a_missing_agency__told_at_its_row(name: str, tmp_path: Path) -> None:
    said = reason_at_missing(tmp_path, name)
    assert said == (
        f"有一份名册之外的“{name}”的报表，名称相同或只差一个字，可能是这个单位的：“年报.xlsx”。"
        "请核对代码和名称，再催报。"
    )


@pytest.mark.parametrize("name", ["永安县教育局", MISSING.name[2:], change_character(MISSING.name, 3, "村")])
def test_name_of_another_agency_or_of_several__nothing_more_told(name: str, tmp_path: Path) -> None:
    assert reason_at_missing(tmp_path, name) == USUAL
