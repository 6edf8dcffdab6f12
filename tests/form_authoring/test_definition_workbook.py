"""A definition goes into a workbook and back without loss; an edit of the workbook is that edit of the definition."""

import tempfile
from datetime import datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from tests.form_authoring.definition_workbooks import (
    DATA,
    NATIONAL,
    add_row,
    cell_of,
    find_column,
    find_row,
    load_form_named,
    read_back,
    write_and_edit,
)
from tests.form_authoring.office_forms import FORMS as OFFICE_FORMS
from tests.form_authoring.office_forms import save_forms
from tests.forms import test_kinds
from tests.judges import audit, recalculate
from tests.lists import website_form
from tests.official_report.test_publish import run
from tests.own_forms import write_definition
from xltool.cli.console_forms import describe_edition_changes
from xltool.commands.author_from_workbook import AuthoringRequest, author_from_workbook
from xltool.commands.definition_workbooks import write_form_workbook
from xltool.form_authoring.definition_workbook.assemble_spelling import assemble_parts
from xltool.form_authoring.definition_workbook.build_data import DefinitionBuilder
from xltool.form_authoring.definition_workbook.cell_texts import decode_value, encode_value
from xltool.form_authoring.definition_workbook.lay_out_regions import lay_out_regions
from xltool.form_authoring.definition_workbook.read_regions import DefinitionRow, read_sheet_rows
from xltool.form_authoring.definition_workbook.regions import list_regions
from xltool.form_authoring.definition_workbook.workbook_problems import WorkbookProblems
from xltool.form_authoring.office_workbooks.office_workbook import OfficeCell, OfficeSheet
from xltool.forms.compare_editions import EditionDifference, compare_editions
from xltool.forms.definition_data import (
    DEFINITION_FILES,
    DefinitionData,
    KeyShape,
    SchemaKey,
    list_keys,
    read_definition_data,
)
from xltool.forms.load_definitions import check_forms_below, load_form, load_forms
from xltool.forms.schema import BlockSpec, LookSpec, RelationSpec, TableSpec
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.form import Form

FORMS = {f"{form.id} {form.edition}": form for form in load_forms((DATA,), regional=True)}
WRITTEN = {
    "kinds": (test_kinds.FORM, test_kinds.TABLES, test_kinds.RELATIONS),
    "lists": (website_form.FORM, website_form.TABLES, website_form.RELATIONS),
}


def read_data(form: Form) -> DefinitionData:
    return read_definition_data(Path(form.source))


def write_form(name: str, folder: Path) -> Form:
    return load_form(write_definition(folder, name, *WRITTEN[name]) / name / "1")


def assert_same_through_workbook(form: Form, folder: Path) -> None:
    saved = read_back(write_and_edit(form, folder), folder / "back")
    assert read_data(saved.form) == read_data(form)
    assert plan_workbook(saved.form).layout == plan_workbook(form).layout
    assert [item.id for item in check_forms_below(folder / "back")] == [form.id]
    assert saved.mended == ()


@pytest.mark.parametrize("name", FORMS)
def test_every_form__through_its_workbook__is_the_same(name: str, tmp_path: Path) -> None:
    assert_same_through_workbook(FORMS[name], tmp_path)


@pytest.mark.parametrize("name", WRITTEN)
def test_choices_lists_and_conditions__through_the_workbook__are_the_same(name: str, tmp_path: Path) -> None:
    assert_same_through_workbook(write_form(name, tmp_path / "own"), tmp_path)


def test_form_made_from_another__with_totals_of_the_year__is_the_same(tmp_path: Path) -> None:
    form = write_form("kinds", tmp_path / "own")
    place = Path(form.source)
    made_from = '[made_from]\nform = "monthly"\ncells = { "site.visits" = "month.visits + month.calls" }\n'
    (place / "form.toml").write_text(f"{test_kinds.FORM}\n{made_from}", "utf-8")
    tables = test_kinds.TABLES.replace('lines = ["visits"]', 'lines = ["visits"], year_total = "last"')
    (place / "tables.toml").write_text(tables, "utf-8")
    assert_same_through_workbook(load_form(place), tmp_path)


@pytest.mark.parametrize("name", OFFICE_FORMS)
def test_form_of_an_office__looks_and_pages_through_the_workbook__are_the_same(name: str, tmp_path: Path) -> None:
    file = save_forms(tmp_path, [name])[name]
    made = author_from_workbook(AuthoringRequest(file, tmp_path / "made", form=name))
    assert_same_through_workbook(made.form, tmp_path)


@pytest.mark.office
def test_workbook__saved_by_libreoffice__is_the_same(tmp_path: Path) -> None:
    form = load_form_named(NATIONAL, "2021")
    file = write_and_edit(form, tmp_path)
    saved = read_back(recalculate(file, tmp_path / "saved"), tmp_path / "forms")
    assert read_data(saved.form) == read_data(form)


@pytest.mark.parametrize("name", WRITTEN)
def test_workbook__is_one_that_office_opens_without_repair(name: str, tmp_path: Path) -> None:
    write_form_workbook(write_form(name, tmp_path / "own"), tmp_path / "定义.xlsx")
    assert audit(tmp_path / "定义.xlsx") == []


# --- edits ---------------------------------------------------------------------------------------------------------


def edit_national(tmp_path: Path, *edits: object) -> EditionDifference:
    form = load_form_named(NATIONAL, "2021")
    saved = read_back(write_and_edit(form, tmp_path, *edits), tmp_path / "forms")  # type: ignore[arg-type]  # each is a function
    return compare_editions(form, saved.form)


def no_change(difference: EditionDifference, *except_for: str) -> bool:
    parts = {
        name: getattr(difference, name) for name in ("gone", "added", "reworded", "settings", "relations", "sections")
    }
    return all(not value for name, value in parts.items() if name not in except_for)


@pytest.mark.parametrize("where", ["表样", "栏目"])
def test_label_renamed__on_either_sheet__is_renamed_in_the_definition(where: str, tmp_path: Path) -> None:
    def rename(book: Workbook) -> None:
        if where == "表样":
            book["表样"]["A6"] = "政府规章"
        else:
            cell_of(book, "栏目", "栏目名称", ("文字", "规章"), "文字").value = "政府规章"

    difference = edit_national(tmp_path, rename)
    changed = [(change.old.row_path[-1], change.new.row_path[-1]) for change in difference.reworded]
    assert changed == [("规章", "政府规章")] * 3
    assert no_change(difference, "reworded")


def test_label_renamed_on_the_drawing__relations_may_use_either_name(tmp_path: Path) -> None:
    def rename(book: Workbook) -> None:
        book["表样"]["A6"] = "政府规章"
        entry = {"处理": "提示", "怎么办": "请核对。", "依据": "测试"}
        for number, label in enumerate(("政府规章", "规章")):
            written = {"编号": f"NEW-{number}", "名称": f"{label}不为负", **entry, "式子": f"「{label}」 >= 0 每栏"}
            add_row(book, "关系", "关系", written)

    saved = read_back(write_and_edit(load_form_named(NATIONAL, "2021"), tmp_path, rename), tmp_path / "forms")
    added = read_data(saved.form)["relations.toml"]["relations"][-2:]
    assert [item["expect"] for item in added] == ["disclosure.rules >= 0"] * 2


SPELLINGS = (
    (
        "D23 + D24 = D46 + D47 每栏",
        "requests.received + requests.carried_in == requests.concluded + requests.carried_out",
    ),
    ("一+二 = 三+四 每栏", "requests.received + requests.carried_in == requests.concluded + requests.carried_out"),
    ("requests.received == requests.concluded", "requests.received == requests.concluded"),
    (
        "J23=SUM(D23:I23)",
        "requests.received.total == sum(requests.received.natural_person, ..., requests.received.other)",
    ),
    ("=D46=SUM(D25:D45)", "requests.concluded.natural_person == sum(requests.granted.natural_person"),
    ("总计 = 结果维持 + 结果纠正 + 其他结果 + 尚未审结，每行", "disputes.each.total == disputes.each.upheld + "),
    (
        "（三） <= （七）总计 每栏",
        "sum(requests.refused.state_secret, ..., requests.refused.administrative_inquiry) <= ",
    ),
    ("D23 ≤ $J$24 × 2 每栏", "requests.received <= requests.carried_in.total * 2"),
    ("D24 = 上期(D47) （每栏）", "requests.carried_in == previous(requests.carried_out)"),
    ("B57 = 0 或 B56 > 0", "processing_fees.billed == 0 or processing_fees.notices > 0"),
    ("-B57 <= 0", "-processing_fees.billed <= 0"),
    ("Ｂ５７＝０ 且 B56＜９", "processing_fees.billed == 0 and processing_fees.notices < 9"),
    ("「1.属于国家秘密」 >= 0 每栏", "requests.refused.state_secret >= 0"),
)


def test_relations_added__in_every_spelling__are_those_relations(tmp_path: Path) -> None:
    def add(book: Workbook) -> None:
        for number, (written, _) in enumerate(SPELLINGS):
            entry = {"名称": f"新的关系{number}", "式子": written, "处理": "提示", "怎么办": "请核对。", "依据": "测试"}
            add_row(book, "关系", "关系", {"编号": f"NEW-{number}", **entry})

    form = load_form_named(NATIONAL, "2021")
    saved = read_back(write_and_edit(form, tmp_path, add), tmp_path / "forms")
    before = read_data(form)["relations.toml"]["relations"]
    after = read_data(saved.form)["relations.toml"]["relations"]
    assert after[: len(before)] == before
    added = [item["expect"] for item in after[len(before) :]]
    assert [expect[: len(meant)] for expect, (_, meant) in zip(added, SPELLINGS, strict=True)] == [
        meant for _, meant in SPELLINGS
    ]
    new = {f"NEW-{number}" for number in range(len(SPELLINGS))}
    assert {change.rule for change in compare_editions(form, saved.form).relations} == new


def test_sum_with_addresses__is_the_sum_of_those_figures(tmp_path: Path) -> None:
    def add(book: Workbook) -> None:
        add_row(book, "文字", "主要数据", {"名称": "收办", "怎样相加": "J23+J24", "单位": "件"})

    saved = read_back(write_and_edit(load_form_named(NATIONAL, "2021"), tmp_path, add), tmp_path / "forms")
    added = read_data(saved.form)["form.toml"]["headlines"][-1]
    assert added == {"label": "收办", "sum": "requests.received.total + requests.carried_in.total", "unit": "件"}


def test_choice_added__below_its_set__is_the_last_choice(tmp_path: Path) -> None:
    def add(book: Workbook) -> None:
        sheet = book["选项"]
        row = next(row for row in range(4, 20) if sheet.cell(row, 1).value is None)
        sheet.cell(row, 1).value = "别的网站"

    form = write_form("lists", tmp_path / "own")
    saved = read_back(write_and_edit(form, tmp_path, add), tmp_path / "forms")
    assert saved.form.lists[0].columns_by_id["sites.type"].choices[-1] == "别的网站"
    (change,) = compare_editions(form, saved.form).settings
    assert (change.setting, change.new) == ("choices", (*change.old, "别的网站"))  # type: ignore[misc]  # a tuple
    changed, before = read_data(saved.form), read_data(form)
    changed["tables.toml"]["lists"][0]["columns"][1]["choices"].pop()
    assert changed == before


def test_one_cell_optional__the_others_of_its_block_stay_as_they_are(tmp_path: Path) -> None:
    def open_one(book: Workbook) -> None:
        add_row(book, "栏目", "单格另定", {"哪一格": "E31", "可空": "是"})
        add_row(book, "栏目", "单格另定", {"哪一格": "disputes.review.other", "可空": "是"})

    form = load_form_named(NATIONAL, "2021")
    saved = read_back(write_and_edit(form, tmp_path, open_one), tmp_path / "forms")
    changed = [cell.id for cell in saved.form.cells.values() if cell != form.cells[cell.id]]
    assert changed == ["requests.refused.internal_affairs.enterprise", "disputes.review.other"]
    assert all(saved.form.cells[cell].optional for cell in changed)
    difference = compare_editions(form, saved.form)
    assert [(change.cell.id, *change[1:]) for change in difference.settings] == [
        (cell, "optional", False, True) for cell in changed
    ]
    assert "可以空着 否 → 是" in describe_edition_changes(difference)
    assert list(saved.form.cells) == list(form.cells)
    assert saved.form.relations == form.relations


def test_numbers_and_dates__typed_as_such__are_texts_where_texts_are_meant(tmp_path: Path) -> None:
    def retype(book: Workbook) -> None:
        for name, value in (("版本", 2021), ("制发日期", datetime(2021, 9, 26))):
            cell = cell_of(book, "文字", "报表", ("设置", name), "内容")
            cell.number_format, cell.value = "General", value

    saved = read_back(write_and_edit(load_form_named(NATIONAL, "2021"), tmp_path, retype), tmp_path / "forms")
    assert (saved.form.edition, saved.form.issued) == ("2021", "2021-09-26")


def test_rows_inserted_and_columns_moved__are_read_as_before(tmp_path: Path) -> None:
    def move(book: Workbook) -> None:
        sheet = book["关系"]
        sheet.insert_rows(find_row(sheet, "关系", "编号", "T3-BAL"), 3)
        sheet.insert_cols(find_column(sheet, "关系", "处理"))

    form = load_form_named(NATIONAL, "2021")
    saved = read_back(write_and_edit(form, tmp_path, move), tmp_path / "forms")
    assert read_data(saved.form) == read_data(form)


def test_table_and_relation_added__without_a_drawing_of_it__are_in_the_definition(tmp_path: Path) -> None:
    def add(book: Workbook) -> None:
        add_row(book, "文字", "部分", {"编号": "staff", "序号": "七", "标题": "人员情况", "工作表": "人员"})
        add_row(
            book, "栏目", "表", {"编号": "staff", "部分": "staff", "工作表": "人员", "表名": "人员情况", "右下角": "B3"}
        )
        for at, text in (("A1", "项目"), ("B1", "人数"), ("A2", "专职"), ("A3", "兼职")):
            add_row(book, "栏目", "栏目名称", {"表": "staff", "位置": at, "文字": text})
        add_row(
            book,
            "栏目",
            "填数的格",
            {"表": "staff", "首格": "B2", "各行编号": "full、part", "各列编号": "now", "单位": "人"},
        )
        entry = {"编号": "STAFF", "名称": "兼职不超过专职", "式子": "staff.part.now <= staff.full.now"}
        add_row(book, "关系", "关系", {**entry, "处理": "提示", "怎么办": "请核对。", "依据": "测试"})
        book["选项"].cell(3, 3).value = "没有用到的"

    form = load_form_named(NATIONAL, "2021")
    saved = read_back(write_and_edit(form, tmp_path, add), tmp_path / "forms")
    difference = compare_editions(form, saved.form)
    assert [cell.id for cell in difference.added] == ["staff.full.now", "staff.part.now"]
    assert [change.rule for change in difference.relations] == ["STAFF"]
    assert [change.id for change in difference.sections] == ["staff"]
    assert no_change(difference, "added", "relations", "sections")


# --- the command ---------------------------------------------------------------------------------------------------


def test_commands__workbook_and_from__say_where_the_definition_is(tmp_path: Path) -> None:
    file = tmp_path / "定义.xlsx"
    assert run("forms", "workbook", NATIONAL, "2021", "-o", file)[0] == 0
    assert run("forms", "workbook", NATIONAL, "2021", "-o", file)[0] != 0
    code, said, problem = run("forms", "from", file, "-o", tmp_path / "我的报表")
    assert (code, problem) == (0, "")
    assert f"{NATIONAL} 2021" in said
    assert run("forms", "check", tmp_path / "我的报表")[0] == 0
    assert "--force" in run("forms", "from", file, "-o", tmp_path / "我的报表")[2]
    assert run("forms", "from", file, "-o", tmp_path / "我的报表", "--edition", "2026", "--form", "own")[0] == 0
    assert load_form(tmp_path / "我的报表" / "own" / "2026").edition == "2026"
    assert "--like" in run("forms", "from", file, "-o", tmp_path / "又一份", "--like", NATIONAL)[2]


def drop_claims(book: Workbook) -> None:
    del book["正文核对"]


def test_sheet_of_claims_removed__the_edition_saved_again_has_none(tmp_path: Path) -> None:
    form = load_form_named(NATIONAL, "2021")
    kept = read_back(write_and_edit(form, tmp_path), tmp_path / "forms")
    assert (kept.folder / "claims.toml").is_file()
    (tmp_path / "again").mkdir()
    file = write_and_edit(kept.form, tmp_path / "again", drop_claims)
    assert run("forms", "from", file, "-o", tmp_path / "forms", "--force")[0] == 0
    assert not (kept.folder / "claims.toml").exists()
    assert load_form(kept.folder).claims == ()


@pytest.mark.parametrize(
    ("option", "name"), [("--form", ".."), ("--edition", ".."), ("--form", "a/b"), ("--edition", "/x")]
)
def test_id_that_names_no_folder__is_refused_and_nothing_written(option: str, name: str, tmp_path: Path) -> None:
    file = tmp_path / "定义.xlsx"
    write_form_workbook(load_form_named(NATIONAL, "2021"), file)
    before = {*Path(tempfile.gettempdir()).iterdir()}
    code, _, problem = run("forms", "from", file, "-o", tmp_path / "out" / "forms", option, name)
    assert code != 0
    assert f"“{name}”" in problem
    assert tempfile.gettempdir() not in problem.replace(str(tmp_path), "")
    assert [*tmp_path.iterdir()] == [file]
    left = {path.name for path in {*Path(tempfile.gettempdir()).iterdir()} - before}
    assert not left & {"2021", NATIONAL, "b", "x"}


@given(
    st.sampled_from(list_keys(BlockSpec) + list_keys(LookSpec) + list_keys(TableSpec) + list_keys(RelationSpec)),
    st.data(),
)
def test_value_of_every_shape__as_the_content_of_a_cell__is_the_same(key: SchemaKey, data: st.DataObject) -> None:
    texts = st.text(st.sampled_from(["a", "B", "7", " ", "\n", "\r", '"', "[", "]", ",", "、", "是", "=", "\\"]))
    values: dict[KeyShape, st.SearchStrategy[object]] = {
        KeyShape.TEXT: texts,
        KeyShape.INTEGER: st.integers(-9999, 9999),
        KeyShape.NUMBER: st.integers(-9999, 9999).map(lambda number: number / 8),
        KeyShape.SWITCH: st.booleans(),
        KeyShape.WORD: st.sampled_from(key.words or ("",)),
        KeyShape.TEXTS: st.lists(texts, max_size=3),
        KeyShape.NUMBERS: st.lists(st.integers(0, 99).map(lambda number: number / 4), max_size=3),
        KeyShape.WORDS: st.lists(st.sampled_from(key.words or ("",)), max_size=4),
    }
    if key.shape in values:
        value = data.draw(values[key.shape])
        assert decode_value(key, encode_value(key, value)) == value


# --- the schema ----------------------------------------------------------------------------------------------------


def test_every_key_of_the_schema__has_a_place_in_the_workbook() -> None:
    placed = {(region.kind, key.name) for region in list_regions() for key in region.keys}

    def list_plain(kind: type[msgspec.Struct]) -> set[tuple[str, str]]:
        found = {(kind.__name__, key.name) for key in list_keys(kind) if not key.shape.is_nested}
        return found.union(*(list_plain(key.entry) for key in list_keys(kind) if key.entry is not None))

    wanted = set().union(*(list_plain(kind) for kind in DEFINITION_FILES.values()))
    assert wanted <= placed


class GrownPart(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """An entry that the schema may have one day."""

    name: str
    weights: list[float] = []
    notes: dict[str, str] = {}


class GrownForm(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A file that the schema may have one day, with keys of every shape."""

    id: str
    colour: str = "red"
    wide: bool = False
    depth: int | None = None
    parts: list[GrownPart] = []
    best: GrownPart | None = None


def test_keys_added_later__are_carried_without_further_code() -> None:
    files = {"form.toml": GrownForm}
    regions = list_regions(files)
    assert [region.full_name for region in regions] == [
        "form",
        "form.parts",
        "form.parts.notes",
        "form.best",
        "form.best.notes",
    ]
    assert [key.name for key in regions[1].keys] == ["name", "weights"]
    assert {region.sheet for region in regions} == {"texts"}
    assert [region.find_heading(key.name) for region in regions[:1] for key in region.keys][1] == "colour"
    content = {
        "id": "one",
        "colour": "blue",
        "wide": True,
        "depth": 3,
        "parts": [{"name": "p", "weights": [1, 2.5]}, {"name": " q ", "notes": {"a.b": "c", "d": ""}}],
        "best": {"name": "", "notes": {"x": "y"}},
    }
    parts = assemble_parts(read_data(load_form_named(NATIONAL, "2021")))
    assert parts is not None
    pages, _ = lay_out_regions({"form.toml": content}, parts.spelling, files)
    problems = WorkbookProblems("")
    rows: dict[str, list[DefinitionRow]] = {}
    sheet = OfficeSheet(
        "文字",
        "visible",
        {(cell.row, cell.column): OfficeCell(cell.row, cell.column, cell.content) for cell in pages["texts"].cells},
    )
    for region, row in read_sheet_rows(sheet, regions, problems):
        rows.setdefault(region.full_name, []).append(row)
    builder = DefinitionBuilder(problems, {})
    for region in regions:
        builder.add_region(region, rows.get(region.full_name, []), ())
    assert problems.errors == []
    assert builder.data == {"form.toml": content}


def test_relation_without_id_and_basis__is_numbered_the_same_each_time(tmp_path: Path) -> None:
    def add(book: Workbook) -> None:
        for name in ("甲", "乙"):
            add_row(book, "关系", "关系", {"名称": name, "式子": "J23 >= D23", "怎么办": "请核对。"})
        add_row(book, "关系", "关系", {"编号": "R1", "名称": "丙", "式子": "J23 >= D23", "处理": "提示"})

    file = write_and_edit(load_form_named(NATIONAL, "2021"), tmp_path, add)
    for folder in ("forms", "again"):
        saved = read_back(file, tmp_path / folder)
        added = read_data(saved.form)["relations.toml"]["relations"][-3:]
        assert [(item["id"], item["title"]) for item in added] == [("R2", "甲"), ("R3", "乙"), ("R1", "丙")]
        assert [item["severity"] for item in added] == ["must_fix", "must_fix", "note"]
        assert {item["basis"] for item in added} == {"本单位规定"}
