"""The page for files that cannot carry marks: read as a browser would, with nothing in it but text."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.returns import BROKEN, checked, filled, the_plan
from xltool.commands.check import review_file
from xltool.commands.run_context import build_run_context
from xltool.messages import catalogue
from xltool.model.consolidation import ReviewedFile, Status
from xltool.model.form import Severity
from xltool.pages.findings_page import render_findings_page
from xltool.workbooks.marks.findings_list import describe_findings


class Seen(HTMLParser):
    """The texts of some elements in their order, and every element with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.held: dict[str, list[str]] = {}
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        if tag not in {"meta", "col"}:
            self._open.append(tag)
            self.held.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open:
            self.held[self._open[-1]][-1] += data


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> ReviewedFile:
    return checked(filled(tmp_path_factory.mktemp("broken") / "甲.xlsx", BROKEN))


def seen(item: ReviewedFile) -> Seen:
    return Seen(
        render_findings_page(item, describe_findings(item.findings), the_plan().form if item.submission else None)
    )


def test_page__says_whose_it_is_and_every_finding_in_the_words_of_the_console(broken: ReviewedFile) -> None:
    held = seen(broken).held
    assert held["h1"] == ["检查结果"]
    assert dict(zip(held["dt"], held["dd"], strict=True)) == {
        "填报单位": "示例二镇人民政府（329908）",
        "文件": "甲.xlsx",
        "报表": "中华人民共和国政府信息公开工作年度报告格式",
        "报告年度": "2025",
        "状态": "退回",
        "必须改正": "1 项",
        "可说明": "0 项",
        "提示": "0 项",
    }
    assert held["th"] == ["序号", "级别", "位置", "问题", "填报数\n（左边）", "应为\n（右边）", "处理办法"]
    number, severity, place, problem, left, right, advice = held["td"]
    assert (number, severity, place, left, right) == ("1", "必须改正", "表三!D7", "101", "102")
    assert problem + advice == catalogue.render_brief(broken.findings[0])
    assert held["details"] == [catalogue.render_details(broken.findings[0])]


def test_page__file_that_could_not_be_read__says_why(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04broken")
    item = review_file(build_run_context(), tmp_path / "a.xlsx")
    held = seen(item).held
    assert dict(zip(held["dt"], held["dd"], strict=True))["填报单位"] == "不明"
    assert held["td"][3] + held["td"][6] == catalogue.render_finding(item.findings[0])


def test_page__no_findings__says_so() -> None:
    item = ReviewedFile("a.xlsx", "", Status.ACCEPTED, None, ())
    held = seen(item).held
    assert (held["p"], "table" in held) == (["没有发现问题。"], False)


def test_page__foreign_text__is_text_and_nothing_else(broken: ReviewedFile) -> None:
    bad = "<script>alert(1)</script>\"'&amp;\x07\u202e$title"
    finding = replace(broken.findings[0], facts={**broken.findings[0].facts, "left": bad, "title": bad})
    read = broken.submission
    assert read is not None
    item = replace(broken, file=f"x/{bad.replace('/', '')}.xlsx", findings=(finding,))
    item = replace(item, submission=replace(read, agency_name=bad))
    found = seen(item)
    shown = bad.replace("\x07", "\\x07").replace("\u202e", "\\x202e")
    assert found.held["td"][4] == shown
    assert found.held["dd"][0] == f"{shown}（329908）"
    assert {tag for tag, _ in found.elements} == {
        *("html", "head", "meta", "title", "style", "body", "main", "h1", "dl", "div", "dt", "dd", "p"),
        *("details", "summary", "table", "thead", "tbody", "tr", "th", "td"),
    }


def test_page__stands_alone__asks_for_nothing_from_elsewhere(broken: ReviewedFile) -> None:
    text = render_findings_page(broken, describe_findings(broken.findings))
    assert not re.search(r"(?:\bsrc=|href|url\(|@import|https?:)", text)
    assert "default-src 'none'" in text
    assert "size: A4 landscape" in text


def test_page__severity__is_a_word_and_not_only_a_look(broken: ReviewedFile) -> None:
    told = tuple(replace(broken.findings[0], severity=severity) for severity in Severity)
    settled = replace(told[1], settled="口径调整")
    item = replace(broken, findings=(*told, settled))
    assert seen(item).held["td"][1::7] == ["必须改正", "可说明", "提示", "已说明"]
