"""Strict loading: one broken definition a mistake, and the message that names file, place and cure."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from xltool.errors import DefinitionError, UsageError
from xltool.forms.load_definitions import (
    check_forms_below,
    find_form_for_year,
    find_named_form,
    load_form,
    load_forms,
    load_forms_below,
)
from xltool.messages import catalogue
from xltool.model.form import CellKind, Severity
from xltool.package_data import find_data_folder

SHIPPED = find_data_folder("templates") / "zfxxgk-annual-report" / "2021"


def test_shipped_definitions__are_loaded_without_verifying_patterns_that_are_right() -> None:
    verified = load_forms_below(find_data_folder("templates"))
    assert list(verified) == list(load_forms(regional=True))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "form"))


def edit(file: str, old: str, new: str) -> Callable[[Path], object]:
    """Replaces the first ``old`` in ``file``; a test of a mistake that is not there would prove nothing."""

    def change(folder: Path) -> None:
        text = (folder / file).read_text("utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), "utf-8")

    return change


MISTAKES = {
    "unknown key": (
        edit("form.toml", 'issuer = "', 'publisher = "x"\nissuer = "'),
        ("definition.unknown_key", "form.toml", "publisher"),
    ),
    "unknown key deep inside": (
        edit("tables.toml", '{ at = "A2", text = "信息内容" }', '{ at = "A2", txt = "信息内容" }'),
        ("definition.unknown_key", "tables[1].labels[2]", "txt"),
    ),
    "missing key": (
        edit("form.toml", "first_year = 2021\n", ""),
        ("definition.missing_key", "form.toml", "first_year"),
    ),
    "wrong type": (
        edit("form.toml", "first_year = 2021", 'first_year = "2021"'),
        ("definition.wrong_value", "first_year", "integer text"),
    ),
    "unknown severity": (
        edit("relations.toml", 'severity = "must_fix"', 'severity = "fatal"'),
        ("definition.not_a_choice", "relations[1].severity", "fatal"),
    ),
    "not TOML": (edit("form.toml", 'id = "', "id = "), ("definition.syntax", "form.toml", "4 6 id = zfxxgk")),
    "file missing": (lambda folder: (folder / "tables.toml").unlink(), ("definition.missing_file", "tables.toml", "")),
    "duplicate section": (
        edit("form.toml", 'id = "problems"', 'id = "overview"'),
        ("definition.duplicate_id", "section", "overview"),
    ),
    "duplicate table": (
        edit("tables.toml", 'id = "disputes"', 'id = "requests"'),
        ("definition.duplicate_id", "table", "requests"),
    ),
    "duplicate line": (
        edit("tables.toml", '"carried_in",', '"received",'),
        ("definition.duplicate_id", "cell", "requests.received.natural_person"),
    ),
    "duplicate relation": (
        edit("relations.toml", 'id = "T3-BAL"', 'id = "T3-ROW"'),
        ("definition.duplicate_id", "relation", "T3-ROW"),
    ),
    "two relations of one name": (
        edit("relations.toml", "实际收取的总金额是 10 元的整数倍", "收费通知总金额是 10 元的整数倍"),
        ("definition.duplicate_name", "relations", "收费通知总金额是 10 元的整数倍"),
    ),
    "table in no section": (
        edit("tables.toml", 'section = "disputes"', 'section = "lawsuits"'),
        ("definition.table_without_section", "tables.disputes", "lawsuits"),
    ),
    "not a place": (
        edit("tables.toml", 'first = "D4"', 'first = "4D"'),
        ("definition.not_a_place", "tables.requests", "4D"),
    ),
    "label outside the grid": (
        edit("tables.toml", 'size = "J28"', 'size = "J27"'),
        ("definition.outside_grid", "tables.requests", "28"),
    ),
    "label as large as a sheet": (
        edit(
            "tables.toml",
            '{ at = "A3", text = "规章" }',
            '{ at = "A3", text = "规章" }, { at = "Z50:XFD1048576", text = "多" }',
        ),
        ("definition.outside_grid", "tables.disclosure", "XFD1048576"),
    ),
    "widths of another number than columns": (
        edit("tables.toml", "widths = [74, 10, 4]", "widths = [74, 10]"),
        ("definition.wrong_length", "tables.processing_fees", "widths"),
    ),
    "label over a figure": (
        edit("tables.toml", '{ at = "A3", text = "规章" }', '{ at = "A3:B3", text = "规章" }'),
        ("definition.overlap", "tables.disclosure", "规章"),
    ),
    "figure without a label": (
        edit("tables.toml", '  { at = "A1", text = "发出收费通知的件数" },\n', ""),
        ("definition.cell_without_label", "tables.processing_fees", "processing_fees.notices"),
    ),
    "relation that names no cell": (
        edit("relations.toml", 'expect = "disclosure.rules == 0"', 'expect = "0 == 0"'),
        ("definition.expression.no_cell", "relations.T2-RULEPOWER", "0 == 0"),
    ),
    "relation with an unknown cell": (
        edit("relations.toml", "requests.carried_in == requests.concluded", "requests.carried == requests.concluded"),
        ("definition.expression.unknown_name", "relations.T3-BAL", "requests.carried"),
    ),
    "relation that is code": (
        edit("relations.toml", 'expect = "disclosure.rules == 0"', "expect = \"disclosure.rules == open('x')\""),
        ("definition.expression.not_allowed", "relations.T2-RULEPOWER", "open"),
    ),
    "relation that is no comparison": (
        edit("relations.toml", 'expect = "disclosure.rules == 0"', 'expect = "disclosure.rules"'),
        ("definition.expression.not_comparison", "relations.T2-RULEPOWER", "disclosure.rules"),
    ),
    "relation that cannot be parsed": (
        edit("relations.toml", 'expect = "disclosure.rules == 0"', 'expect = "disclosure.rules == "'),
        ("definition.expression.not_parsed", "relations.T2-RULEPOWER", "disclosure.rules =="),
    ),
    "relation with one sign of equality": (
        edit("relations.toml", 'expect = "disclosure.rules == 0"', 'expect = "disclosure.rules = 0"'),
        ("definition.expression.operator_misspelt", "relations.T2-RULEPOWER", "disclosure.rules = 0"),
    ),
    "relation with a comparison turned round": (
        edit("relations.toml", 'expect = "disclosure.rules == 0"', 'expect = "disclosure.rules =< 0"'),
        ("definition.expression.operator_misspelt", "relations.T2-RULEPOWER", "disclosure.rules =< 0"),
    ),
    "lines added to columns": (
        edit(
            "relations.toml", 'expect = "disclosure.rules == 0"', 'expect = "disclosure.rules == disputes.each.total"'
        ),
        ("definition.expression.different_axes", "relations.T2-RULEPOWER", ""),
    ),
    "range the wrong way round": (
        edit(
            "relations.toml",
            "sum(disputes.each.upheld, ..., disputes.each.pending)",
            "sum(disputes.each.pending, ..., disputes.each.upheld)",
        ),
        ("definition.expression.range_backwards", "relations.T4-SUM", "disputes.each.pending"),
    ),
    "range over two tables": (
        edit("relations.toml", "..., disputes.each.pending)", "..., requests.each.other)"),
        ("definition.expression.range_over_tables", "relations.T4-SUM", "requests.each.other"),
    ),
    "computed left side is a sum": (
        edit("relations.toml", 'expect = "requests.concluded == ', 'expect = "requests.concluded + 1 == '),
        ("definition.not_computable", "relations.T3-RESULT", "requests.concluded + 1"),
    ),
    "totals that need each other": (
        edit("relations.toml", "sum(requests.granted, ..., requests.other.other)", "requests.concluded"),
        ("definition.circular", "relations", "T3-RESULT"),
    ),
    "claim without a number": (
        edit("claims.toml", "?{request}{all}{n}{unit}", "?{request}{all}3{unit}"),
        ("definition.claim_without_number", "claims.TEXT-1", "3(?:件次"),
    ),
    "piece of a pattern nobody wrote": (
        edit("claims.toml", "?{request}{all}{n}{unit}", "?{requests}{all}{n}{unit}"),
        ("definition.expression.unknown_name", "claims.TEXT-1", "{requests}"),
    ),
    "pattern that is none": (
        edit("claims.toml", "(?:结转|转结|转)(?:至|到|入)?(?:下", "(?:结转|转结|转)(?(?:至|到|入)?(?:下"),
        ("definition.expression.not_parsed", "claims.TEXT-4", "(?:结转|转结|转)(?(?:至|到|入)"),
    ),
    "key misspelt": (
        edit("form.toml", 'issuer = "', 'isuer = "'),
        ("definition.unknown_key", "form.toml", "isuer issuer"),
    ),
    "not UTF-8": (
        lambda folder: (folder / "form.toml").write_bytes((folder / "form.toml").read_text("utf-8").encode("gb18030")),
        ("definition.not_utf8", "form.toml", ""),
    ),
    "two columns of one name": (
        edit("tables.toml", '{ at = "C2", text = "本年废止件数" }', '{ at = "C2", text = "本年制发件数" }'),
        ("definition.same_words", "tables.disclosure", "disclosure.rules.repealed"),
    ),
    "sheet name with a slash": (
        lambda folder: [
            edit(name, 'sheet = "表四"', 'sheet = "表/四"')(folder) for name in ("form.toml", "tables.toml")
        ],
        ("definition.sheet_name", "sections.disputes", "表/四"),
    ),
    "sheet name too long": (
        edit("form.toml", 'sheet = "一 总体情况"', f'sheet = "{"总体情况" * 8}"'),
        ("definition.sheet_name", "sections.overview", "总体情况"),
    ),
    "sheet of the template": (
        edit("form.toml", 'sheet = "一 总体情况"', 'sheet = "校验"'),
        ("definition.sheet_taken", "sections.overview", "校验"),
    ),
    "sheet of the summary": (
        edit("form.toml", 'sheet = "一 总体情况"', 'sheet = "明细"'),
        ("definition.sheet_taken", "sections.overview", "明细"),
    ),
    "two sections on one sheet": (
        edit("form.toml", 'sheet = "五 问题改进"', 'sheet = "一 总体情况"'),
        ("definition.sheet_taken", "sections.problems", "一 总体情况"),
    ),
    "unknown word in the title": (
        edit("form.toml", 'report_title = "{agency}{year}', 'report_title = "{agency}{yaer}'),
        ("definition.title_placeholder", "report_title", "yaer"),
    ),
    "brace left open in the title": (
        edit("form.toml", 'report_title = "{agency}{year}', 'report_title = "{agency}{year'),
        ("definition.bad_braces", "report_title", "{year年"),
    ),
    "unknown word in the opening": (
        edit("form.toml", 'opening = "依据', 'opening = "{agencies}依据'),
        ("definition.unknown_placeholder", "opening", "agencies"),
    ),
    "title that is no file name": (
        edit("form.toml", 'title = "政府信息', 'title = "政府/信息'),
        ("definition.not_in_file_names", "title", "/"),
    ),
    "id that is no folder name": (
        edit("form.toml", 'id = "zfxxgk-annual-report"', 'id = "zfxxgk/annual"'),
        ("definition.not_a_form_id", "id", "zfxxgk/annual"),
    ),
    "column id that is no name": (
        edit("tables.toml", '"issued"', '"is-sued"'),
        ("definition.not_an_id", "tables.disclosure.columns", "is-sued"),
    ),
    "decimals of a count": (
        edit("tables.toml", 'unit = "件"', 'unit = "件"\ndecimals = 2'),
        ("definition.no_decimals", "tables.disclosure", "2"),
    ),
    "section with nothing in it": (
        edit("form.toml", "paragraphs = 40\n", ""),
        ("definition.empty_section", "sections.overview", ""),
    ),
    "no instructions": (
        edit("form.toml", "instructions = [", "instructions = []\nlayouts = ["),
        ("definition.no_instructions", "instructions", ""),
    ),
    "year before the Republic": (
        edit("form.toml", "first_year = 2021", "first_year = 221"),
        ("definition.wrong_year", "first_year", "221"),
    ),
    "ends before it begins": (
        edit("form.toml", "first_year = 2021", "first_year = 2021\nlast_year = 2010"),
        ("definition.wrong_year", "last_year", "2010"),
    ),
    "two years back": (
        edit("relations.toml", "previous(requests.carried_out)", "previous(previous(requests.carried_out))"),
        ("definition.expression.previous_twice", "relations.YEAR-CARRY", "previous(previous("),
    ),
    "reading of an unknown cell": (
        edit("claims.toml", 'readings = ["requests.received.total"', 'readings = ["requests.got.total"'),
        ("definition.expression.unknown_name", "claims.TEXT-1", "requests.got.total"),
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_broken_definition__when_loaded__one_message_with_file_place_and_cure(mistake: str, folder: Path) -> None:
    breaking, (code, place, key) = MISTAKES[mistake]
    breaking(folder)
    with pytest.raises(DefinitionError) as refusal:
        load_form(folder)
    assert refusal.value.code == code
    facts = " ".join(map(str, refusal.value.facts.values()))
    assert place in facts
    assert key in facts
    assert refusal.value.others == ()  # one cause is told once
    sentence = catalogue.render_error(refusal.value)
    assert ".toml" in sentence
    assert len(sentence.splitlines()) == 1


def test_many_mistakes__all_are_told_at_once(folder: Path) -> None:
    for name in ("key misspelt", "unknown word in the title", "ends before it begins", "two columns of one name"):
        MISTAKES[name][0](folder)
    for name in ("unknown severity", "relation with an unknown cell", "two years back", "reading of an unknown cell"):
        MISTAKES[name][0](folder)
    with pytest.raises(DefinitionError) as refusal:
        load_form(folder)
    told = [(mistake.code, str(mistake.facts["place"])) for mistake in (refusal.value, *refusal.value.others)]
    assert told == [
        ("definition.unknown_key", ""),
        ("definition.not_a_choice", "relations[1].severity"),
        ("definition.wrong_year", "last_year"),
        ("definition.title_placeholder", "report_title"),
        ("definition.same_words", "tables.disclosure"),
        ("definition.expression.unknown_name", "relations.T3-BAL"),
        ("definition.expression.previous_twice", "relations.YEAR-CARRY"),
        ("definition.expression.unknown_name", "claims.TEXT-1"),
    ]


def test_file_of_windows_notepad__with_byte_order_mark__is_read(folder: Path) -> None:
    for file in folder.glob("*.toml"):
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert len(load_form(folder).cells) == 203


def test_forms_check__folders_and_contradictions_as_well(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "zfxxgk" / "2021"))
    impossible = 'expect = "processing_fees.notices + 1 <= processing_fees.notices"'
    edit("relations.toml", 'expect = "processing_fees.collected <= processing_fees.billed"', impossible)(folder)
    with pytest.raises(DefinitionError) as refusal:
        check_forms_below(tmp_path)
    told = [(mistake.code, mistake.facts["key"]) for mistake in (refusal.value, *refusal.value.others)]
    assert told == [
        ("definition.folder_differs", "zfxxgk-annual-report"),
        ("definition.contradiction", ("实际收取的总金额不超过收费通知总金额",)),
    ]


def test_shipped_form__when_loaded__is_the_whole_official_form() -> None:
    form = load_form(SHIPPED)
    assert (len(form.cells), len(form.inputs), len(form.formulas)) == (203, 169, 34)
    assert [section.number for section in form.sections] == ["一", "二", "三", "四", "五", "六"]
    assert [table.name for table in form.tables] == ["表二", "表三", "表四", "六 其他事项"]
    equations = [item.id for item in form.relations if item.rule in {"T3-BAL", "T3-RESULT", "T3-ROW", "T4-SUM"}]
    assert len(equations) == 7 + 7 + 25 + 3
    amounts = {cell.id: (cell.unit, cell.decimals) for cell in form.cells.values() if cell.kind is CellKind.AMOUNT}
    assert amounts == {
        "disclosure.administrative_fees.amount": ("万元", 6),
        "processing_fees.billed": ("元", 2),
        "processing_fees.collected": ("元", 2),
    }


def test_words_of_a_figure__are_the_labels_left_of_it_and_above_it() -> None:
    form = load_form(SHIPPED)
    words = {cell: (form.cells[cell].line_words, form.cells[cell].column_words) for cell in form.cells}
    assert words["requests.received.total"] == ("一、本年新收政府信息公开申请数量", "总计")
    assert words["requests.refused.state_secret.other"] == ("（三）不予公开1.属于国家秘密", "法人或其他组织·其他")
    assert words["disclosure.licensing.decisions"] == ("行政许可", "本年处理决定数量")
    assert words["disputes.direct_litigation.upheld"] == ("未经复议直接起诉", "结果维持")
    assert words["processing_fees.billed"] == ("收费通知总金额", "")


def test_relation_that_is_the_sum_of_its_siblings__is_marked_as_implied() -> None:
    implied = {item.id for item in load_form(SHIPPED).relations if item.implied_by}
    assert implied == {"T3-BAL.total", "YEAR-CARRY.total"}


def test_severities__year_and_clean_up_rules_never_block() -> None:
    severities = {item.rule: item.severity for item in load_form(SHIPPED).relations}
    assert severities["T3-BAL"] is Severity.MUST_FIX
    assert severities["YEAR-CARRY"] is Severity.EXPLAIN
    assert severities["YEAR-VALID"] is Severity.EXPLAIN


def test_extra_folder__adds_a_form__and_a_second_of_the_same_edition_is_refused(folder: Path) -> None:
    with pytest.raises(DefinitionError) as refused:
        load_forms([folder])
    assert refused.value.code.endswith(".duplicate_form")
    edit("form.toml", 'edition = "2021"', 'edition = "2021-local"')(folder)
    assert ("zfxxgk-annual-report", "2021-local") in [form.key for form in load_forms([folder])]


def test_form_for_a_year__none_or_unknown__is_a_clear_refusal(tmp_path: Path) -> None:
    forms = (load_form(SHIPPED),)
    assert find_form_for_year(forms, 2025).edition == "2021"
    with pytest.raises(UsageError) as refused:
        find_form_for_year(forms, 1999)
    assert refused.value.code.endswith(".no_form_for_year")
    with pytest.raises(UsageError) as refused:
        find_named_form(forms, "nothing")
    assert refused.value.code.endswith(".no_such_form")
    with pytest.raises(UsageError) as refused:
        load_forms_below(tmp_path)
    assert refused.value.code.endswith(".no_form_below")
    with pytest.raises(UsageError) as refused:
        load_forms_below(tmp_path / "nowhere")
    assert refused.value.code.endswith(".no_folder")
