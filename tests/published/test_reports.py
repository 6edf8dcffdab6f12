"""Real published reports: every figure they print, none they do not. What stays open is named."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from xltool.forms.load_definitions import load_forms
from xltool.messages.catalogue import render_structure
from xltool.model.agency import Agency, Scope
from xltool.model.finding_facts import DocumentPlace
from xltool.model.form import Form
from xltool.model.published import PublishedReport
from xltool.model.submission import EntryState
from xltool.published.read_report import build_submission, read_report

DATA = Path(__file__).resolve().parents[1] / "data" / "reports"
FORMS = load_forms()
FILES = sorted(path for path in DATA.glob("*/raw.*"))


def truth_of(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((file.parent / "figures.json").read_text("utf-8"))
    return found


def form_of(published: PublishedReport) -> Form:
    return FORMS.get(published.form, published.edition)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}{file.suffix}")
def test_report__every_published_figure__read_and_none_invented(file: Path) -> None:
    truth, found = truth_of(file), read_report(file, FORMS)
    assert (found.edition, found.year, found.agency_name) == (truth["edition"], truth["year"], truth["agency"])
    values = {cell: figure.value for cell, figure in found.figures.items() if figure.value is not None}
    assert values == {cell: Decimal(value) for cell, value in truth["figures"].items()}


def test_reports__all_layouts__are_there() -> None:
    assert len(FILES) == 13
    assert {file.suffix for file in FILES} == {".txt", ".pdf", ".js"}


def report(name: str) -> PublishedReport:
    return read_report(next(DATA.glob(f"{name}/raw.[tj]*")), FORMS)


def test_figure__says_where_it_stood_and_how_sure() -> None:
    tabbed, glued, page = report("zhangjiawan-2025"), report("pingtan-2024"), report("shanghai-office-2019-form2019")
    penalties, received = "disclosure.penalties.decisions", "requests.received.natural_person"
    assert tabbed.figures[penalties][2:] == (294, "\u3000                             294", None, *PLACE_OF_294)
    assert glued.figures[received][2:] == (217, "217", None, DocumentPlace("line", 8), "solved")
    assert glued.figures[penalties][2:] == (1100, "1100", None, DocumentPlace("line", 8), "printed")
    assert page.figures[received][2:] == (821, "821", None, DocumentPlace("table", 4, table=2, column=4), "printed")


PLACE_OF_294 = (DocumentPlace("table", 10, table=1, column=2), "printed")


def test_runtogether__what_nothing_decides__stays_open_and_is_said() -> None:
    found = report("pingtan-2025")
    line = [found.figures[f"disclosure.normative_documents.{column}"] for column in ("issued", "repealed", "in_force")]
    assert {(figure.state, figure.value, figure.sure) for figure in line} == {(EntryState.BLANK, None, "open")}
    said = [item for item in found.log if item.code == "import.open"]
    where = DocumentPlace("line", 4)
    assert [dict(item.facts) for item in said] == [{"label": "行政规范性文件", "where": where, "found": "5845546"}]


def test_runtogether__what_the_text_tells__decides() -> None:
    both, one = report("pingtan-2023").figures, report("pingtan-2024").figures
    columns = [f"disclosure.normative_documents.{column}" for column in ("issued", "repealed", "in_force")]
    assert [both[cell].value for cell in columns] == [77, 132, 470]
    assert [one[cell].value for cell in columns] == [62, None, None]


def test_group_printed_as_one_line__its_figures_stand_for_its_last_line__and_it_is_said() -> None:
    found = report("hongze-2023")
    assert found.figures["requests.other.other.total"].value == 0
    assert "requests.other.fee_overdue.total" not in found.figures
    assert [item.facts["label"] for item in found.log if item.code == "import.group"] == ["（六）其他处理"]


def test_blank_cells__stay_blank__units_are_not_converted() -> None:
    figures = report("shanghai-office-2019-form2019").figures
    line = ["natural_person", "enterprise", "research_institution", "social_organization", "legal_service", "other"]
    assert [figures[f"requests.granted.{column}"].value for column in line] == [258, 12, None, None, 1, 1]
    assert figures["requests.granted.total"].state is EntryState.BLANK
    amount = figures["disclosure.central_procurement.amount"]
    assert (amount.state, amount.value, amount.raw, amount.note) == (
        EntryState.UNREADABLE,
        None,
        "251000元",
        "unit_in_cell",
    )


def test_submission__keeps_printed_totals_as_stored__and_recomputes_its_values() -> None:
    found = report("hongze-2023")
    submission = build_submission(
        found, form_of(found), agency=Agency("320813", "淮安市洪泽区人民政府", scope=Scope.AREA)
    )
    total = submission.entries["disputes.review.total"]
    assert (total.value, total.raw, total.sheet) == (0, "0", "表四")
    assert submission.values["disputes.review.total"] == 11
    assert (submission.agency_code, submission.scope, submission.year) == ("320813", Scope.AREA, 2023)
    assert submission.entries["requests.other.fee_overdue.other"].state is EntryState.BLANK
    told = [each for each in submission.observations if each.code != "identity.imported"]
    assert told == list(found.log)


def test_submission__without_an_agency__has_the_printed_name() -> None:
    found = report("zhangjiawan-2025")
    submission = build_submission(found, form_of(found), agency=None)
    assert (submission.agency_code, submission.agency_name) == ("", "张家湾镇人民政府")
    assert len(submission.entries) == len(submission.values) == 203


def test_runtogether__many_lines_of_a_table__are_told_by_the_first_and_the_last() -> None:
    (said,) = [item for item in report("pingtan-2023").log if item.code == "import.solved"]
    lines = said.facts["lines"]
    assert isinstance(lines, tuple)
    assert (len(lines), said.facts["count"]) == (6, 196)
    assert render_structure(lines[2]) == "一、本年新收政府信息公开申请数量至四、结转下年度继续办理之间的 25 行"
