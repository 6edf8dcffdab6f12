"""Lists typed into templates, saved by office programs, read back and checked."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.judges import recalculate
from tests.lists.website_form import (
    COLUMNS,
    RELATIONS,
    ROWS,
    SHEET,
    TABLES,
    Rows,
    fill,
    find_head_row,
    write_form,
    write_templates,
)
from tests.official_report.test_publish import answer, run
from xltool.cli.options import FORMS_VARIABLE
from xltool.forms.load_definitions import load_forms_below
from xltool.model.submission import EntryState, Submission
from xltool.recognition.read_submissions import read_submission
from xltool.spreadsheet.open_workbook import open_workbook

GOOD = ROWS["1"]
TOTALS = {
    "basics.sites": 2,
    "basics.departments": 1,
    "basics.articles": 300,
    "sites.count": 2,
    "sites.sum_articles": 300,
    "sites.sum_original": 210,
    "sites.sum_cost": Decimal("1.25"),
    "sites.count_type_is_2": 1,
    "sites.count_opened_below_36526": 0,
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the form, the roster and a template for each agency."""
    monkeypatch.setenv(FORMS_VARIABLE, str(write_form(tmp_path)))
    write_templates(tmp_path)
    return tmp_path


def read(folder: Path, path: Path) -> Submission:
    return read_submission(open_workbook(path), load_forms_below(folder / "forms"), path.name)


def read_words(submission: Submission) -> list[list[object]]:
    """Return what each row holds: values of figures, texts as typed."""
    return [
        [row.entries[f"sites.{name}"].raw if name == "name" else row.entries[f"sites.{name}"].value for name in COLUMNS]
        for row in submission.lists["sites"]
    ]


def change_row(**changes: Any) -> tuple[Any, ...]:
    """Return the first row with other contents."""
    return tuple(changes.get(name, given) for name, given in zip(COLUMNS, GOOD[0], strict=True))


def list_problems(folder: Path, path: Path) -> list[tuple[str, str]]:
    """Return the severity and the sentence of every finding of a return, but the one on the date of its file."""
    (file,) = answer("check", path, "--roster", folder / "roster.csv")["submissions"]
    return [(each["severity"], each["message"]) for each in file["findings"] if "从文件日期看" not in each["message"]]


VALUES = [
    ["甲局网", 2, 1, 40969, 100, 60, Decimal("99.5"), Decimal("1.25")],
    ["甲局政务网", 1, 2, 40304, 200, 150, Decimal("96.77"), None],
]


def test_typed__every_row_is_read_and_the_figures_follow_from_them(folder: Path) -> None:
    path = fill(folder, "1")
    submission = read(folder, path)
    assert read_words(submission) == VALUES
    assert dict(submission.values) == TOTALS
    assert list_problems(folder, path) == []


def test_a_list_that_says_there_is_none__counts_nothing_and_nothing_is_missing(folder: Path) -> None:
    path = fill(folder, "3")
    submission = read(folder, path)
    assert submission.lists == {"sites": ()}
    assert {submission.values[cell] for cell in TOTALS} == {0}
    assert list_problems(folder, path) == []


@pytest.mark.office
@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_saved_by_libreoffice__the_same_rows_and_the_same_live_totals(folder: Path, tmp_path: Path, kind: str) -> None:
    (tmp_path / "saved").mkdir()
    saved = recalculate(fill(folder, "1"), tmp_path / "saved", kind)
    submission = read(folder, saved)
    assert read_words(submission) == VALUES
    assert dict(submission.values) == TOTALS
    assert list_problems(folder, saved) == []


@pytest.mark.office
def test_live_formulas__libreoffice_computes_what_reading_computes_and_names_what_is_wrong(
    folder: Path, tmp_path: Path
) -> None:
    rows = (*GOOD, change_row(original=101, name="丙"), change_row(), change_row(name=None))
    (tmp_path / "saved").mkdir()
    saved = recalculate(fill(folder, "1", rows, first=2), tmp_path / "saved")
    sheet = openpyxl.load_workbook(saved, data_only=True)[SHEET]
    head = find_head_row(sheet)
    checks = [sheet.cell(row, len(COLUMNS) + 2).value for row in range(head + 1, head + 7)]
    assert [str(each).strip() for each in checks] == [
        "", "与另一行重复", "✓", "原创不超过信息发布数", "与另一行重复", "未填完"
    ]  # fmt: skip
    submission = read(folder, saved)
    for cell in ("sites.count", "sites.sum_articles", "sites.count_type_is_2", "sites.count_opened_below_36526"):
        entry = submission.entries[cell]
        assert sheet[entry.address].value == entry.value, cell
    assert "还有 1 个单元格未填" in str(sheet["A3"].value)


def insert_row(sheet: Worksheet) -> None:
    sheet.insert_rows(find_head_row(sheet) + 2)


def exchange_columns(sheet: Worksheet) -> None:
    head = find_head_row(sheet)
    for row in range(head, head + 7):
        one, other = sheet.cell(row, 6), sheet.cell(row, 7)
        one.value, other.value = other.value, one.value


def sort_rows(sheet: Worksheet) -> None:
    head = find_head_row(sheet)
    for column in range(2, 10):
        one, other = sheet.cell(head + 1, column), sheet.cell(head + 2, column)
        one.value, other.value = other.value, one.value


@pytest.mark.parametrize("change", [insert_row, exchange_columns, sort_rows])
def test_rows_inserted_or_sorted_and_columns_exchanged__read_by_the_heads(
    folder: Path, change: Callable[[Worksheet], None]
) -> None:
    submission = read(folder, fill(folder, "1", change=change))
    assert sorted(map(str, read_words(submission))) == sorted(map(str, VALUES))
    assert submission.values["sites.sum_articles"] == 300


def test_empty_rows_between__are_no_rows(folder: Path) -> None:
    path = fill(folder, "1", (GOOD[0], (), (" ",), (), GOOD[1]))
    assert read_words(read(folder, path)) == VALUES
    assert list_problems(folder, path) == []


WRONG: dict[str, tuple[Rows, Sequence[int], str]] = {
    "two rows of one key": (
        (change_row(), change_row(type="专项网站", name=" 甲局网")),
        (2, 1, 200),
        "“网站清单”有 2 行的网站名称相同，都是“甲局网”（B8:B9）。",
    ),
    "a rate of 9677 %": ((change_row(available="9677%"),), (1, 1, 100), "网站清单!H8“可用率（%）”填的是“9677%”，超出"),
    "a choice not on the list": ((change_row(type="门户"),), (1, 0, 100), "网站清单!C8“网站类型”填的是“门户”，不在选"),
    "no date": ((change_row(opened="去年"),), (1, 1, 100), "网站清单!E8“开办日期”填的是“去年”，不是能认出的日期"),
    "too many rows": (
        tuple(change_row(name=f"网{number}") for number in range(8)),
        (8, 8, 800),
        "“网站清单”的清单填了 8 行，模板只有 6 行，多出的行在 B14:I15，不能接收。",
    ),
    "blanks in a row": (
        (change_row(type=None, articles=None),),
        (1, 0, 100),
        "网站清单有 2 个单元格没有填：C8、F8，所在的行已经开始填。",
    ),
    "a relation within a row": (
        (change_row(original=101),),
        (1, 1, 100),
        "网站清单：“其中原创”（G8）101，“信息发布数”（F8）100，相差 1 条，不符合",
    ),
    "another number of rows": (
        (change_row(),),
        (2, 1, 100),
        "基本情况：“政府网站总数”（B4）2，“网站行数（个）”（网站清单!B5）1，相差 1 个，不符合",
    ),
    "no row at all": ((), (0, 0, 0), "“网站清单”的清单一行也没有填。"),
}


@pytest.mark.parametrize("case", WRONG)
def test_bad_input__one_clear_answer_that_goes_back(folder: Path, case: str) -> None:
    rows, basics, said = WRONG[case]
    ((severity, message),) = list_problems(folder, fill(folder, "1", rows, basics=basics))
    assert severity == "must_fix"
    assert message.startswith(said)


def test_list_that_is_full__is_no_surplus(folder: Path) -> None:
    rows = tuple(change_row(name=f"网{number}") for number in range(6))
    assert list_problems(folder, fill(folder, "1", rows, basics=(6, 6, 600))) == []


def test_surplus_rows__are_read_and_not_lost(folder: Path) -> None:
    rows, basics, _ = WRONG["too many rows"]
    submission = read(folder, fill(folder, "1", rows, basics=basics))
    assert [row.entries["sites.name"].raw for row in submission.lists["sites"]] == [f"网{n}" for n in range(8)]


def test_a_relation_to_be_explained__says_the_row_and_does_not_go_back(folder: Path) -> None:
    path = fill(folder, "1", (GOOD[0], (*GOOD[1][:6], 80, None)))
    ((severity, message),) = list_problems(folder, path)
    assert severity == "explain"
    assert "“可用率（%）”（H9）80，应不小于 90" in message


def test_date_typed_as_text__is_read_and_told(folder: Path) -> None:
    path = fill(folder, "1", (change_row(opened="2012年3月1日"), GOOD[1]))
    assert read_words(read(folder, path)) == VALUES
    ((severity, message),) = list_problems(folder, path)
    assert (severity, "日期是文字（E8）" in message) == ("note", True)


def test_four_states__of_entries_of_a_row(folder: Path) -> None:
    path = fill(folder, "1", (change_row(type="/", articles=None, original="六十", cost="12.345"),))
    (row,) = read(folder, path).lists["sites"]
    assert {name: row.entries[f"sites.{name}"].state for name in ("type", "articles", "cost", "opened")} == {
        "type": EntryState.NOT_APPLICABLE,
        "articles": EntryState.BLANK,
        "cost": EntryState.UNREADABLE,
        "opened": EntryState.NUMBER,
    }


def test_total_typed_over__what_the_rows_say_counts_and_it_is_told(folder: Path) -> None:
    def type_total(sheet: Worksheet) -> None:
        sheet["B5"] = 7

    path = fill(folder, "1", change=type_total)
    assert read(folder, path).values["sites.count"] == 2
    ((_, message),) = list_problems(folder, path)
    assert message.startswith("网站清单!B5的公式被改成了“7”，按清单各行算应为 2。")


def test_column_without_its_head__told_once_and_no_figure_is_guessed(folder: Path) -> None:
    def drop_column(sheet: Worksheet) -> None:
        head = find_head_row(sheet)
        for row in range(head, head + 7):
            sheet.cell(row, 6).value = None

    path = fill(folder, "1", change=drop_column)
    assert read(folder, path).values["sites.sum_articles"] is None
    assert [severity for severity, _ in list_problems(folder, path)] == ["must_fix"]


def test_more_rows_offered_later__templates_handed_out_stay_valid(folder: Path) -> None:
    path = fill(folder, "1", WRONG["too many rows"][0], basics=(8, 8, 800))
    write_form(folder, ("rows = 6", "rows = 9"))
    assert list_problems(folder, path) == []


def test_rows_counted_by_a_relation_written_later__templates_handed_out_stay_valid(folder: Path) -> None:
    """The new figure stands above the rows and moves them; old returns have no cell for it, but the rows."""
    path = fill(folder, "1")
    rule = RELATIONS.split("[[relations]]")[4]
    later = "count(sites.type == '政府门户网站') <= 1 and count(sites.barrier_free == '是') <= 0"
    added = rule.replace('"N-OLD"', '"N-GATE"').replace("count(sites.opened < '2000-01-01') <= 1", later)
    added = added.replace("2000年以前开办的网站不超过一个", "门户网站不超过一个")
    write_form(folder, (rule, f"{rule}[[relations]]{added}"))
    submission = read(folder, path)
    assert submission.values["sites.count_barrier_free_is_1"] == 1
    assert [row.entries["sites.name"].raw for row in submission.lists["sites"]] == ["甲局网", "甲局政务网"]
    (item,) = answer("check", path, "--forms", folder / "forms")["submissions"]
    assert [each["code"] for each in item["findings"] if each["severity"] == "must_fix"] == []
    told = [(each["code"], each["severity"]) for each in item["findings"]]
    assert sorted(told) == [("N-GATE", "explain"), ("label.office", "note"), ("layout.other", "note")]


MISTAKES = [
    ('key = ["name"]', 'key = ["nam"]', "写了“nam”，但清单没有这一栏"),
    ('key = ["name"]', 'key = ["cost"]', "这一栏是 optional"),
    ('key = ["name"]', 'merge = "by_key"', "却没有写 key"),
    ("rows = 6", "rows = 0", "清单的行数不能这样定"),
    ('label = "其中原创"', 'label = "信息发布数"', "文字相同"),
    ('id = "original"', 'id = "articles"', "用了两次"),
    ('id = "original"', 'id = "count"', "不能作 id"),
    ('kind = "percent"', 'kind = "percent", total = "sum"', "不能用 total = sum 汇总"),
    ('sheet = "网站清单"\ntitle', 'sheet = "别的"\ntitle', "没有这个部分，或它的 sheet"),
    ("sum(sites.articles)", "sum(sites.type)", "这一栏不能相加"),
    ("sum(sites.articles)", "sites.articles", "没有叫“sites.articles”的指标"),
    ("count(sites.type == '部门网站')", "count(sites.type == '门户')", "不是这个指标的选项"),
    ("<= sites.row.articles", "<= previous(sites.row.articles)", "要的是清单一行以前的数"),
    ("kind = \"yes_no\"", "kind = \"yesno\"", "不能写“yesno”"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "said"), MISTAKES)
def test_forms_check__a_mistake_of_a_list__said_in_the_words_of_the_author(
    tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    forms = write_form(tmp_path, (right, wrong))
    code, told, errors = run("forms", "check", forms)
    assert (code, said in told + errors) == (2, True)


def test_forms_check__every_mistake_of_a_list_at_once(tmp_path: Path) -> None:
    wrong = [(right, bad) for right, bad, _ in (MISTAKES[0], MISTAKES[3], MISTAKES[7], MISTAKES[11])]
    _, told, errors = run("forms", "check", write_form(tmp_path, *wrong))
    for said in (MISTAKES[0][2], MISTAKES[3][2], MISTAKES[7][2], MISTAKES[11][2]):
        assert said in told + errors


def test_dates_are_days(folder: Path) -> None:
    (row, _) = read(folder, fill(folder, "1")).lists["sites"]
    assert row.entries["sites.opened"].value == (date(2012, 3, 1) - date(1899, 12, 30)).days


def test_manual__its_list_is_a_definition(tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "en" / "forms.md").read_text("utf-8")
    (listed,) = re.findall(r"^## Lists.*?^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    plain, own = TABLES.partition("[[lists]]")[0], "".join(TABLES.partition("[[lists]]")[1:])
    rules = RELATIONS.partition('[[relations]]\nid = "R-ORIG"')
    forms = write_form(tmp_path, (own, listed), ("".join(rules[1:]), ""))
    assert plain in (forms / "websites" / "1" / "tables.toml").read_text("utf-8")
    assert run("forms", "check", forms)[0] == 0


def test_author__is_shown_columns_row_relations_and_what_is_computed_from_a_list(tmp_path: Path) -> None:
    options = ("websites", "--forms", write_form(tmp_path))
    shown = run("forms", "show", *options)[1]
    assert all(word in shown for word in ("sites.original", "清单各行", "sites.sum_articles", "由清单算出", "R-ORIG"))
    assert "R-ORIG" in run("forms", "explain", "websites", "sites.original", *options[1:])[1]
    assert run("forms", "draw", *options, "-o", tmp_path / "drawn.html")[0] == 0
    assert "是否适老化" in (tmp_path / "drawn.html").read_text("utf-8")


def test_a_relation_of_rows__is_explained_on_the_sheet_of_explanations(folder: Path) -> None:
    path = fill(folder, "1", (GOOD[0], (*GOOD[1][:6], 80, None)))
    book = openpyxl.load_workbook(path)
    checks, explained = book["校验"], book["情况说明"]
    names = [str(checks.cell(row, 2).value) for row in range(4, 12)]
    assert names[4:6] == ["原创不超过信息发布数", "门户网站可用率不低于90%"]
    for column, typed in ((2, names[5]), (3, "—"), (5, "机房搬迁"), (6, "张三"), (7, "2025-01-10")):
        explained.cell(4, column).value = typed
    book.save(path)
    (file,) = answer("check", path, "--roster", folder / "roster.csv")["submissions"]
    assert [each["settled"] for each in file["findings"] if each["code"] == "R-GATE"] == ["机房搬迁"]
    assert not [each for each in file["findings"] if each["code"].startswith("explanation")]


@pytest.mark.office
@pytest.mark.parametrize(
    ("rows", "results"),
    [
        ((), ["—", "—"]),
        (GOOD, ["✓", "✓"]),
        ((change_row(original=101), GOOD[1]), ["✗", "待填"]),
        ((change_row(type=None),), ["待填", "待填"]),
    ],
)
def test_live_checks__say_of_relations_of_rows_what_the_rows_say(
    folder: Path, tmp_path: Path, rows: Rows, results: list[str]
) -> None:
    (tmp_path / "saved").mkdir()
    sheet = openpyxl.load_workbook(recalculate(fill(folder, "1", rows), tmp_path / "saved"), data_only=True)["校验"]
    assert [sheet.cell(row, 6).value for row in (8, 9)] == results


def test_template__wide_list__is_landscape_and_says_the_units(folder: Path) -> None:
    (template,) = (folder / "issued").glob("1 *.xlsx")
    book = openpyxl.load_workbook(template)
    assert [book[sheet].page_setup.orientation for sheet in (SHEET, "基本情况")] == ["landscape", "portrait"]
    assert "计量单位：信息发布数 条，其中原创 条" in str(book[SHEET].cell(find_head_row(book[SHEET]) - 1, 1).value)
    titles = {each.promptTitle for each in book[SHEET].data_validations.dataValidation}
    assert not any(str(title).endswith("（）") for title in titles), titles
