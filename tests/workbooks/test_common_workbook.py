"""A template in a batch has the bytes it has by itself, whoever else is in the batch."""

import pytest

from tests.workbooks.hand import PLAN
from xltool.model.agency import Agency, Scope
from xltool.workbooks.template import write_template
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest
from xltool.workbooks.template.write_template import build_template, write_workbook

CARRIED_OUT = "requests.carried_out.natural_person"
REQUESTS = {
    "town": TemplateRequest(Agency("330101", "甲镇人民政府"), 2025, "2025-0a1b"),
    "as wide": TemplateRequest(Agency("330102", "乙镇人民政府"), 2025, "2025-0a1c"),
    "other year": TemplateRequest(Agency("330102", "乙镇人民政府"), 2026, "2026-0a1c"),
    "odd width": TemplateRequest(Agency("33A", "甲镇A（本级）"), 2025, "2025-1"),
    "title of two lines": TemplateRequest(Agency("4", "很长的名称" * 12), 2025, "2025-2"),
    "sealed": TemplateRequest(Agency("5", "戊镇"), 2025, "2025-3", seal="ab" * 32),
    "area": TemplateRequest(Agency("6", "己市", scope=Scope.AREA), 2025, "2025-4"),
    "without rule power": TemplateRequest(Agency("7", "庚局", rule_power=False), 2025, "2025-5"),
    "name of two characters": TemplateRequest(Agency("8", "辛局"), 2025, "2025-6"),
    "like a formula": TemplateRequest(Agency("9", "=甲"), 2025, "2025-7"),
    "markup": TemplateRequest(Agency("10", "甲 & <乙>"), 2025, "2025-8"),
    "blank at the end": TemplateRequest(Agency("11", "甲镇 "), 2025, "2025-9"),
    "code equal to the year": TemplateRequest(Agency("2025", "壬镇"), 2025, "2025-10"),
    "name equal to a label": TemplateRequest(Agency("12", "单位名称"), 2025, "2025-11"),
    "name equal to the code": TemplateRequest(Agency("甲镇", "甲镇"), 2025, "2025-12"),
    "last year": TemplateRequest(Agency("13", "癸镇"), 2025, "2025-13", {CARRIED_OUT: 7}),
    "filled": TemplateRequest(Agency("14", "子镇"), 2025, "2025-14", filling=FilledContents({CARRIED_OUT: 7})),
}


@pytest.mark.parametrize("first", ["town", "sealed", "title of two lines", "last year"])
def test_batch__every_workbook_has_the_bytes_it_has_by_itself(first: str) -> None:
    write_template._find_common_workbook.cache_clear()
    build_template(PLAN, REQUESTS[first])
    different = [name for name, item in REQUESTS.items() if build_template(PLAN, item) != write_workbook(PLAN, item)]
    assert different == []


def test_batch__what_is_the_same_is_written_once(monkeypatch: pytest.MonkeyPatch) -> None:
    build_template(PLAN, REQUESTS["town"])
    monkeypatch.setattr(write_template, "write_workbook", None)
    requests = [TemplateRequest(Agency(str(n), f"第{n:04d}镇政府"), 2025, f"2025-{n}") for n in range(200)]
    assert len({build_template(PLAN, request) for request in requests}) == 200
