"""File names that every system accepts, and the list of what was handed out."""

from pathlib import Path

import openpyxl
import pytest

from tests.judges import audit
from tests.workbooks.hand import FORM, TOWN
from xltool.model.agency import Agency
from xltool.workbooks.template.distribution_list import (
    distribution_file_name,
    template_file_name,
    write_distribution_list,
)

NAMES = {
    ("110112114", "张家湾镇人民政府"): "110112114 张家湾镇人民政府 2025年政府信息公开工作年度报告.xlsx",
    ("1", "甲/乙\\丙:丁*戊?己"): "1 甲_乙_丙_丁_戊_己 2025年政府信息公开工作年度报告.xlsx",
    ("1", '"<甲>|#%'): "1 __甲____ 2025年政府信息公开工作年度报告.xlsx",
    ("1", "..甲. "): "1 甲 2025年政府信息公开工作年度报告.xlsx",
    ("1", "甲\u202e\n乙\x00"): "1 甲 乙 2025年政府信息公开工作年度报告.xlsx",
    ("con", "con"): "con con 2025年政府信息公开工作年度报告.xlsx",
    ("=1", "=甲"): "=1 =甲 2025年政府信息公开工作年度报告.xlsx",
    ("1", "长" * 200): f"1 {'长' * 39} 2025年政府信息公开工作年度报告.xlsx",
}


@pytest.mark.parametrize(("agency", "name"), NAMES.items())
def test_name__as_an_office_would__without_what_systems_forbid(agency: tuple[str, str], name: str) -> None:
    assert template_file_name(FORM, Agency(*agency), 2025) == name


def test_name__short_enough_for_every_system() -> None:
    name = template_file_name(FORM, Agency("长" * 300, "长" * 300), 2025)
    assert len(name.encode()) <= 255 - 20
    assert name.endswith("2025年政府信息公开工作年度报告.xlsx")


def test_name__a_device_of_windows_is_no_file() -> None:
    assert template_file_name(FORM, Agency("nul.1", "甲"), 2025).startswith("_nul.1 甲")
    assert template_file_name(FORM, Agency("COM1.", "甲"), 2025).startswith("COM1-")


def test_name__codes_that_look_alike_stay_apart() -> None:
    names = {
        template_file_name(FORM, Agency(code, "甲"), 2025) for code in ("a/b", "a_b", "a\\b", "长" * 90, "长" * 91)
    }
    assert len(names) == 5


def test_list__one_row_an_agency__with_a_link_to_its_file(tmp_path: Path) -> None:
    other = Agency("=1", "=cmd|'/C calc'!A0", level="乡镇", contact="@王", phone="010-1")
    path = tmp_path / distribution_file_name(FORM, 2025)
    rows = [
        (TOWN, template_file_name(FORM, TOWN, 2025), "2025-1"),
        (other, template_file_name(FORM, other, 2025), "2025-2"),
    ]
    write_distribution_list(FORM, 2025, rows, path)
    sheet = openpyxl.load_workbook(path)["下发清单"]
    assert path.name == "2025年政府信息公开工作年度报告模板下发清单.xlsx"
    assert sheet["A1"].value == "2025年政府信息公开工作年度报告模板下发清单"
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == [
        ["序号", "单位代码", "单位名称", "级别", "联系人", "联系电话", "模板文件", "模板编号", "报回日期", "备注"],
        [1, "110112114", "张家湾镇人民政府", None, None, None, rows[0][1], "2025-1", None, None],
        [2, "=1", "=cmd|'/C calc'!A0", "乡镇", "@王", "010-1", rows[1][1], "2025-2", None, None],
    ]
    links = [sheet[spot].hyperlink for spot in ("G3", "G4")]
    assert [link.target for link in links if link] == [name.replace(" ", "%20") for _, name, _ in rows]
    assert [sheet[spot].data_type for spot in ("B4", "C4", "E4")] == ["s", "s", "s"]
    assert sheet.auto_filter.ref == "A2:J4"
    assert audit(path) == []
