"""Facts become sentences: strictly, so that a hole in a sentence is found here and not by a clerk."""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from xltool import errors
from xltool.errors import RosterError, XltoolError
from xltool.messages import catalogue
from xltool.model.consolidation import Status
from xltool.model.finding import Finding, FindingCell
from xltool.model.finding_facts import EarlierPeriod, FigureName, PreviousEvidence, Quantity, SideFact, TermFact
from xltool.model.form import Severity
from xltool.model.submission import EntryState
from xltool.spreadsheet import refusals

PACKAGE = Path(catalogue.__file__).parents[1]

# What code is built from the first argument of a call; a code given as an f-string is covered by the calls it serves.
CODES = {name: "{}" for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, XltoolError)}
CODES |= {"Finding": "{}", "_refuse": "definition.{}", "ExpressionError": "definition.expression.{}"}

# The small words of refusals: every enumeration of that module.
REASONS = (refusals.FileObstacle, refusals.FileKind, refusals.DamageKind, refusals.BombKind, refusals.LimitKind)

# Findings that occur only where an option was given, or in `xltool import`.
ONLY_AFTER_OPTIONS = ("import.", "identity.not_listed", "seal.missing", "merge.returned_counted")

MADE_UP: Mapping[str, object] = {
    "findings": {
        "sample": {
            "title": "样例",
            "say": "{place}填的是 {found}，应为 {expected}（{parts}）。",
            "advice": "请改正{sheet}的{address}。",
        },
        "bare": {"title": "无处", "say": "文件是{state}。", "advice": "无。"},
        "brackets": {"title": "括号", "say": "损坏（{part} {at}）（见说明）。", "advice": "无。"},
    },
    "errors": {},
}


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    words = {**MADE_UP, "words": catalogue._load_texts()["words"]}
    monkeypatch.setattr(catalogue, "_load_texts", lambda: words)


def sample(**facts: object) -> Finding:
    return Finding(
        "sample", Severity.MUST_FIX, (FindingCell("a.b.c", "表三", "D7"), FindingCell("a.b.d", "表三", "E7")), facts
    )


@pytest.mark.usefixtures("made_up")
def test_finding__facts_and_first_spot__become_one_sentence_with_its_cure() -> None:
    finding = sample(found=12, expected=Decimal("1.2E+2"), parts=("C7", 5, Decimal("0.50")))
    assert catalogue.render_finding(finding) == "表三!D7填的是 12，应为 120（C7、5、0.50）。请改正表三的D7。"
    assert catalogue.render_problem(finding) + catalogue.render_advice(finding) == catalogue.render_finding(finding)
    assert (catalogue.code_title("sample"), catalogue.code_advice("sample")) == ("样例", "请改正{sheet}的{address}。")


@pytest.mark.usefixtures("made_up")
def test_finding__fact_not_given__key_error() -> None:
    with pytest.raises(KeyError, match="parts"):
        catalogue.render_finding(sample(found=1, expected=2))


@pytest.mark.usefixtures("made_up")
def test_finding__place_without_a_spot__key_error() -> None:
    with pytest.raises(KeyError, match="place"):
        catalogue.render_finding(Finding("sample", Severity.NOTE, (), {"found": 1, "expected": 2, "parts": ()}))


@pytest.mark.usefixtures("made_up")
@pytest.mark.parametrize(
    ("fact", "shown"),
    [
        (EntryState.BLANK, "空白"),
        (Status.FOREIGN, "不是报表"),
        (Severity.EXPLAIN, "可说明"),
        (None, "空"),
        (True, "是"),
        (-3, "-3"),
        (Decimal("0.000001"), "0.000001"),
        (["甲", "乙"], "甲、乙"),
        ("{found}", "{found}"),
        ("一\r\n二\x1b[2J\u202e", r"一\x0d\x0a二\x1b[2J\x202e"),
        ("长" * 300, "长" * 200 + "…"),
    ],
)
def test_fact__of_any_kind__shown_plainly(fact: object, shown: str) -> None:
    assert catalogue.render_problem(Finding("bare", Severity.NOTE, (), {"state": fact})) == f"文件是{shown}。"


@pytest.mark.usefixtures("made_up")
@pytest.mark.parametrize(
    ("part", "at", "sentence"),
    [
        ("a.xml", "D7", "损坏（a.xml D7）（见说明）。"),
        ("a（）.xml", "", "损坏（a（）.xml）（见说明）。"),
        ("", "", "损坏（见说明）。"),
    ],
)
def test_brackets__around_empty_facts__left_out(part: str, at: str, sentence: str) -> None:
    assert catalogue.render_problem(Finding("brackets", Severity.NOTE, (), {"part": part, "at": at})) == sentence


@pytest.mark.usefixtures("made_up")
def test_fact__a_float__refused() -> None:
    with pytest.raises(TypeError):
        catalogue.render_finding(Finding("bare", Severity.NOTE, (), {"state": 0.1}))


@pytest.mark.usefixtures("made_up")
def test_catalogue__holds_every_code_with_its_words() -> None:
    assert [(entry.group, entry.code, entry.title, entry.severity) for entry in catalogue.list_wordings()] == [
        ("findings", "sample", "样例", None),
        ("findings", "bare", "无处", None),
        ("findings", "brackets", "括号", None),
    ]


@pytest.mark.parametrize("text", ["{}", "{0}", "{a.b}", "{a[0]}", "{a!r}", "{a:>8}", "{a", "a}"])
def test_placeholder__anything_but_a_plain_name__refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - some of the messages are Python's own
        catalogue.placeholders(text)


def test_error__facts__become_one_sentence_with_its_cure() -> None:
    stopped = RosterError(
        "roster.unknown_word", file="名册.csv", row=3, word="全部", column="口径", accepted=("本机关", "汇总")
    )
    assert catalogue.render_error(stopped) == (
        "名册“名册.csv”第 3 行“口径”一列的“全部”不在可填的内容之中。这一格可以填：本机关、汇总；也可以空着。"
    )


def test_error__unknown_code__key_error() -> None:
    with pytest.raises(KeyError):
        catalogue.render_error(XltoolError("no.such_code"))


def test_words_and_help__by_key() -> None:
    assert (catalogue.look_up_word("severity", "must_fix"), catalogue.help_text("check.roster")) == (
        "必须改正",
        "单位名册，用来核对单位身份。",
    )


def test_words__every_member_of_our_terms__has_one() -> None:
    for term in (Severity, Status, EntryState, *REASONS):
        assert [catalogue.look_up_word(term.__name__.lower(), member.value) for member in term]


def test_side__of_a_sum_over_agencies__only_figures_of_last_year_are_called_so() -> None:
    now = TermFact(1, FigureName(row="现行有效件数"), Quantity(428))
    before = TermFact(1, FigureName(row="现行有效件数"), Quantity(1072), earlier=EarlierPeriod.YEAR)
    side = SideFact((now, before), 0, Quantity(1500))
    assert catalogue.render_structure(side) == "“现行有效件数”428 + 上年“现行有效件数”1072 = 1500"


# --- the real catalogue -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("entry", catalogue.list_wordings(), ids=lambda entry: str(entry.code))
def test_catalogue__every_code__has_whole_sentences_with_plain_placeholders(entry: catalogue.Wording) -> None:
    assert entry.say.endswith(("。", "}"))
    assert entry.advice.endswith(("。", "}"))
    assert bool(entry.title) == (entry.group == "findings")
    catalogue.placeholders(entry.say + entry.advice)


@pytest.mark.parametrize("entry", catalogue.list_wordings(), ids=lambda entry: str(entry.code))
def test_catalogue__every_finding__names_an_option_as_one_of_the_command_line(entry: catalogue.Wording) -> None:
    """Findings are also read in the offline page and in workbooks, where there are no options."""
    if entry.group == "findings" and not entry.code.startswith(ONLY_AFTER_OPTIONS):
        for sentence in re.split("[。；]", entry.say + entry.advice):
            assert not re.search(r"--[a-z]|xltool [a-z]|pip ", sentence.partition("命令行")[0])


def codes_in(source: str) -> Iterator[tuple[str, int]]:
    """Every code that ``source`` writes out as the first argument of an error or a finding, with its line."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(code)), *_]) if name in CODES:
                yield CODES[name].format(code), node.lineno


def test_codes_in__finds_what_is_raised_and_yielded() -> None:
    source = "raise RosterError('a.b', row=1)\nyield Finding('c', x)\n_refuse('d', 1)\nprint('e')\n"
    assert sorted(codes_in(source), key=lambda held: held[1]) == [("a.b", 1), ("c", 2), ("definition.d", 3)]


def test_every_code_in_the_package__has_its_words() -> None:
    known = {entry.code for entry in catalogue.list_wordings()}
    missing = [
        f"{path.relative_to(PACKAGE).as_posix()}:{line}: {code}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for code, line in codes_in(path.read_text("utf-8"))
        if code not in known
    ]
    assert missing == []


def test_long_lists__fit_a_cell_of_a_workbook() -> None:
    names = tuple(f"示例县第{number}人民政府办事处" for number in range(5000))
    facts = {"agencies": names, "count": len(names), "expected": 5001}
    finding = Finding("merge.incomplete", Severity.MUST_FIX, facts=facts)
    text = catalogue.render_finding(finding)
    assert text.startswith("应有 5001 个单位，缺 5000 个：示例县第0人民政府办事处、示例县第1人民政府办事处、")
    assert "示例县第99人民政府办事处等。" in text
    assert len(text) < 32767


def test_findings__no_sentence_for_clerks_names_an_option_or_a_command__the_console_may() -> None:
    texts = tomllib.loads((PACKAGE / "messages" / "texts.toml").read_text("utf-8"))["findings"]
    named = re.compile("--[a-z]|xltool [a-z]|命令行")
    for code, words in texts.items():
        for key, text in words.items():
            assert key == "option" or not named.search(text), (code, key)
    assert catalogue.render_option(Finding("merge.returned", Severity.MUST_FIX, (), {"count": 1})) == (
        "全部带着问题计入的，加 --include-flawed。"
    )
    facts = {"count": 1, "cells": ("D7",)}
    other = Finding("value.text_number", Severity.NOTE, (FindingCell("", "表三", "D7"),), facts)
    assert catalogue.render_option(other) == ""


def test_evidence_of_an_earlier_report__is_of_the_period_before_or_of_the_year_before() -> None:
    told = {
        earlier: catalogue.render_structure(PreviousEvidence(Quantity(3), ("balance", "text"), earlier))
        for earlier in (EarlierPeriod.PERIOD, EarlierPeriod.YEAR)
    }
    assert told[EarlierPeriod.PERIOD] == (
        "上期的数若是 3，就与上期自己的勾稽关系、上期报告的正文相符，可能是上期的报告填错，请先核对上期的报告。"
    )
    assert told[EarlierPeriod.YEAR] == told[EarlierPeriod.PERIOD].replace("上期", "上年")
