"""Areas without listed members report as one unit: template, import of their published report, sum, comparison."""

from pathlib import Path

import pytest

from tests.cli.test_commands import answer, report, run
from tests.filled import write_once
from xltool.commands.make_templates import compute_serial
from xltool.commands.run_context import build_run_context
from xltool.forms.load_definitions import find_form_for_year
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.agency import Scope
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest

NEW = "requests.received.natural_person"
ROWS = (
    "代码,名称,上级,口径\n3299,示例市人民政府,,汇总\n329901,示例市人民政府办公室,3299,本机关\n"
    "329902,示例一区人民政府,3299,汇总\n329903,示例二区人民政府,3299,汇总\n"
)
REPORTS = {"329901": "zhangjiawan-2025", "329902": "suqian-2024", "329903": "hongze-2024"}


def fill(folder: Path, roster: Path, codes: str) -> None:
    context = build_run_context(roster)
    form = find_form_for_year(context.forms, 2025)
    folder.mkdir(exist_ok=True)
    for code in codes.split():
        assert context.roster
        agency = context.roster.agencies[code]
        filling = FilledContents(report(REPORTS[code]), {}, True)
        request = TemplateRequest(agency, 2025, compute_serial(form, agency, 2025), filling=filling)
        write_once(plan_workbook(form), request, folder / f"{code}.xlsx")


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    path = tmp_path / "名册.csv"
    path.write_text(ROWS, "utf-8")
    return path


def test_template__area_without_listed_members__gets_one_of_its_scope(tmp_path: Path, roster: Path) -> None:
    assert "已生成 3 份模板" in run("template", "--year", 2025, "--roster", roster, "-o", tmp_path / "模板")[1]
    (template,) = (tmp_path / "模板").glob("329902*.xlsx")
    (read,) = answer("check", "--no-cache", template, "--roster", roster)["submissions"]
    assert read["scope"] == Scope.AREA


def test_city__from_published_reports_of_its_districts__sum_and_publication(tmp_path: Path, roster: Path) -> None:
    fill(tmp_path / "区", roster, "329902 329903")
    districts = sorted((tmp_path / "区").glob("*.xlsx"))
    assert run("publish", *districts, "--as", "html", "-o", tmp_path / "公布", "--include-flawed")[0] in {0, 1}
    imported = answer("import", tmp_path / "公布", "-o", tmp_path / "导入", "--roster", roster)["submissions"]
    assert [(item["scope"], item["agency"]["code"]) for item in imported] == [("area", "329902"), ("area", "329903")]
    fill(tmp_path / "导入", roster, "329901")
    city = tmp_path / "全市.xlsx"
    made = answer("merge", "--no-cache", tmp_path / "导入", "--roster", roster, "-o", city)
    assert (made["missing"], made["accepted"], made["complete"]) == ([], 3, True)
    assert made["totals"][NEW] == sum(report(name)[NEW] for name in REPORTS.values())
    assert run("publish", city, "-o", tmp_path / "全市.html", "--include-flawed")[0] in {0, 1}
    (tmp_path / "缺").mkdir()
    for path in (tmp_path / "导入").glob("3299*.xlsx"):
        if "329903" not in path.name:
            (tmp_path / "缺" / path.name).write_bytes(path.read_bytes())
    part = tmp_path / "部分.xlsx"
    assert answer("merge", "--no-cache", tmp_path / "缺", "--roster", roster, "-o", part)["missing"] == ["329903"]
    compared = answer("compare", tmp_path / "全市.html", part)
    below = {each["cell"] for each in compared["possible"]}
    above = {each["cell"] for each in compared["figures"]}
    assert NEW in below
    assert not above, "a smaller sum may still be right"
    assert "补齐后仍可能相同" in run("compare", tmp_path / "全市.html", part)[1]


def test_compare__incomplete_sum_above_the_published_figure__differs(tmp_path: Path, roster: Path) -> None:
    fill(tmp_path / "市", roster, "329902")
    (source,) = (tmp_path / "市").glob("*.xlsx")
    fill(tmp_path / "部分", roster, "329901 329903")
    part = tmp_path / "部分.xlsx"
    answer("merge", "--no-cache", tmp_path / "部分", "--roster", roster, "-o", part)
    compared = answer("compare", source, part)
    counts = [each for each in compared["figures"] if isinstance(each["difference"], int)]
    assert compared["possible"]
    assert counts
    assert all(each["difference"] > 0 for each in counts)
    assert all(float(each["difference"]) < 0 for each in compared["possible"])
